// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "output.h"

#include "session/session.h"

#include <string>
#include <string_view>
#include <vector>

namespace murmur::cli {

/// Pieces of the JSON of states.
void appendStateValue(JsonWriter& json, const QByteArray& value);
void appendTime(JsonWriter& json, std::string_view key, std::int64_t ns); ///< kNoTime: null
void appendSeq(JsonWriter& json, std::string_view key, Seq seq);          ///< 0: null
void appendNumber(JsonWriter& json, double number);
void appendOpenCalls(JsonWriter& json, std::string_view key, const std::vector<OpenCall>& calls,
                     const Dictionaries& names);

/// A value in a table, one line.
QString stateValueText(const QByteArray& value);
inline constexpr int kWidestValue = 60;

} // namespace murmur::cli
