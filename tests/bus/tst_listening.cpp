// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What of a bus is listened to, as items of its URL: wider, narrower, and what would be enough.

#include "bus/fleet.h"
#include "bus/listening.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

QString changed(const Result<QUrl>& url)
{
    return url ? url->toString(QUrl::FullyEncoded).replace(u"%3E"_s, u">"_s) : u"refused"_s;
}

QString narrower(const char* scheme, const std::vector<TopicCount>& topics)
{
    return narrowerPatterns(QString::fromLatin1(scheme), topics).join(u' ');
}

} // namespace

class TestListening : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachBusNamesItInItsOwnWay_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<QString>("wider");
        QTest::newRow("redis") << u"redis://box?pattern=a.*"_s << QStringList{u"b.1"_s}
                               << u"redis://box?pattern=a.*&channel=b.1"_s;
        QTest::newRow("nats") << u"nats://box?subject=a.>"_s << QStringList{u"b"_s, u"c"_s}
                              << u"nats://box?subject=a.>&subject=b&subject=c"_s;
        QTest::newRow("mqtt") << u"mqtt://box?topic=a/#"_s << QStringList{u"b/c"_s}
                              << u"mqtt://box?topic=a/%23&topic=b/c"_s;
        QTest::newRow("space") << u"redis://box?channel=a"_s << QStringList{u"b c&d"_s}
                               << u"redis://box?channel=a&channel=b%20c%26d"_s;
        QTest::newRow("comma") << u"redis://box?channel=a"_s << QStringList{u"b,c"_s}
                               << u"refused"_s;
        QTest::newRow("feed") << u"ws://box/x"_s << QStringList{u"b"_s} << u"refused"_s;
    }
    void eachBusNamesItInItsOwnWay()
    {
        QFETCH(const QString, url);
        QFETCH(const QStringList, names);
        QFETCH(const QString, wider);
        QCOMPARE(changed(widenedUrl(QUrl(url), names)), wider);
    }

    void whatIsReadFromThePastIsWidenedBeside()
    {
        const QUrl events(u"nats://box?stream=EVENTS&subject=a.>&from=start"_s);
        QVERIFY(isWidenedBeside(events, {u"stream JOBS"_s}));
        QCOMPARE(changed(besideUrl(events, {u"stream JOBS"_s})),
                 u"nats://box?from=start&stream=JOBS"_s);
        QVERIFY(isWidenedBeside(QUrl(u"kafka://box?topic=a"_s), {u"b"_s}));
        QCOMPARE(changed(besideUrl(QUrl(u"kafka://box?topic=a&from=-1h"_s), {u"b"_s})),
                 u"kafka://box?from=-1h&topic=b"_s);
        QVERIFY(!isWidenedBeside(QUrl(u"redis://box?pattern=a"_s), {u"b"_s}));
        QVERIFY(readsWindow(QUrl(u"kafka://box?topic=a&from=-1h&to=now"_s)));
        QVERIFY(!readsWindow(QUrl(u"kafka://box?topic=a&to=never"_s)));
        QVERIFY(!readsWindow(QUrl(u"ws://box?to=now"_s)));
    }

    void narrowerTakesThePlaceOfWhatThereWas()
    {
        QCOMPARE(changed(narrowedUrl(QUrl(u"nats://box?subject=>&inbox=1"_s), {u"a.>"_s})),
                 u"nats://box?inbox=1&subject=a.>"_s);
        QCOMPARE(changed(narrowedUrl(QUrl(u"mqtt://box"_s), {u"a/#"_s, u"b"_s})),
                 u"mqtt://box?topic=a/%23&topic=b"_s);
        QCOMPARE(changed(narrowedUrl(QUrl(u"redis://box?pattern=*&channel=x"_s), {u"a.*"_s})),
                 u"redis://box?pattern=a.*"_s);
        QCOMPARE(changed(narrowedUrl(QUrl(u"kafka://box"_s), {u"a"_s})), u"refused"_s);
        QVERIFY(listensToAll(QUrl(u"nats://box"_s), {u">"_s}));
        QVERIFY(!listensToAll(QUrl(u"nats://box"_s), {u"a.>"_s}));
        QCOMPARE(everythingOn(QUrl(u"redis://box?pattern=a"_s)), u"*"_s);
        QCOMPARE(everythingOn(QUrl(u"mqtts://box"_s)), u"#"_s);
        QVERIFY(everythingOn(QUrl(u"kafka://box"_s)).isEmpty());
        QVERIFY(everythingOn(QUrl(u"ws://box"_s)).isEmpty());
    }

    void familiesAreAsLongAsTheyStayFew()
    {
        std::vector<TopicCount> robots;
        for (int i = 0; i < 120; ++i)
            robots.emplace_back("site.robots." + QByteArray::number(i) + ".pose", 100);
        QCOMPARE(narrower("nats", robots), u"site.robots.>"_s);
        robots.emplace_back("site.tasks.open", 400);
        robots.emplace_back("site.tasks.done", 400);
        robots.emplace_back("lab.x.y", 500);
        QCOMPARE(narrower("nats", robots), u"lab.x.> site.robots.> site.tasks.>"_s);
        for (auto& [name, count] : robots)
            name.replace('.', '/');
        QCOMPARE(narrower("mqtt", robots), u"lab/x/# site/robots/# site/tasks/#"_s);
    }

    void nineTeenOfTwentyMessagesAreEnough()
    {
        std::vector<TopicCount> topics;
        for (char c = 'a'; c <= 'g'; ++c)
            topics.emplace_back(QByteArray(1, c) + ".x.y", 1000);
        for (char c = 'h'; c <= 'z'; ++c)
            topics.emplace_back(QByteArray(1, c) + ".x.y", 10);
        const QStringList patterns = narrowerPatterns(u"nats"_s, topics);
        QVERIFY(!patterns.isEmpty() && patterns.size() <= 8);
        QVERIFY(patterns.contains(u"a.x.>"_s) && patterns.contains(u"g.x.>"_s));
        // As many messages in each of many: no few patterns take most.
        for (auto& [name, count] : topics)
            count = 10;
        QVERIFY(narrowerPatterns(u"nats"_s, topics).isEmpty());
        QVERIFY(narrowerPatterns(u"kafka"_s, topics).isEmpty());
        QVERIFY(narrowerPatterns(u"nats"_s, {}).isEmpty());
    }

    void aNameThatIsAlsoAFamilyIsNotLost()
    {
        QCOMPARE(narrower("nats", {{"a", 5}, {"a.b", 5}, {"c.d", 5}}), u"a a.> c.>"_s);
        QCOMPARE(narrower("mqtt", {{"a", 5}, {"a/b", 5}, {"c/d", 5}}), u"a/# c/#"_s);
        QCOMPARE(narrower("redis", {{"a[1]:x", 5}, {"b:y", 5}}), u"a\\[1\\]:* b:*"_s);
    }

    void connectionsOfASiteAreAGroup()
    {
        const QStringList urls{u"mqtt://robot-007.north.site:1883?topic=a"_s,
                               u"mqtt://robot-012.north.site:1883?topic=a"_s,
                               u"mqtt://robot-003.south.site:1883?topic=a"_s,
                               u"nats://10.0.0.1:4222"_s,
                               u"nats://10.0.0.12:4222"_s,
                               u"listen://127.0.0.1:7001"_s,
                               u"listen://127.0.0.1:7002"_s,
                               u"stdin:"_s,
                               u"stdin:"_s,
                               u"mqtt://robot-007.north.site:1883?topic=b"_s};
        QStringList told;
        for (const FleetGroup& group : fleetGroups(urls))
            told << group.label + u' ' + QString::number(group.members.size());
        QCOMPARE(told, (QStringList{u"mqtt robot-*.north.site 2"_s, u" 1"_s, u"nats 10.0.0.* 2"_s,
                                    u"listen 127.0.0.1:* 2"_s, u" 1"_s, u" 1"_s, u" 1"_s}));
        QVERIFY(fleetGroups({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestListening)
#include "tst_listening.moc"
