// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/promptdiff.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMostCells = std::size_t{1} << 20;

template<typename Equal>
std::vector<Edit> editsOf(std::size_t before, std::size_t after, Equal equal)
{
    std::vector<Edit> edits;
    std::size_t begin = 0;
    while (begin < before && begin < after && equal(begin, begin))
        ++begin;
    std::size_t tail = 0;
    while (tail < before - begin && tail < after - begin &&
           equal(before - 1 - tail, after - 1 - tail))
        ++tail;
    for (std::size_t i = 0; i < begin; ++i)
        edits.push_back({Edit::Is::Same, i, i});
    const std::size_t rows = before - begin - tail;
    const std::size_t columns = after - begin - tail;
    std::size_t i = 0;
    std::size_t j = 0;
    if (rows > 0 && columns > 0 && (rows + 1) * (columns + 1) <= kMostCells) {
        // longest[i][j]: of what lies behind i and j
        std::vector<std::uint32_t> longest((rows + 1) * (columns + 1));
        const auto at = [&](std::size_t r, std::size_t c) -> std::uint32_t& {
            return longest[r * (columns + 1) + c];
        };
        for (std::size_t r = rows; r-- > 0;) {
            for (std::size_t c = columns; c-- > 0;)
                at(r, c) = equal(begin + r, begin + c) ? at(r + 1, c + 1) + 1
                                                       : std::max(at(r + 1, c), at(r, c + 1));
        }
        while (i < rows && j < columns) {
            if (equal(begin + i, begin + j)) {
                edits.push_back({Edit::Is::Same, begin + i, begin + j});
                ++i;
                ++j;
            } else if (at(i + 1, j) >= at(i, j + 1)) {
                edits.push_back({Edit::Is::Dropped, begin + i++, 0});
            } else {
                edits.push_back({Edit::Is::Added, 0, begin + j++});
            }
        }
    }
    for (; i < rows; ++i)
        edits.push_back({Edit::Is::Dropped, begin + i, 0});
    for (; j < columns; ++j)
        edits.push_back({Edit::Is::Added, 0, begin + j});
    for (std::size_t k = tail; k > 0; --k)
        edits.push_back({Edit::Is::Same, before - k, after - k});
    return edits;
}

std::vector<std::string_view> linesIn(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

} // namespace

std::string linesOf(const ModelMessage& message)
{
    std::string text;
    for (const ModelPart& part : message.parts) {
        if (!text.empty())
            text += '\n';
        switch (part.is) {
        case ModelPart::Is::Text:
        case ModelPart::Is::Thinking:
        case ModelPart::Is::ToolResult:
        case ModelPart::Is::Data:
            text += part.text;
            break;
        case ModelPart::Is::ToolCall:
            text += part.name + "(" + part.text + ")";
            break;
        case ModelPart::Is::Image:
            text += part.isLink ? "image " + part.text
                                : "image of " + std::to_string(part.text.size() / 4 * 3) + " bytes";
            break;
        }
    }
    return text;
}

std::vector<LineEdit> lineEdits(std::string_view before, std::string_view after)
{
    const std::vector<std::string_view> old = linesIn(before);
    const std::vector<std::string_view> now = linesIn(after);
    std::vector<LineEdit> lines;
    for (const Edit& edit : editsOf(old.size(), now.size(),
                                    [&](std::size_t a, std::size_t b) { return old[a] == now[b]; }))
        lines.push_back({edit.is, std::string(edit.is == Edit::Is::Dropped ? old[edit.before]
                                                                           : now[edit.after])});
    return lines;
}

std::vector<PromptEdit> promptEdits(const std::vector<ModelMessage>& before,
                                    const std::vector<ModelMessage>& after)
{
    const std::vector<Edit> edits =
        editsOf(before.size(), after.size(),
                [&](std::size_t a, std::size_t b) { return before[a] == after[b]; });
    std::vector<PromptEdit> made;
    for (std::size_t i = 0; i < edits.size();) {
        if (edits[i].is == Edit::Is::Same) {
            made.push_back({PromptEdit::Is::Same, edits[i].before, edits[i].after, {}});
            ++i;
            continue;
        }
        std::vector<std::size_t> dropped;
        std::vector<std::size_t> added;
        for (; i < edits.size() && edits[i].is != Edit::Is::Same; ++i)
            edits[i].is == Edit::Is::Dropped ? dropped.push_back(edits[i].before)
                                             : added.push_back(edits[i].after);
        std::size_t next = 0;
        for (const std::size_t old : dropped) {
            if (next < added.size() && before[old].role == after[added[next]].role) {
                const std::size_t now = added[next++];
                made.push_back({PromptEdit::Is::Changed, old, now,
                                lineEdits(linesOf(before[old]), linesOf(after[now]))});
            } else {
                made.push_back({PromptEdit::Is::Dropped, old, 0, {}});
            }
        }
        for (; next < added.size(); ++next)
            made.push_back({PromptEdit::Is::Added, 0, added[next], {}});
    }
    return made;
}

} // namespace murmur
