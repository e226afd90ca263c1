// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/facets.h"

#include "query/messagefield.h"
#include "session/rangescan.h"

#include <QtConcurrent>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostFacetValues = 20'000; // of each field
constexpr std::size_t kLongestFacetValue = 200;  // a longer text is none that messages share

using TwoCounts = std::array<std::int64_t, 2>;

/// What one field says, on both sides.
class FacetColumn
{
public:
    explicit FacetColumn(MessageField field)
        : m_field(std::move(field))
    {
    }

    [[nodiscard]] const MessageField& field() const { return m_field; }

    void add(RowContext& context, std::size_t row, std::size_t side)
    {
        if (m_field.hasIds()) {
            ++m_ids[m_field.idAt(context.columns(), row)][side];
            return;
        }
        std::string text = m_field.textAt(context, row);
        if (text.size() > kLongestFacetValue)
            m_hasMore = true;
        else
            count(std::move(text), side, 1);
    }

    /// `scale`: how many messages there are for each that was looked at.
    Facet take(const Dictionaries& names, const TwoCounts& looked,
               const std::array<double, 2>& scale, int most)
    {
        nameIds(names);
        Facet facet;
        facet.field = m_field.name();
        facet.hasMore = m_hasMore;
        for (const auto& [text, counts] : m_values) {
            facet.distinct += counts[0] > 0 && !text.empty() ? 1 : 0;
            FacetValue value;
            value.value = QString::fromStdString(text);
            value.here = std::llround(static_cast<double>(counts[0]) * scale[0]);
            value.others = std::llround(static_cast<double>(counts[1]) * scale[1]);
            value.shareHere = share(counts[0], looked[0]);
            value.shareOthers = share(counts[1], looked[1]);
            facet.values.push_back(std::move(value));
        }
        // That there is none is told last.
        std::ranges::sort(facet.values, [](const FacetValue& a, const FacetValue& b) {
            if (a.value.isEmpty() != b.value.isEmpty())
                return b.value.isEmpty();
            if (a.here != b.here)
                return a.here > b.here;
            return a.others != b.others ? a.others > b.others : a.value < b.value;
        });
        const bool hasNone = !facet.values.empty() && facet.values.back().value.isEmpty();
        const FacetValue none = hasNone ? facet.values.back() : FacetValue();
        if (hasNone)
            facet.values.pop_back();
        facet.values.resize(
            std::min(facet.values.size(), static_cast<std::size_t>(std::max(1, most))));
        if (hasNone && none.here > 0)
            facet.values.push_back(none);
        for (FacetValue& value : facet.values)
            value.condition = m_field.isCondition(value.value);
        return facet;
    }

private:
    static double share(std::int64_t part, std::int64_t all)
    {
        return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
    }

    void count(std::string text, std::size_t side, std::int64_t messages)
    {
        const auto known = m_values.find(text);
        if (known != m_values.end())
            known->second[side] += messages;
        else if (m_values.size() >= kMostFacetValues)
            m_hasMore = true;
        else
            m_values[std::move(text)][side] = messages;
    }

    void nameIds(const Dictionaries& names)
    {
        for (const auto& [id, counts] : m_ids) {
            for (const std::size_t side : {std::size_t(0), std::size_t(1)}) {
                if (counts[side] == 0)
                    continue;
                // Who hears with others is counted for itself.
                if (m_field.field() == Field::Receivers && id != 0) {
                    for (const AgentId agent : names.receivers(AudienceId(id)))
                        count(names.agentName(names.resolved(agent)), side, counts[side]);
                } else {
                    count(m_field.nameOf(names, id), side, counts[side]);
                }
            }
        }
        m_ids.clear();
    }

    MessageField m_field;
    std::unordered_map<std::uint32_t, TwoCounts> m_ids;
    std::unordered_map<std::string, TwoCounts> m_values;
    bool m_hasMore = false;
};

class FacetFinder
{
public:
    FacetFinder(const Source& source, const FacetRequest& request)
        : m_source(source)
        , m_request(request)
    {
    }

    Result<Facets> find()
    {
        const QStringList& names = m_request.fields.isEmpty() ? usualFacets() : m_request.fields;
        for (const QString& name : names) {
            auto field = MessageField::named(name);
            if (!field)
                return field.error();
            m_columns.emplace_back(std::move(*field));
        }
        // What takes a look into the bytes is asked for by itself, of fewer messages.
        const bool needsBytes = std::ranges::any_of(
            m_columns, [](const FacetColumn& column) { return column.field().needsBytes(); });
        const std::int64_t sample = needsBytes ? m_request.sampleOfBytes : m_request.sample;
        Facets found;
        for (const std::size_t side : {std::size_t(0), std::size_t(1)}) {
            const TimeRange range = side == 0 ? m_request.here : m_request.around;
            const auto unreadable = scan(range, side, needsBytes, sample);
            if (!unreadable)
                return unreadable.error();
            found.unreadable += *unreadable;
        }
        found.lookedAt = m_lookedAt[0];
        found.lookedAtOthers = m_lookedAt[1];
        const std::array<double, 2> scale{1 / found.lookedAt, 1 / found.lookedAtOthers};
        found.here = std::llround(static_cast<double>(m_kept[0]) * scale[0]);
        found.others = std::llround(static_cast<double>(m_kept[1]) * scale[1]);
        for (FacetColumn& column : m_columns)
            found.facets.push_back(column.take(*m_source.names, m_kept, scale, m_request.most));
        return found;
    }

private:
    Result<std::int64_t> scan(TimeRange range, std::size_t side, bool needsBytes,
                              std::int64_t sample)
    {
        const auto count = messagesIn(m_source, range);
        if (!count)
            return count.error();
        RangeScan scan;
        scan.range = range;
        scan.needsBytes = needsBytes;
        for (const FacetColumn& column : m_columns)
            scan.columns |= column.field().columns();
        scan.filter = m_request.filter;
        scan.stop = m_request.stop;
        scan.step = std::max<std::int64_t>(1, *count / std::max<std::int64_t>(1, sample));
        if (m_request.progress)
            scan.progress = [this, side](std::int64_t done, std::int64_t total) {
                m_request.progress((side == 0 ? 0 : total) + done, 2 * total);
            };
        std::int64_t visited = 0;
        const auto unreadable =
            scanRange(m_source, scan,
                      [&](const Columns& columns, const std::vector<std::uint8_t>& keep,
                          PayloadSource* payload) {
                          visited += static_cast<std::int64_t>(columns.size());
                          take(columns, keep, payload, side);
                          return true;
                      });
        if (unreadable && scan.step > 1 && visited > 0 && visited < *count)
            m_lookedAt[side] = static_cast<double>(visited) / static_cast<double>(*count);
        return unreadable;
    }

    void take(const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource* payload,
              std::size_t side)
    {
        RowContext context(columns, *m_source.names, payload, 0);
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (keep[row] == 0 || (side == 1 && m_request.here.contains(fromNs(columns.time[row]))))
                continue;
            ++m_kept[side];
            for (FacetColumn& column : m_columns)
                column.add(context, row, side);
        }
    }

    const Source& m_source;
    const FacetRequest& m_request;
    std::vector<FacetColumn> m_columns;
    TwoCounts m_kept{};
    std::array<double, 2> m_lookedAt{1, 1};
};

} // namespace

double FacetValue::lift() const
{
    if (here == 0)
        return 0;
    return shareOthers > 0 ? shareHere / shareOthers : -1;
}

const QStringList& usualFacets()
{
    static const QStringList fields{u"kind"_s,  u"type"_s, u"topic"_s,     u"from"_s,
                                    u"group"_s, u"to"_s,   u"connection"_s};
    return fields;
}

Result<Facets> facetsJob(const Source& source, const FacetRequest& request)
{
    return FacetFinder(source, request).find();
}

QFuture<Result<Facets>> facetsOf(Session& session, FacetRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return facetsJob(*source, request);
    });
}

} // namespace murmur
