// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "panedragger.h"

#include "views/base/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTabBar>
#include <QWidget>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const char* const kPaneProperty = "murmurPane";

/// The place that is meant, as a veil and a frame.
class DropMark : public QWidget
{
public:
    explicit DropMark(QWidget* area)
        : QWidget(area)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QColor veil = Theme::current().interaction;
        veil.setAlpha(48);
        QPainter painter(this);
        painter.fillRect(rect(), veil);
        painter.setPen(QPen(Theme::current().interaction, 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
};

} // namespace

PaneDragger::PaneDragger(QWidget* area, SpotAt spotAt)
    : QObject(area)
    , m_area(area)
    , m_spotAt(std::move(spotAt))
    , m_mark(new DropMark(area))
{
    m_mark->setObjectName(u"dropMark"_s);
}

void PaneDragger::watchTabs(QTabBar* bar, std::function<QString(int)> idOf)
{
    m_bars.emplace_back(bar, std::move(idOf));
    bar->installEventFilter(this);
}

void PaneDragger::watchHeader(QWidget* header, const QString& id)
{
    header->setProperty(kPaneProperty, id);
    header->installEventFilter(this);
}

void PaneDragger::press(QObject* watched, const QPoint& at, const QPoint& global)
{
    m_id = watched->property(kPaneProperty).toString();
    for (const auto& [bar, idOf] : m_bars)
        if (bar == watched)
            m_id = bar->tabAt(at) < 0 ? QString() : idOf(bar->tabAt(at));
    m_pressed = global;
}

void PaneDragger::drag(const QPoint& global)
{
    if (!m_isDragging &&
        (global - m_pressed).manhattanLength() < 2 * QApplication::startDragDistance())
        return;
    if (!m_isDragging) {
        m_isDragging = true;
        QApplication::setOverrideCursor(Qt::ClosedHandCursor);
        qApp->installEventFilter(this); // for Esc, whoever has the keyboard
    }
    const auto spot = m_spotAt(m_area->mapFromGlobal(global));
    m_mark->setVisible(spot.has_value());
    if (spot) {
        m_mark->setGeometry(spot->mark);
        m_mark->raise();
    }
}

void PaneDragger::drop(const QPoint& global)
{
    const QString id = m_id;
    end();
    // Queued: the bar ends what it began with the press before its tabs change.
    if (const auto spot = m_spotAt(m_area->mapFromGlobal(global)))
        QMetaObject::invokeMethod(
            this, [this, id, spot] { Q_EMIT dropped(id, *spot); }, Qt::QueuedConnection);
    else if (!m_area->window()->frameGeometry().contains(global))
        QMetaObject::invokeMethod(
            this, [this, id, global] { Q_EMIT droppedOutside(id, global); }, Qt::QueuedConnection);
}

void PaneDragger::end()
{
    m_id.clear();
    if (!std::exchange(m_isDragging, false))
        return;
    m_mark->hide();
    qApp->removeEventFilter(this);
    QApplication::restoreOverrideCursor();
}

bool PaneDragger::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::MouseButtonPress: {
        if (m_isDragging)
            return false;
        const auto* mouse = static_cast<QMouseEvent*>(event);
        m_id.clear();
        if (mouse->button() == Qt::LeftButton)
            press(watched, mouse->position().toPoint(), mouse->globalPosition().toPoint());
        return false;
    }
    case QEvent::MouseMove:
        if (m_id.isEmpty() || !watched->isWidgetType())
            return false;
        drag(static_cast<QMouseEvent*>(event)->globalPosition().toPoint());
        return m_isDragging;
    case QEvent::MouseButtonRelease:
        if (!m_isDragging || !watched->isWidgetType()) {
            if (watched->isWidgetType())
                m_id.clear();
            return false;
        }
        drop(static_cast<QMouseEvent*>(event)->globalPosition().toPoint());
        return false;
    case QEvent::KeyPress:
    case QEvent::ShortcutOverride:
        if (!m_isDragging || static_cast<QKeyEvent*>(event)->key() != Qt::Key_Escape)
            return false;
        end();
        return true;
    default:
        return false;
    }
}

} // namespace murmur
