// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "calls/earlyeffects.h"
#include "calls/pairing.h"
#include "dialect/dialect.h"
#include "dialect/dialectrules.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"
#include "session/recentids.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Turns heard messages into rows: gives Seq, asks the dialect, interns names, pairs calls and
/// stated causes. One thread only; bounded code: deep decoding happens at viewing time.
class Interpreter
{
public:
    explicit Interpreter(Dictionaries& names);

    /// Dialects that were named by hand.
    void useDialects(std::vector<DialectRule> rules);
    [[nodiscard]] const std::vector<DialectRule>& dialects() const { return m_chooser.rules(); }
    /// Other names for what the messages of a connection name, so that it is not taken for what
    /// those of other connections call the same.
    struct Renames
    {
        std::unordered_map<std::string, std::string> agents;
        std::string topicPrefix;
    };
    void rename(ConnectionId connection, std::shared_ptr<const Renames> renames);
    /// Appends `message` as the next row of `chunk` (whose first Seq is set when it is empty).
    void interpret(const HeardMessage& message, Chunk& chunk);

    /// Appends `message` as the next row without reading it, flagged Unread: for when there is no
    /// time. interpret() does the rest later, when it is heard again from the file.
    void hear(const HeardMessage& message, Seq seq, Chunk& chunk);

    /// The next message gets this Seq: for reading again what has one.
    void continueAt(Seq seq) { m_next = seq; }
    [[nodiscard]] Seq last() const { return m_next - 1; }

private:
    /// Valid until the next call.
    [[nodiscard]] std::string_view agentNamed(std::string_view name);
    [[nodiscard]] std::string_view topicNamed(std::string_view name);
    /// The topic of a row, with its real name where it has to share one. See topicFamily.
    TopicId topicOf(std::string_view name, RealNames& real, std::size_t row);
    [[nodiscard]] std::string_view connectionName(ConnectionId id);
    AgentId agentOf(std::string_view name, bool provisional);
    /// Learns who speaks through a peer. One that speaks under a single name is that agent, also in
    /// what it said without a name; a gateway stays itself.
    void learnPeer(ConnectionId connection, std::string_view peer, AgentId sender, bool isNamed);
    /// Notes the stated causes of the last row, and whose stated cause it is itself.
    void linkCauses(Seq seq, Seq request, std::uint64_t id, Columns& columns);
    /// Adds the bytes of `message`, followed by room for a parser. The view is valid until the
    /// next.
    static std::string_view addBytes(const HeardMessage& message, Seq seq, Chunk& chunk);
    static void addHeard(const HeardMessage& message, TopicId topic, std::int64_t sent,
                         Columns& columns);
    TextRef refTo(Chunk& chunk, std::string_view text, std::string_view message);

    Dictionaries& m_names;
    DialectChooser m_chooser;
    CallPairing m_pairing;
    Interpretation m_interpretation;
    // small caches in front of the shared dictionaries: no lock for a name that was seen lately
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };
    template<typename Id>
    using Names = std::unordered_map<std::string, Id, Hash, std::equal_to<>>;
    template<typename Id, typename Add>
    Id cached(Names<Id>& cache, std::string_view name, Add add);

    std::unordered_map<std::uint32_t, std::shared_ptr<const Renames>> m_renames; ///< by connection
    const Renames* m_renamed = nullptr; ///< for the message that is read now
    std::string m_name;
    std::vector<std::string> m_connections; ///< names by id, for dialects that ask for them
    bool m_namesConnections = false;
    Names<AgentId> m_agents;
    Names<TopicId> m_topics;
    std::unordered_map<std::string, int> m_families; ///< topics of their own by family
    Names<TypeId> m_types;
    Names<StateKeyId> m_stateKeys;
    std::unordered_map<std::uint64_t, AudienceId>
        m_singles; ///< audience of one receiver, by agent id
    std::unordered_map<std::uint64_t, std::array<std::string, kLabelCount>> m_labels;
    RecentIds m_byMessageId; ///< for stated causes
    EarlyEffects m_effects;
    struct Peer
    {
        AgentId provisional{}; ///< 0: all that it said had a sender
        AgentId named{};
        bool isGateway = false; ///< spoke under several names
    };
    std::unordered_map<std::uint64_t, Peer> m_peers; ///< by hash of connection and peer
    AgentId m_sender{};                              ///< of the last row
    Seq m_next = 1;
};

} // namespace murmur
