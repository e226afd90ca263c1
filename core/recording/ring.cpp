// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/ring.h"

#include "recording/format.h"
#include "recording/lagtable.h"
#include "recording/tiles.h"

namespace murmur {

namespace {

/// Borders lie about this fraction of the limit apart: what is kept is the limit, less at most
/// that.
constexpr std::int64_t kSegments = 16;
/// Blocks that go in one transaction, at least one segment.
constexpr std::int64_t kBlocksATrim = 512;
/// Pages given back to the disk in one transaction.
constexpr std::int64_t kPagesATrim = 128;
constexpr std::int64_t kPageBytes = 16'384;
/// The part of a limit in bytes that is left to the WAL.
constexpr std::int64_t kWalShare = 6;

/// What goes with the blocks up to one.
constexpr const char* kByBlock[] = {
    "DELETE FROM heard WHERE block <= ?", "DELETE FROM id_index WHERE last_block <= ?",
    "DELETE FROM bloom WHERE block <= ?",
    "DELETE FROM late WHERE max(block, by_block * (block = 0)) <= ?",
    "DELETE FROM keyframe WHERE block < ?", // that of the border stays
    // Pieces of the payload stream before that of the first block kept.
    ("DELETE FROM payload WHERE id < "
     "(SELECT payload_at / 16344 FROM block WHERE id > ? ORDER BY id LIMIT 1)"),
    "DELETE FROM block WHERE id <= ?"};
static_assert(kPayloadPiece == 16'344);

} // namespace

std::int64_t Ring::usedBytes(Database& database)
{
    return kPageBytes *
           database.number("SELECT (SELECT page_count FROM pragma_page_count) - (SELECT "
                           "freelist_count FROM pragma_freelist_count)");
}

bool Ring::wantsBorder(std::int64_t usedBytes, std::int64_t received) const
{
    return (m_limit.bytes > 0 && usedBytes - m_usedAtBorder > m_limit.bytes / kSegments) ||
           (m_limit.length.count() > 0 &&
            received - m_receivedAtBorder > m_limit.length.count() / kSegments);
}

void Ring::note(RingBorder border, std::int64_t usedBytes)
{
    m_usedAtBorder = usedBytes;
    m_receivedAtBorder = border.received;
    m_borders.push_back(std::move(border));
}

bool Ring::isBeyond(const RingBorder& oldest, std::int64_t used, std::int64_t received) const
{
    return (m_limit.length.count() > 0 && received - oldest.received >= m_limit.length.count()) ||
           (m_limit.bytes > 0 && used > m_limit.bytes - m_limit.bytes / kWalShare);
}

Status Ring::trim(Database& database, std::int64_t received, std::int64_t walBytes,
                  RecordingTotals& totals)
{
    std::int64_t used = m_limit.bytes > 0 ? usedBytes(database) : 0;
    std::int64_t blocks = 0;
    // The newest border stays: behind it there may be nothing yet.
    while (m_cut + 1 < m_borders.size() && blocks < kBlocksATrim &&
           isBeyond(m_borders[m_cut], used, received)) {
        const RingBorder& border = m_borders[m_cut];
        blocks += border.block - m_cutBlock;
        if (auto status = cut(database, border, totals); !status)
            return status;
        ++m_cut;
        if (m_limit.bytes > 0) {
            const std::int64_t now = usedBytes(database);
            m_usedAtBorder -= used - now;
            used = now;
        }
    }
    return reclaim(database, walBytes);
}

Status Ring::cut(Database& database, const RingBorder& border, RecordingTotals& totals)
{
    const auto number = [&](const char* sql, std::int64_t value, std::int64_t fallback) {
        Statement statement(database, sql);
        return statement.isValid() && statement.bind(1, value).step() && !statement.isNull(0)
                   ? statement.number(0)
                   : fallback;
    };
    const auto run = [&](const char* sql, std::int64_t a, std::int64_t b, std::int64_t c) {
        Statement statement(database, sql);
        if (!statement.isValid())
            return false;
        for (int place = 1; place <= sqlite3_bind_parameter_count(statement.handle()); ++place)
            statement.bind(place, place == 1 ? a : place == 2 ? b : c);
        return statement.execute();
    };
    const std::int64_t newest =
        number("SELECT max(last_time) FROM block WHERE id <= ?", border.block, kNoTime);
    if (newest != kNoTime)
        m_trimmedTime = std::max(m_trimmedTime, newest + 1);
    const Seq first = border.totals.last + 1;
    bool good = true;
    for (const char* sql : kByBlock)
        good = good && run(sql, border.block, 0, 0);
    const std::int64_t generation = database.number("SELECT v FROM meta WHERE k = 'generation'", 1);
    good = good && run("DELETE FROM reading WHERE id BETWEEN ? AND ?", readingKey(generation, 0),
                       readingKey(generation, border.block), 0);
    for (int level = 0; good && level < kTileLevels; ++level)
        good = run("DELETE FROM tile WHERE generation = ? AND level = ? AND idx <= ?", generation,
                   level, tileIndex(m_trimmedTime - 1, level));
    good = good && LagTable::trim(database, m_trimmedTime - kLagHolds) &&
           run("DELETE FROM tick WHERE id < (SELECT min(id) FROM tick WHERE seq >= ?)",
               border.totals.last, 0, 0) &&
           run("INSERT OR REPLACE INTO meta (k, v) VALUES ('trimmed_to', ?), ('trimmed_time', ?)",
               first, m_trimmedTime, 0);
    if (!good)
        return database.lastError("write to");
    totals.first = first;
    totals.firstTime = database.number("SELECT min(first_time) FROM block", totals.firstTime);
    // The newest message may have been one of those: only where clocks jump.
    if (border.totals.lastTime >= totals.lastTime)
        totals.lastTime = database.number("SELECT max(last_time) FROM block", totals.lastTime);
    m_gone = border.totals;
    m_cutBlock = border.block;
    return Done{};
}

Status Ring::reclaim(Database& database, std::int64_t walBytes) const
{
    const std::int64_t pages = database.number("SELECT page_count FROM pragma_page_count");
    const std::int64_t free = database.number("SELECT freelist_count FROM pragma_freelist_count");
    // Free pages are what the next messages are written into; only what is too much goes back.
    std::int64_t surplus = free - std::max<std::int64_t>(32, (pages - free) / 8);
    if (m_limit.bytes > 0)
        surplus = (pages * kPageBytes + walBytes - m_limit.bytes) / kPageBytes + 1;
    surplus = std::min({surplus, free, kPagesATrim});
    if (surplus <= 0)
        return Done{};
    return database.run(("PRAGMA incremental_vacuum(" + std::to_string(surplus) + ")").c_str());
}

void Ring::committed()
{
    m_borders.erase(m_borders.begin(), m_borders.begin() + static_cast<std::ptrdiff_t>(m_cut));
    m_cut = 0;
    m_durableGone = m_gone;
    m_durableTrimmedTime = m_trimmedTime;
    m_durableCutBlock = m_cutBlock;
}

void Ring::rolledBack(std::int64_t lastBlock)
{
    m_cut = 0;
    m_gone = m_durableGone;
    m_trimmedTime = m_durableTrimmedTime;
    m_cutBlock = m_durableCutBlock;
    while (!m_borders.empty() && m_borders.back().block > lastBlock)
        m_borders.pop_back();
}

} // namespace murmur
