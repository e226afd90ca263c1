// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/session.h"

#include <QFuture>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// One value of a field, in a stretch of time against the rest.
struct FacetValue
{
    QString value;           ///< empty: messages that have none
    std::int64_t here = 0;   ///< messages; of a sample, how many there are about
    std::int64_t others = 0; ///< the same outside
    double shareHere = 0;    ///< of all messages here, 0 to 1
    double shareOthers = 0;
    QString condition; ///< the filter by which they are found

    /// How many times as common it is here; 0: only outside; negative: nowhere else, or nothing is
    /// outside.
    [[nodiscard]] double lift() const;
};

struct Facet
{
    QString field;
    std::vector<FacetValue> values; ///< the most common here first
    std::int64_t distinct = 0;      ///< values here; those beyond `values` are counted only
    bool hasMore = false;           ///< there are more than could be counted
};

struct Facets
{
    std::vector<Facet> facets; ///< in the order of the request
    std::int64_t here = 0;     ///< messages; of a sample, how many there are about
    std::int64_t others = 0;
    double lookedAt = 1; ///< share of the messages here that was looked at; below 1: a sample
    double lookedAtOthers = 1;
    std::int64_t unreadable = 0;
};

/// The fields that every message may have and that take no look into its bytes.
const QStringList& usualFacets();

struct FacetRequest
{
    TimeRange here;
    TimeRange around;   ///< the rest is what lies in it and not in `here`
    FilterPtr filter;   ///< what both must pass; null: all
    QStringList fields; ///< as MessageField names them; empty: usualFacets()
    int most = 10;      ///< values of each
    /// Messages looked at on each side, about; beyond that every so many blocks.
    std::int64_t sample = 400'000;
    /// The same where bytes must be looked into.
    std::int64_t sampleOfBytes = 60'000;
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

/// WrongUse where a field is none.
Result<Facets> facetsJob(const Source& source, const FacetRequest& request);
QFuture<Result<Facets>> facetsOf(Session& session, FacetRequest request);

} // namespace murmur
