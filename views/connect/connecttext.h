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
/// "lost 17", "at least 17 lost by us", "an unknown number lost by us"; empty when nothing was
/// lost.
QString lostText(std::int64_t lost, LostIs lostIs);
/// "17", "≥ 17", "unknown": the same for a narrow column; empty when nothing was lost.
QString shortLostText(std::int64_t lost, LostIs lostIs);
/// "12 while we were not attached · 3 because our queue was full": what was lost by cause; empty
/// when nothing was.
QString lostByText(const std::vector<LostBy>& lostBy);
/// "198 of 200 up", and what is wrong with the others.
QString upText(const std::vector<ConnectionInfo>& connections);
/// "198 of 200 up" alone.
QString shortUpText(const std::vector<ConnectionInfo>& connections);
/// "43 %" of what is read from the past; empty when that is not known, or read.
QString shareText(const ConnectionInfo& connection);
/// "512,000 of about 1,200,000 messages, about 24 s left"; empty when nothing of the past is read.
QString windowText(const ConnectionInfo& connection, double perSecond);
/// One word for the state of a connection.
QString stateWord(ConnectionStatus::State state);
/// The health colour of a connection: good, warning, bad or faint. Never used without a shape or a
/// word.
QColor stateColor(ConnectionStatus::State state, bool hasLost);

/// What tells a connection from others of its fleet: "robot-007.site:1883".
QString placeName(const ConnectionInfo& connection);
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
/// Whether the other side of a URL may ask who we are, or whether we ask.
bool takesSecret(const QString& url);

} // namespace murmur
