// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "work.h"

#include "session/clockpass.h"

#include <CLI/CLI.hpp>

#include <QRegularExpression>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string agent;
    bool json = false;
};

void appendNumber(JsonWriter& json, double value)
{
    json.raw(QByteArray::number(value, 'g', 6).toStdString());
}

void appendSegment(JsonWriter& json, const ClockSegment& segment)
{
    json.beginObject();
    json.key("from");
    json.text(std::string_view(isoTimeUtf8(segment.from)));
    json.key("to");
    json.text(std::string_view(isoTimeUtf8(segment.to)));
    json.key("step_ns");
    json.number(segment.step);
    json.key("offset_ns");
    json.number(segment.offsetAt(segment.from));
    json.key("offset_end_ns");
    json.number(segment.offsetAt(segment.to));
    json.key("error_ns");
    json.number(segment.error);
    json.key("bound_ns");
    if (segment.bound < 0)
        json.raw("null");
    else
        json.number(segment.bound);
    json.key("drift_ppm");
    appendNumber(json, segment.drift * 1e6);
    json.key("drift_error_ppm");
    appendNumber(json, segment.driftError * 1e6);
    json.key("basis");
    json.text(std::string_view(clockBasisName(segment.basis)));
    json.endObject();
}

std::string jsonOf(const AgentClock& clock, const Dictionaries& names)
{
    std::string line;
    JsonWriter json(line);
    json.beginObject();
    json.key("agent");
    json.text(std::string_view(names.agentName(clock.agent)));
    json.key("basis");
    json.text(std::string_view(clockBasisName(clock.basis())));
    json.key("offset_ns");
    if (clock.isKnown())
        json.number(clock.last().offsetAt(clock.last().to));
    else
        json.raw("null");
    json.key("error_ns");
    if (clock.isKnown())
        json.number(clock.last().error);
    else
        json.raw("null");
    json.key("drift_ppm");
    if (clock.isKnown())
        appendNumber(json, clock.last().drift * 1e6);
    else
        json.raw("null");
    json.key("resolution_ns");
    json.number(clock.resolution);
    json.key("messages");
    json.number(clock.samples);
    json.key("strays");
    json.number(clock.strays);
    json.key("steps");
    json.number(static_cast<std::int64_t>(clock.segments.empty() ? 0 : clock.segments.size() - 1) +
                clock.unknownSteps);
    json.key("segments");
    json.beginArray();
    for (const ClockSegment& segment : clock.segments)
        appendSegment(json, segment);
    json.endArray();
    json.key("restarts");
    json.beginArray();
    for (const std::int64_t at : clock.restarts)
        json.text(std::string_view(isoTimeUtf8(at)));
    json.endArray();
    json.endObject();
    line += '\n';
    return line;
}

/// What happened to it, in words: steps and restarts.
QString eventsOf(const AgentClock& clock)
{
    QStringList events;
    for (std::size_t i = 1; i < clock.segments.size(); ++i) {
        const ClockSegment& segment = clock.segments[i];
        events << u"set %1 by %2 at %3"_s.arg(segment.step > 0 ? u"forward"_s : u"back"_s,
                                              durationText(nanoseconds(std::abs(segment.step))),
                                              clockTime(fromNs(segment.from)));
    }
    for (const std::int64_t at : clock.restarts)
        events << u"restarted at %1"_s.arg(clockTime(fromNs(at)));
    if (clock.strays > 0)
        events << u"%1 times that no clock shows"_s.arg(grouped(clock.strays));
    return events.join(u", "_s);
}

std::string tableOf(const std::vector<AgentClock>& clocks, const Dictionaries& names)
{
    Table table({{u"agent"_s, false, 40},
                 {u"clock"_s, false, 0},
                 {u"drift"_s, true, 0},
                 {u"known from"_s, false, 0},
                 {u"messages"_s, true, 0},
                 {u"what happened"_s, false, 0}});
    for (const AgentClock& clock : clocks) {
        const QString name = printable(QString::fromStdString(names.agentName(clock.agent)));
        if (!clock.isKnown()) {
            table.add(
                {name, u"not known"_s, {}, u"too few messages"_s, grouped(clock.samples), {}});
            continue;
        }
        const char* basis = clock.basis() == ClockBasis::TwoWay   ? "its answers"
                            : clock.basis() == ClockBasis::OneWay ? "its fastest messages"
                                                                  : "";
        table.add({name, clockOffsetText(clock.last()), driftText(clock.last()),
                   QString::fromLatin1(basis), grouped(clock.samples), eventsOf(clock)});
    }
    return table.takeText();
}

int run(const Options& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto source = (*session)->source();
    const auto found = workWith<ClocksPtr>([&](const StepProgress& show, const auto& stop) {
        return clocksOf(
            *source,
            [&](std::int64_t done, std::int64_t all) { show(u"comparing clocks"_s, done, all); },
            stop);
    });
    if (!found)
        return failed(found.error());
    const auto names = (*session)->dictionaries();
    const QRegularExpression wanted = QRegularExpression::fromWildcard(
        options.agent.empty() ? u"*"_s : QString::fromStdString(options.agent));
    std::vector<AgentClock> clocks;
    for (const AgentClock& clock : (*found)->agents) {
        if (wanted.match(QString::fromStdString(names->agentName(clock.agent))).hasMatch())
            clocks.push_back(clock);
    }
    // What is most wrong is what a person looks for.
    std::ranges::stable_sort(clocks, std::greater{}, [](const AgentClock& clock) {
        return clock.isKnown() ? std::abs(clock.last().offsetAt(clock.last().to)) : -1;
    });
    StandardOutput output;
    if (options.json) {
        for (const AgentClock& clock : clocks)
            output.write(jsonOf(clock, *names));
    } else if (!clocks.empty()) {
        output.write(tableOf(clocks, *names));
    }
    const int written = output.finish();
    if (clocks.empty() && !options.json)
        report((*found)->agents.empty()
                   ? u"No message says when it was sent, so no clock can be compared."_s
                   : u"No agent of that name says when it sent its messages."_s);
    return code != kDone ? code : written;
}

} // namespace

void addClocks(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings; several are one session")
        ->required();
    app.add_option("--agent", options->agent, "Only agents of this name, with * and ?");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line, with every step");
    app.footer("\nExamples:\n"
               "  murmur clocks night.murmur\n"
               "  murmur clocks night.murmur --agent 'robot-*' --json\n"
               "\"murmur help clocks\" explains how they are compared.");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
