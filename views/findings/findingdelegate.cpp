// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingdelegate.h"

#include "views/base/findingboard.h"
#include "views/base/theme.h"
#include "views/findings/findingmodel.h"

#include <QPainter>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kSign = 20; ///< room for the sign, left of the words
constexpr int kPadding = 4;
constexpr int kGap = 8; ///< between words on the left and on the right

QFont titleFont()
{
    return Theme::current().interfaceFont(9.5);
}

QFont sentenceFont()
{
    return Theme::current().interfaceFont(8.5);
}

/// Words on the left, and on the right what goes before them when there is little room.
void paintLine(QPainter& painter, QRect place, const QString& left, const QColor& leftColor,
               const QString& right, const QColor& rightColor, const QFont& rightFont)
{
    const QFont leftFont = painter.font();
    painter.setFont(rightFont);
    painter.setPen(rightColor);
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, right);
    if (!right.isEmpty())
        place.setRight(place.right() - QFontMetrics(rightFont).horizontalAdvance(right) - kGap);
    painter.setFont(leftFont);
    painter.setPen(leftColor);
    painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(leftFont).elidedText(left, Qt::ElideRight, place.width()));
}

} // namespace

void FindingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const bool isSelected = (option.state & QStyle::State_Selected) != 0;
    const bool isIncident = index.data(FindingModel::IsIncidentRole).toBool();
    const auto severity = static_cast<Severity>(index.data(FindingModel::SeverityRole).toInt());
    painter->save();
    painter->fillRect(option.rect, isSelected   ? theme.selectionGround
                                   : isIncident ? theme.header
                                                : theme.pane);
    QRect text = option.rect.adjusted(kSign + kPadding, kPadding, -kPadding - 4, -kPadding);
    if (isIncident) {
        text.setLeft(option.rect.left() + kPadding + 4);
        painter->setFont(sentenceFont());
        paintLine(*painter, text, index.data(FindingModel::TitleRole).toString(),
                  severity == Severity::Critical ? theme.bad : theme.warning,
                  index.data(FindingModel::FactsRole).toString(), theme.secondary, sentenceFont());
    } else {
        const QString standing = index.data(FindingModel::StandingRole).toString();
        const bool isQuiet = !standing.isEmpty();
        const bool isCause = index.data(FindingModel::IsCauseRole).toBool();
        const int line = QFontMetrics(titleFont()).height();
        painter->setRenderHint(QPainter::Antialiasing);
        paintSeverity(
            *painter,
            QRectF(option.rect.left() + kPadding + 4, text.top() + (line - 9) / 2.0, 9, 9),
            severity, isQuiet ? theme.faint : severityColor(theme, severity));
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setFont(titleFont());
        const QString right = isQuiet   ? standing
                              : isCause ? FindingModel::tr("first cause")
                                        : index.data(FindingModel::SureRole).toString();
        paintLine(*painter, QRect(text.left(), text.top(), text.width(), line),
                  index.data(FindingModel::TitleRole).toString(),
                  isQuiet ? theme.faint : theme.text, right,
                  isCause && !isQuiet ? theme.text : theme.faint, sentenceFont());
        painter->setFont(sentenceFont());
        paintLine(*painter,
                  QRect(text.left(), text.top() + line, text.width(),
                        QFontMetrics(sentenceFont()).height()),
                  index.data(Qt::DisplayRole).toString(), isQuiet ? theme.faint : theme.secondary,
                  {}, theme.faint, sentenceFont());
    }
    painter->setPen(theme.hairline);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    if ((option.state & QStyle::State_HasFocus) != 0) {
        painter->setPen(theme.interaction);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QSize FindingDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int small = QFontMetrics(sentenceFont()).height();
    const bool isIncident = index.data(FindingModel::IsIncidentRole).toBool();
    return {option.rect.width(),
            (isIncident ? small : small + QFontMetrics(titleFont()).height()) + 2 * kPadding + 1};
}

} // namespace murmur
