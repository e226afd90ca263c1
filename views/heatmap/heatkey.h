// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace murmur {

/// The key to the colours: a strip of both ramps with the counts at its ends. Lies over the plot
/// and lets the mouse through.
class HeatKey : public QWidget
{
    Q_OBJECT
public:
    explicit HeatKey(QWidget* parent = nullptr);
    void setMaximum(quint32 count);
    void setLinear(bool isLinear);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString leftText() const;
    [[nodiscard]] QString rightText() const;
    void describe();
    quint32 m_maximum = 0;
    bool m_isLinear = false;
};

} // namespace murmur
