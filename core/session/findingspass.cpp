// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingspass.h"

#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <limits>

namespace murmur {

namespace {

constexpr int kBlocksALook = 16;

/// Lays ticks and gaps between the messages, each where the recorder stood when it noted it.
class FindingsPass
{
public:
    FindingsPass(SourceView& view, const FindingsRequest& request)
        : m_view(view)
        , m_request(request)
        , m_engine(view.names(), request.choice)
        , m_ticks(view.reader().ticks())
        , m_gaps(view.reader().gaps())
        , m_isByTime(view.reader().parts().size() > 1)
    {
        std::ranges::stable_sort(m_gaps, {}, &Gap::from);
        if (m_isByTime)
            std::ranges::stable_sort(m_ticks, {}, &StoredTick::time);
    }

    Result<FindingsReport> run()
    {
        const Seq first = m_view.first();
        const Seq last = m_view.last();
        m_next = first;
        for (Seq seq = first; seq <= m_view.durable();) {
            m_view.refresh();
            const auto blocks = m_view.reader().blocksFrom(seq, kBlocksALook);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks) {
                if (m_request.stop.stop_requested())
                    return cancelled();
                pass(block, seq);
            }
            seq = blocks.back().last() + 1;
            if (m_request.progress)
                m_request.progress(std::min(seq - first, last - first + 1), last - first + 1);
        }
        m_view.forEachInTail([&](const Chunk& run, std::size_t row) {
            if (run.isUnread)
                return;
            hear(run.columns, row, run.raw(row), run.headers(row));
        });
        ticksUpTo(std::numeric_limits<Seq>::max(), std::numeric_limits<std::int64_t>::max());

        FindingsReport report;
        report.findings.assign(m_engine.findings().all().begin(), m_engine.findings().all().end());
        std::ranges::stable_sort(report.findings, {}, &Finding::start);
        report.messages = m_messages;
        report.unreadable = m_unreadable;
        report.forgotten = m_engine.forgotten();
        report.uncounted = m_engine.findings().uncounted();
        return report;
    }

private:
    void pass(const BlockRef& block, Seq from)
    {
        if (block.first > m_next)
            noteMissing(block.firstTime, block.firstTime, block.first - m_next);
        m_next = block.last() + 1;
        const std::uint32_t wanted = DetectorEngine::wantedColumns();
        if (!m_view.reader().load(block, wanted, m_columns)) {
            noteDamaged(block);
            return;
        }
        BlockPayload payload(m_view.reader(), block, m_columns, &m_scratch);
        for (std::size_t row = 0; row < m_columns.size(); ++row) {
            if (m_columns.first + static_cast<Seq>(row) < from)
                continue;
            const std::string_view raw = payload.raw(row);
            if (payload.isDamaged()) {
                noteDamaged(block);
                return;
            }
            hear(m_columns, row, raw, payload.headers(row));
        }
    }

    void noteDamaged(const BlockRef& block)
    {
        m_unreadable += static_cast<std::int64_t>(block.count);
        noteMissing(block.firstTime, block.lastTime, static_cast<std::int64_t>(block.count));
    }

    /// Of no connection: of any.
    void noteMissing(std::int64_t from, std::int64_t to, std::int64_t count)
    {
        Gap gap;
        gap.cause = kDamaged;
        gap.from = from;
        gap.to = to;
        gap.count = count;
        m_engine.gap(gap);
    }

    void hear(const Columns& columns, std::size_t row, std::string_view raw,
              std::string_view headers)
    {
        const std::int64_t time = columns.time[row];
        ticksUpTo(columns.first + static_cast<Seq>(row) - 1, time);
        for (; m_nextGap < m_gaps.size() && m_gaps[m_nextGap].from <= time; ++m_nextGap)
            m_engine.gap(m_gaps[m_nextGap]);
        m_engine.hear(columns, row, raw, headers);
        ++m_messages;
    }

    /// Those before the message behind `seq`, which came at `time`.
    void ticksUpTo(Seq seq, std::int64_t time)
    {
        for (; m_nextTick < m_ticks.size(); ++m_nextTick) {
            const StoredTick& tick = m_ticks[m_nextTick];
            if (m_isByTime ? tick.time > time : tick.seq > seq)
                return;
            m_engine.tick(tick.time);
        }
    }

    SourceView& m_view;
    const FindingsRequest& m_request;
    DetectorEngine m_engine;
    std::vector<StoredTick> m_ticks;
    std::vector<Gap> m_gaps;
    std::size_t m_nextTick = 0;
    std::size_t m_nextGap = 0;
    bool m_isByTime; ///< several recordings: their Seqs say nothing here
    Seq m_next = 1;
    Columns m_columns;
    BlockPayload::Scratch m_scratch;
    std::int64_t m_messages = 0;
    std::int64_t m_unreadable = 0;
};

} // namespace

Result<FindingsReport> findingsPass(const Source& source, const FindingsRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    return FindingsPass(*view, request).run();
}

} // namespace murmur
