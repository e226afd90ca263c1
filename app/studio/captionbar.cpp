// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "captionbar.h"

#include "views/base/theme.h"

#include <QPainter>

namespace murmur {

namespace {

constexpr qreal kPoints = 20;
constexpr int kHeight = 76;
constexpr int kMargin = 28;

} // namespace

CaptionBar::CaptionBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFixedHeight(kHeight);
}

void CaptionBar::say(const QString& sentence, const QString& place)
{
    m_sentence = sentence;
    m_place = place;
    setAccessibleName(sentence);
    update();
}

QSize CaptionBar::sizeHint() const
{
    return {600, kHeight};
}

void CaptionBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, 0, width(), 1, theme.hairline);
    const QRect inner = rect().adjusted(kMargin, 0, -kMargin, 0);
    painter.setFont(theme.numberFont(10));
    painter.setPen(theme.faint);
    painter.drawText(inner, Qt::AlignRight | Qt::AlignVCenter, m_place);
    const QRect room =
        inner.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(m_place) - 20, 0);
    // A long sentence gets two lines, a very long one smaller letters.
    for (qreal points = kPoints; points >= 11; points -= 1) {
        painter.setFont(theme.interfaceFont(points));
        const QRect needed = painter.fontMetrics().boundingRect(
            room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, m_sentence);
        if (needed.height() <= kHeight - 8 && needed.width() <= room.width())
            break;
    }
    painter.setPen(theme.text);
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, m_sentence);
}

} // namespace murmur
