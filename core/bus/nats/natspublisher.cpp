// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natspublisher.h"

#include "base/clock.h"
#include "bus/bookedpublisher.h"
#include "bus/nats/natskey.h"
#include "bus/nats/natslink.h"
#include "bus/nats/natssubject.h"
#include "bus/nats/natswire.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QSslConfiguration>
#include <QSslSocket>

#include <deque>
#include <map>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAttaching = 8s; // until Up
constexpr auto kPulse = 500ms;
constexpr auto kAckPatience = 5s;
constexpr auto kPingAfter = 20s; // of silence
constexpr int kMaxPings = 2;
constexpr qsizetype kMaxServerWords = 300;

QString worded(QByteArrayView text)
{
    return QString::fromUtf8(text.first(std::min(text.size(), kMaxServerWords))).simplified();
}

/// One connection that speaks the protocol itself. In verbose mode the server answers each message
/// in its order, with +OK or with what is wrong.
class NatsPublisher final : public BookedPublisher
{
public:
    explicit NatsPublisher(NatsSettings settings);
    ~NatsPublisher() override { m_socket.disconnect(this); }

    [[nodiscard]] PublisherTraits traits() const override
    {
        return {.hasHeaders = true,
                .hasReplies = true,
                .confirms = true,
                .hasTopics = true,
                .mostBytes = m_maxPayload};
    }
    Status start() override;

private:
    enum class Asked : std::uint8_t { Greeting, Inbox, Message };
    struct Expected
    {
        Asked what;
        quint64 key = 0;
        bool isForStream = false;
    };

    void send(quint64 key, const OutgoingMessage& message) override;
    void leave() override;

    void read();
    void take(const NatsFrame& frame);
    void takeInfo(const QJsonObject& info);
    void greet();
    [[nodiscard]] Result<QJsonObject> login() const;
    void takeOk();
    void takeError(const QString& words);
    void takeMessage(const NatsFrame& frame);
    void takeStreamInfo(const QByteArray& name, const NatsFrame& frame);
    /// False: it is no confirmation, but somebody's answer.
    bool takeAck(quint64 key, const NatsFrame& frame);
    void askStreams();
    void becomeReady();
    void beat();
    void socketFailed(QAbstractSocket::SocketError error);
    void failWith(natsStatus status, const QString& reason = {});
    [[nodiscard]] bool belongsToStream(QByteArrayView subject) const;

    const NatsSettings m_settings;
    const QByteArray m_inbox; // ends with a dot
    QSslSocket m_socket;
    QList<QSslError> m_tlsErrors;
    NatsReader m_reader;
    QTimer m_pulse;
    Clock::time_point m_begun;
    Clock::time_point m_heard;
    int m_openPings = 0;
    QJsonObject m_info;
    QString m_serverError;
    qint64 m_maxPayload = 0;
    bool m_isGreeted = false;
    bool m_isCut = false; // by the other side
    bool m_hasHeaders = true;
    bool m_isInboxDenied = false;
    std::deque<Expected> m_expected;             // what the server answers next
    std::map<quint64, Clock::time_point> m_acks; // of streams: by when
    QByteArrayList m_toLearn;                    // streams
    std::vector<std::string> m_streamSubjects;
};

NatsPublisher::NatsPublisher(NatsSettings settings)
    : m_settings(std::move(settings))
    , m_inbox("_INBOX.murmurscope" +
              QByteArray::number(QRandomGenerator::system()->generate64(), 36) + '.')
{
    connect(&m_socket, &QSslSocket::readyRead, this, &NatsPublisher::read);
    connect(&m_socket, &QSslSocket::encrypted, this, &NatsPublisher::greet);
    connect(&m_socket, &QAbstractSocket::errorOccurred, this, &NatsPublisher::socketFailed);
    connect(&m_socket, &QSslSocket::sslErrors, this,
            [this](const QList<QSslError>& errors) { m_tlsErrors = errors; });
    connect(&m_pulse, &QTimer::timeout, this, &NatsPublisher::beat);
}

Status NatsPublisher::start()
{
    // What goes wrong in files is final, and no server is needed to find it.
    if (const auto own = login(); !own) {
        end(own.error().message);
        return own.error();
    }
    if (m_settings.tls.isOn) {
        const auto ssl = sslConfiguration(m_settings.tls);
        if (!ssl) {
            end(ssl.error().message);
            return ssl.error();
        }
        m_socket.setSslConfiguration(*ssl);
        m_socket.setPeerVerifyName(m_settings.tls.serverName.isEmpty() ? m_settings.host
                                                                       : m_settings.tls.serverName);
    }
    m_begun = m_heard = Clock::now();
    m_pulse.start(kPulse);
    m_socket.connectToHost(m_settings.host, m_settings.port);
    return Done{};
}

void NatsPublisher::leave()
{
    m_pulse.stop();
    m_socket.disconnect(this);
    if (m_isGreeted && !m_isCut)
        m_socket.disconnectFromHost();
    else
        m_socket.abort();
}

bool NatsPublisher::belongsToStream(QByteArrayView subject) const
{
    const std::string_view text(subject.data(), static_cast<std::size_t>(subject.size()));
    return std::ranges::any_of(
        m_streamSubjects, [&](const std::string& pattern) { return natsCovers(pattern, text); });
}

void NatsPublisher::send(quint64 key, const OutgoingMessage& message)
{
    const QString subject = worded(message.topic);
    if (const QString flaw = natsFlaw(message.topic, message.headers); !flaw.isEmpty()) {
        refuse(key, u"Nothing was sent: %1."_s.arg(flaw));
        return;
    }
    if (!m_hasHeaders && !message.headers.empty()) {
        refuse(key, u"NATS at %1 is too old to take headers (or has them switched off), and the "
                    "message for “%2” has some."_s.arg(m_settings.where(), subject));
        return;
    }
    if (message.wantsReply && m_isInboxDenied) {
        refuse(key, u"NATS at %1 does not permit this login to listen to “_INBOX.>”, where the "
                    "answer would come."_s.arg(m_settings.where()));
        return;
    }
    const bool isForStream = belongsToStream(message.topic);
    QByteArray reply;
    if (isForStream || message.wantsReply)
        reply = m_inbox + QByteArray::number(key) + '.' + QByteArray::number(message.number) +
                (message.wantsReply ? ".r" : ".a");
    const QByteArray bytes = natsPublication(message.topic, reply, message.headers, message.raw);
    // Headers count too.
    const qsizetype size = bytes.size() - bytes.indexOf('\n') - 3;
    if (m_maxPayload > 0 && size > m_maxPayload) {
        refuse(key, u"NATS at %1 takes messages of at most %2 bytes; that for “%3” has %4 with its "
                    "headers."_s.arg(m_settings.where())
                        .arg(m_maxPayload)
                        .arg(subject)
                        .arg(size));
        return;
    }
    m_expected.push_back({Asked::Message, key, isForStream});
    if (isForStream)
        m_acks.emplace(key, Clock::now() + kAckPatience);
    m_socket.write(bytes);
}

void NatsPublisher::read()
{
    m_heard = Clock::now();
    m_openPings = 0;
    m_reader.append(m_socket.readAll());
    NatsFrame frame;
    while (!isOver()) {
        switch (m_reader.next(frame)) {
        case NatsReader::Found::Frame:
            take(frame);
            break;
        case NatsReader::Found::More:
            return;
        case NatsReader::Found::Broken:
            failWith(NATS_PROTOCOL_ERROR, u"it says what is not NATS"_s);
            return;
        }
    }
}

void NatsPublisher::take(const NatsFrame& frame)
{
    if (m_info.isEmpty() && frame.what != NatsFrame::What::Info &&
        frame.what != NatsFrame::What::Error) {
        failWith(NATS_PROTOCOL_ERROR, u"it does not say what it is"_s);
        return;
    }
    switch (frame.what) {
    case NatsFrame::What::Info:
        takeInfo(QJsonDocument::fromJson(frame.text.toByteArray()).object());
        break;
    case NatsFrame::What::Ok:
        takeOk();
        break;
    case NatsFrame::What::Error:
        takeError(worded(frame.text));
        break;
    case NatsFrame::What::Ping:
        m_socket.write("PONG\r\n");
        break;
    case NatsFrame::What::Pong:
        // To the ping behind our greeting: it was taken.
        if (m_isGreeted && !isUp() && m_toLearn.isEmpty())
            askStreams();
        break;
    case NatsFrame::What::Message:
        takeMessage(frame);
        break;
    }
}

void NatsPublisher::takeInfo(const QJsonObject& info)
{
    if (info.isEmpty()) {
        failWith(NATS_PROTOCOL_ERROR, u"what it says of itself is no JSON"_s);
        return;
    }
    const bool isFirst = m_info.isEmpty();
    m_info = info;
    m_maxPayload = info["max_payload"_L1].toInteger();
    m_hasHeaders = info["headers"_L1].toBool();
    if (!isFirst)
        return;
    const bool encrypts = info["tls_required"_L1].toBool() || info["tls_available"_L1].toBool();
    if (m_settings.tls.isOn && !encrypts)
        failWith(NATS_SECURE_CONNECTION_WANTED);
    else if (m_settings.tls.isOn)
        m_socket.startClientEncryption();
    else if (info["tls_required"_L1].toBool())
        failWith(NATS_SECURE_CONNECTION_REQUIRED);
    else
        greet();
}

Result<QJsonObject> NatsPublisher::login() const
{
    const QByteArray nonce = m_info["nonce"_L1].toString().toUtf8();
    QJsonObject login;
    if (!m_settings.credsFile.isEmpty() || !m_settings.nkeyFile.isEmpty()) {
        const auto proof = m_settings.credsFile.isEmpty()
                               ? natsKeyProof(m_settings.nkeyFile, nonce)
                               : natsCredsProof(m_settings.credsFile, nonce);
        if (!proof)
            return proof.error();
        if (m_settings.credsFile.isEmpty())
            login["nkey"_L1] = QString::fromLatin1(proof->publicKey);
        else
            login["jwt"_L1] = QString::fromLatin1(proof->jwt);
        login["sig"_L1] = QString::fromLatin1(proof->signature);
    } else if (!m_settings.user.isEmpty()) {
        login["user"_L1] = QString::fromUtf8(m_settings.user);
        login["pass"_L1] = QString::fromUtf8(m_settings.password);
    } else if (!m_settings.token.isEmpty()) {
        login["auth_token"_L1] = QString::fromUtf8(m_settings.token);
    }
    return login;
}

void NatsPublisher::greet()
{
    auto greeting = login();
    if (!greeting) {
        end(greeting.error().message);
        return;
    }
    greeting->insert("verbose"_L1, true);
    greeting->insert("pedantic"_L1, false);
    greeting->insert("tls_required"_L1, m_settings.tls.isOn);
    greeting->insert("name"_L1, u"murmurscope"_s);
    greeting->insert("lang"_L1, u"c++"_s);
    greeting->insert("version"_L1, QStringLiteral(MURMUR_VERSION));
    greeting->insert("protocol"_L1, 1);
    greeting->insert("echo"_L1, false);
    greeting->insert("headers"_L1, m_hasHeaders);
    greeting->insert("no_responders"_L1, m_hasHeaders);
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket.write("CONNECT " + QJsonDocument(*greeting).toJson(QJsonDocument::Compact) +
                   "\r\nSUB " + m_inbox + "> 1\r\nPING\r\n");
    m_expected.push_back({Asked::Greeting});
    m_expected.push_back({Asked::Inbox});
    m_isGreeted = true;
}

void NatsPublisher::takeOk()
{
    if (m_expected.empty())
        return;
    const Expected first = m_expected.front();
    m_expected.pop_front();
    if (first.what == Asked::Message && !first.isForStream)
        settleSent(first.key);
}

void NatsPublisher::takeError(const QString& words)
{
    const bool isOfInbox = words.contains("for Subscription to"_L1);
    const bool isOfMessage = words.contains("for Publish"_L1);
    if (words.contains("Permissions Violation"_L1) && (isOfInbox || isOfMessage)) {
        const Asked what = isOfInbox ? Asked::Inbox : Asked::Message;
        if (m_expected.empty() || m_expected.front().what != what)
            return;
        const quint64 key = m_expected.front().key;
        m_expected.pop_front();
        if (isOfInbox) {
            m_isInboxDenied = true;
            return;
        }
        if (!isUp()) {
            // We may not ask what goes to the streams: so everything is to be confirmed by them.
            m_toLearn.clear();
            m_streamSubjects = {">"};
            becomeReady();
            return;
        }
        m_acks.erase(key);
        settleFailed(key, u"NATS at %1 does not permit this login to send there: %2."_s.arg(
                              m_settings.where(), words));
        return;
    }
    // Others are followed by the end of the connection.
    m_serverError = words;
    if (!isUp() && (words.contains("Authorization"_L1) || words.contains("Authentication"_L1)))
        failWith(NATS_CONNECTION_AUTH_FAILED, words);
}

void NatsPublisher::askStreams()
{
    for (const std::string& stream : m_settings.streams)
        m_toLearn << QByteArray::fromStdString(stream);
    if (m_toLearn.isEmpty()) {
        becomeReady();
        return;
    }
    if (m_isInboxDenied) {
        end(u"NATS at %1 does not permit this login to listen to “_INBOX.>”, where JetStream "
            "confirms what it stores. Ask for that permission, or send without stream=."_s.arg(
                m_settings.where()));
        return;
    }
    const QByteArray domain = QByteArray::fromStdString(m_settings.domain);
    for (const QByteArray& stream : m_toLearn) {
        const QByteArray subject =
            (domain.isEmpty() ? QByteArray("$JS") : "$JS." + domain) + ".API.STREAM.INFO." + stream;
        m_socket.write(natsPublication(subject, m_inbox + "stream." + stream, {}, {}));
        m_expected.push_back({Asked::Message, 0, true});
    }
}

void NatsPublisher::takeStreamInfo(const QByteArray& name, const NatsFrame& frame)
{
    if (!m_toLearn.removeOne(name) || isUp())
        return;
    const QJsonObject told = QJsonDocument::fromJson(frame.payload.toByteArray()).object();
    const QJsonObject error = told["error"_L1].toObject();
    if (told.isEmpty()) {
        end(u"NATS at %1 has no JetStream, so nothing can be stored in the stream “%2”. Send "
            "without stream=, or switch JetStream on there."_s.arg(m_settings.where(),
                                                                   QString::fromUtf8(name)));
        return;
    }
    if (!error.isEmpty()) {
        end(u"NATS at %1 does not let us send to the stream “%2”: %3."_s.arg(
            m_settings.where(), QString::fromUtf8(name), error["description"_L1].toString()));
        return;
    }
    for (const QJsonValue& subject : told["config"_L1]["subjects"_L1].toArray())
        m_streamSubjects.push_back(subject.toString().toStdString());
    if (m_toLearn.isEmpty())
        becomeReady();
}

void NatsPublisher::becomeReady()
{
    QString detail = u"Sending to NATS %1 at %2."_s.arg(m_info["version"_L1].toString().left(40),
                                                        m_settings.where());
    if (!m_streamSubjects.empty()) {
        QStringList subjects;
        for (const std::string& subject : m_streamSubjects)
            subjects << QString::fromStdString(subject);
        detail += u" JetStream confirms what goes to “%1”."_s.arg(subjects.join(u"”, “"_s));
    }
    becomeUp(detail);
}

void NatsPublisher::takeMessage(const NatsFrame& frame)
{
    if (!frame.subject.startsWith(m_inbox))
        return;
    const QByteArrayList words = frame.subject.sliced(m_inbox.size()).toByteArray().split('.');
    if (words.size() == 2 && words[0] == "stream") {
        takeStreamInfo(words[1], frame);
        return;
    }
    bool isKey = false;
    bool isNumber = false;
    const quint64 key = words[0].toULongLong(&isKey);
    const quint64 number = words.size() == 3 ? words[1].toULongLong(&isNumber) : 0;
    if (!isKey || !isNumber || (m_acks.contains(key) && takeAck(key, frame)) || words[2] != "r")
        return;
    Answer answer;
    answer.number = number;
    answer.received = processClock().nowNs();
    answer.topic = frame.subject.toByteArray();
    answer.raw = frame.payload.toByteArray();
    answer.headers = natsHeadersFrom(frame.headers);
    // The server's word that nobody listens is no answer of anybody.
    const auto isNobody = [](const auto& header) {
        return header.first == "Status" && header.second == "503";
    };
    if (answer.raw.isEmpty() && std::ranges::any_of(answer.headers, isNobody))
        return;
    Q_EMIT answered(answer);
}

bool NatsPublisher::takeAck(quint64 key, const NatsFrame& frame)
{
    const auto settle = [&](const QString& sentence) {
        m_acks.erase(key);
        if (sentence.isEmpty())
            settleSent(key);
        else
            settleFailed(key, sentence);
    };
    if (frame.payload.isEmpty() && frame.headers.startsWith("NATS/1.0 503")) {
        settle(u"No stream at %1 takes this subject any more; nothing was stored."_s.arg(
            m_settings.where()));
        return true;
    }
    const QJsonObject ack = QJsonDocument::fromJson(frame.payload.toByteArray()).object();
    const QJsonObject error = ack["error"_L1].toObject();
    const QString stream = ack["stream"_L1].toString();
    if (!error.isEmpty()) {
        settle(u"JetStream refuses the message: %1."_s.arg(
            error["description"_L1].toString().left(kMaxServerWords)));
    } else if (stream.isEmpty() || !ack.contains("seq"_L1)) {
        return false;
    } else if (ack["duplicate"_L1].toBool()) {
        settle(u"The stream “%1” has had a message with this Nats-Msg-Id shortly before, and "
               "dropped this one as its duplicate."_s.arg(stream));
    } else {
        settle({});
    }
    return true;
}

void NatsPublisher::beat()
{
    const auto now = Clock::now();
    if (!isUp()) {
        if (now - m_begun > kAttaching)
            failWith(NATS_TIMEOUT);
        return;
    }
    // Deadlines ascend as keys do.
    while (!m_acks.empty() && m_acks.begin()->second <= now) {
        const quint64 key = m_acks.begin()->first;
        m_acks.erase(m_acks.begin());
        settleFailed(key, u"JetStream has not confirmed the message within %1 s; whether it is "
                          "stored is not known."_s.arg(kAckPatience.count()));
    }
    if (isOver() || now - m_heard < kPingAfter * (m_openPings + 1))
        return;
    if (m_openPings == kMaxPings) {
        end(u"NATS at %1 has not answered for %2 s."_s.arg(m_settings.where())
                .arg(kPingAfter.count() * (kMaxPings + 1)));
        return;
    }
    ++m_openPings;
    m_socket.write("PING\r\n");
}

void NatsPublisher::failWith(natsStatus status, const QString& reason)
{
    QString sentence = natsFailure(m_settings, status, reason).sentence;
    // Who listens tries again; who sends does not.
    const QString again = u" Trying again."_s;
    if (sentence.endsWith(again))
        sentence.chop(again.size());
    end(sentence);
}

void NatsPublisher::socketFailed(QAbstractSocket::SocketError error)
{
    // What came before the end counts: it may say why.
    m_isCut = true;
    if (m_socket.bytesAvailable() > 0)
        read();
    if (isOver())
        return;
    const QString text = m_socket.errorString();
    const QString where = m_settings.where();
    if (!m_tlsErrors.isEmpty()) {
        end(tlsFailure(m_settings.tls.serverName.isEmpty() ? m_settings.host
                                                           : m_settings.tls.serverName,
                       m_tlsErrors));
    } else if (error == QAbstractSocket::HostNotFoundError) {
        end(u"No machine called “%1” is known. Check the host of the URL, and whether this machine "
            "is connected."_s.arg(m_settings.host));
    } else if (isUp()) {
        end(u"The connection to NATS at %1 was lost (%2)."_s.arg(
            where, m_serverError.isEmpty() ? text : m_serverError));
    } else if (m_info.isEmpty()) {
        failWith(error == QAbstractSocket::RemoteHostClosedError ? NATS_PROTOCOL_ERROR
                                                                 : NATS_NO_SERVER,
                 text);
    } else if (m_settings.tls.isOn && m_serverError.isEmpty()) {
        end(m_settings.tls.certFile.isEmpty()
                ? u"NATS at %1 ends the encrypted connection (%2); perhaps it wants a certificate "
                  "of ours: give it with cert=FILE and key=FILE."_s.arg(where, text)
                : u"NATS at %1 ends the encrypted connection (%2); perhaps it does not take the "
                  "certificate of cert=."_s.arg(where, text));
    } else {
        end(u"NATS at %1 refuses us: %2."_s.arg(where,
                                                m_serverError.isEmpty() ? text : m_serverError));
    }
}

} // namespace

Result<std::unique_ptr<Publisher>> createNatsPublisher(const QUrl& url,
                                                       const ConnectionOptions& options)
{
    auto settings = natsSettingsFromUrl(url, options, processClock().nowNs());
    if (!settings)
        return settings.error();
    return std::unique_ptr<Publisher>(std::make_unique<NatsPublisher>(std::move(*settings)));
}

} // namespace murmur
