// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/session.h"

#include "recording/copy.h"
#include "session/jobs.h"
#include "session/naming.h"
#include "session/notes.h"
#include "session/recorder.h"
#include "session/recorderprivate.h"
#include "session/recordingset.h"
#include "session/setnaming.h"

#include <QFileInfo>
#include <QThreadPool>
#include <QTimer>
#include <QtConcurrent>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kReaders = 3;
constexpr auto kGrowInterval = 33ms;
constexpr auto kForeignInterval = 500ms;
constexpr auto kConnectionInterval = 500ms;

} // namespace

Extent extentOf(const RecordingTotals& totals)
{
    Extent extent;
    extent.first = totals.first;
    if (totals.last < totals.first)
        return extent;
    extent.last = totals.last;
    extent.missing = totals.missing();
    extent.time = {fromNs(totals.firstTime), fromNs(totals.lastTime + 1)};
    return extent;
}

struct Session::Private
{
    Source source;
    Recorder* recorder = nullptr;
    Extent seen;
    Extent durable;
    bool isLive = false;
    QThreadPool pool;
    QTimer growTimer;
    QTimer connectionTimer;
    bool looking = false; // a foreign writer's file is being looked at
    Naming naming;
    std::uint32_t namedAgents = 0; // that the naming was applied to
};

Session::Session()
    : d(std::make_unique<Private>())
{
    d->pool.setMaxThreadCount(kReaders);
}

Session::~Session()
{
    d->pool.clear();
    d->pool.waitForDone();
}

Result<std::unique_ptr<Session>> Session::open(const QString& path)
{
    std::unique_ptr<Session> session(new Session);
    Private& d = *session->d;
    d.source.pool = std::make_shared<ReaderPool>(path);
    d.source.names = std::make_shared<Dictionaries>();
    {
        auto lease = d.source.pool->lease();
        if (!lease)
            return lease.error();
        (*lease)->loadNames(*d.source.names);
        const RecordingMeta meta = (*lease)->meta();
        d.seen = d.durable = extentOf(meta.totals);
        d.isLive = !meta.isClean;
        d.naming = readNaming(path, meta);
    }
    session->applyNaming();
    if (d.isLive) {
        // Another process may be writing it, or it was not closed in order: looking again costs
        // little and tells.
        connect(&d.growTimer, &QTimer::timeout, session.get(), &Session::lookAgain);
        // Opened by a worker, it moves to another thread, where alone its timer can run.
        d.growTimer.setParent(session.get());
        QMetaObject::invokeMethod(
            session.get(), [&d] { d.growTimer.start(kForeignInterval); }, Qt::QueuedConnection);
        d.isLive = false;
    }
    return session;
}

Result<std::unique_ptr<Session>> Session::open(const QStringList& paths,
                                               const SessionOptions& options)
{
    if (paths.size() == 1 && options.offsets.empty() && !options.keepApart && !options.asRecorded)
        return open(paths.front());
    auto opened = openRecordings(paths, options);
    if (!opened)
        return opened.error();
    std::unique_ptr<Session> session(new Session);
    Private& d = *session->d;
    d.source.set = *opened;
    d.naming = (*opened)->naming;
    d.source.names = (*opened)->names;
    d.source.pool = std::make_shared<ReaderPool>(
        paths.front(), [set = *opened](const QString&) { return openReader(set); });
    for (const RecordingInfo& info : (*opened)->infos) {
        if (!info.isShown || info.extent.last == 0)
            continue;
        TimeRange& all = d.seen.time;
        all.begin =
            all.isEmpty() ? info.extent.time.begin : std::min(all.begin, info.extent.time.begin);
        all.end = std::max(all.end, info.extent.time.end);
    }
    for (const Member& member : (*opened)->members)
        d.seen.last =
            (*opened)->isJoined ? std::max(d.seen.last, member.last) : d.seen.last + member.count;
    d.durable = d.seen;
    return session;
}

Result<std::unique_ptr<Session>> Session::follow(Recorder* recorder)
{
    std::unique_ptr<Session> session(new Session);
    Private& d = *session->d;
    Recorder::Private& r = *recorder->d;
    d.source = {r.pool, r.tail, r.names, nullptr, r.findings};
    d.recorder = recorder;
    d.isLive = true;
    {
        const std::lock_guard lock(r.mutex);
        if (auto naming = namingFromJson(r.agentNames))
            d.naming = std::move(*naming);
    }
    Session* raw = session.get();
    connect(&d.growTimer, &QTimer::timeout, raw, &Session::followRecorder);
    connect(&d.connectionTimer, &QTimer::timeout, raw,
            [raw] { Q_EMIT raw->connectionsChanged(raw->d->recorder->status().connections); });
    connect(recorder, &Recorder::ended, raw,
            [raw](const QString& sentence) { Q_EMIT raw->recordingEnded(sentence); });
    connect(recorder, &Recorder::statusChanged, raw, [raw] {
        const auto state = raw->d->recorder->status().state;
        if (state != RecorderStatus::State::Stopped && state != RecorderStatus::State::Failed)
            return;
        raw->followRecorder();
        raw->d->isLive = false;
        raw->d->growTimer.stop();
        raw->d->connectionTimer.stop();
    });
    connect(recorder, &QObject::destroyed, raw, [raw] {
        raw->d->recorder = nullptr;
        raw->d->growTimer.stop();
        raw->d->connectionTimer.stop();
    });
    d.growTimer.start(kGrowInterval);
    d.connectionTimer.start(kConnectionInterval);
    return session;
}

void Session::followRecorder()
{
    if (d->recorder == nullptr)
        return;
    Extent seen;
    Extent durable;
    {
        const Recorder::Private& r = *d->recorder->d;
        const std::lock_guard lock(r.mutex);
        durable = extentOf(r.durable);
        seen.last = r.seen;
        seen.first = r.durable.first;
        // Once the beginning is gone, the file knows where it begins.
        if (r.seen > 0)
            seen.time = {seen.first > 1 && durable.last > 0 ? durable.time.begin
                                                            : fromNs(r.firstTime),
                         fromNs(r.lastTime + 1)};
    }
    if (seen == d->seen && durable == d->durable)
        return;
    d->seen = seen;
    d->durable = durable;
    applyNaming();
    Q_EMIT grew(seen, durable);
}

void Session::lookAgain()
{
    if (d->looking)
        return;
    d->looking = true;
    QtConcurrent::run(&d->pool, [source = d->source]() -> std::pair<Extent, bool> {
        auto lease = source.pool->lease();
        if (!lease)
            return {};
        (*lease)->loadNames(*source.names);
        const RecordingMeta meta = (*lease)->meta();
        return {extentOf(meta.totals), meta.isClean};
    }).then(this, [this](const std::pair<Extent, bool>& found) {
        d->looking = false;
        if (found.first.last == 0)
            return; // it could not be read just now
        if (found.second)
            d->growTimer.stop();
        const bool hasEnded = d->isLive && found.second;
        if (found.first.last <= d->durable.last && found.first.first == d->durable.first &&
            !hasEnded)
            return;
        d->isLive = !found.second;
        d->seen = d->durable = found.first;
        applyNaming();
        Q_EMIT grew(d->seen, d->durable);
        if (hasEnded)
            Q_EMIT recordingEnded({});
    });
}

QString Session::path() const
{
    return d->source.pool->path();
}

bool Session::isLive() const
{
    return d->isLive;
}

Extent Session::seen() const
{
    return d->seen;
}

Extent Session::durable() const
{
    return d->durable;
}

std::shared_ptr<const Dictionaries> Session::dictionaries() const
{
    return d->source.names;
}

const Naming& Session::naming() const
{
    return d->naming;
}

/// Also for agents that have come since.
void Session::applyNaming()
{
    const std::uint32_t agents = d->source.names->counts().agents;
    if (d->source.set || agents == d->namedAgents)
        return;
    d->namedAgents = agents;
    if (!d->naming.isEmpty())
        d->source.names->setGiven(givenNames(d->naming, *d->source.names));
}

QFuture<Status> Session::setNaming(const Naming& naming)
{
    for (const NameRule& rule : naming.rules) {
        if (auto status = checkNameRule(rule); !status)
            return QtFuture::makeReadyFuture(std::move(status));
    }
    d->naming = naming;
    if (d->source.set) {
        if (d->source.names->setGiven(givenNames(*d->source.set, naming)))
            Q_EMIT namesChanged();
        return QtConcurrent::run(
            &d->pool, [set = d->source.set, naming] { return keepNaming(*set, naming); });
    }
    d->namedAgents = d->source.names->counts().agents;
    const bool isChanged = d->source.names->setGiven(givenNames(naming, *d->source.names));
    const QByteArray json = namingToJson(naming);
    bool isOurs = false;
    if (d->recorder != nullptr && d->isLive) {
        Recorder::Private& r = *d->recorder->d;
        const std::lock_guard lock(r.mutex);
        r.agentNames = json;
        ++r.agentNamesRevision;
        isOurs = true;
    }
    if (isChanged)
        Q_EMIT namesChanged();
    // Notes go before what stands in the recording, should somebody have written some meanwhile.
    if (isOurs && !QFileInfo::exists(notesPath(path())))
        return QtFuture::makeReadyFuture(Status(Done{}));
    return QtConcurrent::run(&d->pool, [path = path(), naming, source = d->source] {
        auto lease = source.pool->lease();
        if (!lease)
            return Status(lease.error());
        return keepNaming(path, (*lease)->meta().uuid, naming);
    });
}

std::vector<RecordingInfo> Session::recordings() const
{
    return d->source.set ? d->source.set->infos : std::vector<RecordingInfo>();
}

std::shared_ptr<const Source> Session::source() const
{
    return std::make_shared<const Source>(d->source);
}

QFuture<Result<SessionInfo>> Session::info()
{
    std::vector<ConnectionInfo> live;
    if (d->recorder != nullptr && d->isLive)
        live = d->recorder->status().connections;
    return QtConcurrent::run(
        &d->pool, [source = d->source, live, isLive = d->isLive]() -> Result<SessionInfo> {
            auto info = infoJob(source);
            if (info) {
                info->isLive = info->isLive || isLive;
                for (const ConnectionInfo& connection : live) {
                    const auto stored =
                        std::ranges::find(info->connections, connection.id, &ConnectionInfo::id);
                    if (stored != info->connections.end())
                        *stored = connection;
                }
            }
            return info;
        });
}

QFuture<Result<TileSlice>> Session::tiles(TileRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return tilesJob(source, request);
    });
}

QFuture<Result<MarkSlice>> Session::marks(TimeRange range, int limit, std::stop_token stop)
{
    return marks(MarkRequest{range, limit, {}, std::move(stop)});
}

QFuture<Result<MarkSlice>> Session::marks(MarkRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return marksJob(source, request);
    });
}

QFuture<Result<std::vector<MessageRow>>> Session::rows(RowRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return rowsJob(source, request);
    });
}

QFuture<Result<MessageDetail>> Session::message(Seq seq)
{
    return QtConcurrent::run(&d->pool,
                             [source = d->source, seq] { return messageJob(source, seq); });
}

QFuture<Result<std::vector<MessageDetail>>> Session::messages(RowRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return messagesJob(source, request);
    });
}

QFuture<Result<StateSlice>> Session::state(StateRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return stateJob(source, request);
    });
}

QFuture<Result<MatchList>> Session::search(MatchRequest request)
{
    return QtConcurrent::run(&d->pool, [source = d->source, request = std::move(request)] {
        return searchJob(source, request);
    });
}

QFuture<Result<Seq>> Session::seqAt(TimePoint t)
{
    return QtConcurrent::run(&d->pool, [source = d->source, t] { return seqAtJob(source, t); });
}

QFuture<Result<Seq>> Session::seqNamed(const QString& text)
{
    return QtConcurrent::run(&d->pool,
                             [source = d->source, text] { return seqNamedJob(source, text); });
}

QFuture<Result<std::vector<Gap>>> Session::gaps()
{
    return QtConcurrent::run(&d->pool, [source = d->source] { return gapsJob(source); });
}

QFuture<Result<std::vector<Lag>>> Session::lags(LagRequest request)
{
    return QtConcurrent::run(&d->pool,
                             [source = d->source, request] { return lagsJob(source, request); });
}

QFuture<Status> Session::saveAs(const QString& target, std::function<void(double)> progress,
                                std::stop_token stop)
{
    if (d->source.set)
        return QtFuture::makeReadyFuture(Status(Error{
            ErrorCode::Unsupported,
            u"A session of several recordings is no file that could be copied; murmur merge makes one of them."_s}));
    return QtConcurrent::run(
        &d->pool, [source = d->source, target, progress = std::move(progress), stop,
                   names = d->naming.isEmpty() ? QByteArray() : namingToJson(d->naming)] {
            // A lease keeps the recorder from closing the file in the middle.
            auto lease = source.pool->lease();
            if (!lease)
                return Status(lease.error());
            return copyRecording(source.pool->path(), target, progress, stop, names);
        });
}

} // namespace murmur
