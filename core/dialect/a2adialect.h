// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// Agent2Agent, 0.3 and 1.0, without JSON-RPC: calls over plain HTTP, known by their requests
/// (headers of base/transport.h), and the tasks and updates that are pushed to a webhook.
std::unique_ptr<Dialect> createA2aDialect();

enum class A2aPart : std::uint8_t { Task, Message, Update, Artifact };
/// Type and kind of what an agent of A2A answers, by any binding. `state`: of its task.
void describeA2a(A2aPart part, std::string_view state, Interpretation& out);

} // namespace murmur
