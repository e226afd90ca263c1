// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replayjobs.h"

#include "recording/lock.h"
#include "recording/reader.h"
#include "recording/sqlite.h"
#include "replay/player.h"
#include "replay/preparation.h"
#include "session/notes.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSysInfo>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kReplayNote = "replay_jobs"_L1;
constexpr std::chrono::milliseconds kKeptSoonest{100};
constexpr std::chrono::seconds kKeptLatest{2};
constexpr const char* kMakeJobs =
    "CREATE TABLE IF NOT EXISTS replay_job (id TEXT PRIMARY KEY, started INTEGER NOT NULL, ended "
    "INTEGER, who TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL, position INTEGER NOT "
    "NULL, options TEXT NOT NULL, counts TEXT NOT NULL) WITHOUT ROWID";
constexpr const char* kKeepJob =
    "INSERT OR REPLACE INTO replay_job (id, started, ended, who, target, state, position, options, "
    "counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kReadJobs = "SELECT id, started, ended, who, target, state, position, "
                                  "options, counts FROM replay_job ORDER BY started, id";

QString jobText(const Statement& row, int column)
{
    const std::string_view text = row.text(column);
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// A process by what no later one has: the start of the machine, its id, and when it began.
QString processNamed(qint64 id)
{
    QFile stat(u"/proc/%1/stat"_s.arg(id));
    QFile boot(u"/proc/sys/kernel/random/boot_id"_s);
    if (!stat.open(QIODevice::ReadOnly) || !boot.open(QIODevice::ReadOnly))
        return {};
    const QByteArray text = stat.readAll();
    // The name of the program may hold spaces and parentheses; behind it stands the state.
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    if (fields.size() < 20 || fields[0] == "Z" || fields[0] == "X")
        return {};
    return u"%1 %2 %3"_s.arg(QString::fromLatin1(boot.readAll().trimmed()))
        .arg(id)
        .arg(QString::fromLatin1(fields[19]));
}

QString thisProcess()
{
    return processNamed(::getpid());
}

bool isAlive(const QString& process)
{
    return !process.isEmpty() && processNamed(process.section(u' ', 1, 1).toLongLong()) == process;
}

Status notOfAnother(const QString& process, const QString& id)
{
    if (!isAlive(process) || process == thisProcess())
        return Done{};
    return Error{
        ErrorCode::WrongUse,
        u"Replay %1 is being made by process %2. Wait until it has ended, or end it."_s.arg(
            id, process.section(u' ', 1, 1))};
}

QJsonObject jobObject(const Statement& row, int column)
{
    return QJsonDocument::fromJson(jobText(row, column).toUtf8()).object();
}

std::string compactJob(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

constexpr QLatin1StringView kKeptApart = "kept_apart"_L1;
constexpr QLatin1StringView kJobProcess = "process"_L1;

/// The options as they are kept: with the process, while there is one.
QJsonObject keptOptions(const ReplayJobRecord& job)
{
    QJsonObject options = job.options;
    if (job.ended == kNoTime)
        options.insert(kJobProcess, thisProcess());
    return options;
}

void takeOptions(QJsonObject options, ReplayJobRecord& job)
{
    job.process = options.take(kJobProcess).toString();
    job.options = std::move(options);
}

/// Numbers of JSON hold no nanoseconds.
QJsonObject jobToJson(const ReplayJobRecord& job)
{
    QJsonObject json{{u"id"_s, job.id},
                     {u"started"_s, QString::number(job.started)},
                     {u"who"_s, job.who},
                     {u"target"_s, job.target},
                     {u"state"_s, job.state},
                     {u"position"_s, static_cast<qint64>(job.position)},
                     {u"options"_s, keptOptions(job)},
                     {u"counts"_s, job.counts}};
    if (job.ended != kNoTime)
        json.insert(u"ended"_s, QString::number(job.ended));
    return json;
}

ReplayJobRecord jobFromJson(const QJsonObject& json)
{
    ReplayJobRecord job;
    job.id = json[u"id"].toString();
    job.started = json[u"started"].toString().toLongLong();
    job.ended = json.contains(u"ended") ? json[u"ended"].toString().toLongLong() : kNoTime;
    job.who = json[u"who"].toString();
    job.target = json[u"target"].toString();
    job.state = json[u"state"].toString();
    job.position = static_cast<std::uint64_t>(json[u"position"].toInteger());
    takeOptions(json[u"options"].toObject(), job);
    job.counts = json[u"counts"].toObject();
    return job;
}

/// False: it belongs into the notes. A recording that is being written has its one writer; one that
/// was not closed in order is left as it was found.
bool mayWriteInto(const QString& recording, const RecordingMeta& meta)
{
    return meta.isClean && QFileInfo(recording).isWritable() && !isBeingRecorded(recording) &&
           !QFileInfo::exists(recording + u"-wal"_s);
}

Status writeJob(const QString& recording, const ReplayJobRecord& job)
{
    auto database = Database::open(recording, Database::Access::Write);
    if (!database)
        return database.error();
    Transaction transaction(*database, "BEGIN IMMEDIATE");
    if (!transaction.begun())
        return database->lastError("write");
    if (auto made = database->run(kMakeJobs); !made)
        return made;
    Statement known(*database, "SELECT options FROM replay_job WHERE id = ?");
    const std::string id = job.id.toStdString();
    known.bind(1, id);
    if (known.step()) {
        const QString process = jobObject(known, 0)[kJobProcess].toString();
        if (auto free = notOfAnother(process, job.id); !free)
            return free;
    }
    known.reset();
    Statement insert(*database, kKeepJob);
    if (!insert.isValid())
        return database->lastError("write");
    const std::string who = job.who.toStdString();
    const std::string target = job.target.toStdString();
    const std::string state = job.state.toStdString();
    const std::string options = compactJob(keptOptions(job));
    const std::string counts = compactJob(job.counts);
    insert.bind(1, id).bind(2, job.started);
    if (job.ended == kNoTime)
        insert.bindNull(3);
    else
        insert.bind(3, job.ended);
    insert.bind(4, who).bind(5, target).bind(6, state);
    insert.bind(7, static_cast<std::int64_t>(job.position)).bind(8, options).bind(9, counts);
    if (!insert.execute() || !transaction.commit())
        return database->lastError("write");
    return Done{};
}

std::vector<ReplayJobRecord> jobsInNotes(const QString& recording, const QString& uuid)
{
    std::vector<ReplayJobRecord> jobs;
    const QJsonObject all =
        QJsonDocument::fromJson(readNote(recording, uuid, kReplayNote)).object();
    for (const QJsonValue& value : all)
        jobs.push_back(jobFromJson(value.toObject()));
    return jobs;
}

} // namespace

QString replayPerson()
{
    const passwd* const person = ::getpwuid(::getuid());
    const QString name =
        person != nullptr ? QString::fromLocal8Bit(person->pw_name) : QString::number(::getuid());
    return u"%1@%2"_s.arg(name, QSysInfo::machineHostName());
}

QJsonObject replayCounts(const ReplayReport& report, const ReplayTally& tally)
{
    QJsonObject refused;
    for (const ReplayTally::Refused& one : tally.refused)
        refused.insert(one.name, static_cast<qint64>(one.count));
    QJsonArray failures;
    for (const auto& [seq, sentence] : report.failures)
        failures.append(QJsonObject{{u"seq"_s, static_cast<qint64>(seq)}, {u"why"_s, sentence}});
    QJsonObject counts{{u"sent"_s, static_cast<qint64>(report.sent)},
                       {u"failed"_s, static_cast<qint64>(report.failed)},
                       {u"late"_s, static_cast<qint64>(report.late)},
                       {u"asked"_s, static_cast<qint64>(report.asked)},
                       {u"answered"_s, static_cast<qint64>(report.answered)},
                       {u"bytes"_s, static_cast<qint64>(report.bytes)},
                       {u"refused"_s, refused},
                       {u"failures"_s, failures}};
    if (!report.sentence.isEmpty())
        counts.insert(u"why"_s, report.sentence);
    return counts;
}

QJsonObject addedCounts(const QJsonObject& before, const QJsonObject& since)
{
    QJsonObject sum = since;
    for (auto it = before.begin(); it != before.end(); ++it) {
        if (it->isDouble())
            sum.insert(it.key(), it->toInteger() + since[it.key()].toInteger());
        else if (it->isObject())
            sum.insert(it.key(), addedCounts(it->toObject(), since[it.key()].toObject()));
    }
    QJsonArray failures = before[u"failures"].toArray();
    for (const QJsonValue& one : since[u"failures"].toArray())
        failures.append(one);
    if (!failures.isEmpty())
        sum.insert(u"failures"_s, failures);
    return sum;
}

bool isReplayGoingOn(const ReplayJobRecord& job)
{
    return job.ended == kNoTime && isAlive(job.process);
}

QString replayCutOff()
{
    return u"ended without being asked"_s;
}

QString cutOffWarning(const ReplayJobRecord& job)
{
    const qint64 apart = job.counts[kKeptApart].toInteger();
    return u"Replay %1 was cut off. What went out after its place (%2) was kept may come twice: %3."_s
        .arg(job.id)
        .arg(job.position)
        .arg(apart > 1    ? u"at its pace up to %1 messages"_s.arg(apart)
             : apart == 1 ? u"at its pace one message"_s
                          : u"all that it sent, for none was kept yet"_s);
}

void ReplayKeeping::note(ReplayJobRecord& job) const
{
    const std::uint64_t step =
        job.position - std::min(job.position, m_position.value_or(job.position));
    if (job.ended != kNoTime)
        job.counts.remove(kKeptApart);
    else if (const std::uint64_t apart = std::max(m_apart, step); apart > 0)
        job.counts.insert(kKeptApart, static_cast<qint64>(apart));
}

bool ReplayKeeping::isDue(std::uint64_t position) const
{
    return (!m_hasKept && position > m_position.value_or(0)) || Clock::now() >= m_next;
}

void ReplayKeeping::begin()
{
    m_begun = Clock::now();
}

void ReplayKeeping::done(std::uint64_t position)
{
    if (m_position && position > *m_position) {
        m_hasKept = true;
        m_apart = std::max(m_apart, position - *m_position);
    }
    m_position = position;
    // A tenth of the time at most.
    const Clock::time_point now = Clock::now();
    m_next = now + std::clamp<Clock::duration>((now - m_begun) * 10, kKeptSoonest, kKeptLatest);
}

Status keepReplayJob(const QString& recording, const ReplayJobRecord& job)
{
    RecordingMeta meta;
    {
        auto reader = RecordingReader::open(recording);
        if (!reader)
            return reader.error();
        meta = (*reader)->meta();
    }
    if (mayWriteInto(recording, meta)) {
        const Status written = writeJob(recording, job);
        if (written || written.error().code == ErrorCode::WrongUse)
            return written;
    }
    QJsonObject all = QJsonDocument::fromJson(readNote(recording, meta.uuid, kReplayNote)).object();
    const QString process = all[job.id][u"options"][kJobProcess].toString();
    if (auto free = notOfAnother(process, job.id); !free)
        return free;
    all.insert(job.id, jobToJson(job));
    return keepNote(recording, meta.uuid, kReplayNote, QJsonDocument(all).toJson());
}

Result<std::vector<ReplayJobRecord>> replayJobsOf(const QString& recording)
{
    QString uuid;
    {
        auto reader = RecordingReader::open(recording);
        if (!reader)
            return reader.error();
        uuid = (*reader)->meta().uuid;
    }
    std::vector<ReplayJobRecord> jobs = jobsInNotes(recording, uuid);
    auto database = openRecording(recording);
    if (!database)
        return database.error();
    Statement row(*database, kReadJobs); // not valid: no job was ever kept in it
    while (row.isValid() && row.step()) {
        ReplayJobRecord job;
        job.id = jobText(row, 0);
        job.started = row.number(1);
        job.ended = row.isNull(2) ? kNoTime : row.number(2);
        job.who = jobText(row, 3);
        job.target = jobText(row, 4);
        job.state = jobText(row, 5);
        job.position = static_cast<std::uint64_t>(row.number(6));
        takeOptions(jobObject(row, 7), job);
        job.counts = jobObject(row, 8);
        // It may stand in both: the recording was closed meanwhile.
        const auto noted = std::ranges::find(jobs, job.id, &ReplayJobRecord::id);
        if (noted == jobs.end())
            jobs.push_back(std::move(job));
        else if (job.position > noted->position || noted->ended == kNoTime)
            *noted = std::move(job);
    }
    for (ReplayJobRecord& job : jobs) {
        if (job.ended == kNoTime && !isReplayGoingOn(job))
            job.state = replayCutOff();
    }
    std::ranges::stable_sort(jobs, {}, &ReplayJobRecord::started);
    return jobs;
}

Result<ReplayJobRecord> replayJobNamed(const QString& recording, const QString& id)
{
    auto jobs = replayJobsOf(recording);
    if (!jobs)
        return jobs.error();
    const ReplayJobRecord* found = nullptr;
    for (const ReplayJobRecord& job : *jobs) {
        if (!job.id.startsWith(id))
            continue;
        if (found != nullptr && !id.isEmpty())
            return Error{ErrorCode::WrongUse,
                         u"Several replays of %1 begin with \"%2\"; write more of the id."_s.arg(
                             recording, id)};
        found = &job;
    }
    if (found == nullptr)
        return Error{ErrorCode::NotFound,
                     id.isEmpty() ? u"Nothing was replayed from %1 yet."_s.arg(recording)
                                  : u"There is no replay \"%2\" of %1; --jobs lists them."_s.arg(
                                        recording, id)};
    return *found;
}

} // namespace murmur
