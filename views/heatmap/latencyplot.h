// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/timeaxis.h"
#include "views/heatmap/heatgrid.h"
#include "views/heatmap/plotlibrary.h"

#include <memory>
#include <optional>

namespace murmur {

/// A stretch of time and of latency that a person pointed at.
struct LatencyBox
{
    TimeRange time;
    nanoseconds low{0};
    nanoseconds high{0}; // exclusive
};

/// The drawing of the latency heatmap: cells, percentile lines, SLO line, playhead, and what mouse
/// and wheel mean on them. It is told what to show and says what the person did; it asks nobody.
class LatencyPlot : public QCustomPlot
{
    Q_OBJECT
public:
    explicit LatencyPlot(QWidget* parent = nullptr);
    ~LatencyPlot() override;

    /// Pixels left and right of the cells: those of the timeline, so that the columns align.
    void setGutters(int left, int right);
    [[nodiscard]] int leftGutter() const { return m_left; }
    [[nodiscard]] int rightGutter() const { return m_right; }
    void setWindow(TimeRange window);
    void setSlice(std::shared_ptr<const TileSlice> slice); ///< null: nothing to show
    void setSlo(nanoseconds slo);
    /// Colours grow with the count; else with its logarithm.
    void setLinear(bool isLinear);
    [[nodiscard]] bool isLinear() const { return m_isLinear; }
    void setPlayhead(std::optional<TimePoint> playhead);
    /// A rectangle that stays until another one is set.
    void setBox(std::optional<LatencyBox> box);
    [[nodiscard]] const std::optional<LatencyBox>& box() const { return m_kept; }
    /// Where it stands; empty when it is not in the window.
    [[nodiscard]] QRect boxRect() const;
    /// Where the playhead's line stands; none when it is not drawn.
    [[nodiscard]] std::optional<double> playheadX() const;
    /// False: there is no recording to have times and an SLO; only the grounds are drawn.
    void setHasData(bool hasData);
    void resetSpan(); ///< the latency axis begins anew (another session)
    void applyTheme();
    /// Something else stands there, in the upper right of the cells: no words are drawn under it.
    void keepClear(const QRect& area);

    [[nodiscard]] const HeatGrid& grid() const { return m_grid; }
    [[nodiscard]] const LatencyLines& lines() const { return m_lines; }
    [[nodiscard]] LatencySpan span() const { return m_span; }
    [[nodiscard]] QRect cellArea() const { return axisRect()->rect(); }
    [[nodiscard]] TimeAxis timeAxis() const;
    [[nodiscard]] double yOf(nanoseconds latency) const;
    /// Where the words at the limit's line stand; empty: they are not shown.
    [[nodiscard]] QRectF sloNameRect() const;
    [[nodiscard]] nanoseconds latencyAt(double y) const;
    /// "2026-05-21 04:17:29.0 – 29.2, 100–110 ms: 14 calls"; empty beside the cells.
    [[nodiscard]] QString describe(QPointF position) const;

Q_SIGNALS:
    void windowDragged(const murmur::TimeRange& window);
    void pointPicked(murmur::TimePoint time, const murmur::LatencyBox& cell);
    void boxPicked(const murmur::LatencyBox& box);
    void sloDragged(murmur::nanoseconds slo);
    void menuWanted(const QPoint& globalPosition, murmur::nanoseconds latency);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Drag { None, Undecided, Pan, Slo, Box };

    [[nodiscard]] double keyOf(TimePoint t) const;
    [[nodiscard]] bool isOnSlo(QPointF position) const;
    void rebuild();
    void fillMap();
    void placeAxes();
    void placePlayhead();
    void replotSoon();
    void placeBox(const std::optional<LatencyBox>& box);
    void placeSlo();
    void replotOverlay();
    [[nodiscard]] LatencyBox boxBetween(QPoint a, QPoint b) const;

    TimeRange m_window;
    std::optional<TimePoint> m_playhead;
    TimePoint m_origin; // doubles hold nanoseconds only near zero
    std::shared_ptr<const TileSlice> m_slice;
    HeatGrid m_grid;
    LatencyLines m_lines;
    LatencySpan m_span;
    nanoseconds m_slo{0};
    int m_left = 80;
    int m_right = 12;

    QCPColorMap* m_map;
    QCPGraph* m_p50;
    QCPGraph* m_p99;
    QCPItemText* m_p50Name;
    QCPItemText* m_p99Name;
    QCPItemStraightLine* m_sloLine;
    QCPItemText* m_sloName;
    QRect m_clear;
    QCPItemStraightLine* m_playheadLine;
    QCPItemRect* m_box;

    std::optional<LatencyBox> m_kept;
    bool m_isPainted = false;
    bool m_isLinear = false;
    bool m_hasData = false;
    Drag m_drag = Drag::None;
    QPoint m_pressed;
    TimeRange m_pressedWindow;
};

} // namespace murmur
