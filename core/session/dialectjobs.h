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
#include <vector>

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

/// A recording that is to be read again. `dialect` and `rules` of the options count.
struct RereadTask
{
    QString path;
    RereadOptions options;
};

/// What `options`, whose rules name connections of the session, mean for each of its recordings: a
/// connection there is one of the same URL. Those that have none are left as they are.
[[nodiscard]] std::vector<RereadTask> rereadTasks(const Session& session,
                                                  const RereadOptions& options);

/// Reads recordings again in the background, one after the other. Lives in the thread that made it.
/// Destroying it cancels and waits, a block at most.
class RereadJob : public QObject
{
    Q_OBJECT
public:
    explicit RereadJob(QString path, QString dialect = {}, QObject* parent = nullptr);
    RereadJob(QString path, RereadOptions options, QObject* parent = nullptr);
    explicit RereadJob(std::vector<RereadTask> tasks, QObject* parent = nullptr);
    ~RereadJob() override;

    void start();
    /// The recording that is being read stays as it was; `failed` tells when.
    void cancel();
    [[nodiscard]] bool isRunning() const;
    /// When it has ended: what reads those that were read as they were read before.
    [[nodiscard]] const std::vector<RereadTask>& undo() const;

Q_SIGNALS:
    /// At most some times a second; of one recording. `step` is "2 of 3" where there are several.
    void progressed(const QString& step, qint64 done, qint64 total);
    /// The sum of all. The new reading is in force: sessions see it with their next question;
    /// whoever keeps what was read before opens the recording anew.
    void finished(const murmur::RereadReport& report);
    /// WrongUse, Unreadable, Unwritable, DiskFull, Cancelled: the recording is as it was, and so
    /// are those behind it; see undo() for those before it.
    void failed(const murmur::Error& error);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
