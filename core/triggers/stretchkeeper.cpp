// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/stretchkeeper.h"

#include "codec/codecbook.h"
#include "recording/reader.h"
#include "session/jobs.h"
#include "session/rehearing.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kKeptBlocksAtOnce = 16;
constexpr int kTicksAtOnce = 4096;

} // namespace

StretchKeeper::StretchKeeper(QString path, TimeRange range, std::int64_t until)
    : m_path(std::move(path))
    , m_range(range)
    , m_until(until)
{
}

StretchKeeper::~StretchKeeper() = default;

Status StretchKeeper::begin(const Source& source, SourceView& view)
{
    m_names = source.names;
    RecordingMakerOptions options;
    const RecordingMeta meta = view.reader().meta();
    options.keptDialects = meta.dialects;
    auto maker = RecordingMaker::create(m_path, options);
    if (!maker)
        return maker.error();
    m_maker = std::move(*maker);
    m_stored = std::make_unique<Rehearing>(*m_names);
    for (Schema& schema : m_names->codecs().schemas())
        m_maker->describe(std::move(schema));
    const auto blocks = view.reader().blocksIn(m_range);
    m_next = blocks.empty() ? view.durable() + 1 : blocks.front().first;
    // What a ring let go, or lies in a file of before, was said before the oldest that is there.
    const auto oldest = view.reader().blockOf(view.first());
    m_isBeginGone =
        view.first() > meta.begin && (!oldest || oldest->firstTime > toNs(m_range.begin));
    return Done{};
}

Status StretchKeeper::tickUntil(std::int64_t time, bool all)
{
    for (; m_nextTick < m_ticks.size(); ++m_nextTick) {
        const StoredTick& tick = m_ticks[m_nextTick];
        if (!all && tick.time > time)
            break;
        if (tick.time < toNs(m_range.begin) || tick.time >= toNs(m_range.end))
            continue;
        if (auto status = m_maker->tick(tick.time, tick.busQueue, tick.writerQueue); !status)
            return status;
    }
    return Done{};
}

Status StretchKeeper::copy(RecordingReader& reader, const BlockRef& block, Seq upTo)
{
    if (block.lastTime < toNs(m_range.begin) ||
        (block.firstTime >= toNs(m_range.end) && block.firstTime < m_until))
        return Done{};
    if (!m_stored->load(reader, block)) {
        Gap gap;
        gap.cause = "damaged-block";
        gap.from = block.firstTime;
        gap.to = block.lastTime;
        gap.count = upTo - std::max(m_next, block.first) + 1;
        return m_maker->note(gap);
    }
    const Columns& heard = m_stored->heard();
    const auto rows = static_cast<std::size_t>(
        std::min<Seq>(upTo - block.first + 1, static_cast<Seq>(heard.size())));
    for (std::size_t row = 0; row < rows; ++row) {
        HeardMessage message = m_stored->next();
        if (block.first + static_cast<Seq>(row) < m_next)
            continue;
        m_isPast = m_isPast || heard.received[row] >= m_until;
        if (!m_range.contains(fromNs(heard.time[row])))
            continue;
        if (auto status = tickUntil(heard.received[row], false); !status)
            return status;
        const ConnectionEntry from = m_names->connectionEntry(message.connection);
        message.connection = m_maker->connection(QString::fromStdString(from.url),
                                                 QString::fromStdString(from.name));
        // Its bytes belong to the block, and may be changed.
        message.raw.detach();
        message.headers.detach();
        if (auto status = m_maker->add(message); !status)
            return status;
        ++m_messages;
    }
    return Done{};
}

Result<bool> StretchKeeper::advance(const Source& source, bool isOver, const std::stop_token& stop)
{
    if (source.set)
        return Error{ErrorCode::Unsupported,
                     u"Only of one recording a stretch can be kept; here are several."_s};
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    auto* reader = dynamic_cast<RecordingReader*>(&view->reader());
    if (reader == nullptr)
        return Error{ErrorCode::Unsupported, u"This recording cannot be copied in part."_s};
    if (m_next == 0) {
        if (auto status = begin(source, *view); !status)
            return status.error();
    }
    std::int64_t after = m_ticks.empty() ? 0 : m_ticks.back().id;
    for (bool isFull = true; isFull; after = m_ticks.empty() ? after : m_ticks.back().id) {
        const auto more = reader->ticksAfter(after, kTicksAtOnce);
        m_ticks.insert(m_ticks.end(), more.begin(), more.end());
        isFull = more.size() == kTicksAtOnce;
    }
    while (m_next <= view->durable() && !m_isPast) {
        view->refresh();
        const auto blocks = reader->blocksFrom(m_next, kKeptBlocksAtOnce);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return cancelled();
            // More may be there by now; it comes with the next call.
            const Seq upTo = std::min(block.last(), view->durable());
            if (upTo < m_next)
                break;
            if (auto status = copy(*reader, block, upTo); !status)
                return status.error();
            m_next = upTo + 1;
        }
    }
    if (!isOver && !m_isPast)
        return false;
    if (auto status = finish(*view); !status)
        return status.error();
    return true;
}

Status StretchKeeper::finish(SourceView& view)
{
    if (auto status = tickUntil(0, true); !status)
        return status;
    for (Gap gap : view.reader().gaps()) {
        if (gap.to < toNs(m_range.begin) || gap.from >= toNs(m_range.end))
            continue;
        const ConnectionEntry from = m_names->connectionEntry(gap.connection);
        gap.connection = m_maker->connection(QString::fromStdString(from.url),
                                             QString::fromStdString(from.name));
        if (auto status = m_maker->note(gap); !status)
            return status;
    }
    const Status status = m_maker->finish();
    m_maker.reset();
    return status;
}

} // namespace murmur
