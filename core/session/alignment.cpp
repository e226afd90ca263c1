// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/alignment.h"

#include "base/message.h"
#include "session/jobs.h"

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

constexpr int kSamples = 4;                  ///< places in the stretch that both cover
constexpr std::int64_t kSampleRows = 25'000; ///< messages of each
constexpr std::size_t kFewest = 10;          ///< fewer shared messages may be chance
/// No message takes so long to one recorder and not to the other: beyond this it was chance, as
/// among agents that number their messages from 1.
constexpr std::int64_t kMostError = 1'000'000'000; // ns
/// Two programs of one machine read the same clock; each anchors it once.
constexpr std::int64_t kSameHostError = 1'000'000; // ns

/// Times by id of the sampled messages; an id that comes twice says nothing.
using Times = std::unordered_map<std::uint64_t, std::int64_t>;

std::uint64_t keyOf(const Columns& columns, std::size_t row, PayloadSource& payload)
{
    const auto textOf = [&](IdField field) -> std::string_view {
        const TextRef ref = columns.ids[static_cast<std::size_t>(field)].text[row];
        if (ref.size == 0)
            return {};
        std::size_t offset = ref.offset;
        std::string_view bytes;
        if ((ref.offset & kInText) != 0) {
            offset &= ~kInText;
            bytes = columns.text;
        } else if (offset < columns.rawSize[row]) {
            bytes = payload.raw(row);
        } else {
            offset -= columns.rawSize[row];
            bytes = payload.headers(row);
        }
        return offset <= bytes.size() ? bytes.substr(offset, ref.size) : std::string_view();
    };
    std::uint64_t id = idHash(textOf(IdField::Message));
    if (id == 0)
        id = idHash(textOf(IdField::Correlation));
    // The bytes belong to it: agents that number their messages from 1 all have a message 1, and a
    // request and its answer carry the same correlation.
    return id == 0 ? 0 : id * 0x9e37'79b9'7f4a'7c15ull ^ idHash(payload.raw(row));
}

void sample(BlockReader& reader, TimePoint from, Times& times)
{
    Columns columns;
    std::int64_t rows = 0;
    const auto first = reader.blockAt(from);
    if (!first)
        return;
    for (Seq seq = first->first; rows < kSampleRows;) {
        const auto blocks = reader.blocksFrom(seq, 16);
        if (blocks.empty())
            return;
        for (const BlockRef& block : blocks) {
            seq = block.last() + 1;
            rows += static_cast<std::int64_t>(block.count);
            if (!reader.load(block, TimeColumns | SizeColumns | IdColumns, columns))
                continue;
            BlockPayload payload(reader, block, columns);
            for (std::size_t row = 0; row < columns.size(); ++row) {
                const std::uint64_t key = keyOf(columns, row, payload);
                if (key == 0)
                    continue;
                const auto [at, isNew] = times.try_emplace(key, columns.time[row]);
                if (!isNew && at->second != columns.time[row])
                    at->second = kNoTime;
            }
        }
    }
}

TimeRange extentOf(BlockReader& reader)
{
    const RecordingTotals totals = reader.meta().totals;
    return totals.last == 0 ? TimeRange{}
                            : TimeRange{fromNs(totals.firstTime), fromNs(totals.lastTime)};
}

} // namespace

ClockOffset clockOffset(BlockReader& reference, BlockReader& other)
{
    const TimeRange a = extentOf(reference);
    const TimeRange b = extentOf(other);
    // Where both recorded; when the clocks say that they never did, they are wrong by so much that
    // only the beginnings can be compared.
    const TimeRange both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
    Times ours;
    Times theirs;
    if (both.isEmpty()) {
        sample(reference, a.begin, ours);
        sample(other, b.begin, theirs);
    }
    for (int i = 0; i < kSamples && !both.isEmpty(); ++i) {
        const TimePoint from = both.begin + both.length() / kSamples * i;
        sample(reference, from, ours);
        sample(other, from, theirs);
    }
    std::vector<std::int64_t> differences;
    for (const auto& [key, time] : theirs) {
        const auto same = ours.find(key);
        std::int64_t difference = 0;
        if (same != ours.end() && same->second != kNoTime && time != kNoTime &&
            !__builtin_sub_overflow(same->second, time, &difference) && difference > -kMostOffset &&
            difference < kMostOffset)
            differences.push_back(difference);
    }
    ClockOffset result;
    if (differences.size() < kFewest)
        return result;
    std::ranges::sort(differences);
    const std::size_t n = differences.size();
    result.shared = static_cast<std::int64_t>(n);
    result.offset = differences[n / 2];
    result.error = std::max<std::int64_t>(1, std::max(differences[n - 1 - n / 40] - result.offset,
                                                      result.offset - differences[n / 40]));
    if (result.error > kMostError)
        return {};
    // What cannot be told from nothing is nothing.
    if (std::abs(result.offset) <= result.error)
        result.offset = 0;
    return result;
}

std::vector<Alignment> alignClocks(std::span<BlockReader* const> readers)
{
    std::vector<Alignment> all;
    for (std::size_t i = 0; i < readers.size(); ++i) {
        Alignment own;
        if (i == 0) {
            all.push_back({0, 0, AlignedBy::Itself, 0});
            continue;
        }
        // By the first recording with which it shares messages; those before it are aligned
        // already.
        for (std::size_t j = 0; j < i && own.shared == 0; ++j) {
            if (all[j].error < 0)
                continue;
            const ClockOffset found = clockOffset(*readers[j], *readers[i]);
            if (found.shared > own.shared)
                own = {all[j].offset + found.offset, all[j].error + found.error,
                       AlignedBy::Messages, found.shared};
        }
        const QString host = readers[i]->meta().host;
        if (own.shared == 0 && !host.isEmpty() && host == readers[0]->meta().host)
            own = {0, kSameHostError, AlignedBy::Host, 0};
        all.push_back(own);
    }
    return all;
}

} // namespace murmur
