// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/statedivergence.h"

#include "base/time.h"
#include "findings/boundedtable.h"
#include "findings/jsonpieces.h"
#include "findings/keymeanings.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "state-divergence";
constexpr Parameter kWait{"wait", 2, Unit::Seconds, "how long an old value may live on"};
constexpr Parameter kTimes{"times", 3, Unit::Factor,
                           "and that many times what a change usually takes to be taken over"};
constexpr Parameter kAgreed{
    "agreed", 5, Unit::Count,
    "how often others must have taken a key's value over before it is held to be common"};
constexpr Parameter kCommon{"common", 0.8, Unit::Share,
                            "and in which share of cases they must agree"};
constexpr std::array kParameters{kWait, kTimes, kAgreed, kCommon};
constexpr std::int64_t kLifetime = 60'000'000'000; ///< ns: an older word is nobody's view any more
constexpr std::size_t kMostThings = 16'384;
constexpr std::size_t kTellers = 1u << 13;
constexpr std::int64_t kPause = 10'000'000'000; ///< ns: behind it another run may begin
constexpr std::size_t kMostViews = 8;
constexpr std::size_t kMostValues = 16;
constexpr std::size_t kMostKeys = 16'384;
constexpr std::size_t kRepeats = 2; ///< of an old value: one may have been on its way

/// Their values belong to other detectors, or are nobody's view.
constexpr std::array<std::string_view, 24> kOtherKeys{
    "owner",   "holder",    "assignee",  "assignedto", "claimedby", "lockedby",
    "ownedby", "leader",    "leaderid",  "time",       "timestamp", "ts",
    "sentat",  "createdat", "updatedat", "agent",      "agentid",   "agentname",
    "sender",  "from",      "node",      "seq",        "sequence",  "messageid"};
constexpr std::array<std::string_view, 6> kVersionKeys{"version", "revision",   "rev",
                                                       "epoch",   "generation", "stateversion"};
constexpr std::array<std::string_view, 15> kThingKeys{
    "task", "taskid",   "order",      "orderid",  "entity",    "entityid", "job",   "jobid",
    "item", "resource", "resourceid", "objectid", "workorder", "ticket",   "caseid"};

/// Which keys are common is learnt: others take over what one says. What each says of itself (that
/// it is busy) agrees by chance, and differs again and again.
class StateDivergence final : public Detector
{
public:
    explicit StateDivergence(const Settings& settings)
        : m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
        , m_agreed(settings.of(kId, kAgreed))
        , m_common(settings.of(kId, kCommon))
    {
    }

    [[nodiscard]] KindSet kinds() const override { return kindSet(Kind::State); }

    [[nodiscard]] Traits traits() const override { return HasState; }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.matterHash() != 0)
            __builtin_prefetch(&m_tellers[talkKey(message) & (kTellers - 1)], 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.states.empty() || index(message.sender) == 0 ||
            message.step.what == SequenceStep::What::Late ||
            message.step.what == SequenceStep::What::Again)
            return;
        const std::uint64_t key = thingOf(message, scene);
        if (key == 0)
            return;
        const std::uint32_t type = index(message.type);
        if (type >= m_isShared.size())
            m_isShared.resize(type + 1, false);
        // What agents tell of one after the other is not looked at any further.
        if (!m_isShared[type]) {
            m_isShared[type] = takesTurns(key, message);
            return;
        }
        Thing& thing = m_things.at(key);
        std::erase_if(thing.views,
                      [&](const View& view) { return view.time < message.time - kLifetime; });
        pass(thing, message, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_things.clear(); }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_things.forgotten();
    }

private:
    enum class Means : std::uint8_t { Unknown, Value, Version, Thing, Other };
    struct Value
    {
        StateKeyId key{};
        std::uint64_t hash = 0;
        std::int64_t since = 0;  ///< ns: when this agent first said it
        Seq seq = 0;             ///< in which message
        std::uint32_t stale = 0; ///< how often it was said though another's is newer
        std::string text = {};
    };
    struct View
    {
        AgentId agent{};
        std::int64_t time = 0;
        std::int64_t version = -1;
        std::vector<Value> values = {};
    };
    struct Thing
    {
        std::vector<View> views;
        bool isTold = false;
    };
    /// Who told of a thing of a type that nobody shares so far.
    struct Tellers
    {
        std::uint64_t key = 0;
        AgentId last{};
        AgentId before{};
        std::int64_t time = 0;
    };
    struct Habit
    {
        std::int64_t agreed = 0;
        std::int64_t differed = 0;
        double takes = 0; ///< ns, smoothed
    };

    Means meaningOf(StateKeyId key, const Scene& scene)
    {
        return m_meanings.of(key, scene, [](const std::string& name) {
            const std::string word = plainWord(name);
            const auto isOneOf = [&](const auto& words) {
                return std::ranges::find(words, word) != words.end();
            };
            return isOneOf(kVersionKeys) ? Means::Version
                   : isOneOf(kThingKeys) ? Means::Thing
                   : isOneOf(kOtherKeys) ? Means::Other
                                         : Means::Value;
        });
    }

    static std::uint64_t talkKey(const Heard& message)
    {
        return message.matterHash() ^ std::uint64_t(index(message.type)) << 32;
    }
    /// What the message tells of: its conversation; else its topic, unless that is the sender's
    /// own, and what stands under a key such as "task_id". 0: of the sender.
    std::uint64_t thingOf(const Heard& message, const Scene& scene)
    {
        if (!message.id(IdField::Conversation).empty())
            return talkKey(message);
        const std::uint64_t type = std::uint64_t(index(message.type)) << 32;
        const std::uint32_t topic = index(message.topic);
        if (topic >= m_topics.size())
            m_topics.resize(topic + 1, 0);
        if (m_topics[topic] == 0) {
            const bool isOwn =
                scene.topic(message.topic).find(scene.name(message.sender)) != std::string::npos;
            m_topics[topic] = isOwn ? 2 : 1;
        }
        if (m_topics[topic] == 2)
            return 0;
        std::uint64_t key = type | topic;
        for (const StateChange& change : message.states) {
            if (meaningOf(change.key, scene) == Means::Thing)
                key ^= idHash(message.valueOf(change));
        }
        return key | 1ull << 63;
    }

    /// One tells of it, another, and the first again, without a long pause.
    bool takesTurns(std::uint64_t key, const Heard& message)
    {
        Tellers& tellers = m_tellers[key & (kTellers - 1)];
        if (tellers.key != key || tellers.time < message.time - kPause)
            tellers = {.key = key, .last = message.sender};
        tellers.time = message.time;
        if (tellers.last == message.sender)
            return false;
        if (tellers.before == message.sender)
            return true;
        tellers.before = tellers.last;
        tellers.last = message.sender;
        return false;
    }

    Habit* habitOf(std::uint32_t type, StateKeyId key)
    {
        const std::uint64_t of = std::uint64_t(type) << 32 | index(key);
        if (m_habits.size() >= kMostKeys && !m_habits.contains(of)) {
            ++m_forgotten;
            return nullptr;
        }
        return &m_habits[of];
    }
    [[nodiscard]] bool isCommon(const Habit& habit) const
    {
        const auto agreed = static_cast<double>(habit.agreed);
        return agreed >= m_agreed &&
               agreed >= m_common * static_cast<double>(habit.agreed + habit.differed);
    }

    void pass(Thing& thing, const Heard& message, const Scene& scene, Findings& findings)
    {
        auto own = std::ranges::find(thing.views, message.sender, &View::agent);
        if (own == thing.views.end()) {
            if (thing.views.size() >= kMostViews) {
                ++m_forgotten;
                return;
            }
            thing.views.push_back({.agent = message.sender});
            own = thing.views.end() - 1;
        }
        own->time = message.time;
        for (const StateChange& change : message.states) {
            const Means means = meaningOf(change.key, scene);
            const std::string_view json = message.valueOf(change);
            if (means == Means::Version)
                own->version = jsonWhole(json).value_or(own->version);
            else if (means == Means::Value)
                say(thing, *own, change.key, json, message, scene, findings);
        }
    }

    void say(Thing& thing, View& own, StateKeyId stateKey, std::string_view json,
             const Heard& message, const Scene& scene, Findings& findings)
    {
        auto value = std::ranges::find(own.values, stateKey, &Value::key);
        if (value == own.values.end()) {
            if (own.values.size() >= kMostValues)
                return;
            own.values.push_back({.key = stateKey});
            value = own.values.end() - 1;
        }
        const std::uint64_t hash = idHash(json);
        const bool isChanged = value->hash != hash;
        // The newest that another says of it.
        const View* other = nullptr;
        const Value* theirs = nullptr;
        for (const View& view : thing.views) {
            const auto at = std::ranges::find(view.values, stateKey, &Value::key);
            if (view.agent != own.agent && at != view.values.end() &&
                (theirs == nullptr || at->since > theirs->since)) {
                other = &view;
                theirs = &*at;
            }
        }
        if (isChanged) {
            // It was behind, and caught up.
            const bool isTakenOver = value->hash != 0 && theirs != nullptr &&
                                     theirs->hash == hash && theirs->since > value->since;
            const std::int64_t took = isTakenOver ? message.time - theirs->since : 0;
            *value = {stateKey,    hash, message.time,
                      message.seq, 0,    std::string(json.substr(0, 48))};
            if (isTakenOver)
                agree(message, stateKey, took);
            return;
        }
        if (theirs == nullptr || theirs->hash == hash || theirs->since <= value->since) {
            value->stale = 0;
            return;
        }
        Habit* habit = habitOf(index(message.type), stateKey);
        if (habit == nullptr)
            return;
        const std::int64_t patience =
            std::max(m_wait, static_cast<std::int64_t>(m_times * habit->takes));
        if (message.time - theirs->since < patience)
            return;
        if (++value->stale < kRepeats)
            return;
        const bool isKnown = isCommon(*habit);
        if (value->stale == kRepeats)
            ++habit->differed;
        if (isKnown)
            tell(thing, own, *value, *other, *theirs, *habit, message, scene, findings);
    }

    void agree(const Heard& message, StateKeyId key, std::int64_t took)
    {
        Habit* habit = habitOf(index(message.type), key);
        if (habit == nullptr)
            return;
        ++habit->agreed;
        habit->takes = habit->agreed < 8 ? std::max(habit->takes, static_cast<double>(took))
                                         : habit->takes * 0.9 + static_cast<double>(took) * 0.1;
    }

    static void tell(Thing& thing, const View& own, const Value& value, const View& other,
                     const Value& theirs, const Habit& habit, const Heard& message,
                     const Scene& scene, Findings& findings)
    {
        const bool hasVersions = own.version >= 0 && other.version >= 0;
        // Whose word is newer may have the older version all the same.
        const bool isOwnOld = !hasVersions || own.version <= other.version;
        const AgentId stale = isOwnOld ? own.agent : other.agent;
        const std::uint64_t of = std::uint64_t(index(stale)) << 32 | index(message.type);
        Finding& finding = findings.grow(kId, of, theirs.since);
        finding.hasGap =
            finding.hasGap || scene.hasGap(message.connection, value.since, message.time);
        const bool isStated = hasVersions && own.version != other.version;
        finding.isExact = isStated && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : isStated ? 1 : 0.85;
        finding.severity = Severity::Critical;
        finding.involve(stale);
        finding.involve(own.agent);
        finding.involve(other.agent);
        finding.topic = message.topic;
        finding.add(value.seq, value.since);
        finding.add(theirs.seq, theirs.since);
        finding.add(message.seq, message.time);
        if (!thing.isTold) {
            thing.isTold = true;
            ++finding.count;
        }
        const auto conversation = message.id(IdField::Conversation);
        const std::string what =
            conversation.empty() ? scene.topic(message.topic) : std::string(conversation);
        const std::string name = scene.names().stateKeyName(value.key);
        finding.fact("things", finding.count);
        finding.fact("last_thing", what);
        finding.fact("key", name);
        finding.fact("said", value.text);
        finding.fact("said_by_other", theirs.text);
        finding.fact("for_ms", (message.time - theirs.since) / 1'000'000);
        finding.fact("usual_ms", static_cast<std::int64_t>(std::llround(habit.takes / 1e6)));
        if (hasVersions) {
            finding.fact("version", own.version);
            finding.fact("version_of_other", other.version);
        }
        const std::string_view staleText = isOwnOld ? value.text : theirs.text;
        const std::string_view freshText = isOwnOld ? theirs.text : value.text;
        const AgentId fresh = isOwnOld ? other.agent : own.agent;
        const std::string still =
            scene.name(stale) + " still says that " + name + " of " + what + " is " +
            shortened(staleText, 40) + ", " +
            durationText(nanoseconds(message.time - theirs.since)).toStdString() + " after " +
            scene.name(fresh) + " said " + shortened(freshText, 40);
        finding.summary = finding.count < 2
                              ? still + "."
                              : still + "; " + std::to_string(finding.count) + " things so far.";
    }

    std::int64_t m_wait;
    double m_times;
    double m_agreed;
    double m_common;
    KeyMeanings<Means> m_meanings;
    std::vector<std::uint8_t> m_topics; ///< by topic; 0: not looked at, 1: shared, 2: one agent's
    std::vector<bool> m_isShared;       ///< by type: several agents tell of one thing
    std::vector<Tellers> m_tellers = std::vector<Tellers>(kTellers);
    std::unordered_map<std::uint64_t, Habit> m_habits; ///< by type and state key
    BoundedTable<Thing> m_things{kMostThings};
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry stateDivergence()
{
    return {kId, "agents that hold different views of one thing", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<StateDivergence>(settings));
            }};
}

} // namespace murmur
