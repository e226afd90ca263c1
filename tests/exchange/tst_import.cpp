// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/exchangebed.h"
#include "exchange/importformat.h"

#include <QDateTime>
#include <QDir>
#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <random>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// "time topic from" of each message, a line each; of a time the seconds from 2026-01-01 on.
QString told(const std::vector<QJsonObject>& messages)
{
    const QDateTime start = QDateTime::fromString(u"2026-01-01T00:00:00Z"_s, Qt::ISODate);
    QStringList lines;
    for (const QJsonObject& message : messages) {
        const QDateTime time =
            QDateTime::fromString(message[u"time"_s].toString().left(23) + u'Z', Qt::ISODateWithMs);
        lines << u"%1 %2 %3"_s.arg(double(start.msecsTo(time)) / 1000)
                     .arg(message[u"topic"_s].toString(), message[u"from"_s].toString());
    }
    return lines.join(u'\n');
}

} // namespace

class TestImport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeAndTopicAreWhatTheLineSays_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QString>("messages");
        QTest::newRow("where the dialect has none, a member that is called so")
            << "{'event':'on_chat_model_start','name':'m','run_id':'r','parent_ids':[],'tags':[],"
               "'metadata':{'langgraph_node':'n'},'data':{},'time':1767225601}"_ba
            << u"1 x.jsonl n"_s;
        QTest::newRow("received_at before received before its own")
            << "{'from':'a','received':'2026-01-01T00:00:02Z','received_at':'2026-01-01T00:00:01Z',"
               "'timestamp':'2026-01-01T00:00:03Z'}\n"
               "{'from':'b','received':'2026-01-01T00:00:02Z','timestamp':'2026-01-01T00:00:03Z'}\n"
               "{'from':'c','timestamp':'2026-01-01T00:00:03Z'}\n"_ba
            << u"1 x.jsonl a\n2 x.jsonl b\n3 x.jsonl c"_s;
        QTest::newRow("topic")
            << "{'from':'a','topic':'tasks','received':'2026-01-01T00:00:02Z'}"_ba
            << u"2 tasks a"_s;
        QTest::newRow("the order of times, not of lines")
            << "{'from':'c','received':'2026-01-01T00:00:03Z'}\n"
               "{'from':'a','received':'2026-01-01T00:00:01Z'}\n"
               "{'from':'b','received':'2026-01-01T00:00:02Z'}\n"
               "{'from':'b2','received':'2026-01-01T00:00:02Z'}\n"_ba
            << u"1 x.jsonl a\n2 x.jsonl b\n2 x.jsonl b2\n3 x.jsonl c"_s;
        QTest::newRow("units, mixed")
            << "{'from':'s','received':1767225601}\n{'from':'ms','received':1767225602000}\n"
               "{'from':'us','received':1767225603000000}\n"
               "{'from':'ns','received':1767225604000000000}\n"
               "{'from':'f','received':1767225605.5}\n{'from':'t','received':'1767225606'}\n"
               "{'from':'iso','received':'2026-01-01T02:00:07+02:00'}\n"_ba
            << u"1 x.jsonl s\n2 x.jsonl ms\n3 x.jsonl us\n4 x.jsonl ns\n5.5 x.jsonl f\n6 x.jsonl t\n7 x.jsonl iso"_s;
        QTest::newRow("no time: that of the message before")
            << "{'from':'a'}\n{'from':'b','received':1767225602}\n{'from':'c'}\n"
               "{'from':'d','received':1767225601}\n{'from':'e'}"_ba
            << u"1 x.jsonl d\n1 x.jsonl e\n2 x.jsonl a\n2 x.jsonl b\n2 x.jsonl c"_s;
        QTest::newRow("of members of one name the first")
            << "{'from':'a','received':1767225601,'received':1767225602,'topic':'x','topic':'y'}"_ba
            << u"1 x a"_s;
        QTest::newRow("a list")
            << "[{'from':'a','received':1767225602},\n {'from':'b','received':1767225601}]"_ba
            << u"1 x.jsonl b\n2 x.jsonl a"_s;
    }
    void timeAndTopicAreWhatTheLineSays()
    {
        QFETCH(QByteArray, input);
        QFETCH(QString, messages);
        ExchangeBed bed;
        const QString file = bed.write(u"x.jsonl"_s, input.replace('\'', '"'));
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s)), QString());
        QCOMPARE(told(bed.messages(bed.path(u"r.murmur"_s))), messages);
        // A file is one connection.
        auto session = Session::open(bed.path(u"r.murmur"_s));
        QVERIFY(session.ok());
        QFuture<Result<SessionInfo>> info = (*session)->info();
        info.waitForFinished();
        QCOMPARE(info.result()->connections.size(), std::size_t(1));
    }

    void aDamagedLineIsKeptWithItsNumber()
    {
        ExchangeBed bed;
        const QByteArray bad[] = {"{\"from\":\"b\""_ba, "hello \xff\xfe world"_ba,
                                  QByteArray("a\0b", 3), "{\"x\": nope}"_ba};
        QByteArray input = "{\"from\":\"a\",\"received\":1767225601}\r\n\r\n"_ba;
        for (const QByteArray& line : bad)
            input += line + "\r\n";
        const QString file = bed.write(u"x.jsonl"_s, input);
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s)), QString());
        QCOMPARE(bed.result.messages, 5);
        QCOMPARE(bed.result.damaged, 4);
        QCOMPARE(bed.result.withoutTime, 4);
        const auto messages = bed.messages(bed.path(u"r.murmur"_s));
        QCOMPARE(messages.size(), std::size_t(5));
        for (std::size_t i = 1; i < messages.size(); ++i) {
            const QJsonObject& message = messages[i];
            QCOMPARE(message[u"flags"_s].toArray(), QJsonArray{u"undecoded"_s});
            QCOMPARE(message[u"headers"_s][u"murmur-line"_s].toString(), QString::number(i + 2));
            QVERIFY(message[u"type"_s].toString().startsWith(u"line %1: "_s.arg(i + 2)));
            const QString payload = message[u"payload"_s].toString();
            QCOMPARE(message[u"payload_encoding"_s] == u"base64"_s
                         ? QByteArray::fromBase64(payload.toLatin1())
                         : payload.toUtf8(),
                     bad[i - 1]);
        }
    }

    void aForcedDialectReadsWhatIsNoJson()
    {
        ExchangeBed bed;
        const QString file = bed.write(u"app.log"_s, "started\n{broken\n"_ba);
        ImportOptions options;
        options.dialect = u"opaque"_s;
        options.topic = u"logs"_s;
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s), options), QString());
        QCOMPARE(bed.result.damaged, 0);
        const auto messages = bed.messages(bed.path(u"r.murmur"_s));
        QCOMPARE(messages.at(0)[u"payload"_s].toString(), u"started"_s);
        QCOMPARE(messages.at(1)[u"payload"_s].toString(), u"{broken"_s);
        QCOMPARE(messages.at(1)[u"topic"_s].toString(), u"logs"_s);
        options.dialect = u"klingon"_s;
        QVERIFY(bed.import({file}, bed.path(u"s.murmur"_s), options).contains(u"klingon"_s));
        QVERIFY(!QFile::exists(bed.path(u"s.murmur"_s)));
    }

    void aMessageLargerThan64MiBKeepsItsBeginningAndItsLength()
    {
        ExchangeBed bed;
        const QString file =
            bed.write(u"x.jsonl"_s, "{\"from\":\"a\",\"received\":1767225601,\"payload\":\""_ba +
                                        QByteArray(qsizetype(kMostOfItem), 'x') +
                                        "\"}\n{\"from\":\"b\",\"received\":1767225600}\n");
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s)), QString());
        const auto messages = bed.messages(bed.path(u"r.murmur"_s));
        QCOMPARE(messages.size(), std::size_t(2));
        QVERIFY(messages[1][u"flags"_s].toArray().contains(u"truncated"_s) ||
                messages[0][u"flags"_s].toArray().contains(u"truncated"_s));
    }

    void moreThanFitsIntoMemoryIsSortedAsWell()
    {
        ExchangeBed bed;
        std::vector<int> order(20'000);
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = int(i);
        std::ranges::shuffle(order, std::mt19937(3));
        QByteArray input;
        for (const int i : order)
            input += "{\"from\":\"a\",\"n\":" + QByteArray::number(i) +
                     ",\"received\":" + QByteArray::number(1'767'225'600'000 + i) + "}\n";
        const QString file = bed.write(u"x.jsonl"_s, input);
        ImportOptions options;
        options.sortMemory = 100'000;
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s), options), QString());
        QVERIFY(bed.result.sorted > input.size());
        QCOMPARE(toNs(bed.result.time.end) - toNs(bed.result.time.begin), 19'999'000'001);
        int next = 0;
        for (const QJsonObject& message : bed.messages(bed.path(u"r.murmur"_s)))
            QCOMPARE(message[u"payload"_s][u"n"_s].toInt(), next++);
        QCOMPARE(next, 20'000);
    }

    void severalFilesAreOneRecording()
    {
        ExchangeBed bed;
        const QString a = bed.write(u"a.jsonl"_s, "{\"from\":\"a\",\"received\":1767225602}"_ba);
        const QString b = bed.write(u"b.csv"_s, "from,received\nb,1767225601\nb,1767225603\n"_ba);
        const QString none = bed.write(u"none.jsonl"_s, ""_ba);
        QCOMPARE(bed.import({a, b, none}, bed.path(u"r.murmur"_s)), QString());
        QCOMPARE(told(bed.messages(bed.path(u"r.murmur"_s))),
                 u"1 b.csv b\n2 a.jsonl a\n3 b.csv b"_s);
        QCOMPARE(bed.import({none}, bed.path(u"empty.murmur"_s)), QString());
        QCOMPARE(bed.messages(bed.path(u"empty.murmur"_s)).size(), std::size_t(0));
    }

    void secretsAreOverwritten()
    {
        ExchangeBed bed;
        const QString file = bed.write(
            u"x.jsonl"_s,
            "{\"from\":\"a\",\"received\":1767225602,\"payload\":{\"password\":\"hunter2\"}}"_ba);
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s)), QString());
        QFile recording(bed.path(u"r.murmur"_s));
        QVERIFY(recording.open(QIODevice::ReadOnly));
        const auto message = bed.messages(bed.path(u"r.murmur"_s)).at(0);
        QCOMPARE(message[u"payload"_s][u"password"_s].toString(), u"*******"_s);
        QCOMPARE(message[u"flags"_s].toArray(), QJsonArray{u"redacted"_s});
    }

    void whatFailsOrIsStoppedLeavesNothing()
    {
        ExchangeBed bed;
        const QString file = bed.write(
            u"x.jsonl"_s, QByteArray("{\"from\":\"a\",\"received\":1767225602}\n").repeated(5000));
        QDir dir = QFileInfo(file).dir();
        const QStringList before = dir.entryList(QDir::Files);
        QVERIFY(bed.import({file, u"/nowhere/x"_s}, bed.path(u"r.murmur"_s))
                    .startsWith(u"/nowhere/x cannot be read"_s));
        QCOMPARE(dir.entryList(QDir::Files), before);
        ImportOptions odd;
        odd.format = u"xml"_s;
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s), odd),
                 u"There is no format \"xml\" to read; the known ones are jsonl, csv."_s);
        for (const QString& when : {u"reading"_s, u"writing"_s}) {
            std::stop_source stop;
            ImportOptions options;
            options.sortMemory = 10'000; // so that there are files to leave behind
            options.stop = stop.get_token();
            options.progress = [&](const QString& step, std::int64_t, std::int64_t) {
                if (step == when)
                    stop.request_stop();
            };
            QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s), options),
                     u"The import was stopped."_s);
            QCOMPARE(dir.entryList(QDir::Files), before);
        }
        const QString other = bed.write(u"other.murmur"_s, "mine"_ba);
        QVERIFY(bed.import({file}, other).contains(u"the file exists"_s));
    }

    void aTornInputGivesWhatItHolds()
    {
        ExchangeBed bed;
        const QString file =
            bed.write(u"x.jsonl"_s, QByteArray::fromHex("1f8b0800000000000003") + "rubbish");
        QCOMPARE(bed.import({file}, bed.path(u"r.murmur"_s)), QString());
        QCOMPARE(bed.result.problems.size(), 1);
        QVERIFY(bed.result.problems.at(0).contains(u"x.jsonl"_s));
    }
};

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
