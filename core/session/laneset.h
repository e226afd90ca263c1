// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/lanekey.h"
#include "session/session.h"

#include <QFuture>
#include <QObject>
#include <QString>

#include <memory>
#include <stop_token>

namespace murmur {

struct Source;

/// The tiles of lanes that are no agents, or of messages that pass a filter: made by one scan with
/// the writer's reducer, in the background; then panning is as fast as without. The messages of
/// `first`, which is what a person looks at, are looked at first, and have lanes before others.
/// Lanes are named as they are found; they take the place of agents in what tiles() and marks()
/// answer.
///
/// Lives in the thread that made it. Ends its scan when it goes.
class LaneSet : public QObject
{
    Q_OBJECT
public:
    LaneSet(std::shared_ptr<const Source> source, LaneKey key, FilterPtr filter, TimeRange first,
            QObject* parent = nullptr);
    ~LaneSet() override;

    [[nodiscard]] const LaneKey& key() const;
    [[nodiscard]] FilterPtr filter() const;
    /// The lanes, as if they were agents.
    [[nodiscard]] std::shared_ptr<const Dictionaries> names() const;
    /// Values beyond the lanes share one.
    [[nodiscard]] bool hasOthers() const;
    /// What the lanes are called that stand for no value or for many; empty for others.
    [[nodiscard]] QString specialName(AgentId lane) const;

    /// Lanes are known and what was looked at first can be shown.
    [[nodiscard]] bool isUsable() const;
    /// Everything has been looked at.
    [[nodiscard]] bool isReady() const;
    /// 0 to 1.
    [[nodiscard]] double progress() const;
    /// A sentence when the recording could not be read, else empty.
    [[nodiscard]] QString failure() const;
    /// What it keeps in memory.
    [[nodiscard]] std::size_t bytes() const;

    /// Goes on with what has been recorded since.
    void grow();

    /// Like those of Session; their filter is not looked at.
    [[nodiscard]] QFuture<Result<TileSlice>> tiles(TileRequest request);
    [[nodiscard]] QFuture<Result<MarkSlice>> marks(MarkRequest request);

Q_SIGNALS:
    /// Progress, or more that can be shown.
    void changed();

private:
    void scan();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
