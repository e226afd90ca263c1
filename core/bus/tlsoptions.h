// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>
#include <QSslError>
#include <QString>

QT_FORWARD_DECLARE_CLASS(QSslConfiguration)

namespace murmur {

/// How a connection is encrypted: the items `ca`, `cert`, `key`, `server-name` and `insecure` of
/// a URL. Without `ca` the certificates of the system hold.
struct TlsOptions
{
    bool isOn = false;
    QString caFile;        ///< PEM, who may have signed the other side's certificate
    QString certFile;      ///< PEM, our own certificate
    QString keyFile;       ///< PEM, its private key
    QString serverName;    ///< expected in the certificate instead of the host of the URL
    bool insecure = false; ///< takes any certificate: the explicit override
    QByteArray keyPassword;

    /// The files are there and can be read; WrongUse or Unreadable, naming the file.
    [[nodiscard]] Status check() const;
};

/// For sockets of Qt. `check` passed before.
Result<QSslConfiguration> sslConfiguration(const TlsOptions& options);
/// One sentence in plain words for what is wrong with the certificate of `host`, and what to do.
QString tlsFailure(const QString& host, const QList<QSslError>& errors);

} // namespace murmur
