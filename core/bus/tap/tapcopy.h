// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/tap/tapframes.h"
#include "bus/tap/tapgrpc.h"
#include "bus/tap/taphttp.h"
#include "bus/tap/tapwalker.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace murmur {

/// One direction of one connection, as it is copied.
class TapStream
{
    friend class TapCopy;

    TapVoice voice;
    std::unique_ptr<TapReader> reader; ///< the copying thread's
    bool isHttp = false;               ///< and no frames

    // The relaying thread's.
    TapWalker walker;
    std::int64_t lost = 0;     ///< messages that were left out
    std::int64_t lostFrom = 0; ///< ns; 0: nothing is being left out
};

/// Makes messages of copied bytes and hands them to the sink, in a thread of its own: reading and
/// inflating take no time from relaying. What waits for it is bounded; beyond, the copy of whole
/// messages is left out, and counted. All but the thread itself belongs to the thread that relays,
/// which needs an event loop.
class TapCopy : public QObject
{
    Q_OBJECT
public:
    /// What may wait, in bytes.
    static constexpr std::size_t kMostWaiting = std::size_t(64) << 20;

    /// `sink` outlives this.
    TapCopy(ConnectionId connection, MessageSink* sink, std::size_t maxMessage);
    ~TapCopy() override;

    void start();
    [[nodiscard]] std::shared_ptr<TapStream> begin(const TapVoice& voice,
                                                   const TapAgreement& agreement);
    /// Of a connection that speaks HTTP; `exchange` is one for both directions.
    [[nodiscard]] std::shared_ptr<TapStream> beginHttp(bool isClient, const TapHttp::Ends& ends,
                                                       std::shared_ptr<TapExchange> exchange);
    /// Of one that speaks HTTP/2.
    [[nodiscard]] std::shared_ptr<TapStream> beginGrpc(bool isClient, const TapHttp::Ends& ends,
                                                       std::shared_ptr<TapCalls> calls);
    /// `bytes` were read at `now` (ns).
    void add(const std::shared_ptr<TapStream>& stream, std::string_view bytes, std::int64_t now);
    /// What was left out of a stream that has fallen silent would not be told until it speaks
    /// again: to be called now and then.
    void tellLost(const std::shared_ptr<TapStream>& stream, std::int64_t now);
    /// Gives back some of the memory that copies of busier times had: to be called now and then.
    void rest();
    /// Nothing comes after it: `why` goes to a message that has begun.
    void end(const std::shared_ptr<TapStream>& stream, const char* why, std::int64_t now);
    /// What this direction said cannot be read.
    void noteUnreadable(const TapVoice& voice, std::int64_t now);
    /// Everything so far is in the sink when it returns, and the thread has ended.
    void finish();
    /// Messages framed so far, and those left out.
    [[nodiscard]] std::uint64_t received() const noexcept { return m_received; }

private:
    static constexpr std::size_t kBatch = 512;
    static constexpr qsizetype kBatchBytes = qsizetype(1) << 20;
    // What is handed to the thread at once, and sooner when the event loop has turned.
    static constexpr std::size_t kHandful = std::size_t(512) << 10;

    struct Item
    {
        std::shared_ptr<TapStream> stream;
        QByteArray bytes;
        std::int64_t now = 0;
        std::int64_t lost = 0; ///< messages that were left out before `bytes`
        std::int64_t lostFrom = 0;
        const char* end = nullptr;
    };
    static std::shared_ptr<TapStream> httpStream(bool isClient, const TapHttp::Ends& ends);
    [[nodiscard]] QByteArray copied(std::string_view bytes);
    void addHttp(const std::shared_ptr<TapStream>& stream, std::string_view bytes,
                 std::int64_t now);
    void push(Item item);
    void handOver();
    void run();
    void take(Item& item);
    void hear(TapMessage message, const TapVoice& usual, std::int64_t now);
    void noteGap(const TapVoice& voice, const char* cause, std::int64_t from, std::int64_t to,
                 std::int64_t count);
    void flush();

    const ConnectionId m_connection;
    MessageSink* const m_sink;
    const std::size_t m_maxMessage;

    std::vector<Item> m_handful;
    // Room that was used before, as much as may wait: new room costs ten times what copying into it
    // does, while somebody waits for his bytes.
    std::vector<QByteArray> m_spare;
    std::size_t m_handfulBytes = 0;
    QTimer m_soon;         ///< a handful that is not full is handed over
    bool m_isBusy = false; ///< since rest()

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_come;
    std::vector<Item> m_waiting;
    std::vector<QByteArray> m_returned;   ///< to become m_spare
    std::atomic<bool> m_isEnding = false; ///< set under the mutex
    std::atomic<std::size_t> m_waitingBytes = 0;
    std::atomic<std::uint64_t> m_received = 0;

    // The copying thread's.
    TapRoom m_room;
    TapSessions m_sessions;
    std::vector<HeardMessage> m_batch;
    qsizetype m_batchBytes = 0;

    std::thread m_thread; // joined in finish()
};

} // namespace murmur
