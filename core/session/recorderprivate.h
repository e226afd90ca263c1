// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/boundedqueue.h"
#include "recording/writer.h"
#include "session/interpreter.h"
#include "session/recorder.h"
#include "session/source.h"

#include <QThread>
#include <QTimer>

#include <map>
#include <mutex>
#include <thread>

namespace murmur {

/// Where all connections of a recorder put what they hear. Thread safe, never waits (unless told
/// to: offline generation).
class RecorderSink : public MessageSink
{
public:
    struct Counters
    {
        std::int64_t received = 0;
        std::int64_t dropped = 0; ///< by our queue
        std::int64_t lost = 0;    ///< noted by the connection
        LostIs lostIs = LostIs::Exact;
    };

    explicit RecorderSink(BoundedQueue<std::vector<HeardMessage>>& queue)
        : m_queue(queue)
    {
    }
    void hear(std::vector<HeardMessage>&& batch) override;
    void note(Gap gap) override;
    void setWaits(bool waits) { m_waits = waits; }

    /// Gaps since the last call.
    std::vector<Gap> takeGaps();
    [[nodiscard]] std::vector<Counters> counters() const; ///< by connection id

private:
    Counters& at(ConnectionId id);

    BoundedQueue<std::vector<HeardMessage>>& m_queue;
    std::atomic<bool> m_waits = false;
    mutable std::mutex m_mutex;
    std::vector<Counters> m_counters;
    std::map<std::pair<std::uint32_t, std::string>, Gap> m_drops;
    std::vector<Gap> m_gaps;
};

/// One connection in its own thread.
struct AttachedConnection
{
    ConnectionId id{};
    QString url;
    QString name;
    std::unique_ptr<QThread> thread;        // joined by detach()
    QObject* home = nullptr;                // lives in thread; deleted there
    std::unique_ptr<Connection> connection; // touched in thread only
    std::mutex mutex;
    ConnectionStatus status; // guarded by mutex

    void noteStatus();
    void detach();
};

struct Recorder::Private
{
    RecorderOptions options;
    std::shared_ptr<Dictionaries> names = std::make_shared<Dictionaries>();
    std::shared_ptr<Tail> tail = std::make_shared<Tail>();
    std::shared_ptr<ReaderPool> pool;
    std::unique_ptr<BoundedQueue<std::vector<HeardMessage>>> heard;
    std::unique_ptr<BoundedQueue<Tail::Run>> runs;
    std::unique_ptr<RecorderSink> sink;
    std::unique_ptr<RecordingWriter> writer;  // writer thread, once it runs
    std::unique_ptr<Interpreter> interpreter; // interpreter thread, once it runs
    std::thread interpreterThread;            // joined by stop()
    std::thread writerThread;                 // joined by stop()
    std::vector<std::unique_ptr<AttachedConnection>> connections;
    QTimer* timer = nullptr;
    int lockDescriptor = -1; ///< descriptor of the .lock file
    std::chrono::steady_clock::time_point started;

    mutable std::mutex mutex; // guards what follows
    RecorderStatus::State state = RecorderStatus::State::Idle;
    QString failure;
    bool endAnnounced = false;
    Seq seen = 0;
    std::int64_t firstTime = 0;
    std::int64_t lastTime = 0;
    RecordingTotals durable;

    [[nodiscard]] Status outcome() const;
    void unlock(const QByteArray& lockName);
    void discard(const QByteArray& lockName);
};

} // namespace murmur
