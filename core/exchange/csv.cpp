// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/csv.h"

#include "exchange/jsonwriter.h"
#include "exchange/messagejson.h"

#include <simdjson.h>

#include <string>
#include <vector>

namespace murmur {

namespace {

/// Columns that we write as lists, with commas.
bool isListColumn(std::string_view name) noexcept
{
    return name == "to" || name == "flags";
}

class CsvInput final : public ImportFormat
{
public:
    void feed(std::string_view bytes, const Take& take) override
    {
        for (const char c : bytes) {
            if (isPartOfMark(c))
                continue;
            if (c == '\n' && !m_isQuoted) {
                endRow(take);
                ++m_line;
                m_rowLine = m_line;
                continue;
            }
            m_line += c == '\n';
            if (c == '"')
                m_isQuoted = !m_isQuoted;
            if (++m_size <= kMostOfItem)
                m_row.push_back(c);
            else if (m_size == kMostOfItem + 1)
                m_row.resize(kKeptOfItem);
        }
    }

    void finish(const Take& take) override { endRow(take); }

private:
    /// Passes over a byte order mark.
    bool isPartOfMark(char c)
    {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (m_mark >= kByteOrderMark.size())
            return false;
        if (c == kByteOrderMark[m_mark]) {
            ++m_mark;
            return true;
        }
        m_mark = kByteOrderMark.size();
        return false;
    }

    void endRow(const Take& take)
    {
        if (!m_isQuoted && !m_row.empty() && m_row.back() == '\r')
            m_row.pop_back();
        if (!m_row.empty() && m_titles.empty())
            readTitles();
        else if (!m_row.empty())
            takeRow(take);
        m_row.clear();
        m_size = 0;
        m_isQuoted = false;
    }

    void readTitles()
    {
        for (const char divider : {',', ';', '\t'}) {
            m_divider = divider;
            m_titles = cells();
            if (m_titles.size() > 1)
                return;
        }
        m_divider = ',';
    }

    void takeRow(const Take& take)
    {
        const bool isTruncated = m_size > kMostOfItem;
        const std::vector<std::string> values = isTruncated ? std::vector<std::string>() : cells();
        if (isTruncated || values.size() > m_titles.size()) {
            take({m_row, m_rowLine, m_size, isTruncated});
            return;
        }
        m_json.clear();
        JsonWriter writer(m_json);
        writer.beginObject();
        for (std::size_t i = 0; i < values.size(); ++i) {
            writer.key(m_titles[i]);
            write(writer, m_titles[i], values[i]);
        }
        writer.endObject();
        take({m_json, m_rowLine, m_json.size(), false});
    }

    void write(JsonWriter& writer, std::string_view title, const std::string& value)
    {
        if (isListColumn(title)) {
            writer.beginArray();
            for (std::size_t at = 0; at < value.size();) {
                const std::size_t end = std::min(value.find(',', at), value.size());
                writer.text(std::string_view(value).substr(at, end - at));
                at = end + 1;
            }
            writer.endArray();
        } else if (value.empty()) {
            writer.null();
        } else if (isJson(value)) {
            writer.raw(value);
        } else {
            writer.text(value);
        }
    }

    /// A number, an object, a list or a quoted text; not the words of JSON.
    bool isJson(const std::string& value)
    {
        static constexpr std::string_view kBegins = "-0123456789{[\"";
        if (kBegins.find(value.front()) == std::string_view::npos)
            return false;
        simdjson::dom::element root;
        return !m_parser.parse(value).get(root);
    }

    [[nodiscard]] std::vector<std::string> cells() const
    {
        std::vector<std::string> all(1);
        bool isQuoted = false;
        for (std::size_t i = 0; i < m_row.size(); ++i) {
            const char c = m_row[i];
            if (isQuoted && c == '"' && i + 1 < m_row.size() && m_row[i + 1] == '"')
                all.back() += m_row[++i];
            else if (c == '"')
                isQuoted = !isQuoted;
            else if (c == m_divider && !isQuoted)
                all.emplace_back();
            else
                all.back() += c;
        }
        return all;
    }

    std::vector<std::string> m_titles;
    std::string m_row;      ///< without its end
    std::size_t m_size = 0; ///< of the whole row
    std::string m_json;
    simdjson::dom::parser m_parser;
    std::size_t m_mark = 0; ///< bytes of a byte order mark that have come
    std::int64_t m_line = 1;
    std::int64_t m_rowLine = 1;
    char m_divider = ',';
    bool m_isQuoted = false;
};

class CsvExport final : public ExportFormat
{
public:
    CsvExport(std::shared_ptr<const Dictionaries> names, bool hasSeveral)
        : m_formatter(std::move(names))
        , m_hasSeveral(hasSeveral)
    {
    }
    void begin(std::string& out) override
    {
        if (m_hasSeveral)
            out += "recording,";
        for (const exchange::MessageColumn& column : m_columns) {
            appendCsv(out, column.title.toStdString());
            out += &column == &m_columns.back() ? '\n' : ',';
        }
    }
    void write(std::string& out, const MessageDetail& message) override
    {
        m_formatter.appendCsv(out, m_columns, message);
    }
    void end(std::string&) override {}

private:
    exchange::MessageFormatter m_formatter;
    const std::vector<exchange::MessageColumn> m_columns = exchange::allColumns();
    const bool m_hasSeveral;
};

} // namespace

std::unique_ptr<ImportFormat> createCsvInput()
{
    return std::make_unique<CsvInput>();
}

std::unique_ptr<ExportFormat> createCsvExport(std::shared_ptr<const Dictionaries> names,
                                              bool hasSeveral)
{
    return std::make_unique<CsvExport>(std::move(names), hasSeveral);
}

} // namespace murmur
