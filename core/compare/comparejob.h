// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "compare/comparelines.h"
#include "compare/compareside.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <memory>
#include <optional>

namespace murmur {

struct CompareRequest
{
    std::shared_ptr<const Source> before; ///< may be the same
    std::shared_ptr<const Source> after;
    TimeRange beforeRange;
    TimeRange afterRange;
    std::int64_t conversationsIn = 300'000; ///< as in SideRequest
    std::int64_t findingsUpTo = 1'000'000;
    /// Called now and then, in threads that work.
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

struct Compared
{
    TalkProfile before;
    TalkProfile after;
    std::vector<CompareLine> lines; ///< what says most first
    /// What is to be known of how far it was looked, a sentence each.
    [[nodiscard]] QStringList remarks() const;
};

/// What is different in one stretch of messages against another. Both sides are read at once.
Result<Compared> compareJob(const CompareRequest& request);
QFuture<Result<Compared>> compareOf(CompareRequest request);

/// "night.murmur", or a part of it: "night.murmur@02:00..02:10"; either end may be left out.
struct CompareSide
{
    QString file;
    QString from; ///< as timeFromText reads it; empty: the begin
    QString until;
};
CompareSide compareSideFromText(const QString& text);
/// The stretch that a side names. WrongUse says what is wrong with it.
Result<TimeRange> rangeOf(const CompareSide& side, TimeRange session);

} // namespace murmur
