// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The table of buses lives here and not in the bus room, because rows come from rooms above it:
// the demo swarm talks through the hub, so demo depends on bus and not the other way round.

#include "bus/connection.h"
#include "bus/hub.h"
#include "bus/hubpublisher.h"
#include "bus/registry.h"
#if MURMUR_HAS_KAFKA
#include "bus/kafka/kafkaconnection.h"
#include "bus/kafka/kafkapublisher.h"
#endif
#if MURMUR_HAS_MQTT
#include "bus/mqtt/mqttconnection.h"
#include "bus/mqtt/mqttpublisher.h"
#endif
#if MURMUR_HAS_NATS
#include "bus/nats/natsconnection.h"
#include "bus/nats/natspublisher.h"
#endif
#if MURMUR_HAS_OTLP
#include "bus/otlp/otlpconnection.h"
#endif
#if MURMUR_HAS_REDIS
#include "bus/redis/redisconnection.h"
#include "bus/redis/redispublisher.h"
#endif
#if MURMUR_HAS_ROBOTS
#include "bus/robots/foxgloveconnection.h"
#include "bus/robots/rosbridgeconnection.h"
#include "bus/robots/rosbridgepublisher.h"
#endif
#if MURMUR_HAS_STREAM
#include "bus/stream/streamconnection.h"
#endif
#if MURMUR_HAS_TAP
#include "bus/tap/tapconnection.h"
#endif
#if MURMUR_HAS_WEBSOCKET
#include "bus/websocket/websocketconnection.h"
#include "bus/websocket/websocketpublisher.h"
#endif
#include "demo/democonnection.h"

#include <array>

namespace murmur {

std::span<const BusEntry> buses() noexcept
{
    static constexpr auto table = std::to_array<BusEntry>({
        BusEntry{"listen", "the embedded hub: agents send to us over WebSocket or HTTP POST",
                 &createHubConnection, &createHubPublisher},
            BusEntry{"demo", "the demo swarm, talking over the embedded hub",
                     &createDemoConnection},
#if MURMUR_HAS_WEBSOCKET
            BusEntry{"ws", "the feed of a WebSocket server", &createWebSocketConnection,
                     &createWebSocketPublisher},
            BusEntry{"wss", "the same, encrypted", &createWebSocketConnection,
                     &createWebSocketPublisher},
#endif
#if MURMUR_HAS_TAP
            BusEntry{"tap",
                     "a recording proxy between agents and their server: WebSocket, HTTP and gRPC",
                     &createTapConnection},
#endif
#if MURMUR_HAS_REDIS
            BusEntry{"redis", "Redis channels and streams", &createRedisConnection,
                     &createRedisPublisher},
            BusEntry{"rediss", "the same, encrypted", &createRedisConnection,
                     &createRedisPublisher},
#endif
#if MURMUR_HAS_NATS
            BusEntry{"nats", "NATS subjects and JetStream", &createNatsConnection,
                     &createNatsPublisher},
            BusEntry{"tls", "the same, encrypted", &createNatsConnection, &createNatsPublisher},
#endif
#if MURMUR_HAS_MQTT
            BusEntry{"mqtt", "MQTT topics, 5 and 3.1.1", &createMqttConnection,
                     &createMqttPublisher},
            BusEntry{"mqtts", "the same, encrypted", &createMqttConnection, &createMqttPublisher},
#endif
#if MURMUR_HAS_KAFKA
            BusEntry{"kafka", "Kafka topics, from any offset or time", &createKafkaConnection,
                     &createKafkaPublisher},
#endif
#if MURMUR_HAS_OTLP
            BusEntry{"otlp", "a receiver of OpenTelemetry traces and logs over HTTP",
                     &createOtlpConnection},
#endif
#if MURMUR_HAS_ROBOTS
            BusEntry{"rosbridge", "ROS topics through rosbridge", &createRosbridgeConnection,
                     &createRosbridgePublisher},
            BusEntry{"foxglove", "robots that speak the Foxglove WebSocket protocol",
                     &createFoxgloveConnection},
#endif
#if MURMUR_HAS_STREAM
            BusEntry{"stdin", "standard input, a message a line; written - on the command line",
                     &createStreamConnection},
            BusEntry{"file", "a file of one message a line, also while it grows (follow=1)",
                     &createStreamConnection},
#endif
    });
    return table;
}

Result<std::unique_ptr<Connection>> createConnection(const QUrl& url,
                                                     const ConnectionContext& context)
{
    return createFrom(buses(), url, context);
}

Result<std::unique_ptr<Publisher>> createPublisher(const QUrl& url,
                                                   const ConnectionOptions& options)
{
    return createPublisherFrom(buses(), url, options);
}

} // namespace murmur
