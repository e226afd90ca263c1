// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"

namespace murmur {

/// All topics of a cluster with the ends of their partitions. Joins no group and creates no topic.
std::unique_ptr<BusAsker> askKafka(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
