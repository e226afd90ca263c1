// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/replayreportpane.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QLabel>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostTopics = 50;
constexpr std::size_t kMostRefusals = 20;

QString row(const QString& name, const QString& value)
{
    return u"<tr><td style='padding-right:12px'>%1</td><td>%2</td></tr>"_s.arg(
        name.toHtmlEscaped(), value.toHtmlEscaped());
}

/// What is refused, by whom and why.
QStringList refusalRows(const ReplayTally& tally)
{
    QStringList rows;
    const std::size_t most = std::min(tally.refused.size(), kMostRefusals);
    for (std::size_t i = 0; i < most; ++i) {
        const ReplayTally::Refused& one = tally.refused[i];
        rows << row(ReplayReportPane::tr("%1 not sent").arg(numberText(one.count)),
                    ReplayReportPane::tr("%1: %2 (the first is %3)")
                        .arg(one.name, one.sentence)
                        .arg(one.first));
    }
    return rows;
}

QString markText(const ReplayTally& tally)
{
    QStringList parts;
    if (tally.marks[0] > 0)
        parts << ReplayReportPane::tr("%1 in headers").arg(numberText(tally.marks[0]));
    if (tally.marks[1] > 0)
        parts << ReplayReportPane::tr("%1 in the payload").arg(numberText(tally.marks[1]));
    if (tally.marks[2] > 0)
        parts << ReplayReportPane::tr(
                     "%1 not at all (no headers go there, and into the payload none fits)")
                     .arg(numberText(tally.marks[2]));
    return parts.join(u", "_s);
}

QStringList tallyRows(const ReplayTally& tally)
{
    QStringList rows = refusalRows(tally);
    if (!tally.stripped.empty()) {
        QStringList parts;
        for (const auto& [name, count] : tally.stripped)
            parts << u"%1 (%2)"_s.arg(name, numberText(count));
        rows << row(ReplayReportPane::tr("left behind"), parts.join(u", "_s));
    }
    if (const QString marks = markText(tally); !marks.isEmpty())
        rows << row(ReplayReportPane::tr("marked"), marks);
    if (tally.oldIds > 0)
        rows << row(ReplayReportPane::tr("ids stay the old ones"),
                    ReplayReportPane::tr("in %1, which are no JSON").arg(numberText(tally.oldIds)));
    if (tally.unedited > 0)
        rows << row(ReplayReportPane::tr("fields that are not there"),
                    ReplayReportPane::tr("in %1").arg(numberText(tally.unedited)));
    return rows;
}

QStringList topicRows(const ReplayTally& tally)
{
    std::vector<std::pair<QByteArray, std::int64_t>> topics(tally.topics.begin(),
                                                            tally.topics.end());
    std::ranges::stable_sort(topics, std::ranges::greater(),
                             [](const auto& one) { return one.second; });
    QStringList rows;
    for (std::size_t i = 0; i < std::min(topics.size(), kMostTopics); ++i)
        rows << row(numberText(topics[i].second), QString::fromUtf8(topics[i].first));
    const std::size_t others = topics.size() - std::min(topics.size(), kMostTopics);
    if (others > 0 || tally.otherTopics > 0)
        rows << row(u"…"_s, ReplayReportPane::tr("other topics"));
    return rows;
}

QString stateWord(ReplayReport::State state, bool isPaused)
{
    if (isPaused && state < ReplayReport::State::Finished)
        return ReplayReportPane::tr("Paused");
    switch (state) {
    case ReplayReport::State::Attaching:
        return ReplayReportPane::tr("Attaching");
    case ReplayReport::State::Running:
        return ReplayReportPane::tr("Sending");
    case ReplayReport::State::Paused:
        return ReplayReportPane::tr("Paused");
    case ReplayReport::State::Finished:
        return ReplayReportPane::tr("Finished");
    case ReplayReport::State::Cancelled:
        return ReplayReportPane::tr("Cancelled");
    case ReplayReport::State::Stopped:
        return ReplayReportPane::tr("Stopped by a guard");
    case ReplayReport::State::Lost:
        return ReplayReportPane::tr("The bus was lost; it is disarmed");
    case ReplayReport::State::Failed:
        return ReplayReportPane::tr("The recording could not be read on");
    }
    return {};
}

} // namespace

ReplayReportPane::ReplayReportPane(QWidget* parent)
    : QWidget(parent)
    , m_headline(new QLabel(this))
    , m_text(new QTextBrowser(this))
{
    m_headline->setWordWrap(true);
    m_text->setAccessibleName(tr("What is sent, and how it goes"));
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setOpenLinks(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 12, 6);
    layout->setSpacing(4);
    layout->addWidget(m_headline);
    layout->addWidget(m_text, 1);
    showHint();
}

void ReplayReportPane::headline(const QString& text, const QColor& color)
{
    m_headline->setText(text);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, color.isValid() ? color : Theme::current().text);
    m_headline->setPalette(colors);
}

void ReplayReportPane::setRows(const QStringList& html)
{
    m_text->setHtml(u"<table cellspacing='0' cellpadding='1'>"_s + html.join(QString()) +
                    u"</table>"_s);
}

void ReplayReportPane::showHint()
{
    headline(tr("Nothing is sent yet."));
    m_text->setPlainText(tr("First it is looked what would be sent: how many to which topics, what "
                            "is left behind and why. No connection is opened for that."));
}

void ReplayReportPane::showLooking(int percent)
{
    headline(tr("Looking what would be sent: %1 %").arg(percent));
    m_text->clear();
}

void ReplayReportPane::showProblem(const QString& sentence)
{
    headline(sentence, Theme::current().bad);
    m_text->clear();
}

void ReplayReportPane::showForecast(const ReplayForecast& forecast, const ReadWish& wish,
                                    const QString& barrier, std::uint64_t skipped,
                                    const QString& warning)
{
    const ReplayTally& tally = forecast.tally;
    const std::int64_t all = tally.messages;
    QString text =
        tr("%1 would be sent to %2")
            .arg(countText(all, tr("1 message"), tr("%1 messages")), shownUrl(wish.target));
    if (forecast.duration.count() > 0)
        text += tr(", in %1").arg(durationText(forecast.duration));
    headline(text + u'.', all > 0 ? QColor() : Theme::current().warning);
    QStringList rows;
    if (wish.options.repeats > 1)
        rows << row(tr("rounds"), tr("%1, counted together").arg(wish.options.repeats));
    if (!barrier.isEmpty())
        rows << row(tr("guard"), barrier);
    if (!warning.isEmpty())
        rows << row(tr("again"), warning);
    if (skipped > 0)
        rows << row(tr("goes on"), tr("behind the first %1, which are settled")
                                       .arg(numberText(static_cast<std::int64_t>(skipped))));
    if (!wish.usedPrefix.isEmpty())
        rows << row(tr("topics"), tr("begin with “%1”, for it was recorded there; a prefix or a "
                                     "rule says otherwise")
                                      .arg(wish.usedPrefix));
    rows << row(tr("bytes"), bytesText(tally.bytes));
    if (forecast.peak > 0)
        rows << row(tr("fullest second"),
                    countText(forecast.peak, tr("1 message"), tr("%1 messages")));
    if (forecast.capped > 0)
        rows << row(tr("beyond the limit"), tr("%1 of them: %2 in all, %3 a second at most")
                                                .arg(numberText(forecast.capped),
                                                     numberText(wish.options.player.caps.total))
                                                .arg(wish.options.player.caps.perSecond));
    if (forecast.clamped > 0)
        rows << row(tr("out of order"), tr("%1 go out in another place than their time says")
                                            .arg(numberText(forecast.clamped)));
    if (forecast.unreadable > 0)
        rows << row(tr("damaged"), tr("%1 cannot be read").arg(numberText(forecast.unreadable)));
    rows << tallyRows(tally) << u"<tr><td colspan='2'><hr></td></tr>"_s << topicRows(tally);
    setRows(rows);
}

void ReplayReportPane::showReport(const ReplayReport& report, const ReplayTally& tally,
                                  bool isPaused, std::int64_t expected)
{
    const Theme& theme = Theme::current();
    const bool isBad = report.state >= ReplayReport::State::Stopped || report.failed > 0;
    const QString sent =
        report.state < ReplayReport::State::Finished
            ? tr("%1 of %2 sent").arg(numberText(report.sent), numberText(expected))
            : tr("%1 sent").arg(numberText(report.sent));
    headline(tr("%1: %2").arg(stateWord(report.state, isPaused), sent),
             isBad ? theme.bad : QColor());
    QStringList rows;
    if (!report.sentence.isEmpty())
        rows << row(tr("why"), report.sentence);
    rows << row(tr("failed"), numberText(report.failed));
    for (const auto& [seq, why] : report.failures)
        rows << row(QString(), u"%1: %2"_s.arg(seq).arg(why));
    rows << row(tr("late"), tr("%1 by more than %2; half below %3, 99 % below %4, at most %5")
                                .arg(numberText(report.late), durationText(kReplayLate),
                                     durationText(report.lateHalf), durationText(report.late99),
                                     durationText(report.lateMost)));
    if (report.behind.count() > 0)
        rows << row(tr("behind"),
                    tr("what was late moved the rest by %1").arg(durationText(report.behind)));
    if (report.asked > 0) {
        QString answers = tr("%1 of %2").arg(numberText(report.answered), numberText(report.asked));
        if (report.answered > 0)
            answers += tr("; half within %1, 99 % within %2")
                           .arg(durationText(report.answerHalf), durationText(report.answer99));
        rows << row(tr("answered"), answers);
    }
    if (report.unheard > 0)
        rows << row(tr("unheard"),
                    tr("nobody got %1 of them, says the bus").arg(numberText(report.unheard)));
    if (report.time != kNoTime)
        rows << row(tr("recorded at"), shownClock(fromNs(report.time)));
    rows << tallyRows(tally);
    setRows(rows);
}

QString ReplayReportPane::asText() const
{
    return m_headline->text() + u'\n' + m_text->toPlainText();
}

} // namespace murmur
