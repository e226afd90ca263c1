// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>
#include <QWidget>

class QScrollBar;

namespace murmur {

class MessageModel;
class RowWindow;

/// A table over any number of rows. The table view inside holds only the rows that fit; the scroll
/// bar, the current row and the selection count in rows of the whole.
class MessageTable : public QWidget
{
    Q_OBJECT
public:
    explicit MessageTable(MessageModel* model, QWidget* parent = nullptr);

    [[nodiscard]] QTableView* view() const { return m_view; }
    [[nodiscard]] int topRow() const;
    [[nodiscard]] int fullRows() const; ///< rows that fit wholly
    [[nodiscard]] int currentRow() const { return m_current; }
    [[nodiscard]] std::pair<int, int> selectedRows() const; ///< first and last; -1, -1: none
    [[nodiscard]] bool isAtEnd() const;

    void setTopRow(int row);
    void scrollToEnd();
    void reveal(int row); ///< scrolls only as far as is needed to show it
    /// -1: none. With `extend` the selection reaches from where it began to `row`.
    void setCurrentRow(int row, bool extend = false);
    /// A row with a mark at its left edge: where the playhead stands. -1: none.
    void setMarkedRow(int row);
    void applyTheme();

Q_SIGNALS:
    void currentRowPicked(int row); ///< by the person, not by setCurrentRow
    void rowActivated(int row);     ///< double click or Return
    void visibleRowsChanged(int first, int last);
    void menuWanted(const QPoint& globalPosition, int row);
    void scrolledByHand();

private:
    friend class MessageTableBody;
    void layOut();
    void announce();
    void syncSelection();
    void pick(int row, bool extend);
    bool handleKey(QKeyEvent* event);
    bool handleWheel(QWheelEvent* event);
    [[nodiscard]] int rowUnder(int y) const;
    [[nodiscard]] int total() const;

    MessageModel* m_model;
    RowWindow* m_window;
    QTableView* m_view;
    QScrollBar* m_bar;
    int m_current = -1;
    int m_anchor = -1;
    int m_marked = -1;
    int m_wheelRest = 0;
    int m_revealed = -1; ///< what was scrolled to last, while nobody scrolled away
    int m_fits = 0;      ///< rows, when it was laid out last
    bool m_isSelecting = false;
};

} // namespace murmur
