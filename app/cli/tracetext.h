// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace murmur {
class Dictionaries;
struct Trace;
} // namespace murmur

namespace murmur::cli {

/// A conversation as a tree, a line a message. `isAligned`: with times of sending by our clock.
std::string traceText(const Trace& trace, const Dictionaries& names, bool isAligned);
/// One object a line, in the order of the tree.
std::string traceJson(const Trace& trace, const Dictionaries& names);
/// A sequence diagram, in the order of time.
std::string traceMermaid(const Trace& trace, const Dictionaries& names);

} // namespace murmur::cli
