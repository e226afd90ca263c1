// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redisstreams.h"

#include "base/clock.h"
#include "bus/redis/redisgroups.h"
#include "bus/redis/streamentry.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

// The server builds a whole answer before it sends it, so one has about this size.
constexpr std::int64_t kAnswerBytes = 4 << 20;
constexpr std::int64_t kFirstCount = 32;
constexpr std::int64_t kMostCount = 2000;
constexpr int kMostHops = 5;
constexpr qsizetype kMostOthers = 100;
constexpr std::chrono::milliseconds kBlock = 1s;
constexpr std::chrono::milliseconds kWindowBlock = 50ms;
constexpr std::chrono::milliseconds kLookEvery = 1s;
// XINFO sends the first and the last entry along; large ones are asked for less often.
constexpr std::int64_t kInfoBytesPerSecond = 256 << 10;
constexpr std::chrono::milliseconds kDeadAfter = 20s;
constexpr std::int64_t kNsPerMs = 1'000'000;

// The first ms that does not begin before `time`.
StreamId idAt(std::int64_t time)
{
    return {static_cast<std::uint64_t>((std::max<std::int64_t>(time, 0) + kNsPerMs - 1) / kNsPerMs),
            0};
}

std::int64_t bytesOf(const RespValue& value)
{
    std::int64_t bytes = value.text.size();
    for (const RespValue& element : value.elements)
        bytes += bytesOf(element);
    return bytes;
}

StreamInfo infoFrom(const RespValue& value)
{
    StreamInfo info;
    info.exists = true;
    for (std::size_t i = 0; i + 1 < value.elements.size(); i += 2) {
        const QByteArray& name = value.elements[i].text;
        const RespValue& what = value.elements[i + 1];
        if (name == "length")
            info.length = static_cast<std::uint64_t>(std::max(what.integer, 0LL));
        else if (name == "entries-added")
            info.added = static_cast<std::uint64_t>(std::max(what.integer, 0LL));
        else if (name == "last-generated-id")
            info.lastUsed = StreamId::fromText(what.text).value_or(StreamId{});
        else if (name == "first-entry" && !what.elements.empty())
            info.first = StreamId::fromText(what.elements[0].text).value_or(StreamId{});
    }
    return info;
}

// The server counts only the whole; of a part we take the share of its time, as ids begin with it.
std::int64_t expectedOf(const RedisStream& stream, StreamId after)
{
    const StreamInfo& info = stream.info;
    if (!info.exists || info.length == 0 || stream.isDone)
        return 0;
    const auto last = stream.to == StreamId{} ? info.lastUsed : std::min(stream.to, info.lastUsed);
    const auto first = std::max(info.first, after);
    if (last < first)
        return 0;
    const auto whole = static_cast<double>(info.lastUsed.ms - info.first.ms) + 1;
    const auto part = static_cast<double>(last.ms - first.ms) + 1;
    return std::llround(std::min(1.0, part / whole) * static_cast<double>(info.length));
}

// "MOVED 3999 127.0.0.1:6381", "MOVED 3999 :6381": the host as before.
std::optional<RedisAddress> movedTo(const QByteArray& error, const RedisAddress& from)
{
    const QByteArrayList words = error.split(' ');
    if (words.size() < 3 || words[0] != "MOVED")
        return std::nullopt;
    const qsizetype colon = words[2].lastIndexOf(':');
    bool ok = false;
    const ushort port = words[2].mid(colon + 1).toUShort(&ok);
    if (colon < 0 || !ok || port == 0)
        return std::nullopt;
    const QString host = QString::fromUtf8(words[2].left(colon));
    return RedisAddress{host.isEmpty() || host == u'?' ? from.host : host, port};
}

} // namespace

RedisStreams::RedisStreams(const RedisSettings& settings, RedisInbox& inbox,
                           std::vector<RedisStream> streams)
    : RedisLink(settings, inbox)
    , m_streams(std::move(streams))
    , m_entriesAtOnce(kFirstCount)
    , m_lagWatch(inbox.context())
{
}

void RedisStreams::attach()
{
    m_expected.clear();
    m_isAfterOutage = true;
    m_sinceGroups.invalidate();
    askInfos();
}

void RedisStreams::ask(Ask what, std::size_t stream, const QByteArrayList& words)
{
    m_expected.push_back({what, stream});
    send(words);
}

void RedisStreams::askInfos()
{
    m_sinceLook.start();
    m_infoBytes = 0;
    m_looksNext = false;
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const RedisStream& stream = m_streams[i];
        if (stream.isDone || (m_isInfoDenied && stream.hasBegun))
            continue;
        if (!m_isInfoDenied)
            ask(Ask::Info, i, {"XINFO", "STREAM", stream.key});
        else
            ask(Ask::Last, i, {"XREVRANGE", stream.key, "+", "-", "COUNT", "1"});
    }
    if (settings().to.what == Position::What::Time)
        ask(Ask::Time, 0, {"TIME"});
    if (m_expected.empty())
        goOn();
}

// Between two readings, like all questions: XREAD would hold up the answers.
void RedisStreams::askGroups()
{
    const bool isDue = !m_sinceGroups.isValid() || m_sinceGroups.hasExpired(kLagEvery.count());
    if (!settings().watchesLag || settings().isWindow() || m_isLagDenied || !isDue)
        return;
    m_sinceGroups.start();
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        if (m_streams[i].info.exists)
            ask(Ask::Groups, i, {"XINFO", "GROUPS", m_streams[i].key});
    }
}

void RedisStreams::hear(RespValue& value, std::int64_t now)
{
    if (m_expected.empty()) {
        retry(u"%1 answered what nobody asked for."_s.arg(address().text()));
        return;
    }
    const Expected expected = m_expected.front();
    m_expected.pop_front();
    if (value.isError() && hearError(expected, value.text))
        return;
    RedisStream& stream = m_streams[expected.stream];
    switch (expected.ask) {
    case Ask::Info:
        if (value.isArray()) {
            m_infoBytes += bytesOf(value);
            hearInfo(stream, infoFrom(value), now);
        } else if (!m_isInfoDenied) {
            hearInfo(stream, {}, now);
        }
        break;
    case Ask::Last: {
        // Where XINFO is denied this much is known: there is an entry with this id.
        StreamInfo info;
        info.exists = true;
        info.length = 1;
        if (!value.elements.empty() && !value.elements[0].elements.empty()) {
            info.first = info.lastUsed =
                StreamId::fromText(value.elements[0].elements[0].text).value_or(StreamId{});
        }
        begin(stream, info, now);
        break;
    }
    case Ask::Time:
        if (value.elements.size() == 2) {
            m_serverMs = value.elements[0].text.toULongLong() * 1000 +
                         value.elements[1].text.toULongLong() / 1000;
        }
        break;
    case Ask::Groups:
        m_lagWatch.tell(stream.key.toStdString(), groupsFrom(value), now);
        break;
    case Ask::Others:
        if (value.elements.size() == 2) {
            for (const RespValue& key : value.elements[1].elements) {
                if (m_otherStreams.size() < kMostOthers)
                    m_otherStreams << QString::fromUtf8(key.text);
            }
            m_otherStreams.sort();
        }
        break;
    case Ask::Read:
        m_hops = 0;
        if (value.isArray())
            hearEntries(value, now);
        else
            hearNothingNew(now);
        break;
    }
    if (isAttached() && m_expected.empty())
        goOn();
}

bool RedisStreams::hearError(const Expected& expected, const QByteArray& error)
{
    if (const auto moved = movedTo(error, address())) {
        if (m_streams.size() > 1) {
            scatter();
        } else if (++m_hops > kMostHops) {
            m_hops = 0;
            retry(u"The nodes of this cluster send us from one to the other for %1."_s.arg(
                namesText()));
        } else {
            moveTo(*moved);
        }
        return true;
    }
    if (error.startsWith("CROSSSLOT") && m_streams.size() > 1) {
        scatter();
        return true;
    }
    // While a slot moves to another node, the entries are there soon.
    if (error.startsWith("ASK ")) {
        retry(u"%1 moves %2 to another node just now."_s.arg(address().text(), namesText()));
        return true;
    }
    if (expected.ask == Ask::Info) {
        if (error.startsWith("ERR no such key"))
            return false;
        if (error.startsWith("NOPERM") || error.startsWith("ERR ")) {
            // Reading goes without; losses by trimming are then not noticed.
            m_isInfoDenied = true;
            return false;
        }
    }
    if (expected.ask == Ask::Groups) {
        // A stream that is gone has no groups; what may not be asked is not asked again.
        if (error.startsWith("NOPERM")) {
            m_isLagDenied = true;
            Q_EMIT stateChanged();
        }
        return false;
    }
    if (expected.ask == Ask::Time || expected.ask == Ask::Others)
        return false;
    // Somebody woke us with CLIENT UNBLOCK.
    if (error.startsWith("UNBLOCKED"))
        return false;
    // It does not say which of them.
    if (error.startsWith("NOPERM") && m_streams.size() > 1 && !wasUp()) {
        scatter();
        return true;
    }
    refuse(error, u"read %1"_s.arg(namesText()));
    return true;
}

void RedisStreams::scatter()
{
    end({});
    Q_EMIT scattered();
}

void RedisStreams::askOthers()
{
    m_hasAskedOthers = true;
    ask(Ask::Others, 0, {"SCAN", "0", "COUNT", "1000", "TYPE", "stream"});
}

void RedisStreams::goOn()
{
    const bool allHaveBegun = std::ranges::all_of(m_streams, &RedisStream::hasBegun);
    if (!allHaveBegun) {
        askInfos(); // XINFO was denied: another way to learn where the end is
        return;
    }
    if (std::ranges::all_of(m_streams, &RedisStream::isDone)) {
        const bool isNone = std::ranges::none_of(
            m_streams, [](const RedisStream& stream) { return stream.info.exists; });
        if (isNone && !m_hasAskedOthers) {
            askOthers();
            return;
        }
        end(u"Read to the end of what was asked for."_s);
        return;
    }
    if (state() != State::Up) {
        // What was added meanwhile is still there, or the ledger tells that it is not.
        outage().end(inbox().context(), processClock().nowNs(), true);
        m_isAfterOutage = false;
        setUp(u"Attached to %1."_s.arg(address().text()));
    }
    if (!m_isInfoDenied && m_looksNext)
        askInfos();
    askGroups();
    read();
}

void RedisStreams::read()
{
    QByteArrayList keys;
    QByteArrayList ids;
    for (const RedisStream& stream : m_streams) {
        if (stream.isDone)
            continue;
        keys << stream.key;
        ids << stream.ledger.last().text();
    }
    const auto block = settings().isWindow() ? kWindowBlock : kBlock;
    ask(Ask::Read, 0,
        QByteArrayList{"XREAD", "COUNT", QByteArray::number(qlonglong(m_entriesAtOnce)), "BLOCK",
                       QByteArray::number(qlonglong(block.count())), "STREAMS"} +
            keys + ids);
}

void RedisStreams::begin(RedisStream& stream, const StreamInfo& info, std::int64_t now)
{
    stream.hasBegun = true;
    stream.info = info;
    stream.lastRead = now;
    StreamId last = info.lastUsed;
    const Position& from = settings().from;
    switch (from.what) {
    case Position::What::Now:
    case Position::What::Never:
        break;
    case Position::What::Beginning:
        last = {};
        break;
    case Position::What::Time:
        stream.from = idAt(from.time);
        last = stream.from.before();
        break;
    case Position::What::Place:
        stream.from = StreamId::fromText(from.place).value_or(StreamId{});
        last = stream.from.before();
        break;
    }
    const Position& to = settings().to;
    switch (to.what) {
    case Position::What::Never:
    case Position::What::Beginning:
        break;
    case Position::What::Now:
        stream.to = info.lastUsed;
        break;
    case Position::What::Time:
        stream.to = idAt(to.time).before();
        break;
    case Position::What::Place:
        stream.to = StreamId::fromText(to.place, StreamId::kMost).value_or(StreamId{});
        break;
    }
    note(stream, stream.ledger.begin(last, info, from.what == Position::What::Beginning), now);
    stream.isDone = settings().isWindow() && stream.to <= last;
    if (settings().isWindow() || settings().readsPast())
        stream.expected = expectedOf(stream, last);
}

void RedisStreams::hearInfo(RedisStream& stream, const StreamInfo& info, std::int64_t now)
{
    if (!stream.hasBegun) {
        begin(stream, info, now);
        return;
    }
    const bool isNews = stream.info.exists != info.exists;
    stream.info = info;
    note(stream, stream.ledger.look(info, m_isAfterOutage), now);
    if (isNews)
        Q_EMIT stateChanged();
}

void RedisStreams::hearEntries(RespValue& value, std::int64_t now)
{
    std::int64_t entries = 0;
    std::int64_t bytes = 0;
    for (RespValue& one : value.elements) {
        if (one.elements.size() != 2)
            continue;
        RedisStream* const stream = streamOf(one.elements[0].text);
        if (stream == nullptr)
            continue;
        for (RespValue& entry : one.elements[1].elements) {
            ++entries;
            bytes += bytesOf(entry);
            const auto id =
                entry.elements.empty() ? std::nullopt : StreamId::fromText(entry.elements[0].text);
            if (!id || entry.elements.size() != 2) {
                inbox().note(Gap{{},
                                 stream->key.toStdString(),
                                 "decode-error",
                                 stream->lastRead,
                                 now,
                                 1,
                                 LostIs::Exact});
                continue;
            }
            // A server that goes backwards would be read for ever.
            if (!stream->isDone && *id > stream->ledger.last())
                hearEntry(*stream, *id, entry.elements[1], now);
        }
    }
    const std::int64_t each = std::max<std::int64_t>(1, bytes / std::max<std::int64_t>(1, entries));
    m_entriesAtOnce =
        std::clamp<std::int64_t>(kAnswerBytes / each, 1, std::min(kMostCount, 4 * m_entriesAtOnce));
}

void RedisStreams::hearEntry(RedisStream& stream, StreamId id, RespValue& fields, std::int64_t now)
{
    if (settings().isWindow() && id > stream.to) {
        stream.isDone = true;
        return;
    }
    note(stream, stream.ledger.read(id), now);
    stream.lastRead = now;
    if (id >= stream.from) {
        HeardMessage message;
        message.connection = inbox().context().id;
        message.received = now;
        message.topic = stream.key;
        readEntry(id, fields.elements, settings().readsPast(), message);
        inbox().add(std::move(message));
        ++stream.entries;
    }
    stream.isDone = settings().isWindow() && id == stream.to;
}

void RedisStreams::hearNothingNew(std::int64_t now)
{
    for (RedisStream& stream : m_streams) {
        if (stream.isDone)
            continue;
        note(stream, stream.ledger.readAll(), now);
        // What we knew before we asked: nothing up to the end can be added any more.
        stream.isDone = settings().isWindow() &&
                        (stream.info.lastUsed >= stream.to || m_serverMs > stream.to.ms);
    }
    m_looksNext = m_looksNext || settings().isWindow();
}

void RedisStreams::hearPart(RespValue& part, bool isOneTooLarge, std::int64_t now)
{
    if (m_expected.empty())
        return;
    const Expected expected = m_expected.front();
    if (expected.ask == Ask::Groups)
        m_isLagDenied = true; // more groups than can be taken at once, and next time too
    RedisStream& asked = m_streams[expected.stream];
    if (expected.ask == Ask::Info) {
        m_isInfoDenied = true; // its first or last entry is too large, and will be next time
        return;
    }
    const auto idIn = [](const RespValue& entry) {
        return entry.elements.empty() ? std::nullopt : StreamId::fromText(entry.elements[0].text);
    };
    if (expected.ask == Ask::Last) {
        StreamInfo info;
        info.exists = true;
        info.length = 1;
        if (!part.elements.empty()) {
            info.first = info.lastUsed = idIn(part.elements[0]).value_or(StreamId{});
            begin(asked, info, now);
        }
        return;
    }
    if (expected.ask != Ask::Read || part.elements.empty())
        return;
    RespValue& list = part.elements.back();
    std::optional<StreamId> cut;
    QByteArray key;
    if (list.elements.size() == 2 && !list.elements[1].elements.empty() && !list.isWhole()) {
        RespValue& last = list.elements[1].elements.back();
        if (!last.isWhole()) {
            key = list.elements[0].text;
            cut = idIn(last);
            list.elements[1].elements.pop_back();
        }
    }
    const std::int64_t before = m_entriesAtOnce;
    hearEntries(part, now);
    m_entriesAtOnce = 1;
    RedisStream* const stream = streamOf(key);
    if (!cut || stream == nullptr || *cut <= stream->ledger.last())
        return;
    // With fewer at once it may fit; alone it does not.
    if (!isOneTooLarge && before > 1)
        return;
    note(*stream, stream->ledger.read(*cut), now);
    inbox().note(Gap{{}, stream->key.toStdString(), "decode-error", now, now, 1, LostIs::Exact});
}

void RedisStreams::note(RedisStream& stream, const std::optional<StreamLedger::Loss>& loss,
                        std::int64_t now)
{
    if (!loss)
        return;
    inbox().note(Gap{{},
                     stream.key.toStdString(),
                     loss->isReset ? "reconnect" : "trimmed",
                     stream.lastRead,
                     now,
                     loss->count,
                     loss->lostIs});
}

void RedisStreams::tick()
{
    if (sinceLastBytes() > kDeadAfter) {
        retry(u"%1 has not answered for %2."_s.arg(address().text(), durationText(kDeadAfter)));
        return;
    }
    const std::chrono::milliseconds pause =
        std::max<std::chrono::milliseconds>(kLookEvery, 1s * (m_infoBytes / kInfoBytesPerSecond));
    m_looksNext = m_looksNext || (state() == State::Up && m_sinceLook.hasExpired(pause.count()));
}

RedisStream* RedisStreams::streamOf(const QByteArray& key)
{
    const auto found = std::ranges::find(m_streams, key, &RedisStream::key);
    return found == m_streams.end() ? nullptr : &*found;
}

QStringList RedisStreams::names() const
{
    QStringList keys;
    for (const RedisStream& stream : m_streams)
        keys << QString::fromUtf8(stream.key);
    return keys;
}

} // namespace murmur
