// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "await.h"
#include "progress.h"
#include "stopsignals.h"

#include "base/result.h"

#include <QtConcurrent>

#include <functional>
#include <stop_token>

namespace murmur::cli {

using StepProgress =
    std::function<void(const QString& step, std::int64_t done, std::int64_t total)>;

/// Runs long work in a thread of its own, shows its progress, and asks it to stop on Ctrl-C.
template<typename T>
Result<T>
workWith(const std::function<Result<T>(const StepProgress&, const std::stop_token&)>& work)
{
    std::stop_source stop;
    StopSignals signals;
    QObject::connect(&signals, &StopSignals::requested, &signals, [&] { stop.request_stop(); });
    Progress progress;
    QObject context; // lives in this thread: progress is drawn here
    const StepProgress show = [&](const QString& step, std::int64_t done, std::int64_t total) {
        if (progress.isShown())
            QMetaObject::invokeMethod(
                &context, [&progress, step, done, total] { progress.update(step, done, total); },
                Qt::QueuedConnection);
    };
    return await(QtConcurrent::run([&] { return work(show, stop.get_token()); }));
}

} // namespace murmur::cli
