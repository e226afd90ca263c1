// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/lanelayout.h"
#include "views/timeline/laneorder.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestLaneLayout : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lanesAreSortedByNameWithinTheirGroup();
    void aFoldedGroupIsOneLane();
    void crowdsFoldByThemselvesUntilTold();
    void rowsAreFoundByTheirPlace();
    void nothingIsDefined();
    void anOrderIsOfAPerson();
};

namespace {

std::vector<LaneAgent> agents(QStringView text)
{
    // "robot-1@lyon planner"
    std::vector<LaneAgent> result;
    std::uint32_t id = 0;
    const auto words = text.split(u' ');
    for (const QStringView word : words) {
        const auto at = word.indexOf(u'@');
        result.push_back({AgentId(++id), (at < 0 ? word : word.left(at)).toString(),
                          at < 0 ? QString() : word.mid(at + 1).toString()});
    }
    return result;
}

QString dump(const LaneLayout& layout)
{
    QStringList lines;
    for (const LaneRow& row : layout.rows())
        lines << u"%1 %2%3"_s.arg(
            QString::number(row.y),
            row.what == LaneRow::What::Group ? (row.isFolded ? u"+"_s : u"-"_s) : QString(),
            row.label);
    return lines.join(u'\n');
}

} // namespace

void TestLaneLayout::anOrderIsOfAPerson()
{
    const auto shown = [](const LaneOrder& order) {
        // ids 1 to 5
        const LaneFigures figures{
            {1, {10, 0, 500}}, {2, {30, 2, 100}}, {3, {20, 2, 0}}, {5, {5, 7, 900}}};
        LaneLayout layout;
        layout.build(order.apply(agents(u"delta@x alpha@x bravo@x echo@x charlie"), figures), {},
                     20, 10);
        QStringList names;
        for (const LaneRow& row : layout.rows())
            names << (row.what == LaneRow::What::Group ? u"-"_s : QString()) + row.label.left(1);
        return names.join(QString());
    };
    QCOMPARE(shown({}), u"c-xabde"_s);
    QCOMPARE(shown({LaneSort::FirstSeen, {}, {}}), u"c-xdabe"_s);
    QCOMPARE(shown({LaneSort::Messages, {}, {}}), u"c-xabde"_s);
    // Those that are alike stand by their names, those without a figure last.
    QCOMPARE(shown({LaneSort::Errors, {}, {}}), u"c-xabde"_s);
    QCOMPARE(shown({LaneSort::Latency, {}, {}}), u"c-xdabe"_s);
    QCOMPARE(shown({LaneSort::Name, {u"echo"_s, u"bravo"_s}, {}}), u"bec-xad"_s);
    QCOMPARE(shown({LaneSort::Latency, {u"alpha"_s, u"delta"_s}, {}}), u"dac-xbe"_s);
    QCOMPARE(shown({LaneSort::Name, {}, u"L"_s}), u"c-xad"_s);
    QCOMPARE(shown({LaneSort::Name, {}, u"X"_s}), u"-xabde"_s); // by their group
    QCOMPARE(shown({LaneSort::Name, {}, u"nobody"_s}), QString());
}

void TestLaneLayout::lanesAreSortedByNameWithinTheirGroup()
{
    LaneLayout layout;
    layout.build(agents(u"robot-10@turin robot-9@turin writer@berlin router Robot-2@turin"), {}, 20,
                 10);
    QCOMPARE(dump(layout), u"0 router\n20 -berlin\n30 writer\n50 -turin\n60 Robot-2\n80 robot-9\n"
                           u"100 robot-10"_s);
    QCOMPARE(layout.height(), 120);
}

void TestLaneLayout::aFoldedGroupIsOneLane()
{
    LaneLayout layout;
    layout.build(agents(u"a@lyon b@lyon c@turin"), {{u"lyon"_s, true}}, 20, 10);
    QCOMPARE(dump(layout), u"0 +lyon\n20 -turin\n30 c"_s);
    const LaneRow& folded = layout.rows().front();
    QVERIFY(folded.showsTraffic());
    QCOMPARE(folded.height, 20);
    QCOMPARE(layout.members(folded), (std::vector{AgentId(1), AgentId(2)}));
    QCOMPARE(layout.rowOf(AgentId(2)), std::optional<std::size_t>(0));
    QVERIFY(!layout.rows()[1].showsTraffic());
}

void TestLaneLayout::crowdsFoldByThemselvesUntilTold()
{
    std::vector<LaneAgent> crowd;
    for (std::uint32_t i = 1; i <= 200; ++i)
        crowd.push_back({AgentId(i), u"robot-%1"_s.arg(i), i <= 190 ? u"big"_s : u"small"_s});
    LaneLayout layout;
    layout.build(crowd, {}, 20, 10);
    QVERIFY(layout.rows().front().isFolded);
    QCOMPARE(layout.rows().size(), std::size_t(1 + 1 + 10));
    layout.build(crowd, {{u"big"_s, false}}, 20, 10);
    QCOMPARE(layout.rows().size(), std::size_t(202));
}

void TestLaneLayout::rowsAreFoundByTheirPlace()
{
    LaneLayout layout;
    layout.build(agents(u"a@x b@x c@x"), {}, 20, 10);
    QCOMPARE(layout.rowAt(0), std::optional<std::size_t>(0));
    QCOMPARE(layout.rowAt(9), std::optional<std::size_t>(0));
    QCOMPARE(layout.rowAt(10), std::optional<std::size_t>(1));
    QCOMPARE(layout.rowAt(69), std::optional<std::size_t>(3));
    QVERIFY(!layout.rowAt(70));
    QVERIFY(!layout.rowAt(-1));
    QCOMPARE(layout.rowsBetween(29, 31), (std::pair<std::size_t, std::size_t>(1, 3)));
    QCOMPARE(layout.rowsBetween(-500, 5000), (std::pair<std::size_t, std::size_t>(0, 4)));
}

void TestLaneLayout::nothingIsDefined()
{
    LaneLayout layout;
    layout.build({}, {}, 20, 10);
    QVERIFY(layout.rows().empty());
    QVERIFY(!layout.rowAt(0));
    QVERIFY(!layout.rowOf(AgentId(3)));
    QCOMPARE(layout.height(), 0);
}

QTEST_APPLESS_MAIN(TestLaneLayout)
#include "tst_lanelayout.moc"
