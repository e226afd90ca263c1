// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/jsonsax.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace murmur {

namespace {

using Json = nlohmann::json;

// Collects the few members of the outermost object that the hub looks at, and nothing else.
class Collector final : public nlohmann::json_sax<Json>
{
public:
    explicit Collector(JsonSummary& out)
        : m_out(out)
    {
    }

    bool null() override { return scalar(); }
    bool boolean(bool /*value*/) override { return scalar(); }
    bool number_integer(number_integer_t /*value*/) override { return scalar(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return scalar(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override
    {
        return scalar();
    }
    bool binary(binary_t& /*value*/) override { return scalar(); }

    bool string(string_t& value) override
    {
        if (m_depth == 1 && m_isObject) {
            if (m_key == "op")
                m_out.op = value;
            else if (m_key == "topics")
                m_out.topics.push_back(value);
            if (const int rank = topicKeyRank(m_key); rank > m_topicRank) {
                m_topicRank = rank;
                m_out.topic = value;
                m_out.hasTopic = true;
            }
        } else if (m_depth == 2 && m_isInTopics) {
            m_out.topics.push_back(value);
        }
        return scalar();
    }

    bool key(string_t& value) override
    {
        if (m_depth == 1) {
            m_key = value;
            m_out.hasTopics = m_out.hasTopics || value == "topics";
            m_isCloudEvent = m_isCloudEvent || value == kCloudEventKey;
        }
        return true;
    }

    bool start_object(std::size_t /*elements*/) override
    {
        if (m_depth == 0) {
            m_out.shape = JsonSummary::Shape::Object;
            m_isObject = true;
        }
        ++m_depth;
        return true;
    }
    bool end_object() override
    {
        if (--m_depth == 0 && m_isCloudEvent && m_topicRank == kSubjectRank) {
            m_out.topic.clear();
            m_out.hasTopic = false;
        }
        return true;
    }
    bool start_array(std::size_t /*elements*/) override
    {
        if (m_depth == 0)
            m_out.shape = JsonSummary::Shape::Array;
        if (m_depth == 1 && m_isObject)
            m_isInTopics = m_key == "topics";
        ++m_depth;
        return true;
    }
    bool end_array() override
    {
        --m_depth;
        if (m_depth == 1)
            m_isInTopics = false;
        return true;
    }

    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override
    {
        m_position = position;
        m_what = error.what();
        return false;
    }

    [[nodiscard]] std::size_t position() const noexcept { return m_position; }
    [[nodiscard]] const std::string& what() const noexcept { return m_what; }

private:
    bool scalar()
    {
        if (m_depth == 0)
            m_out.shape = JsonSummary::Shape::Scalar;
        return true;
    }

    JsonSummary& m_out;
    std::string m_key;
    std::string m_what;
    std::size_t m_position = 0;
    std::size_t m_depth = 0;
    int m_topicRank = 0;
    bool m_isObject = false;
    bool m_isInTopics = false;
    bool m_isCloudEvent = false;
};

// The library's sentence without its code, its own position and the piece of input, which may be
// anything, secrets and broken UTF-8 included.
std::string plainReason(std::string_view what)
{
    if (const std::size_t at = what.find(", column "); at != std::string_view::npos)
        what.remove_prefix(std::min(what.find(": ", at) + 2, what.size()));
    if (what.starts_with("syntax error while parsing "))
        what.remove_prefix(27);
    std::string text(what);
    if (const std::size_t read = text.find("; last read: '"); read != std::string::npos) {
        const std::size_t expected = text.rfind("; expected ");
        text.erase(read, expected != std::string::npos && expected > read ? expected - read
                                                                          : std::string::npos);
    }
    return text;
}

bool isBlank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isSameKey(std::string_view key, std::string_view plain) noexcept
{
    std::size_t at = 0;
    for (const char c : key) {
        if (c == '_' || c == '-')
            continue;
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (at == plain.size() || plain[at] != small)
            return false;
        ++at;
    }
    return at == plain.size();
}

} // namespace

int topicKeyRank(std::string_view key) noexcept
{
    if (key.empty())
        return 0;
    switch (key.front()) {
    case 't':
    case 'T':
        return isSameKey(key, "topic") ? 3 : 0;
    case 'c':
    case 'C':
        return isSameKey(key, "channel") ? 2 : 0;
    case 's':
    case 'S':
        return isSameKey(key, "subject") ? kSubjectRank : 0;
    default:
        return 0;
    }
}

JsonSummary summarizeJson(std::string_view text, std::size_t firstLine)
{
    JsonSummary out;
    Collector collector(out);
    if (Json::sax_parse(text.begin(), text.end(), &collector))
        return out;
    out.shape = JsonSummary::Shape::Broken;
    const std::string_view before =
        text.substr(0, std::min(text.size(), collector.position() ? collector.position() - 1 : 0));
    out.line = firstLine + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const std::size_t lineStart = before.rfind('\n');
    const std::size_t column =
        before.size() - (lineStart == std::string_view::npos ? 0 : lineStart + 1) + 1;
    out.reason = "not JSON at line " + std::to_string(out.line) + ", column " +
                 std::to_string(column) + ": " + plainReason(collector.what());
    return out;
}

std::vector<std::string_view> elementsOf(std::string_view array)
{
    std::vector<std::string_view> elements;
    std::size_t depth = 0;
    std::size_t begin = 0;
    bool inString = false;
    const auto add = [&](std::size_t end) {
        while (begin < end && isBlank(array[begin]))
            ++begin;
        while (end > begin && isBlank(array[end - 1]))
            --end;
        if (end > begin)
            elements.push_back(array.substr(begin, end - begin));
    };
    for (std::size_t i = 0; i < array.size(); ++i) {
        const char c = array[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
            continue;
        }
        switch (c) {
        case '"':
            inString = true;
            break;
        case '[':
        case '{':
            if (++depth == 1)
                begin = i + 1;
            break;
        case ']':
        case '}':
            if (depth-- == 1) {
                add(i);
                return elements;
            }
            break;
        case ',':
            if (depth == 1) {
                add(i);
                begin = i + 1;
            }
            break;
        default:
            break;
        }
    }
    return elements;
}

} // namespace murmur
