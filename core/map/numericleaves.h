// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// A number further out is no place: sums of such numbers would be none either.
inline constexpr double kFarthest = 1e12;

/// The number that a JSON text is, also where it stands as text. Nothing for NaN, infinity, and
/// what lies farther out than kFarthest.
std::optional<double> placeNumber(std::string_view json) noexcept;

/// Finds the numbers within values of a state. Bounded: five levels, 64 numbers, lists of three.
class NumericLeaves
{
public:
    NumericLeaves();
    ~NumericLeaves();
    NumericLeaves(const NumericLeaves&) = delete;
    NumericLeaves& operator=(const NumericLeaves&) = delete;

    using Hear = std::function<void(std::string_view path, double number)>;
    /// Calls `hear` with "pose.x" for the key "pose" and {"x": 1}, with "at.0" for [1, 2].
    void read(std::string_view key, std::string_view json, const Hear& hear);
    /// The number at a path below the value, "x" or "position.x"; an empty path: the value itself.
    std::optional<double> at(std::string_view json, std::string_view path);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
