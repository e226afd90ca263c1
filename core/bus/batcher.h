// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <QTimer>

#include <cstddef>
#include <mutex>
#include <vector>

namespace murmur {

/// Gathers the messages that a client library hands over one by one, in its own threads, so that
/// the sink is woken once for many. What was added reaches the sink when it is a batch, and after
/// `kPatience` at the latest. add() is thread safe and never waits for anything but other add()s;
/// the rest belongs to the thread that makes it, which needs an event loop. Messages reach the sink
/// in the order in which they were added.
class Batcher
{
public:
    static constexpr std::size_t kMessages = 512;
    static constexpr std::size_t kBytes = 1 << 20;
    static constexpr std::chrono::milliseconds kPatience{4};

    /// `sink` outlives this.
    explicit Batcher(MessageSink* sink);
    /// Nobody adds any more.
    ~Batcher();

    void add(HeardMessage message);
    void flush();
    [[nodiscard]] std::uint64_t added() const;

private:
    void handOver();

    MessageSink* m_sink;
    QTimer m_timer;
    mutable std::mutex m_mutex; // guards what follows; held while the sink takes a batch: order
    std::vector<HeardMessage> m_batch;
    std::size_t m_bytes = 0;
    std::uint64_t m_added = 0;
};

} // namespace murmur
