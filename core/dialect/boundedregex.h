// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>
#include <string_view>

namespace murmur {

/// A regular expression over bytes that cannot be made slow: RE2 runs in time linear in the text,
/// in memory that is bounded, whatever expression a stranger's file brings. That costs look-around
/// and back references.
class BoundedRegex
{
public:
    explicit BoundedRegex(std::string_view expression);
    ~BoundedRegex();
    BoundedRegex(BoundedRegex&&) noexcept;
    BoundedRegex& operator=(BoundedRegex&&) noexcept;

    /// Empty: it can be used.
    [[nodiscard]] QString problem() const;
    /// The first group of the first match, or all of that when there is no group; empty: none.
    [[nodiscard]] std::string_view find(std::string_view text) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
