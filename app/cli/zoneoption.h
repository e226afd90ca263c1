// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace murmur::cli {

/// Declares --tz: the zone of times that are written without one, in filters too.
void addZoneOption(CLI::App& app);

} // namespace murmur::cli
