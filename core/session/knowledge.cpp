// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/knowledge.h"

#include "recording/audiencecache.h"
#include "session/jobs.h"
#include "session/statehistory.h"
#include "session/tellings.h"

#include <algorithm>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostLines = 200'000; ///< things and keys that are followed at once
constexpr std::size_t kMostKept = 1'000;

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// One key of one thing, as it goes through the hands of several agents.
struct Line
{
    KnownValue value;
    TypeId type{};
    std::vector<std::pair<AgentId, std::uint64_t>> said; ///< by each, the hash of its last word
    bool isTouched = false;                              ///< the agent said it, or was told
    bool isVersion = false;
    std::uint64_t shared = 0; ///< the line of all who tell of the same
};

class Follower
{
public:
    Follower(const Dictionaries& names, AgentId agent)
        : m_names(names)
        , m_audiences(names)
        , m_agent(agent)
    {
    }

    void hear(const Telling& telling)
    {
        m_shared.hear(telling);
        const bool isOwn = telling.agent == m_agent;
        const bool isGiven = !isOwn && isTold(telling.audience);
        if (Line* line = lineOf(m_lines, telling, telling.thing)) {
            if (isOwn || isGiven)
                learn(*line, telling, isGiven);
            follow(*line, telling);
        }
        // What somebody told it of himself is true for as long as he says nothing else.
        const std::uint64_t who = telling.thing ^ (std::uint64_t(index(telling.agent)) << 33);
        if (isGiven) {
            if (Line* line = lineOf(m_given, telling, who)) {
                learn(*line, telling, true);
                follow(*line, telling);
            }
        } else if (const auto known = m_given.find(keyOf(telling, who));
                   !isOwn && known != m_given.end()) {
            follow(known->second, telling);
        }
    }

    std::vector<KnownValue> take(bool& isWhole)
    {
        std::vector<KnownValue> all;
        const auto add = [&](KnownValue& value) {
            value.isBehind = !isSameValue(value.knew, value.truth) && value.truthBy != m_agent &&
                             (value.truthSince > value.knewAt || !value.wasGiven);
            all.push_back(std::move(value));
        };
        std::unordered_map<std::uint64_t, bool> isShared;
        for (auto& [key, line] : m_lines) {
            if (!line.isTouched || line.said.size() < 2 ||
                !m_shared.isShared(line.type, line.value.key, line.isVersion))
                continue;
            isShared[key] = true;
            add(line.value);
        }
        for (auto& [key, line] : m_given) {
            if (!isShared.contains(line.shared))
                add(line.value);
        }
        std::ranges::sort(all, [](const KnownValue& a, const KnownValue& b) {
            return std::tuple(!a.isBehind, -a.truthSince, a.key) <
                   std::tuple(!b.isBehind, -b.truthSince, b.key);
        });
        isWhole = !m_isFull && all.size() <= kMostKept;
        return all;
    }

private:
    using Lines = std::unordered_map<std::uint64_t, Line>;

    static std::uint64_t keyOf(const Telling& telling, std::uint64_t thing)
    {
        return thing * 0x9e3779b97f4a7c15 ^ index(telling.key);
    }

    Line* lineOf(Lines& lines, const Telling& telling, std::uint64_t thing)
    {
        const std::uint64_t key = keyOf(telling, thing);
        if (const auto known = lines.find(key); known != lines.end())
            return &known->second;
        if (lines.size() >= kMostLines) {
            m_isFull = true;
            return nullptr;
        }
        Line& line = lines[key];
        line.value.key = telling.key;
        line.value.topic = telling.topic;
        line.value.conversation = telling.conversation;
        line.type = telling.type;
        line.shared = keyOf(telling, telling.thing);
        line.isVersion = isVersionKey(m_names.stateKeyName(telling.key));
        return &line;
    }

    static void follow(Line& line, const Telling& telling)
    {
        const std::uint64_t hash = idHash(telling.value);
        const auto said = std::ranges::find(line.said, telling.agent,
                                            [](const auto& entry) { return entry.first; });
        const bool isRepeat = said != line.said.end() && said->second == hash;
        if (said == line.said.end())
            line.said.emplace_back(telling.agent, hash);
        else
            said->second = hash;
        if (!isRepeat)
            settle(line, telling);
    }

    bool isTold(std::uint32_t audience)
    {
        return std::ranges::any_of(m_audiences.of(audience), [&](AgentId receiver) {
            return m_names.resolved(receiver) == m_agent;
        });
    }

    static void learn(Line& line, const Telling& telling, bool wasGiven)
    {
        line.isTouched = true;
        if (telling.time < line.value.knewAt)
            return;
        line.value.knew = bytes(telling.value);
        line.value.knewBy = telling.seq;
        line.value.knewAt = telling.time;
        line.value.wasGiven = wasGiven;
    }

    /// Of versions the highest is true, of other words the newest.
    static void settle(Line& line, const Telling& telling)
    {
        KnownValue& value = line.value;
        const QByteArray text = bytes(telling.value);
        if (value.truthSeq != 0) {
            if (isSameValue(text, value.truth))
                return; // it was said before
            const auto now = line.isVersion ? numberOf(text) : std::nullopt;
            const auto best = line.isVersion ? numberOf(value.truth) : std::nullopt;
            if (now && best ? *now < *best : telling.time < value.truthSince)
                return;
        }
        value.truth = text;
        value.truthBy = telling.agent;
        value.truthSeq = telling.seq;
        value.truthSince = telling.time;
    }

    const Dictionaries& m_names;
    AudienceCache m_audiences;
    AgentId m_agent;
    Lines m_lines;
    Lines m_given; ///< by who told it
    SharedKeys m_shared;
    bool m_isFull = false;
};

} // namespace

Result<Knowledge> knowledgeJob(const Source& source, const KnowledgeRequest& request)
{
    Knowledge knowledge;
    knowledge.agent = source.names->resolved(request.agent);
    knowledge.at = request.at;
    auto state = stateJob(source, {request.at, {}, request.stop});
    if (!state)
        return state.error();
    const auto own = std::ranges::find(state->agents, knowledge.agent, &AgentState::agent);
    if (own != state->agents.end()) {
        knowledge.delivered = own->received;
        knowledge.lastDelivered = own->lastReceivedSeq;
        knowledge.lastDeliveredAt = own->lastReceived;
    }
    Follower follower(*source.names, knowledge.agent);
    TellingScan scan;
    scan.range = {TimePoint::min(), request.at + nanoseconds(1)};
    scan.mostBlocks = request.mostBlocks;
    scan.progress = request.progress;
    scan.stop = request.stop;
    const auto from =
        scanTellings(source, scan, [&](const Telling& telling) { follower.hear(telling); });
    if (!from)
        return from.error();
    knowledge.from = *from;
    knowledge.keys = follower.take(knowledge.isWhole);
    knowledge.behind = std::ranges::count(knowledge.keys, true, &KnownValue::isBehind);
    if (knowledge.keys.size() > kMostKept)
        knowledge.keys.resize(kMostKept);
    return knowledge;
}

QString knownText(const KnownValue& known, const Dictionaries& names)
{
    const auto text = [](const QByteArray& value) {
        return QString::fromUtf8(value.simplified()).left(60);
    };
    if (!known.isBehind)
        return u"knew %1, which is true"_s.arg(text(known.knew));
    return u"knew %1, true %2 since %3, says %4"_s.arg(
        text(known.knew), text(known.truth), clockTime(fromNs(known.truthSince)),
        QString::fromStdString(names.agentName(known.truthBy)));
}

} // namespace murmur
