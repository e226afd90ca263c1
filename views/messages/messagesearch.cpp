// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagesearch.h"

#include <algorithm>

namespace murmur {

namespace {
// The first answer comes at once, the last stretches are worth their overhead.
constexpr Seq kFirstStretch = 50'000;
constexpr Seq kLongestStretch = 2'000'000;
} // namespace

MessageSearch::MessageSearch(QObject* parent)
    : QObject(parent)
{
}

void MessageSearch::start(Find find, FilterPtr filter, Seq last, Seq first)
{
    m_job.cancel();
    m_find = std::move(find);
    m_filter = std::move(filter);
    m_last = last;
    m_through = first - 1;
    m_stretch = kFirstStretch;
    next();
}

void MessageSearch::extend(Seq last)
{
    if (!isActive() || last <= m_last)
        return;
    m_last = last;
    if (!m_job.isBusy())
        next();
}

void MessageSearch::stop()
{
    m_job.cancel();
    m_filter.reset();
    m_through = 0;
    m_last = 0;
}

void MessageSearch::next()
{
    if (!m_filter || m_through >= m_last)
        return;
    MatchRequest request;
    request.filter = m_filter;
    request.first = m_through + 1;
    request.last = std::min(m_last, m_through + m_stretch);
    m_stretch = std::min(m_stretch * 2, kLongestStretch);
    const Seq asked = request.last;
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return m_find(request);
        },
        [this, asked](const Result<MatchList>& answer) {
            if (!answer) {
                if (answer.error().code != ErrorCode::Cancelled)
                    Q_EMIT searchFailed(answer.error().message);
                return;
            }
            // An answer that got nowhere must not be asked for again for ever.
            const bool gotOn = answer->isComplete || answer->through > m_through;
            m_through = answer->isComplete ? asked : std::clamp(answer->through, m_through, asked);
            Q_EMIT found(answer->seqs);
            if (gotOn)
                next();
        });
}

} // namespace murmur
