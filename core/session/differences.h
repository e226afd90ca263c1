// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// How one value of one field stands out among some messages against the others.
struct Difference
{
    enum class Is : std::uint8_t {
        Value,   ///< the share of messages that have it
        Present, ///< the share of messages that have any value
        Missing, ///< the share of messages that have none
        Number,  ///< how large it is
    };
    Is is = Is::Value;
    QString field;     ///< of the filter language
    QString value;     ///< of Value
    double here = 0;   ///< a share, 0 to 1; Number: the median
    double others = 0; ///< the same of the others
    QString condition; ///< the filter by which they are found
    /// 0 to 1: how well it tells the ones from the others.
    double strength = 0;
    /// A number as a person reads it.
    QString hereText;
    QString othersText;
    int alike = 0; ///< other fields that are present or missing alike
};

struct Differences
{
    std::vector<Difference> ranked; ///< the strongest first
    std::int64_t here = 0;          ///< messages that were looked at
    std::int64_t others = 0;
    bool isSampled = false; ///< there are more; every so many blocks were looked at
    std::int64_t unreadable = 0;
};

/// Which messages, against which others.
struct DifferenceRequest
{
    TimeRange here;      ///< those of this time…
    FilterPtr condition; ///< …that pass this; null: all
    TimeRange around;    ///< the others are those of this time; contains `here`
    FilterPtr among;     ///< what both must pass; null: all
    int most = 40;       ///< differences
    /// Messages looked at on each side, about; beyond that every so many blocks.
    std::int64_t sample = 100'000;
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

/// NotFound where one of the sides is empty: a sentence says which.
Result<Differences> differencesJob(const Source& source, const DifferenceRequest& request);
QFuture<Result<Differences>> differencesOf(Session& session, DifferenceRequest request);

} // namespace murmur
