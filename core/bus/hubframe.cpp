// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubframe.h"

#include "bus/jsonsax.h"

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

std::string_view view(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

QByteArray quoted(const QByteArray& text)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    QByteArray json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (byte < 0x20) {
            json += "\\u00";
            json += kDigits[byte >> 4];
            json += kDigits[byte & 15];
        } else {
            json += c;
        }
    }
    return json += '"';
}

// "replyTo" and "Reply-To" are "reply_to".
bool isKey(std::string_view key, std::string_view plain)
{
    std::string small;
    for (const char c : key) {
        if (c != '_' && c != '-')
            small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return small == plain;
}

QByteArray replaced(const QByteArray& object, std::string_view value, const QByteArray& with)
{
    QByteArray out = object;
    return out.replace(value.data() - object.constData(), static_cast<qsizetype>(value.size()),
                       with);
}

QByteArray added(const QByteArray& object, const char* key, const QByteArray& value)
{
    const qsizetype end = object.lastIndexOf('}');
    const bool isFirst = membersOf(view(object)).empty();
    return object.left(end) + (isFirst ? "\"" : ",\"") + key + "\":" + value + object.mid(end);
}

// The object with another topic where it names one; nothing when that is not to be found.
std::optional<QByteArray> withTopic(const QByteArray& object, const QByteArray& topic)
{
    const std::vector<JsonMember> members = membersOf(view(object));
    const JsonMember* best = nullptr;
    for (const JsonMember& member : members) {
        const bool isText = member.value.starts_with('"');
        if (isText && topicKeyRank(member.key) > (best ? topicKeyRank(best->key) : 0))
            best = &member;
    }
    if (best == nullptr)
        return std::nullopt;
    QByteArray out = replaced(object, best->value, quoted(topic));
    if (summarizeJson(view(out)).topic != view(topic))
        return std::nullopt;
    return out;
}

HubFrame wrapped(const QByteArray& topic, const QByteArray& payload)
{
    return {topic.isEmpty() ? "{\"payload\":" + payload + '}'
                            : "{\"topic\":" + quoted(topic) + ",\"payload\":" + payload + '}',
            {},
            false};
}

QByteArray asPath(const QByteArray& topic)
{
    return topic.isEmpty() || topic.startsWith('/') ? topic : '/' + topic;
}

HubFrame objectFrame(const OutgoingMessage& message, const JsonSummary& summary)
{
    // An order to the hub, had it come from an agent.
    const bool isOrder = summary.op == "subscribe" || summary.op == "unsubscribe";
    if (isOrder)
        return wrapped(message.topic, message.raw);
    if (message.topic.isEmpty() || (summary.hasTopic && summary.topic == view(message.topic)))
        return {message.raw, {}, false};
    if (!summary.hasTopic) {
        return message.topic.startsWith('/') ? HubFrame{message.raw, message.topic, false}
                                             : wrapped(message.topic, message.raw);
    }
    if (const auto renamed = withTopic(message.raw, message.topic))
        return {*renamed, {}, false};
    return wrapped(message.topic, message.raw);
}

} // namespace

std::vector<JsonMember> membersOf(std::string_view object)
{
    std::vector<JsonMember> members;
    for (const std::string_view element : elementsOf(object)) {
        std::size_t end = 1;
        while (end < element.size() && element[end] != '"')
            end += element[end] == '\\' ? 2 : 1;
        const std::size_t colon = element.find(':', std::min(end, element.size()));
        if (colon == std::string_view::npos)
            continue;
        const std::size_t begin = element.find_first_not_of(" \t\r\n", colon + 1);
        if (begin != std::string_view::npos)
            members.push_back({element.substr(1, end - 1), element.substr(begin)});
    }
    return members;
}

Result<HubFrame> hubFrame(const OutgoingMessage& message)
{
    if (!message.topic.isValidUtf8())
        return Error{ErrorCode::WrongUse, u"A hub has no topics that are not UTF-8."_s};
    const bool isText = !message.isBinary && message.raw.isValidUtf8();
    if (!isText) {
        if (message.wantsReply) {
            return Error{ErrorCode::WrongUse,
                         u"Bytes that are not JSON cannot say where their answer goes."_s};
        }
        return HubFrame{message.raw, asPath(message.topic), true};
    }
    const JsonSummary summary = summarizeJson(view(message.raw));
    switch (summary.shape) {
    case JsonSummary::Shape::Object:
        return objectFrame(message, summary);
    case JsonSummary::Shape::Array:
    case JsonSummary::Shape::Scalar:
        return wrapped(message.topic, message.raw);
    case JsonSummary::Shape::Broken:
        break;
    }
    return wrapped(message.topic, quoted(message.raw));
}

QByteArray withInbox(const QByteArray& object, const QByteArray& replyTo,
                     const QByteArray& correlation, const QByteArray& fresh)
{
    const auto set = [](const QByteArray& text, const char* key, std::string_view plain,
                        const QByteArray& json, bool keepsOwn) {
        for (const JsonMember& member : membersOf(view(text))) {
            if (isKey(member.key, plain))
                return keepsOwn ? text : replaced(text, member.value, json);
        }
        return added(text, key, json);
    };
    const QByteArray addressed = set(object, "reply_to", "replyto", quoted(replyTo), false);
    if (!correlation.isEmpty())
        return set(addressed, "correlation_id", "correlationid", quoted(correlation), false);
    // Some answer with the id that the request has: a correlation beside it says the same.
    QByteArray own = quoted(fresh);
    for (const JsonMember& member : membersOf(view(object))) {
        if (isKey(member.key, "id") && member.value.size() > 2 && member.value.front() == '"')
            own = QByteArray(member.value.data(), static_cast<qsizetype>(member.value.size()));
    }
    return set(addressed, "correlation_id", "correlationid", own, true);
}

} // namespace murmur
