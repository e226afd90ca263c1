// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

/// What a bus knows of a message beside its bytes (a reply address, a position, a key) travels to
/// the dialects and into the recording as headers of ours, whose names no client uses. The dialect
/// room reads them after the message's own words (dialect/transport.h): what the message says of
/// itself wins.
namespace murmur::transport {

inline constexpr std::string_view kId = "murmur-id";                   ///< the bus's message id
inline constexpr std::string_view kReplyTo = "murmur-reply-to";        ///< where the answer goes
inline constexpr std::string_view kCorrelation = "murmur-correlation"; ///< text, or any bytes
inline constexpr std::string_view kTrace = "murmur-trace";
inline constexpr std::string_view kSpan = "murmur-span";
inline constexpr std::string_view kParentSpan = "murmur-parent-span";
inline constexpr std::string_view kConversation = "murmur-conversation";
inline constexpr std::string_view kSequence = "murmur-sequence"; ///< decimal
inline constexpr std::string_view kSender = "murmur-sender";     ///< stated by the bus, not guessed
inline constexpr std::string_view kReceiver = "murmur-receiver"; ///< may be repeated
inline constexpr std::string_view kKind = "murmur-kind"; ///< word for a kind: says what an Event is
inline constexpr std::string_view kType = "murmur-type";
inline constexpr std::string_view kSent = "murmur-sent"; ///< ns since 1970 by the sender, decimal
inline constexpr std::string_view kKey = "murmur-key";   ///< partition key, key of a value
inline constexpr std::string_view kPartition = "murmur-partition";
inline constexpr std::string_view kAttempt = "murmur-attempt"; ///< 1: delivered the first time
inline constexpr std::string_view kContentType = "content-type";
// Of a call over plain HTTP: the request that it is, or answers.
inline constexpr std::string_view kHttpMethod = "murmur-http-method";
inline constexpr std::string_view kHttpPath = "murmur-http-path";
inline constexpr std::string_view kHttpStatus = "murmur-http-status"; ///< of the answer
inline constexpr std::string_view kHttpCall = "murmur-http-call";  ///< a number within its socket
inline constexpr std::string_view kHttpPart = "murmur-http-part";  ///< of several, from 1
inline constexpr std::string_view kDirection = "murmur-direction"; ///< to-server, to-client

} // namespace murmur::transport
