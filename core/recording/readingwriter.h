// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agents/statereducer.h"
#include "recording/audiencecache.h"
#include "recording/blockcodec.h"
#include "recording/dictionaries.h"
#include "recording/idindex.h"
#include "recording/reader.h"
#include "recording/sqlite.h"
#include "recording/tiles.h"

#include <QString>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace murmur {

/// Writes a new reading of a whole recording beside the one that is in force: readings, tiles,
/// keyframes and ids of the next generation. What was heard and the payload stay untouched. Until
/// finish() nobody sees it; a process that dies leaves rows that the next one removes. One thread
/// only; nobody may be recording into the file.
class ReadingWriter
{
public:
    /// `names` are those of the file; new ones are added to it by finish(). Errors: Unreadable,
    /// Unwritable, DiskFull.
    static Result<std::unique_ptr<ReadingWriter>> open(const QString& path, Dictionaries& names);
    ~ReadingWriter();

    /// The next block, in order, as it is read now: all columns of its messages. `heard` are those
    /// that stand in the file.
    Status add(const BlockRef& block, const Columns& columns, const Columns& heard);
    /// A block whose bytes cannot be read keeps the reading that it has, in which `unread` messages
    /// are not read.
    Status keep(const BlockRef& block, std::int64_t unread);
    /// What will stand in the recording about the dialects of a person by which it was read.
    void setDialects(std::string kept) { m_dialects = std::move(kept); }
    /// Puts the new generation in force, removes the old one and leaves a file without a WAL.
    Status finish();
    /// Removes what was written; the file is as it was.
    void abandon();

    [[nodiscard]] std::int64_t generation() const { return m_generation; }

private:
    ReadingWriter(Database database, const QString& path, Dictionaries& names);
    Status prepare();
    Status begin();
    Status commit();
    Status store(const std::vector<FinishedTile>& tiles);
    Status storeLate(const BlockRef& block, const Columns& columns);
    Status storeIds();
    Status storeKeyframe();
    Status storeNames();
    Status remove(std::int64_t fromGeneration, std::int64_t toGeneration);
    Status close();
    Error failure();

    QString m_path;
    Database m_database; // goes after the statements
    Dictionaries& m_names;
    Statement m_insertReading, m_keepReading, m_insertTile, m_insertKeyframe, m_insertIds, m_agents,
        m_setAgents, m_insertLate, m_widen, m_insertStray;
    Packer m_packer;
    BlockEncoder m_encoder{m_packer};
    AudienceCache m_audiences;
    TilePyramid m_pyramid;
    StateReducer m_state;
    IdIndexBuilder m_ids;
    std::string m_packed;
    std::string m_dialects;
    std::array<std::int64_t, kKindCount> m_kinds{};
    Dictionaries::Counts m_had;
    std::int64_t m_before = 0; ///< the generation in force
    std::int64_t m_generation = 0;
    std::int64_t m_idRun = 0;
    std::int64_t m_lastBlock = 0;
    std::int64_t m_keyframeBlock = 0;
    std::int64_t m_keyframeTime = kNoTime;
    std::size_t m_keyframeBytes = 0;
    std::size_t m_readingBytes = 0; ///< since the last keyframe
    std::size_t m_pendingBytes = 0;
    std::int64_t m_unread = 0; ///< messages that nobody could read
    bool m_inTransaction = false;
};

} // namespace murmur
