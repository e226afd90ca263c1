// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/swarm.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

Error wrongRange(QStringView option, qint64 given, qint64 low, qint64 high)
{
    return {ErrorCode::WrongUse,
            u"The demo's %1 is %2; it must be from %3 to %4."_s.arg(option).arg(given).arg(low).arg(
                high)};
}

} // namespace

void takeUsualAgents(SwarmOptions& options)
{
    if (const ScenarioEntry* entry = findScenario(options.scenario); entry && entry->agents > 0)
        options.agents = entry->agents;
}

void takeUsualRate(SwarmOptions& options)
{
    if (const ScenarioEntry* entry = findScenario(options.scenario); entry && entry->rate > 0)
        options.rate = entry->rate;
}

Status checkSwarmOptions(const SwarmOptions& options)
{
    if (options.agents < SwarmOptions::kMinAgents || options.agents > SwarmOptions::kMaxAgents)
        return wrongRange(u"agents", options.agents, SwarmOptions::kMinAgents,
                          SwarmOptions::kMaxAgents);
    if (options.rate < SwarmOptions::kMinRate || options.rate > SwarmOptions::kMaxRate)
        return wrongRange(u"rate", options.rate, SwarmOptions::kMinRate, SwarmOptions::kMaxRate);
    if (options.clocks.drift < 0 || options.clocks.drift > SwarmOptions::kMaxDrift)
        return wrongRange(u"drift", options.clocks.drift, 0, SwarmOptions::kMaxDrift);
    constexpr std::chrono::hours kMostWrong(24);
    for (const nanoseconds wrong : {options.clocks.skew, options.clocks.step}) {
        if (wrong.count() < 0 || wrong > kMostWrong)
            return Error{
                ErrorCode::WrongUse,
                u"The demo's clocks can be wrong by up to a day, and %1 is not within that."_s.arg(
                    durationText(wrong))};
    }
    if (findScenario(options.scenario) == nullptr) {
        QStringList known;
        for (const ScenarioEntry& entry : scenarios())
            known << QString::fromUtf8(entry.id);
        return Error{ErrorCode::WrongUse,
                     u"The demo has no scenario \"%1\"; the known ones are: %2."_s.arg(
                         QString::fromStdString(options.scenario), known.join(u", "))};
    }
    return Done();
}

Result<SwarmOptions> swarmOptionsFromUrl(const QUrl& url)
{
    SwarmOptions options;
    const QUrlQuery query(url);
    const auto items = query.queryItems(QUrl::FullyDecoded);
    for (const auto& [key, value] : items) {
        bool isNumber = true;
        if (key == u"agents") {
            options.agents = value.toInt(&isNumber);
        } else if (key == u"rate") {
            options.rate = value.toInt(&isNumber);
        } else if (key == u"seed") {
            options.seed = value.toULongLong(&isNumber);
        } else if (key == u"scenario") {
            options.scenario = value.toStdString();
        } else if (key == u"skew" || key == u"step") {
            const auto length = durationFromText(value);
            if (!length)
                return length.error();
            (key == u"skew" ? options.clocks.skew : options.clocks.step) = *length;
        } else if (key == u"drift") {
            options.clocks.drift = value.toInt(&isNumber);
        } else if (key == u"fault") {
            auto plan = faultPlanFromText(value);
            if (!plan)
                return plan.error();
            options.faults.push_back(std::move(*plan));
        } else {
            return Error{
                ErrorCode::WrongUse,
                u"The demo has no option \"%1\"; it knows agents, rate, scenario, seed, fault, skew, drift and step."_s
                    .arg(key)};
        }
        if (!isNumber) {
            const QString range =
                key == u"agents"
                    ? u"%1 to %2"_s.arg(SwarmOptions::kMinAgents).arg(SwarmOptions::kMaxAgents)
                : key == u"drift" ? u"0 to %1"_s.arg(SwarmOptions::kMaxDrift)
                : key == u"rate"
                    ? u"%1 to %2"_s.arg(SwarmOptions::kMinRate).arg(SwarmOptions::kMaxRate)
                    : u"0 to 18446744073709551615"_s;
            return Error{ErrorCode::WrongUse,
                         u"The demo's %1 is \"%2\"; it must be a whole number from %3."_s.arg(
                             key, value, range)};
        }
    }
    if (!query.hasQueryItem(u"agents"_s))
        takeUsualAgents(options);
    if (!query.hasQueryItem(u"rate"_s))
        takeUsualRate(options);
    if (const Status status = checkSwarmOptions(options); !status)
        return status.error();
    return options;
}

QUrl swarmUrl(const SwarmOptions& options)
{
    QUrlQuery query;
    query.addQueryItem(u"agents"_s, QString::number(options.agents));
    query.addQueryItem(u"rate"_s, QString::number(options.rate));
    query.addQueryItem(u"scenario"_s, QString::fromStdString(options.scenario));
    query.addQueryItem(u"seed"_s, QString::number(options.seed));
    QUrl url(u"demo://"_s);
    for (const FaultPlan& plan : options.faults)
        query.addQueryItem(u"fault"_s, faultPlanText(plan));
    const auto addLength = [&](const QString& key, nanoseconds length) {
        if (length.count() != 0)
            query.addQueryItem(key, QString::number(length.count()) + u"ns"_s);
    };
    addLength(u"skew"_s, options.clocks.skew);
    if (options.clocks.drift != 0)
        query.addQueryItem(u"drift"_s, QString::number(options.clocks.drift));
    addLength(u"step"_s, options.clocks.step);
    url.setQuery(query);
    return url;
}

} // namespace murmur
