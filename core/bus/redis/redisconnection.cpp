// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redisconnection.h"

#include "base/time.h"
#include "bus/redis/redismonitor.h"
#include "bus/redis/redisstreams.h"
#include "bus/redis/redissubscription.h"

#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::chrono::milliseconds kTick = 250ms;
// Without messages, what else is there is asked for: soon, then seldom, as the server goes through
// all of its channels to answer.
constexpr std::chrono::milliseconds kQuiet = 3s;
constexpr std::chrono::milliseconds kMostQuiet = 60s;
constexpr qsizetype kMostNamed = 6;

class RedisConnection final : public Connection
{
public:
    RedisConnection(QUrl url, RedisSettings settings, const ConnectionContext& context);
    ~RedisConnection() override { stop(); }

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    void add(std::unique_ptr<RedisLink> link);
    void addStreams(std::vector<RedisStream> streams);
    void scatter(RedisStreams* link);
    void update();
    void leaveOutDenied();
    void closeAll();
    void tick();
    void askWhatElse();
    [[nodiscard]] QStringList presence() const;
    [[nodiscard]] QString upSentence() const;
    [[nodiscard]] QString endSentence() const;
    [[nodiscard]] QStringList denied() const;
    [[nodiscard]] QStringList permitted(const QByteArrayList& names) const;
    [[nodiscard]] bool isNothingThere() const;
    [[nodiscard]] QString nothingSentence() const;

    const QUrl m_url;
    const RedisSettings m_settings;
    RedisInbox m_inbox;
    std::vector<std::unique_ptr<RedisLink>> m_links;
    RedisSubscription* m_subscription = nullptr;
    std::unique_ptr<RedisChannelQuery> m_query;
    QTimer m_ticker;
    QElapsedTimer m_quiet;
    std::chrono::milliseconds m_askAfter = kQuiet;
    QStringList m_unmatched;
    QStringList m_denied; // that whole links were refused
    QString m_detail;
    std::uint64_t m_toldReceived = 0;
    ConnectionStatus::State m_state = ConnectionStatus::State::Starting;
    bool m_isRunning = false;
};

RedisConnection::RedisConnection(QUrl url, RedisSettings settings, const ConnectionContext& context)
    : m_url(std::move(url))
    , m_settings(std::move(settings))
    , m_inbox(context)
{
    m_ticker.setInterval(kTick);
    connect(&m_ticker, &QTimer::timeout, this, &RedisConnection::tick);
}

void RedisConnection::add(std::unique_ptr<RedisLink> link)
{
    // Later: links tell of themselves in the middle of what they do.
    connect(link.get(), &RedisLink::stateChanged, this, &RedisConnection::update,
            Qt::QueuedConnection);
    m_links.push_back(std::move(link));
    m_links.back()->open();
}

void RedisConnection::addStreams(std::vector<RedisStream> streams)
{
    auto link = std::make_unique<RedisStreams>(m_settings, m_inbox, std::move(streams));
    connect(
        link.get(), &RedisStreams::scattered, this, [this, link = link.get()] { scatter(link); },
        Qt::QueuedConnection);
    add(std::move(link));
}

void RedisConnection::scatter(RedisStreams* link)
{
    const auto found =
        std::ranges::find(m_links, static_cast<RedisLink*>(link), &std::unique_ptr<RedisLink>::get);
    if (found == m_links.end())
        return;
    std::vector<RedisStream> streams = link->takeStreams();
    m_links.erase(found);
    for (RedisStream& stream : streams) {
        std::vector<RedisStream> one;
        one.push_back(std::move(stream));
        addStreams(std::move(one));
    }
}

Status RedisConnection::start()
{
    if (m_isRunning)
        return Done{};
    m_isRunning = true;
    m_state = ConnectionStatus::State::Starting;
    m_detail = u"Connecting to %1."_s.arg(RedisAddress{m_settings.host, m_settings.port}.text());
    m_ticker.start();
    if (m_settings.monitor)
        add(std::make_unique<RedisMonitor>(m_settings, m_inbox));
    if (m_settings.subscribes()) {
        auto subscription = std::make_unique<RedisSubscription>(m_settings, m_inbox);
        m_subscription = subscription.get();
        add(std::move(subscription));
    }
    if (!m_settings.streams.isEmpty()) {
        std::vector<RedisStream> streams;
        for (const QByteArray& key : m_settings.streams) {
            RedisStream stream;
            stream.key = key;
            streams.push_back(std::move(stream));
        }
        addStreams(std::move(streams));
    }
    Q_EMIT statusChanged();
    return Done{};
}

void RedisConnection::closeAll()
{
    m_isRunning = false;
    m_ticker.stop();
    m_query.reset();
    for (const auto& link : m_links)
        link->close();
    m_inbox.flush();
}

void RedisConnection::stop()
{
    if (!m_isRunning)
        return;
    closeAll();
    m_state = ConnectionStatus::State::Stopped;
    m_detail = u"Stopped."_s;
    Q_EMIT statusChanged();
}

// What is permitted is heard without the rest, as long as there is something. What was heard before
// and is forbidden now is a failure that is told.
void RedisConnection::leaveOutDenied()
{
    const auto isDenied = [](const auto& link) {
        return link->state() == RedisLink::State::Failed && link->isDenied() && !link->wasUp();
    };
    if (std::ranges::all_of(m_links, isDenied))
        return;
    for (const auto& link : m_links) {
        if (!isDenied(link))
            continue;
        m_denied << link->names();
        if (link.get() == m_subscription) {
            m_subscription = nullptr;
            m_query.reset();
        }
    }
    std::erase_if(m_links, isDenied);
}

QStringList RedisConnection::permitted(const QByteArrayList& names) const
{
    const QStringList without = denied();
    QStringList kept;
    for (const QByteArray& name : names) {
        if (const QString text = QString::fromUtf8(name); !without.contains(text))
            kept << text;
    }
    return kept;
}

QStringList RedisConnection::denied() const
{
    return m_subscription == nullptr ? m_denied : m_denied + m_subscription->denied();
}

// The worst of the links is the state of all: who sees Up hears everything.
void RedisConnection::update()
{
    if (!m_isRunning)
        return;
    using Link = RedisLink::State;
    const auto linkIn = [this](Link state) -> const RedisLink* {
        const auto found = std::ranges::find(m_links, state, &RedisLink::state);
        return found == m_links.end() ? nullptr : found->get();
    };
    const auto before = std::pair(m_state, m_detail);
    leaveOutDenied();
    if (const RedisLink* const failed = linkIn(Link::Failed)) {
        m_state = ConnectionStatus::State::Failed;
        m_detail = failed->detail();
        closeAll();
    } else if (const RedisLink* const retrying = linkIn(Link::Retrying)) {
        m_state = ConnectionStatus::State::Retrying;
        m_detail = retrying->detail();
    } else if (linkIn(Link::Starting) != nullptr) {
        return;
    } else if (linkIn(Link::Up) != nullptr) {
        m_state = ConnectionStatus::State::Up;
        m_detail = upSentence();
        m_quiet.start();
        m_askAfter = kQuiet;
    } else if (isNothingThere()) {
        m_state = ConnectionStatus::State::Failed;
        m_detail = nothingSentence();
        closeAll();
    } else {
        m_state = ConnectionStatus::State::Stopped;
        m_detail = endSentence();
        closeAll();
    }
    if (before != std::pair(m_state, m_detail))
        Q_EMIT statusChanged();
}

void RedisConnection::tick()
{
    const std::uint64_t received = m_inbox.received();
    if (m_toldReceived != received) {
        m_toldReceived = received;
        m_quiet.start();
        m_askAfter = kQuiet;
        Q_EMIT statusChanged();
    } else if (m_state == ConnectionStatus::State::Up && m_quiet.hasExpired(m_askAfter.count())) {
        m_askAfter = std::min(kMostQuiet, 2 * m_askAfter);
        m_quiet.start();
        askWhatElse();
    }
}

void RedisConnection::askWhatElse()
{
    if (m_subscription == nullptr || m_query)
        return;
    m_query = std::make_unique<RedisChannelQuery>(m_settings, m_inbox);
    connect(
        m_query.get(), &RedisLink::stateChanged, this,
        [this] {
            if (!m_query || m_query->state() == RedisLink::State::Up)
                return;
            // Whatever went wrong: what there is stays unknown, and that is all.
            const bool isAnswered = m_query->state() == RedisLink::State::Ended;
            const QStringList unmatched = m_query->unmatched();
            m_query.reset();
            if (isAnswered && m_unmatched != unmatched) {
                m_unmatched = unmatched;
                Q_EMIT statusChanged();
            }
        },
        Qt::QueuedConnection);
    m_query->open();
}

QString RedisConnection::upSentence() const
{
    const QString where = RedisAddress{m_settings.host, m_settings.port}.text();
    if (m_settings.monitor)
        return u"Watching all commands of %1."_s.arg(where);
    QStringList parts;
    if (m_settings.isDefault)
        parts << u"all channels"_s;
    else if (const auto names = permitted(m_settings.channels + m_settings.patterns);
             !names.isEmpty())
        parts << u"channels %1"_s.arg(names.join(u", "_s));
    if (const auto names = permitted(m_settings.streams); !names.isEmpty())
        parts << u"streams %1"_s.arg(names.join(u", "_s));
    QStringList missing;
    std::uint64_t there = 0;
    for (const auto& link : m_links) {
        if (const auto* const reader = qobject_cast<const RedisStreams*>(link.get())) {
            for (const RedisStream& stream : reader->streams()) {
                there += stream.info.length;
                if (!stream.info.exists)
                    missing << QString::fromUtf8(stream.key);
            }
        }
    }
    QString sentence = u"Attached to %1: %2."_s.arg(where, parts.join(u" and "_s));
    const bool isLagDenied = std::ranges::any_of(m_links, [](const auto& link) {
        const auto* const reader = qobject_cast<const RedisStreams*>(link.get());
        return reader != nullptr && reader->isLagDenied();
    });
    if (isLagDenied)
        sentence += u" How far groups are behind cannot be told: this user may not XINFO GROUPS."_s;
    if (m_settings.readsPast())
        sentence += u" %L1 entries are there."_s.arg(there);
    if (!missing.isEmpty() && !m_settings.isWindow())
        sentence += missing.size() == 1
                        ? u" %1 does not exist yet and is waited for."_s.arg(missing.front())
                        : u" %1 do not exist yet and are waited for."_s.arg(missing.join(u", "_s));
    if (const QStringList names = denied(); !names.isEmpty())
        sentence += u" Not permitted: %1."_s.arg(names.join(u", "_s));
    return sentence;
}

bool RedisConnection::isNothingThere() const
{
    if (!m_settings.isWindow())
        return false;
    return std::ranges::all_of(m_links, [](const auto& link) {
        const auto* const reader = qobject_cast<const RedisStreams*>(link.get());
        return reader != nullptr &&
               std::ranges::none_of(reader->streams(), [](const RedisStream& stream) {
                   return stream.info.exists || stream.entries > 0;
               });
    });
}

QString RedisConnection::nothingSentence() const
{
    QStringList asked;
    QStringList there;
    for (const auto& link : m_links) {
        const auto* const reader = qobject_cast<const RedisStreams*>(link.get());
        asked << link->names();
        if (reader != nullptr && there.isEmpty())
            there = reader->otherStreams().mid(0, kMostNamed);
    }
    QString sentence = u"There is no stream “%1” at %2."_s.arg(
        asked.join(u"”, “"_s), RedisAddress{m_settings.host, m_settings.port}.text());
    if (!there.isEmpty())
        sentence += u" There is: %1."_s.arg(there.join(u", "_s));
    return sentence;
}

QString RedisConnection::endSentence() const
{
    for (const auto& link : m_links) {
        if (qobject_cast<const RedisMonitor*>(link.get()) != nullptr)
            return link->detail();
    }
    QStringList parts;
    for (const auto& link : m_links) {
        if (const auto* const reader = qobject_cast<const RedisStreams*>(link.get())) {
            for (const RedisStream& stream : reader->streams()) {
                const QString key = QString::fromUtf8(stream.key);
                parts << (stream.info.exists ? u"%L1 entries of %2"_s.arg(stream.entries).arg(key)
                                             : u"%1 does not exist"_s.arg(key));
            }
        }
    }
    QString sentence = u"Read what was asked for: %1."_s.arg(parts.join(u", "_s));
    if (!m_denied.isEmpty())
        sentence += u" Not permitted: %1."_s.arg(m_denied.join(u", "_s));
    return sentence;
}

QStringList RedisConnection::presence() const
{
    QStringList sentences;
    if (m_settings.monitor) {
        sentences
            << u"MONITOR slows the server for everybody: measured, it took 69 % of its speed "
               "with single commands and 95 % with pipelines."_s
            << u"It shows every command with its values, secrets too, and a reader that stands "
               "still fills the server's memory."_s
            << u"It ends by itself after %1 or %2."_s.arg(durationText(m_settings.monitorFor),
                                                          bytesText(m_settings.monitorMax));
        return sentences;
    }
    if (m_settings.subscribes()) {
        if (m_settings.isDefault) {
            sentences << u"The URL names no channel, so all are subscribed; pattern=agents.* takes "
                         "fewer."_s;
        }
        sentences
            << u"PUBLISH counts us: it answers 1 where it answered 0, so a program that tests "
               "for “nobody listens” behaves differently."_s
            << u"The server sends every message that we take once more."_s;
        const QString budget = m_subscription != nullptr ? m_subscription->budget() : QString();
        sentences
            << (budget.isEmpty()
                    ? u"The server does not tell how much it holds for a slow subscriber before "
                      "it cuts it; as delivered, 32 MiB, or 8 MiB for 60 s."_s
                    : budget);
    }
    if (!m_settings.streams.isEmpty()) {
        sentences
            << u"The server sends every entry of the streams once more. No consumer group and "
               "no pending entry changes."_s;
        if (m_settings.watchesLag && !m_settings.isWindow())
            sentences << u"Every 2 s we ask how far their groups are behind (XINFO GROUPS); "
                         "lag=off does without."_s;
    }
    return sentences;
}

ConnectionStatus RedisConnection::status() const
{
    ConnectionStatus status;
    status.state = m_state;
    status.detail = m_detail;
    status.effectiveUrl = m_url;
    status.received = m_inbox.received();
    for (const auto& link : m_links)
        status.reconnects += link->reconnects();
    status.presence = presence();
    status.denied = denied();
    status.subscribed = permitted(m_settings.channels + m_settings.patterns + m_settings.streams);
    status.unmatched = m_unmatched;
    for (const auto& link : m_links) {
        const auto* const reader = qobject_cast<const RedisStreams*>(link.get());
        if (reader == nullptr)
            continue;
        for (const RedisStream& stream : reader->streams()) {
            if (stream.expected >= 0)
                status.expectedMessages =
                    std::max<std::int64_t>(status.expectedMessages, 0) + stream.expected;
        }
    }
    return status;
}

} // namespace

Result<std::unique_ptr<Connection>> createRedisConnection(const QUrl& url,
                                                          const ConnectionContext& context)
{
    Result<RedisSettings> settings = redisSettingsFromUrl(url, context.options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<RedisConnection>(url, std::move(*settings), context));
}

} // namespace murmur
