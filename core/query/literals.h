// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/time.h"
#include "query/conditions.h"
#include "query/fields.h"
#include "query/scanner.h"

#include <cstdint>

namespace murmur {

/// Reads a value for a field with numbers (whole numbers, times, durations, sizes); throws a
/// ParseFailure that says what was expected.
std::int64_t numberFrom(const Literal& literal, const FieldName& field, TimeRange session);
/// "a duration such as 200ms" and the like, for errors.
QString expectedValue(const FieldName& field);
/// The kinds that a word or glob names, as bits.
std::uint32_t kindsFrom(const Literal& literal);
/// The flags that a word or glob names.
Flags flagsFrom(const Literal& literal);
/// The flag of that name, or 0.
Flags flagNamed(QStringView word) noexcept;

} // namespace murmur
