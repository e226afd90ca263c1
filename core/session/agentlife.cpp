// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/agentlife.h"

#include "base/kind.h"
#include "findings/jsonpieces.h"
#include "session/rangescan.h"
#include "session/statehistory.h"
#include "session/tellings.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr nanoseconds kLookBack = std::chrono::minutes(10);
constexpr std::int64_t kMostMessages = 1'000'000;
constexpr double kYoungSeconds = 5; ///< who says that it runs no longer than this has restarted
/// Numbers that begin anew again and again count something else than the life of an agent.
constexpr int kMostBeginnings = 2;

constexpr std::array<std::string_view, 8> kBirths{"birth",  "nbirth",    "dbirth",  "boot",
                                                  "booted", "restarted", "restart", "rebooted"};
constexpr std::array<std::string_view, 15> kFarewells{
    "death",        "ndeath",   "ddeath",  "goodbye", "bye",  "offline",    "disconnect", "leave",
    "disconnected", "shutdown", "stopped", "exited",  "exit", "terminated", "lastwill"};
constexpr std::array<std::string_view, 4> kPresences{"status", "online", "presence", "connected"};
constexpr std::array<std::string_view, 8> kGone{"offline", "dead",   "false",      "disconnected",
                                                "stopped", "exited", "terminated", "shutdown"};

template<std::size_t Size>
bool isOneOf(const std::array<std::string_view, Size>& words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

/// "robot.birth" and "spBv1.0/NBIRTH" tell it by their last word.
std::string lastWord(const std::string& name)
{
    const std::size_t at = name.find_last_of("./:#");
    return plainWord(at == std::string::npos ? name : name.substr(at + 1));
}

enum class Means : std::uint8_t { Unknown, Nothing, Birth, Farewell, Uptime, UptimeMs, Presence };

class LifeWatch
{
public:
    explicit LifeWatch(const Dictionaries& names)
        : m_names(names)
    {
    }

    void hear(const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource& payload)
    {
        std::size_t state = 0;
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (keep[row] == 0)
                continue;
            const AgentId agent = m_names.resolved(AgentId(columns.sender[row]));
            const Seq seq = columns.first + static_cast<Seq>(row);
            const Means means = typeMeans(columns.type[row]);
            if (means == Means::Birth)
                restart(agent, columns.time[row], seq);
            else if (means == Means::Farewell)
                leave(agent, columns.time[row], seq);
            count(columns, row, agent);
            while (state < columns.states.size() && columns.states[state].row < row)
                ++state;
            for (; state < columns.states.size() && columns.states[state].row == row; ++state)
                hearState(columns, columns.states[state], payload);
        }
    }

    AgentLives take()
    {
        for (const auto& [key, numbers] : m_numbers) {
            if (numbers.beginnings > 0 && numbers.beginnings <= kMostBeginnings)
                restart(numbers.agent, numbers.time, numbers.seq);
        }
        return std::move(m_lives);
    }

private:
    struct Numbers
    {
        AgentId agent{};
        std::int64_t last = kNoTime;
        int beginnings = 0;
        std::int64_t time = 0; ///< ns, of the last beginning
        Seq seq = 0;
    };

    Means typeMeans(std::uint32_t type)
    {
        if (type >= m_types.size())
            m_types.resize(std::size_t(type) + 1, Means::Unknown);
        if (m_types[type] == Means::Unknown) {
            const std::string word = lastWord(m_names.typeName(TypeId(type)));
            m_types[type] = isOneOf(kBirths, word)      ? Means::Birth
                            : isOneOf(kFarewells, word) ? Means::Farewell
                                                        : Means::Nothing;
        }
        return m_types[type];
    }
    Means keyMeans(StateKeyId key)
    {
        const std::uint32_t id = index(key);
        if (id >= m_keys.size())
            m_keys.resize(std::size_t(id) + 1, Means::Unknown);
        if (m_keys[id] == Means::Unknown) {
            const std::string word = plainWord(m_names.stateKeyName(key));
            m_keys[id] = word == "uptimems"           ? Means::UptimeMs
                         : word.starts_with("uptime") ? Means::Uptime
                         : isOneOf(kPresences, word)  ? Means::Presence
                                                      : Means::Nothing;
        }
        return m_keys[id];
    }

    void hearState(const Columns& columns, const StateChange& change, PayloadSource& payload)
    {
        const Means means = keyMeans(change.key);
        if (means == Means::Nothing)
            return;
        const AgentId agent = m_names.resolved(change.agent);
        const Seq seq = columns.first + change.row;
        const std::int64_t time = columns.time[change.row];
        const std::string_view text = valueText(columns, change, payload);
        if (means == Means::Presence) {
            if (isOneOf(kGone, plainWord(jsonWord(text))))
                leave(agent, time, seq);
            return;
        }
        const auto uptime =
            numberOf(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())));
        if (!uptime)
            return;
        const double seconds = means == Means::UptimeMs ? *uptime / 1000 : *uptime;
        // Told every second, it is the first of these messages that tells of the birth.
        const auto known = m_lives.find(agent);
        const bool isKnown = known != m_lives.end() && known->second.restarted != kNoTime &&
                             time - known->second.restarted < 2 * std::int64_t(kYoungSeconds * 1e9);
        if (seconds >= 0 && seconds <= kYoungSeconds && !isKnown)
            restart(agent, time, seq);
    }

    void count(const Columns& columns, std::size_t row, AgentId agent)
    {
        const std::int64_t number = columns.sequence[row];
        const auto kind = static_cast<Kind>(columns.kind[row]);
        if (number == kNoTime || kind == Kind::Chunk)
            return;
        Numbers& numbers = m_numbers[std::uint64_t(columns.topic[row]) << 32 | columns.sender[row]];
        if (numbers.last != kNoTime && number <= 1 && numbers.last >= 3) {
            ++numbers.beginnings;
            numbers.agent = agent;
            numbers.time = columns.time[row];
            numbers.seq = columns.first + static_cast<Seq>(row);
        }
        numbers.last = number;
    }

    void restart(AgentId agent, std::int64_t time, Seq seq)
    {
        AgentLife& life = m_lives[agent];
        if (time > life.restarted) { // kNoTime is less than every time
            life.restarted = time;
            life.restartedBy = seq;
        }
    }
    void leave(AgentId agent, std::int64_t time, Seq seq)
    {
        AgentLife& life = m_lives[agent];
        if (time > life.farewell) {
            life.farewell = time;
            life.farewellBy = seq;
        }
    }

    const Dictionaries& m_names;
    AgentLives m_lives;
    std::vector<Means> m_types;
    std::vector<Means> m_keys;
    std::unordered_map<std::uint64_t, Numbers> m_numbers;
};

} // namespace

Result<AgentLives> livesJob(const Source& source, TimePoint at, const std::stop_token& stop)
{
    RangeScan scan;
    scan.range = {at - kLookBack, at + nanoseconds(1)};
    scan.columns = ActorColumns | PlaceColumns | TypeColumns | SequenceColumns | StateColumns;
    scan.needsBytes = true; // read only where a key asks for it
    scan.stop = stop;
    // Halved until it is little enough; who restarts is told by what came last.
    while (true) {
        const auto count = messagesIn(source, scan.range);
        if (!count)
            return count.error();
        if (*count <= kMostMessages || scan.range.length() < std::chrono::milliseconds(1))
            break;
        scan.range.begin += scan.range.length() / 2;
    }
    LifeWatch watch(*source.names);
    const auto seen = scanRange(
        source, scan,
        [&](const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource* payload) {
            if (payload != nullptr)
                watch.hear(columns, keep, *payload);
            return true;
        });
    if (!seen)
        return seen.error();
    return watch.take();
}

AgentLife lifeOf(const AgentLives& lives, AgentId agent)
{
    const auto at = lives.find(agent);
    return at == lives.end() ? AgentLife() : at->second;
}

} // namespace murmur
