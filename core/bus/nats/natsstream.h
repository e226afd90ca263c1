// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/nats/natsintake.h"

#include <optional>
#include <string>
#include <vector>

namespace murmur {

/// What a stream says of itself.
struct NatsStreamState
{
    std::uint64_t first = 0; ///< of an empty stream: last + 1
    std::uint64_t last = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::int64_t created = 0; ///< ns since 1970; another one: another stream of this name
    std::vector<std::string> subjects;
    bool isWorkedOff = false; ///< messages go when consumers acknowledge them
};

/// Fills `state`, or says why not.
[[nodiscard]] std::optional<NatsFailure> readStreamState(jsCtx* js, const NatsSettings& settings,
                                                         const std::string& stream,
                                                         NatsStreamState& state);
/// At most 100.
QStringList natsStreamNames(jsCtx* js);

/// Reads one stream, from where the settings say.
class NatsStreamReader
{
public:
    NatsStreamReader(std::shared_ptr<NatsIntake> intake, const NatsSettings& settings,
                     std::string stream)
        : m_intake(std::move(intake))
        , m_settings(settings)
        , m_stream(std::move(stream))
    {
    }
    virtual ~NatsStreamReader() = default;

    /// The first time and after each reconnect; `since` (ns) is when the connection was lost, or 0.
    [[nodiscard]] virtual std::optional<NatsFailure> attach(natsConnection* link, jsCtx* js,
                                                            std::int64_t since) = 0;
    /// Now and then. False: `attach` again.
    [[nodiscard]] virtual bool tick(jsCtx* js, std::int64_t now) = 0;
    /// Before the connection goes. Nothing of it is left on the server; `js` is null when that can
    /// no longer be reached.
    virtual void detach(jsCtx* js) = 0;
    /// Nothing is attached to any more: what is still held back is handed over.
    virtual void finish() {}
    /// `to` is reached.
    [[nodiscard]] virtual bool isEnded() const = 0;
    /// Empty: none.
    [[nodiscard]] virtual QString presence() const = 0;
    /// What is missed while there is no connection is read afterwards.
    [[nodiscard]] virtual bool fillsOutages() const = 0;

    /// Messages of the past that are read, about; -1: not known yet.
    [[nodiscard]] virtual std::int64_t expected() const = 0;
    /// The same in bytes, by the mean of the stream.
    [[nodiscard]] std::int64_t expectedBytes() const;

    [[nodiscard]] const std::string& stream() const { return m_stream; }

protected:
    /// The headers that say where in the stream a message is.
    [[nodiscard]] HeardMessage heardFromStream(natsMsg* message, std::uint64_t sequence,
                                               std::int64_t stored, std::uint64_t attempt) const;
    void tellLost(const char* cause, std::uint64_t count, std::int64_t from, std::int64_t to) const;

    const std::shared_ptr<NatsIntake> m_intake;
    const NatsSettings m_settings;
    const std::string m_stream;
    std::int64_t m_meanBytes = -1; ///< of a message of the stream; set by the first `attach`
};

} // namespace murmur
