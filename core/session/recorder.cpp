// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recorder.h"

#include "codec/codecbook.h"
#include "codec/codecrule.h"
#include "session/interpretloop.h"
#include "session/recorderprivate.h"
#include "session/writeloop.h"

#include <QFile>
#include <QFileInfo>
#include <QSysInfo>
#include <QTimer>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kHeardQueueBytes = std::size_t(64) << 20;
constexpr std::size_t kWriterQueueBytes = std::size_t(32) << 20;
constexpr std::size_t kQueueItems = 1u << 20;

} // namespace

Recorder::Recorder(RecorderOptions options, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->options = std::move(options);
    d->heard = std::make_unique<BoundedQueue<std::vector<HeardMessage>>>(
        kQueueItems, d->options.queueBytes > 0 ? d->options.queueBytes : kHeardQueueBytes);
    d->runs = std::make_unique<BoundedQueue<WriterItem>>(kQueueItems, kWriterQueueBytes);
    d->sink = std::make_unique<RecorderSink>(*d->heard);
    d->sink->setCodecs(&d->names->codecs());
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
    if (auto status = d->options.limits.check(); !status)
        return status;
    const RecordingLimits& limits = d->options.limits;
    if (limits.isSplit() && QFileInfo(partPath(d->options.path, 2)).size() > 0)
        return Error{ErrorCode::Unwritable,
                     u"%1 exists already; choose another name, or move it away."_s.arg(
                         partPath(d->options.path, 2))};
    auto dialects = dialectRules(d->options.dialect.toStdString());
    if (!dialects)
        return dialects.error();
    d->dialects = std::move(*dialects);
    d->facts.dialects = keptRules(d->dialects);
    auto intake = Intake::from(d->options.rules, d->options.dialect);
    if (!intake)
        return intake.error();
    d->intake = std::move(*intake);
    for (const QString& codec : d->options.rules.codec) {
        auto schema = recordedCodec(codec);
        if (!schema)
            return schema.error();
        d->names->codecs().add(std::move(*schema));
    }
    if (d->options.rules.redactsKnown)
        d->intake.addSecrets(d->options.connectionOptions);
    auto lock = RecordingLock::take(d->options.path);
    if (!lock)
        return lock.error();
    d->facts.program = "murmurscope " MURMUR_VERSION;
    d->facts.host = QSysInfo::machineHostName().toStdString();
    d->facts.started = processClock().nowNs();
    d->facts.anchor = toNs(processClock().anchor());
    d->facts.part = limits.isSplit() ? 1 : 0;
    d->facts.ring = limits.ringOfFile();
    if (!d->options.shard.isAll())
        d->facts.shard = d->options.shard.text().toStdString();
    d->facts.rules = d->intake.rulesText();
    d->facts.redaction = d->intake.redactionText();
    d->sink->setShard(d->options.shard);
    auto writer = RecordingWriter::create(d->options.path, *d->names, d->facts);
    if (!writer)
        return writer.error();
    d->fileLock = std::move(*lock);
    d->facts.family = (*writer)->uuid();
    d->files = {d->options.path};
    d->writer = std::move(*writer);
    d->interpreter = std::make_unique<Interpreter>(*d->names);
    d->interpreter->useDialects(d->dialects);
    d->started = std::chrono::steady_clock::now();
    d->state = RecorderStatus::State::Recording;
    d->interpreterThread = std::thread([this] {
        InterpretLoop(*d, [this](const QString& sentence, bool isFailure) {
            announceEnd(sentence, isFailure);
        }).run();
    });
    d->writerThread = std::thread([this] {
        WriteLoop(*d, [this](const QString& sentence, bool isFailure) {
            announceEnd(sentence, isFailure);
        }).run();
    });
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
    connect(timer, &QTimer::timeout, this, [this] { d->tryFreshSecrets(); });
    timer->start(250ms);
    d->timer = timer;
    return Done{};
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
        } else {
            d->end = sentence;
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
        connection->close();
    d->isStopping = true;
    d->heard->close();
    d->interpreterThread.join();
    d->writerThread.join();
    d->writer.reset();
    d->fileLock = RecordingLock();
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

void Recorder::Private::discard()
{
    (void)writer->close();
    writer.reset();
    QFile::remove(options.path);
    fileLock = RecordingLock();
}

std::vector<QString> Recorder::files() const
{
    const std::lock_guard lock(d->mutex);
    return d->files;
}

RecorderStatus Recorder::status() const
{
    RecorderStatus status;
    const auto counters = d->sink->counters();
    const std::lock_guard lock(d->mutex);
    status.state = d->state;
    status.failure = d->failure;
    status.alarm = d->alarm;
    if (!d->options.limits.isSplit())
        status.trimmed = d->durable.first - 1;
    status.recorded = d->durable.last;
    status.unread = d->unread;
    status.queueFill = std::max(d->heard->fill(), d->runs->fill());
    if (d->seen > 0)
        status.length = nanoseconds(d->lastTime - d->firstTime);
    for (const auto& counter : counters) {
        status.received += counter.received;
        status.lost += counter.lost + counter.ours();
        status.lostIsKnown = status.lostIsKnown && counter.lostIs != LostIs::Unknown;
    }
    for (const auto& connection : d->connections) {
        ConnectionInfo info = connection->shown();
        if (index(info.id) < counters.size()) {
            const auto& counter = counters[index(info.id)];
            info.received = counter.received;
            info.lost = counter.lost + counter.ours();
            info.elsewhere = counter.elsewhere;
            info.lostIs = counter.lostIs;
            info.recorded = counter.received - counter.ours();
            info.lostBy = counter.lostBy();
            info.queued = counter.queued();
            info.lag = counter.lag;
        }
        status.connections.push_back(std::move(info));
    }
    return status;
}

} // namespace murmur
