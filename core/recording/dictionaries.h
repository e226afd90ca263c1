// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/time.h"

#include <QString>

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

class CodecBook;

struct AgentEntry
{
    std::string name;
    std::array<std::string, kLabelCount> labels;
    bool provisional = false; ///< named after a socket or client id, not by itself
    AgentId sameAs{};         ///< a name learnt later, or a person's word; 0: none
    std::string was;          ///< its recorded name where a person gave it another; else empty
    std::optional<std::string> inGroup; ///< a person's word; an empty one: in no group
    /// Its group: a person's word, else site, else crew, else tenant, else empty.
    [[nodiscard]] const std::string& group() const;
};

/// What a person calls an agent. It lies over what was recorded and never replaces it.
struct GivenName
{
    std::string name; ///< empty: its own
    std::optional<std::string> group;
    std::array<std::string, kLabelCount> labels; ///< empty: its own
    AgentId sameAs{};                            ///< 0: itself

    friend bool operator==(const GivenName&, const GivenName&) = default;
};
struct GivenNames
{
    std::vector<GivenName> agents; ///< by id; those beyond the end have none
    std::optional<Label> groupBy;  ///< the label that is the group of all others
    bool hasNoGroups = false;

    friend bool operator==(const GivenNames&, const GivenNames&) = default;
};

struct ConnectionEntry
{
    std::string url; ///< without secrets
    std::string name;
};

/// The recording's dictionaries: small id to text. They only grow, so an id once seen stays valid.
/// Thread safe: the interpreter adds while readers look up. Entry 0 of each is "unknown" (empty
/// text).
class Dictionaries
{
public:
    Dictionaries();
    ~Dictionaries();

    AgentId agent(std::string_view name, bool provisional = false); ///< finds or adds
    TopicId topic(std::string_view name);
    TypeId type(std::string_view name);
    StateKeyId stateKey(std::string_view name);
    AudienceId audience(std::vector<AgentId> receivers); ///< sorted and made unique; empty gives 0
    /// An audience that a damaged file does not tell any more: the next id, and nobody in it.
    AudienceId unknownAudience();
    ConnectionId connection(std::string_view url, std::string_view name);
    void setConnectionUrl(ConnectionId connection, std::string_view url);
    /// True when this changed something.
    bool setLabel(AgentId agent, Label label, std::string_view value);

    /// `agent` turned out to be `as`; 0 takes that back. True when this changed something.
    bool setSameAs(AgentId agent, AgentId as);
    /// The agent under which `id` counts: a name learnt later.
    [[nodiscard]] AgentId resolved(AgentId id) const;
    /// How many agents are others.
    [[nodiscard]] std::uint32_t aliasCount() const;
    /// The same for all, by agent id; empty when every agent is itself.
    [[nodiscard]] std::vector<AgentId> aliases() const;
    /// Those that count as one of `agents`, and they.
    [[nodiscard]] std::vector<AgentId> withAliases(const std::vector<AgentId>& agents) const;

    /// What people call the agents, instead of what they said before. True when this changed
    /// something.
    bool setGiven(GivenNames given);
    /// How many agents people call something else.
    [[nodiscard]] std::uint32_t givenCount() const;

    /// As people call it; an empty entry for an unknown id.
    [[nodiscard]] AgentEntry agentEntry(AgentId id) const;
    [[nodiscard]] std::string agentName(AgentId id) const;
    /// As it was recorded.
    [[nodiscard]] AgentEntry recordedAgent(AgentId id) const;
    [[nodiscard]] std::string topicName(TopicId id) const;
    [[nodiscard]] std::string typeName(TypeId id) const;
    [[nodiscard]] std::string stateKeyName(StateKeyId id) const;
    [[nodiscard]] std::vector<AgentId> receivers(AudienceId id) const;
    [[nodiscard]] ConnectionEntry connectionEntry(ConnectionId id) const;
    /// Labels of the recordings of a session, by their number; empty when there is one only.
    void setRecordings(std::vector<std::string> labels);
    [[nodiscard]] std::string recordingLabel(std::uint32_t recording) const;
    /// By its recorded name; 0 when there is none.
    [[nodiscard]] AgentId findAgent(std::string_view name) const;
    [[nodiscard]] TopicId findTopic(std::string_view name) const;

    /// The schemas by which payloads are read. Thread safe, like everything here.
    [[nodiscard]] CodecBook& codecs() const { return *m_codecs; }

    /// Numbers of entries, the "unknown" entry included: valid ids are 0 … count-1.
    struct Counts
    {
        std::uint32_t agents = 0, topics = 0, types = 0, stateKeys = 0, audiences = 0,
                      connections = 0;
        std::uint32_t schemas = 0; ///< of these none is unknown
        friend bool operator==(const Counts&, const Counts&) = default;
    };
    [[nodiscard]] Counts counts() const;
    /// Rises with each change of a label or a learnt name; the writer stores entries again when it
    /// has risen.
    [[nodiscard]] std::uint64_t labelRevision() const;

private:
    struct Interned
    {
        std::deque<std::string> names;
        std::unordered_map<std::string_view, std::uint32_t>
            ids; // views into names, which never move
        std::uint32_t find(std::string_view name) const;
        std::uint32_t add(std::string_view name);
    };

    [[nodiscard]] AgentId resolvedHere(AgentId id) const; ///< the mutex is held

    mutable std::shared_mutex m_mutex;
    Interned m_agentNames;
    std::deque<AgentEntry> m_agents;
    Interned m_topics;
    Interned m_types;
    Interned m_stateKeys;
    Interned m_connectionUrls;
    std::deque<ConnectionEntry> m_connections;
    std::deque<std::vector<AgentId>> m_audiences;
    std::unordered_map<std::string, std::uint32_t> m_audienceIds; // key: the ids' bytes
    std::vector<std::string> m_recordings;
    std::uint64_t m_labelRevision = 0;
    GivenNames m_given;
    std::uint32_t m_aliasCount = 0; // given ones included
    std::unique_ptr<CodecBook> m_codecs;
};

} // namespace murmur
