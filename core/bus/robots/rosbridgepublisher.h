// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

namespace murmur {

/// Publishes to topics of ROS through rosbridge. What was recorded from it goes out with its
/// message as it is written, any other object as the message itself. A topic is advertised before
/// the first one, with the type that the recording or else rosapi names, and given up at the end.
/// rosbridge gives no receipts: `sent` means that it has read the message and complained of none.
Result<std::unique_ptr<Publisher>> createRosbridgePublisher(const QUrl& url,
                                                            const ConnectionOptions& options);

} // namespace murmur
