// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// JetStream, against a real server and the project's own client.

#include "bus/natstestbed.h"

#include <QDateTime>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

namespace {

const QByteArray kJetStream =
    "jetstream { store_dir: \"%2/store\", max_mem: 64MB, max_file: 1GB }\n";

std::vector<std::uint64_t> sequencesOf(const std::vector<HeardMessage>& messages)
{
    std::vector<std::uint64_t> sequences;
    for (const HeardMessage& message : messages)
        sequences.push_back(std::stoull("0" + headerOf(message, transport::kSequence)));
    return sequences;
}

/// What is wrong with sequences that should be first, first + 1, …
QByteArray breakIn(const std::vector<std::uint64_t>& sequences, std::uint64_t first)
{
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (sequences[i] != first + i)
            return QByteArray::number(sequences[i]) + " where " + QByteArray::number(first + i) +
                   " was due";
    }
    return {};
}

} // namespace

class TestNatsStream : public QObject
{
    Q_OBJECT

private:
    NatsServer m_server{kJetStream};

    std::optional<NatsClient> m_client;

    /// What went wrong, or nothing.
    static QByteArray without(QByteArray answer)
    {
        return answer.startsWith("ok") ? answer.mid(3) : answer;
    }
    QByteArray node(const QStringList& action) { return without(m_client->run(action)); }
    static QByteArray node(const QStringList& action, NatsClient& client)
    {
        return without(client.run(action));
    }
    QByteArray info(const QString& stream) { return node({u"info"_s, stream}); }

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_server.run(), QByteArray());
        m_client.emplace(m_server.url());
    }

    void historyGoesOverIntoWhatComes()
    {
        QCOMPARE(node({u"stream"_s, u"EVENTS"_s, u"limits"_s, u"swarm.>"_s}), QByteArray());
        constexpr int kTotal = kMany / 4;
        constexpr int kPast = kTotal / 2;
        QCOMPARE(node({u"numbered"_s, QString::number(kPast), u"0"_s, u"swarm.a"_s, u"swarm.b"_s}),
                 QByteArray());
        Attached murmur(&createNatsConnection, m_server.url(u"?stream=EVENTS&from=start"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(info(u"EVENTS"_s), "{\"messages\":" + QByteArray::number(kPast) + ",\"last\":" +
                                        QByteArray::number(kPast) + ",\"consumers\":1}");
        QCOMPARE(node({u"numbered"_s, QString::number(kTotal - kPast), QString::number(kPast),
                       u"swarm.a"_s, u"swarm.b"_s}),
                 QByteArray());
        QVERIFY(murmur.waitCount(kTotal, 60s));
        QVERIFY(murmur.status().presence.join(u' ').contains(u"consumer of ours"));
        murmur.stop();
        const auto messages = murmur.sink.messages();
        QCOMPARE(flaws(messages, kTotal), QByteArray());
        QCOMPARE(breakIn(sequencesOf(messages), 1), QByteArray());
        QVERIFY(murmur.sink.gaps().empty());
        QCOMPARE(headerOf(messages[6], transport::kId), std::string("EVENTS:7"));
        QCOMPARE(headerOf(messages[6], transport::kAttempt), std::string("1"));
        QVERIFY(headerOf(messages[6], transport::kReplyTo).empty());
        const std::int64_t now = QDateTime::currentMSecsSinceEpoch();
        QVERIFY(std::abs(messages[6].stated / 1'000'000 - now) < 300'000);
        QCOMPARE(info(u"EVENTS"_s), "{\"messages\":" + QByteArray::number(kTotal) + ",\"last\":" +
                                        QByteArray::number(kTotal) + ",\"consumers\":0}");
    }

    void aWindowOfThePastEnds()
    {
        Attached murmur(&createNatsConnection,
                        m_server.url(u"?stream=EVENTS&from=@101&to=@1100"_s));
        QVERIFY(murmur.waitFor(State::Stopped, 30s));
        QVERIFY2(murmur.status().detail.contains(u"Read to the end"),
                 qPrintable(murmur.status().detail));
        QCOMPARE(murmur.sink.count(), std::size_t(1000));
        QCOMPARE(murmur.status().expectedMessages, 1000);
        QVERIFY(murmur.status().expectedBytes > 1000);
        QCOMPARE(breakIn(sequencesOf(murmur.sink.messages()), 101), QByteArray());

        const QString then = QDateTime::currentDateTimeUtc().addSecs(-86400).toString(Qt::ISODate);
        Attached whole(&createNatsConnection,
                       m_server.url(u"?stream=EVENTS&to=now&subject=swarm.a&from="_s + then));
        QVERIFY(whole.waitFor(State::Stopped, 30s));
        QCOMPARE(whole.sink.count(), std::size_t(kMany / 8));
        QCOMPARE(whole.status().expectedMessages, kMany / 8);
        QVERIFY(whole.sink.gaps().empty());
        Attached none(&createNatsConnection,
                      m_server.url(u"?stream=EVENTS&from=start&to="_s + then));
        QVERIFY(none.waitFor(State::Stopped, 30s));
        QCOMPARE(none.sink.count(), std::size_t(0));
        QVERIFY(info(u"EVENTS"_s).contains("\"consumers\":0"));
    }

    void aServerThatDiesCostsNothing()
    {
        NatsServer server(kJetStream);
        QCOMPARE(server.run(), QByteArray());
        std::optional<NatsClient> client(server.url());
        QCOMPARE(node({u"stream"_s, u"EVENTS"_s, u"limits"_s, u"swarm.>"_s}, *client),
                 QByteArray());
        Attached murmur(&createNatsConnection, server.url(u"?stream=EVENTS"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(node({u"numbered"_s, u"1000"_s, u"0"_s, u"swarm.a"_s}, *client), QByteArray());
        QVERIFY(murmur.waitCount(1000, 15s));
        QVERIFY(!headerOf(murmur.sink.messages()[0], "Nats-Time-Stamp").empty());
        server.kill();
        QVERIFY(murmur.waitFor(State::Retrying, 15s));
        QCOMPARE(server.run(), QByteArray());
        client.emplace(server.url());
        // Some of these come while we are not yet back.
        QCOMPARE(node({u"numbered"_s, u"1000"_s, u"1000"_s, u"swarm.a"_s}, *client), QByteArray());
        QVERIFY2(murmur.waitUp(40s), qPrintable(murmur.status().detail));
        QCOMPARE(node({u"numbered"_s, u"1000"_s, u"2000"_s, u"swarm.a"_s}, *client), QByteArray());
        QVERIFY(murmur.waitCount(3000, 20s));
        murmur.stop();
        QCOMPARE(flaws(murmur.sink.messages(), 3000), QByteArray());
        QCOMPARE(breakIn(sequencesOf(murmur.sink.messages()), 1), QByteArray());
        QVERIFY(murmur.sink.gaps().empty());
    }

    void aConsumerThatIsTakenAwayIsMadeAnew()
    {
        QCOMPARE(node({u"stream"_s, u"MOVED"_s, u"limits"_s, u"moved"_s}), QByteArray());
        Attached murmur(&createNatsConnection, m_server.url(u"?stream=MOVED"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(node({u"numbered"_s, u"100"_s, u"0"_s, u"moved"_s}), QByteArray());
        QVERIFY(murmur.waitCount(100, 15s));
        QCOMPARE(node({u"unseat"_s, u"MOVED"_s}), QByteArray());
        QCOMPARE(node({u"numbered"_s, u"100"_s, u"100"_s, u"moved"_s}), QByteArray());
        QVERIFY(murmur.waitCount(200, 40s));
        QCOMPARE(flaws(murmur.sink.messages(), 200), QByteArray());
    }

    void whatTheStreamNoLongerHasIsTold()
    {
        QCOMPARE(node({u"stream"_s, u"SHORT"_s, u"limits"_s, u"short"_s, u"100"_s}), QByteArray());
        QCOMPARE(node({u"numbered"_s, u"1000"_s, u"0"_s, u"short"_s}), QByteArray());
        QCOMPARE(node({u"remove"_s, u"SHORT"_s, u"950"_s, u"951"_s}), QByteArray());
        Attached murmur(&createNatsConnection, m_server.url(u"?stream=SHORT&from=@1&to=now"_s));
        QVERIFY(murmur.waitFor(State::Stopped, 30s));
        // What somebody deleted before we came was never ours to hear.
        QCOMPARE(murmur.sink.count(), std::size_t(98));
        const auto gaps = murmur.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("trimmed"));
        QCOMPARE(gaps[0].count, 900);
        QVERIFY(gaps[0].lostIs == LostIs::Exact);
    }

    void aStreamThatIsWorkedOffGetsNoConsumer()
    {
        QCOMPARE(node({u"stream"_s, u"JOBS"_s, u"work"_s, u"jobs.>"_s}), QByteArray());
        Attached live(&createNatsConnection, m_server.url(u"?stream=JOBS"_s));
        QVERIFY2(live.waitUp(), qPrintable(live.status().detail));
        QVERIFY(live.status().detail.contains(u"without a consumer"));
        QCOMPARE(node({u"numbered"_s, u"300"_s, u"0"_s, u"jobs.a"_s}), QByteArray());
        QVERIFY(live.waitCount(300, 15s));
        QCOMPARE(info(u"JOBS"_s), QByteArray("{\"messages\":300,\"last\":300,\"consumers\":0}"));
        QCOMPARE(node({u"work"_s, u"JOBS"_s, u"10"_s}), QByteArray());

        Attached past(&createNatsConnection, m_server.url(u"?stream=JOBS&from=start"_s));
        QVERIFY(past.waitUp());
        QVERIFY(past.waitCount(290, 20s));
        QCOMPARE(node({u"numbered"_s, u"100"_s, u"300"_s, u"jobs.a"_s}), QByteArray());
        QVERIFY(past.waitCount(390, 20s));
        past.stop();
        auto messages = past.sink.messages();
        for (std::size_t i = 0; i < 390; ++i)
            QCOMPARE(messages[i].raw.toInt(), int(i + 10));
        messages.resize(290); // the rest is live, and has no sequence
        QCOMPARE(breakIn(sequencesOf(messages), 11), QByteArray());
        QCOMPARE(headerOf(messages[0], transport::kId), std::string("JOBS:11"));
        QVERIFY(live.waitCount(400, 15s));
        QCOMPARE(info(u"JOBS"_s), QByteArray("{\"messages\":390,\"last\":400,\"consumers\":1}"));

        QCOMPARE(node({u"stream"_s, u"NEWS"_s, u"interest"_s, u"news.>"_s}), QByteArray());
        Attached news(&createNatsConnection, m_server.url(u"?stream=NEWS&from=start&to=now"_s));
        QVERIFY(news.waitFor(State::Stopped, 20s));
        QVERIFY(info(u"NEWS"_s).contains("\"consumers\":0"));
    }

    void aBucketIsState()
    {
        Attached murmur(&createNatsConnection, m_server.url(u"?subject=$KV.>&advisories=1"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(node({u"bucket"_s, u"robots"_s}), QByteArray());
        const auto states = [&] {
            std::vector<HeardMessage> found;
            for (HeardMessage& message : murmur.sink.messages()) {
                if (message.topic.startsWith("$KV."))
                    found.push_back(std::move(message));
            }
            return found;
        };
        QTRY_COMPARE_WITH_TIMEOUT(states().size(), std::size_t(2), 15'000);
        QCOMPARE(headerOf(states()[0], transport::kKind), std::string("state"));
        QCOMPARE(headerOf(states()[0], transport::kKey), std::string("pose.r2"));
        QCOMPARE(headerOf(states()[1], "KV-Operation"), std::string("DEL"));
        QTRY_VERIFY_WITH_TIMEOUT(murmur.sink.dump().contains("$JS.EVENT.ADVISORY.STREAM.CREATED"),
                                 15'000);
        murmur.stop();
        Attached whole(&createNatsConnection,
                       m_server.url(u"?stream=KV_robots&from=start&to=now"_s));
        QVERIFY(whole.waitFor(State::Stopped, 30s));
        QCOMPARE(whole.sink.count(), std::size_t(1));
        QCOMPARE(headerOf(whole.sink.messages()[0], "KV-Operation"), std::string("DEL"));
    }

    void aWindowBeyondTheEndHasNoConsumer()
    {
        Attached murmur(&createNatsConnection,
                        m_server.url(u"?stream=EVENTS&from=@900000&to=now"_s));
        QVERIFY(murmur.waitFor(State::Stopped, 15s));
        const QString presence = murmur.status().presence.join(u' ');
        QVERIFY2(!presence.contains(u"consumer of ours"), qPrintable(presence));
        for (const QString& backwards :
             {u"?stream=EVENTS&from=@10&to=@9"_s, u"?stream=EVENTS&from=-1m&to=-2m"_s}) {
            const Attached refused(&createNatsConnection, m_server.url(backwards));
            QVERIFY2(refused.error.contains(u"to is before from"), qPrintable(refused.error));
        }
    }

    void whatCannotBeReadIsSaid()
    {
        Attached missing(&createNatsConnection, m_server.url(u"?stream=NOWHERE"_s));
        QVERIFY(missing.waitFor(State::Failed, 15s));
        QVERIFY2(missing.status().detail.contains(u"no stream “NOWHERE”") &&
                     missing.status().detail.contains(u"EVENTS"),
                 qPrintable(missing.status().detail));
        NatsServer plain;
        QCOMPARE(plain.run(), QByteArray());
        Attached off(&createNatsConnection, plain.url(u"?stream=EVENTS"_s));
        QVERIFY(off.waitFor(State::Failed, 15s));
        QVERIFY2(off.status().detail.contains(u"JetStream is switched off"),
                 qPrintable(off.status().detail));
    }
};

QTEST_GUILESS_MAIN(TestNatsStream)
#include "tst_natsstream.moc"
