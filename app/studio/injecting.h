// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>

class QWidget;

namespace murmur {

class ComposerView;
class MainWindow;
class ModeWidget;

/// What sending means for the window: the word ARMED and the red frame while it is armed, and the
/// key that ends it: Esc, twice.
class Injecting : public QObject
{
    Q_OBJECT
public:
    explicit Injecting(MainWindow& window);

    /// Opens the composer, empty or as it was.
    void compose();
    /// Edit and send the selected message.
    void editSelected();
    void toggleArmed();
    /// Ends what is being sent, and disarms.
    void stop();
    [[nodiscard]] bool isArmed() const;
    [[nodiscard]] QWidget* frame() const { return m_frame; }

Q_SIGNALS:
    void armingChanged(bool isArmed);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showArming();
    void placeFrame();

    MainWindow& m_window;
    QPointer<ComposerView> m_composer; ///< gone before us when the window closes
    QWidget* m_frame;
    qint64 m_lastEscape = 0; ///< ms, steady
    bool m_wasArmed = false;
};

} // namespace murmur
