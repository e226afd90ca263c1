// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/matrixgrid.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

// What mouse, wheel and keys mean on the cells.

namespace murmur {

void MatrixGrid::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const auto place = placeAt(event->pos());
    if (place) {
        if (!event->modifiers().testFlag(Qt::ShiftModifier) || !m_anchor)
            m_anchor = place;
        m_cursor = place;
        m_isDragging = true;
        select(CellRange{std::min(m_anchor->row, place->row), std::max(m_anchor->row, place->row),
                         std::min(m_anchor->column, place->column),
                         std::max(m_anchor->column, place->column)});
        return;
    }
    // A name stands for all of its row.
    const int row = m_bar->value() + (event->pos().y() - headHeight()) / rowHeight();
    if (event->pos().x() < m_left && event->pos().y() >= headHeight() && row < rows() &&
        columns() > 0) {
        m_anchor = m_cursor = Place{row, 0};
        select(CellRange{row, row, 0, columns() - 1});
        Q_EMIT picked(*m_selection);
    } else if (m_selection) {
        select(std::nullopt);
        Q_EMIT picked(CellRange{0, -1, 0, -1});
    }
}

void MatrixGrid::mouseMoveEvent(QMouseEvent* event)
{
    const auto place = placeAt(event->pos());
    if (m_isDragging && place && m_anchor) {
        m_cursor = place;
        select(CellRange{std::min(m_anchor->row, place->row), std::max(m_anchor->row, place->row),
                         std::min(m_anchor->column, place->column),
                         std::max(m_anchor->column, place->column)});
        return;
    }
    const bool isSame =
        place.has_value() == m_hover.has_value() &&
        (!place || (place->row == m_hover->row && place->column == m_hover->column));
    if (isSame)
        return;
    m_hover = place;
    update();
}

void MatrixGrid::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && std::exchange(m_isDragging, false) && m_selection)
        Q_EMIT picked(*m_selection);
}

void MatrixGrid::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (placeAt(event->pos()))
        Q_EMIT activated();
}

void MatrixGrid::wheelEvent(QWheelEvent* event)
{
    const int turn = event->angleDelta().y();
    if (event->modifiers().testFlag(Qt::ControlModifier) && isByTime()) {
        const QRect area = cells();
        const double share =
            std::clamp((event->position().x() - area.left()) / std::max(1, area.width()), 0.0, 1.0);
        Q_EMIT zoomWanted(std::pow(0.8, turn / 120.0), share);
    } else {
        m_bar->setValue(m_bar->value() - turn * 3 / 120);
    }
    event->accept();
}

void MatrixGrid::contextMenuEvent(QContextMenuEvent* event)
{
    const auto place = placeAt(event->pos());
    if (event->reason() == QContextMenuEvent::Mouse && place &&
        (!m_selection || !m_selection->contains(place->row, place->column))) {
        m_anchor = m_cursor = place;
        select(CellRange{place->row, place->row, place->column, place->column});
        Q_EMIT picked(*m_selection);
    }
    Q_EMIT menuWanted(event->globalPos());
}

void MatrixGrid::keyPressEvent(QKeyEvent* event)
{
    if (rows() == 0 || columns() == 0)
        return QWidget::keyPressEvent(event);
    Place to = m_cursor.value_or(Place{m_bar->value(), 0});
    const bool wasThere = m_cursor.has_value();
    switch (event->key()) {
    case Qt::Key_Left:
        to.column -= wasThere ? 1 : 0;
        break;
    case Qt::Key_Right:
        to.column += wasThere ? 1 : 0;
        break;
    case Qt::Key_Up:
        to.row -= wasThere ? 1 : 0;
        break;
    case Qt::Key_Down:
        to.row += wasThere ? 1 : 0;
        break;
    case Qt::Key_Home:
        to = {0, 0};
        break;
    case Qt::Key_End:
        to = {rows() - 1, columns() - 1};
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_selection)
            Q_EMIT activated();
        return;
    case Qt::Key_Escape:
        if (!m_selection)
            return QWidget::keyPressEvent(event);
        select(std::nullopt);
        Q_EMIT picked(CellRange{0, -1, 0, -1});
        return;
    default:
        return QWidget::keyPressEvent(event);
    }
    to.row = std::clamp(to.row, 0, rows() - 1);
    to.column = std::clamp(to.column, 0, columns() - 1);
    if (!event->modifiers().testFlag(Qt::ShiftModifier) || !m_anchor)
        m_anchor = to;
    m_cursor = to;
    reveal(to.row);
    select(CellRange{std::min(m_anchor->row, to.row), std::max(m_anchor->row, to.row),
                     std::min(m_anchor->column, to.column), std::max(m_anchor->column, to.column)});
    setAccessibleDescription(describe(to.row, to.column));
    Q_EMIT picked(*m_selection);
}

} // namespace murmur
