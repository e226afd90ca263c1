// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/findingtable.h"

#include <charconv>
#include <functional>

namespace murmur {

namespace {

/// "[3,17]".
template<typename Numbers, typename Text>
std::string listOf(const Numbers& numbers, Text text)
{
    std::string list = "[";
    for (const auto& number : numbers) {
        if (list.size() > 1)
            list += ',';
        list += text(number);
    }
    return list + ']';
}

std::vector<std::int64_t> numbersOf(std::string_view list)
{
    std::vector<std::int64_t> numbers;
    const char* at = list.data();
    const char* const end = at + list.size();
    while (at < end) {
        std::int64_t number = 0;
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error == std::errc())
            numbers.push_back(number);
        at = error == std::errc() ? behind : at + 1;
    }
    return numbers;
}

std::string agentsOf(const StoredFinding& finding)
{
    return listOf(finding.agents, [](AgentId agent) { return std::to_string(index(agent)); });
}

std::size_t contentOf(const StoredFinding& finding)
{
    std::size_t hash = std::hash<std::string>()(finding.summary);
    const auto mix = [&](std::size_t value) { hash = hash * 31 + value; };
    mix(std::hash<std::string>()(finding.evidence));
    mix(std::hash<std::string>()(finding.severity));
    mix(std::hash<double>()(finding.confidence));
    mix(static_cast<std::size_t>(finding.start));
    mix(static_cast<std::size_t>(finding.end));
    mix(static_cast<std::size_t>(finding.count));
    mix(finding.agents.size());
    mix(finding.isOpen ? 1 : 0);
    mix(finding.hasGap ? 1 : 0);
    return hash;
}

} // namespace

Status FindingTable::prepare(Database& database)
{
    m_insert = Statement(
        database,
        "INSERT OR REPLACE INTO finding (id, generation, detector, severity, confidence, exact, "
        "start_time, end_time, topic, summary, evidence, seen_time, agents, count, open, gap) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    m_insertMember =
        Statement(database, "INSERT OR IGNORE INTO finding_member (finding, seq) VALUES (?, ?)");
    m_insertIncident = Statement(
        database, "INSERT OR REPLACE INTO incident (id, generation, summary, findings, grade, "
                  "confidence) VALUES (?, ?, ?, ?, ?, ?)");
    if (!m_insert.isValid() || !m_insertMember.isValid() || !m_insertIncident.isValid())
        return database.lastError("write to");
    return Done{};
}

Status FindingTable::put(Database& database, const StoredFinding& finding, std::int64_t generation)
{
    const auto [known, isNew] = m_known.try_emplace(finding.id);
    const std::size_t content = contentOf(finding);
    if (isNew || known->second.content != content) {
        const std::string agents = agentsOf(finding);
        m_insert.bind(1, finding.id)
            .bind(2, generation)
            .bind(3, std::string_view(finding.detector))
            .bind(4, std::string_view(finding.severity))
            .bindReal(5, finding.confidence)
            .bind(6, std::int64_t(finding.isExact ? 1 : 0))
            .bind(7, finding.start)
            .bind(8, finding.end)
            .bind(9, std::string_view(finding.topic))
            .bind(10, std::string_view(finding.summary))
            .bind(11, std::string_view(finding.evidence))
            .bind(12, finding.seen)
            .bind(13, std::string_view(agents))
            .bind(14, finding.count)
            .bind(15, std::int64_t(finding.isOpen ? 1 : 0))
            .bind(16, std::int64_t(finding.hasGap ? 1 : 0));
        if (!m_insert.execute())
            return database.lastError("write to");
        known->second.content = content;
    }
    if (known->second.members == finding.messages.size())
        return Done{};
    for (const Seq seq : finding.messages) {
        if (!m_insertMember.bind(1, finding.id).bind(2, seq).execute())
            return database.lastError("write to");
    }
    known->second.members = finding.messages.size();
    return Done{};
}

Status FindingTable::put(Database& database, std::int64_t generation,
                         const StoredFindings& findings)
{
    if (!m_insert.isValid()) {
        if (auto status = prepare(database); !status)
            return status;
    }
    // What was found in another way before may not be found now.
    std::size_t same = 0;
    for (const StoredFinding& finding : findings.findings)
        same += m_known.contains(finding.id) ? 1 : 0;
    if (m_known.empty() || same < m_known.size()) {
        m_known.clear();
        if (auto status = database.run("DELETE FROM finding; DELETE FROM finding_member"); !status)
            return status;
    }
    for (const StoredFinding& finding : findings.findings) {
        if (auto status = put(database, finding, generation); !status)
            return status;
    }
    if (auto status = database.run("DELETE FROM incident"); !status)
        return status;
    for (const StoredIncident& incident : findings.incidents) {
        const std::string list =
            listOf(incident.findings, [](std::int64_t id) { return std::to_string(id); });
        m_insertIncident.bind(1, incident.id)
            .bind(2, generation)
            .bind(3, std::string_view(incident.summary))
            .bind(4, std::string_view(list))
            .bind(5, gradeName(incident.grade))
            .bindReal(6, incident.confidence);
        if (!m_insertIncident.execute())
            return database.lastError("write to");
    }
    return Done{};
}

void FindingTable::forget()
{
    m_known.clear();
    m_insert = Statement();
    m_insertMember = Statement();
    m_insertIncident = Statement();
}

StoredFindings readFindings(Database& database, std::int64_t generation)
{
    StoredFindings stored;
    Statement rows(database,
                   "SELECT id, detector, severity, confidence, exact, start_time, end_time, "
                   "coalesce(topic, ''), summary, evidence, seen_time, agents, count, open, gap "
                   "FROM finding WHERE generation = ? ORDER BY start_time, id");
    Statement members(database,
                      "SELECT seq FROM finding_member WHERE finding = ? ORDER BY seq LIMIT ?");
    Statement incidents(database, "SELECT id, summary, findings, grade, confidence FROM incident "
                                  "WHERE generation = ? ORDER BY id");
    if (!rows.isValid() || !members.isValid() || !incidents.isValid())
        return stored; // of a program that did not store any
    rows.bind(1, generation);
    while (rows.step()) {
        StoredFinding& finding = stored.findings.emplace_back();
        finding.id = rows.number(0);
        finding.detector = rows.text(1);
        finding.severity = rows.text(2);
        finding.confidence = rows.real(3);
        finding.isExact = rows.number(4) != 0;
        finding.start = rows.number(5);
        finding.end = rows.number(6);
        finding.topic = rows.text(7);
        finding.summary = rows.text(8);
        finding.evidence = rows.text(9);
        finding.seen = rows.number(10);
        for (const std::int64_t agent : numbersOf(rows.text(11)))
            finding.agents.push_back(AgentId(static_cast<std::uint32_t>(agent)));
        finding.count = rows.number(12);
        finding.isOpen = rows.number(13) != 0;
        finding.hasGap = rows.number(14) != 0;
        members.bind(1, finding.id).bind(2, std::int64_t(kMaxFindingMessages));
        while (members.step())
            finding.messages.push_back(members.number(0));
        members.reset();
    }
    incidents.bind(1, generation);
    while (incidents.step()) {
        StoredIncident& incident = stored.incidents.emplace_back();
        incident.id = incidents.number(0);
        incident.summary = incidents.text(1);
        incident.findings = numbersOf(incidents.text(2));
        const std::string_view grade = incidents.text(3);
        incident.grade = grade == gradeName(Grade::Stated)    ? Grade::Stated
                         : grade == gradeName(Grade::Carried) ? Grade::Carried
                                                              : Grade::Inferred;
        incident.confidence = incidents.real(4);
    }
    return stored;
}

} // namespace murmur
