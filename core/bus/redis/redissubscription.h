// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/redis/redislink.h"

#include <string_view>

namespace murmur {

/// Channels by name and by pattern. The server sends a message once for its channel and once for
/// each pattern that takes it; we keep the one copy that the first of ours brings, so a message
/// comes once and in the order in which the server sent it.
class RedisSubscription final : public RedisLink
{
    Q_OBJECT
public:
    using RedisLink::RedisLink;

    /// What the server does when we are slow, in words; empty: it has not told.
    [[nodiscard]] const QString& budget() const { return m_budget; }
    [[nodiscard]] QStringList names() const override;
    /// Those that the server does not permit.
    [[nodiscard]] const QStringList& denied() const { return m_denied; }

protected:
    void attach() override;
    void hear(RespValue& value, std::int64_t now) override;
    void hearPart(RespValue& part, bool isOneTooLarge, std::int64_t now) override;
    void tick() override;

private:
    void subscribe(const QByteArray& command, const QByteArrayList& names);
    void hearBudget(const RespValue& value);
    void hearAcknowledgement();
    void hearError(const QByteArray& error);
    void upWhenAll();
    [[nodiscard]] bool isFirst(const QByteArray& pattern, const QByteArray& channel) const;
    void deliver(QByteArray&& channel, QByteArray&& payload, std::int64_t now);

    QString m_budget;
    bool m_awaitsBudget = false;
    bool m_isPinged = false;
    qsizetype m_acknowledged = 0;
    qsizetype m_wanted = 0;
    bool m_isOneByOne = false; // some may be forbidden: a refusal does not say which
    QByteArrayList m_asked;    // one by one, first one first, and not answered yet
    QStringList m_denied;
};

/// Asks once which channels have subscribers, and leaves. PUBSUB is no command for a link that
/// subscribes.
class RedisChannelQuery final : public RedisLink
{
    Q_OBJECT
public:
    static constexpr qsizetype kMost = 100;

    RedisChannelQuery(const RedisSettings& settings, RedisInbox& inbox);
    /// Channels that nothing of ours takes, and "stream tasks" for a stream that is not read.
    [[nodiscard]] const QStringList& unmatched() const { return m_unmatched; }

protected:
    void attach() override;
    void hear(RespValue& value, std::int64_t now) override;

private:
    void scan(const QByteArray& cursor);

    QStringList m_unmatched;
    int m_scans = 0; ///< SCAN goes over all keys, so it is bounded
};

/// Whether some channel or pattern of ours takes it.
bool isTaken(const RedisSettings& settings, const QByteArray& channel);

} // namespace murmur
