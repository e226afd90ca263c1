// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "awake.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QDBusMessage callOf(const QString& method)
{
    return QDBusMessage::createMethodCall(u"org.freedesktop.ScreenSaver"_s,
                                          u"/org/freedesktop/ScreenSaver"_s,
                                          u"org.freedesktop.ScreenSaver"_s, method);
}

} // namespace

Awake::Awake(const QString& reason, QObject* parent)
    : QObject(parent)
{
    // Asking for the bus where there is none would start one.
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS"))
        return;
    QDBusMessage call = callOf(u"Inhibit"_s);
    call << u"murmurscope"_s << reason;
    auto* watcher =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](auto* ended) {
        const QDBusPendingReply<uint> reply = *ended;
        if (!reply.isError()) {
            m_cookie = reply.value();
            Q_EMIT held();
        }
        ended->deleteLater();
    });
}

Awake::~Awake()
{
    if (m_cookie == 0)
        return;
    QDBusMessage call = callOf(u"UnInhibit"_s);
    call << m_cookie;
    QDBusConnection::sessionBus().send(call);
}

} // namespace murmur
