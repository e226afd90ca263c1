// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/checkfile.h"
#include "findings/settings.h"
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/findingboard.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/findings/findingmodel.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"
#include "views/findings/findingtext.h"
#include "views/findings/findingtrail.h"
#include "views/findings/incidentbanner.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QUndoStack>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

/// `count` messages of robot-1 with numbers from `first` on, ten a second.
std::vector<Said> counted(int first, int count, std::chrono::milliseconds after)
{
    std::vector<Said> all;
    for (int i = 0; i < count; ++i) {
        const QByteArray number = QByteArray::number(first + i);
        all.push_back(said(after + i * 100ms, "steps",
                           "{\"from\":\"robot-1\",\"id\":\"m" + number + "\",\"seq\":" + number +
                               ",\"kind\":\"event\"}"));
    }
    return all;
}

} // namespace

class FindingsViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            view.resize(280, 400);
            view.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        SharedView shared;
        FindingsView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void aSoundRecordingSaysThatNothingWasFound()
    {
        Recorded recorded(counted(1, 100, 0ms));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(scene.view.isSettled());
        QCOMPARE(scene.view.model()->rowCount(), 0);
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), QStringLiteral("Nothing found"));
        QVERIFY(scene.view.findChild<EmptyNote*>()->sentence().startsWith(QStringLiteral("100 ")));
    }

    void whereNothingWasSaidNothingWasFoundEither()
    {
        Recorded recorded(counted(1, 0, 0ms));
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(scene.view.isSettled());
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), QStringLiteral("No message yet"));
    }

    void aFindingIsShownInAllViews()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        const QModelIndex row = scene.view.model()->index(0);
        QCOMPARE(row.data().toString(),
                 QStringLiteral("3 messages of robot-1 never came: their numbers are missing."));
        QListView* list = scene.view.list();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(row).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(60));
        const auto names = scene.shared.session()->dictionaries();
        QCOMPARE(scene.shared.selectedAgent(), names->findAgent("robot-1"));
        const TimeRange window = scene.shared.window();
        QVERIFY(window.begin < kStart + 5900ms && window.end > kStart + 6s);
        QVERIFY(window.end - window.begin < 3s);
        QVERIFY(
            scene.view.asText().contains(QStringLiteral("critical\tlost-messages\t3 messages")));
    }

    void aFindingIsPointedAtInAPicture()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        FindingBoard* board = FindingBoard::of(&scene.shared);
        QCOMPARE(board->marks().size(), std::size_t(1));
        const FindingMark mark = board->marks().front();
        QCOMPARE(mark.title, QStringLiteral("Lost messages"));
        QCOMPARE(mark.agent, scene.shared.session()->dictionaries()->findAgent("robot-1"));
        const TimeRange window = scene.shared.window();
        board->pick(mark.id);
        QCOMPARE(scene.view.list()->currentIndex().row(), 0);
        QCOMPARE(scene.shared.selectedMessage(), Seq(60));
        QCOMPARE(scene.shared.window(), window);
        board->show(mark.id);
        QVERIFY(scene.shared.window() != window);
        // What somebody has judged is drawn no more.
        Judgements judgements;
        judgements.set(mark.id, {Standing::Accepted, QStringLiteral("known"), {}});
        scene.view.feed()->apply(judgements);
        QVERIFY(board->marks().empty());
        scene.shared.setSession(nullptr);
        QVERIFY(board->marks().empty());
    }

    void aProblemIsPlayedAndHeldAgainstTheRest()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.view.list()->setCurrentIndex(scene.view.model()->index(0));
        const auto picked = scene.view.picked();
        QVERIFY(picked);
        QCOMPARE(picked->condition, QStringLiteral("agent == \"robot-1\""));
        const std::uint64_t id = scene.view.feed()->report().incidents.front().id;
        const Incident* incident = scene.view.feed()->incident(id);
        QVERIFY(picked->time.contains(fromNs(incident->start)));
        scene.view.replay(id);
        QCOMPARE(scene.shared.mode(), SharedView::Mode::Replay);
        QVERIFY(scene.shared.playhead() < fromNs(incident->start));
        QVERIFY(scene.shared.window().contains(scene.shared.playhead()));
        scene.shared.pause();
        // All of it is in one menu, also for the line over the views; muting is of the first cause.
        scene.view.offerAll(id, {});
        QStringList offered;
        for (const QMenu* menu : scene.view.findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                offered << action->text().section(u'\t', 0, 0);
        for (const char* what : {"Show", "Why", "Affected agents only", "Compare with before",
                                 "Play from before it", "Make a check…", "What differs here?",
                                 "Copy link to this moment", "Mute lost-messages of robot-1"})
            QVERIFY2(offered.contains(QString::fromUtf8(what)), what);
    }

    void aFindingLeadsToItsFirstCauseAndToWhatFollowed()
    {
        const auto step = [](std::chrono::milliseconds after, const QByteArray& from,
                             const QByteArray& id, const QByteArray& parent) {
            return said(after, "steps",
                        "{\"from\":\"" + from + "\",\"id\":\"" + id + "\",\"parent_id\":\"" +
                            parent + "\",\"kind\":\"event\"}");
        };
        Recorded recorded({step(0ms, "a", "one", ""), step(10ms, "b", "two", "one"),
                           step(20ms, "c", "three", "two"), step(30ms, "d", "four", "three"),
                           step(40ms, "a", "other", "")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        Finding finding;
        finding.detector = "ping-pong";
        finding.messages = {2, 3};
        finding.start = toNs(kStart + 10ms);
        finding.end = toNs(kStart + 20ms);
        scene.view.trail()->goToFirstCause(finding, 1);
        QTRY_COMPARE(scene.shared.selectedMessage(), Seq(1));
        QTRY_COMPARE(scene.shared.playhead(), kStart);
        QTRY_VERIFY(scene.view.trail()->isSettled());
        scene.view.trail()->showEffects(finding, 1);
        QTRY_VERIFY(scene.shared.filter() != nullptr);
        QCOMPARE(scene.shared.filter()->text(), QStringLiteral("seq in [2, 3, 4]"));
        QTRY_VERIFY(scene.view.trail()->isSettled());
        // Of messages that a ring has let go nothing is known.
        QSignalSpy told(scene.view.trail(), &FindingTrail::told);
        scene.view.trail()->goToFirstCause(finding, 4);
        QCOMPARE(told.size(), 1);
        QCOMPARE(scene.shared.selectedMessage(), Seq(1));
    }

    void aRunningRecordingTellsWhatItFinds()
    {
        Recorded recorded(counted(1, 60, 0ms));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        QTRY_VERIFY(scene.view.isSettled());
        QCOMPARE(scene.view.model()->rowCount(), 0);
        recorded.say(counted(64, 200, 6s));
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        // It grows, and stays one.
        recorded.say(counted(265, 200, 27s));
        QTRY_VERIFY(scene.view.model()->index(0).data().toString().startsWith(
            QStringLiteral("4 messages")));
        QCOMPARE(scene.view.model()->rowCount(), 1);
    }

    void whatIsMutedIsCountedAndCanBeTakenBack()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        IncidentBanner banner(&scene.view);
        QVERIFY(banner.isHidden());
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        QVERIFY(!banner.isHidden());
        QVERIFY(banner.sentence().startsWith(QStringLiteral("3 messages of robot-1 never came")));
        scene.view.list()->setCurrentIndex(scene.view.model()->index(0));
        QTest::keyClick(&scene.view, Qt::Key_M);
        QCOMPARE(scene.view.model()->rowCount(), 0);
        QVERIFY(banner.isHidden());
        QCOMPARE(scene.view.findChild<PaneHeader*>()->facts(), QStringLiteral("1 quiet"));
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), QStringLiteral("Nothing new"));
        scene.shared.undoStack()->undo();
        QCOMPARE(scene.view.model()->rowCount(), 1);
        QVERIFY(!banner.isHidden());
    }

    void theLineOverTheViewsSaysWhyWhoAndHowItWas()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        IncidentBanner banner(&scene.view);
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(banner.incident() != 0);
        const auto press = [&](const char* text) {
            for (QPushButton* button : banner.findChildren<QPushButton*>()) {
                if (button->text().startsWith(QLatin1StringView(text)))
                    return button->click();
            }
            QFAIL(text);
        };
        press("Show");
        QCOMPARE(scene.shared.selectedMessage(), Seq(60));
        press("Why");
        QVERIFY(scene.view.details()->isVisible());
        QVERIFY(scene.view.details()->toPlainText().contains(QStringLiteral("robot-1")));
        press("Affected");
        QCOMPARE(scene.shared.filter()->text(),
                 QStringLiteral("from in [%1] or to in [%1]").arg(QStringLiteral("\"robot-1\"")));
        press("Compare");
        QTRY_VERIFY(scene.view.details()->toPlainText().contains(QStringLiteral("Compared")) ||
                    scene.view.details()->toPlainText().contains(QStringLiteral("compare with")));
        QTest::keyClick(&scene.view, Qt::Key_Escape);
        QVERIFY(!scene.view.details()->isVisible());
    }

    void whatWasNotRecordedBeforeIsNoSilence()
    {
        TileSlice before, now;
        for (TileSlice* slice : {&before, &now}) {
            TileLane& lane = slice->lanes.emplace_back();
            lane.agent = AgentId(3);
            lane.total = slice == &before ? 100 : 200;
            lane.errors = slice == &before ? 0 : 4;
        }
        const nanoseconds recorded[2] = {10s, 20s};
        const auto lines = beforeAndNow({AgentId(3), AgentId(4)}, before, now, recorded);
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines.front().rate[0], 10.0);
        QCOMPARE(lines.front().rate[1], 10.0);
        QCOMPARE(lines.front().errors[1], 0.2); // of a stretch that is twice as long
        QCOMPARE(lines.back().p99[0], -1);
        const Dictionaries names;
        QVERIFY(compareText(lines, 10s, names).contains(QStringLiteral("<b>0.0 → 0.2 a second")));
        QVERIFY(compareText(lines, 0s, names).contains(QStringLiteral("nothing to compare")));
    }

    void aCheckIsMadeOfAnIncident()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("rules.json"));
        const auto rules = [&] {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                                  : QJsonObject();
        };
        const auto only = [&] {
            return rules()[QStringLiteral("detectors")]
                .toObject()[QStringLiteral("only")]
                .toArray();
        };
        QVERIFY(addToCheck(path, {"lost-messages"}));
        QVERIFY(addToCheck(path, {"slow-agent", "lost-messages"}));
        QCOMPARE(only(),
                 (QJsonArray{QStringLiteral("lost-messages"), QStringLiteral("slow-agent")}));
        // The thresholds of today stand in it, as murmur check reads them.
        const QJsonArray settings =
            rules()[QStringLiteral("detectors")].toObject()[QStringLiteral("set")].toArray();
        QVERIFY(std::ranges::any_of(settings, [](const QJsonValue& one) {
            return one.toString().startsWith(QStringLiteral("slow-agent."));
        }));
        for (const QJsonValue& one : settings) {
            Settings usual;
            QVERIFY2(usual.set(one.toString()), qPrintable(one.toString()));
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"rules\":[1],\"detectors\":{\"ignore\":[\"slow-agent\",\"ping-pong\"]}}");
        file.close();
        QVERIFY(addToCheck(path, {"slow-agent"}));
        // Rules of all detectors stay rules of all; what was left out is not any more.
        QVERIFY(only().isEmpty());
        QCOMPARE(
            rules()[QStringLiteral("detectors")].toObject()[QStringLiteral("ignore")].toArray(),
            (QJsonArray{QStringLiteral("ping-pong")}));
        QCOMPARE(rules()[QStringLiteral("rules")].toArray().size(), 1);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no rules");
        file.close();
        QVERIFY(!addToCheck(path, {"slow-agent"}));
    }

    void anIncidentOfSeveralFindingsHasARowOfItsOwn()
    {
        FindingsReport report;
        for (const char* detector : {"lost-messages", "unanswered-request", "slow-agent"}) {
            Finding& finding = report.findings.emplace_back();
            finding.id = report.findings.size();
            finding.detector = detector;
            finding.summary = std::string("about ") + detector;
        }
        Incident& alone = report.incidents.emplace_back();
        alone.id = 1;
        alone.findings = {0};
        Incident& both = report.incidents.emplace_back();
        both.id = 2;
        both.severity = Severity::Critical;
        both.findings = {2, 1};
        FindingModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update(report, {}, false);
        const auto rows = [&] {
            QStringList all;
            for (int row = 0; row < model.rowCount(); ++row) {
                const QModelIndex index = model.index(row);
                all << index.data(FindingModel::TitleRole).toString().section(u' ', 0, 0) +
                           (index.data(FindingModel::IsCauseRole).toBool() ? QStringLiteral("!")
                                                                           : QString());
            }
            return all.join(u' ');
        };
        QCOMPARE(rows(), QStringLiteral("Incident Slow! Unanswered Lost"));
        QCOMPARE(model.indexOfIncident(2).row(), 0);
        QCOMPARE(model.finding(model.indexOf(1))->summary, std::string("about lost-messages"));
        report.findings[1].standing = Standing::Muted;
        model.update(report, {}, false);
        QCOMPARE(rows(), QStringLiteral("Slow! Lost"));
        model.update(report, {}, true);
        QCOMPARE(rows(), QStringLiteral("Incident Slow! Unanswered Lost"));
        model.update({}, {}, true);
        QCOMPARE(model.rowCount(), 0);
    }

    void anotherSessionForgetsTheFindings()
    {
        Recorded recorded(counted(1, 60, 0ms));
        recorded.say(counted(64, 200, 6s));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.shared.setSession(nullptr);
        QCOMPARE(scene.view.model()->rowCount(), 0);
    }
};

QTEST_MAIN(FindingsViewTest)
#include "tst_findingsview.moc"
