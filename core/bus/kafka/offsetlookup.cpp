// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/offsetlookup.h"

#include <algorithm>

namespace murmur {

namespace {

// One partition in which records are halved until one place is left. Every record before `low` is
// earlier than the time that is looked for; the first one at or after `high` is not, or there is
// none. Clocks of producers may step back: then the place found is one where an earlier record is
// followed by a later one. Costs one record for each bit of the distance, of all partitions at
// once; the slow version reads all records and takes the first that is late enough.
struct Search
{
    std::size_t index = 0; // of the caller's lists
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t asked = 0;
};

void narrow(Search& search, const OffsetLookup::Record& record, std::int64_t time)
{
    const bool isBeyond = record.isNone || record.offset >= search.high;
    if (isBeyond || record.time >= time)
        search.high = search.asked;
    else
        search.low = std::max(search.low, record.offset + 1);
}

} // namespace

std::vector<std::optional<std::int64_t>> offsetsAtTime(OffsetLookup& lookup,
                                                       std::span<const KafkaPartition> partitions,
                                                       std::span<const Watermarks> watermarks,
                                                       std::int64_t time)
{
    std::vector<std::optional<std::int64_t>> found = lookup.indexed(partitions, time);
    std::vector<Search> searches;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (found[i])
            continue;
        // The last record first: mostly nothing is said because all records are earlier.
        const Watermarks& marks = watermarks[i];
        searches.push_back({i, marks.low, marks.high, marks.high - 1});
    }
    while (true) {
        std::erase_if(searches, [&](const Search& search) {
            if (search.low < search.high)
                return false;
            found[search.index] = search.high;
            return true;
        });
        if (searches.empty())
            return found;
        std::vector<OffsetLookup::Place> places;
        places.reserve(searches.size());
        for (const Search& search : searches)
            places.push_back({partitions[search.index], search.asked});
        const auto records = lookup.records(places);
        std::vector<Search> next;
        for (std::size_t i = 0; i < searches.size(); ++i) {
            if (!records[i])
                continue;
            Search search = searches[i];
            narrow(search, *records[i], time);
            search.asked = search.low + (search.high - search.low) / 2;
            next.push_back(search);
        }
        searches = std::move(next);
    }
}

} // namespace murmur
