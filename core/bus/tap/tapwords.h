// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractSocket>
#include <QString>

namespace murmur {

/// One sentence for why `where` could not be reached, and what to do.
QString tapSocketWords(const QString& where, QAbstractSocket::SocketError error,
                       const QString& text);

} // namespace murmur
