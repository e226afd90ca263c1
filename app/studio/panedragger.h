// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "docks.h"

#include <QObject>
#include <QPoint>
#include <QRect>
#include <QString>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

class QTabBar;
class QWidget;

namespace murmur {

/// Where a pane that is dragged would come to stand.
struct DropSpot
{
    Dock dock = Dock::Middle;
    QString before = {}; ///< the pane that it comes to stand before; empty: behind all of them
    QRect mark = {};     ///< what is drawn, in the area
};

/// Drags panes by their tabs and headers to another place. While it lasts the place is marked; Esc
/// ends it.
class PaneDragger : public QObject
{
    Q_OBJECT
public:
    using SpotAt = std::function<std::optional<DropSpot>(const QPoint&)>;

    /// `spotAt` tells what a point of the area stands for.
    PaneDragger(QWidget* area, SpotAt spotAt);

    void watchTabs(QTabBar* bar, std::function<QString(int)> idOf);
    void watchHeader(QWidget* header, const QString& id);
    [[nodiscard]] bool isDragging() const { return m_isDragging; }

Q_SIGNALS:
    void dropped(const QString& id, const murmur::DropSpot& spot);
    /// Beside the window.
    void droppedOutside(const QString& id, const QPoint& global);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void press(QObject* watched, const QPoint& at, const QPoint& global);
    void drag(const QPoint& global);
    void drop(const QPoint& global);
    void end();

    QWidget* m_area;
    SpotAt m_spotAt;
    QWidget* m_mark;
    std::vector<std::pair<QTabBar*, std::function<QString(int)>>> m_bars;
    QString m_id; ///< pressed; empty: none
    QPoint m_pressed;
    bool m_isDragging = false;
};

} // namespace murmur
