// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sqlprinter.h"

#include <QByteArray>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

/// A table is aligned page by page; later pages only get wider.
constexpr std::size_t kTablePage = 200;
constexpr int kMaxCell = 60;
/// Bytes of a cell that can be seen at all.
constexpr std::size_t kMaxShown = 4 * kMaxCell;

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

std::string numberText(const SqlValue& value)
{
    if (value.is == SqlValue::Is::Integer)
        return std::to_string(value.integer);
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.real).ptr;
    return {digits.data(), end};
}

std::string base64(std::string_view bytes)
{
    return QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size()))
        .toBase64()
        .toStdString();
}

QString cellText(const SqlValue& value)
{
    switch (value.is) {
    case SqlValue::Is::Null:
        return {};
    case SqlValue::Is::Integer:
    case SqlValue::Is::Real:
        return QString::fromStdString(numberText(value));
    case SqlValue::Is::Text:
        return textOf(value.bytes.substr(0, kMaxShown));
    case SqlValue::Is::Blob:
        break;
    }
    // Most raw bytes are text all the same.
    if (isUtf8(value.bytes))
        return textOf(value.bytes.substr(0, kMaxShown));
    const std::string_view shown = value.bytes.substr(0, kMaxCell / 2);
    return u"x'%1'"_s.arg(QString::fromLatin1(
        QByteArray(shown.data(), static_cast<qsizetype>(shown.size())).toHex()));
}

} // namespace

void SqlPrinter::begin(std::span<const SqlColumn> columns)
{
    m_hasBegun = true;
    m_columns.assign(columns.begin(), columns.end());
    if (m_form == SqlForm::Csv) {
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            if (i != 0)
                m_text += ',';
            cli::appendCsv(m_text, m_columns[i].name);
        }
        m_text += '\n';
    }
    if (m_form != SqlForm::Json)
        return;
    // An object cannot hold two members of one name.
    for (auto column = m_columns.begin(); column != m_columns.end(); ++column) {
        const std::string name = column->name;
        for (int n = 1;
             std::any_of(m_columns.begin(), column,
                         [&](const SqlColumn& before) { return before.name == column->name; });
             ++n)
            column->name = name + ':' + std::to_string(n);
    }
}

void SqlPrinter::startTable(std::span<const SqlValue> firstRow)
{
    std::vector<Table::Column> columns;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const bool isNumber = m_columns[i].isNumber ||
                              (i < firstRow.size() && (firstRow[i].is == SqlValue::Is::Integer ||
                                                       firstRow[i].is == SqlValue::Is::Real));
        columns.push_back({textOf(m_columns[i].name), isNumber, kMaxCell});
    }
    m_table.emplace(std::move(columns));
}

bool SqlPrinter::print(std::span<const SqlValue> row)
{
    switch (m_form) {
    case SqlForm::Json:
        appendJson(row);
        break;
    case SqlForm::Csv:
        appendCsv(row);
        break;
    case SqlForm::Table: {
        if (!m_table)
            startTable(row);
        std::vector<QString> cells;
        for (const SqlValue& value : row)
            cells.push_back(cellText(value));
        m_table->add(std::move(cells));
        if (m_table->size() >= kTablePage)
            m_text += m_table->takeText();
        break;
    }
    }
    const bool isOpen = m_output.write(m_text);
    m_text.clear();
    return isOpen;
}

void SqlPrinter::appendJson(std::span<const SqlValue> row)
{
    JsonWriter writer(m_text);
    writer.beginObject();
    for (std::size_t i = 0; i < row.size(); ++i) {
        const SqlValue& value = row[i];
        writer.key(m_columns[i].name);
        switch (value.is) {
        case SqlValue::Is::Null:
            writer.null();
            break;
        case SqlValue::Is::Integer:
            writer.number(value.integer);
            break;
        case SqlValue::Is::Real:
            // JSON knows no infinity.
            if (std::isfinite(value.real))
                writer.raw(numberText(value));
            else
                writer.null();
            break;
        case SqlValue::Is::Text:
            if (m_columns[i].isJson)
                writer.raw(value.bytes);
            else
                writer.text(value.bytes);
            break;
        case SqlValue::Is::Blob:
            writer.text(base64(value.bytes));
            writer.key(m_columns[i].name + "_encoding");
            writer.text(std::string_view("base64"));
            break;
        }
    }
    writer.endObject();
    m_text += '\n';
}

void SqlPrinter::appendCsv(std::span<const SqlValue> row)
{
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0)
            m_text += ',';
        switch (row[i].is) {
        case SqlValue::Is::Null:
            break;
        case SqlValue::Is::Integer:
        case SqlValue::Is::Real:
            m_text += numberText(row[i]);
            break;
        case SqlValue::Is::Text:
            if (row[i].bytes.empty())
                m_text += "\"\""; // NULL is nothing at all
            else
                cli::appendCsv(m_text, row[i].bytes);
            break;
        case SqlValue::Is::Blob:
            m_text += base64(row[i].bytes);
            break;
        }
    }
    m_text += '\n';
}

int SqlPrinter::finish()
{
    if (m_form == SqlForm::Table) {
        if (!m_table)
            startTable({});
        m_text += m_table->takeText();
    }
    m_output.write(m_text);
    m_text.clear();
    return m_output.finish();
}

} // namespace murmur::cli
