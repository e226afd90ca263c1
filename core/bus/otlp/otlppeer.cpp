// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlppeer.h"

#include "base/clock.h"

#include <QHostAddress>

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

// More than this is not read for an exporter that does not take its answers.
constexpr qint64 kMaxAnswers = 64 * 1024;
// A share of the unfinished bytes that nobody is refused.
constexpr std::size_t kSmall = std::size_t(64) * 1024;

QByteArray nameOf(const QTcpSocket& socket)
{
    QHostAddress address = socket.peerAddress();
    bool isIpv4 = false;
    if (const quint32 ipv4 = address.toIPv4Address(&isIpv4); isIpv4)
        address = QHostAddress(ipv4);
    const QByteArray port = QByteArray::number(socket.peerPort());
    if (isIpv4)
        return address.toString().toLatin1() + ':' + port;
    return '[' + address.toString().toLatin1() + "]:" + port;
}

QByteArray bytesOf(std::string_view text)
{
    return text.data() ? QByteArray(text.data(), static_cast<qsizetype>(text.size()))
                       : QByteArray();
}

Visitor visitorOf(const HttpHead& head)
{
    constexpr qsizetype kScheme = 7; // "bearer "
    Visitor visitor;
    visitor.host = bytesOf(head.field("host"));
    visitor.origin = bytesOf(head.field("origin"));
    const QByteArray given = bytesOf(head.field("authorization"));
    if (given.left(kScheme).toLower() == "bearer ")
        visitor.token = given.mid(kScheme).trimmed();
    return visitor;
}

const char* phraseOf(int status) noexcept
{
    switch (status) {
    case 200:
        return "OK";
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
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

} // namespace

OtlpPeer::OtlpPeer(QTcpSocket* socket, OtlpCommons& commons, bool isSurplus)
    : m_socket(socket)
    , m_commons(commons)
    , m_name(nameOf(*socket))
    , m_isSurplus(isSurplus)
    , m_http(commons.settings.hub.maxFrame, true)
    , m_begun(Clock::now())
    , m_progress(m_begun)
{
    socket->setParent(this);
    socket->setReadBufferSize(OtlpCommons::kScratch);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    // Hosts that vanish without a word are noticed by the operating system.
    socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    connect(socket, &QTcpSocket::readyRead, this, &OtlpPeer::readAvailable);
    connect(socket, &QTcpSocket::disconnected, this, &OtlpPeer::onDisconnected);
    connect(socket, &QTcpSocket::bytesWritten, this, &OtlpPeer::onWritten);
}

OtlpPeer::~OtlpPeer()
{
    m_commons.unfinished -= m_unfinished;
    // The socket's own end must not call back into a half destroyed peer.
    m_socket->disconnect(this);
}

bool OtlpPeer::isBacklogged() const
{
    return !m_isEnding && m_socket->bytesToWrite() > kMaxAnswers;
}

void OtlpPeer::readAvailable()
{
    readWhatIsThere();
    // An answer goes out before we look whether the other side has closed its half: the socket
    // class takes that for the end of both.
    if (m_phase != Phase::Gone)
        m_socket->flush();
}

void OtlpPeer::readWhatIsThere()
{
    std::vector<char>& scratch = m_commons.scratch;
    while (m_phase != Phase::Gone) {
        // Answers to pipelined requests are not piled up.
        m_isWaitingForWriter = m_phase == Phase::Open && isBacklogged();
        if (m_isWaitingForWriter || m_socket->bytesAvailable() == 0)
            return;
        const std::size_t kept = m_rest.size();
        std::memcpy(scratch.data(), m_rest.data(), kept);
        const qint64 count = m_socket->read(scratch.data() + kept,
                                            static_cast<qint64>(OtlpCommons::kScratch - kept));
        if (count <= 0)
            return;
        m_now = processClock().nowNs();
        m_progress = Clock::now();
        if (kept == 0 && !m_http.isInsideBody())
            m_begun = m_progress;
        std::span<char> bytes(scratch.data(), kept + static_cast<std::size_t>(count));
        consume(bytes);
        keepRest(bytes);
        accountUnfinished();
    }
}

void OtlpPeer::consume(std::span<char>& bytes)
{
    while (m_phase == Phase::Open && consumeOne(bytes)) {
    }
    if (m_phase != Phase::Open)
        bytes = {};
}

bool OtlpPeer::consumeOne(std::span<char>& bytes)
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
        if (m_isAnswered)
            return false;
        if (m_http.status() == 505) {
            refuse(400, "this is not HTTP/1.1; an exporter that speaks gRPC is switched over with "
                        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
        } else {
            refuse(m_http.status(), m_http.reason());
        }
        return false;
    }
    return false;
}

OtlpRequest OtlpPeer::request() const
{
    const HttpHead& head = m_http.head();
    OtlpRequest request;
    request.path = head.path;
    request.contentType = head.field("content-type");
    request.encoding = head.field("content-encoding");
    request.peer = m_name;
    request.received = m_now;
    return request;
}

void OtlpPeer::takeHead()
{
    const HttpHead& head = m_http.head();
    if (m_isSurplus) {
        refuse(503,
               "there are as many exporters as there may be (" +
                   std::to_string(m_commons.settings.hub.maxClients) + "; max-clients= in the URL)",
               "Retry-After: 5\r\n");
        return;
    }
    const Visitor visitor = visitorOf(head);
    switch (admit(m_commons.settings.hub, visitor)) {
    case Admission::Granted:
        break;
    case Admission::NeedsToken:
        refuse(401,
               "this receiver needs its token, in the exporter's headers: "
               "OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer …\"",
               "WWW-Authenticate: Bearer\r\n");
        return;
    case Admission::WrongHost:
        refuse(403, "this receiver is reached as 127.0.0.1 or localhost, not as “" +
                        visitor.host.toStdString() + "”");
        return;
    case Admission::WrongOrigin:
        refuse(403, "web pages may not send here");
        return;
    }
    if (head.method != "POST") {
        refuse(405, "exporters POST to /v1/traces and /v1/logs; there is nothing to read here",
               "Allow: POST\r\n");
    } else if (const OtlpAnswer answer = OtlpIntake::admit(request()); answer.status != 200) {
        respond(answer);
    } else if (head.expectsContinue && head.hasBody) {
        m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    }
}

void OtlpPeer::takeRequest()
{
    OtlpRequest whole = request();
    whole.body = m_http.body();
    respond(m_commons.intake->take(whole));
}

void OtlpPeer::refuse(int status, std::string_view words, const QByteArray& moreFields)
{
    respond(OtlpIntake::refusal(status, words, m_http.head().field("content-type")), moreFields);
}

void OtlpPeer::respond(const OtlpAnswer& answer, const QByteArray& moreFields)
{
    const HttpHead& head = m_http.head();
    const int status = answer.status;
    // Whoever is refused at the head, or sent something that cannot be framed, is not read on.
    const bool isAtHead = status != 200 && head.hasBody && m_http.isInsideBody();
    const bool closes = !head.keepAlive || isAtHead || m_isSurplus || m_http.status() != 0 ||
                        status == 401 || status == 403 || status == 408;
    QByteArray out =
        "HTTP/1.1 " + QByteArray::number(status) + ' ' + phraseOf(status) +
        "\r\nContent-Type: " + (answer.isJson ? "application/json" : "application/x-protobuf") +
        "\r\nContent-Length: " + QByteArray::number(answer.body.size()) + "\r\n";
    if (answer.retryAfter > 0)
        out += "Retry-After: " + QByteArray::number(answer.retryAfter) + "\r\n";
    out += moreFields;
    if (closes)
        out += "Connection: close\r\n";
    else if (head.minorVersion == 0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (head.method != "HEAD")
        out += answer.body;
    m_isAnswered = true;
    m_socket->write(out);
    if (closes)
        discard();
}

void OtlpPeer::discard()
{
    if (m_phase == Phase::Open) {
        m_phase = Phase::Discarding;
        m_begun = Clock::now();
    }
    // Closing with unread bytes would reset the connection and could take the answer away from
    // the exporter: our half is closed, theirs is read to its end.
    if (m_phase == Phase::Discarding && m_socket->bytesToWrite() == 0)
        ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
}

void OtlpPeer::keepRest(std::span<char> bytes)
{
    m_rest.assign(bytes.data(), bytes.size());
    if (m_rest.empty() && m_rest.capacity() > kSmall)
        m_rest = {};
}

void OtlpPeer::accountUnfinished()
{
    const std::size_t unfinished = m_rest.size() + m_http.body().size();
    m_commons.unfinished += unfinished - m_unfinished;
    m_unfinished = unfinished;
    if (m_phase != Phase::Open || unfinished <= kSmall ||
        m_commons.unfinished <= m_commons.settings.hub.maxUnfinished())
        return;
    refuse(503, "too many large exports are under way at once; send it again later",
           "Retry-After: 1\r\n");
    m_http.forgetBody();
    m_commons.unfinished -= m_unfinished;
    m_unfinished = 0;
}

void OtlpPeer::onWritten()
{
    if (m_phase == Phase::Discarding)
        discard();
    if (m_isWaitingForWriter && !isBacklogged())
        resume();
}

void OtlpPeer::resume()
{
    m_isWaitingForWriter = false;
    // What was read before the pause comes first.
    std::string rest = std::move(m_rest);
    m_rest.clear();
    std::span<char> bytes(rest.data(), rest.size());
    consume(bytes);
    keepRest(bytes);
    accountUnfinished();
    readAvailable();
}

void OtlpPeer::onDisconnected()
{
    if (m_phase == Phase::Gone)
        return;
    m_isEnding = true;
    resume();
    // A request that has not come whole was not answered: its exporter sends it again.
    m_phase = Phase::Gone;
    Q_EMIT left();
}

void OtlpPeer::checkPatience(Clock::time_point now)
{
    const std::chrono::milliseconds patience = m_commons.settings.hub.patience;
    const auto silent = now - m_progress;
    switch (m_phase) {
    case Phase::Open:
        if (m_isWaitingForWriter) {
            if (silent > 6 * patience)
                m_socket->abort();
        } else if (m_http.isInsideBody()) {
            // A body may be long, but not for ever, and it has to move.
            if (silent > patience || now - m_begun > 30 * patience)
                refuse(408, "the body of the request came too slowly");
        } else if (!m_rest.empty()) {
            if (now - m_begun > patience)
                refuse(408, "the head of the request came too slowly");
        } else if (silent > (m_hasServed ? m_commons.settings.idle : 6 * patience)) {
            m_socket->abort();
        }
        return;
    case Phase::Discarding:
        if (now - m_begun > patience)
            m_socket->abort();
        return;
    case Phase::Gone:
        return;
    }
}

bool OtlpPeer::drain()
{
    if (m_phase == Phase::Gone)
        return false;
    readAvailable();
    return m_phase != Phase::Gone && m_socket->waitForReadyRead(0);
}

void OtlpPeer::dismiss()
{
    if (m_phase == Phase::Gone)
        return;
    m_isEnding = true;
    resume();
    if (m_phase == Phase::Open && (m_http.isInsideBody() || !m_rest.empty()))
        refuse(503, "the receiver was stopped; send it again to somebody else");
    m_phase = Phase::Gone;
    m_socket->flush();
    m_socket->disconnectFromHost();
}

} // namespace murmur
