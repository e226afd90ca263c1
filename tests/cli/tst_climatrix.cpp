// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur matrix` and `murmur differs`, as a person uses them.
class TestCliMatrix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"crew.murmur"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--scenario"_s, u"crew"_s,
                                 u"--messages"_s, u"6000"_s, u"-o"_s, m_file})
                     .code,
                 0);
    }

    void cellsAddUpToTheWhole()
    {
        std::int64_t messages = 0;
        for (const QJsonObject& cell :
             objects({u"--rows"_s, u"topic"_s, u"--columns"_s, u"kind"_s, u"--limit"_s, u"3"_s}))
            messages += cell[u"messages"_s].toInteger();
        QCOMPARE(messages, 6000);
    }

    void whatModelsTookIsInTheTable()
    {
        const auto cells = objects({u"--rows"_s, u"model"_s, u"--show"_s, u"cost"_s});
        QVERIFY(!cells.empty());
        double cost = 0;
        for (const QJsonObject& cell : cells)
            cost += cell[u"cost"_s].toDouble();
        const Outcome sql = murmur::murmur(
            {u"sql"_s, m_file, u"SELECT sum(cost) c FROM model_call"_s, u"--json"_s});
        QCOMPARE(sql.code, 0);
        const double sum = QJsonDocument::fromJson(sql.out.trimmed()).object()[u"c"_s].toDouble();
        QVERIFY(sum > 0);
        QVERIFY(std::abs(cost - sum) < sum * 1e-6);
        const Outcome table =
            murmur::murmur({u"matrix"_s, m_file, u"--rows"_s, u"model"_s, u"--show"_s, u"cost"_s});
        QVERIFY2(table.out.contains("$"), table.out.constData());
    }

    void aStretchOfTimeIsDivided()
    {
        const auto first = objects({u"--where"_s, u"time < +1s"_s, u"--rows"_s, u"kind"_s});
        QVERIFY(!first.empty());
        for (const QJsonObject& cell : first)
            QVERIFY(cell[u"column"_s].toString().startsWith(u"20"_s));
    }

    void whatDiffersIsRanked()
    {
        const Outcome outcome = murmur::murmur(
            {u"differs"_s, m_file, u"topic == \"crew.*\" and kind == request"_s, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        double last = 1;
        int lines = 0;
        for (const QByteArray& line : outcome.out.trimmed().split('\n')) {
            const QJsonObject one = QJsonDocument::fromJson(line).object();
            QVERIFY(!one[u"field"_s].toString().isEmpty());
            QVERIFY(one[u"strength"_s].toDouble() <= last);
            last = one[u"strength"_s].toDouble();
            ++lines;
        }
        QVERIFY(lines > 1);
        // The condition of a line finds messages.
        const QJsonObject top =
            QJsonDocument::fromJson(outcome.out.left(outcome.out.indexOf('\n'))).object();
        QCOMPARE(murmur::murmur(
                     {u"query"_s, m_file, top[u"condition"_s].toString(), u"--limit"_s, u"1"_s})
                     .code,
                 0);
    }

    void wrongUseSaysWhatThereIs()
    {
        const Outcome field = murmur::murmur({u"matrix"_s, m_file, u"--rows"_s, u"planet"_s});
        QCOMPARE(field.code, 2);
        QVERIFY(field.err.contains("planet"));
        const Outcome shown = murmur::murmur({u"matrix"_s, m_file, u"--show"_s, u"weather"_s});
        QCOMPARE(shown.code, 2);
        QVERIFY(shown.err.contains("unanswered"));
        QCOMPARE(murmur::murmur({u"differs"_s, m_file}).code, 2);
        QCOMPARE(murmur::murmur({u"differs"_s, m_file, u"planet == earth"_s}).code, 2);
    }

private:
    std::vector<QJsonObject> objects(QStringList arguments) const
    {
        arguments.prepend(m_file);
        arguments.prepend(u"matrix"_s);
        arguments.append(u"--json"_s);
        const Outcome outcome = murmur::murmur(arguments);
        std::vector<QJsonObject> all;
        for (const QByteArray& line : outcome.out.split('\n')) {
            if (!line.isEmpty())
                all.push_back(QJsonDocument::fromJson(line).object());
        }
        return all;
    }

    QTemporaryDir m_dir;
    QString m_file;
};

QTEST_GUILESS_MAIN(TestCliMatrix)
#include "tst_climatrix.moc"
