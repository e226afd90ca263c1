// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/traffic.h"

#include "query/rowcontext.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace murmur::test {

/// Records these messages, in their order, through a recorder into `path`.
inline Status recordAll(const QString& path, const std::vector<HeardMessage>& messages,
                        const QString& url = QStringLiteral("test://traffic"))
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (auto status = recorder.start(); !status)
        return status;
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(QUrl(url), QStringLiteral("bus"));
    std::vector<HeardMessage> batch = messages;
    for (HeardMessage& message : batch)
        message.connection = connection;
    recorder.sink().hear(std::move(batch));
    return recorder.stop();
}

/// One message without ids of any recording, so that messages of different recordings compare.
struct PlainMessage
{
    std::int64_t time = 0;
    std::uint32_t recording = 0;
    Seq seq = 0; ///< in its recording
    std::string text;
    std::optional<std::pair<std::uint32_t, Seq>> closes;
    std::vector<std::pair<std::uint32_t, Seq>> causes;
};

inline std::string textOf(const Dictionaries& names, const MessageDetail& message,
                          std::int64_t offset)
{
    const MessageRow& row = message.row;
    std::vector<std::string> receivers;
    for (const AgentId agent : names.receivers(row.audience))
        receivers.push_back(names.agentName(agent));
    std::ranges::sort(receivers);
    std::string text = names.agentName(row.sender) + " > ";
    for (const std::string& receiver : receivers)
        text += receiver + ' ';
    text += "| " + names.topicName(row.topic) + " | " + names.typeName(row.type) + " | " +
            std::string(kindName(row.kind)) + " | " + std::to_string(toNs(row.time) + offset) +
            " | " + std::to_string(toNs(row.received) + offset) + " | " + std::to_string(row.sent) +
            " | " + std::to_string(row.latency) + " | " + std::to_string(row.sequence) + " | " +
            std::to_string(row.flags) + " | " + std::to_string(row.size) + " | " +
            names.connectionEntry(row.connection).url;
    for (const QByteArray& id : message.ids)
        text += " | " + id.toStdString();
    text += " | " + message.raw.toStdString() + " | " + message.payload().toStdString();
    for (const auto& [name, value] : message.headers)
        text += " | " + name + '=' + value;
    return text;
}

inline std::vector<MessageDetail> allMessages(Session& session)
{
    std::vector<MessageDetail> all;
    Seq next = 1;
    while (next <= session.seen().last) {
        RowRequest request;
        request.first = next;
        request.count = 10'000;
        auto page = waitFor(session.messages(request));
        if (!page || page->empty())
            break;
        next = page->back().row.seq + 1;
        std::ranges::move(*page, std::back_inserter(all));
    }
    return all;
}

inline std::vector<MessageRow> allRows(Session& session)
{
    RowRequest request;
    request.count = static_cast<int>(session.seen().last);
    const auto rows = waitFor(session.rows(request));
    return rows ? *rows : std::vector<MessageRow>();
}

/// The recordings' messages merged the slow way: all of them in memory, sorted by time, recording
/// and Seq.
inline std::vector<PlainMessage> mergedByHand(const QStringList& paths,
                                              const std::vector<std::int64_t>& offsets)
{
    std::vector<PlainMessage> all;
    for (int i = 0; i < paths.size(); ++i) {
        auto session = Session::open(paths[i]);
        if (!session)
            return {};
        const auto number = static_cast<std::uint32_t>(i);
        const std::int64_t offset = offsets[static_cast<std::size_t>(i)];
        for (const MessageDetail& message : allMessages(**session)) {
            PlainMessage plain;
            plain.time = toNs(message.row.time) + offset;
            plain.recording = number;
            plain.seq = message.row.seq;
            plain.text = textOf(*(*session)->dictionaries(), message, offset);
            if (message.row.closes != 0)
                plain.closes = {number, message.row.closes};
            all.push_back(std::move(plain));
        }
    }
    std::ranges::sort(all, {},
                      [](const PlainMessage& m) { return std::tuple(m.time, m.recording, m.seq); });
    return all;
}

/// Traffic whose clock jumps about: up to 4 ms back and forth, and now and then not at all.
inline std::vector<HeardMessage> jumbled(int robots, std::uint64_t seed, int count,
                                         std::int64_t gap = 500'000)
{
    Traffic traffic(robots, seed);
    std::mt19937_64 random(seed * 77);
    std::vector<HeardMessage> messages = traffic.next(count, ConnectionId{}, gap);
    std::int64_t before = Traffic::kStart;
    for (HeardMessage& message : messages) {
        if (random() % 10 == 0)
            message.received = before;
        else if (random() % 5 == 0)
            message.received += static_cast<std::int64_t>(random() % 8'000'000) - 4'000'000;
        before = message.received;
    }
    return messages;
}

} // namespace murmur::test
