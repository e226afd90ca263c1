// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/timeaxis.h"

#include <QRect>
#include <QWidget>

#include <functional>

namespace murmur {

class MarkerBoard;
class SharedView;

/// Markers as labelled lines through a view with a time axis. Lies over the view, lets the mouse
/// through, and is painted whenever what lies under it is.
class MarkerOverlay : public QWidget
{
    Q_OBJECT
public:
    /// Where the view's time is now.
    struct Place
    {
        TimeAxis axis;
        QRect plot;
    };
    MarkerOverlay(SharedView* shared, QWidget* view, std::function<Place()> place);

    /// "02:14:09 vision-llm 2.3 is out", a line each, of those that are in the window.
    [[nodiscard]] QString asText() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void onChanged();

    MarkerBoard* m_markers; // the window's
    std::function<Place()> m_place;
};

} // namespace murmur
