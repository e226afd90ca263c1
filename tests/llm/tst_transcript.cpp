// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "llm/jsonlines.h"
#include "llm/transcript.h"
#include "llm/transcripttext.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace murmur;
using Share = ModelCall::Share;
using Is = ModelPart::Is;

namespace {

ModelMessage say(ModelRole role, const std::string& text)
{
    return {role, {}, {{Is::Text, text, {}, {}, {}, false, false, -1}}};
}

std::vector<ModelMessage> prompt(const std::vector<std::string>& texts)
{
    std::vector<ModelMessage> messages{say(ModelRole::System, "Be brief.")};
    for (std::size_t i = 0; i < texts.size(); ++i)
        messages.push_back(say(i % 2 == 0 ? ModelRole::User : ModelRole::Assistant, texts[i]));
    return messages;
}

TranscriptPiece piece(Seq seq, Kind kind, const std::string& key, Share share)
{
    TranscriptPiece made;
    made.seq = seq;
    made.time = seq * 1'000'000;
    const bool isAsking = kind == Kind::Request;
    made.from = isAsking ? "writer" : "gpt";
    made.to = isAsking ? "gpt" : "writer";
    made.kind = kind;
    made.key = key;
    made.call.share = share;
    made.call.source = "crewai";
    made.call.model = "gpt-4o";
    return made;
}

TranscriptPiece asks(Seq seq, const std::string& key, const std::vector<std::string>& texts)
{
    TranscriptPiece made = piece(seq, Kind::Request, key, Share::Prompt);
    made.call.prompt = prompt(texts);
    return made;
}

TranscriptPiece answers(Seq seq, const std::string& key, const std::string& text)
{
    TranscriptPiece made = piece(seq, Kind::Reply, key, Share::Answer);
    made.call.answer = {say(ModelRole::Assistant, text)};
    made.call.usage = {1000, 10, 500, {}, {}};
    made.call.finish = "stop";
    return made;
}

TranscriptPiece streams(Seq seq, const std::string& key, const std::string& text)
{
    TranscriptPiece made = piece(seq, Kind::Chunk, key, Share::Chunk);
    made.call.answer = {say(ModelRole::Assistant, text)};
    return made;
}

PriceTable prices()
{
    PriceTable table;
    table.set({"gpt-4o", 2, 10, 1});
    return table;
}

/// "same 0, added 3": what became of the prompt.
std::string told(const std::vector<PromptEdit>& edits)
{
    static constexpr std::string_view words[] = {"same", "added", "dropped", "changed"};
    std::string text;
    for (const PromptEdit& edit : edits) {
        text.append(text.empty() ? "" : " ").append(words[static_cast<int>(edit.is)]);
        for (const LineEdit& line : edit.lines)
            text.append(line.is == Edit::Is::Same    ? " ="
                        : line.is == Edit::Is::Added ? " +"
                                                     : " -")
                .append(line.text);
    }
    return text;
}

} // namespace

class TranscriptTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestAndAnswerAreOneCall()
    {
        const Transcript made =
            transcriptOf({asks(1, "c1", {"hi"}), answers(4, "c1", "Hello")}, prices());
        QCOMPARE(made.calls.size(), 1u);
        const TranscriptCall& call = made.calls[0];
        QCOMPARE(call.agent, "writer");
        QVERIFY((call.seqs == std::vector<Seq>{1, 4}));
        QCOMPARE(call.call.prompt.size(), 2u);
        QCOMPARE(plainText(call.call.answer[0]), "Hello");
        QCOMPARE(*call.cost, 500 * 2e-6 + 500 * 1e-6 + 10 * 10e-6);
        QVERIFY(!call.isOpen);
    }

    void chunksAreJoinedIntoTheAnswer()
    {
        std::vector<TranscriptPiece> pieces{asks(1, "c1", {"hi"}), streams(2, "c1", "Hel"),
                                            streams(3, "c1", "lo")};
        Transcript made = transcriptOf(pieces, prices());
        QCOMPARE(plainText(made.calls[0].call.answer[0]), "Hello");
        QCOMPARE(made.calls[0].chunks, 2);
        pieces.push_back(answers(4, "c1", "Hello there"));
        made = transcriptOf(pieces, prices());
        QCOMPARE(plainText(made.calls[0].call.answer[0]), "Hello there"); // the whole counts
    }

    void toolCallsInChunksAreJoinedByTheirNumber()
    {
        const auto chunk = [](Seq seq, const std::string& name, const std::string& text,
                              std::int64_t index) {
            TranscriptPiece made = piece(seq, Kind::Chunk, "c1", Share::Chunk);
            made.call.answer = {{ModelRole::Assistant,
                                 {},
                                 {{Is::ToolCall, text, name, {}, {}, false, false, index}}}};
            return made;
        };
        const Transcript made = transcriptOf({chunk(1, "add", "{\"a", 0), chunk(2, "sub", "{", 1),
                                              chunk(3, "", "\":1}", 0), chunk(4, "", "}", 1)},
                                             prices());
        const auto& parts = made.calls[0].call.answer[0].parts;
        QCOMPARE(parts.size(), 2u);
        QCOMPARE(parts[0].text, "{\"a\":1}");
        QCOMPARE(parts[1].name, "sub");
        QCOMPARE(parts[1].text, "{}");
    }

    void aStreamWithoutIdsBelongsToItsSpeaker()
    {
        TranscriptPiece last = streams(4, "", "lo");
        last.call.finish = "stop";
        TranscriptPiece other = streams(3, "", "Moin");
        other.from = "claude";
        const Transcript made =
            transcriptOf({streams(1, "", "Hel"), other, last, streams(5, "", "Again")}, prices());
        QCOMPARE(made.calls.size(), 3u);
        QCOMPARE(plainText(made.calls[0].call.answer[0]), "Hello");
        QCOMPARE(plainText(made.calls[1].call.answer[0]), "Moin");
        QCOMPARE(plainText(made.calls[2].call.answer[0]), "Again");
    }

    void aCallWithoutAnAnswerIsOpen()
    {
        const Transcript made = transcriptOf({asks(1, "c1", {"hi"})}, prices());
        QVERIFY(made.calls[0].isOpen);
        QCOMPARE(made.unpriced, 0);
        QVERIFY(!made.cost);
    }

    void promptsAreComparedWithTheOneBeforeOfTheSameAgent()
    {
        TranscriptPiece other = asks(3, "c2", {"else"});
        other.from = "critic";
        const Transcript made = transcriptOf({asks(1, "c1", {"one"}), answers(2, "c1", "A"), other,
                                              asks(5, "c3", {"one", "A", "two"})},
                                             prices());
        QCOMPARE(made.calls[1].previous, -1);
        QCOMPARE(made.calls[2].previous, 0);
        QCOMPARE(told(made.calls[2].edits), "same same added added");
    }

    void whatWasDroppedAndChangedIsSeen()
    {
        QCOMPARE(told(promptEdits(prompt({"a\nb\nc", "x"}), prompt({"a\nB\nc", "x"}))),
                 "same changed =a -b +B =c same");
        QCOMPARE(told(promptEdits(prompt({"a", "x", "b"}), prompt({"a"}))),
                 "same same dropped dropped");
        QCOMPARE(told(promptEdits({}, prompt({}))), "added");
        QCOMPARE(told(promptEdits(prompt({}), {})), "dropped");
    }

    void editsMakeTheNewOutOfTheOld()
    {
        // The slow way: apply them.
        std::uint32_t dice = 7;
        const auto random = [&dice](std::uint32_t below) {
            dice = dice * 1'664'525 + 1'013'904'223;
            return (dice >> 16) % below;
        };
        for (int round = 0; round < 300; ++round) {
            std::string before, after;
            for (std::uint32_t i = random(9); i > 0; --i)
                before += std::string(1, static_cast<char>('a' + random(3))) + '\n';
            for (std::uint32_t i = random(9); i > 0; --i)
                after += std::string(1, static_cast<char>('a' + random(3))) + '\n';
            std::string old, now;
            for (const LineEdit& line : lineEdits(before, after)) {
                if (line.is != Edit::Is::Added)
                    old += line.text + '\n';
                if (line.is != Edit::Is::Dropped)
                    now += line.text + '\n';
            }
            QCOMPARE(old, before);
            QCOMPARE(now, after);
        }
    }

    void longPromptsAreComparedInBoundedMemory()
    {
        std::string before, after;
        for (int i = 0; i < 20'000; ++i) {
            before += std::to_string(i) + "a\n";
            after += std::to_string(i) + "b\n";
        }
        QCOMPARE(lineEdits(before, after).size(), 40'000u);
    }

    void sumsHoldWhatIsStated()
    {
        TranscriptPiece dear = answers(4, "c2", "B");
        dear.call.model = "unheard-of";
        const Transcript made = transcriptOf(
            {asks(1, "c1", {"one"}), answers(2, "c1", "A"), asks(3, "c2", {"two"}), dear},
            prices());
        QCOMPARE(*made.usage.in, 2000);
        QCOMPARE(*made.usage.cached, 1000);
        QVERIFY(!made.usage.reasoning);
        QCOMPARE(made.unpriced, 1);
        QCOMPARE(*made.cost, *made.calls[0].cost);
        QCOMPARE(transcriptFacts(made), "2 calls · 2,000 tokens in (1,000 cached), 20 out · "
                                        "$0.0016 (1 of unknown cost)");
    }

    void textMarkdownAndJsonSayTheSame()
    {
        TranscriptPiece answer = answers(2, "c1", "Ask ```them```");
        answer.call.answer[0].parts.push_back(
            {Is::ToolCall, R"({"q":{"of":[1,2]}})", "search", "t1", {}, false, false, -1});
        const Transcript made = transcriptOf({asks(1, "c1", {"hi"}), answer}, prices());
        const QString text = QString::fromStdString(callText(made, 0));
        QVERIFY2(text.contains(QStringLiteral("calls search  [t1]\n      q\n        of\n")),
                 qPrintable(text));
        const QString markdown = QString::fromStdString(transcriptMarkdown(made));
        QVERIFY2(markdown.contains(QStringLiteral("**user**\n\nhi\n")), qPrintable(markdown));
        QVERIFY(markdown.contains(QStringLiteral("```json\n{\"q\":{\"of\":[1,2]}}\n```")));
        const QJsonObject json =
            QJsonDocument::fromJson(QByteArray::fromStdString(transcriptJson(made))).object();
        const QJsonObject call = json[QLatin1String("calls")][0].toObject();
        QCOMPARE(call[QLatin1String("tokens_in")].toInt(), 1000);
        QCOMPARE(
            call[QLatin1String("answer")][0][QLatin1String("parts")][1][QLatin1String("arguments")]
                .toString(),
            QStringLiteral(R"({"q":{"of":[1,2]}})"));
    }

    void newAloneLeavesOutWhatWasSaidBefore()
    {
        const Transcript made =
            transcriptOf({asks(1, "c1", {"one"}), asks(5, "c3", {"one", "A", "two"})}, prices());
        const QString text = QString::fromStdString(callText(made, 1, true));
        QVERIFY2(text.contains(QStringLiteral("(2 messages as in message 1)")), qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("+ user\n    two")));
        QVERIFY(!text.contains(QStringLiteral("Be brief.")));
    }

    void aTreeOfArgumentsHasALineAValue()
    {
        const auto lines = jsonLines(R"({"q":"x","list":[1,{"a":null}],"none":{}})");
        QVERIFY(lines);
        std::string text;
        for (const JsonLine& line : *lines)
            text += std::string(static_cast<std::size_t>(line.depth), ' ') + line.key + "=" +
                    line.value + ";";
        QCOMPARE(text, "q=x;list=; [0]=1; [1]=;  a=null;none={};");
        QVERIFY(!jsonLines("{"));
        QCOMPARE(jsonLines("[1,2,3,4]", 2)->back().value, "…");
    }
};

QTEST_GUILESS_MAIN(TranscriptTest)
#include "tst_transcript.moc"
