// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"
#include "session/intake.h"

#include <QString>

#include <memory>

namespace murmur {

struct RecordingMakerOptions
{
    QString dialect; ///< as of DialectChooser::force; empty: each topic's is found out
    IntakeRules rules = {};
    /// Of a recording whose messages these are, as of keptRules: they are read as they were there.
    QString keptDialects = {};
};

/// Makes a recording of messages that somebody gives in their order, as fast as they come: what a
/// recorder does, without a bus and without dropping anything. The file gets its name when it is
/// whole; without finish() nothing is left of it. One thread.
class RecordingMaker
{
public:
    /// Errors: Unwritable (there is such a file already), WrongUse, NotFound, DiskFull.
    static Result<std::unique_ptr<RecordingMaker>> create(const QString& path,
                                                          const RecordingMakerOptions& options);
    ~RecordingMaker();
    RecordingMaker(const RecordingMaker&) = delete;
    RecordingMaker& operator=(const RecordingMaker&) = delete;

    /// An id for messages; the same for the same URL.
    ConnectionId connection(const QString& url, const QString& name);
    /// The next message. Its bytes may be changed: secrets are overwritten.
    Status add(HeardMessage& message);
    /// How payloads of these messages are written.
    void describe(Schema schema);
    /// What was lost between these messages.
    Status note(const Gap& gap);
    /// Somebody listened at that moment, as of StoredTick. Behind the messages before it.
    Status tick(std::int64_t time, double busQueue, double writerQueue);
    [[nodiscard]] std::int64_t messages() const;
    Status finish();

private:
    RecordingMaker();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
