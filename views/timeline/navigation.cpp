// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/navigation.h"

#include "views/base/bookmarkboard.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/timeaxis.h"

#include <QKeyEvent>
#include <QWheelEvent>

#include <cmath>

namespace murmur {

namespace {

// A unit axis: panning and zooming by shares of the window.
TimeAxis unit(const SharedView& shared)
{
    return TimeAxis(shared.window(), 0, 1);
}

void zoom(SharedView& shared, double factor)
{
    const TimeAxis axis = unit(shared);
    // About what the person looks at: the playhead, unless it is at the border, as in live.
    const double playhead = axis.xAt(shared.playhead());
    const double center = playhead > 0.02 && playhead < 0.98 ? playhead : 0.5;
    shared.setWindow(axis.zoomed(center, factor));
}

void moveTo(SharedView& shared, bool toEnd)
{
    if (!shared.session() || shared.session()->seen().last == 0)
        return;
    const TimeRange all = shared.session()->seen().time;
    const nanoseconds length = shared.window().length();
    if (toEnd)
        shared.setWindow({all.end - length, all.end});
    else
        shared.setWindow({all.begin, all.begin + length});
}

} // namespace

bool navigateByKey(SharedView& shared, const QKeyEvent& event)
{
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return false;
    const double far = event.modifiers().testFlag(Qt::ShiftModifier) ? 0.5 : 0.1;
    switch (event.key()) {
    case Qt::Key_Left:
        shared.setWindow(unit(shared).panned(-far));
        return true;
    case Qt::Key_Right:
        shared.setWindow(unit(shared).panned(far));
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(shared, 0.5);
        return true;
    case Qt::Key_Minus:
        zoom(shared, 2);
        return true;
    case Qt::Key_Home:
        moveTo(shared, false);
        shared.setPlayhead(TimePoint::min());
        return true;
    case Qt::Key_End:
        moveTo(shared, true);
        shared.setPlayhead(TimePoint::max());
        return true;
    case Qt::Key_Space:
        if (shared.mode() == SharedView::Mode::Paused)
            shared.play();
        else
            shared.pause();
        return true;
    case Qt::Key_Comma:
        shared.playback()->step(-1);
        return true;
    case Qt::Key_Period:
        shared.playback()->step(1);
        return true;
    case Qt::Key_F:
        shared.showAll();
        return true;
    case Qt::Key_G:
        shared.goLive();
        return true;
    default:
        return BookmarkBoard::of(&shared)->takeKey(event);
    }
}

void navigateByWheel(SharedView& shared, const TimeAxis& axis, const QWheelEvent& event)
{
    const QPoint pixels = event.pixelDelta();
    const QPoint angle = event.angleDelta();
    const bool isSideways = std::abs(angle.x()) > std::abs(angle.y());
    if (isSideways || event.modifiers() & (Qt::ShiftModifier | Qt::ControlModifier)) {
        const int notch = isSideways ? angle.x() : angle.y();
        const int exact = isSideways ? pixels.x() : pixels.y();
        const double dx = exact != 0 ? exact : notch / 120.0 * axis.width() * 0.08;
        shared.setWindow(axis.panned(-dx));
        return;
    }
    if (angle.y() == 0)
        return;
    // Up zooms in; one notch is a factor of about 1.3.
    const double factor = std::exp2(-angle.y() / 320.0);
    shared.setWindow(axis.zoomed(event.position().x(), factor));
}

} // namespace murmur
