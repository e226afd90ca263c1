// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/time.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string_view>
#include <vector>

namespace murmur {

/// What a receiver did with a message, as far as it can be heard.
enum class Delivered : std::uint8_t {
    Acknowledged, ///< it answered
    Acted,        ///< something follows from it that is no answer
    Late,         ///< it did, after the deadline
    Failed,       ///< with an error
    Stale,        ///< it did, when there was a newer command of the same kind for it
    Nothing,      ///< nothing is heard of it
};
/// "acknowledged", "acted", "late", "failed", "stale", "nothing".
std::string_view deliveredName(Delivered delivered) noexcept;

/// Why an agent is expected to receive the message.
enum class ExpectedBy : std::uint8_t {
    Message, ///< it is named as a receiver
    Group,   ///< its group is
    Before,  ///< it answered, or followed, earlier messages of this topic
    Answer,  ///< it was not expected, and answered
};
std::string_view expectedByName(ExpectedBy by) noexcept;
/// Stated, or inferred.
Grade gradeOf(ExpectedBy by) noexcept;

/// An expected receiver.
struct DeliveryRow
{
    AgentId agent{};
    ExpectedBy by = ExpectedBy::Message;
    Delivered state = Delivered::Nothing;
    Seq shownBy = 0;                 ///< the message that shows it; 0: none
    Seq shownAs = 0;                 ///< the same, as people write it
    std::int64_t at = kNoTime;       ///< ns, of that message
    std::int64_t latency = -1;       ///< ns, from the message to that one
    Seq newer = 0;                   ///< Stale: the command that took its place
    std::int64_t lastSign = kNoTime; ///< ns, when it last sent anything; kNoTime: never
    bool wasHeardSince = false;      ///< it sent something after the message
};

struct Delivery
{
    MessageRow message;
    std::vector<DeliveryRow> rows;   ///< the worst first, then by name
    std::int64_t deadline = kNoTime; ///< ns, after which it is late
    bool isDeadlineStated = false;   ///< by the message; else from how fast others were answered
    std::int64_t through = 0;        ///< ns, up to when was looked
    bool isOneOfMany = false;        ///< on this topic one of several answers: the others need not
};

struct DeliveryRequest
{
    Seq seq = 0;
    nanoseconds reach = std::chrono::minutes(10); ///< how long after it is looked
    std::stop_token stop;
};

/// NotFound when there is no such message.
QFuture<Result<Delivery>> deliveryOf(Session& session, DeliveryRequest request);
/// The work behind it, in the calling thread.
Result<Delivery> deliveryJob(const Source& source, const DeliveryRequest& request);

/// "3 acknowledged, 1 late, 2 nothing".
QString deliverySummary(const Delivery& delivery);

} // namespace murmur
