// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/comparisonmodel.h"

#include "conversations/conversationtext.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString wordOf(StepChange difference)
{
    switch (difference) {
    case StepChange::Same:
        return ComparisonModel::tr("same");
    case StepChange::Slower:
        return ComparisonModel::tr("slower");
    case StepChange::Faster:
        return ComparisonModel::tr("faster");
    case StepChange::Failed:
        return ComparisonModel::tr("failed");
    case StepChange::Mended:
        return ComparisonModel::tr("mended");
    case StepChange::New:
        return ComparisonModel::tr("new");
    case StepChange::Missing:
        break;
    }
    return ComparisonModel::tr("missing");
}

QChar signOf(StepChange difference)
{
    switch (difference) {
    case StepChange::Same:
        return u' ';
    case StepChange::Slower:
        return u'▲';
    case StepChange::Faster:
        return u'▽';
    case StepChange::Failed:
        return u'■';
    case StepChange::Mended:
        return u'✓';
    case StepChange::New:
        return u'+';
    case StepChange::Missing:
        break;
    }
    return u'−';
}

QString tookText(const ConversationStep* step)
{
    return step == nullptr || !step->isCall ? QString()
           : step->isOpen()                 ? ComparisonModel::tr("no answer")
                                            : durationText(step->duration());
}

} // namespace

void ComparisonModel::show(Detail detail, Detail other, std::shared_ptr<const Dictionaries> names)
{
    beginResetModel();
    m_detail = std::move(detail);
    m_other = std::move(other);
    m_names = std::move(names);
    m_rows.clear();
    if (m_detail && m_other)
        m_rows = compareConversations(m_detail->tree, *m_names, m_other->tree, *m_names);
    endResetModel();
}

const ConversationStep* ComparisonModel::step(int row) const
{
    const int at = m_rows[static_cast<std::size_t>(row)].step;
    return at < 0 ? nullptr : &m_detail->tree.steps[static_cast<std::size_t>(at)];
}

const ConversationStep* ComparisonModel::other(int row) const
{
    const int at = m_rows[static_cast<std::size_t>(row)].other;
    return at < 0 ? nullptr : &m_other->tree.steps[static_cast<std::size_t>(at)];
}

Seq ComparisonModel::messageOf(int row) const
{
    if (row < 0 || row >= rowCount())
        return 0;
    return step(row) != nullptr ? step(row)->seq : other(row)->seq;
}

QString ComparisonModel::facts() const
{
    QStringList parts;
    for (const StepChange difference :
         {StepChange::Failed, StepChange::Missing, StepChange::New, StepChange::Slower,
          StepChange::Faster, StepChange::Mended}) {
        const auto count = std::ranges::count(m_rows, difference, &StepDifference::is);
        if (count > 0)
            parts << numberText(count) + u' ' + wordOf(difference);
    }
    return parts.isEmpty() ? tr("the same steps, about as fast") : parts.join(u", "_s);
}

QString ComparisonModel::text(int row, int column) const
{
    const ConversationStep& shown = step(row) != nullptr ? *step(row) : *other(row);
    const StepChange is = m_rows[static_cast<std::size_t>(row)].is;
    switch (column) {
    case IsColumn:
        return is == StepChange::Same ? QString() : signOf(is) + u' ' + wordOf(is);
    case WhatColumn:
        return QString(2 * shown.depth, u' ') + kindGlyph(shown.kind) + u' ' +
               stepTitle(shown, *m_names);
    case WhoColumn:
        return stepActors(shown, *m_names);
    case TookColumn:
        return tookText(step(row));
    default:
        return tookText(other(row));
    }
}

int ComparisonModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Theme& theme = Theme::current();
    const bool isNumber = index.column() == TookColumn || index.column() == OtherColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::FontRole:
        return isNumber ? theme.numberFont() : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        switch (m_rows[static_cast<std::size_t>(index.row())].is) {
        case StepChange::Failed:
            return theme.bad;
        case StepChange::Slower:
        case StepChange::Missing:
            return theme.warning;
        case StepChange::Faster:
        case StepChange::Mended:
            return theme.good;
        case StepChange::New:
            return theme.interaction;
        case StepChange::Same:
            break;
        }
        return theme.secondary;
    default:
        return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool isNumber = section == TookColumn || section == OtherColumn;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case IsColumn:
        return tr("Is");
    case WhatColumn:
        return tr("What");
    case WhoColumn:
        return tr("Who");
    case TookColumn:
        return m_detail ? m_detail->name : tr("Took");
    default:
        return m_other ? m_other->name : tr("Other");
    }
}

} // namespace murmur
