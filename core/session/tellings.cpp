// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/tellings.h"

#include "findings/jsonpieces.h"
#include "session/rangescan.h"

#include <algorithm>
#include <array>
#include <string>

namespace murmur {

namespace {

constexpr std::size_t kMostThings = 200'000; ///< keys of things that are followed at once
constexpr std::size_t kMostViews = 8;        ///< agents that tell of one
constexpr std::uint64_t kIsTopic = std::uint64_t(1) << 63;

std::string_view textAt(const Columns& columns, std::size_t row, TextRef ref,
                        PayloadSource& payload)
{
    if ((ref.offset & kInText) != 0) {
        const std::size_t offset = ref.offset & ~kInText;
        return offset <= columns.text.size()
                   ? std::string_view(columns.text).substr(offset, ref.size)
                   : std::string_view();
    }
    const std::string_view raw = payload.raw(row);
    if (ref.offset < raw.size())
        return raw.substr(ref.offset, ref.size);
    const std::string_view headers = payload.headers(row);
    return ref.offset - raw.size() <= headers.size()
               ? headers.substr(ref.offset - raw.size(), ref.size)
               : std::string_view();
}

/// The begin of the last `most` blocks of the range.
Result<TimePoint> boundedBegin(const Source& source, TimeRange range, std::int64_t most)
{
    if (most <= 0)
        return range.begin;
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const auto blocks = view->reader().blocksIn(range);
    if (std::cmp_less_equal(blocks.size(), most))
        return range.begin;
    const BlockRef& first = blocks[blocks.size() - static_cast<std::size_t>(most)];
    return std::max(range.begin, fromNs(first.firstTime));
}

} // namespace

std::string_view valueText(const Columns& columns, const StateChange& change,
                           PayloadSource& payload)
{
    return textAt(columns, change.row, change.value, payload);
}

void SharedKeys::hear(const Telling& telling)
{
    const std::uint64_t line = telling.thing * 0x9e3779b97f4a7c15 ^ index(telling.key);
    const auto known = m_things.find(line);
    if (known == m_things.end() && m_things.size() >= kMostThings)
        return;
    auto& views = known != m_things.end() ? known->second : m_things[line];
    const std::uint64_t value = idHash(telling.value);
    auto own = std::ranges::find(views, telling.agent, &View::agent);
    const View* newest = nullptr; // of another
    for (const View& view : views) {
        if (view.agent != telling.agent && (newest == nullptr || view.since > newest->since))
            newest = &view;
    }
    if (own == views.end()) {
        if (views.size() < kMostViews)
            views.push_back({telling.agent, value, telling.time});
        return;
    }
    const bool isBehind = newest != nullptr && newest->since > own->since;
    if (own->value != value) {
        if (isBehind && newest->value == value)
            ++m_habits[habitKey(telling.type, telling.key)].agreed;
        *own = {telling.agent, value, telling.time};
    } else if (isBehind && newest->value != value && !own->isStale) {
        own->isStale = true;
        ++m_habits[habitKey(telling.type, telling.key)].differed;
    }
}

bool SharedKeys::isShared(TypeId type, StateKeyId key, bool isVersion) const
{
    const auto habit = m_habits.find(habitKey(type, key));
    if (habit == m_habits.end())
        return false;
    const auto agreed = static_cast<double>(habit->second.agreed);
    const double all = agreed + static_cast<double>(habit->second.differed);
    // Who counts versions says by that alone that others count them, too.
    return isVersion ? agreed >= 1 && agreed >= 0.5 * all : agreed >= 5 && agreed >= 0.8 * all;
}

bool isVersionKey(std::string_view key)
{
    constexpr std::array<std::string_view, 4> kEnds{"version", "revision", "generation", "rev"};
    const std::string word = plainWord(key);
    return std::ranges::any_of(kEnds, [&](std::string_view end) {
        return end == "rev" ? word == end : std::string_view(word).ends_with(end);
    });
}

Result<TimePoint> scanTellings(const Source& source, const TellingScan& scan,
                               const std::function<void(const Telling&)>& hear)
{
    const auto begin = boundedBegin(source, scan.range, scan.mostBlocks);
    if (!begin)
        return begin.error();
    RangeScan whole;
    whole.range = {*begin, scan.range.end};
    whole.columns = TypeColumns | ActorColumns | PlaceColumns | IdColumns | StateColumns;
    whole.needsBytes = true;
    whole.stop = scan.stop;
    whole.progress = scan.progress;
    const Dictionaries& names = *source.names;
    const std::vector<AgentId> agents = names.withAliases(scan.agents);
    const auto visit = [&](const Columns& columns, const std::vector<std::uint8_t>& keep,
                           PayloadSource* payload) {
        const auto& conversations =
            columns.ids[static_cast<std::size_t>(IdField::Conversation)].text;
        for (const StateChange& change : columns.states) {
            if (keep[change.row] == 0 || payload == nullptr ||
                (index(scan.key) != 0 && change.key != scan.key) ||
                (!agents.empty() && std::ranges::find(agents, change.agent) == agents.end()))
                continue;
            Telling telling;
            telling.agent = names.resolved(change.agent);
            telling.key = change.key;
            telling.topic = TopicId(columns.topic[change.row]);
            telling.type = TypeId(columns.type[change.row]);
            telling.seq = columns.first + change.row;
            telling.time = columns.time[change.row];
            telling.audience = columns.audience[change.row];
            if (const TextRef ref = conversations[change.row]; ref.size > 0)
                telling.conversation = textAt(columns, change.row, ref, *payload);
            telling.thing = telling.conversation.empty() ? kIsTopic | index(telling.topic)
                                                         : idHash(telling.conversation) & ~kIsTopic;
            telling.value = valueText(columns, change, *payload);
            hear(telling);
        }
        return true;
    };
    if (const auto unreadable = scanRange(source, whole, visit); !unreadable)
        return unreadable.error();
    return *begin;
}

} // namespace murmur
