// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heatmap/latencyplot.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QHelpEvent>
#include <QToolTip>

#include <array>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kLineReach = 3;        // columns on either side that a percentile looks at
constexpr int kSloReach = 4;         // pixels in which the SLO line can be taken
constexpr int kLabelledHeight = 180; // below that the times under the cells cost too much room

/// The ticks of the shared time axis, so that they stand where the timeline's stand.
class WindowTicker : public QCPAxisTicker
{
public:
    TimeAxis axis;
    TimePoint origin;

    void generate(const QCPRange&, const QLocale&, QChar, int, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override
    {
        ticks.clear();
        if (subTicks != nullptr)
            subTicks->clear();
        if (labels != nullptr)
            labels->clear();
        for (const TimeAxis::Tick& tick : axis.ticks(90)) {
            if (tick.label.isEmpty())
                continue;
            ticks.append(std::chrono::duration<double>(axis.timeAt(tick.x) - origin).count());
            if (labels != nullptr)
                labels->append(tick.label);
        }
    }
};

/// The values that a person would choose, about one a decade: beyond ten seconds it goes on in
/// minutes and hours.
constexpr std::array<double, 17> kLatencyTicks{1e0,   1e1,    1e2,     1e3,     1e4,     1e5,
                                               1e6,   1e7,    1e8,     1e9,     1e10,    60e9,
                                               600e9, 3600e9, 36000e9, 86400e9, 864000e9};

/// Each with its unit; in a low picture only as many as can be read.
class LatencyTicker : public QCPAxisTicker
{
public:
    double apart = 0; ///< at least, in decades

    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override
    {
        ticks.clear();
        if (subTicks != nullptr)
            subTicks->clear();
        if (labels != nullptr)
            labels->clear();
        for (const double ns : kLatencyTicks) {
            const double level = std::log10(ns);
            if (level < range.lower - 1e-6 || level > range.upper + 1e-6 ||
                (!ticks.isEmpty() && level - ticks.back() < apart))
                continue;
            ticks.append(level);
            if (labels != nullptr)
                labels->append(durationText(nanoseconds(std::llround(ns))));
        }
    }
};

double levelOf(double ns)
{
    return std::log10(std::max(1.0, ns));
}

/// "100–110 ms" where both ends share the unit, else both with theirs.
QString latencyRangeText(std::uint64_t low, std::uint64_t high)
{
    const QString from = durationText(nanoseconds(static_cast<std::int64_t>(low)));
    const QString to = durationText(nanoseconds(static_cast<std::int64_t>(high)));
    const auto space = from.indexOf(u' ');
    if (space > 0 && to.endsWith(QStringView(from).mid(space)))
        return u"%1–%2"_s.arg(QStringView(from).left(space), to);
    return u"%1 – %2"_s.arg(from, to);
}

} // namespace

LatencyPlot::LatencyPlot(QWidget* parent)
    : QCustomPlot(parent)
    , m_map(new QCPColorMap(xAxis, yAxis))
    , m_p50(addGraph())
    , m_p99(addGraph())
    , m_p50Name(new QCPItemText(this))
    , m_p99Name(new QCPItemText(this))
    , m_sloLine(new QCPItemStraightLine(this))
    , m_sloName(new QCPItemText(this))
    , m_playheadLine(new QCPItemStraightLine(this))
    , m_box(new QCPItemRect(this))
{
    setInteractions(QCP::Interactions());
    // It is painted with the rest of the window, which it would force to be painted now.
    setPlottingHint(QCP::phImmediateRefresh, false);
    setMouseTracking(true);
    setAntialiasedElements(QCP::aePlottables);
    setFocusPolicy(Qt::NoFocus); // the view around it has the keys
    plotLayout()->setMargins(QMargins());
    axisRect()->setAutoMargins(QCP::msNone);
    xAxis->setTicker(QSharedPointer<WindowTicker>::create());
    yAxis->setTicker(QSharedPointer<LatencyTicker>::create());
    m_map->setInterpolate(false);
    m_map->setAntialiased(false);
    m_p50Name->setText(u"p50"_s);
    m_p99Name->setText(u"p99"_s);
    for (QCPItemText* name : {m_p50Name, m_p99Name, m_sloName}) {
        name->setLayer(u"main"_s);
        name->setClipToAxisRect(true);
        name->setPadding(QMargins(3, 0, 3, 0));
    }
    // What moves with the pointer or the clock has a buffer of its own: the cells are not painted
    // again for it.
    for (QCPAbstractItem* item :
         {static_cast<QCPAbstractItem*>(m_playheadLine), static_cast<QCPAbstractItem*>(m_box)}) {
        item->setLayer(u"overlay"_s);
        item->setVisible(false);
    }
    connect(this, &QCustomPlot::afterReplot, this, [this] { m_isPainted = true; });
    applyTheme();
    rebuild();
}

LatencyPlot::~LatencyPlot() = default;

void LatencyPlot::setGutters(int left, int right)
{
    if (left == m_left && right == m_right)
        return;
    m_left = left;
    m_right = right;
    rebuild();
}

void LatencyPlot::setWindow(TimeRange window)
{
    if (window == m_window)
        return;
    const bool zoomed = window.length() != m_window.length();
    m_window = window;
    if (zoomed)
        rebuild(); // the cells' width in time has changed
    else
        placeAxes();
    replotSoon();
}

void LatencyPlot::setSlice(std::shared_ptr<const TileSlice> slice)
{
    m_slice = std::move(slice);
    if (m_slice)
        m_span = m_span.widened(*m_slice);
    rebuild();
}

void LatencyPlot::setLinear(bool isLinear)
{
    if (isLinear == m_isLinear)
        return;
    m_isLinear = isLinear;
    fillMap();
    replotSoon();
}

void LatencyPlot::setSlo(nanoseconds slo)
{
    if (slo == m_slo)
        return;
    m_slo = slo;
    rebuild();
}

void LatencyPlot::setPlayhead(std::optional<TimePoint> playhead)
{
    m_playhead = playhead;
    placePlayhead();
    replotOverlay();
}

void LatencyPlot::setBox(std::optional<LatencyBox> box)
{
    m_kept = box;
    placeBox(m_kept);
    replotOverlay();
}

QRect LatencyPlot::boxRect() const
{
    if (!m_kept)
        return {};
    const TimeAxis axis = timeAxis();
    const QRect box(QPoint(qRound(axis.xAt(m_kept->time.begin)), qRound(yOf(m_kept->high))),
                    QPoint(qRound(axis.xAt(m_kept->time.end)), qRound(yOf(m_kept->low))));
    return box.intersected(cellArea());
}

void LatencyPlot::placeBox(const std::optional<LatencyBox>& box)
{
    m_box->setVisible(box.has_value());
    if (!box)
        return;
    m_box->topLeft->setCoords(keyOf(box->time.begin),
                              levelOf(static_cast<double>(box->high.count())));
    m_box->bottomRight->setCoords(keyOf(box->time.end),
                                  levelOf(static_cast<double>(box->low.count())));
}

void LatencyPlot::placePlayhead()
{
    m_playheadLine->setVisible(m_playhead.has_value() && m_hasData);
    if (!m_playhead)
        return;
    const double key = keyOf(*m_playhead);
    m_playheadLine->point1->setCoords(key, 0);
    m_playheadLine->point2->setCoords(key, 1);
}

std::optional<double> LatencyPlot::playheadX() const
{
    if (!m_playheadLine->visible())
        return std::nullopt;
    return xAxis->coordToPixel(m_playheadLine->point1->key());
}

void LatencyPlot::replotSoon()
{
    if (!size().isEmpty())
        replot(rpQueuedReplot);
}

void LatencyPlot::replotOverlay()
{
    // Before the first replot the layers have no buffers; that replot paints this one too.
    if (m_isPainted && !size().isEmpty())
        layer(u"overlay"_s)->replot();
}

void LatencyPlot::setHasData(bool hasData)
{
    if (hasData == m_hasData)
        return;
    m_hasData = hasData;
    rebuild();
}

void LatencyPlot::resetSpan()
{
    m_span = LatencySpan();
}

void LatencyPlot::applyTheme()
{
    const Theme& theme = Theme::current();
    setBackground(theme.ground);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(theme.secondary);
        axis->setTickLabelFont(theme.numberFont(9));
        axis->setTickLabelPadding(6);
        axis->grid()->setSubGridVisible(false);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        QColor line = theme.hairline;
        line.setAlphaF(0.5F);
        axis->grid()->setPen(QPen(line, 0));
    }

    QCPColorGradient gradient;
    gradient.clearColorStops();
    QMap<double, QColor> stops;
    for (int i = 0; i < 256; ++i) {
        stops.insert(i / 511.0, QColor(theme.heat[static_cast<std::size_t>(i)]));
        stops.insert((256 + i) / 511.0, QColor(theme.heatAboveSlo[static_cast<std::size_t>(i)]));
    }
    gradient.setColorStops(stops);
    gradient.setLevelCount(512);
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    m_map->setGradient(gradient);
    m_map->setDataRange(QCPRange(0, 511));

    m_p50->setPen(QPen(theme.text, 1));
    m_p99->setPen(QPen(theme.warning, 1));
    m_sloLine->setPen(QPen(theme.warning, 1, Qt::DashLine));
    m_playheadLine->setPen(QPen(theme.interaction, 1.5));
    m_box->setPen(QPen(theme.interaction, 1));
    QColor inside = theme.interaction;
    inside.setAlphaF(0.15F);
    m_box->setBrush(inside);
    QColor plate = theme.ground;
    plate.setAlphaF(0.7F);
    const auto style = [&](QCPItemText* name, const QColor& color) {
        name->setFont(theme.interfaceFont(9));
        name->setColor(color);
        name->setBrush(plate);
    };
    style(m_p50Name, theme.text);
    style(m_p99Name, theme.warning);
    style(m_sloName, theme.warning);
    placeAxes();
    replotSoon();
}

TimeAxis LatencyPlot::timeAxis() const
{
    return {m_window, static_cast<double>(m_left),
            static_cast<double>(std::max(0, width() - m_left - m_right))};
}

double LatencyPlot::yOf(nanoseconds latency) const
{
    return yAxis->coordToPixel(levelOf(static_cast<double>(latency.count())));
}

nanoseconds LatencyPlot::latencyAt(double y) const
{
    const double level = std::clamp(yAxis->pixelToCoord(y), 0.0, 12.0);
    return nanoseconds(std::llround(std::pow(10.0, level)));
}

double LatencyPlot::keyOf(TimePoint t) const
{
    return std::chrono::duration<double>(t - m_origin).count();
}

void LatencyPlot::rebuild()
{
    placeAxes();
    if (m_slice) {
        HeatLayout layout;
        layout.span = m_span;
        layout.perPixel = timeAxis().perPixel();
        layout.pixelsPerDecade =
            std::max(1, axisRect()->height()) / static_cast<double>(m_span.high - m_span.low);
        layout.slo = m_slo;
        m_grid = heatGrid(*m_slice, layout);
        m_lines = latencyLines(*m_slice, m_grid, kLineReach);
    } else {
        m_grid = {};
        m_lines = {};
    }
    m_origin = m_grid.columns > 0 ? m_grid.begin : m_window.begin;
    placeAxes();
    fillMap();
    placeSlo();

    QVector<QCPGraphData> p50;
    QVector<QCPGraphData> p99;
    for (std::size_t i = 0; i < m_lines.p50.size(); ++i) {
        const double key = keyOf(m_grid.rangeOf(i).begin + m_grid.columnWidth / 2);
        // NaN stays NaN and breaks the line: no calls is not a latency.
        const bool none = std::isnan(m_lines.p50[i]);
        p50.append({key, none ? m_lines.p50[i] : levelOf(m_lines.p50[i])});
        p99.append({key, none ? m_lines.p99[i] : levelOf(m_lines.p99[i])});
    }
    m_p50->data()->set(p50, true);
    m_p99->data()->set(p99, true);
    const auto name = [&](QCPItemText* item, const QVector<QCPGraphData>& points,
                          Qt::Alignment side) {
        const double from = xAxis->range().lower;
        const auto first = std::ranges::find_if(points, [&](const QCPGraphData& point) {
            return point.key >= from && !std::isnan(point.value);
        });
        item->setVisible(first != points.end());
        if (first == points.end())
            return;
        // Where it would not fit above its line it stands below.
        const double top = yAxis->coordToPixel(first->value) - axisRect()->top();
        const bool fits = top > QFontMetrics(item->font()).height();
        item->setPositionAlignment(Qt::AlignLeft | (fits ? side : Qt::AlignTop));
        item->position->setCoords(first->key, first->value);
    };
    name(m_p50Name, p50, Qt::AlignTop);
    name(m_p99Name, p99, Qt::AlignBottom);
    replotSoon();
}

/// The map has one row per pixel row, because the cells' heights differ: eight linear steps an
/// octave on a logarithmic axis.
void LatencyPlot::fillMap()
{
    m_map->setVisible(m_grid.calls > 0);
    const int height = std::clamp(axisRect()->height(), 2, 2000);
    const std::size_t rows = m_grid.rows();
    if (m_grid.calls == 0 || rows == 0)
        return;
    const int columns = static_cast<int>(std::max<std::size_t>(2, m_grid.columns));
    const double low = m_span.low;
    const double perRow = static_cast<double>(m_span.high - m_span.low) / height;
    const double half = std::chrono::duration<double>(m_grid.columnWidth).count() / 2;
    // QCPColorMap speaks of the centres of the outermost cells.
    QCPColorMapData* cells = m_map->data();
    if (cells->keySize() != columns || cells->valueSize() != height)
        cells->setSize(columns, height);
    cells->setRange(QCPRange(half, half + 2 * half * (columns - 1)),
                    QCPRange(low + perRow / 2, low + perRow * (height - 0.5)));

    std::vector<int> rowAt(static_cast<std::size_t>(height), -1);
    for (int y = 0; y < height; ++y) {
        const auto row = m_grid.rowAt(std::pow(10.0, low + perRow * (y + 0.5)));
        rowAt[static_cast<std::size_t>(y)] = row ? static_cast<int>(*row) : -1;
    }
    std::vector<double> values(rows);
    for (int x = 0; x < columns; ++x) {
        const auto column = static_cast<std::size_t>(x);
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint32_t count = column < m_grid.columns ? m_grid.at(column, row) : 0;
            values[row] = count == 0 ? std::numeric_limits<double>::quiet_NaN()
                                     : heatStep(count, m_grid.maxCount, m_isLinear) +
                                           (row >= m_grid.firstAboveSlo ? 256 : 0);
        }
        for (int y = 0; y < height; ++y) {
            const int row = rowAt[static_cast<std::size_t>(y)];
            cells->setCell(x, y,
                           row < 0 ? std::numeric_limits<double>::quiet_NaN()
                                   : values[static_cast<std::size_t>(row)]);
        }
    }
}

void LatencyPlot::placeAxes()
{
    const bool labelled = height() >= kLabelledHeight;
    const int line = QFontMetrics(xAxis->tickLabelFont()).height();
    axisRect()->setMargins(
        QMargins(m_left, line / 2 + 2, m_right, labelled ? line + 10 : line / 2));
    plotLayout()->setOuterRect(viewport());
    plotLayout()->update(QCPLayoutElement::upMargins);
    plotLayout()->update(QCPLayoutElement::upLayout);
    xAxis->setTickLabels(labelled && m_hasData);
    yAxis->setTickLabels(m_hasData);
    const auto ticker = qSharedPointerCast<WindowTicker>(xAxis->ticker());
    ticker->axis = timeAxis();
    ticker->origin = m_origin;
    if (!m_window.isEmpty())
        xAxis->setRange(keyOf(m_window.begin), keyOf(m_window.end));
    yAxis->setRange(m_span.low, m_span.high);
    qSharedPointerCast<LatencyTicker>(yAxis->ticker())->apart =
        (m_span.high - m_span.low) * line * 1.3 / std::max(1, axisRect()->height());
    // Keys count from the origin, which has moved with the cells.
    placePlayhead();
    placeBox(m_kept);
}

void LatencyPlot::placeSlo()
{
    const double level = levelOf(static_cast<double>(m_slo.count()));
    const bool shown =
        m_grid.calls > 0 && m_slo.count() > 0 && level >= m_span.low && level <= m_span.high;
    m_sloLine->setVisible(shown);
    m_sloName->setVisible(shown);
    if (!shown)
        return;
    m_sloLine->point1->setCoords(0, level);
    m_sloLine->point2->setCoords(1, level);
    m_sloName->setText(tr("SLO %1").arg(durationText(m_slo)));
    // Under the line when there is no room above it.
    const bool below = yOf(m_slo) < axisRect()->top() + 18;
    m_sloName->setPositionAlignment(Qt::AlignRight | (below ? Qt::AlignTop : Qt::AlignBottom));
    m_sloName->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_sloName->position->setTypeY(QCPItemPosition::ptPlotCoords);
    m_sloName->position->setAxisRect(axisRect());
    const QFontMetrics metrics(m_sloName->font());
    const QRectF area = axisRect()->rect();
    QRectF place(0, 0, metrics.horizontalAdvance(m_sloName->text()) + 6, metrics.height() + 2);
    place.moveTopRight({area.right(), yOf(m_slo) - (below ? 0 : place.height())});
    const double right = place.intersects(m_clear) ? m_clear.left() - 6 : area.right();
    m_sloName->position->setCoords((right - area.left()) / std::max(1.0, area.width()), level);
}

QRectF LatencyPlot::sloNameRect() const
{
    return m_sloName->visible() ? QRectF(m_sloName->topLeft->pixelPosition(),
                                         m_sloName->bottomRight->pixelPosition())
                                : QRectF();
}

void LatencyPlot::keepClear(const QRect& area)
{
    if (area == m_clear)
        return;
    m_clear = area;
    placeSlo();
    replot(rpQueuedReplot);
}

QString LatencyPlot::describe(QPointF position) const
{
    if (!cellArea().contains(position.toPoint()) || m_grid.calls == 0)
        return {};
    const auto column = m_grid.columnAt(timeAxis().timeAt(position.x()));
    const auto row = m_grid.rowAt(static_cast<double>(latencyAt(position.y()).count()));
    if (!column || !row)
        return {};
    const TimeRange range = m_grid.rangeOf(*column);
    const int digits = m_grid.columnWidth >= std::chrono::seconds(1)        ? 0
                       : m_grid.columnWidth >= std::chrono::milliseconds(1) ? 3
                                                                            : 6;
    // The end repeats only what differs.
    const QString from = shownClock(range.begin, digits);
    QString to = shownClock(range.end, digits);
    if (const auto minute = from.lastIndexOf(u':');
        to.startsWith(QStringView(from).left(minute + 1)))
        to = to.mid(minute + 1);
    return tr("%1 %2 – %3, %4: %5")
        .arg(shownDate(range.begin), from, to,
             latencyRangeText(m_grid.lowOf(*row), m_grid.highOf(*row)),
             countText(static_cast<std::int64_t>(m_grid.at(*column, *row)), tr("1 call"),
                       tr("%1 calls")));
}

bool LatencyPlot::isOnSlo(QPointF position) const
{
    return m_sloLine->visible() &&
           cellArea().adjusted(0, -kSloReach, 0, kSloReach).contains(position.toPoint()) &&
           std::abs(position.y() - yOf(m_slo)) <= kSloReach;
}

LatencyBox LatencyPlot::boxBetween(QPoint a, QPoint b) const
{
    const QRect area = cellArea();
    const QRect box = QRect(a, b).normalized().intersected(area);
    const TimeAxis axis = timeAxis();
    return {{axis.timeAt(box.left()), axis.timeAt(box.left() + box.width())},
            latencyAt(box.bottom() + 1),
            latencyAt(box.top())};
}

void LatencyPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->pos();
    m_pressedWindow = m_window;
    if (event->modifiers().testFlag(Qt::ShiftModifier))
        m_drag = Drag::Box;
    else
        m_drag = isOnSlo(event->position()) ? Drag::Slo : Drag::Undecided;
}

void LatencyPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (m_drag == Drag::Undecided &&
        (event->pos() - m_pressed).manhattanLength() >= QApplication::startDragDistance())
        m_drag = Drag::Pan;
    switch (m_drag) {
    case Drag::None:
        if (isOnSlo(event->position()))
            setCursor(Qt::SizeVerCursor);
        else
            unsetCursor();
        break;
    case Drag::Undecided:
        break;
    case Drag::Pan: {
        const TimeAxis axis(m_pressedWindow, m_left, timeAxis().width());
        setCursor(Qt::ClosedHandCursor);
        Q_EMIT windowDragged(axis.panned(m_pressed.x() - event->pos().x()));
        break;
    }
    case Drag::Slo: {
        const double y =
            std::clamp<double>(event->pos().y(), axisRect()->top(), axisRect()->bottom());
        // Two significant digits: nobody means 198.37 ms.
        const double raw = static_cast<double>(latencyAt(y).count());
        const double step = std::pow(10.0, std::floor(std::log10(raw)) - 1);
        Q_EMIT sloDragged(nanoseconds(std::llround(std::round(raw / step) * step)));
        break;
    }
    case Drag::Box: {
        placeBox(boxBetween(m_pressed, event->pos()));
        replotOverlay();
        break;
    }
    }
}

void LatencyPlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Drag drag = std::exchange(m_drag, Drag::None);
    unsetCursor();
    placeBox(m_kept);
    if (drag == Drag::Undecided && cellArea().contains(event->pos())) {
        const TimePoint time = timeAxis().timeAt(event->position().x());
        LatencyBox cell;
        const auto column = m_grid.columnAt(time);
        const auto row =
            m_grid.rowAt(static_cast<double>(latencyAt(event->position().y()).count()));
        if (column && row && m_grid.at(*column, *row) > 0) {
            cell.time = m_grid.rangeOf(*column);
            cell.low = nanoseconds(static_cast<std::int64_t>(m_grid.lowOf(*row)));
            cell.high = nanoseconds(static_cast<std::int64_t>(m_grid.highOf(*row)));
        }
        Q_EMIT pointPicked(time, cell);
    } else if (drag == Drag::Box) {
        replotOverlay();
        const LatencyBox box = boxBetween(m_pressed, event->pos());
        if ((event->pos() - m_pressed).manhattanLength() >= QApplication::startDragDistance() &&
            !box.time.isEmpty())
            Q_EMIT boxPicked(box);
    }
}

void LatencyPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    Q_UNUSED(event) // two clicks are two clicks
}

void LatencyPlot::wheelEvent(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    const TimeAxis axis = timeAxis();
    const bool sideways = std::abs(turn.x()) > std::abs(turn.y());
    if (sideways || event->modifiers().testFlag(Qt::ShiftModifier)) {
        const int by = sideways ? turn.x() : turn.y();
        Q_EMIT windowDragged(axis.panned(-by / 120.0 * axis.width() / 12));
    } else if (turn.y() != 0) {
        const double x = std::clamp(event->position().x(), axis.left(), axis.left() + axis.width());
        Q_EMIT windowDragged(axis.zoomed(x, std::pow(0.8, turn.y() / 120.0)));
    }
    event->accept();
}

void LatencyPlot::contextMenuEvent(QContextMenuEvent* event)
{
    Q_EMIT menuWanted(event->globalPos(), latencyAt(event->pos().y()));
}

void LatencyPlot::resizeEvent(QResizeEvent* event)
{
    if (size().isEmpty())
        return; // squeezed away: there is nothing to paint on
    QCustomPlot::resizeEvent(event);
    rebuild();
}

bool LatencyPlot::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = describe(help->pos());
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, this, QRect(help->pos(), QSize(1, 1)));
        return true;
    }
    return QCustomPlot::event(event);
}

} // namespace murmur
