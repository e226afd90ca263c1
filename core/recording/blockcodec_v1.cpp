// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/blockcodec_v1.h"

#include "base/message.h"
#include "recording/blockcodec.h"

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

/// a + b and a - b of numbers from a file: wrong ones must not overflow.
constexpr std::int64_t sum(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t difference(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

constexpr std::int64_t fromOptional(std::uint64_t stored, std::int64_t base)
{
    return stored == 0
               ? kNoTime
               : static_cast<std::int64_t>(static_cast<std::uint64_t>(base) +
                                           static_cast<std::uint64_t>(unzigzag(stored - 1)));
}

std::uint32_t offsetFrom(std::uint64_t place, std::uint32_t size, std::int64_t& end)
{
    if ((place & 1) != 0)
        return static_cast<std::uint32_t>(place >> 1) | kInText;
    if (size == 0)
        return 0;
    const std::int64_t offset = sum(end, unzigzag(place >> 1));
    end = sum(offset, size);
    return static_cast<std::uint32_t>(offset) & ~kInText;
}

/// Fields whose hash stood in a column of its own.
bool isHashed(std::size_t field)
{
    constexpr std::array<IdField, 3> kHashed{IdField::Correlation, IdField::Trace,
                                             IdField::Conversation};
    return std::ranges::find(kHashed, static_cast<IdField>(field)) != kHashed.end();
}

/// Sequence numbers count per sender, so the difference to the sender's last one is nearly
/// always 1.
class SequenceBase
{
public:
    std::int64_t& operator[](std::uint32_t sender)
    {
        if (sender < m_dense.size())
            return m_dense[sender];
        return m_sparse[sender];
    }

private:
    std::array<std::int64_t, 512> m_dense{};
    std::unordered_map<std::uint32_t, std::int64_t> m_sparse;
};

template<typename T>
bool column(std::string_view& in, std::size_t count, bool wanted, std::vector<T>& out)
{
    return wanted ? decodeColumn(in, count, out) : skipColumn(in, count);
}

bool wide(std::string_view& in, std::size_t count, std::vector<std::uint64_t>& values, bool wanted)
{
    return wanted ? decodeColumn(in, count, values) : skipColumn(in, count);
}

} // namespace

bool decodeHeardV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out)
{
    std::vector<std::uint64_t> values;
    const bool times = (wanted & (TimeColumns | SentColumns)) != 0;
    if (!column(in, count, times, out.received) || !wide(in, count, values, times))
        return false;
    if (times) {
        out.time.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.time[i] = sum(out.received[i], unzigzag(values[i]));
    }
    if (!wide(in, count, values, (wanted & SentColumns) != 0))
        return false;
    if ((wanted & SentColumns) != 0) {
        out.sent.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.sent[i] = fromOptional(values[i], out.received[i]);
    }
    return column(in, count, (wanted & PlaceColumns) != 0, out.connection) &&
           column(in, count, (wanted & PlaceColumns) != 0, out.topic) &&
           column(in, count, (wanted & SizeColumns) != 0, out.rawSize) &&
           column(in, count, (wanted & SizeColumns) != 0, out.headerSize) &&
           column(in, count, (wanted & FlagColumns) != 0, out.flags);
}

bool decodeScannedV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out)
{
    std::vector<std::uint64_t> values;
    const bool actors = (wanted & ActorColumns) != 0;
    const bool calls = (wanted & CallColumns) != 0;
    if (!column(in, count, actors, out.sender) || !column(in, count, actors, out.audience) ||
        !column(in, count, actors, out.kind) || !wide(in, count, values, calls))
        return false;
    if (calls) {
        out.closes.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.closes[i] = values[i] == 0 ? 0
                                           : difference(out.first + static_cast<Seq>(i),
                                                        static_cast<Seq>(values[i]));
    }
    if (!wide(in, count, values, calls))
        return false;
    if (calls) {
        out.latency.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.latency[i] = static_cast<std::int64_t>(values[i] - 1);
    }
    return column(in, count, (wanted & TypeColumns) != 0, out.type);
}

bool decodeRestV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out)
{
    std::vector<std::uint64_t> values;
    if (!column(in, count, (wanted & PayloadColumns) != 0, out.payloadOffset) ||
        !column(in, count, (wanted & PayloadColumns) != 0, out.payloadSize))
        return false;
    const bool sequences = (wanted & SequenceColumns) != 0;
    if (!wide(in, count, values, sequences))
        return false;
    if (sequences) {
        SequenceBase bases;
        out.sequence.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            std::int64_t& base = bases[out.sender[i]];
            out.sequence[i] = fromOptional(values[i], base);
            if (values[i] != 0)
                base = out.sequence[i];
        }
    }
    if ((wanted & (CauseColumns | StateColumns | IdColumns)) == 0)
        return true;

    std::uint64_t length = 0;
    const bool causes = (wanted & CauseColumns) != 0;
    if (!readVarint(in, length) || length > kMaxUnpacked / sizeof(CauseEdge) ||
        length > in.size() + count * 64)
        return false;
    if (causes)
        out.causes.resize(length);
    const auto list = [&](bool want, auto set) {
        if (!wide(in, length, values, want))
            return false;
        for (std::size_t i = 0; want && i < length; ++i)
            set(i, values[i]);
        return true;
    };
    if (!list(causes,
              [&](std::size_t i, std::uint64_t v) {
                  out.causes[i].row = static_cast<std::uint32_t>(v);
              }) ||
        !list(causes,
              [&](std::size_t i, std::uint64_t v) {
                  out.causes[i].cause = difference(out.first + out.causes[i].row, unzigzag(v));
              }) ||
        !list(causes, [&](std::size_t i, std::uint64_t v) {
            out.causes[i].grade = static_cast<Grade>(std::min<std::uint64_t>(v, 2));
        }))
        return false;
    const bool states = (wanted & StateColumns) != 0;
    if (!readVarint(in, length) || length > kMaxUnpacked / sizeof(StateChange) ||
        length > in.size() + count * 64)
        return false;
    if (states)
        out.states.resize(length);
    if (!list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].row = static_cast<std::uint32_t>(v);
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].agent = AgentId(static_cast<std::uint32_t>(v));
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].key = StateKeyId(static_cast<std::uint32_t>(v));
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].value.offset = static_cast<std::uint32_t>(v);
              }) ||
        !list(states, [&](std::size_t i, std::uint64_t v) {
            out.states[i].value.size = static_cast<std::uint32_t>(v);
        }))
        return false;
    // Rows come from a file: an index that points outside must not survive.
    for (const CauseEdge& edge : out.causes) {
        if (edge.row >= count)
            return false;
    }
    for (const StateChange& change : out.states) {
        if (change.row >= count)
            return false;
    }
    const bool ids = (wanted & IdColumns) != 0;
    std::vector<std::int64_t> ends(ids ? count : 0);
    for (std::size_t field = 0; field < kIdFieldCount; ++field) {
        IdColumn& id = out.ids[field];
        if (isHashed(field) && !skipColumn(in, count))
            return false;
        if (!wide(in, count, values, ids))
            return false;
        if (ids) {
            id.text.resize(count);
            for (std::size_t i = 0; i < count; ++i)
                id.text[i].size = static_cast<std::uint32_t>(values[i]);
        }
        if (!wide(in, count, values, ids))
            return false;
        for (std::size_t i = 0; ids && i < count; ++i)
            id.text[i].offset = offsetFrom(values[i], id.text[i].size, ends[i]);
    }
    if (!readVarint(in, length) || length > in.size())
        return false;
    out.text.assign(in.substr(0, length));
    return true;
}

} // namespace murmur
