// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/findingboard.h"
#include "views/base/frametimer.h"
#include "views/base/timeaxis.h"
#include "views/base/view.h"
#include "views/timeline/lanepainter.h"
#include "views/timeline/overviewdata.h"

#include <optional>
#include <vector>

namespace murmur {

class ZoneButton;

/// The whole session in one strip: how much was said when, errors, our gaps; the shared window as a
/// box and the playhead. The only scrubber: drag to set the window, its edges or its body; click to
/// move the playhead.
class OverviewStrip : public View
{
    Q_OBJECT
public:
    explicit OverviewStrip(const ViewContext& context, QWidget* parent = nullptr);
    ~OverviewStrip() override;

    /// Places `corner` (the transport) left of the strip, where the other views have their names.
    /// Takes ownership.
    void setCorner(QWidget* corner);

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] bool isSettled() const override { return m_data.isSettled(); }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

    [[nodiscard]] TimeAxis axis() const; ///< of the whole session
    [[nodiscard]] QRect plotRect() const;
    [[nodiscard]] QRect windowRect() const; ///< the box of the shared window
    [[nodiscard]] QString facts() const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Grip { None, New, Body, Begin, End };
    struct LayerKey
    {
        TimeRange session;
        QSize size;
        qreal pixelRatio = 0;
        quint64 data = 0;
        bool isDark = false;
        friend bool operator==(const LayerKey&, const LayerKey&) = default;
    };

    [[nodiscard]] TimeRange whole() const;
    [[nodiscard]] Grip gripAt(QPoint position) const;
    [[nodiscard]] QRect axisRect() const;
    [[nodiscard]] QString span() const;
    void ensureLayer();
    void paintLayer(QPainter& painter) const;
    void paintWindow(QPainter& painter) const;
    void placeCorner();
    void describe();

    /// Findings that begin within a few pixels.
    struct Pin
    {
        QRect place;
        int until = 0; ///< x of their end
        Severity severity = Severity::Info;
        std::vector<const FindingMark*> marks; ///< the worst first
    };
    [[nodiscard]] std::vector<Pin> pins() const;
    [[nodiscard]] std::optional<Pin> pinAt(QPoint position) const;
    [[nodiscard]] QString pinText(const Pin& pin) const;
    void paintPins(QPainter& painter) const;

    OverviewData m_data;
    quint64 m_revision = 0;
    FrameTimer m_frames{QStringLiteral("overview")};
    QWidget* m_corner = nullptr;
    ZoneButton* m_zone;
    FindingBoard* m_findings; // the window's
    std::uint64_t m_pickedFinding = 0;
    QImage m_layer;
    LayerKey m_key;
    LanePainter m_lanes;
    Grip m_grip = Grip::None;
    bool m_hasMoved = false;
    QPoint m_pressed;
    TimeRange m_pressedWindow;
    TimeAxis m_pressedAxis; ///< a growing session must not move under the hand
};

} // namespace murmur
