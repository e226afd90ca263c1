// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/leaderflapping.h"

#include "base/time.h"
#include "findings/boundedtable.h"
#include "findings/jsonpieces.h"
#include "findings/keymeanings.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "leader-flapping";
constexpr Parameter kChanges{"changes", 3, Unit::Count, "changes of who leads"};
constexpr Parameter kWithin{"within", 60, Unit::Seconds, "within this time"};
constexpr Parameter kOverlap{"overlap", 2, Unit::Seconds,
                             "how long an old leader may go on claiming"};
constexpr std::array kParameters{kChanges, kWithin, kOverlap};
constexpr std::size_t kMostRoles = 4096;
constexpr std::size_t kMostTracks = 64;
constexpr std::size_t kMostNames = 4096;
constexpr std::size_t kMostChanges = 256;

/// Who leads, as plain words; of Kubernetes the lease object.
constexpr std::array<std::string_view, 12> kLeaderKeys{
    "leader",      "leaderid", "leadername", "currentleader", "activeleader",   "electedleader",
    "coordinator", "primary",  "master",     "newleader",     "holderidentity", "activecontroller"};
/// What one is, as Raft and replica sets say it of themselves.
constexpr std::array<std::string_view, 4> kRoleKeys{"role", "state", "raftstate", "mode"};
constexpr std::array<std::string_view, 3> kLeaderWords{"\"leader\"", "\"primary\"", "\"master\""};
constexpr std::array<std::string_view, 6> kTermKeys{
    "term", "leaderepoch", "epoch", "generation", "leasetransitions", "fencingtoken"};

/// Two kinds of witness: those who say it of themselves, together, and everybody who tells who
/// leads, each for himself: what several tell of one change a little later is no change back.
class LeaderFlapping final : public Detector
{
public:
    explicit LeaderFlapping(const Settings& settings)
        : m_most(static_cast<std::size_t>(std::max(2.0, settings.of(kId, kChanges))))
        , m_within(settings.time(kId, kWithin))
        , m_overlap(settings.time(kId, kOverlap))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::State, Kind::Event, Kind::Control, Kind::Command);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        Claim claim;
        if (!message.states.empty() ? !readStates(message, scene, claim)
                                    : !readBody(message, scene, claim))
            return;
        if (index(message.sender) == 0 || message.step.what == SequenceStep::What::Late ||
            message.step.what == SequenceStep::What::Again)
            return;
        if (!claim.holder.empty())
            claim.agent = agentNamed(claim.holder, scene);
        else
            claim.agent = message.sender;
        const bool isOwn = claim.agent == message.sender || claim.isSteppingDown;
        claim.name =
            index(claim.agent) != 0 ? index(claim.agent) : idHash(claim.holder) | 1ull << 40;
        const std::uint64_t key = roleOf(message, scene);
        Role& role = m_roles.at(key);
        role.key = key;
        if (Track* track = trackOf(role, isOwn ? 0 : index(message.sender)); track != nullptr)
            pass(role, *track, claim, message, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_roles.clear(); }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_roles.forgotten();
    }

private:
    enum class Means : std::uint8_t { Unknown, Other, Leader, Role, Term, Lease };
    struct Claim
    {
        std::string_view holder; ///< empty: the sender itself
        AgentId agent{};
        std::uint64_t name = 0;
        bool isSteppingDown = false;
        std::int64_t term = -1;  ///< -1: not stated
        std::int64_t lease = -1; ///< ns
    };
    struct Change
    {
        std::int64_t time = 0;
        Seq seq = 0;
        Seq before = 0; ///< last word of the one who led until then
        AgentId from{};
        AgentId to{};
    };
    struct Track
    {
        std::uint32_t witness = 0; ///< 0: the leaders themselves
        std::uint64_t holder = 0;
        std::uint64_t holderBefore = 0;
        AgentId agent{};
        Seq seq = 0;
        std::int64_t since = 0; ///< ns
        std::int64_t term = -1;
        std::int64_t leaseEnd = kNoTime;
        bool wasHeld = false; ///< the lease of the one before had not ended yet
        std::vector<Change> changes;
    };
    struct Role
    {
        std::uint64_t key = 0;
        std::vector<Track> tracks;
        std::uint32_t teller = 0; ///< whose changes are counted
    };

    Means meaningOf(StateKeyId key, const Scene& scene)
    {
        return m_meanings.of(key, scene, [](const std::string& name) {
            const std::string word = plainWord(name);
            const auto isOneOf = [&](const auto& words) {
                return std::ranges::find(words, word) != words.end();
            };
            return isOneOf(kLeaderKeys) ? Means::Leader
                   : isOneOf(kRoleKeys) ? Means::Role
                   : isOneOf(kTermKeys) ? Means::Term
                   : word == "leasems" || word == "ttlms" || word == "leasedurationseconds"
                       ? Means::Lease
                       : Means::Other;
        });
    }

    bool readStates(const Heard& message, const Scene& scene, Claim& claim)
    {
        bool isClaim = false;
        for (const StateChange& change : message.states) {
            switch (meaningOf(change.key, scene)) {
            case Means::Leader:
                isClaim = readHolder(message.valueOf(change), claim) || isClaim;
                break;
            case Means::Role:
                isClaim = isClaim || std::ranges::find(kLeaderWords, message.valueOf(change)) !=
                                         kLeaderWords.end();
                break;
            case Means::Unknown:
            case Means::Other:
            case Means::Term:
            case Means::Lease:
                break;
            }
        }
        if (!isClaim)
            return false;
        for (const StateChange& change : message.states) {
            const Means means = meaningOf(change.key, scene);
            if (means != Means::Term && means != Means::Lease)
                continue;
            const auto value = jsonWhole(message.valueOf(change));
            if (!value || *value < 0)
                continue;
            if (means == Means::Term)
                claim.term = *value;
            else if (*value < 1'000'000'000) // seconds are written as such
                claim.lease = *value * (*value < 500 ? 1'000'000'000 : 1'000'000);
        }
        return true;
    }

    /// An election told by a message of another kind: "leader.elected", JetStream's advisories.
    bool readBody(const Heard& message, const Scene& scene, Claim& claim)
    {
        const std::uint32_t type = index(message.type);
        if (type >= m_types.size())
            m_types.resize(type + 1, 0);
        if (m_types[type] == 0) {
            const std::string word = plainWord(scene.names().typeName(message.type));
            const bool isElection = word.find("leader") != std::string::npos;
            const bool tellsOfItself = word.find("claim") != std::string::npos ||
                                       word.find("acquired") != std::string::npos;
            m_types[type] = static_cast<std::uint8_t>(isElection ? (tellsOfItself ? 3 : 2) : 1);
        }
        if (m_types[type] == 1)
            return false;
        for (const std::string_view key :
             {"\"new_leader\"", "\"newLeader\"", "\"leader\"", "\"leader_id\"", "\"leaderId\""}) {
            if (const std::string_view value = jsonBehind(message.payload, key); !value.empty()) {
                if (!readHolder(value, claim))
                    return false;
                claim.term = jsonWhole(jsonBehind(message.payload, "\"term\"")).value_or(-1);
                return true;
            }
        }
        return m_types[type] == 3;
    }

    static bool readHolder(std::string_view json, Claim& claim)
    {
        const std::string_view name = jsonWord(json);
        if (json == "true" || json == "false") {
            claim.isSteppingDown = false;
            return json == "true"; // "leader": true is said of oneself
        }
        claim.holder = name;
        claim.isSteppingDown = name.empty() || name == "none" || name == "-1";
        return true;
    }

    /// A name that is known by now; what is learnt of names later must not count earlier.
    AgentId agentNamed(std::string_view name, const Scene& scene)
    {
        const std::uint64_t hash = idHash(name);
        if (const auto at = m_names.find(hash); at != m_names.end())
            return at->second;
        const AgentId agent = scene.names().resolved(scene.names().findAgent(name));
        if (index(agent) == 0 ||
            (scene.agent(agent).firstSent == kNoTime && scene.agent(agent).lastReceived == kNoTime))
            return {};
        if (m_names.size() < kMostNames)
            m_names.emplace(hash, agent);
        return agent;
    }

    /// Of what is led: a conversation, a topic on which several speak, else the sender's group.
    std::uint64_t roleOf(const Heard& message, const Scene& scene)
    {
        if (const auto conversation = message.id(IdField::Conversation); !conversation.empty())
            return idHash(conversation);
        const std::uint32_t topic = index(message.topic);
        if (topic >= m_topics.size())
            m_topics.resize(topic + 1, 0);
        if (m_topics[topic] == 0) {
            const bool isOwn =
                scene.topic(message.topic).find(scene.name(message.sender)) != std::string::npos;
            m_topics[topic] = isOwn ? 2 : 1;
        }
        if (m_topics[topic] == 1)
            return std::uint64_t(topic) | 1ull << 60;
        const AgentEntry sender = scene.names().agentEntry(message.sender);
        return idHash(sender.labels[static_cast<std::size_t>(Label::Site)] + '/' +
                      sender.labels[static_cast<std::size_t>(Label::Crew)]) ^
               index(message.type);
    }

    Track* trackOf(Role& role, std::uint32_t witness)
    {
        const auto at = std::ranges::find(role.tracks, witness, &Track::witness);
        if (at != role.tracks.end())
            return &*at;
        if (role.tracks.size() >= kMostTracks) {
            ++m_forgotten;
            return nullptr;
        }
        Track& track = role.tracks.emplace_back();
        track.witness = witness;
        return &track;
    }

    void pass(Role& role, Track& track, const Claim& claim, const Heard& message,
              const Scene& scene, Findings& findings) const
    {
        const std::int64_t now = message.time;
        if (claim.isSteppingDown) {
            if (track.witness != 0 || track.agent == message.sender)
                track.leaseEnd = kNoTime;
            return;
        }
        const auto hold = [&] {
            track.seq = message.seq;
            track.term = std::max(track.term, claim.term);
            track.leaseEnd = claim.lease > 0 ? now + claim.lease : kNoTime;
        };
        if (track.holder == claim.name || track.holder == 0) {
            track.since = track.holder == 0 ? now : track.since;
            track.holder = claim.name;
            track.agent = claim.agent;
            hold();
            return;
        }
        const bool isOlder = claim.term >= 0 && claim.term < track.term;
        // One who was voted out may not know it yet.
        if (isOlder && now - track.since < m_overlap)
            return;
        std::erase_if(track.changes,
                      [&](const Change& change) { return change.time < now - m_within; });
        const bool isHeld = track.leaseEnd != kNoTime && track.leaseEnd > now;
        const bool isSameTerm = claim.term >= 0 && claim.term == track.term;
        const bool isBoth =
            track.witness == 0 && (isOlder || isSameTerm ||
                                   (isHeld && track.wasHeld && track.holderBefore == claim.name));
        if (track.changes.size() < kMostChanges)
            track.changes.push_back({now, message.seq, track.seq, track.agent, claim.agent});
        track.wasHeld = isHeld;
        track.holderBefore = track.holder;
        track.holder = claim.name;
        track.agent = claim.agent;
        track.since = now;
        hold();
        if (isBoth || track.changes.size() >= m_most)
            tell(role, track, isBoth, message, scene, findings, m_within);
    }

    static void tell(Role& role, const Track& track, bool isBoth, const Heard& message,
                     const Scene& scene, Findings& findings, std::int64_t within)
    {
        const Change& last = track.changes.back();
        Finding& finding = findings.grow(kId, role.key, track.changes.front().time, within);
        const bool isFirst = finding.count == 0;
        if (isFirst)
            role.teller = track.witness;
        finding.hasGap = finding.hasGap ||
                         scene.hasGap(message.connection, track.changes.front().time, message.time);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.6 : 1;
        finding.severity = Severity::Critical;
        finding.topic = message.topic;
        for (const Change& change : track.changes) {
            finding.involve(change.from);
            finding.involve(change.to);
            finding.add(change.before, change.time);
            finding.add(change.seq, change.time);
        }
        if (isFirst)
            finding.count = static_cast<std::int64_t>(track.changes.size());
        else if (role.teller == track.witness)
            ++finding.count;
        const bool wasBoth = std::ranges::any_of(
            finding.evidence, [](const auto& fact) { return fact.first == "at_once"; });
        finding.fact("changes", finding.count);
        finding.fact("leader_now", scene.name(last.to));
        if (track.term >= 0)
            finding.fact("term", track.term);
        if (isBoth)
            finding.fact("at_once", scene.name(last.from) + " and " + scene.name(last.to));
        const auto conversation = message.id(IdField::Conversation);
        const std::string what =
            conversation.empty() ? scene.topic(message.topic) : std::string(conversation);
        finding.fact("of", what);
        if (isBoth || wasBoth) {
            finding.summary = scene.name(last.from) + " and " + scene.name(last.to) +
                              " both say that they lead (" + what + "), at the same time.";
            return;
        }
        finding.summary =
            "Who leads (" + what + ") changed " + std::to_string(finding.count) + " times within " +
            durationText(nanoseconds(finding.end - finding.start)).toStdString() + ": " +
            scene.name(last.from) + ", then " + scene.name(last.to) + " by now.";
    }

    std::size_t m_most;
    std::int64_t m_within;
    std::int64_t m_overlap;
    KeyMeanings<Means> m_meanings;
    std::vector<std::uint8_t> m_types; ///< by type; 0: not looked at, 1: other, 2: election, 3: own
    std::vector<std::uint8_t> m_topics; ///< by topic; 0: not looked at, 1: shared, 2: one agent's
    std::unordered_map<std::uint64_t, AgentId> m_names;
    BoundedTable<Role> m_roles{kMostRoles};
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry leaderFlapping()
{
    return {kId, "leaders that change again and again, or lead at the same time", false,
            kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<LeaderFlapping>(settings));
            }};
}

} // namespace murmur
