// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "keyterminal.h"
#include "output.h"
#include "progress.h"
#include "replay/replayjobs.h"
#include "replay/replayrun.h"

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>

namespace murmur::cli {

/// A replay in the foreground: shows how it goes, obeys keys and Ctrl-C, and keeps in the
/// recording how far it came.
class ReplayLoop : public QObject
{
    Q_OBJECT
public:
    /// `job` is kept in `recording` under its id.
    ReplayLoop(ReplayRun& run, ReplayJobRecord job, QString recording, bool json, int burst = 1,
               bool hasKeys = true);

    /// Runs the event loop until the replay has ended; the exit code.
    int run();

Q_SIGNALS:
    void ending();

private:
    void listenToKeys();
    void readKeys();
    void noteKey(char key);
    void noteEnter();
    void togglePause();
    void step(int messages);
    void hurry(double factor);
    [[nodiscard]] QString keysText() const;
    void show(const ReplayReport& report);
    void print(const std::vector<ReplayOutcome>& outcomes);
    Status keep(const ReplayReport& report);
    [[nodiscard]] int tellEnd(const ReplayReport& report);
    [[nodiscard]] bool isStep() const;

    ReplayRun& m_run;
    ReplayJobRecord m_job;
    const QJsonObject m_before; ///< counts of what it was resumed from
    const QString m_recording;
    const bool m_json;
    const bool m_hasKeys; ///< a person may press some
    Progress m_progress;
    StandardOutput m_output;
    std::unique_ptr<QSocketNotifier> m_keys;
    std::unique_ptr<KeyTerminal> m_terminal;
    ReplayPace m_pace;
    const int m_burst; ///< for each Enter of a replay by steps
    ReplayReport m_last;
    ReplayKeeping m_keeping;
    std::int64_t m_steps = 0;
    std::int64_t m_holds = 0;
    bool m_isPaused = false;
    bool m_hasNoKeys = false; ///< standard input has ended
    bool m_cannotKeep = false;
};

} // namespace murmur::cli
