// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injector.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTreeWidget;

namespace murmur {

/// What became of what was sent: the answer with its latency, and what is other in it than in the
/// recorded one. Before it is sent: what would be.
class AnswerPane : public QWidget
{
    Q_OBJECT
public:
    explicit AnswerPane(QWidget* parent = nullptr);

    void clear();
    /// The dry run; `hint` says how to go on.
    void showPreview(const InjectionRun& run, const std::vector<PreparedInjection>& ready,
                     const QString& hint);
    void showProblem(const QString& sentence);
    void begin(const InjectionRun& run);
    void add(const InjectionEvent& event);
    /// An answer that was heard on the bus; none where one came to the reply address.
    void addHeard(const MessageDetail& answer, nanoseconds latency);
    void finish(const InjectionReport& report);
    /// Something that is to be known of what was sent, under what became of it.
    void addHint(const QString& sentence);
    /// What was sent came back through the bus: what follows from it can be shown.
    void showFollowing(bool isKnown);
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QPushButton* followButton() const { return m_follow; }

private:
    void headline(const QString& text, const QColor& color = {});
    void showDifferences(const QByteArray& answer);
    void showAnswers();
    void showDetail();
    [[nodiscard]] QString answeredText() const;

    QLabel* m_headline;
    QLabel* m_detail;
    QPlainTextEdit* m_text;
    QTreeWidget* m_differences;
    QPushButton* m_follow;
    QLabel* m_hint;
    InjectionOrigin m_origin;
    std::int64_t m_sent = 0;
    std::int64_t m_failed = 0;
    std::int64_t m_answered = 0;
    std::int64_t m_unheard = 0;
    nanoseconds m_latency{-1}; ///< of the last answer
    nanoseconds m_shortest{-1};
    nanoseconds m_longest{-1};
    QStringList m_answers; ///< the first ones, each with the message that it answers
    bool m_isOver = false; ///< what comes now comes late
    int m_repeat = 1;
    bool m_isSequence = false;
};

} // namespace murmur
