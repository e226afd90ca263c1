// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

enum class Unit : std::uint8_t { Count, Seconds, Share, Factor };

/// A threshold of a detector.
struct Parameter
{
    const char* name;
    double usual;
    Unit unit;
    const char* meaning;
    bool isPerTopic = false; ///< one topic, or some, may have another
};

/// The thresholds of all detectors: those that were set, else the usual ones.
class Settings
{
public:
    /// In the unit of the parameter; `parameter` must be in the registry.
    [[nodiscard]] double of(std::string_view detector, const Parameter& parameter) const;
    /// The same as a time, ns.
    [[nodiscard]] std::int64_t time(std::string_view detector, const Parameter& parameter) const;
    /// What was set for this topic, else for all; nothing when neither was. Of several patterns
    /// the longest counts.
    [[nodiscard]] std::optional<double>
    ofTopic(std::string_view detector, const Parameter& parameter, std::string_view topic) const;
    /// None was set.
    [[nodiscard]] bool isUsual() const { return m_values.empty(); }
    /// "lost-messages.wait=5s", "retry-storm.share=40%"; for the topics that match a name with
    /// wildcards "latency-breach.slo@vision.*=50ms". WrongUse names what is known.
    Status set(const QString& text);

private:
    std::map<std::string, double, std::less<>>
        m_values; ///< by "detector.parameter", and "…@topics"
};

/// "10 s", "30 %", "4 ×", "5".
QString parameterText(const Parameter& parameter, double value);

} // namespace murmur
