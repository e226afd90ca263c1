// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingspass.h"

#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <limits>
#include <optional>

namespace murmur {

namespace {

constexpr int kBlocksALook = 16;
constexpr int kTicksALook = 4096;
constexpr std::int64_t kNear = 10'000'000'000; // ns

} // namespace

/// Lays ticks and gaps between the messages, each where the recorder stood when it noted it.
struct FindingsPass::Private
{
    explicit Private(DetectorChoice given)
        : choice(std::move(given))
    {
    }

    void begin(const Source& source, SourceView& view)
    {
        if (engine)
            return;
        names = source.names;
        engine.emplace(*names, choice);
        isByTime = view.reader().parts().size() > 1;
        next = view.first();
        if (!isByTime)
            return;
        // Of several recordings, whose Seqs say nothing here; they do not grow.
        auto all = view.reader().ticks();
        std::ranges::stable_sort(all, {}, &StoredTick::time);
        ticks.assign(all.begin(), all.end());
    }

    void takeNews(BlockReader& reader)
    {
        while (!isByTime) {
            const auto some = reader.ticksAfter(lastTick, kTicksALook);
            ticks.insert(ticks.end(), some.begin(), some.end());
            if (!some.empty())
                lastTick = some.back().id;
            if (some.size() < kTicksALook)
                break;
        }
        const auto all = reader.gaps();
        for (; knownGaps < all.size(); ++knownGaps) {
            const auto at = std::ranges::upper_bound(gaps, all[knownGaps].from, {}, &Gap::from);
            gaps.insert(at, all[knownGaps]);
        }
    }

    void pass(SourceView& view, const BlockRef& block)
    {
        if (block.first > next && messages > 0)
            noteMissing(block.firstTime, block.firstTime, block.first - next);
        const Seq from = next;
        next = block.last() + 1;
        if (!view.reader().load(block, DetectorEngine::wantedColumns(), columns)) {
            noteDamaged(block);
            return;
        }
        BlockPayload payload(view.reader(), block, columns, &scratch);
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (columns.first + static_cast<Seq>(row) < from)
                continue;
            const std::string_view raw = payload.raw(row);
            if (payload.isDamaged()) {
                noteDamaged(block);
                return;
            }
            hear(columns, row, raw, payload.headers(row));
        }
    }

    void noteDamaged(const BlockRef& block)
    {
        unreadable += static_cast<std::int64_t>(block.count);
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
        engine->gap(gap);
    }

    void hear(const Columns& from, std::size_t row, std::string_view raw, std::string_view headers)
    {
        const std::int64_t time = from.time[row];
        ticksUpTo(from.first + static_cast<Seq>(row) - 1, time);
        for (; !gaps.empty() && gaps.front().from <= time; gaps.pop_front())
            engine->gap(gaps.front());
        engine->hear(from, row, raw, headers);
        newest = time;
        ++messages;
    }

    /// Those before the message behind `seq`, which came at `time`.
    void ticksUpTo(Seq seq, std::int64_t time)
    {
        for (; !ticks.empty(); ticks.pop_front()) {
            if (isByTime ? ticks.front().time > time : ticks.front().seq > seq)
                return;
            const StoredTick& tick = ticks.front();
            // The recorder's clock says nothing of messages that state their own time, as those of
            // a file or of simulated time do.
            if (tick.seq != tickSeq)
                isOfOurTime = messages > 0 && std::abs(tick.time - newest) <= kNear;
            tickSeq = tick.seq;
            if (isOfOurTime)
                engine->tick(tick.time);
        }
    }

    DetectorChoice choice;
    std::shared_ptr<const Dictionaries> names;
    std::optional<DetectorEngine> engine;
    std::deque<StoredTick> ticks; ///< that have not passed
    std::deque<Gap> gaps;         ///< the same, by their begin
    std::int64_t lastTick = 0;    ///< id of the last one that was read
    std::size_t knownGaps = 0;
    bool isByTime = false;
    bool isOfOurTime = false; ///< messages are stamped by the clock of the ticks
    Seq tickSeq = 0;          ///< of the last tick
    std::int64_t newest = 0;  ///< ns, time of the last message
    Seq next = 1;
    Columns columns;
    BlockPayload::Scratch scratch;
    std::int64_t messages = 0;
    std::int64_t unreadable = 0;
};

FindingsPass::FindingsPass(const DetectorChoice& choice)
    : d(std::make_unique<Private>(choice))
{
}

FindingsPass::~FindingsPass() = default;

Status FindingsPass::advance(const Source& source,
                             const std::function<void(std::int64_t, std::int64_t)>& progress,
                             const std::stop_token& stop)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    d->begin(source, *view);
    d->takeNews(view->reader());
    const Seq first = view->first();
    // A ring lets go what has not passed yet: then it is missing.
    for (Seq seq = std::max(d->next, first); seq <= view->durable();) {
        view->refresh();
        const auto blocks = view->reader().blocksFrom(seq, kBlocksALook);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return cancelled();
            d->pass(*view, block);
        }
        seq = d->next;
        if (progress)
            progress(std::min(seq - first, view->last() - first + 1), view->last() - first + 1);
    }
    d->ticksUpTo(d->next - 1, std::numeric_limits<std::int64_t>::max());
    return Done();
}

FindingsReport FindingsPass::report() const
{
    FindingsReport report;
    report.messages = d->messages;
    report.unreadable = d->unreadable;
    if (!d->engine)
        return report;
    const Findings& findings = d->engine->findings();
    report.findings.assign(findings.all().begin(), findings.all().end());
    std::ranges::stable_sort(report.findings, {}, &Finding::start);
    report.forgotten = d->engine->forgotten();
    report.uncounted = findings.uncounted();
    return report;
}

Result<FindingsReport> findingsPass(const Source& source, const FindingsRequest& request)
{
    FindingsPass pass(request.choice);
    if (auto status = pass.advance(source, request.progress, request.stop); !status)
        return status.error();
    return pass.report();
}

} // namespace murmur
