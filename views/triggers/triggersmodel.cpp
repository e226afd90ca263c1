// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/triggers/triggersmodel.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString wordsOf(const TriggerStatus& status)
{
    QStringList lines;
    for (const auto& [action, word] : status.words)
        lines << action + u": "_s + word.first;
    return lines.join(u'\n');
}

} // namespace

void TriggersModel::update(std::vector<TriggerStatus> status)
{
    const auto had = static_cast<int>(m_status.size());
    const auto has = static_cast<int>(status.size());
    if (has < had) {
        beginRemoveRows({}, has, had - 1);
        m_status.resize(static_cast<std::size_t>(has));
        endRemoveRows();
    } else if (has > had) {
        beginInsertRows({}, had, has - 1);
        m_status.resize(static_cast<std::size_t>(has));
        endInsertRows();
    }
    m_status = std::move(status);
    if (has > 0)
        Q_EMIT dataChanged(index(0, 0), index(has - 1, ColumnCount - 1));
}

const TriggerStatus* TriggersModel::status(int row) const
{
    return row >= 0 && static_cast<std::size_t>(row) < m_status.size()
               ? &m_status[static_cast<std::size_t>(row)]
               : nullptr;
}

QString TriggersModel::text(int row, int column) const
{
    const TriggerStatus* one = status(row);
    if (one == nullptr)
        return {};
    switch (static_cast<Column>(column)) {
    case NameColumn:
        return one->trigger.name;
    case WhenColumn:
        return one->trigger.when;
    case OftenColumn:
        return triggerPolicyText(one->trigger.policy);
    case DoColumn:
        return one->trigger.actions.isEmpty() ? tr("mark") : one->trigger.actions.join(u" · "_s);
    case FiredColumn:
        if (one->fired == 0)
            return one->problem.isEmpty() ? tr("not yet") : tr("never");
        return one->held > 0
                   ? tr("%1, %2 held back").arg(numberText(one->fired), numberText(one->held))
                   : numberText(one->fired);
    case LastColumn:
        return one->lastTime == kNoTime ? QString() : shownClock(fromNs(one->lastTime));
    case OutcomeColumn:
        if (!one->problem.isEmpty())
            return one->problem;
        if (one->lastWord.isEmpty() && one->late > 0)
            return tr("late by up to %1").arg(durationText(one->latest));
        return one->lastWord.isEmpty() && one->isSpent ? tr("once, and it was") : one->lastWord;
    case ColumnCount:
        break;
    }
    return {};
}

QString TriggersModel::asText() const
{
    QStringList titles{tr("On")};
    for (int column = 0; column < ColumnCount; ++column)
        titles << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    QString all = titles.join(u'\t');
    for (int row = 0; row < rowCount(); ++row) {
        QStringList cells{status(row)->trigger.isOn ? tr("yes") : tr("no")};
        for (int column = 0; column < ColumnCount; ++column)
            cells << text(row, column).simplified();
        all += u'\n' + cells.join(u'\t');
    }
    return all;
}

int TriggersModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_status.size());
}

int TriggersModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TriggersModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TriggerStatus& one = m_status[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::ToolTipRole:
        // It may quote what agents say; as rich text it breaks lines.
        return u"<p style='white-space:pre-wrap'>%1</p>"_s.arg(
            (column == DoColumn                                ? one.trigger.actions.join(u'\n')
             : column == OutcomeColumn && one.words.size() > 1 ? wordsOf(one)
                                                               : text(index.row(), column))
                .toHtmlEscaped());
    case Qt::CheckStateRole:
        if (column == NameColumn)
            return one.trigger.isOn ? Qt::Checked : Qt::Unchecked;
        return {};
    case Qt::ForegroundRole:
        if (column == OutcomeColumn && (!one.problem.isEmpty() || one.lastFailed))
            return Theme::current().warning;
        if (!one.trigger.isOn)
            return Theme::current().faint;
        return column == NameColumn || column == FiredColumn ? QVariant()
                                                             : Theme::current().secondary;
    case Qt::FontRole:
        if (column == WhenColumn || column == OftenColumn || column == DoColumn ||
            column == LastColumn)
            return Theme::current().numberFont();
        return {};
    case Qt::AccessibleTextRole:
        return column == NameColumn
                   ? tr("%1, %2").arg(one.trigger.name, one.trigger.isOn ? tr("on") : tr("off"))
                   : text(index.row(), column);
    default:
        return {};
    }
}

QVariant TriggersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case NameColumn:
        return tr("Trigger");
    case WhenColumn:
        return tr("When");
    case OftenColumn:
        return tr("At most");
    case DoColumn:
        return tr("Does");
    case FiredColumn:
        return tr("Fired");
    case LastColumn:
        return tr("Last");
    case OutcomeColumn:
        return tr("What became of it");
    case ColumnCount:
        break;
    }
    return {};
}

Qt::ItemFlags TriggersModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == NameColumn)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool TriggersModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != Qt::CheckStateRole ||
        index.column() != NameColumn)
        return false;
    // The watch has the word; what it says comes back through update().
    Q_EMIT switched(index.row(), value.toInt() == Qt::Checked);
    return true;
}

} // namespace murmur
