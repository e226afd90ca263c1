// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/findingtables.h"

#include "sql/recordingview.h"

#include <nlohmann/json.hpp>

#include <array>

namespace murmur {

namespace {

void tell(sqlite3_context* to, std::string_view text)
{
    if (text.empty())
        return sqlite3_result_null(to);
    sqlite3_result_text64(to, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void tell(sqlite3_context* to, std::int64_t number)
{
    sqlite3_result_int64(to, number);
}

void tell(sqlite3_context* to, bool is)
{
    sqlite3_result_int(to, is ? 1 : 0);
}

std::string namesOf(const std::vector<AgentId>& agents, NameCache& names)
{
    nlohmann::json list = nlohmann::json::array();
    for (const AgentId agent : agents)
        list.push_back(std::string(names.agent(index(agent)).name));
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What was found in one recording.
struct Found
{
    std::shared_ptr<const FindingsReport> report;
    std::vector<std::string> incidentOf; ///< id, by place of the finding
};

struct FoundList
{
    static constexpr const char* name = "finding";
    static constexpr const char* meaning = "what detectors found";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        {"recording", "TEXT", "name of the file without its ending"},
        {"id", "TEXT", "the same in each look; for murmur findings --accept"},
        {"incident", "TEXT", "id of the incident that it belongs to"},
        {"detector", "TEXT", "which rule found it"},
        {"severity", "TEXT", "info, warning or critical"},
        {"confidence", "REAL", "0 to 1"},
        {"exact", "INTEGER", "1 when it follows from stated facts, 0 when it is a judgement"},
        {"start", "INTEGER", "ns"},
        {"end", "INTEGER", "ns"},
        {"seen", "INTEGER", "ns, when it was first told"},
        {"agent", "TEXT", "the one that it is about"},
        {"agents", "JSON TEXT", "array of names, that one first"},
        {"topic", "TEXT", "topic, or NULL"},
        {"summary", "TEXT", "one sentence"},
        {"evidence", "JSON TEXT", "object"},
        {"messages", "JSON TEXT", "array of seqs, the first 1,000"},
        {"count", "INTEGER", "of these messages, or of what is missing, as the summary says"},
        {"gone", "INTEGER", "of these messages: how many a ring has let go"},
        {"standing", "TEXT", "open, accepted, muted, or held back"},
    });
    static std::size_t size(const FindingsReport& report) { return report.findings.size(); }
    static void value(sqlite3_context* to, RecordingView& recording, const Found& found,
                      std::size_t row, int column)
    {
        const Finding& finding = found.report->findings[row];
        NameCache& names = recording.names();
        switch (column) {
        case 1:
            return tell(to, std::string_view(findingIdText(finding.id)));
        case 2:
            return tell(to, std::string_view(found.incidentOf[row]));
        case 3:
            return tell(to, finding.detector);
        case 4:
            return tell(to, severityName(finding.severity));
        case 5:
            return sqlite3_result_double(to, finding.confidence);
        case 6:
            return tell(to, finding.isExact);
        case 7:
            return tell(to, finding.start);
        case 8:
            return tell(to, finding.end);
        case 9:
            return tell(to, finding.seen);
        case 10:
            return finding.agents.empty()
                       ? sqlite3_result_null(to)
                       : tell(to,
                              std::string_view(names.agent(index(finding.agents.front())).name));
        case 11:
            return tell(to, std::string_view(namesOf(finding.agents, names)));
        case 12:
            return tell(to, std::string_view(names.topic(index(finding.topic))));
        case 13:
            return tell(to, std::string_view(finding.summary));
        case 14:
            return tell(to, std::string_view(finding.evidenceJson()));
        case 15:
            return tell(to, std::string_view(nlohmann::json(finding.messages).dump()));
        case 16:
            return tell(to, finding.count);
        case 17:
            return tell(to, goneOf(finding, *found.report));
        default:
            return tell(to, standingName(finding.standing));
        }
    }
};

struct IncidentList
{
    static constexpr const char* name = "incident";
    static constexpr const char* meaning = "findings that belong together, with their first cause";
    static constexpr std::array columns = std::to_array<ColumnSpec>({
        {"recording", "TEXT", "name of the file without its ending"},
        {"id", "TEXT", "as in finding.incident"},
        {"severity", "TEXT", "of its worst finding"},
        {"start", "INTEGER", "ns"},
        {"end", "INTEGER", "ns"},
        {"summary", "TEXT", "one sentence, in the order of cause"},
        {"cause", "TEXT", "id of the finding that is its first cause"},
        {"grade", "TEXT", "how the cause is bound to the rest: stated, carried, inferred"},
        {"confidence", "REAL", "that it is the first cause, 0 to 1"},
        {"findings", "JSON TEXT", "array of ids, in the order of cause"},
        {"agents", "JSON TEXT", "array of the names of all that it touches"},
        {"open", "INTEGER", "1 when it was still growing at the end"},
        {"quiet", "INTEGER", "1 when all of it is muted, accepted or held back"},
    });
    static std::size_t size(const FindingsReport& report) { return report.incidents.size(); }
    static void value(sqlite3_context* to, RecordingView& recording, const Found& found,
                      std::size_t row, int column)
    {
        const FindingsReport& report = *found.report;
        const Incident& incident = report.incidents[row];
        switch (column) {
        case 1:
            return tell(to, std::string_view(findingIdText(incident.id)));
        case 2:
            return tell(to, severityName(incident.severity));
        case 3:
            return tell(to, incident.start);
        case 4:
            return tell(to, incident.end);
        case 5:
            return tell(to, std::string_view(incident.summary));
        case 6:
            return tell(to, std::string_view(findingIdText(report.findings[incident.cause()].id)));
        case 7:
            return tell(to, gradeName(incident.grade));
        case 8:
            return sqlite3_result_double(to, incident.confidence);
        case 9: {
            nlohmann::json ids = nlohmann::json::array();
            for (const std::size_t place : incident.findings)
                ids.push_back(findingIdText(report.findings[place].id));
            return tell(to, std::string_view(ids.dump()));
        }
        case 10:
            return tell(to, std::string_view(namesOf(incident.agents, recording.names())));
        case 11:
            return tell(to, incident.isOpen);
        default:
            return tell(to, isQuiet(incident, report.findings));
        }
    }
};

template<typename Of>
class FoundCursor final : public VirtualCursor
{
public:
    explicit FoundCursor(StatementContext& context)
        : m_context(context)
    {
    }

    void filter(int, std::string_view, std::span<sqlite3_value*>) override
    {
        m_recording = 0;
        m_id = 0;
        m_row = 0;
        look();
    }
    void next() override
    {
        ++m_id;
        if (++m_row < Of::size(*m_found.report))
            return;
        ++m_recording;
        m_row = 0;
        look();
    }
    [[nodiscard]] bool isAtEnd() const override { return !m_found.report; }
    [[nodiscard]] sqlite3_int64 rowId() const override { return m_id; }
    void column(sqlite3_context* to, int column) override
    {
        RecordingView& recording = *m_context.recordings[m_recording];
        if (column == 0)
            resultName(to, recording.label());
        else
            Of::value(to, recording, m_found, m_row, column);
    }

private:
    /// Goes to the next recording in which something was found.
    void look()
    {
        m_found = {};
        for (; m_recording < m_context.recordings.size(); ++m_recording) {
            auto report = m_context.recordings[m_recording]->findings(m_context.stop);
            if (!report) {
                m_context.failure = report.error();
                return;
            }
            if (Of::size(**report) == 0)
                continue;
            m_found.report = *report;
            m_found.incidentOf.resize((*report)->findings.size());
            for (const Incident& incident : (*report)->incidents) {
                for (const std::size_t place : incident.findings)
                    m_found.incidentOf[place] = findingIdText(incident.id);
            }
            return;
        }
    }

    StatementContext& m_context;
    Found m_found;
    std::size_t m_recording = 0;
    std::size_t m_row = 0;
    std::int64_t m_id = 0;
};

template<typename Of>
class FoundTable final : public VirtualTable
{
public:
    [[nodiscard]] const char* name() const override { return Of::name; }
    [[nodiscard]] const char* meaning() const override { return Of::meaning; }
    [[nodiscard]] std::span<const ColumnSpec> columns() const override { return Of::columns; }
    void plan(sqlite3_index_info& info, const StatementContext& /*context*/) const override
    {
        info.estimatedCost = 1e6;
        info.estimatedRows = 100;
    }
    [[nodiscard]] std::unique_ptr<VirtualCursor> open(StatementContext& context) const override
    {
        return std::make_unique<FoundCursor<Of>>(context);
    }
};

} // namespace

std::vector<std::unique_ptr<VirtualTable>> findingTables()
{
    std::vector<std::unique_ptr<VirtualTable>> tables;
    tables.push_back(std::make_unique<FoundTable<FoundList>>());
    tables.push_back(std::make_unique<FoundTable<IncidentList>>());
    return tables;
}

} // namespace murmur
