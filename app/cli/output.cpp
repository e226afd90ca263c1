// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "output.h"

#include "command.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::size_t kBufferSize = 128 * 1024;

/// The length of the well-formed UTF-8 sequence at `at`, or 0.
std::size_t sequenceLength(std::string_view text, std::size_t at) noexcept
{
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        // Neither overlong forms nor surrogates.
        const bool isBad = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F);
        return !isBad && follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool isBad = (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
        return !isBad && follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

void appendEscaped(std::string& out, std::string_view text)
{
    static constexpr std::string_view hex = "0123456789abcdef";
    std::size_t start = 0;
    std::size_t at = 0;
    const auto flush = [&] { out.append(text.substr(start, at - start)); };
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != 0x7F) {
            ++at;
            continue;
        }
        if (c >= 0x80) {
            if (const std::size_t length = sequenceLength(text, at); length != 0) {
                at += length;
                continue;
            }
            flush();
            out += "\xEF\xBF\xBD";
        } else {
            flush();
            switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += hex[c >> 4];
                out += hex[c & 15];
            }
        }
        start = ++at;
    }
    flush();
}

} // namespace

void JsonWriter::separate()
{
    if (m_needsComma)
        m_out += ',';
    m_needsComma = true;
}

void JsonWriter::open(char bracket)
{
    separate();
    m_out += bracket;
    m_needsComma = false;
}

void JsonWriter::close(char bracket)
{
    m_out += bracket;
    m_needsComma = true;
}

void JsonWriter::key(std::string_view name)
{
    separate();
    m_out += '"';
    appendEscaped(m_out, name);
    m_out += "\":";
    m_needsComma = false;
}

void JsonWriter::text(std::string_view utf8)
{
    separate();
    m_out += '"';
    appendEscaped(m_out, utf8);
    m_out += '"';
}

void JsonWriter::text(const QString& value)
{
    const QByteArray utf8 = value.toUtf8();
    text(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
}

void JsonWriter::textOrNull(std::string_view utf8)
{
    if (utf8.empty())
        null();
    else
        text(utf8);
}

void JsonWriter::textOrNull(const QString& value)
{
    if (value.isEmpty())
        null();
    else
        text(value);
}

void JsonWriter::number(std::int64_t value)
{
    separate();
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    m_out.append(digits.data(), end);
}

void JsonWriter::boolean(bool value)
{
    raw(value ? "true" : "false");
}

void JsonWriter::null()
{
    raw("null");
}

void JsonWriter::raw(std::string_view json)
{
    separate();
    m_out += json;
}

bool isUtf8(std::string_view bytes) noexcept
{
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = sequenceLength(bytes, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

bool StandardOutput::write(std::string_view text)
{
    if (m_error != 0)
        return false;
    m_buffer += text;
    return m_buffer.size() < kBufferSize || flush();
}

bool StandardOutput::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty() && m_error == 0) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written >= 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            m_error = errno;
    }
    m_buffer.clear();
    return m_error == 0;
}

int StandardOutput::finish()
{
    flush();
    if (m_error == 0 || m_error == EPIPE)
        return kDone;
    const QString reason = QString::fromLocal8Bit(std::strerror(m_error));
    return failed({m_error == ENOSPC ? ErrorCode::Unwritable : ErrorCode::Unwritable,
                   u"Standard output cannot be written: %1. Send it elsewhere."_s.arg(reason)});
}

Table::Table(std::vector<Column> columns)
    : m_columns(std::move(columns))
{
    for (const Column& column : m_columns)
        m_widths.push_back(column.title.size());
}

void Table::add(std::vector<QString> cells)
{
    cells.resize(m_columns.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i] = printable(std::move(cells[i]));
        const int limit = m_columns[i].maxWidth;
        if (limit > 1 && cells[i].size() > limit)
            cells[i] = cells[i].left(limit - 1) + u'…';
    }
    m_rows.push_back(std::move(cells));
}

std::string Table::takeText()
{
    if (m_hasTitles) {
        std::vector<QString> titles;
        for (const Column& column : m_columns)
            titles.push_back(column.title);
        m_rows.insert(m_rows.begin(), std::move(titles));
        m_hasTitles = false;
    }
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            m_widths[i] = std::max(m_widths[i], row[i].size());
    }
    QString out;
    for (const auto& row : m_rows) {
        QString line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i != 0)
                line += u"  "_s;
            line += m_columns[i].isNumber ? row[i].rightJustified(m_widths[i])
                                          : row[i].leftJustified(m_widths[i]);
        }
        while (line.endsWith(u' '))
            line.chop(1);
        out += line + u'\n';
    }
    m_rows.clear();
    return out.toStdString();
}

QString printable(QString text)
{
    for (QChar& c : text) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format ||
            c == QChar::LineSeparator || c == QChar::ParagraphSeparator)
            c = u'·';
    }
    return text;
}

void appendCsv(std::string& out, std::string_view field)
{
    if (field.find_first_of("\",\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

QString grouped(std::int64_t number)
{
    return QLocale(QLocale::English, QLocale::UnitedStates)
        .toString(static_cast<qlonglong>(number));
}

} // namespace murmur::cli
