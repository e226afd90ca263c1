// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "fleettext.h"

#include "output.h"

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Past
{
    std::int64_t read = 0;
    std::int64_t expected = 0;
};

/// What was read of windows whose end is known; nothing when there is one of which it is not.
std::optional<Past> pastOf(const std::vector<ConnectionInfo>& connections)
{
    Past past;
    for (const ConnectionInfo& connection : connections) {
        if (!connection.isWindow || connection.expectedMessages < 0)
            return std::nullopt;
        past.read += connection.received;
        past.expected += connection.expectedMessages;
    }
    return past;
}

} // namespace

QString upText(const std::vector<ConnectionInfo>& connections)
{
    using State = ConnectionStatus::State;
    const auto count = [&](State state) {
        return std::ranges::count(connections, state, &ConnectionInfo::state);
    };
    QString text = u"%1 of %2 up"_s.arg(count(State::Up)).arg(connections.size());
    if (const auto down = count(State::Failed); down > 0)
        text += u", %1 failed"_s.arg(down);
    if (const auto down = count(State::Retrying); down > 0)
        text += u", %1 trying again"_s.arg(down);
    if (const auto over = count(State::Stopped); over > 0)
        text += u", %1 at their end"_s.arg(over);
    return text;
}

QString pastText(const std::vector<ConnectionInfo>& connections, double seconds)
{
    const auto past = pastOf(connections);
    if (!past || past->expected == 0)
        return {};
    QString text =
        u"%1 % of about %2"_s.arg(std::min<std::int64_t>(100 * past->read / past->expected, 99))
            .arg(grouped(past->expected));
    const double rate = static_cast<double>(past->read) / seconds;
    const auto left = static_cast<double>(past->expected - past->read);
    if (rate >= 1 && left > 0)
        text += u", %1 left"_s.arg(
            durationText(std::chrono::seconds(static_cast<std::int64_t>(left / rate) + 1)));
    return text;
}

QString endText(const QString& why, const std::vector<ConnectionInfo>& connections)
{
    using State = ConnectionStatus::State;
    const auto past = pastOf(connections);
    if (!past || past->read >= past->expected ||
        std::ranges::all_of(connections,
                            [](const ConnectionInfo& c) { return c.state == State::Stopped; }))
        return why;
    return u"%1 after %2 of about %3 messages of the window"_s.arg(why, grouped(past->read),
                                                                   grouped(past->expected));
}

} // namespace murmur::cli
