// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <vector>

namespace murmur {

/// At most so many connections come from one text.
inline constexpr std::size_t kMaxFleet = 1000;

/// The connections that a person means by one word: a URL; "-" for standard input; a URL with a
/// range or a choice, "mqtt://robot-{001..200}.site:1883" or "nats://{east,west}:4222", several of
/// them multiplied; "@FILE", a file of such words, a line each, blank lines and lines with # left
/// out. Errors: WrongUse, Unreadable (the file).
Result<std::vector<QUrl>> fleetFromText(const QString& text);

/// Connections that are shown as one.
struct FleetGroup
{
    QString label;                    ///< "mqtt robot-*.site"; empty for one alone
    std::vector<std::size_t> members; ///< places in what was given
};
/// Those that differ in the number of their host, in its first name or in the port, in the order of
/// their first.
std::vector<FleetGroup> fleetGroups(const QStringList& urls);

} // namespace murmur
