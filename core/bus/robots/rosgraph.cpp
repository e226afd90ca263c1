// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/rosgraph.h"

#include "base/message.h"
#include "base/transport.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace murmur {

namespace {

std::string written(const nlohmann::ordered_json& json)
{
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

void RosTopic::makeHeaders()
{
    HeaderList list;
    if (!type.empty())
        list.emplace_back(transport::kType, type);
    // Several publishers: nobody says which one it was.
    if (publishers.size() == 1 && !publishers.front().empty())
        list.emplace_back(transport::kSender, publishers.front());
    headers = QByteArray::fromStdString(headersToBytes(list));
}

bool isLargeRosType(std::string_view type) noexcept
{
    static constexpr std::array<std::string_view, 6> kLarge{
        "Image", "CompressedImage", "PointCloud", "PointCloud2", "OccupancyGrid", "Costmap"};
    const std::size_t slash = type.rfind('/');
    return slash != std::string_view::npos &&
           std::ranges::find(kLarge, type.substr(slash + 1)) != kLarge.end();
}

std::string rosSubscribe(std::string_view id, std::string_view topic, std::string_view type,
                         std::int64_t throttleMs, std::int64_t queueLength)
{
    nlohmann::ordered_json json{{"op", "subscribe"}, {"id", id}, {"topic", topic}};
    if (!type.empty())
        json["type"] = type;
    json["throttle_rate"] = throttleMs;
    if (queueLength > 0)
        json["queue_length"] = queueLength;
    json["compression"] = "none";
    return written(json);
}

std::string rosAdvertise(std::string_view id, std::string_view topic, std::string_view type)
{
    return written({{"op", "advertise"}, {"id", id}, {"topic", topic}, {"type", type}});
}

std::string rosUnadvertise(std::string_view id, std::string_view topic)
{
    return written({{"op", "unadvertise"}, {"id", id}, {"topic", topic}});
}

std::string rosPublish(std::string_view id, std::string_view topic, std::string_view msg)
{
    std::string frame = written({{"op", "publish"}, {"id", id}, {"topic", topic}});
    frame.pop_back();
    return frame.append(",\"msg\":").append(msg) += '}';
}

std::string rosCall(std::string_view id, std::string_view service, std::string_view topic)
{
    nlohmann::ordered_json json{{"op", "call_service"}, {"id", id}, {"service", service}};
    json["args"] = nlohmann::ordered_json::object();
    if (!topic.empty())
        json["args"]["topic"] = topic;
    return written(json);
}

} // namespace murmur
