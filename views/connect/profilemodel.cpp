// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/profilemodel.h"

#include "resources/icons.h"
#include "views/base/theme.h"
#include "views/connect/environmentcolor.h"

#include <QPainter>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

ProfileModel::ProfileModel(QObject* parent)
    : QAbstractListModel(parent)
{
}

void ProfileModel::setProfiles(std::vector<Profile> profiles)
{
    beginResetModel();
    m_profiles = std::move(profiles);
    endResetModel();
}

void ProfileModel::setEdited(const QSet<QString>& names)
{
    if (names == m_edited)
        return;
    m_edited = names;
    if (!m_profiles.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {EditedRole});
}

const Profile* ProfileModel::profile(const QModelIndex& index) const
{
    if (!index.isValid() || !checkIndex(index))
        return nullptr;
    return &m_profiles[static_cast<std::size_t>(index.row())];
}

QModelIndex ProfileModel::indexOf(const QString& name) const
{
    const auto found = std::ranges::find(m_profiles, name, &Profile::name);
    return found == m_profiles.end() ? QModelIndex()
                                     : index(static_cast<int>(found - m_profiles.begin()));
}

int ProfileModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_profiles.size());
}

QVariant ProfileModel::data(const QModelIndex& index, int role) const
{
    const Profile* row = profile(index);
    if (!row)
        return {};
    const QString environment =
        row->environment == Environment::None ? QString() : environmentWord(row->environment);
    switch (role) {
    case Qt::DisplayRole:
        return row->name;
    case ColorRole:
        return profileColor(*row);
    case NeverWriteRole:
        return row->neverWrite;
    case EditedRole:
        return m_edited.contains(row->name);
    case SummaryRole: {
        const QString first = row->connections.value(0);
        return environment.isEmpty() ? first : environment + u" · "_s + first;
    }
    case Qt::ToolTipRole:
        return row->connections.join(u'\n');
    case Qt::AccessibleTextRole: {
        QStringList words{row->name};
        if (!environment.isEmpty())
            words << environment;
        if (row->neverWrite)
            words << tr("never write");
        if (m_edited.contains(row->name))
            words << tr("changed and not saved");
        return words.join(u", "_s);
    }
    default:
        return {};
    }
}

QSize ProfileDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    const Theme& theme = Theme::current();
    return {160, QFontMetrics(theme.interfaceFont()).height() +
                     QFontMetrics(theme.interfaceFont(8.5)).height() + 14};
}

void ProfileDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    painter->save();
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    if (isSelected || option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(option.rect, isSelected ? theme.selectionGround : theme.header);
    painter->fillRect(
        QRect(option.rect.topLeft(), QSize(4, option.rect.height())).adjusted(0, 1, 0, -1),
        index.data(ProfileModel::ColorRole).value<QColor>());
    QRect inner = option.rect.adjusted(14, 6, -10, -6);
    if (index.data(ProfileModel::NeverWriteRole).toBool()) {
        const QRect box(inner.right() - 14, inner.top() + 1, 14, 14);
        icon(u"lock"_s, theme.secondary).paint(painter, box);
        inner.setRight(box.left() - 6);
    }
    QFont font = theme.interfaceFont();
    font.setWeight(QFont::Medium);
    painter->setFont(font);
    painter->setPen(theme.text);
    const int line = painter->fontMetrics().height();
    QString name = index.data(Qt::DisplayRole).toString();
    if (index.data(ProfileModel::EditedRole).toBool())
        name += u" •"_s;
    painter->drawText(inner.left(), inner.top() + painter->fontMetrics().ascent(),
                      painter->fontMetrics().elidedText(name, Qt::ElideRight, inner.width()));
    inner.setRight(option.rect.right() - 10);
    painter->setFont(theme.interfaceFont(8.5));
    painter->setPen(theme.secondary);
    painter->drawText(
        inner.left(), inner.top() + line + 2 + painter->fontMetrics().ascent(),
        painter->fontMetrics().elidedText(index.data(ProfileModel::SummaryRole).toString(),
                                          Qt::ElideRight, inner.width()));
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(theme.interaction);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

} // namespace murmur
