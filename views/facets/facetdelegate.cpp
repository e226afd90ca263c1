// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/facets/facetdelegate.h"

#include "views/base/theme.h"
#include "views/facets/facetmodel.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMarginAcross = 10;
constexpr int kGapAcross = 8;
constexpr int kBarHere = 3;
constexpr int kBarElsewhere = 2;
/// From here on, and below its inverse, a value is not just as common as elsewhere.
constexpr double kStandsOut = 1.5;

/// Words at the left, elided in the middle; returns nothing of the room at the right.
void drawWords(QPainter& painter, const QRect& place, const QString& words)
{
    painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(words, Qt::ElideMiddle, place.width()));
}

/// At the right end of `place`, which gets shorter by it.
void drawAtEnd(QPainter& painter, QRect& place, const QString& words)
{
    if (words.isEmpty())
        return;
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, words);
    place.setRight(place.right() - painter.fontMetrics().horizontalAdvance(words) - kGapAcross);
}

void drawBars(QPainter& painter, const QRect& place, const QModelIndex& index, const Theme& theme)
{
    const auto length = [&](double share) {
        return share <= 0
                   ? 0
                   : std::max(1,
                              static_cast<int>(std::lround(place.width() * std::min(1.0, share))));
    };
    const double elsewhere = index.data(FacetModel::OtherShareRole).toDouble();
    const int top = place.bottom() - kBarHere - kBarElsewhere - 3;
    painter.fillRect(place.left(), top, place.width(), kBarHere, theme.hairline);
    painter.fillRect(place.left(), top, length(index.data(FacetModel::ShareRole).toDouble()),
                     kBarHere, theme.interaction);
    if (elsewhere >= 0)
        painter.fillRect(place.left(), top + kBarHere + 1, length(elsewhere), kBarElsewhere,
                         theme.secondary);
}

} // namespace

void FacetDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const auto is = static_cast<FacetModel::Is>(index.data(FacetModel::IsRole).toInt());
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    QRect place = option.rect.adjusted(kMarginAcross, 0, -kMarginAcross, 0);
    if (is == FacetModel::Is::Heading) {
        painter->fillRect(option.rect, isSelected ? theme.selectionGround : theme.header);
        QFont bold = theme.interfaceFont(9.5);
        bold.setWeight(QFont::DemiBold);
        painter->setFont(theme.numberFont(9));
        painter->setPen(theme.secondary);
        drawAtEnd(*painter, place, index.data(FacetModel::CountRole).toString());
        painter->setFont(bold);
        const QString fold = index.data(FacetModel::IsFoldedRole).toBool() ? u"▸ "_s : u"▾ "_s;
        painter->setPen(theme.text);
        drawWords(*painter, place, fold + index.data().toString());
        painter->restore();
        return;
    }
    if (isSelected)
        painter->fillRect(option.rect, theme.selectionGround);
    if (index.data(FacetModel::IsChosenRole).toBool())
        painter->fillRect(option.rect.left(), option.rect.top(), 3, option.rect.height(),
                          theme.interaction);
    place.setLeft(place.left() + kGapAcross);
    if (is == FacetModel::Is::More) {
        painter->setFont(theme.interfaceFont(9));
        painter->setPen(index.data(FacetModel::IsWholeRole).toBool() ? theme.secondary
                                                                     : theme.interaction);
        drawWords(*painter, place, index.data().toString());
        painter->restore();
        return;
    }
    drawBars(*painter, place, index, theme);
    QRect words = place.adjusted(0, 2, 0, -kBarHere - kBarElsewhere - 3);
    painter->setFont(theme.numberFont(9));
    painter->setPen(theme.text);
    drawAtEnd(*painter, words, index.data(FacetModel::CountRole).toString());
    const double lift = index.data(FacetModel::LiftNumberRole).toDouble();
    const bool standsOut = lift < 0 || lift >= kStandsOut || lift <= 1 / kStandsOut;
    painter->setFont(theme.numberFont(8.5));
    painter->setPen(standsOut ? theme.interaction : theme.faint);
    drawAtEnd(*painter, words, index.data(FacetModel::LiftRole).toString());
    painter->setFont(theme.interfaceFont(9.5));
    const bool isNone = index.data(FacetModel::ConditionRole).toString().endsWith(u" not exists"_s);
    painter->setPen(isNone ? theme.secondary : theme.text);
    drawWords(*painter, words, index.data().toString());
    painter->restore();
}

QSize FacetDelegate::sizeHint(const QStyleOptionViewItem& /*option*/,
                              const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const auto is = static_cast<FacetModel::Is>(index.data(FacetModel::IsRole).toInt());
    const int words = QFontMetrics(theme.interfaceFont(9.5)).height();
    const int bars = is == FacetModel::Is::Value ? kBarHere + kBarElsewhere + 6 : 6;
    return {120, words + bars};
}

} // namespace murmur
