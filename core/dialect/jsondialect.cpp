// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/jsondialect.h"

#include "dialect/fieldcollector.h"
#include "dialect/jsonfield.h"
#include "dialect/statepatch.h"

namespace murmur {

namespace {

using namespace simdjson;

constexpr std::size_t kMaxStateKeys = 64;

constexpr PackedKey kStateKey = packKey("state");
constexpr PackedKey kNameKey = packKey("name");
constexpr PackedKey kIdKey = packKey("id");

constexpr bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

class JsonDialect final : public Dialect
{
public:
    const char* id() const noexcept override { return "json"; }

    double confidence(const MessageView& message) override
    {
        const std::string_view raw = withoutMark(message.raw);
        std::size_t first = 0;
        while (first < raw.size() && isSpace(raw[first]))
            ++first;
        if (first == raw.size())
            return 0;
        return raw[first] == '{' ? 0.5 : raw[first] == '[' ? 0.2 : 0;
    }

    void interpret(const MessageView& message, Interpretation& out) override
    {
        out.clear();
        m_fields.begin(message, out);
        m_out = &out;
        const std::string_view raw = withoutMark(message.raw);
        const error_code error = read(raw, message);
        if (error) {
            out.clear();
            out.undecodable = reasonFor(error);
        }
        if (raw.size() > kGiantJson)
            m_parser = ondemand::parser();
    }

private:
    error_code read(std::string_view raw, const MessageView& message);
    error_code readFields(ondemand::object object, FieldCollector::Place place);
    error_code readValue(const KeyMeaning& meaning, FieldCollector::Place place,
                         ondemand::value value);
    error_code readObject(const KeyMeaning& meaning, FieldCollector::Place place,
                          ondemand::value value);
    error_code readArray(const KeyMeaning& meaning, FieldCollector::Place place,
                         ondemand::value value);
    error_code readName(ondemand::object object, std::string_view& name);
    error_code readState(std::string_view whole);
    error_code readStateKeys(ondemand::object object, bool skipsEnvelope);

    ondemand::parser m_parser;
    FieldCollector m_fields;
    Interpretation* m_out = nullptr;
};

error_code JsonDialect::read(std::string_view raw, const MessageView& message)
{
    ondemand::document document;
    if (const auto error =
            m_parser.iterate(raw.data(), raw.size(), raw.size() + kPadding).get(document))
        return error;
    ondemand::json_type type{};
    if (const auto error = document.type().get(type))
        return error;
    switch (type) {
    case ondemand::json_type::object: {
        ondemand::object object;
        if (const auto error = document.get_object().get(object))
            return error;
        if (const auto error = readFields(object, FieldCollector::kTop))
            return error;
        break;
    }
    case ondemand::json_type::array: {
        ondemand::array array;
        if (const auto error = document.get_array().get(array))
            return error;
        for (auto element : array) {
            if (element.error())
                return element.error();
        }
        break;
    }
    case ondemand::json_type::string:
        if (const auto error = document.get_string().error())
            return error;
        break;
    case ondemand::json_type::number:
        if (const auto error = document.get_number().error())
            return error;
        break;
    case ondemand::json_type::boolean:
        if (const auto error = document.get_bool().error())
            return error;
        break;
    case ondemand::json_type::null:
        if (!document.is_null())
            return TAPE_ERROR;
        break;
    }
    if (document.current_location().error() != OUT_OF_BOUNDS)
        return TRAILING_CONTENT;
    m_fields.finish(message);
    return m_out->kind == Kind::State ? readState(raw) : SUCCESS;
}

error_code JsonDialect::readFields(ondemand::object object, FieldCollector::Place place)
{
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        error_code error = SUCCESS;
        const PackedKey key = packFieldKey(field, error);
        if (error)
            return error;
        const KeyMeaning* meaning = meaningOf(key);
        if (meaning == nullptr || !m_fields.wants(*meaning, place))
            continue;
        if (const auto failure = readValue(*meaning, place, field.value()))
            return failure;
    }
    return SUCCESS;
}

error_code JsonDialect::readValue(const KeyMeaning& meaning, FieldCollector::Place place,
                                  ondemand::value value)
{
    const std::string_view token = value.raw_json_token();
    if (token.empty())
        return TAPE_ERROR;
    if (token.front() == '{')
        return readObject(meaning, place, value);
    if (token.front() == '[')
        return readArray(meaning, place, value);
    std::string_view text;
    if (const auto error = textOf(value, *m_out, text))
        return error;
    for (unsigned i = 0; i < meaning.count; ++i) {
        const KeyMeaning::Hit hit = meaning.hits[i];
        if (hit.target == Target::Payload && place == FieldCollector::kTop &&
            token.front() != 'n' && m_fields.claim(hit, place))
            m_out->payload = trimmedJson(token);
    }
    m_fields.offerText(meaning, place, text);
    return SUCCESS;
}

error_code JsonDialect::readObject(const KeyMeaning& meaning, FieldCollector::Place place,
                                   ondemand::value value)
{
    for (unsigned i = 0; i < meaning.count; ++i) {
        const KeyMeaning::Hit hit = meaning.hits[i];
        switch (hit.target) {
        case Target::Sender:
        case Target::Receivers: {
            ondemand::object object;
            if (const auto error = value.get_object().get(object))
                return error;
            std::string_view name;
            if (const auto error = readName(object, name))
                return error;
            m_fields.offerText(meaning, place, name);
            return SUCCESS;
        }
        case Target::Error:
            if (place == FieldCollector::kTop)
                m_fields.noteError();
            return SUCCESS;
        case Target::Payload: {
            if (place != FieldCollector::kTop || !m_fields.claim(hit, place))
                break;
            ondemand::object object;
            if (const auto error = value.get_object().get(object))
                return error;
            std::string_view json;
            if (const auto error = object.raw_json().get(json))
                return error;
            m_out->payload = trimmedJson(json);
            if (meaning.count == 1)
                return SUCCESS;
            // "data" is a container as well: its fields are read from its beginning.
            if (const auto error = object.reset().error())
                return error;
            for (unsigned j = i + 1; j < meaning.count; ++j) {
                if (meaning.hits[j].target == Target::Container)
                    return readFields(object, 1 + meaning.hits[j].rank);
            }
            return SUCCESS;
        }
        case Target::Container: {
            if (place != FieldCollector::kTop)
                break;
            ondemand::object object;
            if (const auto error = value.get_object().get(object))
                return error;
            return readFields(object, 1 + hit.rank);
        }
        default:
            break;
        }
    }
    return SUCCESS;
}

error_code JsonDialect::readArray(const KeyMeaning& meaning, FieldCollector::Place place,
                                  ondemand::value value)
{
    const KeyMeaning::Hit hit = meaning.hits[0];
    if (hit.target == Target::Payload) {
        if (place != FieldCollector::kTop || !m_fields.claim(hit, place))
            return SUCCESS;
        ondemand::array array;
        if (const auto error = value.get_array().get(array))
            return error;
        std::string_view json;
        if (const auto error = array.raw_json().get(json))
            return error;
        m_out->payload = trimmedJson(json);
        return SUCCESS;
    }
    if (hit.target != Target::Receivers && hit.target != Target::Parents)
        return SUCCESS;
    auto& list = hit.target == Target::Receivers ? m_out->receivers : m_out->parents;
    const std::size_t limit = hit.target == Target::Receivers ? FieldCollector::kMaxReceivers
                                                              : FieldCollector::kMaxParents;
    ondemand::array array;
    if (const auto error = value.get_array().get(array))
        return error;
    bool isOurs = false;
    for (auto result : array) {
        ondemand::value element;
        if (const auto error = result.get(element))
            return error;
        std::string_view text;
        if (isOurs && list.size() >= limit)
            continue;
        const std::string_view token = element.raw_json_token();
        if (token.starts_with('{')) {
            ondemand::object object;
            if (const auto error = element.get_object().get(object))
                return error;
            if (const auto error = readName(object, text))
                return error;
        } else if (!token.starts_with('[')) {
            if (const auto error = textOf(element, *m_out, text))
                return error;
        }
        if (text.empty())
            continue;
        // An empty list is no hit: the list is claimed by its first name.
        if (!isOurs) {
            if (!m_fields.claim(hit, place))
                return SUCCESS;
            list.clear();
            isOurs = true;
        }
        list.push_back(text);
    }
    return SUCCESS;
}

/// An agent written as an object: its name, else its id.
error_code JsonDialect::readName(ondemand::object object, std::string_view& name)
{
    bool hasName = false;
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        error_code error = SUCCESS;
        const PackedKey key = packFieldKey(field, error);
        if (error)
            return error;
        const bool isName = key == kNameKey;
        if (hasName || (!isName && (key != kIdKey || !name.empty())))
            continue;
        std::string_view text;
        if (const auto failure = textOf(field.value(), *m_out, text))
            return failure;
        if (!text.empty()) {
            name = text;
            hasName = isName;
        }
    }
    return SUCCESS;
}

/// Reads the object that holds the state a second time: that it is state is known only after the
/// whole envelope was read.
error_code JsonDialect::readState(std::string_view whole)
{
    const bool hasPayload = m_out->payload.data() != nullptr;
    const std::string_view json = hasPayload ? m_out->payload : whole;
    if (hasPayload && json.starts_with('[')) {
        readStatePatch(m_parser, json, kMaxStateKeys, *m_out);
        return SUCCESS;
    }
    ondemand::document document;
    if (const auto error =
            m_parser.iterate(json.data(), json.size(), json.size() + kPadding).get(document))
        return error;
    ondemand::object object;
    if (document.get_object().get(object))
        return SUCCESS; // state that is no object has no keys
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        error_code error = SUCCESS;
        const PackedKey key = packFieldKey(field, error);
        if (error)
            return error;
        if (key != kStateKey)
            continue;
        ondemand::value value = field.value();
        if (!std::string_view(value.raw_json_token()).starts_with('{'))
            break;
        ondemand::object state;
        if (const auto failure = value.get_object().get(state))
            return failure;
        return readStateKeys(state, false);
    }
    if (const auto error = object.reset().error())
        return error;
    return readStateKeys(object, !hasPayload);
}

error_code JsonDialect::readStateKeys(ondemand::object object, bool skipsEnvelope)
{
    for (auto result : object) {
        if (m_out->state.size() >= kMaxStateKeys)
            return SUCCESS;
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        error_code error = SUCCESS;
        if (skipsEnvelope) {
            const PackedKey packed = packFieldKey(field, error);
            if (error)
                return error;
            if (meaningOf(packed) != nullptr)
                continue;
        }
        std::string_view key = rawKey(field);
        if (key.find('\\') != std::string_view::npos) {
            std::string unescaped;
            if (!unescapeJson(key, unescaped))
                return STRING_ERROR;
            key = m_out->keep(std::move(unescaped));
        }
        std::string_view json;
        if (error = jsonOf(field.value(), json); error)
            return error;
        m_out->state.push_back({key, json});
    }
    return SUCCESS;
}

} // namespace

std::unique_ptr<Dialect> createJsonDialect()
{
    return std::make_unique<JsonDialect>();
}

} // namespace murmur
