// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// One agent, or all, at one moment, and what differs from another.

#include "statetext.h"

#include "statejson.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

QString latin(std::string_view word)
{
    return QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
}

QString shownStatus(const std::optional<AgentStatus>& status)
{
    return status ? latin(agentStatusName(*status)) : u"not seen"_s;
}

QString signedNumber(double number)
{
    return (number < 0 ? u"−"_s : u"+"_s) + QString::number(std::abs(number), 'g', 6);
}

} // namespace

QString StateText::agent(AgentId id) const
{
    const std::string name = m_names.agentName(id);
    return name.empty() ? u"unknown"_s : printable(QString::fromStdString(name));
}

QString StateText::key(StateKeyId id) const
{
    return printable(QString::fromStdString(m_names.stateKeyName(id)));
}

std::string StateText::states(const StateSlice& slice, const AgentLives& lives, bool pages) const
{
    std::string out;
    if (m_isJson) {
        for (const AgentState& state : slice.agents)
            appendState(out, state, lifeOf(lives, state.agent), slice.at);
        return out;
    }
    out = "at " + isoTime(slice.at).toStdString() + "\n\n" + table(slice, lives);
    if (pages) {
        for (const AgentState& state : slice.agents)
            out += page(state, slice.at);
    }
    return out;
}

void StateText::appendState(std::string& out, const AgentState& state, const AgentLife& life,
                            TimePoint at) const
{
    JsonWriter json(out);
    json.beginObject();
    json.key("agent");
    json.text(m_names.agentName(state.agent));
    json.key("group");
    json.textOrNull(m_names.agentEntry(state.agent).group());
    appendTime(json, "at", toNs(at));
    json.key("liveness");
    json.text(livenessName(state.liveness));
    json.key("status");
    json.text(agentStatusName(statusOf(state, at, life)));
    appendTime(json, "since", statusSince(state, at, life));
    json.key("waits_for");
    json.textOrNull(m_names.agentName(waitsFor(state)));
    appendTime(json, "restarted", life.restarted);
    appendTime(json, "first_seen", state.firstSeen);
    appendTime(json, "last_sent", state.lastSent);
    appendTime(json, "last_received", state.lastReceived);
    appendSeq(json, "last_sent_seq", state.lastSentSeq);
    appendSeq(json, "last_received_seq", state.lastReceivedSeq);
    for (const auto& [key, count] :
         {std::pair{"sent", state.sent}, std::pair{"received", state.received},
          std::pair{"errors", state.errors}}) {
        json.key(key);
        json.number(count);
    }
    appendOpenCalls(json, "waiting_for", state.waitingFor, m_names);
    appendOpenCalls(json, "owes", state.owes, m_names);
    json.key("values");
    json.beginObject();
    for (const StateValue& value : state.values) {
        json.key(m_names.stateKeyName(value.key));
        json.beginObject();
        json.key("value");
        appendStateValue(json, value.value);
        appendSeq(json, "seq", value.setBy);
        appendTime(json, "since", value.since);
        json.endObject();
    }
    json.endObject();
    json.endObject();
    out += '\n';
}

std::string StateText::table(const StateSlice& slice, const AgentLives& lives) const
{
    Table table({{u"agent"_s, false, 40},
                 {u"group"_s, false, 20},
                 {u"status"_s, false, 0},
                 {u"for"_s, true, 0},
                 {u"waits for"_s, false, 40},
                 {u"owes"_s, false, 40},
                 {u"sent"_s, true, 0},
                 {u"received"_s, true, 0},
                 {u"errors"_s, true, 0},
                 {u"values"_s, true, 0}});
    const auto count = [](std::int64_t number) {
        return number == 0 ? QString() : grouped(number);
    };
    const auto calls = [&](const std::vector<OpenCall>& list) {
        if (list.empty())
            return QString();
        const QString first = agent(std::ranges::min(list, {}, &OpenCall::since).other);
        return list.size() == 1 ? first : u"%1 +%2"_s.arg(first, grouped(std::ssize(list) - 1));
    };
    for (const AgentState& state : slice.agents) {
        const AgentLife life = lifeOf(lives, state.agent);
        const std::int64_t since = statusSince(state, slice.at, life);
        table.add({agent(state.agent),
                   printable(QString::fromStdString(m_names.agentEntry(state.agent).group())),
                   latin(agentStatusName(statusOf(state, slice.at, life))),
                   since == kNoTime ? QString() : durationText(slice.at - fromNs(since)),
                   calls(state.waitingFor), calls(state.owes), grouped(state.sent),
                   grouped(state.received), count(state.errors), count(std::ssize(state.values))});
    }
    return table.takeText();
}

/// What one agent holds, and what it is in the middle of.
std::string StateText::page(const AgentState& state, TimePoint at) const
{
    std::string out = '\n' + agent(state.agent).toStdString() + '\n';
    Table calls({{u"open call"_s, false, 0},
                 {u"agent"_s, false, 40},
                 {u"message"_s, true, 0},
                 {u"for"_s, true, 0}});
    for (const auto& [word, list] :
         {std::pair{u"waits for"_s, &state.waitingFor}, std::pair{u"owes"_s, &state.owes}}) {
        for (const OpenCall& call : *list)
            calls.add({word, agent(call.other), grouped(call.request),
                       durationText(at - fromNs(call.since))});
    }
    if (calls.size() > 0)
        out += calls.takeText();
    Table values({{u"key"_s, false, 40},
                  {u"value"_s, false, kWidestValue},
                  {u"told"_s, true, 0},
                  {u"by message"_s, true, 0}});
    for (const StateValue& value : state.values)
        values.add({key(value.key), stateValueText(value.value),
                    u"%1 ago"_s.arg(durationText(at - fromNs(value.since))), grouped(value.setBy)});
    if (values.size() > 0)
        out += values.takeText();
    return out;
}

std::string StateText::changes(const StateSlice& before, const StateSlice& after) const
{
    const auto all = stateChanges(before, after, m_names);
    std::string out;
    Table table({{u"agent"_s, false, 40},
                 {u"what"_s, false, 40},
                 {u"was"_s, false, kWidestValue},
                 {u"is"_s, false, kWidestValue},
                 {u"by"_s, true, 0},
                 {u"since"_s, false, 0},
                 {u"by message"_s, true, 0}});
    for (const AgentChanges& one : all) {
        if (m_isJson) {
            appendChanges(out, one, before, after);
            continue;
        }
        const QString name = agent(one.agent);
        if (one.before != one.after)
            table.add(
                {name, u"status"_s, shownStatus(one.before), shownStatus(one.after), {}, {}, {}});
        for (const auto& [word, list] :
             {std::pair{u"answered"_s, &one.closed}, std::pair{u"asked"_s, &one.opened}}) {
            for (const OpenCall& call : *list)
                table.add({name,
                           word,
                           word == u"answered" ? agent(call.other) : QString(),
                           word == u"answered" ? QString() : agent(call.other),
                           {},
                           clockTime(fromNs(call.since)),
                           grouped(call.request)});
        }
        for (const KeyChange& change : one.keys) {
            const StateValue& by = change.after.setBy != 0 ? change.after : change.before;
            table.add({name, printable(QString::fromStdString(change.key)),
                       change.kind == ChangeKind::Added ? u"(none)"_s
                                                        : stateValueText(change.before.value),
                       change.kind == ChangeKind::Removed ? u"(removed)"_s
                                                          : stateValueText(change.after.value),
                       change.by ? signedNumber(*change.by) : QString(),
                       clockTime(fromNs(by.since)), grouped(by.setBy)});
        }
    }
    if (m_isJson)
        return out;
    return "from " + isoTime(before.at).toStdString() + "\nto   " +
           isoTime(after.at).toStdString() + "\n\n" +
           (table.size() > 0 ? table.takeText() : "Nothing changed.\n");
}

void StateText::appendChanges(std::string& out, const AgentChanges& changes,
                              const StateSlice& before, const StateSlice& after) const
{
    JsonWriter json(out);
    json.beginObject();
    json.key("agent");
    json.text(m_names.agentName(changes.agent));
    appendTime(json, "from", toNs(before.at));
    appendTime(json, "to", toNs(after.at));
    json.key("status");
    json.beginObject();
    for (const auto& [key, status] :
         {std::pair{"before", &changes.before}, std::pair{"after", &changes.after}}) {
        json.key(key);
        json.textOrNull(*status ? agentStatusName(**status) : std::string_view());
    }
    json.endObject();
    const auto openCalls = [&](const StateSlice& slice) {
        const auto at = std::ranges::find(slice.agents, changes.agent, &AgentState::agent);
        return at == slice.agents.end() ? std::int64_t(0) : std::ssize(at->waitingFor);
    };
    json.key("open_calls");
    json.beginObject();
    json.key("before");
    json.number(openCalls(before));
    json.key("after");
    json.number(openCalls(after));
    json.endObject();
    appendOpenCalls(json, "opened", changes.opened, m_names);
    appendOpenCalls(json, "closed", changes.closed, m_names);
    json.key("values");
    json.beginObject();
    for (const KeyChange& change : changes.keys) {
        json.key(change.key);
        json.beginObject();
        json.key("change");
        json.text(changeName(change.kind));
        for (const auto& [key, value] :
             {std::pair{"before", &change.before}, std::pair{"after", &change.after}}) {
            json.key(key);
            if (value->setBy == 0)
                json.null();
            else
                appendStateValue(json, value->value);
        }
        json.key("by");
        if (change.by)
            appendNumber(json, *change.by);
        else
            json.null();
        appendSeq(json, "seq", change.after.setBy);
        appendTime(json, "since", change.after.setBy == 0 ? kNoTime : change.after.since);
        json.endObject();
    }
    json.endObject();
    json.endObject();
    out += '\n';
}

std::string StateText::against(const AgentState& one, const AgentState& other, TimePoint at) const
{
    const auto keys = keyChanges(&other, &one, m_names);
    if (m_isJson) {
        std::string out;
        JsonWriter json(out);
        json.beginObject();
        json.key("agent");
        json.text(m_names.agentName(one.agent));
        json.key("against");
        json.text(m_names.agentName(other.agent));
        appendTime(json, "at", toNs(at));
        json.key("values");
        json.beginObject();
        for (const KeyChange& change : keys) {
            json.key(change.key);
            json.beginObject();
            for (const auto& [key, value] :
                 {std::pair{"value", &change.after}, std::pair{"against", &change.before}}) {
                json.key(key);
                json.beginObject();
                json.key("value");
                if (value->setBy == 0)
                    json.null();
                else
                    appendStateValue(json, value->value);
                appendSeq(json, "seq", value->setBy);
                appendTime(json, "since", value->setBy == 0 ? kNoTime : value->since);
                json.endObject();
            }
            json.key("by");
            if (change.by)
                appendNumber(json, *change.by);
            else
                json.null();
            json.endObject();
        }
        json.endObject();
        json.endObject();
        return out + '\n';
    }
    Table table({{u"key"_s, false, 40},
                 {agent(one.agent), false, kWidestValue},
                 {agent(other.agent), false, kWidestValue},
                 {u"by"_s, true, 0},
                 {u"by messages"_s, true, 0}});
    for (const KeyChange& change : keys) {
        const auto seq = [](const StateValue& value) {
            return value.setBy == 0 ? u"–"_s : grouped(value.setBy);
        };
        table.add(
            {printable(QString::fromStdString(change.key)),
             change.kind == ChangeKind::Removed ? u"(none)"_s : stateValueText(change.after.value),
             change.kind == ChangeKind::Added ? u"(none)"_s : stateValueText(change.before.value),
             change.by ? signedNumber(*change.by) : QString(),
             seq(change.after) + u" / "_s + seq(change.before)});
    }
    return "at " + isoTime(at).toStdString() + "\n\n" +
           (table.size() > 0 ? table.takeText() : "They say the same.\n");
}

} // namespace murmur::cli
