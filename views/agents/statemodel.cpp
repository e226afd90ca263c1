// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/statemodel.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {
constexpr qsizetype kLongestValue = 400;
constexpr qsizetype kWidestWas = 24;
constexpr nanoseconds kJustNow = std::chrono::seconds(2); // a change this young is marked
} // namespace

QString stateText(const QByteArray& value)
{
    const QByteArray text = value.trimmed();
    if (text.startsWith('"')) {
        // Only an array or object is a document, so the string is read as the element of one.
        const QJsonDocument document = QJsonDocument::fromJson('[' + text + ']');
        if (document.isArray() && document.array().size() == 1)
            return document.array().first().toString().left(kLongestValue);
    }
    return QString::fromUtf8(text).simplified().left(kLongestValue);
}

void StateModel::update(std::vector<StateRow> rows)
{
    // Both lists are sorted by key: one walk finds what went, what came and what changed.
    std::size_t at = 0;
    for (StateRow& row : rows) {
        std::size_t end = at;
        while (end < m_rows.size() && m_rows[end].key < row.key)
            ++end;
        if (end > at) {
            beginRemoveRows({}, static_cast<int>(at), static_cast<int>(end) - 1);
            m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(at),
                         m_rows.begin() + static_cast<std::ptrdiff_t>(end));
            endRemoveRows();
        }
        const int line = static_cast<int>(at);
        if (at < m_rows.size() && m_rows[at].key == row.key) {
            if (m_rows[at] != row) {
                m_rows[at] = std::move(row);
                Q_EMIT dataChanged(index(line, 0), index(line, ColumnCount - 1));
            }
        } else {
            beginInsertRows({}, line, line);
            m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(at), std::move(row));
            endInsertRows();
        }
        ++at;
    }
    if (at < m_rows.size()) {
        beginRemoveRows({}, static_cast<int>(at), static_cast<int>(m_rows.size()) - 1);
        m_rows.resize(at);
        endRemoveRows();
    }
}

void StateModel::setAgainst(const QString& title)
{
    if (title == m_against)
        return;
    m_against = title;
    Q_EMIT headerDataChanged(Qt::Horizontal, Against, Against);
}

int StateModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int StateModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant StateModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index, CheckIndexOption::ParentIsInvalid))
        return {};
    const Theme& theme = Theme::current();
    const StateRow& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Key:
            return row.key;
        case Value:
            return row.value;
        case Against:
            return row.difference.isEmpty() ? row.against : row.difference + u"  "_s + row.against;
        case Drift:
            return row.drift;
        case Change:
            // A long value, or a comparison beside it, leaves room for the age alone.
            return row.was.isEmpty() || row.was.size() > kWidestWas || !m_against.isEmpty()
                       ? durationText(row.age)
                       : u"△ "_s + tr("was %1").arg(row.was);
        default:
            return {};
        }
    case Qt::ForegroundRole:
        if (index.column() == Key)
            return theme.secondary;
        if (index.column() == Drift)
            return theme.warning;
        if (index.column() == Against)
            return row.difference.isEmpty() ? theme.faint : theme.kinds[std::size_t(Kind::State)];
        if (index.column() == Change)
            return row.was.isEmpty() || row.age > kJustNow ? theme.faint
                                                           : theme.kinds[std::size_t(Kind::State)];
        return theme.text;
    case Qt::FontRole:
        return theme.numberFont(index.column() == Change ? 9 : 9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (index.column() == Change ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ToolTipRole:
    case Qt::AccessibleDescriptionRole: {
        QString text = tr("%1 = %2, since %3 (%4), set by message %5")
                           .arg(row.key, row.value, shownClock(row.since), durationText(row.age),
                                numberText(row.setBy));
        if (!row.was.isEmpty())
            text += tr(", was %1").arg(row.was);
        if (!row.difference.isEmpty())
            text += u"\n"_s + tr("%1: %2 %3").arg(m_against, row.difference, row.against);
        if (!row.driftWhy.isEmpty())
            text += u'\n' + row.driftWhy;
        return text;
    }
    default:
        return {};
    }
}

QVariant StateModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Key:
        return tr("key");
    case Value:
        return tr("value");
    case Against:
        return m_against;
    case Drift:
        return tr("out of line");
    case Change:
        return tr("since");
    default:
        return {};
    }
}

} // namespace murmur
