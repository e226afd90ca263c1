// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/agentmodel.h"
#include "views/agents/agentorder.h"
#include "views/agents/statemodel.h"
#include "views/agents/statusband.h"
#include "views/base/agentrows.h"
#include "views/base/theme.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

AgentRow agent(std::uint32_t id, const QString& name, const QString& group, double rate = 0,
               nanoseconds p99 = -1ns, std::int64_t errors = 0, Health health = Health::Well)
{
    AgentRow row;
    row.agent = AgentId{id};
    row.name = name;
    row.group = group;
    row.rate = rate;
    row.p99 = p99;
    row.errors = errors;
    row.health = health;
    return row;
}

QString dump(const QAbstractItemModel& model)
{
    QStringList groups;
    for (int i = 0; i < model.rowCount(); ++i) {
        const QModelIndex group = model.index(i, 0);
        QStringList agents;
        for (int j = 0; j < model.rowCount(group); ++j)
            agents << model.index(j, 0, group).data().toString();
        groups << group.data().toString() + QLatin1Char('(') + agents.join(QLatin1Char(' ')) +
                      QLatin1Char(')');
    }
    return groups.join(QLatin1Char(' '));
}

StateRow value(const QString& key, const QString& text, Seq setBy = 1)
{
    StateRow row;
    row.key = key;
    row.value = text;
    row.setBy = setBy;
    return row;
}

QString dump(const StateModel& model)
{
    QStringList lines;
    for (const StateRow& row : model.rows())
        lines << row.key + QLatin1Char('=') + row.value;
    return lines.join(QLatin1Char(' '));
}

} // namespace

class AgentModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agentsStandUnderTheirGroups()
    {
        AgentModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(dump(model), QString());
        model.update({agent(1, QStringLiteral("a"), QStringLiteral("berlin"))});
        QCOMPARE(dump(model), QStringLiteral("berlin(a)"));
        model.update({agent(1, QStringLiteral("a"), QStringLiteral("berlin")),
                      agent(2, QStringLiteral("b"), QStringLiteral("lyon")),
                      agent(3, QStringLiteral("c"), QStringLiteral("berlin"))});
        QCOMPARE(dump(model), QStringLiteral("berlin(a c) lyon(b)"));
        QCOMPARE(model.agents(), 3);
        model.update({agent(3, QStringLiteral("c"), QStringLiteral("berlin"))});
        QCOMPARE(dump(model), QStringLiteral("berlin(c)"));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void anAgentThatLearnsItsSiteMoves()
    {
        AgentModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update({agent(1, QStringLiteral("a"), {}), agent(2, QStringLiteral("b"), {})});
        QCOMPARE(dump(model), QStringLiteral("no group(a b)"));
        model.update({agent(1, QStringLiteral("a"), QStringLiteral("berlin")),
                      agent(2, QStringLiteral("b"), {})});
        QCOMPARE(dump(model), QStringLiteral("no group(b) berlin(a)"));
        QCOMPARE(model.row(model.indexOf(AgentId{1}))->name, QStringLiteral("a"));
    }

    void onlyWhatChangedIsTold()
    {
        AgentModel model;
        std::vector<AgentRow> rows;
        for (std::uint32_t id = 1; id <= 100; ++id)
            rows.push_back(agent(id, QString::number(id), QStringLiteral("g")));
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.update(rows);
        QCOMPARE(inserted.size(), 2); // the group, then its agents in one block
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.update(rows);
        QCOMPARE(changed.size(), 0);
        rows[41].rate = 5;
        model.update(rows);
        QCOMPARE(changed.size(), 2); // the agent and its group's summary
        QCOMPARE(changed[0][0].toModelIndex().row(), 41);
        QCOMPARE(reset.size(), 0);
    }

    void groupsSayHowTheirAgentsDo()
    {
        AgentModel model;
        model.update(
            {agent(1, QStringLiteral("a"), QStringLiteral("x")),
             agent(2, QStringLiteral("b"), QStringLiteral("x")),
             agent(3, QStringLiteral("c"), QStringLiteral("y"), 0, 1s, 0, Health::Slow),
             agent(4, QStringLiteral("d"), QStringLiteral("y"), 0, -1ns, 0, Health::Silent)});
        QCOMPARE(model.groupSummary(model.index(0, 0)), QStringLiteral("2 agents, well"));
        QCOMPARE(model.groupSummary(model.index(1, 0)), QStringLiteral("1 silent, 1 slow"));
        QCOMPARE(model.groupHealth(model.index(1, 0)), Health::Silent);
        QCOMPARE(model.unhealthy(), 2);
        QCOMPARE(model.metricText(*model.row(model.indexOf(AgentId{3}))), QStringLiteral("1 s"));
        QCOMPARE(model.metricText(*model.row(model.indexOf(AgentId{4}))), QStringLiteral("silent"));
    }

    void theOrderIsThePersons()
    {
        AgentModel model;
        AgentOrder order(&model);
        QAbstractItemModelTester tester(&order,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update({agent(1, QStringLiteral("r10"), QStringLiteral("s"), 5, 10ms, 0),
                      agent(2, QStringLiteral("r9"), QStringLiteral("s"), 1, 90ms, 2),
                      agent(3, QStringLiteral("r1"), QStringLiteral("s"), 9, 50ms, 1),
                      agent(4, QStringLiteral("x"), QStringLiteral("a"), 1, 1ms, 0)});
        QCOMPARE(dump(order), QStringLiteral("a(x) s(r1 r9 r10)"));
        order.setBy(AgentOrder::By::Rate);
        QCOMPARE(dump(order), QStringLiteral("a(x) s(r1 r10 r9)"));
        order.setBy(AgentOrder::By::P99);
        QCOMPARE(dump(order), QStringLiteral("a(x) s(r9 r1 r10)"));
        order.setBy(AgentOrder::By::Errors);
        QCOMPARE(dump(order), QStringLiteral("a(x) s(r9 r1 r10)"));
    }

    void theFilterLooksAtNamesAndGroups()
    {
        AgentModel model;
        AgentOrder order(&model);
        QAbstractItemModelTester tester(&order,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update({agent(1, QStringLiteral("planner"), QStringLiteral("berlin")),
                      agent(2, QStringLiteral("robot"), QStringLiteral("berlin")),
                      agent(3, QStringLiteral("robot-2"), QStringLiteral("lyon"))});
        order.setText(QStringLiteral("ROB"));
        QCOMPARE(dump(order), QStringLiteral("berlin(robot) lyon(robot-2)"));
        order.setText(QStringLiteral("lyo"));
        QCOMPARE(dump(order), QStringLiteral("lyon(robot-2)"));
        order.setText(QStringLiteral("nobody"));
        QCOMPARE(order.rowCount(), 0);
        order.setText({});
        QCOMPARE(dump(order), QStringLiteral("berlin(planner robot) lyon(robot-2)"));
    }

    void digitsInNamesCompareAsNumbers()
    {
        QVERIFY(nameLess(QStringLiteral("robot-9"), QStringLiteral("robot-10")));
        QVERIFY(!nameLess(QStringLiteral("robot-10"), QStringLiteral("robot-9")));
        QVERIFY(nameLess(QStringLiteral("robot-009"), QStringLiteral("robot-10")));
        QVERIFY(nameLess(QStringLiteral("a"), QStringLiteral("B")));
        QVERIFY(nameLess(QStringLiteral("a"), QStringLiteral("a1")));
        QVERIFY(!nameLess(QStringLiteral("a"), QStringLiteral("a")));
    }

    void rowsComeFromStateAndTraffic()
    {
        Dictionaries names;
        const AgentId robot = names.agent("robot");
        const AgentId planner = names.agent("planner");
        names.setLabel(robot, Label::Site, "berlin");
        TileSlice tiles;
        tiles.bucketWidth = 1s;
        tiles.bucketCount = 4;
        TileLane lane;
        lane.agent = robot;
        lane.total = 8;
        lane.sent[0] = {1, 5, 2, 0};
        lane.latency.add(50'000'000);
        tiles.lanes.push_back(lane);
        StateSlice state;
        AgentState known;
        known.agent = robot;
        known.liveness = Liveness::Alive;
        state.agents.push_back(known);

        const auto rows = agentRows(names, &state, &tiles, 200ms, 4);
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].group, QStringLiteral("berlin"));
        QCOMPARE(rows[0].rate, 2.0);
        QCOMPARE(rows[0].spark, (std::vector<float>{0.2F, 1.0F, 0.4F, 0.0F}));
        QCOMPARE(rows[0].health, Health::Well);
        QCOMPARE(rows[1].agent, planner);
        QCOMPARE(rows[1].health, Health::Unseen);
        QCOMPARE(agentRows(names, &state, &tiles, 20ms, 4)[0].health, Health::Slow);
    }

    void stateIsChangedKeyByKey()
    {
        StateModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.update({value(QStringLiteral("b"), QStringLiteral("1")),
                      value(QStringLiteral("d"), QStringLiteral("2"))});
        QCOMPARE(dump(model), QStringLiteral("b=1 d=2"));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.update({value(QStringLiteral("a"), QStringLiteral("0")),
                      value(QStringLiteral("b"), QStringLiteral("1")),
                      value(QStringLiteral("d"), QStringLiteral("3"))});
        QCOMPARE(dump(model), QStringLiteral("a=0 b=1 d=3"));
        QCOMPARE(changed.size(), 1);
        model.update({value(QStringLiteral("d"), QStringLiteral("3"))});
        QCOMPARE(dump(model), QStringLiteral("d=3"));
        model.update({value(QStringLiteral("e"), QStringLiteral("4"))});
        QCOMPARE(dump(model), QStringLiteral("e=4"));
        model.update({});
        QCOMPARE(dump(model), QString());
        QCOMPARE(reset.size(), 0);
    }

    void valuesAreReadAsPeopleDo()
    {
        QCOMPARE(stateText("\"robot-07\""), QStringLiteral("robot-07"));
        QCOMPARE(stateText("\"a\\u00e9\""), QStringLiteral("a\u00e9"));
        QCOMPARE(stateText("0.34"), QStringLiteral("0.34"));
        QCOMPARE(stateText("[1, 2]"), QStringLiteral("[1, 2]"));
        QCOMPARE(stateText({}), QString());
    }

    void theBandMergesWhatIsAlikeAndDrawsSilence()
    {
        TileSlice slice;
        slice.begin = fromNs(0);
        slice.bucketWidth = 1s;
        slice.bucketCount = 6;
        TileLane lane;
        lane.agent = AgentId{1};
        lane.sent[0] = {1, 1, 0, 0, 0, 0};
        lane.received = {0, 0, 0, 1, 0, 0};
        slice.lanes.push_back(lane);
        AgentState state;
        state.agent = AgentId{1};
        state.liveness = Liveness::Alive;
        state.lastSent = 1'500'000'000;
        using What = BandSegment::What;
        const auto alive = bandSegments(slice, state, fromNs(0) + 5s);
        QCOMPARE(alive.size(), std::size_t(4));
        QCOMPARE(alive[0], (BandSegment{{fromNs(0), fromNs(0) + 2s}, What::Sent}));
        QCOMPARE(alive[2].what, What::Received);
        state.liveness = Liveness::Silent;
        const auto silent = bandSegments(slice, state, fromNs(0) + 5s);
        QCOMPARE(silent.size(), std::size_t(3));
        QCOMPARE(silent[1], (BandSegment{{fromNs(0) + 2s, fromNs(0) + 5s}, What::Silent}));
        QCOMPARE(silent[2].what, What::Quiet);
    }

    /// Where every pixel holds some error among thousands of messages, it is not all red.
    void theBandTellsHowManyErrors()
    {
        QCOMPARE(errorEighths(0, 100), std::uint8_t(0));
        QCOMPARE(errorEighths(1, 10'000), std::uint8_t(1));
        QCOMPARE(errorEighths(50, 100), std::uint8_t(4));
        QCOMPARE(errorEighths(9'999, 10'000), std::uint8_t(7));
        QCOMPARE(errorEighths(3, 3), std::uint8_t(8));
        TileSlice slice;
        slice.begin = fromNs(0);
        slice.bucketWidth = 1s;
        slice.bucketCount = 4;
        TileLane lane;
        lane.agent = AgentId{1};
        lane.sent[0] = {100, 100, 0, 100};
        lane.sent[std::size_t(Kind::Error)] = {1, 2, 5, 0};
        slice.lanes.push_back(lane);
        AgentState state;
        state.agent = AgentId{1};
        const auto segments = bandSegments(slice, state, fromNs(0) + 4s);
        QCOMPARE(segments.size(), std::size_t(3)); // the first two are alike
        QCOMPARE(segments[0].eighths, std::uint8_t(1));
        QCOMPARE(segments[1].eighths, std::uint8_t(8));
        StatusBand band;
        band.resize(40, 24);
        band.setBand({fromNs(0), fromNs(0) + 4s}, fromNs(0) + 4s, segments);
        const QImage picture = band.grab().toImage();
        const QColor bad = Theme::current().bad;
        QCOMPARE(picture.pixelColor(5, 1), bad);
        QVERIFY(picture.pixelColor(5, 20) != bad);
        QCOMPARE(picture.pixelColor(25, 20), bad);
    }
};

QTEST_MAIN(AgentModelTest)
#include "tst_agentmodel.moc"
