// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natsstream.h"

#include <atomic>
#include <chrono>

namespace murmur {

/// Reads a stream with limits retention by an ordered consumer of its own: no acknowledgements,
/// held in memory, with flow control and heartbeats. Whatever breaks its order, it is made anew
/// behind the last message that came, so nothing is lost and nothing comes twice.
///
/// Two counts are checked on each message. The consumer's counts deliveries: a jump means that one
/// got lost on the way, and it is fetched again. The stream's counts what was stored: a jump there
/// alone means that the stream itself no longer has the messages.
class NatsOrderedReader final : public NatsStreamReader,
                                public std::enable_shared_from_this<NatsOrderedReader>
{
public:
    using NatsStreamReader::NatsStreamReader;

    std::optional<NatsFailure> attach(natsConnection* link, jsCtx* js, std::int64_t since) override;
    bool tick(jsCtx* js, std::int64_t now) override;
    void detach(jsCtx* js) override;
    bool isEnded() const override;
    QString presence() const override;
    std::int64_t expected() const override;
    bool fillsOutages() const override { return true; }

private:
    using Steady = std::chrono::steady_clock;
    /// Sequences that did not come, though the consumer left out nothing.
    struct Hole
    {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::int64_t time = 0;
    };

    void placeFirst(const NatsStreamState& state, std::int64_t now);
    void placeAgain(const NatsStreamState& state, std::int64_t since, std::int64_t now);
    void judge(const NatsStreamState& state, const std::vector<Hole>& holes,
               std::int64_t now) const;
    [[nodiscard]] std::optional<NatsFailure> createConsumer(jsCtx* js);
    void dropConsumer(jsCtx* js);

    void take(int generation, natsMsg* message); ///< in a thread of the library
    void takeControl(natsMsg* message, const char* reply);
    void takeDelivery(const NatsDelivery& delivery, natsMsg* message);

    natsConnection* m_link = nullptr;
    std::unique_ptr<NatsListener> m_listener;
    std::string m_consumer;
    std::int64_t m_created = 0;
    std::uint64_t m_lastAtFirst = 0; ///< what the stream held when it was first looked at
    std::int64_t m_expected = -1;
    bool m_isPlaced = false;
    bool m_isFiltered = false;

    mutable std::mutex m_mutex; // guards what follows
    int m_generation = 0;
    std::uint64_t m_next = 0;     ///< stream sequence that comes next; 0: what the start time gives
    std::uint64_t m_delivery = 1; ///< consumer sequence that comes next
    std::uint64_t m_endSequence = 0;
    std::int64_t m_endTime = 0;
    bool m_isEnded = false;
    bool m_isBroken = false;
    bool m_isAtEnd = false; ///< the server has nothing more for us just now
    Steady::time_point m_lastSign;
    std::vector<Hole> m_holes;
};

} // namespace murmur
