// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/explain.h"

#include "dialect/envelope.h"

#include <algorithm>
#include <array>

namespace murmur {

namespace {

/// Walks JSON text and knows at each byte where in it that is. Says nothing about whether it is
/// well-formed.
class PlaceWalker
{
public:
    explicit PlaceWalker(std::string_view raw)
        : m_raw(raw)
    {
    }
    std::string placeOf(std::size_t offset);

private:
    struct Level
    {
        bool isObject = false;
        bool expectsKey = false;
        std::size_t number = 0;
        std::string_view key;
    };
    [[nodiscard]] std::size_t endOfText(std::size_t begin) const;
    [[nodiscard]] std::string place() const;
    void step(char c);

    std::string_view m_raw;
    std::vector<Level> m_levels;
};

std::size_t PlaceWalker::endOfText(std::size_t begin) const
{
    for (std::size_t i = begin + 1; i < m_raw.size(); ++i) {
        if (m_raw[i] == '\\')
            ++i;
        else if (m_raw[i] == '"')
            return i;
    }
    return m_raw.size();
}

std::string PlaceWalker::place() const
{
    std::string text;
    for (const Level& level : m_levels) {
        if (!text.empty())
            text += '>';
        text += level.isObject ? std::string(level.key) : std::to_string(level.number);
    }
    return text;
}

void PlaceWalker::step(char c)
{
    if (c == '{' || c == '[') {
        m_levels.push_back({c == '{', c == '{', 0, {}});
    } else if (c == '}' || c == ']') {
        if (!m_levels.empty())
            m_levels.pop_back();
    } else if (c == ',' && !m_levels.empty()) {
        ++m_levels.back().number;
        m_levels.back().expectsKey = m_levels.back().isObject;
    }
}

std::string PlaceWalker::placeOf(std::size_t offset)
{
    for (std::size_t i = 0; i < m_raw.size() && i <= offset; ++i) {
        const char c = m_raw[i];
        if (m_levels.empty() && c != '{' && c != '[')
            continue; // a frame's lengths, or text before the JSON
        if (c != '"') {
            if (i == offset)
                return place();
            step(c);
            continue;
        }
        const std::size_t end = endOfText(i);
        Level& level = m_levels.back();
        if (level.expectsKey) {
            level.key = m_raw.substr(i + 1, end - i - 1);
            level.expectsKey = false;
        }
        if (offset <= end)
            return place();
        i = end;
    }
    return {};
}

bool within(std::string_view part, std::string_view whole)
{
    return std::less_equal<>()(whole.data(), part.data()) &&
           std::less_equal<>()(part.data() + part.size(), whole.data() + whole.size());
}

std::string placeOf(std::string_view text, const MessageView& message)
{
    if (within(text, message.raw)) {
        const auto offset = static_cast<std::size_t>(text.data() - message.raw.data());
        const std::string place = jsonPlaceOf(message.raw, offset);
        return place.empty() ? "byte " + std::to_string(offset) : place;
    }
    if (within(text, message.topic))
        return "the topic";
    HeaderCursor header(message.headers);
    while (header.next()) {
        if (within(text, header.value) || header.value == text)
            return "header " + std::string(header.name);
    }
    // A text with escapes, or one that was put together.
    const std::size_t found = text.empty() ? std::string_view::npos : message.raw.find(text);
    const std::string place =
        found == std::string_view::npos ? std::string() : jsonPlaceOf(message.raw, found);
    return place.empty() ? "what the dialect knows" : place;
}

} // namespace

std::string jsonPlaceOf(std::string_view raw, std::size_t offset)
{
    return PlaceWalker(raw).placeOf(offset);
}

Explanation explain(const MessageView& message, std::string_view forced,
                    const std::vector<DialectRule>& kept, std::uint32_t connection)
{
    Explanation all;
    DialectChooser chooser;
    const std::vector<double> sure = chooser.confidences(message);
    for (std::size_t i = 0; i < sure.size(); ++i) {
        if (sure[i] > 0)
            all.confidences.push_back({dialects()[i].id, sure[i]});
    }
    std::ranges::stable_sort(all.confidences, std::greater<>(),
                             &Explanation::Confidence::confidence);
    auto rules = dialectRules(forced, kept);
    if (rules && forced.empty())
        *rules = kept;
    if (rules)
        chooser.use(std::move(*rules));
    Interpretation out;
    chooser.interpret(connection, 0, message, out);
    all.dialect = chooser.named(connection, message.topic);
    if (all.dialect.empty())
        all.dialect = all.confidences.front().dialect;
    all.undecodable = out.undecodable;
    if (!all.undecodable.empty())
        return all;

    const auto add = [&](std::string_view name, std::string_view text) {
        if (text.empty())
            return;
        Explanation::Field field{name, std::string(text), placeOf(text, message)};
        if (within(text, message.raw)) {
            field.begin = static_cast<std::size_t>(text.data() - message.raw.data());
            field.size = text.size();
        }
        all.fields.push_back(std::move(field));
    };
    all.fields.push_back({"kind", std::string(kindName(out.kind)), "what the dialect knows"});
    add("type", out.type);
    add("topic", out.topic);
    add("from", out.sender);
    for (const std::string_view receiver : out.receivers)
        add("to", receiver);
    static constexpr std::array<std::string_view, kIdFieldCount> kIds{
        "id", "correlation", "trace", "span", "parent_span", "conversation", "reply_to"};
    for (std::size_t i = 0; i < kIds.size(); ++i)
        add(kIds[i], out.ids[i]);
    for (const std::string_view parent : out.parents)
        add("cause", parent);
    for (std::size_t i = 0; i < kLabelCount; ++i)
        add(labelName(static_cast<Label>(i)), out.labels[i]);
    if (out.sent != kNoTime)
        all.fields.push_back({"sent", isoTimeUtf8(out.sent), "the sender's clock"});
    if (out.sequence != kNoTime)
        all.fields.push_back({"sequence", std::to_string(out.sequence), "a number of the message"});
    if (out.payload.data() != nullptr)
        add("payload", out.payload);
    for (const auto& [key, value] : out.state)
        all.fields.push_back(
            {"state", std::string(key) + " = " + std::string(value), placeOf(value, message)});
    return all;
}

} // namespace murmur
