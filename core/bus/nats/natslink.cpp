// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natslink.h"

#include "bus/nats/natskey.h"

#include <QFile>
#include <QSslConfiguration>
#include <QSslKey>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kSocketBuffer = 256 * 1024;
// ms. The library (3.4) never gives up waiting for the answer to its greeting: when this time is
// over it spins, for ever. So it waits practically for ever, in a thread that we leave when our own
// patience is over (NatsWorker::connectWithin).
constexpr std::int64_t kConnectTimeout = 1'000'000'000;
constexpr std::int64_t kWriteTimeout = 10'000; // ms
constexpr std::int64_t kPing = 20'000;         // ms; two unanswered ones: the server is gone

Status wrongFile(const QString& what, const QString& path)
{
    return Error{ErrorCode::Unreadable, u"The %1 file %2 does not hold what it should: %3."_s.arg(
                                            what, path, natsReason())};
}

Status login(natsOptions* options, const NatsSettings& settings)
{
    if (!settings.credsFile.isEmpty()) {
        if (natsOptions_SetUserCredentialsFromFiles(
                options, QFile::encodeName(settings.credsFile).constData(), nullptr) != NATS_OK)
            return wrongFile(u"creds"_s, settings.credsFile);
    } else if (!settings.nkeyFile.isEmpty()) {
        const auto key = natsPublicKey(settings.nkeyFile);
        if (!key)
            return key.error();
        if (natsOptions_SetNKeyFromSeed(options, key->constData(),
                                        QFile::encodeName(settings.nkeyFile).constData()) !=
            NATS_OK)
            return wrongFile(u"nkey"_s, settings.nkeyFile);
    } else if (!settings.user.isEmpty()) {
        natsOptions_SetUserInfo(options, settings.user.constData(), settings.password.constData());
    } else if (!settings.token.isEmpty()) {
        natsOptions_SetToken(options, settings.token.constData());
    }
    return Done{};
}

Status encrypt(natsOptions* options, const NatsSettings& settings)
{
    const TlsOptions& tls = settings.tls;
    if (!tls.isOn)
        return Done{};
    natsOptions_SetSecure(options, true);
    if (tls.insecure)
        natsOptions_SkipServerVerification(options, true);
    else {
        const QString name = tls.serverName.isEmpty() ? settings.host : tls.serverName;
        natsOptions_SetExpectedHostname(options, name.toUtf8().constData());
    }
    if (!tls.caFile.isEmpty() && natsOptions_LoadCATrustedCertificates(
                                     options, QFile::encodeName(tls.caFile).constData()) != NATS_OK)
        return wrongFile(u"ca"_s, tls.caFile);
    if (tls.certFile.isEmpty())
        return Done{};
    if (tls.keyPassword.isEmpty()) {
        if (natsOptions_LoadCertificatesChain(options, QFile::encodeName(tls.certFile).constData(),
                                              QFile::encodeName(tls.keyFile).constData()) !=
            NATS_OK)
            return wrongFile(u"cert or key"_s, tls.certFile);
        return Done{};
    }
    // The library would ask for the password at the terminal.
    const auto opened = sslConfiguration(tls);
    if (!opened)
        return opened.error();
    QFile chain(tls.certFile);
    if (!chain.open(QIODevice::ReadOnly) ||
        natsOptions_SetCertificatesChain(options, chain.readAll().constData(),
                                         opened->privateKey().toPem().constData()) != NATS_OK)
        return wrongFile(u"cert or key"_s, tls.certFile);
    return Done{};
}

} // namespace

QString natsReason()
{
    natsStatus status = NATS_OK;
    const char* const text = nats_GetLastError(&status);
    QString reason = QString::fromUtf8(text == nullptr ? "" : text);
    // "(conn.c:733): what it was": the place in the library helps nobody.
    if (const qsizetype place = reason.indexOf("): "_L1); reason.startsWith(u'(') && place > 0)
        reason.remove(0, place + 3);
    return reason.isEmpty() ? QString::fromUtf8(natsStatus_GetText(status)) : reason;
}

QString natsReason(natsConnection* link)
{
    const char* text = nullptr;
    const natsStatus status = natsConnection_GetLastError(link, &text);
    if (text != nullptr && *text != 0)
        return QString::fromUtf8(text);
    return status == NATS_OK ? QString() : QString::fromUtf8(natsStatus_GetText(status));
}

Result<NatsOptions> natsOptionsFor(const NatsSettings& settings, const std::string& inboxPrefix,
                                   const std::vector<std::string>& others)
{
    natsOptions* made = nullptr;
    if (natsOptions_Create(&made) != NATS_OK)
        return Error{ErrorCode::Unsupported,
                     u"The NATS library does not start: %1."_s.arg(natsReason())};
    NatsOptions options(made);
    const QString url = (settings.tls.isOn ? u"tls://"_s : u"nats://"_s) + settings.where();
    const std::string own = url.toStdString();
    std::vector<const char*> servers{own.c_str()};
    for (const std::string& other : others)
        servers.push_back(other.c_str());
    natsOptions_SetNoRandomize(made, true);
    if (natsOptions_SetServers(made, servers.data(), static_cast<int>(servers.size())) != NATS_OK)
        return Error{ErrorCode::WrongUse, u"NATS does not take the address %1."_s.arg(url)};
    natsOptions_SetName(made, "murmurscope");
    natsOptions_SetTimeout(made, kConnectTimeout);
    natsOptions_SetPingInterval(made, kPing);
    natsOptions_SetMaxPingsOut(made, 2);
    natsOptions_SetIOBufSize(made, kSocketBuffer);
    natsOptions_SetWriteDeadline(made, kWriteTimeout);
    natsOptions_SetAllowReconnect(made, false); // we do, for the reason above
    natsOptions_SetSendAsap(made, true);
    natsOptions_SetCustomInboxPrefix(made, inboxPrefix.c_str());
    // What comes for several subscriptions goes through one queue, in the order of arrival.
    natsOptions_UseGlobalMessageDelivery(made, true);
    if (const Status logged = login(made, settings); !logged)
        return logged.error();
    if (const Status encrypted = encrypt(made, settings); !encrypted)
        return encrypted.error();
    return options;
}

NatsFailure natsFailure(const NatsSettings& settings, natsStatus status, const QString& reason)
{
    const QString where = settings.where();
    const auto says = [&](QLatin1StringView word) {
        return reason.contains(word, Qt::CaseInsensitive);
    };
    if (status == NATS_CONNECTION_AUTH_FAILED || says("authorization violation"_L1) ||
        says("authentication"_L1) || says("user jwt"_L1)) {
        const QString who =
            !settings.credsFile.isEmpty()  ? u"the credentials in "_s + settings.credsFile
            : !settings.nkeyFile.isEmpty() ? u"the key in "_s + settings.nkeyFile
            : !settings.user.isEmpty()
                ? u"the user “%1” with this password"_s.arg(QString::fromUtf8(settings.user))
            : !settings.token.isEmpty() ? u"this token"_s
                                        : u"a client without a login"_s;
        return {u"NATS at %1 refuses %2. Check the login: user in the URL and password, token, "
                "creds=FILE or nkey=FILE."_s.arg(where, who),
                true};
    }
    switch (status) {
    case NATS_SECURE_CONNECTION_REQUIRED:
        return {u"NATS at %1 takes only encrypted connections. Write tls:// instead of "
                "nats://."_s.arg(where),
                true};
    case NATS_SECURE_CONNECTION_WANTED:
        return {u"NATS at %1 does not encrypt. Write nats:// instead of tls://, or switch TLS on "
                "there."_s.arg(where),
                true};
    case NATS_SSL_ERROR: {
        if (!settings.tls.isOn)
            return natsFailure(settings, NATS_SECURE_CONNECTION_REQUIRED, reason);
        QString why = u"the encrypted connection does not come about (%1)"_s.arg(reason);
        QString advice = u"Check ca=, cert= and key="_s;
        if (says("hostname mismatch"_L1) || says("ip address mismatch"_L1)) {
            why = u"its certificate is for another name"_s;
            advice = u"Use the name in the certificate, or give it with server-name=NAME"_s;
        } else if (says("expired"_L1)) {
            why = u"its certificate has expired"_s;
            advice = u"Renew it"_s;
        } else if (says("self"_L1) || says("issuer"_L1) || says("verify"_L1) ||
                   says("untrusted"_L1)) {
            why = u"nobody whom this machine trusts has signed its certificate"_s;
            advice = u"Give the certificate of its authority with ca=FILE"_s;
        } else {
            return {u"NATS at %1: %2. %3."_s.arg(where, why, advice), true};
        }
        return {u"%1 is not trusted: %2. %3; insecure=1 takes it unverified."_s.arg(settings.host,
                                                                                    why, advice),
                true};
    }
    case NATS_ERR:
        if (says("exceeded"_L1) || says("closed"_L1) || says("revoked"_L1) || says("expired"_L1))
            return {u"NATS at %1 refuses us: %2. Trying again."_s.arg(where, reason), false};
        [[fallthrough]];
    case NATS_PROTOCOL_ERROR:
    case NATS_LINE_TOO_LONG:
        return {
            u"What answers at %1 does not speak NATS (%2). Check host and port; 4222 is usual."_s
                .arg(where, reason),
            true};
    case NATS_NO_SERVER:
        return {u"Nobody answers at %1. Is NATS running there? Trying again."_s.arg(where), false};
    case NATS_TIMEOUT:
        return {u"What answers at %1 does not say that it is NATS, or takes too long. Trying "
                "again."_s.arg(where),
                false};
    default:
        return {u"NATS at %1 cannot be reached: %2. Trying again."_s.arg(where, reason), false};
    }
}

} // namespace murmur
