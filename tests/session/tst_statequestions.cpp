// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/agentstatus.h"
#include "session/drift.h"
#include "session/knowledge.h"
#include "session/markers.h"
#include "session/notes.h"
#include "session/source.h"
#include "session/statechanges.h"
#include "session/statehistory.h"
#include "support/recorded.h"

#include <QFile>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

Said state(std::chrono::milliseconds after, const char* topic, const QByteArray& from,
           const QByteArray& payload, const QByteArray& more = {})
{
    return said(after, topic,
                "{\"from\":\"" + from + "\",\"kind\":\"state\",\"site\":\"berlin\"," + more +
                    "\"payload\":" + payload + "}");
}

QString text(const std::vector<KeyDrift>& drifts, const Dictionaries& names)
{
    QStringList lines;
    for (const KeyDrift& drift : drifts) {
        const std::string_view word = driftName(drift.kind);
        lines << QString::fromStdString(names.agentName(drift.agent)) + u' ' +
                     QString::fromStdString(names.stateKeyName(drift.key)) + u' ' +
                     QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size())) + u' ' +
                     QString::number(drift.by);
    }
    return lines.join(u", ");
}

} // namespace

/// What is asked of states beyond one agent at one moment.
class TestStateQuestions : public QObject
{
    Q_OBJECT

    static AgentId agentOf(const Session& session, const char* name)
    {
        return session.dictionaries()->findAgent(name);
    }

private Q_SLOTS:
    void aHistoryNamesTheMessageOfEachValue()
    {
        Recorded recorded({state(0ms, "state", "robot-1", "{\"mode\":\"idle\",\"n\":1}"),
                           state(10ms, "state", "robot-1", "{\"mode\":\"idle\"}"),
                           state(20ms, "state", "robot-2", "{\"mode\":\"busy\"}"),
                           state(30ms, "state", "robot-1", "{\"mode\":\"busy\"}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        HistoryRequest request;
        request.agent = agentOf(*session, "robot-1");
        request.key = "mode";
        request.range = {kStart, kStart + 1s};
        const auto history = historyJob(*session->source(), request);
        QVERIFY(history);
        QCOMPARE(history->told, 3);
        QCOMPARE(history->changes, 2);
        QCOMPARE(history->steps[2].seq, 4);
        QCOMPARE(history->steps[2].value, QByteArray("\"busy\""));
        QVERIFY(!history->steps[1].isChange);
        request.limit = 1;
        const auto last = historyJob(*session->source(), request);
        QCOMPARE(last->steps.size(), std::size_t(1));
        QCOMPARE(last->left, 2);
        QCOMPARE(last->changes, 2);
        request.key = "nothing";
        QCOMPARE(historyJob(*session->source(), request).error().code, ErrorCode::NotFound);
    }

    void changesNameKeysCallsAndStatus()
    {
        Recorded recorded(
            {state(0ms, "state", "robot-1", "{\"battery\":81,\"task\":\"A\",\"gone\":1}"),
             said(1000ms, "work",
                  "{\"from\":\"robot-1\",\"to\":\"planner\",\"kind\":\"request\",\"id\":\"q1\"}"),
             state(2000ms, "state", "robot-1",
                   "{\"battery\":78,\"task\":\"A\",\"gone\":null,\"new\":true}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto at = [&](nanoseconds after) {
            StateRequest request;
            request.at = kStart + after;
            request.withValues = {agentOf(*session, "robot-1"), agentOf(*session, "planner")};
            return *session->state(request).result();
        };
        const auto changes = stateChanges(at(500ms), at(3s), *session->dictionaries());
        const auto robot =
            std::ranges::find(changes, agentOf(*session, "robot-1"), &AgentChanges::agent);
        QVERIFY(robot != changes.end());
        QCOMPARE(robot->before, std::optional(AgentStatus::Idle));
        QCOMPARE(robot->after, std::optional(AgentStatus::Waiting));
        QCOMPARE(robot->opened.size(), std::size_t(1));
        QCOMPARE(robot->opened.front().request, 2);
        QCOMPARE(robot->keys.size(), std::size_t(3));
        QCOMPARE(robot->keys[0].key, std::string("battery"));
        QCOMPARE(robot->keys[0].by, std::optional(-3.0));
        QCOMPARE(robot->keys[0].after.setBy, 3);
        QCOMPARE(robot->keys[1].kind, ChangeKind::Removed);
        QCOMPARE(robot->keys[2].kind, ChangeKind::Added);
        // Backwards an opened call is a closed one.
        const auto back = stateChanges(at(3s), at(500ms), *session->dictionaries());
        QCOMPARE(back.front().closed.size() + back.back().closed.size(), std::size_t(1));
    }

    void whoGoesOnTellingAnOldVersionIsBehind()
    {
        std::vector<Said> all{
            state(0ms, "state.task.7", "planner", "{\"status\":\"new\",\"version\":1}"),
            state(10ms, "state.task.7", "robot-1", "{\"status\":\"moving\",\"version\":2}"),
            state(20ms, "state.task.7", "planner", "{\"status\":\"moving\",\"version\":2}"),
            state(1000ms, "state.task.7", "robot-1", "{\"status\":\"done\",\"version\":4}"),
            state(5000ms, "state.task.7", "planner", "{\"status\":\"moving\",\"version\":2}")};
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto drifts = driftJob(*session->source(), kStart + 6s);
        QVERIFY(drifts);
        QCOMPARE(text(*drifts, *session->dictionaries()),
                 QStringLiteral("planner version behind -2"));
        QCOMPARE(drifts->front().setBy, 5);
        QCOMPARE(drifts->front().otherBy, 4);
        // Before it says so again, it may simply not have been asked.
        QVERIFY(driftJob(*session->source(), kStart + 2s)->empty());
    }

    void whoIsUnlikeItsGroupIsOutOfLine()
    {
        std::vector<Said> all;
        for (int second = 0; second < 12; ++second) {
            for (int robot = 0; robot < 12; ++robot) {
                const bool isOdd = robot == 7;
                const bool isNew = robot == 3 && second == 11;
                all.push_back(
                    state(std::chrono::milliseconds(second * 1000 + robot), "state",
                          "robot-" + QByteArray::number(robot),
                          "{\"firmware\":\"" + QByteArray(isOdd || isNew ? "old" : "new") +
                              "\",\"heat\":" + QByteArray::number(isOdd ? 95 : 40 + robot % 3) +
                              ",\"x\":" + QByteArray::number(robot * 10) + "}"));
            }
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto drifts = driftJob(*session->source(), kStart + 12s);
        QVERIFY(drifts);
        // Places differ by nature; what robot-3 says since a moment is on its way.
        QCOMPARE(text(*drifts, *session->dictionaries()),
                 QStringLiteral("robot-7 firmware differs 0, robot-7 heat above 54"));
        QCOMPARE(QByteArray(driftSign(DriftKind::Above)), QByteArray("▲"));
    }

    void whatAnAgentCouldKnowIsHeldAgainstTheTruth()
    {
        Recorded recorded(
            {state(0ms, "state.task.7", "planner", "{\"version\":3}"),
             state(100ms, "state.task.7", "robot-1", "{\"version\":4}", "\"to\":\"planner\","),
             state(200ms, "state.task.7", "robot-1", "{\"version\":5}"),
             state(300ms, "state.task.8", "robot-1", "{\"version\":9}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        KnowledgeRequest request;
        request.agent = agentOf(*session, "planner");
        request.at = kStart + 1s;
        const auto known = knowledgeJob(*session->source(), request);
        QVERIFY(known);
        QCOMPARE(known->delivered, 1);
        QCOMPARE(known->lastDelivered, 2);
        QCOMPARE(known->keys.size(), std::size_t(1)); // of task 8 it has nothing to do
        const KnownValue& value = known->keys.front();
        QVERIFY(value.isBehind);
        QVERIFY(value.wasGiven);
        QCOMPARE(value.knew, QByteArray("4"));
        QCOMPARE(value.knewBy, 2);
        QCOMPARE(value.truth, QByteArray("5"));
        QCOMPARE(value.truthSeq, 3);
        QCOMPARE(knownText(value, *session->dictionaries()),
                 QStringLiteral("knew 4, true 5 since 04:17:00.200, says robot-1"));
        request.at = kStart + 150ms;
        QCOMPARE(knowledgeJob(*session->source(), request)->behind, 0);
        request.agent = agentOf(*session, "robot-1");
        request.at = kStart + 1s;
        QCOMPARE(knowledgeJob(*session->source(), request)->behind, 0);
    }

    void lifeIsToldByBirthsNumbersAndFarewells()
    {
        const auto heartbeat = [](std::chrono::milliseconds after, const QByteArray& from,
                                  int number, const QByteArray& type = "beat") {
            return said(after, "beats",
                        "{\"from\":\"" + from + "\",\"kind\":\"heartbeat\",\"type\":\"" + type +
                            "\",\"sequence\":" + QByteArray::number(number) + "}");
        };
        std::vector<Said> all;
        for (int i = 0; i < 30; ++i) {
            all.push_back(
                heartbeat(std::chrono::milliseconds(i * 1000), "a", i < 20 ? i + 1 : i - 19));
            all.push_back(heartbeat(std::chrono::milliseconds(i * 1000 + 1), "b", i + 1));
            if (i < 10)
                all.push_back(heartbeat(std::chrono::milliseconds(i * 1000 + 2), "c", i + 1));
            if (i == 10)
                all.push_back(heartbeat(10'002ms, "c", 11, "agent.goodbye"));
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        const auto words = [&](nanoseconds after) {
            const TimePoint at = kStart + after;
            const auto lives = livesJob(*session->source(), at);
            StateRequest request;
            request.at = at;
            const auto state = session->state(request).result();
            QStringList lines;
            for (const AgentState& agent : state->agents) {
                const auto word = agentStatusName(statusOf(agent, at, lifeOf(*lives, agent.agent)));
                lines << QString::fromStdString(session->dictionaries()->agentName(agent.agent)) +
                             u' ' +
                             QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
            }
            lines.sort();
            return lines.join(u", ");
        };
        QCOMPARE(words(9s), QStringLiteral("a idle, b idle, c idle"));
        QCOMPARE(words(11s), QStringLiteral("a idle, b idle, c dead"));
        QCOMPARE(words(22s), QStringLiteral("a restarted, b idle, c dead"));
        // Who said nothing is silent first, and dead when nobody waits for it any more.
        QCOMPARE(words(50s), QStringLiteral("a silent, b silent, c dead"));
        QCOMPARE(words(100s), QStringLiteral("a dead, b dead, c dead"));
    }

    void markersAreKeptBesideTheRecordingAndReadFromTheBus()
    {
        Recorded recorded(
            {said(0ms, "t", "{\"from\":\"a\",\"payload\":{}}"),
             said(500ms, "ops",
                  "{\"from\":\"ops\",\"kind\":\"marker\",\"payload\":{\"text\":\"vision 2.3 "
                  "is out\"}}"),
             said(1000ms, "t", "{\"from\":\"a\",\"payload\":{}}")});
        QVERIFY(recorded.waitForAll());
        MarkerPass live;
        QVERIFY(live.advance(*recorded.session()->source()));
        QCOMPARE(live.markers().size(), std::size_t(1));
        QCOMPARE(live.markers().front().text, QStringLiteral("vision 2.3 is out"));
        QCOMPARE(live.markers().front().seq, 2);
        // What is known already is not found again when the rest is on disk.
        const auto session = recorded.close();
        QVERIFY(live.advance(*session->source()));
        QCOMPARE(live.markers().size(), std::size_t(1));

        const auto source = session->source();
        const Marker alert{toNs(kStart + 200ms), QStringLiteral("alert"), 0};
        QVERIFY(noteMarkers(*source, {alert}));
        QVERIFY(noteMarkers(*source, {alert}));
        QVERIFY(QFile::exists(notesPath(recorded.path())));
        MarkerPass pass;
        QVERIFY(pass.advance(*source));
        QCOMPARE(pass.markers().size(), std::size_t(2));
        QCOMPARE(pass.markers().front(), alert);
        QVERIFY(removeMarker(*source, alert));
        QCOMPARE(removeMarker(*source, alert).error().code, ErrorCode::NotFound);
        QVERIFY(notedMarkers(*source)->empty());
    }

    void markersComeFromTables()
    {
        const TimeRange day{kStart, kStart + 1h};
        const auto csv = markersFromText("text,time\n\"deploy, the big one\",04:17:10\n\nalert,"
                                         "2026-05-21T04:17:20Z\n",
                                         day);
        QVERIFY(csv);
        QCOMPARE(csv->size(), std::size_t(2));
        QCOMPARE((*csv)[0], (Marker{toNs(kStart + 10s), QStringLiteral("deploy, the big one"), 0}));
        QCOMPARE((*csv)[1].time, toNs(kStart + 20s));
        const auto json = markersFromText("{\"time\":1779337030,\"title\":\"x\"}\n"
                                          "{\"time\":\"04:17:11\",\"text\":\"y\"}",
                                          day);
        QVERIFY(json);
        QCOMPARE((*json)[0], (Marker{toNs(kStart + 10s), QStringLiteral("x"), 0}));
        QCOMPARE((*json)[1].text, QStringLiteral("y"));
        const auto fault =
            markersFromText("{\"time\":1779337030,\"fault\":\"lost-messages\",\"for_s\":20}", day);
        QVERIFY(fault);
        QCOMPARE(fault->front().text, QStringLiteral("lost-messages"));
        const auto wrong = markersFromText("time,text\n04:17:10,fine\nnever,bad\n", day);
        QCOMPARE(wrong.error().code, ErrorCode::WrongUse);
        QVERIFY(wrong.error().message.contains(QStringLiteral("Line 3")));
    }
};

QTEST_GUILESS_MAIN(TestStateQuestions)
#include "tst_statequestions.moc"
