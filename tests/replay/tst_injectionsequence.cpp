// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Several messages sent as one: in order, each after its pause or after an answer, under the same
// guards as one; and the file that holds them.

#include "memorypublisher.h"
#include "replay/injectionsequence.h"
#include "replay/injector.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QUrl kSequenceTarget(u"nats://127.0.0.1:4"_s);

InjectionStep stepOf(const QByteArray& topic, const QByteArray& payload, nanoseconds pause = 0ns)
{
    InjectionStep step;
    step.draft.topic = topic;
    step.draft.payload = payload;
    step.pause = pause;
    return step;
}

InjectionRun sequenceRun(std::vector<InjectionStep> steps)
{
    InjectionRun run;
    run.draft.target = kSequenceTarget;
    run.sequence = std::move(steps);
    (void)run.arming.arm(kSequenceTarget, Environment::Dev, steadyNow());
    return run;
}

std::vector<InjectionStep> askAndTell()
{
    std::vector<InjectionStep> steps{
        stepOf("ask", R"({"n":{{counter}}})"),
        stepOf("tell.{{reply.payload}}", R"({"was":"{{reply.topic}}"})")};
    steps[0].draft.wantsReply = true;
    steps[0].draft.replyWait = 1h;
    steps[1].isAfterReply = true;
    return steps;
}

} // namespace

class TestInjectionSequence : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
    }

    void theyGoOutInOrderEachAfterItsPause()
    {
        MemoryBus bus;
        const InjectionRun run = sequenceRun(
            {stepOf("a", "1"), stepOf("b", "{{counter}}", 60ms), stepOf("a", "3", 1ms)});
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Done);
        QCOMPARE(report.sent, 3);
        const auto got = bus.got();
        QCOMPARE(got.size(), std::size_t(3));
        QCOMPARE(got[1].message.topic, QByteArray("b"));
        QCOMPARE(got[1].message.raw, QByteArray("2"));
        QVERIFY(got[1].at - got[0].at >= 60ms);
        for (const MemoryBus::Got& one : got)
            QVERIFY(isMarked(one.message));
    }

    void aValueOfTheAnswerGoesIntoTheNext()
    {
        MemoryBus bus;
        bus.answers = true;
        const InjectionReport report = sendAll(bus, sequenceRun(askAndTell()));
        QVERIFY2(report.end == InjectionReport::End::Done, qPrintable(report.sentence));
        const auto got = bus.got();
        QCOMPARE(got.size(), std::size_t(2));
        QCOMPARE(got[1].message.topic, QByteArray("tell.yes"));
        QCOMPARE(got[1].message.raw, QByteArray(R"({"was":"inbox"})"));
    }

    void withoutAnAnswerTheRestStays()
    {
        MemoryBus bus;
        auto steps = askAndTell();
        steps[0].draft.replyWait = 30ms;
        const InjectionReport report = sendAll(bus, sequenceRun(steps));
        QCOMPARE(report.end, InjectionReport::End::Stopped);
        QVERIFY2(report.sentence.contains(u"Message 1 had no answer"_s),
                 qPrintable(report.sentence));
        QCOMPARE(bus.count(), 1);
    }

    void whatTheBusDoesNotTakeEndsIt()
    {
        MemoryBus bus;
        bus.failsAll = true;
        const InjectionReport report =
            sendAll(bus, sequenceRun({stepOf("a", "1"), stepOf("b", "2")}));
        QCOMPARE(report.end, InjectionReport::End::Stopped);
        QVERIFY2(report.sentence.contains(u"was not taken"_s), qPrintable(report.sentence));
        QCOMPARE(bus.count(), 1);
        bus.failsAll = false;
        bus.loseAfter = 1;
        QCOMPARE(
            sendAll(bus, sequenceRun({stepOf("a", "1"), stepOf("b", "2"), stepOf("c", "3")})).end,
            InjectionReport::End::Lost);
    }

    void theGuardsLookAtEachBeforeTheFirst_data()
    {
        QTest::addColumn<QByteArray>("topic");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QString>("says");
        QTest::newRow("the bus's own") << QByteArray("$SYS.a") << QByteArray("x") << u"itself"_s;
        QTest::newRow("effects") << QByteArray("payment.do") << QByteArray("x") << u"effects"_s;
        QTest::newRow("marked") << QByteArray("a") << QByteArray(R"({"x-murmurscope-inject":"i"})")
                                << u"leave it out"_s;
        QTest::newRow("unknown") << QByteArray("a") << QByteArray("{{what}}") << u"not known"_s;
    }
    void theGuardsLookAtEachBeforeTheFirst()
    {
        QFETCH(QByteArray, topic);
        QFETCH(QByteArray, payload);
        QFETCH(QString, says);
        MemoryBus bus;
        const InjectionReport report =
            sendAll(bus, sequenceRun({stepOf("a", "x"), stepOf(topic, payload)}));
        QCOMPARE(report.end, InjectionReport::End::Refused);
        QVERIFY2(report.sentence.contains(says), qPrintable(report.sentence));
        QVERIFY2(report.sentence.startsWith(u"Message 2: "_s), qPrintable(report.sentence));
        QCOMPARE(bus.started.load(), 0);
    }

    void whatAnAnswerMakesOfTheTopicIsJudgedToo()
    {
        MemoryBus bus;
        bus.answers = true;
        auto steps = askAndTell();
        steps[1].draft.topic = "pa{{reply.payload}}";
        InjectionRun run = sequenceRun(steps);
        run.toxic = {u"payes"_s};
        const InjectionReport report = sendAll(bus, run);
        QCOMPARE(report.end, InjectionReport::End::Refused);
        QVERIFY2(report.sentence.contains(u"effects"_s), qPrintable(report.sentence));
        QCOMPARE(bus.count(), 1);
    }

    void itStopsWithinOneMessage()
    {
        MemoryBus bus;
        std::vector<InjectionStep> steps;
        for (int i = 0; i < 1000; ++i)
            steps.push_back(stepOf("a", "x", 2ms));
        Injector injector(publisherOf(bus));
        QSignalSpy ended(&injector, &Injector::ended);
        int atStop = -1;
        connect(&injector, &Injector::happened, this, [&](const InjectionEvent& event) {
            if (event.number == 5) {
                atStop = bus.count();
                injector.stop();
            }
        });
        injector.send(sequenceRun(steps));
        QVERIFY(ended.wait(5000));
        QVERIFY(atStop > 0);
        QVERIFY(bus.count() <= atStop + 1);
    }

    void withoutArmingNoWriterIsMade()
    {
        MemoryBus bus;
        InjectionRun run = sequenceRun({stepOf("a", "x"), stepOf("b", "x")});
        run.arming.disarm();
        QCOMPARE(sendAll(bus, run).end, InjectionReport::End::Refused);
        QCOMPARE(bus.made.load(), 0);
    }

    void aFileHoldsAllOfIt()
    {
        auto steps = askAndTell();
        steps[0].draft.headers = {{"trace", "t 1"}};
        steps[0].draft.key = "k";
        steps[0].draft.correlation = "c-1";
        steps[0].draft.retain = true;
        steps[1].pause = 250ms;
        steps[1].draft.payload = QByteArray("\xff\x00", 2);
        steps[1].draft.isBinary = true;
        steps[1].draft.key = "";
        const QString file = m_folder.filePath(u"ask.json"_s);
        QVERIFY(writeSequence(file, steps).ok());
        const auto read = sequenceFromFile(file);
        QVERIFY2(read.ok(), read ? "" : qPrintable(read.error().message));
        QCOMPARE(sequenceToJson(*read), sequenceToJson(steps));
        QCOMPARE(read->at(0).draft.key, QByteArray("k"));
        QCOMPARE(read->at(0).draft.replyWait, nanoseconds(1h));
        QVERIFY(!read->at(1).draft.key.isNull());
        QCOMPARE(read->at(1).draft.payload, steps[1].draft.payload);
        QCOMPARE(read->at(1).pause, nanoseconds(250ms));
        QVERIFY(read->at(1).isAfterReply);
    }

    void whatIsWrongInItIsNamed_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, QByteArray json, const QString& says) {
            QTest::newRow(name) << json.replace('\'', '"') << says;
        };
        row("empty", "{}", u"no messages"_s);
        row("no list", "{'sequence':5}", u"no messages"_s);
        row("no object", "{'sequence':[5]}", u"Message 1: it is no object"_s);
        row("no payload", "{'sequence':[{'topic':'a'}]}", u"no “payload”"_s);
        row("pause", "{'sequence':[{'topic':'a','payload':'','pause':'soon'}]}", u"“pause”"_s);
        row("repeat", "{'sequence':[{'topic':'a','payload':'','repeat':3}]}", u"once"_s);
        row("a number", "{'sequence':[{'topic':'a','payload':5}]}", u"“payload” is a number"_s);
        row("true", "{'sequence':[{'topic':'a','payload':true}]}", u"“payload” is true"_s);
        row("unknown", "{'sequence':[{'topic':'a','payload':'','expect-reply':'2s'}]}",
            u"no member “expect-reply”"_s);
        row("unknown beside", "{'sequence':[{'topic':'a','payload':''}],'repeat':2}",
            u"a member “repeat”"_s);
        row("no flag", "{'sequence':[{'topic':'a','payload':'','retain':'yes'}]}",
            u"“retain” is true or false"_s);
        row("nobody before", "{'sequence':[{'topic':'a','payload':'','after_reply':true}]}",
            u"none before it"_s);
    }
    void whatIsWrongInItIsNamed()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto steps = sequenceFromJson(QJsonDocument::fromJson(json).object());
        QVERIFY(!steps.ok());
        QVERIFY2(steps.error().message.contains(says), qPrintable(steps.error().message));
    }

    void anAnswerSpeaksOfItsPayload()
    {
        Answer answer;
        answer.raw = R"({"from":"planner","id":"7","payload":{"id":5}})";
        TemplateMessage spoken = spokenOf(answer);
        TemplateInput input;
        input.reply = &spoken;
        QCOMPARE(*filled("{{reply.from}} {{reply.id}} {{reply.payload.id}}", input, false),
                 QByteArray("planner 7 5"));
        answer.raw = R"({"id":5})";
        spoken = spokenOf(answer);
        QCOMPARE(*filled("{{reply.payload.id}}", input, false), QByteArray("5"));
        input.reply = nullptr;
        QVERIFY(!filled("{{reply.id}}", input, false).ok());
    }

private:
    static Injector::MakePublisher publisherOf(MemoryBus& bus)
    {
        return [&bus](const QUrl&, const ConnectionOptions&) -> Result<std::unique_ptr<Publisher>> {
            return std::unique_ptr<Publisher>(std::make_unique<MemoryPublisher>(bus));
        };
    }
    static InjectionReport sendAll(MemoryBus& bus, const InjectionRun& run)
    {
        Injector injector(publisherOf(bus));
        QSignalSpy ended(&injector, &Injector::ended);
        injector.send(run);
        if (!ended.wait(20'000))
            return {};
        return ended[0][0].value<InjectionReport>();
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestInjectionSequence)
#include "tst_injectionsequence.moc"
