// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "compare/comparejob.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct CompareOptions
{
    std::string before;
    std::string after;
    std::int64_t limit = 40;
    bool looksAtAll = false;
    bool json = false;
};

QString seqsText(const std::vector<Seq>& seqs)
{
    QStringList texts;
    for (const Seq seq : seqs)
        texts << QString::number(seq);
    return texts.join(u' ');
}

QString latin(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

void appendSide(JsonWriter& json, const std::string& name, const TalkProfile& profile)
{
    json.beginObject();
    json.key("name");
    json.text(name);
    json.key("messages");
    json.number(profile.messages);
    json.key("first");
    json.text(isoTimeUtf8(toNs(profile.range.begin)));
    json.key("last");
    json.text(isoTimeUtf8(toNs(profile.range.end) - 1));
    json.key("errors");
    json.number(profile.all.errors);
    json.key("calls");
    json.number(static_cast<std::int64_t>(profile.all.latency.count()));
    json.key("p50_ns");
    json.number(static_cast<std::int64_t>(profile.all.latency.quantile(0.5)));
    json.key("p99_ns");
    json.number(static_cast<std::int64_t>(profile.all.latency.quantile(0.99)));
    json.endObject();
}

void appendSeqs(JsonWriter& json, const std::vector<Seq>& seqs)
{
    json.beginArray();
    for (const Seq seq : seqs)
        json.number(seq);
    json.endArray();
}

std::string compareJson(const CompareOptions& options, const Compared& compared)
{
    std::string out;
    {
        JsonWriter json(out);
        json.beginObject();
        json.key("before");
        appendSide(json, options.before, compared.before);
        json.key("after");
        appendSide(json, options.after, compared.after);
        json.key("differences");
        json.number(static_cast<std::int64_t>(compared.lines.size()));
        json.key("remarks");
        json.beginArray();
        for (const QString& remark : compared.remarks())
            json.text(remark);
        json.endArray();
        json.endObject();
        out += '\n';
    }
    for (const CompareLine& line : compared.lines) {
        JsonWriter json(out);
        json.beginObject();
        json.key("change");
        json.text(compareChangeName(line.change));
        json.key("of");
        json.text(compareWhatName(line.what));
        json.key("subject");
        json.text(line.subject);
        json.key("measure");
        json.text(line.measure);
        json.key("before");
        json.raw(QByteArray::number(line.before, 'g', 12).toStdString());
        json.key("after");
        json.raw(QByteArray::number(line.after, 'g', 12).toStdString());
        json.key("text");
        json.text(line.sentence());
        json.key("messages_before");
        appendSeqs(json, line.before3);
        json.key("messages_after");
        appendSeqs(json, line.after3);
        json.endObject();
        out += '\n';
    }
    return out;
}

QString sideText(const QString& letter, const std::string& name, const TalkProfile& profile)
{
    QString text = u"%1  %2: %3 messages in %4"_s.arg(
        letter, printable(QString::fromStdString(name)), grouped(profile.messages),
        durationText(profile.range.length()));
    if (profile.all.latency.count() > 0)
        text += u", calls p50 %1, p99 %2"_s.arg(
            durationText(nanoseconds(static_cast<std::int64_t>(profile.all.latency.quantile(0.5)))),
            durationText(
                nanoseconds(static_cast<std::int64_t>(profile.all.latency.quantile(0.99)))));
    return text + u", %1 errors\n"_s.arg(grouped(profile.all.errors));
}

std::string compareText(const CompareOptions& options, const Compared& compared)
{
    QString text = sideText(u"A"_s, options.before, compared.before) +
                   sideText(u"B"_s, options.after, compared.after) + u'\n';
    Table table({{u"change"_s},
                 {u"of"_s},
                 {u"what"_s, false, 48},
                 {u"measure"_s},
                 {u"A → B"_s, false, 64},
                 {u"messages of A"_s},
                 {u"messages of B"_s}});
    std::int64_t shown = 0;
    for (const CompareLine& line : compared.lines) {
        if (options.limit > 0 && shown++ >= options.limit)
            break;
        table.add({latin(compareChangeName(line.change)), latin(compareWhatName(line.what)),
                   printable(line.subject), line.measure, printable(line.sentence()),
                   seqsText(line.before3), seqsText(line.after3)});
    }
    if (!compared.lines.empty())
        text += QString::fromStdString(table.takeText());
    else if (compared.before.messages > 0 && compared.after.messages > 0)
        text += u"Nothing is different that chance would not explain.\n"_s;
    if (options.limit > 0 && std::cmp_greater(compared.lines.size(), options.limit))
        text += u"… and %1 more; --limit 0 shows all.\n"_s.arg(
            grouped(static_cast<std::int64_t>(compared.lines.size()) - options.limit));
    for (const QString& remark : compared.remarks())
        text += remark + u'\n';
    return text.toStdString();
}

struct OpenSide
{
    std::unique_ptr<Session> session;
    TimeRange range;
};

Result<OpenSide> openSide(const std::string& text)
{
    const CompareSide side = compareSideFromText(QFile::decodeName(text.c_str()));
    auto session = Session::open(side.file);
    if (!session)
        return session.error();
    const auto range = rangeOf(side, (*session)->seen().time);
    if (!range)
        return range.error();
    return OpenSide{std::move(*session), *range};
}

int run(const CompareOptions& options)
{
    const auto before = openSide(options.before);
    if (!before)
        return failed(before.error());
    const auto after = openSide(options.after);
    if (!after)
        return failed(after.error());
    const auto compared =
        workWith<Compared>([&](const StepProgress& show, const std::stop_token& stop) {
            CompareRequest request;
            request.before = before->session->source();
            request.after = after->session->source();
            request.beforeRange = before->range;
            request.afterRange = after->range;
            if (options.looksAtAll) {
                request.conversationsIn = 0;
                request.findingsUpTo = std::numeric_limits<std::int64_t>::max();
            }
            request.progress = [&](std::int64_t done, std::int64_t total) {
                show(u"comparing"_s, done, total);
            };
            request.stop = stop;
            return compareJob(request);
        });
    if (!compared)
        return failed(compared.error());
    StandardOutput output;
    output.write(options.json ? compareJson(options, *compared) : compareText(options, *compared));
    return output.finish();
}

} // namespace

void addCompare(CLI::App& app, Action& action)
{
    auto options = std::make_shared<CompareOptions>();
    app.add_option("A", options->before,
                   "A recording, or a part of it: FILE@FROM..UNTIL; what was before")
        ->required();
    app.add_option("B", options->after, "What it is compared with; may be the same recording")
        ->required();
    addZoneOption(app);
    app.add_option("--limit", options->limit, "So many differences at most; 0: all (usual: 40)")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--all", options->looksAtAll,
                 "Conversations of all messages, and findings looked for where none are kept; "
                 "takes longer");
    app.add_flag("--json", options->json,
                 "One JSON object a line: the sides, then a difference each");
    app.footer("\nExamples:\n"
               "  murmur compare monday.murmur tuesday.murmur\n"
               "  murmur compare night.murmur@02:00..02:10 night.murmur@02:10..02:20\n"
               "  murmur compare night.murmur@..+10m night.murmur@-10m.. --json\n"
               "More: murmur help compare");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
