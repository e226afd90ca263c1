// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/lanenames.h"

#include "query/rowcontext.h"
#include "recording/blockcodec.h"

#include <simdjson.h>

#include <QStringList>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::uint32_t kOpenLane = ~0u; // not asked yet
/// Values that are counted at most; with more, which are the most frequent is a guess.
constexpr std::size_t kMostCounted = std::size_t(1) << 20;
/// Longer values are no names.
constexpr std::size_t kLongestValue = 256;

/// The member at `path` when it is a word, a number or a truth value.
std::string scalarAt(const simdjson::dom::element& root, const std::vector<std::string>& path)
{
    simdjson::dom::element at = root;
    for (const std::string& step : path) {
        simdjson::dom::element next;
        simdjson::dom::object object;
        simdjson::dom::array array;
        if (at.get(object) == simdjson::SUCCESS) {
            if (object.at_key(step).get(next) != simdjson::SUCCESS)
                return {};
        } else {
            std::size_t place = 0;
            const char* end = step.data() + step.size();
            if (std::from_chars(step.data(), end, place).ptr != end ||
                at.get(array) != simdjson::SUCCESS ||
                array.at(place).get(next) != simdjson::SUCCESS)
                return {};
        }
        at = next;
    }
    if (at.is_string())
        return std::string(std::string_view(at));
    return at.is_object() || at.is_array() || at.is_null() ? std::string() : simdjson::minify(at);
}

} // namespace

LaneNames::LaneNames(LaneKey key, std::shared_ptr<const Dictionaries> session)
    : m_key(std::move(key))
    , m_session(std::move(session))
    , m_names(std::make_shared<Dictionaries>())
{
    for (const QString& step : m_key.path.split(u'.', Qt::SkipEmptyParts))
        m_path.push_back(step.toStdString());
    if (m_key.weight != LaneKey::Weight::Messages) {
        const QString field = m_key.weight == LaneKey::Weight::TokensIn    ? u"tokens_in"_s
                              : m_key.weight == LaneKey::Weight::TokensOut ? u"tokens_out"_s
                                                                           : u"cost"_s;
        if (auto weight = MessageField::named(field))
            m_weight = std::move(*weight);
    }
    // Lane 1; a name that no value has by accident.
    (void)m_names->agent(std::string("\x01", 1));
}

bool LaneNames::needsBytes() const
{
    return m_weight || hasValuesInBytes();
}

std::uint32_t LaneNames::weightOf(RowContext& context, std::size_t row) const
{
    std::int64_t weight = m_weight->numberAt(context, row).value_or(0);
    if (m_key.weight == LaneKey::Weight::Cost)
        weight = (weight + 999) / 1000; // millionths; what costs little is not nothing
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(weight, 0, std::numeric_limits<std::uint32_t>::max()));
}

bool LaneNames::hasValuesInBytes() const
{
    return m_key.what == LaneKey::What::Conversation || m_key.what == LaneKey::What::Payload;
}

std::uint32_t LaneNames::columns() const
{
    const std::uint32_t weight = m_weight ? m_weight->columns() : 0;
    switch (m_key.what) {
    case LaneKey::What::Topic:
    case LaneKey::What::Connection:
        return weight | PlaceColumns;
    case LaneKey::What::Conversation:
        return weight | SizeColumns | IdColumns;
    case LaneKey::What::Payload:
        return weight | SizeColumns | PayloadColumns;
    case LaneKey::What::Agent:
    case LaneKey::What::Group:
        break;
    }
    return weight | ActorColumns;
}

namespace {

/// Calls `take(row, value)` for each message whose value lies in its bytes.
template<typename Take>
void forEachValue(const LaneKey& key, const std::vector<std::string>& path, const Columns& columns,
                  const Dictionaries& names, PayloadSource* payload, Take take)
{
    RowContext context(columns, names, payload, 0);
    const IdColumn& conversations = columns.ids[static_cast<std::size_t>(IdField::Conversation)];
    for (std::size_t row = 0; row < columns.size(); ++row) {
        std::string value;
        if (key.what == LaneKey::What::Conversation) {
            value = context.text(row, cell(conversations.text, row));
        } else if (const simdjson::dom::element* root = context.json(row)) {
            value = scalarAt(*root, path);
        }
        if (value.size() > kLongestValue)
            value.clear();
        take(row, std::move(value));
    }
}

const std::vector<std::uint32_t>& idsOf(const LaneKey& key, const Columns& columns)
{
    switch (key.what) {
    case LaneKey::What::Topic:
        return columns.topic;
    case LaneKey::What::Connection:
        return columns.connection;
    default:
        return columns.sender;
    }
}

} // namespace

std::string LaneNames::textOf(std::uint32_t id) const
{
    if (m_key.what == LaneKey::What::Topic)
        return m_session->topicName(TopicId(id));
    if (m_key.what == LaneKey::What::Agent)
        return m_session->agentName(m_session->resolved(AgentId(id)));
    if (m_key.what == LaneKey::What::Group)
        return m_session->agentEntry(m_session->resolved(AgentId(id))).group();
    const ConnectionEntry entry = m_session->connectionEntry(ConnectionId(id));
    return entry.name.empty() ? entry.url : entry.name;
}

void LaneNames::count(const Columns& columns, PayloadSource* payload, std::int64_t weight)
{
    if (hasValuesInBytes()) {
        forEachValue(
            m_key, m_path, columns, *m_session, payload, [&](std::size_t, std::string value) {
                const std::lock_guard lock(m_mutex);
                if (!value.empty() && (m_counts.size() < kMostCounted || m_counts.contains(value)))
                    m_counts[std::move(value)] += weight;
            });
        return;
    }
    std::unordered_map<std::uint32_t, std::int64_t> counts;
    const std::vector<std::uint32_t>& ids = idsOf(m_key, columns);
    RowContext context(columns, *m_session, payload, 0);
    for (std::size_t row = 0; row < ids.size(); ++row) {
        if (!m_weight || weightOf(context, row) > 0)
            ++counts[ids[row]];
    }
    const std::lock_guard lock(m_mutex);
    for (const auto& [id, count] : counts) {
        if (const std::string text = textOf(id); !text.empty())
            m_counts[text] += count * weight;
    }
}

void LaneNames::settle()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::pair<std::string, std::int64_t>> order(m_counts.begin(), m_counts.end());
    std::ranges::sort(order, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (order.size() > kMostLanes) {
        order.resize(kMostLanes);
        m_hasOthers = true;
    }
    for (const auto& [text, count] : order)
        (void)laneOf(text);
    m_counts.clear();
    m_isSettled = true;
}

std::uint32_t LaneNames::newLane(const std::string& text)
{
    if (m_lanes >= kMostLanes) {
        m_hasOthers = true;
        return kOther;
    }
    ++m_lanes;
    return index(m_names->agent(text));
}

std::uint32_t LaneNames::laneOf(const std::string& text)
{
    if (text.empty())
        return kNone;
    const auto known = m_byText.find(text);
    if (known != m_byText.end())
        return known->second;
    const std::uint32_t lane = newLane(text);
    // Values without a lane are not remembered: there may be millions.
    if (lane != kOther)
        m_byText.emplace(text, lane);
    return lane;
}

std::uint32_t LaneNames::laneOf(std::uint32_t id)
{
    constexpr std::uint32_t kMostIds = 1u << 20; // a damaged file may claim any
    if (id >= kMostIds)
        return kNone;
    if (id >= m_byId.size())
        m_byId.resize(id + 1 + id / 2, kOpenLane);
    if (m_byId[id] == kOpenLane)
        m_byId[id] = laneOf(textOf(id));
    return m_byId[id];
}

void LaneNames::lanesOf(const Columns& columns, PayloadSource* payload,
                        std::vector<std::uint32_t>& lanes,
                        const std::vector<std::uint32_t>& weights)
{
    lanes.assign(columns.size(), kNone);
    const auto counts = [&](std::size_t row) { return weights.empty() || weights[row] > 0; };
    if (hasValuesInBytes()) {
        forEachValue(m_key, m_path, columns, *m_session, payload,
                     [&](std::size_t row, const std::string& value) {
                         const std::lock_guard lock(m_mutex);
                         if (counts(row))
                             lanes[row] = laneOf(value);
                     });
        return;
    }
    const std::vector<std::uint32_t>& ids = idsOf(m_key, columns);
    const std::lock_guard lock(m_mutex);
    for (std::size_t row = 0; row < lanes.size(); ++row) {
        if (counts(row))
            lanes[row] = laneOf(cell(ids, row));
    }
}

} // namespace murmur
