// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <string_view>

namespace murmur {

/// What posts, each time from another port, is named by its host, and by its login where it has
/// one: “me@10.0.0.7 (HTTP)”. Several agents may share such a name, so that it is nobody's own.
inline constexpr std::string_view kSharedPeerEnd = " (HTTP)";

/// A header that says whose message it was, where both ends are told: once an agent has said its
/// name, a recording no longer knows by which socket it spoke, and its calls count within that.
inline constexpr std::string_view kPeerHeader = "murmur-peer";

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
