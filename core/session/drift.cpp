// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/drift.h"

#include "findings/jsonpieces.h"
#include "session/jobs.h"
#include "session/statehistory.h"
#include "session/tellings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kSettled = 5'000'000'000;   ///< ns: younger values may be on their way
constexpr std::int64_t kRepeated = 1'000'000'000;  ///< ns: later, an old value is no delay
constexpr std::int64_t kLookBack = 60'000'000'000; ///< ns
constexpr std::int64_t kMostBlocks = 256;
constexpr std::size_t kFewest = 5;     ///< agents that make a group
constexpr double kAgreement = 0.8;     ///< share that makes a habit
constexpr double kFar = 6;             ///< deviations, by the median of all
constexpr double kLeastShare = 0.05;   ///< of the median
constexpr double kMadToSigma = 1.4826; ///< of a normal distribution

/// Numbers that name something, or a time, are neither high nor low.
bool isNameKey(std::string_view key)
{
    constexpr std::array<std::string_view, 20> kNames{
        "task",  "order",    "job",       "ticket", "case",   "item",      "epoch",
        "lease", "sequence", "seq",       "time",   "ts",     "timestamp", "number",
        "pid",   "port",     "superstep", "step",   "offset", "uptime"};
    const std::string word = plainWord(key);
    const bool isNamed = word == "id" || key.ends_with("_id") || key.ends_with("Id") ||
                         key.ends_with("_at") || key.ends_with("At");
    return isNamed || std::ranges::find(kNames, word) != kNames.end();
}

double medianOf(std::vector<double> numbers)
{
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::ranges::nth_element(numbers, middle);
    return *middle;
}

using Told = const ToldValue*;

/// One key of one thing, told by several agents.
void compareThing(const std::vector<Told>& told, bool isVersion, std::vector<KeyDrift>& drifts)
{
    // The newest word, or the highest version.
    Told truth = told.front();
    for (const Told one : told) {
        const auto number = isVersion ? numberOf(one->value) : std::nullopt;
        const auto best = isVersion ? numberOf(truth->value) : std::nullopt;
        if (number && best ? *number > *best : one->since > truth->since)
            truth = one;
    }
    for (const Told one : told) {
        if (isSameValue(one->value, truth->value))
            continue;
        const auto mine = numberOf(one->value);
        const auto theirs = numberOf(truth->value);
        const bool isOlder = isVersion && mine && theirs;
        // Who has not spoken since may have been right; who says it again is behind.
        if (one->told < truth->since + kRepeated)
            continue;
        KeyDrift drift;
        drift.kind = DriftKind::Behind;
        drift.agent = one->agent;
        drift.key = one->key;
        drift.value = one->value;
        drift.setBy = one->setBy;
        drift.since = one->since;
        drift.usual = truth->value;
        drift.other = truth->agent;
        drift.otherBy = truth->firstBy;
        drift.otherSince = truth->since;
        drift.others = std::ranges::count_if(
            told, [&](Told other) { return isSameValue(other->value, truth->value); });
        drift.by = isOlder ? *mine - *theirs : 0;
        drifts.push_back(std::move(drift));
    }
}

KeyDrift outOfLine(Told one, DriftKind kind, const QByteArray& usual, std::int64_t others)
{
    KeyDrift drift;
    drift.kind = kind;
    drift.agent = one->agent;
    drift.key = one->key;
    drift.value = one->value;
    drift.setBy = one->setBy;
    drift.since = one->since;
    drift.usual = usual;
    drift.others = others;
    return drift;
}

/// Numbers of a group: far from the median, by what is usual there.
void compareNumbers(const std::vector<Told>& told, const std::vector<double>& numbers,
                    std::vector<KeyDrift>& drifts)
{
    const double median = medianOf(numbers);
    std::vector<double> distances;
    for (const double number : numbers)
        distances.push_back(std::abs(number - median));
    const double sigma = kMadToSigma * medianOf(distances);
    if (sigma <= 0)
        return;
    const double far = std::max(kFar * sigma, kLeastShare * std::abs(median));
    const auto near = std::ranges::count_if(distances, [&](double d) { return d <= far; });
    // A tail is no drift: those who are out of line are few.
    if (static_cast<double>(near) < kAgreement * static_cast<double>(numbers.size()))
        return;
    for (std::size_t i = 0; i < told.size(); ++i) {
        // It has been there for a while: who swings through is not out of line.
        const ToldValue& one = *told[i];
        const bool isOut = std::isnan(one.low) ? distances[i] > far
                                               : one.low - median > far || median - one.high > far;
        if (!isOut)
            continue;
        KeyDrift drift =
            outOfLine(told[i], numbers[i] > median ? DriftKind::Above : DriftKind::Below,
                      QByteArray::number(median, 'g', 6), near);
        drift.by = numbers[i] - median;
        drifts.push_back(std::move(drift));
    }
}

/// One key within a group.
void compareGroup(const std::vector<Told>& told, bool isName, std::int64_t at,
                  std::vector<KeyDrift>& drifts)
{
    if (told.size() < kFewest)
        return;
    std::map<QByteArray, std::int64_t> counts;
    for (const Told one : told)
        ++counts[one->value.simplified()];
    const auto most =
        std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    std::vector<double> numbers;
    for (const Told one : told) {
        if (const auto number = numberOf(one->value))
            numbers.push_back(*number);
    }
    const bool areNumbers = numbers.size() == told.size();
    const bool isHabit =
        static_cast<double>(most->second) >= kAgreement * static_cast<double>(told.size());
    if (!isHabit) {
        if (areNumbers && !isName)
            compareNumbers(told, numbers, drifts);
        return;
    }
    const auto usual = numberOf(most->first);
    for (const Told one : told) {
        if (isSameValue(one->value, most->first) || at - one->since < kSettled)
            continue;
        const auto number = areNumbers ? numberOf(one->value) : std::nullopt;
        const DriftKind kind = !number || !usual  ? DriftKind::Differs
                               : *number > *usual ? DriftKind::Above
                                                  : DriftKind::Below;
        KeyDrift drift = outOfLine(one, kind, most->first, most->second);
        drift.by = number && usual ? *number - *usual : 0;
        drifts.push_back(std::move(drift));
    }
}

} // namespace

const char* driftSign(DriftKind kind) noexcept
{
    switch (kind) {
    case DriftKind::Behind:
        return "↓";
    case DriftKind::Differs:
        return "≠";
    case DriftKind::Above:
        return "▲";
    case DriftKind::Below:
        return "▼";
    }
    return "";
}

std::string_view driftName(DriftKind kind) noexcept
{
    switch (kind) {
    case DriftKind::Behind:
        return "behind";
    case DriftKind::Differs:
        return "differs";
    case DriftKind::Above:
        return "above";
    case DriftKind::Below:
        return "below";
    }
    return "";
}

std::vector<KeyDrift> driftOf(const std::vector<ToldValue>& told, const Dictionaries& names,
                              TimePoint at)
{
    std::map<std::pair<std::uint64_t, StateKeyId>, std::vector<Told>> things;
    std::map<std::pair<std::string, StateKeyId>, std::vector<Told>> groups;
    std::unordered_map<AgentId, std::string> groupOf;
    for (const ToldValue& one : told) {
        if (one.thing != 0 && one.isShared)
            things[{one.thing, one.key}].push_back(&one);
        const auto [group, isNew] = groupOf.try_emplace(one.agent);
        if (isNew)
            group->second = names.agentEntry(one.agent).group();
        groups[{group->second, one.key}].push_back(&one);
    }
    std::vector<KeyDrift> drifts;
    std::set<std::pair<AgentId, StateKeyId>> seen;
    for (const auto& [thing, list] : things) {
        if (list.size() > 1)
            compareThing(list, isVersionKey(names.stateKeyName(thing.second)), drifts);
    }
    for (const KeyDrift& drift : drifts)
        seen.emplace(drift.agent, drift.key);
    std::vector<KeyDrift> ofGroups;
    for (const auto& [group, list] : groups)
        compareGroup(list, isNameKey(names.stateKeyName(group.second)), toNs(at), ofGroups);
    for (KeyDrift& drift : ofGroups) {
        if (!seen.contains({drift.agent, drift.key}))
            drifts.push_back(std::move(drift));
    }
    std::ranges::sort(drifts, {}, [&](const KeyDrift& drift) {
        return std::tuple(drift.kind, names.agentName(drift.agent), names.stateKeyName(drift.key));
    });
    return drifts;
}

Result<std::vector<ToldValue>> toldValuesJob(const Source& source, TimePoint at,
                                             const std::stop_token& stop)
{
    StateRequest request;
    request.at = at;
    request.stop = stop;
    const std::uint32_t count = source.names->counts().agents;
    for (std::uint32_t id = 1; id < count; ++id)
        request.withValues.push_back(AgentId(id));
    auto state = stateJob(source, request);
    if (!state)
        return state.error();
    std::map<std::pair<AgentId, StateKeyId>, ToldValue> told;
    for (AgentState& agent : state->agents) {
        for (StateValue& value : agent.values) {
            if (value.setBy != 0)
                told[{agent.agent, value.key}] = {
                    agent.agent, value.key,   0,           std::move(value.value),
                    value.setBy, value.since, value.setBy, value.since};
        }
    }
    // Since when: the run of equal values of the same thing that ends at `at`.
    struct Run : ToldValue
    {
        TypeId type{};
    };
    std::map<std::pair<AgentId, StateKeyId>, Run> runs;
    SharedKeys shared;
    TellingScan scan;
    scan.range = {at - nanoseconds(kLookBack), at + nanoseconds(1)};
    scan.mostBlocks = kMostBlocks;
    scan.stop = stop;
    const auto begin = scanTellings(source, scan, [&](const Telling& telling) {
        shared.hear(telling);
        Run& run = runs[{telling.agent, telling.key}];
        if (run.setBy == 0 || run.thing != telling.thing ||
            std::string_view(run.value.constData(), static_cast<std::size_t>(run.value.size())) !=
                telling.value) {
            run.thing = telling.thing;
            run.value =
                QByteArray(telling.value.data(), static_cast<qsizetype>(telling.value.size()));
            run.firstBy = telling.seq;
            run.since = telling.time;
        }
        if (const auto number = numberOf(run.value);
            number && telling.time >= toNs(at) - kSettled) {
            run.low = std::isnan(run.low) ? *number : std::min(run.low, *number);
            run.high = std::isnan(run.high) ? *number : std::max(run.high, *number);
        }
        run.setBy = telling.seq;
        run.told = telling.time;
        run.type = telling.type;
    });
    if (!begin)
        return begin.error();
    std::vector<ToldValue> all;
    for (auto& [key, one] : told) {
        const auto run = runs.find(key);
        if (run != runs.end() && run->second.setBy == one.setBy) {
            one.thing = run->second.thing;
            one.firstBy = run->second.firstBy;
            one.since = run->second.since;
            one.low = run->second.low;
            one.high = run->second.high;
            one.isShared = shared.isShared(run->second.type, one.key,
                                           isVersionKey(source.names->stateKeyName(one.key)));
        }
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::vector<KeyDrift>> driftJob(const Source& source, TimePoint at,
                                       const std::stop_token& stop)
{
    const auto told = toldValuesJob(source, at, stop);
    if (!told)
        return told.error();
    return driftOf(*told, *source.names, at);
}

QString driftText(const KeyDrift& drift, const Dictionaries& names)
{
    const QString usual = QString::fromUtf8(drift.usual.simplified()).left(60);
    const QString by = QString::number(std::abs(drift.by), 'g', 6);
    switch (drift.kind) {
    case DriftKind::Behind: {
        const QString other = QString::fromStdString(names.agentName(drift.other));
        const QString since = clockTime(fromNs(drift.otherSince));
        return drift.by != 0 ? u"behind by %1: %2 says %3 since %4"_s.arg(by, other, usual, since)
                             : u"behind: %1 says %2 since %3"_s.arg(other, usual, since);
    }
    case DriftKind::Differs:
        return u"differs: %1 others say %2"_s.arg(drift.others).arg(usual);
    case DriftKind::Above:
        return u"above by %1: usual %2"_s.arg(by, usual);
    case DriftKind::Below:
        return u"below by %1: usual %2"_s.arg(by, usual);
    }
    return {};
}

} // namespace murmur
