// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/recorder.h"

#include <QString>
#include <QUrl>

#include <chrono>
#include <vector>

namespace murmur::test {

/// A small closed recording at `path`: `count` messages between three agents, one per 10 ms from
/// `first` (ns), every tenth a request that the next one answers after 30 ms.
inline bool makeRecording(const QString& path, int count,
                          std::int64_t first = 1'768'000'000'000'000'000)
{
    using namespace Qt::StringLiterals;
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (!recorder.start())
        return false;
    const ConnectionId connection = recorder.registerConnection(QUrl(u"demo://test"_s), u"test"_s);
    std::vector<HeardMessage> batch;
    for (int i = 0; i < count; ++i) {
        HeardMessage message;
        message.connection = connection;
        message.received = first + i * 10'000'000LL;
        message.topic = "swarm.test";
        const bool isRequest = i % 10 == 0;
        const bool isReply = i % 10 == 3;
        const int call = i / 10;
        QByteArray kind = isRequest     ? "request"
                          : isReply     ? "reply"
                          : i % 10 == 7 ? "error"
                                        : "event";
        message.raw = R"({"topic":"swarm.test","from":")" +
                      QByteArray(isReply ? "vision" : (i % 2 == 0 ? "planner" : "robot-07")) +
                      R"(","to":")" + QByteArray(isReply ? "planner" : "vision") + R"(","kind":")" +
                      kind + R"(","payload":{"n":)" + QByteArray::number(i) + "}";
        if (isRequest || isReply)
            message.raw += R"(,"correlation":"c)" + QByteArray::number(call) + "\"";
        message.raw += "}";
        batch.push_back(std::move(message));
    }
    recorder.sink().hear(std::move(batch));
    return recorder.stop().ok();
}

} // namespace murmur::test
