// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "session/recorder.h"
#include "session/session.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <vector>

namespace murmur::test {

/// Plain JSON traffic with known content: a planner asks robots, robots answer after a while,
/// report state and beat.
class Traffic
{
public:
    explicit Traffic(int robots = 8, std::uint64_t seed = 1)
        : m_robots(robots)
        , m_random(seed)
    {
    }

    /// 2026-05-21T10:17:00Z.
    static constexpr std::int64_t kStart = 1'779'358'620'000'000'000;

    /// The next messages, `gap` ns apart on average.
    std::vector<HeardMessage> next(int count, ConnectionId connection, std::int64_t gap = 500'000)
    {
        std::vector<HeardMessage> batch;
        for (int i = 0; i < count; ++i) {
            m_time += static_cast<std::int64_t>(m_random() % static_cast<std::uint64_t>(2 * gap));
            batch.push_back(one(connection));
        }
        return batch;
    }
    [[nodiscard]] std::int64_t time() const { return m_time; }
    [[nodiscard]] std::int64_t requests() const { return m_requests; }
    [[nodiscard]] std::int64_t replies() const { return m_replies; }
    void skip(std::int64_t ns) { m_time += ns; }

private:
    HeardMessage one(ConnectionId connection)
    {
        HeardMessage message;
        message.connection = connection;
        message.received = m_time;
        ++m_number;
        const auto robot = static_cast<int>(m_random() % static_cast<std::uint64_t>(m_robots));
        const QByteArray name = "robot-" + QByteArray::number(robot);
        const QByteArray number = QByteArray::number(m_number);
        const auto what = m_random() % 10;
        if (!m_open.empty() && what < 3) {
            const auto call = m_open.front();
            m_open.erase(m_open.begin());
            ++m_replies;
            message.raw = R"({"topic":"work.answer","from":")" + call.second +
                          R"(","to":"planner","kind":"reply","correlation_id":"c)" +
                          QByteArray::number(call.first) + R"(","id":"m)" + number +
                          R"(","payload":{"done":true}})";
        } else if (what < 6) {
            m_open.emplace_back(m_number, name);
            ++m_requests;
            message.raw = R"({"topic":"work.ask","from":"planner","to":")" + name +
                          R"(","kind":"request","correlation_id":"c)" + number + R"(","id":"m)" +
                          number + R"(","trace_id":"t)" + QByteArray::number(m_number / 10) +
                          R"(","payload":{"task":)" + number + "}}";
        } else if (what < 8) {
            message.raw = R"({"topic":"state.)" + name + R"(","from":")" + name +
                          R"(","kind":"state","site":"berlin","id":"m)" + number +
                          R"(","payload":{"battery":0.)" + QByteArray::number(robot + 1) +
                          R"(,"step":)" + number + "}}";
        } else if (what < 9) {
            message.raw = R"({"topic":"alarm","from":")" + name +
                          R"(","to":["planner","router"],"kind":"error","id":"m)" + number +
                          R"(","payload":"wheel slipped"})";
        } else {
            message.raw = R"({"topic":"hb","from":")" + name + R"(","kind":"heartbeat","id":"m)" +
                          number + R"("})";
        }
        return message;
    }

    int m_robots;
    std::mt19937_64 m_random;
    std::int64_t m_time = kStart;
    std::int64_t m_number = 0;
    std::int64_t m_requests = 0;
    std::int64_t m_replies = 0;
    std::vector<std::pair<std::int64_t, QByteArray>> m_open;
};

/// Waits for a job of a session; the result is checked by the caller.
template<typename T>
Result<T> waitFor(QFuture<Result<T>> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30'000))
        return Error{ErrorCode::Internal, QStringLiteral("The job did not end.")};
    return future.result();
}

/// Records `count` messages of `traffic` through a recorder into `path`.
inline Status recordTraffic(const QString& path, Traffic& traffic, int count,
                            std::int64_t gap = 500'000, const QString& dialect = {})
{
    RecorderOptions options;
    options.path = path;
    options.dialect = dialect;
    Recorder recorder(options);
    if (auto status = recorder.start(); !status)
        return status;
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(
        QUrl(QStringLiteral("test://traffic")), QStringLiteral("traffic"));
    for (int done = 0; done < count; done += 500)
        recorder.sink().hear(traffic.next(std::min(500, count - done), connection, gap));
    return recorder.stop();
}

} // namespace murmur::test
