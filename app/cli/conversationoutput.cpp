// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversationoutput.h"

#include "output.h"

#include "conversations/conversationcomparison.h"
#include "conversations/conversationjob.h"
#include "conversations/conversationtext.h"
#include "llm/prices.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

std::string milliseconds(std::int64_t ns)
{
    return QByteArray::number(static_cast<double>(ns) / 1e6, 'f', 3).toStdString();
}

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString some(std::int64_t count)
{
    return count > 0 ? grouped(count) : QString();
}

Seq shownSeq(const ConversationDetail& detail, Seq seq)
{
    const auto found = std::ranges::find(detail.messages, seq, &ConversationMessage::seq);
    return found != detail.messages.end() && found->shownSeq != 0 ? found->shownSeq : seq;
}

void writeSteps(JsonWriter& json, const ConversationDetail& detail, const Dictionaries& names,
                const std::vector<int>& steps)
{
    json.beginArray();
    for (const int at : steps) {
        const ConversationStep& step = detail.tree.steps[static_cast<std::size_t>(at)];
        json.beginObject();
        json.key("seq");
        json.number(shownSeq(detail, step.seq));
        json.key("reply");
        step.reply != 0 ? json.number(shownSeq(detail, step.reply)) : json.null();
        json.key("kind");
        json.text(kindName(step.kind));
        json.key("type");
        json.textOrNull(names.typeName(step.type));
        json.key("topic");
        json.textOrNull(names.topicName(step.topic));
        json.key("from");
        json.textOrNull(names.agentName(step.caller));
        json.key("to");
        json.textOrNull(names.agentName(step.callee));
        json.key("start");
        json.text(isoTimeUtf8(step.start));
        if (step.isCall) {
            json.key("duration_ms");
            step.isOpen() ? json.null() : json.raw(milliseconds(step.end - step.start));
            json.key("self_ms");
            step.isOpen() ? json.null() : json.raw(milliseconds(step.self));
            json.key("queueing_ms");
            step.firstWork == kNoTime ? json.null()
                                      : json.raw(milliseconds(step.firstWork - step.start));
            json.key("outcome");
            json.text(step.isOpen() ? u"open"_s : step.isError ? u"error"_s : u"answered"_s);
            json.key("critical");
            json.boolean(step.isCritical);
        }
        json.key("nesting");
        step.parent < 0 ? json.null() : json.text(gradeName(step.nesting));
        json.key("children");
        writeSteps(json, detail, names, step.children);
        json.endObject();
    }
    json.endArray();
}

void writePath(JsonWriter& json, const ConversationTree& tree, const Dictionaries& names)
{
    json.key("critical_path");
    json.beginObject();
    json.key("text");
    json.text(criticalPathText(tree, names));
    json.key("segments");
    json.beginArray();
    for (const PathSegment& segment : tree.path) {
        json.beginObject();
        json.key("agent");
        json.textOrNull(names.agentName(segment.agent));
        json.key("part");
        const QString part = pathPartText(segment.part);
        json.text(part.isEmpty() ? u"own"_s : part);
        json.key("start");
        json.text(isoTimeUtf8(segment.begin));
        json.key("duration_ms");
        json.raw(milliseconds(segment.end - segment.begin));
        json.endObject();
    }
    json.endArray();
    json.endObject();
}

void writeFacts(JsonWriter& json, const ConversationDetail& detail)
{
    json.key("conversation");
    json.text(detail.name);
    json.key("start");
    json.text(isoTimeUtf8(detail.tree.start));
    json.key("duration_ms");
    json.raw(milliseconds(detail.tree.end - detail.tree.start));
    json.key("messages");
    json.number(static_cast<std::int64_t>(detail.messages.size()));
    json.key("complete");
    json.boolean(detail.isComplete);
}

std::string headOf(const ConversationDetail& detail, const Dictionaries& names)
{
    const ConversationTree& tree = detail.tree;
    return u"%1   %2   %3 messages\n%4\n"_s
        .arg(printable(detail.name), clockTime(fromNs(tree.start)),
             grouped(static_cast<std::int64_t>(detail.messages.size())),
             printable(criticalPathText(tree, names)))
        .toStdString();
}

} // namespace

std::string conversationsTable(const ConversationList& list, const Dictionaries& names)
{
    const auto has = [&](auto what) { return std::ranges::any_of(list.rows, what); };
    const bool hasTokens = has([](const Conversation& row) { return row.tokens() >= 0; });
    const bool hasCost = has([](const Conversation& row) { return row.cost >= 0; });
    std::vector<Table::Column> columns{{u"conversation"_s, false, 48}, {u"start"_s, false, 0},
                                       {u"duration"_s, true, 0},       {u"outcome"_s, false, 0},
                                       {u"messages"_s, true, 0},       {u"agents"_s, true, 0},
                                       {u"errors"_s, true, 0},         {u"open"_s, true, 0}};
    if (hasTokens)
        columns.push_back({u"tokens"_s, true, 0});
    if (hasCost)
        columns.push_back({u"cost"_s, true, 0});
    columns.push_back({u"started by"_s, false, 32});
    Table table(std::move(columns));
    for (const Conversation& row : list.rows) {
        std::vector<QString> cells{printable(textOf(row.name)),
                                   clockTime(fromNs(row.start)),
                                   durationText(row.duration()),
                                   textOf(outcomeName(row.outcome)),
                                   grouped(row.messages),
                                   grouped(row.agents),
                                   some(row.errors),
                                   some(row.open)};
        if (hasTokens)
            cells.push_back(some(row.tokens()));
        if (hasCost)
            cells.push_back(row.cost >= 0 ? costText(row.cost) : QString());
        cells.push_back(printable(actorText(row.starter, names)));
        table.add(std::move(cells));
    }
    return table.takeText();
}

std::string conversationsJson(const ConversationList& list, const Dictionaries& names)
{
    std::string out;
    for (const Conversation& row : list.rows) {
        JsonWriter json(out);
        json.beginObject();
        json.key("conversation");
        json.text(row.name);
        json.key("start");
        json.text(isoTimeUtf8(row.start));
        json.key("end");
        json.text(isoTimeUtf8(row.end));
        json.key("duration_ms");
        json.raw(milliseconds(row.end - row.start));
        json.key("outcome");
        json.text(outcomeName(row.outcome));
        for (const auto& [key, count] :
             {std::pair{"messages", row.messages}, std::pair{"agents", std::int64_t(row.agents)},
              std::pair{"errors", row.errors}, std::pair{"open_calls", std::int64_t(row.open)},
              std::pair{"first", row.first}, std::pair{"last", row.last}}) {
            json.key(key);
            json.number(count);
        }
        for (const auto& [key, count] :
             {std::pair{"tokens_in", row.tokensIn}, std::pair{"tokens_out", row.tokensOut}}) {
            json.key(key);
            count < 0 ? json.null() : json.number(count);
        }
        json.key("cost");
        row.cost < 0 ? json.null() : json.raw(QByteArray::number(row.cost, 'g', 9).toStdString());
        json.key("started_by");
        json.textOrNull(names.agentName(row.starter));
        json.endObject();
        out += '\n';
    }
    return out;
}

std::string conversationText(const ConversationDetail& detail, const Dictionaries& names)
{
    const ConversationTree& tree = detail.tree;
    Table table({{u"at"_s, true, 0},
                 {u"took"_s, true, 0},
                 {u"self"_s, true, 0},
                 {QString(), false, 0},
                 {u"what"_s, false, 64},
                 {u"who"_s, false, 48},
                 {u"seq"_s, true, 0},
                 {QString(), false, 40}});
    for (const int at : tree.inOrder()) {
        const ConversationStep& step = tree.steps[static_cast<std::size_t>(at)];
        const bool isTimed = step.isCall && !step.isOpen();
        const QString guess = step.parent >= 0 && step.nesting == Grade::Inferred ? u"~"_s : u""_s;
        table.add({u'+' + durationText(nanoseconds(step.start - tree.start)),
                   isTimed ? durationText(step.duration()) : QString(),
                   isTimed ? durationText(nanoseconds(step.self)) : QString(),
                   step.isCritical ? u"●"_s : QString(),
                   QString(2 * step.depth, u' ') + guess + printable(stepTitle(step, names)),
                   printable(stepActors(step, names)), grouped(shownSeq(detail, step.seq)),
                   stepRemarks(step)});
    }
    return headOf(detail, names) + "● on the critical path   ~ belongs there by time alone\n\n" +
           table.takeText();
}

std::string conversationJson(const ConversationDetail& detail, const Dictionaries& names)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    writeFacts(json, detail);
    writePath(json, detail.tree, names);
    json.key("steps");
    writeSteps(json, detail, names, detail.tree.roots);
    json.endObject();
    return out + '\n';
}

std::string comparisonText(const ConversationDetail& detail, const ConversationDetail& other,
                           const Dictionaries& names)
{
    Table table({{QString(), false, 0},
                 {u"what"_s, false, 64},
                 {u"who"_s, false, 48},
                 {u"took"_s, true, 0},
                 {u"other"_s, true, 0},
                 {u"seq"_s, true, 0},
                 {u"other"_s, true, 0}});
    const auto took = [](const ConversationStep* step) {
        return step == nullptr || !step->isCall ? QString()
               : step->isOpen()                 ? u"no answer"_s
                                                : durationText(step->duration());
    };
    for (const StepDifference& difference :
         compareConversations(detail.tree, names, other.tree, names)) {
        const auto stepOf = [](const ConversationDetail& of, int at) {
            return at < 0 ? nullptr : &of.tree.steps[static_cast<std::size_t>(at)];
        };
        const ConversationStep* step = stepOf(detail, difference.step);
        const ConversationStep* before = stepOf(other, difference.other);
        const ConversationStep& shown = step != nullptr ? *step : *before;
        table.add(
            {difference.is == StepChange::Same ? QString() : textOf(differenceName(difference.is)),
             QString(2 * shown.depth, u' ') + printable(stepTitle(shown, names)),
             printable(stepActors(shown, names)), took(step), took(before),
             step != nullptr ? grouped(shownSeq(detail, step->seq)) : QString(),
             before != nullptr ? grouped(shownSeq(other, before->seq)) : QString()});
    }
    return headOf(detail, names) + "beside\n" + headOf(other, names) + '\n' + table.takeText();
}

std::string comparisonJson(const ConversationDetail& detail, const ConversationDetail& other,
                           const Dictionaries& names)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    const auto side = [&](const char* key, const ConversationDetail& of) {
        json.key(key);
        json.beginObject();
        writeFacts(json, of);
        writePath(json, of.tree, names);
        json.endObject();
    };
    side("this", detail);
    side("other", other);
    json.key("steps");
    json.beginArray();
    for (const StepDifference& difference :
         compareConversations(detail.tree, names, other.tree, names)) {
        json.beginObject();
        json.key("is");
        json.text(differenceName(difference.is));
        const ConversationStep* shown = nullptr;
        const auto write = [&](const char* seq, const char* duration, const ConversationDetail& of,
                               int at) {
            const ConversationStep* step =
                at < 0 ? nullptr : &of.tree.steps[static_cast<std::size_t>(at)];
            shown = shown == nullptr ? step : shown;
            json.key(seq);
            step == nullptr ? json.null() : json.number(shownSeq(of, step->seq));
            json.key(duration);
            step == nullptr || !step->isCall || step->isOpen()
                ? json.null()
                : json.raw(milliseconds(step->end - step->start));
        };
        write("seq", "duration_ms", detail, difference.step);
        write("other_seq", "other_duration_ms", other, difference.other);
        json.key("what");
        json.text(stepTitle(*shown, names));
        json.key("from");
        json.textOrNull(names.agentName(shown->caller));
        json.key("to");
        json.textOrNull(names.agentName(shown->callee));
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

} // namespace murmur::cli
