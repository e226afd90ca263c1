// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QUrl>

namespace murmur {

/// Hosts and ports that a URL of a bus names, as "host:port": in small letters, loopback as
/// "localhost", the port written out. No name is looked up: one host by two names is two. Of a
/// Kafka cluster there are several. The scheme says how to talk, not to whom.
QStringList endpointsOf(const QUrl& url);
/// The same, and each under the addresses that this machine's list of hosts (`hosts`, as of
/// hosts(5); by default /etc/hosts) has for its name: no network is asked.
QStringList knownEndpointsOf(const QUrl& url);
QStringList knownEndpointsOf(const QUrl& url, const QByteArray& hosts);
/// Whether both name one bus at least, whatever they listen to on it, by all that is known of their
/// names.
bool isSameBus(const QUrl& one, const QUrl& other);
/// The same, and each that is at an address of this machine on its networks as if it were at
/// "localhost", too. Two servers may share a port at different addresses of one machine: this is
/// for what forbids, never for what permits.
QStringList possibleEndpointsOf(const QUrl& url);
QStringList possibleEndpointsOf(const QStringList& known, const QStringList& ownAddresses);
/// Whether both may be one bus.
bool mayBeSameBus(const QUrl& one, const QUrl& other);
/// Every endpoint is on this machine. False for what has none.
bool isOnThisMachine(const QUrl& url);

} // namespace murmur
