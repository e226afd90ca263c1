// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/traffic.h"

#include <QStringList>

namespace murmur::test {

/// Every row and what hangs on it, as text: names instead of ids, because a recording that was read
/// twice has more of them.
inline QStringList told(Session& session)
{
    QStringList lines;
    RowRequest request;
    request.first = 1;
    request.count = static_cast<int>(session.seen().last);
    const auto rows = waitFor(session.rows(request));
    const auto names = session.dictionaries();
    for (const MessageRow& row : *rows) {
        QString to;
        for (const AgentId agent : names->receivers(row.audience))
            to += QString::fromStdString(names->agentName(agent)) + QLatin1Char(',');
        lines << QStringLiteral("%1 %2 %3 %4>%5 %6 %7 %8 %9")
                         .arg(row.seq)
                         .arg(isoTime(row.time),
                              QString::fromStdString(names->topicName(row.topic)),
                              QString::fromStdString(names->agentName(row.sender)), to)
                         .arg(int(row.kind))
                         .arg(QString::fromStdString(names->typeName(row.type)))
                         .arg(row.flags)
                         .arg(row.closes) +
                     QStringLiteral(" %1 %2 %3").arg(row.latency).arg(row.sequence).arg(row.size);
    }
    return lines;
}

inline QStringList trafficOf(Session& session)
{
    QStringList lines;
    TileRequest request;
    request.range = session.seen().time;
    request.columns = 60;
    request.latency = true;
    request.pairs = true;
    const auto tiles = waitFor(session.tiles(request));
    const auto names = session.dictionaries();
    for (const TileLane& lane : tiles->lanes) {
        const std::string name = names->agentName(names->resolved(lane.agent));
        QString line = QString::fromStdString(name) + QStringLiteral(": ");
        for (std::size_t bucket = 0; bucket < tiles->bucketCount; ++bucket)
            line += QString::number(lane.sentIn(bucket)) + QLatin1Char(' ');
        lines << line + QStringLiteral("| %1 %2")
                            .arg(lane.latency.count())
                            .arg(lane.latency.quantile(0.99));
    }
    lines.sort();
    return lines;
}

inline QStringList statesOf(Session& session)
{
    QStringList lines;
    StateRequest request;
    request.at = session.seen().time.begin + session.seen().time.length() / 3;
    const auto slice = waitFor(session.state(request));
    const auto names = session.dictionaries();
    for (const AgentState& state : slice->agents) {
        QString line = QStringLiteral("%1 sent %2 received %3 waits %4 owes %5")
                           .arg(QString::fromStdString(names->agentName(state.agent)))
                           .arg(state.sent)
                           .arg(state.received)
                           .arg(state.waitingFor.size())
                           .arg(state.owes.size());
        QStringList values;
        for (const StateValue& value : state.values)
            values << QStringLiteral("%1@%2")
                          .arg(QString::fromStdString(names->stateKeyName(value.key)))
                          .arg(value.setBy);
        values.sort();
        lines << line + values.join(QLatin1Char(' '));
    }
    lines.sort();
    return lines;
}

inline std::vector<Seq> withId(Session& session, const QString& expression)
{
    MatchRequest request;
    request.filter = *parseFilter(expression, session.seen().time);
    return waitFor(session.search(request))->seqs;
}

} // namespace murmur::test
