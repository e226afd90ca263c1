// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/murmurprocess.h"

#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur conversations` and `murmur delivery`, on the warehouse of the demo.
class CliConversationsTest : public QObject
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
        m_file = m_folder.filePath(u"demo.murmur"_s);
        const Outcome made = run({u"demo"_s, u"--offline"_s, u"--agents"_s, u"40"_s, u"--rate"_s,
                                  u"300"_s, u"--for"_s, u"20s"_s, u"-o"_s, m_file});
        QVERIFY2(made.code == 0, made.err.constData());
    }

    void theListAgreesWithSql()
    {
        const auto rows = run({u"conversations"_s, m_file, u"--json"_s}).objects();
        QVERIFY(rows.size() > 50);
        const auto sums = run({u"sql"_s, m_file,
                               u"SELECT count(*) AS n, sum(messages) AS m, sum(errors) AS e, "
                               "sum(open_calls) AS o FROM conversation"_s,
                               u"--json"_s})
                              .objects();
        qint64 messages = 0, errors = 0, open = 0;
        for (const auto& row : rows) {
            messages += row[u"messages"_s].toInteger();
            errors += row[u"errors"_s].toInteger();
            open += row[u"open_calls"_s].toInteger();
        }
        QCOMPARE(sums[0][u"n"_s].toInteger(), static_cast<qint64>(rows.size()));
        QCOMPARE(sums[0][u"m"_s].toInteger(), messages);
        QCOMPARE(sums[0][u"e"_s].toInteger(), errors);
        QCOMPARE(sums[0][u"o"_s].toInteger(), open);
        // Nobody else counts otherwise.
        const auto counted = run({u"sql"_s, m_file,
                                  u"SELECT count(*) AS m FROM message WHERE conversation IS NOT "
                                  u"NULL OR trace IS NOT "
                                  "NULL"_s,
                                  u"--json"_s})
                                 .objects();
        QCOMPARE(counted[0][u"m"_s].toInteger(), messages);
    }

    void thoseOfSeveralRecordingsAreListed()
    {
        const QString other = m_folder.filePath(u"other.murmur"_s);
        const Outcome made =
            run({u"demo"_s, u"--offline"_s, u"--agents"_s, u"20"_s, u"--rate"_s, u"200"_s,
                 u"--for"_s, u"5s"_s, u"--seed"_s, u"9"_s, u"-o"_s, other});
        QVERIFY2(made.code == 0, made.err.constData());
        const Outcome both = run({u"conversations"_s, m_file, other, u"--json"_s});
        QVERIFY2(both.code == 0, both.err.constData());
        const auto one = run({u"conversations"_s, m_file, u"--json"_s}).objects();
        QVERIFY(both.objects().size() >= one.size());
    }

    void theLongestComesFirstAndIsExplained()
    {
        const auto rows = run({u"conversations"_s, m_file, u"--sort"_s, u"duration"_s, u"--limit"_s,
                               u"2"_s, u"--json"_s})
                              .objects();
        QCOMPARE(rows.size(), std::size_t(2));
        QVERIFY(rows[0][u"duration_ms"_s].toDouble() >= rows[1][u"duration_ms"_s].toDouble());
        const QString name = rows[0][u"conversation"_s].toString();
        const auto one = run({u"conversations"_s, m_file, name, u"--json"_s}).objects();
        QCOMPARE(one.size(), std::size_t(1));
        QCOMPARE(one[0][u"messages"_s], rows[0][u"messages"_s]);
        double sum = 0;
        for (const auto segment : one[0][u"critical_path"_s][u"segments"_s].toArray())
            sum += segment[u"duration_ms"_s].toDouble();
        QVERIFY(std::abs(sum - one[0][u"duration_ms"_s].toDouble()) < 0.1);
        const Outcome text = run({u"conversations"_s, m_file, name});
        QVERIFY(text.out.startsWith(name.toUtf8()));
        QVERIFY(text.out.contains(" = "));
        const Outcome compared = run({u"conversations"_s, m_file, name, u"--compare"_s,
                                      rows[1][u"conversation"_s].toString()});
        QVERIFY2(compared.code == 0, compared.err.constData());
        QVERIFY(compared.out.contains("beside"));
    }

    void aFilterChoosesConversations()
    {
        const auto all = run({u"conversations"_s, m_file, u"--json"_s}).objects();
        const auto some =
            run({u"conversations"_s, m_file, u"--where"_s, u"type == task.assign"_s, u"--json"_s})
                .objects();
        QVERIFY(!some.empty() && some.size() < all.size());
    }

    void wrongUseIsSaid()
    {
        QCOMPARE(run({u"conversations"_s, m_file, u"--by"_s, u"mood"_s}).code, 2);
        QCOMPARE(run({u"conversations"_s, m_file, u"--sort"_s, u"mood"_s}).code, 2);
        QCOMPARE(run({u"conversations"_s, m_file, u"--compare"_s, u"x"_s}).code, 2);
        const Outcome none = run({u"conversations"_s, m_file, u"no-such-task"_s});
        QVERIFY(none.code != 0);
        QVERIFY(none.err.contains("no-such-task"));
    }

    void deliveryTellsOfEachReceiver()
    {
        const auto commands =
            run({u"query"_s, m_file, u"type == task.assign"_s, u"--limit"_s, u"1"_s, u"--json"_s})
                .objects();
        QCOMPARE(commands.size(), std::size_t(1));
        const QString seq = QString::number(commands[0][u"seq"_s].toInteger());
        const auto delivery = run({u"delivery"_s, m_file, seq, u"--json"_s}).objects();
        QCOMPARE(delivery.size(), std::size_t(1));
        const QJsonArray receivers = delivery[0][u"receivers"_s].toArray();
        QCOMPARE(receivers.size(), 1);
        QCOMPARE(receivers[0][u"agent"_s], commands[0][u"to"_s][0]);
        QCOMPARE(receivers[0][u"expected_by"_s].toString(), u"message"_s);
        QCOMPARE(receivers[0][u"grade"_s].toString(), u"stated"_s);
        QVERIFY(receivers[0][u"latency_ms"_s].toDouble() > 0);
        QVERIFY(run({u"delivery"_s, m_file, seq}).out.contains("last sign of life"));
        QCOMPARE(run({u"delivery"_s, m_file}).code, 2);
    }
};

QTEST_GUILESS_MAIN(CliConversationsTest)
#include "tst_cliconversations.moc"
