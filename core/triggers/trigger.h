// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "findings/finding.h"
#include "query/filter.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace murmur {

/// How often a trigger acts: once, or at most so many times within a stretch of time.
struct TriggerPolicy
{
    bool isOnce = false;
    int most = 1;
    nanoseconds span = std::chrono::seconds(10);
    friend bool operator==(const TriggerPolicy&, const TriggerPolicy&) = default;
};
/// "once", or "5/1m": at most five times a minute. WrongUse.
Result<TriggerPolicy> triggerPolicyFromText(QStringView text);
QString triggerPolicyText(const TriggerPolicy& policy);

/// Lets through what a policy allows. Times are those at which we heard: senders may claim any.
class TriggerGate
{
public:
    explicit TriggerGate(TriggerPolicy policy = {})
        : m_policy(policy)
    {
    }
    bool admits(std::int64_t received);
    /// It acts no more.
    [[nodiscard]] bool isSpent() const { return m_policy.isOnce && m_admitted > 0; }

private:
    TriggerPolicy m_policy;
    std::deque<std::int64_t> m_times; ///< ns, of the last ones
    std::int64_t m_admitted = 0;
};

/// What a trigger waits for: a message that passes a filter, or a finding.
struct TriggerCondition
{
    FilterPtr filter;              ///< null: findings
    QString detector;              ///< of findings; empty: any
    std::optional<Severity> least; ///< of findings: this, or worse

    [[nodiscard]] bool holdsFor(const Finding& finding) const;
};
/// An expression of the filter language, or "finding:retry-storm", "finding:critical" (warning,
/// info: that or worse), "finding:*". WrongUse names the column and what was expected.
Result<TriggerCondition> triggerConditionFromText(const QString& text);

/// One trigger as a person writes it.
struct Trigger
{
    QString name;
    QString when; ///< as of triggerConditionFromText
    TriggerPolicy policy;
    QStringList actions; ///< as of triggerActionFromText
    bool isOn = true;
    friend bool operator==(const Trigger&, const Trigger&) = default;
};
/// A short name for a condition that nobody named.
QString triggerNameFor(const QString& when);
QByteArray triggersToJson(const std::vector<Trigger>& triggers);
/// What is damaged is left out.
std::vector<Trigger> triggersFromJson(const QByteArray& json);

inline constexpr std::size_t kMostTriggers = 64;
inline constexpr qsizetype kMostTriggerActions = 16;

} // namespace murmur
