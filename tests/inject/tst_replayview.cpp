// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A replay onto a bus, from the window: looked at first, armed, sent, stepped, ended, gone on with.

#include "views/inject/replayview.h"

#include "bus/profile.h"
#include "replay/mark.h"
#include "replay/memorypublisher.h"
#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/inject/replayform.h"
#include "views/inject/replaymore.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr const char* kOther = "listen://127.0.0.1:7778"; // recorded was at 7777

std::vector<Said> tasks(int count)
{
    std::vector<Said> all;
    for (int i = 0; i < count; ++i)
        all.push_back(said(i * 1ms, i % 2 == 0 ? "tasks.even" : "tasks.odd",
                           "{\"topic\":\"" + QByteArray(i % 2 == 0 ? "tasks.even" : "tasks.odd") +
                               "\",\"from\":\"" + (i % 3 == 0 ? "a" : "b") +
                               "\",\"payload\":{\"n\":" + QByteArray::number(i) + "}}"));
    return all;
}

int numberIn(const MemoryBus::Got& got)
{
    const auto at = got.message.raw.indexOf("\"n\":");
    return got.message.raw.mid(at + 4, got.message.raw.indexOf('}', at) - at - 4).toInt();
}

} // namespace

class TestReplayView : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(const std::vector<Said>& all)
            : recorded(all)
            , view(
                  {&shared},
                  [this](const QUrl&, const ConnectionOptions&) {
                      return Result<std::unique_ptr<Publisher>>(
                          std::make_unique<MemoryPublisher>(bus));
                  },
                  nullptr)
        {
            view.resize(1100, 420);
            view.show();
            if (!recorded.waitForAll())
                qFatal("nothing was recorded");
            shared.setSession(recorded.close());
            (void)QTest::qWaitFor([this] { return view.isSettled(); }, 5000);
        }
        ~Scene() { shared.setSession(nullptr); }
        void to(const char* url) { view.targets()->setEditText(QString::fromLatin1(url)); }
        bool look()
        {
            QSignalSpy looked(&view, &ReplayView::looked);
            view.goOn();
            return !looked.isEmpty() || looked.wait(10'000);
        }
        bool waitForEnd()
        {
            return QTest::qWaitFor([this] { return !view.desk()->isRunning(); }, 20'000);
        }
        bool sendAll() { return look() && (view.goOn(), view.desk()->isRunning()) && waitForEnd(); }
        bool waitForJobs(int count, const QString& state)
        {
            return QTest::qWaitFor(
                [&] {
                    return view.jobs()->topLevelItemCount() == count &&
                           view.jobs()->topLevelItem(0)->text(2) == state;
                },
                10'000);
        }

        MemoryBus bus;
        SharedView shared;
        Recorded recorded;
        ReplayView view;
    };
    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void firstItIsLookedThenItIsSent()
    {
        Scene scene(tasks(20));
        scene.to(kOther);
        QCOMPARE(scene.view.sendButton()->text(), u"Look what would be sent"_s);
        QVERIFY(scene.look());
        QVERIFY(scene.view.forecast());
        QCOMPARE(scene.view.forecast()->tally.messages, 20);
        QVERIFY2(scene.view.asText().contains(u"tasks.even"_s), qPrintable(scene.view.asText()));
        QCOMPARE(scene.bus.started.load(), 0);
        QVERIFY(!scene.view.desk()->arming()->isArmed());
        QCOMPARE(scene.view.sendButton()->text(), u"Send 20 messages"_s);
        scene.view.goOn();
        QVERIFY(scene.view.desk()->arming()->isArmed());
        QVERIFY(scene.waitForEnd());
        QCOMPARE(scene.view.desk()->report().state, ReplayReport::State::Finished);
        const auto got = scene.bus.got();
        QCOMPARE(got.size(), std::size_t(20));
        for (int i = 0; i < 20; ++i) {
            QCOMPARE(numberIn(got[static_cast<std::size_t>(i)]), i);
            QVERIFY(isMarked(got[static_cast<std::size_t>(i)].message));
        }
        QVERIFY(scene.view.asText().contains(u"Finished: 20 sent"_s));
        QVERIFY(scene.waitForJobs(1, u"finished"_s));
        QCOMPARE(scene.view.command(), u"murmur replay %1 --to %2 --arm"_s.arg(
                                           scene.recorded.path(), QString::fromLatin1(kOther)));
    }

    void whereItWasRecordedTopicsAreOthers()
    {
        Scene scene(tasks(4));
        scene.to("listen://127.0.0.1:7777");
        QVERIFY(scene.view.sameTopics()->isVisible());
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.bus.count(), 4);
        QVERIFY(scene.bus.got()[0].message.topic.startsWith("replay."));
        // A wrong word is no word.
        scene.view.sameTopics()->setText(u"127.0.0.2"_s);
        QVERIFY(scene.look());
        QCOMPARE(scene.view.forecast()->tally.messages, 0);
        QVERIFY2(scene.view.asText().contains(u"not sent"_s), qPrintable(scene.view.asText()));
        scene.view.sameTopics()->setText(u"127.0.0.1"_s);
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.bus.count(), 8);
        QCOMPARE(scene.bus.got()[4].message.topic, QByteArray("tasks.even"));
    }

    void aPressSendsExactlyOne()
    {
        Scene scene(tasks(5));
        scene.to(kOther);
        scene.view.form()->pace()->setCurrentIndex(3);
        QVERIFY(scene.look());
        scene.view.goOn();
        QVERIFY(scene.view.desk()->isStepping());
        for (int i = 1; i <= 3; ++i) {
            QTest::mouseClick(scene.view.sendButton(), Qt::LeftButton);
            QTRY_COMPARE(scene.bus.count(), i);
            QTest::qWait(30);
            QCOMPARE(scene.bus.count(), i);
        }
        scene.view.cancel();
        QVERIFY(scene.waitForEnd());
        QCOMPARE(scene.bus.count(), 3);
    }

    void whoDisarmsEndsItAndItGoesOnThere()
    {
        Scene scene(tasks(300));
        scene.to(kOther);
        ReplayWish wish;
        wish.rate = 200;
        scene.view.form()->setWish(wish);
        QVERIFY(scene.look());
        scene.view.goOn();
        QTRY_VERIFY(scene.bus.count() >= 5);
        scene.view.desk()->arming()->disarm();
        const int atStop = scene.bus.count();
        QVERIFY(scene.waitForEnd());
        QVERIFY(scene.bus.count() <= atStop + 1);
        QCOMPARE(scene.view.desk()->report().state, ReplayReport::State::Cancelled);
        QVERIFY(scene.waitForJobs(1, u"cancelled"_s));
        const int sent = scene.bus.count();

        scene.to("nats://elsewhere"); // the job knows where it went
        QSignalSpy looked(&scene.view, &ReplayView::looked);
        scene.view.takeJob(0);
        QVERIFY(looked.wait(10'000));
        QCOMPARE(scene.view.targets()->currentText(), QString::fromLatin1(kOther));
        QCOMPARE(scene.view.forecast()->tally.messages, 300 - sent);
        QVERIFY2(scene.view.command().contains(u" --resume "_s), qPrintable(scene.view.command()));
        scene.view.goOn();
        QTRY_VERIFY(scene.bus.count() >= sent + 3);
        scene.view.pauseOrResume();
        QTest::qWait(50);
        const int paused = scene.bus.count();
        QTest::qWait(100);
        QCOMPARE(scene.bus.count(), paused);
        QVERIFY(scene.view.asText().contains(u"Paused"_s));
        scene.view.pauseOrResume();
        QVERIFY(scene.waitForEnd());
        const auto got = scene.bus.got();
        QCOMPARE(got.size(), std::size_t(300));
        for (int i = 0; i < 300; ++i)
            QCOMPARE(numberIn(got[static_cast<std::size_t>(i)]), i);
        QVERIFY(scene.waitForJobs(1, u"finished"_s));
    }

    void whatIsUnderWayIsWhatIsShown()
    {
        Scene scene(tasks(300));
        scene.to(kOther);
        ReplayWish wish;
        wish.rate = 50;
        scene.view.form()->setWish(wish);
        QVERIFY(scene.look());
        scene.view.goOn();
        QTRY_VERIFY(scene.bus.count() >= 2);
        scene.view.pauseOrResume();
        QVERIFY(!scene.view.targets()->isEnabled());
        QVERIFY(!scene.view.form()->where()->isEnabled());
        // However another one gets there.
        scene.to("listen://127.0.0.1:7779");
        scene.view.pauseOrResume();
        const int before = scene.bus.count();
        QTRY_VERIFY(scene.bus.count() > before);
        QVERIFY2(scene.view.facts().contains(u"ARMED"_s), qPrintable(scene.view.facts()));
        QCOMPARE(scene.view.armButton()->text(), u"Disarm"_s);
        QVERIFY2(scene.view.commandLine()->text().contains(QString::fromLatin1(kOther)),
                 qPrintable(scene.view.commandLine()->text()));
        QTest::mouseClick(scene.view.armButton(), Qt::LeftButton);
        QVERIFY(scene.waitForEnd());
        QCOMPARE(scene.view.facts(), u"observing only"_s);
        QVERIFY(scene.view.targets()->isEnabled());
        QVERIFY(scene.view.form()->where()->isEnabled());
        QVERIFY(scene.view.commandLine()->text().contains(u":7779"_s));
        scene.to(""); // a line that names no bus would do nothing
        QVERIFY(scene.view.commandLine()->text().isEmpty());
    }

    void howFastItGoesIsChangedOnTheWay()
    {
        Scene scene(tasks(400));
        scene.to(kOther);
        ReplayWish wish;
        wish.speed = 0.02; // 50 ms apart
        scene.view.form()->setWish(wish);
        QVERIFY(scene.look());
        scene.view.goOn();
        QTRY_VERIFY(scene.bus.count() >= 2);
        QVERIFY(scene.view.form()->pace()->isEnabled());
        QTest::mouseClick(scene.view.fasterButton(), Qt::LeftButton);
        QVERIFY2(scene.view.command().contains(u"--speed 0.04"_s),
                 qPrintable(scene.view.command()));
        for (int i = 0; i < 12; ++i)
            QTest::mouseClick(scene.view.fasterButton(), Qt::LeftButton);
        QVERIFY(scene.view.command().contains(u"--speed 100"_s));
        QVERIFY(scene.waitForEnd()); // which it would not within 20 s
        QCOMPARE(scene.bus.count(), 400);
        QVERIFY(scene.waitForJobs(1, u"finished"_s));
        // And to another way of going: one at each press.
        scene.view.form()->setWish(wish);
        QVERIFY(scene.look());
        scene.view.goOn();
        QTRY_VERIFY(scene.bus.count() >= 402);
        scene.view.form()->pace()->setCurrentIndex(3);
        QVERIFY(scene.view.desk()->isStepping());
        QTest::qWait(150);
        const int before = scene.bus.count();
        QTest::mouseClick(scene.view.sendButton(), Qt::LeftButton);
        QTRY_COMPARE(scene.bus.count(), before + 1);
        QTest::qWait(150);
        QCOMPARE(scene.bus.count(), before + 1);
        scene.view.cancel();
        QVERIFY(scene.waitForEnd());
    }

    void itPausesBeforeWhatIsWaitedFor()
    {
        Scene scene(tasks(20));
        scene.to(kOther);
        ReplayWish wish;
        wish.isFast = true;
        wish.startsPaused = true;
        wish.burst = 2;
        wish.pauseAt = "from == a"; // 0, 3, 6 …
        scene.view.form()->setWish(wish);
        QVERIFY(scene.look());
        scene.view.goOn();
        QTRY_VERIFY(scene.view.desk()->isPaused());
        QTest::qWait(150);
        QCOMPARE(scene.bus.count(), 0);
        scene.view.goOn(); // two of them
        QTRY_COMPARE(scene.bus.count(), 2);
        scene.view.pauseOrResume();
        QTRY_VERIFY(scene.view.desk()->isPaused());
        QCOMPARE(scene.bus.count(), 3);
        scene.view.pauseOrResume();
        QTRY_COMPARE(scene.bus.count(), 6);
        QTRY_VERIFY(scene.view.desk()->isPaused());
        scene.view.cancel();
        QVERIFY(scene.waitForEnd());
    }

    void itIsKnownBeforeTheFirstMessageLeaves()
    {
        Scene scene(tasks(3));
        scene.to(kOther);
        QVERIFY(scene.look());
        int made = -1;
        QObject::connect(scene.view.desk(), &ReplayDesk::kept, &scene.view, [&] {
            if (made < 0)
                made = replayJobsOf(scene.recorded.path())->size() == 1 ? scene.bus.count() : -2;
        });
        scene.view.goOn();
        QVERIFY(scene.waitForEnd());
        QCOMPARE(made, 0);
        QVERIFY(scene.waitForJobs(1, u"finished"_s));
        // Cut off at once: nobody knows what went out.
        ReplayJobRecord job = replayJobsOf(scene.recorded.path())->front();
        job.id = u"cut"_s;
        job.ended = 1;
        job.state = replayCutOff();
        job.position = 0;
        ++job.started;
        QVERIFY(keepReplayJob(scene.recorded.path(), job));
        QVERIFY(scene.sendAll());
        QTRY_COMPARE(scene.view.jobs()->topLevelItemCount(), 3);
        QSignalSpy looked(&scene.view, &ReplayView::looked);
        for (int row = 0; row < 3; ++row) {
            if (scene.view.jobs()->topLevelItem(row)->text(2) == replayCutOff())
                scene.view.takeJob(row);
        }
        QVERIFY(!looked.isEmpty() || looked.wait(10'000));
        QVERIFY2(scene.view.asText().contains(u"may come twice"_s),
                 qPrintable(scene.view.asText()));
    }

    void whatIsNeededNowAndThenIsBehindMore()
    {
        Scene scene(tasks(4));
        scene.to("nats://127.0.0.1:4999");
        QVERIFY(scene.view.form()->more()->isHidden());
        QTest::mouseClick(scene.view.form()->moreButton(), Qt::LeftButton);
        QVERIFY(!scene.view.form()->more()->isHidden());
        ReplayWish wish;
        wish.headers = {"x-lab=1", "x-run=a b"};
        wish.strips = {"auth*", "cookie"};
        wish.toxic = {"*shutdown*"};
        wish.maxRate = 50;
        wish.maxMessages = 3;
        wish.maxBytes = 100'000;
        wish.maxTime = "10min";
        wish.delay = "1ms";
        wish.repeatGap = "2ms";
        wish.answersFor = "0s";
        wish.startsPaused = wish.busHeaders = wish.catchesUp = wish.noReplies = true;
        wish.pauseAt = "kind == error";
        wish.burst = 4;
        scene.view.form()->setWish(wish);
        QCOMPARE(scene.view.form()->wish() == wish, true);
        QVERIFY(scene.view.form()->moreButton()->text().contains(u"16"_s));
        const QString line = scene.view.command();
        for (const char* part :
             {"--header x-lab=1", "--header 'x-run=a b'", "--strip 'auth*' --strip cookie",
              "--toxic '*shutdown*'", "--max-rate 50", "--max-messages 3", "--max-bytes 100000",
              "--max-time 10min", "--delay 1ms", "--repeat-gap 2ms", "--answers-for 0s", "--paused",
              "--bus-headers", "--catch-up", "--no-replies", "--pause-at 'kind == error'",
              "--burst 4"})
            QVERIFY2(line.contains(QString::fromLatin1(part)), qPrintable(line));
        wish.startsPaused = false;
        scene.view.form()->setWish(wish);
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.bus.count(), 3); // the limit
        const HeaderList headers = scene.bus.got()[0].message.headers;
        QVERIFY(std::ranges::find(headers, HeaderList::value_type("x-run", "a b")) !=
                headers.end());
        for (const auto& [name, text] : {std::pair{"At most so many messages in all", "many"},
                                         {"At most so many a second", "0"}}) {
            scene.view.form()->setWish({});
            for (QLineEdit* edit : scene.view.form()->more()->findChildren<QLineEdit*>()) {
                if (edit->accessibleName() == QLatin1StringView(name))
                    edit->setText(QString::fromLatin1(text));
            }
            QVERIFY(scene.look());
            QVERIFY(!scene.view.forecast());
        }
    }

    void whoChangesItSeesItAgain()
    {
        Scene scene(tasks(10));
        scene.to(kOther);
        QVERIFY(scene.look());
        scene.view.form()->where()->setText(u"topic == \"tasks.odd\""_s);
        QVERIFY(!scene.view.forecast());
        QVERIFY(scene.look());
        QCOMPARE(scene.bus.started.load(), 0);
        QCOMPARE(scene.view.forecast()->tally.messages, 5);
        scene.view.form()->where()->setText(u"topic =="_s);
        QVERIFY(scene.look());
        QVERIFY(!scene.view.forecast());
        QVERIFY(scene.view.asText().contains(u"cannot be read"_s));
    }

    void elsewhereItIsArmedByTypingTheHost()
    {
        Scene scene(tasks(3));
        scene.to("nats://hq");
        QVERIFY(scene.look());
        QVERIFY2(scene.view.asText().contains(u"guard"_s), qPrintable(scene.view.asText()));
        scene.view.goOn();
        QVERIFY(!scene.view.desk()->isRunning());
        QCOMPARE(scene.bus.started.load(), 0);
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->arming()->isArmed());
        scene.view.host()->setText(u"h"_s);
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->arming()->isArmed());
        QVERIFY(scene.view.asText().contains(u"is not the host"_s));
        scene.view.host()->setText(u"hq"_s);
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->arming()->isArmed());
        // What stood in the way does not stand there any more; what would be sent does.
        QVERIFY2(!scene.view.asText().contains(u"is not the host"_s) &&
                     scene.view.asText().contains(u"tasks.even"_s),
                 qPrintable(scene.view.asText()));
        // Armed alone sends nothing that was not looked at.
        QVERIFY(scene.view.forecast() || scene.look());
        scene.view.goOn();
        QVERIFY(scene.view.desk()->isRunning());
        QVERIFY(scene.waitForEnd());
        QCOMPARE(scene.bus.count(), 3);
        // Armed for that bus is armed for no other.
        scene.to("nats://hq2");
        QVERIFY(scene.look());
        scene.view.goOn();
        QVERIFY(!scene.view.desk()->isRunning());
        QCOMPARE(scene.bus.count(), 3);
    }

    void whatBecomesProductionIsArmedAnew()
    {
        Scene scene(tasks(3));
        scene.to(kOther);
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.bus.count(), 3);
        QVERIFY(scene.view.desk()->arming()->isArmed());
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        Profile profile;
        profile.name = u"shop"_s;
        profile.connections = {u"ws://localhost:7778/?murmur.hub=1"_s};
        profile.environment = Environment::Production;
        QVERIFY(profiles->put(profile));
        QVERIFY(scene.look());
        scene.view.goOn();
        QVERIFY(!scene.view.desk()->isRunning());
        QVERIFY(!scene.view.desk()->arming()->isArmed());
        QCOMPARE(scene.bus.count(), 3);
        QVERIFY(profiles->remove(u"shop"_s));
    }

    void anotherNameOfTheSourceIsTheSource()
    {
        Scene scene(tasks(4));
        for (const char* url : {"listen://localhost:7777", "listen://[::1]:7777",
                                "ws://127.0.0.1:7777/x?murmur.hub=1", "listen://LOCALHOST.:7777"}) {
            scene.to(url);
            QVERIFY(scene.view.sameTopics()->isVisible());
            ReplayWish wish;
            wish.maps = {"nothing=x"};
            scene.view.form()->setWish(wish);
            QVERIFY(scene.look());
            QCOMPARE(scene.view.forecast()->tally.messages, 0);
            scene.view.goOn();
            QVERIFY(!scene.view.desk()->isRunning());
            scene.view.form()->setWish({});
            QVERIFY(scene.look());
            QVERIFY(scene.view.forecast()->tally.topics.contains("replay.tasks.even"));
        }
        QCOMPARE(scene.bus.started.load(), 0);
    }

    void whatIsNeverWrittenToIsNotArmed()
    {
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        Profile profile;
        profile.name = u"shop"_s;
        profile.connections = {u"listen://127.0.0.1:7778"_s};
        profile.environment = Environment::Dev;
        profile.neverWrite = true;
        QVERIFY(profiles->put(profile));
        Scene scene(tasks(3));
        scene.to(kOther);
        QVERIFY(scene.look());
        scene.view.goOn();
        QVERIFY(!scene.view.desk()->isRunning());
        QCOMPARE(scene.bus.started.load(), 0);
        QVERIFY2(scene.view.asText().contains(u"shop"_s), qPrintable(scene.view.asText()));
        QVERIFY(profiles->remove(u"shop"_s));
    }

    void aLostBusDisarms()
    {
        Scene scene(tasks(10));
        scene.bus.loseAfter = 4;
        scene.to(kOther);
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.view.desk()->report().state, ReplayReport::State::Lost);
        QVERIFY(!scene.view.desk()->arming()->isArmed());
        QVERIFY(scene.waitForJobs(1, u"lost"_s));
        scene.bus.loseAfter = -1;
        QSignalSpy looked(&scene.view, &ReplayView::looked);
        scene.view.takeJob(0);
        QVERIFY(looked.wait(10'000));
        QCOMPARE(scene.view.forecast()->tally.messages, 6);
    }

    void closingEndsItAndKeepsHowFarItCame()
    {
        Recorded recorded(tasks(300));
        QVERIFY(recorded.waitForAll());
        MemoryBus bus;
        SharedView shared;
        auto view = std::make_unique<ReplayView>(
            ViewContext{&shared},
            [&bus](const QUrl&, const ConnectionOptions&) {
                return Result<std::unique_ptr<Publisher>>(std::make_unique<MemoryPublisher>(bus));
            },
            nullptr);
        shared.setSession(recorded.close());
        QTRY_VERIFY(view->isSettled());
        view->targets()->setEditText(QString::fromLatin1(kOther));
        ReplayWish wish;
        wish.rate = 200;
        view->form()->setWish(wish);
        QSignalSpy looked(view.get(), &ReplayView::looked);
        view->goOn();
        QVERIFY(!looked.isEmpty() || looked.wait(10'000));
        view->goOn();
        QTRY_VERIFY(view->desk()->report().position >= 5);
        view.reset();
        const int sent = bus.count();
        QTest::qWait(50);
        QCOMPARE(bus.count(), sent);
        shared.setSession(nullptr);
        const auto jobs = replayJobsOf(recorded.path());
        QVERIFY(jobs);
        QCOMPARE(jobs->size(), std::size_t(1));
        QCOMPARE(jobs->front().state, u"cancelled"_s);
        QVERIFY(jobs->front().position >= 5);
        QVERIFY(jobs->front().position <= static_cast<std::uint64_t>(sent));
    }

    void whatAGuardRefusesIsToldAndNotSent()
    {
        std::vector<Said> all = tasks(4);
        all.push_back(
            said(9ms, "tasks.even",
                 R"({"topic":"tasks.even","type":"payment","from":"a","payload":{"n":9}})"));
        all.push_back(said(10ms, "$SYS.ping", R"({"topic":"$SYS.ping","payload":{"n":10}})"));
        Scene scene(all);
        scene.to("nats://127.0.0.1:4999");
        QVERIFY(scene.look());
        QCOMPARE(scene.view.forecast()->tally.messages, 4);
        const QString text = scene.view.asText();
        QVERIFY2(text.contains(u"toxic"_s) && text.contains(u"system-topic"_s), qPrintable(text));
        scene.view.goOn();
        QVERIFY(scene.waitForEnd());
        QCOMPARE(scene.bus.count(), 4);
    }

    void whatIsChosenInTheWindowIsTaken()
    {
        Scene scene(tasks(12));
        scene.to(kOther);
        scene.shared.setFilter(*parseFilter(u"topic == \"tasks.odd\"", {}));
        scene.view.form()->take(ReplayForm::From::Filter);
        const auto names = scene.shared.session()->dictionaries();
        for (std::uint32_t id = 1; id < names->counts().agents; ++id) {
            if (names->agentName(AgentId(id)) == "b")
                scene.shared.selectAgent(AgentId(id));
        }
        scene.view.form()->take(ReplayForm::From::Agent);
        QVERIFY(scene.look());
        QCOMPARE(scene.view.forecast()->tally.messages, 4); // 1 5 7 11
        scene.view.form()->setWish({});
        for (const Seq seq : {Seq(3), Seq(8), Seq(3)}) {
            scene.shared.selectMessage(seq);
            scene.view.form()->take(ReplayForm::From::Message);
        }
        QCOMPARE(scene.view.form()->numbers()->text(), u"3, 8"_s);
        QVERIFY(scene.sendAll());
        QCOMPARE(scene.bus.count(), 2);
        QCOMPARE(numberIn(scene.bus.got()[0]), 2);
        QVERIFY(scene.view.command().contains(u"--seq 3 --seq 8"_s));
        scene.view.form()->numbers()->setText(u"99"_s);
        QVERIFY(scene.look());
        QVERIFY(!scene.view.forecast());
    }

    void aWishIsTheSameOnceKeptAndShown()
    {
        Scene scene(tasks(1));
        ReplayWish wish;
        wish.where = "kind == \"command\"";
        wish.from = "+1s";
        wish.agents = {"a", "b"};
        wish.seqs = {"1", "3..9"};
        wish.speed = 2.5;
        wish.skipIdle = "2s";
        wish.repeats = 3;
        wish.prefix = "test.";
        wish.maps = {"a.*=b.$1", "~^x=y"};
        wish.ids = "fresh";
        wish.times = "shift";
        wish.sets = {"payload.a=1"};
        wish.noReplies = true;
        wish.maxMessages = 5;
        scene.view.form()->setWish(wish);
        QCOMPARE(scene.view.form()->wish() == wish, true);
        ReplayWish read;
        takeWish(wishToJson(wish), read);
        QCOMPARE(read == wish, true);
        wish.to = "nats://hq";
        const QString line = replayCommand(wish, {u"a b.murmur"_s});
        for (const char* part :
             {"'a b.murmur'", "--to nats://hq", "--skip-idle 2s", "--speed 2.5", "--repeat 3",
              "--no-replies", "--map 'a.*=b.$1'", "--max-messages 5", "--ids fresh"})
            QVERIFY2(line.contains(QString::fromLatin1(part)), qPrintable(line));
        // The pace is remembered; what and where to is not.
        ReplayView other({&scene.shared});
        other.restoreState(scene.view.saveState());
        QCOMPARE(other.form()->wish().speed, 2.5);
        QVERIFY(other.form()->wish().where.empty());
    }
};

QTEST_MAIN(TestReplayView)
#include "tst_replayview.moc"
