// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "observedrun.h"

#include "await.h"
#include "command.h"
#include "output.h"

#include "bus/connection.h"
#include "observe/bridgenotes.h"
#include "observe/observedenvironment.h"
#include "session/findingspass.h"
#include "session/session.h"
#include "sql/latencysummary.h"

#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <QUrl>
#include <QtConcurrent>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kPatience = 5s; // for the hub and the receiver to listen
constexpr auto kPulse = 50ms;
/// What was sent just before the end is under way for a moment.
constexpr auto kLastWords = 150ms;
/// What is left of a program counts as silent after so long.
constexpr auto kSilence = 1s;
/// So many findings are told; `murmur findings` has all.
constexpr std::size_t kMostFindings = 5;
constexpr int kNotFound = 127; // as shells do
constexpr int kNotRunnable = 126;

QString counted(std::int64_t count, const QString& one, const QString& many)
{
    return u"%1 %2"_s.arg(grouped(count), count == 1 ? one : many);
}

/// What a recording holds, for the last line.
struct Seen
{
    SessionInfo info;
    LatencyLine calls;
    std::vector<Finding> findings; ///< the worst first
};

Result<Seen> lookAt(const QString& path)
{
    auto session = Session::open(path);
    if (!session)
        return session.error();
    auto info = await((*session)->info());
    if (!info)
        return info.error();
    Seen seen;
    seen.info = std::move(info).value();
    auto summarizer = LatencySummarizer::over(**session);
    if (!summarizer)
        return summarizer.error();
    LatencyRequest request;
    request.by = LatencyBy::All;
    auto summary = await(QtConcurrent::run([&] { return (*summarizer)->run(request); }));
    if (summary && !summary->lines.empty())
        seen.calls = summary->lines.front();
    const auto source = (*session)->source();
    auto found = await(QtConcurrent::run([&] { return findingsPass(*source, {}); }));
    if (found)
        seen.findings = std::move(found->findings);
    std::ranges::stable_sort(seen.findings, std::ranges::greater{}, &Finding::severity);
    return seen;
}

QString sentenceOf(const Seen& seen, nanoseconds length, const QString& path)
{
    const std::int64_t errors = seen.info.kinds[static_cast<std::size_t>(Kind::Error)];
    QString text = u"%1, %2, %3, %4"_s.arg(
        durationText(length), counted(seen.info.agents, u"agent"_s, u"agents"_s),
        counted(seen.info.extent.messages(), u"message"_s, u"messages"_s),
        counted(seen.calls.calls(), u"call"_s, u"calls"_s));
    if (seen.calls.open > 0)
        text += u" (%1 unanswered)"_s.arg(grouped(seen.calls.open));
    text +=
        u", %1, %2 lost"_s.arg(counted(errors, u"error"_s, u"errors"_s), grouped(seen.info.lost));
    if (seen.info.gaps > 0)
        text += u" in %1"_s.arg(counted(seen.info.gaps, u"gap"_s, u"gaps"_s));
    return text + u", saved as %1"_s.arg(path);
}

QStringList findingsText(const std::vector<Finding>& findings, const QString& path)
{
    QStringList lines;
    for (const Finding& finding : findings) {
        if (lines.size() == kMostFindings) {
            lines << u"… and %1 more findings: murmur findings %2"_s
                         .arg(findings.size() - kMostFindings)
                         .arg(path);
            break;
        }
        const std::string_view severity = severityName(finding.severity);
        lines << QString::fromUtf8(severity.data(), static_cast<qsizetype>(severity.size())) +
                     u": "_s + QString::fromStdString(finding.summary);
    }
    return lines;
}

QByteArray jsonOf(const Seen& seen, nanoseconds length, const QString& path, int code,
                  const QStringList& missed)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(path);
    json.key("uuid");
    json.textOrNull(seen.info.uuid);
    json.key("exit_code");
    json.number(code);
    json.key("seconds");
    json.raw(QByteArray::number(static_cast<double>(length.count()) / 1e9, 'f', 3).toStdString());
    for (const auto& [key, value] :
         {std::pair{"agents", seen.info.agents}, std::pair{"messages", seen.info.extent.messages()},
          std::pair{"calls", seen.calls.calls()}, std::pair{"unanswered", seen.calls.open},
          std::pair{"errors", seen.info.kinds[static_cast<std::size_t>(Kind::Error)]},
          std::pair{"findings", static_cast<std::int64_t>(seen.findings.size())},
          std::pair{"gaps", seen.info.gaps}, std::pair{"lost", seen.info.lost}}) {
        json.key(key);
        json.number(value);
    }
    json.key("not_seen");
    json.beginArray();
    for (const QString& sentence : missed)
        json.text(sentence);
    json.endArray();
    json.endObject();
    return QByteArray::fromStdString(out);
}

} // namespace

ObservedRun::ObservedRun(Recorder& recorder, ObservedRunOptions options)
    : m_recorder(recorder)
    , m_options(std::move(options))
{
}

void ObservedRun::tell(const QString& line) const
{
    if (!m_options.isQuiet)
        report(printable(line));
}

std::int64_t ObservedRun::received(std::size_t connection) const
{
    const RecorderStatus status = m_recorder.status();
    return connection < status.connections.size() ? status.connections[connection].received : 0;
}

int ObservedRun::run()
{
    connect(&m_recorder, &Recorder::statusChanged, this, &ObservedRun::noteRecorder);
    connect(&m_recorder, &Recorder::ended, this, [this](const QString& sentence) {
        m_failure = sentence;
        report(u"The recording ended: %1 The program goes on."_s.arg(printable(sentence)));
    });
    if (auto started = m_recorder.start(); !started)
        return failed(started.error());
    if (!waitUntilUp()) {
        static_cast<void>(m_recorder.stop());
        QFile::remove(m_recorder.path());
        return failed(
            {ErrorCode::Unreachable,
             u"No port could be listened on at 127.0.0.1; the program was not started."_s});
    }
    m_began = SteadyClock::now();
    tell(u"recording into %1"_s.arg(m_recorder.path()));
    if (auto started = startProgram(); !started) {
        static_cast<void>(m_recorder.stop());
        QFile::remove(m_recorder.path());
        report(started.error().message);
        return started.error().code == ErrorCode::NotFound ? kNotFound : kNotRunnable;
    }
    runToEnd();
    return summarize();
}

bool ObservedRun::waitUntilUp()
{
    const auto until = SteadyClock::now() + kPatience;
    QEventLoop loop;
    QTimer timer;
    bool isUp = false;
    const auto look = [&] {
        const std::vector<ConnectionInfo> connections = m_recorder.status().connections;
        isUp = connections.size() >= 2 &&
               std::all_of(connections.begin(), connections.begin() + 2,
                           [](const ConnectionInfo& connection) {
                               return connection.state == ConnectionStatus::State::Up;
                           });
        if (isUp || SteadyClock::now() > until)
            loop.quit();
    };
    connect(&timer, &QTimer::timeout, &loop, look);
    timer.start(5ms);
    loop.exec();
    return isUp;
}

Status ObservedRun::startProgram()
{
    const std::vector<ConnectionInfo> connections = m_recorder.status().connections;
    ObservationPoints points;
    points.hub = QUrl(connections[0].url);
    points.otlp = QUrl(connections[1].url);
    points.token = secretOr({}, "MURMURSCOPE_TOKEN");
    points.notes = m_notes.path();
    if (m_options.usesBridges) {
        points.bridges = bridgesFolder();
        if (points.bridges.isEmpty())
            report(u"The bridges for CrewAI and LangGraph are not installed beside murmur "
                   "(../share/murmurscope/bridges), so only OpenTelemetry is heard."_s);
    }
    const ObservedEnvironment environment =
        observedEnvironment([](const char* name) { return qgetenv(name); }, points);
    for (const QString& sentence : environment.kept)
        tell(sentence);
    return m_program.start(m_options.command, environment.changes);
}

void ObservedRun::runToEnd()
{
    QEventLoop loop;
    QTimer pulse;
    connect(&m_program, &ProgramChild::ended, &loop, [&] {
        m_endedAt = m_lastHeard = SteadyClock::now();
        pulse.start(kPulse);
    });
    connect(&m_program, &ProgramChild::stopRequested, &loop, [&] {
        m_isStopped = true;
        loop.quit();
    });
    connect(&pulse, &QTimer::timeout, &loop, [&] {
        const auto now = SteadyClock::now();
        const std::int64_t heard = m_recorder.status().received;
        if (std::exchange(m_heard, heard) != heard)
            m_lastHeard = now;
        const bool isSilent =
            now - m_lastHeard > (m_program.hasRemaining() ? kSilence : kLastWords);
        if (isSilent || now - m_endedAt > m_options.grace)
            loop.quit();
    });
    if (m_program.isRunning())
        loop.exec();
}

void ObservedRun::noteRecorder()
{
    const QString alarm = m_recorder.status().alarm;
    if (alarm.isEmpty() == m_alarm.isEmpty())
        return;
    m_alarm = alarm;
    report(alarm.isEmpty() ? u"There is room on the disk again: recording goes on."_s
                           : printable(alarm));
}

int ObservedRun::summarize()
{
    const nanoseconds length = m_endedAt - m_began;
    const std::int64_t fromHub = received(0);
    const std::int64_t fromOtlp = received(1);
    const bool hasRemaining = m_program.hasRemaining();
    const Status stopped = m_recorder.stop();
    const int code = m_program.code();
    if (!stopped) {
        report(stopped.error().message);
        return code;
    }
    if (hasRemaining)
        tell(u"What the program left running is no longer observed."_s);
    const QStringList missed = missedSentences(readBridgeNotes(m_notes.path()), fromHub, fromOtlp);
    const auto seen = lookAt(m_recorder.path());
    if (!seen) {
        report(seen.error().message);
        return code;
    }
    if (m_options.json) {
        const QByteArray line = jsonOf(*seen, length, m_recorder.path(), code, missed) + '\n';
        std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stderr);
        return code;
    }
    for (const QString& sentence : missed + findingsText(seen->findings, m_recorder.path()))
        tell(sentence);
    tell(sentenceOf(*seen, length, m_recorder.path()));
    return code;
}

} // namespace murmur::cli
