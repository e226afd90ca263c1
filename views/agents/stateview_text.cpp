// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the pane of one agent's state says in words.

#include "views/agents/keyhistory.h"
#include "views/agents/knowledgefollower.h"
#include "views/agents/statecomparison.h"
#include "views/agents/stateview.h"
#include "views/base/agentmoments.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include "session/agentstatus.h"

#include <QLabel>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMailsNamed = 4; ///< of the mailbox, the oldest ones

QString badge(const QString& shape, const QString& word, const QColor& color)
{
    return u"<span style=\"color:%1; font-weight:600\">%2 %3</span>"_s.arg(color.name(), shape,
                                                                           word);
}

} // namespace

/// The word for what it does, and what that is about.
QString StateView::statusWords() const
{
    const Theme& theme = Theme::current();
    const AgentLife life = m_moments->lifeOf(m_agent);
    const std::int64_t since = statusSince(*m_state, m_at, life);
    const QString length =
        since == kNoTime ? QString() : durationText(std::max(nanoseconds(0), m_at - fromNs(since)));
    // At the message that made it so, no time has passed.
    const bool isNow = since != kNoTime && m_at <= fromNs(since);
    const auto names = shared()->session()->dictionaries();
    switch (statusOf(*m_state, m_at, life)) {
    case AgentStatus::Unseen:
        return badge(u"○"_s, tr("not seen yet"), theme.faint);
    case AgentStatus::Dead:
        return badge(u"✕"_s, tr("dead"), theme.bad) + u" "_s +
               (life.farewell != kNoTime && life.farewell >= m_state->lastSent
                    ? tr("it said good-bye %1 ago, at %2")
                    : tr("silent for %1, since %2"))
                   .arg(length, shownClock(fromNs(since)));
    case AgentStatus::Silent: {
        const QString text = badge(u"■"_s, tr("silent"), theme.bad) + u" "_s +
                             tr("for %1, since %2")
                                 .arg(durationText(m_at - fromNs(m_state->lastSent)),
                                      shownClock(fromNs(m_state->lastSent)));
        return m_state->usualGap > 0 ? text + tr("; usually a message every %1")
                                                  .arg(durationText(nanoseconds(m_state->usualGap)))
                                     : text;
    }
    case AgentStatus::Restarted:
        return badge(u"↻"_s, tr("restarted"), theme.warning) + u" "_s +
               (isNow ? tr("just now") : tr("%1 ago").arg(length));
    case AgentStatus::Waiting: {
        const AgentId other = waitsFor(*m_state);
        return badge(u"◐"_s, tr("waiting"), theme.good) + u" "_s +
               (murmur::index(other) == 0
                    ? tr("for an answer, %1").arg(isNow ? tr("from now on") : length)
                    : tr("for %1, %2")
                          .arg(agentText(*names, other).toHtmlEscaped(),
                               isNow ? tr("from now on") : length));
    }
    case AgentStatus::Busy:
        return badge(u"●"_s, tr("busy"), theme.good) + u" "_s +
               (isNow ? tr("from now on") : tr("for %1").arg(length));
    case AgentStatus::Idle:
        return badge(u"●"_s, tr("idle"), theme.good) + u" "_s +
               (isNow ? tr("from now on") : tr("for %1").arg(length));
    }
    return {};
}

QString StateView::statusSentence() const
{
    const Theme& theme = Theme::current();
    if (!m_state || m_state->liveness == Liveness::Unseen)
        return badge(u"○"_s, tr("not seen yet"), theme.faint);
    QString text = statusWords();
    if (m_state->liveness == Liveness::Silent)
        return text;
    const bool isTold = // the status counts from there
        statusOf(*m_state, m_at, m_moments->lifeOf(m_agent)) == AgentStatus::Idle &&
        m_state->lastSent >= m_state->lastReceived;
    if (m_state->lastSent != kNoTime && !isTold) {
        const nanoseconds quiet = m_at - fromNs(m_state->lastSent);
        text += u", "_s + (quiet < nanoseconds(1'000'000)
                               ? tr("last message just now")
                               : tr("last message %1 ago").arg(durationText(quiet)));
    }
    text +=
        u", "_s +
        tr("%1 sent, %2 received").arg(numberText(m_state->sent), numberText(m_state->received));
    if (m_state->errors > 0)
        text += u", <span style=\"color:%1\">"_s.arg(theme.bad.name()) +
                countText(m_state->errors, tr("1 error"), tr("%1 errors")) + u"</span>"_s;
    return text;
}

QString StateView::callsText(const std::vector<OpenCall>& calls, bool areOwed, bool asLinks) const
{
    if (calls.empty())
        return areOwed ? tr("nothing owed") : tr("none");
    std::vector<OpenCall> oldest = calls;
    std::ranges::sort(oldest, {}, &OpenCall::since);
    const auto names = shared()->session()->dictionaries();
    const QString count =
        areOwed ? tr("%1 unanswered").arg(numberText(static_cast<std::int64_t>(calls.size())))
                : numberText(static_cast<std::int64_t>(calls.size()));
    const auto words = [&](const OpenCall& call) {
        return tr("%1, %2").arg(durationText(m_at - fromNs(call.since)),
                                areOwed ? tr("from %1").arg(agentText(*names, call.other))
                                        : tr("to %1").arg(agentText(*names, call.other)));
    };
    const QString first = tr("oldest %1").arg(words(oldest.front()));
    if (!asLinks)
        return u"%1, %2"_s.arg(count, first);
    const auto link = [](const OpenCall& call, const QString& text) {
        return u"<a href=\"seq:%1\">%2</a>"_s.arg(call.request).arg(text.toHtmlEscaped());
    };
    QString text = u"%1, %2"_s.arg(count, link(oldest.front(), first));
    // What lies in a mailbox is read one by one.
    for (std::size_t i = 1; areOwed && i < std::min(oldest.size(), kMailsNamed); ++i)
        text += u"<br>"_s + link(oldest[i], words(oldest[i]));
    if (areOwed && oldest.size() > kMailsNamed)
        text += u"<br>"_s +
                tr("and %1 more").arg(numberText(std::ssize(oldest) - std::int64_t(kMailsNamed)));
    return text;
}

QString StateView::asText() const
{
    if (!m_state || shared()->session() == nullptr)
        return m_note->title() + u'\n' + m_note->sentence();
    QString status = m_status->text();
    static const QRegularExpression tags(u"<[^>]*>"_s);
    status.remove(tags);
    QStringList lines{m_header->title(), status,
                      tr("open calls") + u'\t' + callsText(m_state->waitingFor, false, false),
                      tr("mailbox") + u'\t' + callsText(m_state->owes, true, false)};
    if (m_knowledge->knowledge() != nullptr)
        lines << tr("knew") + u'\t' + m_knowledge->text(false);
    if (const QString title = m_comparison->title(); !title.isEmpty())
        lines << tr("compared with %1").arg(title);
    for (const StateRow& row : m_model->rows()) {
        QString line = u"%1\t%2\t%3\t%4\t%5"_s.arg(row.key, row.value, isoTime(row.since),
                                                   QString::number(row.setBy), row.was);
        for (const QString& more :
             {(row.difference + u' ' + row.against).trimmed(), row.driftWhy}) {
            if (!more.isEmpty())
                line += u'\t' + more;
        }
        lines << line;
    }
    if (m_history->isVisible())
        lines << m_history->asText();
    return lines.join(u'\n');
}

} // namespace murmur
