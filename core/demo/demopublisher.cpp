// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/demopublisher.h"

#include "bus/hubclient.h"
#include "demo/faultorder.h"

#include <QTimer>

#include <algorithm>
#include <atomic>
#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

using Clock = std::chrono::steady_clock;

/// As much of the swarm's time goes out in one pass of the event loop. Sockets are read one after
/// the other, so what is sent at once may be heard in another order; a stall must not scramble
/// more than this.
constexpr nanoseconds kSlice = 2ms;
constexpr qint64 kMaxPending = 1 << 20;
constexpr qsizetype kMaxFrame = 256 * 1024;
constexpr auto kStopGrace = 250ms;
constexpr auto kFarewell = 2s;

} // namespace

struct DemoPublisher::Private
{
    enum class Phase : std::uint8_t { Idle, Opening, Talking, Draining, Over };

    struct Group
    {
        std::unique_ptr<HubClient> client;
        QByteArray frame; // an array that is still open
        int messages = 0;
    };

    DemoPublisher* q = nullptr;
    DemoPublisherOptions options;
    Phase phase = Phase::Idle;
    std::unique_ptr<Swarm> swarm;
    const SwarmMessage* next = nullptr; // made, not yet said
    std::vector<Group> groups;
    std::unique_ptr<HubClient> ear; // hears what is to break; it is no matter when it cannot
    std::size_t opened = 0;
    std::size_t closed = 0;
    std::unique_ptr<QTimer> pace;
    std::unique_ptr<QTimer> patience;
    Clock::time_point start;
    std::int64_t made = 0;
    bool isFull = false; // a socket has as much as it may hold
    std::atomic<std::int64_t> published = 0;
    std::atomic<std::int64_t> lag = 0;

    void talk();
    void listen();
    void obey(const QByteArray& message);
    bool sendFrames();
    bool isPastTheEnd() const;
    void drain(std::chrono::milliseconds grace, bool saysGoodBye);
    void lookIfDrained(bool saysGoodBye);
    void end();
    void fail(const QString& sentence);
};

/// Gives each group's open array to its socket; false when one has no room, which keeps its frame.
bool DemoPublisher::Private::sendFrames()
{
    bool all = true;
    for (Group& group : groups) {
        if (group.messages == 0)
            continue;
        const bool isBatch = group.messages > 1;
        const QByteArray frame = isBatch ? group.frame + ']' : group.frame.mid(1);
        if (!group.client->publish(frame)) {
            all = false;
            continue;
        }
        published.fetch_add(group.messages, std::memory_order_relaxed);
        group.frame.truncate(0);
        group.messages = 0;
    }
    return all;
}

bool DemoPublisher::Private::isPastTheEnd() const
{
    return (options.maxMessages > 0 && made >= options.maxMessages) ||
           (options.length.count() > 0 && next->time >= options.length.count());
}

/// A hub may say no to those who want to listen: then nothing is asked for.
void DemoPublisher::Private::listen()
{
    ear = std::make_unique<HubClient>(options.hub, options.token);
    QObject::connect(ear.get(), &HubClient::opened, q, [this] {
        const auto topic =
            QByteArray(kFaultTopic.data(), static_cast<qsizetype>(kFaultTopic.size()));
        (void)ear->publish(R"({"op":"subscribe","topics":[")" + topic + R"("]})");
    });
    QObject::connect(ear.get(), &HubClient::heard, q,
                     [this](const QByteArray& json) { obey(json); });
    ear->open();
}

void DemoPublisher::Private::obey(const QByteArray& message)
{
    if (phase != Phase::Talking || !isFaultOrder(message))
        return;
    const auto plan = faultPlanFromOrder(message, next->time);
    if (plan)
        swarm->add(*plan);
    (void)ear->publish(faultAnswer(message, plan));
}

void DemoPublisher::Private::talk()
{
    if (phase != Phase::Talking)
        return;
    if (!sendFrames()) {
        isFull = true; // `drained` goes on
        return;
    }
    isFull = false;
    const std::int64_t now = nanoseconds(Clock::now() - start).count();
    const std::int64_t until = std::min(now, next->time + kSlice.count());
    lag.store(std::max<std::int64_t>(now - next->time, 0), std::memory_order_relaxed);
    while (!isPastTheEnd() && next->time <= until) {
        Group& group = groups[next->group];
        if (group.frame.size() + static_cast<qsizetype>(next->json.size()) > kMaxFrame)
            break;
        group.frame += group.messages == 0 ? '[' : ',';
        group.frame.append(next->json.data(), static_cast<qsizetype>(next->json.size()));
        ++group.messages;
        ++made;
        next = &swarm->next();
    }
    if (!sendFrames()) {
        isFull = true;
        return;
    }
    // The end of a demo of twenty seconds comes after twenty seconds, not with its last message.
    const bool countIsReached = options.maxMessages > 0 && made >= options.maxMessages;
    if (countIsReached || (isPastTheEnd() && now >= options.length.count())) {
        drain(kFarewell, true);
        return;
    }
    const std::int64_t due = isPastTheEnd() ? options.length.count() : next->time;
    const nanoseconds wait(due - nanoseconds(Clock::now() - start).count());
    pace->start(std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(wait)));
}

void DemoPublisher::Private::drain(std::chrono::milliseconds grace, bool saysGoodBye)
{
    phase = Phase::Draining;
    pace->stop();
    QObject::connect(patience.get(), &QTimer::timeout, q, [this] { end(); });
    patience->start(grace);
    for (Group& group : groups) {
        QObject::connect(group.client.get(), &HubClient::drained, q,
                         [this, saysGoodBye] { lookIfDrained(saysGoodBye); });
        QObject::connect(group.client.get(), &HubClient::closed, q, [this] {
            if (++closed == groups.size())
                end();
        });
    }
    lookIfDrained(saysGoodBye);
}

void DemoPublisher::Private::lookIfDrained(bool saysGoodBye)
{
    if (phase != Phase::Draining || std::ranges::any_of(groups, [](const Group& group) {
            return group.messages > 0 || group.client->pendingBytes() > 0;
        }))
        return;
    if (!saysGoodBye) {
        end();
        return;
    }
    for (Group& group : groups)
        group.client->close();
}

void DemoPublisher::Private::end()
{
    if (phase == Phase::Over)
        return;
    phase = Phase::Over;
    pace->stop();
    patience->stop();
    Q_EMIT q->finished();
}

void DemoPublisher::Private::fail(const QString& sentence)
{
    if (phase == Phase::Over)
        return;
    if (phase == Phase::Draining) { // the hub went first: nothing more to wait for
        end();
        return;
    }
    phase = Phase::Over;
    pace->stop();
    patience->stop();
    Q_EMIT q->failed(sentence);
}

DemoPublisher::DemoPublisher(DemoPublisherOptions options, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->q = this;
    d->options = std::move(options);
}

DemoPublisher::~DemoPublisher()
{
    d->phase = Private::Phase::Over;
}

Status DemoPublisher::start()
{
    if (d->phase != Private::Phase::Idle)
        return Done();
    if (Status status = checkSwarmOptions(d->options.swarm); !status)
        return status;
    const QString scheme = d->options.hub.scheme();
    if (scheme != u"ws" && scheme != u"wss" && scheme != u"listen")
        return Error{
            ErrorCode::WrongUse,
            u"The demo publishes to a hub: \"%1\" is not a ws://, wss:// or listen:// URL."_s.arg(
                d->options.hub.toDisplayString())};

    d->pace = std::make_unique<QTimer>();
    d->pace->setSingleShot(true);
    d->pace->setTimerType(Qt::PreciseTimer);
    connect(d->pace.get(), &QTimer::timeout, this, [this] { d->talk(); });
    d->patience = std::make_unique<QTimer>();
    d->patience->setSingleShot(true);
    d->options.swarm.epoch = toNs(wallNow());
    d->swarm = std::make_unique<Swarm>(d->options.swarm);
    d->phase = Private::Phase::Opening;
    d->groups.resize(d->swarm->groups().size());
    for (Private::Group& group : d->groups) {
        group.client = std::make_unique<HubClient>(d->options.hub, d->options.token);
        HubClient* client = group.client.get();
        client->setMaxPendingBytes(kMaxPending);
        connect(client, &HubClient::opened, this, [this] {
            if (d->phase != Private::Phase::Opening || ++d->opened < d->groups.size())
                return;
            d->phase = Private::Phase::Talking;
            d->next = &d->swarm->next();
            d->start = Clock::now();
            d->listen();
            Q_EMIT started();
            d->talk();
        });
        connect(client, &HubClient::failed, this,
                [this](const QString& sentence) { d->fail(sentence); });
        connect(client, &HubClient::drained, this, [this] {
            if (d->isFull)
                d->talk();
        });
        client->open();
    }
    return Done();
}

void DemoPublisher::stop()
{
    switch (d->phase) {
    case Private::Phase::Idle:
        d->phase = Private::Phase::Over;
        Q_EMIT finished();
        return;
    case Private::Phase::Opening:
        d->end();
        return;
    case Private::Phase::Talking:
        d->drain(kStopGrace, false);
        return;
    case Private::Phase::Draining:
    case Private::Phase::Over:
        return;
    }
}

bool DemoPublisher::isOver() const noexcept
{
    return d->phase == Private::Phase::Over;
}

std::int64_t DemoPublisher::published() const noexcept
{
    return d->published.load(std::memory_order_relaxed);
}

nanoseconds DemoPublisher::lag() const noexcept
{
    return nanoseconds(d->lag.load(std::memory_order_relaxed));
}

std::vector<TruthEntry> DemoPublisher::truth() const
{
    return d->swarm ? d->swarm->truth() : std::vector<TruthEntry>();
}

} // namespace murmur
