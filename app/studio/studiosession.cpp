// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "studiosession.h"

#include "recorderthread.h"
#include "recordingfiles.h"
#include "session/merge.h"
#include "session/whynothing.h"
#include "settings.h"
#include "views/base/sharedview.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTimer>
#include <QtConcurrent>

#include <functional>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

StudioSession::StudioSession(SharedView* shared, QString recordingsFolder, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_recordingsFolder(std::move(recordingsFolder))
{
    connect(m_shared, &SharedView::silenceActionTaken, this, [this] {
        if (m_remedy)
            apply(*m_remedy);
    });
}

StudioSession::~StudioSession()
{
    if (m_work)
        m_work->stop.request_stop();
    letGo();
}

bool StudioSession::isRecording() const
{
    return m_state == State::Attaching || m_state == State::Recording;
}

bool StudioSession::isBusy() const
{
    return m_state == State::Opening || m_state == State::Attaching || m_state == State::Stopping ||
           m_state == State::Moving;
}

bool StudioSession::isTemporary() const
{
    return !m_path.isEmpty() &&
           QFileInfo(m_path).absolutePath() == QFileInfo(m_recordingsFolder).absoluteFilePath();
}

nanoseconds StudioSession::length() const
{
    if (m_state == State::Recording)
        return m_status.length;
    return m_session ? m_session->seen().time.length() : nanoseconds(0);
}

void StudioSession::setState(State state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

void StudioSession::open(const QStringList& paths, const SessionOptions& options)
{
    const quint64 generation = ++m_generation;
    QStringList absolute;
    for (const QString& path : paths)
        absolute << QFileInfo(path).absoluteFilePath();
    setState(State::Opening);
    QThread* home = thread();
    QtConcurrent::run([absolute, options, home]() -> Result<std::shared_ptr<Session>> {
        auto opened = Session::open(absolute, options);
        if (!opened)
            return opened.error();
        (*opened)->moveToThread(home);
        return std::shared_ptr<Session>(std::move(*opened));
    })
        .then(this, [this, generation, absolute,
                     options](const Result<std::shared_ptr<Session>>& opened) {
            if (generation != m_generation)
                return; // the person has opened something else meanwhile
            if (!opened) {
                // What was open stays open: a wrong file must not cost the right one.
                setState(m_session ? State::Reading : State::Empty);
                Q_EMIT failed(opened.error());
                return;
            }
            letGo();
            m_madeHere = false;
            adopt(*opened, absolute.front());
            m_paths = absolute;
            m_options = options;
            setState(State::Reading);
            Q_EMIT this->opened(absolute.front());
            QStringList problems;
            for (const RecordingInfo& recording : m_session->recordings()) {
                if (!recording.isShown)
                    problems << recording.problem;
            }
            if (!problems.isEmpty())
                Q_EMIT failed({ErrorCode::Unreadable, problems.join(u' ')});
        });
}

void StudioSession::attach(const std::vector<QUrl>& urls, const QString& file,
                           const ConnectionOptions& secrets, const IntakeRules& rules)
{
    if (m_state == State::Recording && file.isEmpty()) {
        if (!rules.exclude.isEmpty()) {
            Q_EMIT noted(tr("The recording that runs keeps its rules: the content of %1 is "
                            "recorded as well.")
                             .arg(rules.exclude.join(u", "_s)));
        }
        for (const QUrl& url : urls)
            m_recorder->attach(url, secrets);
        return;
    }
    ++m_generation;
    letGo();
    RecorderOptions options;
    options.path = file.isEmpty()
                       ? newRecordingPath(m_recordingsFolder, QDateTime::currentDateTime())
                       : QFileInfo(file).absoluteFilePath();
    options.urls = urls;
    options.connectionOptions = secrets;
    options.rules = rules;
    m_path = options.path;
    m_madeHere = true;
    m_status = {};
    m_recorder = std::make_shared<RecorderThread>(options);
    RecorderThread* recorder = m_recorder.get();
    connect(recorder, &RecorderThread::started, this, &StudioSession::onStarted);
    connect(recorder, &RecorderThread::startFailed, this, [this](const Error& error) {
        m_recorder.reset();
        m_path.clear();
        setState(State::Empty);
        Q_EMIT failed(error);
    });
    connect(recorder, &RecorderThread::attachFailed, this, &StudioSession::failed);
    connect(recorder, &RecorderThread::statusChanged, this, [this] {
        m_status = m_recorder->status();
        showConnections(m_status.connections);
        Q_EMIT statusChanged();
    });
    connect(recorder, &RecorderThread::ended, this, &StudioSession::noted);
    connect(recorder, &RecorderThread::stopped, this, &StudioSession::onStopped);
    setState(State::Attaching);
    recorder->start();
}

void StudioSession::onStarted()
{
    auto followed = Session::follow(m_recorder->recorder());
    if (!followed) {
        m_recorder.reset();
        m_path.clear();
        setState(State::Empty);
        Q_EMIT failed(followed.error());
        return;
    }
    // The recorder must outlive the session, whoever holds it last.
    std::shared_ptr<Session> session(followed->release(),
                                     [recorder = m_recorder](Session* gone) { delete gone; });
    adopt(std::move(session), m_path);
    setState(State::Recording);
    Q_EMIT opened(m_path);
}

void StudioSession::adopt(std::shared_ptr<Session> session, const QString& path)
{
    m_path = path;
    m_paths = {path};
    m_session = std::move(session);
    m_info = {};
    m_shared->setSession(m_session);
    readInfo();
}

void StudioSession::letGo()
{
    endReread();
    m_shared->setSession(nullptr);
    m_released = m_session;
    m_session.reset();
    m_recorder.reset();
    m_path.clear();
    m_paths.clear();
    m_saveAs.clear();
    m_discard = false;
    m_status = {};
    m_info = {};
    if (!m_connections.empty())
        showConnections({});
}

void StudioSession::readInfo()
{
    const quint64 generation = m_generation;
    m_session->info().then(this, [this, generation](const Result<SessionInfo>& info) {
        if (generation != m_generation || !info)
            return;
        m_info = *info;
        if (!isRecording())
            showConnections(m_info.connections);
    });
}

/// What a person who waits for the first message should know.
QString StudioSession::silenceOf(const std::vector<ConnectionInfo>& connections)
{
    const bool isSilent = isRecording() && !connections.empty() &&
                          std::ranges::all_of(connections, [](const ConnectionInfo& connection) {
                              return connection.received == 0;
                          });
    if (!isSilent) {
        m_silent.invalidate();
        return {};
    }
    if (!m_silent.isValid())
        m_silent.start();
    for (const ConnectionInfo& connection : connections) {
        if (connection.state == ConnectionStatus::State::Failed)
            return beforeColon(connection.url) + u": "_s + connection.detail;
    }
    if (std::chrono::milliseconds(m_silent.elapsed()) < kSilence)
        return m_shared->silence();
    return whyNothingComes(connections);
}

void StudioSession::showConnections(const std::vector<ConnectionInfo>& connections)
{
    m_connections = connections;
    const QString silence = silenceOf(connections);
    m_remedy = silence.isEmpty() ? std::nullopt : remedyOf(connections);
    m_shared->setSilence(silence, m_remedy ? remedyText(*m_remedy) : QString());
    Q_EMIT connectionsChanged();
    endWhenRead();
}

void StudioSession::stop()
{
    if (m_state == State::Attaching || m_state == State::Recording) {
        setState(State::Stopping);
        m_recorder->stop();
    }
}

void StudioSession::discard()
{
    if (!m_madeHere)
        return;
    m_discard = true;
    if (isRecording())
        stop();
    else if (m_state == State::Reading)
        finishStopped();
}

void StudioSession::onStopped(const QString& problem)
{
    if (!problem.isEmpty())
        Q_EMIT failed({ErrorCode::Internal, problem});
    if (m_state == State::Recording || m_state == State::Stopping)
        finishStopped();
}

void StudioSession::finishStopped()
{
    Kept kept{m_status.length, m_status.recorded, m_status.lost, m_status.lostIsKnown, m_path};
    if (m_discard) {
        const QString path = m_path;
        setState(State::Moving);
        letGo();
        whenReleased([this, path, kept]() mutable {
            QtConcurrent::run([path] { removeRecording(path); }).then(this, [this, kept]() mutable {
                kept.path.clear();
                setState(State::Empty);
                Q_EMIT stopped(kept);
            });
        });
        return;
    }
    if (!m_saveAs.isEmpty() && m_saveAs != m_path) {
        move(m_path, m_saveAs, false);
        return;
    }
    setState(State::Reading);
    readInfo();
    Q_EMIT stopped(kept);
}

void StudioSession::saveAs(const QString& path)
{
    const QString to = QFileInfo(path).absoluteFilePath();
    if (isRereading()) {
        Q_EMIT failed({ErrorCode::WrongUse, tr("The recording is being read again. Save it when "
                                               "that is done, or cancel it first.")});
        return;
    }
    if (m_work) {
        Q_EMIT failed({ErrorCode::WrongUse, tr("It is being saved already.")});
        return;
    }
    if (isRecording()) {
        m_saveAs = to;
        Q_EMIT noted(
            tr("The recording goes on. When it ends it will be saved as %1.").arg(shownPath(to)));
        return;
    }
    if (m_state == State::Reading && m_paths.size() > 1)
        merge(to);
    else if (m_state == State::Reading && to != m_path)
        move(m_path, to, !(m_madeHere && isTemporary()));
}

std::shared_ptr<WorkMeter> StudioSession::beginWork(const QString& title)
{
    m_work = std::make_shared<WorkMeter>();
    Q_EMIT workBegan(title);
    return m_work;
}

void StudioSession::endWork(const Error* error)
{
    m_work.reset();
    Q_EMIT workEnded();
    if (error != nullptr && error->code == ErrorCode::Cancelled)
        Q_EMIT noted(error->message);
    else if (error != nullptr)
        Q_EMIT failed(*error);
}

void StudioSession::cancelWork()
{
    if (m_work)
        m_work->stop.request_stop();
}

void StudioSession::merge(const QString& to)
{
    const QString title =
        tr("Merging %n recordings into %1", nullptr, static_cast<int>(m_paths.size()))
            .arg(shownPath(to));
    Q_EMIT noted(title + u" …"_s);
    const auto meter = beginWork(title);
    MergeOptions options;
    options.session = m_options;
    options.stop = meter->stop.get_token();
    options.progress = [meter](std::int64_t done, std::int64_t total) {
        meter->done = done;
        meter->total = total;
    };
    QtConcurrent::run([paths = m_paths, to, options] {
        return mergeRecordings(paths, to, options);
    }).then(this, [this, to](const Result<MergeResult>& merged) {
        endWork(merged ? nullptr : &merged.error());
        if (merged)
            Q_EMIT noted(tr("Merged into %1").arg(shownPath(to)));
    });
}

void StudioSession::move(QString from, QString to, bool keepSource)
{
    const RecorderStatus status = m_status;
    const bool wasLive = m_state == State::Stopping || m_state == State::Recording;
    const TimeRange window = m_shared->window();
    const Seq selected = m_shared->selectedMessage();
    setState(State::Moving);
    letGo();
    const quint64 generation = ++m_generation;
    const auto meter = beginWork(tr("Saving as %1").arg(shownPath(to)));
    whenReleased([=, this] {
        QtConcurrent::run([=] {
            return moveRecording(from, to, keepSource, *meter);
        }).then(this, [=, this](const Status& moved) {
            endWork(moved ? nullptr : &moved.error());
            if (generation != m_generation)
                return;
            const QString path = moved ? to : from;
            if (wasLive)
                Q_EMIT stopped(
                    {status.length, status.recorded, status.lost, status.lostIsKnown, path});
            else if (moved)
                Q_EMIT noted(tr("Saved as %1").arg(shownPath(path)));
            connect(
                this, &StudioSession::opened, this,
                [this, window, selected] {
                    m_shared->setWindow(window);
                    m_shared->selectMessage(selected);
                },
                Qt::SingleShotConnection);
            open(path);
        });
    });
}

void StudioSession::whenReleased(std::function<void()> then, int triesLeft)
{
    if (m_released.expired() || triesLeft == 0) {
        then();
        return;
    }
    QTimer::singleShot(20ms, this, [this, then = std::move(then), triesLeft] {
        whenReleased(then, triesLeft - 1);
    });
}

void StudioSession::close()
{
    if (isRecording())
        return;
    ++m_generation;
    letGo();
    setState(State::Empty);
}

} // namespace murmur
