// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Where JetStream keeps what: everything that only its own clients and the server send there.
inline constexpr std::string_view kNatsAdvisories = "$JS.EVENT.ADVISORY.>";
inline constexpr std::string_view kNatsInboxes = "_INBOX.>";

/// Tokens divided by '.', none of them empty; `*` stands for one token, `>` at the end for the
/// rest, of at least one.
bool isNatsPattern(std::string_view text) noexcept;
/// Whether everything that `narrow` takes is taken by `wide`. A subject is a pattern of itself, so
/// this also tells whether a pattern takes a subject.
bool natsCovers(std::string_view wide, std::string_view narrow) noexcept;
/// The patterns to subscribe to for what both a list of filters and a subject of a stream take; no
/// filters take everything.
std::vector<std::string> natsNarrowed(std::string_view subject,
                                      const std::vector<std::string>& filters);

/// What the reply subject of a message that JetStream delivers says of it.
struct NatsDelivery
{
    std::string_view stream;
    std::string_view consumer;
    std::uint64_t attempt = 0;
    std::uint64_t streamSequence = 0;
    std::uint64_t consumerSequence = 0;
    std::int64_t stored = 0; ///< ns since 1970
    std::uint64_t pending = 0;
};
/// Of `$JS.ACK.<stream>.<consumer>.…`, and of the longer form with domain and account.
std::optional<NatsDelivery> natsDeliveryFrom(std::string_view reply) noexcept;

/// "2026-11-25T10:00:00.123456789Z", as NATS writes times in headers.
std::string natsTimeText(std::int64_t ns);

} // namespace murmur
