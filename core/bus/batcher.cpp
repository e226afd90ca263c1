// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/batcher.h"

#include <algorithm>
#include <utility>

namespace murmur {

Batcher::Batcher(MessageSink* sink)
    : m_sink(sink)
{
    m_timer.setInterval(kPatience);
    m_timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { flush(); });
    m_timer.start();
}

Batcher::~Batcher()
{
    flush();
}

void Batcher::add(HeardMessage message)
{
    const std::lock_guard lock(m_mutex);
    m_bytes += static_cast<std::size_t>(message.raw.size() + message.headers.size());
    m_batch.push_back(std::move(message));
    ++m_added;
    if (m_batch.size() >= kMessages || m_bytes >= kBytes)
        handOver();
}

void Batcher::flush()
{
    const std::lock_guard lock(m_mutex);
    if (!m_batch.empty())
        handOver();
}

std::uint64_t Batcher::added() const
{
    const std::lock_guard lock(m_mutex);
    return m_added;
}

void Batcher::handOver()
{
    m_bytes = 0;
    // A batch of few in the room of many would take that room for as long as it waits.
    const std::size_t next = std::min(kMessages, 2 * m_batch.size());
    m_sink->hear(std::exchange(m_batch, {}));
    m_batch.reserve(next);
}

} // namespace murmur
