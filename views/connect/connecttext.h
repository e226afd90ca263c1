// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QColor>
#include <QString>
#include <QStringList>
#include <QUrl>

namespace murmur {

/// "870/s", "12.4k/s", "1.2M/s": how fast messages come, three digits at most.
QString rateText(double perSecond);
/// "lost 17", "lost at least 17", "lost: unknown number"; empty when nothing was lost.
QString lostText(std::int64_t lost, LostIs lostIs);
/// One word for the state of a connection.
QString stateWord(ConnectionStatus::State state);
/// The health colour of a connection: good, warning, bad or faint. Never used without a shape or a
/// word.
QColor stateColor(ConnectionStatus::State state, bool hasLost);

/// The name on a chip when the connection has none: "listen 7777", "demo".
QString shortName(const ConnectionInfo& connection);

/// The command that sends one message to a hub at `url`; empty when `url` is no hub.
QString hubCurlLine(const QUrl& url);
/// What being attached changes for the system that is watched, in one or two sentences.
QString whatAttachingChanges(const QString& scheme);

/// A hub URL on a free loopback port: 7777 when it is free, else the next one that is.
QUrl suggestHubUrl();
/// URLs to start from, one for each scheme that this build has.
QStringList exampleUrls();

} // namespace murmur
