// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/laneset.h"

#include "session/filtermarks.h"
#include "session/jobs.h"
#include "session/lanereader.h"

#include <QFutureWatcher>
#include <QThreadPool>
#include <QTimer>
#include <QtConcurrent>

#include <algorithm>
#include <atomic>
#include <chrono>

using namespace std::chrono_literals;

namespace murmur {

namespace {

/// Blocks from which the lanes are chosen, evenly from all of the recording.
constexpr std::size_t kSampled = 256;
constexpr int kBlocksAStep = 64;
/// For each message in sight as many elsewhere.
constexpr std::int64_t kWeightInSight = 1000;
constexpr std::uint32_t kReduced =
    TimeColumns | SizeColumns | ActorColumns | CallColumns | LateColumns;

/// What the scan and the questions share.
struct Lanes
{
    std::shared_ptr<const Source> session;
    std::shared_ptr<LaneNames> names;
    std::shared_ptr<LaneStore> store = std::make_shared<LaneStore>();
    FilterPtr filter;
    std::atomic<std::int64_t> done = 0;
    std::atomic<std::int64_t> total = 1;
    std::atomic<bool> isUsable = false;
};

Result<std::unique_ptr<LaneReader>> openLanes(const Lanes& lanes)
{
    auto lease = lanes.session->pool->lease();
    if (!lease)
        return lease.error();
    return std::make_unique<LaneReader>(std::move(*lease), lanes.names, lanes.store, lanes.filter,
                                        lanes.session->names);
}

/// The session's source with lanes for agents. Of one question: its reader is given back with it.
Source sourceOf(const std::shared_ptr<Lanes>& lanes)
{
    Source source;
    source.names = lanes->names->names();
    source.set = lanes->session->set;
    if (lanes->session->tail) {
        source.tail = std::make_shared<Tail>();
        for (const Tail::Run& run : lanes->session->tail->snapshot()) {
            auto copy = std::make_shared<Chunk>();
            copy->columns = run->columns;
            RunPayload payload(*run);
            putIntoLanes(lanesOfRows(*lanes->names, lanes->filter.get(), *lanes->session->names,
                                     run->columns, &payload),
                         copy->columns);
            source.tail->publish(std::move(copy));
        }
    }
    source.pool = std::make_shared<ReaderPool>(
        lanes->session->pool->path(),
        [lanes](const QString&) -> Result<std::unique_ptr<BlockReader>> {
            auto opened = openLanes(*lanes);
            if (!opened)
                return opened.error();
            return std::unique_ptr<BlockReader>(std::move(*opened));
        });
    return source;
}

/// Where the reduction of one recording stands.
struct Reduction
{
    std::unique_ptr<TilePyramid> pyramid;
    Seq next = 1;
    bool isClosed = false;
};

} // namespace

struct LaneSet::Private
{
    std::shared_ptr<Lanes> lanes;
    TimeRange first;
    /// Of each recording; of the scan, which only one thread does at a time.
    std::shared_ptr<std::vector<Reduction>> reductions = std::make_shared<std::vector<Reduction>>();
    std::stop_source stop;
    QThreadPool pool;
    QTimer ticker;
    bool isScanning = false;
    bool isStale = false;
    QString failure;
};

namespace {

/// One scan, or its going on: lanes, what is looked at, tiles.
class Scan
{
public:
    Scan(std::shared_ptr<Lanes> lanes, std::shared_ptr<std::vector<Reduction>> reductions,
         TimeRange first, std::stop_token stop)
        : m_lanes(std::move(lanes))
        , m_reductions(std::move(reductions))
        , m_first(first)
        , m_stop(std::move(stop))
    {
    }

    Status run()
    {
        if (!m_lanes->isUsable) {
            // Nobody else reads it before the lanes can be used.
            auto answered = filterWithMarks(*m_lanes->session, m_lanes->filter, m_stop);
            if (!answered)
                return answered.error();
            m_lanes->filter = std::move(*answered);
            if (auto status = choose(); !status)
                return status;
        }
        return reduce();
    }

private:
    [[nodiscard]] bool isDear() const { return m_lanes->filter || m_lanes->names->needsBytes(); }

    Status choose()
    {
        auto reader = openLanes(*m_lanes);
        if (!reader)
            return reader.error();
        BlockReader& plain = (*reader)->plain();
        const std::vector<BlockRef> seen = plain.blocksIn(m_first);
        std::vector<BlockRef> sampled = evenly(seen);
        const std::size_t inSight = sampled.size();
        const std::vector<BlockRef> everywhere =
            evenly(plain.blocksIn({TimePoint::min(), TimePoint::max()}));
        sampled.insert(sampled.end(), everywhere.begin(), everywhere.end());
        m_lanes->total = static_cast<std::int64_t>(sampled.size() + (isDear() ? seen.size() : 0));
        Columns columns;
        for (std::size_t i = 0; i < sampled.size(); ++i) {
            const BlockRef& block = sampled[i];
            if (m_stop.stop_requested())
                return cancelled();
            if (plain.load(block, TimeColumns | m_lanes->names->columns(), columns)) {
                BlockPayload payload(plain, block, columns);
                // What a person looks at has lanes, however rare it is elsewhere.
                m_lanes->names->count(columns, &payload, i < inSight ? kWeightInSight : 1);
            }
            ++m_lanes->done;
        }
        m_lanes->names->settle();
        for (BlockReader* part : (*reader)->parts()) {
            for (const BlockRef& block :
                 isDear() ? part->blocksIn(m_first) : std::vector<BlockRef>()) {
                if (m_stop.stop_requested())
                    return cancelled();
                (void)part->load(block, TimeColumns, columns); // keeps the lanes of its rows
                ++m_lanes->done;
            }
        }
        m_lanes->isUsable = true;
        return Done{};
    }

    static std::vector<BlockRef> evenly(const std::vector<BlockRef>& blocks)
    {
        std::vector<BlockRef> some;
        const std::size_t step = blocks.size() / kSampled + 1;
        for (std::size_t i = 0; i < blocks.size(); i += step)
            some.push_back(blocks[i]);
        return some;
    }

    Status reduce()
    {
        std::size_t count = 0;
        {
            auto reader = openLanes(*m_lanes);
            if (!reader)
                return reader.error();
            const auto parts = (*reader)->parts();
            count = parts.size();
            m_reductions->resize(count);
            std::int64_t total = 0;
            std::int64_t done = 0;
            for (std::size_t i = 0; i < count; ++i) {
                total += std::max<Seq>(0, parts[i]->last() - parts[i]->first() + 1);
                done += (*m_reductions)[i].next - std::max<Seq>(1, parts[i]->first());
            }
            m_lanes->total = std::max<std::int64_t>(1, total);
            m_lanes->done = std::max<std::int64_t>(0, done);
        }
        for (std::size_t part = 0; part < count; ++part) {
            if (auto status = reduce(part); !status)
                return status;
        }
        m_lanes->store->setReady();
        return Done{};
    }

    Status reduce(std::size_t part)
    {
        Reduction& state = (*m_reductions)[part];
        if (!state.pyramid)
            state.pyramid = std::make_unique<TilePyramid>(*m_lanes->names->names());
        std::vector<FinishedTile> finished;
        bool isLive = false;
        std::uint32_t number = 0;
        Columns columns;
        for (bool isMore = true; isMore;) {
            // A reader for a few blocks only: the recorder may want its file for itself.
            auto reader = openLanes(*m_lanes);
            if (!reader)
                return reader.error();
            const auto parts = (*reader)->parts();
            if (part >= parts.size())
                break;
            BlockReader& own = *parts[part];
            number = parts.front() == reader->get() ? 0 : static_cast<std::uint32_t>(part + 1);
            isLive = !own.meta().isClean;
            std::vector<BlockRef> blocks =
                own.blocksFrom(std::max(state.next, own.first()), kBlocksAStep);
            // The open block is not what it will be.
            const Seq last = own.last();
            if (isLive && !blocks.empty() && blocks.back().last() >= last)
                blocks.pop_back();
            isMore = !blocks.empty();
            for (const BlockRef& block : blocks) {
                if (m_stop.stop_requested())
                    return cancelled();
                if (own.load(block, kReduced, columns))
                    add(*state.pyramid, columns, own.offset(), finished);
                m_lanes->done += block.last() + 1 - state.next;
                state.next = block.last() + 1;
            }
            if (!finished.empty())
                m_lanes->store->put(number, std::move(finished));
            finished.clear();
        }
        if (!isLive && !state.isClosed) {
            state.isClosed = true;
            state.pyramid->close(finished);
            m_lanes->store->put(number, std::move(finished));
        }
        return Done{};
    }

    /// Without what the filter hides, and in the recording's own time.
    void add(TilePyramid& pyramid, Columns& columns, std::int64_t offset,
             std::vector<FinishedTile>& finished)
    {
        std::size_t kept = 0;
        const Seq last = columns.last();
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (columns.time[row] == kNoTime)
                continue;
            columns.time[kept] = movedTime(columns.time[row], -offset);
            columns.sender[kept] = columns.sender[row];
            columns.kind[kept] = columns.kind[row];
            columns.rawSize[kept] = columns.rawSize[row];
            columns.headerSize[kept] = columns.headerSize[row];
            columns.closes[kept] = columns.closes[row];
            columns.latency[kept] = columns.latency[row];
            ++kept;
        }
        if (kept == 0)
            return;
        columns.time.resize(kept);
        for (LateFact& fact : columns.late)
            fact.time = movedTime(fact.time, -offset);
        // Its last row stands for the block, so that "through" is true of it.
        columns.first = last - static_cast<Seq>(kept) + 1;
        pyramid.add(columns, finished);
    }

    std::shared_ptr<Lanes> m_lanes;
    std::shared_ptr<std::vector<Reduction>> m_reductions;
    TimeRange m_first;
    std::stop_token m_stop;
};

} // namespace

LaneSet::LaneSet(std::shared_ptr<const Source> source, LaneKey key, FilterPtr filter,
                 TimeRange first, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->lanes = std::make_shared<Lanes>();
    d->lanes->names = std::make_shared<LaneNames>(std::move(key), source->names);
    d->lanes->session = std::move(source);
    d->lanes->filter = std::move(filter);
    d->first = first;
    d->pool.setMaxThreadCount(2); // the scan, and a question at a time
    d->ticker.setInterval(100ms);
    connect(&d->ticker, &QTimer::timeout, this, &LaneSet::changed);
    scan();
}

LaneSet::~LaneSet()
{
    d->stop.request_stop();
    d->pool.clear();
    d->pool.waitForDone();
}

void LaneSet::scan()
{
    d->isScanning = true;
    d->isStale = false;
    d->ticker.start();
    QtConcurrent::run(&d->pool, [lanes = d->lanes, reductions = d->reductions, first = d->first,
                                 stop = d->stop.get_token()] {
        return Scan(lanes, reductions, first, stop).run();
    }).then(this, [this](const Status& status) {
        d->isScanning = false;
        d->ticker.stop();
        if (!status && status.error().code != ErrorCode::Cancelled)
            d->failure = status.error().message;
        Q_EMIT changed();
    });
}

void LaneSet::grow()
{
    // Behind the tiles readers look at the messages; now and then is enough.
    if (!d->isScanning && d->failure.isEmpty())
        scan();
}

const LaneKey& LaneSet::key() const
{
    return d->lanes->names->key();
}

FilterPtr LaneSet::filter() const
{
    return d->lanes->filter;
}

std::shared_ptr<const Dictionaries> LaneSet::names() const
{
    return d->lanes->names->names();
}

bool LaneSet::hasOthers() const
{
    return d->lanes->names->hasOthers();
}

QString LaneSet::specialName(AgentId lane) const
{
    if (index(lane) == LaneNames::kOther)
        return tr("others");
    if (index(lane) != LaneNames::kNone)
        return {};
    switch (key().what) {
    case LaneKey::What::Topic:
        return tr("no topic");
    case LaneKey::What::Conversation:
        return tr("no conversation");
    case LaneKey::What::Connection:
        return tr("no connection");
    case LaneKey::What::Payload:
        return tr("without %1").arg(key().path);
    case LaneKey::What::Agent:
    case LaneKey::What::Group:
        break;
    }
    return tr("unknown");
}

bool LaneSet::isUsable() const
{
    return d->lanes->isUsable;
}

bool LaneSet::isReady() const
{
    return d->lanes->store->isReady();
}

double LaneSet::progress() const
{
    return isReady() ? 1
                     : std::clamp(static_cast<double>(d->lanes->done) /
                                      static_cast<double>(d->lanes->total),
                                  0.0, 1.0);
}

QString LaneSet::failure() const
{
    return d->failure;
}

std::size_t LaneSet::bytes() const
{
    return d->lanes->store->bytes();
}

QFuture<Result<TileSlice>> LaneSet::tiles(TileRequest request)
{
    request.filter.reset(); // the lanes have passed theirs
    return QtConcurrent::run(&d->pool, [lanes = d->lanes, request = std::move(request)] {
        return tilesJob(sourceOf(lanes), request);
    });
}

QFuture<Result<MarkSlice>> LaneSet::marks(MarkRequest request)
{
    return QtConcurrent::run(&d->pool, [lanes = d->lanes, request = std::move(request)] {
        return marksJob(sourceOf(lanes), request);
    });
}

} // namespace murmur
