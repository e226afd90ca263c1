// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafkarelay.h"

#include <QMessageAuthenticationCode>
#include <QPasswordDigestor>

#include <optional>

namespace murmur::test {

/// The server's side of SCRAM (RFC 5802), for one user.
class ScramServer
{
public:
    ScramServer(QCryptographicHash::Algorithm algorithm, QByteArray user, QByteArray password)
        : m_algorithm(algorithm)
        , m_user(std::move(user))
        , m_password(std::move(password))
    {
    }
    /// The answer to what the client says; nothing: it is not let in.
    std::optional<QByteArray> answer(const QByteArray& said)
    {
        if (m_first.isEmpty()) {
            if (!said.startsWith("n,,n=" + m_user + ",r="))
                return std::nullopt;
            m_first = said.mid(3);
            m_nonce = m_first.mid(m_first.indexOf(",r=") + 3) + "fromTheServer";
            m_challenge = "r=" + m_nonce + ",s=" + kSalt.toBase64() + ",i=4096";
            return m_challenge;
        }
        const qsizetype proofAt = said.lastIndexOf(",p=");
        // As brokers do, for clients that put their own part of it before ours once more.
        if (!said.startsWith("c=biws,r=") || !said.left(proofAt).endsWith(m_nonce))
            return std::nullopt;
        const QByteArray salted = QPasswordDigestor::deriveKeyPbkdf2(
            m_algorithm, m_password, kSalt, 4096,
            quint64(QCryptographicHash::hashLength(m_algorithm)));
        const QByteArray message = m_first + ',' + m_challenge + ',' + said.left(proofAt);
        const QByteArray key = keyed("Client Key", salted);
        const QByteArray signature = keyed(message, QCryptographicHash::hash(key, m_algorithm));
        QByteArray proof = key;
        for (qsizetype i = 0; i < proof.size(); ++i)
            proof[i] = static_cast<char>(proof[i] ^ signature[i]);
        if (said.mid(proofAt + 3) != proof.toBase64())
            return std::nullopt;
        return "v=" + keyed(message, keyed("Server Key", salted)).toBase64();
    }
    [[nodiscard]] bool isFirst() const { return m_first.isEmpty(); }

private:
    [[nodiscard]] QByteArray keyed(const QByteArray& text, const QByteArray& key) const
    {
        return QMessageAuthenticationCode::hash(text, key, m_algorithm);
    }
    inline static const QByteArray kSalt = "a pinch of salt";

    QCryptographicHash::Algorithm m_algorithm;
    QByteArray m_user;
    QByteArray m_password;
    QByteArray m_first;
    QByteArray m_nonce;
    QByteArray m_challenge;
};

/// Stands before a mock cluster, which knows no login, and lets through who gives user and
/// password.
class SaslRelay : public QTcpServer
{
public:
    SaslRelay(std::uint16_t behind, QByteArray mechanism, QByteArray user, QByteArray password)
        : m_behind(behind)
        , m_mechanism(std::move(mechanism))
        , m_user(std::move(user))
        , m_password(std::move(password))
    {
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* const client = nextPendingConnection())
                relay(client);
        });
        listen(QHostAddress::LocalHost);
    }
    int loggedIn = 0;
    int refused = 0;

private:
    struct Guest
    {
        ScramServer scram;
        bool isIn = false;
        QByteArray unread;                   ///< of the client
        QByteArray unreadAnswers;            ///< of the broker
        std::map<qint32, bool> asksVersions; ///< by correlation
    };

    void relay(QTcpSocket* client)
    {
        auto* const broker = new QTcpSocket(client);
        broker->connectToHost(QHostAddress::LocalHost, m_behind);
        const auto algorithm =
            m_mechanism.endsWith("512") ? QCryptographicHash::Sha512 : QCryptographicHash::Sha256;
        auto guest = std::make_shared<Guest>(
            Guest{ScramServer(algorithm, m_user, m_password), false, {}, {}, {}});
        connect(client, &QTcpSocket::readyRead, broker, [this, client, broker, guest] {
            guest->unread += client->readAll();
            eachFrame(guest->unread,
                      [&](const QByteArray& request) { take(request, *guest, *client, *broker); });
        });
        connect(broker, &QTcpSocket::readyRead, client, [this, client, broker, guest] {
            guest->unreadAnswers += broker->readAll();
            eachFrame(guest->unreadAnswers, [&](QByteArray answer) {
                answer.replace(endpointBytes(m_behind), endpointBytes(serverPort()));
                qint32 correlation = 0;
                QDataStream(answer) >> correlation;
                if (guest->asksVersions[correlation])
                    addLogin(answer);
                client->write(framed(answer));
            });
        });
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    }
    void take(const QByteArray& request, Guest& guest, QTcpSocket& client, QTcpSocket& broker)
    {
        QDataStream in(request);
        qint16 api = 0;
        qint16 version = 0;
        qint32 correlation = 0;
        in >> api >> version >> correlation;
        (void)text(in); // who asks
        QByteArray reply;
        QDataStream out(&reply, QIODevice::WriteOnly);
        out << correlation;
        if (api == 17) { // SaslHandshake
            out << qint16(text(in) == m_mechanism ? 0 : 33) << qint32(1);
            putText(out, m_mechanism);
        } else if (api == 36) { // SaslAuthenticate
            qint32 size = 0;
            in >> size;
            const bool wasFirst = guest.scram.isFirst();
            const auto said = in.device()->read(size);
            const auto answer = m_mechanism == "PLAIN" ? plain(said) : guest.scram.answer(said);
            guest.isIn = answer && (m_mechanism == "PLAIN" || !wasFirst);
            loggedIn += guest.isIn ? 1 : 0;
            refused += answer ? 0 : 1;
            out << qint16(answer ? 0 : 58);
            putText(out, answer ? "" : "Authentication failed");
            out << qint32(answer ? answer->size() : 0);
            if (answer)
                out.writeRawData(answer->constData(), int(answer->size()));
        } else {
            if (api != 18 && !guest.isIn) {
                client.disconnectFromHost();
                return;
            }
            guest.asksVersions[correlation] = api == 18;
            broker.write(framed(request));
            return;
        }
        client.write(framed(reply));
    }
    [[nodiscard]] std::optional<QByteArray> plain(const QByteArray& said) const
    {
        if (said != '\0' + m_user + '\0' + m_password)
            return std::nullopt;
        return QByteArray();
    }
    /// To the requests that the cluster knows come the two that it does not.
    static void addLogin(QByteArray& answer)
    {
        QDataStream in(answer.mid(6));
        qint32 count = 0;
        in >> count;
        QByteArray head;
        QDataStream out(&head, QIODevice::WriteOnly);
        out << qint32(count + 2);
        for (const qint16 known : {17, 36})
            out << known << qint16(0) << qint16(known == 17 ? 1 : 0);
        answer.replace(6, 4, head);
    }
    static QByteArray text(QDataStream& in)
    {
        qint16 size = 0;
        in >> size;
        return in.device()->read(std::max<qint16>(size, 0));
    }
    static void putText(QDataStream& out, const QByteArray& value)
    {
        out << qint16(value.size());
        out.writeRawData(value.constData(), int(value.size()));
    }

    std::uint16_t m_behind;
    QByteArray m_mechanism;
    QByteArray m_user;
    QByteArray m_password;
};

} // namespace murmur::test
