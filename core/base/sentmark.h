// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

/// What a message that we sent carries, so that everybody can tell it from the others: as a header,
/// or, where a bus has none, as a member of the JSON object that it is.
namespace murmur::sentmark {

inline constexpr std::string_view kReplay = "x-murmurscope-replay"; ///< the id of the job
inline constexpr std::string_view kInject = "x-murmurscope-inject"; ///< the id of the injection
inline constexpr std::string_view kOriginalTime = "x-murmurscope-original-time"; ///< ISO 8601, UTC
inline constexpr std::string_view kOriginalSeq = "x-murmurscope-original-seq";   ///< decimal
inline constexpr std::array kAll{kReplay, kInject, kOriginalTime, kOriginalSeq};

/// One of `kAll`, however its letters are written (some buses change them).
bool isMarkName(std::string_view name) noexcept;

/// Replayed, Injected or none, as `raw` and `headers` (as of headersToBytes) say. One search over
/// the bytes for nearly every message; only where it hits are the members of the object read.
Flags flagsOf(std::string_view raw, std::string_view headers);

/// A member of the outermost object, as offsets into the text.
struct Member
{
    std::size_t begin = 0;      ///< of the name, at its quote
    std::size_t nameEnd = 0;    ///< behind its closing quote
    std::size_t valueBegin = 0; ///< of the value
    std::size_t end = 0;        ///< behind the value
    [[nodiscard]] std::string_view name(std::string_view json) const
    {
        return json.substr(begin + 1, nameEnd - begin - 2); // with its escapes
    }
    [[nodiscard]] std::string_view value(std::string_view json) const
    {
        return json.substr(valueBegin, end - valueBegin);
    }
};
/// Those of a JSON object, in their order; what is no object has none, what is damaged those before
/// the damage. Linear, no allocation but the list.
std::vector<Member> membersOf(std::string_view json);

} // namespace murmur::sentmark
