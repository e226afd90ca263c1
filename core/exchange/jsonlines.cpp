// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/jsonlines.h"

#include "exchange/messagejson.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

namespace {

constexpr std::string_view kBlanks = " \t\r\n\x1e"; // RS stands before each text of a JSON sequence

std::string_view withoutBlanks(std::string_view text) noexcept
{
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Cuts the elements out of a list, byte by byte, until it closes. Knows brackets and texts, no
/// more: what stands between is judged by who reads it.
class ListCutter
{
public:
    void begin() { *this = {}; }
    /// Takes bytes from `bytes` until the list closes or there are none; true: it has closed.
    /// `line` is counted on.
    template<typename TakeElement>
    bool feed(std::string_view& bytes, std::int64_t& line, const TakeElement& take)
    {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const char c = bytes[i];
            line += c == '\n';
            if (m_isInText) {
                add(c);
                m_isInText = m_isEscaped || c != '"';
                m_isEscaped = !m_isEscaped && c == '\\';
                continue;
            }
            if (m_depth == 0 && (c == ',' || c == ']')) {
                end(take);
                if (c != ']')
                    continue;
                bytes.remove_prefix(i + 1);
                return true;
            }
            if (m_size == 0 && kBlanks.find(c) != std::string_view::npos)
                continue;
            if (m_size == 0)
                m_line = line;
            m_isInText = c == '"';
            m_depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            add(c);
        }
        bytes = {};
        return false;
    }
    /// Something is begun; it is longer than any message may be.
    [[nodiscard]] bool isLost() const { return m_size > kMostOfItem; }
    template<typename TakeElement>
    void end(const TakeElement& take)
    {
        if (m_size > 0)
            take(ImportedItem{withoutBlanks(m_element), m_line, m_size, m_size > kMostOfItem});
        m_element.clear();
        m_size = 0;
        m_depth = 0;
    }

private:
    void add(char c)
    {
        if (++m_size <= kMostOfItem)
            m_element.push_back(c);
        else if (m_size == kMostOfItem + 1)
            m_element.resize(kKeptOfItem);
    }

    std::string m_element;
    std::size_t m_size = 0;
    std::int64_t m_line = 0;
    int m_depth = 0;
    bool m_isInText = false;
    bool m_isEscaped = false;
};

class JsonLines final : public ImportFormat
{
public:
    void feed(std::string_view bytes, const Take& take) override
    {
        while (!bytes.empty()) {
            if (m_isInList) {
                feedList(bytes, take);
                continue;
            }
            const std::size_t end = bytes.find('\n');
            const std::string_view part = bytes.substr(0, end);
            if (end == std::string_view::npos) {
                add(part);
                return;
            }
            bytes.remove_prefix(end + 1);
            if (m_size == 0) {
                takeLine(part, part.size(), take);
            } else {
                add(part);
                takeLine(m_begun, m_size, take);
            }
            m_begun.clear();
            m_size = 0;
            ++m_line;
        }
    }

    void finish(const Take& take) override
    {
        if (m_isInList)
            m_list.end(take); // it never closed
        else if (m_size > 0)
            takeLine(m_begun, m_size, take);
    }

private:
    void add(std::string_view part)
    {
        if (m_size <= kMostOfItem && m_size + part.size() > kMostOfItem) {
            m_begun.append(part.substr(0, kKeptOfItem));
            m_begun.resize(std::min(m_begun.size(), kKeptOfItem));
            m_begun.shrink_to_fit();
        } else if (m_size + part.size() <= kMostOfItem) {
            m_begun += part;
        }
        m_size += part.size();
    }

    void takeLine(std::string_view line, std::size_t size, const Take& take)
    {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (m_line == 1 && line.starts_with(kByteOrderMark)) {
            line.remove_prefix(kByteOrderMark.size());
            size -= kByteOrderMark.size();
        }
        const std::string_view text = withoutBlanks(line);
        if (text.empty())
            return;
        const bool isTruncated = size > kMostOfItem;
        const bool isFirst = std::exchange(m_isFirst, false);
        if (text.front() == '[' && !isTruncated && takeList(text, isFirst, take))
            return;
        take({text, m_line, isTruncated ? size : text.size(), isTruncated});
    }

    /// A list of objects; false: it is another one.
    bool takeList(std::string_view text, bool isFirst, const Take& take)
    {
        const std::string_view inside = withoutBlanks(text.substr(1));
        if (!inside.empty() && inside.front() != '{')
            return false;
        std::string_view rest = text.substr(1);
        std::int64_t line = m_line;
        // Only an input that is one list goes over several lines; elsewhere the line is torn.
        m_list.begin();
        if (!isFirst && !m_list.feed(rest, line, [](const ImportedItem&) {}))
            return false;
        rest = text.substr(1);
        m_list.begin();
        m_isInList = !m_list.feed(rest, line, take);
        if (rest = withoutBlanks(rest); !rest.empty())
            take({rest, m_line, rest.size(), false}); // behind the list, on its line
        return true;
    }

    void feedList(std::string_view& bytes, const Take& take)
    {
        if (m_list.feed(bytes, m_line, take)) {
            m_isInList = false;
        } else if (m_list.isLost()) {
            // A text that was never closed swallows what follows: go on with the next line.
            m_list.end(take);
            m_isInList = false;
        }
    }

    std::string m_begun;    ///< of a line whose end has not come
    std::size_t m_size = 0; ///< of that line, also what is not kept of it
    std::int64_t m_line = 1;
    ListCutter m_list;
    bool m_isFirst = true; ///< nothing has come yet
    bool m_isInList = false;
};

class JsonLinesExport final : public ExportFormat
{
public:
    explicit JsonLinesExport(std::shared_ptr<const Dictionaries> names)
        : m_formatter(std::move(names))
    {
    }
    void begin(std::string&) override {}
    void write(std::string& out, const MessageDetail& message) override
    {
        m_formatter.appendJson(out, m_columns, message);
    }
    void end(std::string&) override {}

private:
    exchange::MessageFormatter m_formatter;
    const std::vector<exchange::MessageColumn> m_columns = exchange::allColumns();
};

} // namespace

std::unique_ptr<ImportFormat> createJsonLines()
{
    return std::make_unique<JsonLines>();
}

std::unique_ptr<ExportFormat> createJsonLinesExport(std::shared_ptr<const Dictionaries> names, bool)
{
    return std::make_unique<JsonLinesExport>(std::move(names));
}

} // namespace murmur
