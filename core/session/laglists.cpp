// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far others were behind, of one recording and of several that look like one.

#include "session/laglists.h"

#include "session/jobs.h"
#include "session/joinedreader.h"
#include "session/mergedreader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace murmur {

void sortByTime(std::vector<StoredLag>& lags)
{
    std::ranges::stable_sort(lags, {}, &StoredLag::time);
}

std::vector<StoredLag> newestOfEach(std::vector<StoredLag> lags)
{
    std::map<std::tuple<std::uint32_t, std::string, std::string>, StoredLag> newest;
    for (StoredLag& lag : lags) {
        StoredLag& known = newest[{index(lag.connection), lag.topic, lag.consumer}];
        if (known.time <= lag.time)
            known = std::move(lag);
    }
    lags.clear();
    for (auto& [key, lag] : newest)
        lags.push_back(std::move(lag));
    return lags;
}

Result<std::vector<Lag>> lagsJob(const Source& source, const LagRequest& request)
{
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    const std::int64_t step =
        request.columns > 0
            ? std::max<std::int64_t>(1, request.range.length().count() / request.columns)
            : 0;
    const std::vector<StoredLag> stored = (*lease)->lags(request.range, step);
    return std::vector<Lag>(stored.begin(), stored.end());
}

std::vector<StoredLag> MemberReader::lags(TimeRange range, std::int64_t step)
{
    const auto own = [this](TimePoint time) {
        return time == TimePoint::min() || time == TimePoint::max()
                   ? time
                   : time - nanoseconds(m_member.offset);
    };
    std::vector<StoredLag> lags = m_reader->lags({own(range.begin), own(range.end)}, step);
    mapLags(lags);
    return lags;
}

std::vector<StoredLag> MemberReader::lastLags()
{
    std::vector<StoredLag> lags = m_reader->lastLags();
    mapLags(lags);
    return lags;
}

void MemberReader::mapLags(std::vector<StoredLag>& lags) const
{
    for (StoredLag& lag : lags) {
        lag.connection = ConnectionId(NameMap::at(m_member.map.connections, index(lag.connection)));
        lag.time = movedTime(lag.time, m_member.offset);
    }
}

std::vector<StoredLag> MergedReader::lags(TimeRange range, std::int64_t step)
{
    std::vector<StoredLag> all;
    for (const auto& member : m_members)
        std::ranges::move(member->lags(range, step), std::back_inserter(all));
    sortByTime(all);
    return all;
}

std::vector<StoredLag> MergedReader::lastLags()
{
    std::vector<StoredLag> all;
    for (const auto& member : m_members)
        std::ranges::move(member->lastLags(), std::back_inserter(all));
    return all;
}

std::vector<StoredLag> JoinedReader::lags(TimeRange range, std::int64_t step)
{
    std::vector<StoredLag> all;
    for (const auto& member : m_members)
        std::ranges::move(member->lags(range, step), std::back_inserter(all));
    sortByTime(all);
    return all;
}

std::vector<StoredLag> JoinedReader::lastLags()
{
    std::vector<StoredLag> all;
    for (const auto& member : m_members)
        std::ranges::move(member->lastLags(), std::back_inserter(all));
    return newestOfEach(std::move(all));
}

} // namespace murmur
