// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/zonebutton.h"

#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QEvent>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

ZoneButton::ZoneButton(SharedView* shared, QWidget* parent)
    : QToolButton(parent)
    , m_shared(shared)
{
    setProperty("flat", true);
    setAutoRaise(true);
    setPopupMode(QToolButton::InstantPopup);
    setToolTip(tr("The time zone of all times in this window"));
    auto* menu = new QMenu(this);
    connect(menu, &QMenu::aboutToShow, menu, [menu] { fillZoneMenu(*menu); });
    setMenu(menu);
    // In summer it has another name.
    connect(shared, &SharedView::windowChanged, this, &ZoneButton::refresh);
    refresh();
}

void ZoneButton::refresh()
{
    const Theme& theme = Theme::current();
    const QString name = shownZoneName(m_shared->window().begin);
    const QString style =
        u"QToolButton { background: %1; color: %2; border: none; padding: 0 4px; "
        "margin: 0; } QToolButton:hover, QToolButton:focus { color: %3; } "
        "QToolButton::menu-indicator { image: none; }"_s.arg(
            theme.ground.name(), theme.secondary.name(), theme.interaction.name());
    // Its own style sheet changes its palette, too: that must not begin it anew.
    const QFont font = theme.numberFont(8.5);
    if (style == styleSheet() && text() == name + u" ▾"_s && font == m_font)
        return;
    m_font = font;
    setFont(font);
    setText(name + u" ▾"_s);
    setAccessibleName(tr("Time zone: %1").arg(name));
    setStyleSheet(style);
    placeAt(m_axis);
}

QRect ZoneButton::besides(QRect axis) const
{
    if (isVisible())
        axis.setRight(std::min(axis.right(), x() - 2));
    return axis;
}

void ZoneButton::placeAt(const QRect& axis)
{
    m_axis = axis;
    const int wide = fontMetrics().horizontalAdvance(text()) + 12;
    const int high = std::min(axis.height() - 2, fontMetrics().height() + 2);
    setVisible(axis.width() > 4 * wide && high > 6);
    setGeometry(axis.right() + 1 - wide, axis.top() + (axis.height() - high) / 2, wide, high);
}

void ZoneButton::changeEvent(QEvent* event)
{
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        refresh();
}

} // namespace murmur
