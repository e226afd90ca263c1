// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replaywish.h"

#include <QWidget>

class QLabel;
class QTextBrowser;

namespace murmur {

/// What a replay would do, and how it goes: a word, and the figures behind it.
class ReplayReportPane : public QWidget
{
    Q_OBJECT
public:
    explicit ReplayReportPane(QWidget* parent = nullptr);

    /// Before anything was looked at.
    void showHint();
    void showLooking(int percent);
    void showProblem(const QString& sentence);
    /// The dry run. `barrier`: what a guard says of the replay as a whole; empty: nothing.
    void showForecast(const ReplayForecast& forecast, const ReadWish& wish, const QString& barrier,
                      std::uint64_t skipped, const QString& warning);
    /// `expected`: how many are sent when it goes as the dry run said.
    void showReport(const ReplayReport& report, const ReplayTally& tally, bool isPaused,
                    std::int64_t expected);
    [[nodiscard]] QString asText() const;

private:
    void headline(const QString& text, const QColor& color = {});
    void setRows(const QStringList& html);

    QLabel* m_headline;
    QTextBrowser* m_text;
};

} // namespace murmur
