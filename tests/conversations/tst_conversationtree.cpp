// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conversations/conversationcomparison.h"
#include "conversations/conversationtext.h"
#include "conversations/conversationtree.h"

#include <QTest>

#include <random>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kMs = 1'000'000;

/// Messages by hand: times in milliseconds, agents by name.
class Talk
{
public:
    ConversationMessage& say(std::int64_t ms, Kind kind, const char* type, const char* from,
                             const char* to, Seq closes = 0, Seq cause = 0)
    {
        ConversationMessage message;
        message.seq = static_cast<Seq>(messages.size()) + 1;
        message.time = ms * kMs;
        message.kind = kind;
        message.type = names.type(type);
        message.sender = names.agent(from);
        message.receiver = names.agent(to);
        message.closes = closes;
        if (closes != 0)
            message.causes.emplace_back(closes, Grade::Carried);
        if (cause != 0)
            message.causes.emplace_back(cause, Grade::Stated);
        messages.push_back(std::move(message));
        return messages.back();
    }
    ConversationMessage& ask(std::int64_t ms, const char* type, const char* from, const char* to,
                             Seq cause = 0)
    {
        return say(ms, Kind::Request, type, from, to, 0, cause);
    }
    ConversationMessage& answer(std::int64_t ms, Seq request, const char* from, const char* to)
    {
        return say(ms, Kind::Reply, "reply", from, to, request);
    }
    [[nodiscard]] ConversationTree tree() const { return conversationTree(messages); }
    /// "  ask a>b 100/40", a line for each step.
    [[nodiscard]] QString text(const ConversationTree& of) const
    {
        QString all;
        for (const int at : of.inOrder()) {
            const ConversationStep& step = of.steps[static_cast<std::size_t>(at)];
            all += QString(2 * step.depth, u' ') + stepTitle(step, names) + u' ' +
                   stepActors(step, names);
            if (step.isCall)
                all += step.isOpen()
                           ? u" open"_s
                           : u" %1/%2"_s.arg((step.end - step.start) / kMs).arg(step.self / kMs);
            all += step.isCritical ? u" *\n"_s : u"\n"_s;
        }
        return all;
    }

    Dictionaries names;
    std::vector<ConversationMessage> messages;
};

std::int64_t sumOf(const ConversationTree& tree)
{
    std::int64_t sum = 0;
    for (const PathSegment& segment : tree.path)
        sum += segment.end - segment.begin;
    return sum;
}

} // namespace

class ConversationTreeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsLieWithinTheCallThatTheyFollowFrom()
    {
        Talk talk;
        talk.ask(0, "task", "client", "planner");      // 1
        talk.ask(10, "route", "planner", "router", 1); // 2
        talk.answer(30, 2, "router", "planner");       // 3
        talk.ask(40, "look", "planner", "vision", 3);  // 4
        talk.answer(90, 4, "vision", "planner");       // 5
        talk.answer(100, 1, "planner", "client");      // 6
        const ConversationTree tree = talk.tree();
        QCOMPARE(talk.text(tree), u"task client → planner 100/30 *\n"
                                  "  route planner → router 20/20 *\n"
                                  "  look planner → vision 50/50 *\n"_s);
        QCOMPARE(tree.stepOf(5), tree.stepOf(4));
        QCOMPARE(tree.stepOf(77), -1);
    }

    void withoutACauseTheOpenCallOfTheSenderIsTheParent()
    {
        Talk talk;
        talk.ask(0, "task", "client", "planner");
        talk.ask(10, "look", "planner", "vision");
        talk.answer(20, 2, "vision", "planner");
        talk.answer(30, 1, "planner", "client");
        talk.ask(40, "look", "planner", "vision"); // nobody waits for the planner any more
        talk.answer(50, 5, "vision", "planner");
        const ConversationTree tree = talk.tree();
        QCOMPARE(talk.text(tree), u"task client → planner 30/20 *\n"
                                  "  look planner → vision 10/10 *\n"
                                  "look planner → vision 10/10 *\n"_s);
        QCOMPARE(tree.steps[1].nesting, Grade::Inferred);
    }

    void spansSayWhatLiesWithinWhat()
    {
        Talk talk;
        talk.ask(0, "run", "crew", "crew").span = 11;
        auto& inner = talk.ask(5, "tool", "crew", "search");
        inner.span = 12;
        inner.parentSpan = 11;
        talk.answer(15, 2, "search", "crew");
        talk.answer(20, 1, "crew", "crew");
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.steps[1].parent, 0);
        QCOMPARE(tree.steps[1].nesting, Grade::Stated);
        QCOMPARE(tree.steps[0].self, 10 * kMs);
    }

    void whoAsksGoesOnBesideItsCallAndWhoAnsweredBehindIt()
    {
        Talk talk;
        talk.ask(0, "a", "client", "planner");
        talk.ask(5, "b", "client", "router", 1); // the asker asks somebody else, too
        talk.answer(10, 1, "planner", "client");
        talk.answer(12, 2, "router", "client");
        talk.say(20, Kind::Event, "done", "planner", "client", 0, 1); // after its answer
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.roots.size(), 3u);
    }

    void anAnswerHeardBeforeItsRequestIsItsAnswer()
    {
        Talk talk;
        talk.say(10, Kind::Reply, "reply", "vision", "planner", 2);
        talk.ask(10, "look", "planner", "vision");
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.steps.size(), 1u);
        QCOMPARE(tree.steps[0].reply, 1);
    }

    void aSecondAnswerIsCountedAndChangesNothing()
    {
        Talk talk;
        talk.ask(0, "look", "planner", "vision");
        talk.answer(10, 1, "vision", "planner");
        talk.answer(50, 1, "vision-2", "planner");
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.steps.size(), 1u);
        QCOMPARE(tree.steps[0].end, 10 * kMs);
        QCOMPARE(tree.steps[0].answers, 2u);
        QCOMPARE(stepRemarks(tree.steps[0]), u"2 answers"_s);
    }

    void theLastOfSeveralAtOnceIsWhatOneWaitedFor()
    {
        Talk talk;
        talk.ask(0, "task", "client", "planner");
        talk.ask(10, "fast", "planner", "router", 1);
        talk.ask(11, "slow", "planner", "vision", 1);
        talk.answer(30, 2, "router", "planner");
        talk.answer(80, 3, "vision", "planner");
        talk.answer(90, 1, "planner", "client");
        const ConversationTree tree = talk.tree();
        QVERIFY(!tree.steps[1].isCritical);
        QVERIFY(tree.steps[2].isCritical);
        QCOMPARE(criticalPathText(tree, talk.names), u"90.0 ms = vision 69.0 + planner queueing "
                                                     "10.0 + service 11.0"_s);
    }

    void theFirstSignOfWorkPartsQueueingFromService()
    {
        Talk talk;
        talk.ask(0, "see", "planner", "vision-llm");
        talk.say(6100, Kind::Chunk, "chunk", "vision-llm", "planner", 0, 1);
        talk.say(7000, Kind::Chunk, "chunk", "vision-llm", "planner", 0, 2);
        talk.answer(8100, 1, "vision-llm", "planner");
        talk.ask(8110, "route", "planner", "router", 4);
        talk.answer(9800, 5, "router", "planner");
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.steps[0].chunks, 2u);
        QCOMPARE(criticalPathText(tree, talk.names), u"9.80 s = vision-llm queueing 6.10 + service "
                                                     "2.00 + router 1.69 + planner 0.01"_s);
        QCOMPARE(criticalPathText(tree, talk.names, 1),
                 u"9.80 s = vision-llm queueing 6.10 + service 2.00 + 2 others 1.70"_s);
    }

    void aMessageHeldUpOnTheWayIsTransport()
    {
        Talk talk;
        const auto sentAt = [](ConversationMessage& message, std::int64_t ms) {
            message.sent = ms * kMs;
        };
        // Its clock is five seconds ahead, which says nothing.
        for (int i = 0; i < 3; ++i)
            sentAt(talk.say(i, Kind::Event, "tick", "vision", "planner"), i + 5000);
        talk.ask(10, "see", "planner", "vision");
        sentAt(talk.answer(110, 4, "vision", "planner"), 5070);
        const auto shares = pathShares(talk.tree());
        const auto transport = std::ranges::find(shares, PathPart::Transport, &PathShare::part);
        QVERIFY(transport != shares.end());
        QCOMPARE(transport->time, 40 * kMs);
    }

    void nobodyWaitsForAnAnswerThatNeverComes()
    {
        Talk talk;
        talk.ask(0, "lost", "planner", "ghost");
        talk.ask(10, "see", "planner", "vision");
        talk.answer(50, 2, "vision", "planner");
        const ConversationTree tree = talk.tree();
        QVERIFY(tree.steps[0].isOpen());
        QCOMPARE(criticalPathText(tree, talk.names), u"50.0 ms = vision 40.0 + planner 10.0"_s);
    }

    void emptyAndSingleConversations()
    {
        QVERIFY(conversationTree({}).path.empty());
        Talk talk;
        talk.say(0, Kind::Event, "hello", "a", "b");
        const ConversationTree tree = talk.tree();
        QCOMPARE(tree.steps.size(), 1u);
        QVERIFY(tree.path.empty());
        QCOMPARE(criticalPathText(tree, talk.names), u"0 s"_s);
    }

    /// The parts sum up to the whole, whatever lies within what, and as written, too.
    void partsSumUpToTheWhole()
    {
        for (unsigned seed = 1; seed <= 400; ++seed) {
            Talk talk;
            sayAtRandom(talk, seed);
            for (ConversationMessage& message : talk.messages) // nothing round
                message.time = message.time / kMs * 1'234'567;
            const ConversationTree tree = talk.tree();
            QCOMPARE(sumOf(tree), tree.end - tree.start);
            std::int64_t at = tree.start;
            for (const PathSegment& segment : tree.path) {
                QCOMPARE(segment.begin, at);
                QVERIFY(segment.end > segment.begin);
                at = segment.end;
            }
            for (const ConversationStep& step : tree.steps) {
                QVERIFY(step.self >= 0 && step.self <= step.end - step.start);
                if (step.parent >= 0)
                    QVERIFY(tree.steps[static_cast<std::size_t>(step.parent)].start <= step.start);
            }
            checkText(criticalPathText(tree, talk.names, 3));
        }
    }

    void comparedStepsAreNewMissingSlowerOrTheSame()
    {
        Talk before;
        before.ask(0, "route", "planner-01", "router");
        before.answer(10, 1, "router", "planner-01");
        before.ask(20, "see", "robot-02", "vision");
        before.answer(40, 3, "vision", "robot-02");
        before.say(50, Kind::Event, "picked", "robot-02", "planner-01");
        Talk now;
        now.ask(0, "route", "planner-07", "router");
        now.answer(11, 1, "router", "planner-07");
        now.ask(20, "see", "robot-17", "vision");
        now.answer(140, 3, "vision", "robot-17");
        now.ask(150, "retry", "robot-17", "vision");
        QString all;
        for (const StepDifference& one :
             compareConversations(now.tree(), now.names, before.tree(), before.names)) {
            const std::string_view name = differenceName(one.is);
            all += QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())) +
                   u" %1 %2\n"_s.arg(one.step).arg(one.other);
        }
        QCOMPARE(all, u"same 0 0\nslower 1 1\nnew 2 -1\nmissing -1 2\n"_s);
    }

private:
    static void sayAtRandom(Talk& talk, unsigned seed)
    {
        std::mt19937 random(seed);
        const auto below = [&](int n) {
            return static_cast<int>(random() % static_cast<unsigned>(n));
        };
        static constexpr std::array kAgents{"a", "b", "c", "d", "e"};
        std::vector<Seq> open;
        std::int64_t at = 0;
        for (int i = 0; i < 60; ++i) {
            at += below(4) == 0 ? 0 : below(20);
            const Seq cause = talk.messages.empty() || below(3) == 0
                                  ? 0
                                  : 1 + below(static_cast<int>(talk.messages.size()));
            const char* from = kAgents[static_cast<std::size_t>(below(5))];
            const char* to = kAgents[static_cast<std::size_t>(below(5))];
            switch (open.empty() ? 0 : below(4)) {
            case 0:
                open.push_back(talk.ask(at, "ask", from, to, cause).seq);
                break;
            case 1:
                talk.say(at, Kind::Chunk, "chunk", from, to, 0, cause);
                break;
            case 2:
                talk.say(at, Kind::Event, "event", from, to, 0, cause);
                break;
            default: {
                const auto which = static_cast<std::size_t>(below(static_cast<int>(open.size())));
                talk.answer(at, open[which], from, to);
                if (below(5) != 0) // some answer twice
                    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
            }
            }
            if (below(3) == 0)
                talk.messages.back().sent = (at - below(9)) * kMs;
        }
    }

    static void checkText(const QString& text)
    {
        const qsizetype equals = text.indexOf(u" = "_s);
        QVERIFY2(equals > 0, qPrintable(text));
        const double whole = text.left(text.indexOf(u' ')).toDouble();
        double sum = 0;
        for (const QString& part : text.mid(equals + 3).split(u" + "_s))
            sum += part.mid(part.lastIndexOf(u' ') + 1).toDouble();
        QVERIFY2(std::abs(sum - whole) < 1e-6, qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(ConversationTreeTest)
#include "tst_conversationtree.moc"
