// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/discovery.h"

#include <QHostAddress>
#include <QTcpSocket>

#include <algorithm>
#include <memory>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMaxAnswer = 64 << 10;
constexpr std::chrono::milliseconds kWatch{1000};

} // namespace

/// One port: a socket and the talk over it.
class Discovery::Link : public QObject
{
public:
    Link(const BusProbe& probe, Discovery& owner)
        : QObject(&owner)
        , m_owner(owner)
        , m_talk(probe.talk())
        , m_socket(this)
        , m_patience(this)
        , m_port(probe.port)
    {
        bus.url.setScheme(QString::fromLatin1(probe.scheme));
        bus.url.setHost(u"127.0.0.1"_s);
        bus.url.setPort(probe.port);
        bus.kind = QString::fromLatin1(probe.kind);
        connect(&m_socket, &QTcpSocket::connected, this,
                [this] { m_socket.write(m_talk->greeting()); });
        connect(&m_socket, &QTcpSocket::readyRead, this, [this] { read(); });
        connect(&m_socket, &QTcpSocket::errorOccurred, this, [this] { over(); });
        m_patience.setSingleShot(true);
        connect(&m_patience, &QTimer::timeout, this, [this] { over(); });
    }

    void open()
    {
        m_patience.start(kPatience);
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
    }
    void ask()
    {
        if (isWatched)
            m_socket.write(m_talk->again());
    }
    void close()
    {
        m_patience.stop();
        m_socket.disconnect(this);
        if (m_socket.state() == QAbstractSocket::ConnectedState)
            m_socket.write(m_talk->goodbye());
        m_socket.disconnectFromHost();
        isOpen = false;
        isWatched = false;
    }
    [[nodiscard]] bool isAt(const BusProbe& probe) const { return m_port == probe.port; }
    [[nodiscard]] bool countsForItself() const { return m_talk->countsForItself(); }

    FoundBus bus;
    bool isOpen = true; ///< the talk is not over
    bool isWatched = false;
    bool isTold = false; ///< found

private:
    void read()
    {
        m_unread += m_socket.read(kMaxAnswer - m_unread.size());
        QByteArray say;
        const ProbeTalk::Step step = m_talk->hear(m_unread, say, bus);
        if (!say.isEmpty())
            m_socket.write(say);
        m_isKnown = m_isKnown || step == ProbeTalk::Step::Known || step == ProbeTalk::Step::Done;
        if (isWatched) {
            if (step == ProbeTalk::Step::Done)
                m_owner.changed(*this);
            return;
        }
        if (step == ProbeTalk::Step::Done || step == ProbeTalk::Step::Other ||
            m_unread.size() >= kMaxAnswer)
            over();
    }
    void over()
    {
        if (isWatched) {
            close();
            m_owner.gone(*this);
            return;
        }
        if (m_isKnown && !isTold) {
            isTold = true;
            const bool stays = m_owner.m_isWatching && m_talk->countsForItself() &&
                               m_socket.state() == QAbstractSocket::ConnectedState;
            m_owner.found(*this);
            if (stays) {
                m_patience.stop();
                isWatched = true;
                isOpen = false;
                m_owner.settled();
                return;
            }
        }
        close();
        m_owner.settled();
    }

    Discovery& m_owner;
    std::unique_ptr<ProbeTalk> m_talk;
    QTcpSocket m_socket;
    QTimer m_patience;
    const quint16 m_port;
    QByteArray m_unread;
    bool m_isKnown = false;
};

Discovery::Discovery(QObject* parent)
    : QObject(parent)
{
    m_ticker.setInterval(kWatch);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        for (Link* link : m_links)
            link->ask();
    });
}

Discovery::~Discovery()
{
    setWatching(false);
    qDeleteAll(m_links);
}

void Discovery::start(const std::vector<BusProbe>& probes)
{
    std::erase_if(m_links, [](Link* link) {
        if (link->isWatched)
            return false;
        link->close();
        link->deleteLater(); // it may be the one that just told us
        return true;
    });
    m_found.clear();
    for (const Link* link : m_links)
        m_found.push_back(link->bus);
    std::vector<Link*> fresh;
    for (const BusProbe& probe : probes) {
        if (std::ranges::any_of(m_links, [&](const Link* link) { return link->isAt(probe); }))
            continue;
        fresh.push_back(new Link(probe, *this));
    }
    m_open = static_cast<int>(fresh.size());
    m_links.insert(m_links.end(), fresh.begin(), fresh.end());
    for (Link* link : fresh)
        link->open();
    if (fresh.empty())
        QMetaObject::invokeMethod(this, &Discovery::finished, Qt::QueuedConnection);
}

void Discovery::setWatching(bool isOn)
{
    m_isWatching = isOn;
    if (isOn) {
        m_ticker.start();
        return;
    }
    m_ticker.stop();
    for (Link* link : m_links) {
        if (link->isWatched)
            link->close();
    }
}

void Discovery::found(Link& link)
{
    const auto known = std::ranges::find(m_found, link.bus.url, &FoundBus::url);
    if (known != m_found.end() && !link.bus.url.isEmpty()) {
        // One bus at two ports: what is told where it counts is told last.
        if (link.countsForItself())
            *known = link.bus;
        Q_EMIT busChanged(*known, true);
        return;
    }
    m_found.push_back(link.bus);
    Q_EMIT busFound(link.bus);
}

void Discovery::changed(const Link& link)
{
    const auto known = std::ranges::find(m_found, link.bus.url, &FoundBus::url);
    if (known != m_found.end())
        *known = link.bus;
    Q_EMIT busChanged(link.bus, true);
}

bool Discovery::awaitsRates() const
{
    return std::ranges::any_of(
        m_links, [](const Link* link) { return link->isWatched && !link->bus.perSecond; });
}

void Discovery::gone(Link& link)
{
    std::erase_if(m_found, [&](const FoundBus& bus) { return bus.url == link.bus.url; });
    Q_EMIT busChanged(link.bus, false);
}

void Discovery::settled()
{
    if (--m_open == 0)
        Q_EMIT finished();
}

} // namespace murmur
