// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/mqtt/mqttmessage.h"
#include "bus/mqtt/mqttpacket.h"
#include "bus/mqtt/mqttreasons.h"
#include "bus/mqtt/mqttsettings.h"

#include <QObject>
#include <QSslSocket>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace murmur {

/// What outlives one connection to the broker.
struct MqttCommons
{
    MqttSettings settings;
    ConnectionContext context;
    std::uint64_t received = 0;
    bool readsSys = true; ///< off once a broker cut us for asking
};

/// How one connection to the broker ended.
struct MqttEnding
{
    enum class What : std::uint8_t {
        Lost,    ///< worth trying again
        Version, ///< it does not understand us: perhaps another version of MQTT
        Failed,  ///< trying again would not help
    };
    What what = What::Lost;
    QString sentence;
    bool isHopeless = false;                  ///< of Version: no use when no version is left
    bool wasUp = false;                       ///< attached
    std::int64_t lostAt = 0;                  ///< ns: nothing is missing before it
    std::chrono::steady_clock::duration up{}; ///< how long it was attached
};

/// One connection to the broker, from reaching it to its end. All in the thread that makes it.
class MqttLink : public QObject
{
    Q_OBJECT
public:
    /// `takesKept`: what the broker keeps is wanted this time. `commons` outlives this.
    MqttLink(MqttCommons& commons, bool isVersion5, bool takesKept);

    void open();
    /// Takes what has arrived, and says goodbye. `ended` is not told.
    void leave();
    [[nodiscard]] bool isUp() const { return m_stage == Stage::Up; }
    /// What there is to say while it is up.
    [[nodiscard]] QString detail() const;
    [[nodiscard]] const QStringList& subscribed() const { return m_subscribed; }

Q_SIGNALS:
    void attached();
    void detailChanged();
    /// Once. Nothing comes after it.
    void ended(const murmur::MqttEnding& ending);

private:
    enum class Stage : std::uint8_t { Reaching, Greeting, Subscribing, Up, Over };

    void greet();
    void read();
    bool take(const MqttReader::Packet& packet);
    bool takeConnAck(QByteArrayView body);
    void takeSubAck(QByteArrayView body);
    void takePublish(const MqttReader::Packet& packet);
    void takeDisconnect(QByteArrayView body);
    void takeSys(const MqttMessage& message);
    void keep(HeardMessage message);
    void flush();
    void subscribe(const QByteArray& filter, bool isOurs);
    void subscribeToSys();
    void ping();
    void socketFailed(QAbstractSocket::SocketError error);
    void brokenOff();
    void refused(const MqttReason& reason);
    void end(MqttEnding::What what, const QString& sentence, bool isHopeless = false);
    void setStage(Stage stage);

    MqttCommons& m_commons;
    const MqttSettings& m_settings;
    const bool m_isVersion5;
    const bool m_takesKept;
    const bool m_isFlagSenders; ///< see heardFrom
    QSslSocket m_socket;
    QList<QSslError> m_tlsErrors;
    MqttReader m_reader;
    QTimer m_patience; ///< for the stages before Up
    QTimer m_pinger;
    Stage m_stage = Stage::Reaching;
    std::chrono::steady_clock::time_point m_since{}; ///< of the stage
    std::int64_t m_lastRead = 0;
    bool m_isPingOpen = false;

    std::vector<HeardMessage> m_batch;
    std::set<std::uint16_t> m_unreleased; ///< messages at QoS 2 that are not to be taken again
    std::uint16_t m_lastId = 0;
    std::map<std::uint16_t, QByteArray> m_asked;    ///< by the id of the request, not answered yet
    std::map<std::uint16_t, QByteArray> m_askedSys; ///< the same, for what only we look at
    QStringList m_subscribed;
    QStringList m_lowered; ///< filters that are delivered with less quality of service
    bool m_isSysDenied = false;
    std::optional<std::uint64_t> m_dropped; ///< as the broker counts
    std::uint64_t m_droppedFirst = 0;
    std::int64_t m_droppedAt = 0;
    QString m_broker;
};

} // namespace murmur
