// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/surveysink.h"
#include "session/topicpick.h"
#include "session/topicsurvey.h"

#include <QTest>
#include <QUrlQuery>

#include <numeric>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// "+agents.a -camera" with the item of all.
std::vector<TopicWish> wishes(const QString& text, const QString& item)
{
    std::vector<TopicWish> all;
    for (const QString& word : text.split(u' ', Qt::SkipEmptyParts))
        all.push_back({word.mid(1), item, word.startsWith(u'+')});
    return all;
}

QString firstUrl(const PickedTopics& picked)
{
    return picked.urls.empty() ? QString() : picked.urls.front().toString(QUrl::FullyEncoded);
}

HeardMessage heard(const QByteArray& topic, const QByteArray& raw, std::int64_t at, Flags flags = 0)
{
    HeardMessage message;
    message.topic = topic;
    message.raw = raw;
    message.received = at;
    message.flags = flags;
    return message;
}

constexpr std::int64_t kSecond = 1'000'000'000;

} // namespace

class TestTopicPick : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void familiesOfWhichAllAreChosenBecomeOnePattern_data()
    {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("asks");
        QTest::newRow("redis") << u"redis"_s << u"+agents.a +agents.b +x -camera"_s
                               << u"agents.*,x"_s;
        QTest::newRow("redis, not all")
            << u"redis"_s << u"+agents.a +agents.b -agents.c"_s << u"agents.a,agents.b"_s;
        QTest::newRow("nats") << u"nats"_s << u"+swarm.r1.pose +swarm.r2.pose -camera.left"_s
                              << u"swarm.>"_s;
        QTest::newRow("mqtt") << u"mqtt"_s << u"+fleet/1/pose +fleet/2/pose -map"_s << u"fleet/#"_s;
        // "fleet/#" would take "fleet" too.
        QTest::newRow("mqtt, its own level")
            << u"mqtt"_s << u"+fleet/1 +fleet/2 -fleet"_s << u"fleet/1,fleet/2"_s;
        QTest::newRow("kafka") << u"kafka"_s << u"+log.a +log.b -orders"_s << u"log.*"_s;
        QTest::newRow("robots") << u"rosbridge"_s << u"+/arm/joint +/arm/pose -/camera/raw"_s
                                << u"/arm/>"_s;
        QTest::newRow("deep") << u"nats"_s << u"+a.b.c +a.b.d -a.x"_s << u"a.b.>"_s;
        QTest::newRow("family, mqtt") << u"mqtt"_s << u"+reply/* -map"_s << u"reply/+"_s;
        QTest::newRow("family, nats") << u"nats"_s << u"+reply.* -map"_s << u"reply.*"_s;
        QTest::newRow("colon is none of nats") << u"nats"_s << u"+a:b +a:c -d"_s << u"a:b,a:c"_s;
    }
    void familiesOfWhichAllAreChosenBecomeOnePattern()
    {
        QFETCH(QString, scheme);
        QFETCH(QString, said);
        QFETCH(QString, asks);
        const QString item = scheme == "redis"_L1  ? u"channel"_s
                             : scheme == "nats"_L1 ? u"subject"_s
                                                   : u"topic"_s;
        const PickedTopics picked = pickTopics(QUrl(scheme + u"://h"_s), wishes(said, item), false);
        QStringList got = picked.patterns;
        got.sort();
        QStringList wanted = asks.split(u',');
        wanted.sort();
        QCOMPARE(got, wanted);
        QVERIFY(picked.exclude.isEmpty());
        QCOMPARE(picked.urls.size(), std::size_t(1));
        // The bus takes the URL.
        ConnectionContext context;
        const auto made = createConnection(picked.urls.front(), context);
        QVERIFY2(made.ok(), made ? "" : qPrintable(made.error().message));
    }

    void everythingIsAskedForInOneWord()
    {
        const PickedTopics all =
            pickTopics(QUrl(u"mqtt://h?qos=1"_s), wishes(u"+a +b/c"_s, u"topic"_s), false);
        QCOMPARE(firstUrl(all), u"mqtt://h?qos=1&topic=%23"_s);
        const PickedTopics silent = pickTopics(QUrl(u"nats://h"_s), {}, false);
        QCOMPARE(silent.patterns, QStringList(u">"_s));
        QVERIFY(!asksForEverything(silent.urls.front()));
        QVERIFY(
            pickTopics(QUrl(u"nats://h"_s), wishes(u"-a -b"_s, u"subject"_s), false).urls.empty());
    }

    void whatIsNotWantedIsLeftOutWhereTheBusIsAskedForEverything()
    {
        const auto said = wishes(u"+agents.a -camera.left -camera.right -log"_s, u"subject"_s);
        const PickedTopics picked = pickTopics(QUrl(u"nats://h"_s), said, true);
        QCOMPARE(picked.patterns, QStringList(u">"_s));
        QCOMPARE(picked.exclude, QStringList({u"camera.>"_s, u"log"_s}));
        // A hub cannot be asked for single topics.
        const PickedTopics hub =
            pickTopics(QUrl(u"listen://127.0.0.1:7777"_s), wishes(u"+agents.a -log"_s, {}), false);
        QCOMPARE(firstUrl(hub), u"listen://127.0.0.1:7777"_s);
        QCOMPARE(hub.exclude, QStringList(u"log"_s));
    }

    void streamsAreReadBesideChannels()
    {
        std::vector<TopicWish> redis = wishes(u"+agents.a -camera"_s, u"channel"_s);
        redis.push_back({u"tasks"_s, u"stream"_s, true});
        QCOMPARE(firstUrl(pickTopics(QUrl(u"redis://me@h/2"_s), redis, false)),
                 u"redis://me@h/2?channel=agents.a&stream=tasks"_s);
        std::vector<TopicWish> nats = wishes(u"+a -b"_s, u"subject"_s);
        nats.push_back({u"EVENTS"_s, u"stream"_s, true});
        const PickedTopics both = pickTopics(QUrl(u"nats://h"_s), nats, false);
        QCOMPARE(both.urls.size(), std::size_t(2));
        QCOMPARE(both.urls[0].query(), u"subject=a"_s);
        QCOMPARE(both.urls[1].query(), u"stream=EVENTS"_s);
    }

    void namesThatAListCannotHoldAreStillAskedFor()
    {
        const PickedTopics picked =
            pickTopics(QUrl(u"redis://h"_s), wishes(u"+a,b&c=d#e -x"_s, u"channel"_s), false);
        QCOMPARE(QUrlQuery(picked.urls.front()).queryItemValue(u"pattern"_s, QUrl::FullyDecoded),
                 u"a?b&c=d#e"_s);
    }

    void payloadsAreTextOrNot()
    {
        QVERIFY(!looksBinary("{\"a\":1}\n"));
        QVERIFY(!looksBinary("Grüße, 世界"));
        QVERIFY(!looksBinary(""));
        QVERIFY(looksBinary(QByteArray("a\0b", 3)));
        QVERIFY(looksBinary("\xff\xd8\xff\xe0"));
        QVERIFY(looksBinary("\xc3"));
        // Cut by the end of what is looked at.
        QVERIFY(!looksBinary(QByteArray(511, 'a') + "ü and more"));
    }

    void aSinkCountsByTopicAndKeepsNothing()
    {
        SurveySink sink(1 << 20, false, 2s);
        sink.begin(kSecond);
        sink.hear({heard("a", "12345678", kSecond), heard("a", "1234", 2 * kSecond),
                   heard("kept", "x", kSecond, Flag::Retained)});
        for (int i = 0; i < 3; ++i)
            sink.hear(
                {heard("reply/0123456789abcdef012345678" + QByteArray::number(i), "y", kSecond)});
        const auto topics = sink.topics(3 * kSecond);
        QCOMPARE(topics.size(), std::size_t(3));
        QCOMPARE(topics[0].topic, u"a"_s);
        QCOMPARE(*topics[0].perSecond, 1.0);
        QCOMPARE(*topics[0].bytesPerSecond, 6.0);
        QCOMPARE(*topics[0].size, 6);
        QCOMPARE(topics[0].sample, "1234");
        QCOMPARE(topics[1].retained, 1);
        QCOMPARE(*topics[1].perSecond, 0.0);
        QCOMPARE(topics[2].topic, u"reply/*"_s);
        QCOMPARE(topics[2].members, 3);
        const auto& slices = topics[0].slices;
        QCOMPARE(std::accumulate(slices.begin(), slices.end(), 0u), 2u);
        QCOMPARE(slices.front(), 1u);
    }

    void aSinkTakesNoMoreThanItMay()
    {
        SurveySink sink(1000, false, 3s);
        sink.begin(0 + 1);
        for (int i = 0; i < 100; ++i)
            sink.hear({heard("a", QByteArray(100, 'x'), i * kSecond / 10)});
        QVERIFY(sink.isFull());
        QVERIFY(!sink.isTaking());
        QCOMPARE(sink.messages(), 10);
        // The rate is of the time until then, not of the time that was asked for.
        const auto topics = sink.topics(100 * kSecond);
        QVERIFY(*topics[0].perSecond > 10);
    }

    void whatTheBusCountsIsMoreThanWhatWasHeard()
    {
        SurveyedTopic sampled;
        sampled.topic = u"orders"_s;
        sampled.item = u"topic"_s;
        sampled.perSecond = 3;
        sampled.size = 100;
        SurveyedTopic counted;
        counted.topic = u"orders"_s;
        counted.item = u"topic"_s;
        counted.isExact = true;
        counted.perSecond = 5;
        SurveyedTopic silent;
        silent.topic = u"quiet"_s;
        silent.item = u"channel"_s;
        const auto merged = mergedTopics({sampled}, {counted, silent}, true);
        QCOMPARE(merged.size(), std::size_t(2));
        QVERIFY(merged[0].isExact);
        QCOMPARE(*merged[0].perSecond, 5.0);
        QCOMPARE(*merged[0].bytesPerSecond, 500.0);
        QCOMPARE(*merged[1].perSecond, 0.0);
        // Where only a part was listened to, nothing is known of the others.
        QCOMPARE(mergedTopics({sampled}, {silent}, false).size(), std::size_t(1));

        // Many that differ in a number are one line; a few are not, nor what the bus counts.
        std::vector<SurveyedTopic> tasks;
        for (int i = 0; i < 40; ++i) {
            SurveyedTopic task;
            task.topic = u"state.task.%1"_s.arg(i);
            task.perSecond = 0.5;
            task.size = 100;
            task.slices = {1, 0};
            tasks.push_back(task);
            task.topic = u"fleet/%1/pose"_s.arg(i);
            if (i < 10)
                tasks.push_back(task);
            task.topic = u"part.%1"_s.arg(i);
            task.isExact = true;
            if (i < 20)
                tasks.push_back(task);
        }
        const auto collapsed = mergedTopics(tasks, {}, true);
        QCOMPARE(collapsed.size(), std::size_t(31));
        QCOMPARE(collapsed.back().topic, u"state.task.*"_s);
        QCOMPARE(collapsed.back().members, 40);
        QCOMPARE(*collapsed.back().perSecond, 20.0);
        QCOMPARE(*collapsed.back().size, 100);
        QCOMPARE(collapsed.back().slices, (std::vector<std::uint32_t>{40, 0}));
    }

    void aBusThatCannotBeSurveyedSaysSo()
    {
        TopicSurvey survey(QUrl(u"tap://127.0.0.1:1"_s), {});
        const Status started = survey.start();
        QVERIFY(!started);
        QVERIFY(started.error().message.contains(u"tap://"_s));
        QVERIFY(TopicSurvey::whatItDoes(QUrl(u"tap://127.0.0.1:1"_s)).isEmpty());
        QVERIFY(asksForEverything(QUrl(u"redis://h?from=-1m"_s)));
        QVERIFY(!asksForEverything(QUrl(u"redis://h?stream=a"_s)));
        QVERIFY(!asksForEverything(QUrl(u"redis://h?monitor=1"_s)));
        QVERIFY(!asksForEverything(QUrl(u"mqtt://h?topic=#"_s)));
        QVERIFY(!asksForEverything(QUrl(u"ws://h"_s)));
    }
};

QTEST_GUILESS_MAIN(TestTopicPick)
#include "tst_topicpick.moc"
