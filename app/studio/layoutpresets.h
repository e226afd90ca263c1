// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>
#include <QString>

#include <span>
#include <string_view>

namespace murmur {

/// A layout that comes with the program: which panes, which one in front, how high the lower ones.
struct LayoutPreset
{
    const char* id;
    const char* title; ///< in the context "Layouts"
    const char* front;
    int lowerShare; ///< of the lower panes in the middle, in hundredths
    /// Names of the views that are not there.
    std::span<const std::string_view> hidden;

    [[nodiscard]] bool shows(std::string_view view) const;
};

std::span<const LayoutPreset> layoutPresets() noexcept;
QString layoutTitle(const LayoutPreset& preset);

} // namespace murmur
