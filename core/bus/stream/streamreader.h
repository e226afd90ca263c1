// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/stream/linecutter.h"
#include "bus/stream/streamsource.h"
#include "dialect/linetime.h"

#include <QByteArray>
#include <QString>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace murmur {

struct StreamOptions
{
    QString path; ///< empty: standard input
    bool isStdin = false;
    bool follows = false;
    bool fromNow = false; ///< of a file: leaves out what is there
    bool waits = true;    ///< reads no faster than the sink takes; else the newest is dropped
    char separator = '\n';
    bool statesTime = false; ///< the time of a message is what its line says, as in an import
    QByteArray topic;
    ConnectionId connection{};
    MessageSink* sink = nullptr;
};

/// Reads a stream in a thread of its own: a file system or a pipe that stalls holds up nobody.
class StreamReader
{
public:
    struct State
    {
        ConnectionStatus::State state = ConnectionStatus::State::Starting;
        QString detail;
    };

    /// `changed` is called in the reader's thread, when the state is another one.
    StreamReader(StreamOptions options, std::function<void()> changed);
    ~StreamReader();
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// What is wrong with a file that is not there is said at once.
    Status start();
    /// What was read is in the sink when it returns.
    void stop();
    [[nodiscard]] State state() const;
    [[nodiscard]] std::uint64_t received() const { return m_received; }

private:
    void run();
    bool waitForFile();
    void readAll();
    void readWhatCame(std::span<char> chunk);
    void endLine(bool isWhole);
    void take(std::string_view line, bool isTruncated);
    /// False when we are to stop.
    bool handOver();
    /// Until there is something to read, or we are to stop; false then.
    bool rest(int descriptor, std::chrono::milliseconds longest);
    void setState(ConnectionStatus::State state, const QString& detail);
    [[nodiscard]] QString whatIsRead() const;

    const StreamOptions m_options;
    const std::function<void()> m_changed;
    StreamSource m_source;
    LineCutter m_lines;
    const LineCutter::Take m_take;
    std::vector<HeardMessage> m_batch;
    std::size_t m_batchBytes = 0;
    std::int64_t m_now = 0;               ///< when the bytes were read, ns
    std::unique_ptr<LineTime> m_lineTime; ///< times and topics that lines state
    int m_replaced = 0;
    int m_restarted = 0;
    bool m_isOpen = false;
    int m_wake = -1; ///< eventfd
    std::atomic<bool> m_stops = false;
    std::atomic<std::uint64_t> m_received = 0;
    mutable std::mutex m_mutex; // guards m_state
    State m_state;
    std::thread m_thread; // joined in stop()
};

} // namespace murmur
