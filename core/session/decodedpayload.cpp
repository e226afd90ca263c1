// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/decodedpayload.h"

namespace murmur {

std::string codecTopic(const MessageDetail& message, const Dictionaries& names)
{
    return message.topicName.isEmpty() ? names.topicName(message.row.topic)
                                       : message.topicName.toStdString();
}

Decoded decodedPayload(const MessageDetail& message, const Dictionaries& names,
                       std::stop_token stop)
{
    const QByteArray bytes = message.payload();
    const std::string topic = codecTopic(message, names);
    const std::string headers = headersToBytes(message.headers);
    return names.codecs().decode(
        {{bytes.constData(), static_cast<std::size_t>(bytes.size())}, topic, headers},
        std::move(stop));
}

} // namespace murmur
