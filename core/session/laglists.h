// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"

#include <vector>

namespace murmur {

/// The lags of several readings of one consumer, or of several, in the order of time.
void sortByTime(std::vector<StoredLag>& lags);
/// Of each connection, topic and consumer the newest.
std::vector<StoredLag> newestOfEach(std::vector<StoredLag> lags);

} // namespace murmur
