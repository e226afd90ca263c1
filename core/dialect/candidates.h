// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/userdialect.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Of so many messages it is known what each says in a place.
inline constexpr std::size_t kComparedMessages = 512;
/// Never 0.
std::uint32_t hashOfValue(std::string_view value) noexcept;
/// Whether two places say the same, nearly always where both say something.
bool saysTheSame(const std::vector<std::uint32_t>& one,
                 const std::vector<std::uint32_t>& other) noexcept;

/// A place in the messages of a connection, and what stands there.
struct Candidate
{
    FieldSource source;
    std::int64_t found = 0; ///< messages that have a value there
    std::int64_t names = 0; ///< of those, values that look like a name
    std::unordered_map<std::string, std::int64_t> values; ///< how often; up to kCountedValues
    /// What the first messages say there, as hashes by their place; 0: nothing.
    std::vector<std::uint32_t> first;

    [[nodiscard]] std::int64_t distinct() const { return static_cast<std::int64_t>(values.size()); }
    /// The most frequent ones.
    [[nodiscard]] std::vector<std::string> examples() const;
};

/// Gathers the places in which the messages of a connection say something short: members of JSON,
/// headers, parts of the topic, the socket, the connection. Bounded in memory.
class CandidateFinder
{
public:
    CandidateFinder();
    ~CandidateFinder();
    CandidateFinder(const CandidateFinder&) = delete;
    CandidateFinder& operator=(const CandidateFinder&) = delete;

    void add(const MessageView& message);
    [[nodiscard]] const std::vector<Candidate>& candidates() const;
    [[nodiscard]] std::int64_t messages() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
