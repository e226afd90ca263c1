// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <string_view>

namespace murmur {

/// What posts, each time from another port, is named by its host, and by its login where it has
/// one: “me@10.0.0.7 (HTTP)”. Several agents may share such a name, so that it is nobody's own.
inline constexpr std::string_view kSharedPeerEnd = " (HTTP)";

inline bool isSharedPeer(std::string_view peer)
{
    return peer.ends_with(kSharedPeerEnd);
}

inline QByteArray sharedPeer(const QByteArray& login, const QByteArray& host)
{
    return (login.isEmpty() ? host : login + '@' + host) +
           QByteArray(kSharedPeerEnd.data(), qsizetype(kSharedPeerEnd.size()));
}

} // namespace murmur
