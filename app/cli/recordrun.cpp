// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordrun.h"

#include "await.h"
#include "command.h"
#include "fleettext.h"
#include "output.h"
#include "progress.h"
#include "recordend.h"
#include "recordtriggers.h"
#include "stopsignals.h"

#include "query/marks.h"
#include "session/whynothing.h"

#include <QEventLoop>
#include <QFile>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

/// More connections are told of together.
constexpr std::size_t kMostTold = 8;
constexpr int kMostDownNamed = 5;
constexpr std::chrono::seconds kFleetPause{2};
constexpr QLatin1StringView kFinding("finding:");

/// Lines for a person who waits; stdout is for the result.
void tell(const QString& line)
{
    const QByteArray text = line.toUtf8() + '\n';
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stderr);
}

QString lostText(std::int64_t lost, LostIs lostIs)
{
    switch (lostIs) {
    case LostIs::Exact:
        return u"%1 lost"_s.arg(grouped(lost));
    case LostIs::AtLeast:
        return u"at least %1 lost"_s.arg(grouped(lost));
    case LostIs::Unknown:
        return lost > 0 ? u"at least %1 lost"_s.arg(grouped(lost)) : u"an unknown number lost"_s;
    }
    return {};
}

LostIs worst(const std::vector<ConnectionInfo>& connections)
{
    LostIs is = LostIs::Exact;
    for (const ConnectionInfo& connection : connections)
        is = std::max(is, connection.lostIs);
    return is;
}

/// What the files of one recording hold together.
struct Kept
{
    QString uuid; ///< of the first
    std::int64_t messages = 0;
    std::int64_t trimmed = 0;
    std::int64_t gaps = 0;
    std::int64_t lost = 0;
    std::int64_t elsewhere = 0;
    std::int64_t bytesFile = 0;
    LostIs lostIs = LostIs::Exact;
    QString shard;
    TimePoint first = TimePoint::max();
    TimePoint end = TimePoint::min();
};

Status add(Kept& kept, const QString& path)
{
    auto session = Session::open(path);
    if (!session)
        return session.error();
    const auto info = await((*session)->info());
    if (!info)
        return info.error();
    if (kept.uuid.isEmpty())
        kept.uuid = info->uuid;
    kept.messages += info->extent.messages();
    kept.trimmed += info->trimmed;
    kept.gaps += info->gaps;
    kept.lost += info->lost;
    kept.bytesFile += info->bytesFile;
    kept.lostIs = std::max(kept.lostIs, worst(info->connections));
    kept.shard = info->shard;
    for (const ConnectionInfo& connection : info->connections)
        kept.elsewhere += connection.elsewhere;
    if (info->extent.last > 0) {
        kept.first = std::min(kept.first, info->extent.time.begin);
        kept.end = std::max(kept.end, info->extent.time.end);
    }
    return Done{};
}

std::string keptJson(const std::vector<QString>& paths, const Kept& kept, nanoseconds length,
                     const QString& why, const std::string& triggers)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(paths.front());
    if (paths.size() > 1) {
        json.key("paths");
        json.beginArray();
        for (const QString& path : paths)
            json.text(path);
        json.endArray();
    }
    json.key("uuid");
    json.textOrNull(kept.uuid);
    json.key("messages");
    json.number(kept.messages);
    json.key("trimmed");
    json.number(kept.trimmed);
    json.key("seconds");
    json.raw(QByteArray::number(static_cast<double>(length.count()) / 1e9, 'f', 3).toStdString());
    json.key("gaps");
    json.number(kept.gaps);
    json.key("lost");
    json.number(kept.lost);
    json.key("lost_is");
    json.text(lostIsName(kept.lostIs));
    json.key("elsewhere");
    json.number(kept.elsewhere);
    json.key("bytes_file");
    json.number(kept.bytesFile);
    json.key("ended");
    json.text(why);
    if (!triggers.empty()) {
        json.key("triggers");
        json.raw(triggers);
    }
    json.endObject();
    out += '\n';
    return out;
}

QString keptSentence(const std::vector<QString>& paths, const Kept& kept, nanoseconds length)
{
    QString sentence = u"%1, %2, %3"_s.arg(
        durationText(length),
        kept.messages == 1 ? u"1 message"_s : u"%1 messages"_s.arg(grouped(kept.messages)),
        lostText(kept.lost, kept.lostIs));
    if (!kept.shard.isEmpty())
        sentence += u", %1 left to other shards"_s.arg(grouped(kept.elsewhere));
    if (kept.trimmed > 0)
        sentence += u", %1 older ones let go"_s.arg(grouped(kept.trimmed));
    sentence += u", saved as %1"_s.arg(paths.front());
    if (paths.size() > 1)
        sentence += u" … %1 (%2 files)"_s.arg(paths.back()).arg(paths.size());
    return sentence + u'\n';
}

} // namespace

int printKept(const std::vector<QString>& paths, nanoseconds length, const QString& why,
              bool isStrict, bool json, const std::string& triggers)
{
    Kept kept;
    for (const QString& path : paths) {
        if (auto added = add(kept, path); !added)
            return failed(added.error());
    }
    if (length.count() == 0 && kept.messages > 0)
        length = kept.end - kept.first - nanoseconds(1);
    StandardOutput output;
    output.write(json ? keptJson(paths, kept, length, why, triggers)
                      : keptSentence(paths, kept, length).toStdString());
    const int written = output.finish();
    if (isStrict && (kept.lost > 0 || kept.lostIs != LostIs::Exact)) {
        report(u"%1 lost messages (gaps: %2); \"murmur info %1\" names the connections."_s
                   .arg(paths.front())
                   .arg(kept.gaps));
        return kRecordedWithGaps;
    }
    return written;
}

RecordRun::RecordRun(Recorder& recorder, RunOptions options)
    : m_recorder(recorder)
    , m_options(std::move(options))
{
}

RecordRun::~RecordRun() = default;

int RecordRun::run()
{
    if (m_options.until.startsWith(kFinding)) {
        m_options.triggers.push_back(
            {u"until"_s, std::exchange(m_options.until, {}), TriggerPolicy{true}, {}, true});
    }
    const TimePoint now = wallNow();
    auto until = parseFilter(m_options.until, {now, now});
    if (!until)
        return failed(
            {until.error().code, u"--until cannot be read: %1"_s.arg(until.error().message)});
    if (auto status = refuseMarks(*until); !status)
        return failed(status.error());
    m_until = *until;
    // Before there is a file.
    if (auto checked = TriggerWatch::check(m_options.triggers, m_options.triggerRules); !checked)
        return failed(checked.error());

    StopSignals signals;
    Progress progress;
    m_progress = &progress;
    QEventLoop loop;
    connect(&signals, &StopSignals::requested, this, [this] { end(u"stopped"_s); });
    connect(&m_recorder, &Recorder::ended, this,
            [this](const QString& sentence) { end(sentence, true); });
    connect(&m_recorder, &Recorder::statusChanged, this, &RecordRun::showStatus);

    if (auto started = m_recorder.start(); !started) {
        // A dialect that is not found is an option that is wrong, not a recording that cannot be
        // read.
        Error error = started.error();
        if (error.code == ErrorCode::NotFound)
            error.code = ErrorCode::WrongUse;
        return failed(error);
    }
    const auto begin = std::chrono::steady_clock::now();
    m_began = begin;
    noteConnections(m_recorder.status().connections);
    tell(u"Recording into %1. Ctrl-C ends it."_s.arg(printable(m_recorder.path())));
    if (m_until || !m_options.triggers.empty()) {
        auto session = Session::follow(&m_recorder);
        const Status status = session ? Status(Done{}) : Status(session.error());
        if (session)
            m_session = std::move(session).value();
        if (const Status begun = status ? startTriggers() : status; !begun) {
            static_cast<void>(m_recorder.stop());
            return failed(begun.error());
        }
    }
    if (m_until)
        connect(m_session.get(), &Session::grew, this, &RecordRun::lookForMatch);
    if (m_options.length.count() > 0)
        QTimer::singleShot(std::chrono::ceil<std::chrono::milliseconds>(m_options.length), this,
                           [this] { end(u"the time is up"_s); });
    connect(this, &RecordRun::ending, &loop, &QEventLoop::quit);
    if (!m_isEnding)
        loop.exec();
    progress.clear();
    m_progress = nullptr;
    const nanoseconds length = std::chrono::steady_clock::now() - begin;
    const std::vector<ConnectionInfo> connections = m_recorder.status().connections;
    const std::size_t attached = countAttached(connections);
    const Status stopped = m_recorder.stop();
    if (m_triggers)
        m_triggers->finish(signals);
    m_session.reset();
    const bool isUnreached =
        !connections.empty() &&
        (attached == 0 || std::ranges::all_of(connections, [](const ConnectionInfo& c) {
             return c.state == ConnectionStatus::State::Failed;
         }));
    // A file without a message would only be in the way of the next try.
    if (isUnreached && stopped && m_recorder.status().recorded == 0) {
        QFile::remove(m_recorder.path());
        return failed({ErrorCode::Unreachable, unreachedSentence(connections)});
    }
    if (const QString why = endText(m_why, connections); why != m_why) {
        tell(u"Ended: %1. What was read is kept."_s.arg(why));
        m_why = why;
    } else if (m_endedByItself) {
        tell(printable(u"Ended: "_s + m_why));
    }
    const int kept = printKept(m_recorder.files(), length, m_why, m_options.isStrict,
                               m_options.json, m_triggers ? m_triggers->json() : std::string());
    if (!stopped)
        return failed(stopped.error());
    if (isUnreached)
        return failed({ErrorCode::Unreachable, unreachedSentence(connections)});
    if (attached < connections.size()) {
        tell(u"%1 of %2 connections were never attached; for each there is a gap."_s
                 .arg(connections.size() - attached)
                 .arg(connections.size()));
    }
    tellIdlePatterns();
    return kept;
}

Status RecordRun::startTriggers()
{
    if (m_options.triggers.empty())
        return Done{};
    m_triggers = std::make_unique<RecordTriggers>(m_options.triggers, m_options.triggerRules,
                                                  m_options.armsTriggers);
    connect(m_triggers.get(), &RecordTriggers::said, this, [this](const QString& line) {
        if (m_progress != nullptr)
            m_progress->clear();
        tell(printable(line));
    });
    connect(m_triggers.get(), &RecordTriggers::fired, this, [this](const TriggerFiring& firing) {
        if (firing.trigger == u"until" && firing.when.startsWith(kFinding))
            end(u"found: "_s + firing.sentence);
    });
    return m_triggers->start(*m_session, m_recorder.status().connections);
}

std::size_t RecordRun::countAttached(const std::vector<ConnectionInfo>& connections) const
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < connections.size(); ++i)
        count += wasAttached(connections[i], i < m_watched.size() && m_watched[i].wasUp) ? 1 : 0;
    return count;
}

void RecordRun::tellIdlePatterns() const
{
    if (m_options.patterns.isEmpty() || m_recorder.status().recorded == 0)
        return;
    for (const QString& pattern : idlePatterns(m_recorder.files(), m_options.patterns))
        tell(printable(u"No topic matched the pattern “%1”."_s.arg(pattern)));
}

void RecordRun::showStatus()
{
    const RecorderStatus status = m_recorder.status();
    noteConnections(status.connections);
    noteAlarm(status.alarm);
    lookForEnd(status.connections);
    if (m_progress == nullptr || !m_progress->isShown() || m_isEnding)
        return;
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - m_began;
    const double seconds = std::max(1e-3, since.count());
    const QString past = pastText(status.connections, seconds);
    QString line =
        past.isEmpty() ? u"recording %1"_s.arg(durationText(status.length)) : u"reading "_s + past;
    if (status.connections.size() > 1)
        line += u"  "_s + upText(status.connections);
    line += u"  %1 messages  %2/s  %3 lost"_s.arg(
        grouped(status.recorded),
        grouped(static_cast<std::int64_t>(static_cast<double>(status.recorded) / seconds)),
        grouped(status.lost));
    if (!status.alarm.isEmpty())
        line = u"PAUSED, the disk is full  %1 recorded  %2 lost"_s.arg(grouped(status.recorded),
                                                                       grouped(status.lost));
    if (status.queueFill >= 0.01)
        line += u"  queue %1 %"_s.arg(static_cast<int>(status.queueFill * 100));
    if (status.unread > 0)
        line += u"  %1 to be read"_s.arg(grouped(status.unread));
    if (m_options.length.count() > 0)
        line += u"  of %1"_s.arg(durationText(m_options.length));
    m_progress->show(line);
}

void RecordRun::noteAlarm(const QString& alarm)
{
    if (alarm.isEmpty() == m_alarm.isEmpty())
        return;
    m_alarm = alarm;
    if (m_progress != nullptr)
        m_progress->clear();
    if (alarm.isEmpty() && m_isEnding)
        return; // the end clears it, not the disk
    tell(alarm.isEmpty() ? u"There is room on the disk again: recording goes on."_s
                         : printable(alarm));
}

void RecordRun::noteFleet(const std::vector<ConnectionInfo>& connections)
{
    const auto now = std::chrono::steady_clock::now();
    const QString up = upText(connections);
    if (up == m_fleetTold || (!m_fleetTold.isEmpty() && now - m_fleetToldAt < kFleetPause))
        return;
    m_fleetTold = up;
    m_fleetToldAt = now;
    if (m_progress != nullptr)
        m_progress->clear();
    tell(up + u'.');
    int named = 0;
    for (std::size_t i = 0; i < connections.size(); ++i) {
        const ConnectionInfo& connection = connections[i];
        const bool isDown = connection.state == ConnectionStatus::State::Failed ||
                            connection.state == ConnectionStatus::State::Retrying;
        QString& told = m_watched[i].shown;
        if (!isDown)
            told.clear();
        if (!isDown || told == connection.detail)
            continue;
        if (++named > kMostDownNamed)
            break;
        told = connection.detail;
        tell(printable(u"  %1: %2"_s.arg(beforeColon(connection.url), connection.detail)));
    }
}

void RecordRun::noteConnections(const std::vector<ConnectionInfo>& connections)
{
    m_watched.resize(std::max(m_watched.size(), connections.size()));
    if (connections.size() > kMostTold) {
        for (std::size_t i = 0; i < connections.size(); ++i)
            m_watched[i].wasUp =
                m_watched[i].wasUp || connections[i].state == ConnectionStatus::State::Up;
        if (!m_isEnding)
            noteFleet(connections);
        return;
    }
    for (std::size_t i = 0; i < connections.size(); ++i) {
        const ConnectionInfo& connection = connections[i];
        Watched& watched = m_watched[i];
        noteSilence(connection, watched);
        QString line = beforeColon(connection.url);
        if (!connection.detail.isEmpty())
            line += u": "_s + connection.detail;
        // The count of clients and the like may stand in the detail; a person wants the news only.
        const QString state = QString::number(static_cast<int>(connection.state)) + connection.url;
        if (watched.shown == state)
            continue;
        watched.shown = state;
        if (m_isEnding && connection.state == ConnectionStatus::State::Stopped)
            continue;
        if (m_progress != nullptr)
            m_progress->clear();
        tell(printable(line));
        if (connection.state != ConnectionStatus::State::Up)
            continue;
        watched.upSince = std::chrono::steady_clock::now();
        if (!std::exchange(watched.wasUp, true)) {
            for (const QString& sentence : connection.presence)
                tell(u"  attaching changes: "_s + printable(sentence));
            if (connection.expectedMessages >= 0)
                tell(u"  the past that is read holds about %1 messages"_s.arg(
                    grouped(connection.expectedMessages)));
        }
    }
}

void RecordRun::noteSilence(const ConnectionInfo& connection, Watched& watched)
{
    // A hub waits for whoever comes; a bus that has nothing to say needs a word.
    if (connection.state != ConnectionStatus::State::Up || connection.received > 0 ||
        watched.isSilenceTold || !watched.wasUp || connection.subscribed.isEmpty() ||
        std::chrono::steady_clock::now() - watched.upSince < kSilence)
        return;
    watched.isSilenceTold = true;
    if (m_progress != nullptr)
        m_progress->clear();
    tell(printable(u"%1: %2"_s.arg(beforeColon(connection.url), whyNothingComes(connection))));
}

void RecordRun::lookForEnd(const std::vector<ConnectionInfo>& connections)
{
    using State = ConnectionStatus::State;
    if (connections.empty() || m_isEnding)
        return;
    if (std::ranges::all_of(connections, [](const ConnectionInfo& c) {
            return c.state == State::Failed || c.state == State::Stopped;
        })) {
        const bool isDone = std::ranges::any_of(
            connections, [](const ConnectionInfo& c) { return c.state == State::Stopped; });
        end(isDone ? u"the bus has no more to give"_s : u"no connection is left"_s);
        return;
    }
    const bool wasUp =
        std::ranges::any_of(m_watched, [](const Watched& watched) { return watched.wasUp; }) ||
        std::ranges::any_of(connections,
                            [](const ConnectionInfo& c) { return c.state == State::Stopped; });
    if (!wasUp && m_options.patience.count() > 0 &&
        std::chrono::steady_clock::now() - m_began >= m_options.patience) {
        end(u"no bus answered within %1"_s.arg(durationText(m_options.patience)));
    }
}

void RecordRun::lookForMatch()
{
    if (m_isLooking || m_isEnding || !m_session)
        return;
    const Seq last = m_session->seen().last;
    if (last <= m_lookedAt)
        return;
    m_isLooking = true;
    MatchRequest request;
    request.filter = m_until;
    request.first = m_lookedAt + 1;
    request.last = last;
    request.limit = 1;
    m_session->search(std::move(request)).then(this, [this](const Result<MatchList>& list) {
        m_isLooking = false;
        if (!list || list->seqs.empty()) {
            m_lookedAt = list ? list->through : m_lookedAt;
            // What came meanwhile was not announced to us.
            lookForMatch();
            return;
        }
        end(u"message %1 matched"_s.arg(list->seqs.front()));
    });
}

void RecordRun::end(const QString& why, bool byItself)
{
    if (m_isEnding)
        return;
    m_isEnding = true;
    m_endedByItself = byItself;
    m_why = why;
    Q_EMIT ending();
}

} // namespace murmur::cli
