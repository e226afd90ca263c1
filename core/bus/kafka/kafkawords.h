// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafka/kafkahandle.h"

namespace murmur {

/// One sentence in plain words for what librdkafka tells of a broker.
struct KafkaFailure
{
    QString sentence;
    bool isFinal = false; ///< trying again would not help
};
KafkaFailure kafkaFailure(const KafkaSettings& settings, rd_kafka_resp_err_t error,
                          const QString& reason);

/// What attaching changes for others, and what all is read.
QStringList kafkaPresence(const KafkaSettings& settings);

} // namespace murmur
