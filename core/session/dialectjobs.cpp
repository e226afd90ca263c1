// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/dialectjobs.h"

#include "dialect/dialect.h"
#include "session/jobs.h"
#include "session/session.h"

#include <QFutureWatcher>
#include <QThreadPool>
#include <QtConcurrent>

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;

namespace murmur {

namespace {

/// Neighbours, so that a question and its answer are seen together.
constexpr int kNeighbours = 100;
constexpr std::size_t kLargestSampled = std::size_t(256) << 10;
constexpr std::size_t kMostSampled = std::size_t(64) << 20;
constexpr auto kProgressInterval = 100ms;

constexpr std::uint32_t bitOf(DialectField field)
{
    for (std::size_t i = 0; i < kCoveredFields.size(); ++i) {
        if (kCoveredFields[i] == field)
            return 1u << i;
    }
    return 0;
}

class Sampler
{
public:
    Sampler(const Source& source, const SampleRequest& request)
        : m_source(source)
        , m_request(request)
    {
    }
    Result<MessageSample> run();

private:
    Status takeStretch(Seq first, int count);
    void take(const MessageDetail& detail);

    const Source& m_source;
    const SampleRequest& m_request;
    MessageSample m_sample;
    std::size_t m_bytes = 0;
};

Result<MessageSample> Sampler::run()
{
    Seq first = 1;
    Seq last = 0;
    {
        const auto view = SourceView::of(m_source);
        if (!view)
            return view.error();
        first = view->first();
        last = view->last();
    }
    const Seq total = std::max<Seq>(0, last - first + 1);
    m_sample.total = total;
    const Seq wanted = std::max(1, m_request.messages);
    const Seq stretches = std::max<Seq>(1, std::min(wanted, total) / kNeighbours);
    for (Seq i = 0; i < stretches && total > 0 && m_bytes < kMostSampled; ++i) {
        if (m_request.stop.stop_requested())
            return cancelled();
        // All of a short recording; else each stretch in the middle of its share.
        const Seq begin = first + total / stretches * i;
        const Seq share = i + 1 == stretches ? last - begin + 1 : total / stretches;
        const Seq count = total <= wanted ? share : std::min<Seq>(kNeighbours, share);
        if (auto status = takeStretch(begin + (share - count) / 2, static_cast<int>(count));
            !status)
            return status.error();
    }
    return std::move(m_sample);
}

Status Sampler::takeStretch(Seq first, int count)
{
    const Seq end = first + count;
    while (first < end && m_bytes < kMostSampled) {
        RowRequest request;
        request.first = first;
        request.count = static_cast<int>(end - first);
        request.stop = m_request.stop;
        const auto messages = messagesJob(m_source, request);
        if (!messages)
            return messages.error();
        if (messages->empty())
            break;
        for (const MessageDetail& detail : *messages)
            take(detail);
        first = messages->back().row.seq + 1;
    }
    return Done{};
}

void Sampler::take(const MessageDetail& detail)
{
    const MessageRow& row = detail.row;
    if (m_request.connection && *m_request.connection != index(row.connection))
        return;
    if (static_cast<std::size_t>(detail.raw.size()) > kLargestSampled)
        return;
    const Dictionaries& names = *m_source.names;
    MessageSample::Message message;
    message.seq = row.seq;
    message.connection = index(row.connection);
    message.flags = row.flags & ~Flags(Undecoded | Unread);
    message.topic = detail.topicName.isEmpty() ? std::string(names.topicName(row.topic))
                                               : detail.topicName.toStdString();
    message.raw.reserve(static_cast<std::size_t>(detail.raw.size()) + kPadding);
    message.raw.assign(detail.raw.constData(), static_cast<std::size_t>(detail.raw.size()));
    message.raw.append(kPadding, '\0');
    message.headers = headersToBytes(detail.headers);
    if (index(row.sender) != 0) {
        const AgentEntry sender = names.agentEntry(row.sender);
        std::string& name = sender.provisional ? message.peer : message.sender;
        name = detail.senderName.isEmpty() ? sender.name : detail.senderName.toStdString();
        message.known |= sender.provisional ? 0 : bitOf(DialectField::Sender);
    }
    if (index(row.audience) != 0)
        message.known |= bitOf(DialectField::Receivers);
    if (row.kind != Kind::Event)
        message.known |= bitOf(DialectField::Kind);
    if (!detail.ids[static_cast<std::size_t>(IdField::Correlation)].isEmpty())
        message.known |= bitOf(DialectField::Correlation);
    if (!detail.ids[static_cast<std::size_t>(IdField::Trace)].isEmpty())
        message.known |= bitOf(DialectField::Trace);
    if (m_sample.connectionName(message.connection).empty()) {
        const ConnectionEntry entry = names.connectionEntry(row.connection);
        m_sample.connections.push_back({message.connection, entry.name, entry.url});
    }
    m_bytes += message.raw.size() + message.headers.size();
    m_sample.messages.push_back(std::move(message));
}

} // namespace

QFuture<Result<MessageSample>> sampleMessages(const Session& session, SampleRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return Sampler(*source, request).run();
    });
}

struct RereadJob::Private
{
    QString path;
    RereadOptions options;
    std::stop_source stop;
    QThreadPool pool; ///< of its own: long work must not keep short work waiting
    QFutureWatcher<Result<RereadReport>> watcher;
};

RereadJob::RereadJob(QString path, QString dialect, QObject* parent)
    : RereadJob(std::move(path), RereadOptions{std::move(dialect)}, parent)
{
}

RereadJob::RereadJob(QString path, RereadOptions options, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->path = std::move(path);
    d->options = std::move(options);
    connect(&d->watcher, &QFutureWatcherBase::finished, this, [this] {
        const Result<RereadReport> report = d->watcher.result();
        if (report)
            Q_EMIT finished(*report);
        else
            Q_EMIT failed(report.error());
    });
}

RereadJob::~RereadJob()
{
    cancel();
    d->watcher.disconnect(this);
    d->watcher.waitForFinished();
}

void RereadJob::start()
{
    if (isRunning())
        return;
    RereadOptions options = d->options;
    options.stop = d->stop.get_token();
    options.progress = [this, told = std::chrono::steady_clock::time_point()](
                           const QString& step, std::int64_t done, std::int64_t total) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (done < total && now - told < kProgressInterval)
            return;
        told = now;
        // The destructor waits, so there is somebody to tell.
        QMetaObject::invokeMethod(
            this, [this, step, done, total] { Q_EMIT progressed(step, done, total); },
            Qt::QueuedConnection);
    };
    d->watcher.setFuture(
        QtConcurrent::run(&d->pool, [path = d->path, options = std::move(options)] {
            return rereadRecording(path, options);
        }));
}

void RereadJob::cancel()
{
    d->stop.request_stop();
}

bool RereadJob::isRunning() const
{
    return d->watcher.isRunning();
}

} // namespace murmur
