// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/notifyaction.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kDesktopPatience = 5000; ///< ms
constexpr qsizetype kLongestBody = 400;

/// Looked for by hand: asked without one, the library might start a bus.
bool hasSessionBus()
{
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
           QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s);
}

} // namespace

NotifyAction::NotifyAction(QString text)
    : m_text(std::move(text))
{
}

void NotifyAction::perform(const TriggerFiring& firing)
{
    QDBusConnection bus =
        hasSessionBus() ? QDBusConnection::sessionBus() : QDBusConnection(u"murmurscope-none"_s);
    if (!bus.isConnected()) {
        Q_EMIT told(u"No notification: there is no desktop session here to show one."_s, true);
        return;
    }
    QDBusMessage call = QDBusMessage::createMethodCall(
        u"org.freedesktop.Notifications"_s, u"/org/freedesktop/Notifications"_s,
        u"org.freedesktop.Notifications"_s, u"Notify"_s);
    const QString title = m_text.isEmpty() ? firing.trigger : m_text;
    // Bodies may be read as markup.
    const QString body = firing.sentence.left(kLongestBody).toHtmlEscaped();
    call << u"Murmurscope"_s << m_last << u"murmurscope"_s << title << body << QStringList()
         << QVariantMap() << -1;
    ++m_asked;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, kDesktopPatience), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* ended) {
                const QDBusPendingReply<uint> reply = *ended;
                ended->deleteLater();
                --m_asked;
                if (reply.isError())
                    Q_EMIT told(u"No notification: the desktop does not show any (%1)."_s.arg(
                                    reply.error().message()),
                                true);
                else
                    m_last = reply.value();
                if (!reply.isError())
                    Q_EMIT told(u"notified"_s, false);
            });
}

Result<std::unique_ptr<TriggerAction>> createNotifyAction(const QString& argument,
                                                          const TriggerRules& /*rules*/)
{
    return std::unique_ptr<TriggerAction>(std::make_unique<NotifyAction>(argument));
}

} // namespace murmur
