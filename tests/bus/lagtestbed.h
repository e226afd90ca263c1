// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/attached.h"
#include "support/brokers.h"

#include <QElapsedTimer>

namespace murmur::test {

/// A worker that somebody else wrote and that falls behind: node/lagworker.mjs.
class LagWorker : public NodeProgram
{
public:
    explicit LagWorker(const QStringList& arguments)
        : NodeProgram(QStringLiteral(NODE_DIRECTORY), QStringLiteral("lagworker.mjs"), arguments)
    {
    }
    ~LagWorker() override
    {
        closeWriteChannel();
        waitForFinished(5000);
    }
    /// What it says behind "ok", or what went wrong.
    QByteArray run(const QByteArray& line)
    {
        write(line + '\n');
        QElapsedTimer timer;
        timer.start();
        while (!canReadLine() && timer.elapsed() < 60'000 && state() != NotRunning)
            waitForReadyRead(100);
        const QByteArray answer = canReadLine() ? readLine().trimmed() : "node: " + readAll();
        return answer.startsWith("ok") ? answer.mid(3) : answer;
    }
};

/// "tasks/workers 7+2 by 1": what was observed last of each consumer, one a line; "-" is unknown.
inline QByteArray lastLags(const CollectingSink& sink)
{
    std::map<std::string, Lag> last;
    for (const Lag& lag : sink.lags())
        last[lag.topic + '/' + lag.consumer] = lag;
    const auto number = [](std::int64_t count) {
        return count < 0 ? QByteArray("-") : QByteArray::number(qlonglong(count));
    };
    QByteArrayList lines;
    for (const auto& [name, lag] : last)
        lines << QByteArray::fromStdString(name) + ' ' + number(lag.pending) + '+' +
                     number(lag.unacknowledged) + " by " + number(lag.members);
    return lines.join('\n');
}

/// Waits until that is what was observed last.
#define QTRY_LAGS(attached, expected)                                                              \
    QTRY_COMPARE_WITH_TIMEOUT(lastLags((attached).sink), QByteArray(expected), 30'000)

} // namespace murmur::test
