// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "llm/transcripttext.h"
#include "session/transcriptjob.h"

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct TranscriptOptions
{
    std::vector<std::string> arguments; // files, then what is wanted
    SessionFiles session;
    bool json = false;
    bool markdown = false;
    bool onlyNew = false;
    bool all = false;
    bool isConversation = false;
};

bool looksLikeSeq(const QString& wanted)
{
    const QString number = wanted.mid(wanted.lastIndexOf(u':') + 1);
    return !number.isEmpty() &&
           std::ranges::all_of(number, [](QChar c) { return c.isDigit() && c.unicode() < 128; });
}

std::string written(const TranscriptOptions& options, const Transcript& transcript,
                    std::optional<std::size_t> only)
{
    if (options.json)
        return only ? callJson(transcript, *only) : transcriptJson(transcript);
    if (options.markdown)
        return only ? callMarkdown(transcript, *only) : transcriptMarkdown(transcript);
    const auto plain = [&](std::size_t call) {
        const QString text =
            QString::fromStdString(callText(transcript, call, options.onlyNew || !only));
        std::string lines;
        for (const QString& line : text.split(u'\n'))
            lines += printable(line).toStdString() + '\n';
        lines.pop_back();
        return lines;
    };
    if (only)
        return plain(*only);
    std::string text = transcriptFacts(transcript) + '\n';
    for (std::size_t call = 0; call < transcript.calls.size(); ++call)
        text += '\n' + plain(call);
    return text;
}

int runTranscript(const TranscriptOptions& options)
{
    if (options.json && options.markdown)
        return wrongUse(u"--json and --markdown cannot be combined; choose one of them."_s);
    if (options.arguments.size() < 2)
        return wrongUse(
            u"What is wanted is missing after the file: the number of a message, or a conversation's id."_s);
    const QString wanted = QString::fromStdString(options.arguments.back());
    SessionFiles named = options.session;
    named.files.assign(options.arguments.begin(), options.arguments.end() - 1);
    int code = kDone;
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    TranscriptRequest request;
    if (!options.isConversation && looksLikeSeq(wanted)) {
        const auto seq = await((*session)->seqNamed(wanted));
        if (!seq)
            return failed(seq.error());
        request.seq = *seq;
    } else {
        request.conversation = wanted;
    }
    const auto transcript = await(transcriptOf(**session, request));
    if (!transcript)
        return failed(transcript.error());
    if (transcript->calls.empty())
        return failed(
            {ErrorCode::NotFound,
             request.seq != 0
                 ? u"Neither message %1 nor its conversation tells of a call to a model."_s.arg(
                       wanted)
                 : u"Nothing in “%1” tells of a call to a model."_s.arg(wanted)});
    std::optional<std::size_t> only;
    if (request.seq != 0 && !options.all)
        only =
            static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, transcript->callAt(request.seq)));
    StandardOutput output;
    output.write(written(options, *transcript, only));
    const int printed = output.finish();
    return printed != kDone ? printed : code;
}

class TranscriptUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur transcript [OPTIONS] FILE... SEQ|CONVERSATION\n";
    }
};

} // namespace

void addTranscript(CLI::App& app, Action& action)
{
    auto options = std::make_shared<TranscriptOptions>();
    app.formatter(std::make_shared<TranscriptUsage>());
    app.add_option("FILE... SEQ|CONVERSATION", options->arguments,
                   "Recordings, then a message of the call, or the id of a conversation or trace")
        ->required();
    app.add_flag("--new", options->onlyNew,
                 "Of the prompt only what is new since the call before (of a whole conversation "
                 "that is usual)");
    app.add_flag("--all", options->all,
                 "All calls of the message's conversation, not only its own");
    app.add_flag("--conversation", options->isConversation,
                 "What is wanted is an id, though it looks like a number");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object, with whole prompts");
    app.add_flag("--markdown", options->markdown, "Markdown, with whole prompts");
    app.footer("\nExamples:\n"
               "  murmur query night.murmur 'cost > 0.01' --columns seq,from,model,cost\n"
               "  murmur transcript night.murmur 8812\n"
               "  murmur transcript night.murmur ticket-40017 --markdown > ticket.md\n"
               "More: murmur help transcripts");
    app.callback([&action, options] { action = [options] { return runTranscript(*options); }; });
}

} // namespace murmur::cli
