// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/conversations/deliverymodel.h"
#include "views/conversations/deliveryview.h"

#include <QAbstractItemModelTester>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said message(std::chrono::milliseconds after, QByteArray json)
{
    return {after, "cmd", json.replace('\'', '"')};
}

std::vector<Said> commanded()
{
    return {
        message(0ms, "{'kind':'command','from':'planner','to':['robot-1','robot-2'],'id':'c1'}"),
        message(20ms, "{'kind':'reply','from':'robot-1','correlation_id':'c1'}")};
}

} // namespace

class DeliveryViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            view.resize(700, 300);
            view.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        SharedView shared;
        DeliveryView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void theSelectedMessageIsShownWithItsReceivers()
    {
        Recorded recorded(commanded());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), u"No message selected"_s);
        scene.shared.selectMessage(1);
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        QCOMPARE(scene.view.model()->text(0, DeliveryModel::StateColumn), u"○ nothing"_s);
        QCOMPARE(scene.view.model()->text(1, DeliveryModel::AfterColumn), u"20 ms"_s);
        QVERIFY(scene.view.asText().contains(u"1 acknowledged, 1 nothing"_s));
    }

    void aRowGoesToTheMessageThatShowsIt()
    {
        Recorded recorded(commanded());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        QTableView* table = scene.view.table();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(scene.view.model()->index(1, 0)).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(2));
        // The table stays with the message that it is about.
        QTRY_VERIFY(scene.view.isSettled());
        QCOMPARE(scene.view.model()->delivery()->message.seq, Seq(1));
    }

    void anAnswerThatComesLaterIsShownInALiveRecording()
    {
        Recorded recorded(commanded());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        scene.shared.selectMessage(1);
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        recorded.say({message(3s, "{'kind':'error','from':'robot-2','correlation_id':'c1'}")});
        int more = 3;
        const auto isFailed = [&] {
            // Something goes on being said.
            recorded.say({message(std::chrono::seconds(++more), "{'from':'x'}")});
            return scene.view.model()->text(0, DeliveryModel::StateColumn) == u"■ failed"_s;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isFailed(), 15'000);
    }

    void aMessageForNobodySaysSo()
    {
        Recorded recorded({message(0ms, "{'from':'x'}")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"Nobody is expected"_s);
    }
};

QTEST_MAIN(DeliveryViewTest)
#include "tst_deliveryview.moc"
