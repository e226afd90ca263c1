// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// The ids that a message can carry, each a column of its own in the recording.
enum class IdField : std::uint8_t {
    Message,
    Correlation,
    Trace,
    Span,
    ParentSpan,
    Conversation,
    ReplyTo
};
inline constexpr std::size_t kIdFieldCount = 7;

/// 64-bit hash by which ids are compared; 0 is reserved for "no id" (empty text). XXH3 of the
/// bytes.
std::uint64_t idHash(std::string_view text) noexcept;

/// Labels by which agents are grouped.
enum class Label : std::uint8_t { Site, Crew, Role, Tenant };
inline constexpr std::size_t kLabelCount = 4;
std::string_view labelName(Label label) noexcept;

/// How sure we are of a cause.
enum class Grade : std::uint8_t { Stated, Carried, Inferred };
std::string_view gradeName(Grade grade) noexcept;

/// Headers of a message as they travel and are stored: for each, varint sizes of name and value,
/// then both, as the bus gave them.
using HeaderList = std::vector<std::pair<std::string, std::string>>;
std::string headersToBytes(const HeaderList& headers);
/// Stops at the first damaged pair.
HeaderList headersFromBytes(std::string_view bytes);

/// Unsigned LEB128, the integer form of all byte formats here.
void appendVarint(std::string& out, std::uint64_t value);
/// Reads one varint and advances `in`; false when it is cut or longer than ten bytes.
bool readVarint(std::string_view& in, std::uint64_t& value) noexcept;

} // namespace murmur
