// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttlink.h"

#include "base/clock.h"
#include "bus/mqtt/mqttfilters.h"

#include <QDeadlineTimer>
#include <QSslConfiguration>

#include <algorithm>
#include <charconv>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kKeepAlive = 30; // s
constexpr std::chrono::milliseconds kPatience = 15s;
// Who takes our greeting and says nothing does not understand it.
constexpr std::chrono::milliseconds kGreetingPatience = 5s;
constexpr std::chrono::milliseconds kMaxDrain = 500ms;
constexpr std::chrono::milliseconds kGoodbye = 500ms;
constexpr qint64 kReadBuffer = 4 << 20;
constexpr std::size_t kBatch = 512;
constexpr qsizetype kMaxPayload = 64 << 20;
constexpr qsizetype kMaxWords = 300;
constexpr int kRefused = 128;
constexpr char kConnAck = 0x20; // the first byte of an answer

std::string_view viewOf(QByteArrayView bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

// What a broker says of its reason in its own words; `keepAlive` (s) is lowered to what it asks.
QString reasonWords(MqttCursor& cursor, int* keepAlive = nullptr)
{
    QString words;
    forEachProperty(cursor, [&](const MqttPropertyValue& value) {
        if (value.property == MqttProperty::ReasonString)
            words = QString::fromUtf8(value.bytes).left(kMaxWords).simplified();
        else if (value.property == MqttProperty::ServerKeepAlive && keepAlive != nullptr)
            *keepAlive = std::clamp(int(value.number), 1, *keepAlive);
    });
    return words;
}

} // namespace

MqttLink::MqttLink(MqttCommons& commons, bool isVersion5, bool takesKept)
    : m_commons(commons)
    , m_settings(commons.settings)
    , m_isVersion5(isVersion5)
    , m_takesKept(takesKept)
    , m_isFlagSenders(isVersion5 && m_settings.retained == MqttRetained::Never)
{
    m_socket.setReadBufferSize(kReadBuffer);
    connect(&m_socket, &QSslSocket::readyRead, this, &MqttLink::read);
    connect(&m_socket, &QAbstractSocket::errorOccurred, this, &MqttLink::socketFailed);
    connect(&m_socket, &QSslSocket::sslErrors, this,
            [this](const QList<QSslError>& errors) { m_tlsErrors = errors; });
    if (m_settings.tls.isOn)
        connect(&m_socket, &QSslSocket::encrypted, this, &MqttLink::greet);
    else
        connect(&m_socket, &QAbstractSocket::connected, this, &MqttLink::greet);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        refused(silenceReason(m_socket.state() == QAbstractSocket::ConnectedState,
                              m_patience.intervalAsDuration(), m_settings));
    });
    connect(&m_pinger, &QTimer::timeout, this, &MqttLink::ping);
}

void MqttLink::open()
{
    setStage(Stage::Reaching);
    if (!m_settings.tls.isOn) {
        m_socket.connectToHost(m_settings.host, m_settings.port);
        return;
    }
    const auto ssl = sslConfiguration(m_settings.tls);
    if (!ssl) {
        end(MqttEnding::What::Failed, ssl.error().message);
        return;
    }
    m_socket.setSslConfiguration(*ssl);
    m_socket.connectToHostEncrypted(m_settings.host, m_settings.port, m_settings.tls.serverName);
}

void MqttLink::setStage(Stage stage)
{
    m_stage = stage;
    m_since = Clock::now();
    if (stage == Stage::Up || stage == Stage::Over)
        m_patience.stop();
    else
        m_patience.start(stage == Stage::Greeting ? kGreetingPatience : kPatience);
}

void MqttLink::greet()
{
    setStage(Stage::Greeting);
    m_socket.setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    m_socket.write(connectPacket(m_settings, m_isVersion5, kKeepAlive));
}

void MqttLink::leave()
{
    // Waiting in vain would count as an error.
    disconnect(&m_socket, &QAbstractSocket::errorOccurred, this, nullptr);
    const QDeadlineTimer deadline(kMaxDrain);
    while (m_stage == Stage::Up && !deadline.hasExpired() && m_socket.waitForReadyRead(0))
        read();
    flush();
    const bool isGreeted = m_stage == Stage::Up || m_stage == Stage::Subscribing;
    setStage(Stage::Over);
    m_pinger.stop();
    m_socket.disconnect(this);
    if (isGreeted) {
        m_socket.write(disconnectPacket());
        const QDeadlineTimer patience(kGoodbye);
        while (m_socket.bytesToWrite() > 0 && !patience.hasExpired() &&
               m_socket.waitForBytesWritten(int(kGoodbye.count()))) {
        }
        m_socket.disconnectFromHost();
    }
    m_socket.abort();
}

void MqttLink::read()
{
    if (m_stage == Stage::Over)
        return;
    m_lastRead = processClock().nowNs();
    m_isPingOpen = false;
    const QByteArray bytes = m_socket.readAll();
    // Else we would wait for the rest of what is no packet.
    if (m_stage == Stage::Greeting && !bytes.isEmpty() && bytes[0] != kConnAck &&
        m_reader.isEmpty()) {
        brokenOff();
        return;
    }
    m_reader.append(bytes);
    MqttReader::Packet packet;
    for (bool goesOn = true; goesOn && m_stage != Stage::Over;) {
        switch (m_reader.next(packet)) {
        case MqttReader::Found::Packet:
            if (!take(packet)) {
                brokenOff();
                goesOn = false;
            }
            break;
        case MqttReader::Found::Skipped:
            if (m_stage != Stage::Up) {
                brokenOff();
                goesOn = false;
                break;
            }
            ++m_commons.received;
            m_commons.context.sink->note(Gap{
                m_commons.context.id, {}, "client-drop", m_lastRead, m_lastRead, 1, LostIs::Exact});
            break;
        case MqttReader::Found::More:
            goesOn = false;
            break;
        case MqttReader::Found::Broken:
            brokenOff();
            goesOn = false;
            break;
        }
    }
    flush();
}

bool MqttLink::take(const MqttReader::Packet& packet)
{
    const MqttType type = packet.type();
    if (m_stage == Stage::Greeting)
        return type == MqttType::ConnAck && takeConnAck(packet.body);
    MqttCursor cursor(packet.body);
    switch (type) {
    case MqttType::Publish:
        takePublish(packet);
        return true;
    case MqttType::PubRel: {
        const std::uint16_t id = cursor.number16();
        m_unreleased.erase(id);
        m_socket.write(answerPacket(MqttType::PubComp, id));
        return cursor.isGood();
    }
    case MqttType::SubAck:
        takeSubAck(packet.body);
        return true;
    case MqttType::PingResp:
        return true;
    case MqttType::Disconnect:
        takeDisconnect(packet.body);
        return m_isVersion5;
    case MqttType::Connect:
    case MqttType::ConnAck:
    case MqttType::PubAck:
    case MqttType::PubRec:
    case MqttType::PubComp:
    case MqttType::Subscribe:
    case MqttType::UnsubAck:
    case MqttType::PingReq:
        break;
    }
    return false;
}

bool MqttLink::takeConnAck(QByteArrayView body)
{
    MqttCursor cursor(body);
    cursor.byte(); // whether there was a session: ours is always new
    const int reason = cursor.byte();
    if (!cursor.isGood())
        return false;
    // A broker that knows only 3.1.1 answers in its own way.
    const bool isVersion5 = m_isVersion5 && !cursor.rest().isEmpty();
    if (m_isVersion5 && !isVersion5 && reason == 0) {
        end(MqttEnding::What::Version,
            u"The broker at %1 does not answer with MQTT 5."_s.arg(m_settings.where()), true);
        return true;
    }
    int keepAlive = kKeepAlive;
    const QString words = isVersion5 ? reasonWords(cursor, &keepAlive) : QString();
    if (reason != 0) {
        refused(connectReason(reason, isVersion5, m_settings, words));
        return true;
    }
    setStage(Stage::Subscribing);
    m_pinger.start(std::chrono::seconds(keepAlive) * 3 / 4);
    for (const QByteArray& filter : m_settings.filters)
        subscribe(filter, false);
    return true;
}

void MqttLink::subscribe(const QByteArray& filter, bool isOurs)
{
    unsigned options = isOurs ? 0u : static_cast<unsigned>(m_settings.qos);
    if (m_isVersion5) {
        options |= kMqttNoLocal;
        if (!isOurs && !m_takesKept)
            options |= kMqttRetainedNever;
        if (!isOurs && m_isFlagSenders)
            options |= kMqttRetainAsPublished;
    }
    const std::uint16_t id = ++m_lastId;
    (isOurs ? m_askedSys : m_asked)[id] = filter;
    m_socket.write(subscribePacket(m_isVersion5, id, filter, static_cast<std::uint8_t>(options)));
}

void MqttLink::subscribeToSys()
{
    if (!m_settings.readsSys || !m_commons.readsSys)
        return;
    for (const char* topic : {kMqttDropped, kMqttBroker}) {
        // Two filters that overlap might bring twice what people asked for.
        const bool isThere = std::ranges::any_of(m_settings.filters, [&](const QByteArray& filter) {
            return filterMatches(filter, topic);
        });
        if (!isThere)
            subscribe(topic, true);
    }
}

void MqttLink::takeSubAck(QByteArrayView body)
{
    MqttCursor cursor(body);
    const std::uint16_t id = cursor.number16();
    const QString words = m_isVersion5 ? reasonWords(cursor) : QString();
    const bool isWhole = cursor.isGood() && !cursor.rest().isEmpty();
    const int grant = isWhole ? cursor.byte() : kRefused;
    if (const auto ours = m_askedSys.find(id); ours != m_askedSys.end()) {
        if (grant >= kRefused)
            m_isSysDenied = true;
        m_askedSys.erase(ours);
        Q_EMIT detailChanged();
        return;
    }
    const auto asked = m_asked.find(id);
    if (asked == m_asked.end())
        return;
    if (grant >= kRefused) {
        end(MqttEnding::What::Failed, subscribeReason(grant, asked->second, m_settings, words));
        return;
    }
    m_subscribed << QString::fromUtf8(asked->second);
    if (grant < m_settings.qos)
        m_lowered << u"“%1” with qos %2"_s.arg(QString::fromUtf8(asked->second)).arg(grant);
    m_asked.erase(asked);
    if (!m_asked.empty() || m_stage != Stage::Subscribing)
        return;
    setStage(Stage::Up);
    subscribeToSys();
    Q_EMIT attached();
}

void MqttLink::takePublish(const MqttReader::Packet& packet)
{
    MqttMessage message;
    const QByteArray wrong = readMessage(packet, m_isVersion5, message);
    const bool isAgain = message.qos == 2 && !m_unreleased.insert(message.id).second;
    const bool isSys = wrong.isEmpty() && message.topic.startsWith("$SYS/");
    if (isSys)
        takeSys(message);
    const bool isKeptBefore = message.isRetained && !m_isFlagSenders;
    const bool isWanted = !isAgain && !(isKeptBefore && !m_takesKept) &&
                          (!(m_settings.isWider || isSys) || m_settings.wants(message.topic));
    if (!wrong.isEmpty()) {
        HeardMessage heard;
        heard.topic = message.topic.toByteArray();
        heard.raw = packet.bytes.toByteArray();
        heard.undecodable = wrong;
        keep(std::move(heard));
    } else if (isWanted && message.payload.size() > kMaxPayload) {
        ++m_commons.received;
        m_commons.context.sink->note(Gap{m_commons.context.id, std::string(viewOf(message.topic)),
                                         "client-drop", m_lastRead, m_lastRead, 1, LostIs::Exact});
    } else if (isWanted) {
        keep(heardFrom(message, m_isFlagSenders));
    }
    // A message that we have belongs to us; the broker need not keep it.
    if (message.qos == 1 && message.id != 0)
        m_socket.write(answerPacket(MqttType::PubAck, message.id));
    else if (message.qos == 2 && message.id != 0)
        m_socket.write(answerPacket(MqttType::PubRec, message.id));
}

void MqttLink::keep(HeardMessage message)
{
    ++m_commons.received;
    message.connection = m_commons.context.id;
    message.received = m_lastRead;
    m_batch.push_back(std::move(message));
    if (m_batch.size() >= kBatch)
        flush();
}

void MqttLink::flush()
{
    if (!m_batch.empty())
        m_commons.context.sink->hear(std::exchange(m_batch, {}));
}

void MqttLink::takeSys(const MqttMessage& message)
{
    if (message.topic == kMqttBroker) {
        m_broker =
            QString::fromUtf8(message.payload.first(std::min(message.payload.size(), kMaxWords)))
                .simplified();
        Q_EMIT detailChanged();
        return;
    }
    std::uint64_t dropped = 0;
    const std::string_view text = viewOf(message.payload);
    if (message.topic != kMqttDropped || text.empty() ||
        std::from_chars(text.data(), text.data() + text.size(), dropped).ptr !=
            text.data() + text.size())
        return;
    if (!m_dropped || dropped < *m_dropped) {
        m_droppedFirst = dropped;
    } else if (dropped > *m_dropped) {
        // To which of its clients the broker does not say.
        m_commons.context.sink->note(Gap{
            m_commons.context.id, {}, "server-cut", m_droppedAt, m_lastRead, 0, LostIs::Unknown});
    }
    m_dropped = dropped;
    m_droppedAt = m_lastRead;
    Q_EMIT detailChanged();
}

void MqttLink::takeDisconnect(QByteArrayView body)
{
    if (!m_isVersion5)
        return;
    MqttCursor cursor(body);
    const int reason = body.isEmpty() ? 0 : cursor.byte();
    const QString words = cursor.rest().isEmpty() ? QString() : reasonWords(cursor);
    refused(disconnectReason(reason, m_settings, words));
}

void MqttLink::ping()
{
    if (m_isPingOpen) {
        end(MqttEnding::What::Lost,
            u"The broker at %1 has not answered for %2 s."_s.arg(m_settings.where())
                .arg(m_pinger.interval() / 1000));
        return;
    }
    m_isPingOpen = true;
    m_socket.write(pingPacket());
}

void MqttLink::socketFailed(QAbstractSocket::SocketError error)
{
    if (m_stage == Stage::Over)
        return;
    // What came before the end counts: it may say why.
    read();
    if (m_stage == Stage::Over)
        return;
    refused(socketReason(m_socket, error, m_tlsErrors,
                         m_stage == Stage::Reaching   ? MqttPhase::Reaching
                         : m_stage == Stage::Greeting ? MqttPhase::Greeting
                                                      : MqttPhase::Later,
                         m_settings));
}

void MqttLink::brokenOff()
{
    if (m_stage == Stage::Over)
        return;
    if (m_stage == Stage::Greeting || m_stage == Stage::Reaching) {
        refused(nonsenseReason(m_settings));
        return;
    }
    m_commons.context.sink->note(
        Gap{m_commons.context.id, {}, "decode-error", m_lastRead, m_lastRead, 1, LostIs::AtLeast});
    end(MqttEnding::What::Lost,
        u"The broker at %1 sent something that is not MQTT; the connection was ended."_s.arg(
            m_settings.where()));
}

void MqttLink::refused(const MqttReason& reason)
{
    end(reason.isVersion ? MqttEnding::What::Version
        : reason.isFinal ? MqttEnding::What::Failed
                         : MqttEnding::What::Lost,
        reason.sentence, reason.isFinal);
}

void MqttLink::end(MqttEnding::What what, const QString& sentence, bool isHopeless)
{
    if (m_stage == Stage::Over)
        return;
    flush();
    MqttEnding ending;
    ending.what = what;
    ending.sentence = sentence;
    ending.isHopeless = isHopeless;
    ending.wasUp = isUp();
    if (ending.wasUp)
        ending.up = Clock::now() - m_since;
    // A broker that fell silent may have been gone for long.
    ending.lostAt = m_isPingOpen ? m_lastRead : processClock().nowNs();
    // Some brokers cut a client that asks for what it may not read.
    if (!m_askedSys.empty())
        m_commons.readsSys = false;
    setStage(Stage::Over);
    m_pinger.stop();
    m_socket.disconnect(this);
    m_socket.abort();
    Q_EMIT ended(ending);
}

QString MqttLink::detail() const
{
    QString detail = u"Attached to %1 with MQTT %2."_s.arg(
        m_broker.isEmpty() ? u"the broker at %1"_s.arg(m_settings.where())
                           : u"%1 at %2"_s.arg(m_broker, m_settings.where()),
        m_isVersion5 ? u"5"_s : u"3.1.1"_s);
    if (!m_lowered.isEmpty())
        detail += u" The broker delivers %1."_s.arg(m_lowered.join(u", "_s));
    if (m_dropped && *m_dropped > m_droppedFirst) {
        detail += u" Since then the broker has dropped %1 messages to clients that were too slow; "
                  "whether we are one of them it does not say."_s.arg(*m_dropped - m_droppedFirst);
    } else if (m_isSysDenied) {
        detail += u" It does not let us read how many messages it drops."_s;
    }
    return detail;
}

} // namespace murmur
