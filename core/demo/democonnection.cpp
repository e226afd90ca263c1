// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/democonnection.h"

#include "bus/hub.h"
#include "demo/demopublisher.h"

#include <QLocale>
#include <QThread>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

class DemoConnection final : public Connection
{
public:
    DemoConnection(std::unique_ptr<Connection> hub, const SwarmOptions& swarm, QByteArray token);
    ~DemoConnection() override { stop(); }

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    std::unique_ptr<Connection> m_hub;
    SwarmOptions m_swarm;
    QByteArray m_token;
    QThread m_thread;                     // the publisher's; joined in stop()
    DemoPublisher* m_publisher = nullptr; // deletes itself at the end of its thread
    QString m_failure;
    bool m_isStopped = false;
};

DemoConnection::DemoConnection(std::unique_ptr<Connection> hub, const SwarmOptions& swarm,
                               QByteArray token)
    : m_hub(std::move(hub))
    , m_swarm(swarm)
    , m_token(std::move(token))
{
    m_thread.setObjectName(u"demo swarm"_s);
    connect(m_hub.get(), &Connection::statusChanged, this, &Connection::statusChanged);
}

Status DemoConnection::start()
{
    if (m_publisher != nullptr || m_isStopped)
        return Done();
    if (Status listening = m_hub->start(); !listening)
        return listening;
    DemoPublisherOptions options;
    options.hub = m_hub->status().effectiveUrl;
    options.token = m_token;
    options.swarm = m_swarm;
    m_publisher = new DemoPublisher(std::move(options)); // no parent: it changes threads
    m_publisher->moveToThread(&m_thread);
    DemoPublisher* publisher = m_publisher;
    connect(&m_thread, &QThread::started, publisher, [publisher] {
        if (const Status status = publisher->start(); !status)
            Q_EMIT publisher->failed(status.error().message);
    });
    connect(publisher, &DemoPublisher::failed, this, [this](const QString& sentence) {
        m_failure = sentence;
        Q_EMIT statusChanged();
    });
    // In the publisher's own thread: ours may be waiting for it.
    connect(publisher, &DemoPublisher::finished, publisher,
            [thread = &m_thread] { thread->quit(); });
    connect(&m_thread, &QThread::finished, publisher, &QObject::deleteLater);
    m_thread.start();
    return Done();
}

void DemoConnection::stop()
{
    if (m_isStopped)
        return;
    m_isStopped = true;
    if (m_publisher != nullptr) {
        DemoPublisher* publisher = m_publisher;
        QMetaObject::invokeMethod(
            publisher,
            [publisher, thread = &m_thread] {
                publisher->stop();
                if (publisher->isOver()) // it had failed or ended before and says no more
                    thread->quit();
            },
            Qt::QueuedConnection);
        m_thread.wait();
        m_publisher = nullptr;
    }
    m_hub->stop();
}

ConnectionStatus DemoConnection::status() const
{
    ConnectionStatus status = m_hub->status();
    if (!m_failure.isEmpty()) {
        status.state = ConnectionStatus::State::Failed;
        status.detail = m_failure;
    } else if (status.state == ConnectionStatus::State::Up) {
        status.detail =
            u"A demo swarm of %1 agents saying %2 messages/s; others may talk to %3 too."_s.arg(
                QLocale::c().toString(m_swarm.agents), QLocale::c().toString(m_swarm.rate),
                status.effectiveUrl.toDisplayString());
    }
    return status;
}

} // namespace

Result<std::unique_ptr<Connection>> createDemoConnection(const QUrl& url,
                                                         const ConnectionContext& context)
{
    const auto swarm = swarmOptionsFromUrl(url);
    if (!swarm)
        return swarm.error();
    auto hub = createHubConnection(QUrl(u"listen://127.0.0.1:0"_s), context);
    if (!hub)
        return hub.error();
    return std::unique_ptr<Connection>(
        std::make_unique<DemoConnection>(std::move(*hub), *swarm, context.options.token));
}

} // namespace murmur
