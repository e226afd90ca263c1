// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/naming.h"
#include "views/base/agentnaming.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/timelineview.h"
#include "views_base/fakesession.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <QUndoStack>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Lanes are called what a person calls them, and what is said to nobody ends on its topic.
class TestTimelineNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void init()
    {
        m_recording = std::make_shared<FakeRecording>();
        m_first = m_recording->agent("planner-1", "berlin");
        m_second = m_recording->agent("planner-2", "berlin");
        m_robot = m_recording->agent("robot", "porto");
        for (int i = 0; i < 30; ++i)
            m_recording->say(kStart + i * kSecond, i % 3 == 0 ? m_first : m_second, Kind::Event,
                             {m_robot});
        m_session = sessionOf(m_recording);
        m_shared = std::make_unique<SharedView>();
        m_view = std::make_unique<TimelineView>(ViewContext{m_shared.get()});
        m_view->resize(1148, 400);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
        m_shared->setSession(m_session);
        settle();
    }

    void cleanup()
    {
        m_view.reset();
        m_shared.reset();
    }

    void f2RenamesALane()
    {
        clickName(m_first);
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        answer(u"planner"_s);
        QCOMPARE(lanes(), (QStringList{u"planner"_s, u"planner-2"_s, u"robot"_s}));
        QCOMPARE(m_shared->undoStack()->undoText(), u"rename planner-1"_s);
        m_shared->undoStack()->undo();
        QCOMPARE(lanes(), (QStringList{u"planner-1"_s, u"planner-2"_s, u"robot"_s}));
        m_shared->undoStack()->redo();
        QCOMPARE(lanes().front(), u"planner"_s);
        // Nothing as a name: as it was recorded.
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        answer(u""_s);
        QCOMPARE(lanes().front(), u"planner-1"_s);
        QVERIFY(m_recording->naming.isEmpty());
    }

    void severalLanesAreMerged()
    {
        clickName(m_first);
        clickName(m_second, Qt::ControlModifier);
        QCOMPARE(m_view->pickedAgents(), (std::vector<AgentId>{m_first, m_second}));
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        answer(u"planners"_s);
        QCOMPARE(lanes(), (QStringList{u"planners"_s, u"robot"_s}));
        QCOMPARE(m_recording->naming.rules.size(), std::size_t(2));
        // A click lets go of what was picked.
        clickName(m_robot);
        QCOMPARE(m_view->pickedAgents(), std::vector<AgentId>{m_robot});
    }

    void theDialogSaysWhatANameMeans()
    {
        clickName(m_first);
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        auto* dialog = this->dialog();
        QVERIFY(dialog);
        dialog->edit()->setText(u"planner-2"_s);
        QVERIFY(texts(dialog).contains(u"become one"_s));
        dialog->edit()->setText(u"boss"_s);
        QVERIFY(texts(dialog).contains(u"was == \"planner-1\""_s));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(m_recording->naming.isEmpty());
    }

    void lanesArePutIntoGroups()
    {
        QCOMPARE(menuOf(m_view->laneRect(m_first).center(), u"porto"_s), u"porto"_s);
        settle();
        QCOMPARE(groupOf(m_first), u"porto"_s);
        QCOMPARE(groupOf(m_second), u"berlin"_s);
        QCOMPARE(m_shared->undoStack()->undoText(), u"put planner-1 into porto"_s);
        menuOf(m_view->laneRect(m_first).center(), u"Take &out of the group"_s);
        settle();
        QCOMPARE(groupOf(m_first), QString());
        m_shared->undoStack()->undo();
        settle();
        QCOMPARE(groupOf(m_first), u"porto"_s);
    }

    void whatCannotBeKeptIsSaid()
    {
        m_recording->namingFails = Error{ErrorCode::Unwritable, u"no room"_s};
        QSignalSpy told(m_shared.get(), &SharedView::namesNotKept);
        clickName(m_first);
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        answer(u"planner"_s);
        QTRY_COMPARE(told.size(), 1);
        QCOMPARE(lanes().front(), u"planner"_s); // it holds all the same
    }

    void groupsAreLanes()
    {
        m_view->setLaneKey({LaneKey::What::Group, {}});
        settle();
        QStringList shown;
        for (const LaneRow& row : m_view->layoutOfLanes().rows())
            shown << row.label;
        QCOMPARE(shown, (QStringList{u"berlin"_s, u"porto"_s}));
        QVERIFY(m_view->asText().contains(u"berlin (2 agents): 30 messages"_s));
        // Kept with the layout.
        TimelineView other(ViewContext{m_shared.get()});
        other.restoreState(m_view->saveState());
        QCOMPARE(other.laneKey(), m_view->laneKey());
        m_view->setLaneKey({});
        settle();
        QCOMPARE(lanes().size(), 3);
    }

    void whatIsSaidToNobodyEndsOnItsTopic()
    {
        QCOMPARE(m_view->topicRail().rows(), std::size_t(0));
        QVERIFY(m_view->railRect().isEmpty());
        m_recording->say(kStart + 40 * kSecond, m_robot, Kind::Heartbeat);
        announce(*m_session);
        m_shared->showAll();
        QTRY_COMPARE(m_view->topicRail().rows(), std::size_t(1));
        QCOMPARE(m_view->topicRail().label(0), u"swarm.talk"_s);
        settle();
        const QRect rail = m_view->railRect();
        QCOMPARE(rail.height(), TopicRail::kRowHeight);
        QCOMPARE(rail.top(), m_view->plotRect().bottom() + 1);
        // A mark of the kind's colour on the line.
        const int x = static_cast<int>(m_view->axis().xAt(fromNs(kStart + 40 * kSecond)));
        const QImage picture = m_view->grab().toImage();
        const QColor line = picture.pixelColor(x - 60, rail.top() + TopicRail::middle(0));
        QVERIFY(picture.pixelColor(x, rail.top() + TopicRail::middle(0)) != line);
        m_view->setShowsTopics(false);
        QVERIFY(m_view->railRect().isEmpty());
    }

    void manyTopicsShareTheLastRow()
    {
        MarkSlice slice;
        slice.range = {fromNs(0), fromNs(1000)};
        const auto say = [&](std::uint32_t topic, int times) {
            for (int i = 0; i < times; ++i) {
                Mark mark;
                mark.seq = static_cast<Seq>(slice.marks.size()) + 1;
                mark.time = static_cast<std::int64_t>(slice.marks.size());
                mark.topic = TopicId(topic);
                slice.marks.push_back(mark);
            }
        };
        for (std::uint32_t topic = 1; topic <= 6; ++topic)
            say(topic, static_cast<int>(topic));
        TopicRail rail;
        const auto name = [](TopicId id) { return QString(QChar(u'a' + index(id))); };
        rail.add(MarkIndex(slice), slice.range, name);
        QCOMPARE(rail.rows(), TopicRail::kMostRows);
        QCOMPARE(rail.label(0), u"g"_s);
        QCOMPARE(rail.label(3), u"other topics"_s);
        QCOMPARE(rail.rowOf(TopicId(1)), std::optional<std::size_t>(3));
        QVERIFY(!rail.rowOf(TopicId(9)));
        // Rows stay where they are.
        say(9, 100);
        rail.add(MarkIndex(slice), slice.range, name);
        QCOMPARE(rail.label(0), u"g"_s);
        QCOMPARE(rail.rowOf(TopicId(9)), std::optional<std::size_t>(3));
        // Those that differ in a number are one.
        TopicRail robots;
        robots.add(MarkIndex(slice), slice.range,
                   [](TopicId id) { return u"state.robot-%1"_s.arg(index(id)); });
        QCOMPARE(robots.rows(), std::size_t(1));
        QCOMPARE(robots.label(0), u"state.robot-*"_s);
    }

private:
    static constexpr std::int64_t kStart = 1'779'357'720'000'000'000;
    static constexpr std::int64_t kSecond = 1'000'000'000;

    void settle()
    {
        QTRY_VERIFY(m_view->isSettled());
        m_view->grab();
    }
    void clickName(AgentId agent, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseClick(m_view.get(), Qt::LeftButton, modifiers,
                          QPoint(60, m_view->laneRect(agent).center().y()));
    }
    static NameDialog* dialog()
    {
        for (QWidget* window : QApplication::topLevelWidgets()) {
            if (auto* found = qobject_cast<NameDialog*>(window); found && found->isVisible())
                return found;
        }
        return nullptr;
    }
    void answer(const QString& name)
    {
        NameDialog* asking = dialog();
        QVERIFY(asking);
        asking->edit()->setText(name);
        QTest::keyClick(asking->edit(), Qt::Key_Return);
        settle();
    }
    static QString texts(const QWidget* dialog)
    {
        QString all;
        const auto labels = dialog->findChildren<QLabel*>();
        for (const QLabel* label : labels)
            all += label->text() + u'\n';
        return all;
    }
    /// Opens the context menu there and takes the entry of that text.
    QString menuOf(QPoint place, const QString& text)
    {
        QString taken;
        QTimer::singleShot(0, m_view.get(), [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (menu == nullptr)
                return;
            const auto actions = menu->findChildren<QAction*>() + menu->actions();
            for (QAction* action : actions) {
                if (action->text() == text && taken.isEmpty()) {
                    taken = text;
                    action->trigger();
                }
            }
            menu->close();
        });
        QContextMenuEvent event(QContextMenuEvent::Mouse, place, m_view->mapToGlobal(place));
        QApplication::sendEvent(m_view.get(), &event);
        return taken;
    }
    [[nodiscard]] QStringList lanes() const
    {
        QStringList names;
        for (const LaneAgent& agent : m_view->layoutOfLanes().agents())
            names << agent.name;
        return names;
    }
    [[nodiscard]] QString groupOf(AgentId agent) const
    {
        for (const LaneAgent& lane : m_view->layoutOfLanes().agents()) {
            if (lane.id == agent)
                return lane.group;
        }
        return u"?"_s;
    }

    std::shared_ptr<FakeRecording> m_recording;
    std::shared_ptr<Session> m_session;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<TimelineView> m_view;
    AgentId m_first{}, m_second{}, m_robot{};
};

QTEST_MAIN(TestTimelineNames)
#include "tst_timelinenames.moc"
