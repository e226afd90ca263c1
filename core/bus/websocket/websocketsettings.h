// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"
#include "bus/urlreader.h"
#include "bus/websocket/websocketfeed.h"

#include <QByteArray>
#include <QUrl>

#include <optional>
#include <string_view>
#include <vector>

namespace murmur {

/// What is said when the server says something: `murmur.reply=PATTERN=>TEXT`.
struct FeedReply
{
    QByteArray pattern;
    QByteArray text;
    bool isAtBegin = false; ///< the pattern began with ^
    bool isAtEnd = false;   ///< the pattern ended with $

    [[nodiscard]] bool answers(std::string_view heard) const noexcept;
};

struct WebSocketSettings
{
    FeedOptions feed;
    std::vector<QByteArray> hellos; ///< sent at each connect, in this order
    std::vector<FeedReply> replies;
    std::optional<QByteArray> topic; ///< of every message; none: the path
    bool isHub = false;              ///< the server is a hub of ours: all is subscribed to
};

/// Reads a ws:// or wss:// URL. Items that begin with `murmur.` are ours, all others are the
/// server's and go to it as they are. WrongUse, Unreadable.
Result<WebSocketSettings> webSocketSettings(const QUrl& url, const ConnectionOptions& options);

/// Who we are, for the request of a handshake: a token goes before user and password. Refuses a
/// user without a password.
void addCredentials(FeedOptions& feed, UrlReader& url, const ConnectionOptions& options);

} // namespace murmur
