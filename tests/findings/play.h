// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/engine.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A swarm on paper: what is said is heard by the detectors at once.
class Play
{
public:
    explicit Play(DetectorChoice choice = {})
        : m_engine(m_names, choice)
    {
    }
    static DetectorChoice only(std::string id, std::vector<QString> settings = {})
    {
        DetectorChoice choice;
        choice.only = {std::move(id)};
        for (const QString& setting : settings) {
            if (!choice.settings.set(setting))
                qFatal("no such setting");
        }
        return choice;
    }

    struct Line
    {
        double at = 0; ///< seconds
        std::string from = {};
        std::vector<std::string> to = {};
        std::string topic = "t";
        Kind kind = Kind::Event;
        std::string type = "said";
        std::string id = {};
        std::string correlation = {};
        std::string conversation = {};
        std::string trace = {};
        std::int64_t sequence = kNoTime;
        Seq closes = 0;
        std::vector<Seq> causes = {};
        Seq answeredBy = 0; ///< an answer that was heard before it
        std::string body = "{}";
        Flags flags = 0;
        std::uint32_t connection = 1;
        std::string tenant = {};
        double sent = -1; ///< seconds, by its sender's clock; negative: when it was heard
    };

    /// Its Seq.
    Seq say(const Line& line)
    {
        Columns columns;
        columns.first = ++m_seq;
        const std::int64_t time = ns(line.at);
        columns.time = {time};
        columns.received = {time};
        columns.sent = {line.sent < 0 ? time : ns(line.sent)};
        columns.connection = {line.connection};
        columns.topic = {index(m_names.topic(line.topic))};
        const AgentId sender = line.from.empty() ? AgentId{} : m_names.agent(line.from);
        if (!line.tenant.empty())
            m_names.setLabel(sender, Label::Tenant, line.tenant);
        std::vector<AgentId> receivers;
        for (const std::string& name : line.to)
            receivers.push_back(m_names.agent(name));
        columns.sender = {index(sender)};
        columns.audience = {index(m_names.audience(receivers))};
        columns.kind = {static_cast<std::uint8_t>(line.kind)};
        columns.type = {index(m_names.type(line.type))};
        columns.flags = {line.flags};
        columns.sequence = {line.sequence};
        columns.closes = {line.closes};
        const bool hasRequest =
            line.closes != 0 && static_cast<std::size_t>(line.closes) < m_times.size();
        columns.latency = {hasRequest ? time - m_times[static_cast<std::size_t>(line.closes)] : -1};
        columns.rawSize = {static_cast<std::uint32_t>(line.body.size())};
        columns.headerSize = {0};
        columns.payloadOffset = {0};
        columns.payloadSize = {static_cast<std::uint32_t>(line.body.size())};
        for (const auto& [field, text] : {std::pair{IdField::Message, &line.id},
                                          std::pair{IdField::Correlation, &line.correlation},
                                          std::pair{IdField::Conversation, &line.conversation},
                                          std::pair{IdField::Trace, &line.trace}}) {
            auto& column = columns.ids[static_cast<std::size_t>(field)];
            column.text = {TextRef{static_cast<std::uint32_t>(columns.text.size()) | kInText,
                                   static_cast<std::uint32_t>(text->size())}};
            columns.text += *text;
        }
        if (line.answeredBy != 0)
            columns.late.push_back({.row = 0, .of = line.answeredBy, .time = time});
        for (const Seq cause : line.causes)
            columns.causes.push_back({0, cause, Grade::Stated});
        for (const auto& [key, value] : m_states) {
            columns.states.push_back({0,
                                      sender,
                                      m_names.stateKey(key),
                                      {static_cast<std::uint32_t>(columns.text.size()) | kInText,
                                       static_cast<std::uint32_t>(value.size())}});
            columns.text += value;
        }
        m_states.clear();
        m_times.resize(static_cast<std::size_t>(m_seq) + 1);
        m_times.back() = time;
        m_engine.hear(columns, 0, line.body, {});
        return m_seq;
    }
    /// The next message sets this key of its sender's state.
    Play& state(std::string key, std::string json)
    {
        m_states.emplace_back(std::move(key), std::move(json));
        return *this;
    }
    /// The recorder beats once a second from its last beat, or from `from`, to `to`.
    void tick(double from, double to)
    {
        for (double at = from; at <= to; at += 1)
            m_engine.tick(ns(at));
    }
    void gap(double from, double to, std::uint32_t connection = 1)
    {
        Gap gap;
        gap.connection = ConnectionId(connection);
        gap.cause = "client-drop";
        gap.from = ns(from);
        gap.to = ns(to);
        gap.count = 1;
        m_engine.gap(gap);
    }

    [[nodiscard]] const std::deque<Finding>& found() const { return m_engine.findings().all(); }
    [[nodiscard]] std::string name(AgentId agent) const { return m_names.agentName(agent); }
    /// Name of the agent that the first finding is about.
    [[nodiscard]] std::string blamed() const
    {
        return found().empty() || found().front().agents.empty()
                   ? std::string()
                   : name(found().front().agents.front());
    }
    [[nodiscard]] Seq last() const { return m_seq; }
    static std::int64_t ns(double seconds)
    {
        return 1'800'000'000'000'000'000 + static_cast<std::int64_t>(seconds * 1e9);
    }

private:
    Dictionaries m_names;
    DetectorEngine m_engine;
    Seq m_seq = 0;
    std::vector<std::int64_t> m_times;
    std::vector<std::pair<std::string, std::string>> m_states;
};

/// `from` asks `to` something. Its Seq.
inline Seq ask(Play& play, double at, const std::string& from, const std::string& to,
               const std::string& trace = {}, const std::string& body = "{}",
               const std::string& type = "work.request")
{
    return play.say({.at = at,
                     .from = from,
                     .to = {to},
                     .kind = Kind::Request,
                     .type = type,
                     .correlation = from + to + std::to_string(at),
                     .trace = trace,
                     .body = body});
}
/// And `from` answers.
inline Seq answer(Play& play, double at, const std::string& from, const std::string& to,
                  Seq request, const std::string& type = "work.result", Kind kind = Kind::Reply,
                  const std::string& body = "{}")
{
    return play.say({.at = at,
                     .from = from,
                     .to = {to},
                     .kind = kind,
                     .type = type,
                     .closes = request,
                     .body = body});
}

} // namespace murmur
