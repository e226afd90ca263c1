// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/httpreader.h"
#include "bus/otlp/otlpintake.h"
#include "bus/otlp/otlpsettings.h"

#include <QObject>
#include <QTcpSocket>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// What all exporters of one receiver share. Outlives them; one thread.
struct OtlpCommons
{
    static constexpr std::size_t kScratch = std::size_t(256) * 1024;

    OtlpSettings settings;
    OtlpIntake* intake = nullptr;
    /// Bytes are read into here, so that idle exporters hold no buffers.
    std::vector<char> scratch = std::vector<char>(kScratch);
    std::size_t unfinished = 0; ///< bytes of requests that have begun, of all exporters
};

/// One socket of an exporter: requests of HTTP/1.1, one after the other.
class OtlpPeer : public QObject
{
    Q_OBJECT
public:
    using Clock = std::chrono::steady_clock;

    /// Takes the socket over. A surplus exporter is told that there are too many.
    OtlpPeer(QTcpSocket* socket, OtlpCommons& commons, bool isSurplus);
    ~OtlpPeer() override;

    /// Called a few times a second: ends what stalls.
    void checkPatience(Clock::time_point now);
    /// Reads what the operating system holds; false when there was nothing.
    bool drain();
    /// The receiver stops: who is in the middle of a request is told to come again.
    void dismiss();

Q_SIGNALS:
    /// The socket is gone; nothing will come from here.
    void left();

private:
    enum class Phase {
        Open,
        Discarding, ///< an answer is sent; what still comes is not wanted
        Gone,
    };

    void readAvailable();
    void readWhatIsThere();
    void consume(std::span<char>& bytes);
    bool consumeOne(std::span<char>& bytes);
    void keepRest(std::span<char> bytes);
    void accountUnfinished();
    void onWritten();
    void resume();
    void onDisconnected();
    void takeHead();
    void takeRequest();
    void refuse(int status, std::string_view words, const QByteArray& moreFields = {});
    void respond(const OtlpAnswer& answer, const QByteArray& moreFields = {});
    void discard();
    [[nodiscard]] OtlpRequest request() const;
    [[nodiscard]] bool isBacklogged() const;

    QTcpSocket* const m_socket; // child
    OtlpCommons& m_commons;
    const QByteArray m_name;
    const bool m_isSurplus;
    Phase m_phase = Phase::Open;
    HttpReader m_http;
    std::string m_rest; ///< read, but not yet a whole head
    std::size_t m_unfinished = 0;
    std::int64_t m_now = 0; ///< when the bytes were read, ns
    bool m_isAnswered = false;
    bool m_isWaitingForWriter = false;
    bool m_hasServed = false;
    bool m_isEnding = false;      ///< everything that was read counts, whatever waits to be sent
    Clock::time_point m_begun;    ///< of the connection or of the current request
    Clock::time_point m_progress; ///< bytes came
};

} // namespace murmur
