// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

namespace murmur {

/// The public key ("U…") of the seed ("SU…") in the file, as the server knows it. The file may hold
/// the public key too, in a line of its own. Unreadable when it holds no seed.
Result<QByteArray> natsPublicKey(const QString& seedFile);

} // namespace murmur
