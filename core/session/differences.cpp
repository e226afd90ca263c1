// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/differences.h"

#include "session/fieldtally.h"
#include "session/filtermarks.h"
#include "session/rangescan.h"

#include <QtConcurrent>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Whether the filter asks for this field: then its values differ because they were chosen.
bool asksFor(const QString& filter, const QString& field)
{
    for (qsizetype at = filter.indexOf(field); at >= 0; at = filter.indexOf(field, at + 1)) {
        const qsizetype end = at + field.size();
        const bool begins = at == 0 || filter[at - 1] == u' ' || filter[at - 1] == u'(';
        const bool ends = end == filter.size() || filter[end] == u' ' || filter[end] == u'=' ||
                          filter[end] == u'<' || filter[end] == u'>' || filter[end] == u'!' ||
                          filter[end] == u'~';
        if (begins && ends)
            return true;
    }
    return false;
}

class DifferenceFinder
{
public:
    DifferenceFinder(const Source& source, const DifferenceRequest& request)
        : m_source(source)
        , m_request(request)
        , m_tally(*source.names)
    {
    }

    Result<Differences> find()
    {
        // What was picked out is looked at whole where it can be, whatever lies around it.
        if (auto status = scan(m_request.here, true); !status)
            return status.error();
        if (auto status = scan(m_request.around, false); !status)
            return status.error();
        m_found.here = m_tally.messages(FieldTally::Here);
        m_found.others = m_tally.messages(FieldTally::Others);
        if (m_found.here == 0)
            return Error{ErrorCode::NotFound, u"There is no message to ask about."_s};
        if (m_found.others == 0)
            return Error{ErrorCode::NotFound,
                         u"There are no other messages to compare these with."_s};
        m_found.ranked = m_tally.ranked(m_request.most + kSpare);
        std::erase_if(m_found.ranked, [this](const Difference& difference) {
            return isAskedFor(difference.field);
        });
        foldMissing();
        if (std::cmp_greater(m_found.ranked.size(), m_request.most))
            m_found.ranked.resize(static_cast<std::size_t>(m_request.most));
        return std::move(m_found);
    }

private:
    static constexpr int kSpare = 200; ///< some will be those that were asked for, or alike

    [[nodiscard]] bool isAskedFor(const QString& field) const
    {
        if (!m_request.condition)
            return false;
        const QString text = m_request.condition->text();
        // An agent that is asked for says who sends, receives and in which group.
        const bool isOfAgents = field == u"from" || field == u"to" || field == u"group" ||
                                field == u"role" || field == u"agent";
        return asksFor(text, field) ||
               (isOfAgents && (asksFor(text, u"agent"_s) || asksFor(text, u"from"_s)) &&
                field != u"to");
    }

    /// Members that come together are missing together: one line says so.
    void foldMissing()
    {
        std::vector<Difference> kept;
        for (Difference& one : m_found.ranked) {
            const bool folds =
                one.is == Difference::Is::Present || one.is == Difference::Is::Missing;
            const auto same = std::ranges::find_if(kept, [&](const Difference& other) {
                return folds && other.is == one.is &&
                       std::abs(other.here - one.here) < kSameShare &&
                       std::abs(other.others - one.others) < kSameShare;
            });
            if (same != kept.end())
                ++same->alike;
            else
                kept.push_back(std::move(one));
        }
        m_found.ranked = std::move(kept);
    }

    static constexpr double kSameShare = 0.002;

    Status scan(TimeRange range, bool isHere)
    {
        const auto count = messagesIn(m_source, range);
        if (!count)
            return count.error();
        RangeScan scan;
        scan.range = range;
        scan.columns =
            FieldTally::columns() | (m_request.condition ? m_request.condition->columns() : 0u);
        scan.needsBytes = true;
        scan.filter = m_request.among;
        scan.stop = m_request.stop;
        // A condition picks a few of many: those that it does not pick cost little here.
        const std::int64_t sample =
            isHere && m_request.condition ? m_request.sample * 10 : m_request.sample;
        scan.step = std::max<std::int64_t>(1, *count / std::max<std::int64_t>(1, sample));
        m_found.isSampled = m_found.isSampled || scan.step > 1;
        if (m_request.progress)
            scan.progress = [this, isHere](std::int64_t done, std::int64_t total) {
                m_request.progress((isHere ? 0 : total) + done, 2 * total);
            };
        const auto unreadable =
            scanRange(m_source, scan,
                      [&](const Columns& columns, const std::vector<std::uint8_t>& keep,
                          PayloadSource* payload) {
                          take(columns, keep, payload, isHere);
                          return m_tally.messages(isHere ? FieldTally::Here : FieldTally::Others) <
                                 2 * m_request.sample;
                      });
        if (!unreadable)
            return unreadable.error();
        m_found.unreadable += *unreadable;
        return Done{};
    }

    void take(const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource* payload,
              bool isHere)
    {
        m_isPicked = keep;
        if (m_request.condition)
            m_request.condition->evaluate(columns, *m_source.names, payload, m_isPicked);
        RowContext context(columns, *m_source.names, payload, 0);
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (keep[row] == 0)
                continue;
            const bool isPicked =
                m_isPicked[row] != 0 && m_request.here.contains(fromNs(columns.time[row]));
            if (isPicked == isHere)
                m_tally.add(context, row, isHere ? FieldTally::Here : FieldTally::Others);
        }
    }

    const Source& m_source;
    const DifferenceRequest& m_request;
    FieldTally m_tally;
    Differences m_found;
    std::vector<std::uint8_t> m_isPicked;
};

} // namespace

Result<Differences> differencesJob(const Source& source, const DifferenceRequest& request)
{
    DifferenceRequest answered = request;
    auto condition = filterWithMarks(source, request.condition, request.stop);
    if (!condition)
        return condition.error();
    answered.condition = std::move(*condition);
    return DifferenceFinder(source, answered).find();
}

QFuture<Result<Differences>> differencesOf(Session& session, DifferenceRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return differencesJob(*source, request);
    });
}

} // namespace murmur
