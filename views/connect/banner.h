// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QFrame>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <vector>

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

    struct Notice
    {
        QDateTime when;
        Tone tone = Tone::Neutral;
        QString sentence;
    };
    /// What stood here before, the newest first.
    [[nodiscard]] const std::vector<Notice>& earlier() const { return m_earlier; }
    /// "14:02:11  The recording has ended", a line each.
    [[nodiscard]] QStringList earlierLines() const;
    /// Others look on: what was said before may name files and hosts.
    void setHidesEarlier(bool hides);
    /// A sentence that asks for nothing goes by itself once it has been seen for so long.
    void setPatience(std::chrono::milliseconds good, std::chrono::milliseconds bad);

Q_SIGNALS:
    void dismissed();
    void chosen(qsizetype action);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void keepOld();
    void age();
    void showEarlier();
    void listEarlier();

    QLabel* m_text;
    QWidget* m_actions;
    QStringList m_offered;
    QPushButton* m_copy;
    QPushButton* m_older;
    QPushButton* m_close;
    std::vector<Notice> m_earlier;
    QDateTime m_since;
    QTimer m_clock;
    std::chrono::milliseconds m_seen{0};
    std::chrono::milliseconds m_goodPatience{std::chrono::seconds(15)};
    std::chrono::milliseconds m_badPatience{std::chrono::minutes(2)};
    int m_unread = 0; ///< said and covered by others since the last time that nothing stood here
    bool m_hidesEarlier = false;
    QString m_copyText;
    Tone m_tone = Tone::Neutral;
};

} // namespace murmur
