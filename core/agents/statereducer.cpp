// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "agents/statereducer.h"

#include "base/kind.h"
#include "base/message.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::uint64_t kSaveVersion = 1;
constexpr std::uint64_t kMaxAgents = 1u << 20;

std::uint64_t fold(std::int64_t value)
{
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
/// a - b where a damaged keyframe may have put any numbers.
std::int64_t difference(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t unfold(std::uint64_t value)
{
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

AgentFacts::Value& valueOf(AgentFacts& facts, std::uint32_t key)
{
    const auto at = std::ranges::lower_bound(facts.values, key, {},
                                             [](const auto& entry) { return entry.first; });
    if (at != facts.values.end() && at->first == key)
        return at->second;
    return facts.values.insert(at, {key, {}})->second;
}

} // namespace

std::vector<std::pair<Seq, PendingCall>> StateReducer::pending() const
{
    std::vector<std::pair<Seq, PendingCall>> calls;
    for (const Waiting& waiting : m_pending) {
        if (!waiting.isAnswered)
            calls.emplace_back(waiting.seq, waiting.call);
    }
    return calls;
}

void StateReducer::answered(Seq request)
{
    const auto at = std::ranges::lower_bound(m_pending, request, {}, &Waiting::seq);
    if (at == m_pending.end() || at->seq != request || at->isAnswered)
        return;
    at->isAnswered = true;
    --m_pendingCount;
}

AgentFacts& StateReducer::agent(std::uint32_t id)
{
    // A damaged file may name any agent; nothing real comes near this bound.
    if (id >= kMaxAgents)
        id = 0;
    if (id >= m_agents.size())
        m_agents.resize(std::size_t(id) + 1);
    return m_agents[id];
}

/// Whether an answer that passed before this request was known at `until`.
bool StateReducer::isAnsweredEarly(const Columns& columns, std::size_t row, std::int64_t until)
{
    bool isAnswered = false;
    while (m_nextLate < columns.late.size() && columns.late[m_nextLate].row < row)
        ++m_nextLate;
    for (; m_nextLate < columns.late.size() && columns.late[m_nextLate].row == row; ++m_nextLate) {
        const LateFact& fact = columns.late[m_nextLate];
        isAnswered = isAnswered || (fact.what == LateFact::What::Answer && fact.time <= until);
    }
    return isAnswered;
}

void StateReducer::applyRow(const Columns& columns, std::size_t row, std::int64_t until)
{
    const std::int64_t time = columns.time[row];
    const Seq seq = columns.first + static_cast<Seq>(row);
    const auto kind = static_cast<Kind>(columns.kind[row]);
    m_last = seq;
    m_newest = std::max(m_newest, time);

    AgentFacts& sender = agent(columns.sender[row]);
    // Stated times do not rise with Seq: what is latest is decided by time.
    if (sender.firstSeen == kNoTime || time < sender.firstSeen)
        sender.firstSeen = time;
    if (sender.lastSent != kNoTime && time > sender.lastSent) {
        const std::int64_t gap = time - sender.lastSent;
        sender.usualGap =
            sender.usualGap == 0 ? gap : sender.usualGap + (gap - sender.usualGap) / 8;
    }
    if (time >= sender.lastSent) { // kNoTime is less than every time
        sender.lastSent = time;
        sender.lastSentSeq = seq;
    }
    ++sender.sent;
    if (kind == Kind::Error)
        ++sender.errors;

    const std::vector<AgentId>& to = m_audiences.of(columns.audience[row]);
    for (const AgentId id : to) {
        AgentFacts& receiver = agent(index(id));
        if (receiver.firstSeen == kNoTime || time < receiver.firstSeen)
            receiver.firstSeen = time;
        if (time >= receiver.lastReceived) {
            receiver.lastReceived = time;
            receiver.lastReceivedSeq = seq;
        }
        ++receiver.received;
    }

    if (columns.closes[row] != 0)
        answered(columns.closes[row]);
    if (kind == Kind::Request && !isAnsweredEarly(columns, row, until)) {
        m_pending.push_back(
            {seq, {AgentId(columns.sender[row]), to.empty() ? AgentId{} : to.front(), time}});
        ++m_pendingCount;
        while (!m_pending.empty() &&
               (m_pending.front().isAnswered || m_pendingCount > kPendingLimit ||
                m_pending.front().call.since < time - kPendingLifetime)) {
            m_pendingCount -= m_pending.front().isAnswered ? 0 : 1;
            m_pending.pop_front();
        }
    }
    while (m_nextState < columns.states.size() && columns.states[m_nextState].row < row)
        ++m_nextState;
    for (; m_nextState < columns.states.size() && columns.states[m_nextState].row == row;
         ++m_nextState) {
        const StateChange& change = columns.states[m_nextState];
        AgentFacts::Value& value = valueOf(agent(index(change.agent)), index(change.key));
        if (value.setBy == 0 || time >= value.since)
            value = {seq, time};
    }
}

void StateReducer::apply(const Columns& columns, std::int64_t until)
{
    m_nextState = 0;
    m_nextLate = 0;
    for (std::size_t row = 0; row < columns.size(); ++row) {
        if (columns.time[row] <= until)
            applyRow(columns, row, until);
    }
    m_nextState = 0;
    m_nextLate = 0;
}

std::string StateReducer::save() const
{
    // Times as differences to the newest one: the same few bytes for all agents.
    const std::int64_t base = m_newest;
    std::string out;
    appendVarint(out, kSaveVersion);
    appendVarint(out, static_cast<std::uint64_t>(m_last));
    appendVarint(out, fold(base));
    const auto putTime = [&](std::int64_t time) {
        appendVarint(out, time == kNoTime ? 0 : fold(difference(base, time)) + 1);
    };
    appendVarint(out, m_agents.size());
    for (const AgentFacts& facts : m_agents) {
        putTime(facts.firstSeen);
        if (facts.firstSeen == kNoTime)
            continue;
        putTime(facts.lastSent);
        putTime(facts.lastReceived);
        appendVarint(out, static_cast<std::uint64_t>(facts.usualGap));
        appendVarint(out, static_cast<std::uint64_t>(facts.sent));
        appendVarint(out, static_cast<std::uint64_t>(facts.received));
        appendVarint(out, static_cast<std::uint64_t>(facts.errors));
        appendVarint(out, static_cast<std::uint64_t>(difference(m_last, facts.lastSentSeq)));
        appendVarint(out, static_cast<std::uint64_t>(difference(m_last, facts.lastReceivedSeq)));
        appendVarint(out, facts.values.size());
        for (const auto& [key, value] : facts.values) {
            appendVarint(out, key);
            appendVarint(out, static_cast<std::uint64_t>(difference(m_last, value.setBy)));
            putTime(value.since);
        }
    }
    appendVarint(out, static_cast<std::uint64_t>(m_pendingCount));
    for (const auto& [seq, call] : pending()) {
        appendVarint(out, static_cast<std::uint64_t>(difference(m_last, seq)));
        appendVarint(out, index(call.from));
        appendVarint(out, index(call.to));
        putTime(call.since);
    }
    return out;
}

bool StateReducer::load(std::string_view in)
{
    m_agents.clear();
    m_pending.clear();
    m_pendingCount = 0;
    bool good = true;
    const auto get = [&] {
        std::uint64_t value = 0;
        good = good && readVarint(in, value);
        return good ? value : 0;
    };
    if (get() != kSaveVersion)
        return false;
    m_last = static_cast<Seq>(get());
    const std::int64_t base = unfold(get());
    m_newest = base;
    const auto getTime = [&] {
        const std::uint64_t value = get();
        return value == 0
                   ? kNoTime
                   : static_cast<std::int64_t>(static_cast<std::uint64_t>(base) -
                                               static_cast<std::uint64_t>(unfold(value - 1)));
    };
    const auto getSeq = [&] {
        return static_cast<Seq>(static_cast<std::uint64_t>(m_last) - get());
    };
    const auto getCount = [&] { return static_cast<std::int64_t>(get()); };
    const std::uint64_t agents = get();
    // Each agent takes at least a byte: a count beyond that is a lie, and must not allocate.
    if (!good || agents > in.size() + 1 || agents > kMaxAgents)
        return false;
    m_agents.resize(agents);
    for (AgentFacts& facts : m_agents) {
        facts.firstSeen = getTime();
        if (facts.firstSeen == kNoTime)
            continue;
        facts.lastSent = getTime();
        facts.lastReceived = getTime();
        // What is computed with it must not overflow; 73 years are more than any swarm is silent.
        facts.usualGap = std::clamp<std::int64_t>(getCount(), 0, std::int64_t(1) << 61);
        facts.sent = getCount();
        facts.received = getCount();
        facts.errors = getCount();
        facts.lastSentSeq = getSeq();
        facts.lastReceivedSeq = getSeq();
        const std::uint64_t values = get();
        for (std::uint64_t i = 0; good && i < values; ++i) {
            const auto key = static_cast<std::uint32_t>(get());
            const Seq setBy = getSeq();
            valueOf(facts, key) = {setBy, getTime()};
        }
    }
    const std::uint64_t pending = get();
    for (std::uint64_t i = 0; good && i < pending; ++i) {
        const Seq seq = getSeq();
        PendingCall call;
        call.from = AgentId(static_cast<std::uint32_t>(get()));
        call.to = AgentId(static_cast<std::uint32_t>(get()));
        call.since = getTime();
        // Ascending by construction; a damaged keyframe must not break the order that is searched.
        if (m_pending.empty() || m_pending.back().seq < seq)
            m_pending.push_back({seq, call});
    }
    m_pendingCount = static_cast<std::int64_t>(m_pending.size());
    if (!good) {
        m_agents.clear();
        m_pending.clear();
        m_pendingCount = 0;
        m_last = 0;
        m_newest = std::numeric_limits<std::int64_t>::min();
    }
    return good;
}

} // namespace murmur
