// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationtree.h"
#include "recording/dictionaries.h"

#include <QStyledItemDelegate>
#include <QWidget>

#include <memory>

namespace murmur {

struct ConversationDetail;

/// The bar of a call on the time axis of its conversation: what runs on the critical path is full,
/// other calls are thin; waiting before the work is hatched, so is what was never answered.
class StepBars : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// What a conversation waited for, as one strip from its start to its end.
class PathStrip : public QWidget
{
    Q_OBJECT
public:
    explicit PathStrip(QWidget* parent);
    void show(std::shared_ptr<const ConversationDetail> detail,
              std::shared_ptr<const Dictionaries> names);
    /// The stretch under a point; -1: none.
    [[nodiscard]] int segmentAt(int x) const;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void picked(int step, qint64 begin, qint64 end); ///< ns

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF rectOf(const PathSegment& segment) const;
    [[nodiscard]] QString textOf(const PathSegment& segment) const;

    std::shared_ptr<const ConversationDetail> m_detail;
    std::shared_ptr<const Dictionaries> m_names;
};

} // namespace murmur
