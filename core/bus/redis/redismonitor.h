// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/redis/redislink.h"

#include <QDeadlineTimer>

namespace murmur {

/// All commands that clients send, by MONITOR: the only way to see who published. Costs the server
/// a lot, so it ends by itself after a time and after an amount of bytes.
class RedisMonitor final : public RedisLink
{
    Q_OBJECT
public:
    RedisMonitor(const RedisSettings& settings, RedisInbox& inbox);

protected:
    void attach() override;
    void hear(RespValue& value, std::int64_t now) override;
    void count(std::size_t bytes) override;

private:
    void endAfter(const QString& limit);

    QTimer m_end;
    std::int64_t m_bytes = 0;
};

/// One line of MONITOR: `1339518083.107412 [0 127.0.0.1:60866] "publish" "ch" "hello"`. A PUBLISH
/// becomes the message itself; any other command is kept as it stands, with a topic
/// "monitor.<command>". False when it is no such line; `message` is unchanged then.
bool readMonitorLine(const QByteArray& line, HeardMessage& message);

} // namespace murmur
