// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/matrix.h"

#include <QWidget>

#include <memory>
#include <optional>

class QScrollBar;

namespace murmur {

/// Cells that a person picked: rows and columns, the last ones included.
struct CellRange
{
    int firstRow = 0, lastRow = 0, firstColumn = 0, lastColumn = 0;
    [[nodiscard]] bool contains(int row, int column) const
    {
        return firstRow <= row && row <= lastRow && firstColumn <= column && column <= lastColumn;
    }
    friend bool operator==(const CellRange&, const CellRange&) = default;
};

/// The drawing of a matrix: names left and above, a colour and where there is room a figure in each
/// cell. It is told what to show and says what the person did.
class MatrixGrid : public QWidget
{
    Q_OBJECT
public:
    explicit MatrixGrid(QWidget* parent = nullptr);

    /// `window` is what the columns of time are drawn in.
    void present(std::shared_ptr<const Matrix> matrix, MatrixMeasure measure, TimeRange window);
    void setSlo(nanoseconds slo);
    void setLinear(bool isLinear);
    [[nodiscard]] bool isLinear() const { return m_isLinear; }
    void setGutters(int left, int right);
    /// Columns that have room for themselves.
    [[nodiscard]] int fittingColumns() const;
    [[nodiscard]] int widthOfCells() const;

    [[nodiscard]] const Matrix* matrix() const { return m_matrix.get(); }
    [[nodiscard]] std::optional<CellRange> selection() const { return m_selection; }
    void select(std::optional<CellRange> cells);
    [[nodiscard]] QString nameOf(const MatrixLine& line) const;
    /// A sentence about a cell: for tool tips and screen readers.
    [[nodiscard]] QString describe(int row, int column) const;
    [[nodiscard]] QRect cellRect(int row, int column) const;

Q_SIGNALS:
    void picked(const murmur::CellRange& cells);
    void activated();
    void menuWanted(const QPoint& globalPosition);
    void zoomWanted(double factor, double share); ///< share: 0 left, 1 right

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Place
    {
        int row = 0;
        int column = 0;
    };

    [[nodiscard]] QRect cells() const;
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int headHeight() const;
    [[nodiscard]] bool isByTime() const;
    [[nodiscard]] int rows() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] std::optional<Place> placeAt(QPoint at) const;
    [[nodiscard]] QColor colorOf(std::int64_t value) const;
    void findRange();
    void layOutBar();
    void reveal(int row);
    void paintKey(QPainter& painter) const;
    void paintHead(QPainter& painter) const;
    void paintRow(QPainter& painter, int row) const;
    void paintSelection(QPainter& painter) const;

    std::shared_ptr<const Matrix> m_matrix;
    MatrixMeasure m_measure = MatrixMeasure::Messages;
    TimeRange m_window;
    nanoseconds m_slo{0};
    bool m_isLinear = false;
    int m_left = 136;
    int m_right = 12;
    std::int64_t m_lowest = 0;
    std::int64_t m_highest = 0;
    QScrollBar* m_bar;
    std::optional<CellRange> m_selection;
    std::optional<Place> m_anchor;
    std::optional<Place> m_cursor;
    std::optional<Place> m_hover;
    bool m_isDragging = false;
};

} // namespace murmur
