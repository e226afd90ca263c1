// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/redis/redisconnection.h"
#include "bus/redis/respreader.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QTcpSocket>

namespace murmur::test {

using namespace Qt::StringLiterals;

inline constexpr int kMany = kIsSanitized ? 20'000 : 200'000;
inline constexpr auto kLong = std::chrono::seconds(60);

class RedisBroker : public Broker
{
public:
    explicit RedisBroker(const QStringList& more = {})
        : Broker(u"redis-server"_s, QStringList{u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                                u"--dir"_s, u"%2"_s, u"--save"_s, u""_s} +
                                        more)
    {
    }
    [[nodiscard]] QString url(const QString& query, const QString& user = {}) const
    {
        return u"redis://"_s + user + u"127.0.0.1:%1"_s.arg(port) + query;
    }
    [[nodiscard]] QString options() const { return u"{\"port\":%1}"_s.arg(port); }
};

/// Sends commands and waits for the answers; a blocking client is good enough to ask with.
class Asker
{
public:
    explicit Asker(std::uint16_t port)
    {
        m_socket.connectToHost(u"127.0.0.1"_s, port);
        m_socket.waitForConnected(10'000);
    }
    RespValue ask(const QByteArrayList& words)
    {
        QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
        for (const QByteArray& word : words)
            bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
        m_socket.write(bytes);
        return answer();
    }
    RespValue answer()
    {
        RespValue value;
        while (m_reader.next(value) != RespReader::Outcome::Value) {
            if (m_socket.bytesAvailable() == 0 && !m_socket.waitForReadyRead(20'000))
                return {};
            const QByteArray piece = m_socket.read(RespReader::kPiece);
            m_reader.feed(piece.constData(), std::size_t(piece.size()));
        }
        return value;
    }
    /// The lines of CLIENT LIST that are ours.
    int ours() { return int(ask({"CLIENT", "LIST"}).text.count(" name=murmurscope ")); }

private:
    QTcpSocket m_socket;
    RespReader m_reader;
};

} // namespace murmur::test
