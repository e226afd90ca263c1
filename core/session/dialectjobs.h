// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/suggestion.h"
#include "session/reread.h"

#include <QFuture>
#include <QObject>

#include <memory>
#include <optional>
#include <stop_token>

namespace murmur {

class Session;

struct SampleRequest
{
    int messages = 20'000;                   ///< about so many, in stretches evenly spread
    std::optional<std::uint32_t> connection; ///< those of one only
    std::stop_token stop;
};

/// Messages of a session to try dialects on: bounded in number and bytes, whatever the recording's
/// size. The result is a value; see coverageOf and suggestionsFor, which are quick enough for a
/// worker thread at each key press.
[[nodiscard]] QFuture<Result<MessageSample>> sampleMessages(const Session& session,
                                                            SampleRequest request = {});

/// Reads a recording again in the background. Lives in the thread that made it. Destroying it
/// cancels and waits, a block at most.
class RereadJob : public QObject
{
    Q_OBJECT
public:
    explicit RereadJob(QString path, QString dialect = {}, QObject* parent = nullptr);
    /// `dialect` and `rules` of the options count; the rest is the job's own.
    RereadJob(QString path, RereadOptions options, QObject* parent = nullptr);
    ~RereadJob() override;

    void start();
    /// The recording stays as it was; `finished` tells when.
    void cancel();
    [[nodiscard]] bool isRunning() const;

Q_SIGNALS:
    /// At most some times a second.
    void progressed(const QString& step, qint64 done, qint64 total);
    /// The new reading is in force: sessions see it with their next question; whoever keeps what
    /// was read before opens the recording anew.
    void finished(const murmur::RereadReport& report);
    /// WrongUse, Unreadable, Unwritable, DiskFull, Cancelled: the recording is as it was.
    void failed(const murmur::Error& error);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
