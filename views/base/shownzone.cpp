// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/shownzone.h"

#include <QActionGroup>
#include <QApplication>
#include <QCoreApplication>
#include <QDateTime>
#include <QEvent>
#include <QMenu>
#include <QWidget>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QTimeZone& zoneInForce()
{
    static QTimeZone zone = QTimeZone::utc();
    return zone;
}

QDateTime dateTimeOf(TimePoint t)
{
    return QDateTime::fromMSecsSinceEpoch(
        std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count(),
        Qt::UTC);
}

QString offsetName(int seconds)
{
    const int minutes = std::abs(seconds) / 60;
    return u"UTC%1%2:%3"_s.arg(seconds < 0 ? u"-"_s : u"+"_s)
        .arg(minutes / 60, 2, 10, QChar(u'0'))
        .arg(minutes % 60, 2, 10, QChar(u'0'));
}

/// "CEST"; where a zone has no such word, how far it is from UTC.
QString wordOf(const QTimeZone& zone, TimePoint at)
{
    const QDateTime then = dateTimeOf(at);
    if (zone == QTimeZone::utc())
        return u"UTC"_s;
    const QString word = zone.abbreviation(then);
    const bool isWord = !word.isEmpty() && std::ranges::all_of(word, [](QChar c) {
        return c.isLetter() && c.unicode() < 128;
    });
    return isWord ? word : offsetName(zone.offsetFromUtc(then));
}

struct ZoneTr
{
    Q_DECLARE_TR_FUNCTIONS(Views)
};

void addZone(QMenu& menu, QActionGroup* group, const QTimeZone& zone, const QString& title)
{
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(zone == shownZone());
    group->addAction(action);
    QObject::connect(action, &QAction::triggered, action, [zone] { setShownZone(zone); });
}

} // namespace

const QTimeZone& shownZone()
{
    return zoneInForce();
}

void setShownZone(const QTimeZone& zone)
{
    if (!zone.isValid() || zone == zoneInForce())
        return;
    zoneInForce() = zone;
    for (QWidget* widget : QApplication::allWidgets()) {
        QEvent event(QEvent::PaletteChange);
        QCoreApplication::sendEvent(widget, &event);
        widget->update();
    }
}

QString shownZoneName()
{
    return shownZoneName(wallNow());
}

QString shownZoneName(TimePoint at)
{
    return wordOf(zoneInForce(), at);
}

nanoseconds shownOffset(TimePoint t)
{
    const QTimeZone& zone = zoneInForce();
    // Asked for each time that is written: the usual one costs nothing.
    if (zone == QTimeZone::utc())
        return nanoseconds(0);
    return std::chrono::seconds(zone.offsetFromUtc(dateTimeOf(t)));
}

QString shownClock(TimePoint t, int digits)
{
    return clockTime(t + shownOffset(t), digits);
}

QString shownDate(TimePoint t)
{
    return isoTime(t + shownOffset(t)).left(10);
}

QString shownTime(TimePoint t)
{
    return u"%1 %2 %3"_s.arg(shownDate(t), shownClock(t), shownZoneName(t));
}

void fillZoneMenu(QMenu& menu)
{
    menu.clear();
    // The regions and their zones, too.
    qDeleteAll(menu.findChildren<QMenu*>(Qt::FindDirectChildrenOnly));
    qDeleteAll(menu.findChildren<QActionGroup*>(Qt::FindDirectChildrenOnly));
    auto* group = new QActionGroup(&menu);
    const TimePoint now = wallNow();
    addZone(menu, group, QTimeZone::utc(), u"UTC"_s);
    const QTimeZone own = QTimeZone::systemTimeZone();
    const auto title = [&](const QTimeZone& zone) {
        return u"%1 (%2)"_s.arg(QString::fromLatin1(zone.id()), wordOf(zone, now));
    };
    const bool isOther = own.offsetFromUtc(dateTimeOf(now)) != 0 || own.hasDaylightTime();
    if (own.isValid() && isOther)
        addZone(menu, group, own, ZoneTr::tr("This machine: %1").arg(title(own)));
    if (shownZone() != QTimeZone::utc() && shownZone() != own)
        addZone(menu, group, shownZone(), title(shownZone()));
    menu.addSeparator();
    std::map<QString, QMenu*> regions;
    for (const QByteArray& id : QTimeZone::availableTimeZoneIds()) {
        const QString name = QString::fromLatin1(id);
        const qsizetype slash = name.indexOf(u'/');
        if (slash < 1 || name.startsWith(u"Etc/"_s) || name.startsWith(u"SystemV/"_s))
            continue;
        QMenu*& region = regions[name.left(slash)];
        if (region == nullptr)
            region = menu.addMenu(name.left(slash));
        // Asking a zone for its word reads a file: of hundreds only the names are shown.
        QAction* action = region->addAction(name.mid(slash + 1).replace(u'_', u' '));
        QObject::connect(action, &QAction::triggered, action,
                         [id] { setShownZone(QTimeZone(id)); });
    }
}

} // namespace murmur
