// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordrun.h"

#include "await.h"
#include "command.h"
#include "output.h"
#include "progress.h"
#include "stopsignals.h"

#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

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

std::string keptJson(const SessionInfo& info, nanoseconds length, const QString& why)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("path");
    json.text(info.path);
    json.key("uuid");
    json.textOrNull(info.uuid);
    json.key("messages");
    json.number(info.extent.last);
    json.key("seconds");
    json.raw(QByteArray::number(static_cast<double>(length.count()) / 1e9, 'f', 3).toStdString());
    json.key("gaps");
    json.number(info.gaps);
    json.key("lost");
    json.number(info.lost);
    json.key("lost_is");
    json.text(lostIsName(worst(info.connections)));
    json.key("bytes_file");
    json.number(info.bytesFile);
    json.key("ended");
    json.text(why);
    json.endObject();
    out += '\n';
    return out;
}

} // namespace

int printKept(const QString& path, nanoseconds length, const QString& why, bool isStrict, bool json)
{
    auto session = Session::open(path);
    if (!session)
        return failed(session.error());
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    if (length.count() == 0 && info->extent.last > 0)
        length = info->extent.time.length() - nanoseconds(1);
    const LostIs lostIs = worst(info->connections);
    StandardOutput output;
    if (json) {
        output.write(keptJson(*info, length, why));
    } else {
        const QString sentence = u"%1, %2, %3, saved as %4\n"_s.arg(
            durationText(length),
            info->extent.last == 1 ? u"1 message"_s
                                   : u"%1 messages"_s.arg(grouped(info->extent.last)),
            lostText(info->lost, lostIs), path);
        output.write(sentence.toStdString());
    }
    const int written = output.finish();
    if (isStrict && (info->lost > 0 || lostIs != LostIs::Exact)) {
        report(u"%1 lost messages (gaps: %2); \"murmur info %1\" names the connections."_s.arg(path)
                   .arg(info->gaps));
        return kRecordedWithGaps;
    }
    return written;
}

RecordRun::RecordRun(Recorder& recorder, RunOptions options)
    : m_recorder(recorder)
    , m_options(std::move(options))
{
}

int RecordRun::run()
{
    const TimePoint now = wallNow();
    auto until = parseFilter(m_options.until, {now, now});
    if (!until)
        return failed(
            {until.error().code, u"--until cannot be read: %1"_s.arg(until.error().message)});
    m_until = *until;

    StopSignals signals;
    Progress progress;
    m_progress = &progress;
    QEventLoop loop;
    connect(&signals, &StopSignals::requested, this, [this] { end(u"stopped"_s); });
    connect(&m_recorder, &Recorder::ended, this,
            [this](const QString& sentence) { end(sentence); });
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
    noteConnections(m_recorder.status().connections);
    tell(u"Recording into %1. Ctrl-C ends it."_s.arg(printable(m_recorder.path())));
    if (m_until) {
        auto session = Session::follow(&m_recorder);
        if (!session) {
            static_cast<void>(m_recorder.stop());
            return failed(session.error());
        }
        m_session = std::move(session).value();
        connect(m_session.get(), &Session::grew, this, &RecordRun::lookForMatch);
    }
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
    m_session.reset();
    const Status stopped = m_recorder.stop();
    const int kept =
        printKept(m_recorder.path(), length, m_why, m_options.isStrict, m_options.json);
    if (!stopped)
        return failed(stopped.error());
    const bool allFailed =
        !connections.empty() && std::ranges::all_of(connections, [](const ConnectionInfo& c) {
            return c.state == ConnectionStatus::State::Failed;
        });
    if (allFailed)
        return failed({ErrorCode::Unreachable, connections.front().detail});
    return kept;
}

void RecordRun::showStatus()
{
    const RecorderStatus status = m_recorder.status();
    noteConnections(status.connections);
    if (!status.connections.empty() &&
        std::ranges::all_of(status.connections, [](const ConnectionInfo& c) {
            return c.state == ConnectionStatus::State::Failed;
        }))
        end(u"no connection is left"_s);
    if (m_progress == nullptr || !m_progress->isShown() || m_isEnding)
        return;
    const double seconds = std::max(1e-3, static_cast<double>(status.length.count()) / 1e9);
    QString line = u"recording %1  %2 messages  %3/s  %4 lost"_s.arg(
        durationText(status.length), grouped(status.recorded),
        grouped(static_cast<std::int64_t>(static_cast<double>(status.recorded) / seconds)),
        grouped(status.lost));
    if (status.queueFill >= 0.01)
        line += u"  queue %1 %"_s.arg(static_cast<int>(status.queueFill * 100));
    if (m_options.length.count() > 0)
        line += u"  of %1"_s.arg(durationText(m_options.length));
    m_progress->show(line);
}

void RecordRun::noteConnections(const std::vector<ConnectionInfo>& connections)
{
    m_shownDetails.resize(std::max(m_shownDetails.size(), connections.size()));
    for (std::size_t i = 0; i < connections.size(); ++i) {
        const ConnectionInfo& connection = connections[i];
        QString line = connection.url;
        if (!connection.detail.isEmpty())
            line += u": "_s + connection.detail;
        // The count of clients and the like may stand in the detail; a person wants the news only.
        const QString state = QString::number(static_cast<int>(connection.state)) + connection.url;
        if (m_shownDetails[i] == state)
            continue;
        m_shownDetails[i] = state;
        if (connection.state == ConnectionStatus::State::Stopped)
            continue; // because we are ending
        if (m_progress != nullptr)
            m_progress->clear();
        tell(printable(line));
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

void RecordRun::end(const QString& why)
{
    if (m_isEnding)
        return;
    m_isEnding = true;
    m_why = why;
    Q_EMIT ending();
}

} // namespace murmur::cli
