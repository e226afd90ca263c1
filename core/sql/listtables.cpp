// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/listtables.h"

#include "base/gap.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace murmur {

namespace {

constexpr int kPage = 4096;

void result(sqlite3_context* to, const std::string& text)
{
    resultBytes(to, text);
}

void result(sqlite3_context* to, std::int64_t number)
{
    sqlite3_result_int64(to, number);
}

/// Each recording's rows, page by page. `Of` has Row, name, meaning, columns (the first is always
/// the recording), read(recording, reader, last row or null) and value(context, recording, row,
/// column).
template<typename Of>
class ListCursor final : public VirtualCursor
{
public:
    explicit ListCursor(StatementContext& context)
        : m_context(context)
    {
    }

    void filter(int, std::string_view, std::span<sqlite3_value*>) override
    {
        m_recording = 0;
        m_id = 0;
        m_at = 0;
        m_rows.clear();
        m_isAtEnd = false;
        readPage(nullptr);
    }
    void next() override
    {
        ++m_id;
        if (++m_at == m_rows.size()) {
            const typename Of::Row last = std::move(m_rows.back());
            readPage(&last);
        }
    }
    [[nodiscard]] bool isAtEnd() const override { return m_isAtEnd; }
    [[nodiscard]] sqlite3_int64 rowId() const override { return m_id; }
    void column(sqlite3_context* to, int column) override
    {
        RecordingView& recording = *m_context.recordings[m_recording];
        if (column == 0)
            resultName(to, recording.label());
        else
            Of::value(to, recording, m_rows[m_at], column);
    }

private:
    void readPage(const typename Of::Row* last)
    {
        m_at = 0;
        m_rows.clear();
        for (; m_recording < m_context.recordings.size(); ++m_recording, last = nullptr) {
            RecordingView& recording = *m_context.recordings[m_recording];
            const auto status = recording.read(
                [&](BlockReader& reader) { m_rows = Of::read(recording, reader, last); });
            if (!status)
                m_context.failure = status.error();
            if (!status || m_context.stop.stop_requested())
                break;
            if (!m_rows.empty())
                return;
        }
        m_rows.clear();
        m_isAtEnd = true;
    }

    StatementContext& m_context;
    std::size_t m_recording = 0;
    std::vector<typename Of::Row> m_rows;
    std::size_t m_at = 0;
    std::int64_t m_id = 0;
    bool m_isAtEnd = true;
};

template<typename Of>
class ListTable final : public VirtualTable
{
public:
    [[nodiscard]] const char* name() const override { return Of::name; }
    [[nodiscard]] const char* meaning() const override { return Of::meaning; }
    [[nodiscard]] std::span<const ColumnSpec> columns() const override { return Of::columns; }
    void plan(sqlite3_index_info& info, const StatementContext& /*context*/) const override
    {
        info.estimatedCost = 1000;
        info.estimatedRows = 1000;
    }
    [[nodiscard]] std::unique_ptr<VirtualCursor> open(StatementContext& context) const override
    {
        return std::make_unique<ListCursor<Of>>(context);
    }
};

constexpr ColumnSpec kRecordingColumn{"recording", "TEXT", "name of the file without its ending"};

struct GapList
{
    using Row = Gap;
    static constexpr const char* name = "gap";
    static constexpr const char* meaning = "what could not be recorded";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"connection", "TEXT", "URL of the connection"},
        {"topic", "TEXT", "topic, or NULL for all of the connection"},
        {"cause", "TEXT",
         "client-drop, server-cut, reconnect, sequence-hole, trimmed, "
         "decode-error, subscriber-cut, sender-drop, disk-full, unreachable, damaged, "
         "cut-off"},
        {"from_time", "INTEGER", "ns, begin of the hole"},
        {"to_time", "INTEGER", "ns, its end"},
        {"count", "INTEGER", "messages that are missing"},
        {"lost_is", "TEXT", "how sure the count is: exact, at_least, unknown"},
    });
    static std::vector<Row> read(RecordingView&, BlockReader& reader, const Row* last)
    {
        return last != nullptr ? std::vector<Row>() : reader.gaps();
    }
    static void value(sqlite3_context* to, RecordingView& recording, const Row& gap, int column)
    {
        switch (column) {
        case 1:
            return resultName(to, recording.names().connection(index(gap.connection)));
        case 2:
            return result(to, gap.topic);
        case 3:
            return result(to, gap.cause);
        case 4:
            return result(to, gap.from);
        case 5:
            return result(to, gap.to);
        case 6:
            return result(to, gap.count);
        default:
            return resultName(to, lostIsName(gap.lostIs));
        }
    }
};

struct TickList
{
    using Row = StoredTick;
    static constexpr const char* name = "tick";
    static constexpr const char* meaning = "the recorder's own pulse, once a second";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"time", "INTEGER", "ns"},
        {"seq", "INTEGER", "last message by then"},
        {"bus_queue", "REAL", "fill of the queue behind the buses, 0 to 1"},
        {"writer_queue", "REAL", "fill of the queue before the disk, 0 to 1"},
    });
    static std::vector<Row> read(RecordingView&, BlockReader& reader, const Row* last)
    {
        return reader.ticksAfter(last != nullptr ? last->id : 0, kPage);
    }
    static void value(sqlite3_context* to, RecordingView&, const Row& tick, int column)
    {
        switch (column) {
        case 1:
            return result(to, tick.time);
        case 2:
            return result(to, tick.seq);
        case 3:
            return sqlite3_result_double(to, tick.busQueue);
        default:
            return sqlite3_result_double(to, tick.writerQueue);
        }
    }
};

struct LagList
{
    using Row = StoredLag;
    static constexpr const char* name = "lag";
    static constexpr const char* meaning =
        "how far consumers of others were behind, when it changed";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"time", "INTEGER", "ns, when the bus said so"},
        {"connection", "TEXT", "URL of the connection"},
        {"topic", "TEXT", "stream or topic that it reads"},
        {"consumer", "TEXT", "name of the group or the durable consumer"},
        {"pending", "INTEGER", "messages that it has not been given yet, or NULL"},
        {"unacknowledged", "INTEGER", "given to it and not acknowledged, or NULL"},
        {"members", "INTEGER", "how many share the work, or NULL"},
    });
    static std::vector<Row> read(RecordingView&, BlockReader& reader, const Row* last)
    {
        return reader.lagsAfter(last != nullptr ? last->id : 0, kPage);
    }
    static void value(sqlite3_context* to, RecordingView& recording, const Row& lag, int column)
    {
        const auto number = [to](std::int64_t count) {
            return count < 0 ? sqlite3_result_null(to) : result(to, count);
        };
        switch (column) {
        case 1:
            return result(to, lag.time);
        case 2:
            return resultName(to, recording.names().connection(index(lag.connection)));
        case 3:
            return result(to, lag.topic);
        case 4:
            return result(to, lag.consumer);
        case 5:
            return number(lag.pending);
        case 6:
            return number(lag.unacknowledged);
        default:
            return number(lag.members);
        }
    }
};

/// Entries 1, 2, … of a dictionary.
std::vector<std::uint32_t> nextIds(std::uint32_t count, const std::uint32_t* last)
{
    const std::uint32_t first = last != nullptr ? *last + 1 : 1;
    std::vector<std::uint32_t> ids(count > first ? std::min<std::uint32_t>(count - first, kPage)
                                                 : 0);
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

struct AgentList
{
    using Row = std::uint32_t;
    static constexpr const char* name = "agent";
    static constexpr const char* meaning = "who sent or received";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"name", "TEXT", "as in message.sender"},
        {"group_name", "TEXT", "what people say, else site, else crew, else tenant"},
        {"site", "TEXT", "label"},
        {"crew", "TEXT", "label"},
        {"role", "TEXT", "label"},
        {"tenant", "TEXT", "label"},
        {"provisional", "INTEGER", "1 when it is named after a socket, not by itself"},
        {"was", "JSON TEXT", "the names it was recorded under, when people call it otherwise"},
    });
    static std::vector<Row> read(RecordingView& recording, BlockReader&, const Row* last)
    {
        const std::uint32_t count = recording.names().counts().agents;
        std::vector<Row> ids = nextIds(count, last);
        // A page of aliases only is not the end.
        while (!ids.empty()) {
            const Row end = ids.back();
            std::erase_if(ids, [&](Row id) { return recording.names().agent(id).isAlias; });
            if (!ids.empty())
                break;
            ids = nextIds(count, &end);
        }
        return ids;
    }
    static void value(sqlite3_context* to, RecordingView& recording, const Row& id, int column)
    {
        const NameCache::Agent& agent = recording.names().agent(id);
        if (column == 1)
            resultName(to, agent.name);
        else if (column == 2)
            resultName(to, agent.group);
        else if (column < 7)
            resultName(to, agent.labels[static_cast<std::size_t>(column - 3)]);
        else if (column == 7)
            result(to, std::int64_t(agent.isProvisional ? 1 : 0));
        else
            resultName(to, agent.was);
    }
};

struct TopicList
{
    using Row = std::uint32_t;
    static constexpr const char* name = "topic";
    static constexpr const char* meaning = "where something was said";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"name", "TEXT", "as in message.topic"},
    });
    static std::vector<Row> read(RecordingView& recording, BlockReader&, const Row* last)
    {
        return nextIds(recording.names().counts().topics, last);
    }
    static void value(sqlite3_context* to, RecordingView& recording, const Row& id, int)
    {
        resultName(to, recording.names().topic(id));
    }
};

struct ConnectionList
{
    using Row = StoredConnection;
    static constexpr const char* name = "connection";
    static constexpr const char* meaning = "what was attached to";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        kRecordingColumn,
        {"url", "TEXT", "without secrets, as in message.connection"},
        {"name", "TEXT", "what people call it"},
        {"received", "INTEGER", "messages that were heard"},
        {"recorded", "INTEGER", "messages that are in the recording"},
        {"lost", "INTEGER", "messages that are not"},
        {"lost_is", "TEXT", "how sure that count is: exact, at_least, unknown"},
    });
    static std::vector<Row> read(RecordingView&, BlockReader& reader, const Row* last)
    {
        return last != nullptr ? std::vector<Row>() : reader.connections();
    }
    static void value(sqlite3_context* to, RecordingView&, const Row& connection, int column)
    {
        switch (column) {
        case 1:
            return result(to, connection.url);
        case 2:
            return result(to, connection.name);
        case 3:
            return result(to, connection.received);
        case 4:
            return result(to, connection.recorded);
        case 5:
            return result(to, connection.lost);
        default:
            return resultName(to, lostIsName(connection.lostIs));
        }
    }
};

template<typename... Lists>
std::vector<std::unique_ptr<VirtualTable>> tablesOf()
{
    std::vector<std::unique_ptr<VirtualTable>> tables;
    (tables.push_back(std::make_unique<ListTable<Lists>>()), ...);
    return tables;
}

} // namespace

std::vector<std::unique_ptr<VirtualTable>> listTables()
{
    return tablesOf<GapList, TickList, LagList, AgentList, TopicList, ConnectionList>();
}

} // namespace murmur
