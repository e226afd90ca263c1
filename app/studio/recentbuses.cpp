// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recentbuses.h"

#include "bus/connection.h"
#include "bus/sameurl.h"
#include "settings.h"
#include "studiosession.h"

#include <algorithm>

namespace murmur {

namespace {

bool wasAttached(const ConnectionInfo& connection)
{
    return connection.state == ConnectionStatus::State::Up || connection.received > 0;
}

bool isThat(const ConnectionInfo& connection, const QUrl& asked)
{
    // Where the port was left to us, the connection is named as it was asked for.
    return connection.name == shownUrl(asked) ||
           meanTheSame(QUrl(connection.url), QUrl(shownUrl(asked))) ||
           (asked.port() == 0 && QUrl(connection.url).scheme() == asked.scheme());
}

} // namespace

RecentBuses::RecentBuses(StudioSettings& settings, StudioSession* session, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
    , m_session(session)
{
    connect(session, &StudioSession::connectionsChanged, this, &RecentBuses::look);
}

void RecentBuses::tryThem(const std::vector<QUrl>& urls)
{
    m_tried = urls;
}

QString RecentBuses::notAttached() const
{
    return m_tried.size() == 1 ? shownUrl(m_tried.front()) : QString();
}

void RecentBuses::look()
{
    if (m_tried.empty() || !m_session->isRecording())
        return;
    bool isNew = false;
    std::erase_if(m_tried, [&](const QUrl& url) {
        const bool isAttached =
            std::ranges::any_of(m_session->connections(), [&url](const ConnectionInfo& connection) {
                return isThat(connection, url) && wasAttached(connection);
            });
        if (isAttached)
            m_settings.addRecentUrl(shownUrl(url));
        isNew = isNew || isAttached;
        return isAttached;
    });
    if (isNew)
        Q_EMIT changed();
}

} // namespace murmur
