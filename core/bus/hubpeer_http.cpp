// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubpeer.h"
#include "bus/sharedpeer.h"

#include "base/message.h"
#include "bus/waitinglist.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUtf8StringView>

#include <sys/socket.h>

#include <algorithm>
#include <charconv>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMaxLogin = 64;

QString fromUtf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QByteArray bytesOf(std::string_view text)
{
    return text.data() ? QByteArray(text.data(), static_cast<qsizetype>(text.size()))
                       : QByteArray();
}

QByteArray line(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

const char* phraseOf(int status) noexcept
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 426:
        return "Upgrade Required";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Error";
    }
}

Visitor visitorOf(const HttpHead& head)
{
    Visitor visitor;
    visitor.host = bytesOf(head.field("host"));
    visitor.origin = bytesOf(head.field("origin"));
    constexpr std::string_view kBearer = "bearer ";
    const std::string_view given = head.field("authorization");
    if (QByteArray(bytesOf(given.substr(0, std::min(kBearer.size(), given.size()))))
            .toLower()
            .startsWith("bearer "))
        visitor.token = bytesOf(given.substr(kBearer.size())).trimmed();
    else
        visitor.token = QByteArray::fromStdString(head.queryItem("token"));
    return visitor;
}

QByteArray loginOf(const HttpHead& head)
{
    const QByteArray given = bytesOf(head.field("authorization"));
    if (!given.toLower().startsWith("basic "))
        return {};
    const QByteArray pair = QByteArray::fromBase64(given.mid(6));
    return pair.left(pair.indexOf(':')).left(kMaxLogin);
}

/// A CloudEvent whose attributes are fields of the request: the body is its data, of any type.
bool isEventInFields(const HttpHead& head)
{
    return !head.field("ce-specversion").empty() && !head.field("ce-source").empty();
}

// The fields that say something about the message and not about its transport or its secrets.
QByteArray recordedHeaders(const HttpHead& head)
{
    HeaderList kept;
    const bool isEvent = isEventInFields(head);
    for (const auto& [name, value] : head.fields) {
        if (name == "traceparent" || name == "tracestate" || name == "baggage" ||
            name.starts_with("ce-") || (isEvent && name == "content-type"))
            kept.emplace_back(name, value);
    }
    return kept.empty() ? QByteArray() : QByteArray::fromStdString(headersToBytes(kept));
}

/// A number of a header; 0 when it is none.
std::int64_t countOf(std::string_view text) noexcept
{
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

} // namespace

bool HubPeer::consumeHttp(std::span<char>& bytes)
{
    if (isBacklogged())
        return false;
    std::string_view text(bytes.data(), bytes.size());
    const HttpReader::Event event = m_http.next(text);
    bytes = bytes.last(text.size());
    switch (event) {
    case HttpReader::Event::NeedMore:
        return false;
    case HttpReader::Event::Head:
        m_isAnswered = false;
        takeHead();
        return true;
    case HttpReader::Event::Request:
        if (!m_isAnswered)
            takeRequest();
        m_http.forgetBody();
        m_hasServed = true;
        return true;
    case HttpReader::Event::Failed:
        if (m_isAnswered || m_phase == Phase::Discarding)
            return false;
        if (!m_http.body().empty()) {
            m_commons.exchange->recordUndecodable(said(m_http.body(), {}),
                                                  "the body of a request: " + m_http.reason());
        }
        refuse(m_http.status(), m_http.reason());
        return true;
    }
    return false;
}

void HubPeer::takeHead()
{
    const HttpHead& head = m_http.head();
    const Visitor visitor = visitorOf(head);
    m_origin.clear();
    m_headers.clear();
    m_path = head.path == "/" || head.path == "*" ? std::string() : head.path;
    m_binaryTopic = head.path;
    m_peer = sharedPeer(loginOf(head), m_host);
    if (m_isSurplus) {
        refuse(503, "the hub has as many clients as it may have (" +
                        std::to_string(m_commons.settings.maxClients) + ")");
        return;
    }
    // A browser asks before it sends something unusual, and cannot bring the token along.
    const bool isPreflight = head.method == "OPTIONS" && !visitor.origin.isNull();
    switch (isPreflight && !m_commons.settings.token.isEmpty()
                ? Admission::Granted
                : admit(m_commons.settings, visitor)) {
    case Admission::Granted:
        break;
    case Admission::NeedsToken:
        refuse(401, "this hub needs its token: Authorization: Bearer …", 0,
               "WWW-Authenticate: Bearer\r\n");
        return;
    case Admission::WrongHost:
        refuse(403, "this hub is reached as 127.0.0.1 or localhost, not as “" +
                        visitor.host.toStdString() + "”");
        return;
    case Admission::WrongOrigin:
        refuse(403, "web pages of “" + visitor.origin.toStdString() +
                        "” may not talk to this hub; listen with origin=… allows one");
        return;
    }
    m_origin = visitor.origin;
    if (head.method == "GET" && head.fieldHasToken("upgrade", "websocket")) {
        openWebSocket();
    } else if (head.method == "POST") {
        m_headers = recordedHeaders(head);
        if (head.expectsContinue && head.hasBody)
            m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    } else if (head.method != "GET" && head.method != "HEAD" && !isPreflight) {
        refuse(405, "the hub takes POST, and GET for a WebSocket", 0, "Allow: POST, GET, HEAD\r\n");
    }
}

void HubPeer::takeRequest()
{
    const HttpHead& head = m_http.head();
    if (head.method == "POST") {
        takePost();
        return;
    }
    if (head.method == "OPTIONS") {
        respond(204, {},
                "Access-Control-Allow-Methods: POST, GET\r\n"
                "Access-Control-Allow-Headers: authorization, content-type, traceparent\r\n"
                "Access-Control-Allow-Private-Network: true\r\n"
                "Access-Control-Max-Age: 600\r\n");
        return;
    }
    if (head.path != "/") {
        refuse(404, "there is nothing to read here; POST publishes, a WebSocket subscribes");
        return;
    }
    const std::uint64_t received = m_commons.exchange->received();
    respond(200,
            line({{u"murmurscope"_s, QStringLiteral(MURMUR_VERSION)},
                  {u"received"_s, static_cast<qint64>(received)},
                  {u"clients"_s, m_commons.clients},
                  {u"publish"_s, u"POST a JSON object, an array of them or JSON lines; or send "
                                 "them over a WebSocket"_s}}));
}

void HubPeer::takePost()
{
    if (!m_commons.exchange->isTaking()) {
        respond(503, line({{u"error"_s, u"the recording pauses or is over; nothing was taken"_s},
                           {u"accepted"_s, 0}}));
        return;
    }
    if (isEventInFields(m_http.head())) {
        takeEvent();
        return;
    }
    qint64 accepted = 0;
    qint64 refused = 0;
    std::size_t badLine = 0;
    std::string reason;
    WaitingList waiting(m_http.head().field("murmurscope-waited"));
    const std::int64_t leftOut = countOf(m_http.head().field("murmurscope-left-out"));
    if (leftOut > 0)
        m_commons.exchange->noteLeftOut(m_path, leftOut);
    m_commons.json.readBody(m_http.body(), [&](const JsonPart& part) {
        const std::int64_t waited = waiting.next();
        if (part.what == JsonPart::What::Publish) {
            HubExchange::Said published = said(part.raw, part.topic);
            published.waited = waited;
            m_commons.exchange->publish(published);
            ++accepted;
            return;
        }
        const bool isControl = part.what != JsonPart::What::Refused;
        if (refused++ == 0) {
            reason = isControl ? "a subscription needs a WebSocket" : part.reason;
            badLine = part.line;
        }
        if (!isControl && !part.raw.empty())
            m_commons.exchange->recordUndecodable(said(part.raw, {}), part.reason);
    });
    // Everything is with the sink before the sender learns that it was taken.
    m_commons.exchange->flush();
    if (refused == 0) {
        respond(200, line({{u"accepted"_s, accepted}}));
        return;
    }
    QJsonObject object{
        {u"error"_s, fromUtf8(reason)}, {u"accepted"_s, accepted}, {u"refused"_s, refused}};
    if (badLine > 0)
        object[u"line"_s] = static_cast<qint64>(badLine);
    respond(400, line(object));
}

/// One message, whatever the body is.
void HubPeer::takeEvent()
{
    const std::string_view body = m_http.body();
    HubExchange::Said published = said(body, {});
    if (!QUtf8StringView(body.data(), static_cast<qsizetype>(body.size())).isValidUtf8())
        published.op = WebSocketOp::Binary;
    m_commons.exchange->publish(published);
    m_commons.exchange->flush();
    respond(200, line({{u"accepted"_s, 1}}));
}

void HubPeer::refuse(int status, std::string_view reason, std::size_t badLine,
                     const QByteArray& moreFields)
{
    QJsonObject object{{u"error"_s, fromUtf8(reason)}};
    if (badLine > 0)
        object[u"line"_s] = static_cast<qint64>(badLine);
    // Whoever is refused at the head, or sent something that cannot be framed, is not read on.
    const bool closes = m_isSurplus || m_http.head().hasBody || m_http.status() != 0 ||
                        status == 401 || status == 403 || status == 408;
    respond(status, line(object),
            closes && m_http.head().keepAlive ? moreFields + "Connection: close\r\n" : moreFields);
    if (closes)
        discard();
}

void HubPeer::respond(int status, const QByteArray& body, const QByteArray& moreFields)
{
    const HttpHead& head = m_http.head();
    QByteArray out = "HTTP/1.1 " + QByteArray::number(status) + ' ' + phraseOf(status) + "\r\n";
    if (status != 204) {
        out +=
            "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
            "\r\n";
    }
    // Nothing of ours is worth running, framing or keeping, whatever a browser thinks it is.
    out += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    if (!m_origin.isEmpty())
        out += "Access-Control-Allow-Origin: " + m_origin + "\r\nVary: Origin\r\n";
    out += moreFields;
    if (!head.keepAlive)
        out += "Connection: close\r\n";
    else if (head.minorVersion == 0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (head.method != "HEAD")
        out += body;
    m_isAnswered = true;
    m_outbox.add(out, false);
    if (!head.keepAlive)
        discard();
}

void HubPeer::openWebSocket()
{
    const HttpHead& head = m_http.head();
    const QByteArray key = bytesOf(head.field("sec-websocket-key"));
    if (head.field("sec-websocket-version") != "13") {
        refuse(426, "only version 13 of WebSocket", 0,
               "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n");
        return;
    }
    const auto decoded =
        QByteArray::fromBase64Encoding(key, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || decoded.decoded.size() != 16 || head.hasBody || head.minorVersion == 0 ||
        !head.fieldHasToken("connection", "upgrade")) {
        refuse(400, "this is not how a WebSocket is opened (RFC 6455, 4.1)");
        return;
    }
    QByteArray out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                     QByteArray::fromStdString(webSocketAccept(head.field("sec-websocket-key"))) +
                     "\r\nMurmurscope: " MURMUR_VERSION "\r\n";
    // Libraries give up when none of the subprotocols that they offer is chosen. We understand what
    // comes, whatever they call it.
    if (const std::string_view offered = head.field("sec-websocket-protocol"); !offered.empty())
        out += "Sec-WebSocket-Protocol: " +
               bytesOf(offered.substr(0, std::min(offered.find(','), offered.size()))).trimmed() +
               "\r\n";
    m_headers = recordedHeaders(head);
    m_peer = m_host + ':' + QByteArray::number(m_socket->peerPort());
    m_isAnswered = true;
    m_outbox.add(out + "\r\n", false);
    m_webSocket.emplace(m_commons.settings.maxFrame);
    m_phase = Phase::Open;
}

void HubPeer::discard()
{
    if (m_phase != Phase::Discarding) {
        m_phase = Phase::Discarding;
        m_begun = Clock::now();
        m_commons.exchange->removeSubscriber(this);
    }
    // Closing with unread bytes would reset the connection and could take the answer away from
    // the client: our half is closed, theirs is read to its end.
    if (m_outbox.bytes() == 0)
        ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
}

} // namespace murmur
