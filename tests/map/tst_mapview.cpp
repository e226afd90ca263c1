// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/agenttable.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/viewwishes.h"
#include "views/map/mapcanvas.h"
#include "views/map/mapview.h"

#include <QAbstractItemModelTester>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QUrl>
#include <QWheelEvent>

#include <cmath>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said state(std::chrono::milliseconds after, const QByteArray& from, QByteArray payload)
{
    return said(after, "state",
                "{\"from\":\"" + from +
                    "\",\"kind\":\"state\",\"payload\":" + payload.replace('\'', '"') + "}");
}

Said at(std::chrono::milliseconds after, const QByteArray& from, double x, double y)
{
    return state(after, from,
                 "{'pose':{'x':" + QByteArray::number(x) + ",'y':" + QByteArray::number(y) +
                     "},'load':" + QByteArray::number(x / 100) + "}");
}

/// Three in a hall of 10 by 10; d and e stand at one point; far goes on speaking to the end.
std::vector<Said> hall()
{
    std::vector<Said> said{at(0ms, "a", 0, 0), at(10ms, "b", 10, 0), at(20ms, "c", 0, 10),
                           at(30ms, "d", 5, 5), at(40ms, "e", 5, 5)};
    for (int s = 1; s < 20; ++s)
        said.push_back(at(std::chrono::seconds(s), "b", 10, s * 0.1));
    return said;
}

} // namespace

class MapViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(const std::vector<Said>& said, bool isLive = false)
            : recorded(said)
            , view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            if (!recorded.waitForAll())
                qFatal("not recorded");
            view.resize(600, 500);
            view.show();
            shared.setSession(isLive ? recorded.session() : recorded.close());
            if (!isLive)
                shared.showAll();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] AgentId agent(const char* name) const
        {
            return shared.session()->dictionaries()->findAgent(name);
        }
        [[nodiscard]] QPointF pointOf(const char* name) const
        {
            return view.canvas()->pointOf(agent(name));
        }
        [[nodiscard]] std::size_t placed() const
        {
            return view.isSettled() ? view.canvas()->scene().positions.agents.size() : 0;
        }
        Recorded recorded;
        SharedView shared;
        MapView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void anEmptyMapSaysHowToFillIt()
    {
        SharedView shared;
        MapView view({&shared});
        view.show();
        QCOMPARE(view.findChild<EmptyNote*>()->title(), u"No recording is open"_s);
        Recorded recorded({state(0ms, "a", "{'mode':'idle','load':3}")});
        QVERIFY(recorded.waitForAll());
        shared.setSession(recorded.close());
        QTRY_COMPARE(view.findChild<EmptyNote*>()->title(), u"Nothing looks like a place"_s);
        QVERIFY(view.asText().startsWith(u"Nothing looks like a place"_s));
        shared.setSession(nullptr);
    }

    void placesAreWhereTheySayWithTheirYUpwards()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        QVERIFY(scene.view.asText().contains(u"5 agents · pose.x, pose.y"_s));
        const QPointF a = scene.pointOf("a");
        QVERIFY(scene.pointOf("b").x() > a.x() + 100);
        QVERIFY(scene.pointOf("c").y() < a.y() - 100);
        // A unit is as long across as it is up.
        QVERIFY(std::abs((scene.pointOf("c").y() - a.y()) + (scene.pointOf("d").x() - a.x()) * 2) <
                1);
        for (const char* name : {"a", "b", "c", "d"})
            QVERIFY(scene.view.canvas()->rect().contains(scene.pointOf(name).toPoint()));
        scene.view.setTable(true);
        QCOMPARE(scene.view.model()->rowCount(), 5);
        QVERIFY(scene.view.asText().contains(u"\tb\t"_s) &&
                scene.view.asText().contains(u"\t10\t1.9"_s));
    }

    void whoStandsAtOnePointIsABundleAndClicksGoThroughIt()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        MapCanvas* canvas = scene.view.canvas();
        QCOMPARE(canvas->scene().marks.size(), std::size_t(4));
        const QPoint middle = scene.pointOf("d").toPoint();
        QVERIFY(canvas->sentenceOf(canvas->scene().markAt(middle)).startsWith(u"2 agents here"_s));
        QTest::mouseClick(canvas, Qt::LeftButton, {}, middle);
        const AgentId first = scene.shared.selectedAgent();
        QVERIFY(first == scene.agent("d") || first == scene.agent("e"));
        QTest::mouseClick(canvas, Qt::LeftButton, {}, middle);
        QVERIFY(scene.shared.selectedAgent() != first);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, middle);
        QCOMPARE(scene.shared.selectedAgent(), first);
        // Who is near another joins it when the picture gets smaller, and leaves when it grows.
        for (int i = 0; i < 20; ++i)
            QTest::keyClick(canvas, Qt::Key_Minus);
        QCOMPARE(canvas->scene().marks.size(), std::size_t(1));
        QTest::keyClick(canvas, Qt::Key_0);
        QCOMPARE(canvas->scene().marks.size(), std::size_t(4));
    }

    void thousandsAreSeenCoarser()
    {
        Positions positions;
        for (std::uint32_t i = 0; i < 5000; ++i) {
            AgentPlace place;
            place.agent = AgentId(i + 1);
            place.x = i % 100;
            place.y = i / 100;
            positions.agents.push_back(place);
        }
        const std::vector<Health> health(positions.agents.size(), Health::Well);
        MapCamera camera;
        camera.size = {1600, 900};
        camera.fit(boundsOf(positions, {}));
        const auto marks = mapMarks(positions, health, {}, camera);
        QVERIFY(marks.size() <= 600);
        std::size_t all = 0;
        for (const MapMark& mark : marks)
            all += mark.places.size();
        QCOMPARE(all, positions.agents.size());
        // No count lies over another.
        for (std::size_t i = 0; i < marks.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(!plateOf(marks[i]).intersects(plateOf(marks[j])) ||
                        (marks[i].places.size() == 1 && marks[j].places.size() == 1));
        }
        camera.zoom(8, {800, 450});
        QVERIFY(mapMarks(positions, health, {}, camera).size() > marks.size());
    }

    void keysGoFromAgentToAgent()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        MapCanvas* canvas = scene.view.canvas();
        scene.shared.selectAgent(scene.agent("a"));
        QSignalSpy wishes(ViewWishes::of(&scene.shared), &ViewWishes::wanted);
        QTest::keyClick(canvas, Qt::Key_Right);
        QVERIFY(scene.shared.selectedAgent() == scene.agent("b") ||
                scene.shared.selectedAgent() == scene.agent("d"));
        scene.shared.selectAgent(scene.agent("a"));
        QTest::keyClick(canvas, Qt::Key_Up);
        QVERIFY(scene.shared.selectedAgent() != scene.agent("a"));
        QVERIFY(!canvas->accessibleDescription().isEmpty());
        QTest::keyClick(canvas, Qt::Key_Return);
        QCOMPARE(wishes.value(0).value(0).toString(), u"timeline"_s);
        QTest::keyClick(canvas, Qt::Key_T);
        QTRY_VERIFY(scene.view.table()->isVisible());
        scene.view.table()->selectRow(0);
        QCOMPARE(scene.shared.selectedAgent(), scene.agent("a"));
    }

    void theWheelZoomsAroundWhatIsUnderItAndDraggingPans()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        MapCanvas* canvas = scene.view.canvas();
        const QPointF fixed = scene.pointOf("b");
        const double before = canvas->scene().camera.scale;
        QWheelEvent wheel(fixed, canvas->mapToGlobal(fixed), {}, {0, 240}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas, &wheel);
        QVERIFY(canvas->scene().camera.scale > before * 1.2);
        QVERIFY((scene.pointOf("b") - fixed).manhattanLength() < 1);
        QTest::mousePress(canvas, Qt::LeftButton, {}, {100, 100});
        QMouseEvent move(QEvent::MouseMove, QPointF(160, 140),
                         canvas->mapToGlobal(QPointF(160, 140)), Qt::LeftButton, Qt::LeftButton,
                         Qt::NoModifier);
        QCoreApplication::sendEvent(canvas, &move);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, {160, 140});
        QVERIFY((scene.pointOf("b") - fixed - QPointF(60, 40)).manhattanLength() < 2);
        QCOMPARE(scene.shared.selectedAgent(), AgentId{});
    }

    void itFollowsThePlayheadWithTrailsAndRings()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        scene.shared.setPlayhead(kStart + 10s);
        const auto placeOfB = [&] {
            for (const AgentPlace& place : scene.view.canvas()->scene().positions.agents) {
                if (place.agent == scene.agent("b"))
                    return place;
            }
            return AgentPlace{};
        };
        QTRY_COMPARE(placeOfB().y, 1.0);
        QCOMPARE(placeOfB().trail.size(), std::size_t(11));
        scene.view.setTrail(3s);
        QTRY_COMPARE(placeOfB().trail.size(), std::size_t(4));
        // b spoke just now, the others did not.
        const MapScene& map = scene.view.canvas()->scene();
        QVERIFY(map.marks[static_cast<std::size_t>(map.markOf(scene.agent("b")))].isSending);
        QVERIFY(!map.marks[static_cast<std::size_t>(map.markOf(scene.agent("a")))].isSending);
        scene.shared.setPlayhead(kStart + 5ms);
        QTRY_COMPARE(scene.placed(), std::size_t(1));
    }

    void anyTwoNumbersCanBeChosenAndAreKept()
    {
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        scene.view.setAxes(chosenAxes("load", "pose.y"));
        QTRY_VERIFY(scene.view.asText().contains(u"load, pose.y"_s));
        Scene other(hall());
        other.view.restoreState(scene.view.saveState());
        QTRY_VERIFY(other.view.asText().contains(u"load, pose.y"_s));
        other.view.setAxes({});
        QTRY_VERIFY(other.view.asText().contains(u"pose.x, pose.y"_s));
        other.view.setAxes(chosenAxes("no", "thing"));
        QTRY_COMPARE(other.view.findChild<EmptyNote*>()->title(), u"Nobody is anywhere here"_s);
        other.view.restoreState("garbage");
        QCOMPARE(other.view.axes().x, std::string("no"));
    }

    void degreesAreAsLongInEveryDirection()
    {
        Scene scene({state(0ms, "a", "{'lat':60.0,'lon':24.0}"),
                     state(1ms, "north", "{'lat':60.001,'lon':24.0}"),
                     state(2ms, "east", "{'lat':60.0,'lon':24.002}"),
                     state(3ms, "lost", "{'lat':600,'lon':24}")});
        QTRY_COMPARE(scene.placed(), std::size_t(3));
        QVERIFY(scene.view.asText().contains(u"1 has no place in it"_s));
        const QPointF a = scene.pointOf("a");
        // At 60° a degree of longitude is half as long.
        const double up = a.y() - scene.pointOf("north").y();
        const double across = scene.pointOf("east").x() - a.x();
        QVERIFY2(std::abs(up / across - 1) < 0.01, qPrintable(QString::number(up / across)));
        QVERIFY(up > 50);
    }

    void theDateLineIsNoEdge()
    {
        Scene scene({state(0ms, "west", "{'lat':0,'lon':179.999}"),
                     state(1ms, "east", "{'lat':0,'lon':-179.999}"),
                     state(2ms, "middle", "{'lat':0.001,'lon':180}")});
        QTRY_COMPARE(scene.placed(), std::size_t(3));
        QVERIFY(scene.pointOf("west").x() < scene.pointOf("middle").x());
        QVERIFY(scene.pointOf("middle").x() < scene.pointOf("east").x());
        QVERIFY(scene.view.canvas()->scene().camera.scale > 0.1);
    }

    void aPictureThatIsDroppedLiesUnderTheAgentsAndIsKept()
    {
        QTemporaryDir folder;
        QImage image(200, 100, QImage::Format_RGB32);
        image.fill(Qt::red);
        const QString path = folder.filePath(u"hall.png"_s);
        QVERIFY(image.save(path));
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        MapCanvas* canvas = scene.view.canvas();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(canvas, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(canvas, &drop);
        QTRY_VERIFY(!canvas->scene().planRect().isEmpty());
        for (const char* name : {"a", "b", "c"})
            QVERIFY(
                canvas->scene().planRect().adjusted(-2, -2, 2, 2).contains(scene.pointOf(name)));
        const QColor seen =
            canvas->grab().toImage().pixelColor((scene.pointOf("a") + QPointF(60, -60)).toPoint());
        QVERIFY2(seen.red() > seen.green() + 40, qPrintable(seen.name()));
        // Alt and drag moves it, not the map.
        const QRectF before = canvas->scene().planRect();
        QTest::mousePress(canvas, Qt::LeftButton, Qt::AltModifier, {300, 300});
        QMouseEvent move(QEvent::MouseMove, QPointF(330, 280),
                         canvas->mapToGlobal(QPointF(330, 280)), Qt::LeftButton, Qt::LeftButton,
                         Qt::AltModifier);
        QCoreApplication::sendEvent(canvas, &move);
        QTest::mouseRelease(canvas, Qt::LeftButton, Qt::AltModifier, {330, 280});
        const QPointF moved = canvas->scene().planRect().topLeft() - before.topLeft();
        QVERIFY((moved - QPointF(30, -20)).manhattanLength() < 1);
        const FloorPlan plan = canvas->scene().plan;
        Scene other(hall());
        other.view.restoreState(scene.view.saveState());
        QTRY_VERIFY(!other.view.canvas()->scene().image.isNull());
        QCOMPARE(other.view.canvas()->scene().plan, plan);
        other.view.setPlan({});
        QVERIFY(other.view.canvas()->scene().planRect().isEmpty());
    }

    void whatIsNoPictureSaysSo()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(u"plan.png"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("this is no picture");
        file.close();
        Scene scene(hall());
        QTRY_COMPARE(scene.placed(), std::size_t(5));
        scene.view.setPlan(file.fileName());
        QTRY_VERIFY(scene.view.asText().contains(u"cannot be read as a picture"_s));
        QVERIFY(scene.view.canvas()->scene().planRect().isEmpty());
    }

    void itGrowsWhileItIsLive()
    {
        Scene scene(hall(), true);
        scene.shared.goLive();
        QTRY_COMPARE(scene.view.canvas()->scene().positions.agents.size(), std::size_t(5));
        scene.recorded.say({at(21s, "new", 30, 30)});
        QTRY_COMPARE(scene.view.canvas()->scene().positions.agents.size(), std::size_t(6));
        QVERIFY(scene.view.canvas()->rect().contains(scene.pointOf("new").toPoint()));
    }

    void hostileNumbersBreakNothing()
    {
        Scene scene({at(0ms, "a", 1e12, -1e12), at(1ms, "b", -1e12, 1e12), at(2ms, "c", 1e-12, 0),
                     state(3ms, "d", "{'pose':{'x':1e308,'y':-1e308}}"),
                     state(4ms, "e", "{'pose':{'x':'NaN','y':'Infinity'}}"),
                     state(5ms, "f", "{'pose':'here'}")});
        QTRY_COMPARE(scene.placed(), std::size_t(3));
        QVERIFY(scene.view.asText().contains(u"3 have no place in it"_s));
        MapCanvas* canvas = scene.view.canvas();
        const QImage image = canvas->grab().toImage();
        QVERIFY(!image.isNull());
        for (int i = 0; i < 400; ++i)
            canvas->zoom(i < 200 ? 2 : 0.4, {10, 10});
        QVERIFY(!canvas->grab().toImage().isNull());
        canvas->fit();
        QVERIFY(canvas->rect().contains(scene.pointOf("a").toPoint()));
        QVERIFY(canvas->rect().contains(scene.pointOf("b").toPoint()));
    }

    void oneAgentAloneIsInTheMiddle()
    {
        Scene scene({at(0ms, "a", 1000, 2000)});
        QTRY_COMPARE(scene.placed(), std::size_t(1));
        const QPointF middle = QRectF(scene.view.canvas()->rect()).center();
        QVERIFY((scene.pointOf("a") - middle).manhattanLength() < 3);
        QVERIFY(!scene.view.canvas()->grab().toImage().isNull());
    }
};

QTEST_MAIN(MapViewTest)
#include "tst_mapview.moc"
