// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

namespace murmur {

class SharedView;

/// Says in which time zone an axis is, and changes it: "UTC ▾". The view that owns the axis places
/// it at the right end of the axis.
class ZoneButton : public QToolButton
{
    Q_OBJECT
public:
    ZoneButton(SharedView* shared, QWidget* parent);
    /// What it leaves of an axis for labels.
    [[nodiscard]] QRect besides(QRect axis) const;

    /// At the right end of `axis`, over it.
    void placeAt(const QRect& axis);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    SharedView* m_shared;
    QRect m_axis;
    QFont m_font; ///< of the theme
};

} // namespace murmur
