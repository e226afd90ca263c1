// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/result.h"
#include "base/time.h"
#include "bus/connection.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrl>

#include <cstdint>
#include <functional>
#include <memory>

namespace murmur {

/// One message to be sent. Values only; may cross threads.
struct OutgoingMessage
{
    std::uint64_t number = 0;      ///< of the caller, to tell apart what became of it
    QByteArray topic;              ///< subject, channel, stream key or topic, as the bus calls it
    QByteArray raw;                ///< the bytes that a subscriber will get
    HeaderList headers;            ///< in their order; see PublisherTraits::hasHeaders
    QByteArray key;                ///< Kafka; null: none, empty: the empty key
    bool isTombstone = false;      ///< Kafka: no value at all, which on a compacted topic deletes
    bool isBinary = false;         ///< WebSocket: a binary frame
    bool retain = false;           ///< MQTT: write it as state of the topic
    std::int64_t stated = kNoTime; ///< Kafka: its time, ns since 1970; kNoTime: now
    bool wantsReply = false;       ///< give it a fresh inbox; answers come as `answered`
    QByteArray correlation; ///< MQTT 5 and others that carry one beside the inbox; may be empty
};

/// What came back to the inbox of a message.
struct Answer
{
    std::uint64_t number = 0;  ///< of the message that it answers
    std::int64_t received = 0; ///< ns, as of HeardMessage::received
    QByteArray topic;
    QByteArray raw;
    HeaderList headers;
};

/// What this bus can and cannot do for a sender; certain once it is Up.
struct PublisherTraits
{
    bool hasHeaders = false; ///< false: headers are dropped, so no mark fits in but in the payload
    bool hasReplies = false; ///< `wantsReply` is honoured
    bool confirms = false;   ///< `sent` means that the bus has it, not only our operating system
    bool hasTopics = true;   ///< false: one stream of frames; the topic goes nowhere
    qint64 mostBytes = 0;    ///< largest message that it takes; 0: not known
    bool hasKeys = false;    ///< a key, and tombstones of it
    bool hasRetain = false;  ///< a message can stay as state of its topic
    bool hasCorrelation = false; ///< an id beside the reply address
    bool takesMembers = true;    ///< false: messages have the fields of their type, no mark fits in
    /// Where topics of one bus differ: whether this very message has headers. Any thread may ask.
    std::function<bool(const OutgoingMessage&)> carriesHeaders = {};

    [[nodiscard]] bool hasHeadersFor(const OutgoingMessage& message) const
    {
        return carriesHeaders ? carriesHeaders(message) : hasHeaders;
    }
};

struct PublisherStatus
{
    enum class State : std::uint8_t { Starting, Up, Lost, Failed, Stopped };
    State state = State::Starting;
    QString detail; ///< one sentence: what failed, where, what to do; or what is attached
};

/// Sends messages to one endpoint. It does exactly what it is told: whether something may be sent
/// is asked before (mayWrite, the guards of replay). Lives in the thread that creates it and needs
/// its event loop. One connection: it never attaches again by itself, for whoever was armed must
/// not go on after an outage unseen (Lost is final; make another).
class Publisher : public QObject
{
    Q_OBJECT
public:
    explicit Publisher(QObject* parent = nullptr)
        : QObject(parent)
    {
    }

    [[nodiscard]] virtual PublisherTraits traits() const = 0;
    /// Begins to attach and does not wait; `statusChanged` tells: Up, or Failed. An error here is
    /// final (bad URL).
    virtual Status start() = 0;
    /// Takes nothing more; what was accepted is sent before `statusChanged` tells Stopped, or named
    /// by `failed` when that does not end within two seconds.
    virtual void stop() = 0;
    [[nodiscard]] virtual PublisherStatus status() const = 0;

    /// Accepts one message while Up. Each that was accepted is followed by exactly one `sent` or
    /// `failed`. False, and nothing happens, while not Up or while too much is pending: wait for
    /// `drained`.
    [[nodiscard]] virtual bool publish(const OutgoingMessage& message) = 0;
    /// Accepted, and neither sent nor failed yet.
    [[nodiscard]] virtual std::int64_t pending() const = 0;

Q_SIGNALS:
    void statusChanged();
    /// `receivers`: how many got it as far as the bus says so (Redis PUBLISH); -1: it does not say.
    void sent(quint64 number, qint64 receivers);
    void failed(quint64 number, const QString& sentence);
    void answered(const murmur::Answer& answer);
    /// There is room again after `publish` was false.
    void drained();
};

/// Makes a publisher for `url` (the same URLs as those that are attached; patterns and positions in
/// them are ignored) or says why not: Unsupported for a bus that cannot be written to, with those
/// named that can. `options` as for a connection. Asks no guard.
Result<std::unique_ptr<Publisher>> createPublisher(const QUrl& url,
                                                   const ConnectionOptions& options);

} // namespace murmur
