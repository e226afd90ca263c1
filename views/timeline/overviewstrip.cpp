// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/overviewstrip.h"

#include "views/base/axispainter.h"
#include "views/base/findingboard.h"
#include "views/base/losttext.h"
#include "views/base/markeroverlay.h"
#include "views/base/numbers.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/zonebutton.h"
#include "views/timeline/navigation.h"
#include "views/timeline/timelinegeometry.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

/// As high as letters need that are as large as somebody wants them.
int headerHeight()
{
    return 22 * Theme::size().textPercent / 100;
}
int axisHeight()
{
    return 19 * Theme::size().textPercent / 100;
}
constexpr int kPin = 8;
constexpr int kEdge = 5;           // pixels around an edge of the window that grab it
constexpr double kSamePlace = 0.5; // pixels
constexpr int kNarrowest = 6;      // a window of microseconds in a session of days is still seen

} // namespace

OverviewStrip::OverviewStrip(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_data(context.shared)
    , m_zone(new ZoneButton(context.shared, this))
    , m_findings(FindingBoard::of(context.shared))
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Overview of the whole session"));
    connect(&m_data, &OverviewData::changed, this, [this] {
        ++m_revision;
        describe();
        update();
    });
    const auto repaint = [this] { update(); };
    connect(m_findings, &FindingBoard::changed, this, repaint);
    connect(context.shared, &SharedView::windowChanged, this, repaint);
    connect(context.shared, &SharedView::playheadChanged, this, repaint);
    connect(context.shared->playback(), &Playback::changed, this, repaint);
    connect(context.shared, &SharedView::dataGrew, this, repaint);
    connect(context.shared, &SharedView::sessionChanged, this, repaint);
    new MarkerOverlay(context.shared, this, [this] {
        return MarkerOverlay::Place{axis(), plotRect()};
    });
}

OverviewStrip::~OverviewStrip() = default;

void OverviewStrip::setCorner(QWidget* corner)
{
    m_corner = corner;
    corner->setParent(this);
    corner->show();
    placeCorner();
    m_data.setWidth(plotRect().width());
    update();
}

void OverviewStrip::placeCorner()
{
    if (m_corner)
        m_corner->setGeometry(0, headerHeight(), Theme::current().axisLeft,
                              height() - headerHeight());
}

QSize OverviewStrip::sizeHint() const
{
    const int text = QFontMetrics(Theme::current().numberFont(8.5)).height();
    return {900, std::max(76, headerHeight() + 34 + text + 4)};
}

QSize OverviewStrip::minimumSizeHint() const
{
    return {Theme::current().axisLeft + 120, 64};
}

QRect OverviewStrip::plotRect() const
{
    const Theme& theme = Theme::current();
    const int left = m_corner ? theme.axisLeft : 0;
    return {left, headerHeight(), std::max(0, width() - left - theme.axisRight),
            std::max(0, height() - headerHeight() - axisHeight())};
}

QRect OverviewStrip::axisRect() const
{
    const QRect plot = plotRect();
    return {plot.left(), plot.bottom() + 1, plot.width(), axisHeight()};
}

TimeRange OverviewStrip::whole() const
{
    const Session* session = shared()->session();
    if (!session || session->seen().last == 0)
        return {};
    TimeRange range = session->seen().time;
    // The first second of a live session is drawn as a second, not as a jumping scale.
    range.end = std::max(range.end, range.begin + 1s);
    return range;
}

TimeAxis OverviewStrip::axis() const
{
    const QRect plot = plotRect();
    return TimeAxis(whole(), plot.left(), plot.width());
}

QRect OverviewStrip::windowRect() const
{
    const QRect plot = plotRect();
    const TimeAxis axis = this->axis();
    const auto x = [&](TimePoint t) {
        return static_cast<int>(
            std::lround(std::clamp(axis.xAt(t), double(plot.left()), double(plot.right() + 1))));
    };
    int left = x(shared()->window().begin);
    int right = x(shared()->window().end);
    if (right - left < kNarrowest) {
        left = std::clamp((left + right - kNarrowest) / 2, plot.left(),
                          std::max(plot.left(), plot.right() + 1 - kNarrowest));
        right = left + kNarrowest;
    }
    return {left, plot.top(), right - left, plot.height()};
}

QString OverviewStrip::span() const
{
    const TimeRange range = whole();
    const Session* session = shared()->session();
    if (!session)
        return tr("no recording is open");
    if (range.isEmpty())
        return session->isLive() ? tr("waiting for the first message") : tr("no messages");
    const TimeRange exact = session->seen().time;
    const QString day = shownDate(exact.begin);
    const QString lastDay = shownDate(exact.end);
    const QString zone = shownZoneName(exact.begin);
    return day == lastDay ? tr("%1  %2 – %3 %4 · %5")
                                .arg(day, shownClock(exact.begin, 0), shownClock(exact.end, 0),
                                     zone, durationText(exact.length()))
                          : tr("%1 %2 – %3 %4 %5 · %6")
                                .arg(day, shownClock(exact.begin, 0), lastDay,
                                     shownClock(exact.end, 0), zone, durationText(exact.length()));
}

QString OverviewStrip::facts() const
{
    const Session* session = shared()->session();
    if (!session)
        return {};
    const std::int64_t count = session->seen().messages();
    QStringList parts{count == 1 ? tr("1 message") : tr("%1 messages").arg(numberText(count))};
    parts << lostByUsText(m_data.lost(), leastKnown(m_data.gaps()));
    if (m_data.bytes() > 0)
        parts << bytesText(m_data.bytes());
    return parts.join(u" · "_s);
}

QString OverviewStrip::asText() const
{
    QString text = u"%1\t%2"_s.arg(span(), facts());
    for (const FindingMark& mark : m_findings->marks())
        text += u"\n%1\t%2\t%3"_s.arg(shownClock(fromNs(mark.start)), mark.title, mark.sentence);
    return text;
}

void OverviewStrip::describe()
{
    setAccessibleDescription(tr("%1, %2").arg(span(), facts()));
}

void OverviewStrip::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    placeCorner();
    m_zone->placeAt(axisRect());
    m_data.setWidth(plotRect().width());
}

void OverviewStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateGeometry();
        describe();
        update();
    }
    View::changeEvent(event);
}

void OverviewStrip::ensureLayer()
{
    const LayerKey key{whole(), size(), devicePixelRatioF(), m_revision, Theme::current().isDark};
    // A session that grows moves what is drawn by less than a pixel from frame to frame.
    LayerKey drawn = m_key;
    drawn.session = key.session;
    const auto moved = [this](TimePoint a, TimePoint b) {
        return std::abs(axis().xAt(a) - axis().xAt(b));
    };
    if (drawn == key && !m_layer.isNull() &&
        moved(m_key.session.begin, key.session.begin) < kSamePlace &&
        moved(m_key.session.end, key.session.end) < kSamePlace)
        return;
    m_key = key;
    m_lanes.prepare(Theme::current(), key.pixelRatio);
    m_layer = QImage(size() * key.pixelRatio, QImage::Format_RGB32);
    m_layer.setDevicePixelRatio(key.pixelRatio);
    QPainter painter(&m_layer);
    paintLayer(painter);
}

void OverviewStrip::paintLayer(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.fillRect(rect(), theme.pane);
    const QRect plot = plotRect();
    painter.fillRect(plot, theme.ground);
    const DensityPtr density = m_data.density();
    if (!density || plot.width() <= 0)
        return;
    const TimeAxis axis = this->axis();
    ColumnCounts columns(plot.width());
    addToColumns(*density, density->total, axis, columns);
    DensityBoxes boxes;
    addDensityBoxes(columns, plot.left(), plot.adjusted(0, 4, 0, 0),
                    std::max(columns.highest(), std::uint32_t(4)), boxes,
                    DensityBoxes::Scale::Root);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(theme.heat[70]));
    painter.drawRects(boxes.traffic.data(), static_cast<int>(boxes.traffic.size()));
    painter.setBrush(theme.bad);
    painter.drawRects(boxes.errors.data(), static_cast<int>(boxes.errors.size()));

    for (const Gap& gap : m_data.gaps()) {
        const int from = static_cast<int>(std::clamp(axis.xAt(fromNs(gap.from)), -1e6, 1e6));
        const int to = static_cast<int>(std::clamp(axis.xAt(fromNs(gap.to)), -1e6, 1e6));
        const QRect band(from, plot.top(), std::max(4, to - from), plot.height());
        m_lanes.paintGap(painter, band.intersected(plot));
    }
}

void OverviewStrip::paintWindow(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    const QRect box = windowRect();
    // What is outside of the window is dimmed; the window itself keeps its colours.
    if (box.width() < plot.width()) {
        QColor veil = theme.pane;
        veil.setAlpha(120);
        painter.fillRect(QRect(plot.left(), plot.top(), box.left() - plot.left(), plot.height()),
                         veil);
        painter.fillRect(
            QRect(box.right() + 1, plot.top(), plot.right() - box.right(), plot.height()), veil);
    }
    painter.setPen(theme.interaction);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(0, 0, -1, -1));
    // What a replay goes round in.
    if (const auto& loop = shared()->playback()->loop()) {
        const int from = static_cast<int>(std::floor(axis().xAt(loop->begin)));
        const int to = static_cast<int>(std::ceil(axis().xAt(loop->end)));
        const QRect bar(from, plot.bottom() - 2, std::max(3, to - from), 3);
        painter.fillRect(bar.intersected(plot), theme.interaction);
        for (const int end : {bar.left(), bar.right() - 1})
            painter.fillRect(QRect(end, plot.bottom() - 7, 2, 8).intersected(plot),
                             theme.interaction);
    }
    const int x = static_cast<int>(std::floor(axis().xAt(shared()->playhead())));
    if (x >= plot.left() && x <= plot.right() + 1) {
        const int shown = std::min(x, plot.right());
        painter.fillRect(shown, plot.top(), 1, plot.height(), theme.interaction);
        painter.setRenderHint(QPainter::Antialiasing);
        QPainterPath head;
        head.addPolygon(QPolygonF(QList<QPointF>{{shown - 4.5, plot.top() - 6.0},
                                                 {shown + 5.5, plot.top() - 6.0},
                                                 {shown + 0.5, plot.top() + 1.0}}));
        painter.fillPath(head, theme.interaction);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
}

std::vector<OverviewStrip::Pin> OverviewStrip::pins() const
{
    std::vector<Pin> pins;
    if (whole().isEmpty())
        return pins;
    const TimeAxis axis = this->axis();
    const QRect plot = plotRect();
    for (const FindingMark& mark : m_findings->marks()) {
        const double x = axis.xAt(fromNs(mark.start));
        if (x < plot.left() - 1 || x > plot.right() + 2)
            continue;
        const int left = std::clamp(static_cast<int>(x) - kPin / 2, plot.left(),
                                    std::max(plot.left(), plot.right() + 1 - kPin));
        const int until = std::clamp(static_cast<int>(axis.xAt(fromNs(mark.end))), left + kPin / 2,
                                     plot.right() + 1);
        // Pins that would cover each other are one, that of the worst.
        if (!pins.empty() && left - pins.back().place.right() <= 0) {
            Pin& pin = pins.back();
            pin.until = std::max(pin.until, until);
            pin.marks.push_back(&mark);
            if (mark.severity > pin.severity) {
                pin.severity = mark.severity;
                std::swap(pin.marks.front(), pin.marks.back());
            }
            continue;
        }
        pins.push_back({QRect(left, plot.top() - 1, kPin, kPin), until, mark.severity, {&mark}});
    }
    return pins;
}

void OverviewStrip::paintPins(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    for (const Pin& pin : pins()) {
        const QColor color = severityColor(theme, pin.severity);
        painter.fillRect(
            QRect(QPoint(pin.place.center().x(), plot.top()), QPoint(pin.until, plot.top() + 1)),
            color);
        painter.fillRect(pin.place.adjusted(-1, 0, 1, 1), theme.ground);
        painter.setRenderHint(QPainter::Antialiasing);
        paintSeverity(painter, QRectF(pin.place), pin.severity, color);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
}

std::optional<OverviewStrip::Pin> OverviewStrip::pinAt(QPoint position) const
{
    for (const Pin& pin : pins()) {
        if (pin.place.adjusted(-2, -4, 2, 3).contains(position))
            return pin;
    }
    return std::nullopt;
}

QString OverviewStrip::pinText(const Pin& pin) const
{
    constexpr std::size_t kMostLines = 5;
    QStringList lines;
    for (const FindingMark* mark : pin.marks) {
        if (std::cmp_equal(lines.size(), kMostLines)) {
            lines << tr("… and %1 more").arg(static_cast<int>(pin.marks.size() - kMostLines));
            break;
        }
        lines << tr("%1 · %2: %3")
                     .arg(shownClock(fromNs(mark->start), 0), mark->title, mark->sentence);
    }
    return lines.join(u'\n');
}

bool OverviewStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto pin = pinAt(help->pos()))
            QToolTip::showText(help->globalPos(), pinText(*pin), this, pin->place);
        else
            QToolTip::hideText();
        return true;
    }
    return View::event(event);
}

void OverviewStrip::paintEvent(QPaintEvent*)
{
    const FrameTimer::Frame frame(m_frames);
    ensureLayer();
    QPainter painter(this);
    painter.drawImage(QPoint(0, 0), m_layer);
    const Theme& theme = Theme::current();
    const QRect header(theme.gutter, 0, width() - theme.gutter - theme.axisRight, headerHeight());
    const QFont font = theme.interfaceFont(9);
    painter.setFont(font);
    painter.setPen(theme.secondary);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignLeft, span());
    const QFontMetrics metrics(font);
    const int used = metrics.horizontalAdvance(span()) + 20;
    const QString right = metrics.elidedText(facts(), Qt::ElideRight, header.width() - used);
    painter.setPen(m_data.lost() > 0 || !m_data.gaps().empty() ? theme.warning : theme.secondary);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignRight, right);
    if (whole().isEmpty())
        return;
    paintAxis(painter, axis(), m_zone->besides(axisRect()), theme);
    paintWindow(painter);
    paintPins(painter);
    if (hasFocus())
        painter.fillRect(0, 0, width(), 1, theme.interaction);
}

OverviewStrip::Grip OverviewStrip::gripAt(QPoint position) const
{
    const QRect plot = plotRect();
    if (whole().isEmpty() || position.x() < plot.left() - kEdge ||
        position.x() > plot.right() + kEdge || position.y() < plot.top())
        return Grip::None;
    const QRect box = windowRect();
    const bool isGrabbable = box.width() > 3 * kEdge;
    if (isGrabbable && std::abs(position.x() - box.left()) <= kEdge)
        return Grip::Begin;
    if (isGrabbable && std::abs(position.x() - box.right()) <= kEdge)
        return Grip::End;
    // A window that is the whole session has nowhere to go: dragging in it makes a new one.
    const bool isWhole = box.width() >= plot.width() - 2;
    if (!isWhole && box.contains(position.x(), plot.top()))
        return Grip::Body;
    return Grip::New;
}

void OverviewStrip::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->position().toPoint();
    if (const auto pin = pinAt(m_pressed)) {
        // Once more at the same place: the next of those that stand there.
        const auto at = std::ranges::find(pin->marks, m_pickedFinding, &FindingMark::id);
        const bool hasNext = at != pin->marks.end() && at + 1 != pin->marks.end();
        m_pickedFinding = hasNext ? (*(at + 1))->id : pin->marks.front()->id;
        m_grip = Grip::None;
        m_findings->pick(m_pickedFinding);
        return;
    }
    m_grip = gripAt(m_pressed);
    m_hasMoved = false;
    m_pressedWindow = shared()->window();
    m_pressedAxis = axis();
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (m_grip == Grip::None) {
        const Grip under = gripAt(position);
        if (pinAt(position))
            setCursor(Qt::PointingHandCursor);
        else if (under == Grip::Begin || under == Grip::End)
            setCursor(Qt::SizeHorCursor);
        else if (under == Grip::Body)
            setCursor(Qt::OpenHandCursor);
        else
            unsetCursor();
        return;
    }
    if (!m_hasMoved &&
        std::abs(position.x() - m_pressed.x()) < QApplication::startDragDistance() / 2 + 1)
        return;
    m_hasMoved = true;
    const auto within = [this](double x) {
        const QRect plot = plotRect();
        return m_pressedAxis.timeAt(std::clamp(x, double(plot.left()), double(plot.right() + 1)));
    };
    const TimePoint here = within(position.x());
    TimeRange window = m_pressedWindow;
    switch (m_grip) {
    case Grip::None:
        return;
    case Grip::New: {
        const TimePoint there = within(m_pressed.x());
        window = {std::min(here, there), std::max(here, there)};
        break;
    }
    case Grip::Body: {
        const nanoseconds way =
            m_pressedAxis.timeAt(position.x()) - m_pressedAxis.timeAt(m_pressed.x());
        const TimeRange all = m_pressedAxis.window();
        const nanoseconds lowest = std::min(nanoseconds(0), all.begin - window.begin);
        const nanoseconds highest = std::max(nanoseconds(0), all.end - window.end);
        const nanoseconds bounded = std::clamp(way, lowest, highest);
        window = {window.begin + bounded, window.end + bounded};
        break;
    }
    case Grip::Begin:
        window = {std::min(here, window.end), std::max(here, window.end)};
        break;
    case Grip::End:
        window = {std::min(here, window.begin), std::max(here, window.begin)};
        break;
    }
    shared()->setWindow(window);
}

void OverviewStrip::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Grip grip = std::exchange(m_grip, Grip::None);
    if (grip != Grip::None && !m_hasMoved)
        shared()->setPlayhead(m_pressedAxis.timeAt(m_pressed.x()));
}

void OverviewStrip::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    if (pinAt(event->position().toPoint()))
        m_findings->show(m_pickedFinding);
    else
        shared()->showAll();
}

void OverviewStrip::wheelEvent(QWheelEvent* event)
{
    event->accept();
    if (whole().isEmpty())
        return;
    // The wheel acts on the window, about the time under the cursor.
    const TimePoint under = axis().timeAt(event->position().x());
    const TimeRange window = shared()->window();
    const double width = plotRect().width();
    const TimeAxis zoomed(window, event->position().x() - width / 2, width);
    if (window.contains(under)) {
        const double share = TimeAxis(window, 0, width).xAt(under);
        navigateByWheel(*shared(), TimeAxis(window, event->position().x() - share, width), *event);
    } else {
        navigateByWheel(*shared(), zoomed, *event);
    }
}

void OverviewStrip::keyPressEvent(QKeyEvent* event)
{
    if (!navigateByKey(*shared(), *event))
        View::keyPressEvent(event);
}

} // namespace murmur
