// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "output.h"

#include "command.h"

#include <QLocale>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::size_t kBufferSize = 128 * 1024;

} // namespace

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

QString grouped(std::int64_t number)
{
    return QLocale(QLocale::English, QLocale::UnitedStates)
        .toString(static_cast<qlonglong>(number));
}

} // namespace murmur::cli
