// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/writeloop.h"

#include "base/giveway.h"
#include "recording/format.h"
#include "session/findingsstore.h"
#include "session/judgements.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <thread>

#include <sys/stat.h>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr auto kCommitInterval = 100ms;
/// What is spent on the text filter of a commit while there is little to write, and what is little.
constexpr auto kFilterStep = 5ms;
constexpr double kIdleFill = 0.02;
constexpr std::size_t kRunsATake = 4096;
/// Rows of one pause; what else is lost in it is told without its topic.
constexpr std::size_t kMaxPauseRows = 4096;
/// Between two times that findings are stored.
constexpr auto kFindingsInterval = 3s;
/// How long the last look for findings may take, when a file is closed and another one goes on.
constexpr auto kLookAtTheEnd = 4s;
constexpr auto kLookBetween = 250ms;
/// Above the reserve, in bytes: with less nothing is looked for.
constexpr std::int64_t kRoomToLook = std::int64_t(64) << 20;
/// Fill of a queue above which nothing is looked for.
constexpr double kBusyFill = 0.5;

} // namespace

WriteLoop::WriteLoop(Recorder::Private& recorder, AnnounceEnd announceEnd)
    : d(recorder)
    , m_announceEnd(std::move(announceEnd))
    , m_limits(recorder.options.limits)
    , m_watch(recorder.options.path, recorder.options.reserveBytes, recorder.options.diskProbe)
    , m_clock(recorder.options.clockDrift)
    , m_nextCommit(Clock::now() + kCommitInterval)
    , m_nextTick(Clock::now() + kTick)
    , m_patience(kTick)
{
    d.writer->limitWal(m_limits.walBytes());
    noteFile();
    if (const std::int64_t free = m_watch.look(0) == DiskWatch::State::Good ? m_watch.free() : 0;
        free > 0)
        d.fileLock.keepRoom(std::min(kRoomForLastWords, free / 16));
    // What is found can be found again; what is heard cannot be heard again.
    if (m_watch.free() >= 0 && m_watch.free() - m_watch.reserve() < kRoomToLook)
        return;
    d.findings->setKeeping(true);
    m_findings = std::make_unique<FindingsWatch>(
        Source{d.pool, nullptr, d.names, nullptr, nullptr}, d.findings, [this, &recorder] {
            return recorder.isWriting && !m_logIsLong && recorder.heard->fill() < kBusyFill &&
                   recorder.runs->fill() < kBusyFill;
        });
}

void WriteLoop::run()
{
    std::vector<WriterItem> items;
    bool isOpen = true;
    bool triedLast = false;
    while (isOpen) {
        const auto wait =
            std::max<Clock::duration>(std::min(m_nextCommit, m_nextTick) - Clock::now(), 1ms);
        if (isWriting() || m_mode == Mode::Failed || triedLast) {
            isOpen = d.runs->take(items, kRunsATake, wait);
            take(std::move(items)); // what cannot be written is counted at the end
        } else {
            // Whoever stops us waits for the runs to be taken: one more look, then they are lost.
            d.runs->waitUntilClosed(std::min<Clock::duration>(wait, kCommitInterval));
            if (d.isStopping) {
                tryAgain(true);
                triedLast = true;
            }
        }
        d.hasGivenUp = m_mode == Mode::Failed || (triedLast && !isWriting());
        const auto now = Clock::now();
        if (now >= m_nextTick) {
            m_nextTick = now + kTick;
            if (isWriting())
                tick();
            tryAgain(false);
        }
        const bool isDue = now >= m_nextCommit || d.writer->pendingBytes() >= commitBytes();
        if (isDue || !isOpen) {
            commit();
            watchDisk();
            giveWayToOthers();
        }
    }
    finish();
}

/// What goes through a tap comes before its copy.
void WriteLoop::giveWayToOthers()
{
    if (d.givesWay)
        return;
    {
        const std::lock_guard lock(d.mutex);
        d.givesWay = std::ranges::any_of(
            d.connections, [](const auto& one) { return one->url.scheme() == "tap"_L1; });
    }
    if (d.givesWay)
        giveWay();
}

void WriteLoop::take(std::vector<WriterItem>&& items)
{
    for (WriterItem& item : items) {
        if (item.run) {
            append(item.run);
        } else if (item.reading) {
            m_readings.push_back(std::move(item.reading));
            readAll();
        } else if (isWriting()) {
            check(d.writer->endBlock());
        }
    }
}

void WriteLoop::append(const Tail::Run& run)
{
    if (!isWriting() || m_isOver || run->columns.last() <= d.writer->last())
        return; // or was in the tail when we went on after a pause
    if (mustEnd(static_cast<std::int64_t>(run->bytes.size()))) {
        commit();
        m_isOver = true;
        d.isFull = true;
        d.sink->end();
        m_announceEnd(u"The size limit of %1 is reached."_s.arg(bytesText(m_limits.maxBytes)),
                      false);
        return;
    }
    if (mustSplit(*run)) {
        nextPart();
        if (!isWriting())
            return;
    }
    if (m_partBegan == 0)
        m_partBegan = run->columns.received.front();
    m_newestReceived = std::max(m_newestReceived, run->columns.received.back());
    check(d.writer->append(*run));
    commitWhenLarge();
}

/// What one transaction may hold: on a small disk a part of what is free, or it would be full
/// before anybody looked.
std::size_t WriteLoop::commitBytes() const
{
    constexpr std::int64_t least = 64 << 10;
    const std::size_t usual = m_limits.commitBytes();
    if (m_watch.free() <= 0)
        return usual;
    return std::min(usual, static_cast<std::size_t>(std::max(least, m_watch.free() / 8)));
}

void WriteLoop::commitWhenLarge()
{
    if (!isWriting() || d.writer->pendingBytes() < commitBytes())
        return;
    commit();
    watchDisk();
}

void WriteLoop::readAll()
{
    while (isWriting() && m_read < m_readings.size()) {
        const BlockReading& reading = *m_readings[m_read++];
        check(d.writer->read(reading.block, reading.columns, reading.heard));
        commitWhenLarge();
    }
}

void WriteLoop::appendFromTail()
{
    // Of blocks that are durable, so before what is in the tail.
    readAll();
    for (const Tail::Run& run : d.tail->snapshot())
        append(run);
}

void WriteLoop::noteFile()
{
    struct stat byName = {};
    m_inode =
        ::stat(QFile::encodeName(d.writer->path()).constData(), &byName) == 0 ? byName.st_ino : 0;
}

void WriteLoop::tick()
{
    if (!isFileThere()) {
        m_mode = Mode::Failed;
        d.isWriting = false;
        d.sink->end();
        m_announceEnd(
            u"%1 was removed, replaced or emptied while it was recorded: what was recorded "
            "is lost. The recording has ended."_s.arg(d.writer->path()),
            true);
        return;
    }
    const std::int64_t time = processClock().nowNs();
    check(d.writer->addTick(time, d.heard->fill(), d.runs->fill()));
    if (const auto offset = m_clock.look(); offset && isWriting())
        check(d.writer->setFact(std::string(kClockStep) + std::to_string(time), offset->count()));
}

std::int64_t& WriteLoop::before(std::vector<std::int64_t>& counts, std::size_t connection)
{
    if (connection >= counts.size())
        counts.resize(connection + 1);
    return counts[connection];
}

Status WriteLoop::addGaps()
{
    // In a rolled back transaction they were lost with it, so they stay until it is committed.
    const std::size_t known = m_gaps.size();
    for (auto&& gaps : {d.sink->takeGaps(), d.sink->takePaused()})
        m_gaps.insert(m_gaps.end(), gaps.begin(), gaps.end());
    for (std::size_t i = known; i < m_gaps.size(); ++i) {
        if (m_gaps[i].cause == "client-drop" || m_gaps[i].cause == "disk-full")
            before(m_oursInPart, index(m_gaps[i].connection)) += m_gaps[i].count;
    }
    for (Gap& gap : m_gaps) {
        std::int64_t none = 0;
        std::int64_t* row = &none;
        if (gap.cause == "disk-full") {
            auto key = std::pair(index(gap.connection), gap.topic);
            if (m_pauseRows.size() >= kMaxPauseRows && !m_pauseRows.contains(key)) {
                gap.topic.clear();
                key.second.clear();
            }
            row = &m_pauseRows[key];
        }
        if (auto status = d.writer->add(gap, *row); !status)
            return status;
    }
    return Done{};
}

void WriteLoop::commit()
{
    const auto begin = Clock::now();
    m_nextCommit = begin + kCommitInterval;
    if (!isWriting() && m_mode != Mode::Holding)
        return;
    Status status = addGaps();
    const auto counters = d.sink->counters();
    for (std::size_t i = 1; status && i < counters.size(); ++i) {
        const ConnectionId id{static_cast<std::uint32_t>(i)};
        d.writer->setReceived(id, counters[i].received - before(m_receivedBefore, i));
        std::int64_t& elsewhere = before(m_elsewhere, i);
        if (elsewhere == counters[i].elsewhere)
            continue;
        elsewhere = counters[i].elsewhere;
        status = d.writer->setFact("elsewhere:" + std::to_string(i), elsewhere);
    }
    for (const Lag& lag : d.sink->takeLags()) {
        if (status)
            status = d.writer->add(lag);
    }
    if (status)
        status = addDialects();
    if (status)
        status = addNames();
    if (status)
        status = addFindings();
    if (status)
        status = d.writer->commit();
    check(status);
    m_logIsLong = d.writer->walBytes() > m_limits.walBytes();
    if (!status)
        m_dialectsRevision = 0;
    if (!status) {
        m_namesRevision = 0;
        m_judgementsRevision = 0;
        return;
    }
    m_gaps.clear();
    noteDurable();
    keepWalSmall();
    if (m_mode == Mode::Writing && d.runs->fill() < kIdleFill)
        check(d.writer->filterText(kFilterStep));
    // While nothing is let in there is little to say, and each commit costs some pages.
    const auto took = Clock::now() - begin;
    const auto interval = m_mode == Mode::Writing ? Clock::duration(kCommitInterval) : kTick;
    m_nextCommit = Clock::now() + std::max<Clock::duration>(interval, 2 * took);
}

/// Those that connections name which were attached since the file began.
Status WriteLoop::addDialects()
{
    std::string kept;
    {
        const std::lock_guard lock(d.mutex);
        if (m_dialectsRevision == d.dialectsRevision)
            return Done{};
        m_dialectsRevision = d.dialectsRevision;
        kept = keptRules(d.dialects);
    }
    return kept.empty() ? Status(Done{}) : d.writer->setFact("dialects", std::string_view(kept));
}

/// What people call the agents, when they have changed their mind.
Status WriteLoop::addNames()
{
    QByteArray names;
    {
        const std::lock_guard lock(d.mutex);
        if (m_namesRevision == d.agentNamesRevision)
            return Done{};
        m_namesRevision = d.agentNamesRevision;
        names = d.agentNames;
    }
    return d.writer->setFact(
        "names", std::string_view(names.constData(), static_cast<std::size_t>(names.size())));
}

/// What is found beside the recording, and what people make of it.
Status WriteLoop::addFindings()
{
    const auto [judgements, revision] = d.findings->judgements();
    if (revision != m_judgementsRevision) {
        m_judgementsRevision = revision;
        auto status = d.writer->setFact(
            kJudgementsFact,
            std::string_view(judgements.constData(), static_cast<std::size_t>(judgements.size())));
        if (!status)
            return status;
    }
    if (!m_findings || m_mode != Mode::Writing || Clock::now() < m_nextFindings)
        return Done{};
    m_nextFindings = Clock::now() + kFindingsInterval;
    return store(m_findings->take());
}

Status WriteLoop::store(const FindingsWatch::News& news)
{
    if (!news.report)
        return Done{};
    return d.writer->put(storedFindings(*news.report, *d.names),
                         findingsFact(*news.report, *d.names, news.isWhole));
}

/// The file is about to be closed: what is on disk passes to its end, if that is soon done.
Status WriteLoop::storeLastFindings(std::chrono::milliseconds most)
{
    return m_findings ? store(m_findings->finish(most)) : Status(Done{});
}

void WriteLoop::endLooking()
{
    m_findings.reset();
    d.findings->setKeeping(false);
}

void WriteLoop::noteDurable()
{
    d.tail->trim(d.writer->durable());
    m_readings.erase(m_readings.begin(), m_readings.begin() + static_cast<std::ptrdiff_t>(m_read));
    m_read = 0;
    d.closed = std::min(d.writer->closed(), d.writer->durable());
    const std::lock_guard lock(d.mutex);
    d.durable = d.writer->totals();
}

void WriteLoop::nextPart()
{
    commit();
    if (!isWriting())
        return;
    int part = m_part + 1;
    QString path = partPath(d.options.path, part);
    // Whatever is there by that name is somebody's.
    while (QFileInfo(path).size() > 0)
        path = partPath(d.options.path, ++part);
    auto lock = RecordingLock::take(path);
    if (!lock) {
        check(lock.error());
        return;
    }
    RecordingFacts facts = d.facts;
    facts.part = m_part + 1;
    check(storeLastFindings(kLookBetween));
    if (!isWriting())
        return;
    check(d.writer->closeOpenBlock());
    if (!isWriting())
        return;
    auto next = RecordingWriter::create(path, *d.names, facts);
    const Status goesOn = next ? (*next)->continueFrom(*d.writer) : Status(next.error());
    if (!goesOn) {
        if (next) {
            (void)(*next)->close();
            QFile::remove(path);
        }
        check(goesOn);
        return;
    }
    (*next)->limitWal(m_limits.walBytes());
    // What is still on its way belongs to the next file.
    const auto counters = d.sink->counters();
    for (std::size_t i = 1; i < counters.size(); ++i) {
        const ConnectionId id{static_cast<std::uint32_t>(i)};
        const std::int64_t recorded = d.writer->appended(id);
        const std::int64_t received = recorded + before(m_oursInPart, i);
        d.writer->setReceived(id, received);
        before(m_receivedBefore, i) += received;
        before(m_recordedBefore, i) += recorded;
    }
    m_oursInPart.clear();
    m_elsewhere.clear();
    m_pauseRows.clear();
    m_dialectsRevision = 0;
    m_namesRevision = 0; // the next file says it again
    m_judgementsRevision = 0;
    d.pool->suspend();
    const Status closed = d.writer->close();
    m_parts.push_back({d.writer->path(), QFileInfo(d.writer->path()).size(), m_newestReceived});
    d.writer = std::move(*next);
    d.fileLock = std::move(*lock);
    d.pool->moveTo(path);
    d.pool->resume();
    if (m_findings)
        m_findings->beginAnew();
    noteFile();
    m_part = facts.part;
    m_partBegan = 0;
    {
        const std::lock_guard guard(d.mutex);
        d.files.push_back(path);
    }
    noteDurable();
    check(closed);
    letFilesGo();
}

void WriteLoop::letFilesGo()
{
    const RingLimit& ring = m_limits.ring;
    std::int64_t bytes = std::max<std::int64_t>(m_limits.splitBytes, 0); // this file, to come
    for (const Part& part : m_parts)
        bytes += part.bytes;
    while (!m_parts.empty() &&
           ((ring.bytes > 0 && bytes > ring.bytes) ||
            (ring.length.count() > 0 &&
             m_newestReceived - m_parts.front().received >= ring.length.count()))) {
        bytes -= m_parts.front().bytes;
        QFile::remove(m_parts.front().path);
        {
            const std::lock_guard guard(d.mutex);
            std::erase(d.files, m_parts.front().path);
        }
        m_parts.pop_front();
    }
}

std::vector<Gap> WriteLoop::unwritten()
{
    // What was heard and could not be written is a hole like any other.
    std::vector<Gap> gaps;
    const bool hasFailed = m_mode >= Mode::Full;
    const auto counters = d.sink->counters();
    for (std::size_t i = 1; i < counters.size(); ++i) {
        const ConnectionId id{static_cast<std::uint32_t>(i)};
        Gap gap;
        gap.connection = id;
        gap.cause = "disk-full";
        gap.count = counters[i].received - counters[i].ours() - before(m_recordedBefore, i) -
                    (hasFailed ? d.writer->recorded(id) : d.writer->appended(id));
        gap.from = d.writer->totals().lastTime;
        gap.to = std::max(gap.from, processClock().nowNs());
        d.writer->setReceived(id, counters[i].received - before(m_receivedBefore, i));
        if (gap.count > 0)
            gaps.push_back(std::move(gap));
    }
    return gaps;
}

/// Why it is no longer, where nobody asked for its end.
void WriteLoop::storeEnd(bool hasRoom)
{
    QString end;
    {
        const std::lock_guard lock(d.mutex);
        end = d.end;
    }
    if (end.isEmpty() && !hasRoom)
        end = u"Recording had paused: the disk had %1 left, less than the reserve of %2."_s.arg(
            bytesText(m_watch.free()), bytesText(m_watch.reserve()));
    if (!end.isEmpty() && isWriting())
        check(d.writer->setFact("ended", std::string_view(end.toStdString())));
}

void WriteLoop::finish()
{
    d.sink->resume();
    const bool hasRoom = m_mode == Mode::Writing;
    if (m_isOver || d.sink->isOver()) {
        const std::size_t connections = d.sink->counters().size();
        for (std::size_t i = 1; i < connections; ++i) {
            const ConnectionId id{static_cast<std::uint32_t>(i)};
            d.sink->settle(id, before(m_recordedBefore, i) + d.writer->appended(id));
        }
    }
    std::vector<Gap> lost = unwritten();
    if (m_mode < Mode::Full) {
        m_mode = Mode::Draining;
        for (const Gap& gap : lost)
            check(d.writer->add(gap));
        storeEnd(hasRoom);
        commit();
        if (hasRoom && m_mode < Mode::Full) {
            check(storeLastFindings(kLookAtTheEnd));
            commit();
        }
        if (m_mode >= Mode::Full)
            lost = unwritten();
    }
    m_findings.reset(); // nobody reads any more
    const bool isFull = m_mode == Mode::Full;
    if (m_mode >= Mode::Full) {
        d.fileLock.giveRoom();
        for (auto&& gaps : {d.sink->takeGaps(), d.sink->takePaused(), lost})
            m_gaps.insert(m_gaps.end(), gaps.begin(), gaps.end());
        (void)d.writer->writeLast(m_gaps);
    }
    for (const Gap& gap : lost)
        d.sink->note(gap);
    // Nobody may read through an own connection while the file changes from WAL to its closed form.
    d.pool->suspend();
    const Status closed = d.writer->close();
    noteDurable();
    d.findings->setKeeping(false); // from here on the file tells
    d.pool->resume();
    check(closed);

    std::int64_t count = 0;
    for (const Gap& gap : lost)
        count += gap.count;
    for (const auto& counter : d.sink->counters())
        count += counter.paused;
    const std::lock_guard lock(d.mutex);
    d.alarm.clear();
    if (isFull)
        d.state = RecorderStatus::State::Failed;
    if (!d.failure.isEmpty())
        return;
    if (count > 0)
        d.failure =
            u"The disk with %1 was full: %L2 messages were not recorded; what was recorded is safe."_s
                .arg(d.writer->path())
                .arg(count);
    else if (m_mode == Mode::Full)
        d.failure = u"The disk with %1 was full when the recording was closed; all that was heard "
                    "is safe."_s.arg(d.writer->path());
}

} // namespace murmur
