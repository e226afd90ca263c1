// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tap/tapcopy.h"
#include "bus/tap/tapend.h"
#include "bus/tap/tapsettings.h"

#include <QObject>
#include <QSslConfiguration>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace murmur {

/// What all pairs of one tap share.
struct TapCommons
{
    static constexpr std::size_t kReadSize = std::size_t(64) * 1024;

    TapSettings settings;
    QSslConfiguration ssl;
    TapCopy* copy = nullptr;
    std::vector<char> scratch = std::vector<char>(kReadSize);
    std::uint64_t plainRequests = 0; ///< relayed, and no messages
    std::uint64_t refused = 0;       ///< clients for whom the upstream could not be reached
    QString trouble;                 ///< why the last of these was; empty: it can be reached
};

/// One client and the connection to the server that was made for it. Every byte is written to the
/// other end first and read by us second; only the head of a request waits, until it is complete
/// and its Host and path are changed.
class TapPair : public QObject
{
    Q_OBJECT
public:
    using Clock = std::chrono::steady_clock;

    /// `name` of the client, as a sender. A surplus client is told so and goes.
    TapPair(std::unique_ptr<TapEnd> client, const QByteArray& name, TapCommons& commons,
            bool isSurplus);
    ~TapPair() override;

    /// Relays what has arrived; whether there was anything.
    bool drain();
    /// We stop: what has begun is handed over with this reason.
    void dismiss(const char* why);
    void checkPatience(Clock::time_point now);
    /// See TapCopy::tellLost.
    void tellLost();

Q_SIGNALS:
    void left();

private:
    enum class Phase : std::uint8_t {
        Head,     ///< a request is to come
        Body,     ///< of a request, m_bodyLeft bytes
        Asked,    ///< for the upgrade
        Upgraded, ///< frames
        Blind,    ///< no longer read by us
        Refused,  ///< what the client still sends is thrown away
    };
    struct Way
    {
        TapVoice voice;
        std::shared_ptr<TapStream> stream;
    };

    void connectUpstream();
    void upstreamOpened();
    void upstreamFailed(const QString& sentence);
    bool fromClient();
    bool fromServer();
    void toServer(std::string_view bytes);
    void takeHead(std::string_view& bytes, std::string& held);
    void toClient(std::string_view bytes);
    void readAnswer();
    void listenToHttp();
    void listenToGrpc();
    void upgrade(const std::string& extensions, const std::string& rest);
    void copy(const Way& way, std::string_view bytes);
    void settle();
    void refuse(int status, const char* words, const QString& sentence);
    bool answerRefusal();
    void leave();
    void abandonCopies(const char* why);

    TapCommons& m_commons;
    std::unique_ptr<TapEnd> m_client;
    std::unique_ptr<TapEnd> m_server;
    Way m_up;   ///< from the client
    Way m_down; ///< from the server
    Phase m_phase = Phase::Head;
    std::string m_head;    ///< of a request, not complete; or what waits for the upstream
    std::string m_answer;  ///< to the request for the upgrade, not complete
    std::string m_early;   ///< frames that came before that answer
    std::string m_before;  ///< what the server said before it was asked, as one of HTTP/2 does
    std::string m_refusal; ///< waits for the request
    std::uint64_t m_bodyLeft = 0;
    std::int64_t m_now = 0;    ///< ns, when the bytes at hand were read
    Clock::time_point m_until; ///< of opening the upstream, and of being refused
    bool m_isEarlyLost = false;
    bool m_hasAskedUpgrade = false; ///< its HTTP is no longer read
    bool m_isOpened = false;
    bool m_hasAnswered = false; ///< the client has got a byte from the server
    bool m_isLeft = false;
};

} // namespace murmur
