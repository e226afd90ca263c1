// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tlsoptions.h"

#include <QFile>
#include <QFileInfo>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

Result<QByteArray> contentOf(const QString& path, QLatin1StringView what)
{
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly)) {
        return Error{
            ErrorCode::Unreadable,
            u"The %1 file %2 cannot be read: %3."_s.arg(
                what, path,
                file.error() == QFileDevice::NoError ? u"no such file"_s : file.errorString())};
    }
    return file.readAll();
}

} // namespace

Status TlsOptions::check() const
{
    if (certFile.isEmpty() != keyFile.isEmpty()) {
        return Error{ErrorCode::WrongUse,
                     u"A client certificate needs both items, cert= and key=; one is missing."_s};
    }
    struct Named
    {
        const QString& path;
        QLatin1StringView what;
    };
    for (const Named& file :
         {Named{caFile, "ca"_L1}, Named{certFile, "cert"_L1}, Named{keyFile, "key"_L1}}) {
        if (file.path.isEmpty())
            continue;
        if (const auto content = contentOf(file.path, file.what); !content)
            return content.error();
    }
    return Done{};
}

Result<QSslConfiguration> sslConfiguration(const TlsOptions& options)
{
    QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
    if (!options.caFile.isEmpty()) {
        const auto authorities = QSslCertificate::fromPath(options.caFile, QSsl::Pem);
        if (authorities.isEmpty()) {
            return Error{ErrorCode::Unreadable,
                         u"The ca file %1 holds no PEM certificate."_s.arg(options.caFile)};
        }
        ssl.setCaCertificates(authorities);
    }
    if (!options.certFile.isEmpty()) {
        const auto chain = QSslCertificate::fromPath(options.certFile, QSsl::Pem);
        if (chain.isEmpty()) {
            return Error{ErrorCode::Unreadable,
                         u"The cert file %1 holds no PEM certificate."_s.arg(options.certFile)};
        }
        const auto pem = contentOf(options.keyFile, "key"_L1);
        if (!pem)
            return pem.error();
        QSslKey key;
        for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec}) {
            key = QSslKey(*pem, algorithm, QSsl::Pem, QSsl::PrivateKey, options.keyPassword);
            if (!key.isNull())
                break;
        }
        if (key.isNull()) {
            return Error{ErrorCode::Unreadable,
                         u"The key file %1 holds no PEM private key that its password opens."_s.arg(
                             options.keyFile)};
        }
        ssl.setLocalCertificateChain(chain);
        ssl.setPrivateKey(key);
    }
    if (options.insecure)
        ssl.setPeerVerifyMode(QSslSocket::VerifyNone);
    return ssl;
}

QString tlsFailure(const QString& host, const QList<QSslError>& errors)
{
    QString why = u"its certificate cannot be verified"_s;
    QString advice = u"Give the certificate of its authority with ca=FILE"_s;
    for (const QSslError& error : errors) {
        switch (error.error()) {
        case QSslError::CertificateExpired:
            why = u"its certificate has expired"_s;
            advice = u"Renew it"_s;
            break;
        case QSslError::CertificateNotYetValid:
            why = u"its certificate is not valid yet"_s;
            advice = u"Check both clocks"_s;
            break;
        case QSslError::HostNameMismatch:
            why = u"its certificate is for another name"_s;
            advice = u"Use the name in the certificate, or give it with server-name=NAME"_s;
            break;
        case QSslError::SelfSignedCertificate:
        case QSslError::SelfSignedCertificateInChain:
        case QSslError::UnableToGetLocalIssuerCertificate:
        case QSslError::UnableToGetIssuerCertificate:
        case QSslError::UnableToVerifyFirstCertificate:
        case QSslError::CertificateUntrusted:
            why = u"nobody whom this machine trusts has signed its certificate"_s;
            break;
        default:
            continue;
        }
        break;
    }
    return u"%1 is not trusted: %2. %3; insecure=1 takes it unverified."_s.arg(host, why, advice);
}

} // namespace murmur
