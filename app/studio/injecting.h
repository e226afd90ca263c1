// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <QObject>
#include <QPointer>
#include <QUrl>

#include <memory>
#include <utility>
#include <vector>

class QWidget;

namespace murmur {

class ComposerView;
class MainWindow;
class ModeWidget;
class ReplayView;
class Secrets;

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
    /// Opens the replay onto a bus.
    void replay();
    /// How the buses were attached, so that they can be sent to; in memory only.
    void keepSecrets(const std::vector<QUrl>& urls, const ConnectionOptions& options);
    [[nodiscard]] ConnectionOptions secretsOf(const QUrl& url) const;
    /// Ends what is being sent, and disarms.
    void stop();
    [[nodiscard]] bool isArmed() const;
    [[nodiscard]] QWidget* frame() const { return m_frame; }

Q_SIGNALS:
    void armingChanged(bool isArmed);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// What a profile says that this bus asks for; it may ask the person. Before it is sent to.
    void fetchSecrets(const QUrl& url);
    void shareConnections();
    void showArming();
    void placeFrame();

    MainWindow& m_window;
    QPointer<ComposerView> m_composer; ///< gone before us when the window closes
    QPointer<ReplayView> m_replay;     ///< likewise
    QWidget* m_frame;
    std::vector<std::pair<QUrl, ConnectionOptions>> m_secrets; ///< the newest first
    std::shared_ptr<Secrets> m_keychain;
    qint64 m_lastEscape = 0; ///< ms, steady
    bool m_wasArmed = false;
    QUrl m_shownBus; ///< that the window says is armed
};

} // namespace murmur
