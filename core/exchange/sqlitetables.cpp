// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/sqlitetables.h"

#include "exchange/jsonwriter.h"
#include "exchange/messagejson.h"
#include "exchange/sqlitelists.h"
#include "recording/tablefile.h"

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace murmur {

namespace {

using Key = exchange::MessageKey;

/// Names and meanings are those of `murmur sql`.
constexpr const char* kSqliteSchema =
    "CREATE TABLE message(seq INTEGER, recording TEXT, time INTEGER, received INTEGER, "
    "sent INTEGER, connection TEXT, topic TEXT, kind TEXT, type TEXT, sender TEXT, "
    "receivers TEXT, group_name TEXT, msg_id TEXT, correlation TEXT, trace TEXT, span TEXT, "
    "conversation TEXT, reply_to TEXT, sequence INTEGER, latency_ns INTEGER, closes INTEGER, "
    "size INTEGER, flags TEXT, headers TEXT, payload, raw BLOB);"
    "CREATE TABLE call(recording TEXT, request INTEGER, answer INTEGER, asker TEXT, "
    "answerer TEXT, started INTEGER, ended INTEGER, latency_ns INTEGER, outcome TEXT);"
    "CREATE TABLE agent(name TEXT, group_name TEXT, site TEXT, crew TEXT, role TEXT, "
    "tenant TEXT);";
constexpr const char* kSqliteIndexes =
    "CREATE INDEX message_seq ON message(seq);"
    "CREATE INDEX message_time ON message(time);"
    "CREATE INDEX message_sender ON message(sender);"
    "CREATE INDEX message_conversation ON message(conversation);";

class SqliteExport final : public ExportFormat
{
public:
    SqliteExport(std::shared_ptr<const Dictionaries> names, bool hasSeveral)
        : m_names(names)
        , m_formatter(std::move(names))
        , m_hasSeveral(hasSeveral)
    {
    }

    void begin(std::string& /*out*/) override {}

    Status openAt(const QString& path) override
    {
        auto made = TableFile::create(path);
        if (!made)
            return made.error();
        m_file.emplace(std::move(*made));
        if (auto status = m_file->run(kSqliteSchema); !status)
            return status;
        m_message = m_file->prepare("INSERT INTO message VALUES"
                                    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        m_call = m_file->prepare("INSERT INTO call VALUES(?,?,?,?,?,?,?,?,?)");
        m_agent = m_file->prepare("INSERT INTO agent VALUES(?,?,?,?,?,?)");
        return Done{};
    }

    [[nodiscard]] Status status() const override { return m_status; }

    void write(std::string& /*out*/, const MessageDetail& message) override
    {
        const MessageRow& row = message.row;
        m_texts.clear();
        m_cells.clear();
        m_cells.emplace_back(std::int64_t{row.shownSeq()});
        addText(message, Key::Recording);
        m_cells.emplace_back(toNs(row.time));
        m_cells.emplace_back(toNs(row.received));
        addNumber(row.sent, kNoTime);
        for (const Key key :
             {Key::Connection, Key::Topic, Key::Kind, Key::Type, Key::From, Key::To, Key::Group,
              Key::Id, Key::Correlation, Key::Trace, Key::Span, Key::Conversation, Key::ReplyTo})
            addText(message, key);
        addNumber(row.sequence, kNoTime);
        addNumber(row.latency, -1);
        addNumber(ownRequest(row), 0);
        m_cells.emplace_back(row.size);
        addText(message, Key::Flags);
        addText(message, Key::Headers);
        addPayload(message);
        m_cells.emplace_back(
            CellBytes{{message.raw.constData(), static_cast<std::size_t>(message.raw.size())}});
        insert(m_message);
        m_seen.insert(m_names->resolved(row.sender));
        for (const AgentId receiver : m_names->receivers(row.audience))
            m_seen.insert(m_names->resolved(receiver));
        if (m_hasSeveral && (row.kind == Kind::Request || row.kind == Kind::Command))
            m_requests[row.seq] = row.shownSeq();
        if (row.closes != 0 && row.latency >= 0)
            writeCall(message);
    }

    Status tellBeside(const Source& source, const std::stop_token& stop) override
    {
        return writeLists(*m_file, source, stop);
    }

    void end(std::string& /*out*/) override
    {
        for (const AgentId agent : m_seen) {
            const AgentEntry entry = m_names->agentEntry(agent);
            if (entry.name.empty())
                continue;
            m_cells.clear();
            m_cells.emplace_back(std::string_view(entry.name));
            m_cells.push_back(cellOf(entry.group()));
            for (const std::string& label : entry.labels)
                m_cells.push_back(cellOf(label));
            insert(m_agent);
        }
        if (m_status.ok())
            m_status = m_file->run(kSqliteIndexes);
        if (m_status.ok())
            m_status = m_file->finish();
        m_file.reset();
    }

private:
    static TableCell cellOf(std::string_view text)
    {
        return text.empty() ? TableCell() : TableCell(text);
    }

    void addNumber(std::int64_t value, std::int64_t none)
    {
        m_cells.push_back(value == none ? TableCell() : TableCell(value));
    }

    /// Lists as JSON.
    void addText(const MessageDetail& message, Key key)
    {
        exchange::FieldValue value = m_formatter.value({key, QString(), {}}, message);
        using Is = exchange::FieldValue::Is;
        if (value.is == Is::List) {
            std::string& list = m_texts.emplace_back();
            JsonWriter json(list);
            json.beginArray();
            for (const std::string& item : value.items)
                json.text(std::string_view(item));
            json.endArray();
        } else {
            m_texts.push_back(std::move(value.text));
        }
        m_cells.push_back(value.is == Is::None ? TableCell()
                                               : TableCell(std::string_view(m_texts.back())));
    }

    /// Text where it is one, else its bytes.
    void addPayload(const MessageDetail& message)
    {
        const exchange::FieldValue value =
            m_formatter.value({Key::Payload, QString(), {}}, message);
        if (!value.isBase64) {
            m_texts.push_back(value.text);
            m_cells.push_back(cellOf(m_texts.back()));
            return;
        }
        m_cells.emplace_back(
            CellBytes{{message.raw.constData() + message.payloadOffset,
                       static_cast<std::size_t>(std::min(
                           message.payloadSize, message.raw.size() - message.payloadOffset))}});
    }

    void writeCall(const MessageDetail& message)
    {
        const MessageRow& row = message.row;
        const auto receivers = m_names->receivers(row.audience);
        const std::string recording = m_names->recordingLabel(row.recording);
        const std::string asker = receivers.empty()
                                      ? std::string()
                                      : m_names->agentName(m_names->resolved(receivers.front()));
        const std::string answerer = m_names->agentName(m_names->resolved(row.sender));
        m_cells.clear();
        m_cells.push_back(cellOf(recording));
        addNumber(ownRequest(row), 0);
        m_cells.emplace_back(std::int64_t{row.shownSeq()});
        m_cells.push_back(cellOf(asker));
        m_cells.push_back(cellOf(answerer));
        m_cells.emplace_back(toNs(row.time) - row.latency);
        m_cells.emplace_back(toNs(row.time));
        m_cells.emplace_back(row.latency);
        m_cells.emplace_back(row.kind == Kind::Error ? std::string_view("error")
                                                     : std::string_view("answered"));
        insert(m_call);
    }

    /// The request that a message answers, as it is numbered in its recording; 0: none, or not
    /// among what is exported.
    [[nodiscard]] std::int64_t ownRequest(const MessageRow& row) const
    {
        if (!m_hasSeveral || row.closes == 0)
            return row.closes;
        const auto found = m_requests.find(row.closes);
        return found == m_requests.end() ? 0 : found->second;
    }

    void insert(std::size_t statement)
    {
        if (m_status.ok())
            m_status = m_file->insert(statement, m_cells);
    }

    const std::shared_ptr<const Dictionaries> m_names;
    exchange::MessageFormatter m_formatter;
    const bool m_hasSeveral;
    std::optional<TableFile> m_file;
    std::size_t m_message = 0, m_call = 0, m_agent = 0;
    std::deque<std::string> m_texts; // of the row; cells look into them
    std::vector<TableCell> m_cells;
    std::set<AgentId> m_seen;
    std::unordered_map<Seq, Seq> m_requests; // of several recordings: Seqs of their own
    Status m_status = Done{};
};

} // namespace

std::unique_ptr<ExportFormat> createSqliteExport(std::shared_ptr<const Dictionaries> names,
                                                 bool hasSeveral)
{
    return std::make_unique<SqliteExport>(std::move(names), hasSeveral);
}

} // namespace murmur
