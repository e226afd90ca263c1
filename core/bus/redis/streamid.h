// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

namespace murmur {

/// The id of an entry of a stream, "<ms since 1970>-<number>".
struct StreamId
{
    static constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t ms = 0;
    std::uint64_t number = 0;

    /// The one before; 0-0 has none and stays.
    [[nodiscard]] StreamId before() const noexcept;
    [[nodiscard]] QByteArray text() const;
    /// "5" is the first (`number` 0) of its millisecond unless said otherwise.
    static std::optional<StreamId> fromText(QByteArrayView text, std::uint64_t number = 0) noexcept;
    friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

} // namespace murmur
