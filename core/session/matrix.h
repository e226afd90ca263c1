// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "query/filter.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace murmur {

/// What of a cell is looked at.
enum class MatrixMeasure : std::uint8_t {
    Messages,
    Errors,
    P50, ///< of the calls, ns
    P99,
    Slowest,
    Unanswered,
    Lost, ///< by the recording's gaps; known of topics and connections by time
    Bytes,
    TokensIn,
    TokensOut,
    Cost, ///< billionths of a dollar
};
struct MeasureName
{
    MatrixMeasure measure;
    QStringView word; ///< on command lines and in settings
};
std::span<const MeasureName> measureNames() noexcept;
/// WrongUse says what there is.
Result<MatrixMeasure> measureFromText(const QString& text);
QString measureWord(MatrixMeasure measure);
/// Needs a look into what messages tell of models.
bool isOfModels(MatrixMeasure measure) noexcept;
/// As a person reads it: "1,234", "31 ms", "$0.02"; empty where there is nothing.
QString measureText(MatrixMeasure measure, std::optional<std::int64_t> value);

/// All that is known of the messages of a cell.
struct MatrixCell
{
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    std::int64_t unanswered = 0; ///< requests without an answer
    std::int64_t lost = 0;
    std::int64_t bytes = 0;
    std::int64_t tokensIn = 0;
    std::int64_t tokensOut = 0;
    std::int64_t cost = 0;    ///< billionths of a dollar
    LatencyHistogram latency; ///< ns

    void add(const MatrixCell& other);
    /// Nothing where there is no message, or no call, to tell of.
    [[nodiscard]] std::optional<std::int64_t> value(MatrixMeasure measure) const;
};

/// A row or a column.
struct MatrixLine
{
    enum class Is : std::uint8_t {
        Value,
        None,   ///< messages that have no such value
        Others, ///< values beyond those that have a line
        Time,
    };
    Is is = Is::Value;
    QString name;      ///< the value; of the others how many they are
    QString condition; ///< the filter that its messages pass; empty of others and of times
    TimeRange time;    ///< of Is::Time
    MatrixCell total;
};

struct Matrix
{
    std::vector<MatrixLine> rows; ///< the largest first
    std::vector<MatrixLine> columns;
    std::vector<MatrixCell> cells; ///< row after row
    MatrixCell total;
    double progress = 1;         ///< 0 to 1
    std::int64_t unreadable = 0; ///< messages of damaged blocks
    bool isBounded = false; ///< there was more than memory is given for: some calls are missing

    [[nodiscard]] const MatrixCell& at(std::size_t row, std::size_t column) const
    {
        return cells[row * columns.size() + column];
    }
};

/// Messages by one thing that is told of them and another, or the time.
///
/// A message counts in the cell of its own values; with several receivers in the cell of each. A
/// call counts where its request does, by the time of the request; where `agent` or `to` are asked
/// for, with who answered, or with those who were asked and did not.
struct MatrixRequest
{
    TimeRange range;
    QString rows = QStringLiteral("agent");          ///< fields of the filter language…
    QString columns = QStringLiteral("time");        ///< …or "time"
    MatrixMeasure measure = MatrixMeasure::Messages; ///< which lines are the largest
    bool hasModels = false; ///< tokens and cost are wanted; also where `measure` is one of them
    int mostRows = 40;
    int mostColumns = 40;
    int timeColumns = 100; ///< about
    /// Calls count where their answer does, as in the latency heatmap; none is unanswered.
    bool countsAnswers = false;
    FilterPtr filter;
    /// What is known so far, now and then, in the thread that works.
    std::function<void(Matrix)> partial;
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

/// WrongUse where a field is none.
Result<Matrix> matrixJob(const Source& source, const MatrixRequest& request);
QFuture<Result<Matrix>> matrixOf(Session& session, MatrixRequest request);

/// A width that people divide time by, so that `range` has about `columns` of it.
nanoseconds roundWidth(nanoseconds length, int columns);

} // namespace murmur
