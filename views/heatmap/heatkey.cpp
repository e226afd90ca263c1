// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heatmap/heatkey.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QPainter>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {
constexpr int kStrip = 48;
}

HeatKey::HeatKey(QWidget* parent)
    : QWidget(parent)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void HeatKey::setMaximum(quint32 count)
{
    if (count == m_maximum)
        return;
    m_maximum = count;
    setVisible(count > 0);
    resize(sizeHint());
    describe();
    update();
}

void HeatKey::setLinear(bool isLinear)
{
    m_isLinear = isLinear;
    resize(sizeHint());
    describe();
    update();
}

void HeatKey::describe()
{
    const QString name =
        m_isLinear ? tr("Colour key: from 1 to %1 calls a cell, linear, warm above the SLO")
                   : tr("Colour key: from 1 to %1 calls a cell, logarithmic, warm above the SLO");
    setAccessibleName(name.arg(numberText(static_cast<std::int64_t>(m_maximum))));
}

QString HeatKey::leftText() const
{
    return tr("calls %1").arg(numberText(1));
}

QString HeatKey::rightText() const
{
    return m_isLinear ? tr("%1 linear").arg(numberText(m_maximum)) : numberText(m_maximum);
}

QSize HeatKey::sizeHint() const
{
    const QFontMetrics metrics(Theme::current().interfaceFont(9));
    return {metrics.horizontalAdvance(leftText() + rightText()) + kStrip + 22,
            metrics.height() + 4};
}

void HeatKey::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    QColor plate = theme.ground;
    plate.setAlphaF(0.75F);
    painter.fillRect(rect(), plate);
    painter.setFont(theme.interfaceFont(9));
    painter.setPen(theme.secondary);
    painter.drawText(rect().adjusted(4, 0, -4, 0), Qt::AlignLeft | Qt::AlignVCenter, leftText());
    painter.drawText(rect().adjusted(4, 0, -4, 0), Qt::AlignRight | Qt::AlignVCenter, rightText());
    const int left = 4 + painter.fontMetrics().horizontalAdvance(leftText()) + 6;
    const int half = 4;
    for (int x = 0; x < kStrip; ++x) {
        const auto step = static_cast<std::size_t>(1 + x * 254 / (kStrip - 1));
        painter.fillRect(left + x, height() / 2 - half, 1, half, QColor(theme.heatAboveSlo[step]));
        painter.fillRect(left + x, height() / 2, 1, half, QColor(theme.heat[step]));
    }
}

} // namespace murmur
