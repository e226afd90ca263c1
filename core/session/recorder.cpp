// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recorder.h"

#include "base/boundedqueue.h"
#include "recording/writer.h"
#include "session/interpreter.h"
#include "session/recorderprivate.h"

#include <QFile>
#include <QFileInfo>
#include <QPointer>
#include <QStorageInfo>
#include <QSysInfo>
#include <QTimer>

#include <future>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kHeardQueueBytes = std::size_t(64) << 20;
constexpr std::size_t kWriterQueueBytes = std::size_t(32) << 20;
constexpr std::size_t kQueueItems = 1u << 20;
/// Rows travel to the writer in runs of about this size: small enough for blocks to come out even.
constexpr std::size_t kRunBytes = std::size_t(32) << 10;
constexpr std::size_t kRunRows = 1024;
constexpr auto kCommitInterval = 100ms;
constexpr std::size_t kCommitBytes = std::size_t(32) << 20;

/// Kept free on the disk, as the size of the .lock file.
constexpr qint64 kReserveBytes = qint64(4) << 20;

/// What a queued message costs in memory beside its bytes.
constexpr std::size_t kMessageOverhead = sizeof(HeardMessage) + 96;

std::size_t cost(const HeardMessage& message)
{
    return static_cast<std::size_t>(message.raw.size() + message.headers.size()) + kMessageOverhead;
}

} // namespace

void RecorderSink::hear(std::vector<HeardMessage>&& batch)
{
    if (batch.empty())
        return;
    std::size_t bytes = 0;
    for (const HeardMessage& message : batch)
        bytes += cost(message);
    {
        const std::lock_guard lock(m_mutex);
        for (const HeardMessage& message : batch)
            ++at(message.connection).received;
    }
    if (m_waits) {
        (void)m_queue.put(std::move(batch), bytes);
        return;
    }
    if (m_queue.offer(std::move(batch), bytes))
        return;
    // Full: the newest copy goes, and the hole is written down per connection and topic.
    const std::lock_guard lock(m_mutex);
    for (const HeardMessage& message : batch) {
        ++at(message.connection).dropped;
        Gap& gap = m_drops[{index(message.connection), message.topic.toStdString()}];
        if (gap.count == 0) {
            gap.connection = message.connection;
            gap.topic = message.topic.toStdString();
            gap.cause = "client-drop";
            gap.from = message.received;
        }
        gap.to = message.received;
        ++gap.count;
    }
}

void RecorderSink::note(Gap gap)
{
    const std::lock_guard lock(m_mutex);
    if (gap.cause != kSubscriberCut) {
        at(gap.connection).lost += gap.count;
        if (gap.lostIs != LostIs::Exact)
            at(gap.connection).lostIs = gap.lostIs;
    }
    m_gaps.push_back(std::move(gap));
}

std::vector<Gap> RecorderSink::takeGaps()
{
    const std::lock_guard lock(m_mutex);
    std::vector<Gap> gaps = std::move(m_gaps);
    m_gaps.clear();
    for (auto& [key, gap] : m_drops)
        gaps.push_back(std::move(gap));
    m_drops.clear();
    return gaps;
}

RecorderSink::Counters& RecorderSink::at(ConnectionId id)
{
    if (index(id) >= m_counters.size())
        m_counters.resize(index(id) + 1);
    return m_counters[index(id)];
}

std::vector<RecorderSink::Counters> RecorderSink::counters() const
{
    const std::lock_guard lock(m_mutex);
    return m_counters;
}

Recorder::Recorder(RecorderOptions options, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->options = std::move(options);
    d->heard =
        std::make_unique<BoundedQueue<std::vector<HeardMessage>>>(kQueueItems, kHeardQueueBytes);
    d->runs = std::make_unique<BoundedQueue<Tail::Run>>(kQueueItems, kWriterQueueBytes);
    d->sink = std::make_unique<RecorderSink>(*d->heard);
    d->pool = std::make_shared<ReaderPool>(d->options.path);
}

Recorder::~Recorder()
{
    (void)stop();
}

QString Recorder::path() const
{
    return d->options.path;
}

MessageSink& Recorder::sink()
{
    return *d->sink;
}

void Recorder::setWaitsForRoom(bool waits)
{
    d->sink->setWaits(waits);
}

ConnectionId Recorder::registerConnection(const QUrl& url, const QString& name)
{
    return d->names->connection(shownUrl(url).toStdString(), name.toStdString());
}

Status Recorder::start()
{
    if (d->state != RecorderStatus::State::Idle)
        return Error{ErrorCode::WrongUse, u"This recorder was started before."_s};
    const QByteArray lockName = QFile::encodeName(d->options.path) + ".lock";
    d->lockDescriptor =
        ::open(lockName.constData(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (d->lockDescriptor >= 0 && ::flock(d->lockDescriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(d->lockDescriptor);
        d->lockDescriptor = -1;
        return Error{ErrorCode::Unwritable,
                     u"%1 is being recorded by another Murmurscope; choose another file."_s.arg(
                         d->options.path)};
    }
    // Room for the last words when the disk is full.
    const QStorageInfo disk(QFileInfo(d->options.path).absolutePath());
    const auto reserve = std::min<qint64>(kReserveBytes, disk.bytesAvailable() / 16);
    if (d->lockDescriptor >= 0 && reserve > 0)
        (void)::posix_fallocate(d->lockDescriptor, 0, reserve);
    RecordingFacts facts;
    facts.program = "murmurscope " MURMUR_VERSION;
    facts.host = QSysInfo::machineHostName().toStdString();
    facts.started = toNs(wallNow());
    auto writer = RecordingWriter::create(d->options.path, *d->names, facts);
    if (!writer) {
        d->unlock(lockName);
        return writer.error();
    }
    d->writer = std::move(*writer);
    d->interpreter = std::make_unique<Interpreter>(*d->names);
    if (!d->options.dialect.isEmpty()) {
        if (auto status = d->interpreter->forceDialect(d->options.dialect.toStdString()); !status) {
            d->discard(lockName);
            return status;
        }
    }
    d->started = std::chrono::steady_clock::now();
    d->state = RecorderStatus::State::Recording;
    d->interpreterThread = std::thread([this] { interpretLoop(); });
    d->writerThread = std::thread([this] { writeLoop(); });
    for (const QUrl& url : d->options.urls) {
        if (auto attached = attach(url, d->options.connectionOptions); !attached) {
            (void)stop();
            QFile::remove(d->options.path); // nothing was recorded, and nobody has it open any more
            d->state = RecorderStatus::State::Idle;
            return attached.error();
        }
    }
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &Recorder::statusChanged);
    timer->start(250ms);
    d->timer = timer;
    return Done{};
}

Result<ConnectionId> Recorder::attach(const QUrl& url, const ConnectionOptions& options)
{
    const QString name = options.name.isEmpty() ? shownUrl(url) : options.name;
    const ConnectionId id = registerConnection(url, name);
    auto attached = std::make_unique<AttachedConnection>();
    attached->id = id;
    attached->url = shownUrl(url);
    attached->name = name;
    attached->thread = std::make_unique<QThread>();
    attached->thread->setObjectName(u"bus "_s + url.scheme());
    attached->thread->start();
    // The connection is made, started and later stopped in its own thread; we only wait for the
    // outcome of the start.
    attached->home = new QObject;
    attached->home->moveToThread(attached->thread.get());
    std::promise<Status> outcome;
    auto started = outcome.get_future();
    AttachedConnection* raw = attached.get();
    QMetaObject::invokeMethod(attached->home, [this, raw, url, options, id, &outcome] {
        ConnectionContext context{id, d->sink.get(), options};
        auto made = createConnection(url, context);
        if (!made) {
            outcome.set_value(made.error());
            return;
        }
        raw->connection = std::move(*made);
        QObject::connect(raw->connection.get(), &Connection::statusChanged, raw->home,
                         [raw] { raw->noteStatus(); });
        auto status = raw->connection->start();
        raw->noteStatus();
        if (!status)
            raw->connection.reset();
        outcome.set_value(std::move(status));
    });
    Status status = started.get();
    if (!status) {
        attached->detach();
        return status.error();
    }
    {
        // A port that was left to us is known now.
        const std::lock_guard lock(attached->mutex);
        if (attached->status.effectiveUrl.isValid() && !attached->status.effectiveUrl.isEmpty())
            d->names->setConnectionUrl(id, shownUrl(attached->status.effectiveUrl).toStdString());
    }
    const std::lock_guard lock(d->mutex);
    d->connections.push_back(std::move(attached));
    return id;
}

void AttachedConnection::noteStatus()
{
    const std::lock_guard lock(mutex);
    status = connection ? connection->status() : ConnectionStatus{};
}

void AttachedConnection::detach()
{
    if (!thread)
        return;
    std::promise<void> done;
    auto stopped = done.get_future();
    QMetaObject::invokeMethod(home, [this, &done] {
        if (connection) {
            connection->stop();
            noteStatus();
            connection.reset();
        }
        done.set_value();
    });
    stopped.wait();
    home->deleteLater();
    thread->quit();
    thread->wait();
    thread.reset();
}

void Recorder::interpretLoop()
{
    std::vector<std::vector<HeardMessage>> batches;
    auto run = std::make_shared<Chunk>();
    const auto publish = [&] {
        if (run->columns.size() == 0)
            return;
        const std::size_t bytes = run->bytes.size() + run->columns.size() * 160;
        const std::int64_t newest = run->columns.time.back();
        const Tail::Run done = std::move(run);
        run = std::make_shared<Chunk>();
        d->tail->publish(done);
        {
            const std::lock_guard lock(d->mutex);
            const auto [low, high] = std::ranges::minmax(done->columns.time);
            if (d->seen == 0) {
                d->firstTime = low;
                d->lastTime = high;
            }
            d->firstTime = std::min(d->firstTime, low);
            d->lastTime = std::max({d->lastTime, high, newest});
            d->seen = done->columns.last();
        }
        (void)d->runs->put(Tail::Run(done), bytes);
    };
    bool finished = false;
    while (d->heard->take(batches, 64, 1s)) {
        for (std::vector<HeardMessage>& batch : batches) {
            for (const HeardMessage& message : batch) {
                if (finished)
                    break;
                d->interpreter->interpret(message, *run);
                if (run->bytes.size() >= kRunBytes || run->columns.size() >= kRunRows)
                    publish();
                if (d->options.maxMessages > 0 &&
                    d->interpreter->last() >= d->options.maxMessages) {
                    publish();
                    finished = true;
                    announceEnd(
                        u"The limit of %L1 messages is reached."_s.arg(d->options.maxMessages),
                        false);
                }
            }
        }
        publish();
    }
    d->runs->close();
}

void Recorder::writeLoop()
{
    using Clock = std::chrono::steady_clock;
    std::vector<Tail::Run> runs;
    Clock::duration lastCommit{};
    auto nextCommit = Clock::now() + kCommitInterval;
    auto nextTick = Clock::now() + 1s;
    bool failed = false;
    int commits = 0;
    bool open = true;
    const auto fail = [&](const Status& status) {
        if (failed || status)
            return;
        failed = true;
        announceEnd(status.error().message, true);
    };
    while (open) {
        const auto wait =
            std::max<Clock::duration>(std::min(nextCommit, nextTick) - Clock::now(), 1ms);
        open = d->runs->take(runs, 4096, wait);
        for (const Tail::Run& run : runs) {
            if (failed)
                break;
            fail(d->writer->append(*run));
        }
        const auto now = Clock::now();
        if (failed)
            continue;
        if (now >= nextTick) {
            nextTick = now + 1s;
            fail(d->writer->addTick(toNs(wallNow()), d->heard->fill(), d->runs->fill()));
        }
        if (now < nextCommit && d->writer->pendingBytes() < kCommitBytes && open)
            continue;
        for (const Gap& gap : d->sink->takeGaps())
            fail(d->writer->add(gap));
        const auto counters = d->sink->counters();
        for (std::size_t id = 0; id < counters.size(); ++id)
            d->writer->setReceived(ConnectionId(static_cast<std::uint32_t>(id)),
                                   counters[id].received);
        fail(d->writer->commit());
        const auto after = Clock::now();
        lastCommit = after - now;
        nextCommit = after + std::max<Clock::duration>(kCommitInterval, 2 * lastCommit);
        if (failed)
            continue;
        noteDurable();
        if (++commits % 8 == 0)
            d->writer->checkpoint();
        if (d->options.maxBytes > 0 && d->writer->fileBytes() >= d->options.maxBytes)
            announceEnd(u"The size limit of %1 is reached."_s.arg(bytesText(d->options.maxBytes)),
                        false);
    }
    if (failed) {
        noteUnwritten();
    } else {
        for (const Gap& gap : d->sink->takeGaps())
            fail(d->writer->add(gap));
    }
    // Nobody may read through an own connection while the file changes from WAL to its closed form.
    d->pool->suspend();
    const Status closed = d->writer->close();
    if (!failed && !closed)
        fail(closed);
    noteDurable();
    d->pool->resume();
}

void Recorder::noteUnwritten()
{
    // What was heard and could not be written is a hole like any other: the room that was kept for
    // this moment takes the note of it.
    if (d->lockDescriptor >= 0)
        (void)!::ftruncate(d->lockDescriptor, 0);
    const auto counters = d->sink->counters();
    for (std::size_t i = 1; i < counters.size(); ++i) {
        const ConnectionId id{static_cast<std::uint32_t>(i)};
        Gap gap;
        gap.connection = id;
        gap.cause = "disk-full";
        gap.count = counters[i].received - counters[i].dropped - d->writer->recorded(id);
        gap.from = d->writer->totals().lastTime;
        gap.to = std::max(gap.from, toNs(wallNow()));
        if (gap.count > 0)
            d->sink->note(std::move(gap));
        d->writer->setReceived(id, counters[i].received);
    }
    (void)d->writer->writeLast(d->sink->takeGaps());
}

void Recorder::noteDurable()
{
    const Seq durable = d->writer->durable();
    d->tail->trim(durable);
    const std::lock_guard lock(d->mutex);
    d->durable = d->writer->totals();
}

void Recorder::announceEnd(const QString& sentence, bool isFailure)
{
    {
        const std::lock_guard lock(d->mutex);
        if (d->endAnnounced)
            return;
        d->endAnnounced = true;
        if (isFailure) {
            d->failure = sentence;
            d->state = RecorderStatus::State::Failed;
        }
    }
    QMetaObject::invokeMethod(
        this, [this, sentence] { Q_EMIT ended(sentence); }, Qt::QueuedConnection);
}

Status Recorder::stop()
{
    if (!d->writerThread.joinable())
        return d->outcome();
    {
        const std::lock_guard lock(d->mutex);
        if (d->state == RecorderStatus::State::Recording)
            d->state = RecorderStatus::State::Stopping;
        d->endAnnounced = true;
    }
    if (d->timer != nullptr)
        d->timer->stop();
    for (const auto& connection : d->connections)
        connection->detach();
    d->heard->close();
    d->interpreterThread.join();
    d->writerThread.join();
    d->writer.reset();
    d->unlock(QFile::encodeName(d->options.path) + ".lock");
    {
        const std::lock_guard lock(d->mutex);
        if (d->state != RecorderStatus::State::Failed)
            d->state = RecorderStatus::State::Stopped;
    }
    Q_EMIT statusChanged();
    return d->outcome();
}

Status Recorder::Private::outcome() const
{
    const std::lock_guard lock(mutex);
    if (!failure.isEmpty())
        return Error{ErrorCode::DiskFull, failure};
    return Done{};
}

void Recorder::Private::unlock(const QByteArray& lockName)
{
    if (lockDescriptor < 0)
        return;
    ::unlink(lockName.constData());
    ::close(lockDescriptor);
    lockDescriptor = -1;
}

void Recorder::Private::discard(const QByteArray& lockName)
{
    (void)writer->close();
    writer.reset();
    QFile::remove(options.path);
    unlock(lockName);
}

RecorderStatus Recorder::status() const
{
    RecorderStatus status;
    const auto counters = d->sink->counters();
    const std::lock_guard lock(d->mutex);
    status.state = d->state;
    status.failure = d->failure;
    status.recorded = d->durable.last;
    status.queueFill = std::max(d->heard->fill(), d->runs->fill());
    if (d->seen > 0)
        status.length = nanoseconds(d->lastTime - d->firstTime);
    for (const auto& counter : counters) {
        status.received += counter.received;
        status.lost += counter.lost + counter.dropped;
        status.lostIsKnown = status.lostIsKnown && counter.lostIs != LostIs::Unknown;
    }
    for (const auto& connection : d->connections) {
        ConnectionInfo info;
        info.id = connection->id;
        info.name = connection->name;
        {
            const std::lock_guard statusLock(connection->mutex);
            info.url = connection->status.effectiveUrl.isEmpty()
                           ? connection->url
                           : shownUrl(connection->status.effectiveUrl);
            info.state = connection->status.state;
            info.detail = connection->status.detail;
        }
        if (index(info.id) < counters.size()) {
            const auto& counter = counters[index(info.id)];
            info.received = counter.received;
            info.lost = counter.lost + counter.dropped;
            info.lostIs = counter.lostIs;
            info.recorded = counter.received - counter.dropped;
        }
        status.connections.push_back(std::move(info));
    }
    return status;
}

} // namespace murmur
