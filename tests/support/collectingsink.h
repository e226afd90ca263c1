// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace murmur::test {

/// Keeps what it hears.
class CollectingSink final : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& batch) override
    {
        const std::lock_guard lock(m_mutex);
        ++m_calls;
        for (HeardMessage& message : batch)
            m_messages.push_back(std::move(message));
    }
    [[nodiscard]] bool isTaking() const override { return !m_isFull; }
    void setFull(bool isFull) { m_isFull = isFull; }
    void note(Gap gap) override
    {
        const std::lock_guard lock(m_mutex);
        m_gaps.push_back(std::move(gap));
    }
    void observe(std::vector<Lag>&& lags) override
    {
        const std::lock_guard lock(m_mutex);
        m_lags.insert(m_lags.end(), lags.begin(), lags.end());
    }
    void describe(Schema schema) override
    {
        const std::lock_guard lock(m_mutex);
        m_schemas.push_back(std::move(schema));
    }
    [[nodiscard]] std::vector<Schema> schemas() const
    {
        const std::lock_guard lock(m_mutex);
        return m_schemas;
    }
    [[nodiscard]] std::vector<HeardMessage> messages() const
    {
        const std::lock_guard lock(m_mutex);
        return m_messages;
    }
    [[nodiscard]] std::size_t count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_messages.size();
    }
    [[nodiscard]] std::size_t calls() const
    {
        const std::lock_guard lock(m_mutex);
        return m_calls;
    }
    [[nodiscard]] std::vector<Gap> gaps() const
    {
        const std::lock_guard lock(m_mutex);
        return m_gaps;
    }
    [[nodiscard]] std::vector<Lag> lags() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lags;
    }
    /// "topic|raw" or "topic|raw|!reason", one message a line.
    [[nodiscard]] QByteArray dump() const
    {
        QByteArray text;
        for (const HeardMessage& message : messages()) {
            text += message.topic + '|' + message.raw;
            if (!message.undecodable.isEmpty())
                text += "|!" + message.undecodable;
            text += '\n';
        }
        return text.trimmed();
    }

private:
    std::atomic<bool> m_isFull = false;
    mutable std::mutex m_mutex;
    std::vector<HeardMessage> m_messages;
    std::vector<Gap> m_gaps;
    std::vector<Lag> m_lags;
    std::vector<Schema> m_schemas;
    std::size_t m_calls = 0;
};

} // namespace murmur::test
