// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/dictionaries.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <vector>

namespace murmur {

/// What the agents get whose recorded names `match` fits.
struct NameRule
{
    enum class Gives : std::uint8_t { Name, Group };
    /// "planner-7f3", "robot-*", "robot-(site)-(n)" or "/a regular expression/", of the whole name.
    /// A backslash takes the meaning from the character behind it.
    QString match;
    Gives gives = Gives::Name;
    /// "$site" is what stood in the part (site), "$1" in the first part or star. An empty group:
    /// in none.
    QString value;

    friend bool operator==(const NameRule&, const NameRule&) = default;
};

/// What people call the agents of a recording, and how they group them. A later rule wins over an
/// earlier one. Agents that are given one name are one agent.
struct Naming
{
    /// The label that is the group: "site", "crew", "role", "tenant", or "none"; empty: the first
    /// of site, crew and tenant that an agent has.
    QString groupBy;
    std::vector<NameRule> rules;

    [[nodiscard]] bool isEmpty() const { return groupBy.isEmpty() && rules.empty(); }
    /// In place of one that gives the same to the same.
    void add(NameRule rule);
    /// Every rule of that match; false when there is none.
    bool remove(const QString& match);

    friend bool operator==(const Naming&, const Naming&) = default;
};

/// "planner-7f3=planner", "robot-*=warehouse": what stands before the last "=" is matched. WrongUse
/// says what it looks like.
Result<NameRule> nameRuleFromText(const QString& text, NameRule::Gives gives);
/// Groups by a label, or by the first part of a rule: "site", "robot-(site)-(n)". WrongUse.
Status groupBy(Naming& naming, const QString& text);
/// WrongUse when it cannot be read, or its value names a part that is not there.
Status checkNameRule(const NameRule& rule);
/// `naming` with these agents, under whatever names they were recorded, called `name`; in the group
/// `group`, an empty one: in none; as they were recorded.
Naming called(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents,
              const QString& name);
Naming grouped(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents,
               const QString& group);
Naming asRecorded(Naming naming, const Dictionaries& names, const std::vector<AgentId>& agents);

/// The match that fits this name only.
QString matchOf(const QString& name);
/// The match of the same names with `prefix` before them.
QString matchBehind(const QString& prefix, const QString& match);

QByteArray namingToJson(const Naming& naming);
/// Unreadable when it is no naming; what it says that we do not know is passed over.
Result<Naming> namingFromJson(const QByteArray& json);

/// What the agents of `names` get. An agent with the name that another gets is that one.
GivenNames givenNames(const Naming& naming, const Dictionaries& names);

/// An agent as people call it, with all the names it was recorded under.
struct NamedAgent
{
    AgentId agent{};
    std::string name;
    std::string group;
    std::vector<std::string> was; ///< other than its name
};
/// In the order of their ids.
std::vector<NamedAgent> namedAgents(const Dictionaries& names);

} // namespace murmur
