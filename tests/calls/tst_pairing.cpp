// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "calls/earlyeffects.h"
#include "calls/pairing.h"

#include <QTest>

using namespace murmur;

namespace {

constexpr AgentId kPlanner{1};
constexpr AgentId kRobot{2};

CallPairing::Message message(Seq seq, Kind kind, AgentId sender, std::uint64_t correlation)
{
    CallPairing::Message message;
    message.seq = seq;
    message.time = seq * 1'000'000;
    message.kind = kind;
    message.sender = sender;
    message.correlation = correlation;
    return message;
}

} // namespace

class TestPairing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReplyClosesTheRequestOfItsCorrelation()
    {
        CallPairing pairing;
        QCOMPARE(pairing.pass(message(1, Kind::Request, kPlanner, 77)).request, 0);
        QCOMPARE(pairing.pass(message(2, Kind::Request, kPlanner, 78)).request, 0);
        const auto match = pairing.pass(message(5, Kind::Reply, kRobot, 77));
        QCOMPARE(match.request, 1);
        QCOMPARE(match.latency, 4'000'000);
        QCOMPARE(pairing.pass(message(6, Kind::Error, kRobot, 78)).request, 2);
    }

    void anAnswerToTheMessageIdIsAnAnswer()
    {
        CallPairing pairing;
        CallPairing::Message request = message(1, Kind::Request, kPlanner, 0);
        request.id = 9;
        pairing.pass(request);
        QCOMPARE(pairing.pass(message(2, Kind::Reply, kRobot, 9)).request, 1);
    }

    void anAnswerToTheReplyAddressIsAnAnswer()
    {
        CallPairing pairing;
        CallPairing::Message request = message(1, Kind::Request, kPlanner, 0);
        request.replyTo = 1234;
        pairing.pass(request);
        CallPairing::Message reply = message(2, Kind::Event, kRobot, 0);
        reply.topic = 1234;
        const auto match = pairing.pass(reply);
        QCOMPARE(match.request, 1);
        QVERIFY(match.isReply);
    }

    /// Most buses do not say who speaks, and some services send back what they got.
    void anAnswerToTheReplyAddressNeedsNoName()
    {
        for (const AgentId agent : {AgentId{}, kPlanner}) {
            CallPairing pairing;
            CallPairing::Message request = message(1, Kind::Request, agent, 0);
            request.topic = 11;
            request.replyTo = 1234;
            pairing.pass(request);
            CallPairing::Message reply = message(2, Kind::Event, agent, 0);
            reply.topic = 1234;
            QCOMPARE(pairing.pass(reply).request, 1);
        }
    }

    void whatIsSaidOnTheRequestsOwnTopicIsNoAnswer()
    {
        CallPairing pairing;
        CallPairing::Message request = message(1, Kind::Request, kPlanner, 0);
        request.topic = request.replyTo = 1234;
        pairing.pass(request);
        CallPairing::Message more = message(2, Kind::Event, kPlanner, 0);
        more.topic = 1234;
        QCOMPARE(pairing.pass(more).request, 0);
        more.sender = kRobot;
        QCOMPARE(pairing.pass(more).request, 1);
    }

    void correlationsTellRequestsOfOneAddressApart()
    {
        CallPairing pairing;
        for (const Seq seq : {1, 2, 3}) {
            CallPairing::Message request = message(seq, Kind::Request, AgentId{}, 70 + seq);
            request.topic = 11;
            request.replyTo = 1234;
            pairing.pass(request);
        }
        const auto answer = [&](Seq seq, std::uint64_t correlation) {
            CallPairing::Message reply = message(seq, Kind::Event, AgentId{}, correlation);
            reply.topic = 1234;
            return pairing.pass(reply).request;
        };
        QCOMPARE(answer(4, 72), 2);
        QCOMPARE(answer(5, 73), 3);
        QCOMPARE(answer(6, 99), 0); // to something that was not heard
        QCOMPARE(answer(7, 71), 1);
    }

    void theSameCorrelationFromTheOtherSideIsAReply()
    {
        CallPairing pairing;
        pairing.pass(message(1, Kind::Request, kPlanner, 7));
        QVERIFY(!pairing.pass(message(2, Kind::Event, kPlanner, 7)).isReply);
        QVERIFY(pairing.pass(message(3, Kind::Event, kRobot, 7)).isReply);
    }

    void aRetryDoesNotMoveTheStartOfTheCall()
    {
        CallPairing pairing;
        pairing.pass(message(1, Kind::Request, kPlanner, 7));
        pairing.pass(message(10, Kind::Request, kPlanner, 7));
        QCOMPARE(pairing.pass(message(20, Kind::Reply, kRobot, 7)).request, 1);
    }

    void aCorrelationUsedAgainIsANewCall()
    {
        CallPairing pairing;
        pairing.pass(message(1, Kind::Request, kPlanner, 7));
        pairing.pass(message(2, Kind::Reply, kRobot, 7));
        pairing.pass(message(3, Kind::Request, kPlanner, 7));
        QCOMPARE(pairing.pass(message(4, Kind::Reply, kRobot, 7)).request, 3);
    }

    void aReplyToNothingClosesNothing()
    {
        CallPairing pairing;
        QCOMPARE(pairing.pass(message(1, Kind::Reply, kRobot, 7)).request, 0);
        QCOMPARE(pairing.pass(message(2, Kind::Reply, kRobot, 0)).request, 0);
    }

    void anAnswerMayComeBeforeItsRequest()
    {
        CallPairing pairing;
        CallPairing::Message reply = message(1, Kind::Reply, kRobot, 7);
        reply.time = 9'000'000;
        QCOMPARE(pairing.pass(reply).request, 0);
        reply.seq = 2;
        reply.time = 11'000'000;
        QCOMPARE(pairing.pass(reply).request, 0);
        const auto match = pairing.pass(message(3, Kind::Request, kPlanner, 7)); // said at 3 ms
        QCOMPARE(match.request, 0);
        QCOMPARE(match.early.size(), std::size_t(2));
        QCOMPARE(match.early[0].seq, 1);
        QCOMPARE(match.early[0].time, 9'000'000);
        QCOMPARE(match.early[0].sender, kRobot);
        QCOMPARE(match.early[0].latency, 6'000'000);
        QCOMPARE(match.early[1].seq, 2);
        // It is answered: the same correlation again is a new call, and the answers are used up.
        QVERIFY(pairing.pass(message(4, Kind::Request, kPlanner, 7)).early.empty());
        QCOMPARE(pairing.pass(message(5, Kind::Reply, kRobot, 7)).request, 4);
    }

    void anOldAnswerIsNotThatOfANewRequest()
    {
        const auto early = [](std::int64_t replySent, std::int64_t requestSent, std::int64_t skew) {
            CallPairing pairing;
            CallPairing::Message reply = message(1, Kind::Reply, kRobot, 7);
            reply.sent = replySent;
            pairing.pass(reply);
            CallPairing::Message request = message(2, Kind::Request, kPlanner, 7);
            request.sent = requestSent;
            request.time = reply.time + skew;
            const auto match = pairing.pass(request);
            return match.early.empty() ? std::int64_t(-1) : match.early[0].latency;
        };
        constexpr std::int64_t kSecond = 1'000'000'000;
        QCOMPARE(early(kNoTime, kNoTime, kSecond / 2), 0); // the order of two sockets
        QCOMPARE(early(kNoTime, kNoTime, 2 * kSecond), -1);
        QCOMPARE(early(500, 400, 60 * kSecond), 0); // sent in order
        QCOMPARE(early(400, 500, kSecond / 2), -1); // an answer to something before
        QCOMPARE(early(500, 400, 400 * kSecond), -1);
    }

    void anEffectWaitsForItsCause()
    {
        EarlyEffects effects;
        effects.wait(5, {10, 100, kRobot});
        effects.wait(5, {11, 110, kPlanner});
        effects.wait(6, {12, 120, kPlanner});
        effects.wait(0, {13, 130, kPlanner});
        QVERIFY(effects.take(0).empty());
        const auto known = effects.take(5);
        QCOMPARE(known.size(), std::size_t(2));
        QCOMPARE(known[0].seq, 10);
        QCOMPARE(known[1].sender, kPlanner);
        QVERIFY(effects.take(5).empty());
        for (std::uint64_t cause = 100; cause < 200'000; ++cause)
            effects.wait(cause, {1, 1, kRobot});
        QVERIFY(effects.take(6).empty()); // the oldest are forgotten
        QCOMPARE(effects.take(199'999).size(), std::size_t(1));
    }

    void chunksAndStateDoNotCloseCalls()
    {
        CallPairing pairing;
        pairing.pass(message(1, Kind::Request, kPlanner, 7));
        QCOMPARE(pairing.pass(message(2, Kind::Chunk, kRobot, 7)).request, 0);
        QCOMPARE(pairing.pass(message(3, Kind::State, kRobot, 7)).request, 0);
        QCOMPARE(pairing.pass(message(4, Kind::Reply, kRobot, 7)).request, 1);
    }

    void memoryIsBounded()
    {
        CallPairing pairing;
        for (Seq seq = 1; seq <= 500'000; ++seq)
            pairing.pass(message(seq, Kind::Request, kPlanner, static_cast<std::uint64_t>(seq)));
        QVERIFY(pairing.open() <= 200'001);
        QCOMPARE(pairing.forgotten() + static_cast<std::int64_t>(pairing.open()), 500'000);
        QCOMPARE(pairing.pass(message(500'001, Kind::Reply, kRobot, 499'999)).request, 499'999);
    }
};

QTEST_GUILESS_MAIN(TestPairing)
#include "tst_pairing.moc"
