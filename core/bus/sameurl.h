// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUrl>

namespace murmur {

/// The URL in the one form that stands for all that mean the same: the port written out, the host
/// in small letters, the names of this machine as 127.0.0.1, no “/” alone as path, the items in
/// order and lists of names taken apart. For comparing only: where a WebSocket server reads the
/// order of its items, the URL must go to it as it was written.
QUrl comparableUrl(const QUrl& url);
/// Whether two URLs mean the same bus and listen to the same on it.
bool meanTheSame(const QUrl& one, const QUrl& other);

} // namespace murmur
