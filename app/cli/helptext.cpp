// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "helptext.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr qsizetype kWidth = 100;

class HelpText
{
public:
    explicit HelpText(bool isStyled)
        : m_isStyled(isStyled)
    {
    }

    QString of(const QString& page)
    {
        for (const QString& line : page.split(u'\n'))
            add(line);
        endTable();
        return m_out.trimmed() + u'\n';
    }

private:
    void add(const QString& line)
    {
        static const QRegularExpression heading(u"^(#+) (.*)$"_s);
        if (m_isInComment || line.startsWith(u"<!--")) {
            m_isInComment = !line.contains(u"-->");
            return;
        }
        if (line.startsWith(u'|')) {
            addRow(line);
            return;
        }
        endTable();
        if (const auto match = heading.match(line); match.hasMatch()) {
            const QString text = plain(match.captured(2));
            m_out += strong(match.capturedLength(1) == 1 ? text.toUpper() : text) + u'\n';
        } else if (line.startsWith(u"    ")) {
            m_out += strong(line) + u'\n';
        } else {
            m_out += inlineText(line) + u'\n';
        }
    }

    /// Cells are split where a bar is not part of code or escaped.
    void addRow(const QString& line)
    {
        QStringList cells;
        QString cell;
        bool isCode = false;
        for (qsizetype i = 1; i < line.size(); ++i) {
            const QChar c = line[i];
            if (c == u'\\' && i + 1 < line.size() && line[i + 1] == u'|') {
                cell += line[++i];
                continue;
            }
            isCode ^= c == u'`';
            if (c == u'|' && !isCode) {
                cells << cell.trimmed();
                cell.clear();
            } else {
                cell += c;
            }
        }
        const bool isRule = std::ranges::all_of(cells, [](const QString& text) {
            return !text.isEmpty() && text.count(u'-') + text.count(u':') == text.size();
        });
        if (!isRule)
            m_rows.push_back(cells);
    }

    void endTable()
    {
        if (m_rows.empty())
            return;
        std::vector<qsizetype> widths;
        for (const QStringList& row : m_rows) {
            widths.resize(std::max(widths.size(), static_cast<std::size_t>(row.size())));
            for (qsizetype i = 0; i < row.size(); ++i)
                widths[static_cast<std::size_t>(i)] =
                    std::max(widths[static_cast<std::size_t>(i)], plain(row[i]).size());
        }
        for (const QStringList& row : m_rows)
            addAligned(row, widths);
        m_rows.clear();
    }

    /// The last column is wrapped into the width that is left for it.
    void addAligned(const QStringList& row, const std::vector<qsizetype>& widths)
    {
        QString line = u"  "_s;
        qsizetype indent = 2;
        for (qsizetype i = 0; i + 1 < row.size(); ++i) {
            const qsizetype width = widths[static_cast<std::size_t>(i)];
            line += inlineText(row[i]) + QString(width - plain(row[i]).size() + 2, u' ');
            indent += width + 2;
        }
        qsizetype at = indent;
        for (const QString& word : row.value(row.size() - 1).split(u' ', Qt::SkipEmptyParts)) {
            const qsizetype size = plain(word).size();
            if (at > indent && at + size > std::max(kWidth, indent + 40)) {
                m_out += line.trimmed().isEmpty() ? u"\n"_s : line + u'\n';
                line = QString(indent, u' ');
                at = indent;
            }
            line += (at > indent ? u" "_s : QString()) + inlineText(word);
            at += size + (at > indent ? 1 : 0);
        }
        while (line.endsWith(u' '))
            line.chop(1);
        m_out += line + u'\n';
    }

    /// Without any mark-up.
    static QString plain(QString text)
    {
        static const QRegularExpression link(uR"(\[([^\]]*)\]\([^)]*\))"_s);
        return text.replace(link, u"\\1"_s).remove(u'`').remove(u"**"_s);
    }
    [[nodiscard]] QString inlineText(const QString& text) const
    {
        if (!m_isStyled)
            return plain(text);
        static const QRegularExpression code(u"`([^`]*)`"_s);
        static const QRegularExpression loud(uR"(\*\*([^*]*)\*\*)"_s);
        static const QRegularExpression link(uR"(\[([^\]]*)\]\([^)]*\))"_s);
        QString styled = text;
        return styled.replace(link, u"\\1"_s)
            .replace(code, u"\u001b[1m\\1\u001b[22m"_s)
            .replace(loud, u"\u001b[1m\\1\u001b[22m"_s);
    }
    [[nodiscard]] QString strong(const QString& text) const
    {
        return m_isStyled ? u"\u001b[1m"_s + text + u"\u001b[22m"_s : text;
    }

    bool m_isStyled;
    bool m_isInComment = false;
    QString m_out;
    std::vector<QStringList> m_rows;
};

} // namespace

QString helpText(const QString& page, bool isStyled)
{
    return HelpText(isStyled).of(page);
}

} // namespace murmur::cli
