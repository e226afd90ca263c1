// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "session/matrix.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string rows = "agent";
    std::string columns = "time";
    std::string show = "messages";
    std::string where;
    int limit = 20;
    int across = 12;
    bool json = false;
};

QString nameOf(const MatrixLine& line, bool isFine)
{
    switch (line.is) {
    case MatrixLine::Is::Value:
        return printable(line.name);
    case MatrixLine::Is::None:
        return u"(none)"_s;
    case MatrixLine::Is::Others:
        return line.name == u"0" ? u"(others)"_s : u"(%1 others)"_s.arg(line.name);
    case MatrixLine::Is::Time:
        break;
    }
    return clockTime(line.time.begin, isFine ? 3 : 0);
}

std::string tableOf(const Options& options, MatrixMeasure measure, const Matrix& matrix)
{
    const bool isFine = !matrix.columns.empty() &&
                        matrix.columns.front().is == MatrixLine::Is::Time &&
                        matrix.columns.front().time.length() < std::chrono::seconds(1);
    std::vector<Table::Column> columns{{QString::fromStdString(options.rows), false, 40},
                                       {u"all"_s, true, 0}};
    for (const MatrixLine& column : matrix.columns)
        columns.push_back({nameOf(column, isFine), true, 16});
    Table table(std::move(columns));
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
        std::vector<QString> cells{nameOf(matrix.rows[row], isFine),
                                   measureText(measure, matrix.rows[row].total.value(measure))};
        for (std::size_t column = 0; column < matrix.columns.size(); ++column)
            cells.push_back(measureText(measure, matrix.at(row, column).value(measure)));
        table.add(std::move(cells));
    }
    return table.takeText();
}

void writeName(JsonWriter& json, const MatrixLine& line)
{
    if (line.is == MatrixLine::Is::Time)
        json.text(isoTime(line.time.begin).toStdString());
    else if (line.is == MatrixLine::Is::Others)
        json.text(std::string_view("(others)"));
    else
        json.textOrNull(line.name.toStdString());
}

void appendJson(std::string& out, const Matrix& matrix, std::size_t row, std::size_t column,
                bool hasModels)
{
    const MatrixCell& cell = matrix.at(row, column);
    JsonWriter json(out);
    json.beginObject();
    json.key("row");
    writeName(json, matrix.rows[row]);
    json.key("column");
    writeName(json, matrix.columns[column]);
    for (const auto& [key, count] :
         {std::pair{"messages", cell.messages}, std::pair{"errors", cell.errors},
          std::pair{"answered", static_cast<std::int64_t>(cell.latency.count())},
          std::pair{"unanswered", cell.unanswered}, std::pair{"lost", cell.lost},
          std::pair{"bytes", cell.bytes}}) {
        json.key(key);
        json.number(count);
    }
    const auto time = [&](const char* key, MatrixMeasure measure) {
        json.key(key);
        if (const auto value = cell.value(measure))
            json.raw(QByteArray::number(static_cast<double>(*value) / 1e6, 'f', 3).toStdString());
        else
            json.null();
    };
    time("p50_ms", MatrixMeasure::P50);
    time("p99_ms", MatrixMeasure::P99);
    time("max_ms", MatrixMeasure::Slowest);
    if (hasModels) {
        json.key("tokens_in");
        json.number(cell.tokensIn);
        json.key("tokens_out");
        json.number(cell.tokensOut);
        json.key("cost");
        json.raw(QByteArray::number(static_cast<double>(cell.cost) / 1e9, 'g', 9).toStdString());
    }
    json.endObject();
    out += '\n';
}

int run(const Options& options)
{
    const auto measure = measureFromText(QString::fromStdString(options.show));
    if (!measure)
        return failed(measure.error());
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const Extent extent = (*session)->seen();
    auto filter = parseFilter(QString::fromStdString(options.where), extent.time);
    if (!filter)
        return failed(filter.error());
    MatrixRequest request;
    request.range = extent.time;
    // "time in 02:00..03:00" also says which stretch is divided.
    if (*filter) {
        const TimeRange bounds = (*filter)->timeBounds();
        request.range = {std::max(extent.time.begin, bounds.begin),
                         std::min(extent.time.end, bounds.end)};
    }
    request.rows = QString::fromStdString(options.rows);
    request.columns = QString::fromStdString(options.columns);
    request.measure = *measure;
    request.hasModels = isOfModels(*measure);
    request.mostRows = options.limit;
    request.mostColumns = options.across;
    request.timeColumns = options.across;
    request.filter = *filter;

    const auto source = (*session)->source();
    const auto matrix =
        workWith<Matrix>([&](const StepProgress& progress, const std::stop_token& stop) {
            request.progress = [&](std::int64_t done, std::int64_t all) {
                progress(u"reading"_s, done, all);
            };
            request.stop = stop;
            return matrixJob(*source, request);
        });
    if (!matrix)
        return failed(matrix.error());

    std::string text;
    if (options.json) {
        for (std::size_t row = 0; row < matrix->rows.size(); ++row) {
            for (std::size_t column = 0; column < matrix->columns.size(); ++column) {
                const MatrixCell& cell = matrix->at(row, column);
                if (cell.messages + cell.unanswered + cell.lost > 0 || cell.latency.count() > 0)
                    appendJson(text, *matrix, row, column, request.hasModels);
            }
        }
    } else if (!matrix->rows.empty()) {
        text = tableOf(options, *measure, *matrix);
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    if (matrix->rows.empty())
        report(u"Nothing to show: no message has %1."_s.arg(measureWord(*measure)));
    if (matrix->isBounded)
        report(u"There are too many open calls for the memory that is given: some are missing."_s);
    if (matrix->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; they are missing."_s.arg(
                 matrix->unreadable)});
    return code != kDone ? code : written;
}

} // namespace

void addMatrix(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings to look at; several are one session")
        ->required();
    app.add_option(
        "--rows", options->rows,
        "A field: agent, from, to, topic, group, model, payload.task.id … (usual: agent)");
    app.add_option("--columns", options->columns, "The same, or time (usual: time)");
    app.add_option("--show", options->show,
                   "messages, errors, p50, p99, max, unanswered, lost, bytes, tokens_in, "
                   "tokens_out or cost (usual: messages)");
    app.add_option("--where", options->where, "Only messages that match this filter");
    app.add_option("--limit", options->limit, "So many rows at most, the largest first (usual: 20)")
        ->check(positiveWhole());
    app.add_option("--across", options->across, "So many columns at most (usual: 12)")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line, for each cell with a message");
    app.footer(
        "\nA call counts where its request does; for agent and to with who answered, or should "
        "have.\n"
        "Examples:\n"
        "  murmur matrix night.murmur --rows from --columns to --show p99\n"
        "  murmur matrix night.murmur --rows topic --show errors --where 'time in 02:00..03:00'\n"
        "  murmur matrix crew.murmur --rows model --show cost --json");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
