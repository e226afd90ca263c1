// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The connections of a recorder: attached, detached and changed while it records.

#include "base/clock.h"
#include "bus/listening.h"
#include "bus/profile.h"
#include "bus/sameurl.h"
#include "session/recorderprivate.h"
#include "session/urldialects.h"

#include <QLocale>

#include <algorithm>
#include <future>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using State = ConnectionStatus::State;

/// The cause of a gap that stands for all that a connection would have heard that was never
/// attached.
constexpr std::string_view kUnreachable = "unreachable";

/// What is said of a connection that a person detached.
QString detachedText(const ConnectionInfo& info, std::int64_t received)
{
    const QLocale locale(QLocale::English, QLocale::UnitedStates);
    if (!info.isWindow || info.state == State::Stopped)
        return u"Detached. What was heard is kept."_s;
    if (info.expectedMessages < 0)
        return u"Cancelled. The %1 messages that were read are kept."_s.arg(
            locale.toString(qlonglong(received)));
    return u"Cancelled after %1 of about %2 messages. What was read is kept."_s.arg(
        locale.toString(qlonglong(received)), locale.toString(qlonglong(info.expectedMessages)));
}

/// Between two looks for secrets that have changed.
constexpr auto kFreshLook = std::chrono::seconds(3);

/// Reading goes on behind what was heard last, so exactly that nothing is missed: the bus gives
/// each message a time of its own.
bool resumesExactly(const QUrl& url)
{
    return url.scheme() == "nats"_L1 || url.scheme() == "tls"_L1;
}

} // namespace

Result<ConnectionId> Recorder::attach(const QUrl& url, const ConnectionOptions& given)
{
    if (std::ranges::any_of(d->connections, [&](const auto& one) { return one->hears(url); })) {
        return Error{ErrorCode::WrongUse,
                     u"%1 is attached already; a second time, each message would come twice."_s.arg(
                         shownUrl(url))};
    }
    auto dialects = dialectsOfUrl(url);
    if (!dialects)
        return dialects.error();
    auto attached = std::make_unique<AttachedConnection>();
    attached->url = url;
    attached->options = given;
    attached->options.shard = d->options.shard;
    attached->sink = d->sink.get();
    attached->info.url = shownUrl(url);
    attached->info.name = given.name.isEmpty() ? attached->info.url : given.name;
    const ConnectionId id = registerConnection(url, attached->info.name);
    attached->id = attached->info.id = id;
    d->useDialects(id, std::move(*dialects));
    d->noteSecrets(url, given);
    if (Status opened = attached->open(); !opened)
        return opened.error();
    d->nameUrl(*attached);
    const std::lock_guard lock(d->mutex);
    d->connections.push_back(std::move(attached));
    return id;
}

Status Recorder::apply(const ConnectionWish& wish)
{
    const auto found =
        std::ranges::find(d->connections, wish.connection, [](const auto& one) { return one->id; });
    if (found == d->connections.end())
        return Error{ErrorCode::NotFound, u"This recording has no such connection."_s};
    AttachedConnection& connection = **found;
    switch (wish.what) {
    case ConnectionWish::What::Detach:
        d->leave(connection);
        break;
    case ConnectionWish::What::AttachAgain:
        if (!wish.secret.isEmpty()) {
            connection.options.files = {}; // a person's word counts more
            connection.options.password = wish.secret;
            if (connection.url.userName().isEmpty())
                connection.options.token = wish.secret;
        }
        return d->comeBack(connection, connection.url);
    case ConnectionWish::What::Widen: {
        if (isWidenedBeside(connection.url, wish.names)) {
            const auto url = besideUrl(connection.url, wish.names);
            if (!url)
                return url.error();
            ConnectionOptions options = connection.options;
            options.name.clear();
            const auto beside = attach(*url, options);
            if (!beside)
                return beside.error();
            break;
        }
        const auto url = widenedUrl(connection.url, wish.names);
        return url ? d->comeBack(connection, *url) : Status(url.error());
    }
    case ConnectionWish::What::Narrow: {
        const auto url = narrowedUrl(connection.url, wish.names);
        return url ? d->comeBack(connection, *url) : Status(url.error());
    }
    case ConnectionWish::What::ReadBy: {
        auto rules = dialectRules(wish.names.join(u',').toStdString());
        if (!rules)
            return rules.error();
        d->forgetDialects(wish.connection);
        d->useDialects(wish.connection, std::move(*rules));
        break;
    }
    }
    Q_EMIT statusChanged();
    return Done{};
}

void Recorder::Private::useDialects(ConnectionId connection, std::vector<DialectRule> rules)
{
    if (rules.empty())
        return;
    for (DialectRule& rule : rules)
        rule.connection = index(connection);
    const std::lock_guard lock(mutex);
    const auto place = std::ranges::find_if(
        dialects, [](const DialectRule& rule) { return rule.glob == "*" && !rule.connection; });
    dialects.insert(place, rules.begin(), rules.end());
    ++dialectsRevision;
    hasNewDialects = true;
}

void Recorder::Private::forgetDialects(ConnectionId connection)
{
    const std::lock_guard lock(mutex);
    std::erase_if(dialects, [connection](const DialectRule& rule) {
        return rule.connection == index(connection);
    });
}

void Recorder::Private::nameUrl(AttachedConnection& connection) const
{
    // A port that was left to us is known now.
    const std::lock_guard lock(connection.mutex);
    names->setConnectionUrl(connection.id, connection.info.url.toStdString());
}

void Recorder::Private::leave(AttachedConnection& connection) const
{
    if (!connection.thread)
        return;
    const ConnectionInfo before = connection.shown();
    connection.close();
    const auto counters = sink->counters();
    const std::size_t place = index(connection.id);
    const std::int64_t received = place < counters.size() ? counters[place].received : 0;
    const std::lock_guard lock(connection.mutex);
    connection.reconnectsBefore = connection.info.reconnects;
    if (connection.wasUp && before.state != State::Stopped)
        connection.away = processClock().nowNs();
    if (before.state != State::Failed)
        connection.info.detail = detachedText(before, received);
    connection.info.state = State::Stopped;
    connection.info.isDetached = true;
}

void Recorder::Private::noteSecrets(const QUrl& url, const ConnectionOptions& given)
{
    if (!options.rules.redactsKnown)
        return;
    const QByteArrayList secrets = ownSecrets(url, given);
    if (secrets.isEmpty())
        return;
    const std::lock_guard lock(mutex);
    newSecrets += secrets;
    hasNewSecrets = true;
}

/// Who was turned away comes again when the file of its secret says another one.
void Recorder::Private::tryFreshSecrets()
{
    const std::int64_t now = processClock().nowNs();
    if (now < nextFreshLook)
        return;
    nextFreshLook = now + std::chrono::nanoseconds(kFreshLook).count();
    for (const auto& connection : connections) {
        if (connection->options.files.isEmpty())
            continue;
        const ConnectionInfo info = connection->shown();
        if (info.state == State::Failed && !info.isDetached &&
            readSecretsAgain(connection->options))
            (void)comeBack(*connection, connection->url); // its state says how it went
    }
}

Status Recorder::Private::comeBack(AttachedConnection& connection, const QUrl& url)
{
    (void)readSecretsAgain(connection.options);
    // What cannot be must not cost what there is.
    if (const auto made = createConnection(url, {connection.id, sink.get(), connection.options});
        !made)
        return made.error();
    leave(connection);
    QUrl from = url;
    {
        const std::lock_guard lock(connection.mutex);
        connection.info.isDetached = false;
        connection.info.state = State::Starting;
        const auto counters = sink->counters();
        const std::size_t place = index(connection.id);
        if ((readsPast(url) || readsWindow(url)) && place < counters.size() &&
            counters[place].statedLast != kNoTime) {
            from = resumedUrl(url, counters[place].statedLast);
            if (resumesExactly(url))
                connection.away = 0;
        }
    }
    connection.url = from;
    noteSecrets(from, connection.options);
    Status opened = connection.open();
    if (!opened) {
        const std::lock_guard lock(connection.mutex);
        connection.info.state = State::Failed;
        connection.info.detail = opened.error().message;
        return opened;
    }
    nameUrl(connection);
    return opened;
}

Status AttachedConnection::open()
{
    {
        const std::lock_guard lock(mutex);
        info.isWindow = readsWindow(url);
        missingSince = processClock().nowNs();
    }
    thread = std::make_unique<QThread>();
    thread->setObjectName(u"bus "_s + url.scheme());
    thread->start();
    // The connection is made, started and later stopped in its own thread; we only wait for the
    // outcome of the start.
    home = new QObject;
    home->moveToThread(thread.get());
    std::promise<Status> outcome;
    auto started = outcome.get_future();
    QMetaObject::invokeMethod(home, [this, &outcome] {
        auto made = createConnection(url, ConnectionContext{id, sink, options});
        if (!made) {
            outcome.set_value(made.error());
            return;
        }
        connection = std::move(*made);
        if (connection->takesShare())
            sink->takesAll(id);
        QObject::connect(connection.get(), &Connection::statusChanged, home,
                         [this] { noteStatus(); });
        auto status = connection->start();
        noteStatus();
        if (!status)
            connection.reset();
        outcome.set_value(std::move(status));
    });
    Status status = started.get();
    if (!status)
        close();
    return status;
}

void AttachedConnection::noteStatus()
{
    if (!connection)
        return;
    const ConnectionStatus status = connection->status();
    std::int64_t from = 0;
    {
        const std::lock_guard lock(mutex);
        if (!status.effectiveUrl.isEmpty() && status.effectiveUrl != effectiveUrl) {
            effectiveUrl = status.effectiveUrl;
            info.url = shownUrl(effectiveUrl);
        }
        info.state = status.state;
        info.detail = status.detail;
        info.reconnects = reconnectsBefore + static_cast<std::int64_t>(status.reconnects);
        info.presence = status.presence;
        info.subscribed = status.subscribed;
        info.unmatched = status.unmatched;
        info.denied = status.denied;
        info.expectedMessages = status.expectedMessages;
        info.expectedBytes = status.expectedBytes;
        if (info.state == State::Up) {
            wasUp = true;
            missingSince = 0;
            from = std::exchange(away, 0);
        } else if (info.state == State::Failed && missingSince == 0) {
            missingSince = processClock().nowNs();
        }
    }
    if (from != 0)
        sink->note(Gap{id, {}, "reconnect", from, processClock().nowNs(), 0, LostIs::Unknown});
}

bool AttachedConnection::hears(const QUrl& other)
{
    // Each port that is left to us is another one, and each demo swarm.
    if (url.port() == 0 || url.scheme() == "demo"_L1 || !meanTheSame(other, url))
        return false;
    const std::lock_guard lock(mutex);
    return info.state != State::Stopped && info.state != State::Failed;
}

void AttachedConnection::noteMissing()
{
    Gap gap{id, {}, "reconnect", 0, processClock().nowNs(), 0, LostIs::Unknown};
    {
        const std::lock_guard lock(mutex);
        if (missingSince == 0 || info.state == State::Stopped)
            return;
        if (!wasUp)
            gap.cause = kUnreachable;
        gap.from = std::exchange(missingSince, 0);
        if (const std::int64_t left = std::exchange(away, 0); left != 0)
            gap.from = std::min(gap.from, left);
    }
    sink->note(std::move(gap));
}

void AttachedConnection::close()
{
    if (!thread)
        return;
    std::promise<void> done;
    auto stopped = done.get_future();
    QMetaObject::invokeMethod(home, [this, &done] {
        if (connection) {
            noteStatus();
            noteMissing();
            connection->stop();
            noteStatus();
            connection.reset();
        }
        done.set_value();
    });
    stopped.wait();
    home->deleteLater();
    thread->quit();
    thread->wait();
    thread.reset();
}

ConnectionInfo AttachedConnection::shown()
{
    const std::lock_guard lock(mutex);
    return info;
}

} // namespace murmur
