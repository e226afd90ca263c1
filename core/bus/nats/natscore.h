// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natsintake.h"

#include <QStringList>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace murmur {

/// What may wait in the library for our handlers, over all subscriptions of a connection.
inline constexpr std::int64_t kNatsPendingBytes = 64 * 1024 * 1024;
inline constexpr int kNatsPendingMessages = 262'144; // each costs some 200 bytes beside its own

/// Plain subscriptions, never in a queue group. A message that several of the patterns take is
/// heard once.
class NatsCore
{
public:
    explicit NatsCore(std::shared_ptr<NatsIntake> intake)
        : m_intake(std::move(intake))
    {
    }

    /// Subscribes to `patterns`. A failure when there is no connection, or none of them is allowed.
    [[nodiscard]] std::optional<NatsFailure>
    attach(natsConnection* link, const NatsSettings& settings, std::vector<std::string> patterns);
    [[nodiscard]] QStringList listening() const;
    [[nodiscard]] const QStringList& denied() const { return m_denied; }
    [[nodiscard]] bool isEmpty() const { return m_listeners.empty(); }
    /// Writes what the library dropped since the last time into a gap.
    void tellDrops(std::int64_t now);
    void drain(std::chrono::milliseconds patience);
    /// After drain() of a connection that was cut: the library threw away what it had received and
    /// not yet handed over. `received` is what came over the connection, for nobody but us.
    void tellThrownAway(std::int64_t received, std::int64_t from, std::int64_t now);

private:
    /// Shared with the handlers.
    struct Taking
    {
        std::shared_ptr<NatsIntake> intake;
        std::vector<std::string> patterns;
        std::array<std::atomic<bool>, 256> isActive{};
        std::atomic<std::int64_t> taken = 0;
    };
    static void take(Taking& taking, std::size_t index, natsMsg* message);
    /// False when the server does not permit it; nothing when the connection broke.
    [[nodiscard]] std::optional<bool> subscribe(natsConnection* link, std::size_t index);

    const std::shared_ptr<NatsIntake> m_intake;
    std::shared_ptr<Taking> m_taking;
    std::vector<std::unique_ptr<NatsListener>> m_listeners;
    QStringList m_denied;
    std::int64_t m_lastLook = 0;
    std::int64_t m_dropped = 0;
};

} // namespace murmur
