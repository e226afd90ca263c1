// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/transcript.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace murmur {

namespace {

using Share = ModelCall::Share;

/// A call while its pieces come in.
struct OpenTranscriptCall
{
    TranscriptCall made;
    std::vector<ModelPart> joined; ///< of its chunks
    bool hasPrompt = false;        ///< as a whole, not message by message
    bool hasAnswer = false;
    bool isClosed = false;
};

/// Brings the pieces together: by the id that they share, by the request that one answers, and
/// where nothing is stated by who speaks.
class CallJoiner
{
public:
    void add(const TranscriptPiece& piece)
    {
        OpenTranscriptCall& call = callOf(piece);
        TranscriptCall& made = call.made;
        if (made.seqs.empty())
            made.begin = piece.time;
        made.seqs.push_back(piece.seq);
        made.begin = std::min(made.begin, piece.time);
        made.end = std::max(made.end, piece.time);
        if (made.agent.empty() || piece.kind == Kind::Request)
            made.agent = agentOf(piece);
        takeNames(made.call, piece.call);
        takePrompt(call, piece.call);
        takeAnswer(call, piece);
        joinUsage(made.call.usage, piece.call.usage);
    }

    std::vector<TranscriptCall> take()
    {
        std::vector<TranscriptCall> calls;
        for (OpenTranscriptCall& call : m_calls) {
            if (!call.hasAnswer && !call.joined.empty())
                call.made.call.answer = {{ModelRole::Assistant, {}, std::move(call.joined)}};
            call.made.call.share = Share::Whole;
            call.made.isOpen = call.made.call.answer.empty() && call.made.call.error.empty() &&
                               call.made.call.finish.empty() && call.made.call.usage.isEmpty();
            std::ranges::sort(call.made.seqs);
            calls.push_back(std::move(call.made));
        }
        std::ranges::stable_sort(calls, {}, &TranscriptCall::begin);
        return calls;
    }

private:
    static std::string agentOf(const TranscriptPiece& piece)
    {
        const bool isReply = piece.kind == Kind::Reply || piece.kind == Kind::Error;
        // Some frameworks send all there is of a call themselves, to the model.
        return isReply && !piece.to.empty() && piece.to != piece.call.model ? piece.to : piece.from;
    }

    OpenTranscriptCall& callOf(const TranscriptPiece& piece)
    {
        const std::string& key = piece.key.empty() ? piece.call.id : piece.key;
        std::size_t place = m_calls.size();
        if (const auto found = m_bySeq.find(piece.closes);
            piece.closes != 0 && found != m_bySeq.end()) {
            place = found->second;
        } else if (!key.empty()) {
            std::size_t& known = m_byKey.try_emplace(key, place).first->second;
            // A new request under an id that was answered already begins another call.
            if (known != place && piece.kind == Kind::Request && m_calls[known].isClosed)
                known = place;
            place = known;
        } else if (piece.call.share != Share::Prompt) {
            // A stream without ids: it goes on with what its speaker said, or was asked, last.
            for (std::size_t i = m_calls.size(); i-- > 0 && place == m_calls.size();) {
                const OpenTranscriptCall& open = m_calls[i];
                if (!open.isClosed && m_speakers[i] == piece.from)
                    place = i;
            }
        }
        if (place == m_calls.size()) {
            m_calls.emplace_back();
            // The one asked answers, unless it is the asker who tells of both.
            m_speakers.push_back(
                piece.call.share == Share::Prompt && !piece.to.empty() ? piece.to : piece.from);
        }
        m_bySeq.emplace(piece.seq, place);
        return m_calls[place];
    }

    static void takeNames(ModelCall& to, const ModelCall& from)
    {
        const auto take = [](std::string& known, const std::string& more) {
            if (!more.empty())
                known = more;
        };
        take(to.source, from.source);
        take(to.model, from.model);
        take(to.provider, from.provider);
        take(to.finish, from.finish);
        take(to.error, from.error);
        if (to.id.empty())
            to.id = from.id;
        if (!from.tools.empty())
            to.tools = from.tools;
    }

    static void takePrompt(OpenTranscriptCall& call, const ModelCall& from)
    {
        if (from.prompt.empty())
            return;
        ModelCall& to = call.made.call;
        // Log records tell a prompt message by message; all else tells it as a whole.
        const bool isPiecemeal = from.source == "otel" && from.share == Share::Prompt &&
                                 from.prompt.size() == 1 && from.usage.isEmpty();
        const bool isKnown = std::ranges::find(to.prompt, from.prompt.front()) != to.prompt.end();
        if (isPiecemeal && !call.hasPrompt) {
            if (!isKnown)
                to.prompt.push_back(from.prompt.front());
        } else if (from.prompt.size() >= to.prompt.size()) {
            to.prompt = from.prompt;
            call.hasPrompt = call.hasPrompt || !isPiecemeal;
        }
    }

    static void takeAnswer(OpenTranscriptCall& call, const TranscriptPiece& piece)
    {
        const ModelCall& from = piece.call;
        if (from.share == Share::Chunk) {
            ++call.made.chunks;
            for (const ModelMessage& message : from.answer)
                joinParts(call.joined, message.parts);
            call.isClosed = !from.finish.empty();
        } else if (from.share != Share::Prompt) {
            call.isClosed = true;
            if (!from.answer.empty()) {
                call.made.call.answer = from.answer;
                call.hasAnswer = true;
            }
        }
    }

    std::vector<OpenTranscriptCall> m_calls;
    std::vector<std::string> m_speakers; ///< of each call
    std::unordered_map<std::string, std::size_t> m_byKey;
    std::unordered_map<Seq, std::size_t> m_bySeq;
};

void addSum(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& more)
{
    if (more)
        sum = sum.value_or(0) + *more;
}

} // namespace

bool TranscriptCall::holds(Seq seq) const
{
    return std::ranges::binary_search(seqs, seq);
}

std::ptrdiff_t Transcript::callAt(Seq seq) const
{
    std::ptrdiff_t before = calls.empty() ? -1 : 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].holds(seq))
            return static_cast<std::ptrdiff_t>(i);
        if (calls[i].first() <= seq)
            before = static_cast<std::ptrdiff_t>(i);
    }
    return before;
}

Transcript transcriptOf(std::vector<TranscriptPiece> pieces, const PriceTable& prices)
{
    CallJoiner joiner;
    for (const TranscriptPiece& piece : pieces)
        joiner.add(piece);
    Transcript transcript;
    transcript.calls = joiner.take();
    std::map<std::string, std::ptrdiff_t> lastOf; // by agent
    for (std::size_t i = 0; i < transcript.calls.size(); ++i) {
        TranscriptCall& call = transcript.calls[i];
        call.cost = prices.cost(call.call.model, call.call.usage);
        if (!call.call.prompt.empty()) {
            const auto known = lastOf.find(call.agent);
            call.previous = known == lastOf.end() ? -1 : known->second;
            lastOf[call.agent] = static_cast<std::ptrdiff_t>(i);
            if (call.previous >= 0)
                call.edits = promptEdits(
                    transcript.calls[static_cast<std::size_t>(call.previous)].call.prompt,
                    call.call.prompt);
        }
        addSum(transcript.usage.in, call.call.usage.in);
        addSum(transcript.usage.out, call.call.usage.out);
        addSum(transcript.usage.cached, call.call.usage.cached);
        addSum(transcript.usage.reasoning, call.call.usage.reasoning);
        if (call.cost)
            transcript.cost = transcript.cost.value_or(0) + *call.cost;
        else if (!call.isOpen && call.call.error.empty())
            ++transcript.unpriced;
    }
    return transcript;
}

} // namespace murmur
