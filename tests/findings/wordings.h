// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/swarm.h"
#include "dialect/aliastable.h"

#include <QByteArray>
#include <QDateTime>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace murmur {

/// How a swarm writes what it says: the same messages in the envelopes of several systems.
enum class Wording : std::uint8_t {
    Demo,        ///< the three habits of the demo's own agents
    Nested,      ///< camel case in a header of its own, the content under "data"
    CloudEvents, ///< attributes of the specification; no room for conversations and many receivers
    Dnotifier,   ///< binary frames, metadata before the data
};
inline constexpr std::array kWordings{
    std::pair{std::string_view("demo"), Wording::Demo},
    std::pair{std::string_view("nested"), Wording::Nested},
    std::pair{std::string_view("cloudevents"), Wording::CloudEvents},
    std::pair{std::string_view("dnotifier"), Wording::Dnotifier},
};

/// Whether such words can tell of the fault at all: CloudEvents name no conversations and no
/// groups.
inline bool carries(Wording wording, std::string_view fault)
{
    constexpr std::array<std::string_view, 5> kOfConversations{
        "repetition-loop", "ping-pong", "lost-context", "untraceable-hop", "noisy-tenant"};
    return wording != Wording::CloudEvents ||
           std::find(kOfConversations.begin(), kOfConversations.end(), fault) ==
               kOfConversations.end();
}

/// Puts the swarm's messages into other words.
class Rewording
{
public:
    explicit Rewording(Wording wording)
        : m_wording(wording)
    {
    }

    [[nodiscard]] QByteArray operator()(const SwarmMessage& said) const
    {
        if (m_wording == Wording::Demo)
            return {said.json.data(), static_cast<qsizetype>(said.json.size())};
        const Json whole = Json::parse(said.json);
        switch (m_wording) {
        case Wording::Nested:
            return bytes(nested(whole, said).dump());
        case Wording::CloudEvents:
            return bytes(event(whole, said).dump());
        default:
            return bytes(frame(whole, said));
        }
    }

private:
    using Json = nlohmann::ordered_json;

    static QByteArray bytes(const std::string& text)
    {
        return {text.data(), static_cast<qsizetype>(text.size())};
    }
    /// The first of these keys that is there; null: none.
    template<typename... Keys>
    static Json of(const Json& whole, Keys... keys)
    {
        for (const char* key : {keys...}) {
            if (const auto at = whole.find(key); at != whole.end())
                return *at;
        }
        return {};
    }
    static void put(Json& into, const char* key, const Json& value)
    {
        if (!value.is_null())
            into[key] = value;
    }
    static Json typeOf(const Json& whole) { return of(whole, "event", "type"); }
    static std::int64_t microseconds(const Json& whole)
    {
        if (whole.contains("ts"))
            return whole["ts"].get<std::int64_t>();
        if (whole.contains("created_at"))
            return whole["created_at"].get<std::int64_t>() * 1000;
        const auto text = whole["timestamp"].get<std::string>();
        const QDateTime time =
            QDateTime::fromString(QString::fromStdString(text.substr(0, 23)), Qt::ISODateWithMs);
        const QDateTime utc(time.date(), time.time(), Qt::UTC);
        return utc.toMSecsSinceEpoch() * 1000 +
               (text.size() >= 26 ? std::stoll(text.substr(23, 3)) : 0);
    }

    static Json nested(const Json& whole, const SwarmMessage& said)
    {
        Json header;
        put(header, "messageId", of(whole, "id", "event_id"));
        header["sender"] = std::string(said.from);
        put(header, "recipients", of(whole, "to", "recipient"));
        put(header, "correlationId", of(whole, "correlation_id", "call_id"));
        put(header, "traceId", of(whole, "trace_id"));
        put(header, "sessionId", of(whole, "conversation_id", "session_id", "thread_id"));
        put(header, "parentId", of(whole, "causation_id", "parent_event_id"));
        put(header, "replyTo", of(whole, "reply_to"));
        put(header, "sequence", of(whole, "seq", "emission_sequence"));
        header["sentAt"] = microseconds(whole);
        header["kind"] = std::string(kindName(said.kind));
        put(header, "type", typeOf(whole));
        for (const char* label : {"site", "crew", "role", "tenant"})
            put(header, label, of(whole, label));
        Json result{{"header", header}};
        put(result, "error", of(whole, "error"));
        put(result, "data", of(whole, "payload", "data"));
        return result;
    }

    static Json event(const Json& whole, const SwarmMessage& said)
    {
        Json result{{"specversion", "1.0"}};
        put(result, "id", of(whole, "id", "event_id"));
        result["source"] = std::string(said.from);
        auto type = typeOf(whole).get<std::string>();
        if (said.kind != Kind::Event && kindFromWordsIfKnown(type) != said.kind)
            type += '.' + std::string(kindName(said.kind));
        result["type"] = type;
        const std::int64_t time = microseconds(whole);
        const QDateTime second = QDateTime::fromSecsSinceEpoch(time / 1'000'000, Qt::UTC);
        std::array<char, 16> rest{};
        (void)std::snprintf(rest.data(), rest.size(), ".%06dZ", static_cast<int>(time % 1'000'000));
        result["time"] =
            second.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")).toStdString() + rest.data();
        if (const Json to = of(whole, "to", "recipient"); to.is_string())
            result["subject"] = to;
        put(result, "correlationid", of(whole, "correlation_id", "call_id"));
        put(result, "causationid", of(whole, "causation_id", "parent_event_id"));
        put(result, "sequence", of(whole, "seq", "emission_sequence"));
        if (const std::string trace = traceOf(whole); !trace.empty())
            result["traceparent"] = "00-" + trace + "-00f067aa0ba902b7-01";
        Json data = of(whole, "payload", "data");
        if (whole.contains("error"))
            data["error"] = whole["error"];
        put(result, "data", data);
        return result;
    }
    static std::string traceOf(const Json& whole)
    {
        if (whole.contains("trace_id"))
            return whole["trace_id"].get<std::string>();
        const Json matter = of(whole, "conversation_id", "session_id", "thread_id");
        if (matter.is_null())
            return {};
        const std::size_t hash = std::hash<std::string>()(matter.get<std::string>());
        std::array<char, 40> text{};
        (void)std::snprintf(text.data(), text.size(), "%016zx%016zx", hash, ~hash);
        return text.data();
    }

    static std::string frame(const Json& whole, const SwarmMessage& said)
    {
        const std::string app = whole.contains("site") ? whole["site"].get<std::string>() : "demo";
        Json metadata{{"id", of(whole, "id", "event_id")},
                      {"code", 200},
                      {"appId", app},
                      {"sender", app + ':' + std::string(said.from)}};
        Json receivers = Json::array();
        if (const Json to = of(whole, "to", "recipient"); to.is_string())
            receivers.push_back(app + ':' + to.get<std::string>());
        else if (to.is_array())
            for (const Json& name : to)
                receivers.push_back(app + ':' + name.get<std::string>());
        metadata["receivers"] = receivers;
        metadata["timestamp"] = microseconds(whole) / 1000;
        const auto length = [](std::size_t size) {
            std::string text;
            for (const int shift : {24, 16, 8, 0})
                text += static_cast<char>(size >> shift & 0xff);
            return text;
        };
        const std::string head = metadata.dump();
        return length(head.size()) + head + length(said.json.size()) + std::string(said.json);
    }

    Wording m_wording;
};

} // namespace murmur
