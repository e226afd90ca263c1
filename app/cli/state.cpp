// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include "query/textpattern.h"
#include "session/agentstatus.h"

#include <CLI/CLI.hpp>

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string at;
    std::string diff;
    std::vector<std::string> agents;
    bool json = false;
};

constexpr int kMaxValue = 60;

QString nameOf(const std::string& text)
{
    return text.empty() ? u"unknown"_s : printable(QString::fromStdString(text));
}

/// A value is JSON text, or what a message had in its place.
bool isJson(const QByteArray& text)
{
    QJsonParseError error{};
    QJsonDocument::fromJson('[' + text + ']', &error);
    return error.error == QJsonParseError::NoError && !text.trimmed().isEmpty();
}

void appendValue(JsonWriter& json, const QByteArray& text)
{
    if (isJson(text))
        json.raw(text.simplified().toStdString() == text.toStdString()
                     ? text.toStdString()
                     : QJsonDocument::fromJson('[' + text + ']')
                           .toJson(QJsonDocument::Compact)
                           .mid(1)
                           .chopped(1)
                           .toStdString());
    else
        json.textOrNull(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
}

/// One agent at the two moments of a comparison.
struct Pair
{
    const AgentState* before = nullptr; ///< null: not seen yet
    const AgentState* after = nullptr;
};

/// Prints states with the names of one session.
class Printer
{
public:
    Printer(const Dictionaries& names, const Options& options)
        : m_names(names)
        , m_options(options)
    {
    }

    std::string states(const StateSlice& slice) const
    {
        if (m_options.json) {
            std::string out;
            for (const AgentState& state : slice.agents)
                appendJson(out, state, slice.at);
            return out;
        }
        std::string out = "at " + isoTime(slice.at).toStdString() + "\n\n" + table(slice);
        if (m_options.agents.empty())
            return out;
        for (const AgentState& state : slice.agents)
            out += page(state, slice.at);
        return out;
    }

    std::string differences(const StateSlice& before, const StateSlice& after) const
    {
        std::map<AgentId, Pair> pairs;
        for (const AgentState& state : before.agents)
            pairs[state.agent].before = &state;
        for (const AgentState& state : after.agents)
            pairs[state.agent].after = &state;
        std::string out;
        Table table({{u"agent"_s, false, 40},
                     {u"what"_s, false, 40},
                     {u"was"_s, false, kMaxValue},
                     {u"is"_s, false, kMaxValue},
                     {u"by message"_s, true, 0}});
        for (const auto& [agent, pair] : pairs) {
            if (m_options.json)
                appendDifference(out, agent, pair, before.at, after.at);
            else
                addDifference(table, agent, pair);
        }
        if (m_options.json)
            return out;
        out = "from " + isoTime(before.at).toStdString() + " to " +
              isoTime(after.at).toStdString() + "\n\n";
        return out + (table.size() > 0 ? table.takeText() : "Nothing changed.\n");
    }

private:
    [[nodiscard]] std::string agentName(AgentId id) const { return m_names.agentName(id); }
    [[nodiscard]] std::string groupOf(AgentId id) const { return m_names.agentEntry(id).group(); }

    void appendCalls(JsonWriter& json, std::string_view key,
                     const std::vector<OpenCall>& calls) const
    {
        json.key(key);
        json.beginArray();
        for (const OpenCall& call : calls) {
            json.beginObject();
            json.key("seq");
            json.number(call.request);
            json.key("agent");
            json.textOrNull(agentName(call.other));
            json.key("since");
            json.text(isoTimeUtf8(call.since));
            json.endObject();
        }
        json.endArray();
    }
    static void appendTime(JsonWriter& json, std::string_view key, std::int64_t ns)
    {
        json.key(key);
        if (ns == kNoTime)
            json.null();
        else
            json.text(isoTimeUtf8(ns));
    }
    static void appendSeq(JsonWriter& json, std::string_view key, Seq seq)
    {
        json.key(key);
        if (seq == 0)
            json.null();
        else
            json.number(seq);
    }

    void appendJson(std::string& out, const AgentState& state, TimePoint at) const
    {
        JsonWriter json(out);
        json.beginObject();
        json.key("agent");
        json.text(agentName(state.agent));
        json.key("group");
        json.textOrNull(groupOf(state.agent));
        appendTime(json, "at", toNs(at));
        json.key("liveness");
        json.text(livenessName(state.liveness));
        json.key("status");
        json.text(agentStatusName(statusOf(state)));
        appendTime(json, "since", statusSince(state));
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
        appendCalls(json, "waiting_for", state.waitingFor);
        appendCalls(json, "owes", state.owes);
        json.key("values");
        json.beginObject();
        for (const StateValue& value : state.values) {
            json.key(m_names.stateKeyName(value.key));
            json.beginObject();
            json.key("value");
            appendValue(json, value.value);
            appendSeq(json, "seq", value.setBy);
            appendTime(json, "since", value.since);
            json.endObject();
        }
        json.endObject();
        json.endObject();
        out += '\n';
    }

    [[nodiscard]] QString callsText(const std::vector<OpenCall>& calls) const
    {
        if (calls.empty())
            return {};
        const QString first = nameOf(agentName(calls.front().other));
        return calls.size() == 1 ? first : u"%1 +%2"_s.arg(first, grouped(std::ssize(calls) - 1));
    }

    [[nodiscard]] std::string table(const StateSlice& slice) const
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
        for (const AgentState& state : slice.agents) {
            const std::int64_t since = statusSince(state);
            const std::string_view status = agentStatusName(statusOf(state));
            table.add({nameOf(agentName(state.agent)),
                       printable(QString::fromStdString(groupOf(state.agent))),
                       QString::fromLatin1(status.data(), std::ssize(status)),
                       since == kNoTime ? QString() : durationText(slice.at - fromNs(since)),
                       callsText(state.waitingFor), callsText(state.owes), grouped(state.sent),
                       grouped(state.received), count(state.errors),
                       count(std::ssize(state.values))});
        }
        return table.takeText();
    }

    /// What one agent holds, and what it is in the middle of.
    [[nodiscard]] std::string page(const AgentState& state, TimePoint at) const
    {
        std::string out = '\n' + nameOf(agentName(state.agent)).toStdString() + '\n';
        Table calls({{u"open call"_s, false, 0},
                     {u"agent"_s, false, 40},
                     {u"message"_s, true, 0},
                     {u"for"_s, true, 0}});
        for (const auto& [word, list] :
             {std::pair{u"waits for"_s, &state.waitingFor}, std::pair{u"owes"_s, &state.owes}}) {
            for (const OpenCall& call : *list)
                calls.add({word, nameOf(agentName(call.other)), grouped(call.request),
                           durationText(at - fromNs(call.since))});
        }
        if (calls.size() > 0)
            out += calls.takeText();
        Table values({{u"key"_s, false, 40},
                      {u"value"_s, false, kMaxValue},
                      {u"for"_s, true, 0},
                      {u"by message"_s, true, 0}});
        for (const StateValue& value : state.values)
            values.add({nameOf(m_names.stateKeyName(value.key)),
                        printable(QString::fromUtf8(value.value.simplified())),
                        durationText(at - fromNs(value.since)), grouped(value.setBy)});
        if (values.size() > 0)
            out += values.takeText();
        return out;
    }

    struct ValueChange
    {
        std::string key;
        const StateValue* before = nullptr;
        const StateValue* after = nullptr;
    };
    [[nodiscard]] std::vector<ValueChange> changes(const Pair& pair) const
    {
        std::map<std::string, ValueChange> byKey;
        for (const auto& [state, side] : {std::pair{pair.before, &ValueChange::before},
                                          std::pair{pair.after, &ValueChange::after}}) {
            if (state == nullptr)
                continue;
            for (const StateValue& value : state->values) {
                ValueChange& change = byKey[m_names.stateKeyName(value.key)];
                change.*side = &value;
            }
        }
        std::vector<ValueChange> list;
        for (auto& [key, change] : byKey) {
            change.key = key;
            if (change.before == nullptr || change.after == nullptr ||
                change.before->value != change.after->value)
                list.push_back(change);
        }
        return list;
    }
    static std::string_view statusName(const AgentState* state)
    {
        return state == nullptr ? std::string_view() : agentStatusName(statusOf(*state));
    }
    static std::int64_t openCalls(const AgentState* state)
    {
        return state == nullptr ? 0 : std::ssize(state->waitingFor);
    }

    void addDifference(Table& table, AgentId agent, const Pair& pair) const
    {
        const QString name = nameOf(agentName(agent));
        const auto text = [](std::string_view word) {
            return word.empty() ? u"not seen"_s
                                : QString::fromLatin1(word.data(), std::ssize(word));
        };
        if (statusName(pair.before) != statusName(pair.after))
            table.add({name,
                       u"status"_s,
                       text(statusName(pair.before)),
                       text(statusName(pair.after)),
                       {}});
        const auto value = [](const StateValue* of) {
            return of == nullptr ? QString() : printable(QString::fromUtf8(of->value.simplified()));
        };
        for (const ValueChange& change : changes(pair))
            table.add({name, nameOf(change.key), value(change.before), value(change.after),
                       change.after == nullptr ? QString() : grouped(change.after->setBy)});
    }

    void appendDifference(std::string& out, AgentId agent, const Pair& pair, TimePoint from,
                          TimePoint to) const
    {
        const auto changed = changes(pair);
        if (changed.empty() && statusName(pair.before) == statusName(pair.after) &&
            openCalls(pair.before) == openCalls(pair.after))
            return;
        JsonWriter json(out);
        json.beginObject();
        json.key("agent");
        json.text(agentName(agent));
        appendTime(json, "from", toNs(from));
        appendTime(json, "to", toNs(to));
        json.key("status");
        json.beginObject();
        json.key("before");
        json.textOrNull(statusName(pair.before));
        json.key("after");
        json.textOrNull(statusName(pair.after));
        json.endObject();
        json.key("open_calls");
        json.beginObject();
        json.key("before");
        json.number(openCalls(pair.before));
        json.key("after");
        json.number(openCalls(pair.after));
        json.endObject();
        json.key("values");
        json.beginObject();
        for (const ValueChange& change : changed) {
            json.key(change.key);
            json.beginObject();
            for (const auto& [key, value] :
                 {std::pair{"before", change.before}, std::pair{"after", change.after}}) {
                json.key(key);
                if (value == nullptr)
                    json.null();
                else
                    appendValue(json, value->value);
            }
            appendSeq(json, "seq", change.after == nullptr ? 0 : change.after->setBy);
            json.endObject();
        }
        json.endObject();
        json.endObject();
        out += '\n';
    }

    const Dictionaries& m_names;
    const Options& m_options;
};

/// The agents that are asked for; NotFound when a name or pattern fits none.
Result<std::vector<AgentId>> chosenAgents(const Dictionaries& names,
                                          const std::vector<std::string>& patterns)
{
    std::vector<AgentId> chosen;
    const std::uint32_t count = names.counts().agents;
    for (const std::string& pattern : patterns) {
        const TextPattern wanted = TextPattern::equals(QString::fromStdString(pattern));
        const std::size_t before = chosen.size();
        for (std::uint32_t id = 1; id < count; ++id) {
            if (wanted.matches(names.agentName(AgentId(id))))
                chosen.push_back(names.resolved(AgentId(id)));
        }
        if (chosen.size() == before)
            return Error{
                ErrorCode::NotFound,
                u"No agent is called \"%1\"; murmur state without --agent lists them."_s.arg(
                    QString::fromStdString(pattern))};
    }
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
}

Result<StateSlice> stateAt(Session& session, TimePoint at, const std::vector<AgentId>& chosen,
                           bool needsValues)
{
    StateRequest request;
    request.at = at;
    request.withValues = chosen;
    if (chosen.empty() && needsValues) {
        const std::uint32_t count = session.dictionaries()->counts().agents;
        for (std::uint32_t id = 1; id < count; ++id)
            request.withValues.push_back(AgentId(id));
    }
    auto slice = await(session.state(std::move(request)));
    if (!slice)
        return slice;
    if (!chosen.empty())
        std::erase_if(slice->agents, [&](const AgentState& state) {
            return !std::ranges::binary_search(chosen, state.agent);
        });
    std::ranges::sort(slice->agents, {}, [&](const AgentState& state) {
        return session.dictionaries()->agentName(state.agent);
    });
    return slice;
}

int run(const Options& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    const TimeRange range = info->extent.time;
    const auto timeOf = [&](const std::string& text, TimePoint usual) -> Result<TimePoint> {
        return text.empty() ? Result<TimePoint>(usual)
                            : timeFromText(QString::fromStdString(text), range);
    };
    const auto at = timeOf(options.at, range.end - nanoseconds(1));
    if (!at)
        return failed(at.error());
    const auto other = timeOf(options.diff, *at);
    if (!other)
        return failed(other.error());
    const std::shared_ptr<const Dictionaries> names = (*session)->dictionaries();
    const auto chosen = chosenAgents(*names, options.agents);
    if (!chosen)
        return failed(chosen.error());

    const bool isDiff = !options.diff.empty();
    const bool needsValues = isDiff || options.json || !options.agents.empty();
    const auto state = stateAt(**session, *at, *chosen, needsValues);
    if (!state)
        return failed(state.error());
    const Printer printer(*names, options);
    std::string text;
    if (isDiff) {
        const auto second = stateAt(**session, *other, *chosen, needsValues);
        if (!second)
            return failed(second.error());
        text = *other < *at ? printer.differences(*second, *state)
                            : printer.differences(*state, *second);
    } else {
        text = printer.states(*state);
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    return code != kDone ? code : written;
}

} // namespace

void addState(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings to look at; several are one session")
        ->required();
    app.add_option("--at", options->at,
                   "The moment: ISO 8601, HH:MM:SS, +10s from the start, -10s from the end "
                   "(usual: the end)");
    app.add_option("--agent", options->agents,
                   "Only these, with all that they hold; robot-* stands for many")
        ->allow_extra_args(false);
    app.add_option("--diff", options->diff, "What is different at this other moment");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nWhat was known at that moment, not what came out later.\n"
               "Examples:\n"
               "  murmur state night.murmur --at 02:17:29\n"
               "  murmur state night.murmur --agent 'robot-*' --at +10m --diff +12m");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
