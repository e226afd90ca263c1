// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/boundedqueue.h"
#include "dialect/dialectrules.h"
#include "recording/reader.h"
#include "recording/writer.h"
#include "session/findingsboard.h"
#include "session/intake.h"
#include "session/interpreter.h"
#include "session/recorder.h"
#include "session/recordersink.h"
#include "session/recordinglock.h"
#include "session/source.h"

#include <QThread>
#include <QTimer>

#include <atomic>
#include <mutex>
#include <thread>

namespace murmur {

/// One connection in its own thread.
struct AttachedConnection
{
    ConnectionId id{};
    QUrl url; ///< as asked for, with what is not shown
    ConnectionOptions options;
    RecorderSink* sink = nullptr;
    std::unique_ptr<QThread> thread;        // joined by close()
    QObject* home = nullptr;                // lives in thread; deleted there
    std::unique_ptr<Connection> connection; // touched in thread only
    std::mutex mutex;
    ConnectionInfo info; ///< all but the counters; guarded by mutex
    QUrl effectiveUrl;   ///< guarded by mutex
    /// ns: since then nothing is heard because we left; 0: nothing is missed. Guarded by mutex.
    std::int64_t away = 0;
    bool wasUp = false; ///< guarded by mutex
    /// ns: since then nobody lets us in, or nobody did so far. Guarded by mutex.
    std::int64_t missingSince = 0;
    std::int64_t reconnectsBefore = 0; ///< of what was attached before; guarded by mutex

    /// Attaches in a thread of its own and waits for the outcome of the start, not for the bus.
    Status open();
    void noteStatus();
    /// Whether what `other` brings comes already.
    [[nodiscard]] bool hears(const QUrl& other);
    /// Before it is stopped: what it never heard, or does not hear since it failed.
    void noteMissing();
    void close();
    [[nodiscard]] ConnectionInfo shown();
};

/// What a dialect made of a block that was stored unread.
struct BlockReading
{
    BlockRef block;
    Columns columns; ///< all of them, without bytes
    Columns heard;   ///< those that stand in the file
};

/// What the interpreter hands to the writer: new rows, or the reading of a stored block. Neither: a
/// wish that the open block ends.
struct WriterItem
{
    Tail::Run run;
    std::shared_ptr<const BlockReading> reading;
};

struct Recorder::Private
{
    RecorderOptions options;
    std::shared_ptr<Dictionaries> names = std::make_shared<Dictionaries>();
    std::shared_ptr<Tail> tail = std::make_shared<Tail>();
    std::shared_ptr<ReaderPool> pool;
    std::shared_ptr<FindingsBoard> findings = std::make_shared<FindingsBoard>();
    std::unique_ptr<BoundedQueue<std::vector<HeardMessage>>> heard;
    std::unique_ptr<BoundedQueue<WriterItem>> runs;
    std::unique_ptr<RecorderSink> sink;
    std::unique_ptr<RecordingWriter> writer;  // writer thread, once it runs
    std::unique_ptr<Interpreter> interpreter; // interpreter thread, once it runs
    Intake intake;                            // interpreter thread, once it runs
    std::thread interpreterThread;            // joined by stop()
    std::thread writerThread;                 // joined by stop()
    std::vector<std::unique_ptr<AttachedConnection>> connections;
    QTimer* timer = nullptr;
    std::int64_t nextFreshLook = 0;       ///< ns of the process's clock
    RecordingLock fileLock;               // writer thread, once it runs
    RecordingFacts facts;                 ///< of the first file
    std::atomic<bool> isStopping = false; ///< stop() waits for the threads
    std::atomic<bool> isWriting = true;   ///< the writer takes what it is given
    std::atomic<bool> hasGivenUp = false; ///< the writer will not write any more
    /// A connection of ours stands between others (a tap): reading and writing wait for them.
    std::atomic<bool> givesWay = false;
    std::atomic<bool> hasNewSecrets = false;
    std::atomic<bool> hasNewDialects = false;
    std::atomic<bool> isFull = false;     ///< a size limit was reached: nothing more is written
    std::atomic<Seq> closed = 0;          ///< durable, in blocks that will not change any more
    std::atomic<std::int64_t> unread = 0; ///< heard, and not read yet
    std::chrono::steady_clock::time_point started;

    mutable std::mutex mutex; // guards what follows
    RecorderStatus::State state = RecorderStatus::State::Idle;
    QString failure;
    QString alarm;
    std::vector<QString> files;
    /// What people call the agents, JSON, and how often they changed their mind.
    QByteArray agentNames;
    int agentNamesRevision = 0;
    QByteArrayList newSecrets;         ///< of connections, not known to the intake yet
    std::vector<DialectRule> dialects; ///< named by hand
    int dialectsRevision = 0;          ///< rises with each change of them
    bool endAnnounced = false;
    QString end; ///< why the recording ends by itself; stands in the file
    Seq seen = 0;
    std::int64_t firstTime = 0;
    std::int64_t lastTime = 0;
    RecordingTotals durable;

    [[nodiscard]] Status outcome() const;
    void nameUrl(AttachedConnection& connection) const;
    /// The dialects that the URL of a connection names: behind those of topics, before that of all.
    void useDialects(ConnectionId connection, std::vector<DialectRule> rules);
    /// Those that were named for this connection alone.
    void forgetDialects(ConnectionId connection);
    void leave(AttachedConnection& connection) const;
    void tryFreshSecrets();
    Status comeBack(AttachedConnection& connection, const QUrl& url);
    /// Before it is opened: what it gives to its bus is overwritten in all that comes.
    void noteSecrets(const QUrl& url, const ConnectionOptions& given);
    void discard();
};

} // namespace murmur
