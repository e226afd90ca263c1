// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/replay/transportbar.h"

#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QActionGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::array kSpeeds{0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0};

QPainterPath triangle(double left, double right)
{
    // Points to the right when left < right.
    QPainterPath path;
    path.addPolygon(QPolygonF(QList<QPointF>{{left, 3}, {right, 8}, {left, 13}}));
    path.closeSubpath();
    return path;
}

} // namespace

TransportBar::TransportBar(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
{
    setAccessibleName(tr("Replay in the window"));
    m_start = addButton(Sign::Start, tr("To the start"), tr("To the start of the session"));
    m_back = addButton(Sign::Back, tr("One message back"), tr("One message back  (,)"));
    m_play = addButton(Sign::Play, tr("Play"), tr("Play from the playhead  (Space)"));
    m_forward = addButton(Sign::Forward, tr("One message on"), tr("One message on  (.)"));
    m_live = addButton(Sign::Live, tr("Back to live"), tr("Back to the newest message  (G)"));
    m_speed = new QToolButton(this);
    m_speed->setProperty("flat", true);
    m_speed->setStyleSheet(u"padding: 0 2px"_s);
    m_time = new QLabel(this);
    m_time->setAlignment(Qt::AlignCenter);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(6, 0, 4, 0);
    buttons->setSpacing(0);
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_live})
        buttons->addWidget(button);
    buttons->addStretch();
    auto* figures = new QHBoxLayout;
    figures->setContentsMargins(6, 0, 2, 0);
    figures->setSpacing(2);
    figures->addWidget(m_time, 1);
    figures->addWidget(m_speed);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 2);
    layout->setSpacing(0);
    layout->addLayout(buttons);
    layout->addLayout(figures);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);

    connect(m_start, &QToolButton::clicked, this, [this] {
        if (m_shared->session())
            m_shared->setPlayhead(m_shared->session()->seen().time.begin);
    });
    connect(m_back, &QToolButton::clicked, this, [this] { m_shared->step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { m_shared->step(1); });
    connect(m_live, &QToolButton::clicked, this, [this] { m_shared->goLive(); });
    connect(m_play, &QToolButton::clicked, this, [this] {
        if (m_shared->mode() == SharedView::Mode::Paused)
            m_shared->play();
        else
            m_shared->pause();
    });
    connect(m_speed, &QToolButton::clicked, this, &TransportBar::chooseSpeed);
    connect(shared, &SharedView::modeChanged, this, &TransportBar::refresh);
    connect(shared, &SharedView::sessionChanged, this, &TransportBar::refresh);
    connect(shared, &SharedView::dataGrew, this, &TransportBar::refresh);
    connect(shared, &SharedView::playheadChanged, this, &TransportBar::refreshTime);
    drawSigns();
    refresh();
}

QToolButton* TransportBar::addButton(Sign sign, const QString& name, const QString& hint)
{
    auto* button = new QToolButton(this);
    button->setProperty("flat", true);
    button->setProperty("sign", static_cast<int>(sign));
    button->setStyleSheet(u"padding: 2px"_s);
    button->setAutoRaise(true);
    button->setIconSize(QSize(16, 16));
    button->setAccessibleName(name);
    button->setToolTip(hint);
    return button;
}

QSize TransportBar::sizeHint() const
{
    return {Theme::current().axisLeft, QWidget::sizeHint().height()};
}

void TransportBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_time) {
        drawSigns();
        refresh();
    }
    QWidget::changeEvent(event);
}

void TransportBar::drawSigns()
{
    const Theme& theme = Theme::current();
    const auto icon = [&](Sign sign, const QColor& color) {
        QIcon made;
        for (const auto& [mode, tone] :
             {std::pair(QIcon::Normal, color), std::pair(QIcon::Disabled, theme.hairline)}) {
            QPixmap pixmap(32, 32);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            painter.setRenderHint(QPainter::Antialiasing);
            painter.scale(2, 2);
            switch (sign) {
            case Sign::Start:
                painter.fillRect(QRectF(3, 3, 1.6, 10), tone);
                painter.fillPath(triangle(13, 5.5), tone);
                break;
            case Sign::Back:
                painter.fillPath(triangle(12, 4), tone);
                break;
            case Sign::Play:
                painter.fillPath(triangle(4, 13), tone);
                break;
            case Sign::Pause:
                painter.fillRect(QRectF(4, 3, 3, 10), tone);
                painter.fillRect(QRectF(9, 3, 3, 10), tone);
                break;
            case Sign::Forward:
                painter.fillPath(triangle(4, 12), tone);
                break;
            case Sign::Live:
                painter.fillPath(triangle(3, 10.5), tone);
                painter.fillRect(QRectF(11.4, 3, 1.6, 10), tone);
                break;
            }
            painter.end();
            made.addPixmap(pixmap, mode);
        }
        return made;
    };
    for (QToolButton* button : {m_start, m_back, m_forward, m_live})
        button->setIcon(icon(static_cast<Sign>(button->property("sign").toInt()), theme.secondary));
    m_play->setIcon(icon(m_shared->mode() == SharedView::Mode::Paused ? Sign::Play : Sign::Pause,
                         theme.interaction));
    m_time->setFont(theme.numberFont(8.5));
    m_speed->setFont(theme.numberFont(8.5));
}

QString TransportBar::timeText() const
{
    const Session* session = m_shared->session();
    if (!session || session->seen().last == 0)
        return {};
    return tr("%1 UTC").arg(clockTime(m_shared->playhead(), 0));
}

QString TransportBar::speedText() const
{
    return tr("%1×").arg(QLocale().toString(m_shared->speed(), 'g', 4));
}

void TransportBar::refresh()
{
    const bool hasData = m_shared->session() && m_shared->session()->seen().last > 0;
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_live, m_speed})
        button->setEnabled(hasData);
    const bool isPaused = m_shared->mode() == SharedView::Mode::Paused;
    m_play->setAccessibleName(isPaused ? tr("Play") : tr("Pause"));
    m_play->setToolTip(isPaused ? tr("Play from the playhead  (Space)") : tr("Pause  (Space)"));
    m_speed->setText(speedText());
    m_speed->setToolTip(tr("Speed of the replay"));
    m_speed->setAccessibleName(tr("Speed %1").arg(speedText()));
    drawSigns();
    refreshTime();
}

void TransportBar::refreshTime()
{
    m_time->setText(timeText());
    m_time->setToolTip(isoTime(m_shared->playhead()));
}

void TransportBar::chooseSpeed()
{
    QMenu menu(this);
    auto* group = new QActionGroup(&menu);
    for (const double speed : kSpeeds) {
        QAction* action = menu.addAction(tr("%1×").arg(QLocale().toString(speed, 'g', 4)));
        action->setCheckable(true);
        action->setChecked(qFuzzyCompare(speed, m_shared->speed()));
        group->addAction(action);
        connect(action, &QAction::triggered, m_shared,
                [shared = m_shared, speed] { shared->setSpeed(speed); });
    }
    menu.exec(m_speed->mapToGlobal(QPoint(0, m_speed->height())));
}

} // namespace murmur
