// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "causality/causegraph.h"
#include "causality/causeguess.h"
#include "demo/demorandom.h"

#include <QTest>

#include <map>
#include <set>

using namespace murmur;

namespace {

using Edges = std::multimap<Seq, CauseOf>; // by effect

CauseGraph graphOf(Seq last, const Edges& edges)
{
    CauseGraph graph;
    for (Seq seq = 1; seq <= last; ++seq) {
        std::vector<CauseOf> causes;
        const auto [from, to] = edges.equal_range(seq);
        for (auto edge = from; edge != to; ++edge)
            causes.push_back(edge->second);
        if (!graph.append(seq, causes))
            qFatal("full");
    }
    graph.settle();
    return graph;
}

/// The slow version: every edge, again and again.
std::map<Seq, Grade> slowEffects(Seq origin, const Edges& edges, bool withInferred)
{
    std::map<Seq, Grade> reached{{origin, Grade::Stated}};
    for (bool isChanged = true; isChanged;) {
        isChanged = false;
        for (const auto& [effect, cause] : edges) {
            const auto from = reached.find(cause.seq);
            if (from == reached.end() || effect == origin ||
                (cause.grade == Grade::Inferred && !withInferred))
                continue;
            const Grade grade = std::max(from->second, cause.grade);
            const auto known = reached.find(effect);
            if (known != reached.end() && known->second <= grade)
                continue;
            reached[effect] = grade;
            isChanged = true;
        }
    }
    reached.erase(origin);
    return reached;
}

std::vector<Seq> seqsOf(const BlastRadius& radius)
{
    std::vector<Seq> seqs;
    for (const auto& member : radius.members)
        seqs.push_back(member.seq);
    return seqs;
}

CauseGuess::Message told(Seq seq, std::int64_t milliseconds, std::uint32_t from,
                         std::span<const AgentId> to, Kind kind = Kind::Event,
                         bool hasCause = false)
{
    return {seq, milliseconds * 1'000'000, AgentId(from), to, kind, hasCause};
}

} // namespace

class TestCauseGraph : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void effectsNearAndFar()
    {
        const CauseGraph graph = graphOf(7, {{2, {1, Grade::Stated}},
                                             {3, {1, Grade::Carried}},
                                             {5, {3, Grade::Stated}},
                                             {6, {4, Grade::Stated}},
                                             {7, {5, Grade::Inferred}}});
        QCOMPARE(graph.edges(), 5);
        const BlastRadius radius = graph.blastRadius(1, true, 100);
        QCOMPARE(seqsOf(radius), (std::vector<Seq>{2, 3, 5, 7}));
        QCOMPARE(radius.count, 4);
        QCOMPARE(radius.last, 7);
        QCOMPARE(radius.byGrade[0], 1); // 2
        QCOMPARE(radius.byGrade[1], 2); // 3, and 5 by way of it
        QCOMPARE(radius.byGrade[2], 1);
        QCOMPARE(graph.blastRadius(1, false, 100).count, 3);
        QCOMPARE(seqsOf(graph.blastRadius(1, true, 2)), (std::vector<Seq>{2, 3}));
        QCOMPARE(graph.blastRadius(1, true, 2).count, 4);
        QCOMPARE(graph.blastRadius(7, true, 2).count, 0);
        QCOMPARE(graph.blastRadius(99, true, 2).count, 0);
    }

    void severalCauses()
    {
        const CauseGraph graph = graphOf(5, {{3, {1, Grade::Inferred}},
                                             {3, {2, Grade::Stated}},
                                             {5, {3, Grade::Stated}},
                                             {5, {4, Grade::Stated}}});
        QCOMPARE(graph.causesOf(3),
                 (std::vector<CauseOf>{{1, Grade::Inferred}, {2, Grade::Stated}}));
        QCOMPARE(graph.effectsOf(3, 9), (std::vector<CauseOf>{{5, Grade::Stated}}));
        QCOMPARE(graph.effectsOf(2, 9), (std::vector<CauseOf>{{3, Grade::Stated}}));
        // The surest way counts, though an earlier message is guessed.
        const FirstCause first = graph.firstCause(5, true);
        QCOMPARE(first.root(), 2);
        QCOMPARE(first.way, (std::vector<CauseOf>{{2, Grade::Stated}, {3, Grade::Stated}}));
        QCOMPARE(first.grade(), Grade::Stated);
        QCOMPARE(first.ancestors, 4);
        QVERIFY(!first.isCircular);
    }

    void aLongWayThatIsSurerThanAShortOne()
    {
        // A reply follows from its request, and as surely from the work in between.
        const CauseGraph graph = graphOf(4, {{2, {1, Grade::Stated}},
                                             {3, {2, Grade::Stated}},
                                             {4, {1, Grade::Carried}},
                                             {4, {3, Grade::Stated}}});
        const FirstCause first = graph.firstCause(4, true);
        QCOMPARE(first.root(), 1);
        QCOMPARE(first.way.size(), std::size_t(3));
        QCOMPARE(first.grade(), Grade::Stated);
        QCOMPARE(first.ancestors, 3);
    }

    void aCauseThatCameAfterItsEffect()
    {
        // Spans are told when they end: children before their parents.
        CauseGraph graph =
            graphOf(4, {{1, {3, Grade::Stated}}, {2, {3, Grade::Stated}}, {3, {4, Grade::Stated}}});
        QCOMPARE(seqsOf(graph.blastRadius(4, true, 9)), (std::vector<Seq>{1, 2, 3}));
        QCOMPARE(graph.firstCause(1, true).root(), 4);
        QCOMPARE(graph.effectsOf(3, 9).size(), std::size_t(2));
        // What is learnt later is laid over what has passed.
        QVERIFY(graph.append(5, {}));
        graph.addLate(4, {5, Grade::Carried});
        graph.settle();
        QCOMPARE(graph.firstCause(1, true).root(), 5);
        QCOMPARE(graph.causesOf(4), (std::vector<CauseOf>{{5, Grade::Carried}}));
        QCOMPARE(graph.blastRadius(5, true, 9).count, 4);
    }

    void aCircleEnds()
    {
        const CauseGraph graph = graphOf(4, {{1, {3, Grade::Stated}},
                                             {2, {1, Grade::Stated}},
                                             {3, {2, Grade::Stated}},
                                             {4, {3, Grade::Stated}},
                                             {4, {4, Grade::Stated}}});
        QCOMPARE(seqsOf(graph.blastRadius(2, true, 9)), (std::vector<Seq>{1, 3, 4}));
        const FirstCause first = graph.firstCause(4, true);
        QVERIFY(first.isCircular);
        QCOMPARE(first.root(), 1);
        QCOMPARE(first.way.size(), std::size_t(3));
    }

    void whatIsNotThereIsPassedOver()
    {
        CauseGraph graph(1000); // a ring let go what lies before
        QVERIFY(graph.append(1001, std::vector<CauseOf>{{7, Grade::Stated}}));
        QVERIFY(graph.append(1005, std::vector<CauseOf>{{1001, Grade::Stated}}));
        QCOMPARE(graph.last(), 1005);
        QVERIFY(graph.causesOf(1001).empty());
        QVERIFY(graph.causesOf(7).empty());
        QCOMPARE(graph.firstCause(1005, true).root(), 1001);
        QVERIFY(!graph.append(1000 + CauseGraph::kMostMessages, {}));
    }

    void asTheSlowVersion()
    {
        DemoRandom random(3);
        for (int round = 0; round < 60; ++round) {
            Edges edges;
            constexpr Seq kLast = 60;
            for (int i = 0; i < 70; ++i) {
                const Seq effect = random.between(1, kLast);
                const Seq cause = random.between(1, kLast);
                if (cause != effect)
                    edges.insert({effect, {cause, static_cast<Grade>(random.below(3))}});
            }
            const CauseGraph graph = graphOf(kLast, edges);
            for (const bool withInferred : {false, true}) {
                const Seq origin = random.between(1, kLast);
                const auto slow = slowEffects(origin, edges, withInferred);
                const BlastRadius fast = graph.blastRadius(origin, withInferred, 1000);
                QCOMPARE(fast.members.size(), slow.size());
                for (const auto& member : fast.members)
                    QCOMPARE(member.grade, slow.at(member.seq));
            }
        }
    }

    void aMillionMessages()
    {
        // Chains of a hundred, and one that reaches all.
        CauseGraph graph;
        for (Seq seq = 1; seq <= 1'000'000; ++seq) {
            const std::vector<CauseOf> causes{{seq % 100 == 1 ? 1 : seq - 1, Grade::Stated}};
            QVERIFY(graph.append(seq, causes));
        }
        QVERIFY(graph.bytes() < 12'000'000);
        QCOMPARE(graph.blastRadius(1, true, 10).count, 999'999);
        QCOMPARE(graph.blastRadius(500'050, true, 1000).count, 50);
        QCOMPARE(graph.firstCause(1'000'000, true).way.size(), std::size_t(100));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!graph.blastRadius(1, true, 10, stop.get_token()).isWhole ||
                graph.last() < 1 << 20);
    }

    void guesses()
    {
        const AgentId one[] = {AgentId(2)};
        const AgentId two[] = {AgentId(2), AgentId(3)};
        CauseGuess guess;
        QCOMPARE(guess.pass(told(1, 0, 1, one, Kind::Command)), 0);
        QCOMPARE(guess.pass(told(2, 10, 2, {}, Kind::Heartbeat)), 0); // comes by itself
        QCOMPARE(guess.pass(told(3, 100, 2, {})), 1);
        QCOMPARE(guess.pass(told(4, 110, 2, {})), 0);  // the second thing that it says
        QCOMPARE(guess.pass(told(5, 200, 1, two)), 0); // to several: nobody in particular
        QCOMPARE(guess.pass(told(6, 210, 3, {})), 0);
        QCOMPARE(guess.pass(told(7, 300, 1, one)), 0);
        QCOMPARE(guess.pass(told(8, 900, 2, {})), 0); // too late
        QCOMPARE(guess.pass(told(9, 1000, 1, one)), 0);
        QCOMPARE(guess.pass(told(10, 1010, 2, {}, Kind::Reply, true)), 0); // it says why itself
        QCOMPARE(guess.pass(told(11, 1020, 2, {})), 0);
    }
};

QTEST_GUILESS_MAIN(TestCauseGraph)
#include "tst_causegraph.moc"
