// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/markeroverlay.h"

#include "views/base/markerboard.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kFlag = 8;
constexpr int kWidestLabel = 180;
constexpr int kRoomOfLine = 60; ///< pixels

/// Those of the axis' window, by time.
std::pair<std::size_t, std::size_t> shownOf(const std::vector<Marker>& markers, TimeRange window)
{
    const auto first = std::ranges::lower_bound(markers, toNs(window.begin), {}, &Marker::time);
    const auto last = std::ranges::lower_bound(markers, toNs(window.end), {}, &Marker::time);
    return {static_cast<std::size_t>(first - markers.begin()),
            static_cast<std::size_t>(last - markers.begin())};
}

} // namespace

MarkerOverlay::MarkerOverlay(SharedView* shared, QWidget* view, std::function<Place()> place)
    : QWidget(view)
    , m_markers(MarkerBoard::of(shared))
    , m_place(std::move(place))
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Markers"));
    setGeometry(view->rect());
    view->installEventFilter(this);
    connect(m_markers, &MarkerBoard::changed, this, &MarkerOverlay::onChanged);
    onChanged();
}

void MarkerOverlay::onChanged()
{
    // Nothing to paint costs nothing, not even a widget.
    setVisible(!m_markers->markers().empty());
    setAccessibleDescription(asText());
    update();
}

bool MarkerOverlay::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        setGeometry(parentWidget()->rect());
    else if (event->type() == QEvent::ChildAdded)
        raise();
    return QWidget::eventFilter(watched, event);
}

QString MarkerOverlay::asText() const
{
    const auto& markers = m_markers->markers();
    const auto [first, last] = shownOf(markers, m_place().axis.window());
    QStringList lines;
    for (std::size_t i = first; i < last; ++i)
        lines << shownClock(fromNs(markers[i].time)) + u' ' + markers[i].text;
    return lines.join(u'\n');
}

void MarkerOverlay::paintEvent(QPaintEvent*)
{
    const auto [axis, plot] = m_place();
    const auto& markers = m_markers->markers();
    const auto [first, last] = shownOf(markers, axis.window());
    if (first == last || plot.isEmpty())
        return;
    QPainter painter(this);
    painter.setClipRect(plot);
    const Theme& theme = Theme::current();
    const QColor color = theme.kinds[static_cast<std::size_t>(Kind::Marker)];
    const QFont font = theme.interfaceFont(8.5);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    // Many lines would hide what they are about: they become faint, their flags stay.
    QColor lineColor = color;
    if (static_cast<int>(last - first) > plot.width() / kRoomOfLine)
        lineColor.setAlpha(80);
    int lineUntil = plot.left() - 1;
    int labelUntil = plot.left();
    for (std::size_t i = first; i < last; ++i) {
        const int x = static_cast<int>(std::floor(axis.xAt(fromNs(markers[i].time))));
        if (x > lineUntil) { // several in one column are one line
            painter.setPen(QPen(lineColor, 1, Qt::DashLine));
            painter.drawLine(x, plot.top(), x, plot.bottom());
            QPainterPath flag;
            flag.addPolygon(QPolygonF({QPointF(x, plot.top()), QPointF(x + kFlag, plot.top()),
                                       QPointF(x, plot.top() + kFlag)}));
            painter.fillPath(flag, color);
            lineUntil = x;
        }
        const int left = x + kFlag + 3;
        const int room = std::min(kWidestLabel, plot.right() - left - 4);
        if (left < labelUntil || room < 24)
            continue; // labels never cover each other; the text form has them all
        // The next one's flag must stay free.
        int most = room;
        if (i + 1 < last) {
            const double next = axis.xAt(fromNs(markers[i + 1].time));
            most = std::min(most, static_cast<int>(next) - left - 4);
        }
        const QString text = metrics.elidedText(markers[i].text, Qt::ElideRight, std::max(most, 0));
        const int width = metrics.horizontalAdvance(text);
        if (text.size() < 3)
            continue;
        const QRect plate(left - 2, plot.top(), width + 5, metrics.height());
        QColor ground = theme.plate;
        ground.setAlpha(220);
        painter.fillRect(plate, ground);
        painter.setPen(color);
        painter.drawText(plate.adjusted(2, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
        labelUntil = plate.right() + 4;
    }
}

} // namespace murmur
