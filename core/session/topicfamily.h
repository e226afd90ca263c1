// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace murmur {

/// The topic that stands for all that differ from `topic` only in segments made up for one use
/// ("_INBOX.*", "replies/*"): UUIDs, long hexadecimal numbers, long words of letters and digits
/// mixed. Empty when there is no such segment. Segments end at '.', '/' or ':'.
std::string topicFamily(std::string_view topic);
/// The topic that stands for all that differ from `topic` only in numbers that are segments of
/// their own ("state.task.*"). A number may as well be a name, so only lists that would be too long
/// go by it. Empty when there is no such segment.
std::string numberFamily(std::string_view topic);
/// Whether addresses of this form are made for one answer each, so that no two need to be told
/// apart in a list.
bool isInbox(std::string_view topic);

} // namespace murmur
