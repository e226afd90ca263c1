// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redissubscription.h"

#include "base/clock.h"
#include "base/time.h"
#include "bus/redis/redisglob.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr qsizetype kNamesAtOnce = 500;
constexpr std::chrono::milliseconds kPingAfter = 15s;
constexpr std::chrono::milliseconds kDeadAfter = 45s;
constexpr int kMostScans = 10;

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

bool takes(const QByteArray& pattern, const QByteArray& channel)
{
    return redisGlobMatches(viewOf(pattern), viewOf(channel));
}

// "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
QString budgetFromText(const QByteArray& text)
{
    const QByteArrayList words = text.split(' ');
    const qsizetype at = words.indexOf("pubsub");
    if (at < 0 || at + 3 >= words.size())
        return {};
    const std::int64_t hard = words[at + 1].toLongLong();
    const std::int64_t soft = words[at + 2].toLongLong();
    if (hard == 0 && soft == 0)
        return u"The server keeps without limit what we are too slow to read."_s;
    QString limit = hard > 0 ? bytesText(hard) : QString();
    if (soft > 0) {
        limit += (hard > 0 ? u", or for %2 s more than %1"_s : u"for %2 s more than %1"_s)
                     .arg(bytesText(soft), QString::fromUtf8(words[at + 3]));
    }
    return u"The server cuts us when it holds %1 for us: a slow subscriber loses, not the system."_s
        .arg(limit);
}

} // namespace

bool isTaken(const RedisSettings& settings, const QByteArray& channel)
{
    return settings.channels.contains(channel) ||
           std::ranges::any_of(settings.patterns,
                               [&](const QByteArray& pattern) { return takes(pattern, channel); });
}

void RedisSubscription::attach()
{
    m_acknowledged = 0;
    m_isPinged = false;
    m_asked.clear();
    m_denied.clear();
    m_awaitsBudget = true;
    m_wanted = settings().channels.size() + settings().patterns.size();
    send({"CONFIG", "GET", "client-output-buffer-limit"});
    subscribe("SUBSCRIBE", settings().channels);
    subscribe("PSUBSCRIBE", settings().patterns);
}

void RedisSubscription::subscribe(const QByteArray& command, const QByteArrayList& names)
{
    const qsizetype atOnce = m_isOneByOne ? 1 : kNamesAtOnce;
    for (qsizetype at = 0; at < names.size(); at += atOnce)
        send(QByteArrayList{command} + names.mid(at, atOnce));
    if (m_isOneByOne)
        m_asked += names;
}

QStringList RedisSubscription::names() const
{
    QStringList names;
    for (const QByteArray& name : settings().channels + settings().patterns)
        names << QString::fromUtf8(name);
    return names;
}

void RedisSubscription::hearError(const QByteArray& error)
{
    const bool isForbidden = error.startsWith("NOPERM");
    if (isForbidden && !m_isOneByOne && m_wanted > 1 && !wasUp()) {
        m_isOneByOne = true;
        moveTo(address());
        return;
    }
    if (isForbidden && m_wanted > 1 && !m_asked.isEmpty()) {
        m_denied << QString::fromUtf8(m_asked.takeFirst());
        --m_wanted;
        upWhenAll();
        return;
    }
    refuse(error, u"subscribe to %1"_s.arg(names().join(u", "_s)));
}

void RedisSubscription::hear(RespValue& value, std::int64_t now)
{
    if (m_awaitsBudget) {
        m_awaitsBudget = false;
        hearBudget(value);
        return;
    }
    if (value.isError()) {
        hearError(value.text);
        return;
    }
    const auto isText = [](const RespValue& one) { return one.isString(); };
    if (value.isArray() && value.elements.size() >= 2 && value.elements[0].isString()) {
        std::vector<RespValue>& parts = value.elements;
        const QByteArray& kind = parts[0].text;
        if (kind == "pmessage" && parts.size() == 4 && std::ranges::all_of(parts, isText)) {
            if (isFirst(parts[1].text, parts[2].text))
                deliver(std::move(parts[2].text), std::move(parts[3].text), now);
            return;
        }
        if (kind == "message" && parts.size() == 3 && std::ranges::all_of(parts, isText)) {
            deliver(std::move(parts[1].text), std::move(parts[2].text), now);
            return;
        }
        if (kind == "psubscribe" || kind == "subscribe") {
            hearAcknowledgement();
            return;
        }
        if (kind == "pong") {
            m_isPinged = false;
            return;
        }
    }
    // It is a value, and no message that we know how to read.
    inbox().note(Gap{{}, {}, "decode-error", now, now, 1, LostIs::Exact});
}

void RedisSubscription::hearPart(RespValue& part, bool /*isOneTooLarge*/, std::int64_t now)
{
    if (!part.isArray() || part.elements.size() < 2 || !part.elements[0].isString())
        return;
    const QByteArray& kind = part.elements[0].text;
    const std::size_t at = kind == "pmessage" ? 2 : kind == "message" ? 1 : 0;
    if (at == 0 || at >= part.elements.size())
        return;
    const QByteArray& channel = part.elements[at].text;
    inbox().note(Gap{{}, channel.toStdString(), "decode-error", now, now, 1, LostIs::Exact});
}

void RedisSubscription::hearBudget(const RespValue& value)
{
    m_budget.clear();
    if (value.isArray() && value.elements.size() == 2)
        m_budget = budgetFromText(value.elements[1].text);
}

void RedisSubscription::hearAcknowledgement()
{
    ++m_acknowledged;
    if (!m_asked.isEmpty())
        m_asked.removeFirst();
    upWhenAll();
}

void RedisSubscription::upWhenAll()
{
    if (m_acknowledged < m_wanted || state() == State::Up)
        return;
    outage().end(inbox().context(), processClock().nowNs());
    setUp(u"Attached to %1."_s.arg(address().text()));
}

// A pattern that is not ours, or takes this channel only by the server's reading, brings it too.
bool RedisSubscription::isFirst(const QByteArray& pattern, const QByteArray& channel) const
{
    const QByteArrayList& patterns = settings().patterns;
    if (patterns.size() == 1)
        return true;
    // Channels that a pattern takes were never subscribed to by name.
    const auto first =
        std::ranges::find_if(patterns, [&](const QByteArray& one) { return takes(one, channel); });
    return first == patterns.end() || *first == pattern;
}

void RedisSubscription::deliver(QByteArray&& channel, QByteArray&& payload, std::int64_t now)
{
    HeardMessage message;
    message.connection = inbox().context().id;
    message.received = now;
    message.topic = std::move(channel);
    message.raw = std::move(payload);
    inbox().add(std::move(message));
}

void RedisSubscription::tick()
{
    if (state() != State::Up)
        return;
    if (sinceLastBytes() > kDeadAfter) {
        retry(u"%1 has not answered for %2."_s.arg(address().text(), durationText(kDeadAfter)));
    } else if (sinceLastBytes() > kPingAfter && !m_isPinged) {
        m_isPinged = true;
        send({"PING"});
    }
}

RedisChannelQuery::RedisChannelQuery(const RedisSettings& settings, RedisInbox& inbox)
    : RedisLink(settings, inbox)
{
}

void RedisChannelQuery::attach()
{
    send({"PUBSUB", "CHANNELS"});
}

void RedisChannelQuery::scan(const QByteArray& cursor)
{
    ++m_scans;
    send({"SCAN", cursor, "COUNT", "1000", "TYPE", "stream"});
}

void RedisChannelQuery::hear(RespValue& value, std::int64_t /*now*/)
{
    const bool isScan = m_scans > 0;
    const std::vector<RespValue> none;
    const bool isPage = isScan && value.elements.size() == 2; // not: may not, or an old server
    for (const RespValue& element : !isScan  ? value.elements
                                    : isPage ? value.elements[1].elements
                                             : none) {
        if (m_unmatched.size() >= kMost || !element.isString())
            break;
        const QString name = QString::fromUtf8(element.text);
        if (!isScan && !isTaken(settings(), element.text))
            m_unmatched << name;
        else if (isScan && !settings().streams.contains(element.text))
            m_unmatched << u"stream "_s + name;
    }
    if (!isScan) {
        scan("0");
    } else if (isPage && value.elements[0].text != "0" && m_scans < kMostScans &&
               m_unmatched.size() < kMost) {
        scan(value.elements[0].text);
    } else {
        m_unmatched.removeDuplicates();
        m_unmatched.sort();
        end({});
    }
}

} // namespace murmur
