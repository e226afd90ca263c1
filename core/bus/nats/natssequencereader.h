// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natscore.h"
#include "bus/nats/natsstream.h"

#include <atomic>
#include <deque>
#include <thread>

namespace murmur {

/// Reads a stream that is worked off: a consumer of ours would keep messages there, or be refused.
/// So what the stream holds is asked for by sequence, message by message, and what comes afterwards
/// is heard on its subjects. What its workers finish before we ask is not told: it is no loss.
class NatsSequenceReader final : public NatsStreamReader
{
public:
    using NatsStreamReader::NatsStreamReader;
    ~NatsSequenceReader() override;

    std::optional<NatsFailure> attach(natsConnection* link, jsCtx* js, std::int64_t since) override;
    bool tick(jsCtx* js, std::int64_t now) override;
    void detach(jsCtx* js) override;
    void finish() override;
    bool isEnded() const override { return m_isEnded; }
    QString presence() const override;
    std::int64_t expected() const override;
    bool fillsOutages() const override { return m_settings.to.what != Position::What::Never; }

private:
    /// What comes live waits until the past is read.
    struct Waiting
    {
        std::mutex mutex;
        std::deque<HeardMessage> messages;
        std::int64_t bytes = 0;
        std::int64_t dropped = 0;
        std::int64_t since = 0;
        bool isLive = false;
    };
    static void take(NatsIntake& intake, Waiting& waiting, natsMsg* message);
    [[nodiscard]] std::optional<NatsFailure> listen(natsConnection* link,
                                                    const NatsStreamState& state);
    void readPast();
    /// False: `to` is reached.
    [[nodiscard]] bool hear(natsMsg* message, std::uint64_t sequence);
    void goLive();

    jsCtx* m_js = nullptr;
    std::vector<std::unique_ptr<NatsListener>> m_listeners;
    const std::shared_ptr<Waiting> m_waiting = std::make_shared<Waiting>();
    std::thread m_thread; // joined by detach()
    std::atomic<bool> m_isStopping = false;
    std::atomic<bool> m_isEnded = false;
    std::atomic<bool> m_isPastRead = false;
    std::int64_t m_expected = -1;
    // Of the thread while there is one, of the worker's otherwise.
    std::uint64_t m_next = 0;
    std::uint64_t m_last = 0;
    std::uint64_t m_doubtful = 0; ///< from here on, what is stored may have been heard as well
};

} // namespace murmur
