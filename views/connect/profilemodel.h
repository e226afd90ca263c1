// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"

#include <QAbstractListModel>
#include <QSet>
#include <QStyledItemDelegate>

#include <vector>

namespace murmur {

/// The saved profiles by name.
class ProfileModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { ColorRole = Qt::UserRole, NeverWriteRole, SummaryRole, EditedRole };

    explicit ProfileModel(QObject* parent = nullptr);

    void setProfiles(std::vector<Profile> profiles);
    /// Those with changes that are not saved.
    void setEdited(const QSet<QString>& names);
    [[nodiscard]] const Profile* profile(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const QString& name) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Profile> m_profiles;
    QSet<QString> m_edited;
};

/// A profile as two lines beside the colour of its environment.
class ProfileDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
};

} // namespace murmur
