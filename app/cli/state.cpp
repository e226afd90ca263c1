// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"
#include "statetext.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "query/textpattern.h"

#include <CLI/CLI.hpp>

#include <algorithm>
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
    std::string against;
    std::string history;
    std::vector<std::string> agents;
    std::int64_t limit = 10'000;
    bool drift = false;
    bool knew = false;
    bool json = false;
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

/// One question, of one session at one moment.
class Question
{
public:
    Question(const Options& options, Session& session, TimePoint at, std::vector<AgentId> agents)
        : m_options(options)
        , m_session(session)
        , m_source(session.source())
        , m_names(session.dictionaries())
        , m_at(at)
        , m_agents(std::move(agents))
        , m_text(*m_names, options.json)
    {
    }

    Result<std::string> states()
    {
        const bool isWhole = m_options.json || !m_agents.empty();
        auto state = stateAt(m_session, m_at, m_agents, isWhole);
        if (!state)
            return state.error();
        auto lives = workWith<AgentLives>([&](const StepProgress& /*show*/, const auto& stop) {
            return livesJob(*m_source, m_at, stop);
        });
        if (!lives)
            return lives.error();
        return m_text.states(*state, *lives, !m_agents.empty());
    }

    Result<std::string> changes(TimePoint other)
    {
        auto first = stateAt(m_session, std::min(m_at, other), m_agents, true);
        if (!first)
            return first.error();
        auto second = stateAt(m_session, std::max(m_at, other), m_agents, true);
        if (!second)
            return second.error();
        return m_text.changes(*first, *second);
    }

    Result<std::string> against(AgentId other)
    {
        auto state =
            stateAt(m_session, m_at,
                    {std::min(m_agents.front(), other), std::max(m_agents.front(), other)}, true);
        if (!state)
            return state.error();
        const auto of = [&](AgentId agent) {
            const auto at = std::ranges::find(state->agents, agent, &AgentState::agent);
            AgentState own = at == state->agents.end() ? AgentState() : *at;
            own.agent = agent;
            return own;
        };
        return m_text.against(of(m_agents.front()), of(other), m_at);
    }

    Result<std::string> drift()
    {
        auto drifts =
            workWith<std::vector<KeyDrift>>([&](const StepProgress& /*show*/, const auto& stop) {
                return driftJob(*m_source, m_at, stop);
            });
        if (!drifts)
            return drifts.error();
        if (!m_agents.empty())
            std::erase_if(*drifts, [&](const KeyDrift& one) {
                return !std::ranges::binary_search(m_agents, one.agent);
            });
        return m_text.drift(*drifts, m_at);
    }

    Result<std::string> history()
    {
        std::string out;
        for (const AgentId agent : m_agents) {
            auto history = workWith<ValueHistory>([&](const StepProgress& show, const auto& stop) {
                HistoryRequest request;
                request.agent = agent;
                request.key = m_options.history;
                request.range = {TimePoint::min(), m_at + nanoseconds(1)};
                request.limit = static_cast<std::size_t>(m_options.limit);
                request.progress = [&](std::int64_t done, std::int64_t all) {
                    show(u"reading states"_s, done, all);
                };
                request.stop = stop;
                return historyJob(*m_source, request);
            });
            if (!history)
                return history.error();
            out += m_text.history(agent, m_options.history, *history);
            if (history->left > 0)
                report(u"The last %1 of %2 are shown; --limit shows more."_s.arg(
                    grouped(m_options.limit), grouped(history->told)));
        }
        return out;
    }

    Result<std::string> knowledge()
    {
        std::string out;
        for (const AgentId agent : m_agents) {
            auto known = workWith<Knowledge>([&](const StepProgress& show, const auto& stop) {
                KnowledgeRequest request;
                request.agent = agent;
                request.at = m_at;
                request.progress = [&](std::int64_t done, std::int64_t all) {
                    show(u"reading states"_s, done, all);
                };
                request.stop = stop;
                return knowledgeJob(*m_source, request);
            });
            if (!known)
                return known.error();
            out += m_text.knowledge(*known);
            if (known->from > m_session.seen().time.begin)
                report(u"States from %1 on were looked at."_s.arg(isoTime(known->from)));
        }
        return out;
    }

private:
    const Options& m_options;
    Session& m_session;
    std::shared_ptr<const Source> m_source;
    std::shared_ptr<const Dictionaries> m_names;
    TimePoint m_at;
    std::vector<AgentId> m_agents;
    StateText m_text;
};

/// Why the options cannot be had together; empty: they can.
QString contradiction(const Options& options)
{
    const int asked = (options.diff.empty() ? 0 : 1) + (options.against.empty() ? 0 : 1) +
                      (options.history.empty() ? 0 : 1) + (options.drift ? 1 : 0) +
                      (options.knew ? 1 : 0);
    if (asked > 1)
        return u"--diff, --against, --history, --drift and --knew are questions of their own; ask one of them."_s;
    if (options.agents.empty() && !options.against.empty())
        return u"Which agent is compared with %1? Name it with --agent."_s.arg(
            QString::fromStdString(options.against));
    if (options.agents.empty() && (options.knew || !options.history.empty()))
        return u"Whose? Name the agent with --agent."_s;
    return {};
}

int run(const Options& options)
{
    if (const QString why = contradiction(options); !why.isEmpty())
        return wrongUse(why);
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    if (info->extent.last == 0)
        return failed(
            {ErrorCode::NotFound, u"%1 holds no message, so there is no state."_s.arg(info->path)});
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
    const auto names = (*session)->dictionaries();
    const auto chosen = chosenAgents(*names, options.agents);
    if (!chosen)
        return failed(chosen.error());

    Question question(options, **session, *at, *chosen);
    Result<std::string> text = std::string();
    if (!options.against.empty()) {
        const auto with = chosenAgents(*names, {options.against});
        if (!with)
            return failed(with.error());
        if (chosen->size() != 1 || with->size() != 1)
            return wrongUse(u"Two agents are compared; --agent and --against name one each."_s);
        text = question.against(with->front());
    } else if (!options.history.empty()) {
        text = question.history();
    } else if (options.drift) {
        text = question.drift();
    } else if (options.knew) {
        text = question.knowledge();
    } else if (!options.diff.empty()) {
        text = question.changes(*other);
    } else {
        text = question.states();
    }
    if (!text)
        return failed(text.error());
    StandardOutput output;
    output.write(*text);
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
    app.add_option("--against", options->against, "What this other agent says otherwise");
    app.add_flag("--drift", options->drift,
                 "Who is out of line: behind with a shared key, unlike its group, far from its "
                 "numbers");
    app.add_option("--history", options->history,
                   "All values of this key up to then, with the message that told each");
    app.add_flag("--knew", options->knew,
                 "What the agent could have known of shared keys, against what was true");
    app.add_option("--limit", options->limit, "So many steps of a history at most, the last ones")
        ->check(positiveWhole())
        ->capture_default_str();
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nWhat was known at that moment, not what came out later. \"murmur help state\" "
               "explains the words.\n"
               "Examples:\n"
               "  murmur state night.murmur --at 02:17:29\n"
               "  murmur state night.murmur --agent 'robot-*' --at +10m --diff +12m\n"
               "  murmur state night.murmur --agent robot-7 --against robot-8\n"
               "  murmur state night.murmur --at 02:17:29 --drift\n"
               "  murmur state night.murmur --agent robot-7 --history battery\n"
               "  murmur state night.murmur --agent planner --at 02:17:29 --knew");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
