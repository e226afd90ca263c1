// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"

#include "session/session.h"

#include <QObject>

#include <functional>
#include <vector>

namespace murmur {

/// Looks for the messages that a filter keeps, from the first to the last, stretch by stretch: what
/// is found is told as it is found, and the next filter stops the work. It goes on as the recording
/// grows.
class MessageSearch : public QObject
{
    Q_OBJECT
public:
    using Find = std::function<QFuture<Result<MatchList>>(MatchRequest)>;

    explicit MessageSearch(QObject* parent = nullptr);

    void start(Find find, FilterPtr filter, Seq last, Seq first = 1);
    void extend(Seq last); ///< the recording has grown
    void stop();

    [[nodiscard]] bool isActive() const { return m_filter != nullptr; }
    [[nodiscard]] bool isBusy() const { return m_job.isBusy(); }
    [[nodiscard]] Seq through() const { return m_through; }
    [[nodiscard]] Seq last() const { return m_last; }

Q_SIGNALS:
    void found(const std::vector<murmur::Seq>& seqs); ///< ascending; may be empty: progress
    void searchFailed(const QString& sentence);

private:
    void next();

    Find m_find;
    FilterPtr m_filter;
    Seq m_last = 0;
    Seq m_through = 0;
    Seq m_stretch = 0;
    LatestJob m_job;
};

} // namespace murmur
