// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationrows.h"

#include "base/message.h"

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

constexpr std::size_t kPageSize = std::size_t(1) << 16;
constexpr std::size_t kMostOpen = 500'000;
constexpr std::size_t kMostSpent = 50'000;
/// Agents of one conversation that are told apart.
constexpr std::size_t kMostAgents = 2'000;
constexpr std::uint32_t kGone = ~0u;
/// One that asks nothing is at rest after three of its longest pauses, within these.
constexpr std::int64_t kShortestRest = 5'000'000'000; // ns

bool says(Kind kind)
{
    return kind != Kind::State && kind != Kind::Heartbeat && kind != Kind::Chunk &&
           kind != Kind::Control && kind != Kind::Marker;
}

void addCount(std::int64_t& sum, std::optional<std::int64_t> count, std::int64_t before)
{
    if (count)
        sum = std::max<std::int64_t>(0, sum) + std::max<std::int64_t>(0, *count - before);
}

} // namespace

std::string_view TextArena::add(std::string_view text)
{
    if (text.size() > m_room) {
        m_room = std::max(kPageSize, text.size());
        std::shared_ptr<char[]> page(new char[m_room]);
        m_at = page.get();
        m_pages.push_back(std::move(page));
    }
    std::memcpy(m_at, text.data(), text.size());
    const std::string_view kept(m_at, text.size());
    m_at += text.size();
    m_room -= text.size();
    return kept;
}

std::uint32_t ConversationRows::newRow(std::uint64_t key, std::string_view name)
{
    if (m_rows.size() >= m_most)
        letGo();
    Row& row = m_rows.emplace_back();
    row.key = key;
    row.facts.id = m_ids++;
    row.facts.name = m_texts.add(name);
    return static_cast<std::uint32_t>(m_rows.size() - 1);
}

std::uint32_t ConversationRows::rowOf(const ConversationWord& word)
{
    const std::uint64_t trace = idHash(word.trace);
    const auto byTrace = trace != 0 ? m_byTrace.find(trace) : m_byTrace.end();
    if (word.name.empty()) {
        if (trace == 0)
            return kGone;
        if (byTrace != m_byTrace.end())
            return byTrace->second;
        const std::uint32_t row = newRow(0, word.trace);
        m_byTrace.emplace(trace, row);
        return row;
    }
    const std::uint64_t name = idHash(word.name);
    const auto byName = m_byName.find(name);
    if (byTrace == m_byTrace.end()) {
        const std::uint32_t row =
            byName != m_byName.end() ? byName->second : newRow(name, word.name);
        m_byName.emplace(name, row);
        if (trace != 0)
            m_byTrace.emplace(trace, row);
        return row;
    }
    const std::uint32_t traced = byTrace->second;
    if (byName != m_byName.end()) {
        // A trace through several conversations leads to the one that had it first.
        if (byName->second != traced && m_rows[traced].key == 0) {
            join(byName->second, traced);
            byTrace->second = byName->second;
        }
        return byName->second;
    }
    if (m_rows[traced].key == 0) { // it was known by its trace alone
        m_rows[traced].key = name;
        m_rows[traced].facts.name = m_texts.add(word.name);
        m_byName.emplace(name, traced);
        return traced;
    }
    const std::uint32_t row = newRow(name, word.name);
    m_byName.emplace(name, row);
    return row;
}

/// The row of a trace turns out to be a part of another one.
void ConversationRows::join(std::uint32_t into, std::uint32_t from)
{
    Row& to = m_rows[into];
    Row& part = m_rows[from];
    if (part.facts.messages == 0)
        return;
    if (to.facts.messages == 0 || part.facts.first < to.facts.first) {
        to.facts.first = part.facts.first;
        to.facts.starter = part.facts.starter;
        to.opener = part.opener;
        to.isLastOfOpener = false;
    }
    const bool isFirst = to.facts.messages == 0;
    to.facts.start = isFirst ? part.facts.start : std::min(to.facts.start, part.facts.start);
    to.facts.end = isFirst ? part.facts.end : std::max(to.facts.end, part.facts.end);
    to.facts.last = std::max(to.facts.last, part.facts.last);
    to.facts.messages += part.facts.messages;
    to.facts.errors += part.facts.errors;
    to.facts.open += part.facts.open;
    to.longestPause = std::max(to.longestPause, part.longestPause);
    to.isChosen = to.isChosen || part.isChosen;
    if (part.facts.tokensIn >= 0)
        to.facts.tokensIn = std::max<std::int64_t>(0, to.facts.tokensIn) + part.facts.tokensIn;
    if (part.facts.tokensOut >= 0)
        to.facts.tokensOut = std::max<std::int64_t>(0, to.facts.tokensOut) + part.facts.tokensOut;
    if (part.facts.cost >= 0)
        to.facts.cost = std::max(0.0, to.facts.cost) + part.facts.cost;
    for (const AgentId agent : part.agents)
        meet(to, agent);
    for (auto& [request, row] : m_open)
        row = row == from ? into : row;
    part = {};
}

void ConversationRows::meet(Row& row, AgentId agent)
{
    if (index(agent) == 0 || row.agents.size() >= kMostAgents)
        return;
    const auto at = std::ranges::lower_bound(row.agents, agent);
    if (at == row.agents.end() || *at != agent)
        row.agents.insert(at, agent);
}

bool ConversationRows::hear(const ConversationWord& word)
{
    ++m_messages;
    m_newest = std::max(m_newest, word.time);
    const std::uint32_t at = rowOf(word);
    m_current = at;
    if (at == kGone) {
        ++m_without;
        answer(word.closes);
        return false;
    }
    Row& row = m_rows[at];
    Conversation& facts = row.facts;
    if (facts.messages++ == 0) {
        facts.first = word.seq;
        facts.start = facts.end = word.time;
        facts.starter = word.sender;
        row.opener = word.kind == Kind::Request ? word.seq : 0;
    }
    row.longestPause = std::max(row.longestPause, word.time - facts.end);
    facts.last = std::max(facts.last, word.seq);
    facts.start = std::min(facts.start, word.time);
    facts.end = std::max(facts.end, word.time);
    facts.errors += word.kind == Kind::Error ? 1 : 0;
    row.isChosen = row.isChosen || word.isChosen;
    meet(row, word.sender);
    for (const AgentId receiver : word.receivers)
        meet(row, receiver);
    if (says(word.kind) || word.ending != Ending::None) {
        row.lastKind = word.kind;
        row.lastEnding = word.ending;
        row.isLastOfOpener = word.closes != 0 && word.closes == row.opener;
    }
    passCall(at, word);
    return true;
}

/// Of the request's conversation, whatever the answer says of itself.
void ConversationRows::answer(Seq request)
{
    const auto found = request != 0 ? m_open.find(request) : m_open.end();
    if (found == m_open.end())
        return;
    Row& asked = m_rows[found->second];
    asked.facts.open -= asked.facts.open > 0 ? 1 : 0;
    m_open.erase(found);
}

void ConversationRows::passCall(std::uint32_t at, const ConversationWord& word)
{
    answer(word.closes);
    if (word.kind != Kind::Request)
        return;
    Row& row = m_rows[at];
    if (word.wasAnsweredBefore) {
        row.isLastOfOpener = row.opener == word.seq;
        return;
    }
    ++row.facts.open;
    m_open.emplace(word.seq, at);
    m_openOrder.push_back(word.seq);
    while (m_openOrder.size() > kMostOpen) { // those without an answer stay counted as open
        m_open.erase(m_openOrder.front());
        m_openOrder.pop_front();
    }
}

void ConversationRows::use(std::uint64_t key, const ModelUsage& usage, std::optional<double> cost)
{
    if (m_current == kGone || m_current >= m_rows.size())
        return;
    Conversation& facts = m_rows[m_current].facts;
    Spent before;
    if (key != 0) {
        const std::uint64_t own = key * 0x9E37'79B9'7F4A'7C15ull + facts.id;
        const auto [at, isNew] = m_spent.try_emplace(own);
        before = at->second;
        joinUsage(at->second.usage, usage);
        at->second.cost = std::max(before.cost, cost.value_or(0));
        if (isNew)
            m_spentOrder.push_back(own);
        while (m_spentOrder.size() > kMostSpent) {
            m_spent.erase(m_spentOrder.front());
            m_spentOrder.pop_front();
        }
    }
    addCount(facts.tokensIn, usage.in, before.usage.in.value_or(0));
    addCount(facts.tokensOut, usage.out, before.usage.out.value_or(0));
    if (cost)
        facts.cost = std::max(0.0, facts.cost) + std::max(0.0, *cost - before.cost);
}

/// The quarter that said nothing for longest.
void ConversationRows::letGo()
{
    std::vector<std::int64_t> ends;
    ends.reserve(m_rows.size());
    for (const Row& row : m_rows)
        ends.push_back(row.facts.messages > 0 ? row.facts.end : kNoTime);
    const auto quarter = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 4);
    std::nth_element(ends.begin(), quarter, ends.end());
    const std::int64_t last = *quarter;
    std::vector<std::uint32_t> places(m_rows.size(), kGone);
    std::vector<Row> kept;
    TextArena texts;
    std::size_t room = ends.size() / 4 + 1; // ties do not empty it
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row& row = m_rows[i];
        const bool isOver = row.facts.messages == 0 || row.facts.end <= last;
        if (isOver && room > 0) {
            --room;
            m_forgotten += row.facts.messages > 0 ? 1 : 0;
            continue;
        }
        places[i] = static_cast<std::uint32_t>(kept.size());
        row.facts.name = texts.add(row.facts.name);
        kept.push_back(std::move(row));
    }
    m_rows = std::move(kept);
    m_texts = std::move(texts);
    const auto follow = [&](auto& map) {
        std::erase_if(map, [&](const auto& entry) { return places[entry.second] == kGone; });
        for (auto& [key, row] : map)
            row = places[row];
    };
    follow(m_byName);
    follow(m_byTrace);
    follow(m_open);
}

Outcome ConversationRows::outcomeOf(const Row& row, nanoseconds quiet) const
{
    const std::int64_t silence = m_newest - row.facts.end;
    const bool isFailed = row.lastEnding == Ending::Failed || row.lastKind == Kind::Error;
    if (isFailed && (row.facts.open == 0 || silence > quiet.count()))
        return Outcome::Failed;
    const bool waits = row.facts.open > 0 || row.lastKind == Kind::Command;
    if (waits)
        return silence > quiet.count() ? Outcome::Silent : Outcome::Open;
    if (row.lastEnding == Ending::Completed || row.isLastOfOpener)
        return Outcome::Completed;
    const std::int64_t rest =
        std::clamp(3 * row.longestPause, std::min(kShortestRest, quiet.count()), quiet.count());
    return silence > rest ? Outcome::Completed : Outcome::Open;
}

ConversationList ConversationRows::list(nanoseconds quiet) const
{
    ConversationList list;
    list.messages = m_messages;
    list.without = m_without;
    list.forgotten = m_forgotten;
    list.pages = m_texts.pages();
    for (const Row& row : m_rows) {
        if (row.facts.messages == 0 || !row.isChosen)
            continue;
        Conversation& facts = list.rows.emplace_back(row.facts);
        facts.agents = static_cast<std::uint32_t>(row.agents.size());
        facts.outcome = outcomeOf(row, quiet);
    }
    return list;
}

} // namespace murmur
