// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/profilecheck.h"

#include "bus/connection.h"
#include "bus/fleet.h"
#include "bus/usualport.h"

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Where we listen, so that a port may be left to the system.
bool isListener(const QString& scheme)
{
    return scheme == "listen"_L1 || scheme == "otlp"_L1 || scheme == "tap"_L1;
}

Status checkPlace(const QUrl& url)
{
    const QString scheme = url.scheme().toLower();
    if (usualPort(scheme) == 0)
        return Done{};
    const QString shown = shownUrl(url);
    if (url.host().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"%1 names no host; this machine is %2://127.0.0.1."_s.arg(shown, scheme)};
    if (url.port() == 0 && !isListener(scheme))
        return Error{
            ErrorCode::WrongUse,
            u"%1: a port is a number from 1 to 65535; without one it is %2."_s.arg(shown).arg(
                usualPort(scheme))};
    return Done{};
}

Status checkUrl(const QUrl& url)
{
    // The secrets are elsewhere, so that one is missing is no mistake of the URL.
    static const ConnectionOptions someSecrets{
        .token = "token", .password = "password", .keyPassword = "password", .name = {}};
    const auto made = createConnection(url, {ConnectionId{}, nullptr, someSecrets});
    if (!made && made.error().code != ErrorCode::Unreadable)
        return made.error();
    return checkPlace(url);
}

} // namespace

Status checkConnections(const QStringList& connections)
{
    for (const QString& text : connections) {
        if (text.startsWith(u'@'))
            continue; // a list is read when it is used
        const auto urls = fleetFromText(text);
        if (!urls)
            return urls.error();
        for (const QUrl& url : *urls) {
            if (!url.isValid())
                return Error{
                    ErrorCode::WrongUse,
                    u"“%1” is no URL of a bus: check the host, and the port (1 to 65535)."_s.arg(
                        text)};
            if (const Status fine = checkUrl(url); !fine)
                return fine;
        }
    }
    return Done{};
}

} // namespace murmur
