// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/wall/wallplan.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

AgentRow agent(const QString& name, const QString& group, Health health = Health::Well)
{
    AgentRow row;
    row.agent = AgentId(static_cast<std::uint32_t>(1 + qHash(name) % 100'000));
    row.name = name;
    row.group = group;
    row.health = health;
    return row;
}

std::vector<AgentRow> many(int count)
{
    std::vector<AgentRow> rows;
    for (int i = 0; i < count; ++i)
        rows.push_back(agent(u"robot-%1"_s.arg(i), i % 3 == 0 ? u"north"_s : u"south"_s,
                             i % 50 == 7 ? Health::Silent : Health::Well));
    return rows;
}

QString order(const WallPlan& plan, const std::vector<AgentRow>& rows)
{
    QStringList all;
    for (const WallGroup& group : plan.groups()) {
        QStringList names;
        for (int i = group.first; i < group.first + group.count; ++i)
            names << rows[static_cast<std::size_t>(plan.tiles()[static_cast<std::size_t>(i)].row)]
                         .name;
        all << group.name + u": "_s + names.join(u' ');
    }
    return all.join(u'\n');
}

} // namespace

class WallPlanTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nobodyHasNoTile()
    {
        const WallPlan plan({}, {{}, {800, 400}});
        QVERIFY(plan.tiles().empty());
        QCOMPARE(plan.tileAt({10, 10}), -1);
        QCOMPARE(plan.beside(0, Qt::Key_Down), -1);
    }

    void theWorstStandFirst()
    {
        const std::vector<AgentRow> rows{agent(u"robot-10"_s, u"a"_s),
                                         agent(u"robot-9"_s, u"a"_s),
                                         agent(u"router"_s, u"b"_s, Health::Slow),
                                         agent(u"vision"_s, u"b"_s, Health::Silent),
                                         agent(u"z"_s, u"b"_s, Health::Erring),
                                         agent(u"new"_s, u"a"_s, Health::Unseen)};
        const WallPlan plan(rows, {{}, {800, 400}});
        QCOMPARE(order(plan, rows), u"b: vision z router\na: robot-9 robot-10 new"_s);
        const auto counts = plan.counts();
        QCOMPARE(counts[static_cast<std::size_t>(Health::Well)], 2);
        QCOMPARE(counts[static_cast<std::size_t>(Health::Silent)], 1);
    }

    void aFilterLeavesThoseOfThatNameOrGroup()
    {
        const std::vector<AgentRow> rows{agent(u"robot-1"_s, u"north"_s),
                                         agent(u"Router"_s, u"south"_s),
                                         agent(u"vision"_s, u"north"_s)};
        QCOMPARE(order(WallPlan(rows, {u"ROUT"_s, {800, 400}}), rows), u"south: Router"_s);
        QCOMPARE(order(WallPlan(rows, {u" north "_s, {800, 400}}), rows),
                 u"north: robot-1 vision"_s);
    }

    void tilesGetSmallerTheMoreThereAre()
    {
        const QSize room(1660, 980);
        TileSize last = TileSize::Full;
        for (const int count : {1, 20, 120, 500, 5000}) {
            const WallPlan plan(many(count), {{}, room});
            QVERIFY(plan.size() <= last);
            last = plan.size();
            QVERIFY2(plan.height() <= room.height(), qPrintable(QString::number(count)));
        }
        // What can be read at 500 has names, at 5,000 a letter each.
        QVERIFY(WallPlan(many(500), {{}, room}).size() >= TileSize::Name);
        QCOMPARE(last, TileSize::Letter);
        // A size that is wished is kept, and scrolls.
        const WallPlan wished(many(500), {{}, room, 16, TileSize::Full});
        QCOMPARE(wished.size(), TileSize::Full);
        QVERIFY(wished.height() > room.height());
    }

    void noTileLiesOverAnother()
    {
        for (const int width : {1, 90, 400, 1700}) {
            for (const TileSize size :
                 {TileSize::Letter, TileSize::Name, TileSize::Brief, TileSize::Full}) {
                const WallPlan plan(many(60), {{}, {width, 300}, 16, size});
                QCOMPARE(plan.tiles().size(), std::size_t(60));
                for (std::size_t i = 0; i < plan.tiles().size(); ++i) {
                    const QRect rect = plan.tiles()[i].rect;
                    QCOMPARE(plan.tileAt(rect.center()), static_cast<int>(i));
                    QCOMPARE(plan.tileAt(rect.topLeft()), static_cast<int>(i));
                    for (std::size_t j = 0; j < i; ++j)
                        QVERIFY(!plan.tiles()[j].rect.intersects(rect));
                }
                for (const WallGroup& group : plan.groups())
                    QCOMPARE(plan.tileAt(group.header.center()), -1);
            }
        }
    }

    void arrowsGoToTheNeighbour()
    {
        const WallPlan plan(many(60), {{}, {400, 300}, 16, TileSize::Brief});
        const auto rect = [&](int tile) {
            return plan.tiles()[static_cast<std::size_t>(tile)].rect;
        };
        QCOMPARE(plan.beside(-1, Qt::Key_Right), 0);
        QCOMPARE(plan.beside(0, Qt::Key_Left), 0);
        QCOMPARE(plan.beside(0, Qt::Key_Right), 1);
        const int below = plan.beside(1, Qt::Key_Down);
        QCOMPARE(rect(below).left(), rect(1).left());
        QVERIFY(rect(below).top() > rect(1).top());
        QCOMPARE(plan.beside(below, Qt::Key_Up), 1);
        QCOMPARE(plan.beside(0, Qt::Key_Up), 0);
        // Down leads to the end, over the headers of groups.
        int tile = 0;
        for (int i = 0; i < 60; ++i)
            tile = plan.beside(tile, Qt::Key_Down);
        QCOMPARE(rect(tile).top(), rect(59).top());
    }
};

QTEST_GUILESS_MAIN(WallPlanTest)
#include "tst_wallplan.moc"
