// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStyledItemDelegate>

namespace murmur {

/// Paints the numbers that `kRole` holds (QList<double>) as a line over a faint base, scaled to the
/// largest of them.
class SparkDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    static constexpr int kRole = Qt::UserRole + 40;
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace murmur
