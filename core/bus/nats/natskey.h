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

/// What shows a server that a secret is ours: its nonce, signed.
struct NatsProof
{
    QByteArray publicKey; ///< of an nkey file
    QByteArray jwt;       ///< of a creds file
    QByteArray signature; ///< as it stands in the greeting
};
/// With the seed of an nkey file. Unreadable when it holds none.
Result<NatsProof> natsKeyProof(const QString& seedFile, const QByteArray& nonce);
/// With a creds file, which holds a JWT and its seed.
Result<NatsProof> natsCredsProof(const QString& credsFile, const QByteArray& nonce);

} // namespace murmur
