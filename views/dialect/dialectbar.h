// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/suggestion.h"

#include <QFrame>
#include <QString>

#include <vector>

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace murmur {

/// What is asked when few messages of a connection name a sender.
struct DialectQuestion
{
    std::uint32_t connection = 0;
    QString name;                    ///< of the connection
    double share = 0;                ///< of its messages that name a sender
    std::int64_t total = 0;          ///< messages of the recording
    std::vector<Suggestion> senders; ///< the best first
};

/// The line that asks who is talking, with the places where it may stand as buttons; then how far
/// the reading is, and what came of it. Hidden while there is nothing to ask.
class DialectBar : public QFrame
{
    Q_OBJECT
public:
    explicit DialectBar(QWidget* parent = nullptr);

    void ask(const DialectQuestion& question);
    /// The recording is being read again.
    void showProgress(const QString& sentence, qint64 done, qint64 total);
    /// What came of it, with what can be done then, a button each.
    void say(const QString& sentence, const QStringList& actions, bool isBad = false);
    void clear();

    [[nodiscard]] QString sentence() const;
    [[nodiscard]] QStringList offered() const;
    /// The button of that text, or null.
    [[nodiscard]] QPushButton* button(const QString& text) const;
    [[nodiscard]] bool isReading() const;

Q_SIGNALS:
    /// One of the places of the question.
    void placeChosen(qsizetype place);
    void editRequested();
    /// An action of say().
    void chosen(qsizetype action);
    void cancelRequested();
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QPushButton* addButton(const QString& text, const QString& tip);
    void begin(const QString& sentence, bool isBad);
    void setWraps(bool wraps);
    void setCloseText(const QString& text);

    QLabel* m_text;
    QHBoxLayout* m_buttons;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QPushButton* m_close;
    bool m_isBad = false;
};

/// "payload.agent 97 %"; "the connection".
QString placeText(const Suggestion& suggestion);
/// Places of the same share also say how many names stand there: "payload.agent 97 %, 12 names".
QStringList placeTexts(const std::vector<Suggestion>& suggestions);

} // namespace murmur
