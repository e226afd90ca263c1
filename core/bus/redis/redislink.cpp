// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redislink.h"

#include "base/clock.h"

#include <QHostAddress>
#include <QSslConfiguration>
#include <QSslSocket>

#include <algorithm>
#include <array>
#include <limits>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kBatchMessages = 512;
constexpr std::size_t kBatchBytes = 1 << 20;
// From the first packet to the login, and again for all that is asked for then.
constexpr std::chrono::milliseconds kPatience = 10s;
// A connection that held this long is not one that is refused again and again.
constexpr std::chrono::milliseconds kHeld = 3s;
constexpr qint64 kSocketBuffer = 1 << 20;
constexpr std::chrono::milliseconds kMaxDrain = 500ms;
constexpr qsizetype kMaxQuoted = 200;

QString quoted(const QByteArray& text)
{
    QString plain = QString::fromUtf8(text.left(kMaxQuoted));
    for (QChar& c : plain) {
        if (!c.isPrint())
            c = u'?';
    }
    return plain;
}

bool startsLikeOtherProtocols(const QByteArray& bytes)
{
    static constexpr std::array kinds{'+', '-', ':', '$', '*'};
    return !bytes.isEmpty() && std::ranges::find(kinds, bytes[0]) == kinds.end();
}

} // namespace

void RedisInbox::add(HeardMessage&& message)
{
    ++m_received;
    m_bytes += static_cast<std::size_t>(message.raw.size() + message.headers.size());
    m_batch.push_back(std::move(message));
    if (m_batch.size() >= kBatchMessages || m_bytes >= kBatchBytes)
        flush();
}

void RedisInbox::note(Gap gap)
{
    flush();
    if (m_context.sink == nullptr)
        return;
    gap.connection = m_context.id;
    m_context.sink->note(std::move(gap));
}

void RedisInbox::flush()
{
    if (m_batch.empty())
        return;
    m_bytes = 0;
    if (m_context.sink != nullptr)
        m_context.sink->hear(std::move(m_batch));
    m_batch = {};
    m_batch.reserve(kBatchMessages);
}

QString RedisAddress::text() const
{
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

RedisLink::RedisLink(const RedisSettings& settings, RedisInbox& inbox)
    : m_settings(settings)
    , m_inbox(inbox)
    , m_address{settings.host, settings.port}
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_socket)
            retry(
                (m_settings.tls.isOn && !m_hasAnswered
                     ? u"%1 does not answer. If it has no encryption, the URL begins with redis://."_s
                     : u"%1 does not answer."_s)
                    .arg(m_address.text()));
        else
            connectNow();
    });
    m_ticker.setInterval(1s);
    connect(&m_ticker, &QTimer::timeout, this, [this] { tick(); });
}

RedisLink::~RedisLink()
{
    dropSocket();
}

void RedisLink::open()
{
    if (!m_socket)
        connectNow();
}

void RedisLink::close()
{
    m_timer.stop();
    m_ticker.stop();
    const bool wasOut = m_outage.isOn();
    const std::uint64_t reconnects = m_reconnects;
    const QSignalBlocker blocker(this);
    QElapsedTimer time;
    time.start();
    if (!m_isReading) {
        readSocket();
        while (m_socket && m_isLoggedIn && !time.hasExpired(kMaxDrain.count()) &&
               m_socket->waitForReadyRead(0)) {
            readSocket();
        }
    }
    m_timer.stop();
    m_ticker.stop();
    dropSocket();
    m_inbox.flush();
    m_reconnects = reconnects;
    // Nobody will be back to end it. What we begin ourselves by leaving is none.
    m_outage.end(m_inbox.context(), processClock().nowNs(), !wasOut);
}

void RedisLink::hearPart(RespValue& /*part*/, bool /*isOneTooLarge*/, std::int64_t /*now*/)
{
}
void RedisLink::count(std::size_t /*bytes*/)
{
}

std::chrono::milliseconds RedisLink::sinceLastBytes() const
{
    return std::chrono::milliseconds(m_quiet.isValid() ? m_quiet.elapsed() : 0);
}

void RedisLink::connectNow()
{
    dropSocket();
    RespReader::Limits limits;
    if (maxLine > 0)
        limits.line = maxLine;
    m_reader = RespReader(limits);
    m_steps.clear();
    m_tlsSentence.clear();
    m_isLoggedIn = false;
    m_hasAnswered = false;
    QSslSocket* encrypted = nullptr;
    if (m_settings.tls.isOn) {
        auto configuration = sslConfiguration(m_settings.tls);
        if (!configuration) {
            fail(configuration.error().message);
            return;
        }
        auto made = std::make_unique<QSslSocket>();
        made->setSslConfiguration(*configuration);
        encrypted = made.get();
        connect(encrypted, &QSslSocket::sslErrors, this, [this](const QList<QSslError>& errors) {
            if (!m_settings.tls.insecure)
                m_tlsSentence = tlsFailure(m_address.text(), errors);
        });
        connect(encrypted, &QSslSocket::encrypted, this, &RedisLink::logIn);
        m_socket = std::move(made);
    } else {
        m_socket = std::make_unique<QTcpSocket>();
        connect(m_socket.get(), &QTcpSocket::connected, this, &RedisLink::logIn);
    }
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &RedisLink::readSocket);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &RedisLink::onSocketError);
    m_socket->setReadBufferSize(kSocketBuffer);
    m_timer.start(kPatience);
    if (encrypted != nullptr) {
        const QString name =
            m_settings.tls.serverName.isEmpty() ? m_address.host : m_settings.tls.serverName;
        encrypted->connectToHostEncrypted(m_address.host, m_address.port, name);
    } else {
        m_socket->connectToHost(m_address.host, m_address.port);
    }
}

void RedisLink::logIn()
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    m_quiet.start();
    m_timer.start(kPatience);
    if (!m_settings.user.isEmpty()) {
        send({"AUTH", m_settings.user, m_settings.password});
        m_steps.push_back(Step::Auth);
    } else if (!m_settings.password.isEmpty()) {
        send({"AUTH", m_settings.password});
        m_steps.push_back(Step::Auth);
    }
    send({"CLIENT", "SETNAME", "murmurscope"});
    m_steps.push_back(Step::Indifferent);
    // What we read must not look used where the server forgets what is not. Older ones refuse.
    send({"CLIENT", "NO-TOUCH", "ON"});
    m_steps.push_back(Step::Indifferent);
    if (m_settings.database != 0) {
        send({"SELECT", QByteArray::number(m_settings.database)});
        m_steps.push_back(Step::Select);
    }
    std::ranges::reverse(m_steps);
}

void RedisLink::send(const QByteArrayList& words)
{
    if (!m_socket)
        return;
    QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
    for (const QByteArray& word : words)
        bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
    m_socket->write(bytes);
}

void RedisLink::readSocket()
{
    if (m_isReading || !m_socket)
        return;
    m_isReading = true;
    std::array<char, RespReader::kPiece> piece;
    const QTcpSocket* const socket = m_socket.get();
    // What we hear may end this connection, and another may follow.
    while (m_socket.get() == socket) {
        const qint64 got = m_socket->read(piece.data(), static_cast<qint64>(piece.size()));
        if (got <= 0)
            break;
        const std::int64_t now = processClock().nowNs();
        m_quiet.start();
        if (!m_hasAnswered && startsLikeOtherProtocols({piece.data(), 1})) {
            fail(
                u"%1 does not speak the protocol of Redis; it answered “%2”. Check host and port."_s
                    .arg(m_address.text(),
                         quoted(QByteArray(piece.data(), std::min<qint64>(got, 40)))));
            break;
        }
        m_hasAnswered = true;
        count(static_cast<std::size_t>(got));
        m_reader.feed(piece.data(), static_cast<std::size_t>(got));
        RespValue value;
        auto outcome = RespReader::Outcome::NeedMore;
        while (m_socket.get() == socket &&
               (outcome = m_reader.next(value)) == RespReader::Outcome::Value) {
            take(value, now);
        }
        if (m_socket.get() != socket)
            break;
        if (outcome == RespReader::Outcome::TooLarge) {
            const std::uint64_t bytes = m_reader.announcedBytes();
            RespValue part = m_reader.takePart();
            if (m_isLoggedIn)
                hearPart(part, bytes > 0, now);
            retry(bytes > 0 ? u"%1 sent a text of %2; at most 64 MiB are taken."_s.arg(
                                  m_address.text(),
                                  bytesText(static_cast<std::int64_t>(std::min<std::uint64_t>(
                                      bytes, std::numeric_limits<std::int64_t>::max()))))
                            : u"%1 sent more at once than is taken."_s.arg(m_address.text()));
        } else if (outcome == RespReader::Outcome::Broken) {
            retry(u"%1 sent what is not the protocol of Redis (%2)."_s.arg(m_address.text(),
                                                                           m_reader.reason()));
        }
    }
    m_inbox.flush();
    m_isReading = false;
}

void RedisLink::take(RespValue& value, std::int64_t now)
{
    if (m_isLoggedIn) {
        hear(value, now);
        return;
    }
    if (!m_steps.empty())
        takeStep(value);
}

void RedisLink::takeStep(const RespValue& value)
{
    const Step step = m_steps.back();
    m_steps.pop_back();
    // An error that no command of ours is to blame for comes first and is the only one.
    const bool isOurs = value.text.startsWith("ERR ") && !value.text.contains("max number");
    // A password that is not needed does no harm.
    const bool isNeedless = value.text.contains("without any password configured");
    const bool isDenied = value.text.startsWith("NOPERM");
    if (value.isError() && !isNeedless && (step != Step::Indifferent || (!isOurs && !isDenied))) {
        refuse(value.text, step == Step::Select ? u"use the database %1"_s.arg(m_settings.database)
                                                : u"log in"_s);
        return;
    }
    if (!m_steps.empty())
        return;
    m_isLoggedIn = true;
    m_timer.start(kPatience);
    m_ticker.start();
    attach();
}

void RedisLink::refuse(const QByteArray& error, const QString& doing)
{
    const QString where = m_address.text();
    const QString who = m_settings.user.isEmpty()
                            ? u"the default user"_s
                            : u"“%1”"_s.arg(QString::fromUtf8(m_settings.user));
    if (error.startsWith("WRONGPASS") || error.startsWith("ERR invalid password")) {
        fail(u"%1 refused the password of %2, or that user is switched off. The user stands in the "
             "URL (redis://NAME@…), the password in a file or in MURMURSCOPE_PASSWORD."_s.arg(where,
                                                                                              who));
    } else if (error.startsWith("NOAUTH")) {
        fail(u"%1 asks for a password, and none was given. Give it with --password-file or in "
             "MURMURSCOPE_PASSWORD."_s.arg(where));
    } else if (error.startsWith("NOPERM")) {
        m_isDenied = true;
        fail(
            u"%1: %2 may not %3 (%4). Let its administrator permit it with ACL SETUSER, or ask for "
            "less."_s.arg(where, who, doing, quoted(error)));
    } else if (error.startsWith("DENIED")) {
        fail(u"%1 is in protected mode: it takes only clients of its own machine until it has a "
             "password."_s.arg(where));
    } else if (error.startsWith("WRONGTYPE") || error.startsWith("ERR ")) {
        const bool isPassing = error.contains("max number of clients");
        const QString sentence =
            u"%1 refused to let us %2: “%3”."_s.arg(where, doing, quoted(error));
        if (isPassing)
            retry(sentence);
        else
            fail(sentence);
    } else {
        // LOADING, MASTERDOWN, CLUSTERDOWN, TRYAGAIN, BUSY: they pass.
        retry(u"%1 cannot let us %2 now: “%3”."_s.arg(where, doing, quoted(error)));
    }
}

void RedisLink::onSocketError()
{
    if (!m_socket)
        return;
    readSocket();
    if (!m_socket || m_state == State::Failed || m_state == State::Ended)
        return;
    if (!m_tlsSentence.isEmpty()) {
        fail(QString(m_tlsSentence));
        return;
    }
    switch (m_socket->error()) {
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        fail(u"%1 and we did not agree on encryption (%2). Without encryption the URL begins with "
             "redis://; a server that asks for a certificate of ours gets it with cert= and key=."_s
                 .arg(m_address.text(), m_socket->errorString()));
        break;
    default:
        // A server that misses our certificate says so only after the handshake.
        if (m_settings.tls.isOn && !m_isLoggedIn &&
            m_socket->errorString().contains("certificate"_L1, Qt::CaseInsensitive)) {
            fail(u"%1 asks for a certificate of ours (%2). Give it with cert=FILE and key=FILE."_s
                     .arg(m_address.text(), m_socket->errorString()));
        } else {
            retry(lostSentence());
        }
    }
}

QString RedisLink::lostSentence() const
{
    const QString where = m_address.text();
    switch (m_socket->error()) {
    case QAbstractSocket::ConnectionRefusedError:
        return u"Nobody listens on %1. Start Redis there, or correct host and port."_s.arg(where);
    case QAbstractSocket::HostNotFoundError:
        return u"The host %1 is unknown. Correct it, or check the name service."_s.arg(
            m_address.host);
    case QAbstractSocket::RemoteHostClosedError:
        if (m_hasAnswered)
            return u"%1 closed the connection."_s.arg(where);
        return u"%1 closed the connection without an answer. If it wants encryption, the URL "
               u"begins "
               "with rediss://."_s.arg(where);
    default:
        return u"The connection to %1 is lost: %2."_s.arg(where, m_socket->errorString());
    }
}

void RedisLink::setUp(const QString& detail)
{
    m_timer.stop();
    m_upSince.start();
    setState(State::Up, detail);
}

void RedisLink::retry(const QString& sentence)
{
    if (m_state == State::Up) {
        m_outage.begin(processClock().nowNs());
        if (m_upSince.hasExpired(kHeld.count()))
            m_backoff.reset();
    }
    if (m_isLoggedIn || m_state == State::Up)
        ++m_reconnects;
    dropSocket();
    const RedisAddress home{m_settings.host, m_settings.port};
    const bool isHome = m_address.host == home.host && m_address.port == home.port;
    m_address = isHome && m_elsewhere.port != 0 ? m_elsewhere : home;
    m_timer.start(m_backoff.next());
    setState(State::Retrying, sentence);
}

void RedisLink::moveTo(const RedisAddress& address)
{
    dropSocket();
    m_address = address;
    m_elsewhere = address;
    m_timer.start(0ms);
}

void RedisLink::fail(const QString& sentence)
{
    dropSocket();
    m_timer.stop();
    setState(State::Failed, sentence);
}

void RedisLink::end(const QString& sentence)
{
    dropSocket();
    m_timer.stop();
    setState(State::Ended, sentence);
}

void RedisLink::dropSocket()
{
    m_ticker.stop();
    m_isLoggedIn = false;
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    // It may be telling us something just now.
    m_socket.release()->deleteLater();
}

void RedisLink::setState(State state, const QString& detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT stateChanged();
}

} // namespace murmur
