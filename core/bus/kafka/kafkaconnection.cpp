// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkaconnection.h"

#include "base/clock.h"
#include "bus/kafka/kafkalags.h"
#include "bus/kafka/kafkareader.h"
#include "bus/kafka/kafkascout.h"
#include "bus/kafka/kafkawords.h"

#include <QTimer>

#include <thread>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kCounterTick = 250ms;

class KafkaConnection final : public Connection
{
public:
    KafkaConnection(QUrl url, KafkaSettings settings, const ConnectionContext& context);
    ~KafkaConnection() override;

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;
    [[nodiscard]] bool takesShare() const override { return true; }

private:
    const QUrl m_url;
    const KafkaSettings m_settings;
    const ConnectionContext m_context;
    KafkaBook m_book;
    KafkaReports m_reports;
    KafkaBoard m_board;
    KafkaTrouble m_trouble; // called by the scout's own polling only
    std::atomic<bool> m_isOver = false;
    QTimer m_ticker;
    std::uint64_t m_toldReceived = 0;

    // In the order in which they need each other; the threads are joined in stop().
    KafkaOwned<rd_kafka_t> m_handle;
    std::unique_ptr<KafkaReader> m_reader;
    std::unique_ptr<KafkaScout> m_scout;
    std::unique_ptr<KafkaLags> m_lags;
    std::thread m_reading;
    std::thread m_scouting;
    std::thread m_watching;
};

KafkaConnection::KafkaConnection(QUrl url, KafkaSettings settings, const ConnectionContext& context)
    : m_url(std::move(url))
    , m_settings(std::move(settings))
    , m_context(context)
{
    m_board.changed = [this] {
        QMetaObject::invokeMethod(this, &Connection::statusChanged, Qt::QueuedConnection);
    };
    m_ticker.setInterval(kCounterTick);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        if (std::exchange(m_toldReceived, m_board.received.load()) != m_board.received)
            Q_EMIT statusChanged();
    });
}

KafkaConnection::~KafkaConnection()
{
    stop();
}

Status KafkaConnection::start()
{
    if (m_handle)
        return Done{};
    m_trouble = [this](rd_kafka_resp_err_t error, const QString& reason) {
        m_scout->hearTrouble(error, reason);
    };
    auto made = makeKafkaConsumer(m_settings, true, &m_trouble);
    if (!made) {
        m_board.setState(KafkaBoard::State::Failed, made.error().message);
        return made.error();
    }
    m_isOver = false;
    m_handle = std::move(*made);
    m_reader = std::make_unique<KafkaReader>(m_handle.get(), m_context, m_settings, m_book,
                                             m_reports, m_board);
    m_scout = std::make_unique<KafkaScout>(m_handle.get(), m_context, m_settings, m_book, m_reports,
                                           m_board, m_isOver);
    m_lags = std::make_unique<KafkaLags>(m_handle.get(), m_context, m_settings, m_book, m_board);
    m_reading = std::thread([this] { m_reader->run(m_isOver); });
    m_scouting = std::thread([this] { m_scout->run(); });
    m_watching = std::thread([this] { m_lags->run(m_isOver); });
    m_ticker.start();
    return Done{};
}

void KafkaConnection::stop()
{
    if (!m_handle)
        return;
    m_isOver = true;
    m_ticker.stop();
    m_reading.join();
    m_scouting.join();
    m_watching.join();
    m_lags.reset();
    m_scout.reset();
    m_reader.reset();
    m_handle.reset();
    const auto state = m_board.state();
    if (state != KafkaBoard::State::Failed && state != KafkaBoard::State::Stopped)
        m_board.setState(KafkaBoard::State::Stopped, u"Stopped."_s);
}

ConnectionStatus KafkaConnection::status() const
{
    ConnectionStatus status;
    status.effectiveUrl = m_url;
    status.presence = kafkaPresence(m_settings);
    m_board.fill(status);
    return status;
}

} // namespace

Result<std::unique_ptr<Connection>> createKafkaConnection(const QUrl& url,
                                                          const ConnectionContext& context)
{
    Result<KafkaSettings> settings =
        kafkaSettingsFromUrl(url, context.options, processClock().nowNs());
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<KafkaConnection>(url, std::move(*settings), context));
}

} // namespace murmur
