// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/agents/historyplot.h"
#include "views/agents/keyhistory.h"
#include "views/agents/statecomparison.h"
#include "views/agents/statemodel.h"
#include "views/agents/stateview.h"
#include "views/base/agentmoments.h"
#include "views/base/markerboard.h"
#include "views/base/markerfollower.h"
#include "views/base/markeroverlay.h"
#include "views/base/sharedview.h"

#include <QAbstractItemModelTester>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

Said state(std::chrono::milliseconds after, const char* topic, const QByteArray& from,
           const QByteArray& payload)
{
    return said(after, topic,
                "{\"from\":\"" + from +
                    "\",\"kind\":\"state\",\"site\":\"berlin\",\"payload\":" + payload + "}");
}

/// Seven robots for ten seconds; robot-6 is too hot from the beginning, planner misses a version.
std::vector<Said> swarm()
{
    std::vector<Said> all{state(0ms, "task.7", "planner", "{\"version\":1}"),
                          state(10ms, "task.7", "robot-0", "{\"version\":2}"),
                          state(20ms, "task.7", "planner", "{\"version\":2}"),
                          state(900ms, "task.7", "robot-0", "{\"version\":4}")};
    for (int second = 1; second <= 10; ++second) {
        for (int robot = 0; robot < 7; ++robot)
            all.push_back(state(std::chrono::milliseconds(second * 1000 + robot), "state",
                                "robot-" + QByteArray::number(robot),
                                "{\"heat\":" + QByteArray::number(robot == 6 ? 90 : 40 + robot) +
                                    ",\"mode\":\"" + (second < 5 ? "idle" : "busy") + "\"}"));
        if (second == 6)
            all.push_back(state(6500ms, "task.7", "planner", "{\"version\":2}"));
    }
    return all;
}

} // namespace

/// The pane of one agent's state: against others, over time, and what it could have known.
class TestStatePane : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            view.resize(420, 600);
            view.show();
            QTRY_VERIFY_WITH_TIMEOUT(recorded.waitForAll(), 10'000);
            shared.setSession(recorded.close());
        }
        ~Scene() { shared.setSession(nullptr); }
        void look(const char* agent, nanoseconds after)
        {
            shared.selectAgent(shared.session()->dictionaries()->findAgent(agent));
            shared.setPlayhead(kStart + after);
        }
        [[nodiscard]] StateRow row(const char* key) const
        {
            for (const StateRow& one : view.model()->rows()) {
                if (one.key == QLatin1StringView(key))
                    return one;
            }
            return {};
        }
        Recorded recorded{swarm()};
        SharedView shared;
        StateView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void aStateIsComparedWithAnotherMoment()
    {
        Scene scene;
        scene.look("robot-1", 3500ms);
        QTRY_COMPARE(scene.row("mode").value, QStringLiteral("idle"));
        QVERIFY(scene.view.table()->isColumnHidden(StateModel::Against));
        scene.view.comparison()->withMoment(kStart + 7500ms);
        QTRY_COMPARE(scene.row("mode").difference, QStringLiteral("≠"));
        QCOMPARE(scene.row("mode").against, QStringLiteral("busy"));
        QVERIFY(scene.row("heat").difference.isEmpty());
        QVERIFY(!scene.view.table()->isColumnHidden(StateModel::Against));
        QVERIFY(scene.view.asText().contains(QStringLiteral("compared with 04:17:07.500")));
        // Before it said anything, all of it is new.
        scene.view.comparison()->withMoment(kStart + 500ms);
        QTRY_COMPARE(scene.row("heat").difference, QStringLiteral("+ not there"));
        scene.view.comparison()->clear();
        QTRY_VERIFY(scene.row("heat").difference.isEmpty());
        QVERIFY(scene.view.table()->isColumnHidden(StateModel::Against));
    }

    void atTheMessageItselfNoTimeHasPassed()
    {
        Scene scene;
        scene.look("robot-1", 3501ms);
        QTRY_VERIFY(scene.view.asText().contains(QStringLiteral("idle for 500 ms")));
        scene.look("robot-1", 3001ms);
        QTRY_VERIFY(scene.view.asText().contains(QStringLiteral("idle from now on")));
    }

    void aStateIsComparedWithAnotherAgent()
    {
        Scene scene;
        scene.look("robot-1", 3500ms);
        QTRY_COMPARE(scene.row("heat").value, QStringLiteral("41"));
        scene.view.comparison()->withAgent(
            scene.shared.session()->dictionaries()->findAgent("robot-0"));
        QTRY_COMPARE(scene.row("heat").difference, QStringLiteral("▲ 1"));
        QCOMPARE(scene.row("heat").against, QStringLiteral("40"));
        // What only the other one says is a row, too.
        QCOMPARE(scene.row("version").value, QStringLiteral("(none)"));
        QCOMPARE(scene.row("version").against, QStringLiteral("4"));
        QCOMPARE(scene.row("version").setBy, 4);
    }

    void whoIsOutOfLineIsSaidBySignAndWord()
    {
        Scene scene;
        scene.look("robot-6", 9500ms);
        QTRY_COMPARE(scene.row("heat").drift, QStringLiteral("▲ above"));
        QVERIFY2(scene.row("heat").driftWhy.contains(QStringLiteral("usual 43")),
                 qPrintable(scene.row("heat").driftWhy));
        QVERIFY(!scene.view.table()->isColumnHidden(StateModel::Drift));
        scene.look("robot-1", 9500ms);
        QTRY_COMPARE(scene.row("heat").value, QStringLiteral("41"));
        QVERIFY(scene.row("heat").drift.isEmpty());
        scene.look("planner", 9500ms);
        QTRY_COMPARE(scene.row("version").drift, QStringLiteral("↓ behind"));
        QTRY_VERIFY2(scene.view.asText().contains(
                         QStringLiteral("version of task.7: knew 2, true 4 since 04:17:00.900")),
                     qPrintable(scene.view.asText()));
    }

    void theKeyUnderTheCursorShowsItsHistory()
    {
        Scene scene;
        scene.look("robot-1", 9500ms);
        QTRY_COMPARE(scene.row("heat").value, QStringLiteral("41"));
        QVERIFY(!scene.view.history()->isVisible());
        scene.view.table()->setCurrentIndex(scene.view.model()->index(0, 0));
        QTRY_VERIFY(scene.view.history()->isVisible());
        HistoryPlot* plot = scene.view.history()->plot();
        QTRY_COMPARE(plot->steps().size(), std::size_t(10));
        QVERIFY(plot->isNumeric());
        scene.view.table()->setCurrentIndex(scene.view.model()->index(1, 0));
        QTRY_COMPARE(plot->words(), (QStringList{QStringLiteral("idle"), QStringLiteral("busy")}));
        QVERIFY(!plot->isNumeric());
        QVERIFY2(
            scene.view.history()->title().contains(QStringLiteral("told 10 times, changed once")),
            qPrintable(scene.view.history()->title()));
        QVERIFY(plot->accessibleDescription().contains(QStringLiteral("busy")));
        const HistoryStep* step = plot->stepAt(kStart + 5500ms);
        QVERIFY(step != nullptr);
        Q_EMIT plot->stepPicked(*step);
        QCOMPARE(scene.shared.selectedMessage(), step->seq);
        QCOMPARE(scene.shared.playhead(), fromNs(step->time));
        QTest::keyClick(&scene.view, Qt::Key_Escape);
        QVERIFY(!scene.view.history()->isVisible());
    }

    void aMarkerIsKeptShownAndForgotten()
    {
        Scene scene;
        auto* follower = new MarkerFollower(&scene.shared);
        const TimeAxis axis({kStart, kStart + 10s}, 0, 400);
        QWidget host;
        host.resize(400, 50);
        const auto* overlay = new MarkerOverlay(&scene.shared, &host, [&] {
            return MarkerOverlay::Place{axis, host.rect()};
        });
        host.show();
        QVERIFY(overlay->isHidden());
        const Marker marker{toNs(kStart + 5s), QStringLiteral("vision 2.3 is out"), 0};
        follower->add(marker);
        QTRY_COMPARE(overlay->asText(), QStringLiteral("04:17:05.000 vision 2.3 is out"));
        QVERIFY(!overlay->isHidden());
        // Its line stands where its time is, and nowhere else.
        const QImage picture = host.grab().toImage();
        const auto differs = [&](int x) {
            return picture.pixel(x, 30) != picture.pixel(10, 30) ||
                   picture.pixel(x, 33) != picture.pixel(10, 33) ||
                   picture.pixel(x, 36) != picture.pixel(10, 36);
        };
        QVERIFY(differs(200));
        QVERIFY(!differs(100));
        follower->remove(marker);
        QTRY_VERIFY(MarkerBoard::of(&scene.shared)->markers().empty());
        QVERIFY(overlay->isHidden());
    }
};

QTEST_MAIN(TestStatePane)
#include "tst_statepane.moc"
