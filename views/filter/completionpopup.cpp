// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/filter/completionpopup.h"

#include "views/base/theme.h"
#include "views/filter/completionmodel.h"

#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kMargin = 10;
constexpr int kBetween = 24;
constexpr int kMostRows = 12;
constexpr int kWidest = 620;

/// What is written on the left, what it is on the right.
class CompletionDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const bool isChosen = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(option.rect, isChosen ? theme.selectionGround : theme.plate);
        if (isChosen) // not by its ground alone
            painter->fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())),
                              theme.interaction);
        const QRect inner = option.rect.adjusted(kMargin, 0, -kMargin, 0);
        const QString hint = index.data(CompletionModel::HintRole).toString();
        const QFont small = theme.interfaceFont(9);
        const int hintWidth =
            std::min(QFontMetrics(small).horizontalAdvance(hint), inner.width() / 2);
        const QFontMetrics metrics(theme.numberFont());
        painter->setFont(theme.numberFont());
        painter->setPen(theme.text);
        painter->drawText(inner, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(index.data().toString(), Qt::ElideMiddle,
                                             inner.width() - hintWidth - kBetween / 2));
        painter->setFont(small);
        painter->setPen(theme.faint);
        painter->drawText(inner, Qt::AlignRight | Qt::AlignVCenter,
                          QFontMetrics(small).elidedText(hint, Qt::ElideRight, hintWidth));
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&,
                                 const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const int width =
            QFontMetrics(theme.numberFont()).horizontalAdvance(index.data().toString()) +
            QFontMetrics(theme.interfaceFont(9))
                .horizontalAdvance(index.data(CompletionModel::HintRole).toString());
        return {width + 2 * kMargin + kBetween, theme.listRow};
    }
};

} // namespace

CompletionPopup::CompletionPopup(CompletionModel* model, QWidget* window)
    : QListView(window)
    , m_model(model)
{
    setObjectName(QStringLiteral("completions"));
    setModel(model);
    setItemDelegate(new CompletionDelegate(this));
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("What can stand here"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(QFrame::StyledPanel);
    hide();
}

void CompletionPopup::showAt(QPoint corner)
{
    const QWidget* window = parentWidget();
    int width = 200;
    for (int row = 0; row < std::min(m_model->rowCount(), 100); ++row)
        width = std::max(width, sizeHintForIndex(m_model->index(row)).width());
    width = std::min({width + verticalScrollBar()->sizeHint().width() + 2 * frameWidth(), kWidest,
                      window->width() - 16});
    const int rows = std::min(m_model->rowCount(), kMostRows);
    const int height = rows * Theme::current().listRow + 2 * frameWidth();
    setGeometry(std::clamp(corner.x(), 8, std::max(8, window->width() - width - 8)), corner.y(),
                width, std::max(height, 1));
    clearSelection();
    setCurrentIndex({});
    scrollToTop();
    show();
    raise();
}

void CompletionPopup::move(int step)
{
    const int rows = m_model->rowCount();
    if (rows == 0)
        return;
    // One place more than there are rows: the line itself.
    int next = chosen() + step;
    if (std::abs(step) > 1)
        next = std::clamp(next, 0, rows - 1);
    else if (next >= rows || next < -1)
        next = next < -1 ? rows - 1 : -1;
    setCurrentIndex(next < 0 ? QModelIndex() : m_model->index(next));
    if (next < 0)
        clearSelection();
}

int CompletionPopup::chosen() const
{
    return currentIndex().isValid() ? currentIndex().row() : -1;
}

} // namespace murmur
