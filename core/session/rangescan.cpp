// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/rangescan.h"

#include "recording/blockcodec.h"
#include "session/filtermarks.h"
#include "session/jobs.h"
#include "session/textsieve.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kBlocksAtOnce = 64;

/// The open block may have been replaced by a longer one since it was named.
bool loadNow(BlockReader& reader, BlockRef& block, std::uint32_t wanted, Columns& columns)
{
    if (reader.load(block, wanted, columns))
        return true;
    const auto now = reader.blockOf(block.first);
    if (!now || now->id == block.id)
        return false;
    block = *now;
    return reader.load(block, wanted, columns);
}

void keepInside(const Columns& columns, TimeRange range, Seq after, std::vector<std::uint8_t>& keep)
{
    const std::int64_t begin = toNs(range.begin);
    const std::int64_t end = toNs(range.end);
    keep.resize(columns.size());
    for (std::size_t row = 0; row < keep.size(); ++row) {
        const std::int64_t time = columns.time[row];
        keep[row] =
            time >= begin && time < end && columns.first + static_cast<Seq>(row) > after ? 1 : 0;
    }
}

} // namespace

Result<std::int64_t> scanRange(const Source& source, const RangeScan& scan, const RunVisitor& visit)
{
    const auto answered = filterWithMarks(source, scan.filter, scan.stop);
    if (!answered)
        return answered.error();
    const FilterPtr& filter = *answered;
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const bool needsBytes = scan.needsBytes || (filter && filter->needsPayload());
    const std::uint32_t wanted = TimeColumns | scan.columns | (filter ? filter->columns() : 0u) |
                                 (needsBytes ? SizeColumns | PayloadColumns : 0u);
    std::vector<BlockRef> blocks = view->reader().blocksIn(scan.range);
    std::int64_t total = 0;
    for (const BlockRef& block : blocks)
        total += static_cast<std::int64_t>(block.count);
    const auto step = static_cast<std::size_t>(std::max<std::int64_t>(1, scan.step));
    TextSieve sieve(view->reader(), scan.texts);
    std::int64_t unreadable = 0;
    std::int64_t done = 0;
    std::int64_t seen = 0;
    std::vector<std::uint8_t> keep;
    BlockPayload::Scratch scratch;
    Columns columns;
    bool isEnough = false;
    for (std::size_t i = 0; i < blocks.size() && !isEnough; ++i) {
        if (scan.stop.stop_requested())
            return cancelled();
        BlockRef& block = blocks[i];
        done += static_cast<std::int64_t>(block.count);
        if (i % step != 0)
            continue;
        if (scan.mostBlocks > 0 && ++seen > scan.mostBlocks)
            break;
        // The recorder's checkpoints pass in between.
        if (i % kBlocksAtOnce == kBlocksAtOnce - 1)
            view->refresh();
        if (!loadNow(view->reader(), block, wanted, columns)) {
            unreadable += static_cast<std::int64_t>(block.count);
            continue;
        }
        keepInside(columns, scan.range, 0, keep);
        // What a longer block has by now stands in the tail, too.
        for (std::size_t row = 0; row < keep.size(); ++row) {
            if (columns.first + static_cast<Seq>(row) > view->durable())
                keep[row] = 0;
        }
        BlockPayload payload(view->reader(), block, columns, &scratch);
        if (filter)
            filter->evaluate(columns, view->names(), &payload, keep);
        const bool mayHold = scan.texts.empty() || sieve.mayHold(block);
        isEnough = !visit(columns, keep, needsBytes && mayHold ? &payload : nullptr);
        if (payload.isDamaged())
            unreadable += static_cast<std::int64_t>(block.count);
        if (scan.progress)
            scan.progress(done, total);
    }
    for (const Tail::Run& run : view->tail()) {
        if (isEnough)
            break;
        RunPayload payload(*run);
        keepInside(run->columns, scan.range, view->durable(), keep);
        if (filter)
            filter->evaluate(run->columns, view->names(), &payload, keep);
        isEnough = !visit(run->columns, keep, needsBytes ? &payload : nullptr);
    }
    if (scan.progress)
        scan.progress(total, total);
    return unreadable;
}

Result<std::int64_t> messagesIn(const Source& source, TimeRange range)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    std::int64_t count = 0;
    for (const BlockRef& block : view->reader().blocksIn(range))
        count += static_cast<std::int64_t>(block.count);
    for (const Tail::Run& run : view->tail())
        count += static_cast<std::int64_t>(run->columns.size());
    return count;
}

} // namespace murmur
