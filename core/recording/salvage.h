// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "recording/blockcodec.h"
#include "recording/pagescan.h"
#include "recording/payloadcodec.h"
#include "recording/reader.h"

#include <QStringList>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

/// What is left of one block.
struct SalvagedBlock
{
    BlockRef ref;         ///< count 0: not known; first 0: not known
    Chunk chunk;          ///< rows and bytes, when whole
    bool isWhole = false; ///< what was heard and its bytes
    bool isRead = false;  ///< with its reading
    bool hasHeard = false;
};

/// The parts of a damaged recording, each as far as it can be read.
class Salvage
{
public:
    /// Errors: Unreadable, NewerFormat, Cancelled.
    static Result<std::unique_ptr<Salvage>>
    open(const QString& path, const std::function<void(std::int64_t, std::int64_t)>& progress,
         std::stop_token stop);

    /// Ids of all blocks of which anything is left, ascending.
    [[nodiscard]] const std::vector<std::int64_t>& blockIds() const { return m_ids; }
    /// `expected` is the Seq that follows the block before; 0: not known. What the zone map says is
    /// believed up to `highest`, and from `least` on.
    SalvagedBlock block(std::int64_t id, Seq expected, Seq least, Seq highest);
    /// Where the zone map says that the first block begins; 0: it does not.
    [[nodiscard]] Seq firstStated() const;

    void loadNames(Dictionaries& names, QStringList& notes);
    std::vector<StoredConnection> connections();
    std::vector<Gap> gaps();
    std::vector<RawRow> rows(std::string_view table) { return m_scan.rows(table); }
    /// How the WAL of the file ends.
    [[nodiscard]] const WalEnd& walEnd() const { return m_scan.walEnd(); }
    [[nodiscard]] std::int64_t metaNumber(std::string_view key, std::int64_t fallback = 0) const;
    [[nodiscard]] std::string metaText(std::string_view key) const;
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> metaNumbers() const;

private:
    explicit Salvage(PageScan scan)
        : m_scan(std::move(scan))
    {
    }
    void readMeta();
    void readZoneMap();
    [[nodiscard]] const BlockRef* zone(std::int64_t id) const;
    /// Whether most of the next blocks say that they lie behind it; without one, whether it ends at
    /// `highest`.
    [[nodiscard]] bool isPlaced(const BlockRef& ref, Seq highest) const;
    /// Finds heard and bytes that fit each other, with the number of rows that fits both.
    bool findContents(std::int64_t id, std::size_t count, SalvagedBlock& out);
    bool fits(const std::string& heard, std::size_t count, Seq first, Columns& columns);
    /// Where in the payload stream a block's bytes lie; size 0: not known.
    struct PayloadPlace
    {
        std::int64_t at = 0;
        std::int64_t size = 0;
    };
    PayloadPlace payloadPlace(std::int64_t id);
    /// The first packed blob that begins there.
    PayloadPlace frameAt(std::int64_t at);
    /// Compressed payloads that may be the block's.
    std::vector<std::string> packedPayloads(std::int64_t id);
    void findReading(std::int64_t id, SalvagedBlock& out);

    PageScan m_scan;
    BlockDecoder m_decoder;
    PayloadDecoder m_payloadDecoder;
    std::map<std::string, RawValue, std::less<>> m_meta;
    std::map<std::int64_t, BlockRef> m_zones;
    std::vector<std::int64_t> m_ids;
    std::map<std::int64_t, PayloadPlace> m_places; ///< looked up so far
    std::int64_t m_generation = 1;
};

} // namespace murmur
