// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/boundedqueue.h"
#include "bus/connection.h"
#include "bus/shard.h"
#include "session/connectioninfo.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace murmur {

class CodecBook;

/// Where all connections of a recorder put what they hear, and where the loss ledger begins: what
/// does not get into the queue is counted here, by connection and topic. Which agent it was from is
/// known only after reading it, so that is not told. Thread safe, never waits (unless told to:
/// offline generation).
class RecorderSink : public MessageSink
{
public:
    struct Counters
    {
        std::int64_t received = 0;
        std::int64_t dropped = 0;          ///< our queue was full
        std::int64_t paused = 0;           ///< the disk was full
        std::int64_t lost = 0;             ///< noted by the connection: never received
        std::int64_t elsewhere = 0;        ///< belongs to other shards
        std::int64_t taken = 0;            ///< out of the queue, by the interpreter
        std::int64_t statedLast = kNoTime; ///< the latest time that the bus stated, ns
        std::int64_t lag =
            kNoTime; ///< ns from the stated time of the newest message to its arrival
        LostIs lostIs = LostIs::Exact;
        std::vector<LostBy> noted; ///< by cause: what connections told

        /// Received, and not recorded by our own fault.
        [[nodiscard]] std::int64_t ours() const { return dropped + paused; }
        [[nodiscard]] std::int64_t queued() const
        {
            return std::max<std::int64_t>(received - ours() - taken, 0);
        }
        /// The most first.
        [[nodiscard]] std::vector<LostBy> lostBy() const;
    };

    explicit RecorderSink(BoundedQueue<std::vector<HeardMessage>>& queue)
        : m_queue(queue)
    {
    }
    void hear(std::vector<HeardMessage>&& batch) override;
    /// Leaves half of the queue to those who cannot wait.
    [[nodiscard]] bool hearIfRoom(std::vector<HeardMessage>& batch) override;
    [[nodiscard]] bool isTaking() const override { return !m_isPaused && !m_isOver; }
    void note(Gap gap) override;
    void observe(std::vector<Lag>&& lags) override;
    /// Goes into the dictionaries, which the writer stores.
    void describe(Schema schema) override;
    void setCodecs(CodecBook* codecs) { m_codecs = codecs; }
    /// These left the queue.
    void take(const std::vector<HeardMessage>& batch);
    void setWaits(bool waits);
    [[nodiscard]] bool waits() const { return m_waits; }
    /// Before anything is heard.
    void setShard(const Shard& shard) { m_shard = shard; }
    /// This connection delivers its share only.
    void takesAll(ConnectionId connection);

    /// From now on messages are counted as lost because the disk is full, until resume().
    void pause();
    void resume();
    [[nodiscard]] bool isPaused() const { return m_isPaused; }
    /// The recording is over: what comes is nobody's any more.
    void end();
    [[nodiscard]] bool isOver() const { return m_isOver; }
    /// After the end: what was received and is neither recorded nor counted as lost came too late.
    void settle(ConnectionId connection, std::int64_t recorded);

    /// Holes since the last call. Drops are told by connection, topic and tenth of a second.
    std::vector<Gap> takeGaps();
    /// What was lost in the pause since the last call: by connection and topic.
    std::vector<Gap> takePaused();
    /// What was observed since the last call, in its order.
    std::vector<Lag> takeLags();
    [[nodiscard]] std::vector<Counters> counters() const; ///< by connection id

private:
    using Key = std::tuple<std::uint32_t, std::int64_t, std::string>; // connection, slot, topic
    using Holes = std::map<Key, Gap>;

    Counters& at(ConnectionId id);
    void count(const HeardMessage& message);
    void leaveToOthers(std::vector<HeardMessage>& batch);
    bool waitForRoom(std::vector<HeardMessage>& batch, std::size_t bytes);
    static void lose(Holes& holes, const HeardMessage& message, std::int64_t slot,
                     const char* cause);
    static void take(Holes& holes, std::vector<Gap>& gaps);

    BoundedQueue<std::vector<HeardMessage>>& m_queue;
    Shard m_shard;
    CodecBook* m_codecs = nullptr;
    std::atomic<bool> m_waits = false;
    std::atomic<bool> m_isPaused = false;
    std::atomic<bool> m_isOver = false;
    mutable std::mutex m_mutex; // guards what follows
    std::vector<Counters> m_counters;
    std::vector<bool> m_takesAll;
    Holes m_drops;
    Holes m_paused;
    std::vector<Gap> m_gaps;
    std::vector<Lag> m_lags;
};

} // namespace murmur
