// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagetable.h"

#include "views/base/theme.h"
#include "views/messages/messagemodel.h"
#include "views/messages/rowwindow.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace murmur {

namespace {

constexpr int kWheelRows = 3;
constexpr int kMark = 3; // pixels
constexpr int kFlag = 8;

/// Colours of the model win over the style's colour of selected text: a selected error is still
/// red.
class RowDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    int marked = -1; // row in the window

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect, theme.selectionGround);
        if (index.row() == marked && option.rect.left() <= 0)
            painter->fillRect(
                QRect(option.rect.left(), option.rect.top(), kMark, option.rect.height()),
                theme.interaction);
        if (option.rect.left() <= 0 && index.data(MessageModel::IsBookmarkedRole).toBool()) {
            const QPoint corner = option.rect.topLeft() + QPoint(0, 2);
            QPainterPath flag;
            flag.addPolygon(
                QPolygonF({corner, corner + QPoint(kFlag, 0), corner + QPoint(0, kFlag)}));
            painter->fillPath(flag, theme.kinds[static_cast<std::size_t>(Kind::Marker)]);
        }
        const QString text = index.data(Qt::DisplayRole).toString();
        if (text.isEmpty())
            return;
        const QFont font = index.data(Qt::FontRole).value<QFont>();
        painter->setFont(font);
        painter->setPen(index.data(Qt::ForegroundRole).value<QColor>());
        const QRect inside = option.rect.adjusted(8, 0, -6, 0);
        const QFontMetrics metrics(font);
        // Payload previews are long: what cannot fit is cut before it is measured and laid out.
        const int most = inside.width() / std::max(1, metrics.averageCharWidth() / 2) + 2;
        painter->drawText(inside, index.data(Qt::TextAlignmentRole).toInt(),
                          metrics.elidedText(text.left(most), Qt::ElideRight, inside.width()));
    }
};

} // namespace

/// The table view stays where it is put: rows move under it.
class MessageTableBody : public QTableView
{
public:
    MessageTableBody(MessageTable* owner, RowWindow* rows)
        : QTableView(owner)
        , m_owner(owner)
    {
        setModel(rows);
    }

    void scrollTo(const QModelIndex&, ScrollHint) override {}

protected:
    bool viewportEvent(QEvent* event) override
    {
        // The base class lights up the one cell under the pointer; rows are what is picked here.
        if (event->type() == QEvent::HoverEnter || event->type() == QEvent::HoverMove ||
            event->type() == QEvent::HoverLeave)
            return QAbstractScrollArea::viewportEvent(event);
        return QTableView::viewportEvent(event);
    }
    void resizeEvent(QResizeEvent* event) override
    {
        QTableView::resizeEvent(event);
        m_owner->layOut();
    }
    void wheelEvent(QWheelEvent* event) override
    {
        if (!m_owner->handleWheel(event))
            QTableView::wheelEvent(event);
    }
    void keyPressEvent(QKeyEvent* event) override
    {
        if (event->matches(QKeySequence::Copy))
            event->ignore(); // the view around us copies rows; the base class would copy one cell
        else if (!(event->modifiers() & ~Qt::ShiftModifier) && !event->text().trimmed().isEmpty() &&
                 event->text().front().isPrint())
            event->ignore(); // keys of the view around us; the base class would look for a cell
        else if (!m_owner->handleKey(event))
            QTableView::keyPressEvent(event);
    }
    void mousePressEvent(QMouseEvent* event) override
    {
        const int row = m_owner->rowUnder(event->pos().y());
        const bool isInside =
            m_owner->selectedRows().first <= row && row <= m_owner->selectedRows().second;
        // The right button keeps a selection that it is pressed on.
        if (event->button() == Qt::LeftButton || (event->button() == Qt::RightButton && !isInside))
            m_owner->pick(row, event->modifiers().testFlag(Qt::ShiftModifier));
        m_owner->m_isSelecting = event->button() == Qt::LeftButton;
    }
    void mouseMoveEvent(QMouseEvent* event) override
    {
        if (!m_owner->m_isSelecting || !event->buttons().testFlag(Qt::LeftButton))
            return QTableView::mouseMoveEvent(event);
        const int y = event->pos().y();
        if (y < 0)
            m_owner->setTopRow(m_owner->topRow() - 1);
        else if (y >= viewport()->height())
            m_owner->setTopRow(m_owner->topRow() + 1);
        const int row = m_owner->rowUnder(std::clamp(y, 0, viewport()->height() - 1));
        if (row >= 0 && row != m_owner->m_current)
            m_owner->setCurrentRow(row, true);
    }
    void mouseReleaseEvent(QMouseEvent*) override { m_owner->m_isSelecting = false; }
    void mouseDoubleClickEvent(QMouseEvent* event) override
    {
        if (const int row = m_owner->rowUnder(event->pos().y()); row >= 0)
            Q_EMIT m_owner->rowActivated(row);
    }
    void contextMenuEvent(QContextMenuEvent* event) override
    {
        const bool isKey = event->reason() == QContextMenuEvent::Keyboard;
        Q_EMIT m_owner->menuWanted(event->globalPos(), isKey ? m_owner->currentRow()
                                                             : m_owner->rowUnder(event->pos().y()));
    }

private:
    MessageTable* m_owner;
};

MessageTable::MessageTable(MessageModel* model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_window(new RowWindow(model, this))
    , m_view(new MessageTableBody(this, m_window))
    , m_bar(new QScrollBar(Qt::Vertical, this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_bar);
    setFocusProxy(m_view);

    m_view->setItemDelegate(new RowDelegate(m_view));
    m_view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::ContiguousSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setTabKeyNavigation(false);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setAutoScroll(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = m_view->horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    header->setStretchLastSection(true);
    m_bar->setFocusPolicy(Qt::NoFocus);
    m_bar->setAccessibleName(tr("Position in the recording"));

    connect(m_bar, &QScrollBar::valueChanged, this, [this](int value) {
        m_window->setTop(value);
        syncSelection();
        announce();
    });
    connect(m_bar, &QScrollBar::actionTriggered, this, &MessageTable::scrolledByHand);
    connect(this, &MessageTable::scrolledByHand, this, [this] { m_revealed = -1; });
    // Queued would show one frame with the wrong range; the window has its rows by now because it
    // was connected first.
    connect(model, &QAbstractItemModel::rowsInserted, this, &MessageTable::layOut);
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        m_current = m_anchor = m_marked = m_revealed = -1;
        m_bar->setValue(0);
        layOut();
    });
    applyTheme();
}

void MessageTable::applyTheme()
{
    const Theme& theme = Theme::current();
    const int text = std::max(QFontMetrics(theme.numberFont(9.5)).height(),
                              QFontMetrics(theme.interfaceFont(9.5)).height());
    m_view->verticalHeader()->setMinimumSectionSize(text);
    m_view->verticalHeader()->setDefaultSectionSize(std::max(theme.tableRow, text + 4));
    m_view->horizontalHeader()->setFont(theme.interfaceFont(9));
    layOut();
}

int MessageTable::total() const
{
    return m_model->rowCount();
}

int MessageTable::topRow() const
{
    return m_window->top();
}

int MessageTable::fullRows() const
{
    const int height = std::max(1, m_view->verticalHeader()->defaultSectionSize());
    return std::max(1, m_view->viewport()->height() / height);
}

void MessageTable::layOut()
{
    m_window->setCapacity(fullRows() + 1);
    m_bar->setPageStep(fullRows());
    m_bar->setRange(0, std::max(0, total() - fullRows()));
    m_bar->setVisible(m_bar->maximum() > 0);
    syncSelection();
    announce();
    // What was shown stays so in a table that has another height, and most of all in one that had
    // none when it was asked to show it.
    if (std::exchange(m_fits, fullRows()) == fullRows() || m_revealed < 0 || m_revealed >= total())
        return;
    const int wanted = m_revealed;
    reveal(wanted);
    if (m_current >= 0 && std::abs(m_current - wanted) < m_fits)
        reveal(m_current);
    m_revealed = wanted;
}

void MessageTable::announce()
{
    Q_EMIT visibleRowsChanged(m_window->top(),
                              std::min(total(), m_window->top() + m_window->capacity()) - 1);
}

std::pair<int, int> MessageTable::selectedRows() const
{
    if (m_current < 0)
        return {-1, -1};
    return std::minmax(m_anchor, m_current);
}

bool MessageTable::isAtEnd() const
{
    return m_bar->value() >= m_bar->maximum();
}

void MessageTable::setTopRow(int row)
{
    m_bar->setValue(row);
}

void MessageTable::scrollToEnd()
{
    m_revealed = -1;
    m_bar->setValue(m_bar->maximum());
}

void MessageTable::reveal(int row)
{
    if (row < 0)
        return;
    m_revealed = row;
    const int top = m_window->top();
    const int fits = fullRows();
    if (row >= top && row < top + fits)
        return;
    // Near rows scroll by what is needed; far ones land in the middle, with what led there.
    const bool isNear = row >= top - fits && row < top + 2 * fits;
    if (!isNear)
        setTopRow(row - fits / 2);
    else
        setTopRow(row < top ? row : row - fits + 1);
}

void MessageTable::setCurrentRow(int row, bool extend)
{
    m_current = row < total() ? row : -1;
    if (!extend || m_anchor < 0 || m_current < 0)
        m_anchor = m_current;
    syncSelection();
}

void MessageTable::setMarkedRow(int row)
{
    m_marked = row;
    auto* delegate = static_cast<RowDelegate*>(m_view->itemDelegate());
    delegate->marked = row < 0 ? -1 : row - m_window->top();
    m_view->viewport()->update();
}

/// The view's own selection is a picture of ours: what of it lies in the window.
void MessageTable::syncSelection()
{
    setMarkedRow(m_marked);
    QItemSelectionModel* selection = m_view->selectionModel();
    const auto [first, last] = selectedRows();
    const int from = std::max(0, first - m_window->top());
    const int to = std::min(m_window->rowCount() - 1, last - m_window->top());
    if (first < 0 || from > to) {
        selection->clear();
        return;
    }
    const int at = m_current - m_window->top();
    if (at >= from && at <= to) {
        const int column = std::max(0, m_view->horizontalHeader()->logicalIndex(0));
        selection->setCurrentIndex(m_window->index(at, column), QItemSelectionModel::NoUpdate);
    }
    selection->select(
        QItemSelection(m_window->index(from, 0), m_window->index(to, m_window->columnCount() - 1)),
        QItemSelectionModel::ClearAndSelect);
}

int MessageTable::rowUnder(int y) const
{
    const int inside = m_view->rowAt(y);
    return inside < 0 ? -1 : m_window->top() + inside;
}

void MessageTable::pick(int row, bool extend)
{
    if (row < 0 || row >= total())
        return;
    setCurrentRow(row, extend);
    reveal(row);
    Q_EMIT currentRowPicked(row);
}

bool MessageTable::handleKey(QKeyEvent* event)
{
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier);
    const int last = total() - 1;
    const int from = m_current >= 0 ? m_current : m_window->top();
    int to = -1;
    switch (event->key()) {
    case Qt::Key_Up:
        to = from - 1;
        break;
    case Qt::Key_Down:
        to = m_current < 0 ? from : from + 1;
        break;
    case Qt::Key_PageUp:
        to = from - fullRows();
        break;
    case Qt::Key_PageDown:
        to = from + fullRows();
        break;
    case Qt::Key_Home:
        to = 0;
        break;
    case Qt::Key_End:
        to = last;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current >= 0)
            Q_EMIT rowActivated(m_current);
        return true;
    default:
        if (event->matches(QKeySequence::SelectAll) && last >= 0) {
            m_anchor = 0;
            m_current = last;
            syncSelection();
            return true;
        }
        return false;
    }
    Q_EMIT scrolledByHand();
    pick(std::clamp(to, 0, std::max(0, last)), extend);
    return true;
}

bool MessageTable::handleWheel(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    if (std::abs(turn.x()) > std::abs(turn.y()) || event->modifiers().testFlag(Qt::ShiftModifier))
        return false;
    m_wheelRest += turn.y() * kWheelRows;
    const int rows = m_wheelRest / 120;
    m_wheelRest -= rows * 120;
    setTopRow(m_bar->value() - rows);
    Q_EMIT scrolledByHand();
    event->accept();
    return true;
}

} // namespace murmur
