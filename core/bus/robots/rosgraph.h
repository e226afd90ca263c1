// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What rosbridge told us of one topic that we listen to.
struct RosTopic
{
    std::string type;
    std::string subscription; ///< the id of our subscribe
    std::vector<std::string> publishers;
    std::int64_t asked = 0; ///< ns, when its publishers were asked for; 0: never
    bool isRefused = false; ///< rosbridge said that it could not subscribe
    QByteArray headers;     ///< of its messages

    /// After a change of type or publishers.
    void makeHeaders();
};

/// Topics of ROS that are left out when nobody names them: pictures, point clouds, maps.
bool isLargeRosType(std::string_view type) noexcept;

/// The frames that we send.
std::string rosSubscribe(std::string_view id, std::string_view topic, std::string_view type,
                         std::int64_t throttleMs, std::int64_t queueLength);
std::string rosAdvertise(std::string_view id, std::string_view topic, std::string_view type);
std::string rosUnadvertise(std::string_view id, std::string_view topic);
/// `msg` is JSON and goes out as it is written.
std::string rosPublish(std::string_view id, std::string_view topic, std::string_view msg);
std::string rosCall(std::string_view id, std::string_view service, std::string_view topic = {});

} // namespace murmur
