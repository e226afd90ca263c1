// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include "programchild.h"

#include "session/recorder.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QTemporaryDir>

#include <chrono>
#include <cstdint>
#include <vector>

namespace murmur::cli {

struct ObservedRunOptions
{
    std::vector<QByteArray> command;
    nanoseconds grace = std::chrono::seconds(3); ///< for what the program leaves behind
    bool usesBridges = true;
    bool isQuiet = false; ///< nothing on stderr but what went wrong
    bool json = false;    ///< the summary as JSON, on stderr
};

/// Lets a program run with a hub and an OTLP receiver beside it, records what it reports, and ends
/// with it. stdout is the program's alone: everything of ours goes to stderr.
class ObservedRun : public QObject
{
    Q_OBJECT
public:
    /// The first two connections of `recorder` are the hub and the receiver.
    ObservedRun(Recorder& recorder, ObservedRunOptions options);

    /// The program's exit code; ours when it was not started.
    int run();

private:
    bool waitUntilUp();
    Status startProgram();
    void runToEnd();
    void noteRecorder();
    int summarize();
    [[nodiscard]] std::int64_t received(std::size_t connection) const;
    void tell(const QString& line) const;

    Recorder& m_recorder;
    ObservedRunOptions m_options;
    ProgramChild m_program;
    QTemporaryDir m_notes;
    std::chrono::steady_clock::time_point m_began;
    std::chrono::steady_clock::time_point m_endedAt;
    std::chrono::steady_clock::time_point m_lastHeard;
    std::int64_t m_heard = 0;
    bool m_isStopped = false; // by somebody, after the program had ended
    QString m_failure;        // of the recording, as told
    QString m_alarm;
};

} // namespace murmur::cli
