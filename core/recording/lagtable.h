// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/lag.h"
#include "base/result.h"
#include "recording/sqlite.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace murmur {

/// Writes how far others are behind: the tables `lag` and `lag_consumer`, which a recording has
/// from its first observation on, so that most have none. A value is stored when it is another one
/// and when it is kLagRepeat old, which keeps sessions of days small. Part of the writer: same
/// thread, same connection, inside its transactions.
class LagTable
{
public:
    /// Whether add() would store something.
    [[nodiscard]] bool isNews(const Lag& lag) const;
    Status add(Database& database, const Lag& lag);
    /// What was added since the last commit is not there any more, or the file is closed.
    void forget();
    /// What was stored last, of each consumer.
    [[nodiscard]] std::vector<Lag> latest() const;

    /// Makes the tables unless they are there.
    static Status create(Database& database);
    /// Lets go what is older; false when that fails.
    static bool trim(Database& database, std::int64_t before);

private:
    using Key = std::tuple<std::uint32_t, std::string, std::string>; // connection, topic, consumer
    struct Series
    {
        std::int64_t id = 0;
        Lag last; ///< its time: when it was stored, 0: not yet
    };

    Status prepare(Database& database);
    static Key keyOf(const Lag& lag) { return {index(lag.connection), lag.topic, lag.consumer}; }

    std::map<Key, Series> m_series;
    Statement m_insertConsumer, m_insertLag;
};

} // namespace murmur
