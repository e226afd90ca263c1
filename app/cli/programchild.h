// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QObject>

#include <utility>
#include <vector>

class QSocketNotifier;

namespace murmur::cli {

/// A program that runs as if a shell had started it: it has our standard streams, terminal and
/// process group, and gets the signals that somebody sends to us. Those that a terminal sends it
/// has already. One at a time in a process.
class ProgramChild : public QObject
{
    Q_OBJECT
public:
    explicit ProgramChild(QObject* parent = nullptr);
    ~ProgramChild() override;

    /// Starts `command` with our environment and these changes. What it leaves behind becomes ours,
    /// so that hasRemaining() knows of it. The error: NotFound, or Unreadable when it is there and
    /// cannot be run.
    Status start(const std::vector<QByteArray>& command,
                 const std::vector<std::pair<QByteArray, QByteArray>>& environment);

    [[nodiscard]] bool isRunning() const noexcept { return m_isRunning; }
    /// Processes that it started and that are not its end.
    [[nodiscard]] bool hasRemaining() const noexcept { return m_hasRemaining; }
    /// As a shell tells it: its exit code, or 128 and the number of the signal that ended it.
    [[nodiscard]] int code() const noexcept { return m_code; }

Q_SIGNALS:
    /// It ended; others that it started may go on.
    void ended();
    /// Nothing that it started is left.
    void allEnded();
    /// It has ended, and somebody asks us to end as well.
    void stopRequested();

private:
    void read();
    void restoreSignals();

    QSocketNotifier* m_notifier = nullptr;
    int m_pipe = -1;
    int m_code = 0;
    bool m_isRunning = false;
    bool m_hasRemaining = false;
};

} // namespace murmur::cli
