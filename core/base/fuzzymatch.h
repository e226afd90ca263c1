// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>
#include <vector>

namespace murmur {

/// How well the letters of `pattern` stand, in their order and whatever their case, in `text`: in
/// one piece, or each at the beginning of a word or behind the one before. Higher is better:
/// letters that begin words or follow one another count more, those at the very beginning most.
/// White space in `pattern` parts words, each of which must stand somewhere. Nothing: they do not.
/// An empty pattern fits all with 0.
std::optional<int> fuzzyScore(QStringView pattern, QStringView text);
/// The places in `text` of the letters that fuzzyScore() counted, ascending.
std::vector<qsizetype> fuzzyPlaces(QStringView pattern, QStringView text);

} // namespace murmur
