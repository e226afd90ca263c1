// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/matrix.h"

#include "llm/modelcall.h"
#include "llm/prices.h"
#include "query/messagefield.h"
#include "recording/blockcodec.h"
#include "session/jobs.h"
#include "session/matrixsides.h"
#include "session/rangescan.h"

#include <QElapsedTimer>
#include <QLocale>
#include <QStringList>
#include <QtConcurrent>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::array kMeasureNames{
    MeasureName{MatrixMeasure::Messages, u"messages"},
    MeasureName{MatrixMeasure::Errors, u"errors"},
    MeasureName{MatrixMeasure::P50, u"p50"},
    MeasureName{MatrixMeasure::P99, u"p99"},
    MeasureName{MatrixMeasure::Slowest, u"max"},
    MeasureName{MatrixMeasure::Unanswered, u"unanswered"},
    MeasureName{MatrixMeasure::Lost, u"lost"},
    MeasureName{MatrixMeasure::Bytes, u"bytes"},
    MeasureName{MatrixMeasure::TokensIn, u"tokens_in"},
    MeasureName{MatrixMeasure::TokensOut, u"tokens_out"},
    MeasureName{MatrixMeasure::Cost, u"cost"},
};

constexpr std::size_t kMostCells = 300'000;
constexpr std::size_t kMostOpen = 2'000'000;
/// How far behind the range answers to its requests are looked for.
constexpr std::int64_t kBlocksBehind = 64;
constexpr int kPartialEvery = 300; // ms

/// A request that waits for its answer.
struct OpenRequest
{
    MatrixPlace row;
    MatrixPlace column;
    bool isAnswered = false;
};

class MatrixMaker
{
public:
    MatrixMaker(const Source& source, const MatrixRequest& request, MatrixSide rows,
                MatrixSide columns)
        : m_source(source)
        , m_request(request)
        , m_rows(std::move(rows))
        , m_columns(std::move(columns))
        , m_hasModels(request.hasModels || isOfModels(request.measure))
    {
        if (m_hasModels)
            m_prices = PriceTable::loadOrShipped();
    }

    Result<Matrix> make()
    {
        RangeScan scan;
        scan.range = m_request.range;
        scan.columns =
            SizeColumns | ActorColumns | CallColumns | m_rows.columns() | m_columns.columns();
        scan.needsBytes = m_hasModels || m_rows.needsBytes() || m_columns.needsBytes();
        if (m_hasModels && !m_rows.needsBytes() && !m_columns.needsBytes())
            scan.texts = usageTexts();
        scan.filter = m_request.filter;
        scan.stop = m_request.stop;
        m_sincePartial.start();
        scan.progress = [this](std::int64_t done, std::int64_t total) { tell(done, total); };
        const auto unreadable =
            scanRange(m_source, scan,
                      [this](const Columns& columns, const std::vector<std::uint8_t>& keep,
                             PayloadSource* payload) {
                          take(columns, keep, payload);
                          return true;
                      });
        if (!unreadable)
            return unreadable.error();
        if (auto status = findAnswersBehind(); !status)
            return status.error();
        closeOpen();
        if (auto status = countLost(); !status)
            return status.error();
        Matrix matrix = folded();
        matrix.unreadable = *unreadable;
        return matrix;
    }

private:
    void tell(std::int64_t done, std::int64_t total)
    {
        if (m_request.progress)
            m_request.progress(done, total);
        if (!m_request.partial || !m_sincePartial.hasExpired(kPartialEvery))
            return;
        Matrix matrix = folded();
        matrix.progress =
            static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, total));
        m_request.partial(std::move(matrix));
        m_sincePartial.start();
    }

    void take(const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource* payload)
    {
        RowContext context(columns, *m_source.names, payload, 0);
        m_through = std::max(m_through, columns.last());
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (columns.closes[row] != 0 && !m_request.countsAnswers)
                answer(columns, row);
            if (keep[row] == 0)
                continue;
            const MatrixPlace at = m_rows.placeOf(context, row);
            const MatrixPlace across = m_columns.placeOf(context, row);
            m_message = MatrixCell();
            m_message.messages = 1;
            m_message.errors = columns.kind[row] == static_cast<std::uint8_t>(Kind::Error) ? 1 : 0;
            m_message.bytes = std::int64_t(columns.rawSize[row]) + columns.headerSize[row];
            if (payload != nullptr && m_hasModels)
                countModel(context, row);
            m_total.add(m_message);
            forEachCell(at, across, [this](MatrixCell& cell) { cell.add(m_message); });
            if (m_request.countsAnswers)
                countAnswer(columns, row, at, across);
            else if (columns.kind[row] == static_cast<std::uint8_t>(Kind::Request))
                open(context, row);
        }
    }

    void countAnswer(const Columns& columns, std::size_t row, const MatrixPlace& at,
                     const MatrixPlace& across)
    {
        if (columns.closes[row] == 0 || columns.latency[row] < 0)
            return;
        const auto latency = static_cast<std::uint64_t>(columns.latency[row]);
        forEachCell(at, across, [latency](MatrixCell& cell) { cell.latency.add(latency); });
        m_total.latency.add(latency);
    }

    void countModel(RowContext& context, std::size_t row)
    {
        const ModelCall* call = mayTellUsage(context.raw(row)) ? context.modelCall(row) : nullptr;
        if (call == nullptr)
            return;
        m_message.tokensIn = call->usage.in.value_or(0);
        m_message.tokensOut = call->usage.out.value_or(0);
        m_message.cost = costOf(*call, m_prices).value_or(0);
    }

    void open(RowContext& context, std::size_t row)
    {
        const Columns& columns = context.columns();
        const Seq seq = columns.first + static_cast<Seq>(row);
        OpenRequest request{m_rows.askedPlaceOf(context, row), m_columns.askedPlaceOf(context, row),
                            false};
        if (const auto early = m_early.find(seq); early != m_early.end()) {
            const auto [latency, sender] = early->second;
            m_early.erase(early);
            addCall(request, latency, sender);
            return;
        }
        if (m_open.size() >= kMostOpen) {
            m_isBounded = true;
            return;
        }
        m_open.emplace(seq, request);
    }

    void answer(const Columns& columns, std::size_t row)
    {
        const Seq request = columns.closes[row];
        const std::int64_t latency = std::max<std::int64_t>(0, columns.latency[row]);
        const auto found = m_open.find(request);
        if (found == m_open.end()) {
            // An answer that was heard before its request.
            if (request > columns.first + static_cast<Seq>(row) && m_early.size() < kMostOpen)
                m_early.emplace(request, std::pair(latency, columns.sender[row]));
            return;
        }
        addCall(found->second, latency, columns.sender[row]);
        // Where several were asked, more answers may come.
        if (found->second.row.isAudience || found->second.column.isAudience)
            found->second.isAnswered = true;
        else
            m_open.erase(found);
    }

    void addCall(const OpenRequest& request, std::int64_t latency, std::uint32_t answerer)
    {
        forEachCell(m_rows.answeredPlace(request.row, answerer),
                    m_columns.answeredPlace(request.column, answerer), [latency](MatrixCell& cell) {
                        cell.latency.add(static_cast<std::uint64_t>(latency));
                    });
        m_total.latency.add(static_cast<std::uint64_t>(latency));
    }

    Status findAnswersBehind()
    {
        if (m_open.empty())
            return Done{};
        RangeScan scan;
        scan.range = {m_request.range.end, TimePoint::max()};
        scan.columns = ActorColumns | CallColumns;
        scan.mostBlocks = kBlocksBehind;
        scan.stop = m_request.stop;
        const auto read = scanRange(
            m_source, scan,
            [this](const Columns& columns, const std::vector<std::uint8_t>&, PayloadSource*) {
                for (std::size_t row = 0; row < columns.size(); ++row) {
                    // The first block has some that were seen.
                    if (columns.closes[row] != 0 &&
                        columns.first + static_cast<Seq>(row) > m_through)
                        answer(columns, row);
                }
                return !m_open.empty();
            });
        return read ? Status(Done{}) : Status(read.error());
    }

    void closeOpen()
    {
        for (const auto& [seq, request] : m_open) {
            if (request.isAnswered)
                continue;
            forEachCell(request.row, request.column, [](MatrixCell& cell) { ++cell.unanswered; });
            ++m_total.unanswered;
        }
        m_open.clear();
    }

    /// Gaps name a topic and a connection, and no more.
    Status countLost()
    {
        const auto gaps = gapsJob(m_source);
        if (!gaps)
            return gaps.error();
        for (const Gap& gap : *gaps) {
            if (gap.count <= 0 || !m_request.range.contains(fromNs(gap.from)))
                continue;
            m_total.lost += gap.count;
            const auto at = m_rows.placeOf(gap);
            const auto across = m_columns.placeOf(gap);
            if (at && across)
                forEachCell(*at, *across, [&](MatrixCell& cell) { cell.lost += gap.count; });
        }
        return Done{};
    }

    template<typename Visit>
    void forEachCell(const MatrixPlace& at, const MatrixPlace& across, Visit visit)
    {
        for (const std::uint32_t row : m_rows.linesOf(at)) {
            for (const std::uint32_t column : m_columns.linesOf(across))
                visit(cellAt(row, column));
        }
    }

    MatrixCell& cellAt(std::uint32_t row, std::uint32_t column)
    {
        if (row >= m_places.size())
            m_places.resize(row + 1);
        std::vector<std::uint32_t>& places = m_places[row];
        if (column >= places.size())
            places.resize(column + 1 + column / 4, kNowhere);
        if (places[column] == kNowhere) {
            if (m_cells.size() >= kMostCells && row != MatrixSide::kOthers)
                return cellAt(MatrixSide::kOthers, column);
            places[column] = static_cast<std::uint32_t>(m_cells.size());
            m_cells.emplace_back();
        }
        return m_cells[places[column]];
    }

    [[nodiscard]] Matrix folded() const
    {
        std::vector<MatrixCell> ofRows(m_rows.size());
        std::vector<MatrixCell> ofColumns(m_columns.size());
        forEachPlace([&](std::size_t row, std::size_t column, const MatrixCell& cell) {
            ofRows[row].add(cell);
            ofColumns[column].add(cell);
        });
        Matrix matrix;
        const MatrixOrder rows = m_rows.order(ofRows, m_request.measure, m_request.mostRows);
        const MatrixOrder columns =
            m_columns.order(ofColumns, m_request.measure, m_request.mostColumns);
        matrix.rows = rows.lines;
        matrix.columns = columns.lines;
        matrix.cells.resize(matrix.rows.size() * matrix.columns.size());
        forEachPlace([&](std::size_t row, std::size_t column, const MatrixCell& cell) {
            const std::uint32_t at = rows.placeOf[row];
            const std::uint32_t across = columns.placeOf[column];
            if (at != kNowhere && across != kNowhere)
                matrix.cells[at * matrix.columns.size() + across].add(cell);
        });
        matrix.total = m_total;
        matrix.isBounded = m_isBounded;
        return matrix;
    }

    template<typename Visit>
    void forEachPlace(Visit visit) const
    {
        for (std::size_t row = 0; row < m_places.size(); ++row) {
            for (std::size_t column = 0; column < m_places[row].size(); ++column) {
                if (m_places[row][column] != kNowhere)
                    visit(row, column, m_cells[m_places[row][column]]);
            }
        }
    }

    static constexpr std::uint32_t kNowhere = MatrixOrder::kNowhere;

    const Source& m_source;
    const MatrixRequest& m_request;
    MatrixSide m_rows;
    MatrixSide m_columns;
    const bool m_hasModels;
    PriceTable m_prices;
    std::vector<std::vector<std::uint32_t>> m_places; ///< by row and column → m_cells
    std::vector<MatrixCell> m_cells;
    MatrixCell m_total;
    MatrixCell m_message; ///< of the one that is counted
    std::unordered_map<Seq, OpenRequest> m_open;
    std::unordered_map<Seq, std::pair<std::int64_t, std::uint32_t>> m_early;
    Seq m_through = 0; ///< of the messages whose answers were seen
    bool m_isBounded = false;
    QElapsedTimer m_sincePartial;
};

} // namespace

std::span<const MeasureName> measureNames() noexcept
{
    return kMeasureNames;
}

Result<MatrixMeasure> measureFromText(const QString& text)
{
    QStringList words;
    for (const MeasureName& name : kMeasureNames) {
        if (text == name.word)
            return name.measure;
        words << name.word.toString();
    }
    return Error{ErrorCode::WrongUse, u"\"%1\" cannot be shown of a cell; there are %2."_s.arg(
                                          text, words.join(u", "_s))};
}

QString measureWord(MatrixMeasure measure)
{
    return std::ranges::find(kMeasureNames, measure, &MeasureName::measure)->word.toString();
}

bool isOfModels(MatrixMeasure measure) noexcept
{
    return measure == MatrixMeasure::TokensIn || measure == MatrixMeasure::TokensOut ||
           measure == MatrixMeasure::Cost;
}

QString measureText(MatrixMeasure measure, std::optional<std::int64_t> value)
{
    if (!value)
        return {};
    switch (measure) {
    case MatrixMeasure::P50:
    case MatrixMeasure::P99:
    case MatrixMeasure::Slowest:
        return durationText(nanoseconds(*value));
    case MatrixMeasure::Bytes:
        return bytesText(*value);
    case MatrixMeasure::Cost:
        return costText(static_cast<double>(*value) / 1e9);
    default:
        return QLocale(QLocale::English).toString(qlonglong(*value));
    }
}

void MatrixCell::add(const MatrixCell& other)
{
    messages += other.messages;
    errors += other.errors;
    unanswered += other.unanswered;
    lost += other.lost;
    bytes += other.bytes;
    tokensIn += other.tokensIn;
    tokensOut += other.tokensOut;
    cost += other.cost;
    if (other.latency.count() > 0)
        latency.merge(other.latency);
}

std::optional<std::int64_t> MatrixCell::value(MatrixMeasure measure) const
{
    const auto counted = [](std::int64_t count) {
        return count > 0 ? std::optional(count) : std::nullopt;
    };
    const auto quantile = [this](double q) {
        return latency.count() == 0 ? std::nullopt
                                    : std::optional(static_cast<std::int64_t>(latency.quantile(q)));
    };
    switch (measure) {
    case MatrixMeasure::Messages:
        return counted(messages);
    case MatrixMeasure::Errors:
        return counted(errors);
    case MatrixMeasure::P50:
        return quantile(0.5);
    case MatrixMeasure::P99:
        return quantile(0.99);
    case MatrixMeasure::Slowest:
        return latency.count() == 0 ? std::nullopt
                                    : std::optional(static_cast<std::int64_t>(latency.max()));
    case MatrixMeasure::Unanswered:
        return counted(unanswered);
    case MatrixMeasure::Lost:
        return counted(lost);
    case MatrixMeasure::Bytes:
        return counted(bytes);
    case MatrixMeasure::TokensIn:
        return counted(tokensIn);
    case MatrixMeasure::TokensOut:
        return counted(tokensOut);
    case MatrixMeasure::Cost:
        return counted(cost);
    }
    return {};
}

Result<Matrix> matrixJob(const Source& source, const MatrixRequest& request)
{
    const auto side = [&](const QString& name) -> Result<MatrixSide> {
        if (name == u"time")
            return MatrixSide(*source.names, request.range, request.timeColumns);
        auto field = MessageField::named(name);
        if (!field)
            return field.error();
        if (field->isNumber())
            return Error{
                ErrorCode::WrongUse,
                u"\"%1\" is a number, with too many values for rows or columns."_s.arg(name)};
        return MatrixSide(*source.names, std::move(*field));
    };
    auto rows = side(request.rows);
    if (!rows)
        return rows.error();
    auto columns = side(request.columns);
    if (!columns)
        return columns.error();
    return MatrixMaker(source, request, std::move(*rows), std::move(*columns)).make();
}

QFuture<Result<Matrix>> matrixOf(Session& session, MatrixRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return matrixJob(*source, request);
    });
}

} // namespace murmur
