// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "codec/codecbook.h"
#include "command.h"
#include "exchange/messagejson.h"
#include "messagestream.h"
#include "output.h"
#include "progress.h"
#include "recordings.h"
#include "session/clockpass.h"
#include "stopsignals.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QFileInfo>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

using namespace exchange;

namespace {

struct Options
{
    std::vector<std::string> arguments; // files, then the expression
    SessionFiles session;
    std::string columns;
    std::int64_t limit = 0;
    bool json = false;
    bool csv = false;
};

constexpr QStringView kDefaultColumns = u"seq,time,kind,from,to,topic,type,latency_ms,payload";
/// A table is aligned page by page; later pages only get wider.
constexpr std::size_t kTablePage = 200;
constexpr int kMaxCell = 40;
constexpr int kMaxPayload = 80;
/// JSON of a payload that fits into a cell is never longer than this; more is not read.
constexpr int kPreviewBytes = 400;

class MessagePrinter
{
public:
    MessagePrinter(const Options& options, std::vector<MessageColumn> columns, bool hasRecording)
        : m_json(options.json)
        , m_csv(options.csv)
        , m_hasRecording(hasRecording)
        , m_columns(std::move(columns))
        , m_table(tableColumns())
    {
        if (m_csv) {
            if (m_hasRecording)
                m_text = "recording";
            for (const MessageColumn& column : m_columns) {
                if (!m_text.empty())
                    m_text += ',';
                appendCsv(m_text, column.title.toStdString());
            }
            m_text += '\n';
        }
    }

    /// False when nobody reads any more.
    bool print(MessageFormatter& formatter, const MessageDetail& message)
    {
        if (m_json)
            formatter.appendJson(m_text, m_columns, message);
        else if (m_csv)
            formatter.appendCsv(m_text, m_columns, message);
        else
            addRow(formatter, message);
        if (m_table.size() >= kTablePage)
            m_text += m_table.takeText();
        const bool isOpen = m_output.write(m_text);
        m_text.clear();
        return isOpen;
    }
    /// Shows what waits for a full buffer, because the search takes its time.
    void flush() { m_output.flush(); }

    int finish()
    {
        if (m_table.size() > 0)
            m_text += m_table.takeText();
        m_output.write(m_text);
        m_text.clear();
        return m_output.finish();
    }

private:
    std::vector<Table::Column> tableColumns() const
    {
        std::vector<Table::Column> columns;
        if (m_hasRecording)
            columns.push_back({u"recording"_s, false, kMaxCell});
        for (const MessageColumn& column : m_columns) {
            const bool isPayload =
                column.key == MessageKey::Payload || column.key == MessageKey::Headers;
            columns.push_back(
                {column.title, column.isNumber(), isPayload ? kMaxPayload : kMaxCell});
        }
        return columns;
    }
    void addRow(MessageFormatter& formatter, const MessageDetail& message)
    {
        std::vector<QString> cells;
        if (m_hasRecording)
            cells.push_back(QString::fromStdString(formatter.recordingOf(message.row)));
        for (const MessageColumn& column : m_columns)
            cells.push_back(
                QString::fromStdString(MessageFormatter::plain(formatter.value(column, message))));
        m_table.add(std::move(cells));
    }

    bool m_json;
    bool m_csv;
    bool m_hasRecording;
    std::vector<MessageColumn> m_columns;
    Table m_table;
    std::string m_text;
    StandardOutput m_output;
};

/// What the streams have to read for these columns.
MessageStream::Depth depthFor(const Options& options, const std::vector<MessageColumn>& columns,
                              bool decodes)
{
    const bool needsDetail = std::ranges::any_of(columns, &MessageColumn::needsDetail);
    if (!needsDetail)
        return MessageStream::Depth::Rows;
    // What is to be decoded has to be whole.
    const bool isTable = !options.json && !options.csv && !decodes;
    const bool needsOnlyPayload = std::ranges::all_of(columns, [](const MessageColumn& column) {
        return !column.needsDetail() || column.key == MessageKey::Payload;
    });
    return isTable && needsOnlyPayload ? MessageStream::Depth::Previews
                                       : MessageStream::Depth::Whole;
}

/// "north:1234" where north is one of the files; nothing when the expression is none.
std::optional<QString> messageName(const QString& expression, const std::vector<QString>& labels)
{
    const qsizetype colon = expression.lastIndexOf(u':');
    bool isNumber = false;
    (void)expression.mid(colon + 1).toLongLong(&isNumber);
    if (colon < 1 || !isNumber || std::ranges::find(labels, expression.left(colon)) == labels.end())
        return std::nullopt;
    return expression;
}

/// Prints the one message that is named.
int printNamed(Session& session, const QString& name, MessagePrinter& printer)
{
    const auto seq = await(session.seqNamed(name));
    if (!seq)
        return failed(seq.error());
    RowRequest request;
    request.seqs = {*seq};
    const auto messages = await(session.messages(std::move(request)));
    if (!messages)
        return failed(messages.error());
    MessageFormatter formatter(session.dictionaries());
    for (const MessageDetail& message : *messages)
        (void)printer.print(formatter, message);
    return printer.finish();
}

int run(const Options& options)
{
    std::vector<std::string> files = options.arguments;
    const std::string expression = files.back();
    files.pop_back();
    const QString shown = QString::fromStdString(expression);
    if (files.empty() || (expression.ends_with(".murmur") &&
                          QFileInfo::exists(QFile::decodeName(expression.c_str()))))
        return wrongUse(
            u"The expression is missing after the files; write \"\" to get every message, or for example 'kind == error'."_s);
    if (options.json && options.csv)
        return wrongUse(u"--json and --csv cannot be combined; choose one of them."_s);
    auto columns = options.columns.empty()
                       ? (options.json || options.csv ? Result(allColumns())
                                                      : columnsFromText(kDefaultColumns))
                       : columnsFromText(QString::fromStdString(options.columns));
    if (!columns)
        return failed(columns.error());

    int code = kDone;
    SessionFiles named = options.session;
    named.files = files;
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    const bool hasRecording = files.size() > 1 && !asksForRecording(*columns);
    MessagePrinter printer(options, *columns, hasRecording);
    if (const auto name = messageName(shown, labelsOf(files))) {
        const int printed = printNamed(**session, *name, printer);
        return printed != kDone ? printed : code;
    }
    const Extent extent = (*session)->seen();
    const auto filter = parseFilter(shown, extent.time);
    if (!filter)
        return failed({filter.error().code,
                       u"The expression cannot be read: %1"_s.arg(filter.error().message)});

    StopSignals signals;
    Progress progress;
    const bool showsProgress = progress.isShown() && ::isatty(STDOUT_FILENO) == 0;
    const CodecBook& book = (*session)->dictionaries()->codecs();
    const bool decodes = book.count() > 0 || !book.rules().empty();
    MessageStream stream(**session, *filter, depthFor(options, *columns, decodes), kPreviewBytes,
                         options.limit);
    MessageFormatter formatter((*session)->dictionaries());
    if (asksForClocks(*columns)) {
        const auto source = (*session)->source();
        const auto clocks = workWith<ClocksPtr>([&](const StepProgress& show, const auto& stop) {
            return clocksOf(
                *source,
                [&](std::int64_t done, std::int64_t all) {
                    show(u"comparing clocks"_s, done, all);
                },
                stop);
        });
        if (!clocks)
            return failed(clocks.error());
        formatter.setClocks(*clocks);
    }
    QObject context;
    QObject::connect(&signals, &StopSignals::requested, &context, [&] { stream.stop(); });
    const auto showScanned = [&] {
        progress.update(u"searching"_s, stream.scanned(), extent.last);
    };
    QTimer timer; // runs while a search is waited for
    QObject::connect(&timer, &QTimer::timeout, &context, showScanned);
    if (showsProgress)
        timer.start(std::chrono::milliseconds(100));
    std::int64_t printed = 0;
    while (!signals.isRequested() && (options.limit == 0 || printed < options.limit)) {
        if (!stream.isReady())
            printer.flush();
        const auto ready = stream.peek();
        if (!ready) {
            code = signals.isRequested() ? exitCodeOf(ready.error().code) : failed(ready.error());
            break;
        }
        if (*ready == nullptr || !printer.print(formatter, stream.take()))
            break;
        ++printed;
        if (showsProgress)
            showScanned();
    }
    progress.clear();
    const int written = printer.finish();
    if (signals.isRequested())
        return exitCodeOf(ErrorCode::Cancelled);
    if (code == kDone && stream.unreadable() > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; the result lacks them, or "
             u"what they say. \"murmur verify\" names the blocks."_s.arg(stream.unreadable())});
    return code != kDone ? code : written;
}

} // namespace

namespace {

/// CLI11 would show one list of arguments; a person thinks of files and an expression.
class QueryUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur query [OPTIONS] FILE... EXPR\n";
    }
};

} // namespace

void addQuery(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.formatter(std::make_shared<QueryUsage>());
    app.add_option("FILE... EXPR", options->arguments,
                   "Recordings, then what to look for; \"\" gets every message")
        ->required();
    app.add_option("--columns", options->columns,
                   "What to print, with commas: any key of --json, a label, payload.name");
    app.add_option("--limit", options->limit, "Stop after so many messages")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    addCodecOption(app, options->session.codecs);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.add_flag("--csv", options->csv, "CSV with a title line");
    app.footer("\nExamples:\n"
               "  murmur query night.murmur 'kind == error and site == north'\n"
               "  murmur query night.murmur 'latency > 200ms' --columns time,from,to,latency_ms\n"
               "  murmur query night.murmur 'trace == 4bf92f' --columns aligned,from,type\n"
               "  murmur query night.murmur 'payload.task.id == 8812' --json\n"
               "  murmur query north.murmur south.murmur 'latency > 1s' --offset south=+1.5s\n"
               "  murmur query north.murmur south.murmur south:1234     one message\n"
               "\"murmur help filter\" explains expressions.");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
