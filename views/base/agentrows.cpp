// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/agentrows.h"

#include "session/agentstatus.h"
#include "session/naming.h"
#include "views/base/agentmoments.h"
#include "views/base/names.h"

#include <QCoreApplication>

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(AgentRows)
};

QString statusLine(const AgentState& state, TimePoint at, const AgentLife& life,
                   const Dictionaries& names)
{
    const std::int64_t since = statusSince(state, at, life);
    const QString length =
        since == kNoTime ? QString() : durationText(std::max(nanoseconds(0), at - fromNs(since)));
    const bool isNow = since != kNoTime && at <= fromNs(since);
    switch (statusOf(state, at, life)) {
    case AgentStatus::Unseen:
        return Tr::tr("not seen yet");
    case AgentStatus::Dead:
        return Tr::tr("dead for %1").arg(length);
    case AgentStatus::Silent:
        return Tr::tr("silent for %1").arg(length);
    case AgentStatus::Restarted:
        return isNow ? Tr::tr("restarted just now") : Tr::tr("restarted %1 ago").arg(length);
    case AgentStatus::Waiting: {
        const AgentId other = waitsFor(state);
        const QString how = isNow ? Tr::tr("from now on") : length;
        return index(other) == 0
                   ? Tr::tr("waiting for an answer, %1").arg(how)
                   : Tr::tr("waiting for %1, %2").arg(agentText(names, names.resolved(other)), how);
    }
    case AgentStatus::Busy:
        return isNow ? Tr::tr("busy from now on") : Tr::tr("busy for %1").arg(length);
    case AgentStatus::Idle:
        return isNow ? Tr::tr("idle from now on") : Tr::tr("idle for %1").arg(length);
    }
    return {};
}

/// Sums neighbouring buckets to `points` and scales to the highest: a sparkline shows shape.
std::vector<float> spark(const TileLane& lane, std::size_t buckets, std::size_t points)
{
    std::vector<float> line(points, 0);
    float highest = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        float& point = line[i * points / buckets];
        point += static_cast<float>(lane.sentIn(i));
        highest = std::max(highest, point);
    }
    if (highest > 0) {
        for (float& point : line)
            point /= highest;
    }
    return line;
}

/// By agent: the names under which it was recorded, where it has another.
std::unordered_map<std::uint32_t, QString> oldNames(const Dictionaries& names)
{
    std::unordered_map<std::uint32_t, QString> old;
    for (const NamedAgent& agent : namedAgents(names)) {
        QStringList was;
        for (const std::string& name : agent.was)
            was << QString::fromStdString(name);
        if (!was.isEmpty())
            old.emplace(index(agent.agent), was.join(QStringLiteral(", ")));
    }
    return old;
}

} // namespace

std::vector<AgentRow> agentRows(const Dictionaries& names, const StateSlice* state,
                                const TileSlice* tiles, nanoseconds slo, std::size_t sparkPoints)
{
    const std::uint32_t count = names.counts().agents;
    std::unordered_map<std::uint32_t, const AgentState*> states;
    std::unordered_map<std::uint32_t, const TileLane*> lanes;
    if (state != nullptr) {
        for (const AgentState& agent : state->agents)
            states[index(names.resolved(agent.agent))] = &agent;
    }
    if (tiles != nullptr) {
        for (const TileLane& lane : tiles->lanes)
            lanes[index(names.resolved(lane.agent))] = &lane;
    }
    std::vector<AgentRow> rows;
    rows.reserve(count);
    const std::unordered_map<std::uint32_t, QString> old =
        names.givenCount() > 0 ? oldNames(names) : std::unordered_map<std::uint32_t, QString>();
    for (std::uint32_t id = 1; id < count; ++id) {
        const AgentEntry entry = names.agentEntry(AgentId{id});
        if (index(entry.sameAs) != 0)
            continue;
        AgentRow row;
        if (const auto was = old.find(id); was != old.end())
            row.was = was->second;
        row.agent = AgentId{id};
        row.name = QString::fromStdString(entry.name);
        row.group = QString::fromStdString(entry.group());
        Liveness liveness = Liveness::Unseen;
        if (const auto known = states.find(id); known != states.end()) {
            liveness = known->second->liveness;
            row.open = static_cast<std::int64_t>(known->second->waitingFor.size());
        }
        if (const auto lane = lanes.find(id); lane != lanes.end()) {
            const TileLane& traffic = *lane->second;
            const double seconds =
                std::chrono::duration<double>(tiles->bucketWidth).count() *
                static_cast<double>(std::max<std::size_t>(1, tiles->bucketCount));
            row.rate = static_cast<double>(traffic.total) / std::max(seconds, 1e-9);
            row.errors = traffic.errors;
            if (traffic.latency.count() > 0)
                row.p99 = nanoseconds(static_cast<std::int64_t>(traffic.latency.quantile(0.99)));
            if (tiles->bucketCount > 0)
                row.spark = spark(traffic, tiles->bucketCount, sparkPoints);
        }
        row.health = healthOf(liveness, row.errors, row.p99, slo);
        rows.push_back(std::move(row));
    }
    return rows;
}

void judgeBy(std::vector<AgentRow>& rows, const Dictionaries& names, const StateSlice& state,
             const TileSlice& all, nanoseconds slo)
{
    const std::vector<AgentRow> judged = agentRows(names, &state, &all, slo, 1);
    for (AgentRow& row : rows) {
        const auto known = std::ranges::lower_bound(judged, row.agent, {}, &AgentRow::agent);
        if (known == judged.end() || known->agent != row.agent)
            continue;
        row.errors = known->errors;
        row.health = known->health;
    }
}

void addStatus(std::vector<AgentRow>& rows, const Dictionaries& names, const StateSlice& state,
               const AgentMoments& moments)
{
    std::unordered_map<std::uint32_t, const AgentState*> states;
    for (const AgentState& agent : state.agents)
        states[index(names.resolved(agent.agent))] = &agent;
    std::unordered_map<std::uint32_t, QStringList> drifts;
    for (const KeyDrift& drift : moments.drifts()) {
        const std::string_view word = driftName(drift.kind);
        drifts[index(drift.agent)]
            << QString::fromUtf8(driftSign(drift.kind)) + QLatin1Char(' ') +
                   QString::fromStdString(names.stateKeyName(drift.key)) + QLatin1Char(' ') +
                   QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
    }
    for (AgentRow& row : rows) {
        const auto own = states.find(index(row.agent));
        if (own == states.end())
            continue;
        row.last = own->second->lastSentSeq;
        row.owed = static_cast<std::int64_t>(own->second->owes.size());
        row.status = statusLine(*own->second, state.at, moments.lifeOf(row.agent), names);
        if (const auto drift = drifts.find(index(row.agent)); drift != drifts.end())
            row.drift = drift->second.join(QStringLiteral(", "));
    }
}

} // namespace murmur
