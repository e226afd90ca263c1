// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/linefacts.h"

#include "dialect/envelope.h"
#include "dialect/jsonfield.h"

namespace murmur {

namespace {

/// Members of a line that this program wrote, a bit each.
constexpr std::array kOwnMembers = std::to_array<std::string_view>(
    {"seq", "time", "received", "connection", "kind", "flags", "headers", "payload"});
constexpr unsigned kAllOwn = (1u << kOwnMembers.size()) - 1;

/// ISO 8601 or a number, by its size in s, ms, us or ns.
template<typename Value>
std::int64_t statedTime(Value value)
{
    std::string_view text;
    if (!value.get(text))
        return timeOfText(text);
    std::int64_t whole = 0;
    if (!value.get(whole))
        return timeFromWire(whole);
    double number = 0;
    return value.get(number) ? kNoTime : timeFromWire(number);
}

} // namespace

struct LineFacts::Parser
{
    simdjson::dom::parser dom;
    simdjson::ondemand::parser ondemand;
    std::string topic;
    unsigned own = 0;
    bool hasReceivedAt = false;

    template<typename Value>
    void take(std::string_view key, Value value, LineFacts& facts);
    simdjson::error_code look(std::string_view line, LineFacts& facts);
    simdjson::error_code lookAtGiant(std::string_view line, LineFacts& facts);
};

template<typename Value>
void LineFacts::Parser::take(std::string_view key, Value value, LineFacts& facts)
{
    for (std::size_t i = 0; i < kOwnMembers.size(); ++i) {
        if (key == kOwnMembers[i])
            own |= 1u << i;
    }
    if (key == "topic" && topic.empty()) {
        std::string_view text;
        if (!value.get(text))
            topic = text;
    } else if (key == "received_at" && !hasReceivedAt) {
        const std::int64_t time = statedTime(value);
        hasReceivedAt = time != kNoTime;
        if (hasReceivedAt)
            facts.m_received = time;
    } else if (key == "received" && facts.m_received == kNoTime) {
        facts.m_received = statedTime(value);
    } else if (facts.m_stated == kNoTime &&
               (key == "time" || key == "timestamp" || key == "@timestamp" || key == "ts")) {
        facts.m_stated = statedTime(value);
    }
}

simdjson::error_code LineFacts::Parser::look(std::string_view line, LineFacts& facts)
{
    simdjson::dom::element root;
    if (const auto error = dom.parse(line.data(), line.size(), false).get(root))
        return error;
    simdjson::dom::object object;
    if (root.get(object))
        return simdjson::SUCCESS;
    for (const auto field : object)
        take(field.key, field.value, facts);
    return simdjson::SUCCESS;
}

/// Without a tree, which would be several times as large; what stands deep inside is not checked.
simdjson::error_code LineFacts::Parser::lookAtGiant(std::string_view line, LineFacts& facts)
{
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (const auto error =
            ondemand.iterate(line.data(), line.size(), line.size() + kPadding).get(document))
        return error;
    simdjson::ondemand::json_type type{};
    if (const auto error = document.type().get(type))
        return error;
    if (type != simdjson::ondemand::json_type::object)
        return simdjson::SUCCESS;
    if (const auto error = document.get_object().get(object))
        return error;
    for (auto result : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (const auto error = std::move(result).get(field))
            return error;
        if (const auto error = field.unescaped_key().get(key))
            return error;
        take(key, field.value(), facts);
    }
    return simdjson::SUCCESS;
}

LineFacts::LineFacts()
    : m_parser(std::make_unique<Parser>())
{
}

LineFacts::~LineFacts() = default;

bool LineFacts::look(std::string_view line)
{
    m_reason = {};
    m_received = kNoTime;
    m_stated = kNoTime;
    m_parser->topic.clear();
    m_parser->own = 0;
    m_parser->hasReceivedAt = false;
    const bool isGiant = line.size() > kGiantJson;
    const auto error = isGiant ? m_parser->lookAtGiant(line, *this) : m_parser->look(line, *this);
    if (isGiant)
        m_parser->ondemand = simdjson::ondemand::parser();
    if (error)
        m_reason = reasonFor(error);
    m_topic = m_parser->topic;
    m_isOwn = !error && m_parser->own == kAllOwn;
    return !error;
}

} // namespace murmur
