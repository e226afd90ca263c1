// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <algorithm>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur names`, and what the other commands make of it.
class TestCliNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"%1.murmur"_s.arg(++m_number));
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--agents"_s, u"20"_s, u"--messages"_s,
                                 u"3000"_s, u"-o"_s, m_file})
                     .code,
                 0);
    }

    void namesAreSeenEverywhere()
    {
        const QJsonObject before = names({});
        const QString robot = someRobot(before);
        QVERIFY(!robot.isEmpty());
        const std::size_t sent = query(u"from == \"%1\""_s.arg(robot));
        QVERIFY(sent > 0);
        const Outcome change = murmur::murmur(
            {u"names"_s, m_file, robot + u"=walker"_s, u"--group"_s, u"robot-*=fleet"_s});
        QCOMPARE(change.code, 0);
        QVERIFY(change.out.contains("murmur-notes"));
        QCOMPARE(query(u"from == walker"_s), sent);
        QCOMPARE(query(u"was == \"%1\" and from == walker"_s.arg(robot)), sent);
        QCOMPARE(query(u"from == walker and group == fleet"_s), sent);
        const auto rows = objects({u"sql"_s, m_file,
                                   u"SELECT count(*) n FROM message WHERE sender='walker' AND "
                                   "group_name='fleet'"_s});
        QCOMPARE(rows.front()[u"n"_s].toInt(), static_cast<int>(sent));
        const auto was =
            objects({u"sql"_s, m_file, u"SELECT was FROM agent WHERE name='walker'"_s});
        QVERIFY(QString::fromUtf8(QJsonDocument(was.front()).toJson()).contains(robot));
        QCOMPARE(objects({u"state"_s, m_file, u"--agent"_s, u"walker"_s}).size(), std::size_t(1));
        const QJsonObject line =
            objects({u"query"_s, m_file, u"from == walker"_s, u"--limit"_s, u"1"_s}).front();
        QCOMPARE(line[u"from"_s].toString(), u"walker"_s);
        QCOMPARE(line[u"group"_s].toString(), u"fleet"_s);
        QCOMPARE(objects({u"info"_s, m_file}).front()[u"renamed"_s].toInt(), 1);
        const auto calls = objects({u"latency"_s, m_file, u"--by"_s, u"group"_s});
        QVERIFY(std::ranges::any_of(calls, [](const QJsonObject& call) {
            return call[u"group"_s].toString() == u"fleet" && call[u"answered"_s].toInt() > 0;
        }));
    }

    void severalBecomeOneAndAreSeveralAgain()
    {
        const QJsonObject before = names({});
        const auto robots = agentsLike(before, u"robot-"_s);
        QVERIFY(robots.size() > 2);
        const QJsonObject merged =
            names({u"--merge"_s, robots.join(u',') + u"=robots"_s, u"--list"_s});
        QCOMPARE(merged[u"agents"_s].toArray().size(),
                 before[u"agents"_s].toArray().size() - robots.size() + 1);
        QVERIFY(query(u"from == robots"_s) > 0);
        const auto latency = murmur::murmur({u"latency"_s, m_file});
        QVERIFY(!latency.out.contains("robot-"));
        QCOMPARE(names({u"--remove-all"_s}), before);
    }

    void patternsGroup()
    {
        const QJsonObject grouped = names({u"--group-by"_s, u"(role)-*"_s});
        const QJsonArray agents = grouped[u"agents"_s].toArray();
        int robots = 0;
        for (const QJsonValue& agent : agents)
            robots += agent[u"group"_s].toString() == u"robot"_s ? 1 : 0;
        QVERIFY(robots > 2);
        QVERIFY(query(u"role == robot"_s) > 0);
        QCOMPARE(names({u"--remove"_s, u"(role)-*"_s})[u"rules"_s].toArray().size(), 0);
    }

    void wrongUseIsExplained()
    {
        QCOMPARE(murmur::murmur({u"names"_s, m_file, u"nonsense"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"names"_s, m_file, u"--merge"_s, u"=x"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"names"_s, m_file, u"--group-by"_s, u"planet"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"names"_s, m_file, u"--remove"_s, u"nobody"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"names"_s, m_dir.filePath(u"none.murmur"_s)}).code, 3);
        const Outcome idle = murmur::murmur({u"names"_s, m_file, u"nobody=x"_s});
        QCOMPARE(idle.code, 0);
        QVERIFY(idle.err.contains("No agent is called nobody yet"));
        const Outcome list = murmur::murmur({u"names"_s, m_file});
        QCOMPARE(list.code, 0);
        QVERIFY(list.out.contains("robot-"));
    }

private:
    [[nodiscard]] static std::vector<QJsonObject> objects(const QStringList& arguments)
    {
        return murmur::murmur(arguments + QStringList{u"--json"_s}).objects();
    }
    [[nodiscard]] QJsonObject names(const QStringList& more) const
    {
        return objects(QStringList{u"names"_s, m_file} + more).front();
    }
    [[nodiscard]] std::size_t query(const QString& filter) const
    {
        return objects({u"query"_s, m_file, filter, u"--columns"_s, u"seq"_s, u"--limit"_s,
                        u"100000"_s})
            .size();
    }
    static QStringList agentsLike(const QJsonObject& names, const QString& start)
    {
        QStringList found;
        const QJsonArray agents = names[u"agents"_s].toArray();
        for (const QJsonValue& agent : agents) {
            if (agent[u"agent"_s].toString().startsWith(start))
                found << agent[u"agent"_s].toString();
        }
        return found;
    }
    static QString someRobot(const QJsonObject& names)
    {
        return agentsLike(names, u"robot-"_s).value(0);
    }

    QTemporaryDir m_dir;
    QString m_file;
    int m_number = 0;
};

QTEST_GUILESS_MAIN(TestCliNames)
#include "tst_clinames.moc"
