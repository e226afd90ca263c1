// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/codec.h"
#include "recording/columns.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

/// Which columns a reader wants; the others stay empty.
enum ColumnSet : std::uint32_t {
    TimeColumns = 1u << 0,     ///< time (received too: time is stored as a difference to it)
    SentColumns = 1u << 1,     ///< sent
    PlaceColumns = 1u << 2,    ///< connection, topic, topicNames
    SizeColumns = 1u << 3,     ///< rawSize, headerSize
    FlagColumns = 1u << 4,     ///< flags
    ActorColumns = 1u << 5,    ///< sender, audience, kind
    TypeColumns = 1u << 6,     ///< type
    PayloadColumns = 1u << 7,  ///< payloadOffset, payloadSize
    IdColumns = 1u << 8,       ///< ids (without hashes) and text
    SequenceColumns = 1u << 9, ///< sequence
    CallColumns = 1u << 10,    ///< closes, latency
    CauseColumns = 1u << 11,   ///< causes
    StateColumns = 1u << 12,   ///< states, text and senderNames
    AllColumns = (1u << 13) - 1,
    /// late: what is learnt late of earlier messages, as facts of the message
    /// that tells it. A reader that does not ask for them finds them where they
    /// belong, in closes, latency and causes of the earlier message. Whoever
    /// folds messages in Seq order asks.
    LateColumns = 1u << 13,
    OwnText = 1u << 14, ///< text alone
};
/// Both halves of the two blobs, so that scans unpack only what they need.
inline constexpr std::uint32_t kHeardColumns =
    TimeColumns | SentColumns | PlaceColumns | SizeColumns | FlagColumns;

/// The part of `reading` that overviews, states and most filters scan; packed
/// apart from the rest.
inline constexpr std::uint32_t kScannedColumns = ActorColumns | TypeColumns | CallColumns;

/// Columns that must be decoded because others are stored as differences to
/// them.
constexpr std::uint32_t withNeeded(std::uint32_t wanted) noexcept
{
    if ((wanted & (PayloadColumns | SequenceColumns | CauseColumns | StateColumns | IdColumns)) !=
        0)
        wanted |= ActorColumns;
    if ((wanted & PayloadColumns) != 0)
        wanted |= SizeColumns;
    if ((wanted & (ActorColumns | CallColumns)) != 0)
        wanted |= TypeColumns;
    if ((wanted & CauseColumns) != 0)
        wanted |= CallColumns;
    if ((wanted & LateColumns) != 0)
        wanted |= TimeColumns;
    return wanted;
}

/// Columns of what was heard on which a reading has its say, where one is at
/// hand.
inline constexpr std::uint32_t kJudgedColumns = FlagColumns | PlaceColumns | SentColumns;

/// Packs the rows of a block. `heard` is what the bus delivered and never
/// changes; `reading` is what the dialect made of it. Not thread safe: keeps
/// its scratch.
class BlockEncoder
{
public:
    explicit BlockEncoder(Packer& packer)
        : m_packer(packer)
    {
    }
    void packHeard(const Columns& columns, std::string& packed);
    /// `heard` are the columns that packHeard() has stored, when they are not
    /// these: a reading of later may name other topics and find other times of
    /// sending in the same bytes. Those stand in the reading then, and hold.
    void packReading(const Columns& columns, std::string& packed, const Columns* heard = nullptr);

private:
    void start();
    void pack(std::string& packed);
    template<typename Get>
    void put(std::size_t count, Get get, Transform transform = Transform::Plain)
    {
        m_values.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            m_values[i] = static_cast<std::uint64_t>(get(i));
        m_columns.encode(m_out, &m_bits, m_values, transform);
    }
    template<typename T>
    void put(const std::vector<T>& values, Transform transform = Transform::Plain)
    {
        put(
            values.size(), [&](std::size_t i) { return values[i]; }, transform);
    }
    void putNames(const RealNames& names);
    void packScanned(const Columns& columns, const Columns* heard);
    void packCalls(const Columns& columns);
    void packLate(const Columns& columns);
    void packRest(const Columns& columns);
    void packSequences(const Columns& columns);
    void packCauses(const Columns& columns);
    void packStates(const Columns& columns);
    void packIds(const Columns& columns);

    Packer& m_packer;
    ColumnEncoder m_columns;
    std::vector<std::uint64_t> m_values;
    std::vector<std::int64_t> m_ends;  ///< of each row's id before
    std::vector<std::uint32_t> m_rows; ///< of answers
    std::string m_out, m_scanned, m_rest;
    std::string m_bits; ///< of m_out
};

/// Unpacks what `wanted` asks for (with what that needs). False when the bytes
/// are damaged or the row counts differ; `out` is then undefined. `count` is
/// the number of rows that the zone map states, `first` their first Seq. Reads
/// every format version.
class BlockDecoder
{
public:
    bool decode(Seq first, std::size_t count, std::string_view heard, std::string_view reading,
                std::uint32_t wanted, Columns& out);
    [[nodiscard]] Packer& packer() { return m_packer; }

private:
    bool unpack(std::string_view packed, ColumnSource& in);
    bool decodeHeard(std::size_t count, ColumnSource in, std::uint32_t wanted, Columns& out);
    bool decodeScanned(std::size_t count, ColumnSource in, std::uint32_t wanted, Columns& out);
    bool decodeActors(ColumnSource& in, std::size_t count, std::uint32_t wanted, bool areForetold,
                      Columns& out);
    bool decodeCalls(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeCallsV2(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeLate(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeRest(std::size_t count, ColumnSource in, std::uint32_t wanted, Columns& out);
    bool decodeSequences(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeCauses(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeStates(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    bool decodeIds(ColumnSource& in, std::size_t count, std::uint32_t wanted, Columns& out);
    bool decodePayloads(ColumnSource& in, std::size_t count, bool wanted, Columns& out);
    template<typename T>
    bool column(ColumnSource& in, std::size_t count, bool wanted, std::vector<T>& out)
    {
        return wanted ? decodeColumn(in, count, out) : skipColumn(in, count);
    }
    bool wide(ColumnSource& in, std::size_t count, bool wanted)
    {
        return column(in, count, wanted, m_values);
    }
    /// 0: none that is known.
    static char takeVersion(ColumnSource& in);
    bool unit(ColumnSource& in, std::int64_t& ns) const;
    bool names(ColumnSource& in, std::size_t count, bool wanted, RealNames& out);

    Packer m_packer;
    std::string m_bytes;
    std::vector<std::uint64_t> m_values;
    std::vector<std::int64_t> m_ends;  ///< of each row's id before
    std::vector<std::uint32_t> m_rows; ///< of answers
};

} // namespace murmur
