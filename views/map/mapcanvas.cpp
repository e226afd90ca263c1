// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/mapcanvas.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QAccessible>
#include <QAccessibleEvent>
#include <QApplication>
#include <QDragEnterEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QToolTip>
#include <QUrl>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMostNamed = 8; ///< of a bundle

/// The one local file of what is dragged; empty: none.
QString fileOf(const QMimeData* data)
{
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

} // namespace

MapCanvas::MapCanvas(QWidget* parent)
    : QWidget(parent)
    , m_frames(u"map"_s)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Map of agents"));
}

void MapCanvas::show(Positions positions)
{
    const bool isOther = positions.axes != m_scene.positions.axes;
    m_scene.positions = std::move(positions);
    // The middle of the earth's projection stays, or the picture would creep.
    if (isOther || m_bounds.isNull())
        m_scene.projection = MapProjection::around(m_scene.positions);
    if (isOther) {
        m_bounds = {};
        m_isFitted = true;
    }
    m_scene.names.assign(m_scene.positions.agents.size(), {});
    m_scene.health.assign(m_scene.positions.agents.size(), Health::Unseen);
    growBounds();
    arrange();
}

void MapCanvas::setAgents(std::vector<QString> names, std::vector<Health> health)
{
    m_scene.names = std::move(names);
    m_scene.health = std::move(health);
    arrange();
}

void MapCanvas::clear()
{
    m_scene.positions = {};
    m_scene.names.clear();
    m_scene.health.clear();
    m_bounds = {};
    m_isFitted = true;
    arrange();
}

/// While it is fitted the picture follows agents that leave it, and shrinks never by itself.
void MapCanvas::growBounds()
{
    const QRectF box = boundsOf(m_scene.positions, m_scene.projection);
    if (box.isNull())
        return;
    const bool isOutside = m_bounds.isNull() || !m_bounds.contains(box);
    if (isOutside)
        m_bounds = m_bounds.isNull() ? box : m_bounds.united(box);
    if (m_isFitted && isOutside)
        m_scene.camera.fit(m_bounds);
}

void MapCanvas::fit()
{
    m_isFitted = true;
    m_bounds = boundsOf(m_scene.positions, m_scene.projection);
    m_scene.camera.fit(m_bounds);
    arrange();
}

void MapCanvas::zoom(double factor, QPointF around)
{
    m_scene.camera.zoom(factor, around);
    m_isFitted = false;
    arrange();
}

void MapCanvas::arrange()
{
    m_scene.marks = mapMarks(m_scene.positions, m_scene.health, m_scene.projection, m_scene.camera);
    m_scene.hovered = m_pointer ? m_scene.markAt(*m_pointer) : -1;
    update();
}

void MapCanvas::setFloor(const FloorPlan& plan, const QImage& image)
{
    m_scene.plan = plan;
    m_scene.image = image;
    m_scene.imageLightness =
        image.isNull()
            ? 0.5
            : QColor(
                  image.scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).pixel(0, 0))
                  .lightnessF();
    if (!image.isNull() && plan.scale <= 0)
        fitPlan();
    update();
}

void MapCanvas::fitPlan()
{
    if (m_scene.image.isNull() || m_bounds.isNull())
        return;
    FloorPlan plan = m_scene.plan;
    const QSizeF size = m_scene.image.size();
    plan.scale = std::max(m_bounds.width() / size.width(), m_bounds.height() / size.height());
    const QPointF low = m_bounds.center() - QPointF(size.width(), size.height()) * plan.scale / 2;
    plan.origin = m_scene.projection.fromPlane(low);
    movePlan(plan);
}

void MapCanvas::movePlan(const FloorPlan& plan)
{
    m_scene.plan = plan;
    update();
    Q_EMIT planMoved(plan);
}

void MapCanvas::select(AgentId agent)
{
    m_scene.selected = agent;
    if (const int mark = m_scene.markOf(agent); mark >= 0) {
        setAccessibleDescription(sentenceOf(mark));
        QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&changed);
    }
    update();
}

QPointF MapCanvas::pointOf(AgentId agent) const
{
    const int mark = m_scene.markOf(agent);
    return mark < 0 ? QPointF() : m_scene.marks[static_cast<std::size_t>(mark)].at;
}

QString MapCanvas::sentenceOf(int i) const
{
    const MapMark& mark = m_scene.marks[static_cast<std::size_t>(i)];
    QStringList lines;
    if (mark.places.size() > 1)
        lines
            << tr("%1 agents here").arg(numberText(static_cast<std::int64_t>(mark.places.size())));
    for (const int one : mark.places) {
        if (lines.size() == kMostNamed) {
            lines << tr("and %1 more")
                         .arg(numberText(static_cast<std::int64_t>(mark.places.size()) -
                                         kMostNamed + 1));
            break;
        }
        const auto place = static_cast<std::size_t>(one);
        const AgentPlace& at = m_scene.positions.agents[place];
        lines << tr("%1: %2, at %3, %4 since %5")
                     .arg(m_scene.names[place], healthText(m_scene.health[place]),
                          QString::number(at.x, 'g', 8), QString::number(at.y, 'g', 8),
                          shownClock(fromNs(at.since)));
    }
    return lines.join(u'\n');
}

void MapCanvas::paintEvent(QPaintEvent* /*event*/)
{
    const FrameTimer::Frame frame(m_frames);
    QPainter painter(this);
    MapPainter(m_scene).paint(painter);
}

void MapCanvas::resizeEvent(QResizeEvent* /*event*/)
{
    m_scene.camera.size = size();
    if (m_isFitted)
        m_scene.camera.fit(m_bounds);
    arrange();
}

void MapCanvas::wheelEvent(QWheelEvent* event)
{
    // Alt makes of a wheel one that turns across.
    const QPoint turn = event->angleDelta();
    const double factor = std::pow(1.0015, turn.y() != 0 ? turn.y() : turn.x());
    event->accept();
    if (!event->modifiers().testFlag(Qt::AltModifier) || m_scene.image.isNull())
        return zoom(factor, event->position());
    FloorPlan plan = m_scene.plan;
    const QPointF fixed = m_scene.camera.toPlane(event->position());
    const QPointF low = m_scene.projection.toPlane(plan.origin.x(), plan.origin.y());
    plan.scale *= factor;
    plan.origin = m_scene.projection.fromPlane(fixed + (low - fixed) * factor);
    movePlan(plan);
}

void MapCanvas::mousePressEvent(QMouseEvent* event)
{
    // The menu is about the agent under the pointer.
    if (const int mark = m_scene.markAt(event->position());
        event->button() == Qt::RightButton && mark >= 0 && mark != m_scene.markOf(m_scene.selected))
        pick(mark);
    if (event->button() != Qt::LeftButton)
        return;
    m_isPressed = true;
    m_isDragging = false;
    m_isPlanDragged = event->modifiers().testFlag(Qt::AltModifier) && !m_scene.planRect().isEmpty();
    m_pressed = event->position();
    m_cameraBefore = m_scene.camera;
    m_planBefore = m_scene.plan;
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position();
    if (!m_isPressed)
        return hover(m_scene.markAt(event->position()));
    const QPointF moved = event->position() - m_pressed;
    if (!m_isDragging && moved.manhattanLength() < QApplication::startDragDistance())
        return;
    m_isDragging = true;
    const QPointF way = QPointF(moved.x(), -moved.y()) / m_cameraBefore.scale;
    if (m_isPlanDragged) {
        FloorPlan plan = m_planBefore;
        const QPointF low = m_scene.projection.toPlane(plan.origin.x(), plan.origin.y());
        plan.origin = m_scene.projection.fromPlane(low + way);
        return movePlan(plan);
    }
    m_scene.camera.middle = m_cameraBefore.middle - way;
    m_isFitted = false;
    arrange();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_isPressed)
        return;
    m_isPressed = false;
    if (m_isDragging)
        return;
    const int mark = m_scene.markAt(event->position());
    if (mark >= 0)
        pick(mark);
    else
        Q_EMIT nothingPicked();
}

void MapCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    if (m_scene.markAt(event->position()) < 0)
        fit();
    else if (index(m_scene.selected) != 0)
        Q_EMIT agentOpened(m_scene.selected);
}

void MapCanvas::leaveEvent(QEvent* /*event*/)
{
    m_pointer.reset();
    hover(-1);
}

void MapCanvas::hover(int mark)
{
    if (mark == m_scene.hovered)
        return;
    m_scene.hovered = mark;
    update();
}

/// Of a bundle the next one each time.
void MapCanvas::pick(int i)
{
    const MapMark& mark = m_scene.marks[static_cast<std::size_t>(i)];
    std::size_t next = 0;
    for (std::size_t j = 0; j < mark.places.size(); ++j) {
        if (m_scene.positions.agents[static_cast<std::size_t>(mark.places[j])].agent ==
            m_scene.selected)
            next = (j + 1) % mark.places.size();
    }
    const AgentId agent =
        m_scene.positions.agents[static_cast<std::size_t>(mark.places[next])].agent;
    select(agent);
    Q_EMIT agentPicked(agent);
}

/// To the mark that lies nearest in a direction.
void MapCanvas::stepTo(QPointF direction)
{
    const int from = m_scene.markOf(m_scene.selected);
    int best = from < 0 && !m_scene.marks.empty() ? 0 : -1;
    double nearest = 1e18;
    for (int i = 0; std::cmp_less(i, m_scene.marks.size()) && from >= 0; ++i) {
        const QPointF way = m_scene.marks[static_cast<std::size_t>(i)].at -
                            m_scene.marks[static_cast<std::size_t>(from)].at;
        const double along = QPointF::dotProduct(way, direction);
        const double aside = std::abs(way.x() * direction.y() - way.y() * direction.x());
        if (i == from || along <= 1)
            continue;
        if (const double distance = along + 2 * aside; distance < nearest) {
            nearest = distance;
            best = i;
        }
    }
    if (best >= 0)
        pick(best);
}

void MapCanvas::keyPressEvent(QKeyEvent* event)
{
    const QPointF middle(width() / 2.0, height() / 2.0);
    switch (event->key()) {
    case Qt::Key_Left:
        return stepTo({-1, 0});
    case Qt::Key_Right:
        return stepTo({1, 0});
    case Qt::Key_Up:
        return stepTo({0, -1});
    case Qt::Key_Down:
        return stepTo({0, 1});
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(1.25, middle);
    case Qt::Key_Minus:
        return zoom(0.8, middle);
    case Qt::Key_0:
        return fit();
    case Qt::Key_Space:
        if (const int mark = m_scene.markOf(m_scene.selected); mark >= 0)
            pick(mark);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (index(m_scene.selected) != 0)
            Q_EMIT agentOpened(m_scene.selected);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void MapCanvas::focusInEvent(QFocusEvent* event)
{
    m_scene.hasFocus = true;
    QWidget::focusInEvent(event);
}

void MapCanvas::focusOutEvent(QFocusEvent* event)
{
    m_scene.hasFocus = false;
    QWidget::focusOutEvent(event);
}

void MapCanvas::dragEnterEvent(QDragEnterEvent* event)
{
    if (!fileOf(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MapCanvas::dropEvent(QDropEvent* event)
{
    const QString path = fileOf(event->mimeData());
    if (path.isEmpty())
        return;
    event->acceptProposedAction();
    Q_EMIT planDropped(path);
}

bool MapCanvas::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const int mark = m_scene.markAt(help->pos()); mark >= 0)
        QToolTip::showText(help->globalPos(), sentenceOf(mark), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace murmur
