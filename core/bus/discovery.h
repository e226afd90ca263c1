// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <vector>

class QTcpSocket;

namespace murmur {

/// A bus that answered.
struct FoundBus
{
    QUrl url;       ///< to attach to
    QString kind;   ///< "Redis", "NATS", …
    QString detail; ///< version, "needs a password"; may be empty

    friend bool operator==(const FoundBus&, const FoundBus&) = default;
};

/// One well-known port and the greeting by which its bus is known.
struct BusProbe
{
    const char* scheme;
    const char* kind;
    std::uint16_t port;
    QByteArray greeting; ///< what we send first; empty: the bus speaks first
    /// True when `answer` is that of this bus; sets `detail`. Called again with more bytes until
    /// true or the time is over.
    bool (*isAnswer)(const QByteArray& answer, QString& detail);
};

/// Looks for buses on the well-known ports of the loopback address, as a person would with telnet:
/// one connection each, the smallest question there is, and good-bye. Nothing is subscribed to.
/// Lives in the thread that makes it and needs its event loop.
class Discovery : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds kPatience{800};

    explicit Discovery(QObject* parent = nullptr);
    ~Discovery() override;

    /// Probes all at once; a search that runs is dropped.
    void start(const std::vector<BusProbe>& probes = usualProbes());
    [[nodiscard]] const std::vector<FoundBus>& found() const { return m_found; }
    [[nodiscard]] bool isRunning() const { return m_open > 0; }

    static std::vector<BusProbe> usualProbes();

Q_SIGNALS:
    void busFound(const murmur::FoundBus& bus);
    void finished();

private:
    void probe(const BusProbe& probe);
    void close(QTcpSocket* socket);

    std::vector<FoundBus> m_found;
    int m_open = 0;
};

} // namespace murmur
