// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/judgements.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString idText(std::uint64_t id)
{
    return QString::fromStdString(findingIdText(id));
}

} // namespace

Judgement Judgements::of(std::uint64_t finding) const
{
    const auto at = findings.find(finding);
    return at == findings.end() ? Judgement() : at->second;
}

void Judgements::set(std::uint64_t finding, Judgement judgement)
{
    if (judgement.isNone())
        findings.erase(finding);
    else
        findings[finding] = std::move(judgement);
}

void Judgements::mute(MuteRule rule)
{
    if (std::ranges::find(rules, rule) == rules.end())
        rules.push_back(std::move(rule));
}

QByteArray judgementsToJson(const Judgements& judgements)
{
    QJsonObject findings;
    for (const auto& [id, judgement] : judgements.findings) {
        QJsonObject one;
        if (judgement.standing == Standing::Accepted || judgement.standing == Standing::Muted)
            one.insert(u"is"_s, judgement.standing == Standing::Muted ? u"muted"_s : u"accepted"_s);
        if (!judgement.reason.isEmpty())
            one.insert(u"reason"_s, judgement.reason);
        if (!judgement.comment.isEmpty())
            one.insert(u"comment"_s, judgement.comment);
        findings.insert(idText(id), one);
    }
    QJsonArray rules;
    for (const MuteRule& rule : judgements.rules) {
        QJsonObject one{{u"detector"_s, rule.detector}};
        if (!rule.agent.isEmpty())
            one.insert(u"agent"_s, rule.agent);
        if (!rule.topic.isEmpty())
            one.insert(u"topic"_s, rule.topic);
        rules.append(one);
    }
    return QJsonDocument(QJsonObject{{u"findings"_s, findings}, {u"mute"_s, rules}})
        .toJson(QJsonDocument::Compact);
}

Judgements judgementsFromJson(const QByteArray& json)
{
    Judgements judgements;
    const QJsonObject all = QJsonDocument::fromJson(json).object();
    const QJsonObject findings = all[u"findings"].toObject();
    for (auto at = findings.begin(); at != findings.end(); ++at) {
        bool isId = false;
        const std::uint64_t id = at.key().toULongLong(&isId, 16);
        const QJsonObject one = at.value().toObject();
        if (!isId)
            continue;
        const QString is = one[u"is"].toString();
        judgements.set(id, {is == u"muted"      ? Standing::Muted
                            : is == u"accepted" ? Standing::Accepted
                                                : Standing::Open,
                            one[u"reason"].toString(), one[u"comment"].toString()});
    }
    for (const QJsonValue& value : all[u"mute"].toArray()) {
        const QJsonObject one = value.toObject();
        MuteRule rule{one[u"detector"].toString(), one[u"agent"].toString(),
                      one[u"topic"].toString()};
        // One that names neither would silence a detector for good.
        if (!rule.detector.isEmpty() && !(rule.agent.isEmpty() && rule.topic.isEmpty()))
            judgements.mute(std::move(rule));
    }
    return judgements;
}

bool fits(const MuteRule& rule, const Finding& finding, const Dictionaries& names)
{
    const auto isAgent = [&](AgentId agent) {
        return QString::fromStdString(names.agentName(agent)) == rule.agent;
    };
    const std::string_view detector = finding.detector;
    return rule.detector ==
               QString::fromUtf8(detector.data(), static_cast<qsizetype>(detector.size())) &&
           (rule.agent.isEmpty() || (!finding.agents.empty() && isAgent(finding.agents.front()))) &&
           (rule.topic.isEmpty() ||
            QString::fromStdString(names.topicName(finding.topic)) == rule.topic);
}

void settle(FindingsReport& report, const Judgements& judgements, const Dictionaries& names)
{
    std::map<std::string_view, int> told;
    // By when they were told: what is held back does not depend on what comes later.
    std::vector<Finding*> order;
    for (Finding& finding : report.findings)
        order.push_back(&finding);
    std::ranges::stable_sort(order, {}, &Finding::seen);
    for (Finding* finding : order) {
        finding->standing = judgements.of(finding->id).standing;
        if (finding->standing != Standing::Open)
            continue;
        if (std::ranges::any_of(judgements.rules, [&](const MuteRule& rule) {
                return fits(rule, *finding, names);
            })) {
            finding->standing = Standing::Muted;
        } else if (!finding->isExact && finding->seen - report.begin < kFirstMinutes &&
                   ++told[finding->detector] > kMostAtFirst) {
            finding->standing = Standing::HeldBack;
        }
    }
}

bool isQuiet(const Incident& incident, const std::vector<Finding>& findings)
{
    return std::ranges::none_of(incident.findings, [&](std::size_t place) {
        return findings[place].standing == Standing::Open;
    });
}

std::int64_t countOf(const FindingsReport& report, Standing standing)
{
    return std::ranges::count(report.findings, standing, &Finding::standing);
}

std::int64_t goneOf(const Finding& finding, const FindingsReport& report)
{
    return std::ranges::lower_bound(finding.messages, report.first) - finding.messages.begin();
}

Result<std::size_t> findingNamed(const FindingsReport& report, const QString& id)
{
    const std::string wanted = id.trimmed().toLower().toStdString();
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
        if (!wanted.empty() && findingIdText(report.findings[i].id).starts_with(wanted))
            found.push_back(i);
    }
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        return Error{
            ErrorCode::NotFound,
            u"There is no finding \"%1\"; \"murmur findings\" lists them with their ids."_s.arg(
                id)};
    return Error{ErrorCode::WrongUse,
                 u"\"%1\" fits %2 findings; write more of the id."_s.arg(id).arg(found.size())};
}

} // namespace murmur
