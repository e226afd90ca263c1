// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <QUrl>

#include <vector>

namespace murmur::cli {

/// Says of each URL what reading the past of its bus will give, a line each; nothing is recorded.
/// The exit code: unreachable when a bus did not answer.
int dryRun(const std::vector<QUrl>& urls, const ConnectionOptions& options, bool json);

} // namespace murmur::cli
