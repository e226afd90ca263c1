// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "compare/compareside.h"

#include "conversations/conversationrule.h"
#include "query/rowcontext.h"
#include "session/findingslook.h"
#include "session/findingsstore.h"
#include "session/judgements.h"
#include "session/rangescan.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::size_t kManyReceivers = 8;
constexpr std::size_t kMostPairs = 50'000;
constexpr std::size_t kMostConversations = 50'000;
constexpr nanoseconds kLeadIn = std::chrono::minutes(2);
constexpr std::int64_t kAnew = 10'000'000'000; ///< ns
constexpr std::int64_t kMostLeadIn = 100'000;  ///< messages
constexpr std::size_t kRequests = 1u << 16;    ///< that are remembered, the last ones

/// "robot-12" → "robot-#": who differs by numbers only does the same.
std::string familyOf(std::string_view name)
{
    std::string family;
    for (const char c : name) {
        const bool isDigit = c >= '0' && c <= '9';
        if (!isDigit)
            family += c;
        else if (family.empty() || family.back() != '#')
            family += '#';
    }
    return family;
}

/// By a small id; ids that a damaged file makes up count as unknown.
class ById
{
public:
    explicit ById(std::size_t most)
        : m_most(most)
    {
    }
    TalkSums& at(std::uint32_t id)
    {
        id = id < m_most ? id : 0;
        if (id >= m_sums.size())
            m_sums.resize(id + 1);
        return m_sums[id];
    }
    [[nodiscard]] std::deque<TalkSums>& sums() { return m_sums; }

private:
    std::size_t m_most;
    std::deque<TalkSums> m_sums;
};

class SideScan
{
public:
    SideScan(const Source& source, const SideRequest& request)
        : m_source(source)
        , m_request(request)
        , m_names(*source.names)
        , m_aliases(m_names.aliases())
        , m_topics(std::size_t(m_names.counts().topics) + 65'536)
        , m_agents(std::size_t(m_names.counts().agents) + 65'536)
        , m_types(std::size_t(m_names.counts().types) + 65'536)
        , m_requests(kRequests)
    {
    }

    Result<TalkProfile> run()
    {
        RangeScan scan;
        scan.range = m_request.range;
        scan.columns = ActorColumns | PlaceColumns | TypeColumns | CallColumns;
        scan.stop = m_request.stop;
        scan.progress = m_request.progress;
        const auto unreadable = scanRange(
            m_source, scan,
            [this](const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource*) {
                for (std::size_t row = 0; row < columns.size(); ++row) {
                    if (keep[row] != 0)
                        hear(columns, row);
                }
                return true;
            });
        if (!unreadable)
            return unreadable.error();
        m_out.unreadable = *unreadable;
        m_out.messages = m_out.all.messages;
        if (m_out.messages > 0)
            m_out.range = {fromNs(m_begin), fromNs(m_end + 1)};
        nameAll();
        if (auto status = findConversations(); !status)
            return status.error();
        if (auto status = findFindings(); !status)
            return status.error();
        return std::move(m_out);
    }

private:
    [[nodiscard]] AgentId named(std::uint32_t agent) const
    {
        return agent < m_aliases.size() ? m_aliases[agent] : static_cast<AgentId>(agent);
    }

    const std::vector<AgentId>& receiversOf(std::uint32_t audience)
    {
        if (audience >= m_known.size())
            m_known.resize(std::size_t(audience) + 1);
        if (!m_known[audience]) {
            m_known[audience].emplace();
            for (const AgentId agent : m_names.receivers(static_cast<AudienceId>(audience)))
                m_known[audience]->push_back(named(index(agent)));
        }
        return *m_known[audience];
    }

    void hear(const Columns& columns, std::size_t row)
    {
        const Seq seq = columns.first + static_cast<Seq>(row);
        const auto kind =
            columns.kind[row] < kKindCount ? static_cast<Kind>(columns.kind[row]) : Kind::Event;
        const AgentId sender = named(columns.sender[row]);
        const std::uint32_t topic = columns.topic[row];
        m_begin = std::min(m_begin, columns.time[row]);
        m_end = std::max(m_end, columns.time[row]);
        m_out.all.hear(seq, kind);
        m_topics.at(topic).hear(seq, kind);
        m_agents.at(index(sender)).hear(seq, kind);
        m_types.at(columns.type[row]).hear(seq, kind);
        const std::vector<AgentId>* receivers = nullptr;
        if (columns.audience[row] != 0 && columns.audience[row] < m_names.counts().audiences + 1)
            receivers = &receiversOf(columns.audience[row]);
        if (receivers != nullptr && receivers->size() <= kManyReceivers) {
            for (const AgentId receiver : *receivers) {
                if (TalkSums* pair = pairOf(sender, receiver))
                    pair->hear(seq, kind);
            }
        }
        if (kind == Kind::Request)
            m_requests[static_cast<std::size_t>(seq) % kRequests] = {seq, topic};
        const Seq closes = columns.closes[row];
        const std::int64_t latency = columns.latency[row];
        if (closes == 0 || latency < 0)
            return;
        const Asked& asked = m_requests[static_cast<std::size_t>(closes) % kRequests];
        m_out.all.answer(seq, latency);
        m_topics.at(asked.seq == closes ? asked.topic : topic).answer(seq, latency);
        m_agents.at(index(sender)).answer(seq, latency);
        if (receivers != nullptr && receivers->size() == 1) {
            if (TalkSums* pair = pairOf(receivers->front(), sender))
                pair->answer(seq, latency);
        }
    }

    TalkSums* pairOf(AgentId from, AgentId to)
    {
        const std::uint64_t key = std::uint64_t(index(from)) << 32 | index(to);
        const auto known = m_pairs.find(key);
        if (known != m_pairs.end())
            return &known->second;
        if (m_pairs.size() >= kMostPairs) {
            m_out.isBounded = true;
            return nullptr;
        }
        return &m_pairs[key];
    }

    [[nodiscard]] std::string agentName(AgentId agent) const
    {
        const std::string name = m_names.agentName(agent);
        return name.empty() ? "unknown" : name;
    }

    void nameAll()
    {
        const auto name = [](ById& sums, std::map<std::string, TalkSums>& to, auto nameOf) {
            for (std::size_t id = 0; id < sums.sums().size(); ++id) {
                TalkSums& one = sums.sums()[id];
                if (one.messages > 0 || one.latency.count() > 0)
                    to.emplace(nameOf(static_cast<std::uint32_t>(id)), std::move(one));
            }
        };
        name(m_topics, m_out.topics,
             [this](std::uint32_t id) { return m_names.topicName(static_cast<TopicId>(id)); });
        name(m_agents, m_out.agents,
             [this](std::uint32_t id) { return agentName(static_cast<AgentId>(id)); });
        name(m_types, m_out.types,
             [this](std::uint32_t id) { return m_names.typeName(static_cast<TypeId>(id)); });
        m_out.topics.erase(std::string());
        m_out.types.erase(std::string());
        for (auto& [key, sums] : m_pairs)
            m_out.pairs.emplace(agentName(static_cast<AgentId>(key >> 32)) + " → " +
                                    agentName(static_cast<AgentId>(key & 0xffff'ffffu)),
                                std::move(sums));
    }

    /// Conversations that go on from before the stretch, and when they last said something: of them
    /// it has the end only.
    Result<std::unordered_map<std::string, std::int64_t>> namesBefore(ConversationKeys& keys)
    {
        RangeScan scan;
        scan.range = {m_request.range.begin - std::min(m_request.range.length(), kLeadIn),
                      m_request.range.begin};
        const auto there = messagesIn(m_source, scan.range);
        if (!there)
            return there.error();
        if (*there > kMostLeadIn)
            scan.range.begin = scan.range.end - scan.range.length() / (*there / kMostLeadIn + 1);
        scan.columns = keys.columns();
        scan.needsBytes = true;
        scan.stop = m_request.stop;
        std::unordered_map<std::string, std::int64_t> names;
        const auto done =
            scanRange(m_source, scan,
                      [&](const Columns& columns, const std::vector<std::uint8_t>& keep,
                          PayloadSource* payload) {
                          RowContext context(columns, m_names, payload, 0);
                          for (std::size_t row = 0; row < columns.size(); ++row) {
                              if (keep[row] == 0)
                                  continue;
                              const ConversationKeys::Key key = keys.read(context, row);
                              const std::string_view name = key.name.empty() ? key.trace : key.name;
                              if (!name.empty())
                                  names[std::string(name)] = columns.time[row];
                          }
                          return true;
                      });
        if (!done)
            return done.error();
        return names;
    }

    /// A name that comes again after a pause is a conversation of its own.
    static bool goesOn(std::unordered_map<std::string, std::int64_t>& earlier,
                       const std::string& name, std::int64_t time)
    {
        const auto known = earlier.find(name);
        if (known == earlier.end() || time - known->second > kAnew)
            return false;
        known->second = time;
        return true;
    }

    Status findConversations()
    {
        ConversationKeys keys({});
        RangeScan scan;
        scan.range = m_request.range;
        scan.columns = keys.columns() | ActorColumns | PlaceColumns | TypeColumns;
        scan.needsBytes = true;
        scan.stop = m_request.stop;
        const std::int64_t most = m_request.conversationsIn > 0
                                      ? m_request.conversationsIn
                                      : std::numeric_limits<std::int64_t>::max();
        auto earlier = namesBefore(keys);
        if (!earlier)
            return earlier.error();
        std::unordered_map<std::string, NamedConversation> found;
        const auto done = scanRange(
            m_source, scan,
            [&](const Columns& columns, const std::vector<std::uint8_t>& keep,
                PayloadSource* payload) {
                RowContext context(columns, m_names, payload, 0);
                for (std::size_t row = 0; row < columns.size(); ++row) {
                    if (keep[row] == 0)
                        continue;
                    ++m_out.conversationsIn;
                    const ConversationKeys::Key key = keys.read(context, row);
                    const std::string_view name = key.name.empty() ? key.trace : key.name;
                    if (!name.empty() && !goesOn(*earlier, std::string(name), columns.time[row]))
                        join(found, std::string(name), columns, row);
                }
                return m_out.conversationsIn < most;
            });
        if (!done)
            return done.error();
        for (auto& [name, one] : found) {
            ConversationSums& sums = m_out.openings[one.opening];
            ++sums.conversations;
            sums.messages += one.messages;
            sums.failed += one.errors > 0 ? 1 : 0;
            sums.duration.add(static_cast<std::uint64_t>(one.end - one.start));
            sums.first.add(one.first);
            if (one.errors > 0)
                sums.failedFirst.add(one.first);
            TalkSums::Slow longest{one.end - one.start, one.first};
            for (TalkSums::Slow& known : sums.longest) {
                if (longest.latency > known.latency)
                    std::swap(longest, known);
            }
            if (m_request.hasNames)
                m_out.conversations.emplace(name, std::move(one));
        }
        return Done{};
    }

    void join(std::unordered_map<std::string, NamedConversation>& found, std::string name,
              const Columns& columns, std::size_t row)
    {
        if (found.size() >= kMostConversations && !found.contains(name)) {
            m_out.isBounded = true;
            return;
        }
        NamedConversation& one = found[std::move(name)];
        const std::int64_t time = columns.time[row];
        if (one.messages == 0) {
            one.start = one.end = time;
            one.first = columns.first + static_cast<Seq>(row);
            std::string what = m_names.typeName(static_cast<TypeId>(columns.type[row]));
            if (what.empty())
                what = m_names.topicName(static_cast<TopicId>(columns.topic[row]));
            one.opening = familyOf(what) + " by " + familyOf(agentName(named(columns.sender[row])));
        }
        one.start = std::min(one.start, time);
        one.end = std::max(one.end, time);
        ++one.messages;
        one.errors += columns.kind[row] == static_cast<std::uint8_t>(Kind::Error) ? 1 : 0;
    }

    Status findFindings()
    {
        if (m_request.findingsUpTo <= 0)
            return Done{};
        bool isKept = false;
        std::int64_t messages = 0;
        {
            auto view = SourceView::of(m_source);
            if (!view)
                return view.error();
            messages = view->last() - view->first() + 1;
            isKept = m_source.findings != nullptr ||
                     (!m_source.set && keptFindings(view->reader(), m_names).has_value());
        }
        if (!isKept && messages > m_request.findingsUpTo)
            return Done{};
        auto report = FindingsLook().look(m_source, {}, m_request.stop);
        if (!report)
            return report.error();
        settle(*report, judgementsOf(m_source), m_names);
        m_out.hasFindings = true;
        for (const Finding& finding : report->findings) {
            if (finding.end < toNs(m_request.range.begin) ||
                finding.start >= toNs(m_request.range.end) || finding.standing != Standing::Open)
                continue;
            std::string about(finding.detector);
            if (!finding.agents.empty())
                about += ": " + agentName(m_names.resolved(finding.agents.front()));
            else if (index(finding.topic) != 0)
                about += ": " + m_names.topicName(finding.topic);
            FindingSums& sums = m_out.findings[about];
            if (sums.findings++ == 0)
                sums.summary = finding.summary;
            sums.isCritical = sums.isCritical || finding.severity == Severity::Critical;
            for (const Seq seq : finding.messages)
                sums.messages.add(seq);
        }
        return Done{};
    }

    struct Asked
    {
        Seq seq = 0;
        std::uint32_t topic = 0;
    };

    const Source& m_source;
    const SideRequest& m_request;
    const Dictionaries& m_names;
    const std::vector<AgentId> m_aliases;
    ById m_topics, m_agents, m_types;
    std::unordered_map<std::uint64_t, TalkSums> m_pairs;
    std::vector<Asked> m_requests;
    std::vector<std::optional<std::vector<AgentId>>> m_known;
    std::int64_t m_begin = std::numeric_limits<std::int64_t>::max();
    std::int64_t m_end = std::numeric_limits<std::int64_t>::min();
    TalkProfile m_out;
};

} // namespace

Result<TalkProfile> profileJob(const Source& source, const SideRequest& request)
{
    return SideScan(source, request).run();
}

} // namespace murmur
