// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QHostAddress>
#include <QList>
#include <QUrl>

#include <chrono>
#include <cstddef>

namespace murmur {

/// What a `listen://` URL asks for.
struct HubSettings
{
    static constexpr quint16 kDefaultPort = 7777;

    QHostAddress address = QHostAddress(QHostAddress::LocalHost);
    /// "localhost" was asked for: IPv6's loopback is served too where there is one.
    bool bothLoopbacks = false;
    quint16 port = kDefaultPort;
    QByteArray token; ///< empty: none is needed
    QList<QByteArray> origins;
    std::size_t maxFrame = std::size_t(64) * 1024 * 1024;            ///< of a message or a body
    std::size_t maxSubscriberBacklog = std::size_t(8) * 1024 * 1024; ///< then it is cut
    int maxClients = 1000;
    /// For a request's head, for the next bytes of a body or frame, and for good-byes.
    std::chrono::milliseconds patience{10'000};

    [[nodiscard]] bool isLoopback() const { return address.isLoopback(); }
    /// Bytes of unfinished messages that all clients together may have here.
    [[nodiscard]] std::size_t maxUnfinished() const;
};

/// WrongUse tells what is wrong with the URL. A token in the URL is refused: URLs are shown.
Result<HubSettings> hubSettingsFromUrl(const QUrl& url, const QByteArray& token);

/// Who may talk to the hub.
enum class Admission {
    Granted,
    NeedsToken,  ///< none or a wrong one
    WrongOrigin, ///< a web page that nobody allowed
    WrongHost,   ///< a name that is not ours: a web page that had its own name point to us
};

struct Visitor
{
    QByteArray host;   ///< header Host; null: none
    QByteArray origin; ///< header Origin; null: none
    QByteArray token;  ///< from `Authorization: Bearer` or the query item `token`
};
Admission admit(const HubSettings& settings, const Visitor& visitor);

/// Compares in a time that does not depend on where the two differ.
bool isSameSecret(const QByteArray& given, const QByteArray& expected);

} // namespace murmur
