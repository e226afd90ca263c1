// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "session/intake.h"

#include <QString>
#include <QStringList>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>

namespace murmur {

struct ImportOptions
{
    QString format;  ///< id; empty: by the ending of each file
    QString dialect; ///< as of DialectChooser::force; empty: each topic's is found out
    QString topic;   ///< of messages that name none; empty: the file's name
    IntakeRules rules;
    QString sortDirectory; ///< empty: $TMPDIR, or the folder of the recording
    std::size_t sortMemory = std::size_t(64) << 20;
    /// Called in the thread that imports. `total` 0: not known.
    std::function<void(const QString& step, std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

struct ImportResult
{
    std::int64_t messages = 0;
    std::int64_t damaged = 0;     ///< recorded as undecodable, with their line
    std::int64_t withoutTime = 0; ///< they have the time of the message before them
    std::int64_t sorted = 0;      ///< bytes that went through files to be sorted
    TimeRange time;               ///< of the messages; empty when there is none
    QStringList problems;         ///< a sentence for each input that could not be read to its end
};

/// Makes a recording of messages that stand in files ("-": standard input), one a line: in the
/// order of their times, whatever the order of the lines. The file is there when it is whole; when
/// it fails or is stopped, nothing is. Waits until it is done. Errors: Unreadable (an input is not
/// there), Unwritable, WrongUse, NotFound, DiskFull, Cancelled.
Result<ImportResult> importMessages(const QStringList& inputs, const QString& target,
                                    const ImportOptions& options);

} // namespace murmur
