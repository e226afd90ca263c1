// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a person writes goes out as written, marked, as often and as fast as said, and stops at
// once.

#include "memorypublisher.h"
#include "replay/answerdiff.h"
#include "replay/injector.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QUrl kTarget(u"nats://127.0.0.1:4"_s);

InjectionRun runOf(const QByteArray& topic, const QByteArray& payload)
{
    InjectionRun run;
    run.draft.target = kTarget;
    run.draft.topic = topic;
    run.draft.payload = payload;
    (void)run.arming.arm(kTarget, Environment::Dev, steadyNow());
    return run;
}

} // namespace

class TestInjector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
    }

    void eachIsFilledInAndMarked()
    {
        MemoryBus bus;
        InjectionRun run = runOf("tasks.{{counter}}", R"({"n":{{counter}}})");
        run.draft.repeat = 3;
        run.draft.rate = 1000;
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Done);
        QCOMPARE(report.sent, 3);
        const auto got = bus.got();
        QCOMPARE(got.size(), std::size_t(3));
        QCOMPARE(got[2].message.topic, QByteArray("tasks.3"));
        QCOMPARE(got[2].message.raw, QByteArray(R"({"n":3})"));
        QVERIFY(isMarked(got[2].message));
        QCOMPARE(got[2].message.headers.back().second, run.id.toStdString());
    }

    void withoutArmingNoWriterIsMade()
    {
        MemoryBus bus;
        InjectionRun run = runOf("a", "x");
        run.arming.disarm();
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Refused);
        QCOMPARE(bus.made.load(), 0);
        // Armed for another bus is not armed.
        QVERIFY(run.arming.arm(QUrl(u"nats://127.0.0.1:5"_s), Environment::Dev, steadyNow()).ok());
        QCOMPARE(sendAll(bus, run).end, InjectionReport::End::Refused);
        QCOMPARE(bus.made.load(), 0);
    }

    void aRefusedMessageAttachesToNothing()
    {
        MemoryBus bus;
        QCOMPARE(sendAll(bus, runOf("$SYS.a", "x")).end, InjectionReport::End::Refused);
        QCOMPARE(sendAll(bus, runOf("a", "{{nothing}}")).end, InjectionReport::End::Refused);
        QCOMPARE(bus.started.load(), 0);
    }

    void itStopsWithinOneMessage()
    {
        MemoryBus bus;
        InjectionRun run = runOf("a", "x");
        run.draft.repeat = 100'000;
        run.draft.rate = 500;
        Injector injector(publisherOf(bus));
        QSignalSpy ended(&injector, &Injector::ended);
        int atStop = -1;
        connect(&injector, &Injector::happened, this, [&](const InjectionEvent& event) {
            if (event.number == 5) {
                atStop = bus.count();
                injector.stop();
            }
        });
        injector.send(run);
        QVERIFY(ended.wait(5000));
        QVERIFY(atStop > 0);
        QVERIFY(bus.count() <= atStop + 1);
        QCOMPARE(ended[0][0].value<InjectionReport>().end, InjectionReport::End::Stopped);
    }

    void whatDisarmsItselfSendsNoMore()
    {
        MemoryBus bus;
        InjectionRun run = runOf("a", "x");
        // Armed long ago: it has 50 ms left.
        QVERIFY(run.arming
                    .arm(kTarget, Environment::Production,
                         steadyNow() - armedFor(Environment::Production) + 50ms)
                    .ok());
        run.environment = Environment::Production;
        run.draft.repeat = 1000;
        run.draft.rate = 100;
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Refused);
        QVERIFY2(report.sentence.contains(u"disarmed itself"_s), qPrintable(report.sentence));
        QVERIFY(bus.count() >= 1 && bus.count() < 1000);
    }

    void itNeverIsFasterThanTheCap()
    {
        MemoryBus bus;
        InjectionRun run = runOf("a", "x");
        QVERIFY(run.arming.arm(kTarget, Environment::Production, steadyNow()).ok());
        run.environment = Environment::Production;
        run.draft.repeat = 120;
        run.draft.rate = 1e6;
        QCOMPARE(sendAll(bus, run).sent, 120);
        const auto got = bus.got();
        QVERIFY(got[100].at - got[0].at >= 990ms);
    }

    void stateIsDeletedWhenAskedForOnly()
    {
        MemoryBus bus;
        bus.traits.hasRetain = true;
        InjectionRun run = runOf("a", "");
        run.draft.retain = true;
        const InjectionReport refused = sendAll(bus, run);
        QCOMPARE(refused.end, InjectionReport::End::Refused);
        QVERIFY2(refused.sentence.contains(u"--tombstone"_s), qPrintable(refused.sentence));
        QCOMPARE(bus.count(), 0);
        run.draft.isTombstone = true;
        QCOMPARE(sendAll(bus, run).sent, 1);
        run.draft.retain = run.draft.isTombstone = false; // no state
        QCOMPARE(sendAll(bus, run).sent, 1);
    }

    void aLostBusIsNamed()
    {
        MemoryBus bus;
        bus.loseAfter = 2;
        InjectionRun run = runOf("a", "x");
        run.draft.repeat = 10;
        run.draft.rate = 200;
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Lost);
        QCOMPARE(report.sent, 2);
        QCOMPARE(report.failed, 1);
        QCOMPARE(bus.count(), 3);
    }

    void aFullPublisherIsWaitedFor()
    {
        MemoryBus bus;
        bus.takesAtOnce = 2;
        InjectionRun run = runOf("a", "{{counter}}");
        run.draft.repeat = 25;
        run.draft.rate = 1e6;
        QCOMPARE(sendAll(bus, run).sent, 25);
        const auto got = bus.got();
        for (std::size_t i = 0; i < got.size(); ++i)
            QCOMPARE(got[i].message.raw, QByteArray::number(qsizetype(i + 1)));
    }

    void anAnswerIsToldWithWhatItAnswers()
    {
        MemoryBus bus;
        bus.answers = true;
        InjectionRun run = runOf("a", "x");
        run.draft.wantsReply = true;
        run.draft.replyWait = 1h;
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.answered, 1);
        QCOMPARE(m_events.back().is, InjectionEvent::Is::Answered);
        QCOMPARE(m_events.back().answer.raw, QByteArray("yes"));
        QCOMPARE(m_events.back().message.topic, QByteArray("a"));
        QVERIFY(m_events.back().latency >= 0ns);
        bus.traits.hasReplies = false;
        QCOMPARE(sendAll(bus, run).end, InjectionReport::End::Refused);
    }

    void theCommandLineSaysTheSame()
    {
        InjectionDraft draft = runOf("a.b", "it isn't").draft;
        draft.headers = {{"trace", "t 1"}};
        draft.repeat = 5;
        draft.rate = 2;
        QCOMPARE(injectCommand(draft),
                 u"murmur inject --to nats://127.0.0.1:4 --topic a.b --payload "
                 "'it isn'\\''t' --header 'trace=t 1' --repeat 5 --rate 2 --arm"_s);
    }

    void theCommandLineSaysWhatOnlySomeBusesHave()
    {
        InjectionDraft draft = runOf("a", "gone").draft;
        draft.key = "agent 7";
        draft.correlation = "c-1";
        draft.isTombstone = draft.retain = draft.isBinary = true;
        QCOMPARE(injectCommand(draft),
                 u"murmur inject --to nats://127.0.0.1:4 --topic a --key 'agent 7' "
                 "--correlation c-1 --retain --binary --tombstone --arm"_s);
    }

    void answersAreComparedButForWhatDiffersEachTime()
    {
        const auto differences =
            answerDifferences(R"({"id":"a1","goal":"A","list":[1,2],"at":"2026-05-21T10:17:00Z"})",
                              R"({"id":"b7","goal":"B","list":[1],"at":"2026-05-22T10:17:00Z",)"
                              R"("more":true,"x-murmurscope-inject":"i"})");
        QStringList found;
        for (const AnswerDifference& one : differences)
            found << u"%1 %2>%3%4"_s.arg(one.path, one.recorded, one.received,
                                         one.isVolatile ? u"~"_s : QString());
        QCOMPARE(found.join(u" | "_s),
                 u"id \"a1\">\"b7\"~ | goal \"A\">\"B\" | list[1] 2> | at "
                 "\"2026-05-21T10:17:00Z\">\"2026-05-22T10:17:00Z\"~ | more >true"_s);
        QVERIFY(answerDifferences("abc", "abc").empty());
        QCOMPARE(answerDifferences("abc", "abd").size(), std::size_t(1));
    }

private:
    static Injector::MakePublisher publisherOf(MemoryBus& bus)
    {
        return [&bus](const QUrl&, const ConnectionOptions&) -> Result<std::unique_ptr<Publisher>> {
            return std::unique_ptr<Publisher>(std::make_unique<MemoryPublisher>(bus));
        };
    }
    InjectionReport sendAll(MemoryBus& bus, const InjectionRun& run)
    {
        m_events.clear();
        Injector injector(publisherOf(bus));
        connect(&injector, &Injector::happened, this,
                [this](const InjectionEvent& event) { m_events.push_back(event); });
        QSignalSpy ended(&injector, &Injector::ended);
        injector.send(run);
        if (!ended.wait(20'000))
            return {};
        return ended[0][0].value<InjectionReport>();
    }
    QTemporaryDir m_folder;
    std::vector<InjectionEvent> m_events;
};

QTEST_GUILESS_MAIN(TestInjector)
#include "tst_injector.moc"
