// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/discoveryprobes.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Step = ProbeTalk::Step;

constexpr qsizetype kMostText = 1 << 20;

/// What an HTTP server says of itself before its body.
struct HttpAnswer
{
    int status = 0;
    std::map<QByteArray, QByteArray> fields; ///< names in lower case
};

/// Takes the head of an answer; nothing until it has come.
std::optional<HttpAnswer> takeHead(QByteArray& unread)
{
    const qsizetype end = unread.indexOf("\r\n\r\n");
    if (end < 0)
        return std::nullopt;
    HttpAnswer answer;
    const QByteArrayList lines = unread.left(end).split('\n');
    if (lines.front().startsWith("HTTP/1."))
        answer.status = lines.front().mid(9, 3).toInt();
    for (const QByteArray& line : lines.mid(1)) {
        const qsizetype colon = line.indexOf(':');
        answer.fields[line.left(colon).trimmed().toLower()] = line.mid(colon + 1).trimmed();
    }
    unread.remove(0, end + 4);
    return answer;
}

bool isHttp(const QByteArray& unread)
{
    return QByteArray("HTTP/1.").startsWith(unread.left(7)) || unread.startsWith("HTTP/1.");
}

QByteArray upgradeRequest(const QByteArray& subprotocols)
{
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bXVybXVyc2NvcGUgcHJvYg==\r\n" +
           (subprotocols.isEmpty() ? QByteArray()
                                   : "Sec-WebSocket-Protocol: " + subprotocols + "\r\n") +
           "\r\n";
}

class RosbridgeTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override { return upgradeRequest({}); }
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        if (!isHttp(unread))
            return Step::Other;
        const auto head = takeHead(unread);
        if (!head)
            return Step::More;
        if (head->status != 101)
            return Step::Other;
        const auto server = head->fields.find("server");
        if (server != head->fields.end())
            bus.version = QString::fromUtf8(server->second.left(60));
        return Step::Done;
    }
};

/// The server says by itself who it is and which channels it has.
class FoxgloveTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override
    {
        return upgradeRequest("foxglove.websocket.v1, foxglove.sdk.v1");
    }
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        if (!m_isKnown) {
            if (!isHttp(unread))
                return Step::Other;
            const auto head = takeHead(unread);
            if (!head)
                return Step::More;
            const auto protocol = head->fields.find("sec-websocket-protocol");
            if (head->status != 101 || protocol == head->fields.end() ||
                !protocol->second.startsWith("foxglove"))
                return Step::Other;
            m_isKnown = true;
        }
        while (const auto text = takeText(unread)) {
            const QJsonObject said = QJsonDocument::fromJson(*text).object();
            if (said["op"_L1] == "serverInfo"_L1)
                bus.version = said["name"_L1].toString().left(60);
            if (said["op"_L1] == "advertise"_L1) {
                bus.topics = said["channels"_L1].toArray().size();
                return Step::Done;
            }
        }
        return Step::Known;
    }

private:
    static std::optional<QByteArray> takeText(QByteArray& unread)
    {
        if (unread.size() < 2)
            return std::nullopt;
        qsizetype size = unread[1] & 0x7F;
        qsizetype at = 2;
        if (size >= 126) {
            const int bytes = size == 126 ? 2 : 8;
            if (unread.size() < at + bytes)
                return std::nullopt;
            size = 0;
            for (int i = 0; i < bytes; ++i)
                size = size << 8 | static_cast<unsigned char>(unread[at + i]);
            if (size < 0 || size > kMostText)
                return std::nullopt; // not read to its end; what is known is told
            at += bytes;
        }
        if (unread.size() < at + size)
            return std::nullopt;
        QByteArray text = unread.mid(at, size);
        unread.remove(0, at + size);
        return text;
    }

    bool m_isKnown = false;
};

/// A hub of this program, perhaps in another window; it says how much it has received.
class HubTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override { return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"; }
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        while (true) {
            if (!m_head) {
                if (!isHttp(unread))
                    return Step::Other;
                m_head = takeHead(unread);
            }
            if (!m_head)
                return m_isKnown ? Step::Known : Step::More;
            const qsizetype size = m_head->fields["content-length"].toLongLong();
            if (unread.size() < size)
                return m_isKnown ? Step::Known : Step::More;
            const QJsonObject said = QJsonDocument::fromJson(unread.left(size)).object();
            unread.remove(0, size);
            m_head.reset();
            if (!said.contains("murmurscope"_L1))
                return Step::Other;
            take(said, bus);
            return Step::Done;
        }
    }
    bool countsForItself() const override { return m_isKnown; }
    QByteArray again() override { return greeting(); }

private:
    void take(const QJsonObject& said, FoundBus& bus)
    {
        bus.version = said["murmurscope"_L1].toString();
        const int clients = said["clients"_L1].toInt();
        bus.detail = clients == 1 ? u"1 client"_s : u"%1 clients"_s.arg(clients);
        QUrlQuery query;
        query.addQueryItem(u"murmur.hello"_s, QString::fromLatin1(QUrl::toPercentEncoding(
                                                  uR"({"op":"subscribe","topics":["#"]})"_s)));
        bus.url.setScheme(u"ws"_s);
        bus.url.setQuery(query);
        (void)m_counted.look(said["received"_L1].toInteger(), bus);
        m_isKnown = true;
    }

    std::optional<HttpAnswer> m_head;
    CountedMessages m_counted;
    bool m_isKnown = false;
};

/// What NATS says of itself at its monitoring port, /varz.
class NatsMonitorTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override { return "GET /varz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"; }
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        const Step unfinished = m_isKnown ? Step::Known : Step::More;
        if (!m_head) {
            if (!isHttp(unread))
                return Step::Other;
            m_head = takeHead(unread);
            m_body.clear();
        }
        if (!m_head || !takeBody(unread))
            return unfinished;
        m_head.reset();
        const QJsonObject said = QJsonDocument::fromJson(m_body).object();
        if (!said.contains("in_msgs"_L1) || !said.contains("server_id"_L1))
            return Step::Other;
        take(said, bus);
        return Step::Done;
    }
    bool countsForItself() const override { return m_isKnown; }
    QByteArray again() override { return greeting(); }

private:
    /// As long as the head says, or in pieces that say it.
    bool takeBody(QByteArray& unread)
    {
        const auto size = m_head->fields.find("content-length");
        if (size != m_head->fields.end()) {
            const qsizetype all = size->second.toLongLong();
            if (all < 0 || all > kMostText || unread.size() < all)
                return false;
            m_body = unread.left(all);
            unread.remove(0, all);
            return true;
        }
        for (;;) {
            const qsizetype end = unread.indexOf("\r\n");
            if (end < 0)
                return false;
            const qsizetype piece = unread.left(end).toLongLong(nullptr, 16);
            if (piece < 0 || piece > kMostText || unread.size() < end + 2 + piece + 2)
                return false;
            m_body += unread.mid(end + 2, piece);
            unread.remove(0, end + 2 + piece + 2);
            if (piece == 0)
                return true;
        }
    }
    void take(const QJsonObject& said, FoundBus& bus)
    {
        bus.version = said["version"_L1].toString();
        QStringList words;
        const auto subscriptions = said["subscriptions"_L1].toInteger();
        if (said["jetstream"_L1].toObject().contains("config"_L1))
            words << u"JetStream"_s;
        if (said["auth_required"_L1].toBool())
            words << u"needs a login"_s;
        words << (subscriptions == 1 ? u"1 subscription"_s
                                     : u"%1 subscriptions"_s.arg(subscriptions));
        bus.detail = words.join(u", "_s);
        bus.url.setScheme(said["tls_required"_L1].toBool() ? u"tls"_s : u"nats"_s);
        bus.url.setPort(said["port"_L1].toInt(4222));
        (void)m_counted.look(said["in_msgs"_L1].toInteger(), bus);
        m_isKnown = true;
    }

    std::optional<HttpAnswer> m_head;
    QByteArray m_body;
    CountedMessages m_counted;
    bool m_isKnown = false;
};

/// Somebody who takes traces already; there is nothing to attach to.
class OtlpTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override
    {
        return "GET /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    }
    Step hear(QByteArray& unread, QByteArray&, FoundBus& bus) override
    {
        if (!isHttp(unread))
            return Step::Other;
        const auto head = takeHead(unread);
        if (!head)
            return Step::More;
        if (head->status != 405)
            return Step::Other;
        bus.url = {};
        bus.detail = u"takes what exporters send; listen on another port (otlp://127.0.0.1:4319)"_s;
        return Step::Done;
    }
};

} // namespace

std::unique_ptr<ProbeTalk> rosbridgeTalk()
{
    return std::make_unique<RosbridgeTalk>();
}

std::unique_ptr<ProbeTalk> foxgloveTalk()
{
    return std::make_unique<FoxgloveTalk>();
}

std::unique_ptr<ProbeTalk> hubTalk()
{
    return std::make_unique<HubTalk>();
}

std::unique_ptr<ProbeTalk> natsMonitorTalk()
{
    return std::make_unique<NatsMonitorTalk>();
}

std::unique_ptr<ProbeTalk> otlpTalk()
{
    return std::make_unique<OtlpTalk>();
}

} // namespace murmur
