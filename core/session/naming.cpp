// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/naming.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>
#include <map>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QStringView kSpecial = u"\\*?()/";

Error cannotRead(const NameRule& rule, const QString& why)
{
    return {ErrorCode::WrongUse,
            u"The rule %1=%2 cannot be read: %3."_s.arg(rule.match, rule.value, why)};
}

/// A match as a regular expression of whole names, or the one name that it means.
struct Pattern
{
    QString literal;
    bool isLiteral = true;
    QString expression;
    QString problem;
};

Pattern patternOf(const QString& match)
{
    Pattern pattern;
    if (match.size() > 2 && match.startsWith(u'/') && match.endsWith(u'/')) {
        pattern.isLiteral = false;
        pattern.expression = match.mid(1, match.size() - 2);
        return pattern;
    }
    static const QRegularExpression word(u"\\A[A-Za-z_][A-Za-z0-9_]*\\z"_s);
    for (qsizetype i = 0; i < match.size(); ++i) {
        QChar c = match[i];
        if (c == u'*' || c == u'?') {
            pattern.expression += c == u'*' ? u"(.*)"_s : u"."_s;
            pattern.isLiteral = false;
            continue;
        }
        if (c == u'(') {
            const qsizetype end = match.indexOf(u')', i);
            const QString name = end < 0 ? QString() : match.mid(i + 1, end - i - 1);
            if (!word.match(name).hasMatch()) {
                pattern.problem = u"a part is written (name), with letters, digits and _"_s;
                return pattern;
            }
            pattern.expression += u"(?<%1>.+?)"_s.arg(name);
            pattern.isLiteral = false;
            i = end;
            continue;
        }
        if (c == u'\\' && i + 1 < match.size())
            c = match[++i];
        pattern.literal += c;
        pattern.expression += QRegularExpression::escape(QString(c));
    }
    return pattern;
}

QRegularExpression expressionOf(const Pattern& pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern.expression),
                              QRegularExpression::DotMatchesEverythingOption);
}

/// Calls `part` for each "$name", "${name}" and `plain` for what stands between.
template<typename Plain, typename Part>
void walkValue(const QString& value, Plain plain, Part part)
{
    static const QRegularExpression reference(u"\\$(?:\\{(\\w+)\\}|(\\w+))"_s);
    qsizetype from = 0;
    for (auto found = reference.globalMatch(value); found.hasNext();) {
        const QRegularExpressionMatch match = found.next();
        plain(value.mid(from, match.capturedStart() - from));
        part(match.captured(1) + match.captured(2));
        from = match.capturedEnd();
    }
    plain(value.mid(from));
}

/// A rule that was made ready for thousands of names.
struct ReadyRule
{
    const NameRule* rule = nullptr;
    QRegularExpression expression;
    std::array<QString, kLabelCount> labelParts; ///< parts that are called as a label
};

QString valueOf(const NameRule& rule, const QRegularExpressionMatch& match)
{
    QString out;
    walkValue(
        rule.value, [&](const QString& text) { out += text; },
        [&](const QString& part) {
            bool isNumber = false;
            const int number = part.toInt(&isNumber);
            out += isNumber ? match.captured(number) : match.captured(part);
        });
    return out;
}

/// The rules of one kind: finds the one that wins for a name.
class RuleBook
{
public:
    RuleBook(const Naming& naming, NameRule::Gives gives)
    {
        for (const NameRule& rule : naming.rules) {
            if (rule.gives != gives || !checkNameRule(rule))
                continue;
            const Pattern pattern = patternOf(rule.match);
            if (pattern.isLiteral) {
                m_literals.insert(pattern.literal, m_rules.size());
                m_rules.push_back({&rule, {}, {}});
                continue;
            }
            ReadyRule ready{&rule, expressionOf(pattern), {}};
            for (std::size_t label = 0; label < kLabelCount; ++label) {
                const auto name = QString::fromUtf8(labelName(static_cast<Label>(label)));
                if (ready.expression.namedCaptureGroups().contains(name))
                    ready.labelParts[label] = name;
            }
            m_patterns.push_back(m_rules.size());
            m_rules.push_back(std::move(ready));
        }
    }

    [[nodiscard]] bool isEmpty() const { return m_rules.empty(); }

    /// What `name` gets, and the labels that stand in it.
    std::optional<QString> find(const QString& name,
                                std::array<std::string, kLabelCount>* labels = nullptr) const
    {
        const auto literal = m_literals.constFind(name);
        for (auto at = m_patterns.rbegin(); at != m_patterns.rend(); ++at) {
            if (literal != m_literals.cend() && *literal > *at)
                break;
            const ReadyRule& ready = m_rules[*at];
            const QRegularExpressionMatch match = ready.expression.match(name);
            if (!match.hasMatch())
                continue;
            for (std::size_t label = 0; labels != nullptr && label < kLabelCount; ++label) {
                if (!ready.labelParts[label].isEmpty())
                    (*labels)[label] = match.captured(ready.labelParts[label]).toStdString();
            }
            return valueOf(*ready.rule, match);
        }
        return literal == m_literals.cend() ? std::nullopt
                                            : std::optional(m_rules[*literal].rule->value);
    }

private:
    std::vector<ReadyRule> m_rules;
    std::vector<std::size_t> m_patterns;
    QHash<QString, std::size_t> m_literals;
};

std::optional<Label> labelFrom(const QString& text)
{
    for (std::size_t label = 0; label < kLabelCount; ++label) {
        if (text == QString::fromUtf8(labelName(static_cast<Label>(label))))
            return static_cast<Label>(label);
    }
    return std::nullopt;
}

} // namespace

void Naming::add(NameRule rule)
{
    std::erase_if(rules, [&](const NameRule& other) {
        return other.gives == rule.gives && other.match == rule.match;
    });
    rules.push_back(std::move(rule));
}

bool Naming::remove(const QString& match)
{
    return std::erase_if(rules, [&](const NameRule& rule) { return rule.match == match; }) > 0;
}

Result<NameRule> nameRuleFromText(const QString& text, NameRule::Gives gives)
{
    const qsizetype equals = text.lastIndexOf(u'=');
    NameRule rule{text.left(equals).trimmed(), gives, text.mid(equals + 1).trimmed()};
    const bool isName = gives == NameRule::Gives::Name;
    if (equals < 1 || rule.match.isEmpty() || (isName && rule.value.isEmpty()))
        return Error{
            ErrorCode::WrongUse,
            isName
                ? u"The name %1 cannot be read; write OLD=NEW, for example planner-7f3=planner."_s
                      .arg(text)
                : u"The group %1 cannot be read; write AGENT=GROUP, for example 'robot-*=warehouse'."_s
                      .arg(text)};
    if (auto status = checkNameRule(rule); !status)
        return status.error();
    return rule;
}

Status groupBy(Naming& naming, const QString& text)
{
    if (text == u"none" || text.isEmpty() || labelFrom(text)) {
        naming.groupBy = text;
        return Done{};
    }
    const Pattern pattern = patternOf(text);
    NameRule rule{text, NameRule::Gives::Group, u"$1"_s};
    if (pattern.isLiteral && pattern.problem.isEmpty())
        return Error{
            ErrorCode::WrongUse,
            u"Agents cannot be grouped by %1; write site, crew, role, tenant, none, or a rule with a part such as 'robot-(site)-(n)'."_s
                .arg(text)};
    const QStringList parts = expressionOf(pattern).namedCaptureGroups();
    // Of several parts, the one that is called as a label.
    for (const QString& part : parts) {
        if (labelFrom(part)) {
            rule.value = u"$%1"_s.arg(part);
            break;
        }
    }
    if (auto status = checkNameRule(rule); !status)
        return status;
    naming.add(std::move(rule));
    return Done{};
}

Status checkNameRule(const NameRule& rule)
{
    const Pattern pattern = patternOf(rule.match);
    if (!pattern.problem.isEmpty())
        return cannotRead(rule, pattern.problem);
    if (pattern.isLiteral)
        return rule.value.isEmpty() && rule.gives == NameRule::Gives::Name
                   ? Status(cannotRead(rule, u"the new name is missing"_s))
                   : Status(Done{});
    const QRegularExpression expression = expressionOf(pattern);
    if (!expression.isValid())
        return cannotRead(rule, expression.errorString());
    QString unknown;
    walkValue(
        rule.value, [](const QString&) {},
        [&](const QString& part) {
            bool isNumber = false;
            const int number = part.toInt(&isNumber);
            if (isNumber ? number > expression.captureCount()
                         : !expression.namedCaptureGroups().contains(part))
                unknown = part;
        });
    if (!unknown.isEmpty())
        return cannotRead(rule, u"%1 has no part $%2"_s.arg(rule.match, unknown));
    return Done{};
}

QString matchOf(const QString& name)
{
    QString match;
    for (const QChar c : name) {
        if (kSpecial.contains(c))
            match += u'\\';
        match += c;
    }
    return match;
}

QString matchBehind(const QString& prefix, const QString& match)
{
    const bool isExpression = match.size() > 2 && match.startsWith(u'/') && match.endsWith(u'/');
    return isExpression ? u"/%1(?:%2)/"_s.arg(QRegularExpression::escape(prefix),
                                              match.mid(1, match.size() - 2))
                        : matchOf(prefix) + match;
}

QByteArray namingToJson(const Naming& naming)
{
    QJsonObject object;
    if (!naming.groupBy.isEmpty())
        object.insert(u"group_by"_s, naming.groupBy);
    QJsonArray rules;
    for (const NameRule& rule : naming.rules)
        rules.append(QJsonObject{
            {u"match"_s, rule.match},
            {rule.gives == NameRule::Gives::Name ? u"name"_s : u"group"_s, rule.value}});
    object.insert(u"rules"_s, rules);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<Naming> namingFromJson(const QByteArray& json)
{
    Naming naming;
    if (json.isEmpty())
        return naming;
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (!document.isObject())
        return Error{ErrorCode::Unreadable,
                     u"The names of the agents cannot be read: %1."_s.arg(error.errorString())};
    naming.groupBy = document[u"group_by"].toString();
    if (naming.groupBy != u"none" && !labelFrom(naming.groupBy))
        naming.groupBy.clear();
    const QJsonArray rules = document[u"rules"].toArray();
    for (const QJsonValue& value : rules) {
        const bool isName = value[u"name"].isString();
        NameRule rule{value[u"match"].toString(),
                      isName ? NameRule::Gives::Name : NameRule::Gives::Group,
                      isName ? value[u"name"].toString() : value[u"group"].toString()};
        if (!rule.match.isEmpty() && checkNameRule(rule))
            naming.rules.push_back(std::move(rule));
    }
    return naming;
}

namespace {

/// The recorded names of these agents.
QStringList recordedNames(const Dictionaries& names, const std::vector<AgentId>& agents)
{
    QStringList recorded;
    for (std::uint32_t id = 1; id < names.counts().agents; ++id) {
        if (std::ranges::find(agents, names.resolved(AgentId(id))) == agents.end())
            continue;
        const AgentEntry entry = names.recordedAgent(AgentId(id));
        if (index(entry.sameAs) == 0)
            recorded << QString::fromStdString(entry.name);
    }
    return recorded;
}

Naming withRules(Naming naming, const QStringList& recorded, NameRule::Gives gives,
                 const QString& value)
{
    for (const QString& name : recorded)
        naming.add({matchOf(name), gives, value});
    return naming;
}

} // namespace

Naming called(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents,
              const QString& name)
{
    return withRules(std::move(naming), recordedNames(names, agents), NameRule::Gives::Name, name);
}

Naming grouped(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents,
               const QString& group)
{
    return withRules(std::move(naming), recordedNames(names, agents), NameRule::Gives::Group,
                     group);
}

Naming asRecorded(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents)
{
    const QStringList recorded = recordedNames(names, agents);
    for (const QString& name : recorded) {
        naming.remove(matchOf(name));
        // A pattern still fits it.
        const RuleBook rules(naming, NameRule::Gives::Name);
        if (rules.find(name).value_or(name) != name)
            naming.add({matchOf(name), NameRule::Gives::Name, name});
    }
    return naming;
}

GivenNames givenNames(const Naming& naming, const Dictionaries& names)
{
    GivenNames given;
    given.groupBy = labelFrom(naming.groupBy);
    given.hasNoGroups = naming.groupBy == u"none";
    const RuleBook nameRules(naming, NameRule::Gives::Name);
    const RuleBook groupRules(naming, NameRule::Gives::Group);
    if (nameRules.isEmpty() && groupRules.isEmpty())
        return given;
    const std::uint32_t count = names.counts().agents;
    given.agents.resize(count);
    // Under each name: the agent that was recorded with it, else the first that is given it.
    std::unordered_map<std::string, std::uint32_t> holders;
    std::vector<std::string> own(count);
    std::vector<std::string> shown(count);
    std::vector<bool> isLearnt(count); // counts as another anyway
    for (std::uint32_t id = 1; id < count; ++id) {
        const AgentEntry entry = names.recordedAgent(AgentId(id));
        own[id] = entry.name;
        isLearnt[id] = index(entry.sameAs) != 0;
        const QString name = QString::fromStdString(entry.name);
        shown[id] = nameRules.find(name).value_or(QString()).toStdString();
        if (shown[id].empty())
            shown[id] = own[id];
        if (isLearnt[id])
            continue;
        const auto [holder, isFirst] = holders.try_emplace(shown[id], id);
        if (!isFirst && shown[id] == own[id] && own[holder->second] != own[id])
            holder->second = id;
    }
    for (std::uint32_t id = 1; id < count; ++id) {
        GivenName& agent = given.agents[id];
        if (shown[id] != own[id])
            agent.name = shown[id];
        if (const auto holder = holders.find(shown[id]); !isLearnt[id] && holder->second != id)
            agent.sameAs = AgentId(holder->second);
        auto group = groupRules.find(QString::fromStdString(own[id]), &agent.labels);
        if (!group && shown[id] != own[id])
            group = groupRules.find(QString::fromStdString(shown[id]), &agent.labels);
        if (group)
            agent.group = group->toStdString();
    }
    // What is said of one of its names is said of the agent.
    for (std::uint32_t id = 1; id < count; ++id) {
        const GivenName& alias = given.agents[id];
        if (index(alias.sameAs) == 0)
            continue;
        GivenName& agent = given.agents[index(alias.sameAs)];
        if (!agent.group)
            agent.group = alias.group;
    }
    return given;
}

std::vector<NamedAgent> namedAgents(const Dictionaries& names)
{
    std::map<AgentId, NamedAgent> agents;
    for (std::uint32_t id = 1; id < names.counts().agents; ++id) {
        const AgentId agent = names.resolved(AgentId(id));
        const auto [found, isNew] = agents.try_emplace(agent);
        NamedAgent& named = found->second;
        if (isNew) {
            const AgentEntry entry = names.agentEntry(agent);
            named.agent = agent;
            named.name = entry.name;
            named.group = entry.group();
        }
        const AgentEntry recorded = names.recordedAgent(AgentId(id));
        // A socket that said later whose it is was never a name that people know.
        if (recorded.name != named.name && index(recorded.sameAs) == 0)
            named.was.push_back(recorded.name);
    }
    std::vector<NamedAgent> list;
    for (auto& [id, agent] : agents)
        list.push_back(std::move(agent));
    return list;
}

} // namespace murmur
