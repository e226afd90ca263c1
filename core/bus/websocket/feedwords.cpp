// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/feedwords.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Foreign words inside a sentence of ours.
constexpr qsizetype kMaxQuoted = 200;

QString quoted(std::string_view bytes)
{
    QString text = QString::fromUtf8(
        bytes.data(), static_cast<qsizetype>(std::min(bytes.size(), std::size_t(4 * kMaxQuoted))));
    for (QChar& c : text) {
        if (!c.isPrint())
            c = u' ';
    }
    text = text.simplified();
    return text.size() > kMaxQuoted ? text.left(kMaxQuoted) + u'…' : text;
}

QString nameOfCode(int code)
{
    switch (code) {
    case 1000:
        return u"it is done (1000)"_s;
    case 1001:
        return u"it goes away (1001)"_s;
    case 1002:
        return u"it did not understand us (1002, protocol)"_s;
    case 1003:
        return u"it does not take what we sent (1003)"_s;
    case 1005:
        return u"it gave no reason"_s;
    case 1007:
        return u"it could not read what we sent (1007)"_s;
    case 1008:
        return u"its policy is against it (1008): often a wrong token, or no right to this feed"_s;
    case 1009:
        return u"what we sent is too large for it (1009)"_s;
    case 1010:
        return u"it wants an extension (1010)"_s;
    case 1011:
        return u"it has an error of its own (1011)"_s;
    case 1012:
        return u"it restarts (1012)"_s;
    case 1013:
        return u"it is overloaded, or we were too slow for it (1013)"_s;
    case 1014:
        return u"what stands behind it does not answer (1014)"_s;
    default:
        break;
    }
    if (code >= 3000 && code <= 4999)
        return u"a reason of its own, number %1"_s.arg(code);
    return u"with code %1"_s.arg(code);
}

} // namespace

FeedEnd refusalWords(const QString& where, const UpgradeAnswer& answer, std::string_view body)
{
    const int status = answer.status;
    QString says = answer.field("content-type").find("html") == std::string_view::npos
                       ? quoted(body)
                       : QString();
    if (!says.isEmpty())
        says = u" It says: “%1”."_s.arg(says);
    const auto end = [&](const QString& sentence, Again again) {
        return FeedEnd{sentence + says, again};
    };
    if (status >= 300 && status < 400) {
        return end(u"%1 has moved (%2): attach to %3 instead."_s.arg(
                       where, QString::number(status), quoted(answer.field("location"))),
                   Again::IfItWasRight);
    }
    switch (status) {
    case 400:
        return end(
            u"%1 does not take our request (400): check path, query and subprotocol."_s.arg(where),
            Again::IfItWasRight);
    case 401:
    case 407:
        return end(u"%1 wants to know who we are (%2): give a token, or a user and password, or "
                   "check them."_s.arg(where)
                       .arg(status),
                   Again::No);
    case 403:
        return end(u"%1 does not let us in (403): this token or user has no right to it, or it "
                   "wants another Origin header."_s.arg(where),
                   Again::No);
    case 404:
    case 410:
        return end(u"%1 has nothing at this path (%2): check the path."_s.arg(where).arg(status),
                   Again::IfItWasRight);
    case 426:
        return end(u"%1 does not speak version 13 of WebSocket (426)."_s.arg(where),
                   Again::IfItWasRight);
    case 429:
        return end(u"%1 has too many requests (429)."_s.arg(where), Again::Yes);
    default:
        break;
    }
    if (status >= 500) {
        return end(u"%1 has a problem of its own (%2 %3)."_s.arg(where, QString::number(status),
                                                                 quoted(answer.words)),
                   Again::Yes);
    }
    if (status >= 200 && status < 300) {
        return end(
            u"%1 answers like a web page (%2), not with WebSocket: check the path."_s.arg(where)
                .arg(status),
            Again::IfItWasRight);
    }
    return end(u"%1 refuses WebSocket (%2 %3)."_s.arg(where, QString::number(status),
                                                      quoted(answer.words)),
               Again::IfItWasRight);
}

FeedEnd closeWords(const QString& where, std::string_view payload)
{
    int code = 1005;
    if (payload.size() >= 2) {
        code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
        payload.remove_prefix(2);
    } else {
        payload = {};
    }
    QString sentence = u"%1 closed the connection: %2"_s.arg(where, nameOfCode(code));
    if (const QString reason = quoted(payload); !reason.isEmpty())
        sentence += u", “%1”"_s.arg(reason);
    return {sentence + u'.', Again::Yes};
}

FeedEnd socketWords(const QString& where, QAbstractSocket::SocketError error, const QString& text,
                    bool isOpen)
{
    // TLS 1.3: who wants our certificate says so after the handshake.
    if (text.contains("certificate"_L1, Qt::CaseInsensitive)) {
        return {u"%1 wants a certificate of ours that it trusts: give one with cert=FILE and "
                "key=FILE."_s.arg(where),
                Again::No};
    }
    if (isOpen) {
        if (error == QAbstractSocket::RemoteHostClosedError)
            return {u"%1 ended the connection without a word."_s.arg(where), Again::Yes};
        return {u"The connection to %1 broke: %2."_s.arg(where, text), Again::Yes};
    }
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return {u"Nobody listens at %1: is the server running, and is this its port?"_s.arg(where),
                Again::Yes};
    case QAbstractSocket::HostNotFoundError:
        return {u"The host of %1 is not known: check its name."_s.arg(where), Again::Yes};
    case QAbstractSocket::RemoteHostClosedError:
        return {u"%1 hung up before it answered."_s.arg(where), Again::Yes};
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        if (text.contains("version"_L1, Qt::CaseInsensitive) ||
            text.contains("packet length"_L1, Qt::CaseInsensitive) ||
            text.contains("http"_L1, Qt::CaseInsensitive)) {
            return {u"%1 does not speak TLS: attach without it, or use another port."_s.arg(where),
                    Again::IfItWasRight};
        }
        return {u"%1 and we could not agree on encryption: %2."_s.arg(where, text), Again::Yes};
    default:
        return {u"%1 cannot be reached: %2."_s.arg(where, text), Again::Yes};
    }
}

} // namespace murmur
