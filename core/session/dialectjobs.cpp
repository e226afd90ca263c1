// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/dialectjobs.h"

#include "bus/sharedpeer.h"
#include "dialect/dialect.h"
#include "dialect/envelope.h"
#include "recording/reader.h"
#include "session/jobs.h"
#include "session/recordingset.h"
#include "session/session.h"

#include <QFileInfo>
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

/// What a connection of one recording is in its session.
std::uint32_t sessionConnection(const Member& member, std::uint32_t own)
{
    const auto& map = member.map.connections;
    return map.empty() ? own : NameMap::at(map, own);
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
    void takeRules(const QString& kept, const Member* member);

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
        if (!m_source.set)
            takeRules(view->reader().meta().dialects, nullptr);
    }
    for (std::size_t i = 0; m_source.set && i < m_source.set->members.size(); ++i) {
        const Member& member = m_source.set->members[i];
        if (const auto view = SourceView::of(member.source))
            takeRules(view->reader().meta().dialects, &member);
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

void Sampler::takeRules(const QString& kept, const Member* member)
{
    for (DialectRule& rule : rulesKept(kept.toStdString())) {
        if (member != nullptr && rule.connection)
            rule.connection = sessionConnection(*member, *rule.connection);
        m_sample.kept.push_back(std::move(rule));
    }
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
    if (message.peer.empty())
        message.peer = headerOf(message.headers, kPeerHeader);
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

std::vector<RereadTask> rereadTasks(const Session& session, const RereadOptions& options)
{
    const auto source = session.source();
    if (!source->set)
        return {{session.path(), options}};
    // What several recordings heard from one URL is read alike.
    const auto urlOf = [&](std::uint32_t id) {
        return source->names->connectionEntry(ConnectionId{id}).url;
    };
    std::vector<RereadTask> tasks;
    for (const Member& member : source->set->members) {
        RereadTask task{source->set->infos[member.info].path, options};
        task.options.rules.clear();
        const auto& ids = member.map.connections;
        for (const DialectRule& rule : options.rules) {
            if (!rule.connection || ids.empty()) {
                task.options.rules.push_back(rule);
                continue;
            }
            for (std::uint32_t own = 1; own < ids.size(); ++own) {
                if (ids[own] != *rule.connection && urlOf(ids[own]) != urlOf(*rule.connection))
                    continue;
                task.options.rules.push_back(rule);
                task.options.rules.back().connection = own;
            }
        }
        if (options.rules.empty() || !task.options.rules.empty())
            tasks.push_back(std::move(task));
    }
    return tasks;
}

namespace {

/// All, one after the other; what was read so far and how it was read before is in `undo`.
Result<RereadReport> rereadAll(const std::vector<RereadTask>& tasks, const RereadOptions& common,
                               std::vector<RereadTask>& undo)
{
    RereadReport sum;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        RereadTask before{tasks[i].path, {}};
        if (const auto reader = RecordingReader::open(tasks[i].path)) {
            before.options.dialect = QStringLiteral("auto");
            before.options.rules = rulesKept((*reader)->meta().dialects.toStdString());
        }
        RereadOptions options = tasks[i].options;
        options.stop = common.stop;
        options.progress = [&](const QString& step, std::int64_t done, std::int64_t total) {
            const QString place = RereadJob::tr("%1 of %2").arg(i + 1).arg(tasks.size());
            common.progress(tasks.size() == 1 ? step : place, done, total);
        };
        const auto report = rereadRecording(tasks[i].path, options);
        if (!report && tasks.size() == 1)
            return report;
        if (!report) {
            QString sentence = QStringLiteral("%1: %2").arg(QFileInfo(tasks[i].path).fileName(),
                                                            report.error().message);
            if (i == 1)
                sentence += RereadJob::tr(" The one before it is read anew.");
            else if (i > 1)
                sentence += RereadJob::tr(" The %1 before it are read anew.").arg(i);
            return Error{report.error().code, sentence};
        }
        undo.push_back(std::move(before));
        sum.generation = report->generation;
        sum.messages += report->messages;
        sum.changed += report->changed;
        sum.unreadable += report->unreadable;
    }
    return sum;
}

} // namespace

struct RereadJob::Private
{
    std::vector<RereadTask> tasks;
    std::vector<RereadTask> undo;
    std::stop_source stop;
    QThreadPool pool; ///< of its own: long work must not keep short work waiting
    QFutureWatcher<Result<RereadReport>> watcher;
};

RereadJob::RereadJob(QString path, QString dialect, QObject* parent)
    : RereadJob(std::move(path), RereadOptions{std::move(dialect)}, parent)
{
}

RereadJob::RereadJob(QString path, RereadOptions options, QObject* parent)
    : RereadJob(std::vector<RereadTask>{{std::move(path), std::move(options)}}, parent)
{
}

RereadJob::RereadJob(std::vector<RereadTask> tasks, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->tasks = std::move(tasks);
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
    d->undo.clear();
    RereadOptions options;
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
    d->watcher.setFuture(QtConcurrent::run(&d->pool, [job = d.get(), options = std::move(options)] {
        return rereadAll(job->tasks, options, job->undo);
    }));
}

void RereadJob::cancel()
{
    d->stop.request_stop();
}

const std::vector<RereadTask>& RereadJob::undo() const
{
    return d->undo;
}

bool RereadJob::isRunning() const
{
    return d->watcher.isRunning();
}

} // namespace murmur
