// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/recordingview.h"

#include "session/clockpass.h"
#include "session/jobs.h"

namespace murmur {

RecordingView::RecordingView(std::shared_ptr<const Source> source, std::string label)
    : m_source(std::move(source))
    , m_label(std::move(label))
    , m_names(std::make_unique<NameCache>(m_source->names))
{
}

Status RecordingView::begin()
{
    m_findings.reset();
    // The tail before the file: together they are complete.
    m_tail.clear();
    if (m_source->tail)
        m_tail = m_source->tail->snapshot();
    const auto status = read([this](BlockReader& reader) {
        m_durable = reader.last();
        const RecordingTotals totals = reader.meta().totals;
        m_extent = {fromNs(totals.firstTime), fromNs(totals.lastTime + 1)};
        // Names that another process learnt; our own recorder's are there already.
        if (!m_source->tail)
            reader.loadNames(*m_source->names);
    });
    m_last = m_tail.empty() ? m_durable : std::max(m_durable, m_tail.back()->columns.last());
    // Labels may have changed since the last statement.
    m_names = std::make_unique<NameCache>(m_source->names);
    return status;
}

Result<std::shared_ptr<const FindingsReport>> RecordingView::findings(const std::stop_token& stop)
{
    if (m_findings)
        return m_findings;
    auto report = m_look.look(*m_source, {}, stop);
    if (!report)
        return report.error();
    settle(*report, judgementsOf(*m_source, &*report), *m_source->names);
    m_findings = std::make_shared<const FindingsReport>(std::move(*report));
    return m_findings;
}

std::optional<std::vector<BlockRef>>
RecordingView::blocksWithIds(BlockReader& reader, IdField field,
                             const std::vector<std::string>& ids)
{
    IdChoice choice;
    for (const std::string& id : ids)
        choice.emplace_back(field, id);
    return blocksWith(reader, choice);
}

Result<ClocksPtr> RecordingView::clocks(const std::stop_token& stop)
{
    if (!m_clocks || m_clocksUpTo < m_durable) {
        auto found = clocksOf(*m_source, {}, stop);
        if (!found)
            return found;
        m_clocks = *found;
        m_clocksUpTo = m_durable;
    }
    return m_clocks;
}

} // namespace murmur
