// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "conversationoutput.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "conversations/conversationjob.h"
#include "query/filter.h"

#include <CLI/CLI.hpp>

#include <QFileInfo>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct ConversationOptions
{
    std::vector<std::string> arguments; // files, then perhaps an id
    SessionFiles session;
    std::string id;
    std::string by = "conversation";
    std::string where;
    std::string sort = "start";
    std::string compare;
    std::string quiet = "30s";
    std::int64_t limit = 0;
    bool json = false;
};

/// The last argument is an id when it is no file.
void tellFilesFromId(ConversationOptions& options)
{
    options.session.files = options.arguments;
    if (!options.id.empty() || options.arguments.size() < 2 ||
        QFileInfo::exists(QString::fromStdString(options.arguments.back())))
        return;
    options.id = options.arguments.back();
    options.session.files.pop_back();
}

int runList(const ConversationOptions& options, Session& session, ConversationWish wish)
{
    const auto info = await(session.info());
    if (!info)
        return failed(info.error());
    auto filter = parseFilter(QString::fromStdString(options.where), info->extent.time);
    if (!filter)
        return failed(filter.error());
    wish.filter = *filter;
    const auto source = session.source();
    auto list =
        workWith<ConversationList>([&](const StepProgress& show, const std::stop_token& stop) {
            ConversationsRequest request;
            request.wish = wish;
            request.progress = [&](std::int64_t done, std::int64_t all) {
                show(u"reading"_s, done, all);
            };
            request.stop = stop;
            return conversationsJob(*source, request);
        });
    if (!list)
        return failed(list.error());
    sortConversations(list->rows, *orderFromName(options.sort));
    const auto total = static_cast<std::int64_t>(list->rows.size());
    if (options.limit > 0 && options.limit < total)
        list->rows.resize(static_cast<std::size_t>(options.limit));
    StandardOutput output;
    const auto names = session.dictionaries();
    output.write(options.json ? conversationsJson(*list, *names)
                              : conversationsTable(*list, *names));
    const int written = output.finish();
    if (list->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; conversations lack them."_s
                 .arg(list->unreadable)});
    if (list->forgotten > 0)
        report(
            u"%1 more conversations, the oldest, are not listed: there are too many. `murmur sql` "
            "can group message by conversation."_s.arg(grouped(list->forgotten)));
    if (total == 0 && !options.json)
        report(options.where.empty()
                   ? u"There are no conversations: no message names one by %1."_s.arg(
                         QString::fromStdString(options.by))
                   : u"No conversation has a message that matches."_s);
    return written;
}

ConversationRequest requestOf(const ConversationRule& rule, const std::string& id)
{
    ConversationRequest request;
    request.rule = rule;
    request.name = QString::fromStdString(id);
    return request;
}

int runOne(const ConversationOptions& options, Session& session, const ConversationRule& rule)
{
    const auto detail = await(conversationOf(session, requestOf(rule, options.id)));
    if (!detail)
        return failed(detail.error());
    const auto names = session.dictionaries();
    StandardOutput output;
    if (options.compare.empty()) {
        output.write(options.json ? conversationJson(*detail, *names)
                                  : conversationText(*detail, *names));
    } else {
        const auto other = await(conversationOf(session, requestOf(rule, options.compare)));
        if (!other)
            return failed(other.error());
        output.write(options.json ? comparisonJson(*detail, *other, *names)
                                  : comparisonText(*detail, *other, *names));
    }
    if (!detail->isComplete)
        report(u"The conversation is longer: its first %1 messages were looked at."_s.arg(
            grouped(static_cast<std::int64_t>(detail->messages.size()))));
    return output.finish();
}

int runConversations(ConversationOptions options)
{
    tellFilesFromId(options);
    if (options.id.empty() && !options.compare.empty())
        return wrongUse(
            u"--compare needs a conversation to compare with: murmur conversations FILE ID --compare ID."_s);
    if (!options.id.empty() && !options.where.empty())
        return wrongUse(u"--where chooses conversations for the list; of one, all is shown."_s);
    if (!orderFromName(options.sort))
        return wrongUse(u"--sort is one of start, duration, errors, tokens, messages and cost."_s);
    const auto rule = conversationRuleFromText(QString::fromStdString(options.by));
    if (!rule)
        return failed(rule.error());
    const auto quiet = durationFromText(QString::fromStdString(options.quiet));
    if (!quiet)
        return failed(quiet.error());
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    ConversationWish wish;
    wish.rule = *rule;
    wish.quiet = *quiet;
    const int done =
        options.id.empty() ? runList(options, **session, wish) : runOne(options, **session, *rule);
    return done != kDone ? done : code;
}

class ConversationUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur conversations [OPTIONS] FILE... [ID]\n";
    }
};

} // namespace

void addConversations(CLI::App& app, Action& action)
{
    auto options = std::make_shared<ConversationOptions>();
    app.formatter(std::make_shared<ConversationUsage>());
    app.add_option("FILE... ID", options->arguments,
                   "Recordings, then a conversation (or one of its traces) to show as a tree")
        ->required();
    app.add_option("--id", options->id, "The conversation, where its name is also that of a file");
    app.add_option("--by", options->by,
                   "What makes messages one conversation: conversation (its id, or else the "
                   "trace), trace, payload.<path>, run (the recording) or marker (usual: "
                   "conversation)");
    app.add_option("--where", options->where,
                   "Conversations of which a message matches this filter");
    app.add_option("--sort", options->sort,
                   "start, duration, errors, tokens, messages or cost (usual: start)");
    app.add_option("--limit", options->limit, "So many lines at most")->check(positiveWhole());
    app.add_option("--quiet", options->quiet,
                   "Silent is where somebody waits and nothing was said for so long (usual: 30s)");
    app.add_option("--compare", options->compare,
                   "Another conversation: what is new, missing, slower against it");
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line; of one conversation one object");
    app.footer("\nExamples:\n"
               "  murmur conversations night.murmur --sort duration --limit 20\n"
               "  murmur conversations night.murmur --where 'kind == error'\n"
               "  murmur conversations night.murmur task-8812\n"
               "  murmur conversations night.murmur task-8812 --compare task-8790\n"
               "More: murmur help conversations");
    app.callback([&action, options] { action = [options] { return runConversations(*options); }; });
}

} // namespace murmur::cli
