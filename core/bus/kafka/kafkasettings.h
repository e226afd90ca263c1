// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/position.h"
#include "bus/tlsoptions.h"

#include <QUrl>

#include <cstdint>
#include <string_view>

namespace murmur {

/// What the URL of a Kafka connection asks for.
struct KafkaSettings
{
    QStringList brokers; ///< "box:9092", "[::1]:9092"
    QByteArray user;
    QByteArray password;
    QByteArray mechanism; ///< of SASL; empty: no login
    TlsOptions tls;

    QList<QByteArray> topics; ///< names and patterns; empty: all that do not begin with `_`
    Position from;
    Position to{Position::What::Never, 0, {}};
    nanoseconds refresh{};
    bool readsUncommitted = false;
    QList<QByteArray> groups; ///< consumer groups to watch; empty: those that the brokers list
    bool watchesLag = true;
    Shard shard;
    bool keepsPartition = false; ///< who sends names the partition of each message

    [[nodiscard]] bool isHistory() const { return from.what != Position::What::Now; }
    [[nodiscard]] bool hasEnd() const { return to.what != Position::What::Never; }
    /// Whether a topic is asked for.
    [[nodiscard]] bool takes(std::string_view topic) const;
    /// "box:9092"
    [[nodiscard]] QString where() const { return brokers.join(u", "); }
};

/// `now` in ns.
Result<KafkaSettings> kafkaSettingsFromUrl(const QUrl& url, const ConnectionOptions& options,
                                           std::int64_t now);

/// `*` in `pattern` is any text, also none; all else is itself. Cost: at most the product of both
/// lengths.
bool matchesKafkaTopic(std::string_view pattern, std::string_view topic) noexcept;

} // namespace murmur
