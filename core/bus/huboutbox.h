// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpSocket>

#include <cstdint>
#include <deque>

namespace murmur {

/// What waits to be sent to one client. Frames for several subscribers share their bytes; only a
/// little is handed to the socket at a time, so that a subscriber can be cut between two frames
/// and the number of messages that it did not get is known exactly.
class HubOutbox
{
public:
    explicit HubOutbox(QTcpSocket* socket)
        : m_socket(socket)
    {
    }

    /// Behind everything else.
    void add(const QByteArray& bytes, bool isMessage);
    /// Hands on what the socket may hold. Call it when the socket wrote `written` bytes.
    void pump(qint64 written = 0);
    /// Forgets the messages that the socket does not have yet, and tells how many they were. What
    /// else waits stays.
    std::int64_t dropMessages();
    /// Messages that the socket has, but the operating system does not have whole.
    [[nodiscard]] std::int64_t messagesInSocket() const;

    [[nodiscard]] std::size_t bytes() const
    {
        return m_waitingBytes + static_cast<std::size_t>(m_socket->bytesToWrite());
    }

private:
    static constexpr qint64 kHanded =
        512 * 1024; // more than one turn reads, or it could not keep up

    struct Entry
    {
        QByteArray bytes;
        bool isMessage = false;
    };
    QTcpSocket* const m_socket;
    std::deque<Entry> m_waiting;
    std::size_t m_waitingBytes = 0;
    std::deque<qint64> m_messageEnds; ///< in the stream, of messages handed to the socket
    qint64 m_handed = 0;
    qint64 m_written = 0;
};

} // namespace murmur
