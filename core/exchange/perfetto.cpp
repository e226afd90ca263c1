// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/perfetto.h"

#include "exchange/jsonwriter.h"
#include "exchange/messagejson.h"

#include <cstdio>
#include <map>
#include <set>
#include <utility>

namespace murmur {

namespace {

constexpr std::int64_t kDay = 86'400'000'000'000; // ns

class PerfettoExport final : public ExportFormat
{
public:
    explicit PerfettoExport(std::shared_ptr<const Dictionaries> names)
        : m_names(names)
        , m_formatter(std::move(names))
    {
    }

    void begin(std::string& out) override { out += R"({"displayTimeUnit":"ns","traceEvents":[)"; }

    void write(std::string& out, const MessageDetail& message) override
    {
        const MessageRow& row = message.row;
        const std::int64_t time = toNs(row.time);
        if (!m_hasBegin) {
            m_hasBegin = true;
            m_begin = time / kDay * kDay;
        }
        const AgentId sender = m_names->resolved(row.sender);
        introduce(out, sender);
        const std::string kind(kindName(row.kind));
        const std::string type = m_names->typeName(row.type);
        JsonWriter json = event(out, type.empty() ? kind : type, kind, "i", sender, time);
        json.key("s");
        json.text(std::string_view("t"));
        json.key("args");
        json.beginObject();
        json.key("seq");
        json.number(row.shownSeq());
        for (const auto& [key, name] :
             {std::pair{exchange::MessageKey::Recording, "recording"},
              std::pair{exchange::MessageKey::Topic, "topic"},
              std::pair{exchange::MessageKey::To, "to"}, std::pair{exchange::MessageKey::Id, "id"},
              std::pair{exchange::MessageKey::Conversation, "conversation"},
              std::pair{exchange::MessageKey::Trace, "trace"}}) {
            const std::string text =
                exchange::MessageFormatter::plain(m_formatter.value({key, QString(), {}}, message));
            if (text.empty())
                continue;
            json.key(name);
            json.text(text);
        }
        json.key("size");
        json.number(row.size);
        json.endObject();
        json.endObject();
        if (row.closes != 0 && row.latency >= 0)
            writeCall(out, row, sender, type.empty() ? kind : type);
    }

    void end(std::string& out) override
    {
        out += R"(],"otherData":{"program":"murmurscope","begin":")";
        out += isoTimeUtf8(m_begin);
        out += "\"}}\n";
    }

private:
    /// The call on the track of who answered, and an arrow from who asked.
    void writeCall(std::string& out, const MessageRow& row, AgentId answerer,
                   const std::string& name)
    {
        const std::int64_t end = toNs(row.time);
        const std::int64_t begin = end - row.latency;
        for (const char* phase : {"b", "e"}) {
            JsonWriter json =
                event(out, name, "call", phase, answerer, *phase == 'b' ? begin : end);
            json.key("id");
            json.number(row.seq);
            if (*phase == 'b' && row.kind == Kind::Error) {
                json.key("args");
                json.beginObject();
                json.key("outcome");
                json.text(std::string_view("error"));
                json.endObject();
            }
            json.endObject();
        }
        const auto receivers = m_names->receivers(row.audience);
        if (receivers.empty())
            return;
        const AgentId asker = m_names->resolved(receivers.front());
        introduce(out, asker);
        for (const char* phase : {"s", "f"}) {
            const bool begins = *phase == 's';
            JsonWriter json =
                event(out, name, "answer", phase, begins ? asker : answerer, begins ? begin : end);
            json.key("id");
            json.number(row.seq);
            if (!begins) {
                json.key("bp");
                json.text(std::string_view("e"));
            }
            json.endObject();
        }
    }

    /// What stands in every event; it is left open.
    JsonWriter event(std::string& out, std::string_view name, std::string_view category,
                     const char* phase, AgentId agent, std::int64_t time)
    {
        JsonWriter json = open(out, name, phase, agent);
        json.key("cat");
        json.text(category);
        json.key("ts");
        char text[48];
        const std::int64_t since = time - m_begin;
        std::snprintf(text, sizeof text, "%s%lld.%03lld", since < 0 ? "-" : "",
                      static_cast<long long>(std::abs(since) / 1000),
                      static_cast<long long>(std::abs(since) % 1000));
        json.raw(text);
        return json;
    }

    JsonWriter open(std::string& out, std::string_view name, const char* phase, AgentId agent)
    {
        if (!std::exchange(m_isFirst, false))
            out += ',';
        out += '\n';
        JsonWriter json(out);
        json.beginObject();
        json.key("ph");
        json.text(std::string_view(phase));
        json.key("pid");
        json.number(groupOf(agent));
        json.key("tid");
        json.number(index(agent) + 1);
        json.key("name");
        json.text(name);
        return json;
    }

    std::int64_t groupOf(AgentId agent)
    {
        const std::string group = m_names->agentEntry(agent).group();
        return m_groups.emplace(group, static_cast<std::int64_t>(m_groups.size()) + 1)
            .first->second;
    }

    /// Names the track of an agent, and that of its group, the first time.
    void introduce(std::string& out, AgentId agent)
    {
        if (!m_introduced.insert(agent).second)
            return;
        const std::string group = m_names->agentEntry(agent).group();
        const std::string name = m_names->agentName(agent);
        if (m_introducedGroups.insert(group).second)
            nameTrack(out, "process_name", agent, group.empty() ? "agents" : group);
        nameTrack(out, "thread_name", agent, name.empty() ? "unknown" : name);
    }

    void nameTrack(std::string& out, std::string_view what, AgentId agent, std::string_view name)
    {
        JsonWriter json = open(out, what, "M", agent);
        json.key("args");
        json.beginObject();
        json.key("name");
        json.text(name);
        json.endObject();
        json.endObject();
    }

    const std::shared_ptr<const Dictionaries> m_names;
    exchange::MessageFormatter m_formatter;
    std::map<std::string, std::int64_t> m_groups;
    std::set<AgentId> m_introduced;
    std::set<std::string> m_introducedGroups;
    std::int64_t m_begin = 0;
    bool m_hasBegin = false;
    bool m_isFirst = true;
};

} // namespace

std::unique_ptr<ExportFormat> createPerfettoExport(std::shared_ptr<const Dictionaries> names,
                                                   bool /*hasSeveral*/)
{
    return std::make_unique<PerfettoExport>(std::move(names));
}

} // namespace murmur
