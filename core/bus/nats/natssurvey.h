// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"

namespace murmur {

/// The version of the server, and its streams with their subjects and counts.
std::unique_ptr<BusAsker> askNats(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
