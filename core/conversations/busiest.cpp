// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/busiest.h"

#include "query/rowcontext.h"
#include "session/rangescan.h"

#include <QtConcurrent>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::size_t kMostNames = 100'000;
constexpr std::int64_t kMessagesOfBlock = 4096;
/// More messages than this cannot be read as a diagram; fewer, of more agents, tell more.
constexpr std::int64_t kReadable = 400;

struct Talk
{
    std::int64_t messages = 0;
    Seq seq = 0;
    std::set<std::uint32_t> agents;
};

} // namespace

Result<BusiestConversation> busiestJob(const Source& source, const BusiestRequest& request)
{
    const auto there = messagesIn(source, request.range);
    if (!there)
        return there.error();
    ConversationKeys keys(request.rule);
    keys.begin(source);
    RangeScan scan;
    scan.range = request.range;
    scan.columns = keys.columns() | ActorColumns;
    scan.needsBytes = true;
    scan.filter = request.filter;
    const bool isPart = *there > request.mostMessages;
    if (isPart) { // around the middle: a piece here and there has no conversation as a whole
        const double share =
            static_cast<double>(request.mostMessages) / static_cast<double>(*there);
        const auto length =
            static_cast<std::int64_t>(share * static_cast<double>(request.range.length().count()));
        const TimePoint middle = request.range.begin + request.range.length() / 2;
        scan.range = {middle - nanoseconds(length / 2 + 1), middle + nanoseconds(length / 2 + 1)};
    }
    scan.mostBlocks = std::max<std::int64_t>(2, 2 * request.mostMessages / kMessagesOfBlock);
    scan.stop = request.stop;
    std::unordered_map<std::string, Talk> talks;
    const auto done = scanRange(
        source, scan,
        [&](const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource* payload) {
            RowContext context(columns, *source.names, payload, 0);
            for (std::size_t row = 0; row < columns.size(); ++row) {
                if (keep[row] == 0)
                    continue;
                const ConversationKeys::Key key = keys.read(context, row);
                const std::string_view name = key.name.empty() ? key.trace : key.name;
                if (name.empty())
                    continue;
                if (talks.size() >= kMostNames && !talks.contains(std::string(name)))
                    continue;
                Talk& talk = talks[std::string(name)];
                ++talk.messages;
                if (talk.seq == 0)
                    talk.seq = columns.first + static_cast<Seq>(row);
                if (talk.agents.size() < 256)
                    talk.agents.insert(columns.sender[row]);
            }
            return true;
        });
    if (!done)
        return done.error();
    BusiestConversation busiest;
    busiest.isSampled = isPart;
    std::tuple<std::int64_t, std::int64_t> most;
    for (const auto& [name, talk] : talks) {
        const auto agents = static_cast<std::int64_t>(talk.agents.size());
        const std::tuple weight(
            std::min(talk.messages, kReadable) * std::min<std::int64_t>(agents, 12), -talk.seq);
        if (!busiest.name.isEmpty() && weight <= most)
            continue;
        most = weight;
        busiest.name = QString::fromStdString(name);
        busiest.seq = talk.seq;
        busiest.agents = agents;
    }
    return busiest;
}

QFuture<Result<BusiestConversation>> busiestOf(Session& session, BusiestRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return busiestJob(*source, request);
    });
}

} // namespace murmur
