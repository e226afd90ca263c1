// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

#include <sqlite3.h>

#include <span>

namespace murmur {

/// `model_call`: messages that tell of a call to a model.
inline constexpr const char* kModelCallName = "model_call";
inline constexpr const char* kModelCallMeaning =
    "messages that tell of a call to a model, with its tokens and cost";
std::span<const ColumnSpec> modelCallColumns();
int addModelCallView(sqlite3* database);

} // namespace murmur
