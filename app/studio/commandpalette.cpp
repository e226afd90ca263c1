// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandpalette.h"

#include "views/base/theme.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <QTimer>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWidth = 640;
constexpr int kRows = 12;
constexpr int kMargin = 14;
constexpr int kEditHeight = 36;

/// The text with the letters that were typed in the colour of interaction, kind and keys right.
class PaletteDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const bool isChosen = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(option.rect, isChosen ? theme.selectionGround : theme.plate);
        if (isChosen)
            painter->fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())),
                              theme.interaction);
        const QRect inner = option.rect.adjusted(kMargin, 0, -kMargin, 0);
        const QString keys = index.data(PaletteModel::KeysRole).toString();
        const QString kind = index.data(PaletteModel::KindRole).toString();
        const QString side = keys.isEmpty() ? kind : keys;
        const QFont small = keys.isEmpty() ? theme.interfaceFont(9) : theme.numberFont(9);
        painter->setFont(small);
        painter->setPen(keys.isEmpty() ? theme.faint : theme.secondary);
        painter->drawText(inner, Qt::AlignRight | Qt::AlignVCenter, side);
        const int room = inner.width() - QFontMetrics(small).horizontalAdvance(side) - kMargin;
        const QFont font = theme.interfaceFont(10);
        const QString text =
            QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, room);
        QTextLayout layout(text, font);
        QList<QTextLayout::FormatRange> formats;
        for (const QVariant& place : index.data(PaletteModel::PlacesRole).toList()) {
            QTextLayout::FormatRange range;
            range.start = place.toInt();
            range.length = 1;
            range.format.setForeground(theme.interaction);
            range.format.setFontWeight(QFont::DemiBold);
            if (range.start < text.size())
                formats << range;
        }
        layout.setFormats(formats);
        layout.beginLayout();
        QTextLine line = layout.createLine();
        if (line.isValid())
            line.setLineWidth(room * 2.0);
        layout.endLayout();
        painter->setPen(theme.text);
        layout.draw(painter,
                    QPointF(inner.left(), inner.top() + (inner.height() - line.height()) / 2));
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {kWidth, Theme::current().listRow + 5};
    }
};

} // namespace

CommandPalette::CommandPalette(std::vector<PaletteEntry> entries, const QStringList& usedLast,
                               QWidget* window)
    : QDialog(window, Qt::FramelessWindowHint | Qt::Popup)
    , m_model(new PaletteModel(this))
    , m_edit(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_nothing(new QLabel(tr("Nothing fits. > commands, @ agents, # topics."), this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(u"palette"_s);
    setWindowTitle(tr("Commands"));
    setAccessibleName(tr("Commands"));
    m_model->setEntries(std::move(entries), usedLast);
    m_edit->setPlaceholderText(
        tr("A command, view, agent, topic or filter   (> commands  @ agents  # topics)"));
    m_edit->setAccessibleName(tr("What to do"));
    m_edit->setFixedHeight(kEditHeight);
    m_edit->setFont(Theme::current().interfaceFont(11));
    m_edit->installEventFilter(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new PaletteDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("What fits"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_nothing->setForegroundRole(QPalette::PlaceholderText);
    m_nothing->setMargin(kMargin);
    m_nothing->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(1);
    column->addWidget(m_edit);
    column->addWidget(m_list, 1);
    column->addWidget(m_nothing);
    setFocusProxy(m_edit);

    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_list, &QListView::clicked, this, &CommandPalette::choose);

    const int width = std::min(kWidth, window->width() - 40);
    setFixedWidth(width);
    search({});
    move(window->mapToGlobal(QPoint((window->width() - width) / 2, 70)));
}

void CommandPalette::search(const QString& text)
{
    m_model->setQuery(text);
    m_list->setCurrentIndex(m_model->index(0));
    m_list->scrollToTop();
    m_nothing->setVisible(m_model->rowCount() == 0);
    m_list->setVisible(m_model->rowCount() > 0);
    fit();
}

/// As high as what it shows.
void CommandPalette::fit()
{
    const int rows = std::clamp(m_model->rowCount(), 0, kRows);
    const int list = rows * (Theme::current().listRow + 5);
    const int inner = rows > 0 ? list : m_nothing->sizeHint().height();
    const QMargins around = layout()->contentsMargins();
    m_list->setFixedHeight(std::max(1, list));
    setFixedHeight(kEditHeight + layout()->spacing() + inner + around.top() + around.bottom());
}

void CommandPalette::choose()
{
    const PaletteEntry* entry = m_model->entry(m_list->currentIndex().row());
    if (!entry)
        return;
    const auto run = entry->run;
    Q_EMIT chosen(entry->id);
    close();
    // Once the palette has gone, so that what it opens gets the keyboard.
    QTimer::singleShot(0, parent(), run);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_edit || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int rows = m_model->rowCount();
    const int row = m_list->currentIndex().row();
    const auto go = [&](int to) {
        if (rows > 0)
            m_list->setCurrentIndex(m_model->index((to + rows) % rows));
    };
    switch (key) {
    case Qt::Key_Down:
        go(row + 1);
        return true;
    case Qt::Key_Up:
        go(row - 1);
        return true;
    case Qt::Key_PageDown:
        go(std::min(row + kRows, rows - 1));
        return true;
    case Qt::Key_PageUp:
        go(std::max(row - kRows, 0));
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose();
        return true;
    default:
        return QDialog::eventFilter(watched, event);
    }
}

} // namespace murmur
