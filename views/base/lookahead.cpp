// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/lookahead.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Where messages follow each other closely, it is not asked for each of them.
constexpr qint64 kPatience = 40; // ms

nanoseconds apart(TimePoint a, TimePoint b)
{
    return a < b ? b - a : a - b;
}

bool covers(const Lookahead::Known& known, TimePoint playhead, bool isBackwards)
{
    if (known.isBackwards != isBackwards)
        return false;
    // A message that was reached is not the next one any more.
    const bool isBefore = isBackwards ? playhead > known.until : playhead < known.until;
    const bool isAtEdge = known.seq == 0 && playhead == known.until;
    const bool isBehind = isBackwards ? playhead <= known.from : playhead >= known.from;
    return isBehind && (isBefore || isAtEdge);
}

} // namespace

void Lookahead::setCondition(const QString& condition)
{
    if (condition == m_condition)
        return;
    m_condition = condition;
    forget();
}

void Lookahead::forget()
{
    m_job.cancel();
    m_known.reset();
    m_age.invalidate();
}

void Lookahead::extend(TimePoint until)
{
    if (m_known && m_known->seq == 0 &&
        (m_known->isBackwards ? until < m_known->until : until > m_known->until))
        m_known->until = until;
}

const Lookahead::Known* Lookahead::at(TimePoint playhead, bool isBackwards, nanoseconds far,
                                      Session& session, QObject& owner)
{
    if (!m_known || !covers(*m_known, playhead, isBackwards)) {
        m_known.reset();
        const bool isOnItsWay = m_job.isBusy() && covers(m_asked, playhead, isBackwards);
        if (!isOnItsWay && (!m_age.isValid() || m_age.hasExpired(kPatience))) {
            // The playhead's own moment is behind it: there it would stand still for good.
            ask(isBackwards ? playhead : playhead + nanoseconds(1), isBackwards, far, session,
                owner);
        }
        return m_known ? &*m_known : nullptr;
    }
    const TimeRange all = session.seen().time;
    const bool isWhole = isBackwards ? m_known->until <= all.begin : m_known->until >= all.end;
    if (m_known->seq == 0 && !isWhole && !m_job.isBusy() &&
        apart(playhead, m_known->until) < far / 4)
        ask(m_known->until, isBackwards, far, session, owner);
    return &*m_known;
}

void Lookahead::ask(TimePoint from, bool isBackwards, nanoseconds far, Session& session,
                    QObject& owner)
{
    const TimeRange all = session.seen().time;
    const TimePoint until = isBackwards
                                ? (from - all.begin > far ? from - far : std::min(from, all.begin))
                                : (all.end - from > far ? from + far : std::max(from, all.end));
    const TimeRange range = isBackwards ? TimeRange{until, from} : TimeRange{from, until};
    const Known known{m_known ? m_known->from : from - nanoseconds(isBackwards ? 0 : 1), until, 0,
                      isBackwards};
    m_asked = known;
    m_age.start();
    if (range.isEmpty())
        m_known = known;
    else
        search(known, range, session, owner);
}

void Lookahead::search(Known known, TimeRange range, Session& session, QObject& owner)
{
    const QString when =
        u"time >= %1 and time < %2"_s.arg(isoTime(range.begin), isoTime(range.end));
    const auto filter =
        parseFilter(m_condition.isEmpty() ? when : u"(%1) and %2"_s.arg(m_condition, when),
                    session.seen().time);
    if (!filter)
        return fail(known, filter.error());
    MatchRequest request;
    request.filter = *filter;
    request.limit = 1;
    request.newestFirst = known.isBackwards;
    m_job.start(
        &owner,
        [&session, request](std::stop_token stop) mutable {
            request.stop = std::move(stop);
            return session.search(request);
        },
        [this, known, range, &session, &owner](const Result<MatchList>& matches) {
            if (!matches)
                return fail(known, matches.error());
            if (matches->seqs.empty())
                m_known = known;
            else
                found(known, range, matches->seqs.front(), session, owner);
        });
}

/// What cannot be read is no reason to stand still.
void Lookahead::fail(Known known, const Error& error)
{
    if (error.code != ErrorCode::Cancelled)
        m_known = known;
}

/// The first in the order of arrival need not be the first in time: it is looked once more before
/// it.
void Lookahead::found(Known known, TimeRange range, Seq seq, Session& session, QObject& owner)
{
    RowRequest request;
    request.first = seq;
    request.count = 1;
    m_job.start(
        &owner, [&session, request](std::stop_token) { return session.rows(request); },
        [this, known, range, seq, &session,
         &owner](const Result<std::vector<MessageRow>>& rows) mutable {
            if (!rows)
                return fail(known, rows.error());
            if (rows->empty() || !range.contains(rows->front().time))
                return fail(known, {ErrorCode::NotFound, {}});
            known.until = rows->front().time;
            known.seq = seq;
            if (known.isBackwards)
                range.begin = known.until + nanoseconds(1);
            else
                range.end = known.until;
            if (range.isEmpty())
                m_known = known;
            else
                search(known, range, session, owner);
        });
}

} // namespace murmur
