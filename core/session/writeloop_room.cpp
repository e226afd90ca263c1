// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording has room for: its limits, the log beside it, the disk.

#include "session/writeloop.h"

#include "recording/format.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

#include <sys/stat.h>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr auto kLongestPatience = 16s;
constexpr auto kPatienceWithLog = 200ms;
constexpr auto kPatienceWithReaders = 1s;
/// A recording that is shorter was emptied by somebody.
constexpr std::int64_t kHeadBytes = 16'384;
/// Above the reserve, in bytes: here the size of the WAL does not matter.
constexpr std::int64_t kRoomy = std::int64_t(512) << 20;

} // namespace

/// Whether the name still leads to what is written. Only looked at: an open and close would drop
/// SQLite's locks.
bool WriteLoop::isFileThere() const
{
    struct stat byName = {};
    return ::stat(QFile::encodeName(d.writer->path()).constData(), &byName) == 0 &&
           byName.st_size >= kHeadBytes && (m_inode == 0 || byName.st_ino == m_inode);
}

std::int64_t WriteLoop::bytesOnDisk()
{
    return d.writer->fileBytes() + d.writer->walBytes();
}

bool WriteLoop::mustEnd(std::int64_t more)
{
    const auto isFull = [&] {
        return m_limits.isFull(m_limits.maxBytes, bytesOnDisk(), d.writer->closingBytes(), more);
    };
    if (m_limits.maxBytes <= 0 || !isFull())
        return false;
    // What is in the log and in the file counts twice, and the end is final: a reader that kept the
    // log from being emptied gets a moment to let go.
    commit();
    const auto patience = Clock::now() + kPatienceWithReaders;
    while (isWriting() && d.writer->walBytes() > 0 && Clock::now() < patience) {
        d.writer->emptyWal();
        if (d.writer->walBytes() > 0)
            std::this_thread::sleep_for(5ms);
    }
    return isFull();
}

bool WriteLoop::mustSplit(const Chunk& run)
{
    if (m_partBegan == 0 || !m_limits.isSplit() || d.writer->hasUnread())
        return false;
    return (m_limits.splitLength.count() > 0 &&
            run.columns.received.front() - m_partBegan >= m_limits.splitLength.count()) ||
           m_limits.isFull(m_limits.splitBytes, bytesOnDisk(), d.writer->closingBytes(),
                           static_cast<std::int64_t>(run.bytes.size()));
}

void WriteLoop::keepWalSmall()
{
    const std::int64_t room = m_watch.free() < 0 ? kRoomy : m_watch.free() - m_watch.reserve();
    if (m_limits.fileBytes() == 0 && m_mode == Mode::Writing && room >= kRoomy) {
        if (++m_commits % 8 == 0)
            d.writer->checkpoint();
        beginLogAnew();
        return;
    }
    const std::int64_t most = std::min(m_limits.walBytes(), std::max<std::int64_t>(room / 8, 0));
    if (m_mode != Mode::Writing || d.writer->walBytes() > most)
        d.writer->emptyWal();
}

/// Readers one after another would keep the log from ever beginning anew. What comes while nothing
/// is written needs it no more, so it is enough to wait for those that are there; not long, though,
/// and where one stays, not each time.
void WriteLoop::beginLogAnew()
{
    const std::int64_t much = m_limits.walBytes() * 3 / 2;
    if (d.writer->walBytes() <= std::max(much, m_logThatStayed + much / 4)) {
        if (d.writer->walBytes() <= much)
            m_logThatStayed = 0;
        return;
    }
    const auto patience = Clock::now() + kPatienceWithLog;
    while (d.writer->emptyWal(), d.writer->walBytes() > 0 && Clock::now() < patience)
        std::this_thread::sleep_for(2ms);
    m_logThatStayed = d.writer->walBytes();
}

void WriteLoop::check(const Status& status)
{
    if (status || m_mode >= Mode::Full)
        return;
    if (status.error().code != ErrorCode::DiskFull) {
        m_mode = Mode::Failed;
        d.isWriting = false;
        m_announceEnd(status.error().message, true);
        return;
    }
    enter(Mode::Full);
    m_nextTry = Clock::now() + m_patience;
}

void WriteLoop::enter(Mode mode)
{
    const bool isNew = m_mode == Mode::Writing;
    m_mode = mode;
    endLooking(); // a reader would hold up what makes room
    d.isWriting = isWriting();
    if (mode == Mode::Full) {
        m_read = 0;          // they went with the transaction
        m_pauseRows.clear(); // they went with the transaction
        m_elsewhere.clear();
        d.fileLock.giveRoom();
    }
    d.sink->pause();
    const QString path = d.writer->path();
    const QString why = mode == Mode::Full
                            ? u"The disk with %1 is full, or refuses to be written"_s.arg(path)
                            : u"The disk with %1 has %2 left, less than the reserve of %3"_s.arg(
                                  path, bytesText(m_watch.free()), bytesText(m_watch.reserve()));
    const std::lock_guard lock(d.mutex);
    if (isNew || mode == Mode::Full)
        d.alarm = why + u": recording pauses, and goes on by itself when there is room."_s;
}

void WriteLoop::watchDisk()
{
    if (m_mode >= Mode::Full || m_isOver)
        return;
    const std::int64_t growth = d.writer->fileBytes() - QFileInfo(d.writer->path()).size();
    switch (m_watch.look(std::max<std::int64_t>(0, growth) + d.writer->closingBytes())) {
    case DiskWatch::State::Good:
        if (m_mode != Mode::Writing)
            goOn();
        break;
    case DiskWatch::State::Low:
        if (m_mode == Mode::Writing)
            enter(Mode::Draining);
        break;
    case DiskWatch::State::Critical:
        if (m_mode != Mode::Holding)
            enter(Mode::Holding);
        break;
    }
}

void WriteLoop::goOn()
{
    m_mode = Mode::Writing;
    d.isWriting = true;
    appendFromTail();
    if (m_mode != Mode::Writing)
        return;
    d.sink->resume();
    commit(); // the end of the hole
    if (m_mode != Mode::Writing)
        return;
    m_pauseRows.clear();
    m_patience = kTick;
    const std::lock_guard lock(d.mutex);
    d.alarm.clear();
}

void WriteLoop::tryAgain(bool isLast)
{
    if (m_mode == Mode::Holding && isLast)
        watchDisk();
    if (m_mode != Mode::Full || (!isLast && Clock::now() < m_nextTry) ||
        m_watch.look(0) != DiskWatch::State::Good)
        return;
    m_patience = std::min<Clock::duration>(2 * m_patience, kLongestPatience);
    m_nextTry = Clock::now() + m_patience;
    if (const Status status = d.writer->recover(); !status)
        return;
    goOn();
    if (m_mode == Mode::Writing)
        d.fileLock.keepRoom(std::min(kRoomForLastWords, m_watch.free() / 16));
}

} // namespace murmur
