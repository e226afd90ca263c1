// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/stretchkeeper.h"

#include "codec/codecbook.h"
#include "recording/reader.h"
#include "session/jobs.h"
#include "session/rehearing.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kKeptBlocksAtOnce = 16;
constexpr int kTicksAtOnce = 4096;

} // namespace

StretchKeeper::StretchKeeper(QString path, TimeRange range, std::int64_t until,
                             QStringList earlierFiles)
    : m_path(std::move(path))
    , m_range(range)
    , m_until(until)
    , m_earlier(std::move(earlierFiles))
{
}

StretchKeeper::~StretchKeeper() = default;

Status StretchKeeper::create(const Source& source)
{
    m_names = source.names;
    RecordingMakerOptions options;
    {
        auto lease = source.pool->lease();
        if (!lease)
            return lease.error();
        options.keptDialects = (*lease)->meta().dialects;
    }
    auto maker = RecordingMaker::create(m_path, options);
    if (!maker)
        return maker.error();
    m_maker = std::move(*maker);
    m_stored = std::make_unique<Rehearing>(*m_names);
    for (Schema& schema : m_names->codecs().schemas())
        m_maker->describe(std::move(schema));
    return Done{};
}

/// Where to begin in the oldest file that is there.
void StretchKeeper::begin(SourceView& view)
{
    if (!std::exchange(m_hasBegin, true)) {
        // What a ring let go, or lies in a file before, was said before the oldest that is there.
        const auto oldest = view.reader().blockOf(view.first());
        m_isBeginGone = view.first() > 1 && (!oldest || oldest->firstTime > toNs(m_range.begin));
    }
    const auto blocks = view.reader().blocksIn(m_range);
    m_next = blocks.empty() ? view.durable() + 1 : blocks.front().first;
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
        gap.cause = kDamaged;
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

Status StretchKeeper::copyFrom(SourceView& view, RecordingReader& reader,
                               const std::stop_token& stop)
{
    for (bool isFull = true; isFull;) {
        const auto more = reader.ticksAfter(m_ticks.empty() ? 0 : m_ticks.back().id, kTicksAtOnce);
        m_ticks.insert(m_ticks.end(), more.begin(), more.end());
        isFull = more.size() == kTicksAtOnce;
    }
    while (m_next <= view.durable() && !m_isPast) {
        view.refresh();
        const auto blocks = reader.blocksFrom(m_next, kKeptBlocksAtOnce);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return cancelled();
            // More may be there by now; it comes with the next call.
            const Seq upTo = std::min(block.last(), view.durable());
            if (upTo < m_next)
                break;
            // A ring let go of them in the middle of it.
            if (block.first > m_next)
                m_missing += block.first - m_next;
            if (auto status = copy(reader, block, upTo); !status)
                return status;
            m_next = upTo + 1;
        }
    }
    return Done{};
}

Result<bool> StretchKeeper::copyAll(const Source& source, const QString& file,
                                    const std::stop_token& stop)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    // While a reader is lent the recorder does not go on in another file.
    if (source.pool->path() != file)
        return false;
    auto* reader = dynamic_cast<RecordingReader*>(&view->reader());
    if (reader == nullptr)
        return Error{ErrorCode::Unsupported, u"This recording cannot be copied in part."_s};
    if (m_next == 0)
        begin(*view);
    if (auto status = copyFrom(*view, *reader, stop); !status)
        return status.error();
    return true;
}

/// What a split recording wrote before: the names are the same in all its files.
Status StretchKeeper::copyEarlier(const Source& source, const std::stop_token& stop)
{
    while (!m_earlier.isEmpty()) {
        const QString file = m_earlier.takeFirst();
        const Source before{std::make_shared<ReaderPool>(file), nullptr, source.names, nullptr,
                            nullptr};
        // One that was deleted meanwhile is missing as what a ring let go is.
        if (const auto copied = copyAll(before, file, stop); !copied) {
            if (copied.error().code != ErrorCode::Cancelled)
                continue;
            m_earlier.prepend(file);
            return copied.error();
        }
        auto lease = before.pool->lease();
        if (!lease)
            continue;
        if (auto status = leave(**lease); !status)
            return status;
        m_ticks.clear();
        m_nextTick = 0;
    }
    return Done{};
}

Result<bool> StretchKeeper::advance(const Source& source, bool isOver, const std::stop_token& stop)
{
    if (source.set)
        return Error{ErrorCode::Unsupported,
                     u"Only of one recording a stretch can be kept; here are several."_s};
    if (m_isWhole)
        return true;
    if (m_isOver)
        return Error{ErrorCode::Unwritable, u"%1 could not be ended in order."_s.arg(m_path)};
    if (!m_maker) {
        if (auto status = create(source); !status)
            return status.error();
        m_source = source.pool->path();
        m_earlier.removeAll(m_source);
    }
    for (bool isCopied = false; !isCopied;) {
        const QString path = source.pool->path();
        if (m_source != path)
            m_earlier << std::exchange(m_source, path);
        if (auto status = copyEarlier(source, stop); !status)
            return status.error();
        const auto copied = copyAll(source, m_source, stop);
        if (!copied)
            return copied.error();
        isCopied = *copied;
    }
    if (!isOver && !m_isPast)
        return false;
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    if (auto status = leave(**lease); !status)
        return status.error();
    m_isOver = true;
    if (auto status = m_maker->finish(); !status)
        return status.error();
    m_maker.reset();
    m_isWhole = true;
    return true;
}

Status StretchKeeper::leave(BlockReader& reader)
{
    if (auto status = tickUntil(0, true); !status)
        return status;
    for (Gap gap : reader.gaps()) {
        if (gap.to < toNs(m_range.begin) || gap.from >= toNs(m_range.end))
            continue;
        const ConnectionEntry from = m_names->connectionEntry(gap.connection);
        gap.connection = m_maker->connection(QString::fromStdString(from.url),
                                             QString::fromStdString(from.name));
        if (auto status = m_maker->note(gap); !status)
            return status;
    }
    return Done{};
}

} // namespace murmur
