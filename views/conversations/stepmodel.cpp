// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/stepmodel.h"

#include "conversations/conversationtext.h"
#include "views/base/theme.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace murmur {

void StepModel::show(std::shared_ptr<const ConversationDetail> detail,
                     std::shared_ptr<const Dictionaries> names)
{
    beginResetModel();
    m_detail = std::move(detail);
    m_names = std::move(names);
    m_rows.clear();
    if (m_detail) {
        const ConversationTree& tree = m_detail->tree;
        m_rows.resize(tree.steps.size());
        const auto number = [this](const std::vector<int>& children) {
            int row = 0;
            for (const int child : children)
                m_rows[static_cast<std::size_t>(child)] = row++;
        };
        number(tree.roots);
        for (const ConversationStep& step : tree.steps)
            number(step.children);
    }
    endResetModel();
}

const std::vector<int>& StepModel::childrenOf(const QModelIndex& parent) const
{
    static const std::vector<int> nothing;
    if (!m_detail || (parent.isValid() && parent.column() != 0))
        return nothing;
    const ConversationStep* of = step(parent);
    return of != nullptr ? of->children : m_detail->tree.roots;
}

const ConversationStep* StepModel::step(const QModelIndex& index) const
{
    return index.isValid() && m_detail
               ? &m_detail->tree.steps[static_cast<std::size_t>(index.internalId())]
               : nullptr;
}

QModelIndex StepModel::indexOf(int step) const
{
    return !m_detail || step < 0 ? QModelIndex()
                                 : createIndex(m_rows[static_cast<std::size_t>(step)], 0,
                                               static_cast<quintptr>(step));
}

QModelIndex StepModel::index(int row, int column, const QModelIndex& parent) const
{
    const std::vector<int>& children = childrenOf(parent);
    if (row < 0 || column < 0 || column >= ColumnCount ||
        std::cmp_greater_equal(row, children.size()))
        return {};
    return createIndex(row, column, static_cast<quintptr>(children[static_cast<std::size_t>(row)]));
}

QModelIndex StepModel::parent(const QModelIndex& child) const
{
    const ConversationStep* of = step(child);
    return of != nullptr ? indexOf(of->parent) : QModelIndex();
}

int StepModel::rowCount(const QModelIndex& parent) const
{
    return static_cast<int>(childrenOf(parent).size());
}

int StepModel::columnCount(const QModelIndex& /*parent*/) const
{
    return ColumnCount;
}

QString StepModel::text(const QModelIndex& index) const
{
    const ConversationStep* of = step(index);
    if (of == nullptr)
        return {};
    const bool isTimed = of->isCall && !of->isOpen();
    switch (index.column()) {
    case WhatColumn:
        return kindGlyph(of->kind) + u' ' + stepTitle(*of, *m_names);
    case WhoColumn:
        return stepActors(*of, *m_names);
    case TookColumn:
        return isTimed ? durationText(of->duration()) : of->isOpen() ? tr("no answer") : QString();
    case SelfColumn:
        return isTimed ? durationText(nanoseconds(of->self)) : QString();
    default:
        return stepRemarks(*of);
    }
}

QVariant StepModel::data(const QModelIndex& index, int role) const
{
    const ConversationStep* of = step(index);
    if (of == nullptr)
        return {};
    const Theme& theme = Theme::current();
    const bool isNumber = index.column() == TookColumn || index.column() == SelfColumn;
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == BarColumn ? QVariant() : QVariant(text(index));
    case Qt::FontRole:
        return isNumber ? theme.numberFont() : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        if (of->isError)
            return theme.bad;
        if (of->isOpen())
            return theme.warning;
        return index.column() == WhatColumn || index.column() == TookColumn ? theme.text
                                                                            : theme.secondary;
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: {
        QStringList parts{stepTitle(*of, *m_names), stepActors(*of, *m_names)};
        if (of->isCall && !of->isOpen())
            parts << tr("took %1, %2 of it itself")
                         .arg(durationText(of->duration()), durationText(nanoseconds(of->self)));
        if (of->firstWork != kNoTime && of->isCall)
            parts << (of->isFirstWorkInferred
                          ? tr("at work after %1, as its answers to others show")
                          : tr("at work after %1"))
                         .arg(durationText(nanoseconds(of->firstWork - of->start)));
        if (const QString remarks = stepRemarks(*of); !remarks.isEmpty())
            parts << remarks;
        if (of->isCritical)
            parts << tr("on the critical path");
        if (of->parent >= 0 && of->nesting == Grade::Inferred)
            parts << tr("stands here by time alone");
        return role == Qt::ToolTipRole ? parts.join(u'\n') : parts.join(u", "_s);
    }
    case StepRole:
        return static_cast<int>(index.internalId());
    default:
        return {};
    }
}

QVariant StepModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool isNumber = section == TookColumn || section == SelfColumn;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WhatColumn:
        return tr("What");
    case WhoColumn:
        return tr("Who");
    case TookColumn:
        return tr("Took");
    case SelfColumn:
        return tr("Self");
    default:
        return tr("When");
    }
}

} // namespace murmur
