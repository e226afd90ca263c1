// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttpublisher.h"

#include "base/clock.h"
#include "base/transport.h"
#include "bus/bookedpublisher.h"
#include "bus/mqtt/mqttmessage.h"
#include "bus/mqtt/mqttpacket.h"
#include "bus/mqtt/mqttreasons.h"
#include "bus/mqtt/mqttsettings.h"

#include <QRandomGenerator>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QStringDecoder>

#include <algorithm>
#include <deque>
#include <map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::uint16_t kSenderKeepAlive = 30; // s
constexpr std::chrono::milliseconds kAttachPatience = 8s;
// Unanswered at a time: of MQTT 3.1.1, which does not say how many a broker takes, and of MQTT 5.
constexpr std::uint16_t kUsualInFlight = 20;
constexpr std::uint16_t kMostInFlight = 1000;
constexpr qsizetype kMaxTextBytes = 65'535;
constexpr qint64 kMaxPacketBytes = 268'435'455;
constexpr char kConnAckByte = 0x20;
constexpr int kNobodyListens = 16;
constexpr int kFirstFailure = 128;

bool isMqttText(QByteArrayView bytes)
{
    if (bytes.size() > kMaxTextBytes || bytes.contains('\0'))
        return false;
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    [[maybe_unused]] const QString text = decoder(bytes);
    return !decoder.hasError();
}

QString brokersWords(MqttCursor& cursor)
{
    QString words;
    forEachProperty(cursor, [&](const MqttPropertyValue& value) {
        if (value.property == MqttProperty::ReasonString)
            words = QString::fromUtf8(value.bytes).left(300).simplified();
    });
    return words;
}

MqttSettings forSending(MqttSettings settings)
{
    // Whoever listens with the same URL is not to be thrown out.
    if (settings.isClientIdGiven)
        settings.clientId += "-sends";
    settings.isClientIdGiven = false;
    return settings;
}

class MqttPublisher final : public BookedPublisher
{
public:
    explicit MqttPublisher(MqttSettings settings);
    ~MqttPublisher() override
    {
        if (m_socket)
            m_socket->disconnect(this);
    }

    [[nodiscard]] PublisherTraits traits() const override
    {
        return {.hasHeaders = m_isVersion5,
                .hasReplies = m_isVersion5,
                .confirms = true,
                .hasTopics = true,
                .mostBytes = m_limits.packetSize,
                .hasRetain = m_limits.keeps,
                .hasCorrelation = m_isVersion5};
    }
    Status start() override;

private:
    enum class Inbox : std::uint8_t { None, Asked, Open, Refused };
    /// What the broker takes, as it says.
    struct Limits
    {
        std::uint16_t inFlight = kUsualInFlight;
        int qos = 2;
        bool keeps = true;
        qint64 packetSize = 0;
    };
    struct Waiting
    {
        quint64 key = 0;
        MqttPublication message;
        bool needsInbox = false;
    };

    void send(quint64 key, const OutgoingMessage& message) override;
    void leave() override;

    void open();
    void greet();
    void read();
    [[nodiscard]] bool take(const MqttReader::Packet& packet);
    [[nodiscard]] bool takeConnAck(QByteArrayView body);
    void takeAck(MqttType type, QByteArrayView body);
    void takeInbox(QByteArrayView body);
    void takeAnswer(const MqttReader::Packet& packet);
    void takePong();
    void pump();
    void ping();
    [[nodiscard]] std::uint16_t freeId();
    [[nodiscard]] QString flawOf(const OutgoingMessage& message) const;
    [[nodiscard]] Waiting waitingFrom(quint64 key, const OutgoingMessage& message) const;
    void refusedBy(const MqttReason& reason);
    void socketFailed(QAbstractSocket::SocketError error);

    const MqttSettings m_settings;
    const QByteArray m_inbox; ///< ends with a slash
    std::unique_ptr<QSslSocket> m_socket;
    QList<QSslError> m_tlsErrors;
    MqttReader m_reader;
    QTimer m_patience; ///< until Up
    QTimer m_pinger;
    bool m_isVersion5 = true;
    bool m_isGreeted = false;
    bool m_isCut = false; ///< by the other side
    Limits m_limits;
    Inbox m_inboxState = Inbox::None;
    QString m_inboxRefusal;
    std::uint16_t m_lastId = 0;
    std::uint16_t m_inboxId = 0;
    std::deque<Waiting> m_waiting;               ///< not written yet
    std::map<std::uint16_t, quint64> m_inFlight; ///< keys by packet id
    // Messages without an answer of their own arrived when a ping behind them is answered.
    std::vector<quint64> m_unpinged;
    std::vector<quint64> m_pinged;
    bool m_isPingOpen = false;
};

MqttPublisher::MqttPublisher(MqttSettings settings)
    : m_settings(forSending(std::move(settings)))
    , m_inbox("murmurscope/" + QByteArray::number(QRandomGenerator::system()->generate64(), 36) +
              '/')
    , m_isVersion5(m_settings.version != MqttVersion::V311)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(kAttachPatience);
    connect(&m_patience, &QTimer::timeout, this,
            [this] { end(silenceReason(m_isGreeted, kAttachPatience, m_settings).sentence); });
    connect(&m_pinger, &QTimer::timeout, this, [this] {
        if (m_isPingOpen)
            end(u"The broker at %1 has not answered for %2 s."_s.arg(m_settings.where())
                    .arg(m_pinger.interval() / 1000));
        else
            ping();
    });
}

Status MqttPublisher::start()
{
    m_patience.start();
    open();
    return Done{};
}

void MqttPublisher::open()
{
    m_reader = {};
    m_isGreeted = m_isCut = false;
    m_socket = std::make_unique<QSslSocket>();
    connect(m_socket.get(), &QSslSocket::readyRead, this, &MqttPublisher::read);
    connect(m_socket.get(), &QAbstractSocket::errorOccurred, this, &MqttPublisher::socketFailed);
    connect(m_socket.get(), &QSslSocket::sslErrors, this,
            [this](const QList<QSslError>& errors) { m_tlsErrors = errors; });
    if (!m_settings.tls.isOn) {
        connect(m_socket.get(), &QAbstractSocket::connected, this, &MqttPublisher::greet);
        m_socket->connectToHost(m_settings.host, m_settings.port);
        return;
    }
    connect(m_socket.get(), &QSslSocket::encrypted, this, &MqttPublisher::greet);
    const auto ssl = sslConfiguration(m_settings.tls);
    if (!ssl) {
        end(ssl.error().message);
        return;
    }
    m_socket->setSslConfiguration(*ssl);
    m_socket->connectToHostEncrypted(m_settings.host, m_settings.port, m_settings.tls.serverName);
}

void MqttPublisher::greet()
{
    m_isGreeted = true;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->write(connectPacket(m_settings, m_isVersion5, kSenderKeepAlive));
}

void MqttPublisher::leave()
{
    m_patience.stop();
    m_pinger.stop();
    m_waiting.clear();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    if (m_isGreeted && !m_isCut) {
        m_socket->write(disconnectPacket());
        m_socket->flush();
        m_socket->disconnectFromHost();
    } else {
        m_socket->abort();
    }
}

QString MqttPublisher::flawOf(const OutgoingMessage& message) const
{
    if (message.topic.isEmpty() || message.topic.contains('+') || message.topic.contains('#') ||
        !isMqttText(message.topic)) {
        return u"Nothing was sent: “%1” is no topic that something can be sent to: text without + "
               "and #, of at most 65535 bytes."_s.arg(
                   QString::fromUtf8(message.topic.left(80)).simplified());
    }
    if ((message.retain || message.isTombstone) && !m_limits.keeps)
        return u"The broker at %1 keeps no messages (retain)."_s.arg(m_settings.where());
    if (!m_isVersion5)
        return {};
    for (const auto& [name, value] : message.headers) {
        if (!isMqttText(QByteArrayView(name.data(), qsizetype(name.size()))) ||
            !isMqttText(QByteArrayView(value.data(), qsizetype(value.size())))) {
            return u"Nothing was sent: MQTT cannot carry the header “%1”, which is no text in "
                   u"UTF-8 "
                   "of at most 65535 bytes."_s.arg(
                       QString::fromStdString(name).left(80).simplified());
        }
    }
    if (message.correlation.size() > kMaxTextBytes)
        return u"Nothing was sent: the correlation data are longer than 65535 bytes."_s;
    if (message.wantsReply && m_inboxState == Inbox::Refused)
        return m_inboxRefusal;
    return {};
}

MqttPublisher::Waiting MqttPublisher::waitingFrom(quint64 key, const OutgoingMessage& message) const
{
    Waiting waiting{key, {}, m_isVersion5 && message.wantsReply};
    MqttPublication& out = waiting.message;
    out.topic = message.topic;
    out.payload = message.isTombstone ? QByteArray() : message.raw;
    out.qos = static_cast<std::uint8_t>(std::min(m_settings.sendingQos, m_limits.qos));
    out.isRetained = message.retain || message.isTombstone; // which deletes the state
    out.correlation = message.correlation;
    for (const auto& header : message.headers) {
        if (header.first == transport::kContentType && out.contentType.isEmpty())
            out.contentType = QByteArray::fromStdString(header.second);
        else
            out.userProperties.push_back(header);
    }
    if (waiting.needsInbox) {
        const QByteArray number = QByteArray::number(message.number);
        out.responseTopic = m_inbox + QByteArray::number(key) + '-' + number;
        // Some answer only what carries one.
        if (out.correlation.isEmpty())
            out.correlation = number;
    }
    return waiting;
}

void MqttPublisher::send(quint64 key, const OutgoingMessage& message)
{
    if (const QString flaw = flawOf(message); !flaw.isEmpty()) {
        refuse(key, flaw);
        return;
    }
    m_waiting.push_back(waitingFrom(key, message));
    pump();
}

void MqttPublisher::pump()
{
    while (!m_waiting.empty() && !isOver()) {
        const Waiting& next = m_waiting.front();
        if (next.needsInbox && m_inboxState == Inbox::None) {
            m_inboxState = Inbox::Asked;
            m_inboxId = freeId();
            m_socket->write(
                subscribePacket(m_isVersion5, m_inboxId, m_inbox + '+', kMqttNoLocal | 1));
        }
        if (next.needsInbox && m_inboxState == Inbox::Asked)
            return; // its answer might come before we listen
        if (next.needsInbox && m_inboxState == Inbox::Refused) {
            refuse(next.key, m_inboxRefusal);
            m_waiting.pop_front();
            continue;
        }
        const bool isAnswered = next.message.qos > 0;
        if (isAnswered && m_inFlight.size() >= m_limits.inFlight)
            return;
        const std::uint16_t id = isAnswered ? freeId() : std::uint16_t(0);
        const QByteArray packet = publishPacket(next.message, m_isVersion5, id);
        const qint64 most = m_limits.packetSize > 0 ? m_limits.packetSize : kMaxPacketBytes;
        if (packet.size() > most) {
            refuse(next.key, u"The broker at %1 takes packets of at most %2 bytes; this message "
                             "makes one of %3."_s.arg(m_settings.where())
                                 .arg(most)
                                 .arg(packet.size()));
        } else {
            m_socket->write(packet);
            if (isAnswered)
                m_inFlight.emplace(id, next.key);
            else
                m_unpinged.push_back(next.key);
        }
        m_waiting.pop_front();
    }
    if (!m_unpinged.empty() && !m_isPingOpen)
        ping();
}

void MqttPublisher::ping()
{
    m_isPingOpen = true;
    m_pinged.insert(m_pinged.end(), m_unpinged.begin(), m_unpinged.end());
    m_unpinged.clear();
    m_socket->write(pingPacket());
    m_pinger.start();
}

void MqttPublisher::takePong()
{
    m_isPingOpen = false;
    for (const quint64 key : std::exchange(m_pinged, {}))
        settleSent(key);
    pump();
}

std::uint16_t MqttPublisher::freeId()
{
    do {
        ++m_lastId;
    } while (m_lastId == 0 || m_lastId == m_inboxId || m_inFlight.contains(m_lastId));
    return m_lastId;
}

void MqttPublisher::read()
{
    if (isOver())
        return;
    const QByteArray bytes = m_socket->readAll();
    // Else we would wait for the rest of what is no packet.
    if (!isUp() && m_reader.isEmpty() && !bytes.isEmpty() && bytes[0] != kConnAckByte) {
        refusedBy(nonsenseReason(m_settings));
        return;
    }
    m_reader.append(bytes);
    MqttReader::Packet packet;
    while (!isOver()) {
        switch (m_reader.next(packet)) {
        case MqttReader::Found::Packet:
            if (take(packet))
                break;
            [[fallthrough]];
        case MqttReader::Found::Broken:
            if (isUp())
                end(u"The broker at %1 sent something that is not MQTT; the connection was "
                    "ended."_s.arg(m_settings.where()));
            else
                refusedBy(nonsenseReason(m_settings));
            return;
        case MqttReader::Found::Skipped: // an answer too large to be kept
            break;
        case MqttReader::Found::More:
            return;
        }
    }
}

bool MqttPublisher::take(const MqttReader::Packet& packet)
{
    const MqttType type = packet.type();
    if (!isUp())
        return type == MqttType::ConnAck && takeConnAck(packet.body);
    switch (type) {
    case MqttType::Publish:
        takeAnswer(packet);
        return true;
    case MqttType::PubAck:
    case MqttType::PubRec:
    case MqttType::PubComp:
        takeAck(type, packet.body);
        return true;
    case MqttType::SubAck:
        takeInbox(packet.body);
        return true;
    case MqttType::PingResp:
        takePong();
        return true;
    case MqttType::Disconnect: {
        MqttCursor cursor(packet.body);
        const int reason = packet.body.isEmpty() ? 0 : cursor.byte();
        const QString words = cursor.rest().isEmpty() ? QString() : brokersWords(cursor);
        end(disconnectReason(reason, m_settings, words).sentence);
        return true;
    }
    case MqttType::Connect:
    case MqttType::ConnAck:
    case MqttType::PubRel:
    case MqttType::Subscribe:
    case MqttType::UnsubAck:
    case MqttType::PingReq:
        break;
    }
    return false;
}

bool MqttPublisher::takeConnAck(QByteArrayView body)
{
    MqttCursor cursor(body);
    cursor.byte(); // whether there was a session: ours is always new
    const int reason = cursor.byte();
    if (!cursor.isGood())
        return false;
    // A broker that knows only 3.1.1 answers in its own way.
    const bool isVersion5 = m_isVersion5 && !cursor.rest().isEmpty();
    if (m_isVersion5 && !isVersion5 && reason == 0) {
        refusedBy({u"The broker at %1 does not answer with MQTT 5."_s.arg(m_settings.where()), true,
                   true});
        return true;
    }
    int keepAlive = kSenderKeepAlive;
    QString words;
    if (isVersion5) {
        m_limits.inFlight = kMostInFlight;
        forEachProperty(cursor, [&](const MqttPropertyValue& value) {
            if (value.property == MqttProperty::ServerKeepAlive)
                keepAlive = std::clamp(int(value.number), 1, keepAlive);
            else if (value.property == MqttProperty::ReceiveMaximum && value.number > 0)
                m_limits.inFlight =
                    std::min(kMostInFlight, static_cast<std::uint16_t>(value.number));
            else if (value.property == MqttProperty::MaximumQos)
                m_limits.qos = int(value.number);
            else if (value.property == MqttProperty::RetainAvailable)
                m_limits.keeps = value.number != 0;
            else if (value.property == MqttProperty::MaximumPacketSize)
                m_limits.packetSize = value.number;
            else if (value.property == MqttProperty::ReasonString)
                words = QString::fromUtf8(value.bytes).left(300).simplified();
        });
    }
    if (reason != 0) {
        refusedBy(connectReason(reason, isVersion5, m_settings, words));
        return true;
    }
    m_patience.stop();
    m_pinger.start(std::chrono::seconds(keepAlive) * 3 / 4);
    becomeUp(u"Sending to the broker at %1 with MQTT %2, quality of service %3.%4"_s.arg(
        m_settings.where(), m_isVersion5 ? u"5"_s : u"3.1.1"_s,
        QString::number(std::min(m_settings.sendingQos, m_limits.qos)),
        m_isVersion5 ? QString()
                     : u" It has no headers, and does not say when it refuses a message."_s));
    return true;
}

void MqttPublisher::takeAck(MqttType type, QByteArrayView body)
{
    MqttCursor cursor(body);
    const std::uint16_t id = cursor.number16();
    const auto found = m_inFlight.find(id);
    if (!cursor.isGood() || found == m_inFlight.end())
        return;
    const quint64 key = found->second;
    const int reason = m_isVersion5 && !cursor.rest().isEmpty() ? cursor.byte() : 0;
    if (type == MqttType::PubRec && reason < kFirstFailure) {
        m_socket->write(answerPacket(MqttType::PubRel, id));
        // Only this packet tells that nobody listens.
        if (reason == kNobodyListens)
            settleSent(key, 0);
        return;
    }
    m_inFlight.erase(found);
    if (reason >= kFirstFailure) {
        const QString words = cursor.rest().isEmpty() ? QString() : brokersWords(cursor);
        settleFailed(key, publishReason(reason, m_settings, words));
    } else {
        settleSent(key, reason == kNobodyListens ? 0 : -1);
    }
    pump();
}

void MqttPublisher::takeInbox(QByteArrayView body)
{
    MqttCursor cursor(body);
    if (cursor.number16() != m_inboxId || m_inboxState != Inbox::Asked)
        return;
    const QString words = brokersWords(cursor);
    const int grant =
        cursor.isGood() && !cursor.rest().isEmpty() ? int(cursor.byte()) : kFirstFailure;
    m_inboxState = grant < kFirstFailure ? Inbox::Open : Inbox::Refused;
    if (m_inboxState == Inbox::Refused) {
        m_inboxRefusal =
            u"Nothing was sent, because no answer could be heard: the broker at %1 does not let "
            "us listen to “%2+”%3."_s.arg(m_settings.where(), QString::fromUtf8(m_inbox),
                                          words.isEmpty() ? QString() : u" (%1)"_s.arg(words));
    }
    pump();
}

void MqttPublisher::takeAnswer(const MqttReader::Packet& packet)
{
    MqttMessage message;
    const bool isWhole = readMessage(packet, m_isVersion5, message).isEmpty();
    if (message.qos == 1 && message.id != 0)
        m_socket->write(answerPacket(MqttType::PubAck, message.id));
    if (!isWhole || !message.topic.startsWith(m_inbox))
        return;
    const QByteArrayView place = message.topic.sliced(m_inbox.size());
    bool isNumber = false;
    Answer answer;
    answer.number = place.sliced(place.indexOf('-') + 1).toULongLong(&isNumber);
    if (!isNumber)
        return;
    HeardMessage heard = heardFrom(message, false);
    answer.received = processClock().nowNs();
    answer.topic = heard.topic;
    answer.raw = heard.raw;
    answer.headers = headersFromBytes(
        {heard.headers.constData(), static_cast<std::size_t>(heard.headers.size())});
    Q_EMIT answered(answer);
}

void MqttPublisher::refusedBy(const MqttReason& reason)
{
    // Perhaps an older broker; nothing was sent yet.
    if (reason.isVersion && m_isVersion5 && m_settings.version == MqttVersion::Newest && !isUp()) {
        m_isVersion5 = false;
        m_socket->disconnect(this);
        m_socket->abort();
        // It may be in the middle of telling.
        m_socket.release()->deleteLater();
        m_limits = {};
        open();
        return;
    }
    end(reason.sentence);
}

void MqttPublisher::socketFailed(QAbstractSocket::SocketError error)
{
    // What came before the end counts: it may say why.
    QSslSocket* const socket = m_socket.get();
    m_isCut = true;
    if (socket->bytesAvailable() > 0)
        read();
    if (isOver() || m_socket.get() != socket)
        return;
    if (m_inboxState == Inbox::Asked) {
        // Some brokers cut a client that asks for what it may not read.
        end(u"The broker at %1 ended the connection when we asked to listen to “%2+”, where "
            "answers would come; probably this user may not read it. Send without waiting for "
            "answers, or ask whoever runs the broker."_s.arg(m_settings.where(),
                                                             QString::fromUtf8(m_inbox)));
        return;
    }
    refusedBy(socketReason(*socket, error, m_tlsErrors,
                           isUp()        ? MqttPhase::Later
                           : m_isGreeted ? MqttPhase::Greeting
                                         : MqttPhase::Reaching,
                           m_settings));
}

} // namespace

Result<std::unique_ptr<Publisher>> createMqttPublisher(const QUrl& url,
                                                       const ConnectionOptions& options)
{
    Result<MqttSettings> settings = mqttSettingsFromUrl(url, options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Publisher>(std::make_unique<MqttPublisher>(std::move(*settings)));
}

} // namespace murmur
