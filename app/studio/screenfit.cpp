// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "screenfit.h"

#include <QApplication>
#include <QDialog>
#include <QEvent>
#include <QScreen>

#include <algorithm>

namespace murmur {

ScreenFit::ScreenFit(QObject* parent)
    : QObject(parent)
{
    qApp->installEventFilter(this);
}

bool ScreenFit::eventFilter(QObject* watched, QEvent* event)
{
    auto* dialog = event->type() == QEvent::Show ? qobject_cast<QDialog*>(watched) : nullptr;
    if (!dialog || !dialog->isWindow())
        return false;
    constexpr QSize kFrame(8, 40); // not known yet
    const QRect room = dialog->screen()->availableGeometry();
    const QSize most = room.size() - kFrame;
    if (dialog->width() > most.width() || dialog->height() > most.height())
        dialog->resize(dialog->size().boundedTo(most));
    const QPoint corner(room.right() - dialog->width(), room.bottom() - dialog->height());
    const QPoint place(std::clamp(dialog->x(), room.left(), std::max(room.left(), corner.x())),
                       std::clamp(dialog->y(), room.top(), std::max(room.top(), corner.y())));
    if (place != dialog->pos())
        dialog->move(place);
    return false;
}

} // namespace murmur
