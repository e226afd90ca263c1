// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/sqlitelists.h"

#include "base/gap.h"
#include "base/message.h"
#include "exchange/jsonwriter.h"
#include "recording/tablefile.h"
#include "session/findingslook.h"
#include "session/jobs.h"
#include "session/judgements.h"
#include "session/source.h"

#include <array>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kListSchema =
    "CREATE TABLE gap(connection TEXT, topic TEXT, cause TEXT, from_time INTEGER, "
    "to_time INTEGER, count INTEGER, lost_is TEXT);"
    "CREATE TABLE finding(id TEXT, incident TEXT, detector TEXT, severity TEXT, confidence REAL, "
    "exact INTEGER, start INTEGER, end INTEGER, seen INTEGER, agent TEXT, agents TEXT, "
    "topic TEXT, summary TEXT, evidence TEXT, messages TEXT, count INTEGER, gone INTEGER, "
    "standing TEXT);"
    "CREATE TABLE incident(id TEXT, severity TEXT, start INTEGER, end INTEGER, summary TEXT, "
    "cause TEXT, grade TEXT, confidence REAL, findings TEXT, agents TEXT, open INTEGER, "
    "quiet INTEGER);";

TableCell textCell(std::string_view text)
{
    return text.empty() ? TableCell() : TableCell(text);
}

template<typename List, typename Write>
std::string jsonList(const List& list, Write write)
{
    std::string out;
    JsonWriter json(out);
    json.beginArray();
    for (const auto& item : list)
        write(json, item);
    json.endArray();
    return out;
}

class ListWriter
{
public:
    ListWriter(TableFile& file, const Source& source)
        : m_file(file)
        , m_names(*source.names)
    {
    }

    Status writeGaps(const std::vector<Gap>& gaps)
    {
        const std::size_t insert = m_file.prepare("INSERT INTO gap VALUES(?,?,?,?,?,?,?)");
        for (const Gap& gap : gaps) {
            const std::string url = m_names.connectionEntry(gap.connection).url;
            const std::array<TableCell, 7> cells{
                textCell(url), textCell(gap.topic), textCell(gap.cause),   gap.from,
                gap.to,        gap.count,           lostIsName(gap.lostIs)};
            if (auto status = m_file.insert(insert, cells); !status)
                return status;
        }
        return Done{};
    }

    Status writeFindings(const FindingsReport& report)
    {
        std::vector<std::string> incidentOf(report.findings.size());
        for (const Incident& incident : report.incidents) {
            for (const std::size_t place : incident.findings)
                incidentOf[place] = findingIdText(incident.id);
        }
        const std::size_t insert =
            m_file.prepare("INSERT INTO finding VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        for (std::size_t i = 0; i < report.findings.size(); ++i) {
            const Finding& finding = report.findings[i];
            const std::string id = findingIdText(finding.id);
            const std::string agent =
                finding.agents.empty() ? std::string() : m_names.agentName(finding.agents.front());
            const std::string agents = namesOf(finding.agents);
            const std::string topic = m_names.topicName(finding.topic);
            const std::string evidence = finding.evidenceJson();
            const std::string messages =
                jsonList(finding.messages, [](JsonWriter& json, Seq seq) { json.number(seq); });
            const std::array<TableCell, 18> cells{std::string_view(id),
                                                  textCell(incidentOf[i]),
                                                  finding.detector,
                                                  severityName(finding.severity),
                                                  finding.confidence,
                                                  std::int64_t{finding.isExact},
                                                  finding.start,
                                                  finding.end,
                                                  finding.seen,
                                                  textCell(agent),
                                                  std::string_view(agents),
                                                  textCell(topic),
                                                  textCell(finding.summary),
                                                  std::string_view(evidence),
                                                  std::string_view(messages),
                                                  finding.count,
                                                  goneOf(finding, report),
                                                  standingName(finding.standing)};
            if (auto status = m_file.insert(insert, cells); !status)
                return status;
        }
        return Done{};
    }

    Status writeIncidents(const FindingsReport& report)
    {
        const std::size_t insert =
            m_file.prepare("INSERT INTO incident VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
        for (const Incident& incident : report.incidents) {
            const std::string id = findingIdText(incident.id);
            const std::string cause = findingIdText(report.findings[incident.cause()].id);
            const std::string findings =
                jsonList(incident.findings, [&report](JsonWriter& json, std::size_t place) {
                    json.text(std::string_view(findingIdText(report.findings[place].id)));
                });
            const std::string agents = namesOf(incident.agents);
            const std::array<TableCell, 12> cells{std::string_view(id),
                                                  severityName(incident.severity),
                                                  incident.start,
                                                  incident.end,
                                                  textCell(incident.summary),
                                                  std::string_view(cause),
                                                  gradeName(incident.grade),
                                                  incident.confidence,
                                                  std::string_view(findings),
                                                  std::string_view(agents),
                                                  std::int64_t{incident.isOpen},
                                                  std::int64_t{isQuiet(incident, report.findings)}};
            if (auto status = m_file.insert(insert, cells); !status)
                return status;
        }
        return Done{};
    }

private:
    [[nodiscard]] std::string namesOf(const std::vector<AgentId>& agents) const
    {
        return jsonList(agents, [this](JsonWriter& json, AgentId agent) {
            json.text(std::string_view(m_names.agentName(agent)));
        });
    }

    TableFile& m_file;
    const Dictionaries& m_names;
};

} // namespace

Status writeLists(TableFile& file, const Source& source, const std::stop_token& stop)
{
    const auto gaps = gapsJob(source);
    if (!gaps)
        return gaps.error();
    auto report = FindingsLook().look(source, {}, stop);
    if (!report)
        return report.error();
    settle(*report, judgementsOf(source, &*report), *source.names);
    if (auto status = file.run(kListSchema); !status)
        return status;
    ListWriter writer(file, source);
    if (auto status = writer.writeGaps(*gaps); !status)
        return status;
    if (auto status = writer.writeFindings(*report); !status)
        return status;
    return writer.writeIncidents(*report);
}

} // namespace murmur
