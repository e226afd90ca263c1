// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/findings/findingmodel.h"
#include "views/findings/findingsview.h"

#include <QAbstractItemModelTester>
#include <QListView>
#include <QTest>

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
