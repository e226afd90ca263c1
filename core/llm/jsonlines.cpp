// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/jsonlines.h"

#include "llm/jsonreach.h"

namespace murmur {

namespace {

constexpr int kDeepestLine = 64;

class LineWriter
{
public:
    LineWriter(std::vector<JsonLine>& lines, std::size_t most)
        : m_lines(lines)
        , m_most(most)
    {
    }

    void write(const llm::Json& value, std::string key, int depth)
    {
        if (m_lines.size() >= m_most || depth > kDeepestLine) {
            m_isCut = true;
            return;
        }
        if (!llm::isObject(value) && !llm::isArray(value)) {
            m_lines.push_back({depth, std::move(key),
                               value.is_null() ? "null" : llm::textOrJson(value),
                               llm::isText(value)});
            return;
        }
        const bool isList = llm::isArray(value);
        const std::size_t size =
            isList ? simdjson::dom::array(value).size() : simdjson::dom::object(value).size();
        // The root has no line of its own: its members are the tree.
        const bool hasLine = !key.empty() || size == 0;
        if (hasLine)
            m_lines.push_back({depth, std::move(key), size > 0 ? "" : isList ? "[]" : "{}", false});
        const int below = depth + (hasLine ? 1 : 0);
        if (isList) {
            std::size_t index = 0;
            for (const llm::Json item : simdjson::dom::array(value))
                write(item, "[" + std::to_string(index++) + "]", below);
        } else {
            for (const auto& [name, member] : simdjson::dom::object(value))
                write(member, name.empty() ? "\"\"" : std::string(name), below);
        }
    }
    [[nodiscard]] bool isCut() const { return m_isCut; }

private:
    std::vector<JsonLine>& m_lines;
    std::size_t m_most;
    bool m_isCut = false;
};

} // namespace

std::optional<std::vector<JsonLine>> jsonLines(std::string_view text, std::size_t most)
{
    try {
        llm::Texts texts;
        const auto root = texts.parse(text);
        if (!root)
            return {};
        std::vector<JsonLine> lines;
        LineWriter writer(lines, most);
        writer.write(*root, {}, 0);
        if (writer.isCut())
            lines.push_back({0, {}, "…", false});
        return lines;
    } catch (const simdjson::simdjson_error&) {
        return {};
    }
}

} // namespace murmur
