// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What needs more than one moment: drift, the history of a key, what an agent could have known.

#include "statetext.h"

#include "statejson.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

std::string StateText::drift(const std::vector<KeyDrift>& drifts, TimePoint at) const
{
    std::string out;
    Table table({{u"agent"_s, false, 40},
                 {u"key"_s, false, 40},
                 {u""_s, false, 0},
                 {u"value"_s, false, kWidestValue},
                 {u"out of line"_s, false, 80},
                 {u"since"_s, false, 0},
                 {u"by message"_s, true, 0}});
    for (const KeyDrift& one : drifts) {
        if (!m_isJson) {
            table.add({agent(one.agent), key(one.key), QString::fromUtf8(driftSign(one.kind)),
                       stateValueText(one.value), printable(driftText(one, m_names)),
                       clockTime(fromNs(one.since)), grouped(one.setBy)});
            continue;
        }
        JsonWriter json(out);
        json.beginObject();
        json.key("agent");
        json.text(m_names.agentName(one.agent));
        json.key("key");
        json.text(m_names.stateKeyName(one.key));
        json.key("drift");
        json.text(driftName(one.kind));
        json.key("value");
        appendStateValue(json, one.value);
        appendSeq(json, "seq", one.setBy);
        appendTime(json, "since", one.since);
        json.key("usual");
        appendStateValue(json, one.usual);
        json.key("by");
        appendNumber(json, one.by);
        json.key("others");
        json.number(one.others);
        json.key("other");
        json.textOrNull(m_names.agentName(one.other));
        appendSeq(json, "other_seq", one.otherBy);
        appendTime(json, "other_since", one.otherSince);
        json.endObject();
        out += '\n';
    }
    if (m_isJson)
        return out;
    return "at " + isoTime(at).toStdString() + "\n\n" +
           (table.size() > 0 ? table.takeText() : "Nobody is out of line.\n");
}

std::string StateText::history(AgentId of, const std::string& name,
                               const ValueHistory& history) const
{
    std::string out;
    Table table({{u"time"_s, false, 0},
                 {u"value"_s, false, kWidestValue},
                 {u"for"_s, true, 0},
                 {u"by message"_s, true, 0}});
    for (std::size_t i = 0; i < history.steps.size(); ++i) {
        const HistoryStep& step = history.steps[i];
        if (m_isJson) {
            JsonWriter json(out);
            json.beginObject();
            json.key("agent");
            json.text(m_names.agentName(of));
            json.key("key");
            json.text(std::string_view(name));
            appendTime(json, "time", step.time);
            json.key("value");
            appendStateValue(json, step.value);
            appendSeq(json, "seq", step.seq);
            json.key("changed");
            json.boolean(step.isChange);
            json.endObject();
            out += '\n';
            continue;
        }
        if (!step.isChange)
            continue;
        std::size_t next = i + 1;
        while (next < history.steps.size() && !history.steps[next].isChange)
            ++next;
        table.add({isoTime(fromNs(step.time)), stateValueText(step.value),
                   next < history.steps.size()
                       ? durationText(nanoseconds(history.steps[next].time - step.time))
                       : u"on"_s,
                   grouped(step.seq)});
    }
    if (m_isJson)
        return out;
    const QString title =
        history.told == 0 ? u"%1 has not told %2.\n"_s.arg(agent(of), QString::fromStdString(name))
                          : u"%2 of %1: told %3, %4\n\n"_s.arg(
                                agent(of), printable(QString::fromStdString(name)),
                                history.told == 1 ? u"once"_s : grouped(history.told) + u" times"_s,
                                history.changes <= 1 ? u"never changed"_s
                                : history.changes == 2
                                    ? u"changed once"_s
                                    : u"changed "_s + grouped(history.changes - 1) + u" times"_s);
    return title.toStdString() + (table.size() > 0 ? table.takeText() : std::string());
}

std::string StateText::knowledge(const Knowledge& knowledge) const
{
    std::string out;
    if (m_isJson) {
        JsonWriter json(out);
        json.beginObject();
        json.key("agent");
        json.text(m_names.agentName(knowledge.agent));
        appendTime(json, "at", toNs(knowledge.at));
        json.key("delivered");
        json.number(knowledge.delivered);
        appendSeq(json, "last_delivered_seq", knowledge.lastDelivered);
        appendTime(json, "last_delivered", knowledge.lastDeliveredAt);
        json.key("behind");
        json.number(knowledge.behind);
        json.key("keys");
        json.beginArray();
        for (const KnownValue& known : knowledge.keys) {
            json.beginObject();
            json.key("key");
            json.text(m_names.stateKeyName(known.key));
            json.key("topic");
            json.text(m_names.topicName(known.topic));
            json.key("conversation");
            json.textOrNull(std::string_view(known.conversation));
            json.key("knew");
            appendStateValue(json, known.knew);
            appendSeq(json, "knew_seq", known.knewBy);
            appendTime(json, "knew_since", known.knewAt);
            json.key("told_by_others");
            json.boolean(known.wasGiven);
            json.key("true");
            appendStateValue(json, known.truth);
            json.key("true_by");
            json.textOrNull(m_names.agentName(known.truthBy));
            appendSeq(json, "true_seq", known.truthSeq);
            appendTime(json, "true_since", known.truthSince);
            json.key("behind");
            json.boolean(known.isBehind);
            json.endObject();
        }
        json.endArray();
        json.endObject();
        return out + '\n';
    }
    const QString name = agent(knowledge.agent);
    out = "at " + isoTime(knowledge.at).toStdString() + "\n\n";
    out += (knowledge.delivered == 0
                ? u"No message named %1 as its receiver before that.\n"_s.arg(name)
                : u"%1 was sent %2 messages, the last one (%3) at %4.\n"_s.arg(
                      name, grouped(knowledge.delivered), grouped(knowledge.lastDelivered),
                      clockTime(fromNs(knowledge.lastDeliveredAt))))
               .toStdString();
    if (knowledge.keys.empty())
        return out + "It shares no key of its state with others.\n";
    Table table({{u"of"_s, false, 40},
                 {u"key"_s, false, 40},
                 {u""_s, false, 0},
                 {u"what it knew"_s, false, 100},
                 {u"by message"_s, true, 0}});
    for (const KnownValue& known : knowledge.keys) {
        table.add(
            {printable(QString::fromStdString(
                 known.conversation.empty() ? m_names.topicName(known.topic) : known.conversation)),
             key(known.key), known.isBehind ? u"↓"_s : QString(),
             printable(knownText(known, m_names)), grouped(known.knewBy)});
    }
    return out + '\n' + table.takeText();
}

} // namespace murmur::cli
