// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "codec/codecbook.h"
#include "session/session.h"

#include <stop_token>

namespace murmur {

/// What the payload of a message says. May take a while: not for the GUI thread.
Decoded decodedPayload(const MessageDetail& message, const Dictionaries& names,
                       std::stop_token stop = {});
/// The topic by which rules and schemas know it.
std::string codecTopic(const MessageDetail& message, const Dictionaries& names);

} // namespace murmur
