// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far others are behind, as a recording keeps it: both ends.

#include "recording/lagtable.h"

#include "recording/reader.h"

#include <algorithm>

namespace murmur {

namespace {

/// More consumers than anybody looks at; a bus that tells of more must not fill the file.
constexpr std::size_t kMaxConsumers = 4096;
constexpr int kLagPage = 8192;

void bindOrNull(Statement& statement, int place, std::int64_t value)
{
    if (value < 0)
        statement.bindNull(place);
    else
        statement.bind(place, value);
}

std::int64_t numberOrUnknown(const Statement& statement, int column)
{
    return statement.isNull(column) ? Lag::kUnknown : statement.number(column);
}

StoredLag lagFrom(const Statement& row)
{
    StoredLag lag;
    lag.id = row.number(0);
    lag.time = row.number(1);
    lag.series = row.number(2);
    lag.connection = ConnectionId(static_cast<std::uint32_t>(row.number(3)));
    lag.topic = row.text(4);
    lag.consumer = row.text(5);
    lag.pending = numberOrUnknown(row, 6);
    lag.unacknowledged = numberOrUnknown(row, 7);
    lag.members = numberOrUnknown(row, 8);
    return lag;
}

/// Of each consumer the highest value in each step.
class LagReducer
{
public:
    LagReducer(std::int64_t step, std::vector<StoredLag>& out)
        : m_step(step)
        , m_out(out)
    {
    }

    void add(StoredLag&& lag)
    {
        if (m_step > 0) {
            const auto [place, isNew] = m_places.try_emplace(lag.series, m_out.size());
            if (!isNew) {
                StoredLag& before = m_out[place->second];
                if (before.time / m_step == lag.time / m_step) {
                    if (lag.behind() >= before.behind())
                        before = std::move(lag);
                    return;
                }
                place->second = m_out.size();
            }
        }
        m_out.push_back(std::move(lag));
    }

private:
    std::int64_t m_step;
    std::vector<StoredLag>& m_out;
    std::map<std::int64_t, std::size_t> m_places; ///< by consumer, of its last one in m_out
};

} // namespace

Status LagTable::create(Database& database)
{
    return database.run(
        "CREATE TABLE IF NOT EXISTS lag_consumer (id INTEGER PRIMARY KEY, connection INTEGER NOT "
        "NULL, topic TEXT NOT NULL, name TEXT NOT NULL);"
        "CREATE TABLE IF NOT EXISTS lag (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, consumer "
        "INTEGER NOT NULL, pending INTEGER, unacknowledged INTEGER, members INTEGER);");
}

bool LagTable::trim(Database& database, std::int64_t before)
{
    if (database.number("SELECT count(*) FROM sqlite_master WHERE name = 'lag'") == 0)
        return true;
    Statement statement(database, "DELETE FROM lag WHERE time < ?");
    return statement.isValid() && statement.bind(1, before).execute();
}

Status LagTable::prepare(Database& database)
{
    if (auto status = create(database); !status)
        return status;
    m_insertConsumer = Statement(
        database, "INSERT INTO lag_consumer (id, connection, topic, name) VALUES (?, ?, ?, ?)");
    m_insertLag = Statement(database, "INSERT INTO lag (time, consumer, pending, unacknowledged, "
                                      "members) VALUES (?, ?, ?, ?, ?)");
    Statement known(database, "SELECT id, connection, topic, name FROM lag_consumer");
    if (!m_insertConsumer.isValid() || !m_insertLag.isValid() || !known.isValid())
        return database.lastError("write to");
    while (known.step()) {
        const auto connection = static_cast<std::uint32_t>(known.number(1));
        m_series[{connection, std::string(known.text(2)), std::string(known.text(3))}].id =
            known.number(0);
    }
    return Done{};
}

bool LagTable::isNews(const Lag& lag) const
{
    const auto series = m_series.find(keyOf(lag));
    if (series == m_series.end())
        return m_series.size() < kMaxConsumers;
    const Lag& last = series->second.last;
    return lag.time - last.time >= kLagRepeat || lag.pending != last.pending ||
           lag.unacknowledged != last.unacknowledged || lag.members != last.members;
}

Status LagTable::add(Database& database, const Lag& lag)
{
    if (!m_insertLag.isValid()) {
        if (auto status = prepare(database); !status)
            return status;
    }
    if (!isNews(lag))
        return Done{};
    const auto [place, isNew] = m_series.try_emplace(keyOf(lag));
    Series& series = place->second;
    if (isNew) {
        series.id = static_cast<std::int64_t>(m_series.size());
        m_insertConsumer.bind(1, series.id)
            .bind(2, index(lag.connection))
            .bind(3, std::string_view(lag.topic))
            .bind(4, std::string_view(lag.consumer));
        if (!m_insertConsumer.execute())
            return database.lastError("write to");
    }
    m_insertLag.bind(1, lag.time).bind(2, series.id);
    bindOrNull(m_insertLag, 3, lag.pending);
    bindOrNull(m_insertLag, 4, lag.unacknowledged);
    bindOrNull(m_insertLag, 5, lag.members);
    if (!m_insertLag.execute())
        return database.lastError("write to");
    series.last = lag;
    return Done{};
}

void LagTable::forget()
{
    m_series.clear();
    m_insertConsumer = Statement();
    m_insertLag = Statement();
}

std::vector<Lag> LagTable::latest() const
{
    std::vector<Lag> lags;
    for (const auto& [key, series] : m_series) {
        if (series.last.time != 0)
            lags.push_back(series.last);
    }
    std::ranges::sort(lags, {}, &Lag::time);
    return lags;
}

std::vector<StoredLag> RecordingReader::lagsAfter(std::int64_t id, int limit)
{
    std::vector<StoredLag> lags;
    Statement rows(m_database,
                   "SELECT l.id, l.time, l.consumer, c.connection, c.topic, c.name, l.pending, "
                   "l.unacknowledged, l.members FROM lag l CROSS JOIN lag_consumer c ON c.id = "
                   "l.consumer WHERE l.id > ? ORDER BY l.id LIMIT ?");
    if (!rows.isValid())
        return lags; // most recordings have no such table
    rows.bind(1, id).bind(2, std::int64_t(limit));
    while (rows.step())
        lags.push_back(lagFrom(rows));
    return lags;
}

/// Ids grow with time, so that no index of the times is needed: halving finds the last one before.
std::int64_t RecordingReader::lastLagBefore(std::int64_t time)
{
    Statement edge(m_database, "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM lag");
    Statement next(m_database, "SELECT id, time FROM lag WHERE id >= ? ORDER BY id LIMIT 1");
    if (!edge.isValid() || !next.isValid() || !edge.step())
        return 0;
    std::int64_t low = edge.number(0);
    std::int64_t high = edge.number(1) + 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (next.bind(1, middle).step() && next.number(1) < time)
            low = next.number(0) + 1;
        else
            high = middle;
        next.reset();
    }
    return low - 1;
}

std::vector<StoredLag> RecordingReader::lags(TimeRange range, std::int64_t step)
{
    std::vector<StoredLag> lags;
    LagReducer reducer(step, lags);
    const std::int64_t end = toNs(range.end);
    std::int64_t id = lastLagBefore(std::max(toNs(range.begin), kNoTime + kLagHolds) - kLagHolds);
    // Page by page, so that no statement holds up the writer's checkpoints.
    while (true) {
        std::vector<StoredLag> page = lagsAfter(id, kLagPage);
        const bool isLast = page.size() < static_cast<std::size_t>(kLagPage);
        for (StoredLag& lag : page) {
            if (lag.time >= end)
                return lags;
            id = lag.id;
            reducer.add(std::move(lag));
        }
        if (isLast)
            return lags;
    }
}

std::vector<StoredLag> RecordingReader::lastLags()
{
    std::vector<StoredLag> lags;
    Statement rows(m_database,
                   "SELECT max(l.id), l.time, l.consumer, c.connection, c.topic, c.name, "
                   "l.pending, l.unacknowledged, l.members FROM lag l JOIN lag_consumer c ON c.id "
                   "= l.consumer GROUP BY l.consumer ORDER BY c.connection, c.topic, c.name");
    while (rows.isValid() && rows.step())
        lags.push_back(lagFrom(rows));
    return lags;
}

} // namespace murmur
