// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/traps.h"

#include "base/transport.h"

#include <QUrlQuery>

#include <algorithm>
#include <array>
#include <charconv>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::string_view kOurs = "murmur-";
constexpr std::string_view kNatsOwn = "nats-";
/// Of a stream entry: how its fields were made one text. Redis alone can make fields of it again.
constexpr std::array<std::string_view, 3> kEntryFields{"redis-field", "redis-fields",
                                                       "redis-base64"};

std::string loweredName(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

/// Names under which people know what our headers say.
QString trapName(std::string_view name)
{
    if (name == transport::kReplyTo)
        return u"reply address"_s;
    if (name == "murmur-expires")
        return u"message expiry"_s;
    if (name == transport::kKey)
        return u"key"_s;
    return {};
}

} // namespace

bool isHubTarget(const QUrl& target)
{
    const QString scheme = target.scheme().toLower();
    if (scheme == "listen"_L1)
        return true;
    const QString value = QUrlQuery(target).queryItemValue(u"murmur.hub"_s).toLower();
    return (scheme == "ws"_L1 || scheme == "wss"_L1) && !value.isEmpty() && value != "0"_L1 &&
           value != "false"_L1 && value != "no"_L1 && value != "off"_L1;
}

Traps::Bus Traps::busOf(const QUrl& target)
{
    if (isHubTarget(target))
        return Bus::Hub;
    const QString scheme = target.scheme().toLower();
    const std::pair<QLatin1StringView, Bus> buses[] = {
        {"ws"_L1, Bus::WebSocket},     {"wss"_L1, Bus::WebSocket}, {"nats"_L1, Bus::Nats},
        {"tls"_L1, Bus::Nats},         {"mqtt"_L1, Bus::Mqtt},     {"mqtts"_L1, Bus::Mqtt},
        {"kafka"_L1, Bus::Kafka},      {"redis"_L1, Bus::Redis},   {"rediss"_L1, Bus::Redis},
        {"rosbridge"_L1, Bus::Robots},
    };
    for (const auto& [name, bus] : buses) {
        if (scheme == name)
            return bus;
    }
    return Bus::Other;
}

Traps::Traps(const QUrl& target, TrapChoices choices)
    : m_bus(busOf(target))
    , m_choices(std::move(choices))
{
    for (const QString& glob : m_choices.strip)
        m_strip.push_back(TextPattern::equals(glob.toLower()));
    for (const auto& [name, value] : m_choices.add)
        m_strip.push_back(
            TextPattern::equals(QString::fromStdString(loweredName(name)).replace(u'*', u"\\*"_s)));
}

bool Traps::isStripped(const std::string& name) const
{
    return std::ranges::any_of(
        m_strip, [&name](const TextPattern& pattern) { return pattern.matches(name); });
}

/// What NATS alone understands. A status comes without a message.
bool Traps::isNatsOwn(const std::string& name, bool isEmpty) const
{
    return name.starts_with(kNatsOwn) ||
           (m_bus == Bus::Nats && isEmpty && (name == "status" || name == "description"));
}

Traps::Fate Traps::takeFact(const std::string& name, const std::string& value, OutgoingMessage& out,
                            StrippedTally& stripped) const
{
    const QByteArray bytes(value.data(), static_cast<qsizetype>(value.size()));
    if (name == transport::kKey && m_bus == Bus::Kafka) {
        out.key = bytes.isNull() ? QByteArray("") : bytes;
        return Fate::IsFact;
    }
    if (name == transport::kCorrelation) {
        out.correlation = bytes;
        return Fate::IsFact;
    }
    if (name == transport::kReplyTo)
        out.wantsReply = m_choices.asksAgain;
    if (name == transport::kSent && m_bus == Bus::Kafka && m_choices.originalStamps)
        (void)std::from_chars(value.data(), value.data() + value.size(), out.stated);
    if (name == "murmur-retain")
        out.retain = true; // judged by the caller
    if (name == transport::kPartition && m_bus == Bus::Kafka)
        return Fate::Goes; // the bus decides, unless its URL says that partitions are kept
    if (name == transport::kType && m_bus == Bus::Robots)
        return Fate::Goes; // a topic is advertised with it
    if (name == transport::kId && m_bus == Bus::Redis)
        return Fate::Goes; // kept as a field: the entry itself gets a new one
    if (const QString known = trapName(name); !known.isEmpty())
        ++stripped[known];
    return Fate::IsFact;
}

// The order is that of the cost of a mistake: what must not go at all, what the bus would obey,
// what is only a note of ours.
QString Traps::apply(const MessageDetail& message, bool isInboxAnswer, OutgoingMessage& out,
                     StrippedTally& stripped) const
{
    if (isInboxAnswer)
        return u"an answer to an inbox: whoever asked has gone"_s;
    bool isTombstone = false;
    out.retain = (message.row.flags & Flag::Retained) != 0;
    for (const auto& [name, value] : message.headers) {
        const std::string lower = loweredName(name);
        if (lower == "murmur-direction" && value == "to-client" &&
            (m_bus == Bus::WebSocket || m_bus == Bus::Hub))
            return u"it was said by the server; only what a client says can be sent to one"_s;
        if (isStripped(lower)) {
            ++stripped[QString::fromStdString(lower)];
            continue;
        }
        if (lower == "murmur-tombstone") {
            isTombstone = true;
            continue;
        }
        if (lower.starts_with(kOurs)) {
            if (takeFact(lower, value, out, stripped) != Fate::Goes)
                continue;
        } else if (isNatsOwn(lower, message.raw.isEmpty()) &&
                   (m_bus != Bus::Nats || !m_choices.busHeaders)) {
            ++stripped[QString::fromStdString(name)];
            continue;
        } else if (lower.starts_with("redis-") &&
                   (m_bus != Bus::Redis ||
                    std::ranges::find(kEntryFields, lower) == kEntryFields.end())) {
            continue;
        }
        out.headers.emplace_back(name, value);
    }
    // Messages of the hub say it themselves; it is overwritten there.
    const QByteArray& replyTo = message.ids[static_cast<std::size_t>(IdField::ReplyTo)];
    if (m_bus == Bus::Hub && !replyTo.isEmpty() && m_choices.asksAgain) {
        out.wantsReply = true;
        ++stripped[u"reply address"_s];
    }
    out.headers.insert(out.headers.end(), m_choices.add.begin(), m_choices.add.end());
    if (out.retain && (m_bus != Bus::Mqtt || !m_choices.retains)) {
        ++stripped[u"retain flag"_s];
        out.retain = false;
    }
    if (out.retain && message.raw.isEmpty() && !m_choices.tombstones)
        return u"empty and retained, which deletes the state of its topic; it is sent with "
               "--tombstones only"_s;
    if (isTombstone && (m_bus != Bus::Kafka || !m_choices.tombstones))
        return u"a tombstone, which deletes its key; it is sent with --tombstones only"_s;
    out.isTombstone = isTombstone;
    return {};
}

} // namespace murmur
