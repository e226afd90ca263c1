// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far durable consumers of a JetStream stream are behind, with a worker that others wrote; and
// that nothing of them changes because we look.

#include "lagtestbed.h"
#include "natstestbed.h"

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

namespace {

const QByteArray kJetStream =
    "jetstream { store_dir: \"%2/store\", max_mem: 64MB, max_file: 1GB }\n"
    "authorization { users = [\n"
    "  { user: all, password: secret }\n"
    "  { user: ann, password: secret, permissions: { publish: { deny: "
    "[\"$JS.API.CONSUMER.LIST.>\"] } } }\n"
    "] }\n"
    "no_auth_user: all\n";

} // namespace

class TestNatsLag : public QObject
{
    Q_OBJECT

private:
    NatsServer m_server{kJetStream};
    std::optional<NatsClient> m_client;

    QByteArray node(const QStringList& action)
    {
        const QByteArray answer = m_client->run(action);
        return answer.startsWith("ok") ? answer.mid(3) : answer;
    }
    [[nodiscard]] QString urlOf(const QString& user, const QString& rest) const
    {
        return u"nats://%1@127.0.0.1:%2%3"_s.arg(user).arg(m_server.port).arg(rest);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_server.run(), QByteArray());
        m_client.emplace(m_server.url());
        QCOMPARE(node({u"stream"_s, u"EVENTS"_s, u"limits"_s, u"swarm.>"_s}), QByteArray());
    }

    void aWorkerThatFallsBehindIsSeenAndLeftAlone()
    {
        QCOMPARE(node({u"numbered"_s, u"10"_s, u"0"_s, u"swarm.a"_s}), QByteArray());
        LagWorker worker({u"nats"_s, m_server.url(), u"EVENTS"_s, u"worker"_s});
        QCOMPARE(worker.run("read 3"), QByteArray());
        QCOMPARE(worker.run("ack 1"), QByteArray());
        ConnectionOptions options;
        options.password = "secret";
        Attached attached(&createNatsConnection, urlOf(u"all"_s, u"?stream=EVENTS"_s), options);
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        // Our own consumer is none of others.
        QTRY_LAGS(attached, "EVENTS/worker 7+2 by -");
        QCOMPARE(node({u"numbered"_s, u"5"_s, u"10"_s, u"swarm.a"_s}), QByteArray());
        QCOMPARE(worker.run("read 1"), QByteArray());
        const QByteArray before = worker.run("info");
        QTRY_LAGS(attached, "EVENTS/worker 11+3 by -");
        QVERIFY(attached.waitCount(5, 30s));
        QCOMPARE(attached.sink.count(), std::size_t(5));
        QCOMPARE(worker.run("info"), before);
        attached.stop();
        QVERIFY(node({u"info"_s, u"EVENTS"_s}).contains("\"consumers\":1}"));
    }

    void whoMayNotAskIsToldAndReadsOn()
    {
        ConnectionOptions options;
        options.password = "secret";
        Attached attached(&createNatsConnection, urlOf(u"ann"_s, u"?stream=EVENTS"_s), options);
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QTRY_VERIFY_WITH_TIMEOUT(attached.status().detail.contains(u"CONSUMER.LIST"), 20'000);
        QCOMPARE(node({u"numbered"_s, u"3"_s, u"0"_s, u"swarm.a"_s}), QByteArray());
        QVERIFY(attached.waitCount(3, 30s));
        QCOMPARE(attached.status().state, State::Up);
        QCOMPARE(attached.status().reconnects, std::uint64_t(0));
        QCOMPARE(lastLags(attached.sink), QByteArray());
    }

    void offIsOff()
    {
        ConnectionOptions options;
        options.password = "secret";
        Attached attached(&createNatsConnection, urlOf(u"ann"_s, u"?stream=EVENTS&lag=off"_s),
                          options);
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        for (const QString& sentence : attached.status().presence)
            QVERIFY(!sentence.contains(u"lag=off"));
    }
};

QTEST_GUILESS_MAIN(TestNatsLag)
#include "tst_natslag.moc"
