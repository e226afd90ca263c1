// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redispublisher.h"

#include "bus/queuedpublisher.h"
#include "bus/redis/redislink.h"
#include "bus/redis/redissettings.h"
#include "bus/redis/redissubscription.h"
#include "bus/redis/streamentry.h"

#include <QHash>

#include <algorithm>
#include <deque>
#include <functional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMostBytes = qint64(512) << 20; // what Redis takes as one text
constexpr qsizetype kMostKnown = 10'000;
constexpr qsizetype kMostShown = 200;

QString shown(const QByteArray& text)
{
    QString plain = QString::fromUtf8(text.left(kMostShown));
    std::ranges::replace_if(
        plain, [](QChar c) { return !c.isPrint(); }, u'?');
    return plain;
}

enum class TopicKind : std::uint8_t { Unknown, Channel, Stream };

/// As the URL and the message say; Unknown: the server is asked.
TopicKind kindSaid(const RedisSettings& settings, const OutgoingMessage& message)
{
    if (settings.streams.contains(message.topic))
        return TopicKind::Stream;
    if (!settings.isDefault && isTaken(settings, message.topic))
        return TopicKind::Channel;
    return isFromStream(message.headers) ? TopicKind::Stream : TopicKind::Unknown;
}

/// The socket; everything that it hears answers a command of ours.
class RedisSender final : public RedisLink
{
public:
    using RedisLink::RedisLink;
    using RedisLink::send;

    std::function<void()> isIn;
    std::function<void(RespValue&)> take;

    void isUp(const QString& detail) { setUp(detail); }
    void isStrange(const QString& sentence) { fail(sentence); }

protected:
    void attach() override { isIn(); }
    void hear(RespValue& value, std::int64_t /*now*/) override { take(value); }
};

class RedisPublisher final : public QueuedPublisher
{
public:
    explicit RedisPublisher(RedisSettings settings);

    [[nodiscard]] PublisherTraits traits() const override
    {
        PublisherTraits traits;
        traits.hasHeaders = !m_settings.streams.isEmpty() && !m_settings.subscribes();
        traits.confirms = true;
        traits.mostBytes = kMostBytes;
        // What turns out to be a stream keeps a mark in its `data`; a channel would lose fields.
        traits.carriesHeaders = [settings = m_settings](const OutgoingMessage& message) {
            return kindSaid(settings, message) == TopicKind::Stream;
        };
        return traits;
    }

protected:
    void attach() override;
    void send(std::uint64_t place, const OutgoingMessage& message) override;
    void leave() override;

private:
    using Kind = TopicKind;
    struct Waiting
    {
        std::uint64_t place = 0;
        OutgoingMessage message;
    };
    /// A command whose answer is to come. Place 0: the kind of the topic was asked for.
    struct Command
    {
        std::uint64_t place = 0;
        QByteArray topic;
        Kind kind = Kind::Unknown;
    };

    [[nodiscard]] Kind kindOf(const OutgoingMessage& message) const;
    void pump();
    void ask(const QByteArray& topic);
    void take(const RespValue& value);
    void takeKind(const QByteArray& topic, const RespValue& value);
    [[nodiscard]] QString wordsFor(const Command& command, const QByteArray& error) const;

    const RedisSettings m_settings;
    RedisInbox m_inbox;
    RedisSender m_link;
    std::deque<Waiting> m_waiting; ///< for the kind of the first one's topic
    std::deque<Command> m_commands;
    QHash<QByteArray, Kind> m_kinds; ///< Unknown: asked for
};

RedisPublisher::RedisPublisher(RedisSettings settings)
    : QueuedPublisher(RedisAddress{settings.host, settings.port}.text(), Bounds())
    , m_settings(std::move(settings))
    , m_inbox(ConnectionContext())
    , m_link(m_settings, m_inbox)
{
    m_link.isIn = [this] { m_link.isUp({}); };
    m_link.take = [this](const RespValue& value) { take(value); };
    connect(&m_link, &RedisLink::stateChanged, this, [this] {
        if (m_link.state() == RedisLink::State::Up)
            setUp(u"Sending to %1."_s.arg(where()));
        else if (m_link.state() != RedisLink::State::Starting)
            lose(m_link.detail());
    });
}

void RedisPublisher::attach()
{
    m_link.open();
}

RedisPublisher::Kind RedisPublisher::kindOf(const OutgoingMessage& message) const
{
    const Kind said = kindSaid(m_settings, message);
    return said != Kind::Unknown ? said : m_kinds.value(message.topic, Kind::Unknown);
}

void RedisPublisher::send(std::uint64_t place, const OutgoingMessage& message)
{
    m_waiting.push_back({place, message});
    pump();
}

void RedisPublisher::pump()
{
    while (!isOver() && !m_waiting.empty()) {
        const Waiting& next = m_waiting.front();
        const Kind kind = kindOf(next.message);
        if (kind == Kind::Unknown) {
            ask(next.message.topic);
            return;
        }
        const QByteArray& topic = next.message.topic;
        m_commands.push_back({next.place, topic, kind});
        if (kind == Kind::Channel)
            m_link.send({"PUBLISH", topic, next.message.raw});
        else
            m_link.send(QByteArrayList{"XADD", topic, "*"} +
                        entryFields(next.message.raw, next.message.headers));
        m_waiting.pop_front();
    }
}

void RedisPublisher::ask(const QByteArray& topic)
{
    if (m_kinds.contains(topic))
        return;
    if (m_kinds.size() >= kMostKnown)
        m_kinds.clear();
    m_kinds.insert(topic, Kind::Unknown);
    m_commands.push_back({0, topic, Kind::Unknown});
    m_link.send({"TYPE", topic});
}

void RedisPublisher::take(const RespValue& value)
{
    if (m_commands.empty()) {
        m_link.isStrange(u"%1 answered what was not asked."_s.arg(where()));
        return;
    }
    const Command command = std::move(m_commands.front());
    m_commands.pop_front();
    if (command.place == 0)
        takeKind(command.topic, value);
    else if (value.isError())
        refuse(command.place, wordsFor(command, value.text));
    else if (command.kind == Kind::Channel && value.type == RespValue::Type::Integer)
        settle(command.place, value.integer);
    else if (command.kind == Kind::Stream && value.isString())
        settle(command.place);
    else
        m_link.isStrange(u"%1 answered as no Redis does."_s.arg(where()));
}

// Who may not ask is told by the sending itself whether it was right.
void RedisPublisher::takeKind(const QByteArray& topic, const RespValue& value)
{
    m_kinds.insert(topic, value.text == "stream" ? Kind::Stream : Kind::Channel);
    pump();
}

QString RedisPublisher::wordsFor(const Command& command, const QByteArray& error) const
{
    const bool isStream = command.kind == Kind::Stream;
    const QString topic = shown(command.topic);
    if (error.startsWith("NOPERM")) {
        const QString who = m_settings.user.isEmpty() ? u"the default user"_s
                                                      : u"“%1”"_s.arg(shown(m_settings.user));
        return (isStream ? u"%1: %2 may not add to the stream “%3” (%4). Let its administrator "
                           "permit it with ACL SETUSER."_s
                         : u"%1: %2 may not publish to the channel “%3” (%4). Let its "
                           "administrator permit it with ACL SETUSER."_s)
            .arg(where(), who, topic, shown(error));
    }
    if (error.startsWith("WRONGTYPE")) {
        return u"The key “%1” on %2 holds something else than a stream."_s.arg(topic, where());
    }
    if (error.startsWith("READONLY")) {
        return u"%1 is a replica that takes nothing; send to the server that it follows."_s.arg(
            where());
    }
    if (error.startsWith("MOVED ")) {
        return u"The stream “%1” is on another server of the cluster, %2; send there."_s.arg(
            topic, shown(error.split(' ').value(2)));
    }
    if (error.startsWith("OOM")) {
        return u"%1 has no memory left for it (%2)."_s.arg(where(), shown(error));
    }
    return u"%1 refused it for “%2”: “%3”."_s.arg(where(), topic, shown(error));
}

void RedisPublisher::leave()
{
    m_waiting.clear();
    m_link.close();
}

} // namespace

Result<std::unique_ptr<Publisher>> createRedisPublisher(const QUrl& url,
                                                        const ConnectionOptions& options)
{
    Result<RedisSettings> settings = redisSettingsFromUrl(url, options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Publisher>(std::make_unique<RedisPublisher>(std::move(*settings)));
}

} // namespace murmur
