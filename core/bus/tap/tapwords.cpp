// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapwords.h"

using namespace Qt::StringLiterals;

namespace murmur {

QString tapSocketWords(const QString& where, QAbstractSocket::SocketError error,
                       const QString& text)
{
    // Who wants our certificate may say so after the handshake.
    if (text.contains("certificate required"_L1, Qt::CaseInsensitive)) {
        return u"%1 wants a certificate of ours that it trusts: give one with cert=FILE and "
               "key=FILE."_s.arg(where);
    }
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return u"Nobody listens at %1: is the server running, and is this its port?"_s.arg(where);
    case QAbstractSocket::HostNotFoundError:
        return u"The host of %1 is not known: check its name."_s.arg(where);
    case QAbstractSocket::SocketTimeoutError:
        return u"%1 does not answer: is its host up, and does a firewall let us through?"_s.arg(
            where);
    case QAbstractSocket::NetworkError:
        return u"There is no way to %1: check the network."_s.arg(where);
    case QAbstractSocket::SocketResourceError:
        return u"There are too many open files for another connection to %1."_s.arg(where);
    case QAbstractSocket::RemoteHostClosedError:
    case QAbstractSocket::SslHandshakeFailedError:
        return u"%1 cannot agree with us on encryption: does this port speak TLS?"_s.arg(where);
    default:
        return u"%1 cannot be reached: %2."_s.arg(where, text);
    }
}

} // namespace murmur
