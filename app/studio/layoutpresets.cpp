// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "layoutpresets.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace murmur {

namespace {

/// While it happens: everything at hand.
constexpr std::array<std::string_view, 2> kNotDebugging{"compare", "differences"};
/// Afterwards: why, and what was different. Nothing is sent.
constexpr std::array<std::string_view, 4> kNotPostMortem{"agents", "inject", "triggers", "wall"};
/// Before people: the picture, and no payload.
constexpr std::array<std::string_view, 14> kNotLiveDemo{
    "replay",      "triggers",

    "agents",      "facets",   "messages", "delivery",  "transcript", "matrix",
    "differences", "compare",  "inject",   "inspector", "state",      "conversations"};

constexpr std::array kPresets{
    LayoutPreset{"debugging", QT_TRANSLATE_NOOP("Layouts", "Debugging"), "messages", 45,
                 kNotDebugging},
    LayoutPreset{"post-mortem", QT_TRANSLATE_NOOP("Layouts", "Post-mortem"), "conversations", 50,
                 kNotPostMortem},
    LayoutPreset{"live-demo", QT_TRANSLATE_NOOP("Layouts", "Live demo"), "topology", 72,
                 kNotLiveDemo},
};

} // namespace

bool LayoutPreset::shows(std::string_view view) const
{
    return std::ranges::find(hidden, view) == hidden.end();
}

std::span<const LayoutPreset> layoutPresets() noexcept
{
    return kPresets;
}

QString layoutTitle(const LayoutPreset& preset)
{
    return QCoreApplication::translate("Layouts", preset.title);
}

} // namespace murmur
