// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/sqlbed.h"

#include <QFile>

#include <sqlite3.h>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// The tables beside `message`.
class TestSqlTables : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsAreAnsweredFailedOrOpen()
    {
        SqlBed bed;
        const auto request = [&](int after, const char* from, const char* to, const char* id) {
            bed.say(after, "work",
                    QByteArray(R"({"kind":"request","from":")") + from + R"(","to":")" + to +
                        R"(","id":")" + id + "\"}");
        };
        const auto answer = [&](int after, const char* kind, const char* from, const char* id) {
            bed.say(after, "done",
                    QByteArray(R"({"kind":")") + kind + R"(","from":")" + from +
                        R"(","correlation_id":")" + id + "\"}");
        };
        request(0, "ada", "bob", "q1");
        request(10, "ada", "cy", "q2");
        answer(30, "reply", "bob", "q1");
        request(40, "bob", "dee", "q3");
        answer(50, "error", "cy", "q2");
        answer(60, "reply", "bob", "q1"); // a second one does not count
        bed.say(70, "work", R"({"kind":"request","from":"ada","id":"q4"})"); // who is it for?
        answer(80, "reply", "eve", "q4");
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT request, receivers, replier FROM call WHERE inferred"),
                 u"7|[]|eve"_s);
        QCOMPARE(answerOf(*database, "SELECT request, reply, requester, replier, topic, start - "
                                     "1779358620000000000, end - start, latency_ns, outcome, "
                                     "receivers FROM call WHERE request < 7 ORDER BY request"),
                 u"1|3|ada|bob|work|0|30000000|30000000|answered|[\"bob\"]\n"
                 "2|5|ada|cy|work|10000000|40000000|40000000|error|[\"cy\"]\n"
                 "4|NULL|bob|NULL|work|40000000|NULL|NULL|open|[\"dee\"]"_s);
        QCOMPARE(answerOf(*database, "SELECT requester FROM call WHERE request = 2"), u"ada"_s);
        QCOMPARE(answerOf(*database, "SELECT request FROM call WHERE request > 1 ORDER BY 1"),
                 u"2\n4\n7"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM call WHERE request >= 8"), u"0"_s);
    }

    void callsOfMuchTrafficAreThoseOfAJoin()
    {
        SqlBed bed;
        Traffic traffic;
        for (int i = 0; i < 10; ++i)
            bed.hear(traffic.next(500, bed.connection()));
        bed.close();
        auto database = bed.database();
        QCOMPARE(
            answerOf(*database,
                     "SELECT outcome, count(*), sum(request), sum(reply), sum(latency_ns), "
                     "sum(start) / 1000 FROM call GROUP BY 1 ORDER BY 1"),
            answerOf(*database,
                     "WITH answer AS (SELECT closes, min(seq) AS seq FROM message WHERE "
                     "closes IS NOT NULL GROUP BY closes), "
                     "asked AS (SELECT q.seq AS request, q.time AS start, a.seq AS reply FROM "
                     "message q LEFT JOIN answer a ON a.closes = q.seq WHERE q.kind = "
                     "'request' OR a.seq IS NOT NULL) "
                     "SELECT CASE WHEN reply IS NULL THEN 'open' ELSE 'answered' END, "
                     "count(*), sum(request), sum(reply), sum((SELECT latency_ns FROM "
                     "message m WHERE m.seq = reply)), sum(start) / 1000 FROM asked GROUP BY 1 "
                     "ORDER BY 1"));
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM call").toLongLong(), traffic.requests());
    }

    void conversationsAreGroupedByIdOrTrace()
    {
        SqlBed bed;
        bed.say(0, "t", R"({"from":"ada","conversation_id":"k1","trace_id":"t1"})");
        bed.say(10, "t", R"({"from":"bob","trace_id":"t2","kind":"error"})");
        bed.say(20, "t", R"({"from":"bob","conversation_id":"k1","kind":"error"})");
        bed.say(30, "t", R"({"from":"cy"})");
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT recording, key, end - start, messages, agents, errors "
                                     "FROM conversation ORDER BY key"),
                 u"bed|k1|20000000|2|2|1\nbed|t2|0|1|1|1"_s);
        QCOMPARE(answerOf(*database, "SELECT messages FROM conversation WHERE key = 'k1'"), u"2"_s);
    }

    void gapsTicksAndNames()
    {
        SqlBed bed;
        bed.say(0, "tasks", R"({"from":"ada","to":"bob","site":"north","role":"lead"})");
        Gap gap;
        gap.topic = "tasks";
        gap.cause = "server-cut";
        gap.from = kBegin;
        gap.to = kBegin + 5;
        gap.count = 7;
        gap.lostIs = LostIs::AtLeast;
        bed.lose(gap);
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT recording, connection, topic, cause, to_time - "
                                     "from_time, count, lost_is FROM gap"),
                 u"bed|listen://127.0.0.1:7777|tasks|server-cut|5|7|at_least"_s);
        QCOMPARE(answerOf(*database, "SELECT name, group_name, site, crew, role, provisional FROM "
                                     "agent ORDER BY name"),
                 u"ada|north|north|NULL|lead|0\nbob|NULL|NULL|NULL|NULL|0"_s);
        QCOMPARE(answerOf(*database, "SELECT recording, name FROM topic"), u"bed|tasks"_s);
        QCOMPARE(answerOf(*database, "SELECT url, recorded, lost, lost_is FROM connection"),
                 u"listen://127.0.0.1:7777|1|7|at_least"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) = (SELECT count(*) FROM tick WHERE seq <= 1 "
                                     "AND bus_queue >= 0 AND writer_queue >= 0) FROM tick"),
                 u"1"_s);
    }

    void howFarConsumersWereBehind()
    {
        SqlBed bed;
        Lag lag;
        lag.time = kBegin;
        lag.topic = "tasks";
        lag.consumer = "workers";
        lag.pending = 1204;
        lag.unacknowledged = 3;
        lag.members = 2;
        bed.observe(lag);
        lag.time += 2'000'000'000;
        lag.pending = lag.unacknowledged = lag.members = Lag::kUnknown;
        bed.observe(lag);
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT recording, time / 1000000000 % 60, connection, topic, "
                                     "consumer, pending, unacknowledged, members FROM lag"),
                 u"bed|0|listen://127.0.0.1:7777|tasks|workers|1204|3|2\n"
                 "bed|2|listen://127.0.0.1:7777|tasks|workers|NULL|NULL|NULL"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM message"), u"0"_s);
    }

    void findingsAndIncidentsAreLookedFor()
    {
        SqlBed bed;
        // Two of a counted stream never come.
        for (int i = 1; i <= 90; ++i) {
            if (i != 60 && i != 61)
                bed.say(i * 100, "steps",
                        "{\"from\":\"ada\",\"id\":\"m" + QByteArray::number(i) +
                            "\",\"seq\":" + QByteArray::number(i) + '}');
        }
        bed.say(60'000, "steps", R"({"from":"ada","id":"last","seq":91})");
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT recording, detector, severity, exact, agent, agents, "
                                     "count, gone, standing FROM finding"),
                 u"bed|lost-messages|critical|1|ada|[\"ada\"]|2|0|open"_s);
        QCOMPARE(answerOf(*database,
                          "SELECT f.detector, i.grade, i.confidence, i.quiet, json_array_length("
                          "i.findings) FROM finding f JOIN incident i ON i.id = f.incident"),
                 u"lost-messages|stated|1|0|1"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM message WHERE seq IN (SELECT value FROM "
                                     "finding, json_each(finding.messages))"),
                 u"2"_s);
    }

    void everyColumnIsDocumented()
    {
        SqlBed bed;
        bed.close();
        auto database = bed.database();
        const auto tables = sqlTables();
        QCOMPARE(tables.size(), std::size_t(12));
        for (const SqlTableInfo& table : tables) {
            QVERIFY(!table.meaning.empty());
            std::string all;
            for (const SqlTableInfo::Column& column : table.columns) {
                all += (all.empty() ? "\"" : ", \"") + column.name + "\"";
                QVERIFY2(!column.meaning.empty(), column.name.c_str());
            }
            // An empty recording answers with no rows.
            QCOMPARE(answerOf(*database, "SELECT " + all + " FROM " + table.name +
                                             " WHERE recording = 'bed' AND 1 = 1 LIMIT 0"),
                     QString());
        }
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM message"), u"0"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM call"), u"0"_s);
        QCOMPARE(answerOf(*database, "SELECT count(*) FROM conversation"), u"0"_s);
    }
};

QTEST_GUILESS_MAIN(TestSqlTables)
#include "tst_sqltables.moc"
