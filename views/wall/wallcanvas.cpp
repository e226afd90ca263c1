// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/wall/wallcanvas.h"

#include "views/base/theme.h"

#include <QAccessible>
#include <QAccessibleEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

WallCanvas::WallCanvas(QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_frames(u"wall"_s)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Wall of agents"));
    applyTheme();
}

void WallCanvas::applyTheme()
{
    m_wish.line = QFontMetrics(Theme::current().interfaceFont(10)).height();
    verticalScrollBar()->setSingleStep(m_wish.line + 4);
    arrange();
}

void WallCanvas::show(std::vector<AgentRow> rows)
{
    if (rows == m_rows)
        return;
    m_rows = std::move(rows);
    arrange();
}

void WallCanvas::setFilter(const QString& text)
{
    m_wish.filter = text;
    arrange();
}

void WallCanvas::setTileSize(std::optional<TileSize> size)
{
    if (size == m_wish.size)
        return;
    m_wish.size = size;
    arrange();
    Q_EMIT tileSizeChanged();
}

void WallCanvas::arrange()
{
    // As if there were no bar, whether there is one now or not.
    m_wish.room = QSize(width(), viewport()->height());
    m_plan = WallPlan(m_rows, m_wish);
    if (m_plan.height() > m_wish.room.height()) {
        // The bar takes its room from the tiles.
        m_wish.room.rwidth() -= verticalScrollBar()->sizeHint().width();
        m_plan = WallPlan(m_rows, m_wish);
    }
    m_painter.reset(m_plan);
    verticalScrollBar()->setRange(0, std::max(0, m_plan.height() - viewport()->height()));
    verticalScrollBar()->setPageStep(std::max(1, viewport()->height()));
    viewport()->update();
}

int WallCanvas::offset() const
{
    return verticalScrollBar()->value();
}

QRect WallCanvas::rectOf(int tile) const
{
    return m_plan.tiles()[static_cast<std::size_t>(tile)].rect.translated(0, -offset());
}

int WallCanvas::tileUnder(QPoint position) const
{
    return m_plan.tileAt(position + QPoint(0, offset()));
}

const AgentRow* WallCanvas::rowOf(int tile) const
{
    return tile < 0 || std::cmp_greater_equal(tile, m_plan.tiles().size())
               ? nullptr
               : &m_rows[static_cast<std::size_t>(
                     m_plan.tiles()[static_cast<std::size_t>(tile)].row)];
}

int WallCanvas::tileOf(AgentId agent) const
{
    const auto tile = std::ranges::find_if(m_plan.tiles(), [&](const WallTile& one) {
        return m_rows[static_cast<std::size_t>(one.row)].agent == agent;
    });
    return tile == m_plan.tiles().end() ? -1 : static_cast<int>(tile - m_plan.tiles().begin());
}

QString WallCanvas::sentenceOf(int tile) const
{
    const AgentRow* row = rowOf(tile);
    if (row == nullptr)
        return {};
    QString text = agentSentence(*row);
    if (row->agent == m_noted && !m_note.isEmpty())
        text += u'\n' + m_note;
    return text;
}

void WallCanvas::updateTile(int tile)
{
    if (tile >= 0)
        viewport()->update(rectOf(tile).adjusted(-3, -3, 3, 3));
}

void WallCanvas::select(AgentId agent, bool isRevealed)
{
    updateTile(tileOf(m_selected));
    m_selected = agent;
    const int tile = tileOf(agent);
    if (tile < 0)
        return;
    if (isRevealed) {
        const QRect rect = m_plan.tiles()[static_cast<std::size_t>(tile)].rect;
        QScrollBar* bar = verticalScrollBar();
        if (rect.top() < bar->value() || rect.bottom() > bar->value() + viewport()->height())
            bar->setValue(rect.center().y() - viewport()->height() / 2);
    }
    setAccessibleDescription(sentenceOf(tile));
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
    updateTile(tile);
}

void WallCanvas::setHoverNote(AgentId agent, const QString& note)
{
    m_noted = agent;
    m_note = note;
    const int tile = tileOf(agent);
    // The sentence grows while it is read.
    if (QToolTip::isVisible() && agent == m_hovered && tile >= 0)
        QToolTip::showText(m_hoveredAt, sentenceOf(tile), viewport(), rectOf(tile));
}

void WallCanvas::hover(int tile)
{
    const AgentRow* row = rowOf(tile);
    const AgentId agent = row != nullptr ? row->agent : AgentId{};
    if (agent == m_hovered)
        return;
    updateTile(tileOf(m_hovered));
    m_hovered = agent;
    updateTile(tile);
    Q_EMIT agentHovered(agent);
}

void WallCanvas::pick(int tile)
{
    const AgentRow* row = rowOf(tile);
    if (row == nullptr)
        return;
    const AgentId agent = row->agent;
    select(agent, true);
    Q_EMIT agentPicked(agent);
}

/// +1: larger, −1: smaller, from what is seen now.
void WallCanvas::resizeTiles(int direction)
{
    const int size = std::clamp(static_cast<int>(m_plan.size()) + direction, 0,
                                static_cast<int>(TileSize::Full));
    setTileSize(static_cast<TileSize>(size));
    select(m_selected, true);
}

void WallCanvas::paintEvent(QPaintEvent* event)
{
    const FrameTimer::Frame frame(m_frames);
    QPainter painter(viewport());
    painter.translate(0, -offset());
    const QRect area = event->rect().translated(0, offset());
    m_painter.paint(painter, area, m_plan, m_rows, tr("no group"));
    for (const bool isSelected : {false, true}) {
        const int tile = tileOf(isSelected ? m_selected : m_hovered);
        if (tile >= 0)
            WallPainter::paintFrame(painter, m_plan.tiles()[static_cast<std::size_t>(tile)].rect,
                                    isSelected, hasFocus());
    }
}

void WallCanvas::resizeEvent(QResizeEvent* /*event*/)
{
    arrange();
}

void WallCanvas::scrollContentsBy(int /*dx*/, int dy)
{
    viewport()->scroll(0, dy);
}

bool WallCanvas::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int tile = tileUnder(help->pos());
    m_hoveredAt = help->globalPos();
    if (tile >= 0)
        QToolTip::showText(help->globalPos(), sentenceOf(tile), viewport(), rectOf(tile));
    else
        QToolTip::hideText();
    return true;
}

void WallCanvas::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        if (event->angleDelta().y() != 0)
            resizeTiles(event->angleDelta().y() > 0 ? 1 : -1);
        event->accept();
        return;
    }
    QAbstractScrollArea::wheelEvent(event);
}

void WallCanvas::mousePressEvent(QMouseEvent* event)
{
    // The menu is about the agent under the pointer.
    if (event->button() == Qt::LeftButton || event->button() == Qt::RightButton)
        pick(tileUnder(event->pos()));
}

void WallCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    const AgentRow* row = rowOf(tileUnder(event->pos()));
    if (event->button() == Qt::LeftButton && row != nullptr)
        Q_EMIT agentOpened(row->agent);
}

void WallCanvas::mouseMoveEvent(QMouseEvent* event)
{
    hover(tileUnder(event->pos()));
}

void WallCanvas::keyPressEvent(QKeyEvent* event)
{
    const int count = static_cast<int>(m_plan.tiles().size());
    const int tile = tileOf(m_selected);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        return pick(m_plan.beside(tile, static_cast<Qt::Key>(event->key())));
    case Qt::Key_Home:
        return pick(0);
    case Qt::Key_End:
        return pick(count - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (tile >= 0)
            Q_EMIT agentOpened(m_selected);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return resizeTiles(1);
    case Qt::Key_Minus:
        return resizeTiles(-1);
    case Qt::Key_0:
        return setTileSize({});
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void WallCanvas::focusInEvent(QFocusEvent* event)
{
    updateTile(tileOf(m_selected));
    QAbstractScrollArea::focusInEvent(event);
}

void WallCanvas::focusOutEvent(QFocusEvent* event)
{
    updateTile(tileOf(m_selected));
    QAbstractScrollArea::focusOutEvent(event);
}

} // namespace murmur
