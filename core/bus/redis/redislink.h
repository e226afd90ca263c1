// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/redis/redissettings.h"
#include "bus/redis/respreader.h"
#include "bus/retry.h"

#include <QByteArrayList>
#include <QElapsedTimer>
#include <QTcpSocket>
#include <QTimer>

#include <memory>
#include <vector>

namespace murmur {

/// What all links of one connection have in common. One thread only.
class RedisInbox
{
public:
    explicit RedisInbox(const ConnectionContext& context)
        : m_context(context)
    {
    }

    [[nodiscard]] const ConnectionContext& context() const { return m_context; }
    void add(HeardMessage&& message);
    void note(Gap gap); ///< behind what was added before
    void flush();
    [[nodiscard]] std::uint64_t received() const { return m_received; }

private:
    ConnectionContext m_context;
    std::vector<HeardMessage> m_batch;
    std::size_t m_bytes = 0;
    std::uint64_t m_received = 0;
};

struct RedisAddress
{
    QString host;
    quint16 port = 0;

    [[nodiscard]] QString text() const;
};

/// One socket to a Redis server: logs in, hands the values that arrive to the class that derives
/// from it, and comes back after each loss. Never waits, except in close().
class RedisLink : public QObject
{
    Q_OBJECT
public:
    enum class State : std::uint8_t {
        Starting,
        Up,
        Retrying,
        Failed, ///< trying again would not help
        Ended,  ///< all that was asked for is read
    };

    RedisLink(const RedisSettings& settings, RedisInbox& inbox);
    ~RedisLink() override;

    void open();
    /// Takes what has arrived, then leaves. Nothing is told any more.
    void close();
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const QString& detail() const { return m_detail; }
    [[nodiscard]] std::uint64_t reconnects() const { return m_reconnects; }
    [[nodiscard]] const RedisAddress& address() const { return m_address; }
    /// It failed because the server does not permit what we asked for.
    [[nodiscard]] bool isDenied() const { return m_isDenied; }
    [[nodiscard]] bool wasUp() const { return m_upSince.isValid(); }
    /// What it listens to or reads.
    [[nodiscard]] virtual QStringList names() const { return {}; }

Q_SIGNALS:
    void stateChanged();

protected:
    /// Logged in: ask for something.
    virtual void attach() = 0;
    virtual void hear(RespValue& value, std::int64_t now) = 0;
    /// A value is too large to be taken, here is what was read of it; the link is lost next.
    /// `isOneTooLarge`: one text in it, or else all together.
    virtual void hearPart(RespValue& part, bool isOneTooLarge, std::int64_t now);
    /// About each second while attached.
    virtual void tick() {}
    /// Bytes came, before they are read.
    virtual void count(std::size_t bytes);

    void send(const QByteArrayList& words);
    void setUp(const QString& detail);
    void retry(const QString& sentence);
    void fail(const QString& sentence);
    void end(const QString& sentence);
    /// Goes to another server at once.
    void moveTo(const RedisAddress& address);
    /// Fails or retries by what an error means; `doing` as in “may not DOING”.
    void refuse(const QByteArray& error, const QString& doing);

    [[nodiscard]] bool isAttached() const { return m_isLoggedIn; }
    [[nodiscard]] const RedisSettings& settings() const { return m_settings; }
    [[nodiscard]] RedisInbox& inbox() { return m_inbox; }
    [[nodiscard]] Outage& outage() { return m_outage; }
    [[nodiscard]] std::chrono::milliseconds sinceLastBytes() const;
    /// How large a line may be; 0: the reader's default.
    std::size_t maxLine = 0;

private:
    enum class Step : std::uint8_t { Auth, Select, Indifferent };

    void connectNow();
    void logIn();
    void readSocket();
    void take(RespValue& value, std::int64_t now);
    void takeStep(const RespValue& value);
    void onSocketError();
    void dropSocket();
    void setState(State state, const QString& detail);
    [[nodiscard]] QString lostSentence() const;

    const RedisSettings& m_settings; // of the connection, which owns us
    RedisInbox& m_inbox;
    RedisAddress m_address;
    RedisAddress m_elsewhere; // where a cluster sent us; tried in turn with the one of the URL
    std::unique_ptr<QTcpSocket> m_socket;
    RespReader m_reader;
    std::vector<Step> m_steps; // of the login, last one first
    QTimer m_timer;            // between tries, and for the patience of one
    QTimer m_ticker;
    Backoff m_backoff;
    Outage m_outage;
    QElapsedTimer m_upSince;
    QElapsedTimer m_quiet;
    QString m_detail;
    QString m_tlsSentence;
    State m_state = State::Starting;
    std::uint64_t m_reconnects = 0;
    bool m_isDenied = false;
    bool m_isLoggedIn = false;
    bool m_hasAnswered = false;
    bool m_isReading = false;
};

} // namespace murmur
