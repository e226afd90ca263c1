// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/health.h"

#include "views/base/theme.h"

#include <QCoreApplication>
#include <QPainter>

namespace murmur {

namespace {
struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Health)
};
} // namespace

QString healthText(Health health, std::int64_t errors)
{
    switch (health) {
    case Health::Unseen:
        return Tr::tr("not seen yet");
    case Health::Well:
        return Tr::tr("well");
    case Health::Slow:
        return Tr::tr("slow");
    case Health::Erring:
        return errors == 1 ? Tr::tr("1 error") : Tr::tr("%1 errors").arg(errors);
    case Health::Silent:
        return Tr::tr("silent");
    }
    return {};
}

QString healthLetter(Health health)
{
    switch (health) {
    case Health::Unseen:
        return QStringLiteral("–");
    case Health::Well:
        return Tr::tr("W", "letter for: well");
    case Health::Slow:
        return Tr::tr("L", "letter for: late, slow");
    case Health::Erring:
        return Tr::tr("E", "letter for: with errors");
    case Health::Silent:
        return Tr::tr("S", "letter for: silent");
    }
    return {};
}

QString healthGroupText(Health health)
{
    return health == Health::Erring ? Tr::tr("with errors") : healthText(health);
}

QColor healthColor(Health health)
{
    const Theme& theme = Theme::current();
    switch (health) {
    case Health::Unseen:
        return theme.faint;
    case Health::Well:
        return theme.good;
    case Health::Slow:
    case Health::Erring:
        return theme.warning;
    case Health::Silent:
        return theme.bad;
    }
    return theme.faint;
}

void paintHealth(QPainter& painter, const QRectF& box, Health health)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = healthColor(health);
    painter.setPen(health == Health::Unseen ? QPen(color, 1.2) : QPen(Qt::NoPen));
    painter.setBrush(health == Health::Unseen ? QBrush(Qt::NoBrush) : QBrush(color));
    switch (health) {
    case Health::Unseen:
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
        break;
    case Health::Well:
        painter.drawEllipse(box);
        break;
    case Health::Slow:
    case Health::Erring:
        painter.drawPolygon(
            QPolygonF({QPointF(box.center().x(), box.top()), QPointF(box.right(), box.bottom()),
                       QPointF(box.left(), box.bottom())}));
        break;
    case Health::Silent:
        painter.drawRect(box);
        break;
    }
    painter.restore();
}

Health healthOf(Liveness liveness, std::int64_t errors, nanoseconds p99, nanoseconds slo)
{
    if (liveness == Liveness::Unseen)
        return Health::Unseen;
    if (liveness == Liveness::Silent)
        return Health::Silent;
    if (errors > 0)
        return Health::Erring;
    return slo.count() > 0 && p99 > slo ? Health::Slow : Health::Well;
}

} // namespace murmur
