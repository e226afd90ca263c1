// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Topics of Kafka as they go on: what is heard, of whom, and what it leaves behind in the cluster.

#include "bus/kafka/kafkasettings.h"
#include "bus/kafkamock.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 30s;

QString refusalOf(const QString& url, const QByteArray& password = "secret")
{
    ConnectionOptions options;
    options.password = password;
    const auto settings = kafkaSettingsFromUrl(QUrl(url), options, 1'779'337'020'000'000'000);
    return settings ? QString() : settings.error().message;
}

QByteArray runNode(const QStringList& arguments)
{
    NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"kafkasend.mjs"_s, arguments);
    return node.outcome();
}

} // namespace

class TestKafka : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrongWithAUrlIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const char* url, const char* words) {
            QTest::newRow(name) << QString::fromUtf8(url) << QString::fromUtf8(words);
        };
        row("fine", "kafka://me@box?topic=a,b.*&sasl=PLAIN&security=sasl_ssl&broker=c:9", "");
        row("history", "kafka://box?from=start&to=now&isolation=read_uncommitted", "");
        row("unknown", "kafka://box?topics=a", "has no option “topics”");
        row("topic", "kafka://box?topic=a b", "“a b” cannot be a topic");
        row("path", "kafka://box/a", "topic=a");
        row("broker", "kafka://box?broker=me@c", "broker is a host and a port");
        row("offset", "kafka://box?from=@x", "an offset, a number");
        row("never", "kafka://box?from=never", "from is now");
        row("nothing", "kafka://box?from=@7&to=@7", "not after from");
        row("backwards", "kafka://box?from=@8&to=@7", "to is before from");
        row("times", "kafka://box?from=2026-05-21T10:17:00Z&to=2026-05-21T10:16:00Z",
            "to is before from");
        row("no topic", "kafka://box?topic=", "topic is given without a value");
        row("no end", "kafka://box?to=start", "not after from");
        row("no tls", "kafka://box?insecure=1", "security=ssl");
        row("name", "kafka://box?security=ssl&server-name=x", "server-name cannot be given");
        row("no login", "kafka://me@box?security=ssl", "security=sasl_ssl");
        row("no user", "kafka://box?sasl=PLAIN", "needs a user");
        row("mechanism", "kafka://me@box?sasl=GSSAPI", "sasl is one of PLAIN");
        row("ca", "kafka://box?security=ssl&ca=/nowhere/ca.pem", "/nowhere/ca.pem");
    }
    void whatIsWrongWithAUrlIsSaid()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        const QString refusal = refusalOf(url);
        QVERIFY2(words.isEmpty() ? refusal.isEmpty() : refusal.contains(words),
                 qPrintable(refusal));
    }

    void aUserNeedsAPassword()
    {
        qunsetenv("MURMURSCOPE_PASSWORD");
        QVERIFY(refusalOf(u"kafka://me@box"_s, {}).contains(u"“me” needs a password"));
    }

    void aStarIsAnyText()
    {
        for (const char* fine :
             {"a|a", "*|", "*|x.y", "a.*|a.b.c", "*.b|a.b.b", "a*c*e|abcde", "**a|a", "a*|a"}) {
            const QList<QByteArray> both = QByteArray(fine).split('|');
            QVERIFY2(matchesKafkaTopic(both[0].toStdString(), both[1].toStdString()), fine);
        }
        for (const char* wrong :
             {"a|b", "a|", "a*|b", "a*c|ab", "*.b|a.bc", "a|ab", "a*c*e|abcd"}) {
            const QList<QByteArray> both = QByteArray(wrong).split('|');
            QVERIFY2(!matchesKafkaTopic(both[0].toStdString(), both[1].toStdString()), wrong);
        }
    }

    void aMessageComesWithAllThatKafkaKnowsOfIt()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"tasks:1"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"topic=tasks"_s));
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QCOMPARE(runNode({mock.bootstrap(), u"tasks"_s, u"words"_s}), QByteArray());
        QVERIFY(kafka.waitCount(4, kPatience));
        const auto heard = kafka.sink.messages();
        QCOMPARE(kafka.sink.dump(), QByteArray("tasks|hello\ntasks|\xff\0\ntasks|\ntasks|", 34));

        const HeaderList headers = headersFromBytes(heard[0].headers.toStdString());
        const HeaderList own(headers.begin(), headers.begin() + 4);
        QCOMPARE(own, (HeaderList{{"tag", "one"},
                                  {"tag", "two"},
                                  {"raw", std::string("\0\xff\n", 3)},
                                  {"kafka_replyTopic", "answers"}}));
        QCOMPARE(headerOf(heard[0], transport::kKey), "k1");
        QCOMPARE(headerOf(heard[0], transport::kPartition), "0");
        QCOMPARE(headerOf(heard[0], transport::kId), "tasks/0/0");
        QCOMPARE(headerOf(heard[1], transport::kSequence), "1");
        QCOMPARE(headerOf(heard[1], transport::kKey), QByteArray("\1\0\2", 3));
        QCOMPARE(headerOf(heard[2], "murmur-tombstone"), "1");
        QCOMPARE(headerOf(heard[2], transport::kKind), "state");
        QCOMPARE(headerOf(heard[2], transport::kKey), "gone");
        QCOMPARE(headerOf(heard[3], "murmur-tombstone"), "-");
        QCOMPARE(headerOf(heard[3], transport::kKey), "-");
        const std::int64_t sent = headerOf(heard[0], transport::kSent).toLongLong();
        QVERIFY(std::abs(sent - heard[0].received) < 60'000'000'000);
        QVERIFY(heard[0].stated == kNoTime);
    }

    void nothingIsLostDoubledOrReordered()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"many:8"_s}, 2), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"topic=m*"_s));
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QCOMPARE(runNode({mock.bootstrap(), u"many"_s, u"8"_s, QString::number(kMany)}),
                 QByteArray());
        QVERIFY2(kafka.waitCount(kMany, kPatience),
                 qPrintable(QString::number(kafka.sink.count())));
        QCOMPARE(disorderOf(kafka.sink.messages(), kMany), QByteArray());
        QCOMPARE(kafka.sink.gaps().size(), std::size_t(0));
        QVERIFY(kafka.sink.calls() < kMany / 10);
        QCOMPARE(kafka.status().received, std::uint64_t(kMany));
    }

    void nowIsNotWhatWasBefore()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s, u"_hidden:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, "before\n"), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url());
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QCOMPARE(mock.produce(u"_hidden"_s, 0, "unseen\n"), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, "after\n"), QByteArray());
        QVERIFY(kafka.waitCount(1, kPatience));
        QCOMPARE(kafka.sink.dump(), "a|after");
        const ConnectionStatus status = kafka.status();
        QCOMPARE(status.subscribed, QStringList(u"a"_s));
        QCOMPARE(status.unmatched, QStringList(u"_hidden"_s));
        QVERIFY(status.presence.join(u' ').contains(u"every topic that does not begin with “_”"));
        QVERIFY2(status.detail.contains(u"Reading 1 partitions of 1 topics"),
                 qPrintable(status.detail));
    }

    void aTopicThatAppearsLaterIsReadFromItsBeginning()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"topic=b,c*&refresh=1s"_s));
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QVERIFY2(kafka.status().detail.contains(u"Not there, or not to be seen by this user: b"),
                 qPrintable(kafka.status().detail));
        QCOMPARE(kafka.status().unmatched, QStringList(u"a"_s));
        QCOMPARE(mock.command("topic cc:2"), QByteArray());
        QCOMPARE(mock.produce(u"cc"_s, 1, "first\nsecond\n"), QByteArray());
        QVERIFY(kafka.waitCount(2, kPatience));
        QCOMPARE(kafka.sink.dump(), "cc|first\ncc|second");
        QVERIFY(Attached::waitUntil([&] { return !kafka.status().subscribed.isEmpty(); }, 10s));
        QCOMPARE(kafka.status().subscribed, QStringList(u"cc"_s));
    }

    void sharesAreDisjointAndTogetherAll()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:5"_s}), QByteArray());
        ConnectionOptions first;
        first.shard = {1, 2};
        ConnectionOptions second;
        second.shard = {2, 2};
        Attached one(&createKafkaConnection, mock.url(), first);
        Attached two(&createKafkaConnection, mock.url(), second);
        QVERIFY(one.waitUp() && two.waitUp());
        QCOMPARE(runNode({mock.bootstrap(), u"a"_s, u"5"_s, u"1000"_s}), QByteArray());
        QVERIFY(one.waitCount(600, kPatience) && two.waitCount(400, kPatience));
        std::vector<HeardMessage> all = one.sink.messages();
        for (const HeardMessage& message : two.sink.messages())
            all.push_back(message);
        QCOMPARE(all.size(), std::size_t(1000));
        QCOMPARE(disorderOf(all, 1000), QByteArray());
        for (const HeardMessage& message : two.sink.messages())
            QVERIFY(headerOf(message, transport::kPartition).toInt() % 2 == 1);
    }

    void theClusterDoesNotNoticeUs()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:2"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, "x\ny\n"), QByteArray());
        {
            // "b" is asked for by name: an old broker makes a topic that is.
            Attached kafka(&createKafkaConnection, mock.url(u"topic=a,b&from=start&refresh=1s"_s));
            QVERIFY(kafka.waitCount(2, kPatience));
            const qint64 begin = QDateTime::currentMSecsSinceEpoch();
            kafka.stop();
            QVERIFY(QDateTime::currentMSecsSinceEpoch() - begin < 5000);
            QVERIFY(kafka.status().state == ConnectionStatus::State::Stopped);
        }
        const auto requests = mock.command("requests").split(' ');
        for (const QByteArray& request : requests) {
            QVERIFY2(QList<QByteArray>({"ApiVersion", "Metadata", "FindCoordinator", "ListOffsets",
                                        "Fetch", "Produce"})
                         .contains(request),
                     request.constData());
        }
        QVERIFY(requests.contains("Fetch"));
        // The topics are those that there were.
        Attached all(&createKafkaConnection, mock.url());
        QVERIFY(all.waitUp());
        QCOMPARE(all.status().subscribed, QStringList(u"a"_s));
    }

    void aFullSinkMakesItWaitAndNothingIsLost()
    {
        class NarrowSink final : public MessageSink
        {
        public:
            void hear(std::vector<HeardMessage>&& batch) override { forced += batch.size(); }
            bool hearIfRoom(std::vector<HeardMessage>& batch) override
            {
                if (!hasRoom)
                    return false;
                heard += batch.size();
                batch.clear();
                return true;
            }
            void note(Gap /*gap*/) override { ++gaps; }
            std::atomic<bool> hasRoom = false;
            std::atomic<std::size_t> heard = 0;
            std::atomic<std::size_t> forced = 0;
            std::atomic<std::size_t> gaps = 0;
        } sink;
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 5000)), QByteArray());
        auto made = createKafkaConnection(QUrl(mock.url(u"from=start"_s)),
                                          ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(made.ok());
        QVERIFY((*made)->start().ok());
        QTRY_VERIFY_WITH_TIMEOUT((*made)->status().state == ConnectionStatus::State::Up, 20'000);
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(5000, 6000)), QByteArray());
        QCOMPARE((*made)->status().received, std::uint64_t(0));
        sink.hasRoom = true;
        QTRY_COMPARE_WITH_TIMEOUT(sink.heard.load(), std::size_t(6000), 20'000);
        made->reset();
        QCOMPARE(sink.forced + sink.gaps, std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(TestKafka)
#include "tst_kafka.moc"
