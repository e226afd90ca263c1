// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <QTreeView>

namespace murmur {

/// A tree with boxes to check, which are seen in both themes, checked or not.
class TopicTree : public QTreeView
{
    Q_OBJECT
public:
    explicit TopicTree(QWidget* parent = nullptr);

protected:
    void drawBranches(QPainter* painter, const QRect& rect,
                      const QModelIndex& index) const override;
};

} // namespace murmur
