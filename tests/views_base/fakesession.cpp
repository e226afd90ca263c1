// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views_base/fakesession.h"

#include "session/laneset.h"

#include <QPromise>

#include <algorithm>
#include <map>

namespace murmur {

namespace {

std::shared_ptr<FakeRecording>& nextRecording()
{
    static std::shared_ptr<FakeRecording> next;
    return next;
}

template<typename T>
QFuture<Result<T>> answer(FakeRecording& recording, std::function<Result<T>()> make)
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    const auto fulfil = [promise, make = std::move(make)] {
        promise->addResult(make());
        promise->finish();
    };
    if (recording.holdsAnswers)
        recording.waiting.push_back(fulfil);
    else
        fulfil();
    return promise->future();
}

TileSlice tilesOf(const FakeRecording& recording, const TileRequest& request)
{
    TileSlice slice;
    slice.begin = request.range.begin;
    slice.bucketWidth =
        std::max(nanoseconds(1), request.range.length() / std::max(1, request.columns));
    slice.bucketCount = static_cast<std::size_t>(
        (request.range.length() + slice.bucketWidth - nanoseconds(1)) / slice.bucketWidth);
    slice.through = recording.extent().last;
    std::map<std::uint32_t, TileLane> lanes;
    const auto add = [&](TileLane& lane, std::size_t bucket, Kind kind) {
        auto& sent = lane.sent[static_cast<std::size_t>(kind)];
        sent.resize(slice.bucketCount);
        ++sent[bucket];
        ++lane.total;
        lane.errors += kind == Kind::Error;
    };
    for (const Mark& mark : recording.marks) {
        if (!request.range.contains(fromNs(mark.time)))
            continue;
        const auto bucket =
            static_cast<std::size_t>((fromNs(mark.time) - slice.begin) / slice.bucketWidth);
        add(slice.total, bucket, mark.kind);
        if (!request.perAgent ||
            (!request.agents.empty() &&
             std::ranges::find(request.agents, mark.sender) == request.agents.end()))
            continue;
        TileLane& lane = lanes[index(mark.sender)];
        lane.agent = mark.sender;
        add(lane, bucket, mark.kind);
    }
    for (auto& [id, lane] : lanes)
        slice.lanes.push_back(std::move(lane));
    return slice;
}

MessageRow rowOf(const Mark& mark)
{
    MessageRow row;
    row.seq = mark.seq;
    row.time = fromNs(mark.time);
    row.received = row.time;
    row.sender = mark.sender;
    row.audience = mark.audience;
    row.kind = mark.kind;
    row.closes = mark.closes;
    row.latency = mark.latency;
    return row;
}

} // namespace

AgentId FakeRecording::agent(std::string_view name, std::string_view site)
{
    const AgentId id = names->agent(name);
    if (!site.empty())
        names->setLabel(id, Label::Site, site);
    return id;
}

Seq FakeRecording::say(std::int64_t ns, AgentId sender, Kind kind, std::vector<AgentId> receivers,
                       Seq closes)
{
    Mark mark;
    mark.seq = static_cast<Seq>(marks.size()) + 1;
    mark.time = ns;
    mark.sender = sender;
    mark.kind = kind;
    mark.audience = names->audience(std::move(receivers));
    mark.topic = names->topic("swarm.talk");
    mark.closes = closes;
    if (closes > 0)
        mark.latency = ns - marks[static_cast<std::size_t>(closes - 1)].time;
    marks.push_back(mark);
    return mark.seq;
}

void FakeRecording::release()
{
    while (!waiting.empty()) {
        const auto fulfil = std::move(waiting.front());
        waiting.pop_front();
        fulfil();
    }
}

Extent FakeRecording::extent() const
{
    if (marks.empty())
        return {};
    return {static_cast<Seq>(marks.size()),
            {fromNs(marks.front().time), fromNs(marks.back().time + 1)}};
}

struct Session::Private
{
    std::shared_ptr<FakeRecording> recording;
};

Session::Session()
    : d(std::make_unique<Private>())
{
    d->recording = nextRecording();
}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const QString&)
{
    return std::unique_ptr<Session>(new Session);
}

std::shared_ptr<Session> sessionOf(std::shared_ptr<FakeRecording> recording)
{
    nextRecording() = std::move(recording);
    return std::shared_ptr<Session>(std::move(Session::open(QString())).value());
}

void announce(Session& session)
{
    Q_EMIT session.grew(session.seen(), session.seen());
}

QString Session::path() const
{
    return QStringLiteral("fake.murmur");
}

bool Session::isLive() const
{
    return d->recording->isLive;
}

Extent Session::seen() const
{
    return d->recording->extent();
}

Extent Session::durable() const
{
    return seen();
}

std::shared_ptr<const Dictionaries> Session::dictionaries() const
{
    return d->recording->names;
}

const Naming& Session::naming() const
{
    return d->recording->naming;
}

QFuture<Status> Session::setNaming(const Naming& naming)
{
    d->recording->naming = naming;
    if (d->recording->names->setGiven(givenNames(naming, *d->recording->names)))
        Q_EMIT namesChanged();
    return QtFuture::makeReadyFuture(Status(d->recording->namingFails));
}

std::shared_ptr<const Source> Session::source() const
{
    return nullptr; // nothing to scan
}

QFuture<Result<SessionInfo>> Session::info()
{
    return answer<SessionInfo>(*d->recording, [recording = d->recording] {
        SessionInfo info;
        info.extent = recording->extent();
        info.bytesFile = 1234;
        for (const Gap& gap : recording->gaps)
            info.lost += gap.count;
        return info;
    });
}

QFuture<Result<TileSlice>> Session::tiles(TileRequest request)
{
    ++d->recording->tilesAsked;
    if (!request.agents.empty())
        d->recording->lanesAsked = request.agents;
    return answer<TileSlice>(*d->recording, [recording = d->recording, request] {
        return tilesOf(*recording, request);
    });
}

QFuture<Result<MarkSlice>> Session::marks(TimeRange range, int limit, std::stop_token stop)
{
    return marks(MarkRequest{range, limit, {}, std::move(stop)});
}

QFuture<Result<MarkSlice>> Session::marks(MarkRequest request)
{
    ++d->recording->marksAsked;
    return answer<MarkSlice>(*d->recording, [recording = d->recording, request] {
        MarkSlice slice;
        slice.range = request.range;
        slice.through = recording->extent().last;
        for (const Mark& mark : recording->marks) {
            const bool isWanted =
                request.agents.empty() ||
                std::ranges::find(request.agents, mark.sender) != request.agents.end();
            if (!isWanted || !request.range.contains(fromNs(mark.time)))
                continue;
            if (slice.marks.size() == static_cast<std::size_t>(request.limit)) {
                slice.isComplete = false;
                break;
            }
            slice.marks.push_back(mark);
        }
        return slice;
    });
}

QFuture<Result<std::vector<MessageRow>>> Session::rows(RowRequest request)
{
    return answer<std::vector<MessageRow>>(*d->recording, [recording = d->recording, request] {
        std::vector<MessageRow> rows;
        std::vector<Seq> seqs = request.seqs;
        if (seqs.empty()) {
            for (int i = 0; i < request.count; ++i)
                seqs.push_back(request.first + i);
        }
        for (const Seq seq : seqs) {
            if (seq >= 1 && seq <= recording->extent().last)
                rows.push_back(rowOf(recording->marks[static_cast<std::size_t>(seq - 1)]));
        }
        return rows;
    });
}

QFuture<Result<MessageDetail>> Session::message(Seq seq)
{
    return answer<MessageDetail>(*d->recording, [recording = d->recording, seq] {
        MessageDetail detail;
        detail.row = rowOf(recording->marks[static_cast<std::size_t>(seq - 1)]);
        return detail;
    });
}

QFuture<Result<std::vector<MessageDetail>>> Session::messages(RowRequest request)
{
    return answer<std::vector<MessageDetail>>(*d->recording, [recording = d->recording, request] {
        std::vector<MessageDetail> messages;
        for (Seq seq = request.first;
             seq <= recording->extent().last && seq < request.first + request.count; ++seq)
            messages.emplace_back().row =
                rowOf(recording->marks[static_cast<std::size_t>(seq - 1)]);
        return messages;
    });
}

QFuture<Result<StateSlice>> Session::state(StateRequest request)
{
    return answer<StateSlice>(*d->recording, [recording = d->recording, request] {
        StateSlice state = recording->state;
        state.at = request.at;
        return state;
    });
}

QFuture<Result<MatchList>> Session::search(MatchRequest)
{
    return answer<MatchList>(*d->recording, [] { return MatchList{}; });
}

QFuture<Result<Seq>> Session::seqAt(TimePoint t)
{
    return answer<Seq>(*d->recording, [recording = d->recording, t]() -> Result<Seq> {
        const auto found = std::ranges::lower_bound(recording->marks, toNs(t), {}, &Mark::time);
        return found == recording->marks.end() ? recording->extent().last : found->seq;
    });
}

QFuture<Result<std::vector<Gap>>> Session::gaps()
{
    return answer<std::vector<Gap>>(*d->recording,
                                    [recording = d->recording] { return recording->gaps; });
}

QFuture<Result<std::vector<Lag>>> Session::lags(LagRequest request)
{
    return answer<std::vector<Lag>>(*d->recording, [recording = d->recording, request] {
        std::vector<Lag> lags = recording->lags;
        std::erase_if(lags, [&](const Lag& lag) {
            return lag.time < toNs(request.range.begin) - kLagHolds ||
                   lag.time >= toNs(request.range.end);
        });
        return lags;
    });
}

QFuture<Status> Session::saveAs(const QString&, std::function<void(double)>, std::stop_token)
{
    return QtFuture::makeReadyFuture(Status(Done{}));
}

// Lanes need a recording that can be read: here they are looked for, and never found.
struct LaneSet::Private
{
    LaneKey key;
    FilterPtr filter;
};

LaneSet::LaneSet(std::shared_ptr<const Source>, LaneKey key, FilterPtr filter, TimeRange,
                 QObject* parent)
    : QObject(parent)
    , d(new Private{std::move(key), std::move(filter)})
{
}

LaneSet::~LaneSet() = default;

const LaneKey& LaneSet::key() const
{
    return d->key;
}

FilterPtr LaneSet::filter() const
{
    return d->filter;
}

std::shared_ptr<const Dictionaries> LaneSet::names() const
{
    return std::make_shared<Dictionaries>();
}

bool LaneSet::hasOthers() const
{
    return false;
}

QString LaneSet::specialName(AgentId) const
{
    return {};
}

bool LaneSet::isUsable() const
{
    return false;
}

bool LaneSet::isReady() const
{
    return false;
}

double LaneSet::progress() const
{
    return 0.25;
}

QString LaneSet::failure() const
{
    return {};
}

std::size_t LaneSet::bytes() const
{
    return 0;
}

void LaneSet::grow()
{
}

QFuture<Result<TileSlice>> LaneSet::tiles(TileRequest)
{
    return QtFuture::makeReadyFuture(Result<TileSlice>(TileSlice{}));
}

QFuture<Result<MarkSlice>> LaneSet::marks(MarkRequest)
{
    return QtFuture::makeReadyFuture(Result<MarkSlice>(MarkSlice{}));
}

} // namespace murmur
