// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordend.h"

#include "bus/topicpattern.h"
#include "session/session.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

using State = ConnectionStatus::State;

} // namespace

bool wasAttached(const ConnectionInfo& connection, bool wasUp)
{
    if (connection.received > 0)
        return true;
    // A tap listens whether its server is there or not.
    if (connection.url.startsWith("tap:"_L1))
        return connection.state != State::Retrying;
    return wasUp || connection.reconnects > 0 || connection.state == State::Up ||
           connection.state == State::Stopped;
}

QString unreachedSentence(const std::vector<ConnectionInfo>& connections)
{
    const auto telling = std::ranges::find_if(connections, [](const ConnectionInfo& connection) {
        return !connection.detail.isEmpty() &&
               (connection.state == State::Failed || connection.state == State::Retrying);
    });
    if (telling != connections.end())
        return telling->detail;
    return u"%1 had not let us in when the recording ended."_s.arg(connections.front().url);
}

QStringList idlePatterns(const std::vector<QString>& files, const QStringList& patterns)
{
    QStringList idle = patterns;
    for (const QString& file : files) {
        if (idle.isEmpty())
            break;
        const auto session = Session::open(file);
        if (!session)
            continue;
        const auto names = (*session)->dictionaries();
        idle.removeIf([&](const QString& text) {
            const auto pattern = TopicPattern::fromText(text.toStdString());
            for (std::uint32_t topic = 0; pattern && topic < names->counts().topics; ++topic) {
                if (pattern->matches(names->topicName(TopicId{topic})))
                    return true;
            }
            return false;
        });
    }
    return idle;
}

} // namespace murmur::cli
