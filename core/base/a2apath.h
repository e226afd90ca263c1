// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace murmur {

/// A call of Agent2Agent over plain HTTP, where the request itself says what is asked for.
struct A2aCall
{
    std::string_view method; ///< as JSON-RPC names it: "GetTask"
    std::string_view task;   ///< that the path names; may be empty
};

/// Of "POST" and "/v1/message:send" (0.3) or "/message:send" (1.0), below any path. Nothing: it is
/// none. `/tasks/7` is many a server's: whoever is not known to speak A2A may mean something else.
std::optional<A2aCall> a2aCallOf(std::string_view verb, std::string_view path) noexcept;

} // namespace murmur
