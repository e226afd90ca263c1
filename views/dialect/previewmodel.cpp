// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/previewmodel.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

PreviewModel::PreviewModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void PreviewModel::setRows(std::vector<DialectPreview::Row> rows)
{
    const bool areSameMessages = rows.size() == m_rows.size() &&
                                 std::ranges::equal(rows, m_rows, {}, &DialectPreview::Row::message,
                                                    &DialectPreview::Row::message);
    if (!areSameMessages) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    m_rows = std::move(rows);
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, DialectPreview::ColumnCount - 1));
}

QString PreviewModel::asText() const
{
    QStringList lines;
    for (const DialectPreview::Row& row : m_rows) {
        QStringList cells;
        for (int column = 0; column < DialectPreview::ColumnCount; ++column)
            cells << textOf(row, column);
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

int PreviewModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PreviewModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : DialectPreview::ColumnCount;
}

QString PreviewModel::textOf(const DialectPreview::Row& row, int column) const
{
    switch (column) {
    case DialectPreview::SeqColumn:
        return numberText(row.seq);
    case DialectPreview::Topic:
        return row.topic;
    case DialectPreview::Sender:
        return row.sender;
    case DialectPreview::Receivers:
        return row.receivers;
    case DialectPreview::KindColumn:
        return row.problem.isEmpty()
                   ? QString::fromLatin1(kindName(row.kind).data(),
                                         static_cast<qsizetype>(kindName(row.kind).size()))
                   : tr("not understood");
    case DialectPreview::Type:
        return row.type;
    case DialectPreview::Ids:
        return row.ids;
    case DialectPreview::Start:
        return row.start;
    default:
        return {};
    }
}

QVariant PreviewModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DialectPreview::Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<DialectPreview::Column>(index.column());
    const Theme& theme = Theme::current();
    switch (role) {
    case Qt::DisplayRole: {
        const QString text = textOf(row, column);
        return text.isEmpty() && column == DialectPreview::Sender ? u"—"_s : text;
    }
    case Qt::ToolTipRole:
        if (!row.problem.isEmpty())
            return row.problem;
        return row.isOwn(column) ? tr("%1 (by this dialect)").arg(textOf(row, column))
                                 : textOf(row, column);
    case Qt::DecorationRole:
        if (column == DialectPreview::KindColumn && row.problem.isEmpty())
            return kindIcon(row.kind);
        return {};
    case Qt::ForegroundRole:
        if (row.isOwn(column))
            return theme.text;
        return column == DialectPreview::Sender && !row.sender.isEmpty() ? theme.text
                                                                         : theme.secondary;
    case Qt::FontRole: {
        const bool isText = column == DialectPreview::SeqColumn || column == DialectPreview::Start;
        QFont font = isText ? theme.numberFont(9) : theme.interfaceFont();
        font.setBold(row.isOwn(column));
        return font;
    }
    case Qt::TextAlignmentRole:
        return QVariant((column == DialectPreview::SeqColumn ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant PreviewModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == DialectPreview::SeqColumn ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case DialectPreview::SeqColumn:
        return tr("Seq");
    case DialectPreview::Topic:
        return tr("Topic");
    case DialectPreview::Sender:
        return tr("From");
    case DialectPreview::Receivers:
        return tr("To");
    case DialectPreview::KindColumn:
        return tr("Kind");
    case DialectPreview::Type:
        return tr("Type");
    case DialectPreview::Ids:
        return tr("Ids");
    case DialectPreview::Start:
        return tr("Message");
    default:
        return {};
    }
}

} // namespace murmur
