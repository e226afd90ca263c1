// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"
#include "recording/reader.h"

#include <QString>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace murmur {

/// What is not committed yet: immutable runs of messages in Seq order, published by the recorder so
/// that bus-to-screen does not wait for the disk. A run leaves when it is durable. Thread safe.
class Tail
{
public:
    using Run = std::shared_ptr<const Chunk>;

    void publish(Run run);
    /// Forgets runs that are durable as a whole.
    void trim(Seq durable);
    [[nodiscard]] std::vector<Run> snapshot() const;
    [[nodiscard]] Seq last() const;

private:
    mutable std::mutex m_mutex;
    std::vector<Run> m_runs;
    Seq m_last = 0;
};

/// Lends readers of one recording to the session's jobs, and takes them all back when the recorder
/// must have the file for itself.
class ReaderPool
{
public:
    explicit ReaderPool(QString path)
        : m_path(std::move(path))
    {
    }

    class Lease
    {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<RecordingReader> reader)
            : m_pool(&pool)
            , m_reader(std::move(reader))
        {
        }
        ~Lease();
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        RecordingReader& operator*() const { return *m_reader; }
        RecordingReader* operator->() const { return m_reader.get(); }

    private:
        ReaderPool* m_pool;
        std::unique_ptr<RecordingReader> m_reader;
    };

    /// Waits while suspended. Errors of openRecording.
    Result<Lease> lease();
    /// Waits for the leases that are out, then closes all readers. Until resume() no new one is
    /// lent.
    void suspend();
    void resume();
    /// While suspended: goes on with another file.
    void moveTo(const QString& path);
    [[nodiscard]] QString path() const;

private:
    friend class Lease;
    void giveBack(std::unique_ptr<RecordingReader> reader);

    QString m_path;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::unique_ptr<RecordingReader>> m_free;
    int m_out = 0;
    bool m_suspended = false;
};

/// What a job reads from: the file and, while it is being written, its tail.
struct Source
{
    std::shared_ptr<ReaderPool> pool;
    std::shared_ptr<Tail> tail; ///< null when nobody of this process records
    std::shared_ptr<Dictionaries> names;
};

/// File and tail as one, for one job. The tail is taken before the file, so together they are
/// complete; rows of the tail that the file has by now are passed over.
class SourceView
{
public:
    static Result<SourceView> of(const Source& source);

    /// The file as it was when the view was made, until refresh(): the open block is replaced with
    /// each commit, so its parts must be read within one transaction.
    [[nodiscard]] RecordingReader& reader() const { return *m_lease; }
    /// For long scans: lets the recorder's checkpoints pass and goes on with the file as it is now.
    /// durable() stays what it was; first() may rise.
    void refresh();
    [[nodiscard]] const Dictionaries& names() const { return *m_names; }
    [[nodiscard]] Seq durable() const { return m_durable; }
    [[nodiscard]] Seq last() const;
    /// What lies before is gone, or in another file.
    [[nodiscard]] Seq first() const { return m_first; }
    /// Runs behind the file; rows up to durable() are to be passed over.
    [[nodiscard]] const std::vector<Tail::Run>& tail() const { return m_tail; }
    /// Calls `visit(columns, row)` for each row of the tail that the file does not have.
    template<typename Visit>
    void forEachInTail(Visit visit) const
    {
        for (const Tail::Run& run : m_tail) {
            const Columns& columns = run->columns;
            for (std::size_t row = 0; row < columns.size(); ++row) {
                if (columns.first + static_cast<Seq>(row) > m_durable)
                    visit(*run, row);
            }
        }
    }

private:
    SourceView(std::vector<Tail::Run> tail, ReaderPool::Lease lease,
               std::shared_ptr<const Dictionaries> names);

    std::vector<Tail::Run> m_tail;
    ReaderPool::Lease m_lease;
    std::unique_ptr<RecordingReader::Snapshot> m_snapshot; // ends before the lease does
    std::shared_ptr<const Dictionaries> m_names;
    Seq m_durable = 0;
    Seq m_first = 1;
};

} // namespace murmur
