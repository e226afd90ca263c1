// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "armoption.h"
#include "base/result.h"
#include "base/time.h"
#include "session/recorder.h"
#include "session/session.h"
#include "triggers/trigger.h"
#include "triggers/triggeraction.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace murmur::cli {

class Progress;
class RecordTriggers;
class StopSignals;

struct RunOptions
{
    nanoseconds length{0}; ///< 0: until something else ends it
    QString until;         ///< expression; its first match ends the recording
    QStringList patterns;  ///< of --only and --exclude: those that never matched are told
    bool isStrict = false; ///< gaps are exit code 5
    bool json = false;     ///< the summary as JSON
    /// How long no bus may have answered before the run ends as unreachable; 0: for ever.
    nanoseconds patience = std::chrono::seconds(10);
    std::vector<Trigger> triggers = {};
    TriggerRules triggerRules = {};
    ArmOption armsTriggers; ///< they may send
};

/// Lets a recorder run in the foreground until a limit, a match, a signal or a failure ends it, and
/// says what was kept.
class RecordRun : public QObject
{
    Q_OBJECT
public:
    RecordRun(Recorder& recorder, RunOptions options);
    ~RecordRun() override;

    /// Starts the recorder, runs the event loop, stops the recorder; the exit code.
    int run();

Q_SIGNALS:
    void ending();

private:
    struct Watched
    {
        QString shown; ///< state and URL as told
        bool wasUp = false;
        bool isSilenceTold = false;
        std::chrono::steady_clock::time_point upSince;
    };

    void showStatus();
    void noteAlarm(const QString& alarm);
    void noteConnections(const std::vector<ConnectionInfo>& connections);
    void noteFleet(const std::vector<ConnectionInfo>& connections);
    void noteSilence(const ConnectionInfo& connection, Watched& watched);
    void lookForEnd(const std::vector<ConnectionInfo>& connections);
    void lookForMatch();
    Status startTriggers();
    void end(const QString& why, bool byItself = false);
    [[nodiscard]] std::size_t countAttached(const std::vector<ConnectionInfo>& connections) const;
    void tellIdlePatterns() const;

    Recorder& m_recorder;
    RunOptions m_options;
    FilterPtr m_until;
    std::unique_ptr<RecordTriggers> m_triggers; // null: there are none
    std::unique_ptr<Session> m_session; // follows the recorder while somebody looks at what comes
    Seq m_lookedAt = 0;
    bool m_isLooking = false;
    bool m_isEnding = false;
    bool m_endedByItself = false;
    QString m_why;
    QString m_fleetTold;
    std::chrono::steady_clock::time_point m_fleetToldAt;
    QString m_alarm;                // as told
    std::vector<Watched> m_watched; ///< by connection
    std::chrono::steady_clock::time_point m_began;

    Progress* m_progress = nullptr; // while the event loop runs
};

/// Reads the finished files (several of a split recording) back and prints what they hold: "12 min,
/// 481,220 messages, 0 lost, saved as …", or the same as JSON. `length` 0: from the first message
/// to the last. `triggers`: what became of them, JSON; empty: there were none. The exit code.
int printKept(const std::vector<QString>& paths, nanoseconds length, const QString& why,
              bool isStrict, bool json, const std::string& triggers = {});

} // namespace murmur::cli
