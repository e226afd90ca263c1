// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "findingsof.h"
#include "output.h"
#include "recordings.h"
#include "tracetext.h"
#include "validators.h"
#include "work.h"

#include "session/clockpass.h"
#include "session/findinglineage.h"
#include "session/lineage.h"
#include "session/tracejob.h"

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
    std::vector<std::string> arguments; // files, then the id
    SessionFiles session;
    std::int64_t limit = 500;
    bool effects = false;
    bool root = false;
    bool surely = false;
    bool aligned = false;
    bool mermaid = false;
    bool json = false;
};

/// What one walk found, ready to be printed.
struct Found
{
    Trace trace;
    std::optional<Effects> effects;
    std::optional<FirstCause> first;
    std::optional<FindingLineage> finding; ///< where that was asked for
    QString summary;                       ///< of the finding
};

/// The messages of a blast radius or of the way to a first cause, in place of the conversation.
Result<std::vector<Seq>> seqsOf(const Options& options, Found& found, const Source& source,
                                const StepProgress& show, const std::stop_token& stop)
{
    Lineage lineage;
    LineageRequest request;
    request.seq = found.trace.seq;
    request.withInferred = !options.surely;
    request.limit = static_cast<std::size_t>(options.limit);
    request.stop = stop;
    request.progress = [&](std::int64_t done, std::int64_t all) {
        show(u"reading causes"_s, done, all);
    };
    std::vector<Seq> seqs{request.seq};
    if (options.root) {
        auto first = lineage.firstCauseOf(source, request);
        if (!first)
            return first.error();
        found.first = std::move(*first);
        for (const CauseOf& step : found.first->way)
            seqs.push_back(step.seq);
    }
    if (options.effects) {
        auto effects = lineage.effectsOf(source, request);
        if (!effects)
            return effects.error();
        found.effects = std::move(*effects);
        for (const auto& member : found.effects->radius.members)
            seqs.push_back(member.seq);
    }
    std::ranges::sort(seqs);
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    return seqs;
}

Result<Found> find(const Options& options, const QString& what, const Source& source,
                   const StepProgress& show, const std::stop_token& stop)
{
    TraceRequest request;
    request.what = what;
    request.limit = static_cast<std::size_t>(options.limit);
    request.stop = stop;
    request.progress = [&](std::int64_t done, std::int64_t all) {
        show(u"looking for the id"_s, done, all);
    };
    if (options.aligned) {
        auto clocks = clocksOf(
            source,
            [&](std::int64_t done, std::int64_t all) { show(u"comparing clocks"_s, done, all); },
            stop);
        if (!clocks)
            return clocks.error();
        request.clocks = *clocks;
    }
    Found found;
    auto trace = traceJob(source, request);
    if (!trace)
        return trace.error();
    found.trace = std::move(*trace);
    if (!options.effects && !options.root)
        return found;
    if (found.trace.seq == 0)
        found.trace.seq = found.trace.nodes.front().row.seq;
    auto seqs = seqsOf(options, found, source, show, stop);
    if (!seqs)
        return seqs.error();
    request.seqs = std::move(*seqs);
    request.limit = request.seqs.size();
    auto tree = traceJob(source, request);
    if (!tree)
        return tree.error();
    tree->seq = found.trace.seq;
    found.trace = std::move(*tree);
    return found;
}

/// "3f20a9" or "finding:3f20a9"; empty where that can be none.
QString findingIdIn(QString what)
{
    constexpr qsizetype kFewestDigits = 3;
    if (what.startsWith(u"finding:"_s))
        what.remove(0, 8);
    const bool isHex = std::ranges::all_of(what, [](QChar letter) {
        return letter.isDigit() || (letter.toLower() >= u'a' && letter.toLower() <= u'f');
    });
    return isHex && what.size() >= kFewestDigits ? what : QString();
}

/// What led to a finding and what followed from it, as one tree.
Result<Found> findOf(const Options& options, const Finding& finding, Seq firstKept,
                     const Source& source, const StepProgress& show, const std::stop_token& stop)
{
    std::vector<Seq> messages;
    for (const Seq seq : finding.messages) {
        if (seq >= firstKept)
            messages.push_back(seq);
    }
    if (messages.empty())
        return Error{ErrorCode::NotFound,
                     u"The messages of this finding are not in the recording any more."_s};
    std::ranges::sort(messages);
    Lineage lineage;
    LineageRequest request;
    request.withInferred = !options.surely;
    request.limit = static_cast<std::size_t>(options.limit);
    request.stop = stop;
    request.progress = [&](std::int64_t done, std::int64_t all) {
        show(u"reading causes"_s, done, all);
    };
    auto whole = lineageOf(lineage, source, messages, request);
    if (!whole)
        return whole.error();
    std::vector<Seq> seqs = messages;
    for (const CauseOf& step : whole->first.way)
        seqs.push_back(step.seq);
    seqs.insert(seqs.end(), whole->effects.begin(), whole->effects.end());
    std::ranges::sort(seqs);
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    Found found;
    found.trace.isWhole = seqs.size() <= request.limit;
    seqs.resize(std::min(seqs.size(), request.limit));
    TraceRequest tree;
    tree.seqs = std::move(seqs);
    tree.limit = tree.seqs.size();
    tree.stop = stop;
    auto trace = traceJob(source, tree);
    if (!trace)
        return trace.error();
    trace->isWhole = trace->isWhole && found.trace.isWhole && whole->isWhole;
    trace->seq = whole->start;
    found.trace = std::move(*trace);
    found.finding = std::move(*whole);
    found.summary = QString::fromStdString(finding.summary);
    return found;
}

Result<Found> findFinding(const Options& options, const QString& id, Session& session)
{
    auto report = findingsOf(session);
    if (!report)
        return report.error();
    const auto place = findingNamed(*report, id);
    if (!place)
        return place.error();
    const auto source = session.source();
    return workWith<Found>([&](const StepProgress& show, const auto& stop) {
        return findOf(options, report->findings[*place], report->first, *source, show, stop);
    });
}

void tellFinding(const Found& found)
{
    const FindingLineage& whole = *found.finding;
    report(found.summary);
    report(whole.first.way.empty()
               ? u"It begins with message %1, which has no known cause."_s.arg(whole.start)
               : u"Its first cause is message %1, %2 before message %3 of it, %4."_s.arg(
                     QString::number(whole.first.root()),
                     whole.first.way.size() == 1 ? u"1 step"_s
                                                 : u"%1 steps"_s.arg(whole.first.way.size()),
                     QString::number(whole.start),
                     QString::fromUtf8(gradeName(whole.first.grade()).data())));
    const auto effects = static_cast<std::int64_t>(whole.effects.size());
    report(
        effects == 0
            ? u"Nothing is known to follow from it."_s
            : u"%1 from it, of %2, the last one at %3."_s.arg(
                  effects == 1 ? u"1 message follows"_s : grouped(effects) + u" messages follow"_s,
                  whole.agents.size() == 1 ? u"1 agent"_s
                                           : grouped(std::ssize(whole.agents)) + u" agents"_s,
                  clockTime(fromNs(whole.lastTime))));
}

/// What is known of the whole, in a sentence each.
void tell(const Found& found)
{
    if (found.effects) {
        const BlastRadius& radius = found.effects->radius;
        QStringList grades;
        constexpr const char* kWords[] = {"stated", "carried", "inferred"};
        for (std::size_t i = 0; i < 3; ++i) {
            if (radius.byGrade[i] > 0)
                grades << u"%1 %2"_s.arg(grouped(radius.byGrade[i]),
                                         QString::fromLatin1(kWords[i]));
        }
        if (radius.count == 0)
            report(u"Nothing is known to follow from message %1."_s.arg(found.trace.seq));
        else
            report(u"%1 from message %2 (%3), of %4, the last one at %5."_s.arg(
                radius.count == 1 ? u"1 message follows"_s
                                  : grouped(radius.count) + u" messages follow"_s,
                QString::number(found.trace.seq), grades.join(u", "_s),
                found.effects->agents.size() == 1
                    ? u"1 agent"_s
                    : grouped(static_cast<std::int64_t>(found.effects->agents.size())) +
                          u" agents"_s,
                clockTime(fromNs(found.effects->lastTime))));
        if (!std::cmp_equal(radius.members.size(), radius.count))
            report(u"The first %1 are shown; --limit shows more."_s.arg(
                grouped(static_cast<std::int64_t>(radius.members.size()))));
    }
    if (found.first) {
        if (found.first->way.empty()) {
            report(u"Message %1 has no known cause."_s.arg(found.trace.seq));
        } else {
            report(u"The first cause of message %1 is message %2, %3 before, %4."_s.arg(
                QString::number(found.trace.seq), QString::number(found.first->root()),
                found.first->way.size() == 1 ? u"1 step"_s
                                             : u"%1 steps"_s.arg(found.first->way.size()),
                QString::fromUtf8(gradeName(found.first->grade()).data())));
        }
        if (found.first->isCircular)
            report(u"Its causes follow from each other; the earliest one is named."_s);
    }
}

int run(const Options& options)
{
    std::vector<std::string> files = options.arguments;
    const QString what = QString::fromStdString(files.back());
    files.pop_back();
    if (files.empty())
        return wrongUse(
            u"Which message? Give its number or an id after the files, for example 8812, ticket-40017 or the id of a finding."_s);
    if (options.json && options.mermaid)
        return wrongUse(u"--json and --mermaid cannot be combined; choose one of them."_s);
    int code = kDone;
    SessionFiles named = options.session;
    named.files = files;
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    const auto source = (*session)->source();
    auto found = workWith<Found>([&](const StepProgress& show, const auto& stop) {
        return find(options, what, *source, show, stop);
    });
    const QString id = findingIdIn(what);
    if (!found && found.error().code == ErrorCode::NotFound && !id.isEmpty()) {
        auto ofFinding = findFinding(options, id, **session);
        // Nothing at all has this name.
        if (ofFinding || ofFinding.error().code != ErrorCode::NotFound ||
            what.startsWith(u"finding:"_s))
            found = std::move(ofFinding);
    }
    if (!found)
        return failed(found.error());
    const auto names = (*session)->dictionaries();
    StandardOutput output;
    if (options.json)
        output.write(traceJson(found->trace, *names));
    else if (options.mermaid)
        output.write(traceMermaid(found->trace, *names));
    else
        output.write(traceText(found->trace, *names, options.aligned));
    const int written = output.finish();
    if (found->finding && !options.json)
        tellFinding(*found);
    else if (!options.json)
        tell(*found);
    if (!found->trace.isWhole)
        report(
            u"There are more messages than %1; --limit shows more."_s.arg(grouped(options.limit)));
    return code != kDone ? code : written;
}

/// CLI11 would show one list of arguments; a person thinks of files and an id.
class TraceUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur trace [OPTIONS] FILE... ID|SEQ|FINDING\n";
    }
};

} // namespace

void addTrace(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.formatter(std::make_shared<TraceUsage>());
    app.add_option("FILE... ID", options->arguments,
                   "Recordings, then a message's number, or an id of any kind: of a message, "
                   "trace, conversation, correlation, span or finding")
        ->required();
    app.add_flag("--effects", options->effects, "All that follows from the message, near and far");
    app.add_flag("--root", options->root, "Where it comes from: the way down from its first cause");
    app.add_flag("--surely", options->surely, "Leave out what is only guessed");
    app.add_flag("--aligned", options->aligned,
                 "Times of sending by one clock, with what is too close to tell apart");
    app.add_option("--limit", options->limit, "So many messages at most, the first ones")
        ->check(positiveWhole())
        ->capture_default_str();
    addSessionOptions(app, options->session);
    app.add_flag("--mermaid", options->mermaid, "A sequence diagram for Mermaid");
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nExamples:\n"
               "  murmur trace night.murmur ticket-40017\n"
               "  murmur trace night.murmur 8812 --effects\n"
               "  murmur trace night.murmur 8812 --root --surely\n"
               "  murmur trace night.murmur 3f20a9        what led to a finding and followed\n"
               "\"murmur help causes\" explains where causes are known from.");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
