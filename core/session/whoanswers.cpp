// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/whoanswers.h"

#include "bus/connection.h"
#include "bus/usualport.h"

#include <QPromise>
#include <QTcpSocket>
#include <QTimer>

#include <memory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

/// One knock. Deletes itself when it has answered.
class Knock : public QObject
{
public:
    Knock(const QUrl& url, QObject* parent)
        : QObject(parent)
    {
        m_promise.start();
        connect(&m_socket, &QTcpSocket::connected, this, [this] {
            m_best = WhoAnswers::Is::Silent;
            // Who speaks first has done so by then; an encrypted port or a web server minds the
            // line.
            QTimer::singleShot(200ms, this, [this] {
                if (m_answer.isEmpty())
                    m_socket.write("PING\r\n\r\n");
            });
        });
        connect(&m_socket, &QTcpSocket::readyRead, this, [this] {
            m_answer += m_socket.read(512);
            if (const auto is = whoSays(m_answer); is != WhoAnswers::Is::Silent)
                answer(is);
        });
        connect(&m_socket, &QTcpSocket::errorOccurred, this,
                [this](QAbstractSocket::SocketError error) {
                    if (error == QAbstractSocket::HostNotFoundError)
                        answer(WhoAnswers::Is::NoHost);
                    else if (error == QAbstractSocket::ConnectionRefusedError)
                        answer(WhoAnswers::Is::Nobody);
                    else
                        answer(m_best);
                });
        QTimer::singleShot(900ms, this, [this] { answer(m_best); });
        m_socket.connectToHost(url.host(), static_cast<quint16>(url.port(usualPort(url.scheme()))));
    }
    ~Knock() override
    {
        if (!m_hasAnswered)
            m_promise.finish();
    }
    QFuture<WhoAnswers> future() { return m_promise.future(); }

private:
    void answer(WhoAnswers::Is is)
    {
        if (std::exchange(m_hasAnswered, true))
            return;
        m_promise.addResult(WhoAnswers{is});
        m_promise.finish();
        deleteLater();
    }

    QTcpSocket m_socket;
    QPromise<WhoAnswers> m_promise;
    QByteArray m_answer;
    WhoAnswers::Is m_best = WhoAnswers::Is::Unknown;
    bool m_hasAnswered = false;
};

QString busOf(const QString& scheme)
{
    if (scheme.startsWith("redis"_L1))
        return u"Redis"_s;
    if (scheme == "nats"_L1 || scheme == "tls"_L1)
        return u"NATS"_s;
    if (scheme.startsWith("mqtt"_L1))
        return u"MQTT"_s;
    if (scheme == "kafka"_L1)
        return u"Kafka"_s;
    return u"WebSocket"_s;
}

} // namespace

WhoAnswers::Is whoSays(const QByteArray& answer)
{
    using Is = WhoAnswers::Is;
    if (answer.startsWith("INFO {"))
        return Is::Nats;
    if (answer.startsWith("+PONG") || answer.startsWith("-NOAUTH") || answer.startsWith("-DENIED"))
        return Is::Redis;
    if (answer.startsWith("HTTP/") || answer.startsWith("<!DOCTYPE") || answer.startsWith("<html"))
        return Is::Http;
    // A TLS alert: what came was no hello.
    if (answer.startsWith("\x15\x03"))
        return Is::Encrypted;
    return Is::Silent;
}

bool WhoAnswers::isCertain() const
{
    return is == Is::NoHost || is == Is::Redis || is == Is::Nats || is == Is::Http;
}

QString WhoAnswers::sentence(const QUrl& url) const
{
    const QString bus = busOf(url.scheme());
    const QString place = u"%1:%2"_s.arg(url.host()).arg(url.port(usualPort(url.scheme())));
    const auto other = [&](const QString& name, const QString& scheme) {
        if (name == bus) {
            const bool wantsTls = url.scheme() != scheme;
            return wantsTls ? u"%1 at %2 does not encrypt: write %3:// instead of %4://."_s.arg(
                                  bus, place, scheme, url.scheme())
                            : u"%1 at %2 answers, and not to us: is it busy?"_s.arg(bus, place);
        }
        return u"What answers at %1 is %2, not %3: correct the port, or write %4://."_s.arg(
            place, name, bus, scheme);
    };
    switch (is) {
    case Is::NoHost:
        return u"The host %1 is unknown: correct it, or check the name service."_s.arg(url.host());
    case Is::Nobody:
        return u"Nobody listens on %1: start %2 there, or correct host and port."_s.arg(place, bus);
    case Is::Redis:
        return other(u"Redis"_s, u"redis"_s);
    case Is::Nats:
        return other(u"NATS"_s, u"nats"_s);
    case Is::Http:
        return u"What answers at %1 is a web server, not %2: correct the port."_s.arg(place, bus);
    case Is::Encrypted:
        return u"What answers at %1 wants encryption: write the encrypted scheme of %2."_s.arg(
            place, bus);
    case Is::Silent:
        return u"Something listens on %1, and does not answer as %2 does: check the port, and "
               "whether it is encrypted."_s.arg(place, bus);
    case Is::Unknown:
        break;
    }
    return u"%1 does not answer: check host and port, and whether a firewall lies between."_s.arg(
        place);
}

QFuture<WhoAnswers> whoAnswersAt(const QUrl& url, QObject* context)
{
    auto* knock = new Knock(url, context);
    return knock->future();
}

} // namespace murmur
