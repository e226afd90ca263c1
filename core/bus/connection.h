// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/ids.h"
#include "base/kind.h"
#include "base/lag.h"
#include "base/result.h"
#include "base/schema.h"
#include "base/time.h"
#include "bus/shard.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// One message as a bus delivered it, already framed (batches are split). Values only; may cross
/// threads.
struct HeardMessage
{
    ConnectionId connection{};
    std::int64_t received = 0; ///< ns, stamped in the bus thread when the bytes were read
    std::int64_t stated =
        kNoTime;      ///< ns; on connections with stated clocks this is the session's `time`
    Flags flags = 0;  ///< Retained, Binary, Injected …
    QByteArray topic; ///< may be empty: then the dialect may name one
    QByteArray raw;
    QByteArray headers; ///< as of `headersToBytes`
    QByteArray
        peer; ///< socket, client id or login: the provisional sender when the dialect finds none
    QByteArray undecodable; ///< reason why the bus itself could not frame it; the message is
                            ///< recorded all the same
};

/// Where a connection puts what it hears. Thread safe; no call ever waits. `hear` takes a
/// batch: one lock, one wake-up. What does not fit is dropped by the sink, which counts it and
/// writes the gap: the caller need not look.
class MessageSink
{
public:
    virtual ~MessageSink() = default;
    virtual void hear(std::vector<HeardMessage>&& batch) = 0;
    /// For sources that can wait, such as a file: takes the batch, or keeps nothing of it and gives
    /// false while there is little room. What comes again later is counted once. Does not wait
    /// either.
    [[nodiscard]] virtual bool hearIfRoom(std::vector<HeardMessage>& batch)
    {
        hear(std::move(batch));
        return true;
    }
    /// False while nothing that is heard would be kept: the disk is full, or the recording is over.
    /// For buses that can say so to a sender.
    [[nodiscard]] virtual bool isTaking() const { return true; }
    virtual void note(Gap gap) = 0;
    /// How far others are behind. Not traffic: it is no message and counts as none.
    virtual void observe(std::vector<Lag>&& /*lags*/) {}
    /// How payloads are written. Kept in the recording once, however often it is told.
    virtual void describe(Schema /*schema*/) {}
};

struct ConnectionStatus
{
    enum class State : std::uint8_t { Starting, Up, Retrying, Failed, Stopped };
    State state = State::Starting;
    QString detail;    ///< one sentence: what failed, where, what to do; or what is attached
    QUrl effectiveUrl; ///< with the real port where 0 was asked
    std::uint64_t received = 0; ///< messages after framing
    int clients = 0;            ///< hub: sockets attached
    std::uint64_t reconnects = 0;
    /// What attaching changes for others on this bus, a sentence each; empty: nothing.
    QStringList presence;
    QStringList subscribed; ///< patterns, streams and topics that are listened to
    /// What the bus says exists and no pattern of ours takes, as far as it tells; at most 100.
    QStringList unmatched;
    /// What we asked to listen to and the bus did not permit.
    QStringList denied;
    /// What reading the past (`from=`, `to=`) is expected to give, about; -1: the bus does not
    /// tell.
    std::int64_t expectedMessages = -1;
    std::int64_t expectedBytes = -1;
};

/// Options from the command line or a profile that do not stand in the URL: secrets. An empty one
/// is looked for in the environment (`secretOr`).
/// Files whose first lines are secrets; empty: there is none. Who changes secrets changes them
/// there.
struct SecretSources
{
    QString token;
    QString password;
    QString keyPassword;

    [[nodiscard]] bool isEmpty() const
    {
        return token.isEmpty() && password.isEmpty() && keyPassword.isEmpty();
    }
};

struct ConnectionOptions
{
    QByteArray token;
    QByteArray password;    ///< of the user that the URL names, or of nobody
    QByteArray keyPassword; ///< opens the private key file of a client certificate
    QString name;           ///< shown on the chip; empty: derived from the URL
    Shard shard{};          ///< our share of the traffic; see Connection::takesShare
    SecretSources files{};  ///< from where the secrets came; see readSecretsAgain
};

/// One attached endpoint. Lives in the thread that creates it (the recorder gives each its own) and
/// needs its event loop. Observes only: whatever can publish is another interface.
class Connection : public QObject
{
    Q_OBJECT
public:
    explicit Connection(QObject* parent = nullptr)
        : QObject(parent)
    {
    }

    /// Begins to attach and does not wait for the bus; `statusChanged` tells how it went: Up;
    /// Retrying when nobody answered, and again after each loss; Failed when trying again would not
    /// help (wrong password, no permission, wrong protocol, unknown certificate). An error here is
    /// final (bad URL, port in use).
    virtual Status start() = 0;
    /// Ends cleanly: everything heard so far is in the sink when it returns.
    virtual void stop() = 0;
    [[nodiscard]] virtual ConnectionStatus status() const = 0;
    /// True for a bus that is partitioned by itself (Kafka): it attaches to the partitions of its
    /// `ConnectionOptions::shard` only (Shard::takesPartition), and the sink takes all it hears.
    /// False: the bus delivers everything, and the sink leaves to others what is theirs.
    [[nodiscard]] virtual bool takesShare() const { return false; }

Q_SIGNALS:
    void statusChanged();
};

/// What a bus needs to make a connection. `sink` outlives the connection.
struct ConnectionContext
{
    ConnectionId id{};
    MessageSink* sink = nullptr;
    ConnectionOptions options;
};

class Publisher;

/// One row per bus scheme.
struct BusEntry
{
    const char* scheme;      ///< of the URL
    const char* description; ///< one line for help
    Result<std::unique_ptr<Connection>> (*create)(const QUrl& url,
                                                  const ConnectionContext& context);
    /// Null: nothing can be sent there. See bus/publisher.h.
    Result<std::unique_ptr<Publisher>> (*publish)(const QUrl& url,
                                                  const ConnectionOptions& options) = nullptr;
};

/// The registry, in the order in which help lists it.
std::span<const BusEntry> buses() noexcept;
/// Makes a connection for `url` or says why not (WrongUse, Unsupported with the known schemes
/// named).
Result<std::unique_ptr<Connection>> createConnection(const QUrl& url,
                                                     const ConnectionContext& context);
/// A “#” of an MQTT topic that was typed as it is begins a fragment; here it belongs to the topic.
QUrl withHashInQuery(const QUrl& url);
/// The URL without a password and secret query items, as it is stored and shown.
QString shownUrl(const QUrl& url);
/// A shown URL as the beginning of a sentence that goes on with a colon: "stdin:" has one already.
QString beforeColon(QString shown);
/// `given`, or when it is empty what the environment holds under `name`, for example
/// "MURMURSCOPE_PASSWORD".
QByteArray secretOr(const QByteArray& given, const char* name);

} // namespace murmur
