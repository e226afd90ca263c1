// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The receiver against the exporters of OpenTelemetry's own SDK, and against what comes by hand.

#include "bus/otlp/otlpconnection.h"
#include "calls/pairing.h"
#include "dialect/dialect.h"
#include "otlpbytes.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QRegularExpression>
#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace Qt::StringLiterals;

#ifdef __SANITIZE_THREAD__
// These tests start programs while the receiver's thread runs.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options()
{
    return "die_after_fork=0";
}
#endif

namespace {

using State = ConnectionStatus::State;

constexpr int kCount = kIsSanitized ? 4'000 : 20'000;
constexpr std::uint64_t kStart = 1'747'822'649'000'000'001;

/// A receiver on a free port, and how it is reached.
struct Receiver : Attached
{
    explicit Receiver(const QString& query = {}, const ConnectionOptions& options = {})
        : Attached(createOtlpConnection, u"otlp://127.0.0.1:0"_s + query, options)
        , port(static_cast<quint16>(status().effectiveUrl.port()))
    {
    }
    [[nodiscard]] QString url() const { return u"http://127.0.0.1:%1"_s.arg(port); }

    quint16 port;
};

/// One socket, and what is answered on it.
class Client
{
public:
    explicit Client(const Receiver& receiver)
    {
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), receiver.port);
        m_socket.waitForConnected(10'000);
    }
    void send(const QByteArray& bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    void post(const QByteArray& body, const QByteArray& fields = {},
              const QByteArray& type = "application/x-protobuf",
              const QByteArray& path = "/v1/traces")
    {
        send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
             "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + fields + "\r\n" +
             body);
    }
    /// The next answer, or what there is of it.
    QByteArray answer(int patience = 20'000)
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < patience) {
            const qsizetype head = m_read.indexOf("\r\n\r\n");
            if (head >= 0) {
                static const QRegularExpression length(u"Content-Length: (\\d+)"_s);
                const qsizetype body =
                    length.match(QString::fromLatin1(m_read.left(head))).captured(1).toInt();
                if (m_read.size() >= head + 4 + body) {
                    const QByteArray whole = m_read.left(head + 4 + body);
                    m_read.remove(0, whole.size());
                    return whole;
                }
            }
            if (!m_socket.waitForReadyRead(100) && m_socket.state() == QTcpSocket::UnconnectedState)
                break;
            m_read += m_socket.readAll();
        }
        return std::exchange(m_read, {});
    }
    bool isClosed()
    {
        return m_socket.state() == QTcpSocket::UnconnectedState ||
               m_socket.waitForDisconnected(20'000) ||
               m_socket.state() == QTcpSocket::UnconnectedState;
    }

private:
    QTcpSocket m_socket;
    QByteArray m_read;
};

QByteArray bytes(const std::string& text)
{
    return QByteArray::fromStdString(text);
}

/// What is wrong with numbered records, each to be there `times` times.
QByteArray wrongIn(const std::vector<HeardMessage>& messages, int count, int times)
{
    static const QRegularExpression number(
        u"\"key\":\"n\",\"value\":\\{\"intValue\":\"?(\\d+)\"?\\}"_s);
    std::vector<int> seen(std::size_t(count), 0);
    for (const HeardMessage& message : messages) {
        if (!message.undecodable.isEmpty())
            return message.undecodable + ": " + message.raw.left(300);
        const auto match = number.match(QString::fromUtf8(message.raw));
        const int n = match.hasMatch() ? match.captured(1).toInt() : -1;
        if (n < 0 || n >= count)
            return "no number: " + message.raw.left(300);
        ++seen[std::size_t(n)];
    }
    const auto isWrong = [times](int came) { return came != times; };
    const auto first = std::ranges::find_if(seen, isWrong);
    if (first == seen.end())
        return {};
    return QByteArray::number(std::ranges::count_if(seen, isWrong)) + " are wrong, the first is " +
           QByteArray::number(first - seen.begin()) + ", which came " + QByteArray::number(*first) +
           " times; all: " + QByteArray::number(messages.size());
}

/// Reads them as the recorder does; what is wrong with the calls that they make.
QByteArray wrongInCalls(const std::vector<HeardMessage>& messages)
{
    DialectChooser chooser;
    CallPairing pairing;
    std::map<std::string, std::uint32_t> agents;
    std::map<std::uint64_t, Seq> requests;
    std::size_t replies = 0;
    Seq seq = 0;
    for (const HeardMessage& message : messages) {
        const std::string padded = message.raw.toStdString() + std::string(kPadding, '\0');
        const std::string headers = message.headers.toStdString();
        MessageView view;
        view.raw = std::string_view(padded).substr(0, std::size_t(message.raw.size()));
        view.headers = headers;
        Interpretation out;
        chooser.interpret(1, 1, view, out);
        if (!out.undecodable.empty())
            return "undecodable: " + message.raw.left(300);
        CallPairing::Message call;
        call.seq = ++seq;
        call.time = message.stated;
        call.sent = out.sent;
        call.kind = out.kind;
        call.sender =
            AgentId{agents.try_emplace(std::string(out.sender), agents.size() + 1).first->second};
        call.correlation = idHash(out.ids[std::size_t(IdField::Correlation)]);
        call.id = idHash(out.ids[std::size_t(IdField::Message)]);
        const CallPairing::Match match = pairing.pass(call);
        if (call.correlation == 0)
            return "no correlation";
        if (out.kind == Kind::Request) {
            requests[call.correlation] = seq;
            continue;
        }
        ++replies;
        if (match.request == 0 || match.request != requests[call.correlation])
            return "an end without its start: " + message.raw.left(300);
        if (match.latency < 0 || match.latency > 60'000'000'000)
            return "a latency of " + QByteArray::number(match.latency);
    }
    return requests.size() == replies ? QByteArray()
                                      : QByteArray::number(requests.size()) + " starts, " +
                                            QByteArray::number(replies) + " ends";
}

} // namespace

class TestOtlp : public QObject
{
    Q_OBJECT

    static QByteArray sent(NodeProgram& program)
    {
        QByteArray out;
        QElapsedTimer timer;
        timer.start();
        while (!out.contains('\n') && timer.elapsed() < 90'000 &&
               program.state() != QProcess::NotRunning) {
            program.waitForReadyRead(200);
            out += program.readAll();
        }
        return out.trimmed();
    }

private Q_SLOTS:
    void exportersOfTheSdk_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("compression");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("exporters");
        QTest::newRow("protobuf") << u"proto"_s << u"none"_s << kCount << 60;
        QTest::newRow("JSON") << u"json"_s << u"none"_s << kCount / 5 << 8;
        QTest::newRow("gzip") << u"proto"_s << u"gzip"_s << kCount / 5 << 3;
        QTest::newRow("JSON in gzip") << u"json"_s << u"gzip"_s << kCount / 5 << 3;
        QTest::newRow("logs") << u"logs"_s << u"gzip"_s << kCount / 5 << 3;
    }
    void exportersOfTheSdk()
    {
        QFETCH(QString, how);
        QFETCH(QString, compression);
        QFETCH(int, count);
        QFETCH(int, exporters);
        Receiver receiver;
        QCOMPARE(receiver.error, QString());
        NodeProgram program(
            QStringLiteral(NODE_DIRECTORY), u"otlp.mjs"_s,
            {receiver.url(), how, QString::number(count), QString::number(exporters), compression});
        QCOMPARE(sent(program), QByteArray("sent"));
        const bool isLogs = how == u"logs";
        // The SDK does not wait for exports that had begun before it was asked to.
        QVERIFY(receiver.waitCount(std::size_t(count * (isLogs ? 1 : 2)), 60s));
        const auto messages = receiver.sink.messages();
        QCOMPARE(wrongIn(messages, count, isLogs ? 1 : 2), QByteArray());
        QCOMPARE(receiver.status().received, std::uint64_t(count * (isLogs ? 1 : 2)));
        QVERIFY(receiver.sink.gaps().empty());
        // They are all still attached, and silent.
        const int clients = receiver.status().clients;
        QVERIFY2(clients >= exporters, QByteArray::number(clients).constData());
        if (!isLogs)
            QCOMPARE(wrongInCalls(messages), QByteArray());
        std::set<QByteArray> topics;
        for (const HeardMessage& message : messages) {
            topics.insert(message.topic);
            QVERIFY(message.stated != kNoTime &&
                    message.stated <= message.received + 1'000'000'000);
        }
        QVERIFY(topics.contains(isLogs ? "agent-1/log" : "agent-1/step-1"));
        program.closeWriteChannel();
        QCOMPARE(program.outcome(20'000), QByteArray());
        QVERIFY(Attached::waitUntil([&] { return receiver.status().clients == 0; }, 20s));
        QCOMPARE(receiver.sink.count(), messages.size());
    }

    /// While the recording has no room the exporters are told to come again, and do.
    void whoIsAskedToComeAgainDoes()
    {
        constexpr int kFew = 2000;
        Receiver receiver;
        receiver.sink.setFull(true);
        NodeProgram program(QStringLiteral(NODE_DIRECTORY), u"otlp.mjs"_s,
                            {receiver.url(), u"proto"_s, QString::number(kFew), u"4"_s});
        QVERIFY(Attached::waitUntil(
            [&] { return receiver.status().detail.contains(u"there was no room"); }, 30s));
        QCOMPARE(receiver.sink.count(), 0u);
        receiver.sink.setFull(false);
        QCOMPARE(sent(program), QByteArray("sent"));
        QVERIFY(receiver.waitCount(2 * kFew, 60s));
        program.closeWriteChannel();
        QCOMPARE(program.outcome(20'000), QByteArray());
        QCOMPARE(wrongIn(receiver.sink.messages(), kFew, 2), QByteArray());
    }

    void requestsFollowEachOtherOnOneConnection()
    {
        Receiver receiver;
        Client client(receiver);
        const QByteArray body = bytes(otlpRequest({otlpSpan(1, kStart, kStart + 5)}));
        for (int i = 0; i < 3; ++i)
            client.post(body); // without waiting
        for (int i = 0; i < 3; ++i) {
            const QByteArray answer = client.answer();
            QVERIFY2(answer.startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n"
                                       "Content-Length: 0\r\n"),
                     answer.constData());
        }
        client.send(
            "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
        QVERIFY(client.answer().endsWith("\r\n\r\n{}"));
        client.send(
            "POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        QCOMPARE(client.answer(), QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("{}");
        QVERIFY(client.answer().startsWith("HTTP/1.1 200 OK"));
        QCOMPARE(receiver.status().clients, 1);
        QCOMPARE(receiver.sink.count(), 6u);
    }

    void theHeadMayComeInPieces()
    {
        Receiver receiver;
        Client client(receiver);
        const QByteArray head = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nCONTENT-encoding: "
                                "gzip\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
                                "20\r\n\r\n";
        for (qsizetype i = 0; i < head.size(); i += 3)
            client.send(head.mid(i, 3));
        client.send(QByteArray::fromHex("1f8b080000000000000303000000000000000000"));
        QVERIFY(client.answer().startsWith("HTTP/1.1 200 OK"));
    }

    void whatIsWrongIsAnswered_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<bool>("closes");
        QTest::newRow("GET") << QByteArray("GET /v1/traces HTTP/1.1\r\nHost: localhost\r\n\r\n")
                             << QByteArray("405") << QByteArray("POST") << false;
        QTest::newRow("path") << QByteArray("POST /v1/spans HTTP/1.1\r\nHost: localhost\r\n"
                                            "Content-Type: application/json\r\n"
                                            "Content-Length: 2\r\n\r\n{}")
                              << QByteArray("404") << QByteArray("/v1/traces") << true;
        QTest::newRow("type") << QByteArray("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n\r\n")
                              << QByteArray("415") << QByteArray("application/x-protobuf") << false;
        QTest::newRow("too large")
            << QByteArray("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                          "application/json\r\nContent-Length: 99999999\r\n\r\n{")
            << QByteArray("413") << QByteArray("larger than 67108864") << true;
        QTest::newRow("gRPC") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") << QByteArray("400")
                              << QByteArray("OTEL_EXPORTER_OTLP_PROTOCOL") << true;
        QTest::newRow("TLS") << QByteArray::fromHex("16030100f8010000f40303") + "\r\n\r\n"
                             << QByteArray("400") << QByteArray("not HTTP") << true;
        QTest::newRow("web page")
            << QByteArray("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nOrigin: "
                          "https://evil.example\r\nContent-Type: application/json\r\n"
                          "Content-Length: 2\r\n\r\n{}")
            << QByteArray("403") << QByteArray("web pages") << true;
        QTest::newRow("other name")
            << QByteArray("POST /v1/traces HTTP/1.1\r\nHost: evil.example\r\nContent-Type: "
                          "application/json\r\nContent-Length: 2\r\n\r\n{}")
            << QByteArray("403") << QByteArray("not as “evil.example”") << true;
    }
    void whatIsWrongIsAnswered()
    {
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, words);
        QFETCH(bool, closes);
        Receiver receiver;
        Client client(receiver);
        client.send(request);
        const QByteArray answer = client.answer();
        QVERIFY2(answer.startsWith("HTTP/1.1 " + status), answer.constData());
        QVERIFY2(answer.contains(words), answer.constData());
        QCOMPARE(answer.contains("Connection: close"), closes);
        QVERIFY(!closes || client.isClosed());
        if (!closes) {
            client.post("{}", {}, "application/json");
            QVERIFY(client.answer().startsWith("HTTP/1.1 200"));
        }
        QCOMPARE(receiver.sink.count(), 0u);
    }

    void aFullRecordingIsSaid()
    {
        Receiver receiver;
        receiver.sink.setFull(true);
        Client client(receiver);
        const QByteArray body = bytes(otlpRequest({otlpSpan(1, kStart, kStart + 5)}));
        client.post(body);
        const QByteArray answer = client.answer();
        QVERIFY2(answer.startsWith("HTTP/1.1 429 Too Many Requests"), answer.constData());
        QVERIFY2(answer.contains("\r\nRetry-After: 2\r\n"), answer.constData());
        receiver.sink.setFull(false);
        client.post(body);
        QVERIFY(client.answer().startsWith("HTTP/1.1 200"));
        QCOMPARE(receiver.sink.count(), 2u);
    }

    void tokens()
    {
        ConnectionOptions options;
        options.token = "s3cret";
        Receiver receiver({}, options);
        Client stranger(receiver);
        stranger.post({}, "Authorization: Bearer wrong\r\n");
        const QByteArray answer = stranger.answer();
        QVERIFY2(answer.startsWith("HTTP/1.1 401"), answer.constData());
        QVERIFY(!answer.contains("s3cret"));
        Client known(receiver);
        known.post({}, "Authorization: bearer s3cret\r\n");
        QVERIFY(known.answer().startsWith("HTTP/1.1 200"));
        NodeProgram program(QStringLiteral(NODE_DIRECTORY), u"otlp.mjs"_s,
                            {receiver.url(), u"json"_s, u"10"_s, u"1"_s, u"none"_s, u"s3cret"_s});
        QCOMPARE(sent(program), QByteArray("sent"));
        QCOMPARE(wrongIn(receiver.sink.messages(), 10, 2), QByteArray());
        program.closeWriteChannel();
        program.waitForFinished(20'000);
    }

    void metricsAreAnsweredAndCounted()
    {
        Receiver receiver;
        Client client(receiver);
        client.post("anything", {}, "application/x-protobuf", "/v1/metrics");
        QVERIFY(client.answer().startsWith("HTTP/1.1 200"));
        QCOMPARE(receiver.sink.count(), 0u);
        QVERIFY(receiver.status().detail.contains(u"Metrics came 1 times"));
    }

    void hostileBytesAreAnsweredOrClosed()
    {
        Receiver receiver(u"?patience=500ms"_s);
        std::mt19937 random(11);
        const QByteArray good = bytes(otlpRequest({otlpSpan(1, kStart, kStart + 5)}));
        for (int i = 0; i < 60; ++i) {
            Client client(receiver);
            QByteArray body = good;
            for (int k = 0; k < 4; ++k)
                body[qsizetype(random() % std::size_t(body.size()))] = char(random());
            if (i % 3 == 0) {
                for (char& c : body)
                    c = char(random());
                client.send(body + "\r\n\r\n");
            } else {
                client.post(body, i % 3 == 1 ? "Content-Encoding: gzip\r\n" : "");
            }
            const QByteArray answer = client.answer();
            QVERIFY2(answer.startsWith("HTTP/1.1 4") || answer.startsWith("HTTP/1.1 200"),
                     answer.constData());
        }
        // And those who send half of something.
        Client half(receiver);
        half.send("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  "application/json\r\nContent-Length: 10\r\n\r\n{");
        QVERIFY(half.answer().startsWith("HTTP/1.1 408"));
        Client slow(receiver);
        slow.send("POST /v1");
        QVERIFY(slow.answer().startsWith("HTTP/1.1 408"));
        Client last(receiver);
        last.post(good);
        QVERIFY(last.answer().startsWith("HTTP/1.1 200"));
    }

    void sixtyIdleExportersAreKept()
    {
        constexpr std::size_t kExporters = 60;
        Receiver receiver(u"?patience=300ms"_s);
        const QByteArray body = bytes(otlpRequest({otlpSpan(1, kStart, kStart + 5)}));
        std::vector<std::unique_ptr<Client>> exporters;
        for (std::size_t i = 0; i < kExporters; ++i) {
            exporters.push_back(std::make_unique<Client>(receiver));
            exporters.back()->post(body);
            QVERIFY(exporters.back()->answer().startsWith("HTTP/1.1 200"));
        }
        QTRY_COMPARE(receiver.status().clients, int(kExporters));
        // Who says nothing has more patience than who says half of something.
        Client half(receiver);
        half.send("POST /v1");
        QVERIFY(half.answer().startsWith("HTTP/1.1 408"));
        for (const auto& exporter : exporters) {
            exporter->post(body);
            QVERIFY(exporter->answer().startsWith("HTTP/1.1 200"));
        }
        QVERIFY(receiver.waitCount(4 * kExporters, 10s)); // a span is two messages
        QCOMPARE(receiver.sink.count(), 4 * kExporters);
    }

    void surplusExportersAreToldSo()
    {
        Receiver receiver(u"?max-clients=1"_s);
        Client first(receiver);
        QVERIFY(Attached::waitUntil([&] { return receiver.status().clients == 1; }, 20s));
        Client second(receiver);
        second.post({});
        const QByteArray answer = second.answer();
        QVERIFY2(answer.startsWith("HTTP/1.1 503") && answer.contains("max-clients="),
                 answer.constData());
        first.post({});
        QVERIFY(first.answer().startsWith("HTTP/1.1 200"));
    }

    void whatHasArrivedIsInTheSinkWhenItStops()
    {
        Receiver receiver;
        Client client(receiver);
        Client unfinished(receiver);
        unfinished.send("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                        "application/json\r\nContent-Length: 10\r\n\r\n{");
        QVERIFY(Attached::waitUntil([&] { return receiver.status().clients == 2; }, 20s));
        client.post(bytes(otlpRequest({otlpSpan(1, kStart, kStart + 5)})));
        QVERIFY(client.answer().startsWith("HTTP/1.1 200"));
        receiver.stop();
        QCOMPARE(receiver.sink.count(), 2u);
        QVERIFY(receiver.status().state == State::Stopped);
        QVERIFY(unfinished.answer().startsWith("HTTP/1.1 503"));
        QVERIFY(client.isClosed());
        // The port is free again.
        Attached next(createOtlpConnection, u"otlp://127.0.0.1:%1"_s.arg(receiver.port));
        QCOMPARE(next.error, QString());
    }

    void whatIsWrongWithTheUrlIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        QTest::newRow("open") << u"otlp://0.0.0.0"_s << u"needs a token"_s;
        QTest::newRow("name") << u"otlp://box.example"_s << u"not on the name “box.example”"_s;
        QTest::newRow("path") << u"otlp://127.0.0.1/v1/traces"_s << u"has no path"_s;
        QTest::newRow("item") << u"otlp://127.0.0.1?max=3"_s << u"has no option “max”"_s;
        QTest::newRow("token") << u"otlp://127.0.0.1?token=x"_s << u"does not belong into a URL"_s;
        QTest::newRow("user") << u"otlp://me@127.0.0.1"_s << u"no users"_s;
    }
    void whatIsWrongWithTheUrlIsSaid()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        Attached receiver(createOtlpConnection, url);
        QVERIFY2(receiver.error.contains(words), qPrintable(receiver.error));
    }

    void aPortInUseIsSaid()
    {
        Receiver receiver;
        QVERIFY(receiver.status().state == State::Up);
        QVERIFY(receiver.status().presence.size() == 1);
        Attached second(createOtlpConnection, u"otlp://127.0.0.1:%1"_s.arg(receiver.port));
        QVERIFY2(second.error.contains(u"already listens"), qPrintable(second.error));
        QVERIFY(second.status().state == State::Failed);
    }
};

QTEST_GUILESS_MAIN(TestOtlp)
#include "tst_otlp.moc"
