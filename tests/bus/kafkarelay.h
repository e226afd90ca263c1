// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDataStream>
#include <QTcpServer>
#include <QTcpSocket>

#include <map>
#include <memory>

namespace murmur::test {

/// What the protocol frames by a size in front.
template<typename Handle>
void eachFrame(QByteArray& buffer, Handle handle)
{
    while (buffer.size() >= 4) {
        qint32 size = 0;
        QDataStream(buffer) >> size;
        if (size < 0 || buffer.size() < size + 4)
            return;
        handle(buffer.mid(4, size));
        buffer.remove(0, size + 4);
    }
}

inline QByteArray framed(const QByteArray& content)
{
    QByteArray frame;
    QDataStream(&frame, QIODevice::WriteOnly) << qint32(content.size());
    return frame + content;
}

/// How answers name a broker of this machine.
inline QByteArray endpointBytes(qint32 port)
{
    QByteArray bytes("\0\t127.0.0.1", 11);
    QDataStream(&bytes, QIODevice::WriteOnly | QIODevice::Append) << port;
    return bytes;
}

/// Stands before a mock cluster, which cannot add partitions, and hides the last of each topic.
class HidingRelay : public QTcpServer
{
public:
    explicit HidingRelay(std::uint16_t behind)
        : m_behind(behind)
    {
        connect(this, &QTcpServer::newConnection, this, &HidingRelay::relay);
        listen(QHostAddress::LocalHost);
    }
    int shown = 1; ///< partitions of each topic

private:
    void relay()
    {
        while (QTcpSocket* const client = nextPendingConnection()) {
            auto* const broker = new QTcpSocket(client);
            broker->connectToHost(QHostAddress::LocalHost, m_behind);
            // What answers belong to says only who asked.
            auto asked = std::make_shared<std::map<qint32, qint16>>();
            const auto forward = [client, broker, asked, buffer = QByteArray()]() mutable {
                buffer += client->readAll();
                eachFrame(buffer, [&](const QByteArray& request) {
                    qint16 api = 0;
                    qint16 version = 0;
                    qint32 correlation = 0;
                    QDataStream(request) >> api >> version >> correlation;
                    if (api == 3) // Metadata
                        (*asked)[correlation] = version;
                    broker->write(framed(request));
                });
            };
            connect(client, &QTcpSocket::readyRead, broker, forward);
            connect(broker, &QTcpSocket::readyRead, client,
                    [this, client, broker, asked, buffer = QByteArray()]() mutable {
                        buffer += broker->readAll();
                        eachFrame(buffer, [&](QByteArray answer) {
                            // Whoever names the broker is to name us.
                            answer.replace(endpointBytes(m_behind), endpointBytes(serverPort()));
                            qint32 correlation = 0;
                            QDataStream(answer) >> correlation;
                            const auto found = asked->find(correlation);
                            client->write(framed(
                                found == asked->end() ? answer : narrowed(answer, found->second)));
                        });
                    });
            connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        }
    }
    /// An answer to Metadata (0 to 2) with fewer partitions.
    [[nodiscard]] QByteArray narrowed(const QByteArray& answer, qint16 version) const
    {
        QDataStream in(answer);
        QByteArray bytes;
        QDataStream out(&bytes, QIODevice::WriteOnly);
        const auto pass = [&](int size) {
            const QByteArray raw = in.device()->read(size);
            out.writeRawData(raw.constData(), int(raw.size()));
        };
        const auto passText = [&] {
            qint16 size = 0;
            in >> size;
            out << size;
            pass(std::max<qint16>(size, 0));
        };
        const auto passCount = [&] {
            qint32 count = 0;
            in >> count;
            out << count;
            return count;
        };
        pass(4); // correlation
        for (qint32 brokers = passCount(); brokers > 0; --brokers) {
            pass(4);
            passText();
            pass(4); // port
            if (version >= 1)
                passText(); // rack
        }
        if (version >= 2)
            passText(); // cluster
        if (version >= 1)
            pass(4); // controller
        for (qint32 topics = passCount(); topics > 0; --topics) {
            pass(2);
            passText();
            if (version >= 1)
                pass(1); // is internal
            qint32 partitions = 0;
            in >> partitions;
            out << std::min(partitions, qint32(shown));
            for (qint32 i = 0; i < partitions; ++i) {
                const qsizetype begin = bytes.size();
                pass(2 + 4 + 4);
                for (int list = 0; list < 2; ++list) // replicas, and those in step
                    pass(4 * passCount());
                if (i >= shown) {
                    bytes.resize(begin);
                    out.device()->seek(begin);
                }
            }
        }
        return bytes;
    }

    std::uint16_t m_behind;
};

} // namespace murmur::test
