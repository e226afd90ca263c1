// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "findings/settings.h"

#include <QString>

#include <string>
#include <vector>

namespace murmur {

/// Makes `murmur check` fail on these detectors, with these thresholds, by the file of rules at
/// `path`: a new one, or one that is there and is kept. Errors: Unreadable (it is none),
/// Unwritable.
Status addToCheck(const QString& path, const std::vector<std::string>& detectors,
                  const Settings& thresholds = {});

} // namespace murmur
