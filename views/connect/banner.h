// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <QStringList>

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
    /// Buttons behind the sentence; `say` removes them.
    void offer(const QStringList& actions);
    [[nodiscard]] QStringList offered() const { return m_offered; }
    void clear();
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void dismissed();
    void chosen(qsizetype action);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_text;
    QWidget* m_actions;
    QStringList m_offered;
    QPushButton* m_copy;
    QPushButton* m_close;
    QString m_copyText;
    Tone m_tone = Tone::Neutral;
};

} // namespace murmur
