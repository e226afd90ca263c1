// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/paneheader.h"

#include "views/base/theme.h"

#include <QHBoxLayout>
#include <QPainter>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// What of the facts has room: parts are left out from the end before one is cut, and a few letters
/// that would be cut are not begun where nothing depends on them.
QString factsThatFit(const QString& facts, const QFontMetrics& metrics, int room, bool mayGo)
{
    constexpr qsizetype kFewLetters = 24;
    QStringList parts = facts.split(u" · "_s);
    while (parts.size() > 1 && metrics.horizontalAdvance(parts.join(u" · "_s)) > room)
        parts.removeLast();
    const QString text = parts.join(u" · "_s);
    if (metrics.horizontalAdvance(text) > room && mayGo && text.size() < kFewLetters)
        return {};
    return metrics.elidedText(text, Qt::ElideRight, room);
}

constexpr std::array kFactsTones{&Theme::bad, &Theme::warning, &Theme::good, &Theme::faint};
constexpr const char* kFactsTone = "factsTone";

} // namespace

PaneHeader::PaneHeader(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_layout(new QHBoxLayout(this))
{
    m_layout->setContentsMargins(Theme::current().gutter, 0, 6, 0);
    m_layout->setSpacing(6);
    m_layout->addStretch(1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(title);
}

void PaneHeader::setTitle(const QString& title)
{
    if (title == m_title)
        return;
    m_title = title;
    setAccessibleName(title);
    update();
}

void PaneHeader::setFacts(const QString& facts, const QColor& color)
{
    if (facts == m_facts && color == m_factsColor)
        return;
    m_facts = facts;
    m_factsColor = color;
    // A tone of the theme stays that in another theme.
    int tone = -1;
    for (std::size_t i = 0; i < kFactsTones.size(); ++i) {
        if (color.isValid() && Theme::current().*kFactsTones[i] == color)
            tone = static_cast<int>(i);
    }
    setProperty(kFactsTone, tone);
    setAccessibleDescription(facts);
    update();
}

void PaneHeader::addWidget(QWidget* widget)
{
    m_layout->addWidget(widget, 0, Qt::AlignVCenter);
}

QSize PaneHeader::sizeHint() const
{
    const Theme& theme = Theme::current();
    const int text = QFontMetrics(theme.interfaceFont()).height() + 6;
    return {200, std::max({theme.paneHeader, text, m_layout->minimumSize().height()})};
}

QSize PaneHeader::minimumSizeHint() const
{
    return {60, sizeHint().height()};
}

void PaneHeader::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, height() - 1, width(), 1, theme.hairline);

    int right = width() - theme.gutter;
    for (int i = 0; i < m_layout->count(); ++i) {
        if (const QWidget* widget = m_layout->itemAt(i)->widget(); widget && !widget->isHidden())
            right = std::min(right, widget->x() - 8);
    }
    QFont bold = theme.interfaceFont();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics titleMetrics(bold);
    const int left = theme.gutter;
    const int titleWidth = std::min(titleMetrics.horizontalAdvance(m_title), right - left);
    painter.setFont(bold);
    painter.setPen(theme.text);
    painter.drawText(QRect(left, 0, titleWidth + 2, height()), Qt::AlignVCenter | Qt::AlignLeft,
                     titleMetrics.elidedText(m_title, Qt::ElideRight, titleWidth + 1));

    const QFont small = theme.numberFont(9);
    const QFontMetrics factMetrics(small);
    const int room = right - (left + titleWidth + 16);
    // What warns is never left out.
    const int tone = m_factsColor.isValid() ? property(kFactsTone).toInt() : -1;
    const QString facts = room < 40 || m_facts.isEmpty()
                              ? QString()
                              : factsThatFit(m_facts, factMetrics, room, tone < 0);
    if (const QString whole = facts == m_facts ? QString() : m_facts; toolTip() != whole)
        setToolTip(whole);
    if (facts.isEmpty())
        return;
    painter.setFont(small);
    painter.setPen(!m_factsColor.isValid() ? theme.secondary
                   : tone < 0              ? m_factsColor
                                           : theme.*kFactsTones[static_cast<std::size_t>(tone)]);
    painter.drawText(QRect(right - room, 0, room, height()), Qt::AlignVCenter | Qt::AlignRight,
                     facts);
}

} // namespace murmur
