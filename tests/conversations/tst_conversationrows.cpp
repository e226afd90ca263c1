// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conversations/conversationrows.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

ModelUsage used(std::optional<std::int64_t> in, std::optional<std::int64_t> out)
{
    ModelUsage usage;
    usage.in = in;
    usage.out = out;
    return usage;
}

class Heard
{
public:
    explicit Heard(std::size_t most = 1000)
        : rows(most)
    {
    }
    /// `at` in seconds.
    Seq say(double at, Kind kind, const char* name, unsigned from, Seq closes = 0,
            const char* trace = "", Ending ending = Ending::None)
    {
        const AgentId receiver{99};
        ConversationWord word;
        word.seq = ++m_seq;
        word.time = static_cast<std::int64_t>(at * 1e9);
        word.kind = kind;
        word.sender = AgentId(from);
        word.receivers = {&receiver, 1};
        word.closes = closes;
        word.name = name;
        word.trace = trace;
        word.ending = ending;
        rows.hear(word);
        return word.seq;
    }
    /// "k1 3 messages 2 agents 1 errors 0 open completed", a line each.
    [[nodiscard]] QString text() const
    {
        QString all;
        for (const Conversation& row : rows.list(30s).rows) {
            const std::string_view outcome = outcomeName(row.outcome);
            all += u"%1 %2m %3a %4e %5o %6\n"_s
                       .arg(QString::fromUtf8(row.name.data(), qsizetype(row.name.size())))
                       .arg(row.messages)
                       .arg(row.agents)
                       .arg(row.errors)
                       .arg(row.open)
                       .arg(QString::fromUtf8(outcome.data(), qsizetype(outcome.size())));
        }
        return all;
    }
    ConversationRows rows;

private:
    Seq m_seq = 0;
};

} // namespace

class ConversationRowsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnsweredOpenerIsCompletedAtOnce()
    {
        Heard heard;
        const Seq asked = heard.say(0, Kind::Request, "k1", 1);
        QCOMPARE(heard.text(), u"k1 1m 2a 0e 1o open\n"_s);
        heard.say(1, Kind::Reply, "k1", 2, asked);
        QCOMPARE(heard.text(), u"k1 2m 3a 0e 0o completed\n"_s);
        heard.say(1.1, Kind::State, "k1", 2); // no word
        QCOMPARE(heard.text(), u"k1 3m 3a 0e 0o completed\n"_s);
        heard.say(2, Kind::Event, "k1", 2); // it goes on
        QCOMPARE(heard.text(), u"k1 4m 3a 0e 0o open\n"_s);
        heard.say(8, Kind::Event, "other", 2);
        QVERIFY(heard.text().startsWith(u"k1 4m 3a 0e 0o completed\n"_s));
    }

    void aSecondAnswerAnswersNothing()
    {
        Heard heard;
        const Seq first = heard.say(0, Kind::Request, "k1", 1);
        heard.say(0.1, Kind::Request, "k1", 1);
        heard.say(1, Kind::Reply, "k1", 2, first);
        heard.say(2, Kind::Reply, "k1", 2, first);
        QCOMPARE(heard.text(), u"k1 4m 3a 0e 1o open\n"_s);
    }

    void whoWaitsForLongIsSilentAndWhoRestsIsCompleted()
    {
        Heard heard;
        heard.say(0, Kind::Request, "waits", 1);
        heard.say(0, Kind::Event, "rests", 1);
        heard.say(0, Kind::Command, "commanded", 1);
        heard.say(0.5, Kind::Event, "other", 1);
        QCOMPARE(heard.text().count(u" open\n"_s), 4);
        heard.say(31, Kind::Event, "other", 1);
        QCOMPARE(heard.text(), u"waits 1m 2a 0e 1o silent\nrests 1m 2a 0e 0o completed\n"
                               "commanded 1m 2a 0e 0o silent\nother 2m 2a 0e 0o open\n"_s);
    }

    void theLastWordSaysWhetherItFailed()
    {
        Heard heard;
        heard.say(0, Kind::Error, "failed", 1);
        heard.say(0, Kind::Event, "told", 1, 0, "", Ending::Failed);
        heard.say(0, Kind::Error, "mended", 1);
        heard.say(0, Kind::Event, "mended", 1, 0, "", Ending::Completed);
        heard.say(0, Kind::State, "failed", 1); // no last word
        QCOMPARE(heard.text(), u"failed 2m 2a 1e 0o failed\ntold 1m 2a 0e 0o failed\n"
                               "mended 2m 2a 1e 0o completed\n"_s);
    }

    void aTraceLeadsToTheConversationThatNamesIt()
    {
        Heard heard;
        heard.say(0, Kind::Event, "", 1, 0, "t1"); // alone so far
        heard.say(1, Kind::Event, "", 2, 0, "t2");
        QCOMPARE(heard.text().count(u'\n'), 2);
        heard.say(2, Kind::Event, "k1", 3, 0, "t1"); // names it
        heard.say(3, Kind::Event, "", 4, 0, "t1");
        heard.say(4, Kind::Event, "k1", 5, 0, "t2"); // and has another
        heard.say(5, Kind::Event, "", 6);            // in none
        QCOMPARE(heard.text(), u"k1 5m 6a 0e 0o open\n"_s);
        const ConversationList list = heard.rows.list(30s);
        QCOMPARE(list.without, 1);
        QCOMPARE(list.messages, 6);
        QCOMPARE(list.rows[0].first, 1);
        QCOMPARE(list.rows[0].start, 0);
        QCOMPARE(list.rows[0].end, 4 * kSecond);
        QCOMPARE(list.rows[0].starter, AgentId(1));
    }

    void runningTotalsOfOneCallCountOnce()
    {
        Heard heard;
        heard.say(0, Kind::Chunk, "k1", 1);
        heard.rows.use(7, used(100, 1), 0.01);
        heard.rows.use(7, used(100, 40), 0.04);
        heard.rows.use(7, used({}, 50), 0.05);
        heard.rows.use(0, used(5, {}), std::nullopt);
        const Conversation row = heard.rows.list(30s).rows[0];
        QCOMPARE(row.tokensIn, 105);
        QCOMPARE(row.tokensOut, 50);
        QCOMPARE(row.tokens(), 155);
        QVERIFY(std::abs(row.cost - 0.05) < 1e-9);
    }

    void whatSaidNothingForLongestIsLetGoAndCounted()
    {
        Heard heard(100);
        std::vector<Seq> asked;
        for (int i = 0; i < 1000; ++i) {
            const std::string name = "k" + std::to_string(i);
            asked.push_back(heard.say(i, Kind::Request, name.c_str(), 1));
            heard.say(i, Kind::Event, "lasting", 2);
        }
        for (std::size_t i = 0; i < 500; ++i) // of those that are gone
            heard.say(1000, Kind::Reply, "lasting", 2, asked[i]);
        const ConversationList list = heard.rows.list(30s);
        QVERIFY(list.rows.size() <= 100 && list.rows.size() > 70);
        QCOMPARE(static_cast<std::int64_t>(list.rows.size()) + list.forgotten, 1001);
        const auto named = [&](std::string_view name) {
            return std::ranges::find(list.rows, name, &Conversation::name);
        };
        QCOMPARE(named("lasting")->messages, 1500);
        for (const Conversation& row : list.rows)
            QCOMPARE(row.open, row.name == "lasting" ? 0u : 1u);
        QVERIFY(named("k0") == list.rows.end());
    }

    void typesThatEndSomething()
    {
        QCOMPARE(endingOf("task.completed"), Ending::Completed);
        QCOMPARE(endingOf("crew_kickoff_failed"), Ending::Failed);
        QCOMPARE(endingOf("RunCompleted"), Ending::Completed);
        QCOMPARE(endingOf("ERROR"), Ending::Failed);
        QCOMPARE(endingOf("task.incomplete"), Ending::None);
        QCOMPARE(endingOf("unfinished"), Ending::None);
        QCOMPARE(endingOf(""), Ending::None);
    }
};

QTEST_GUILESS_MAIN(ConversationRowsTest)
#include "tst_conversationrows.moc"
