// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/websocket/upgrade.h"

#include <QAbstractSocket>
#include <QByteArray>
#include <QString>

#include <cstdint>
#include <string_view>

namespace murmur {

/// Whether trying again may help.
enum class Again : std::uint8_t {
    Yes,
    IfItWasRight, ///< not there where we asked; a server that was is expected back
    No,
};

/// Why a feed ended, in one sentence.
struct FeedEnd
{
    QString sentence;
    Again again = Again::Yes;
};

/// `where` is the URL without its query; `body` what came behind the head.
FeedEnd refusalWords(const QString& where, const UpgradeAnswer& answer, std::string_view body);
/// The server closed; the payload of its close frame.
FeedEnd closeWords(const QString& where, std::string_view payload);
/// Nobody answered, or the socket broke. `isOpen`: after the handshake.
FeedEnd socketWords(const QString& where, QAbstractSocket::SocketError error, const QString& text,
                    bool isOpen);

} // namespace murmur
