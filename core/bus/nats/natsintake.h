// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "bus/batcher.h"
#include "bus/nats/natslink.h"
#include "bus/nats/natssubject.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace murmur {

/// Headers as the client set them, in the order of their names, which is all that the library keeps
/// of their order. Nothing when they cannot be read.
std::optional<HeaderList> natsHeaders(natsMsg* message);
/// What every message has in common: topic, bytes, headers, kind and key by the subject. `headers`
/// goes behind those of the message.
HeardMessage heardFromNats(ConnectionId id, natsMsg* message, HeaderList ours);

/// Where the library's threads put what they hear of one connection, and what is noticed on the
/// way. Outlives the connection when the library still has a call under way.
class NatsIntake
{
public:
    NatsIntake(const ConnectionContext& context, Batcher* batcher, std::string inboxPrefix)
        : m_context(context)
        , m_batcher(batcher)
        , m_inboxPrefix(std::move(inboxPrefix))
    {
    }

    [[nodiscard]] const ConnectionContext& context() const { return m_context; }
    void add(HeardMessage message);
    void note(Gap gap);
    /// From now on everything is ignored: those who listen are gone.
    void close();

    /// Answers to ourselves and what our own consumers get are nobody's business.
    [[nodiscard]] bool isOurs(std::string_view subject, std::string_view reply) const;
    void addConsumer(const std::string& name);
    [[nodiscard]] const std::string& inboxPrefix() const { return m_inboxPrefix; }

    /// First words of the subjects that were heard, those with a leading `$` or `_` left out; none
    /// when there are too many to name.
    void see(std::string_view subject);
    [[nodiscard]] std::vector<std::string> seen() const;

private:
    const ConnectionContext m_context;
    mutable std::mutex m_mutex;
    Batcher* m_batcher;
    const std::string m_inboxPrefix;
    std::vector<std::string> m_consumers;
    std::set<std::string, std::less<>> m_seen;
    std::string m_lastSeen;
};

/// A subscription whose handler is called for each message in a thread of the library, one after
/// the other over all subscriptions. The handler is kept until the library says that it is through
/// with it, whatever becomes of this object.
class NatsListener
{
public:
    using Handler = std::function<void(natsMsg*)>;

    /// Error: the library does not subscribe (there is no connection).
    static Result<std::unique_ptr<NatsListener>>
    listen(natsConnection* link, const std::string& subject, Handler handler);
    ~NatsListener();

    void setLimits(int messages, int bytes);
    [[nodiscard]] natsSubscription* get() const { return m_subscription.get(); }
    /// How many the library dropped since the last time that it was asked.
    std::int64_t newlyDropped();
    /// Listens no more, but takes what has arrived; not longer than `patience`.
    void drain(std::chrono::milliseconds patience);
    void cancel();

private:
    struct Completion
    {
        std::mutex mutex;
        std::condition_variable changed;
        bool isDone = false;
    };
    struct Closure
    {
        Handler handler;
        std::shared_ptr<Completion> completion;
    };
    static void onMessage(natsConnection* link, natsSubscription* subscription, natsMsg* message,
                          void* closure);
    static void onComplete(void* closure);

    NatsListener() = default;
    bool waitDone(std::chrono::milliseconds patience);

    NatsSubscription m_subscription;
    std::shared_ptr<Completion> m_completion = std::make_shared<Completion>();
    std::int64_t m_dropped = 0;
    bool m_isEnding = false;
};

} // namespace murmur
