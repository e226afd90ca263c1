// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>
#include <string_view>

namespace murmur {

/// What is wrong with the text of a user dialect, for who writes it.
struct DialectProblem
{
    int line = 0; ///< 1 is the first; 0: nowhere in particular
    QString what; ///< one sentence without the line, and what to write
};

/// Nothing: UserDialect::parse takes it.
std::optional<DialectProblem> problemOfDialect(std::string_view json);

} // namespace murmur
