// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include "session/matrix.h"
#include "session/session.h"

#include <memory>
#include <optional>

class QFrame;
class QMenu;
class QToolButton;

namespace murmur {

class EmptyNote;
class HeatKey;
class LatencyPlot;
struct LatencyBox;
class PaneHeader;

/// Latency over time: calls by when they were answered and how long that took. Follows and sets the
/// shared window, playhead, SLO and selection.
class LatencyView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit LatencyView(const ViewContext& context, QWidget* parent = nullptr);
    ~LatencyView() override;

    /// Pixels left of the first column: the theme's `axisLeft` unless another axis is to be met.
    void setGutter(int left);
    void setRightGutter(int right);

    [[nodiscard]] QString asText() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] LatencyPlot* plot() const { return m_plot; }
    /// Only the answers that pass this are shown; an empty condition: all. `name` is the title.
    void setOnly(const QString& condition, const QString& name);
    [[nodiscard]] const QString& only() const { return m_only; }
    /// "p50 31 ms  p95 640 ms  p99 1.2 s  max 1.9 s  4 unanswered  2,118 calls in view".
    [[nodiscard]] QString facts() const;

    [[nodiscard]] QSize sizeHint() const override { return {800, 190}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 100}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void makeControls();
    void onSessionChanged();
    void onWindowChanged();
    void onDataGrew();
    void refresh();
    void present(const Result<TileSlice>& answer);
    void askUnanswered();
    void updateNote();
    void updateHeader();
    void placeKey();
    void selectSlowest(const LatencyBox& box);
    void showMenu(const QPoint& globalPosition, nanoseconds latency);
    void offerBox(QMenu& menu);
    void offerRest(QMenu& menu);
    void pickBox(const LatencyBox& box);
    void clearBox();
    void placeBoxBar();
    void showBoxMessages();
    void askLanes();
    void offerLanes(const Result<Matrix>& answer);
    [[nodiscard]] FilterPtr shownFilter() const;
    void askSlo();
    void setLinear(bool isLinear);

    PaneHeader* m_header;
    LatencyPlot* m_plot;
    HeatKey* m_key;
    EmptyNote* m_note;
    QToolButton* m_onlyButton;
    QFrame* m_boxBar; ///< what can be done with the rectangle
    QString m_only;
    QString m_laneField; ///< by which calls are offered; empty: as lanes
    std::shared_ptr<const TileSlice> m_slice;
    std::optional<std::int64_t> m_unanswered; ///< none: not known (with a filter, or not yet)
    QString m_failure;
    TimePoint m_seenEnd; ///< of the session, when it was last asked
    bool m_windowChanged = false;
    bool m_isStale = false; ///< something changed while the question was under way
    LatestJob m_tiles;
    LatestJob m_state;
    LatestJob m_marks;
    LatestJob m_lanes;
};

/// Calls still open at the end of `window` that began inside it.
std::int64_t unansweredIn(const StateSlice& state, TimeRange window);

} // namespace murmur
