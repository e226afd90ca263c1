// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/recorded.h"
#include "views/base/clockfollower.h"
#include "views/base/sharedview.h"
#include "views/messages/causewalk.h"
#include "views/messages/inspectorview.h"
#include "views/messages/messagemodel.h"

#include <QAction>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// An order, what it led to over two steps, and something that has nothing to do with it.
std::vector<Said> story()
{
    return {
        said(0ms, "orders", R"({"from":"shop","to":"planner","kind":"command","id":"o-1"})"),
        said(100ms, "plans",
             R"({"from":"planner","to":"robot","kind":"command","id":"p-1","causation_id":"o-1"})"),
        said(700ms, "news", R"({"from":"clock","kind":"event","id":"n-1"})"),
        said(900ms, "work", R"({"from":"robot","kind":"event","id":"w-1","causation_id":"p-1"})")};
}

} // namespace

/// Far causes and effects from the inspector.
class TestCauseWalk : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : inspector({&shared})
            , told(inspector.walk(), &CauseWalk::told)
        {
            inspector.resize(380, 600);
            inspector.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] QString sentence() const
        {
            return told.isEmpty() ? QString() : told.back().front().toString();
        }
        void select(Seq seq)
        {
            shared.selectMessage(seq);
            QTRY_VERIFY(inspector.detail() != nullptr && inspector.detail()->row.seq == seq);
        }
        QAction* action(const QString& keys)
        {
            for (QAction* one : inspector.actions()) {
                if (one->shortcut() == QKeySequence(keys))
                    return one;
            }
            return nullptr;
        }
        SharedView shared;
        InspectorView inspector;
        QSignalSpy told;
    };

private Q_SLOTS:
    void theFirstCauseIsGoneTo()
    {
        Recorded recorded(story());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.select(4);
        scene.action(u"Ctrl+Shift+Up"_s)->trigger();
        QTRY_COMPARE(scene.shared.selectedMessage(), Seq(1));
        QVERIFY2(scene.sentence().contains(u"2 steps before; every step of the way is stated"_s),
                 qPrintable(scene.sentence()));
        scene.select(3);
        scene.action(u"Ctrl+Shift+Up"_s)->trigger();
        QTRY_VERIFY(scene.sentence().startsWith(u"Nothing is known to have caused"_s));
        QCOMPARE(scene.shared.selectedMessage(), Seq(3));
    }

    void effectsAreAFilterAndAWindow()
    {
        Recorded recorded(story());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.select(1);
        scene.action(u"Ctrl+Shift+Down"_s)->trigger();
        QTRY_VERIFY(scene.shared.filter() != nullptr);
        QCOMPARE(scene.shared.filter()->text(), u"seq in [1, 2, 4]"_s);
        const TimePoint first = scene.inspector.detail()->row.time;
        QVERIFY(scene.shared.window().contains(first));
        QVERIFY(scene.shared.window().contains(first + 900ms));
        QVERIFY(scene.shared.window().length() < 1100ms);
        QVERIFY2(scene.sentence().startsWith(u"2 messages follow (2 stated), of 2 agents"_s),
                 qPrintable(scene.sentence()));
        scene.shared.setFilter(nullptr);
        scene.select(4);
        scene.action(u"Ctrl+Shift+Down"_s)->trigger();
        QTRY_VERIFY(scene.sentence().startsWith(u"Nothing is known to follow"_s));
        QVERIFY(scene.shared.filter() == nullptr);
    }

    void withoutASessionNothingHappens()
    {
        Scene scene;
        scene.action(u"Ctrl+Shift+Up"_s)->trigger();
        scene.inspector.walk()->goToFirstCause(1);
        QVERIFY(scene.inspector.walk()->isSettled());
    }

    void theEnvelopeHasTimesByOneClock()
    {
        std::vector<Said> messages;
        for (int i = 0; i < 40; ++i) {
            const auto at = i * 500ms;
            messages.push_back(
                said(at, "news",
                     R"({"from":"a","kind":"event","ts":)" +
                         QByteArray::number(qint64(toNs(kStart + at + 3s) / 1'000'000)) + '}'));
        }
        Recorded recorded(messages);
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(ClockFollower::of(&scene.shared)->clocks() != nullptr);
        QCOMPARE(ClockFollower::of(&scene.shared), ClockFollower::of(&scene.shared));
        scene.select(20);
        scene.inspector.tabs()->setCurrentIndex(1);
        const QString text = scene.inspector.asText();
        MessageModel model;
        model.open({}, scene.shared.session()->dictionaries(), 0);
        const MessageRow& row = scene.inspector.detail()->row;
        QVERIFY(model.text(row, MessageModel::Aligned).isEmpty());
        model.setClocks(ClockFollower::of(&scene.shared)->clocks());
        QCOMPARE(model.text(row, MessageModel::Aligned), clockTime(row.time));
        QVERIFY2(text.contains(u"aligned\t"_s) && text.contains(u"clock +3.0"_s), qPrintable(text));
    }
};

QTEST_MAIN(TestCauseWalk)
#include "tst_causewalk.moc"
