// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/transport.h"
#include "bus/nats/natsconnection.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>

#include <map>
#include <optional>

namespace murmur::test {

using namespace Qt::StringLiterals;
using State = ConnectionStatus::State;

inline constexpr int kMany = kIsSanitized ? 20'000 : 200'000;

class NatsServer : public Broker
{
public:
    explicit NatsServer(const QByteArray& config = {})
        : Broker(u"nats-server"_s, {})
    {
        m_arguments = {u"-c"_s, u"%2/nats.conf"_s};
        m_config = "port: %1\nhost: \"127.0.0.1\"\nmax_payload: 8MB\n" + config;
    }
    QByteArray run()
    {
        (void)file(u"nats.conf"_s, m_config);
        return start();
    }
    [[nodiscard]] QString url(const QString& rest = {}, const QString& scheme = u"nats"_s) const
    {
        return scheme + with(u"://127.0.0.1:%1"_s) + rest;
    }

private:
    QByteArray m_config;
};

/// The project's own client, in node.
class NatsClient : public NodeProgram
{
public:
    explicit NatsClient(const QString& url)
        : NodeProgram(QStringLiteral(NODE_DIRECTORY), u"nats.mjs"_s, {url})
    {
    }
    ~NatsClient() override { closeWriteChannel(); }

    /// "ok" and what it says, or what went wrong.
    QByteArray run(const QStringList& action)
    {
        write(QJsonDocument(QJsonArray::fromStringList(action)).toJson(QJsonDocument::Compact) +
              '\n');
        QElapsedTimer timer;
        timer.start();
        while (!canReadLine() && timer.elapsed() < 60'000 && state() != NotRunning)
            waitForReadyRead(100);
        return canReadLine() ? readLine().trimmed() : "node: " + readAll();
    }
};

inline std::string headerOf(const HeardMessage& message, std::string_view name)
{
    std::string values;
    for (const auto& [key, value] :
         headersFromBytes({message.headers.constData(), std::size_t(message.headers.size())})) {
        if (key == name)
            values += (values.empty() ? "" : ",") + value;
    }
    return values;
}

/// Which of the numbers 0 … count - 1 are missing, double or out of their subject's order.
inline QByteArray flaws(const std::vector<HeardMessage>& messages, int count)
{
    std::vector<int> times(std::size_t(count), 0);
    std::map<QByteArray, int> last;
    for (const HeardMessage& message : messages) {
        const int number = message.raw.toInt();
        if (number < 0 || number >= count)
            return "a stranger: " + message.raw;
        ++times[std::size_t(number)];
        const auto before = last.find(message.topic);
        if (before != last.end() && before->second >= number)
            return "out of order: " + message.raw;
        last[message.topic] = number;
    }
    for (int i = 0; i < count; ++i) {
        if (times[std::size_t(i)] != 1)
            return QByteArray::number(i) + " came " + QByteArray::number(times[std::size_t(i)]) +
                   " times";
    }
    return {};
}

} // namespace murmur::test
