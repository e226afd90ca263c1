// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natsconnection.h"

#include "base/clock.h"
#include "bus/nats/natsworker.h"

#include <QPointer>
#include <QRandomGenerator>
#include <QTimer>

#include <optional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

class NatsConnection final : public Connection
{
public:
    NatsConnection(QUrl url, NatsSettings settings, const ConnectionContext& context)
        : m_url(std::move(url))
        , m_settings(std::move(settings))
        , m_context(context)
    {
        connect(&m_ticker, &QTimer::timeout, this, &NatsConnection::tellCount);
        m_ticker.setInterval(250ms);
    }
    ~NatsConnection() override { stop(); }

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    void tellCount();

    const QUrl m_url;
    const NatsSettings m_settings;
    const ConnectionContext m_context;
    std::optional<Batcher> m_batcher;
    std::shared_ptr<NatsIntake> m_intake;
    std::shared_ptr<NatsWorker> m_worker;
    QTimer m_ticker;
    std::uint64_t m_received = 0; // by earlier workers
    std::uint64_t m_told = 0;
    ConnectionStatus m_last; // when there is no worker
};

Status NatsConnection::start()
{
    if (m_worker)
        return Done{};
    // What goes wrong in files is final, and no server is needed to find it.
    const std::string prefix =
        "_INBOX." + QByteArray::number(QRandomGenerator::system()->generate64(), 36).toStdString();
    if (const auto options = natsOptionsFor(m_settings, prefix); !options) {
        m_last.state = ConnectionStatus::State::Failed;
        m_last.detail = options.error().message;
        Q_EMIT statusChanged();
        return options.error();
    }
    m_batcher.emplace(m_context.sink);
    m_intake = std::make_shared<NatsIntake>(m_context, &*m_batcher, prefix);
    // Called in the worker's thread, which ends before we do.
    const auto changed = [this] {
        QMetaObject::invokeMethod(this, &Connection::statusChanged, Qt::QueuedConnection);
    };
    m_worker = std::make_shared<NatsWorker>(m_settings, m_context, m_intake, changed);
    m_worker->start();
    m_ticker.start();
    return Done{};
}

void NatsConnection::stop()
{
    if (!m_worker)
        return;
    m_ticker.stop();
    m_worker->stop();
    m_intake->close();
    m_batcher->flush();
    m_last = m_worker->status();
    m_received += m_batcher->added();
    m_batcher.reset();
    m_worker.reset();
    m_intake.reset();
    m_last.state = ConnectionStatus::State::Stopped;
    m_last.detail = u"Stopped."_s;
    Q_EMIT statusChanged();
}

ConnectionStatus NatsConnection::status() const
{
    ConnectionStatus status = m_worker ? m_worker->status() : m_last;
    status.effectiveUrl = m_url;
    status.received = m_received + (m_batcher ? m_batcher->added() : 0);
    return status;
}

void NatsConnection::tellCount()
{
    const std::uint64_t count = status().received;
    if (count == m_told)
        return;
    m_told = count;
    Q_EMIT statusChanged();
}

} // namespace

Result<std::unique_ptr<Connection>> createNatsConnection(const QUrl& url,
                                                         const ConnectionContext& context)
{
    auto settings = natsSettingsFromUrl(url, context.options, processClock().nowNs());
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<NatsConnection>(url, std::move(*settings), context));
}

} // namespace murmur
