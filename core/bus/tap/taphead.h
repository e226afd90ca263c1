// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "bus/tap/tapframes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// A head that is longer is relayed as it is.
inline constexpr std::size_t kMaxTapHead = std::size_t(64) * 1024;

/// What is changed in a request so that the server takes it as meant for itself.
struct TapTarget
{
    std::string host; ///< for the Host field; empty: the client's stays
    std::string path; ///< percent-encoded, instead of `/`; empty: the client's stays
};

struct TapRequest
{
    enum class Body : std::uint8_t { None, Sized, Unknown };

    std::string head; ///< as the server gets it
    std::string path; ///< percent-decoded, without the query, as the server gets it
    bool asksUpgrade = false;
    Body body = Body::None;
    std::uint64_t bodySize = 0;
};

/// What the fields of a request or an answer say of its body.
struct TapFields
{
    std::string contentType; ///< in lower case, without its parameters
    std::string encoding;    ///< of the content; empty: none
    std::string session;     ///< of the Model Context Protocol
    HeaderList kept;         ///< what belongs to the message and is no secret
    std::optional<std::uint64_t> size;
    bool isChunked = false;
    bool isEvent = false; ///< a CloudEvent whose attributes are fields: any body is its data
    bool isA2a = false;   ///< says which version of Agent2Agent it speaks
    bool isWrong = false; ///< two readers could disagree about where the body ends
};

struct TapAnswer
{
    int status = 0;
    std::string extensions; ///< of WebSocket, as agreed on
};

/// The size of the HTTP head with which `bytes` begin, its empty line included; 0: not complete.
std::size_t tapHeadSize(std::string_view bytes, std::size_t searched = 0);
/// `bytes` may be the beginning of a request.
bool mayBeRequest(std::string_view bytes);
/// Nothing: no HTTP/1 request.
std::optional<TapRequest> readTapRequest(std::string_view head, const TapTarget& target);
/// Of a head whose first line is right.
TapFields readTapFields(std::string_view head);
std::optional<TapAnswer> readTapAnswer(std::string_view head);
/// For what the client sends, or the server, by the answer's `extensions`.
TapAgreement tapAgreement(std::string_view extensions, bool isClient);

} // namespace murmur
