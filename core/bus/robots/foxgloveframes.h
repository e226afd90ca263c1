// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// A binary frame of a Foxglove server.
struct FoxgloveBinary
{
    enum class What {
        Message,
        Time,  ///< the server's clock
        Other, ///< an answer to something that we never ask: services, assets, playback
        Unreadable,
    };
    What what = What::Unreadable;
    std::uint32_t subscription = 0; ///< of Message
    std::uint64_t time = 0;         ///< ns by the server's clock, of Message and Time
    std::string_view payload;       ///< of Message
    const char* reason = "";        ///< of Unreadable
};
/// No I/O; fuzzed as it stands, as is the other.
FoxgloveBinary readFoxgloveBinary(std::string_view bytes) noexcept;

struct FoxgloveChannel
{
    std::uint32_t id = 0;
    std::string topic;
    std::string encoding; ///< json, protobuf, cdr, ros1, …
    std::string schemaName;
    std::string json; ///< all of it, as the server wrote it: with its schema
};

/// A text frame of a Foxglove server.
struct FoxgloveControl
{
    enum class What { ServerInfo, Advertise, Unadvertise, Graph, Complaint, Other, Unreadable };
    What what = What::Unreadable;
    std::string name;                                                        ///< of ServerInfo
    std::vector<std::string> capabilities;                                   ///< of ServerInfo
    std::vector<FoxgloveChannel> channels;                                   ///< of Advertise
    std::vector<std::uint32_t> ids;                                          ///< of Unadvertise
    std::vector<std::pair<std::string, std::vector<std::string>>> published; ///< of Graph
    std::vector<std::string> removed;                                        ///< of Graph: topics
    int level = 0;       ///< of Complaint: 0 info, 1 warning, 2 error
    std::string message; ///< of Complaint
};
FoxgloveControl readFoxgloveControl(std::string_view text);

} // namespace murmur
