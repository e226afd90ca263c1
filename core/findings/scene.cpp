// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/scene.h"

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

constexpr std::size_t kMostCalls = 100'000;
constexpr std::int64_t kLongestCall = 900'000'000'000; // ns
constexpr std::size_t kCallPlaces = 1u << 16;          ///< a power of two
constexpr std::size_t kMostEarly = 65'536;
constexpr std::size_t kMostTimes = 4096;
constexpr std::uint32_t kTimeBuckets = 320;
constexpr std::size_t kMostAnswers = 16'384;
constexpr std::size_t kMostGaps = 4096;
constexpr std::uint32_t kMostConnections = 65'536;
constexpr std::uint32_t kMostAgents = 1u << 20;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

std::uint64_t pairKey(std::uint32_t a, std::uint32_t b)
{
    return std::uint64_t(a) << 32 | b;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// The number at `at`, also in quotation marks; negative: there is none.
double numberBehind(std::string_view text, std::size_t at)
{
    while (at < text.size() && (text[at] == ' ' || text[at] == '"'))
        ++at;
    double value = 0;
    if (at >= text.size() || !isDigit(text[at]))
        return -1;
    for (; at < text.size() && isDigit(text[at]); ++at)
        value = value * 10 + (text[at] - '0');
    if (at < text.size() && text[at] == '.') {
        double scale = 0.1;
        for (++at; at < text.size() && isDigit(text[at]); ++at, scale /= 10)
            value += (text[at] - '0') * scale;
    }
    return value;
}

/// What a span of time is called, and how many ns one of it is.
struct SpanWord
{
    std::string_view key;
    std::int64_t unit; ///< 0: seconds below 1,000, else milliseconds
};
constexpr std::array kSpanWords{
    SpanWord{"\"deadline_ms\"", kMillisecond}, SpanWord{"\"timeout_ms\"", kMillisecond},
    SpanWord{"\"timeoutMs\"", kMillisecond},   SpanWord{"\"ttl_ms\"", kMillisecond},
    SpanWord{"\"timeout_s\"", kSecond},        SpanWord{"\"timeout\"", 0},
};
/// Points in time, as numbers since the epoch.
constexpr std::array<std::string_view, 3> kPointWords{"\"expires_at\"", "\"expiresAt\"",
                                                      "\"deadline\""};

/// Behind which colon the value of each of these keys stands first; npos: nowhere. One pass.
std::array<std::size_t, kSpanWords.size() + kPointWords.size()> valuesIn(std::string_view body)
{
    std::array<std::size_t, kSpanWords.size() + kPointWords.size()> found{};
    found.fill(std::string_view::npos);
    for (std::size_t at = body.find(':'); at != std::string_view::npos;
         at = body.find(':', at + 1)) {
        std::size_t end = at;
        while (end > 0 && body[end - 1] == ' ')
            --end;
        const std::string_view before = body.substr(0, end);
        // They end with one of three letters.
        if (end < 2 || before.back() != '"' ||
            (before[end - 2] != 's' && before[end - 2] != 't' && before[end - 2] != 'e'))
            continue;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::string_view word =
                i < kSpanWords.size() ? kSpanWords[i].key : kPointWords[i - kSpanWords.size()];
            if (found[i] == std::string_view::npos && before.ends_with(word))
                found[i] = at + 1;
        }
    }
    return found;
}

} // namespace

std::int64_t statedDeadline(const Heard& message)
{
    constexpr std::size_t kLook = 4096;
    const std::string_view body = message.payload.substr(0, kLook);
    const auto found = valuesIn(body);
    for (std::size_t i = 0; i < kSpanWords.size(); ++i) {
        const SpanWord& word = kSpanWords[i];
        const std::size_t at = found[i];
        if (at == std::string_view::npos)
            continue;
        const double value = numberBehind(body, at);
        if (value <= 0 || value > 1e9)
            continue;
        const std::int64_t unit = word.unit != 0 ? word.unit
                                  : value < 1000 ? kSecond
                                                 : kMillisecond;
        return message.time + static_cast<std::int64_t>(value * static_cast<double>(unit));
    }
    for (std::size_t i = 0; i < kPointWords.size(); ++i) {
        const std::size_t at = found[kSpanWords.size() + i];
        if (at == std::string_view::npos)
            continue;
        const double value = numberBehind(body, at);
        // Seconds, milliseconds, microseconds or nanoseconds by their size.
        for (const auto& [unit, low] : {std::pair{1e9, 1e9}, std::pair{1e6, 1e12},
                                        std::pair{1e3, 1e15}, std::pair{1.0, 1e18}}) {
            if (value < low || value >= low * 10)
                continue;
            const auto point = static_cast<std::int64_t>(value * unit);
            if (point > message.time && point - message.time < 86'400 * kSecond)
                return point;
        }
    }
    return kNoTime;
}

Scene::Agent& Scene::at(AgentId id)
{
    const std::uint32_t number = index(id) < kMostAgents ? index(id) : 0;
    if (number >= m_agents.size())
        m_agents.resize(number + 1);
    return m_agents[number];
}

const Scene::Agent& Scene::agent(AgentId id) const
{
    static const Agent nobody;
    return index(id) < m_agents.size() ? m_agents[index(id)] : nobody;
}

std::int64_t Scene::heardOver(ConnectionId connection) const
{
    return index(connection) < m_heardOver.size() ? m_heardOver[index(connection)] : kNoTime;
}

std::string Scene::name(AgentId agent) const
{
    std::string name = index(agent) == 0 ? std::string() : m_names.agentName(agent);
    return name.empty() ? "unknown" : name;
}

/// Nearly all are where the last bits of their Seq say.
std::size_t Scene::placeOf(Seq request) const
{
    if (m_callOf.empty())
        return m_calls.size();
    const std::size_t place =
        m_callOf[static_cast<std::size_t>(request) % kCallPlaces] - m_callsGone;
    return place < m_calls.size() && m_calls[place].seq == request ? place : placeFound(request);
}

std::size_t Scene::placeFound(Seq request) const
{
    if (m_calls.empty() || request < m_calls.front().seq || request > m_calls.back().seq)
        return m_calls.size();
    // Requests come at a steady share of all messages: where it should be is close to where it is.
    std::size_t low = 0, high = m_calls.size() - 1;
    for (int tries = 0; low < high && tries < 4; ++tries) {
        const Seq first = m_calls[low].seq, last = m_calls[high].seq;
        if (request <= first || request >= last)
            break;
        const auto guess = low + static_cast<std::size_t>(static_cast<double>(request - first) *
                                                          static_cast<double>(high - low) /
                                                          static_cast<double>(last - first));
        const Seq found = m_calls[guess].seq;
        if (found == request)
            return guess;
        // A little beyond, so that the other end comes close, too.
        const std::size_t step = 8u << (2 * tries);
        if (found < request) {
            low = guess + 1;
            if (guess + step < high && m_calls[guess + step].seq >= request)
                high = guess + step;
        } else {
            high = guess - 1;
            if (guess > low + step && m_calls[guess - step].seq <= request)
                low = guess - step;
        }
    }
    const auto begin = m_calls.begin();
    const auto at = std::ranges::lower_bound(begin + static_cast<std::ptrdiff_t>(low),
                                             begin + static_cast<std::ptrdiff_t>(high) + 1, request,
                                             {}, &Call::seq);
    return at != m_calls.end() && at->seq == request ? static_cast<std::size_t>(at - begin)
                                                     : m_calls.size();
}

const Scene::Call* Scene::call(Seq request) const
{
    const std::size_t at = placeOf(request);
    return at < m_calls.size() ? &m_calls[at] : nullptr;
}

void Scene::giveUp(Seq request)
{
    if (const std::size_t at = placeOf(request); at < m_calls.size())
        m_calls[at].isGivenUp = true;
}

std::int64_t Scene::p99(AgentId replier, TypeId type, std::uint32_t least) const
{
    const auto at = m_times.find(pairKey(index(replier), index(type)));
    if (at == m_times.end() || at->second->all < least)
        return 0;
    const Times& times = *at->second;
    return static_cast<std::int64_t>(logLinearLow(times.first + times.place + 1, kCoarseBits));
}

void Scene::Times::add(std::uint32_t bucket)
{
    bucket = std::min(bucket, kTimeBuckets - 1);
    if (count.empty())
        first = bucket;
    if (bucket < first) {
        count.insert(count.begin(), first - bucket, 0);
        place += first - bucket;
        first = bucket;
    }
    if (bucket - first >= count.size())
        count.resize(bucket - first + 1);
    ++count[bucket - first];
    ++all;
    below += bucket - first < place ? 1 : 0;
    const std::uint32_t wanted = all - all / 100;
    for (; below + count[place] < wanted; ++place)
        below += count[place];
    while (below >= wanted)
        below -= count[--place];
}

Scene::Answers Scene::answersTo(TopicId topic, TypeId type) const
{
    const auto at = m_answers.find(pairKey(index(topic), index(type)));
    return at == m_answers.end() ? Answers() : at->second;
}

void Scene::add(const Gap& gap)
{
    if (gap.cause == kSubscriberCut)
        return;
    if (m_gaps.size() >= kMostGaps)
        m_gaps.pop_front();
    m_gaps.push_back(gap);
}

bool Scene::hasGap(ConnectionId connection, std::int64_t from, std::int64_t to) const
{
    return std::ranges::any_of(m_gaps, [&](const Gap& gap) {
        return (index(connection) == 0 || index(gap.connection) == 0 ||
                gap.connection == connection) &&
               gap.from <= to && gap.to >= from;
    });
}

void Scene::hear(Heard& message)
{
    comeTo(message.time);
    Agent& sender = at(message.sender);
    if (message.closes != 0)
        answer(message);
    message.step = m_sequences.pass(message);
    // What a broker keeps, and what is told of the past, took its time by design; of a stream the
    // pieces may carry the time of its beginning.
    if (message.sent != kNoTime && (message.flags & (Retained | Late)) == 0 &&
        message.kind != Kind::Chunk && index(message.sender) - 1 < kMostAgents - 1)
        takeWay(message, sender);
    if (sender.firstSent == kNoTime) {
        sender.firstSent = message.time;
        ++m_heard;
    }
    if (sender.lastSent != kNoTime && message.time - sender.lastSent >= kLongPause) {
        sender.pauseStart = sender.lastSent;
        sender.pauseEnd = message.time;
    }
    sender.lastSent = std::max(sender.lastSent, message.time);
    sender.lastSeq = message.seq;
    sender.connection = message.connection;
    if (index(message.connection) < kMostConnections) {
        if (index(message.connection) >= m_heardOver.size())
            m_heardOver.resize(index(message.connection) + 1, kNoTime);
        m_heardOver[index(message.connection)] = message.time;
    }
    ++sender.sent;
    if (message.kind == Kind::Error) {
        ++sender.errors;
        sender.lastError = message.time;
    }
    for (const AgentId receiver : message.receivers) {
        Agent& to = at(receiver);
        to.lastReceived = std::max(to.lastReceived, message.time);
        ++to.received;
    }
    // A call that answers another (an answer that asks back) is both.
    message.isAsking = message.kind == Kind::Request ||
                       (message.kind == Kind::Command && !message.id(IdField::Correlation).empty());
    if (message.isAsking)
        ask(message);
    if (!message.isAsking)
        return;
    // Sockets are read one after the other: an answer may be heard before what it answers. While a
    // recording grows the request tells of it, later the answer does, too.
    if (const auto early = m_early.find(message.seq); early != m_early.end()) {
        takeEarly(m_calls.back(), early->second);
        m_early.erase(early);
        return;
    }
    for (const LateFact& fact : message.late) {
        if (fact.what == LateFact::What::Answer)
            takeEarly(m_calls.back(), AgentId(fact.agent));
    }
}

void Scene::takeWay(Heard& message, Agent& sender)
{
    const std::int64_t way = message.time - message.sent;
    const std::int64_t known = std::min(sender.quickest, sender.quickestBefore);
    message.quickest = known == kNever ? kNoTime : known;
    if (message.time - sender.windowStart > kWayWindow) {
        sender.quickestBefore = sender.quickest;
        sender.quickest = way;
        sender.windowStart = message.time;
    }
    sender.quickest = std::min(sender.quickest, way);
}

void Scene::expect(const Heard& message) const
{
    const auto fetch = [](const auto* place) {
        __builtin_prefetch(place, 1);
        __builtin_prefetch(reinterpret_cast<const char*>(place) + 64, 1);
    };
    if (index(message.sender) < m_agents.size())
        fetch(&m_agents[index(message.sender)]);
    if (message.receivers.size() == 1 && index(message.receivers.front()) < m_agents.size())
        fetch(&m_agents[index(message.receivers.front())]);
    if (message.closes != 0 && !m_callOf.empty()) {
        const std::size_t place =
            m_callOf[static_cast<std::size_t>(message.closes) % kCallPlaces] - m_callsGone;
        if (place < m_calls.size())
            fetch(&m_calls[place]);
    }
    if ((message.kind == Kind::Request || message.kind == Kind::Command) && !m_callOf.empty())
        __builtin_prefetch(&m_callOf[static_cast<std::size_t>(message.seq) % kCallPlaces], 1);
    m_sequences.expect(message);
}

void Scene::settle(Call& call)
{
    --at(call.from).waitsFor;
    if (index(call.to) != 0)
        --at(call.to).owes;
    if (call.servedKey != 0) {
        const auto served = m_served.find(call.servedKey);
        if (served != m_served.end() && served->second == call.seq)
            m_served.erase(served);
    }
    if (call.within != 0) {
        if (const std::size_t outer = placeOf(call.within); outer < m_calls.size())
            --m_calls[outer].openMade;
    }
}

void Scene::nest(Call& call, const Heard& message)
{
    const std::string_view trace = message.id(IdField::Trace);
    // The scene's conversation is hashed once for all; few calls need the trace.
    const std::uint64_t matter = trace.empty() ? message.matterHash() : idHash(trace);
    const auto keyOf = [matter](AgentId agent) {
        return (matter ^ std::uint64_t(index(agent)) << 32) * 0x9e37'79b9'7f4a'7c15ull | 1;
    };
    if (index(call.from) != 0 && at(call.from).owes > 0) {
        std::size_t outer = m_calls.size();
        for (const CauseEdge& edge : message.causes) {
            const std::size_t cause = placeOf(edge.cause);
            if (cause < m_calls.size() && m_calls[cause].isOpen() && m_calls[cause].to == call.from)
                outer = cause;
        }
        call.isWithinStated = outer < m_calls.size() || !trace.empty();
        if (outer == m_calls.size() && matter != 0) {
            if (const auto served = m_served.find(keyOf(call.from)); served != m_served.end())
                outer = placeOf(served->second);
        }
        if (outer < m_calls.size() && m_calls[outer].seq != call.seq) {
            call.within = m_calls[outer].seq;
            call.madeBefore = m_calls[outer].lastMade;
            m_calls[outer].lastMade = call.seq;
            ++m_calls[outer].openMade;
        }
    }
    if (index(call.to) != 0 && matter != 0) {
        call.servedKey = keyOf(call.to);
        m_served[call.servedKey] = call.seq;
    }
}

void Scene::answer(Heard& message)
{
    if (message.closes > message.seq) {
        if (m_early.size() >= kMostEarly)
            m_early.clear(); // of requests that never came
        m_early[message.closes] = message.sender;
        return;
    }
    const std::size_t place = placeOf(message.closes);
    if (place >= m_calls.size())
        return;
    Call& call = m_calls[place];
    message.answered = {.request = call.seq,
                        .time = call.time,
                        .from = call.from,
                        .to = call.to,
                        .topic = call.topic,
                        .type = call.type,
                        .kind = call.kind,
                        .deadline = call.deadline,
                        .answersBefore = call.answers,
                        .wasGivenUp = call.isGivenUp};
    if (call.isOpen()) {
        settle(call);
        if (const auto known = m_answers.find(pairKey(index(call.topic), index(call.type)));
            known != m_answers.end())
            ++known->second.answered;
        if (message.latency >= 0) {
            const std::uint64_t key = pairKey(index(message.sender), index(call.type));
            const auto at = m_times.find(key);
            Times* times = at != m_times.end() ? at->second.get() : nullptr;
            if (times == nullptr && m_times.size() < kMostTimes)
                times = m_times.emplace(key, std::make_unique<Times>()).first->second.get();
            if (times != nullptr)
                times->add(
                    logLinearBucket(static_cast<std::uint64_t>(message.latency), kCoarseBits));
        }
    }
    ++call.answers;
    call.answeredBy = message.sender;
    call.hasFailed = message.kind == Kind::Error;
}

void Scene::takeEarly(Call& call, AgentId by)
{
    if (call.isOpen()) {
        settle(call);
        if (const auto known = m_answers.find(pairKey(index(call.topic), index(call.type)));
            known != m_answers.end())
            ++known->second.answered;
    }
    ++call.answers;
    call.answeredBy = by;
}

void Scene::ask(const Heard& message)
{
    while (!m_calls.empty() && (m_calls.size() >= kMostCalls || !m_calls.front().isOpen() ||
                                m_calls.front().time < m_now - kLongestCall)) {
        // Answered ones stay as long as those before them, for the answers that come once more.
        if (m_calls.front().isOpen())
            settle(m_calls.front());
        else if (m_calls.size() < kMostCalls && m_calls.front().time > m_now - 60 * kSecond)
            break;
        m_calls.pop_front();
        ++m_callsGone;
    }
    m_callOf.resize(kCallPlaces);
    m_callOf[static_cast<std::size_t>(message.seq) % kCallPlaces] =
        m_callsGone + static_cast<std::uint32_t>(m_calls.size());
    Call& call = m_calls.emplace_back();
    call.seq = message.seq;
    call.time = message.time;
    call.deadline = statedDeadline(message);
    call.from = message.sender;
    call.receivers = static_cast<std::uint32_t>(message.receivers.size());
    call.to = message.receivers.size() == 1 ? message.receivers.front() : AgentId{};
    call.topic = message.topic;
    call.type = message.type;
    call.kind = message.kind;
    call.connection = message.connection;
    nest(call, message);
    ++at(call.from).waitsFor;
    if (index(call.to) != 0)
        ++at(call.to).owes;
    if (m_answers.size() < kMostAnswers ||
        m_answers.contains(pairKey(index(call.topic), index(call.type))))
        ++m_answers[pairKey(index(call.topic), index(call.type))].asked;
}

} // namespace murmur
