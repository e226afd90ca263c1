// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/delivery.h"

#include "findings/heard.h"
#include "findings/scene.h"
#include "recording/blockcodec.h"
#include "session/jobs.h"
#include "session/naming.h"
#include "session/source.h"

#include <QtConcurrent>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace murmur {

namespace {

constexpr int kBlocksBefore = 64;
constexpr std::int64_t kMostRowsAfter = 1'000'000;
/// Earlier messages of the topic that are looked at.
constexpr std::size_t kMostBefore = 200;
constexpr std::size_t kFewestLatencies = 20;
/// Faster than that nobody calls late who was given no deadline.
constexpr std::int64_t kShortestPatience = 1'000'000'000; // ns
constexpr std::uint32_t kDeliveryColumns =
    TimeColumns | PlaceColumns | ActorColumns | TypeColumns | CallColumns | CauseColumns;

class DeliveryFinder
{
public:
    DeliveryFinder(const Source& source, SourceView& view, const MessageDetail& message,
                   const DeliveryRequest& request)
        : m_source(source)
        , m_view(view)
        , m_names(*source.names)
        , m_message(message)
        , m_request(request)
        , m_time(toNs(message.row.time))
        , m_sender(m_names.resolved(message.row.sender))
    {
    }

    Result<Delivery> find()
    {
        m_delivery.message = m_message.row;
        expectNamed();
        lookBefore();
        findDeadline();
        if (auto status = lookAfter(); !status)
            return status.error();
        judge();
        if (auto status = findSigns(); !status)
            return status.error();
        arrange();
        return std::move(m_delivery);
    }

private:
    struct Effect
    {
        Seq seq = 0;
        Seq shown = 0;
        std::int64_t time = 0;
        bool isAnswer = false;
        bool isError = false;
    };
    struct Receiver
    {
        ExpectedBy by = ExpectedBy::Message;
        std::vector<Effect> effects; ///< in the order in which they were heard
        Seq newer = 0;
        std::int64_t newerAt = 0;
        bool wasHeardSince = false;
    };

    void expect(AgentId agent, ExpectedBy by)
    {
        if (index(agent) == 0 || agent == m_sender)
            return;
        const auto [at, isNew] = m_receivers.try_emplace(index(agent));
        if (isNew)
            at->second.by = by;
    }

    /// Whom the message names; a group stands for who is in it.
    void expectNamed()
    {
        const auto named = m_names.receivers(m_message.row.audience);
        if (named.empty())
            return;
        const std::vector<NamedAgent> all = namedAgents(m_names);
        for (const AgentId receiver : named) {
            const AgentId agent = m_names.resolved(receiver);
            const std::string name = m_names.agentName(agent);
            bool isGroup = false;
            for (const NamedAgent& one : all) {
                if (one.group == name && one.agent != agent) {
                    expect(one.agent, ExpectedBy::Group);
                    isGroup = true;
                }
            }
            if (!isGroup)
                expect(agent, ExpectedBy::Message);
        }
    }

    /// Who answered or followed earlier messages of the topic, and how fast.
    void lookBefore()
    {
        std::set<Seq> asked;
        std::map<Seq, std::set<std::uint32_t>> followers;
        auto blocks = m_view.reader().blocksBefore(m_message.row.seq, kBlocksBefore);
        std::ranges::reverse(blocks);
        const auto take = [&](const Columns& columns, Seq after) {
            std::size_t edge = 0;
            for (std::size_t row = 0; row < columns.size(); ++row) {
                const Seq seq = columns.first + static_cast<Seq>(row);
                for (; edge < columns.causes.size() && columns.causes[edge].row <= row; ++edge) {
                    const CauseEdge& cause = columns.causes[edge];
                    if (cause.row == row && seq > after && asked.contains(cause.cause))
                        followers[cause.cause].insert(columns.sender[row]);
                }
                if (seq <= after || seq >= m_message.row.seq)
                    continue;
                if (asked.contains(columns.closes[row])) {
                    followers[columns.closes[row]].insert(columns.sender[row]);
                    if (columns.latency[row] >= 0)
                        m_latencies.push_back(columns.latency[row]);
                }
                if (TopicId(columns.topic[row]) == m_message.row.topic &&
                    columns.kind[row] == static_cast<std::uint8_t>(m_message.row.kind))
                    asked.insert(seq);
            }
        };
        Columns columns;
        for (const BlockRef& block : blocks) {
            if (m_request.stop.stop_requested())
                return;
            if (m_view.reader().load(block, kDeliveryColumns, columns))
                take(columns, 0);
        }
        for (const Tail::Run& run : m_view.tail())
            take(run->columns, m_view.durable());
        // The message itself names somebody: those are it.
        if (!m_receivers.empty() || followers.empty())
            return;
        std::set<std::uint32_t> known;
        std::size_t answers = 0;
        std::size_t looked = 0;
        for (auto one = followers.rbegin(); one != followers.rend() && looked < kMostBefore;
             ++one, ++looked) {
            answers += one->second.size();
            known.insert(one->second.begin(), one->second.end());
        }
        // One of several workers answers each: then one answer is enough.
        m_delivery.isOneOfMany = known.size() > 1 && answers < looked + looked / 4 + 1;
        for (const std::uint32_t agent : known)
            expect(m_names.resolved(AgentId(agent)), ExpectedBy::Before);
    }

    void findDeadline()
    {
        Heard heard;
        heard.time = m_time;
        heard.kind = m_message.row.kind;
        heard.raw = {m_message.raw.constData(), static_cast<std::size_t>(m_message.raw.size())};
        const QByteArray payload = m_message.payload();
        heard.payload = {payload.constData(), static_cast<std::size_t>(payload.size())};
        const std::string headers = headersToBytes(m_message.headers);
        heard.headers = headers;
        m_delivery.deadline = statedDeadline(heard);
        m_delivery.isDeadlineStated = m_delivery.deadline != kNoTime;
        if (m_delivery.isDeadlineStated || m_latencies.size() < kFewestLatencies)
            return;
        const auto p99 =
            m_latencies.begin() + static_cast<std::ptrdiff_t>(m_latencies.size() * 99 / 100);
        std::nth_element(m_latencies.begin(), p99, m_latencies.end());
        m_delivery.deadline = m_time + std::max(kShortestPatience, 3 * *p99);
    }

    Status lookAfter()
    {
        m_delivery.through = m_time;
        const std::int64_t end = m_time + m_request.reach.count();
        std::int64_t rows = 0;
        Columns columns;
        for (Seq next = m_message.row.seq; next <= m_view.durable() && rows < kMostRowsAfter;) {
            m_view.refresh();
            const auto blocks = m_view.reader().blocksFrom(next, 8);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks) {
                if (m_request.stop.stop_requested())
                    return cancelled();
                next = block.last() + 1;
                if (block.firstTime > end) {
                    rows = kMostRowsAfter;
                    break;
                }
                rows += static_cast<std::int64_t>(block.count);
                if (m_view.reader().load(block, kDeliveryColumns, columns))
                    hear(columns, m_message.row.seq, end);
            }
        }
        for (const Tail::Run& run : m_view.tail())
            hear(run->columns, std::max(m_view.durable(), m_message.row.seq), end);
        return Done();
    }

    void hear(const Columns& columns, Seq after, std::int64_t end)
    {
        std::size_t edge = 0;
        for (std::size_t row = 0; row < columns.size(); ++row) {
            const Seq seq = columns.first + static_cast<Seq>(row);
            bool follows = false;
            std::uint32_t followed = 0; // whose answer it follows from
            for (; edge < columns.causes.size() && columns.causes[edge].row <= row; ++edge) {
                if (columns.causes[edge].row != row)
                    continue;
                const Seq cause = columns.causes[edge].cause;
                follows = follows || cause == m_message.row.seq;
                if (const auto answer = m_answers.find(cause); answer != m_answers.end())
                    followed = answer->second;
            }
            if (seq <= after || columns.time[row] > end)
                continue;
            m_delivery.through = std::max(m_delivery.through, columns.time[row]);
            const AgentId sender = m_names.resolved(AgentId(columns.sender[row]));
            if (sender == m_sender) {
                noteNewer(columns, row, seq);
                continue;
            }
            const bool isAnswer = columns.closes[row] == m_message.row.seq;
            const auto known = m_receivers.find(index(sender));
            if (known != m_receivers.end())
                known->second.wasHeardSince = true;
            if (!isAnswer && !follows && (followed == 0 || followed != index(sender)))
                continue;
            expect(sender, ExpectedBy::Answer);
            const auto receiver = m_receivers.find(index(sender));
            if (receiver == m_receivers.end())
                continue;
            receiver->second.wasHeardSince = true;
            receiver->second.effects.push_back(
                {seq, columns.ownSeqAt(row), columns.time[row], isAnswer,
                 columns.kind[row] == static_cast<std::uint8_t>(Kind::Error)});
            if (isAnswer)
                m_answers[seq] = index(sender);
        }
    }

    /// A command of the same type on the same topic, for the same receivers, takes its place.
    void noteNewer(const Columns& columns, std::size_t row, Seq seq)
    {
        if (m_message.row.kind != Kind::Command ||
            columns.kind[row] != static_cast<std::uint8_t>(Kind::Command) ||
            TopicId(columns.topic[row]) != m_message.row.topic ||
            TypeId(columns.type[row]) != m_message.row.type)
            return;
        for (const AgentId receiver : m_names.receivers(AudienceId(columns.audience[row]))) {
            const auto known = m_receivers.find(index(m_names.resolved(receiver)));
            if (known == m_receivers.end() || known->second.newer != 0)
                continue;
            known->second.newer = seq;
            known->second.newerAt = columns.time[row];
        }
    }

    void judge()
    {
        const bool isAnswered = std::ranges::any_of(
            m_receivers, [](const auto& one) { return !one.second.effects.empty(); });
        for (const auto& [agent, receiver] : m_receivers) {
            if (m_delivery.isOneOfMany && isAnswered && receiver.effects.empty())
                continue; // another one did it
            DeliveryRow row;
            row.agent = AgentId(agent);
            row.by = receiver.by;
            row.wasHeardSince = receiver.wasHeardSince;
            if (!receiver.effects.empty())
                judge(row, receiver);
            m_delivery.rows.push_back(row);
        }
    }

    void judge(DeliveryRow& row, const Receiver& receiver) const
    {
        const Effect& first = receiver.effects.front();
        const auto error = std::ranges::find(receiver.effects, true, &Effect::isError);
        const auto act = std::ranges::find(receiver.effects, false, &Effect::isAnswer);
        const Effect* shown = &first;
        if (error != receiver.effects.end()) {
            row.state = Delivered::Failed;
            shown = &*error;
        } else if (receiver.newer != 0 && first.time > receiver.newerAt) {
            row.state = Delivered::Stale;
            row.newer = receiver.newer;
        } else if (m_delivery.deadline != kNoTime && first.time > m_delivery.deadline) {
            row.state = Delivered::Late;
        } else if (act != receiver.effects.end()) {
            row.state = Delivered::Acted;
        } else {
            row.state = Delivered::Acknowledged;
        }
        row.shownBy = shown->seq;
        row.shownAs = shown->shown;
        row.at = shown->time;
        row.latency = std::max<std::int64_t>(0, shown->time - m_time);
    }

    Status findSigns()
    {
        StateRequest request;
        request.at = fromNs(m_delivery.through);
        request.stop = m_request.stop;
        const auto state = stateJob(m_source, request);
        if (!state)
            return state.error();
        for (DeliveryRow& row : m_delivery.rows) {
            const auto found = std::ranges::find(state->agents, row.agent, &AgentState::agent);
            if (found != state->agents.end())
                row.lastSign = found->lastSent;
        }
        return Done();
    }

    void arrange()
    {
        std::unordered_map<std::uint32_t, std::string> names;
        for (const DeliveryRow& row : m_delivery.rows)
            names.emplace(index(row.agent), m_names.agentName(row.agent));
        std::ranges::sort(m_delivery.rows, [&](const DeliveryRow& a, const DeliveryRow& b) {
            return a.state != b.state ? a.state > b.state
                                      : names[index(a.agent)] < names[index(b.agent)];
        });
    }

    const Source& m_source;
    SourceView& m_view;
    const Dictionaries& m_names;
    const MessageDetail& m_message;
    const DeliveryRequest& m_request;
    std::int64_t m_time = 0;
    AgentId m_sender{};
    Delivery m_delivery;
    std::map<std::uint32_t, Receiver> m_receivers; ///< by agent
    std::vector<std::int64_t> m_latencies;         ///< ns, of earlier messages of the topic
    std::map<Seq, std::uint32_t> m_answers;        ///< answers to it, by whom
};

} // namespace

Result<Delivery> deliveryJob(const Source& source, const DeliveryRequest& request)
{
    const auto message = messageJob(source, request.seq);
    if (!message)
        return message.error();
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    return DeliveryFinder(source, *view, *message, request).find();
}

QFuture<Result<Delivery>> deliveryOf(Session& session, DeliveryRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return deliveryJob(*source, request);
    });
}

} // namespace murmur
