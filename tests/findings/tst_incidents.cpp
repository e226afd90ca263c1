// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/incidents.h"

#include <QTest>

#include <algorithm>

using namespace murmur;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Findings that are made by hand; `start` and `end` in seconds.
Finding finding(std::string_view detector, std::vector<std::uint32_t> agents, int start, int end,
                std::vector<Seq> messages = {})
{
    static std::uint64_t nextId = 100;
    Finding made;
    made.id = ++nextId;
    made.detector = detector;
    for (const std::uint32_t agent : agents)
        made.agents.push_back(AgentId(agent));
    made.start = start * kSecond;
    made.end = end * kSecond;
    made.seen = made.end;
    made.isExact = true;
    made.messages = std::move(messages);
    made.summary = std::string(detector) + '.';
    return made;
}

/// "slow-agent unanswered-request | lost-messages": the incidents, each in the order of cause.
std::string told(const std::vector<Finding>& findings, const MemberFactsBySeq& facts = {})
{
    std::string text;
    for (const Incident& incident : incidentsOf(findings, facts)) {
        text += text.empty() ? "" : " | ";
        std::string names;
        for (const std::size_t place : incident.findings)
            names += (names.empty() ? "" : " ") + std::string(findings[place].detector);
        text += names;
    }
    return text;
}

} // namespace

class IncidentsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsAboutOneAgentAtOneTimeBelongsTogether()
    {
        QCOMPARE(told({finding("missing-final", {1}, 15, 30), finding("slow-agent", {1}, 10, 30),
                       finding("unanswered-request", {1, 2}, 12, 30)}),
                 std::string("slow-agent unanswered-request missing-final"));
    }

    void whatIsFarApartInTimeDoesNot()
    {
        QCOMPARE(told({finding("slow-agent", {1}, 10, 20), finding("slow-agent", {1}, 100, 120)}),
                 std::string("slow-agent | slow-agent"));
        QCOMPARE(told({finding("slow-agent", {1}, 10, 20), finding("slow-agent", {1}, 49, 60)}),
                 std::string("slow-agent slow-agent"));
    }

    void othersAtTheSameTimeAreIncidentsOfTheirOwn()
    {
        QCOMPARE(told({finding("slow-agent", {1}, 10, 20), finding("lost-messages", {2}, 11, 20),
                       finding("double-ownership", {3, 4}, 12, 20)}),
                 std::string("slow-agent | lost-messages | double-ownership"));
    }

    void whoWaitsForTheOneAtFaultIsAnEffect()
    {
        // The storm is planner's (5), who asks the slow one (1).
        const std::vector<Finding> findings{finding("retry-storm", {5, 1}, 12, 20),
                                            finding("slow-agent", {1}, 13, 20)};
        const auto incidents = incidentsOf(findings, {});
        QCOMPARE(incidents.size(), std::size_t(1));
        QCOMPARE(incidents.front().cause(), std::size_t(1));
        QCOMPARE(incidents.front().grade, Grade::Inferred);
        QVERIFY(incidents.front().confidence < 1);
        QCOMPARE(incidents.front().agents, (std::vector<AgentId>{AgentId(1), AgentId(5)}));
    }

    void answersThatTakeLongComeOfTheOneWhoIsSlow()
    {
        QCOMPARE(told({finding("latency-breach", {1}, 10, 30), finding("slow-agent", {1}, 12, 30)}),
                 std::string("slow-agent latency-breach"));
    }

    void nobodyIsSlowBecauseSomebodyElseMissesMessages()
    {
        // What robot 1 does wrong names the planner, who is at fault in another way.
        QCOMPARE(told({finding("repetition-loop", {5}, 10, 20),
                       finding("lost-messages", {1, 5}, 11, 20)}),
                 std::string("repetition-loop | lost-messages"));
    }

    void whoTalksToEverybodyConnectsNothing()
    {
        std::vector<std::uint32_t> many{5};
        for (std::uint32_t agent = 10; agent < 40; ++agent)
            many.push_back(agent);
        QCOMPARE(
            told({finding("silent-agent", {12}, 10, 20), finding("fan-out-storm", many, 11, 20)}),
            std::string("silent-agent | fan-out-storm"));
    }

    void causesOfMessagesBindWithTheirGrade()
    {
        const std::vector<Finding> findings{finding("fan-out-storm", {5}, 20, 30, {50}),
                                            finding("unanswered-request", {1}, 90, 95, {90}),
                                            finding("ping-pong", {7}, 200, 210, {200})};
        MemberFactsBySeq facts;
        facts[90].causes = {{70, Grade::Carried}};
        facts[70].causes = {{50, Grade::Stated}};
        facts[200].causes = {{199, Grade::Stated}};
        const auto incidents = incidentsOf(findings, facts);
        QCOMPARE(incidents.size(), std::size_t(2));
        QCOMPARE(incidents[0].findings, (std::vector<std::size_t>{0, 1}));
        QCOMPARE(incidents[0].grade, Grade::Carried);
        QCOMPARE(incidents[1].findings, (std::vector<std::size_t>{2}));
        QCOMPARE(incidents[1].grade, Grade::Stated);
        // Too far up is too far.
        facts[50 + 20].causes = {{69, Grade::Stated}};
        facts[69].causes = {{68, Grade::Stated}};
        facts[68].causes = {{50, Grade::Stated}};
        QCOMPARE(incidentsOf(findings, facts).size(), std::size_t(3));
    }

    void whatComesOfARequestSaysWhyItIsNotAnswered()
    {
        std::vector<Finding> findings{finding("unanswered-request", {1, 2}, 10, 60, {10}),
                                      finding("missing-final", {3}, 12, 30, {15})};
        MemberFactsBySeq facts;
        for (Seq seq = 11; seq <= 15; ++seq)
            facts[seq].causes = {{seq - 1, Grade::Stated}};
        const auto incidents = incidentsOf(findings, facts);
        QCOMPARE(incidents.size(), std::size_t(1));
        QCOMPARE(incidents.front().cause(), std::size_t(1));
        QCOMPARE(incidents.front().grade, Grade::Stated);
    }

    void circlesOfCausesComeToAnEnd()
    {
        const std::vector<Finding> findings{finding("ping-pong", {1}, 10, 20, {10}),
                                            finding("repetition-loop", {2}, 10, 20, {11}),
                                            finding("double-ownership", {3}, 10, 20, {12})};
        MemberFactsBySeq facts;
        facts[10].causes = {{12, Grade::Stated}};
        facts[11].causes = {{10, Grade::Stated}};
        facts[12].causes = {{11, Grade::Stated}};
        const auto incidents = incidentsOf(findings, facts);
        QCOMPARE(incidents.size(), std::size_t(1));
        QCOMPARE(incidents.front().findings.size(), std::size_t(3));
    }

    void theSentenceTellsTheChainInTheOrderOfCause()
    {
        std::vector<Finding> findings{
            finding("missing-final", {1}, 15, 30), finding("slow-agent", {1}, 10, 30),
            finding("unanswered-request", {1}, 12, 30), finding("unanswered-request", {1}, 13, 30)};
        findings[1].summary = "vision needs 9 s.";
        findings[2].summary = "4 requests got no answers.";
        findings[0].summary = "2 streams stopped.";
        const auto incidents = incidentsOf(findings, {});
        QCOMPARE(incidents.front().summary,
                 std::string("vision needs 9 s → 4 requests got no answers → 2 streams stopped "
                             "(and 1 more)."));
    }

    void theOrderInWhichFindingsStandDoesNotMatter()
    {
        std::vector<Finding> findings{
            finding("missing-final", {1}, 15, 30), finding("slow-agent", {1}, 10, 30),
            finding("unanswered-request", {1, 2}, 12, 30), finding("lost-messages", {4}, 12, 30)};
        const auto ids = [&] {
            std::vector<std::uint64_t> all;
            for (const Incident& incident : incidentsOf(findings, {})) {
                all.push_back(incident.id);
                for (const std::size_t place : incident.findings)
                    all.push_back(findings[place].id);
            }
            return all;
        };
        const auto before = ids();
        std::ranges::reverse(findings);
        QCOMPARE(ids(), before);
    }

    void thousandsOfFindingsAreLinkedInNoTime()
    {
        std::vector<Finding> findings;
        for (int i = 0; i < 10'000; ++i)
            findings.push_back(finding("slow-agent", {1 + static_cast<std::uint32_t>(i % 7)}, i,
                                       i + 20, {i + 1, i + 2}));
        const auto incidents = incidentsOf(findings, {});
        QVERIFY(!incidents.empty());
        std::size_t sum = 0;
        for (const Incident& incident : incidents)
            sum += incident.findings.size();
        QCOMPARE(sum, findings.size());
    }
};

QTEST_GUILESS_MAIN(IncidentsTest)
#include "tst_incidents.moc"
