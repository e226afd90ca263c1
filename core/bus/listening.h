// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <utility>
#include <vector>

namespace murmur {

/// What of a bus is listened to stands in items of its URL, named differently by each bus. These
/// change them.

/// `url` reads the past up to a given end (`to=`).
bool readsWindow(const QUrl& url);
/// `url` reads the past (`from=`).
bool readsPast(const QUrl& url);

/// The same connection that listens to `names` too, written as the bus names them in
/// ConnectionStatus::unmatched. WrongUse: this bus cannot, or a name cannot stand in a URL.
Result<QUrl> widenedUrl(const QUrl& url, const QStringList& names);
/// A connection beside that of `url` which listens to `names` only, from the same place on. That is
/// how what a bus keeps is widened: nothing is read twice, and nothing is missed.
Result<QUrl> besideUrl(const QUrl& url, const QStringList& names);
/// These names are read from what the bus keeps: widened by a connection beside.
bool isWidenedBeside(const QUrl& url, const QStringList& names);
/// The same connection that listens to `patterns` only.
Result<QUrl> narrowedUrl(const QUrl& url, const QStringList& patterns);
/// The same connection that reads the past from behind `stated` (ns).
QUrl resumedUrl(const QUrl& url, std::int64_t stated);

/// A connection to `url` listens to all there is.
bool listensToAll(const QUrl& url, const QStringList& subscribed);
/// The pattern that takes all there is on the bus of `url`; empty: it knows none.
QString everythingOn(const QUrl& url);

using TopicCount = std::pair<QByteArray, std::int64_t>;
/// Patterns of the bus of `scheme` that together take at least 95 % of the messages, each as long
/// as possible, at most eight: "swarm.tasks.>". Empty: no narrower ones are known.
QStringList narrowerPatterns(const QString& scheme, const std::vector<TopicCount>& topics);

} // namespace murmur
