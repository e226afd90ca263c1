// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What happens between servers of NATS and on the way to them.

#include "dialect/dialect.h"
#include "natstestbed.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

namespace {

/// Stands between a client and the server and keeps one message from the client, as no network
/// does; everything else passes.
class Relay
{
public:
    explicit Relay(std::uint16_t server)
    {
        m_thread.start();
        m_home.moveToThread(&m_thread);
        std::promise<std::uint16_t> port;
        QMetaObject::invokeMethod(&m_home, [&] {
            auto* const listener = new QTcpServer(&m_home);
            listener->listen(QHostAddress::LocalHost);
            QObject::connect(listener, &QTcpServer::newConnection, listener,
                             [this, listener, server] { let(*listener, server); });
            port.set_value(listener->serverPort());
        });
        m_port = port.get_future().get();
    }
    ~Relay()
    {
        QObject::connect(
            &m_thread, &QThread::finished, &m_thread,
            [this] {
                const QObjectList children = m_home.children();
                qDeleteAll(children);
            },
            Qt::DirectConnection);
        m_thread.quit();
        m_thread.wait();
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    [[nodiscard]] QString url(const QString& rest) const
    {
        return u"nats://127.0.0.1:%1"_s.arg(m_port) + rest;
    }
    /// The next one that says this.
    void keepBack(const QByteArray& payload)
    {
        const std::lock_guard lock(m_mutex);
        m_wanted = "\r\n" + payload + "\r\n";
    }
    [[nodiscard]] int kept() const { return m_kept; }

private:
    void let(QTcpServer& listener, std::uint16_t server)
    {
        QTcpSocket* const client = listener.nextPendingConnection();
        auto* const upstream = new QTcpSocket(client);
        upstream->connectToHost(u"127.0.0.1"_s, server);
        QObject::connect(client, &QTcpSocket::readyRead, upstream,
                         [client, upstream] { upstream->write(client->readAll()); });
        QObject::connect(upstream, &QTcpSocket::readyRead, client,
                         [this, client, upstream, bytes = QByteArray()]() mutable {
                             bytes += upstream->readAll();
                             pass(bytes, *client);
                         });
        QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    }
    bool isWanted(const QByteArray& frame)
    {
        const std::lock_guard lock(m_mutex);
        if (m_wanted.isEmpty() || !frame.endsWith(m_wanted))
            return false;
        m_wanted.clear();
        ++m_kept;
        return true;
    }
    void pass(QByteArray& bytes, QTcpSocket& client)
    {
        for (;;) {
            const qsizetype line = bytes.indexOf("\r\n");
            if (line < 0)
                return;
            const QByteArray head = bytes.left(line);
            qsizetype size = line + 2;
            if (head.startsWith("MSG ") || head.startsWith("HMSG "))
                size += head.split(' ').last().toInt() + 2;
            if (bytes.size() < size)
                return;
            const QByteArray frame = bytes.left(size);
            bytes.remove(0, size);
            if (!isWanted(frame))
                client.write(frame);
        }
    }

    QThread m_thread;
    QObject m_home; // its children live in m_thread, and end with it
    std::uint16_t m_port = 0;
    std::mutex m_mutex;
    QByteArray m_wanted;
    std::atomic<int> m_kept = 0;
};

/// What the server tells of others when somebody connects.
QByteArray infoOf(const NatsServer& server)
{
    QTcpSocket socket;
    socket.connectToHost(u"127.0.0.1"_s, server.port);
    return socket.waitForReadyRead(5000) ? socket.readAll() : QByteArray();
}

Kind kindOf(const HeardMessage& message)
{
    DialectChooser chooser;
    MessageView view;
    const std::string raw = message.raw.toStdString() + std::string(kPadding, '\0');
    view.topic = {message.topic.constData(), std::size_t(message.topic.size())};
    view.raw = std::string_view(raw).substr(0, std::size_t(message.raw.size()));
    view.headers = {message.headers.constData(), std::size_t(message.headers.size())};
    Interpretation read;
    chooser.interpret(0, 0, view, read);
    return read.kind;
}

} // namespace

class TestNatsNetwork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerThatNobodyIsThereIsAnError()
    {
        NatsServer server;
        QCOMPARE(server.run(), QByteArray());
        NatsClient client(server.url());
        Attached murmur(&createNatsConnection, server.url(u"?subject=swarm.>&inbox=1"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(client.run({u"status"_s, u"_INBOX.agent.1"_s, u"503"_s, u"No Responders"_s}),
                 QByteArray("ok"));
        QCOMPARE(client.run({u"numbered"_s, u"1"_s, u"0"_s, u"swarm.a"_s}), QByteArray("ok"));
        QVERIFY(murmur.waitCount(2, 15s));
        const auto messages = murmur.sink.messages();
        QCOMPARE(headerOf(messages[0], "Status"), std::string("503"));
        QCOMPARE(kindOf(messages[0]), Kind::Error);
        QCOMPARE(kindOf(messages[1]), Kind::Event);
    }

    void aHoleInWhatAStreamDeliversIsFetchedAgain()
    {
        NatsServer server("jetstream { store_dir: \"%2/store\", max_mem: 64MB }\n");
        QCOMPARE(server.run(), QByteArray());
        NatsClient client(server.url());
        QCOMPARE(client.run({u"stream"_s, u"EVENTS"_s, u"limits"_s, u"swarm.>"_s}),
                 QByteArray("ok"));
        Relay relay(server.port);
        Attached murmur(&createNatsConnection, relay.url(u"?stream=EVENTS"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(client.run({u"numbered"_s, u"100"_s, u"0"_s, u"swarm.a"_s}), QByteArray("ok"));
        QVERIFY(murmur.waitCount(100, 15s));
        relay.keepBack("150");
        QCOMPARE(client.run({u"numbered"_s, u"400"_s, u"100"_s, u"swarm.a"_s}), QByteArray("ok"));
        QVERIFY2(murmur.waitCount(500, 30s), qPrintable(QString::number(murmur.sink.count())));
        QCOMPARE(relay.kept(), 1);
        // The last one is missed too, and nothing comes behind it: the heartbeat tells.
        relay.keepBack("509");
        QCOMPARE(client.run({u"numbered"_s, u"10"_s, u"500"_s, u"swarm.a"_s}), QByteArray("ok"));
        QVERIFY2(murmur.waitCount(510, 30s), qPrintable(QString::number(murmur.sink.count())));
        QCOMPARE(relay.kept(), 2);
        murmur.stop();
        QCOMPARE(flaws(murmur.sink.messages(), 510), QByteArray());
        QVERIFY(murmur.sink.gaps().empty());
        QVERIFY(client.run({u"info"_s, u"EVENTS"_s}).contains("\"consumers\":0"));
    }

    void whenAServerDiesItsPeersAreTried()
    {
        const QByteArray route = QByteArray::number(freePort());
        NatsServer first("cluster { name: swarm, listen: \"127.0.0.1:" + route + "\" }\n");
        NatsServer second(
            "cluster { name: swarm, listen: \"127.0.0.1:" + QByteArray::number(freePort()) +
            "\", routes: [\"nats://127.0.0.1:" + route + "\"] }\n");
        QCOMPARE(first.run(), QByteArray());
        QCOMPARE(second.run(), QByteArray());
        const QByteArray other = ':' + QByteArray::number(second.port);
        QVERIFY2(Attached::waitUntil([&] { return infoOf(first).contains(other); }, 20s),
                 infoOf(first).constData());
        // Only the first is named.
        Attached murmur(&createNatsConnection, first.url(u"?subject=swarm.>"_s));
        QVERIFY(murmur.waitUp());
        NatsClient client(second.url());
        const auto say = [&](const char* number) {
            return client.run({u"numbered"_s, u"1"_s, QString::fromLatin1(number), u"swarm.a"_s});
        };
        // Interest travels between servers.
        QVERIFY(
            Attached::waitUntil([&] { return say("1") == "ok" && murmur.sink.count() > 0; }, 15s));
        first.kill();
        QVERIFY2(Attached::waitUntil([&] { return murmur.status().reconnects == 1; }, 30s),
                 qPrintable(murmur.status().detail));
        QVERIFY(murmur.waitUp());
        const std::size_t before = murmur.sink.count();
        QCOMPARE(say("2"), QByteArray("ok"));
        QVERIFY(murmur.waitCount(before + 1, 15s));
        QCOMPARE(murmur.sink.messages().back().raw, QByteArray("2"));
        // What was said while nobody listened is not known.
        const auto gaps = murmur.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown);
    }
};

QTEST_GUILESS_MAIN(TestNatsNetwork)
#include "tst_natsnetwork.moc"
