// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur transcript` and `murmur prices`, on the crew of the demo.
class CliTranscriptTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_file;
    [[nodiscard]] static Outcome run(const QStringList& arguments)
    {
        return murmur::murmur(arguments);
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("MURMURSCOPE_PRICES", m_folder.filePath(u"prices.json"_s).toUtf8());
        m_file = m_folder.filePath(u"crew.murmur"_s);
        const Outcome made =
            run({u"demo"_s, u"--offline"_s, u"--scenario"_s, u"crew"_s, u"--agents"_s, u"30"_s,
                 u"--rate"_s, u"400"_s, u"--for"_s, u"30s"_s, u"-o"_s, m_file});
        QVERIFY2(made.code == 0, made.err.constData());
    }

    void aConversationIsRead()
    {
        const Outcome page = run({u"transcript"_s, m_file, u"case-71000"_s});
        QVERIFY2(page.code == 0, page.err.constData());
        QVERIFY2(page.out.startsWith("4 calls · "), page.out.left(80).constData());
        for (const char* words :
             {"calls order_lookup", "include", "+ assistant", "~ system",
              "    - At most 120 words.", "Order 8812-7 was delivered three days late.",
              "image: image/png", "finished: end_turn"})
            QVERIFY2(page.out.contains(words), words);
        const Outcome markdown = run({u"transcript"_s, m_file, u"case-71000"_s, u"--markdown"_s});
        QVERIFY(markdown.out.startsWith("# Conversation case-71000\n"));
        const auto json = run({u"transcript"_s, m_file, u"case-71000"_s, u"--json"_s}).objects();
        QCOMPARE(json.size(), std::size_t(1));
        QCOMPARE(json[0][u"calls"_s].toArray().size(), 4);
        QVERIFY(json[0][u"cost"_s].toDouble() > 0);
        QCOMPARE(json[0][u"calls"_s][3][u"since"_s][u"changed"_s].toInt(), 1);
        QCOMPARE(json[0][u"calls"_s][3][u"since"_s][u"added"_s].toInt(), 2);
    }

    void aMessageNamesItsCall()
    {
        const auto rows =
            run({u"query"_s, m_file, u"model == 'claude*' and tokens_cached > 0"_s, u"--limit"_s,
                 u"1"_s, u"--columns"_s, u"seq,model,tokens_cached,cost,finish"_s, u"--json"_s})
                .objects();
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0][u"model"_s], u"claude-haiku-4-5-20251001"_s);
        QCOMPARE(rows[0][u"tokens_cached"_s], 1024);
        QCOMPARE(rows[0][u"finish"_s], u"end_turn"_s);
        QVERIFY(rows[0][u"cost"_s].toDouble() > 0);
        const QString seq = QString::number(rows[0][u"seq"_s].toInt());
        const Outcome one = run({u"transcript"_s, m_file, seq, u"--new"_s});
        QVERIFY2(one.code == 0, one.err.constData());
        QVERIFY2(one.out.startsWith("writer, message "), one.out.left(80).constData());
        QVERIFY(one.out.contains("At most 80 words"));
        QVERIFY(run({u"transcript"_s, m_file, seq, u"--all"_s}).out.contains("4 calls"));
    }

    void whatIsNotThereIsSaid()
    {
        QCOMPARE(run({u"transcript"_s, m_file, u"nobody"_s}).code, 3);
        QVERIFY(run({u"transcript"_s, m_file, u"nobody"_s}).err.contains("nobody"));
        QCOMPARE(run({u"transcript"_s, m_file}).code, 2);
        QCOMPARE(run({u"transcript"_s, m_file, u"1"_s, u"--json"_s, u"--markdown"_s}).code, 2);
    }

    void pricesAreListedSetAndRemoved()
    {
        const auto shipped = run({u"prices"_s, u"--json"_s}).objects();
        QVERIFY(shipped.size() > 10);
        QVERIFY(!shipped[0][u"as_of"_s].toString().isEmpty());
        QCOMPARE(run({u"prices"_s, u"set"_s, u"gpt-4o-mini*"_s, u"--in"_s, u"1000000"_s, u"--out"_s,
                      u"0"_s})
                     .code,
                 0);
        const auto now = run({u"prices"_s, u"--json"_s}).objects();
        QCOMPARE(now.size(), shipped.size() + 1);
        QCOMPARE(now[0][u"from"_s], u"you"_s);
        // A dollar a token: what it costs follows at once.
        QVERIFY(run({u"query"_s, m_file, u"cost > 1000"_s, u"--limit"_s, u"1"_s})
                    .out.contains("gpt-4o-mini"));
        QCOMPARE(run({u"prices"_s, u"remove"_s, u"gpt-4o-mini*"_s}).code, 0);
        QVERIFY(run({u"prices"_s, u"remove"_s, u"gpt-4o-mini*"_s}).code != 0);
        QCOMPARE(run({u"prices"_s, u"set"_s, u"x"_s}).code, 2);
        // What would make the table one that nobody can read.
        QCOMPARE(run({u"prices"_s, u"set"_s, QString(), u"--in"_s, u"1"_s}).code, 2);
        for (const QString& price : {u"nan"_s, u"inf"_s, u"-1"_s, u"much"_s}) {
            const Outcome wrong = run({u"prices"_s, u"set"_s, u"x"_s, u"--in"_s, price});
            QCOMPARE(wrong.code, 2);
            QVERIFY2(wrong.err.contains("write dollars") && wrong.err.size() < 400,
                     wrong.err.constData());
        }
        QVERIFY(run({u"prices"_s}).out.contains("check them"));
    }
};

QTEST_GUILESS_MAIN(CliTranscriptTest)
#include "tst_clitranscript.moc"
