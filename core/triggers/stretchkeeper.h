// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/recordingmaker.h"
#include "session/source.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <stop_token>

namespace murmur {

/// Copies a stretch of a recording that grows into one of its own, message by message, while it
/// comes: what a ring lets go meanwhile is copied before. Gaps, ticks and schemas are carried over.
/// One thread at a time.
class StretchKeeper
{
public:
    /// Messages whose time lies in `range`. It ends with the first that was received at `until`
    /// (ns) or later, or when it is told to.
    /// `earlierFiles`: of a split recording, what it wrote before, the oldest first.
    StretchKeeper(QString path, TimeRange range, std::int64_t until, QStringList earlierFiles);
    ~StretchKeeper();

    /// What is on disk and was not copied yet. `isOver`: no more is waited for. True: the file is
    /// whole and has its name. Errors: Unwritable, DiskFull, Unreadable, Unsupported (several
    /// recordings), Cancelled.
    Result<bool> advance(const Source& source, bool isOver, const std::stop_token& stop);

    [[nodiscard]] const QString& path() const { return m_path; }
    [[nodiscard]] std::int64_t messages() const { return m_messages; }
    /// What the range begins with was gone already, or is in a file before.
    [[nodiscard]] bool isBeginGone() const { return m_isBeginGone; }
    /// That lay in the range, and are not in the copy.
    [[nodiscard]] std::int64_t missing() const { return m_missing; }

private:
    Status create(const Source& source);
    void begin(SourceView& view);
    Status copyEarlier(const Source& source, const std::stop_token& stop);
    /// False: the recording has gone on in another file.
    Result<bool> copyAll(const Source& source, const QString& file, const std::stop_token& stop);
    Status copyFrom(SourceView& view, class RecordingReader& reader, const std::stop_token& stop);
    Status copy(class RecordingReader& reader, const struct BlockRef& block, Seq upTo);
    Status tickUntil(std::int64_t time, bool all);
    /// Ticks and gaps of a file that is done with.
    Status leave(BlockReader& reader);

    QString m_path;
    TimeRange m_range;
    std::int64_t m_until;
    QStringList m_earlier; ///< files that are copied before
    std::unique_ptr<RecordingMaker> m_maker;
    std::unique_ptr<class Rehearing> m_stored;
    std::shared_ptr<Dictionaries> m_names; ///< of the recording that is copied
    std::vector<StoredTick> m_ticks;
    std::size_t m_nextTick = 0;
    Seq m_next = 0;   ///< 0: not begun
    QString m_source; ///< the file that is copied from: a split recording goes on in another
    std::int64_t m_messages = 0;
    std::int64_t m_missing = 0;
    bool m_isBeginGone = false;
    bool m_hasBegin = false;
    bool m_isOver = false; ///< it was to be ended
    bool m_isWhole = false;
    bool m_isPast = false; ///< a message behind the stretch came
};

} // namespace murmur
