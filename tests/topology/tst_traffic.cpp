// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "topology/graphlayout.h"
#include "topology/traffic.h"
#include "topology/trafficgraph.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said line(std::chrono::milliseconds after, const QByteArray& topic, QByteArray json)
{
    return {after, topic, json.replace('\'', '"')};
}

QString listed(const TrafficGraph& graph)
{
    QStringList lines;
    for (const GraphEdge& edge : graph.edges)
        lines << u"%1 > %2: %3, %4 errors, %5 calls%6"_s
                     .arg(graph.nodes[static_cast<std::size_t>(edge.from)].id,
                          graph.nodes[static_cast<std::size_t>(edge.to)].id)
                     .arg(edge.messages)
                     .arg(edge.errors)
                     .arg(edge.latency.count())
                     .arg(edge.isInferred ? u", inferred"_s : QString());
    lines.sort();
    return lines.join(u'\n');
}

Traffic trafficOf(const Session& session)
{
    TrafficRequest request;
    request.range = {kStart, kStart + 1h};
    auto traffic = trafficJob(*session.source(), request);
    if (!traffic)
        qFatal("%s", qUtf8Printable(traffic.error().message));
    return *traffic;
}

/// `count` robots that report to a planner, and one loner.
std::vector<Said> fleet(int count)
{
    std::vector<Said> said;
    for (int i = 0; i < count; ++i)
        said.push_back(line(std::chrono::milliseconds(i), "t",
                            "{'from':'robot-" + QByteArray::number(i) + "','to':'planner'}"));
    said.push_back(line(1s, "t", "{'from':'loner','to':'planner'}"));
    return said;
}

} // namespace

class TrafficTest : public QObject
{
    Q_OBJECT

    static std::shared_ptr<Session> recorded(Recorded& recorded)
    {
        if (!recorded.waitForAll())
            qFatal("not recorded");
        return recorded.close();
    }

private Q_SLOTS:
    void pairsTopicsAndWhoAnswersAreEdges()
    {
        Recorded said({
            line(0ms, "calls", "{'from':'a','to':'b','kind':'request','id':'1'}"),
            line(30ms, "calls", "{'from':'b','to':'a','kind':'reply','correlation_id':'1'}"),
            line(40ms, "calls", "{'from':'b','to':'a','kind':'error'}"),
            line(50ms, "work", "{'from':'a','kind':'request','id':'2'}"),
            line(90ms, "work", "{'from':'c','kind':'reply','correlation_id':'2'}"),
            line(95ms, "news", "{'from':'a','kind':'event'}"),
        });
        const auto session = recorded(said);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        QCOMPARE(listed(graph), u"agent a > agent b: 1, 0 errors, 1 calls\n"
                                "agent a > topic news: 1, 0 errors, 0 calls\n"
                                "agent a > topic work: 1, 0 errors, 0 calls\n"
                                "agent b > agent a: 2, 1 errors, 0 calls\n"
                                "agent c > topic work: 1, 0 errors, 0 calls\n"
                                "topic work > agent c: 1, 0 errors, 1 calls, inferred"_s);
        // An edge with an error leads to it.
        const int edge =
            graph.edgeBetween(graph.indexOf(u"agent b"_s), graph.indexOf(u"agent a"_s));
        QCOMPARE(graph.edges[static_cast<std::size_t>(edge)].last, Seq(3));
        GraphWish wish;
        wish.hasTopics = false;
        QCOMPARE(trafficGraph(trafficOf(*session), *session->dictionaries(), wish).edges.size(),
                 std::size_t(2));
    }

    void topicsThatDifferByNumbersAreOneAndTheQuietestStandTogether()
    {
        std::vector<Said> said;
        for (int i = 0; i < 40; ++i)
            said.push_back(line(1ms, "state.task." + QByteArray::number(i), "{'from':'a'}"));
        for (char c = 'a'; c <= 'z'; ++c)
            said.push_back(line(2ms, QByteArray("topic.") + c, "{'from':'b'}"));
        for (int i = 0; i < 3; ++i)
            said.push_back(line(3ms, "topic.q", "{'from':'b'}"));
        Recorded heard(said);
        const auto session = recorded(heard);
        GraphWish wish;
        wish.mostTopics = 2;
        const TrafficGraph graph =
            trafficGraph(trafficOf(*session), *session->dictionaries(), wish);
        QCOMPARE(listed(graph), u"agent a > topic state.task.#: 40, 0 errors, 0 calls\n"
                                "agent b > topic topic.q: 4, 0 errors, 0 calls\n"
                                "agent b > topics: 25, 0 errors, 0 calls"_s);
        const int tasks = graph.indexOf(u"topic state.task.#"_s);
        QCOMPARE(graph.nodes[static_cast<std::size_t>(tasks)].topics.size(), std::size_t(40));
        const TopicId last = session->dictionaries()->findTopic("state.task.39");
        QCOMPARE(graph.topics.at(last), tasks);
    }

    void manyFoldByTheirNamesOrGroupsAndCanBeUnfolded()
    {
        Recorded said(fleet(80));
        const auto session = recorded(said);
        const Traffic traffic = trafficOf(*session);
        const TrafficGraph graph = trafficGraph(traffic, *session->dictionaries());
        QCOMPARE(graph.nodes.size(), std::size_t(3));
        QCOMPARE(graph.folded, 80);
        const int robots = graph.indexOf(u"group robot-#"_s);
        QVERIFY(robots >= 0);
        QCOMPARE(graph.nodes[static_cast<std::size_t>(robots)].agents.size(), std::size_t(80));
        QCOMPARE(graph.edges.front().messages, 80);
        QCOMPARE(graph.nodeOf(session->dictionaries()->findAgent("robot-7")), robots);
        GraphWish wish;
        wish.unfolded.insert(u"robot-#"_s);
        QCOMPARE(trafficGraph(traffic, *session->dictionaries(), wish).nodes.size(),
                 std::size_t(82));
        wish.unfolded.clear();
        wish.mostNodes = 500;
        QCOMPARE(trafficGraph(traffic, *session->dictionaries(), wish).nodes.size(),
                 std::size_t(82));
        wish.folded.insert(u"robot-#"_s);
        QCOMPARE(trafficGraph(traffic, *session->dictionaries(), wish).nodes.size(),
                 std::size_t(3));
    }

    void whatCannotBeGroupedStandsTogetherTheQuietestFirst()
    {
        std::vector<Said> said;
        for (int i = 0; i < 70; ++i) {
            const QByteArray name(1 + i / 26, static_cast<char>('a' + i % 26));
            for (int n = 0; n <= i % 26; ++n)
                said.push_back(line(1ms, "t", "{'from':'" + name + "','to':'planner'}"));
        }
        Recorded heard(said);
        const auto session = recorded(heard);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        QCOMPARE(graph.nodes.size(), std::size_t(60));
        QVERIFY(graph.indexOf(u"others"_s) >= 0);
        QVERIFY(graph.indexOf(u"agent z"_s) >= 0);
        QCOMPARE(graph.indexOf(u"agent a"_s), -1);
    }

    void aLongStretchIsCountedInPartAndTellsTheWhole()
    {
        std::vector<Said> said;
        for (int i = 0; i < 30'000; ++i)
            said.push_back(line(std::chrono::milliseconds(i), "t", "{'from':'a','to':'b'}"));
        Recorded heard(said);
        const auto session = recorded(heard);
        TrafficRequest request;
        request.range = {kStart, kStart + 1h};
        request.mostMessages = 12'000;
        const auto traffic = trafficJob(*session->source(), request);
        QVERIFY(traffic);
        QVERIFY(traffic->step > 1);
        QVERIFY(traffic->edges.front().messages > 20'000);
        QVERIFY(traffic->edges.front().messages < 45'000);
    }

    void graphvizPlacesNodesApart()
    {
        Recorded said(fleet(20));
        const auto session = recorded(said);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        GraphLayout layout;
        QSignalSpy arranged(&layout, &GraphLayout::arranged);
        layout.arrange(graph, {});
        QVERIFY(arranged.wait(10'000));
        QCOMPARE(arranged[0][1].toString(), QString());
        const auto places = arranged[0][0].value<GraphPlaces>();
        QCOMPARE(places.size(), qsizetype(graph.nodes.size()));
        for (auto a = places.cbegin(); a != places.cend(); ++a) {
            for (auto b = std::next(a); b != places.cend(); ++b)
                QVERIFY(std::abs(a->x() - b->x()) > 90 || std::abs(a->y() - b->y()) > 25);
        }
    }

    void whatStandsStaysAndWhatIsNewFindsRoom()
    {
        Recorded said(fleet(12));
        const auto session = recorded(said);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        GraphLayout layout;
        QSignalSpy arranged(&layout, &GraphLayout::arranged);
        layout.arrange(graph, {});
        QVERIFY(arranged.wait(10'000));
        GraphPlaces kept = arranged.takeFirst()[0].value<GraphPlaces>();
        kept.remove(u"agent robot-3"_s);
        kept.remove(u"agent loner"_s);
        layout.arrange(graph, kept);
        QVERIFY(arranged.wait(10'000));
        const auto places = arranged.takeFirst()[0].value<GraphPlaces>();
        QCOMPARE(places.size(), qsizetype(graph.nodes.size()));
        for (auto one = kept.cbegin(); one != kept.cend(); ++one)
            QCOMPARE(places.value(one.key()), *one);
        const QPointF fresh = places.value(u"agent robot-3"_s);
        for (auto one = places.cbegin(); one != places.cend(); ++one) {
            if (one.key() != u"agent robot-3"_s)
                QVERIFY(std::hypot(one->x() - fresh.x(), one->y() - fresh.y()) > 40);
        }
        // Where nothing is new nobody is asked.
        layout.setProgram(u"/nowhere/neato"_s);
        layout.arrange(graph, places);
        QCOMPARE(arranged.size(), 1);
        QCOMPARE(arranged[0][1].toString(), QString());
    }

    void withoutGraphvizNodesStandOnACircleAndItSaysSo()
    {
        Recorded said(fleet(5));
        const auto session = recorded(said);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        GraphLayout layout;
        layout.setProgram(u"/nowhere/neato"_s);
        QSignalSpy arranged(&layout, &GraphLayout::arranged);
        layout.arrange(graph, {});
        QTRY_COMPARE(arranged.size(), 1);
        QVERIFY(arranged[0][1].toString().contains(u"not installed"_s));
        QCOMPARE(arranged[0][0].value<GraphPlaces>().size(), qsizetype(graph.nodes.size()));
    }

    void oneThatTakesTooLongIsNotWaitedFor()
    {
        Recorded said(fleet(5));
        const auto session = recorded(said);
        const TrafficGraph graph = trafficGraph(trafficOf(*session), *session->dictionaries());
        GraphLayout layout;
        QTemporaryDir dir;
        QFile program(dir.filePath(u"slow"_s));
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.write("#!/bin/sh\nexec sleep 30\n");
        program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        program.close();
        layout.setProgram(program.fileName());
        layout.setLimit(200ms);
        QSignalSpy arranged(&layout, &GraphLayout::arranged);
        layout.arrange(graph, {});
        QVERIFY(arranged.wait(10'000));
        QVERIFY(arranged[0][1].toString().contains(u"too long"_s));
        QVERIFY(!layout.isBusy());
    }

    void anAnswerThatIsNoneIsLeftAlone()
    {
        QVERIFY(placesFrom("graph 1 2 3\nnode n0 x y\nnode n9 1 2\nnode a 1 2\n", {u"one"_s})
                    .isEmpty());
        QCOMPARE(placesFrom("node n0 1 2 3\n", {u"one"_s}).value(u"one"_s), QPointF(108, -144));
    }
};

QTEST_GUILESS_MAIN(TrafficTest)
#include "tst_traffic.moc"
