// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/trigger.h"

#include "findings/detector.h"
#include "query/marks.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kFindingPrefix("finding:");
constexpr int kMostAdmitted = 100'000; ///< times that a gate remembers
constexpr qsizetype kLongestName = 40;

std::optional<Severity> severityNamed(const QString& word)
{
    for (const Severity severity : {Severity::Info, Severity::Warning, Severity::Critical}) {
        const std::string_view name = severityName(severity);
        if (word == QLatin1StringView(name.data(), static_cast<qsizetype>(name.size())))
            return severity;
    }
    return std::nullopt;
}

bool isNearerThan(std::int64_t one, std::int64_t other, std::int64_t span)
{
    std::int64_t distance = 0;
    return !__builtin_sub_overflow(one, other, &distance) && std::llabs(distance) < span;
}

} // namespace

Result<TriggerPolicy> triggerPolicyFromText(QStringView text)
{
    const QStringView trimmed = text.trimmed();
    if (trimmed == u"once")
        return TriggerPolicy{true};
    const auto slash = trimmed.indexOf(u'/');
    bool isNumber = false;
    const int most = trimmed.left(std::max<qsizetype>(0, slash)).toInt(&isNumber);
    const auto span = durationFromText(trimmed.mid(slash + 1));
    if (slash < 0 || !isNumber || most < 1 || most > kMostAdmitted || !span || span->count() <= 0)
        return Error{ErrorCode::WrongUse,
                     u"How often is \"once\" or so many within a time, for example 5/1m; \"%1\" is "
                     "neither."_s.arg(text)};
    return TriggerPolicy{false, most, *span};
}

QString triggerPolicyText(const TriggerPolicy& policy)
{
    if (policy.isOnce)
        return u"once"_s;
    const std::int64_t ns = policy.span.count();
    constexpr std::array<std::pair<std::int64_t, const char*>, 6> units{{{3'600'000'000'000, "h"},
                                                                         {60'000'000'000, "m"},
                                                                         {1'000'000'000, "s"},
                                                                         {1'000'000, "ms"},
                                                                         {1'000, "us"},
                                                                         {1, "ns"}}};
    for (const auto& [unit, word] : units) {
        if (ns % unit == 0)
            return u"%1/%2%3"_s.arg(policy.most).arg(ns / unit).arg(QLatin1StringView(word));
    }
    return {};
}

bool TriggerGate::admits(std::int64_t received)
{
    if (m_policy.isOnce) {
        if (m_admitted > 0)
            return false;
    } else {
        while (!m_times.empty() && !isNearerThan(m_times.front(), received, m_policy.span.count()))
            m_times.pop_front();
        if (m_times.size() >= static_cast<std::size_t>(m_policy.most))
            return false;
        m_times.push_back(received);
    }
    ++m_admitted;
    return true;
}

bool TriggerCondition::holdsFor(const Finding& finding) const
{
    if (filter || finding.standing != Standing::Open)
        return false;
    if (!detector.isEmpty() &&
        detector != QLatin1StringView(finding.detector.data(),
                                      static_cast<qsizetype>(finding.detector.size())))
        return false;
    return !least || finding.severity >= *least;
}

Result<TriggerCondition> triggerConditionFromText(const QString& text)
{
    const QString trimmed = text.trimmed();
    TriggerCondition condition;
    if (trimmed.startsWith(kFindingPrefix)) {
        const QString what = trimmed.mid(kFindingPrefix.size()).trimmed();
        condition.least = severityNamed(what);
        if (!condition.least && what != u"*") {
            if (findDetector(what.toStdString()) == nullptr)
                return noSuchDetector(what.toStdString());
            condition.detector = what;
        }
        return condition;
    }
    if (trimmed.isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"A trigger waits for something: an expression such as \"kind == error\", or "
                     "finding:retry-storm."_s};
    const TimePoint now = wallNow();
    auto filter = parseFilter(text, {now, now});
    if (!filter)
        return filter.error();
    if (auto status = refuseMarks(*filter); !status)
        return status.error();
    condition.filter = *filter;
    return condition;
}

QString triggerNameFor(const QString& when)
{
    const QString name = when.simplified();
    return name.size() > kLongestName ? name.left(kLongestName - 1) + u'…' : name;
}

QByteArray triggersToJson(const std::vector<Trigger>& triggers)
{
    QJsonArray list;
    for (const Trigger& trigger : triggers)
        list.append(QJsonObject{{u"name"_s, trigger.name},
                                {u"when"_s, trigger.when},
                                {u"often"_s, triggerPolicyText(trigger.policy)},
                                {u"do"_s, QJsonArray::fromStringList(trigger.actions)},
                                {u"on"_s, trigger.isOn}});
    return QJsonDocument(list).toJson(QJsonDocument::Compact);
}

std::vector<Trigger> triggersFromJson(const QByteArray& json)
{
    std::vector<Trigger> triggers;
    for (const QJsonValue& value : QJsonDocument::fromJson(json).array()) {
        const QJsonObject one = value.toObject();
        Trigger trigger;
        trigger.name = one[u"name"].toString();
        trigger.when = one[u"when"].toString();
        const auto policy = triggerPolicyFromText(one[u"often"].toString());
        for (const QJsonValue& action : one[u"do"].toArray())
            trigger.actions << action.toString();
        trigger.isOn = one[u"on"].toBool(true);
        if (!policy || trigger.name.isEmpty() || trigger.when.isEmpty() ||
            trigger.actions.size() > kMostTriggerActions || triggers.size() >= kMostTriggers)
            continue;
        trigger.policy = *policy;
        triggers.push_back(std::move(trigger));
    }
    return triggers;
}

} // namespace murmur
