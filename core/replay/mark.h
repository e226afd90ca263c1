// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/sentmark.h"
#include "base/time.h"
#include "bus/publisher.h"

#include <QString>

#include <cstdint>

namespace murmur {

/// What is written on a message that we send, so that nobody takes it for one of the agents' own.
struct SentMark
{
    bool isReplay = false; ///< false: injected
    QString job;           ///< id of the job or of the injection
    std::int64_t originalTime = kNoTime;
    std::int64_t originalSeq = 0; ///< 0: was not recorded before
};

enum class MarkPlace : std::uint8_t { Headers, Payload, Nowhere };

/// Where a mark fits: the headers where it has some on its bus, else the JSON object that the
/// message is, where the bus takes one with a member more.
MarkPlace markPlaceOf(const OutgoingMessage& message, const PublisherTraits& traits);
/// A sentence for Nowhere (what is missing and what it means), else empty.
QString markSentence(MarkPlace place);
/// Takes old marks off and writes this one. The other bytes stay as they are.
MarkPlace writeMark(OutgoingMessage& message, const PublisherTraits& traits, const SentMark& mark);
/// Headers, and the JSON object.
void removeMarks(OutgoingMessage& message);
[[nodiscard]] bool isMarked(const OutgoingMessage& message);
/// Of a recorded message, as bytes: without our marks.
QByteArray withoutMarks(const QByteArray& raw);

/// A short id that is not used twice: for a job, an injection.
QString newJobId();

} // namespace murmur
