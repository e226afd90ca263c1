// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/answerpane.h"

#include "replay/answerdiff.h"
#include "views/base/theme.h"

#include <nlohmann/json.hpp>

#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostAnswer = 64 * 1024;
constexpr qsizetype kMostAnswers = 100; ///< that are shown

/// JSON with line breaks, other text as it is.
QString readable(const QByteArray& bytes)
{
    const auto json = nlohmann::ordered_json::parse(bytes.begin(), bytes.end(), nullptr, false);
    if (bytes.size() <= kMostAnswer && (json.is_object() || json.is_array()))
        return QString::fromStdString(
            json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return QString::fromUtf8(bytes.left(kMostAnswer));
}

QString headerLines(const HeaderList& headers)
{
    QString out;
    for (const auto& [name, value] : headers)
        out += QString::fromStdString(name) + u": "_s + QString::fromStdString(value) + u'\n';
    return out;
}

} // namespace

AnswerPane::AnswerPane(QWidget* parent)
    : QWidget(parent)
    , m_headline(new QLabel(this))
    , m_detail(new QLabel(this))
    , m_text(new QPlainTextEdit(this))
    , m_differences(new QTreeWidget(this))
    , m_follow(new QPushButton(tr("All that followed"), this))
    , m_hint(new QLabel(this))
{
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setWordWrap(true);
    m_headline->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_detail->setTextFormat(Qt::PlainText);
    m_detail->setWordWrap(true);
    m_detail->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setWordWrap(true);
    m_hint->setForegroundRole(QPalette::WindowText);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setFont(Theme::current().numberFont());
    m_text->setAccessibleName(tr("Answer"));
    m_differences->setAccessibleName(tr("Differences to the recorded answer"));
    m_differences->setHeaderLabels({tr("Differs"), tr("Recorded"), tr("Now")});
    m_differences->setRootIsDecorated(false);
    m_differences->setFrameShape(QFrame::NoFrame);
    m_differences->setUniformRowHeights(true);
    m_differences->header()->setStretchLastSection(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 8, 0);
    column->setSpacing(4);
    column->addWidget(m_headline);
    column->addWidget(m_detail);
    column->addWidget(m_hint);
    column->addWidget(m_text, 100);
    column->addWidget(m_differences, 100);
    column->addWidget(m_follow, 0, Qt::AlignLeft);
    column->addStretch(1);
    m_follow->setToolTip(tr("Leaves only what was sent and what follows from it, in all views"));
    clear();
}

void AnswerPane::headline(const QString& text, const QColor& color)
{
    m_headline->setText(text);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, color.isValid() ? color : Theme::current().text);
    m_headline->setPalette(colors);
}

void AnswerPane::clear()
{
    m_detail->show();
    headline(tr("Nothing was sent yet"), Theme::current().secondary);
    m_detail->setText(tr("The answer appears here, with its latency and what is other in it than "
                         "in the recorded one."));
    m_text->hide();
    m_hint->hide();
    m_differences->hide();
    m_follow->hide();
}

void AnswerPane::addHint(const QString& sentence)
{
    m_hint->setText(sentence);
    m_hint->setVisible(!sentence.isEmpty());
}

void AnswerPane::showFollowing(bool isKnown)
{
    m_follow->setVisible(isKnown);
}

void AnswerPane::showPreview(const InjectionRun& run, const std::vector<PreparedInjection>& ready,
                             const QString& hint)
{
    headline(tr("This would be sent to %1").arg(shownUrl(run.draft.target)),
             Theme::current().warning);
    const QString often = run.draft.repeat > 1
                              ? tr(" × %1, %2 a second.").arg(run.draft.repeat).arg(run.draft.rate)
                              : QString();
    const QString what =
        run.sequence.empty()
            ? tr("Topic %1.").arg(QString::fromUtf8(ready.front().message.topic)) + often
            : tr("%n message(s).", nullptr, static_cast<int>(ready.size()));
    m_hint->hide();
    m_detail->show();
    m_detail->setText(what + u' ' + markSentence(ready.front().mark) + u' ' + hint);
    QStringList texts;
    for (const PreparedInjection& one : ready) {
        const QString topic =
            run.sequence.empty()
                ? QString()
                : u"%1  %2\n"_s.arg(one.message.number).arg(QString::fromUtf8(one.message.topic));
        texts << topic + headerLines(one.message.headers) + u'\n' +
                     (one.message.isTombstone ? tr("no value: the key is deleted")
                                              : readable(one.message.raw));
    }
    m_text->setPlainText(texts.join(u"\n\n"_s));
    m_text->show();
    m_differences->hide();
}

void AnswerPane::showProblem(const QString& sentence)
{
    headline(tr("Not sent"), Theme::current().bad);
    m_detail->setText(sentence);
    m_detail->show();
    m_hint->hide();
    m_text->hide();
    m_differences->hide();
}

void AnswerPane::begin(const InjectionRun& run)
{
    m_isSequence = !run.sequence.empty();
    m_origin = m_isSequence ? InjectionOrigin() : run.draft.origin;
    m_repeat = static_cast<int>(countOf(run));
    m_sent = m_failed = m_answered = m_unheard = 0;
    m_latency = m_shortest = m_longest = nanoseconds(-1);
    m_answers.clear();
    m_isOver = false;
    headline(tr("Sending…"), Theme::current().secondary);
    m_detail->clear();
    m_hint->hide();
    m_text->hide();
    m_differences->hide();
}

void AnswerPane::add(const InjectionEvent& event)
{
    switch (event.is) {
    case InjectionEvent::Is::Sent:
        ++m_sent;
        m_unheard += event.receivers == 0 ? 1 : 0;
        break;
    case InjectionEvent::Is::Failed:
        ++m_failed;
        m_detail->setText(event.sentence);
        break;
    case InjectionEvent::Is::Answered:
        ++m_answered;
        m_latency = event.latency;
        m_shortest = m_answered == 1 ? m_latency : std::min(m_shortest, m_latency);
        m_longest = std::max(m_longest, m_latency);
        if (m_answers.size() < kMostAnswers) {
            const QString which = m_repeat > 1 ? tr("Answer to %1, after %2")
                                                         .arg(event.number)
                                                         .arg(durationText(event.latency)) +
                                                     u'\n'
                                               : QString();
            m_answers << which + headerLines(event.answer.headers) +
                             readable(withoutMarks(event.answer.raw));
        }
        showAnswers();
        showDifferences(event.answer.raw);
        break;
    }
    QString text = m_repeat > 1 ? tr("%1 of %2 sent").arg(m_sent).arg(m_repeat) : tr("Sent");
    if (m_unheard > 0)
        text += tr(", nobody got it");
    if (m_answered > 0 && m_isSequence)
        text += tr(", last answer after %1").arg(durationText(m_latency));
    else if (m_answered > 0)
        text = answeredText();
    showDetail();
    headline(text, m_failed > 0    ? Theme::current().bad
                   : m_unheard > 0 ? Theme::current().warning
                                   : Theme::current().good);
}

QString AnswerPane::answeredText() const
{
    if (m_repeat > 1 || m_answered > 1) {
        const QString text = tr("%1 answers to %2 messages, after %3 to %4")
                                 .arg(m_answered)
                                 .arg(m_sent)
                                 .arg(durationText(m_shortest), durationText(m_longest));
        return m_isOver ? tr("%1, some late").arg(text) : text;
    }
    return m_isOver ? tr("Answered late, after %1").arg(durationText(m_latency))
                    : tr("Answered after %1").arg(durationText(m_latency));
}

void AnswerPane::showDetail()
{
    m_detail->setVisible(!m_detail->text().isEmpty());
}

void AnswerPane::showAnswers()
{
    QString text = m_answers.join(u"\n\n"_s);
    if (m_answered > m_answers.size())
        text += u"\n\n"_s + tr("and %1 more answers").arg(m_answered - m_answers.size());
    m_text->setPlainText(text);
    m_text->show();
}

void AnswerPane::addHeard(const MessageDetail& answer, nanoseconds latency)
{
    if (m_answered > 0)
        return;
    m_text->setPlainText(headerLines(answer.headers) + readable(answer.raw));
    m_text->show();
    showDifferences(answer.raw);
    m_answered = 1;
    m_latency = latency;
    headline(tr("Answered after %1, heard on the bus").arg(durationText(latency)),
             Theme::current().good);
}

void AnswerPane::showDifferences(const QByteArray& answer)
{
    if (m_origin.answer.isNull()) {
        m_detail->setText(m_origin.seq != 0 ? tr("The recorded message had no answer.")
                                            : QString());
        return;
    }
    const auto differences = answerDifferences(m_origin.answer, answer);
    const auto count = std::ranges::count(differences, false, &AnswerDifference::isVolatile);
    const QString recorded =
        m_origin.answerLatency >= nanoseconds(0)
            ? tr(" The recorded one came after %1.").arg(durationText(m_origin.answerLatency))
            : QString();
    const QString is = count > 0      ? tr("Other than in the recorded one: %1.").arg(count)
                       : m_repeat > 1 ? tr("The last one is as the recorded one.")
                                      : tr("It is as the recorded one.");
    m_detail->setText(is + recorded);
    showDetail();
    m_differences->clear();
    for (const AnswerDifference& one : differences) {
        const auto shown = [](const QString& value) {
            return value.isEmpty() ? tr("not there") : value.left(200);
        };
        auto* item =
            new QTreeWidgetItem(m_differences, {one.path.isEmpty() ? tr("all of it") : one.path,
                                                shown(one.recorded), shown(one.received)});
        if (!one.isVolatile)
            continue;
        for (int column = 0; column < 3; ++column)
            item->setForeground(column, Theme::current().faint);
        item->setText(0, tr("%1 (each time)").arg(one.path));
    }
    m_differences->setVisible(!differences.empty());
    m_differences->resizeColumnToContents(0);
}

void AnswerPane::finish(const InjectionReport& report)
{
    m_detail->show();
    switch (report.end) {
    case InjectionReport::End::Done:
        m_isOver = true;
        if (report.answered < report.awaited) {
            headline(report.awaited == 1 ? tr("No reply in %1").arg(durationText(report.waited))
                                         : tr("%1 of %2 had no reply in %3")
                                               .arg(report.awaited - report.answered)
                                               .arg(report.awaited)
                                               .arg(durationText(report.waited)),
                     Theme::current().warning);
            m_detail->setText(tr("A reply that comes within a minute is still shown."));
            return;
        }
        if (report.failed == 0 && report.answered == 0 && m_detail->text().isEmpty())
            m_detail->setText(markSentence(report.mark));
        showDetail();
        return;
    case InjectionReport::End::Stopped:
        headline(tr("Stopped; %1 sent").arg(report.sent), Theme::current().warning);
        if (m_isSequence && report.sentence != u"Stopped."_s)
            m_detail->setText(report.sentence);
        return;
    case InjectionReport::End::Refused:
    case InjectionReport::End::Unreachable:
        break;
    case InjectionReport::End::Lost:
        headline(tr("The bus was lost; %1 sent. It is disarmed.").arg(report.sent),
                 Theme::current().bad);
        m_detail->setText(report.sentence);
        return;
    }
    headline(report.sent > 0 ? tr("Ended; %1 sent").arg(report.sent) : tr("Not sent"),
             Theme::current().bad);
    m_detail->setText(report.sentence);
}

QString AnswerPane::asText() const
{
    QStringList lines{m_headline->text(), m_detail->text()};
    if (!m_hint->isHidden())
        lines << m_hint->text();
    if (!m_text->isHidden())
        lines << m_text->toPlainText();
    if (!m_differences->isHidden()) {
        for (int row = 0; row < m_differences->topLevelItemCount(); ++row) {
            const QTreeWidgetItem* item = m_differences->topLevelItem(row);
            lines << item->text(0) + u'\t' + item->text(1) + u'\t' + item->text(2);
        }
    }
    lines.removeAll(QString());
    return lines.join(u'\n');
}

} // namespace murmur
