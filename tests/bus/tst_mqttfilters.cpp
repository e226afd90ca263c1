// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttconnection.h"
#include "bus/mqtt/mqttfilters.h"
#include "support/collectingsink.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

bool matchesSlowly(const QByteArray& filter, const QByteArray& topic)
{
    if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#')))
        return false;
    const QByteArrayList want = filter.split('/');
    const QByteArrayList have = topic.split('/');
    for (qsizetype i = 0; i < want.size(); ++i) {
        if (want[i] == "#")
            return true;
        if (i >= have.size() || (want[i] != "+" && want[i] != have[i]))
            return false;
    }
    return want.size() == have.size();
}

/// All texts of one to `depth` levels out of `words`; "#" ends one.
QByteArrayList combined(const QByteArrayList& words, int depth)
{
    QByteArrayList all;
    QByteArrayList last{QByteArray()};
    for (int level = 0; level < depth; ++level) {
        QByteArrayList next;
        for (const QByteArray& begin : last) {
            for (const QByteArray& word : words) {
                const QByteArray text = level == 0 ? word : begin + '/' + word;
                all << text;
                if (word != "#")
                    next << text;
            }
        }
        last = next;
    }
    return all;
}

} // namespace

class TestMqttFilters : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Against every topic there is, of a small world.
    void filtersStandToEachOtherAsTheirTopicsDo()
    {
        const QByteArrayList topics = combined({"a", "", "$s", "x"}, 4);
        const QByteArrayList filters = combined({"a", "", "$s", "+", "#"}, 3);
        QList<QList<bool>> matching;
        for (const QByteArray& filter : filters) {
            QList<bool> row;
            for (const QByteArray& topic : topics) {
                row << matchesSlowly(filter, topic);
                if (filterMatches(filter, topic) != row.last())
                    QFAIL(QByteArray(filter + " and " + topic).constData());
            }
            matching << row;
        }
        for (qsizetype i = 0; i < filters.size(); ++i) {
            for (qsizetype j = 0; j < filters.size(); ++j) {
                bool overlaps = false;
                bool covers = true;
                for (qsizetype k = 0; k < topics.size(); ++k) {
                    overlaps = overlaps || (matching[i][k] && matching[j][k]);
                    covers = covers && (matching[i][k] || !matching[j][k]);
                }
                const QByteArray pair = filters[i] + " and " + filters[j];
                if (filtersOverlap(filters[i], filters[j]) != overlaps)
                    QFAIL(QByteArray("overlap: " + pair).constData());
                // "+/#" and "#" are the same, which need not be seen.
                if (filterCovers(filters[i], filters[j]) && !covers)
                    QFAIL(QByteArray("covers: " + pair).constData());
                if (covers && !filterCovers(filters[i], filters[j]) && !filters[i].contains("+/#"))
                    QFAIL(QByteArray("covers not: " + pair).constData());
                if (!overlaps)
                    continue;
                const QByteArray over = filterOver(filters[i], filters[j]);
                for (qsizetype k = 0; k < topics.size(); ++k) {
                    if ((matching[i][k] || matching[j][k]) && !filterMatches(over, topics[k]))
                        QFAIL(QByteArray("over: " + pair + " is " + over).constData());
                }
            }
        }
    }

    void overlappingFiltersAreTakenTogether_data()
    {
        QTest::addColumn<QString>("filters");
        QTest::addColumn<QString>("apart");
        QTest::newRow("apart") << u"a/+ b/+ $SYS/#"_s << u"a/+ b/+ $SYS/#"_s;
        QTest::newRow("all") << u"a/+ # $SYS/x"_s << u"# $SYS/x"_s;
        QTest::newRow("covered") << u"a/b a/# a"_s << u"a/#"_s;
        QTest::newRow("crossing") << u"a/+ +/b"_s << u"+/+"_s;
        QTest::newRow("grows") << u"c/d a/+ +/b"_s << u"+/+"_s;
        QTest::newRow("depth") << u"a/+/c a/b/#"_s << u"a/+/#"_s;
    }
    void overlappingFiltersAreTakenTogether()
    {
        QFETCH(QString, filters);
        QFETCH(QString, apart);
        QCOMPARE(QString::fromUtf8(withoutOverlap(filters.toUtf8().split(' ')).join(' ')), apart);
    }

    void urlsThatAreWrongAreRefused_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("says");
        QTest::newRow("share") << u"mqtt://box?topic=$share/g/a"_s << u"shared subscription"_s;
        QTest::newRow("queue") << u"mqtt://box?topic=$queue/a"_s << u"shared subscription"_s;
        QTest::newRow("filter") << u"mqtt://box?topic=a/b+"_s << u"no topic filter"_s;
        QTest::newRow("middle") << u"mqtt://box?topic=a/%23/b"_s << u"no topic filter"_s;
        QTest::newRow("path") << u"mqtt://box/a/b"_s << u"topic=a/b"_s;
        QTest::newRow("hash") << u"mqtt://box?topic=a#b"_s << u"%23"_s;
        QTest::newRow("qos") << u"mqtt://box?qos=3"_s << u"0 to 2"_s;
        QTest::newRow("version") << u"mqtt://box?version=4"_s << u"3.1.1"_s;
        QTest::newRow("retained") << u"mqtt://box?retained=some"_s << u"never"_s;
        QTest::newRow("password") << u"mqtt://me:secret@box"_s << u"MURMURSCOPE_PASSWORD"_s;
        QTest::newRow("plain ca") << u"mqtt://box?ca=/tmp"_s << u"encrypted"_s;
        QTest::newRow("unknown") << u"mqtt://box?topics=a"_s << u"topics"_s;
    }
    void urlsThatAreWrongAreRefused()
    {
        QFETCH(QString, url);
        QFETCH(QString, says);
        CollectingSink sink;
        const auto made = createMqttConnection(QUrl(url), {ConnectionId{1}, &sink, {}});
        QVERIFY(!made);
        QVERIFY2(made.error().message.contains(says), qPrintable(made.error().message));
        QVERIFY(!made.error().message.contains(u"secret"));
    }
};

QTEST_GUILESS_MAIN(TestMqttFilters)
#include "tst_mqttfilters.moc"
