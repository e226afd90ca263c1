// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/engine.h"

#include "recording/blockcodec.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPatience = 10 * kSecond; ///< for numbers that may have been overtaken
constexpr Seq kNear = 2;                         ///< messages from one that approaches

/// The entries of row `row` in a list that is sorted by row, from `next` on.
template<typename Entry>
std::span<const Entry> entriesOf(const std::vector<Entry>& list, std::size_t row, std::size_t& next)
{
    while (next < list.size() && list[next].row < row)
        ++next;
    const std::size_t begin = next;
    while (next < list.size() && list[next].row == row)
        ++next;
    return std::span(list).subspan(begin, next - begin);
}

Traits traitsOf(const Heard& message)
{
    const auto has = [](bool is, Trait trait) { return is ? trait : 0; };
    return static_cast<Traits>(has(message.isAsking || message.closes != 0, IsOfCall) |
                               has(!message.states.empty(), HasState) |
                               has(message.hasMatter(), HasMatter) |
                               has(message.step.what > SequenceStep::What::Next, IsOdd));
}

} // namespace

DetectorEngine::DetectorEngine(const Dictionaries& names, const DetectorChoice& choice)
    : m_scene(names)
    , m_audiences(names)
{
    for (const DetectorEntry& entry : detectors()) {
        const bool isWanted = choice.only.empty()
                                  ? choice.withQuiet || !entry.isQuiet
                                  : std::ranges::find(choice.only, entry.id) != choice.only.end();
        if (isWanted)
            m_detectors.push_back(entry.create(choice.settings));
    }
    // Those that fetch from far memory come last: what they wait for is here by then.
    std::vector<Detector*> order;
    for (const bool isFar : {false, true}) {
        for (const auto& detector : m_detectors) {
            if (detector->expects() == isFar)
                order.push_back(detector.get());
        }
    }
    for (Detector* const detector : order) {
        const KindSet kinds = detector->kinds();
        for (std::size_t kind = 0; kind < kKindCount; ++kind) {
            if ((kinds & kindSet(static_cast<Kind>(kind))) == 0)
                continue;
            for (std::size_t traits = 0; traits < kTraitSets; ++traits) {
                if (detector->traits() == 0 || (detector->traits() & traits) != 0)
                    m_concerned[kind][traits].push_back(detector);
            }
        }
        for (std::size_t kind = 0; kind < kKindCount && detector->expects(); ++kind) {
            if ((kinds & kindSet(static_cast<Kind>(kind))) == 0)
                continue;
            m_expecting[kind].push_back(detector);
            if (detector->approaches())
                m_approaching[kind].push_back(detector);
        }
    }
}

DetectorEngine::~DetectorEngine() = default;

std::uint32_t DetectorEngine::wantedColumns() noexcept
{
    return AllColumns;
}

void DetectorEngine::pulse(std::int64_t now)
{
    m_findings.advance(now);
    m_aliases = m_scene.names().aliases(); // a name may have been learnt since
    for (const Sequences::Hole& hole : m_scene.takeHoles(now - kPatience)) {
        for (const auto& detector : m_detectors)
            detector->lost(hole, m_scene, m_findings);
    }
    for (const auto& detector : m_detectors)
        detector->pulse(now, m_scene, m_findings);
}

void DetectorEngine::comeTo(std::int64_t time)
{
    if (m_now == kNoTime) {
        m_now = time;
        m_nextPulse = time - time % kSecond + kSecond;
        return;
    }
    if (time <= m_now)
        return; // a clock that went back does not bring time back
    if (time >= m_nextPulse) {
        // One pulse for what may be a long silence: detectors go by the time, not by the count.
        const std::int64_t second = time - time % kSecond;
        m_scene.comeTo(second);
        pulse(second);
        m_nextPulse = second + kSecond;
    }
    m_now = time;
    m_scene.comeTo(time);
}

void DetectorEngine::tick(std::int64_t time)
{
    if (m_lastTick != kNoTime && time - m_lastTick > kLongestBeat) {
        const std::int64_t from = std::max(m_lastTick, m_now);
        if (time > from) {
            for (const auto& detector : m_detectors)
                detector->missed(from, time);
        }
    }
    m_lastTick = std::max(m_lastTick, time);
    comeTo(time);
}

void DetectorEngine::gap(const Gap& gap)
{
    m_scene.add(gap);
}

AgentId DetectorEngine::senderOf(const Columns& columns, std::size_t row) const
{
    const std::uint32_t number = columns.sender[row];
    return number < m_aliases.size() ? m_aliases[number] : AgentId(number);
}

DetectorEngine::Ahead& DetectorEngine::read(const Columns& columns, std::size_t row,
                                            std::string_view raw, std::string_view headers)
{
    if (columns.first != m_columnsFirst || row <= m_lastRow) {
        m_columnsFirst = columns.first;
        m_nextCause = m_nextState = m_nextLate = 0;
    }
    m_lastRow = row;
    const Seq seq = columns.first + static_cast<Seq>(row);
    Ahead& ahead = m_ahead[static_cast<std::size_t>(seq) % kAheadPlaces];
    ahead.columns = &columns;
    Heard& message = ahead.message;
    message.begin();
    message.seq = seq;
    message.time = columns.time[row];
    message.sent = columns.sent[row];
    message.connection = ConnectionId(columns.connection[row]);
    message.topic = TopicId(columns.topic[row]);
    message.type = TypeId(columns.type[row]);
    message.audience = AudienceId(columns.audience[row]);
    message.kind =
        columns.kind[row] < kKindCount ? static_cast<Kind>(columns.kind[row]) : Kind::Event;
    message.flags = columns.flags[row];
    message.sequence = columns.sequence[row];
    message.closes = columns.closes[row];
    message.latency = columns.latency[row];
    message.causes = entriesOf(columns.causes, row, m_nextCause);
    message.states = entriesOf(columns.states, row, m_nextState);
    message.late = entriesOf(columns.late, row, m_nextLate);
    message.raw = raw;
    message.headers = headers;
    message.ownText = columns.text;
    message.ids = &columns.ids;
    message.row = row;
    const std::uint32_t offset = columns.payloadOffset[row];
    const std::uint32_t size = columns.payloadSize[row];
    message.payload = offset <= raw.size() ? raw.substr(offset, size) : std::string_view();
    return ahead;
}

void DetectorEngine::expect(const Columns& columns, std::size_t row, std::string_view raw,
                            std::string_view headers)
{
    Heard& message = read(columns, row, raw, headers).message;
    message.sender = senderOf(columns, row);
    message.receivers = m_audiences.of(columns.audience[row]); // until the next is asked for
    m_scene.expect(message);
    for (Detector* const detector : m_expecting[static_cast<std::size_t>(message.kind)])
        detector->expect(message, m_scene);
}

void DetectorEngine::hear(const Columns& columns, std::size_t row, std::string_view raw,
                          std::string_view headers)
{
    const Seq seq = columns.first + static_cast<Seq>(row);
    Ahead* ahead = &m_ahead[static_cast<std::size_t>(seq) % kAheadPlaces];
    if (ahead->columns != &columns || ahead->message.seq != seq ||
        ahead->message.raw.data() != raw.data())
        ahead = &read(columns, row, raw, headers);
    ahead->columns = nullptr;
    comeTo(ahead->message.time);
    // Who an agent is may have been learnt meanwhile.
    ahead->message.setSender(senderOf(columns, row));
    ahead->message.receivers = m_audiences.of(columns.audience[row]);
    // What we put in ourselves says nothing of the swarm.
    if ((ahead->message.flags & (Injected | Replayed)) == 0)
        pass(ahead->message);
    // One that is near: what was fetched for it tells what else it will take.
    const Ahead& near = m_ahead[static_cast<std::size_t>(seq + kNear) % kAheadPlaces];
    if (near.columns == &columns && near.message.seq == seq + kNear) {
        for (Detector* const detector : m_approaching[static_cast<std::size_t>(near.message.kind)])
            detector->approach(near.message, m_scene);
    }
}

void DetectorEngine::pass(Heard& message)
{
    m_scene.hear(message);
    for (Detector* const detector :
         m_concerned[static_cast<std::size_t>(message.kind)][traitsOf(message)])
        detector->hear(message, m_scene, m_findings);
}

std::int64_t DetectorEngine::forgotten() const
{
    std::int64_t sum = m_scene.forgotten();
    for (const auto& detector : m_detectors)
        sum += detector->forgotten();
    return sum;
}

} // namespace murmur
