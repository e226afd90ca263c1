// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natscore.h"
#include "bus/nats/natslags.h"
#include "bus/nats/natsstream.h"
#include "bus/retry.h"

#include <functional>
#include <thread>

namespace murmur {

/// Keeps one connection to NATS, in a thread of its own, because the library's calls wait for the
/// server.
class NatsWorker : public std::enable_shared_from_this<NatsWorker>
{
public:
    /// `changed` is called in the worker's thread.
    NatsWorker(NatsSettings settings, const ConnectionContext& context,
               std::shared_ptr<NatsIntake> intake, std::function<void()> changed);

    void start();
    /// Everything heard is in the intake's sink when it returns.
    void stop();
    /// All but the address and the number of messages.
    [[nodiscard]] ConnectionStatus status() const;

private:
    enum class Outcome { Again, Over };
    /// One try to connect, in a thread of its own, because it may never end.
    struct Attempt;

    void run();
    [[nodiscard]] Outcome session();
    [[nodiscard]] Outcome serve();
    /// The connection in `m_link`, or what went wrong.
    [[nodiscard]] std::optional<NatsFailure> connectWithin(NatsOptions options);
    [[nodiscard]] std::optional<NatsFailure> attach();
    [[nodiscard]] std::optional<NatsFailure> makeReaders(std::vector<std::string>& patterns);
    void attachAgain();
    [[nodiscard]] Outcome whenCut();
    void learnServers();
    void detach();
    [[nodiscard]] std::int64_t received() const; ///< messages, over this connection
    void tick();

    void become(ConnectionStatus::State state, const QString& detail);
    void fail(const NatsFailure& failure);
    [[nodiscard]] QString attachedText() const;
    void tellPresence();
    void tellExpected(); ///< under the lock
    void waitFor(std::chrono::milliseconds time);
    [[nodiscard]] bool isStopping() const;
    [[nodiscard]] std::chrono::milliseconds nextWait();

    static void onClosed(natsConnection* link, void* id);
    static void onError(natsConnection* link, natsSubscription* subscription, natsStatus status,
                        void* id);

    const NatsSettings m_settings;
    const ConnectionContext m_context;
    const std::shared_ptr<NatsIntake> m_intake;
    std::thread m_thread; // joined by stop()
    std::uint64_t m_id = 0;

    // Of the worker's thread.
    NatsLink m_link;
    NatsJetStream m_js;
    std::unique_ptr<NatsCore> m_core;
    std::vector<std::shared_ptr<NatsStreamReader>> m_readers;
    NatsLags m_lags;
    QStringList m_workedOff; // streams whose subjects are listened to instead
    Outage m_outage;
    std::vector<std::string> m_servers; // of the same cluster
    std::vector<std::weak_ptr<Attempt>> m_left;
    Backoff m_backoff;
    bool m_wasUp = false;
    bool m_isBehind = false; // a stream has to be attached to again
    std::chrono::steady_clock::time_point m_up;

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_wake;
    bool m_isNudged = false; // the connection is worth a look
    ConnectionStatus m_status;
    std::function<void()> m_changed;
    bool m_isStopping = false;
};

} // namespace murmur
