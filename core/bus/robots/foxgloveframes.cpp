// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/foxgloveframes.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace murmur {

namespace {

// Keeps the order of members, so that a channel is kept as it was written.
using FoxgloveJson = nlohmann::ordered_json;

template<typename Number>
Number littleEndian(std::string_view bytes) noexcept
{
    Number value = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;)
        value = static_cast<Number>(value << 8 | static_cast<unsigned char>(bytes[i]));
    return value;
}

std::string textOf(const FoxgloveJson& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool readId(const FoxgloveJson& value, std::uint32_t& id)
{
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max())
        return false;
    id = static_cast<std::uint32_t>(value.get<std::uint64_t>());
    return true;
}

template<typename Take>
void forEach(const FoxgloveJson& object, const char* name, Take take)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_array())
        return;
    for (const FoxgloveJson& one : *found)
        take(one);
}

std::vector<std::string> textsOf(const FoxgloveJson& object, const char* name)
{
    std::vector<std::string> texts;
    forEach(object, name, [&](const FoxgloveJson& one) {
        if (one.is_string())
            texts.push_back(one.get<std::string>());
    });
    return texts;
}

void readAdvertise(const FoxgloveJson& json, FoxgloveControl& out)
{
    forEach(json, "channels", [&](const FoxgloveJson& one) {
        FoxgloveChannel channel;
        if (!one.is_object() || !one.contains("id") || !readId(one["id"], channel.id))
            return;
        channel.topic = textOf(one, "topic");
        channel.encoding = textOf(one, "encoding");
        channel.schemaName = textOf(one, "schemaName");
        channel.json = one.dump(-1, ' ', false, FoxgloveJson::error_handler_t::replace);
        out.channels.push_back(std::move(channel));
    });
}

} // namespace

FoxgloveBinary readFoxgloveBinary(std::string_view bytes) noexcept
{
    FoxgloveBinary out;
    if (bytes.empty()) {
        out.reason = "an empty binary frame";
        return out;
    }
    switch (static_cast<unsigned char>(bytes[0])) {
    case 1:
        if (bytes.size() < 13) {
            out.reason = "a message that is shorter than its head";
            return out;
        }
        out.what = FoxgloveBinary::What::Message;
        out.subscription = littleEndian<std::uint32_t>(bytes.substr(1, 4));
        out.time = littleEndian<std::uint64_t>(bytes.substr(5, 8));
        out.payload = bytes.substr(13);
        return out;
    case 2:
        if (bytes.size() < 9) {
            out.reason = "a time that is shorter than eight bytes";
            return out;
        }
        out.what = FoxgloveBinary::What::Time;
        out.time = littleEndian<std::uint64_t>(bytes.substr(1, 8));
        return out;
    case 3:
    case 4:
    case 5:
        out.what = FoxgloveBinary::What::Other;
        return out;
    default:
        out.reason = "a binary frame of an unknown kind";
        return out;
    }
}

FoxgloveControl readFoxgloveControl(std::string_view text)
{
    FoxgloveControl out;
    const FoxgloveJson json = FoxgloveJson::parse(text, nullptr, false);
    if (!json.is_object())
        return out;
    const std::string op = textOf(json, "op");
    out.what = FoxgloveControl::What::Other;
    if (op == "serverInfo") {
        out.what = FoxgloveControl::What::ServerInfo;
        out.name = textOf(json, "name");
        out.capabilities = textsOf(json, "capabilities");
    } else if (op == "advertise") {
        out.what = FoxgloveControl::What::Advertise;
        readAdvertise(json, out);
    } else if (op == "unadvertise") {
        out.what = FoxgloveControl::What::Unadvertise;
        forEach(json, "channelIds", [&](const FoxgloveJson& one) {
            if (std::uint32_t id = 0; readId(one, id))
                out.ids.push_back(id);
        });
    } else if (op == "connectionGraphUpdate") {
        out.what = FoxgloveControl::What::Graph;
        forEach(json, "publishedTopics", [&](const FoxgloveJson& one) {
            if (one.is_object())
                out.published.emplace_back(textOf(one, "name"), textsOf(one, "publisherIds"));
        });
        out.removed = textsOf(json, "removedTopics");
    } else if (op == "status") {
        out.what = FoxgloveControl::What::Complaint;
        const auto level = json.find("level");
        if (level != json.end() && level->is_number_unsigned() && level->get<std::uint64_t>() <= 2)
            out.level = static_cast<int>(level->get<std::uint64_t>());
        out.message = textOf(json, "message");
    }
    return out;
}

} // namespace murmur
