// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingdelegate.h"

#include "views/base/theme.h"
#include "views/findings/findingmodel.h"

#include <QAbstractItemView>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kSign = 22; ///< room for the sign, left of the sentence
constexpr int kPadding = 6;
constexpr int kGap = 2;

QFont sentenceFont()
{
    return Theme::current().interfaceFont(9.5);
}

QFont factsFont()
{
    return Theme::current().interfaceFont(8.5);
}

int textWidth(const QStyleOptionViewItem& option)
{
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const int width = view != nullptr ? view->viewport()->width() : option.rect.width();
    return std::max(80, width - kSign - 2 * kPadding);
}

QRect sentenceRect(const QString& sentence, int width)
{
    return QFontMetrics(sentenceFont())
        .boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap, sentence);
}

QString factsOf(const QModelIndex& index)
{
    return index.data(FindingModel::DetectorRole).toString() + u" · "_s +
           index.data(FindingModel::FactsRole).toString();
}

/// Weight is a shape and a colour: triangle, square, circle.
void paintSign(QPainter& painter, QRectF place, Severity severity)
{
    const Theme& theme = Theme::current();
    painter.setPen(Qt::NoPen);
    switch (severity) {
    case Severity::Critical:
        painter.setBrush(theme.bad);
        painter.drawPolygon(QPolygonF{QPointF(place.center().x(), place.top()), place.bottomRight(),
                                      place.bottomLeft()});
        break;
    case Severity::Warning:
        painter.setBrush(theme.warning);
        painter.drawRect(place.adjusted(1, 1, -1, -1));
        break;
    case Severity::Info:
        painter.setBrush(theme.secondary);
        painter.drawEllipse(place.adjusted(1, 1, -1, -1));
        break;
    }
}

} // namespace

void FindingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const bool isSelected = (option.state & QStyle::State_Selected) != 0;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(option.rect, isSelected ? theme.selectionGround : theme.pane);
    const QString sentence = index.data(Qt::DisplayRole).toString();
    const QRect text(option.rect.left() + kSign + kPadding, option.rect.top() + kPadding,
                     textWidth(option), option.rect.height() - 2 * kPadding);
    const QFontMetrics metrics(sentenceFont());
    paintSign(*painter,
              QRectF(option.rect.left() + kPadding + 2, text.top() + (metrics.height() - 10) / 2.0,
                     10, 10),
              static_cast<Severity>(index.data(FindingModel::SeverityRole).toInt()));
    painter->setFont(sentenceFont());
    painter->setPen(theme.text);
    painter->drawText(text, Qt::TextWordWrap, sentence);
    const int below = sentenceRect(sentence, text.width()).height() + kGap;
    painter->setFont(factsFont());
    painter->setPen(theme.secondary);
    const QFontMetrics small(factsFont());
    painter->drawText(QRect(text.left(), text.top() + below, text.width(), small.height()),
                      Qt::AlignLeft | Qt::AlignVCenter,
                      small.elidedText(factsOf(index), Qt::ElideRight, text.width()));
    painter->setPen(theme.hairline);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    painter->restore();
}

QSize FindingDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int width = textWidth(option);
    const int sentence = sentenceRect(index.data(Qt::DisplayRole).toString(), width).height();
    return {width + kSign, sentence + kGap + QFontMetrics(factsFont()).height() + 2 * kPadding + 1};
}

} // namespace murmur
