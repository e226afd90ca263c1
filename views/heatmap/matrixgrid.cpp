// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/matrixgrid.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/timeaxis.h"

#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kNarrowest = 20; // pixels, of a column with a name
constexpr int kWidest = 96;    // pixels
constexpr int kTallestHead = 96;
constexpr int kTotalWidth = 52; // pixels, of a row's total beside its name

bool isDuration(MatrixMeasure measure)
{
    return measure == MatrixMeasure::P50 || measure == MatrixMeasure::P99 ||
           measure == MatrixMeasure::Slowest;
}

bool isTrouble(MatrixMeasure measure)
{
    return measure == MatrixMeasure::Errors || measure == MatrixMeasure::Unanswered ||
           measure == MatrixMeasure::Lost;
}

/// "12.4k" where "12,431" has no room.
QString shortText(MatrixMeasure measure, std::int64_t value)
{
    const bool isCount =
        !isDuration(measure) && measure != MatrixMeasure::Bytes && measure != MatrixMeasure::Cost;
    return isCount && value >= 10'000 ? shortNumberText(static_cast<double>(value))
                                      : measureText(measure, value);
}

} // namespace

MatrixGrid::MatrixGrid(QWidget* parent)
    : QWidget(parent)
    , m_bar(new QScrollBar(Qt::Vertical, this))
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    m_bar->setFocusPolicy(Qt::NoFocus);
    m_bar->setAccessibleName(tr("Rows of the matrix"));
    connect(m_bar, &QScrollBar::valueChanged, this, [this] { update(); });
}

void MatrixGrid::present(std::shared_ptr<const Matrix> matrix, MatrixMeasure measure,
                         TimeRange window)
{
    // What was picked is kept while it means the same cells.
    const auto names = [](const Matrix* of) {
        QStringList all;
        if (of != nullptr) {
            for (const MatrixLine& line : of->rows)
                all << line.name;
            for (const MatrixLine& line : of->columns)
                all << line.name;
        }
        return all;
    };
    if (m_selection && names(m_matrix.get()) != names(matrix.get()))
        select(std::nullopt);
    m_matrix = std::move(matrix);
    m_measure = measure;
    m_window = window;
    m_hover.reset();
    findRange();
    layOutBar();
    update();
}

void MatrixGrid::findRange()
{
    m_lowest = m_highest = 0;
    if (!m_matrix)
        return;
    bool isFirst = true;
    for (const MatrixCell& cell : m_matrix->cells) {
        const auto value = cell.value(m_measure);
        if (!value)
            continue;
        m_lowest = isFirst ? *value : std::min(m_lowest, *value);
        m_highest = isFirst ? *value : std::max(m_highest, *value);
        isFirst = false;
    }
}

void MatrixGrid::setSlo(nanoseconds slo)
{
    m_slo = slo;
    update();
}

void MatrixGrid::setLinear(bool isLinear)
{
    m_isLinear = isLinear;
    update();
}

void MatrixGrid::setGutters(int left, int right)
{
    m_left = left;
    m_right = right;
    layOutBar();
    update();
}

bool MatrixGrid::isByTime() const
{
    return m_matrix && !m_matrix->columns.empty() &&
           m_matrix->columns.front().is == MatrixLine::Is::Time;
}

int MatrixGrid::rows() const
{
    return m_matrix ? static_cast<int>(m_matrix->rows.size()) : 0;
}

int MatrixGrid::columns() const
{
    return m_matrix ? static_cast<int>(m_matrix->columns.size()) : 0;
}

int MatrixGrid::widthOfCells() const
{
    return std::max(0, width() - m_left - m_right);
}

int MatrixGrid::fittingColumns() const
{
    return std::max(4, widthOfCells() / kNarrowest);
}

int MatrixGrid::rowHeight() const
{
    return std::max(18, QFontMetrics(Theme::current().interfaceFont(9)).height() + 4);
}

int MatrixGrid::headHeight() const
{
    const QFontMetrics metrics(Theme::current().interfaceFont(9));
    if (!m_matrix || isByTime())
        return metrics.height() + 6;
    int longest = 0;
    for (const MatrixLine& line : m_matrix->columns)
        longest = std::max(longest, metrics.horizontalAdvance(nameOf(line)));
    const QRect room(0, 0, widthOfCells(), 1);
    const int each = columns() > 0 ? std::min(kWidest, room.width() / columns()) : kWidest;
    // Names that fit lie, others stand.
    return longest + 6 <= each ? metrics.height() + 6 : std::min(longest + 10, kTallestHead);
}

QRect MatrixGrid::cells() const
{
    return {m_left, headHeight(), widthOfCells(), std::max(0, height() - headHeight())};
}

QRect MatrixGrid::cellRect(int row, int column) const
{
    const QRect area = cells();
    const int y = area.top() + (row - m_bar->value()) * rowHeight();
    if (isByTime()) {
        const TimeAxis axis(m_window, area.left(), area.width());
        const TimeRange time = m_matrix->columns[static_cast<std::size_t>(column)].time;
        const int from = std::clamp(qRound(axis.xAt(time.begin)), area.left(), area.right() + 1);
        const int to = std::clamp(qRound(axis.xAt(time.end)), area.left(), area.right() + 1);
        return {from, y, to - from, rowHeight()};
    }
    const int count = std::max(1, columns());
    const int each = std::clamp(area.width() / count, 1, kWidest);
    return {area.left() + column * each, y, each, rowHeight()};
}

std::optional<MatrixGrid::Place> MatrixGrid::placeAt(QPoint at) const
{
    const QRect area = cells();
    if (rows() == 0 || at.y() < area.top() || at.x() < area.left())
        return std::nullopt;
    const int row = m_bar->value() + (at.y() - area.top()) / rowHeight();
    if (row >= rows())
        return std::nullopt;
    for (int column = 0; column < columns(); ++column) {
        const QRect cell = cellRect(row, column);
        if (at.x() >= cell.left() && at.x() <= cell.right())
            return Place{row, column};
    }
    return std::nullopt;
}

QColor MatrixGrid::colorOf(std::int64_t value) const
{
    const Theme& theme = Theme::current();
    const bool isWarm = isTrouble(m_measure) ||
                        (isDuration(m_measure) && m_slo.count() > 0 && value > m_slo.count());
    const double low = std::max(1.0, static_cast<double>(m_lowest));
    const auto high = static_cast<double>(m_highest);
    double share = 1;
    if (m_isLinear && high > 0)
        share = static_cast<double>(value) / high;
    else if (high > low)
        share = std::log(std::max(1.0, static_cast<double>(value) / low)) / std::log(high / low);
    const auto step = static_cast<std::size_t>(std::clamp(std::lround(1 + share * 254), 1l, 255l));
    return isWarm ? theme.heatAboveSlo[step] : theme.heat[step];
}

QString MatrixGrid::nameOf(const MatrixLine& line) const
{
    switch (line.is) {
    case MatrixLine::Is::None:
        return tr("none");
    case MatrixLine::Is::Others:
        return line.name == u"0" ? tr("others") : tr("%1 others").arg(line.name);
    case MatrixLine::Is::Value:
    case MatrixLine::Is::Time:
        break;
    }
    return line.name;
}

QString MatrixGrid::describe(int row, int column) const
{
    if (!m_matrix || row < 0 || row >= rows() || column < 0 || column >= columns())
        return {};
    const MatrixLine& across = m_matrix->columns[static_cast<std::size_t>(column)];
    const MatrixCell& cell =
        m_matrix->at(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
    QString where = nameOf(m_matrix->rows[static_cast<std::size_t>(row)]);
    if (across.is == MatrixLine::Is::Time) {
        const int digits = across.time.length() < std::chrono::seconds(1) ? 3 : 0;
        where += u", %1 – %2"_s.arg(shownClock(across.time.begin, digits),
                                    shownClock(across.time.end, digits));
    } else {
        where += u" → "_s + nameOf(across);
    }
    QStringList facts{
        countText(static_cast<std::int64_t>(cell.messages), tr("1 message"), tr("%1 messages"))};
    if (cell.errors > 0)
        facts << countText(static_cast<std::int64_t>(cell.errors), tr("1 error"), tr("%1 errors"));
    if (cell.latency.count() > 0)
        facts << tr("%1 calls, p50 %2, p99 %3, max %4")
                     .arg(numberText(static_cast<std::int64_t>(cell.latency.count())),
                          measureText(MatrixMeasure::P50, cell.value(MatrixMeasure::P50)),
                          measureText(MatrixMeasure::P99, cell.value(MatrixMeasure::P99)),
                          measureText(MatrixMeasure::Slowest, cell.value(MatrixMeasure::Slowest)));
    if (cell.unanswered > 0)
        facts << tr("%1 unanswered").arg(numberText(cell.unanswered));
    if (cell.lost > 0)
        facts << tr("%1 lost").arg(numberText(cell.lost));
    if (cell.tokensIn + cell.tokensOut > 0)
        facts << tr("%1 tokens in, %2 out")
                     .arg(numberText(cell.tokensIn), numberText(cell.tokensOut));
    if (cell.cost > 0)
        facts << measureText(MatrixMeasure::Cost, cell.cost);
    return where + u": "_s + facts.join(u", "_s);
}

void MatrixGrid::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Theme::current().ground);
    if (rows() == 0)
        return;
    paintHead(painter);
    painter.setClipRect(QRect(0, headHeight(), width(), height() - headHeight()));
    const int first = m_bar->value();
    const int last = std::min(rows() - 1, first + cells().height() / rowHeight());
    for (int row = first; row <= last; ++row)
        paintRow(painter, row);
    paintSelection(painter);
}

/// The key to the colours, in the corner over the names.
void MatrixGrid::paintKey(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    if (m_highest == 0)
        return;
    painter.setFont(theme.numberFont(8.5));
    painter.setPen(theme.secondary);
    const QFontMetrics metrics = painter.fontMetrics();
    const QString low = m_isLinear ? u"0"_s : shortText(m_measure, m_lowest);
    const QString high = shortText(m_measure, m_highest);
    const int line = metrics.height() + 6;
    const QRect room(theme.gutter, headHeight() - line, m_left - theme.gutter - 6, line);
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, low);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, high);
    const int left = room.left() + metrics.horizontalAdvance(low) + 6;
    const int right = room.right() - metrics.horizontalAdvance(high) - 6;
    const double from = m_isLinear ? 0 : std::log(std::max(1.0, static_cast<double>(m_lowest)));
    const double to = std::log(std::max(1.0, static_cast<double>(m_highest)));
    for (int x = left; x < right; ++x) {
        const double share = static_cast<double>(x - left) / std::max(1, right - left - 1);
        const double value = m_isLinear ? share * static_cast<double>(m_highest)
                                        : std::exp(from + share * (to - from));
        painter.fillRect(x, room.center().y() - 3, 1, 7, colorOf(std::llround(value)));
    }
}

void MatrixGrid::paintHead(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    paintKey(painter);
    painter.setFont(theme.interfaceFont(9));
    const QFontMetrics metrics = painter.fontMetrics();
    const int head = headHeight();
    if (isByTime()) {
        painter.setFont(theme.numberFont(9));
        painter.setPen(theme.secondary);
        const TimeAxis axis(m_window, cells().left(), cells().width());
        for (const TimeAxis::Tick& tick : axis.ticks(90)) {
            if (tick.label.isEmpty())
                continue;
            // The first and the last stay over the cells: beside them is the key to the colours.
            const double half = painter.fontMetrics().horizontalAdvance(tick.label) / 2.0 + 1;
            const double most = std::max(cells().left() + half, cells().right() - half);
            const double x = std::clamp(tick.x, cells().left() + half, most);
            painter.drawText(QRectF(x - 60, 0, 120, head), Qt::AlignCenter, tick.label);
        }
        return;
    }
    for (int column = 0; column < columns(); ++column) {
        const MatrixLine& line = m_matrix->columns[static_cast<std::size_t>(column)];
        const QRect cell = cellRect(0, column);
        const bool isMarked = m_hover && m_hover->column == column;
        painter.setPen(isMarked                           ? theme.text
                       : line.is == MatrixLine::Is::Value ? theme.secondary
                                                          : theme.faint);
        const QString name = nameOf(line);
        if (head <= metrics.height() + 6) {
            painter.drawText(QRect(cell.left(), 0, cell.width(), head), Qt::AlignCenter, name);
            continue;
        }
        painter.save();
        painter.translate(cell.center().x(), head - 4);
        painter.rotate(-90);
        painter.drawText(QRect(0, -metrics.height() / 2, head - 8, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(name, Qt::ElideMiddle, head - 8));
        painter.restore();
    }
}

void MatrixGrid::paintRow(QPainter& painter, int row) const
{
    const Theme& theme = Theme::current();
    const MatrixLine& line = m_matrix->rows[static_cast<std::size_t>(row)];
    const int y = cellRect(row, 0).top();
    const int high = rowHeight();
    const bool isMarked = (m_hover && m_hover->row == row);
    painter.setFont(theme.interfaceFont(9));
    painter.setPen(isMarked || line.is == MatrixLine::Is::Value ? theme.text : theme.faint);
    const int total = std::min(kTotalWidth, m_left / 3);
    painter.drawText(QRect(theme.gutter, y, m_left - total - theme.gutter - 8, high),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(nameOf(line), Qt::ElideMiddle,
                                                      m_left - total - theme.gutter - 8));
    painter.setFont(theme.numberFont(8.5));
    painter.setPen(theme.secondary);
    if (const auto value = line.total.value(m_measure))
        painter.drawText(QRect(m_left - total - 6, y, total, high),
                         Qt::AlignRight | Qt::AlignVCenter, shortText(m_measure, *value));
    const QFontMetrics metrics = painter.fontMetrics();
    const int gap = isByTime() ? 0 : 1;
    for (int column = 0; column < columns(); ++column) {
        const auto value =
            m_matrix->at(static_cast<std::size_t>(row), static_cast<std::size_t>(column))
                .value(m_measure);
        if (!value)
            continue;
        const QRect cell = cellRect(row, column).adjusted(0, 0, -gap, -1);
        const QColor color = colorOf(*value);
        painter.fillRect(cell, color);
        if (cell.width() < 24)
            continue;
        const QString text = shortText(m_measure, *value);
        if (metrics.horizontalAdvance(text) + 4 > cell.width())
            continue;
        // The ramp goes from the ground to its opposite: so does what is written on it.
        painter.setPen(qGray(color.rgb()) > 128 ? QColor(0x10, 0x13, 0x18) : QColor(Qt::white));
        painter.drawText(cell, Qt::AlignCenter, text);
    }
}

void MatrixGrid::paintSelection(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    if (m_selection) {
        const QRect from = cellRect(m_selection->firstRow, m_selection->firstColumn);
        const QRect to = cellRect(m_selection->lastRow, m_selection->lastColumn);
        QColor inside = theme.interaction;
        inside.setAlphaF(0.12F);
        painter.setPen(QPen(theme.interaction, 1.5));
        painter.setBrush(inside);
        painter.drawRect(from.united(to).adjusted(0, 0, -1, -1));
        painter.setBrush(Qt::NoBrush);
    }
    if (hasFocus() && m_cursor) {
        painter.setPen(QPen(theme.interaction, 1, Qt::DotLine));
        painter.drawRect(cellRect(m_cursor->row, m_cursor->column).adjusted(0, 0, -1, -1));
    }
}

void MatrixGrid::select(std::optional<CellRange> range)
{
    m_selection = range;
    if (!range) {
        m_anchor.reset();
        m_cursor.reset();
    }
    update();
}

void MatrixGrid::layOutBar()
{
    const int fits = std::max(1, cells().height() / rowHeight());
    m_bar->setGeometry(width() - m_right, headHeight(), m_right, std::max(0, cells().height()));
    m_bar->setPageStep(fits);
    m_bar->setRange(0, std::max(0, rows() - fits));
    m_bar->setVisible(m_bar->maximum() > 0);
}

void MatrixGrid::reveal(int row)
{
    const int fits = std::max(1, cells().height() / rowHeight());
    if (row < m_bar->value())
        m_bar->setValue(row);
    else if (row >= m_bar->value() + fits)
        m_bar->setValue(row - fits + 1);
}

void MatrixGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    layOutBar();
}

void MatrixGrid::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        layOutBar();
    QWidget::changeEvent(event);
}

bool MatrixGrid::event(QEvent* event)
{
    if (event->type() == QEvent::Leave && m_hover) {
        m_hover.reset();
        update();
    }
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto place = placeAt(help->pos());
    if (place)
        QToolTip::showText(help->globalPos(), describe(place->row, place->column), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace murmur
