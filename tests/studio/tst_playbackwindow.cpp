// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The replay of the window as a whole: steps to findings and conversations, what is remembered, and
// a replay onto the bus that is being recorded.

#include "bus/hubclient.h"
#include "bus/profile.h"
#include "injecting.h"
#include "mainwindow.h"
#include "menus.h"
#include "replay/mark.h"
#include "settings.h"
#include "studiosession.h"
#include "support/brokers.h"
#include "support/recorded.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/inject/composerview.h"
#include "views/inject/replayform.h"
#include "views/inject/replayview.h"
#include "workspace.h"

#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Three conversations, a second apart, of two messages each; and noise.
std::vector<Said> conversations()
{
    std::vector<Said> all;
    for (int i = 0; i < 3; ++i) {
        const QByteArray name = "run-" + QByteArray::number(i);
        for (int j = 0; j < 2; ++j)
            all.push_back(said(i * 1000ms + j * 100ms, "runs",
                               R"({"from":"a","to":"b","conversation_id":")" + name +
                                   R"(","payload":{"n":)" + QByteArray::number(j) + "}}"));
        all.push_back(said(i * 1000ms + 500ms, "noise", R"({"from":"c","payload":{}})"));
    }
    return all;
}

} // namespace

class TestPlaybackWindow : public QObject
{
    Q_OBJECT

    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }
    [[nodiscard]] static QAction* action(MainWindow& window, const QString& keys)
    {
        for (QAction* one : window.menus()->actions()) {
            if (one->shortcut() == QKeySequence(keys))
                return one;
        }
        return nullptr;
    }
    QTemporaryDir m_dir;

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        QVERIFY(m_dir.isValid());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void stepsGoFromConversationToConversationAndAreRemembered()
    {
        Recorded recorded(conversations());
        QVERIFY(recorded.waitForAll());
        recorded.close();
        StudioSettings settings(path(u"settings.ini"_s));
        {
            MainWindow window(settings, {path(u"recordings"_s), false, true});
            window.resize(1400, 900);
            window.show();
            window.openFile(recorded.path());
            SharedView* shared = window.shared();
            QTRY_VERIFY(shared->session() && shared->session()->seen().last == 9);
            Playback* playback = shared->playback();
            action(window, u"Ctrl+Shift+L"_s)->trigger();
            QCOMPARE(playback->loop(), std::optional<TimeRange>(shared->window()));
            action(window, u"Ctrl+Shift+L"_s)->trigger();
            QVERIFY(!playback->loop());
            QVERIFY(playback->has(Playback::Unit::Finding));
            playback->setUnit(Playback::Unit::Conversation);
            playback->setLongestIdle(5s);
            shared->setPlayhead(kStart + 10ms);
            QAction* next = action(window, u"Ctrl+Right"_s);
            QVERIFY(next);
            for (int i = 1; i <= 2; ++i) {
                next->trigger();
                QTRY_COMPARE(shared->playhead(), kStart + i * 1s);
                QCOMPARE(shared->selectedMessage(), Seq(3 * i + 1));
            }
            QSignalSpy end(playback, &Playback::nothingMore);
            next->trigger();
            QVERIFY(!end.isEmpty() || end.wait(5000));
            QCOMPARE(shared->playhead(), kStart + 2s);
            QAction* backwards = action(window, u"Ctrl+Shift+Space"_s);
            QVERIFY(backwards);
            backwards->trigger();
            QVERIFY(playback->isBackwards());
            window.close();
        }
        MainWindow again(settings, {path(u"recordings"_s), false, true});
        QVERIFY(again.shared()->playback()->isBackwards());
        QCOMPARE(again.shared()->playback()->unit(), Playback::Unit::Conversation);
        QCOMPARE(again.shared()->playback()->longestIdle(), nanoseconds(5s));
    }

    void rowsThatAreSelectedAreWhatIsMeant()
    {
        Recorded recorded(conversations());
        QVERIFY(recorded.waitForAll());
        recorded.close();
        StudioSettings settings(path(u"rows.ini"_s));
        MainWindow window(settings, {path(u"recordings"_s), true, true});
        window.resize(1400, 900);
        window.show();
        window.openFile(recorded.path());
        QTRY_VERIFY(window.shared()->session());
        window.workspace()->bringToFront(u"messages");
        View* messages = window.workspace()->view(u"messages");
        QTRY_VERIFY(messages->isSettled());
        auto* table = messages->findChild<QAbstractItemView*>();
        QVERIFY(table);
        table->setFocus();
        auto* view = qobject_cast<ReplayView*>(window.workspace()->view(u"replay"));
        window.menus()->injecting()->replay();
        QVERIFY(view->form()->wish().where.empty());
        window.workspace()->bringToFront(u"messages");
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Home);
        QTest::keyClick(table, Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(table, Qt::Key_Down, Qt::ShiftModifier);
        QTRY_VERIFY(messages->picked());
        window.menus()->injecting()->replay();
        QCOMPARE(view->form()->wish().where, std::string("seq >= 1 and seq <= 3"));
        QVERIFY(view->form()->wish().from.empty());
    }

    void aProfileKnowsThePassword()
    {
        test::Broker broker(u"redis-server"_s,
                            {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                             u"--save"_s, u""_s, u"--requirepass"_s, u"open sesame"_s});
        const QByteArray problem = broker.start();
        QVERIFY2(problem.isEmpty(), problem.constData());
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        Profile profile;
        profile.name = u"locked"_s;
        profile.connections = {u"redis://127.0.0.1:%1"_s.arg(broker.port)};
        profile.environment = Environment::Dev;
        profile.password = u"file:"_s + broker.file(u"secret"_s, "open sesame\n");
        QVERIFY(profiles->put(profile));

        Recorded recorded(conversations());
        QVERIFY(recorded.waitForAll());
        recorded.close();
        StudioSettings settings(path(u"locked.ini"_s));
        MainWindow window(settings, {path(u"recordings"_s), true, true});
        window.show();
        window.openFile(recorded.path());
        QTRY_VERIFY(window.shared()->session());
        window.menus()->injecting()->replay();
        auto* view = qobject_cast<ReplayView*>(window.workspace()->view(u"replay"));
        QTRY_VERIFY(view->isSettled());
        // The buses of profiles are offered.
        QVERIFY(view->targets()->findText(profile.connections.front()) >= 0);
        view->targets()->setEditText(profile.connections.front());
        ReplayWish wish;
        wish.isFast = true;
        view->form()->setWish(wish);
        QSignalSpy looked(view, &ReplayView::looked);
        view->goOn();
        QVERIFY(!looked.isEmpty() || looked.wait(10'000));
        QTest::qWait(50); // a person does not press at once
        view->goOn();
        QVERIFY2(view->desk()->isRunning(), qPrintable(view->asText()));
        QTRY_VERIFY(!view->desk()->isRunning());
        QVERIFY2(view->desk()->report().state == ReplayReport::State::Finished,
                 qPrintable(view->asText()));
        QCOMPARE(view->desk()->report().sent, 9);
        QVERIFY(profiles->remove(profile.name));
    }

    void aReplayOntoTheBusThatIsRecordedIsHeardAndEscEscEndsIt()
    {
        StudioSettings settings(path(u"more.ini"_s));
        MainWindow window(settings, {path(u"recordings"_s), true, true});
        window.resize(1400, 900);
        window.show();
        window.attach({{QUrl(u"listen://127.0.0.1:0"_s)}, {}});
        const auto hub = [&window] {
            const auto& all = window.session()->connections();
            return !all.empty() && all[0].state == ConnectionStatus::State::Up ? QUrl(all[0].url)
                                                                               : QUrl();
        };
        QTRY_VERIFY(!hub().isEmpty());
        HubClient agent(hub());
        agent.open();
        QTRY_VERIFY(agent.isOpen());
        constexpr int kSaid = 40;
        for (int i = 0; i < kSaid; ++i)
            QVERIFY(agent.publish(R"({"topic":"tasks","from":"a","payload":{"n":)" +
                                  QByteArray::number(i) + "}}"));
        SharedView* shared = window.shared();
        const auto last = [shared] {
            return shared->session() ? shared->session()->seen().last : 0;
        };
        QTRY_COMPARE(last(), Seq(kSaid));

        Injecting* injecting = window.menus()->injecting();
        action(window, u"Ctrl+Shift+R"_s)->trigger();
        auto* view = qobject_cast<ReplayView*>(window.workspace()->view(u"replay"));
        QVERIFY(view && view->isVisible());
        QTRY_VERIFY(view->isSettled());
        view->targets()->setEditText(hub().toString());
        ReplayWish wish;
        wish.rate = 100;
        view->form()->setWish(wish);
        QSignalSpy looked(view, &ReplayView::looked);
        view->goOn();
        QVERIFY(!looked.isEmpty() || looked.wait(10'000));
        QVERIFY2(view->forecast(), qPrintable(view->asText()));
        QCOMPARE(view->forecast()->tally.messages, kSaid);
        QVERIFY(!injecting->isArmed());
        view->goOn();
        QVERIFY2(view->desk()->isRunning(), qPrintable(view->asText()));
        // One arming for all who send: the window is loud.
        QVERIFY(injecting->isArmed());
        QVERIFY(injecting->frame()->isVisible());
        QTRY_VERIFY(last() >= Seq(kSaid + 5));
        QTest::keyClick(view->form()->where(), Qt::Key_Escape);
        QTest::qWait(60);
        QTest::keyClick(view->form()->where(), Qt::Key_Escape);
        QVERIFY(!injecting->isArmed());
        QVERIFY(!injecting->frame()->isVisible());
        QTRY_VERIFY(!view->desk()->isRunning());
        QCOMPARE(view->desk()->report().state, ReplayReport::State::Cancelled);
        const auto sent = view->desk()->report().sent;
        QVERIFY(sent < kSaid);
        QTRY_COMPARE(last(), Seq(kSaid + sent));
        RowRequest request;
        request.first = kSaid + 1;
        request.count = static_cast<int>(sent);
        auto rows = shared->session()->rows(request);
        QTRY_VERIFY(rows.isFinished());
        const auto heard = rows.takeResult();
        QVERIFY(heard);
        for (const MessageRow& row : *heard) {
            QVERIFY((row.flags & Flag::Replayed) != 0);
            QCOMPARE(shared->session()->dictionaries()->topicName(row.topic), "replay.tasks");
        }
        window.closeRecording();
        QTRY_VERIFY(!window.session()->isRecording() && !window.session()->isBusy());
    }
};

QTEST_MAIN(TestPlaybackWindow)
#include "tst_playbackwindow.moc"
