// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/emptynote.h"

#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kSide = 24;
constexpr int kAbove = 12;
constexpr int kWidestLine = 520;

} // namespace

EmptyNote::EmptyNote(QWidget* parent)
    : QWidget(parent)
    , m_title(new QLabel(this))
    , m_sentence(new QLabel(this))
    , m_action(new QPushButton(this))
{
    // Clicks, wheels and drops on the empty pane still belong to the pane; only the button is ours.
    setAttribute(Qt::WA_NoSystemBackground);
    m_title->setAlignment(Qt::AlignCenter);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_title->setWordWrap(true);
    m_action->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSide, kAbove, kSide, kAbove);
    layout->setSpacing(6);
    layout->addStretch();
    layout->addWidget(m_title);
    layout->addWidget(m_sentence);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch();
    connect(m_action, &QPushButton::clicked, this, &EmptyNote::actionTaken);
    parent->installEventFilter(this);
    setGeometry(parent->rect());
    applyTheme();
    keepReadable();
    hide();
}

void EmptyNote::say(const QString& title, const QString& sentence)
{
    if (title == m_title->text() && sentence == m_sentence->text() &&
        isHidden() == title.isEmpty()) {
        offerRemedy();
        return;
    }
    m_title->setText(title);
    m_sentence->setText(sentence);
    offerRemedy();
    keepReadable();
    setAccessibleName(title);
    setAccessibleDescription(sentence);
    setVisible(!title.isEmpty());
    if (!title.isEmpty())
        raise();
}

void EmptyNote::offer(const QString& action)
{
    if (action == m_action->text() && m_action->isHidden() == action.isEmpty())
        return;
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    keepReadable();
}

void EmptyNote::follow(SharedView* shared)
{
    m_shared = shared;
    connect(this, &EmptyNote::actionTaken, shared, &SharedView::takeSilenceAction);
}

void EmptyNote::offerRemedy()
{
    if (m_shared == nullptr)
        return;
    const QString sentence = m_sentence->text();
    offer(!sentence.isEmpty() && sentence == m_shared->silence() ? m_shared->silenceAction()
                                                                 : QString());
}

QString EmptyNote::title() const
{
    return m_title->text();
}

QString EmptyNote::sentence() const
{
    return m_sentence->text();
}

bool EmptyNote::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parent() && event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
        keepReadable();
    }
    return QWidget::eventFilter(watched, event);
}

void EmptyNote::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
    QWidget::changeEvent(event);
}

/// A line that is as long as a wide pane is hard to read. In a low one the sentence gives up the
/// room around it, then itself: cut through the middle of its letters it says nothing.
void EmptyNote::keepReadable()
{
    const int side = std::max(kSide, (width() - kWidestLine) / 2);
    const int room = width() - 2 * side;
    const int around = layout()->spacing() * (m_action->isHidden() ? 1 : 2) +
                       (m_action->isHidden() ? 0 : m_action->sizeHint().height());
    const int needed = m_title->heightForWidth(room) + m_sentence->heightForWidth(room) + around;
    const int above = height() >= needed + 2 * kAbove ? kAbove : 0;
    layout()->setContentsMargins(side, above, side, above);
    const bool fits = height() >= needed;
    m_sentence->setVisible(fits && !m_sentence->text().isEmpty());
    setToolTip(fits ? QString() : m_sentence->text());
}

void EmptyNote::applyTheme()
{
    const Theme& theme = Theme::current();
    const auto tint = [](QLabel* label, const QColor& color) {
        QPalette palette = label->palette();
        if (palette.color(QPalette::WindowText) == color)
            return;
        palette.setColor(QPalette::WindowText, color);
        label->setPalette(palette);
    };
    tint(m_title, theme.secondary);
    tint(m_sentence, theme.faint);
    m_title->setFont(theme.interfaceFont(11));
    m_sentence->setFont(theme.interfaceFont(9.5));
}

} // namespace murmur
