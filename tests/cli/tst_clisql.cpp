// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliSql : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"small.murmur"_s);
        Recording recording(m_file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, json("{'from':'ada','to':['bob'],'topic':'one','payload':{'n':1}}"));
        post(port, json("{'from':'bob','to':'ada','topic':'two','kind':'error',"
                        "'payload':'a,`'b`''}"));
        post(port, QByteArray::fromHex("fffe") + " not json at all");
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);

        m_big = m_dir.filePath(u"big.murmur"_s);
        QCOMPARE(
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"30000"_s, u"-o"_s, m_big})
                .code,
            0);
    }

    void theTableIsAligned()
    {
        const Outcome outcome =
            sql(u"SELECT sender, count(*) AS n, topic FROM message WHERE seq <= 2 GROUP "
                "BY 1 ORDER BY 1"_s);
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.out, "sender  n  topic\nada     1  one\nbob     1  two\n"_ba);
        QCOMPARE(sql(u"SELECT seq, kind FROM message WHERE seq > 99"_s).out, "seq  kind\n"_ba);
    }

    void jsonHasTypes()
    {
        const Outcome outcome = sql(u"SELECT seq, sender, receivers, payload, 1.5 AS half, NULL AS "
                                    "none, seq FROM message WHERE seq <= 2"_s,
                                    {u"--json"_s});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(
            outcome.out,
            "{\"seq\":1,\"sender\":\"ada\",\"receivers\":[\"bob\"],\"payload\":\"{\\\"n\\\":1}\","
            "\"half\":1.5,\"none\":null,\"seq:1\":1}\n"
            "{\"seq\":2,\"sender\":\"bob\",\"receivers\":[\"ada\"],\"payload\":\"\\\"a,\\\\\\\"b\\"
            "\\\\\"\\\"\",\"half\":1.5,\"none\":null,\"seq:1\":2}\n"_ba);
        const auto raw =
            sql(u"SELECT raw FROM message WHERE flags LIKE '%undecoded%'"_s, {u"--json"_s})
                .objects();
        QCOMPARE(raw.size(), std::size_t(1));
        QCOMPARE(raw[0][u"raw_encoding"_s].toString(), u"base64"_s);
        QVERIFY(QByteArray::fromBase64(raw[0][u"raw"_s].toString().toLatin1())
                    .startsWith(QByteArray::fromHex("fffe")));
    }

    void csvIsQuoted()
    {
        QCOMPARE(sql(u"SELECT seq, json_extract(payload, '$') AS \"a,b\", '' AS e, NULL AS x FROM "
                     "message WHERE kind = 'error'"_s,
                     {u"--csv"_s})
                     .out,
                 "seq,\"a,b\",e,x\n2,\"a,\"\"b\"\"\",\"\",\n"_ba);
    }

    void severalFilesAreToldApart()
    {
        const Outcome outcome = murmur::murmur(
            {u"sql"_s, m_file, m_big, u"SELECT recording, count(*) AS n FROM message GROUP BY 1"_s,
             u"--csv"_s});
        QCOMPARE(outcome.out, "recording,n\nbig,30000\nsmall,3\n"_ba);
    }

    void largeResultsComeWhole()
    {
        const auto lines =
            murmur::murmur(
                {u"sql"_s, m_big, u"SELECT seq, sender, payload FROM message"_s, u"--json"_s})
                .objects();
        QCOMPARE(lines.size(), std::size_t(30'000));
        for (std::size_t i = 0; i < lines.size(); ++i)
            QCOMPARE(lines[i][u"seq"_s].toInteger(), static_cast<qint64>(i + 1));
    }

    void theHelpAnswersItsFiveQuestions()
    {
        QFile page(QStringLiteral(MURMUR_SOURCE "/resources/help/sql.md"));
        QVERIFY(page.open(QFile::ReadOnly));
        const QString text = QString::fromUtf8(page.readAll());
        static const QRegularExpression example(u"```sql\n(.*?)```"_s,
                                                QRegularExpression::DotMatchesEverythingOption);
        int examples = 0;
        for (auto found = example.globalMatch(text); found.hasNext(); ++examples) {
            const QString statement = found.next().captured(1);
            const Outcome outcome = murmur::murmur({u"sql"_s, m_big, statement, u"--csv"_s});
            QVERIFY2(outcome.code == 0, outcome.err.constData());
            QVERIFY(outcome.out.count('\n') >= 1);
        }
        QCOMPARE(examples, 5);
        // Each column that there is stands in the page.
        const auto schema = murmur::murmur({u"sql"_s, u"--schema"_s, u"--json"_s}).objects();
        QVERIFY(schema.size() > 80);
        for (const QJsonObject& column : schema) {
            QVERIFY2(text.contains(u'`' + column[u"column"_s].toString() + u'`') ||
                         text.contains(u"`\"%1\"`"_s.arg(column[u"column"_s].toString())),
                     qPrintable(column[u"column"_s].toString()));
            QVERIFY(text.contains(u'`' + column[u"table"_s].toString() + u'`') ||
                    text.contains(u"## "_s + column[u"table"_s].toString()));
        }
    }

    void theSchemaIsPrinted()
    {
        const Outcome outcome = murmur::murmur({u"sql"_s, m_file, u"--schema"_s});
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.contains("CREATE TABLE message (\n"));
        QVERIFY(outcome.out.contains("CREATE TABLE conversation (\n"));
        QVERIFY(outcome.out.contains("\"from\""));
    }

    void errorsHaveTheirExitCode_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        QTest::newRow("column") << QStringList{m_file, u"SELECT sendr FROM message"_s} << 2
                                << u"column 8: no such column: sendr; did you mean \"sender\"?"_s;
        QTest::newRow("write") << QStringList{m_file, u"DELETE FROM message"_s} << 2
                               << u"DELETE is refused"_s;
        QTest::newRow("attach") << QStringList{m_file, u"ATTACH 'x' AS y"_s} << 2
                                << u"ATTACH is refused"_s;
        QTest::newRow("no statement") << QStringList{m_file} << 2 << u"statement is missing"_s;
        QTest::newRow("no statement, two files")
            << QStringList{m_file, m_big} << 2 << u"statement is missing"_s;
        QTest::newRow("nothing") << QStringList{} << 2 << u"statement is missing"_s;
        QTest::newRow("no file") << QStringList{m_dir.filePath(u"none.murmur"_s), u"SELECT 1"_s}
                                 << 3 << u"none.murmur"_s;
        QTest::newRow("both") << QStringList{m_file, u"SELECT 1"_s, u"--json"_s, u"--csv"_s} << 2
                              << u"--csv"_s;
    }
    void errorsHaveTheirExitCode()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, says);
        const Outcome outcome = murmur::murmur(QStringList{u"sql"_s} + arguments);
        QCOMPARE(outcome.code, code);
        QCOMPARE(outcome.out, QByteArray());
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY2(QString::fromUtf8(outcome.err).contains(says), outcome.err.constData());
    }

    void ctrlCStopsAStatement()
    {
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM),
                      {u"sql"_s, m_file,
                       u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i "
                       "FROM n"_s,
                       u"--csv"_s});
        QVERIFY(process.waitForReadyRead(30'000)); // it is in the middle of it
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Outcome outcome = outcomeOf(process);
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains("Cancelled"), outcome.err.constData());
    }

    void aRunningRecordingAnswers()
    {
        const QString file = m_dir.filePath(u"running.murmur"_s);
        Recording recording(file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        for (int i = 1; i <= 3; ++i) {
            post(port, json("{'from':'agent-" + QByteArray::number(i) + "'}"));
            // Committed ten times a second.
            QVERIFY(QTest::qWaitFor(
                [&] {
                    return sql(file, u"SELECT count(*) AS n, max(sender) AS s FROM message"_s,
                               {u"--csv"_s})
                               .out == "n,s\n" + QByteArray::number(i) + ",agent-" +
                                           QByteArray::number(i) + '\n';
                },
                20'000));
        }
        QVERIFY(recording.isRunning());
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);
    }

private:
    static QByteArray json(QByteArray text) { return text.replace('\'', '"').replace('`', '\\'); }
    static Outcome sql(const QString& file, const QString& statement, const QStringList& more)
    {
        return murmur::murmur(QStringList{u"sql"_s, file, statement} + more);
    }
    [[nodiscard]] Outcome sql(const QString& statement, const QStringList& more = {}) const
    {
        return sql(m_file, statement, more);
    }

    QTemporaryDir m_dir;
    QString m_file;
    QString m_big;
};

QTEST_GUILESS_MAIN(TestCliSql)
#include "tst_clisql.moc"
