// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "keptnote.h"
#include "session/dialectjobs.h"
#include "session/recorder.h"
#include "session/session.h"

#include <QElapsedTimer>
#include <QFuture>
#include <QObject>
#include <QStringList>
#include <QUrl>

#include <memory>
#include <optional>
#include <vector>

namespace murmur {

class RecorderThread;
struct WorkMeter;
class SharedView;

/// What the window has open: nothing, a recording, or a recording that is being made. Owns the
/// recorder and the session and hands the session to the views. Every call returns at once; what
/// takes time happens elsewhere and ends in a signal.
class StudioSession : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Empty,
        Opening,   ///< a file is being opened
        Reading,   ///< a closed recording, or one that has ended
        Attaching, ///< the file is being created, the buses are being attached
        Recording,
        Stopping, ///< what was heard is being written
        Moving,   ///< the file is on its way to another name
    };

    StudioSession(SharedView* shared, QString recordingsFolder, QObject* parent = nullptr);
    /// A recording that still runs is ended in order and kept.
    ~StudioSession() override;

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isRecording() const;
    [[nodiscard]] bool isBusy() const;
    [[nodiscard]] QString path() const { return m_path; }
    /// The file has a name of ours, in our folder: the person was not asked yet.
    [[nodiscard]] bool isTemporary() const;
    /// Where the recording goes when it ends; empty: it stays where it is.
    [[nodiscard]] QString savedAsLater() const { return m_saveAs; }
    [[nodiscard]] const RecorderStatus& recorderStatus() const { return m_status; }
    [[nodiscard]] const std::vector<ConnectionInfo>& connections() const { return m_connections; }
    /// The recordings that are open, in the order in which they were named.
    [[nodiscard]] const QStringList& paths() const { return m_paths; }
    /// For one more window; null when there is none.
    [[nodiscard]] std::shared_ptr<Session> shown() const { return m_session; }
    [[nodiscard]] const SessionInfo& info() const { return m_info; }
    /// The length of what can be shown.
    [[nodiscard]] nanoseconds length() const;

    void open(const QString& path) { open(QStringList{path}, {}); }
    /// Several recordings are opened as one session. Those that cannot be read are told of with
    /// failed() and the others are shown.
    void open(const QStringList& paths, const SessionOptions& options);
    /// Records `urls` into `file` (empty: a new name in our folder). While a recording runs they
    /// are added to it, and its rules stay.
    void attach(const std::vector<QUrl>& urls, const QString& file = {},
                const ConnectionOptions& options = {}, const IntakeRules& rules = {});
    /// Detaches, attaches again or changes a connection of the running recording.
    void apply(const ConnectionWish& wish);
    /// Patterns that would be enough for a connection that listens to everything, from the messages
    /// that came last; empty: none are known.
    [[nodiscard]] QFuture<QStringList> narrower(ConnectionId connection);
    /// How far others were behind during the last half hour of the session, in the order of time.
    [[nodiscard]] QFuture<std::vector<Lag>> lags();
    /// Ends the recording; it stays open for reading.
    void stop();
    /// Ends the recording if one runs and deletes its file. Only for a file that this window made.
    void discard();
    /// A closed recording is copied (one of our folder is moved) and opened under its new name; a
    /// running one goes there when it ends; several are merged.
    void saveAs(const QString& path);
    /// What takes long, while it is done; else null. Cancelled, it ends as if it had never begun.
    [[nodiscard]] std::shared_ptr<const WorkMeter> work() const { return m_work; }
    void cancelWork();
    /// Lets go of a closed recording.
    void close();
    /// Reads what is open again, recording by recording, in the background, and opens it anew; its
    /// `rules` and `dialect` count. Ends with rereadDone or rereadFailed.
    void reread(const RereadOptions& options);
    /// As it was read before the last reread().
    void undoReread();
    /// The recording that is being read stays as it was.
    void cancelReread();
    [[nodiscard]] bool isRereading() const { return m_reread != nullptr; }

Q_SIGNALS:
    void stateChanged();
    void connectionsChanged();
    /// Counters of the running recording.
    void statusChanged();
    void opened(const QString& path);
    /// One sentence for the person and the code for the program.
    void failed(const murmur::Error& error);
    /// The recording has ended and the file is complete.
    void stopped(const murmur::Kept& kept);
    /// Something that may take long is done, and how far it is stands in work().
    void workBegan(const QString& title);
    void workEnded();
    /// Something worth a line that is no failure.
    void noted(const QString& sentence);
    /// `step`: "2 of 3", where several recordings are open.
    void rereadProgressed(const QString& step, qint64 done, qint64 total);
    /// The new reading is in force; `opened` follows.
    void rereadDone(const murmur::RereadReport& report);
    void rereadFailed(const murmur::Error& error);

private:
    void setState(State state);
    void adopt(std::shared_ptr<Session> session, const QString& path);
    void letGo();
    void onStarted();
    void onStopped(const QString& problem);
    void finishStopped();
    std::shared_ptr<WorkMeter> beginWork(const QString& title);
    void endWork(const Error* error);
    void merge(const QString& to);
    void move(QString from, QString to, bool keepSource);
    /// Opens the recording anew; what is looked at stays.
    void reload();
    void startReread(std::vector<RereadTask> tasks);
    void endReread();
    void whenReleased(std::function<void()> then, int triesLeft = 100);
    void readInfo();
    void showConnections(const std::vector<ConnectionInfo>& connections);
    /// Ends a recording of windows of the past that are read.
    void endWhenRead();
    /// What would end the silence of the first connection that says what else there is.
    static std::optional<ConnectionWish> remedyOf(const std::vector<ConnectionInfo>& connections);
    static QString remedyText(const ConnectionWish& remedy);
    [[nodiscard]] QString silenceOf(const std::vector<ConnectionInfo>& connections);

    SharedView* m_shared;
    const QString m_recordingsFolder;
    State m_state = State::Empty;
    QString m_path;
    QStringList m_paths; ///< all of a session of several
    SessionOptions m_options;
    std::shared_ptr<WorkMeter> m_work;
    RereadJob* m_reread = nullptr; ///< of what is open; ours
    std::vector<RereadTask> m_undo;
    QString m_saveAs;
    bool m_madeHere = false;
    bool m_discard = false;
    std::shared_ptr<RecorderThread> m_recorder;
    std::shared_ptr<Session> m_session;
    std::weak_ptr<Session> m_released;
    RecorderStatus m_status;
    SessionInfo m_info;
    std::vector<ConnectionInfo> m_connections;
    std::optional<ConnectionWish> m_remedy;
    QElapsedTimer m_silent; ///< since when a recording that runs is empty
    quint64 m_generation = 0;
};

} // namespace murmur
