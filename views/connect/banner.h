// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;

namespace murmur {

/// One line under the toolbar that says what stands in the way and what to do: an error, or where
/// to send while nothing has been heard. Hidden when there is nothing to say.
class Banner : public QFrame
{
    Q_OBJECT
public:
    enum class Tone { Neutral, Good, Bad };

    explicit Banner(QWidget* parent = nullptr);

    /// `copy`: text that a click copies (a command); empty for none.
    void say(Tone tone, const QString& sentence, const QString& copy = {});
    void clear();
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_text;
    QPushButton* m_copy;
    QPushButton* m_close;
    QString m_copyText;
    Tone m_tone = Tone::Neutral;
};

} // namespace murmur
