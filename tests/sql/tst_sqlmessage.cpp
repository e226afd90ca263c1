// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqlbed.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// Every column of `message`, against messages made by hand.
class TestSqlMessage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_bed.say(0, "tasks",
                  json("{'from':'ada','to':['bob','cy'],'kind':'request','type':'plan','id':'m1',"
                       "'correlation_id':'c1','trace_id':'t1','span_id':'s1',"
                       "'conversation_id':'k1','reply_to':'inbox.1','sequence':41,'site':'north',"
                       "'crew':'red','role':'lead','tenant':'acme',"
                       "'timestamp':'2026-05-21T10:16:59.5Z','payload':{'goal':'A-14'}}"),
                  {{"Content-Type", "application/json"}, {"x-a", "1"}, {"x-a", "2"}});
        m_bed.say(250, "tasks",
                  json("{'from':'bob','to':'ada','kind':'reply','id':'m2','correlation_id':'c1',"
                       "'trace_id':'t1','payload':'it `'is`' done'}"));
        m_bed.say(300, "alarm", json("{'from':'cy','kind':'error','payload':'wheel slipped'}"));
        m_bed.say(400, "noise", QByteArray::fromHex("fffe00") + " no json", {}, "no frame");
        m_bed.close();
        m_database = m_bed.database();
    }

    void everyColumnHasItsValue_data()
    {
        QTest::addColumn<QString>("column");
        QTest::addColumn<QString>("values"); // of the four messages
        const auto row = [](const char* column, const char* values) {
            QTest::newRow(column) << QString::fromLatin1(column) << QString::fromUtf8(values);
        };
        row("seq", "1\n2\n3\n4");
        row("recording", "bed\nbed\nbed\nbed");
        row("time - 1779358620000000000", "0\n250000000\n300000000\n400000000");
        row("received - time", "0\n0\n0\n0");
        row("sent", "1779358619500000000\nNULL\nNULL\nNULL");
        row("connection", "listen://127.0.0.1:7777\nlisten://127.0.0.1:7777\n"
                          "listen://127.0.0.1:7777\nlisten://127.0.0.1:7777");
        row("topic", "tasks\ntasks\nalarm\nnoise");
        row("kind", "request\nreply\nerror\nevent");
        row("sender", "ada\nbob\ncy\nNULL");
        row("\"from\"", "ada\nbob\ncy\nNULL");
        row("receivers", "[\"bob\",\"cy\"]\n[\"ada\"]\n[]\n[]");
        row("\"to\"", "[\"bob\",\"cy\"]\n[\"ada\"]\n[]\n[]");
        row("group_name", "north\nNULL\nNULL\nNULL");
        row("\"group\"", "north\nNULL\nNULL\nNULL");
        row("msg_id", "m1\nm2\nNULL\nNULL");
        row("id", "m1\nm2\nNULL\nNULL");
        row("correlation", "c1\nc1\nNULL\nNULL");
        row("trace", "t1\nt1\nNULL\nNULL");
        row("span", "s1\nNULL\nNULL\nNULL");
        row("conversation", "k1\nNULL\nNULL\nNULL");
        row("reply_to", "inbox.1\nNULL\nNULL\nNULL");
        row("sequence", "41\nNULL\nNULL\nNULL");
        row("sequence_scope", "sender\nNULL\nNULL\nNULL");
        row("latency_ns", "NULL\n250000000\nNULL\nNULL");
        row("latency", "NULL\n250000000\nNULL\nNULL");
        row("latency_ms", "NULL\n250\nNULL\nNULL");
        row("closes", "NULL\n1\nNULL\nNULL");
        row("flags", "[]\n[]\n[]\n[\"undecoded\"]");
        row("content_type", "application/json\nNULL\nNULL\nNULL");
        row("headers", "{\"Content-Type\":\"application/json\",\"x-a\":[\"1\",\"2\"]}\n{}\n{}\n{}");
        row("payload", "{\"goal\":\"A-14\"}\n\"it \\\"is\\\" done\"\n\"wheel slipped\"\n"
                       "x'fffe00206e6f206a736f6e'");
        row("hex(substr(raw, 1, 3))", "7B2266\n7B2266\n7B2266\nFFFE00");
        row("typeof(raw)", "blob\nblob\nblob\nblob");
        row("typeof(payload)", "text\ntext\ntext\nblob");
        row("site", "north\nNULL\nNULL\nNULL");
        row("crew", "red\nNULL\nNULL\nNULL");
        row("role", "lead\nNULL\nNULL\nNULL");
        row("tenant", "acme\nNULL\nNULL\nNULL");
        row("type", "plan\nreply\nerror\nno frame");
        row("parent_span", "NULL\nNULL\nNULL\nNULL");
        row("size > length(raw)", "1\n0\n0\n0");
        row("json_valid(parents) AND json_valid(headers) AND json_valid(receivers)", "1\n1\n1\n1");
        row("json_extract(parents, '$[0].seq')", "NULL\n1\nNULL\nNULL");
        row("payload ->> 'goal'", "");
    }
    void everyColumnHasItsValue()
    {
        QFETCH(QString, column);
        QFETCH(QString, values);
        if (values.isEmpty()) // JSON operators work on payloads that are JSON
            QCOMPARE(answerOf(*m_database, "SELECT payload ->> 'goal' FROM message WHERE seq = 1"),
                     u"A-14"_s);
        else
            QCOMPARE(answerOf(*m_database,
                              "SELECT " + column.toStdString() + " FROM message ORDER BY seq"),
                     values);
    }

    void aStarHasTheDocumentedColumnsInTheirOrder()
    {
        std::vector<std::string> names;
        std::vector<std::string> json;
        SqlRequest request;
        request.statement = "SELECT * FROM message";
        request.columns = [&](std::span<const SqlColumn> columns) {
            for (const SqlColumn& column : columns) {
                names.push_back(column.name);
                if (column.isJson)
                    json.push_back(column.name);
            }
        };
        QVERIFY(m_database->run(request).ok());
        const std::vector<std::string> expected{"seq",          "recording",    "time",
                                                "received",     "sent",         "connection",
                                                "topic",        "kind",         "type",
                                                "sender",       "receivers",    "group_name",
                                                "msg_id",       "correlation",  "trace",
                                                "span",         "conversation", "parents",
                                                "reply_to",     "sequence",     "sequence_scope",
                                                "latency_ns",   "size",         "flags",
                                                "content_type", "headers",      "payload",
                                                "raw"};
        QCOMPARE(names, expected);
        QCOMPARE(json, (std::vector<std::string>{"receivers", "parents", "flags", "headers"}));
    }

    void severalRecordingsAreToldApart()
    {
        SqlBed other(u"other"_s);
        other.say(100, "tasks", json("{'from':'ada','kind':'event','payload':1}"));
        other.close();
        const std::array recordings{SqlDatabase::Recording{&m_bed.session(), "bed"},
                                    SqlDatabase::Recording{&other.session(), "other"}};
        auto both = SqlDatabase::over(recordings);
        QVERIFY(both.ok());
        QCOMPARE(answerOf(**both, "SELECT recording, count(*), max(seq) FROM message GROUP BY 1"),
                 u"bed|4|4\nother|1|1"_s);
        QCOMPARE(answerOf(**both, "SELECT recording, seq FROM message WHERE sender = 'ada'"),
                 u"bed|1\nother|1"_s);
        QCOMPARE(answerOf(**both, "SELECT seq FROM message WHERE recording = 'other'"), u"1"_s);
        QCOMPARE(answerOf(**both, "SELECT recording, seq FROM message ORDER BY time"),
                 u"bed|1\nother|1\nbed|2\nbed|3\nbed|4"_s);
        // The same number in two recordings is two messages.
        QCOMPARE(answerOf(**both, "SELECT count(*) FROM message WHERE seq = 1 OR kind = 'event'"),
                 u"3"_s);
    }

    void timesAreWrittenAndReadAsPeopleDo()
    {
        QCOMPARE(answerOf(*m_database, "SELECT iso(time) FROM message WHERE seq = 2"),
                 u"2026-05-21T10:17:00.250000000Z"_s);
        QCOMPARE(answerOf(*m_database,
                          "SELECT seq FROM message WHERE time >= ns('2026-05-21T10:17:00.3Z')"),
                 u"3\n4"_s);
        QCOMPARE(answerOf(*m_database, "SELECT seq FROM message WHERE time < ns('+250ms')"),
                 u"1"_s);
        QCOMPARE(answerOf(*m_database, "SELECT seq FROM message WHERE latency_ns > ns('200ms')"),
                 u"2"_s);
        QVERIFY(answerOf(*m_database, "SELECT ns('soon')").contains(u"soon"));
    }

    void percentilesComeFromTheProgramsHistogram()
    {
        const qint64 p = answerOf(*m_database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                                               "i + 1 FROM n WHERE i < 1000) "
                                               "SELECT percentile(i * 1000, 99) FROM n")
                             .toLongLong();
        QVERIFY2(p > 970'000 && p < 1'000'000, qPrintable(QString::number(p)));
        QCOMPARE(answerOf(*m_database, "SELECT percentile(seq, 50) FROM message WHERE seq > 9"),
                 u"NULL"_s);
    }

private:
    SqlBed m_bed;
    std::unique_ptr<SqlDatabase> m_database;
};

QTEST_GUILESS_MAIN(TestSqlMessage)
#include "tst_sqlmessage.moc"
