// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordersink.h"

#include "codec/codecbook.h"

#include <algorithm>
#include <iterator>
#include <utility>

using namespace std::chrono_literals;

namespace murmur {

namespace {

/// What a queued message costs in memory beside its bytes.
constexpr std::size_t kMessageOverhead = sizeof(HeardMessage) + 96;
/// Drops are located this well.
constexpr std::int64_t kSlot = 100'000'000; // ns
/// Rows of one stretch; what else is lost in it is told without its topic.
constexpr std::size_t kMaxHoles = 1024;
/// Up to here the queue is filled by those who can wait.
constexpr double kRoomToShare = 0.5;
/// Observations that wait for the writer; while it cannot write, the oldest go.
constexpr std::size_t kMaxLags = 16'384;
/// How often a source that waits looks whether it still should.
constexpr auto kLook = 50ms;

std::size_t cost(const HeardMessage& message)
{
    return static_cast<std::size_t>(message.raw.size() + message.headers.size()) + kMessageOverhead;
}

} // namespace

void RecorderSink::hear(std::vector<HeardMessage>&& batch)
{
    if (!m_shard.isAll())
        leaveToOthers(batch);
    if (batch.empty() || m_isOver)
        return;
    std::size_t bytes = 0;
    for (const HeardMessage& message : batch)
        bytes += cost(message);
    {
        const std::lock_guard lock(m_mutex);
        for (const HeardMessage& message : batch)
            count(message);
    }
    if (m_waits) {
        if (waitForRoom(batch, bytes))
            return;
    } else if (!m_isPaused && m_queue.offer(std::move(batch), bytes)) {
        return;
    }
    // Full: the newest copy goes, and the hole is written down per connection and topic.
    const std::lock_guard lock(m_mutex);
    const bool isPaused = m_isPaused;
    for (const HeardMessage& message : batch) {
        Counters& counters = at(message.connection);
        ++(isPaused ? counters.paused : counters.dropped);
        if (isPaused)
            lose(m_paused, message, 0, "disk-full");
        else
            lose(m_drops, message, message.received / kSlot, "client-drop");
    }
}

bool RecorderSink::hearIfRoom(std::vector<HeardMessage>& batch)
{
    if (m_waits) {
        hear(std::move(batch));
        return true;
    }
    if (!m_shard.isAll())
        leaveToOthers(batch);
    if (batch.empty() || m_isOver)
        return true;
    if (m_isPaused || m_queue.fill() >= kRoomToShare)
        return false;
    std::size_t bytes = 0;
    for (const HeardMessage& message : batch)
        bytes += cost(message);
    // Counted before it can be recorded, and under the lock, so that a refusal is never seen.
    const std::lock_guard lock(m_mutex);
    for (const HeardMessage& message : batch)
        count(message);
    if (m_queue.offer(std::move(batch), bytes))
        return true;
    for (const HeardMessage& message : batch)
        --at(message.connection).received;
    return false;
}

bool RecorderSink::waitForRoom(std::vector<HeardMessage>& batch, std::size_t bytes)
{
    while (m_waits && !m_isOver && !m_queue.isClosed()) {
        if (m_isPaused)
            (void)m_queue.waitUntilClosed(kLook);
        else if (m_queue.put(std::move(batch), bytes, kLook))
            return true;
    }
    return false;
}

void RecorderSink::leaveToOthers(std::vector<HeardMessage>& batch)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(batch, [this](const HeardMessage& message) {
        const std::size_t id = index(message.connection);
        if ((id < m_takesAll.size() && m_takesAll[id]) || m_shard.takes(message.topic, message.raw))
            return false;
        ++at(message.connection).elsewhere;
        return true;
    });
}

void RecorderSink::lose(Holes& holes, const HeardMessage& message, std::int64_t slot,
                        const char* cause)
{
    std::string topic = message.topic.toStdString();
    Key key{index(message.connection), slot, topic};
    if (holes.size() >= kMaxHoles && !holes.contains(key)) {
        topic.clear();
        key = {index(message.connection), slot, topic};
    }
    Gap& gap = holes[key];
    if (gap.count == 0) {
        gap.connection = message.connection;
        gap.topic = std::move(topic);
        gap.cause = cause;
        gap.from = message.received;
        gap.to = message.received;
    }
    gap.from = std::min(gap.from, message.received);
    gap.to = std::max(gap.to, message.received);
    ++gap.count;
}

void RecorderSink::note(Gap gap)
{
    const std::lock_guard lock(m_mutex);
    if (gap.cause != kSubscriberCut) {
        at(gap.connection).lost += gap.count;
        if (gap.lostIs != LostIs::Exact)
            at(gap.connection).lostIs = gap.lostIs;
        std::vector<LostBy>& noted = at(gap.connection).noted;
        const auto known = std::ranges::find(noted, gap.cause, &LostBy::cause);
        LostBy& by = known == noted.end() ? noted.emplace_back(LostBy{gap.cause}) : *known;
        by.count += gap.count;
        by.lostIs = std::max(by.lostIs, gap.lostIs);
    }
    m_gaps.push_back(std::move(gap));
}

void RecorderSink::count(const HeardMessage& message)
{
    Counters& counters = at(message.connection);
    ++counters.received;
    if (message.stated == kNoTime)
        return;
    counters.statedLast = std::max(counters.statedLast, message.stated);
    counters.lag = message.received - message.stated;
}

void RecorderSink::take(const std::vector<HeardMessage>& batch)
{
    const std::lock_guard lock(m_mutex);
    for (const HeardMessage& message : batch)
        ++at(message.connection).taken;
}

std::vector<LostBy> RecorderSink::Counters::lostBy() const
{
    std::vector<LostBy> by = noted;
    const auto add = [&](const char* cause, std::int64_t count) {
        if (count == 0)
            return;
        const auto known = std::ranges::find(by, std::string_view(cause), &LostBy::cause);
        (known == by.end() ? by.emplace_back(LostBy{cause}) : *known).count += count;
    };
    add("client-drop", dropped);
    add("disk-full", paused);
    std::ranges::stable_sort(by, std::greater{}, &LostBy::count);
    return by;
}

void RecorderSink::observe(std::vector<Lag>&& lags)
{
    if (m_isOver)
        return;
    const std::lock_guard lock(m_mutex);
    m_lags.insert(m_lags.end(), std::make_move_iterator(lags.begin()),
                  std::make_move_iterator(lags.end()));
    if (m_lags.size() > kMaxLags)
        m_lags.erase(m_lags.begin(), m_lags.end() - static_cast<std::ptrdiff_t>(kMaxLags));
}

void RecorderSink::describe(Schema schema)
{
    if (m_codecs != nullptr && !m_isOver)
        m_codecs->add(std::move(schema));
}

std::vector<Lag> RecorderSink::takeLags()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_lags, {});
}

void RecorderSink::setWaits(bool waits)
{
    m_waits = waits;
}

void RecorderSink::takesAll(ConnectionId connection)
{
    const std::lock_guard lock(m_mutex);
    if (index(connection) >= m_takesAll.size())
        m_takesAll.resize(index(connection) + 1);
    m_takesAll[index(connection)] = true;
}

void RecorderSink::pause()
{
    const std::lock_guard lock(m_mutex);
    m_isPaused = true;
}

void RecorderSink::resume()
{
    const std::lock_guard lock(m_mutex);
    m_isPaused = false;
}

void RecorderSink::end()
{
    m_isOver = true;
}

void RecorderSink::settle(ConnectionId connection, std::int64_t recorded)
{
    const std::lock_guard lock(m_mutex);
    Counters& counters = at(connection);
    counters.received = recorded + counters.ours();
}

void RecorderSink::take(Holes& holes, std::vector<Gap>& gaps)
{
    for (auto& [key, gap] : holes)
        gaps.push_back(std::move(gap));
    holes.clear();
}

std::vector<Gap> RecorderSink::takeGaps()
{
    const std::lock_guard lock(m_mutex);
    std::vector<Gap> gaps = std::move(m_gaps);
    m_gaps.clear();
    take(m_drops, gaps);
    return gaps;
}

std::vector<Gap> RecorderSink::takePaused()
{
    const std::lock_guard lock(m_mutex);
    std::vector<Gap> gaps;
    take(m_paused, gaps);
    return gaps;
}

RecorderSink::Counters& RecorderSink::at(ConnectionId id)
{
    if (index(id) >= m_counters.size())
        m_counters.resize(index(id) + 1);
    return m_counters[index(id)];
}

std::vector<RecorderSink::Counters> RecorderSink::counters() const
{
    const std::lock_guard lock(m_mutex);
    return m_counters;
}

} // namespace murmur
