// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingsstore.h"

#include "findings/detector.h"
#include "recording/blockreader.h"
#include "recording/findingtable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

/// To be raised when detectors or incidents judge otherwise with the same thresholds.
constexpr int kJudgement = 1;

std::uint64_t mixed(std::uint64_t hash, std::string_view text)
{
    for (const char letter : text)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    return (hash ^ text.size()) * 0x100000001b3;
}

constexpr std::uint64_t kHashBegin = 0xcbf29ce484222325;

/// They stand in the sentences.
std::string namesIn(const FindingsReport& report, const Dictionaries& names)
{
    std::uint64_t hash = kHashBegin;
    for (const Finding& finding : report.findings) {
        for (const AgentId agent : finding.agents)
            hash = mixed(hash, names.agentName(agent));
    }
    return std::to_string(hash);
}

std::vector<std::pair<std::string, std::string>> factsOf(const std::string& evidence)
{
    std::vector<std::pair<std::string, std::string>> facts;
    const auto json = nlohmann::ordered_json::parse(evidence, nullptr, false);
    if (json.is_object()) {
        for (const auto& [name, value] : json.items())
            facts.emplace_back(name, value.dump());
    }
    return facts;
}

Severity severityOf(std::string_view name)
{
    for (const Severity severity : {Severity::Info, Severity::Critical}) {
        if (name == severityName(severity))
            return severity;
    }
    return Severity::Warning;
}

Finding findingOf(StoredFinding&& stored, const Dictionaries& names)
{
    Finding finding;
    finding.id = static_cast<std::uint64_t>(stored.id);
    if (const DetectorEntry* entry = findDetector(stored.detector))
        finding.detector = entry->id;
    finding.severity = severityOf(stored.severity);
    finding.confidence = stored.confidence;
    finding.isExact = stored.isExact;
    finding.hasGap = stored.hasGap;
    finding.isOpen = stored.isOpen;
    finding.start = stored.start;
    finding.end = stored.end;
    finding.seen = stored.seen;
    finding.agents = std::move(stored.agents);
    finding.topic = names.findTopic(stored.topic);
    finding.messages = std::move(stored.messages);
    finding.count = stored.count;
    finding.summary = std::move(stored.summary);
    finding.evidence = factsOf(stored.evidence);
    return finding;
}

/// What follows from its findings is worked out again. False when one of them is not there.
bool fill(Incident& incident, const StoredIncident& stored, const std::vector<Finding>& findings,
          const std::unordered_map<std::int64_t, std::size_t>& places)
{
    incident.id = static_cast<std::uint64_t>(stored.id);
    incident.summary = stored.summary;
    incident.grade = stored.grade;
    incident.confidence = stored.confidence;
    for (const std::int64_t id : stored.findings) {
        const auto place = places.find(id);
        if (place == places.end())
            return false;
        incident.findings.push_back(place->second);
    }
    gather(incident, findings);
    return !incident.findings.empty();
}

} // namespace

std::string detectorsVersion()
{
    std::uint64_t hash = kHashBegin;
    for (const DetectorEntry& entry : detectors()) {
        hash = mixed(hash, entry.id);
        hash = mixed(hash, entry.isQuiet ? "quiet" : "told");
        for (const Parameter& parameter : entry.parameters) {
            hash = mixed(hash, parameter.name);
            hash = mixed(hash, std::to_string(parameter.usual));
        }
    }
    return std::string(MURMUR_VERSION) + '/' + std::to_string(kJudgement) + '/' +
           std::to_string(hash);
}

StoredFindings storedFindings(const FindingsReport& report, const Dictionaries& names)
{
    StoredFindings stored;
    for (const Finding& finding : report.findings) {
        StoredFinding& row = stored.findings.emplace_back();
        row.id = static_cast<std::int64_t>(finding.id);
        row.detector = finding.detector;
        row.severity = severityName(finding.severity);
        row.confidence = finding.confidence;
        row.isExact = finding.isExact;
        row.start = finding.start;
        row.end = finding.end;
        row.topic = names.topicName(finding.topic);
        row.summary = finding.summary;
        row.evidence = finding.evidenceJson();
        row.messages = finding.messages;
        row.count = finding.count;
        row.seen = finding.seen;
        row.agents = finding.agents;
        row.isOpen = finding.isOpen;
        row.hasGap = finding.hasGap;
    }
    for (const Incident& incident : report.incidents) {
        StoredIncident& row = stored.incidents.emplace_back();
        row.id = static_cast<std::int64_t>(incident.id);
        row.summary = incident.summary;
        row.grade = incident.grade;
        row.confidence = incident.confidence;
        for (const std::size_t place : incident.findings)
            row.findings.push_back(static_cast<std::int64_t>(report.findings[place].id));
    }
    return stored;
}

std::string findingsFact(const FindingsReport& report, const Dictionaries& names, bool isWhole)
{
    const nlohmann::json fact{{"version", detectorsVersion()},
                              {"through", report.through},
                              {"begin", report.begin},
                              {"messages", report.messages},
                              {"unreadable", report.unreadable},
                              {"forgotten", report.forgotten},
                              {"uncounted", report.uncounted},
                              {"names", namesIn(report, names)},
                              {"generation", 1},
                              {"whole", isWhole}};
    return fact.dump();
}

std::optional<FindingsReport> keptFindings(BlockReader& reader, const Dictionaries& names)
{
    const auto fact = nlohmann::json::parse(reader.fact(kFindingsFact), nullptr, false);
    if (!fact.is_object() || !fact.value("whole", false) ||
        fact.value("version", std::string()) != detectorsVersion())
        return std::nullopt;
    const RecordingMeta meta = reader.meta();
    FindingsReport report;
    report.through = fact.value("through", Seq(0));
    if (report.through != reader.last() || !meta.isClean ||
        fact.value("generation", std::int64_t(0)) != meta.generation)
        return std::nullopt;
    report.first = reader.first();
    report.begin = fact.value("begin", std::int64_t(0));
    report.messages = fact.value("messages", std::int64_t(0));
    report.unreadable = fact.value("unreadable", std::int64_t(0));
    report.forgotten = fact.value("forgotten", std::int64_t(0));
    report.uncounted = fact.value("uncounted", std::int64_t(0));
    report.isKept = true;
    StoredFindings stored = reader.findings();
    std::unordered_map<std::int64_t, std::size_t> places;
    for (StoredFinding& row : stored.findings) {
        places[row.id] = report.findings.size();
        report.findings.push_back(findingOf(std::move(row), names));
        if (report.findings.back().detector.empty())
            return std::nullopt;
    }
    if (fact.value("names", std::string()) != namesIn(report, names))
        return std::nullopt;
    for (const StoredIncident& row : stored.incidents) {
        if (!fill(report.incidents.emplace_back(), row, report.findings, places))
            return std::nullopt;
    }
    std::ranges::sort(report.incidents, [](const Incident& a, const Incident& b) {
        return std::pair(a.start, a.id) < std::pair(b.start, b.id);
    });
    return report;
}

} // namespace murmur
