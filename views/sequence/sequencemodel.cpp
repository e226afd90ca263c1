// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequencemodel.h"

#include "base/time.h"
#include "conversations/sequencetext.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

void SequenceModel::show(std::shared_ptr<const Sequence> sequence,
                         std::shared_ptr<const Dictionaries> names)
{
    beginResetModel();
    m_sequence = std::move(sequence);
    m_names = std::move(names);
    endResetModel();
}

int SequenceModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_sequence ? 0 : static_cast<int>(m_sequence->messages.size());
}

int SequenceModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString SequenceModel::text(int row, int column) const
{
    if (!m_sequence || row < 0 || row >= rowCount())
        return {};
    const SequenceMessage& message = m_sequence->messages[static_cast<std::size_t>(row)];
    switch (column) {
    case NumberColumn:
        return numberText(message.shownSeq);
    case TimeColumn:
        return u'+' + durationText(nanoseconds(message.received - m_sequence->start));
    case FromColumn:
    case ToColumn: {
        const QStringList way = messageWay(*m_sequence, message, *m_names).split(u" → "_s);
        return column == FromColumn ? way.value(0) : way.mid(1).join(u" → "_s);
    }
    case WhatColumn:
        return kindGlyph(message.kind) + u' ' + messageTitle(message, *m_names);
    case TookColumn:
        return message.latency >= 0 ? durationText(nanoseconds(message.latency)) : QString();
    default:
        return messageRemarks(message);
    }
}

QString SequenceModel::asText() const
{
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < ColumnCount; ++column)
        cells << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines << cells.join(u'\t');
    for (int row = 0; row < rowCount(); ++row) {
        cells.clear();
        for (int column = 0; column < ColumnCount; ++column)
            cells << text(row, column);
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

QVariant SequenceModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || !m_sequence)
        return {};
    const Theme& theme = Theme::current();
    const int column = index.column();
    const bool isNumber = column == NumberColumn || column == TimeColumn || column == TookColumn;
    const SequenceMessage& message = m_sequence->messages[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::FontRole:
        return isNumber ? theme.numberFont(9) : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        if (message.kind == Kind::Error)
            return theme.bad;
        if (message.isUnanswered && column >= WhatColumn)
            return theme.warning;
        return column == WhatColumn || column == TookColumn ? theme.text : theme.secondary;
    case Qt::ToolTipRole:
        return text(index.row(), column);
    default:
        return {};
    }
}

QVariant SequenceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool isNumber = section == NumberColumn || section == TimeColumn || section == TookColumn;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NumberColumn:
        return tr("Message");
    case TimeColumn:
        return tr("After");
    case FromColumn:
        return tr("From");
    case ToColumn:
        return tr("To");
    case WhatColumn:
        return tr("What");
    case TookColumn:
        return tr("Took");
    default:
        return tr("Remarks");
    }
}

} // namespace murmur
