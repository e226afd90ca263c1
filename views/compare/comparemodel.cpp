// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/compare/comparemodel.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

bool isNumberColumn(int column)
{
    return column == CompareModel::BeforeColumn || column == CompareModel::AfterColumn ||
           column == CompareModel::MessagesColumn;
}

} // namespace

void CompareModel::show(std::vector<CompareLine> lines)
{
    beginResetModel();
    m_lines = std::move(lines);
    endResetModel();
}

const CompareLine* CompareModel::line(int row) const
{
    return row >= 0 && row < rowCount() ? &m_lines[static_cast<std::size_t>(row)] : nullptr;
}

int CompareModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString CompareModel::text(int row, int column) const
{
    const CompareLine* of = line(row);
    if (of == nullptr)
        return {};
    switch (column) {
    case ChangeColumn:
        switch (of->change) {
        case CompareChange::New:
            return tr("+ new");
        case CompareChange::Missing:
            return tr("− missing");
        case CompareChange::Slower:
            return tr("▲ slower");
        case CompareChange::Faster:
            return tr("▼ faster");
        case CompareChange::MoreErrors:
            return tr("✕ more errors");
        case CompareChange::FewerErrors:
            return tr("✓ fewer errors");
        case CompareChange::More:
            return tr("↑ more");
        case CompareChange::Fewer:
            break;
        }
        return tr("↓ fewer");
    case OfColumn: {
        const std::string_view name = compareWhatName(of->what);
        return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
    }
    case SubjectColumn:
        return of->subject;
    case MeasureColumn:
        return of->measure;
    case BeforeColumn:
        return of->beforeText;
    case AfterColumn:
        return of->afterText;
    default: {
        QStringList seqs;
        for (const Seq seq : of->after3.empty() ? of->before3 : of->after3)
            seqs << numberText(seq);
        return seqs.join(u' ');
    }
    }
}

QString CompareModel::asText() const
{
    QStringList lines;
    for (int row = -1; row < rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < ColumnCount; ++column)
            cells << (row < 0 ? headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()
                              : text(row, column));
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

QVariant CompareModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const CompareLine& of = m_lines[static_cast<std::size_t>(index.row())];
    const Theme& theme = Theme::current();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::FontRole:
        return isNumberColumn(column) ? theme.numberFont(9) : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumberColumn(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        if (column == ChangeColumn) {
            switch (of.change) {
            case CompareChange::MoreErrors:
                return theme.bad;
            case CompareChange::Slower:
                return theme.warning;
            case CompareChange::New:
                return of.what == CompareWhat::Finding ? theme.bad : theme.text;
            case CompareChange::Faster:
            case CompareChange::FewerErrors:
                return theme.good;
            default:
                return theme.text;
            }
        }
        if (column == SubjectColumn || column == AfterColumn)
            return theme.text;
        return column == MessagesColumn ? theme.interaction : theme.secondary;
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        if (role == Qt::AccessibleTextRole && column != ChangeColumn)
            return text(index.row(), column);
        return u"%1: %2 %3, %4, %5"_s.arg(text(index.row(), ChangeColumn).mid(2),
                                          text(index.row(), OfColumn), of.subject, of.measure,
                                          of.sentence());
    default:
        return {};
    }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumberColumn(section) ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case ChangeColumn:
        return tr("Change");
    case OfColumn:
        return tr("Of");
    case SubjectColumn:
        return tr("What");
    case MeasureColumn:
        return tr("Measure");
    case BeforeColumn:
        return tr("Before");
    case AfterColumn:
        return tr("Now");
    default:
        return tr("Messages");
    }
}

} // namespace murmur
