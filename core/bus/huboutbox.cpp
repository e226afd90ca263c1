// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/huboutbox.h"

namespace murmur {

void HubOutbox::add(const QByteArray& bytes, bool isMessage)
{
    m_waiting.push_back({bytes, isMessage});
    m_waitingBytes += static_cast<std::size_t>(bytes.size());
    pump();
}

void HubOutbox::pump(qint64 written)
{
    m_written += written;
    while (!m_messageEnds.empty() && m_messageEnds.front() <= m_written)
        m_messageEnds.pop_front();
    while (!m_waiting.empty() && m_socket->bytesToWrite() < kHanded) {
        const Entry entry = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_waitingBytes -= static_cast<std::size_t>(entry.bytes.size());
        m_socket->write(entry.bytes);
        m_handed += entry.bytes.size();
        if (entry.isMessage)
            m_messageEnds.push_back(m_handed);
    }
}

std::int64_t HubOutbox::dropMessages()
{
    const std::size_t dropped = std::erase_if(m_waiting, [this](const Entry& entry) {
        if (entry.isMessage)
            m_waitingBytes -= static_cast<std::size_t>(entry.bytes.size());
        return entry.isMessage;
    });
    return static_cast<std::int64_t>(dropped);
}

std::int64_t HubOutbox::messagesInSocket() const
{
    return static_cast<std::int64_t>(m_messageEnds.size());
}

} // namespace murmur
