// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur dialect`, and dialects that are named by hand.
class TestCliDialect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QDir::setCurrent(m_dir.path());
        qputenv("MURMURSCOPE_DIALECTS", "none"); // nobody's
        QFile file(u"calls.jsonl"_s);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(R"({"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"search"}})"
                   "\n"
                   R"({"jsonrpc":"2.0","id":8,"result":{"content":[]}})"
                   "\n"
                   R"({"from":"planner","to":"worker","type":"task.assign"})"
                   "\n");
        file.close();
        QCOMPARE(record(u"found.murmur"_s, {}).code, 0);
    }

    void theDialectsAreListedInTheOrderOfDetection()
    {
        const Outcome page = murmur::murmur({u"dialect"_s, u"list"_s});
        QCOMPARE(page.code, 0);
        const auto json = murmur::murmur({u"dialect"_s, u"list"_s, u"--json"_s}).objects();
        QVERIFY(json.size() >= 10);
        QCOMPARE(json.front()[u"dialect"_s], u"murmur"_s);
        QCOMPARE(json.back()[u"dialect"_s], u"opaque"_s);
        for (const QJsonObject& dialect : json)
            QVERIFY(page.out.contains(dialect[u"dialect"_s].toString().toUtf8()));
    }

    void systemsAreToldApartInOneFile()
    {
        const auto rows = messagesOf(u"found.murmur"_s);
        QCOMPARE(rows.size(), std::size_t(3));
        QCOMPARE(rows[0][u"kind"_s], u"request"_s);
        QCOMPARE(rows[0][u"to"_s].toArray(), QJsonArray{u"search"_s});
        QCOMPARE(rows[1][u"kind"_s], u"reply"_s);
        QCOMPARE(rows[1][u"correlation"_s], u"8"_s);
        QCOMPARE(rows[2][u"from"_s], u"planner"_s);
        QCOMPARE(rows[2][u"kind"_s], u"command"_s);
    }

    void aMessageIsExplained()
    {
        const Outcome page =
            murmur::murmur({u"dialect"_s, u"explain"_s, u"found.murmur"_s, u"1"_s});
        QCOMPARE(page.code, 0);
        QVERIFY2(page.out.contains("As jsonrpc it says:"), page.out.constData());
        QVERIFY2(page.out.contains("params>name"), page.out.constData());
        const auto json =
            murmur::murmur({u"dialect"_s, u"explain"_s, u"found.murmur"_s, u"1"_s, u"--json"_s})
                .objects();
        QCOMPARE(json.size(), std::size_t(1));
        QCOMPARE(json[0][u"dialect"_s], u"jsonrpc"_s);
        QVERIFY(json[0][u"confidences"_s].toObject()[u"jsonrpc"_s].toDouble() > 0.9);
        const Outcome forced = murmur::murmur(
            {u"dialect"_s, u"explain"_s, u"found.murmur"_s, u"3"_s, u"--dialect"_s, u"jsonrpc"_s});
        QCOMPARE(forced.code, 0);
        QVERIFY2(forced.out.contains("As jsonrpc it cannot be read"), forced.out.constData());
    }

    void whatIsNotThereIsSaid()
    {
        QCOMPARE(murmur::murmur({u"dialect"_s}).code, 2);
        QVERIFY(murmur::murmur({u"dialect"_s, u"explain"_s, u"found.murmur"_s, u"99"_s}).code != 0);
        const Outcome unknown = murmur::murmur(
            {u"dialect"_s, u"explain"_s, u"found.murmur"_s, u"1"_s, u"--dialect"_s, u"klingon"_s});
        QVERIFY(unknown.code != 0);
        QVERIFY2(unknown.err.contains("There is no dialect \"klingon\""), unknown.err.constData());
    }

    void dialectsAreForcedForAllOrForSomeTopics()
    {
        QCOMPARE(record(u"all.murmur"_s, {u"--dialect"_s, u"opaque"_s}).code, 0);
        QCOMPARE(messagesOf(u"all.murmur"_s)[0][u"kind"_s], u"event"_s);
        QCOMPARE(record(u"some.murmur"_s,
                        {u"--dialect"_s, u"calls*=opaque"_s, u"--dialect"_s, u"nothing/*=json"_s})
                     .code,
                 0);
        QCOMPARE(messagesOf(u"some.murmur"_s)[0][u"kind"_s], u"event"_s);
        QCOMPARE(record(u"other.murmur"_s, {u"--dialect"_s, u"nothing/*=opaque"_s}).code, 0);
        QCOMPARE(messagesOf(u"other.murmur"_s)[0][u"kind"_s], u"request"_s);
        const Outcome wrong = record(u"wrong.murmur"_s, {u"--dialect"_s, u"calls*=klingon"_s});
        QVERIFY(wrong.code != 0);
        QVERIFY(wrong.err.contains("klingon"));
    }

    void whoAnsweredIsInferredAndNeverWrittenAsStated()
    {
        QFile file(u"asked.jsonl"_s);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(R"({"from":"planner","type":"task.requested","correlation_id":"c1"})"
                   "\n"
                   R"({"from":"worker","type":"task.completed","correlation_id":"c1"})"
                   "\n");
        file.close();
        QCOMPARE(
            murmur::murmur({u"record"_s, u"file:asked.jsonl"_s, u"-o"_s, u"asked.murmur"_s}).code,
            0);
        const auto rows = messagesOf(u"asked.murmur"_s);
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0][u"to"_s].toArray(), QJsonArray());
        QCOMPARE(rows[0][u"inferred_to"_s], u"worker"_s);
        QVERIFY(!rows[1].contains(u"inferred_to"_s));
        const Outcome table = murmur::murmur({u"query"_s, u"asked.murmur"_s, u"kind == request"_s,
                                              u"--columns"_s, u"from,inferred_to"_s});
        QVERIFY2(table.out.contains("worker"), table.out.constData());
        const Outcome sql = murmur::murmur(
            {u"sql"_s, u"asked.murmur"_s, u"SELECT replier FROM call WHERE inferred"_s});
        QVERIFY2(sql.out.contains("worker"), sql.out.constData());
    }

    void aUrlIsTriedAsItsDialectReadsIt()
    {
        QFile dialect(u"who.dialect.json"_s);
        QVERIFY(dialect.open(QFile::WriteOnly));
        dialect.write(R"({"version":1,"name":"who","fields":{"sender":{"text":"somebody"}}})");
        dialect.close();
        const auto tried =
            murmur::murmur({u"test"_s, u"file:calls.jsonl?dialect=who.dialect.json"_s, u"--for"_s,
                            u"500ms"_s, u"--json"_s})
                .objects();
        QCOMPARE(tried.size(), std::size_t(1));
        QCOMPARE(tried[0][u"first"_s][0][u"from"_s].toString(), u"somebody"_s);
        const Outcome unknown =
            murmur::murmur({u"test"_s, u"file:calls.jsonl?dialect=klingon"_s, u"--for"_s, u"1s"_s});
        QCOMPARE(unknown.code, 4);
        QVERIFY2(unknown.out.contains("There is no dialect \"klingon\""), unknown.out.constData());
    }

    void aRecordingIsReadAgainByAnother()
    {
        QCOMPARE(record(u"again.murmur"_s, {u"--dialect"_s, u"opaque"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"reread"_s, u"again.murmur"_s}).code, 0);
        QCOMPARE(messagesOf(u"again.murmur"_s)[0][u"kind"_s], u"request"_s);
    }

    void aDialectOfOnesOwnIsProposedWrittenAndUsed()
    {
        QFile file(u"units.jsonl"_s);
        QVERIFY(file.open(QFile::WriteOnly));
        for (int i = 0; i < 200; ++i)
            file.write("{\"body\":{\"unit\":\"unit-" + QByteArray::number(i % 5) +
                       "\",\"n\":" + QByteArray::number(i) + "}}\n");
        file.close();
        QCOMPARE(
            murmur::murmur({u"record"_s, u"file:units.jsonl"_s, u"-o"_s, u"units.murmur"_s}).code,
            0);
        const Outcome page = murmur::murmur({u"dialect"_s, u"suggest"_s, u"units.murmur"_s});
        QCOMPARE(page.code, 0);
        QVERIFY2(page.out.contains("body.unit") && page.out.contains("100 %"),
                 page.out.constData());
        QVERIFY2(page.out.contains("All 200 messages were looked at"), page.out.constData());
        const auto proposals = murmur::murmur({u"dialect"_s, u"suggest"_s, u"units.murmur"_s,
                                               u"--json"_s, u"-o"_s, u"units.dialect.json"_s})
                                   .objects();
        QVERIFY(!proposals.empty());
        QCOMPARE(proposals[0][u"field"_s], u"sender"_s);
        QCOMPARE(proposals[0][u"place"_s], u"body.unit"_s);
        QCOMPARE(proposals[0][u"distinct"_s], 5);

        const auto shareOfSenders = [](const QStringList& more) {
            const auto rows =
                murmur::murmur(
                    QStringList{u"dialect"_s, u"coverage"_s, u"units.murmur"_s, u"--json"_s} + more)
                    .objects();
            return rows.empty() ? -1 : rows[0][u"sender"_s].toDouble();
        };
        QCOMPARE(shareOfSenders({}), 0.0);
        QCOMPARE(shareOfSenders({u"--dialect"_s, u"units.dialect.json"_s}), 1.0);
        QCOMPARE(murmur::murmur(
                     {u"reread"_s, u"units.murmur"_s, u"--dialect"_s, u"units.dialect.json"_s})
                     .code,
                 0);
        QCOMPARE(shareOfSenders({}), 1.0);
        QCOMPARE(messagesOf(u"units.murmur"_s)[1][u"from"_s], u"unit-1"_s);
        const Outcome how = murmur::murmur({u"dialect"_s, u"explain"_s, u"units.murmur"_s, u"2"_s});
        QVERIFY2(how.out.contains("As units it says") && how.out.contains("body>unit"),
                 how.out.constData());
    }

    void onesOwnAreListedAndChecked()
    {
        QDir().mkpath(u"own"_s);
        QFile file(u"own/hall.dialect.json"_s);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(R"({"version":1,"name":"hall","description":"the hall","fields":{}})");
        file.close();
        QFile bad(u"own/bad.dialect.json"_s);
        QVERIFY(bad.open(QFile::WriteOnly));
        bad.write("{\"version\":1,\n\"feilds\":{}}");
        bad.close();
        qputenv("MURMURSCOPE_DIALECTS", "own");
        const Outcome page = murmur::murmur({u"dialect"_s, u"list"_s});
        QVERIFY2(page.out.contains("the hall (yours: own/hall.dialect.json)"),
                 page.out.constData());
        QVERIFY2(page.out.contains("cannot be used"), page.out.constData());
        QCOMPARE(record(u"hall.murmur"_s, {u"--dialect"_s, u"hall"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"dialect"_s, u"check"_s, u"own/hall.dialect.json"_s}).code, 0);
        const Outcome wrong = murmur::murmur({u"dialect"_s, u"check"_s, u"own/bad.dialect.json"_s});
        QCOMPARE(wrong.code, 1);
        QVERIFY2(wrong.err.contains("line 2: \"feilds\" means nothing here"),
                 wrong.err.constData());
        QCOMPARE(murmur::murmur({u"dialect"_s, u"check"_s, u"own/none.dialect.json"_s}).code, 3);
        qputenv("MURMURSCOPE_DIALECTS", "none");
    }

private:
    static Outcome record(const QString& file, const QStringList& more)
    {
        return murmur::murmur(QStringList{u"record"_s, u"file:calls.jsonl"_s, u"-o"_s, file} +
                              more);
    }
    static std::vector<QJsonObject> messagesOf(const QString& file)
    {
        return murmur::murmur({u"query"_s, file, QString(), u"--json"_s}).objects();
    }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliDialect)
#include "tst_clidialect.moc"
