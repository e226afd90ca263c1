// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "bus/connection.h"
#include "bus/redis/respreader.h"
#include "bus/redis/streamid.h"

#include <span>

namespace murmur {

/// The fields of an entry (name, value, name, value …) as a message: the value of a single field
/// that is named data, payload, message, json or body is the message; other fields become a JSON
/// object. Headers of ours say which, with the entry's id and time; fields that we added ourselves
/// when we sent it (entryFields) are headers too. `isPast`: the time of the entry is the time of
/// the message.
void readEntry(StreamId id, std::span<RespValue> fields, bool isPast, HeardMessage& message);

/// What fields become as JSON. Names of values that are not UTF-8, and so stand there as base64,
/// go to `base64`, divided by commas.
QByteArray fieldsToJson(std::span<const RespValue> fields, QByteArray& base64);

/// The message was recorded from a stream.
bool isFromStream(const HeaderList& headers);
/// The fields (name, value, name, value …) of an entry for a message: those that readEntry made it
/// of, or else its bytes as `data`. Then come the id that it had, as `redis-old-id`, and headers
/// that are neither of the bus nor of ours.
QByteArrayList entryFields(const QByteArray& raw, const HeaderList& headers);

/// The first ms that can be a time of an entry and is not a number that somebody chose.
inline constexpr std::uint64_t kFirstPlausibleMs = 1'000'000'000'000;

} // namespace murmur
