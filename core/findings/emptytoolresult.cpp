// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/emptytoolresult.h"

#include "findings/boundedtable.h"
#include "findings/jsonpieces.h"
#include "findings/scene.h"
#include "findings/toolanswer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "empty-tool-result";
constexpr Parameter kFound{"found", 3, Unit::Count,
                           "results that a tool must have brought before an empty one counts"};
constexpr Parameter kEmpty{"empty", 0.5, Unit::Share,
                           "a tool that is empty more often than this brings no results at all"};
constexpr Parameter kWithin{"within", 120, Unit::Seconds, "time until the answer"};
constexpr std::array kParameters{kFound, kEmpty, kWithin};
constexpr std::size_t kMostWaiting = 4096;
constexpr std::size_t kMostTools = 4096;
constexpr std::uint32_t kProbes = 16;

/// Tools that only do something bring back nothing each time: that is learnt. What an answer is
/// worth is judged by its words, in English.
class EmptyToolResult final : public Detector
{
public:
    explicit EmptyToolResult(const Settings& settings)
        : m_found(static_cast<std::int64_t>(settings.of(kId, kFound)))
        , m_empty(settings.of(kId, kEmpty))
        , m_within(settings.time(kId, kWithin))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Request, Kind::Reply, Kind::Event, Kind::Error);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.kind == Kind::Request) {
            if (mayPrompt(message))
                hearPrompt(message);
            return;
        }
        if (isOfTool(message, scene)) {
            hearResult(message, scene);
            return;
        }
        if (message.kind == Kind::Event || message.answered.request == 0)
            return;
        if (!m_prompts.isEmpty())
            answerPrompt(message, scene, findings);
        if (!m_waiting.isEmpty())
            answerCaller(message, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_waiting.clear();
        m_prompts.clear();
    }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_waiting.forgotten() + m_prompts.forgotten();
    }

private:
    struct Tool
    {
        std::int64_t full = 0;
        std::int64_t empty = 0;
    };
    struct Empty
    {
        Seq seq = 0;
        Seq asked = 0; ///< the call of the tool; an answer to an older request rests on it
        std::int64_t time = 0;
        std::string tool;
        AgentId caller{};
    };
    struct Type
    {
        std::uint32_t seen = 0;
        bool prompts = false;
        std::uint8_t isTool = 0; ///< 0: not looked at, 1: no, 2: the end of a call of a tool
        std::uint8_t names = 0;  ///< 0: not looked at, 1: no, 2: a tool
    };

    Type& typeOf(TypeId type)
    {
        if (index(type) >= m_types.size())
            m_types.resize(index(type) + 1);
        return m_types[index(type)];
    }

    bool namesTool(TypeId type, const Scene& scene)
    {
        Type& known = typeOf(type);
        if (known.names == 0)
            known.names =
                plainWord(scene.names().typeName(type)).find("tool") != std::string::npos ? 2 : 1;
        return known.names == 2;
    }

    /// "tool_usage_finished", "on_tool_end"; an answer to "tools/call".
    bool isOfTool(const Heard& message, const Scene& scene)
    {
        if (message.kind == Kind::Error)
            return false;
        if (message.answered.request != 0 && namesTool(message.answered.type, scene))
            return true;
        Type& known = typeOf(message.type);
        if (known.isTool == 0) {
            const std::string word = plainWord(scene.names().typeName(message.type));
            static constexpr std::array<std::string_view, 7> kEnds{
                "result", "finish", "end", "complet", "output", "response", "toolcall"};
            const bool isEnd = word.find("tool") != std::string::npos &&
                               std::ranges::any_of(kEnds, [&](std::string_view end) {
                                   return word.find(end) != std::string::npos;
                               });
            known.isTool = isEnd ? 2 : 1;
        }
        return known.isTool == 2;
    }

    /// Prompts carry their results: which types do is learnt from their first messages, and looked
    /// after now and then.
    bool mayPrompt(const Heard& message)
    {
        Type& type = typeOf(message.type);
        if (!type.prompts && ++type.seen > kProbes && type.seen % 64 != 0)
            return false;
        constexpr std::string_view kSign = "\"messages\"";
        if (memmem(message.payload.data(), message.payload.size(), kSign.data(), kSign.size()) ==
            nullptr)
            return false;
        type.prompts = true;
        return std::ranges::any_of(std::array<std::string_view, 3>{"\"role\":\"tool\"",
                                                                   "\"role\": \"tool\"",
                                                                   "\"tool_result\""},
                                   [&](std::string_view sign) {
                                       return memmem(message.payload.data(), message.payload.size(),
                                                     sign.data(), sign.size()) != nullptr;
                                   });
    }

    /// True when the tool usually brings something, and this time did not.
    bool isOddlyEmpty(const std::string& name, bool isEmpty)
    {
        if (m_tools.size() >= kMostTools && !m_tools.contains(name)) {
            ++m_forgotten;
            return false;
        }
        Tool& tool = m_tools[name];
        ++(isEmpty ? tool.empty : tool.full);
        return isEmpty && tool.full >= m_found &&
               static_cast<double>(tool.empty) <=
                   m_empty * static_cast<double>(tool.full + tool.empty);
    }

    void hearPrompt(const Heard& message)
    {
        const auto result = promptedResult(message.payload);
        if (result && isOddlyEmpty(result->tool, result->isEmpty))
            m_prompts.at(static_cast<std::uint64_t>(message.seq)) = {
                message.seq, message.seq, message.time, result->tool, message.sender};
    }

    void hearResult(const Heard& message, const Scene& scene)
    {
        auto result = toolResult(message.payload);
        if (!result)
            return;
        const AgentId caller =
            index(message.answered.from) != 0 ? message.answered.from : message.sender;
        if (result->tool.empty()) {
            const AgentId tool = index(message.answered.to) != 0 ? message.answered.to
                                 : message.receivers.empty()     ? message.sender
                                                                 : message.receivers.front();
            result->tool = scene.name(tool);
        }
        const std::uint64_t key = message.matterHash() ^ (std::uint64_t(index(caller)) << 40);
        if (isOddlyEmpty(result->tool, result->isEmpty))
            m_waiting.at(key) = {
                message.seq, message.answered.request != 0 ? message.answered.request : message.seq,
                message.time, result->tool, caller};
        else
            m_waiting.erase(key); // another call brought something, or this one never does
    }

    void answerPrompt(const Heard& message, const Scene& scene, Findings& findings)
    {
        const auto key = static_cast<std::uint64_t>(message.answered.request);
        if (const Empty* at = m_prompts.find(key); at != nullptr) {
            const Empty empty = *at;
            m_prompts.erase(key);
            judge(empty, message, scene, findings);
        }
    }

    void answerCaller(const Heard& message, const Scene& scene, Findings& findings)
    {
        const std::uint64_t key =
            message.matterHash() ^ (std::uint64_t(index(message.sender)) << 40);
        const Empty* at = m_waiting.find(key);
        if (at == nullptr || message.answered.request >= at->asked)
            return;
        const Empty empty = *at;
        m_waiting.erase(key);
        judge(empty, message, scene, findings);
    }

    void judge(const Empty& empty, const Heard& message, const Scene& scene,
               Findings& findings) const
    {
        if (message.kind == Kind::Error || message.time - empty.time > m_within)
            return;
        const std::string claim = confidentText(message.payload);
        if (claim.empty())
            return;
        Finding& finding = findings.grow(kId, index(empty.caller), empty.time);
        finding.hasGap =
            finding.hasGap || scene.hasGap(message.connection, empty.time, message.time);
        finding.confidence = finding.hasGap ? 0.3 : 0.7;
        finding.involve(empty.caller);
        finding.involve(message.sender);
        finding.topic = message.topic;
        finding.add(empty.seq, empty.time);
        finding.add(message.seq, message.time);
        ++finding.count;
        finding.fact("answers", finding.count);
        finding.fact("tool", empty.tool);
        finding.fact("last_answer", shortened(claim, 160));
        if (!message.matter().empty())
            finding.fact("last_matter", message.matter());
        finding.summary =
            scene.name(empty.caller) + " went on as if " +
            (empty.tool.empty() ? "a tool" : empty.tool) + " had found something: \"" +
            shortened(claim) + "\"" +
            (finding.count == 1 ? "." : "; " + std::to_string(finding.count) + " answers so far.");
    }

    std::int64_t m_found;
    double m_empty;
    std::int64_t m_within;
    std::vector<Type> m_types;
    std::unordered_map<std::string, Tool> m_tools;
    BoundedTable<Empty> m_waiting{kMostWaiting}; ///< by caller and matter
    BoundedTable<Empty> m_prompts{kMostWaiting}; ///< by Seq of the prompt
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry emptyToolResult()
{
    return {kId, "answers that rest on a tool that found nothing", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<EmptyToolResult>(settings));
            }};
}

} // namespace murmur
