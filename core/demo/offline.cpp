// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/offline.h"

using namespace Qt::StringLiterals;

namespace murmur {

Result<OfflineResult> runOffline(const OfflineOptions& options,
                                 const std::function<void(std::vector<HeardMessage>&&)>& deliver,
                                 std::stop_token stop)
{
    if (const Status status = checkSwarmOptions(options.swarm); !status)
        return status.error();
    if (options.maxMessages <= 0 && options.length.count() <= 0)
        return Error{ErrorCode::WrongUse,
                     u"An offline demo needs an end: give a number of messages or a length."_s};

    Swarm swarm(options.swarm);
    const std::vector<std::string> groups = swarm.groups();
    std::vector<QByteArray> peers;
    peers.reserve(groups.size());
    for (const std::string& group : groups)
        peers.push_back(QByteArray::fromStdString(group));

    OfflineResult result;
    std::vector<HeardMessage> batch;
    batch.reserve(options.batch);
    while (options.maxMessages <= 0 || result.messages < options.maxMessages) {
        const SwarmMessage& message = swarm.next();
        if (options.length.count() > 0 && message.time >= options.length.count())
            break;
        HeardMessage& heard = batch.emplace_back();
        heard.connection = options.connection;
        heard.received = options.swarm.epoch + message.time;
        heard.topic =
            QByteArray(message.topic.data(), static_cast<qsizetype>(message.topic.size()));
        heard.raw = QByteArray(message.json.data(), static_cast<qsizetype>(message.json.size()));
        heard.peer = peers[message.group];
        ++result.messages;
        result.length = nanoseconds(message.time);
        if (batch.size() < options.batch)
            continue;
        deliver(std::move(batch));
        batch.clear();
        batch.reserve(options.batch);
        if (stop.stop_requested())
            return Error{ErrorCode::Cancelled, u"The demo was stopped."_s};
    }
    if (!batch.empty())
        deliver(std::move(batch));
    result.truth = swarm.truth();
    return result;
}

} // namespace murmur
