// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/blockreader.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"

#include <QString>

#include <condition_variable>
#include <functional>
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

/// Lends readers to the session's jobs, and takes them all back when the recorder must have the
/// file for itself.
class ReaderPool
{
public:
    using Open = std::function<Result<std::unique_ptr<BlockReader>>(const QString& path)>;

    /// Readers of one recording.
    explicit ReaderPool(QString path);
    /// Readers that `open`, which may be called from any thread, makes.
    ReaderPool(QString path, Open open)
        : m_path(std::move(path))
        , m_open(std::move(open))
    {
    }

    class Lease
    {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<BlockReader> reader)
            : m_pool(&pool)
            , m_reader(std::move(reader))
        {
        }
        ~Lease();
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        BlockReader& operator*() const { return *m_reader; }
        BlockReader* operator->() const { return m_reader.get(); }

    private:
        ReaderPool* m_pool;
        std::unique_ptr<BlockReader> m_reader;
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
    void giveBack(std::unique_ptr<BlockReader> reader);

    QString m_path;
    const Open m_open;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::unique_ptr<BlockReader>> m_free;
    int m_out = 0;
    bool m_suspended = false;
};

struct RecordingSet;
class FindingsBoard;

/// What a job reads from: the file and, while it is being written, its tail; or several files.
struct Source
{
    std::shared_ptr<ReaderPool> pool;
    std::shared_ptr<Tail> tail; ///< null when nobody of this process records
    std::shared_ptr<Dictionaries> names;
    std::shared_ptr<const RecordingSet> set; ///< null: one recording
    /// What the recorder of this process finds; null when nobody of this process records.
    std::shared_ptr<FindingsBoard> findings;
};

/// File and tail as one, for one job. The tail is taken before the file, so together they are
/// complete; rows of the tail that the file has by now are passed over.
class SourceView
{
public:
    static Result<SourceView> of(const Source& source);

    /// The file as it was when the view was made, until refresh(): the open block is replaced with
    /// each commit, so its parts must be read within one transaction.
    [[nodiscard]] BlockReader& reader() const { return *m_lease; }
    /// For long scans: lets the recorder's checkpoints pass and goes on with the file as it is now.
    /// durable() stays what it was; first() may rise.
    void refresh();
    /// For what takes time between two reads: until refresh() nothing may be read, and the recorder
    /// may begin its log anew.
    void release() { m_snapshot.reset(); }
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
    std::unique_ptr<BlockReader::Snapshot> m_snapshot; // ends before the lease does
    std::shared_ptr<const Dictionaries> m_names;
    Seq m_durable = 0;
    Seq m_first = 1;
};

} // namespace murmur
