// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttconnection.h"

#include "base/clock.h"
#include "bus/mqtt/mqttlink.h"
#include "bus/mqtt/mqttsettings.h"
#include "bus/retry.h"

#include <QTimer>

#include <memory>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

using State = ConnectionStatus::State;

// A connection that lasted so long was none of a row of failures.
constexpr auto kHeld = 10s;
// Cuts in a row, each soon after attaching, from which somebody else seems to want our client id.
constexpr auto kSoon = 5s;
constexpr int kMaxQuickCuts = 3;

class MqttConnection final : public Connection
{
public:
    MqttConnection(MqttSettings settings, const ConnectionContext& context);
    ~MqttConnection() override;

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    void attach();
    void attached();
    void goOnAfter(const MqttEnding& ending);
    void retry(const QString& sentence);
    void setState(State state, const QString& detail);

    MqttCommons m_commons;
    std::unique_ptr<MqttLink> m_link;
    Backoff m_backoff;
    Outage m_outage;
    QTimer m_retry;
    QTimer m_ticker;
    std::uint64_t m_toldReceived = 0;
    std::uint64_t m_reconnects = 0;
    State m_state = State::Starting;
    QString m_detail = u"Not attached yet."_s;
    bool m_isRunning = false;
    bool m_isVersion5 = true;  ///< what is tried next
    bool m_isHopeless = false; ///< MQTT 5 was
    bool m_wasUp = false;
    int m_quickCuts = 0;
};

MqttConnection::MqttConnection(MqttSettings settings, const ConnectionContext& context)
    : m_commons{std::move(settings), context, 0, true}
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &MqttConnection::attach);
    m_ticker.setInterval(250ms);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        if (std::exchange(m_toldReceived, m_commons.received) != m_commons.received)
            Q_EMIT statusChanged();
    });
}

MqttConnection::~MqttConnection()
{
    stop();
}

Status MqttConnection::start()
{
    if (m_isRunning)
        return Done{};
    m_isRunning = true;
    m_isVersion5 = m_commons.settings.version != MqttVersion::V311;
    m_detail = u"Connecting to %1."_s.arg(m_commons.settings.where());
    m_ticker.start();
    // Not now: what goes wrong at once is told like all else.
    m_retry.start(0ms);
    return Done{};
}

void MqttConnection::stop()
{
    if (!m_isRunning)
        return;
    m_isRunning = false;
    m_retry.stop();
    m_ticker.stop();
    if (m_link)
        m_link->leave();
    m_link.reset();
    // Nobody will be back to end it.
    m_outage.end(m_commons.context, processClock().nowNs());
    setState(State::Stopped, u"Stopped."_s);
}

void MqttConnection::attach()
{
    const bool takesKept = m_commons.settings.retained == MqttRetained::New ||
                           (m_commons.settings.retained == MqttRetained::All && !m_wasUp);
    m_link = std::make_unique<MqttLink>(m_commons, m_isVersion5, takesKept);
    connect(m_link.get(), &MqttLink::attached, this, &MqttConnection::attached);
    connect(m_link.get(), &MqttLink::detailChanged, this, [this] {
        if (m_link->isUp())
            setState(State::Up, m_link->detail());
    });
    connect(m_link.get(), &MqttLink::ended, this, [this](const MqttEnding& ending) {
        // It is in the middle of telling.
        m_link.release()->deleteLater();
        goOnAfter(ending);
    });
    m_link->open();
}

void MqttConnection::attached()
{
    m_outage.end(m_commons.context, processClock().nowNs());
    if (std::exchange(m_wasUp, true))
        ++m_reconnects;
    setState(State::Up, m_link->detail());
}

void MqttConnection::goOnAfter(const MqttEnding& ending)
{
    const MqttSettings& settings = m_commons.settings;
    if (ending.wasUp) {
        m_outage.begin(ending.lostAt);
        if (ending.up >= kHeld)
            m_backoff.reset();
    }
    const bool wasVersion5 = std::exchange(m_isVersion5, settings.version != MqttVersion::V311);
    const bool isNewest = settings.version == MqttVersion::Newest;
    switch (ending.what) {
    case MqttEnding::What::Failed:
        m_outage.end(m_commons.context, processClock().nowNs());
        setState(State::Failed, ending.sentence);
        return;
    case MqttEnding::What::Version:
        if (isNewest && wasVersion5) {
            m_isVersion5 = false;
            m_isHopeless = ending.isHopeless;
            m_retry.start(0ms);
        } else if (ending.isHopeless && (m_isHopeless || !isNewest)) {
            setState(State::Failed, ending.sentence);
        } else {
            retry(ending.sentence);
        }
        return;
    case MqttEnding::What::Lost:
        break;
    }
    // MQTT 5 tells it; before, the other client that has our id only cuts us, again and again.
    const bool isQuick = settings.isClientIdGiven && ending.wasUp && ending.up < kSoon;
    m_quickCuts = isQuick ? m_quickCuts + 1 : 0;
    if (m_quickCuts < kMaxQuickCuts) {
        retry(ending.sentence);
        return;
    }
    m_outage.end(m_commons.context, processClock().nowNs());
    setState(State::Failed,
             u"The broker at %1 ended the connection %2 times in a row soon after we attached. "
             "Probably another client uses the client id “%3”; give another client-id=, or "
             "none."_s.arg(settings.where())
                 .arg(m_quickCuts)
                 .arg(QString::fromUtf8(settings.clientId)));
}

void MqttConnection::retry(const QString& sentence)
{
    m_retry.start(m_backoff.next());
    setState(State::Retrying, sentence);
}

void MqttConnection::setState(State state, const QString& detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT statusChanged();
}

QStringList presenceOf(const MqttSettings& settings)
{
    QStringList presence{
        u"The broker sends each message that we listen to once more, to us."_s,
        u"A publisher at QoS 1 or 2 that asks for it is no longer told “no matching subscribers” "
        "(MQTT 5) for topics that nobody else listens to."_s};
    if (settings.isAllByDefault) {
        presence << u"The URL names no topic, so everything is listened to (#); topic= narrows "
                    "it."_s;
    }
    if (settings.isWider) {
        QStringList filters;
        for (const QByteArray& filter : settings.filters)
            filters << QString::fromUtf8(filter);
        presence << u"Filters of the URL overlap, and brokers may deliver twice what two of them "
                    "match; so %1 is listened to, and what nobody asked for is left out here."_s
                        .arg(filters.join(u", "_s));
    }
    if (settings.qos > 0) {
        presence << u"At qos=%1 the broker keeps messages for us until we have acknowledged "
                    "them."_s.arg(settings.qos);
    }
    if (settings.isClientIdGiven) {
        presence << u"A client that is connected with the client id “%1” is cut off, because a "
                    "broker lets only one have it."_s.arg(QString::fromUtf8(settings.clientId));
    }
    return presence;
}

ConnectionStatus MqttConnection::status() const
{
    ConnectionStatus status;
    status.state = m_state;
    status.detail = m_detail;
    status.effectiveUrl = m_commons.settings.url;
    status.effectiveUrl.setHost(m_commons.settings.host);
    status.effectiveUrl.setPort(m_commons.settings.port);
    status.received = m_commons.received;
    status.reconnects = m_reconnects;
    status.presence = presenceOf(m_commons.settings);
    if (m_link && m_link->isUp())
        status.subscribed = m_link->subscribed();
    return status;
}

} // namespace

Result<std::unique_ptr<Connection>> createMqttConnection(const QUrl& url,
                                                         const ConnectionContext& context)
{
    Result<MqttSettings> settings = mqttSettingsFromUrl(url, context.options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<MqttConnection>(std::move(*settings), context));
}

} // namespace murmur
