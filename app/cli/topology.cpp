// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "query/filter.h"
#include "topology/graphtext.h"
#include "topology/traffic.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct TopologyOptions
{
    SessionFiles session;
    std::string where;
    std::vector<std::string> fold;
    std::vector<std::string> unfold;
    int nodes = 60;
    int limit = 0;
    bool noTopics = false;
    bool json = false;
    bool dot = false;
};

const GraphNode& nodeAt(const TrafficGraph& graph, int node)
{
    return graph.nodes[static_cast<std::size_t>(node)];
}

QString nodeText(const GraphNode& node)
{
    switch (node.is) {
    case GraphNode::Is::Agent:
        break;
    case GraphNode::Is::Group:
        return u"%1 (%2 agents)"_s.arg(printable(node.label), grouped(std::ssize(node.agents)));
    case GraphNode::Is::Topic:
        return u"topic %1"_s.arg(printable(node.label));
    }
    return printable(node.label);
}

QString quantileText(const LatencyHistogram& latency, double q)
{
    return latency.count() == 0
               ? QString()
               : durationText(nanoseconds(static_cast<std::int64_t>(latency.quantile(q))));
}

std::string edgesText(const TrafficGraph& graph, std::size_t limit, nanoseconds length)
{
    Table table({{u"from"_s, false, 40},
                 {u"to"_s, false, 40},
                 {u"messages"_s, true, 0},
                 {u"a second"_s, true, 0},
                 {u"errors"_s, true, 0},
                 {u"calls"_s, true, 0},
                 {u"p50"_s, true, 0},
                 {u"p99"_s, true, 0}});
    const double seconds = std::max(1e-3, std::chrono::duration<double>(length).count());
    for (const GraphEdge& edge : graph.edges) {
        if (table.size() == limit)
            break;
        const auto calls = static_cast<std::int64_t>(edge.latency.count());
        table.add({nodeText(nodeAt(graph, edge.from)),
                   (edge.isInferred ? u"~ "_s : QString()) + nodeText(nodeAt(graph, edge.to)),
                   grouped(edge.messages),
                   QString::number(static_cast<double>(edge.messages) / seconds, 'g', 3),
                   edge.errors > 0 ? grouped(edge.errors) : QString(),
                   calls > 0 ? grouped(calls) : QString(), quantileText(edge.latency, 0.5),
                   quantileText(edge.latency, 0.99)});
    }
    return table.takeText();
}

void appendEdge(std::string& out, const TrafficGraph& graph, const GraphEdge& edge)
{
    JsonWriter json(out);
    const auto node = [&](const char* key, const char* isKey, int at) {
        json.key(key);
        json.text(nodeAt(graph, at).label.toStdString());
        json.key(isKey);
        json.text(nodeWord(nodeAt(graph, at).is));
    };
    const auto milliseconds = [&](const char* key, double q) {
        json.key(key);
        if (edge.latency.count() == 0)
            json.null();
        else
            json.raw(QByteArray::number(static_cast<double>(edge.latency.quantile(q)) / 1e6, 'f', 3)
                         .toStdString());
    };
    json.beginObject();
    node("from", "from_is", edge.from);
    node("to", "to_is", edge.to);
    json.key("messages");
    json.number(edge.messages);
    json.key("errors");
    json.number(edge.errors);
    json.key("calls");
    json.number(static_cast<std::int64_t>(edge.latency.count()));
    milliseconds("p50_ms", 0.5);
    milliseconds("p99_ms", 0.99);
    json.key("last");
    json.text(isoTimeUtf8(edge.lastTime));
    json.key("grade");
    json.text(gradeName(edge.isInferred ? Grade::Inferred : Grade::Stated));
    json.endObject();
    out += '\n';
}

int runTopology(const TopologyOptions& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const Extent extent = (*session)->seen();
    auto filter = parseFilter(QString::fromStdString(options.where), extent.time);
    if (!filter)
        return failed(filter.error());
    TrafficRequest request;
    request.range = extent.time;
    request.filter = *filter;
    // "time in 02:00..03:00" also says over how long.
    if (*filter) {
        const TimeRange bounds = (*filter)->timeBounds();
        request.range = {std::max(extent.time.begin, bounds.begin),
                         std::min(extent.time.end, bounds.end)};
    }
    const auto source = (*session)->source();
    const auto traffic = workWith<Traffic>([&](const StepProgress&, const std::stop_token& stop) {
        request.stop = stop;
        return trafficJob(*source, request);
    });
    if (!traffic)
        return failed(traffic.error());
    GraphWish wish;
    wish.mostNodes = static_cast<std::size_t>(options.nodes);
    wish.hasTopics = !options.noTopics;
    for (const std::string& group : options.fold)
        wish.folded.insert(QString::fromStdString(group));
    for (const std::string& group : options.unfold)
        wish.unfolded.insert(QString::fromStdString(group));
    const TrafficGraph graph = trafficGraph(*traffic, *(*session)->dictionaries(), wish);
    const std::size_t limit = options.limit > 0 ? static_cast<std::size_t>(options.limit)
                                                : std::max<std::size_t>(1, graph.edges.size());
    std::string text;
    if (options.dot) {
        text = graphAsDot(graph);
    } else if (options.json) {
        for (std::size_t i = 0; i < std::min(limit, graph.edges.size()); ++i)
            appendEdge(text, graph, graph.edges[i]);
    } else if (!graph.edges.empty()) {
        text = edgesText(graph, limit, request.range.length());
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    if (graph.edges.empty())
        report(u"Nobody talks to anybody here: no message passes the filter."_s);
    if (traffic->step > 1)
        report(
            u"There is much: one block in %1 was counted, and numbers are multiplied by it."_s.arg(
                traffic->step));
    if (traffic->isBounded)
        report(u"There are more pairs than memory is given for: the rarest are missing."_s);
    return written != kDone ? written : code;
}

} // namespace

void addTopology(CLI::App& app, Action& action)
{
    auto options = std::make_shared<TopologyOptions>();
    app.add_option("FILE", options->session.files, "Recordings to look at; several are one session")
        ->required();
    app.add_option("--where", options->where, "Only messages that match this filter");
    app.add_option("--nodes", options->nodes,
                   "With more agents than this, groups are folded (usual: 60)")
        ->check(positiveWhole());
    app.add_option("--fold", options->fold, "Fold this group; may be repeated")
        ->allow_extra_args(false);
    app.add_option("--unfold", options->unfold, "Do not fold this group; may be repeated")
        ->allow_extra_args(false);
    app.add_flag("--no-topics", options->noTopics, "Leave out topics on which nobody is named");
    app.add_option("--limit", options->limit, "So many edges at most, the busiest first")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    auto* json = app.add_flag("--json", options->json, "One JSON object a line, for each edge");
    app.add_flag("--dot", options->dot, "The graph for Graphviz, all of it")->excludes(json);
    app.footer(
        "\nA line for each who talks to whom, the busiest first. ~ follows from who answers; "
        "no receiver is stated.\n"
        "Examples:\n"
        "  murmur topology night.murmur --where 'time in 02:00..03:00'\n"
        "  murmur topology night.murmur --dot | dot -Tsvg -o who.svg");
    app.callback([&action, options] { action = [options] { return runTopology(*options); }; });
}

} // namespace murmur::cli
