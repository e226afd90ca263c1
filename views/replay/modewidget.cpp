// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/replay/modewidget.h"

#include "views/base/numbers.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QFont wordFont(const Theme& theme)
{
    QFont font = theme.interfaceFont(11);
    font.setWeight(QFont::Bold);
    return font;
}

} // namespace

ModeWidget::ModeWidget(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    for (const auto signal : {&SharedView::modeChanged, &SharedView::playheadChanged,
                              &SharedView::dataGrew, &SharedView::sessionChanged})
        connect(shared, signal, this, &ModeWidget::refresh);
    connect(shared->playback(), &Playback::changed, this, &ModeWidget::refresh);
    refresh();
}

void ModeWidget::setArmed(bool armed)
{
    m_isArmed = armed;
    refresh();
}

void ModeWidget::setRecordingLength(std::optional<nanoseconds> length)
{
    m_length = length;
    refresh();
}

QString ModeWidget::text() const
{
    if (!m_shared->session())
        return m_isArmed ? tr("ARMED") : tr("NO SESSION");
    QString word;
    switch (m_shared->mode()) {
    case SharedView::Mode::Live:
        word = tr("LIVE");
        break;
    case SharedView::Mode::Paused: {
        const QString behind = behindText(m_shared->behindLive());
        word = behind.isEmpty() ? tr("PAUSED") : tr("PAUSED %1").arg(behind);
        break;
    }
    case SharedView::Mode::Replay:
        word = m_shared->playback()->isBackwards() ? tr("REPLAY ◀ %1×") : tr("REPLAY %1×");
        word = word.arg(QLocale().toString(m_shared->speed(), 'g', 4));
        break;
    }
    return m_isArmed ? tr("ARMED · %1").arg(word) : word;
}

QColor ModeWidget::color() const
{
    const Theme& theme = Theme::current();
    if (m_isArmed)
        return theme.bad;
    if (!m_shared->session())
        return theme.secondary;
    switch (m_shared->mode()) {
    case SharedView::Mode::Live:
        return theme.good;
    case SharedView::Mode::Paused:
        return theme.warning;
    case SharedView::Mode::Replay:
        return theme.interaction;
    }
    return theme.secondary;
}

void ModeWidget::refresh()
{
    const QString length = m_length ? lengthText(*m_length) : QString();
    const QString shown = text() + u'\n' + length;
    if (shown == m_shown)
        return;
    m_shown = shown;
    setAccessibleName(text());
    setAccessibleDescription(m_length ? tr("recording for %1").arg(length) : tr("not recording"));
    setToolTip(m_shared->mode() == SharedView::Mode::Paused ? tr("Back to the newest message  (G)")
                                                            : tr("Pause  (Space)"));
    updateGeometry();
    update();
}

QSize ModeWidget::sizeHint() const
{
    const Theme& theme = Theme::current();
    const QFontMetrics words(wordFont(theme));
    // Digits that change do not make the widget wider.
    const QString widest =
        text().startsWith(tr("PAUSED")) ? tr("PAUSED %1").arg(u"−00:00"_s) : text();
    int width = std::max(words.horizontalAdvance(widest), words.horizontalAdvance(text())) + 24;
    if (m_length)
        width += QFontMetrics(theme.numberFont(10)).horizontalAdvance(lengthText(*m_length)) + 26;
    return {width, std::max(30, words.height() + 12)};
}

QSize ModeWidget::minimumSizeHint() const
{
    return sizeHint();
}

void ModeWidget::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor tone = color();
    QColor ground = tone;
    ground.setAlphaF(0.10F);
    painter.setPen(QPen(tone, hasFocus() ? 2 : 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    const QFont words = wordFont(theme);
    painter.setFont(words);
    painter.setPen(tone);
    painter.drawText(rect().adjusted(12, 0, -12, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
    if (!m_length)
        return;
    const QString length = lengthText(*m_length);
    const QFont figures = theme.numberFont(10);
    const int width = QFontMetrics(figures).horizontalAdvance(length);
    const int left = rect().right() - 11 - width;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.bad); // the recording dot, with its length beside it
    painter.drawEllipse(QPointF(left - 9, rect().center().y() + 0.5), 4, 4);
    painter.setFont(figures);
    painter.setPen(theme.text);
    painter.drawText(QRect(left, 0, width + 2, height()), Qt::AlignVCenter | Qt::AlignLeft, length);
}

void ModeWidget::toggle()
{
    if (m_shared->mode() == SharedView::Mode::Paused)
        m_shared->goLive();
    else
        m_shared->pause();
    Q_EMIT clicked();
}

void ModeWidget::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        toggle();
}

void ModeWidget::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        toggle();
    else
        QWidget::keyPressEvent(event);
}

void ModeWidget::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

} // namespace murmur
