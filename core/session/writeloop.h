// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/diskwatch.h"
#include "session/findingswatch.h"
#include "session/recorderprivate.h"

#include <QString>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

/// What the writer's thread does: appends what the interpreter hands over, commits about ten times
/// a second, keeps to the limits of file and disk, and writes the loss ledger. What every message
/// became is known at each moment: recorded, in a gap, or still in the tail.
class WriteLoop
{
public:
    using AnnounceEnd = std::function<void(const QString& sentence, bool isFailure)>;

    WriteLoop(Recorder::Private& recorder, AnnounceEnd announceEnd);

    /// Until the queue of runs is closed and empty; closes the file.
    void run();

private:
    using Clock = std::chrono::steady_clock;
    static constexpr auto kTick = std::chrono::seconds(1);
    /// Kept free on the disk, as the size of the .lock file.
    static constexpr std::int64_t kRoomForLastWords = std::int64_t(4) << 20;
    /// Draining: nothing new is let in, what was heard is still written. Holding: nothing is
    /// written, what was heard waits in memory. Full: a transaction failed for want of room.
    enum class Mode { Writing, Draining, Holding, Full, Failed };
    struct Part
    {
        QString path;
        std::int64_t bytes = 0;
        std::int64_t received = 0; ///< ns, of its last message
    };

    void take(std::vector<WriterItem>&& items);
    void append(const Tail::Run& run);
    void readAll();
    [[nodiscard]] std::size_t commitBytes() const;
    void commitWhenLarge();
    void appendFromTail();
    void commit();
    void tick();
    void giveWayToOthers();
    [[nodiscard]] bool isFileThere() const;
    void noteFile();
    void keepWalSmall();
    void beginLogAnew();
    void watchDisk();
    void enter(Mode mode);
    void goOn();
    void tryAgain(bool isLast);
    void check(const Status& status);
    Status addGaps();
    Status addDialects();
    Status addNames();
    Status addFindings();
    Status store(const FindingsWatch::News& news);
    Status storeLastFindings(std::chrono::milliseconds most);
    void endLooking();
    void noteDurable();
    [[nodiscard]] std::vector<Gap> unwritten();
    void nextPart();
    void letFilesGo();
    void storeEnd(bool hasRoom);
    void finish();
    [[nodiscard]] bool isWriting() const { return m_mode <= Mode::Draining; }
    [[nodiscard]] bool mustEnd(std::int64_t more);
    [[nodiscard]] bool mustSplit(const Chunk& run);
    [[nodiscard]] std::int64_t bytesOnDisk();
    /// Of a connection, in the files before this one.
    std::int64_t& before(std::vector<std::int64_t>& counts, std::size_t connection);

    Recorder::Private& d;
    AnnounceEnd m_announceEnd;
    const RecordingLimits& m_limits;
    DiskWatch m_watch;
    ClockWatch m_clock;
    Mode m_mode = Mode::Writing;
    bool m_isOver = false; // a limit ended the recording
    Clock::time_point m_nextCommit;
    Clock::time_point m_nextTick;
    Clock::time_point m_nextTry;
    Clock::duration m_patience{};
    int m_commits = 0;
    int m_dialectsRevision = 0;            ///< that stands in the file
    int m_namesRevision = 0;               ///< that stands in the file
    int m_judgementsRevision = 0;          ///< that stands in the file
    std::atomic<bool> m_logIsLong = false; ///< it waits for readers to let it begin anew
    std::int64_t m_logThatStayed = 0;      ///< its size when readers kept it, in bytes
    std::unique_ptr<FindingsWatch> m_findings;
    Clock::time_point m_nextFindings; ///< when they may be stored again
    std::uint64_t m_inode = 0;        ///< of the file that is written

    /// Readings of stored blocks that are not durable; the first m_read are in the transaction.
    std::deque<std::shared_ptr<const BlockReading>> m_readings;
    std::size_t m_read = 0;
    std::vector<Gap> m_gaps;                                                   // not committed yet
    std::map<std::pair<std::uint32_t, std::string>, std::int64_t> m_pauseRows; // of this pause
    std::vector<std::int64_t> m_elsewhere;  // as stored, by connection
    std::vector<std::int64_t> m_oursInPart; // by connection: in gaps of this file
    std::vector<std::int64_t> m_receivedBefore;
    std::vector<std::int64_t> m_recordedBefore;
    std::deque<Part> m_parts; // closed ones
    int m_part = 1;
    std::int64_t m_partBegan = 0;
    std::int64_t m_newestReceived = 0;
};

} // namespace murmur
