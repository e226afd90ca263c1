// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tracetext.h"

#include "output.h"
#include "session/tracejob.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr int kMostDepth = 24; // a tree that is deeper does not move further to the right
constexpr std::size_t kMostReceivers = 3;

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString counted(std::size_t count, const QString& word)
{
    return grouped(static_cast<std::int64_t>(count)) + u' ' + word +
           (count == 1 ? QString() : u"s"_s);
}

QString agentOf(const Dictionaries& names, AgentId id)
{
    const QString name = QString::fromStdString(names.agentName(id));
    return name.isEmpty() ? u"unknown"_s : printable(name);
}

QString whoOf(const MessageRow& row, const Dictionaries& names)
{
    QStringList to;
    const std::vector<AgentId> receivers = names.receivers(row.audience);
    for (std::size_t i = 0; i < std::min(receivers.size(), kMostReceivers); ++i)
        to << agentOf(names, receivers[i]);
    if (receivers.size() > kMostReceivers)
        to << u"%1 more"_s.arg(receivers.size() - kMostReceivers);
    const QString from = agentOf(names, row.sender);
    return to.isEmpty() ? from : from + u" → "_s + to.join(u", "_s);
}

QString whatOf(const MessageRow& row, const Dictionaries& names)
{
    const QString kind = textOf(kindName(row.kind));
    const std::string type = names.typeName(row.type);
    const QString word =
        printable(QString::fromStdString(type.empty() ? names.topicName(row.topic) : type));
    return word.isEmpty() || word == kind ? kind : kind + u' ' + word;
}

/// "=" stated, "~" carried, "?" inferred.
QChar markOf(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return u'=';
    case Grade::Carried:
        return u'~';
    case Grade::Inferred:
        return u'?';
    }
    return u'?';
}

QString seqOf(const MessageRow& row, const Dictionaries& names)
{
    const std::string label = names.recordingLabel(row.recording);
    return (label.empty() ? QString() : QString::fromStdString(label) + u':') +
           QString::number(row.shownSeq());
}

/// The lines of the tree in front of each node. What follows alone stands right below what it
/// follows from: most conversations are long and narrow.
std::vector<QString> branchesOf(const std::vector<TraceNode>& nodes)
{
    std::map<Seq, int> children;
    for (const TraceNode& node : nodes)
        ++children[node.parent];
    std::map<Seq, int> depths;
    std::vector<QString> branches(nodes.size());
    for (const TraceNode& node : nodes) {
        const bool isAlone = node.parent != 0 && children[node.parent] == 1;
        depths[node.row.seq] =
            node.parent == 0 ? 0 : std::min(depths[node.parent] + (isAlone ? 0 : 1), kMostDepth);
    }
    std::vector<bool> goesOn; // by depth: another one follows below the same parent
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const auto depth = static_cast<std::size_t>(depths[nodes[i].row.seq]);
        const bool isAlone = nodes[i].parent != 0 && children[nodes[i].parent] == 1;
        goesOn.resize(depth + 1);
        QString text;
        for (std::size_t level = 1; level < depth + (isAlone ? 1 : 0); ++level)
            text += goesOn[level] ? u"│  "_s : u"   "_s;
        if (isAlone)
            text += u"↓ "_s;
        else if (depth > 0)
            text += goesOn[depth] ? u"├─ "_s : u"└─ "_s;
        if (!isAlone)
            goesOn[depth] = depth > 0;
        branches[i] = text;
    }
    return branches;
}

QString notesOf(const TraceNode& node, bool isAligned)
{
    QStringList notes;
    if (node.row.closes != 0 && node.row.latency >= 0)
        notes << u"after "_s + durationText(nanoseconds(node.row.latency));
    else if (node.row.kind == Kind::Request && node.row.answeredBy == 0)
        notes << u"no answer here"_s;
    if (isAligned && node.parent != 0 && node.order == ClockOrder::Concurrent)
        notes << u"too close to its cause to tell which was first"_s;
    if (isAligned && node.parent != 0 && node.order == ClockOrder::After)
        notes << u"sent before its cause, by their clocks"_s;
    if (node.isOutside)
        notes << u"of another conversation"_s;
    QStringList others;
    for (const CauseOf& cause : node.causes) {
        if (cause.seq != node.parent)
            others << u"%1%2"_s.arg(markOf(cause.grade)).arg(cause.seq);
    }
    constexpr qsizetype kMostOthers = 4;
    if (others.size() > kMostOthers)
        others = others.mid(0, kMostOthers) << u"…"_s;
    if (!others.isEmpty())
        notes << u"also from "_s + others.join(u' ');
    return notes.join(u", "_s);
}

void appendCauses(JsonWriter& json, const TraceNode& node)
{
    json.beginArray();
    for (const CauseOf& cause : node.causes) {
        json.beginObject();
        json.key("seq");
        json.number(cause.seq);
        json.key("grade");
        json.text(gradeName(cause.grade));
        json.endObject();
    }
    json.endArray();
}

} // namespace

std::string traceText(const Trace& trace, const Dictionaries& names, bool isAligned)
{
    if (trace.nodes.empty())
        return {};
    std::int64_t begin = toNs(trace.nodes.front().row.time);
    std::int64_t end = begin;
    std::set<std::uint32_t> agents;
    for (const TraceNode& node : trace.nodes) {
        begin = std::min(begin, toNs(node.row.time));
        end = std::max(end, toNs(node.row.time));
        agents.insert(index(names.resolved(node.row.sender)));
    }
    QString text = u"%1: %2, %3, %4, from %5\n"_s.arg(
        trace.foundBy.isEmpty() ? trace.seq == 0 ? u"messages"_s : u"message %1"_s.arg(trace.seq)
                                : trace.foundBy + u' ' + printable(trace.name),
        counted(trace.nodes.size(), u"message"_s), counted(agents.size(), u"agent"_s),
        durationText(nanoseconds(end - begin)), isoTime(fromNs(begin)));
    Table table({{u"seq"_s, true, 0},
                 {u"time"_s, true, 0},
                 {u"message"_s, false, 110},
                 {u"cause"_s, false, 0},
                 {u"notes"_s, false, 0}});
    const std::vector<QString> branches = branchesOf(trace.nodes);
    for (std::size_t i = 0; i < trace.nodes.size(); ++i) {
        const TraceNode& node = trace.nodes[i];
        const std::int64_t at =
            isAligned && node.aligned ? node.aligned->time : toNs(node.row.time);
        QString time =
            (at < begin ? u"−"_s : u"+"_s) + durationText(nanoseconds(std::abs(at - begin)));
        if (isAligned && node.aligned)
            time += u" ± "_s + durationText(nanoseconds(node.aligned->error));
        const QString star = node.row.seq == trace.seq ? u" ◀"_s : QString();
        table.add({seqOf(node.row, names), time,
                   branches[i] + whoOf(node.row, names) + u": "_s + whatOf(node.row, names) + star,
                   node.parent == 0 ? QString() : textOf(gradeName(node.grade)),
                   notesOf(node, isAligned)});
    }
    return text.toStdString() + table.takeText();
}

std::string traceJson(const Trace& trace, const Dictionaries& names)
{
    std::string out;
    for (const TraceNode& node : trace.nodes) {
        JsonWriter json(out);
        json.beginObject();
        json.key("seq");
        json.number(node.row.shownSeq());
        if (const std::string label = names.recordingLabel(node.row.recording); !label.empty()) {
            json.key("recording");
            json.text(std::string_view(label));
        }
        json.key("time");
        json.text(std::string_view(isoTimeUtf8(toNs(node.row.time))));
        json.key("sent");
        json.textOrNull(std::string_view(node.row.sent == kNoTime ? std::string()
                                                                  : isoTimeUtf8(node.row.sent)));
        json.key("aligned");
        json.textOrNull(
            std::string_view(node.aligned ? isoTimeUtf8(node.aligned->time) : std::string()));
        if (node.aligned) {
            json.key("aligned_error_ns");
            json.number(node.aligned->error);
        }
        json.key("from");
        json.textOrNull(std::string_view(names.agentName(node.row.sender)));
        json.key("to");
        json.beginArray();
        for (const AgentId receiver : names.receivers(node.row.audience))
            json.text(std::string_view(names.agentName(receiver)));
        json.endArray();
        json.key("kind");
        json.text(kindName(node.row.kind));
        json.key("type");
        json.textOrNull(std::string_view(names.typeName(node.row.type)));
        json.key("topic");
        json.textOrNull(std::string_view(names.topicName(node.row.topic)));
        json.key("depth");
        json.number(node.depth);
        json.key("parent");
        if (node.parent == 0)
            json.raw("null");
        else
            json.number(node.parent);
        json.key("grade");
        json.textOrNull(node.parent == 0 ? std::string_view() : gradeName(node.grade));
        json.key("causes");
        appendCauses(json, node);
        json.key("latency_ns");
        if (node.row.closes == 0 || node.row.latency < 0)
            json.raw("null");
        else
            json.number(node.row.latency);
        json.key("outside");
        json.boolean(node.isOutside);
        json.key("concurrent");
        json.boolean(node.order == ClockOrder::Concurrent);
        json.endObject();
        out += '\n';
    }
    return out;
}

std::string traceMermaid(const Trace& trace, const Dictionaries& names)
{
    std::vector<const TraceNode*> nodes;
    for (const TraceNode& node : trace.nodes)
        nodes.push_back(&node);
    std::ranges::stable_sort(nodes, {}, [](const TraceNode* node) { return node->row.time; });
    std::map<QString, QString> participants;
    QString head = u"sequenceDiagram\n"_s;
    const auto idOf = [&](const QString& name) {
        const auto [known, isNew] =
            participants.try_emplace(name, u"a%1"_s.arg(participants.size() + 1));
        if (isNew)
            head += u"    participant %1 as %2\n"_s.arg(known->second, name);
        return known->second;
    };
    // A semicolon ends a line of Mermaid, a number sign begins a code.
    const auto clean = [](QString text) {
        return text.replace(u'#', u"#35;"_s).replace(u';', u"#59;"_s);
    };
    QString body;
    for (const TraceNode* node : nodes) {
        const MessageRow& row = node->row;
        QStringList receivers;
        for (const AgentId receiver : names.receivers(row.audience))
            receivers << agentOf(names, receiver);
        const std::string topic = names.topicName(row.topic);
        if (receivers.isEmpty())
            receivers << (topic.empty() ? agentOf(names, row.sender)
                                        : printable(QString::fromStdString(topic)));
        const QString arrow = row.kind == Kind::Error   ? u"--x"_s
                              : row.kind == Kind::Reply ? u"-->>"_s
                                                        : u"->>"_s;
        const QString from = idOf(clean(agentOf(names, row.sender)));
        for (qsizetype i = 0; i < std::min<qsizetype>(receivers.size(), 8); ++i) {
            const QString to = idOf(clean(receivers[i]));
            body += u"    %1%2%3: %4 %5\n"_s.arg(from, arrow, to, seqOf(row, names),
                                                 clean(whatOf(row, names)));
        }
    }
    return (head + body).toStdString();
}

} // namespace murmur::cli
