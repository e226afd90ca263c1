// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/replay/transportbar.h"

#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/replay/playbackmenu.h"

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

constexpr int kNoteFor = 1500; // ms
constexpr int kButtonWidth = 21;
constexpr int kFiguresAround = 10; // beside and between the time and the speed
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
    m_back = addButton(Sign::Back, {}, {});
    m_play = addButton(Sign::Play, tr("Play"), tr("Play from the playhead  (Space)"));
    m_forward = addButton(Sign::Forward, {}, {});
    m_live = addButton(Sign::Live, tr("Back to live"), tr("Back to the newest message  (G)"));
    m_unit = addButton(Sign::Message, tr("What a step goes to"), {});
    auto* units = new QMenu(m_unit);
    PlaybackMenu::addUnits(shared, units);
    // Not its menu: the arrow of that has no room.
    connect(m_unit, &QToolButton::clicked, units,
            [this, units] { units->popup(m_unit->mapToGlobal(QPoint(0, m_unit->height()))); });
    m_speed = new QToolButton(this);
    m_speed->setProperty("flat", true);
    m_speed->setStyleSheet(u"padding: 0 2px"_s);
    m_time = new QLabel(this);
    m_time->setAlignment(Qt::AlignCenter);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(6, 0, 2, 0);
    buttons->setSpacing(0);
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_live, m_unit})
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
    connect(m_back, &QToolButton::clicked, this, [this] { m_shared->playback()->step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { m_shared->playback()->step(1); });
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
    connect(shared->playback(), &Playback::changed, this, &TransportBar::refresh);
    connect(shared->playback(), &Playback::skipped, this, &TransportBar::noteSilence);
    m_note.setSingleShot(true);
    m_note.setInterval(kNoteFor);
    connect(&m_note, &QTimer::timeout, this, &TransportBar::refreshTime);
    drawSigns();
    refresh();
}

QToolButton* TransportBar::addButton(Sign sign, const QString& name, const QString& hint)
{
    auto* button = new QToolButton(this);
    button->setProperty("flat", true);
    button->setProperty("sign", static_cast<int>(sign));
    button->setStyleSheet(u"padding: 2px"_s);
    button->setFixedWidth(kButtonWidth);
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

QIcon TransportBar::icon(Sign sign, const QColor& color) const
{
    QIcon made;
    for (const auto& [mode, tone] :
         {std::pair(QIcon::Normal, color), std::pair(QIcon::Disabled, Theme::current().hairline)}) {
        QPixmap pixmap(32, 32);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(2, 2);
        painter.setPen(QPen(tone, 1.6));
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
        case Sign::Message:
            painter.setBrush(tone);
            painter.drawEllipse(QPointF(8, 8), 2.4, 2.4);
            break;
        case Sign::Call: // there and back
            painter.drawLine(QPointF(3, 6), QPointF(13, 6));
            painter.drawLine(QPointF(13, 6), QPointF(10, 3.4));
            painter.drawLine(QPointF(13, 10), QPointF(3, 10));
            painter.drawLine(QPointF(3, 10), QPointF(6, 12.6));
            break;
        case Sign::Finding:
            painter.fillRect(QRectF(7.1, 3, 1.8, 6.4), tone);
            painter.fillRect(QRectF(7.1, 11, 1.8, 2), tone);
            break;
        case Sign::Conversation: // lines of different lengths
            painter.drawLine(QPointF(3, 4.5), QPointF(13, 4.5));
            painter.drawLine(QPointF(5, 8), QPointF(11, 8));
            painter.drawLine(QPointF(5, 11.5), QPointF(13, 11.5));
            break;
        }
        painter.end();
        made.addPixmap(pixmap, mode);
    }
    return made;
}

TransportBar::Sign TransportBar::unitSign() const
{
    switch (m_shared->playback()->unit()) {
    case Playback::Unit::Message:
        return Sign::Message;
    case Playback::Unit::Call:
        return Sign::Call;
    case Playback::Unit::Finding:
        return Sign::Finding;
    case Playback::Unit::Conversation:
        return Sign::Conversation;
    }
    return Sign::Message;
}

void TransportBar::drawSigns()
{
    const Theme& theme = Theme::current();
    m_unit->setProperty("sign", static_cast<int>(unitSign()));
    const int percent = Theme::size().textPercent;
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_live, m_unit}) {
        button->setFixedWidth(kButtonWidth * percent / 100);
        button->setIconSize(QSize(16, 16) * percent / 100);
    }
    for (QToolButton* button : {m_start, m_back, m_forward, m_live, m_unit})
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
    return u"%1 %2"_s.arg(shownClock(m_shared->playhead(), 0), shownZoneName(m_shared->playhead()));
}

QString TransportBar::speedText() const
{
    return tr("%1×").arg(QLocale().toString(m_shared->speed(), 'g', 4));
}

QString TransportBar::signsText() const
{
    const Playback* playback = m_shared->playback();
    QString text;
    if (playback->isBackwards())
        text += u'◀';
    if (playback->longestIdle().count() > 0)
        text += u'»';
    if (playback->loop())
        text += u'↻';
    if (!playback->pauseAt().isEmpty())
        text += u'‖';
    return text;
}

void TransportBar::refresh()
{
    const bool hasData = m_shared->session() && m_shared->session()->seen().last > 0;
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_live, m_unit, m_speed})
        button->setEnabled(hasData);
    const Playback* playback = m_shared->playback();
    const bool isPaused = m_shared->mode() == SharedView::Mode::Paused;
    m_play->setAccessibleName(isPaused ? tr("Play") : tr("Pause"));
    m_play->setToolTip(isPaused ? tr("Play from the playhead  (Space)") : tr("Pause  (Space)"));
    const QString unit = Playback::unitName(playback->unit());
    m_back->setAccessibleName(tr("One %1 back").arg(unit));
    m_back->setToolTip(tr("One %1 back  (,)").arg(unit));
    m_forward->setAccessibleName(tr("One %1 on").arg(unit));
    m_forward->setToolTip(tr("One %1 on  (.)").arg(unit));
    m_unit->setToolTip(tr("A step goes to the next %1").arg(unit));
    m_unit->setAccessibleDescription(unit);
    const QString signs = signsText();
    // A hair space, for the signs are narrow.
    m_speed->setText(signs.isEmpty() ? speedText() : signs + u'\u200A' + speedText());
    const QString summary = playback->summary();
    m_speed->setToolTip(summary.isEmpty() ? tr("Speed of the replay, and how it plays")
                                          : tr("Speed of the replay; %1").arg(summary));
    m_speed->setAccessibleName(summary.isEmpty() ? tr("Speed %1").arg(speedText())
                                                 : tr("Speed %1, %2").arg(speedText(), summary));
    drawSigns();
    refreshTime();
}

void TransportBar::noteSilence(nanoseconds silence)
{
    m_silence = m_note.isActive() ? m_silence + silence : silence;
    m_note.start();
    refreshTime();
}

void TransportBar::refreshTime()
{
    m_time->setToolTip(isoTime(m_shared->playhead()));
    if (m_shared->playback()->isLooking()) {
        m_time->setText(tr("looking ahead"));
    } else if (m_note.isActive()) {
        //: a silence of that length was jumped over
        m_time->setText(tr("» %1").arg(durationText(m_silence)));
        m_time->setToolTip(tr("A silence of %1 was jumped over").arg(durationText(m_silence)));
    } else {
        // The zone gives way to the signs and to a speed of many figures.
        const QString time = timeText();
        const int room = sizeHint().width() - m_speed->sizeHint().width() - kFiguresAround;
        m_time->setText(m_time->fontMetrics().horizontalAdvance(time) <= room
                            ? time
                            : shownClock(m_shared->playhead(), 0));
    }
}

void TransportBar::chooseSpeed()
{
    QMenu menu(this);
    fillSpeeds(menu);
    menu.addSeparator();
    menu.addMenu(new PlaybackMenu(m_shared, false, &menu));
    menu.exec(m_speed->mapToGlobal(QPoint(0, m_speed->height())));
}

void TransportBar::fillPickedMenu(QMenu& menu)
{
    fillSpeeds(*menu.addMenu(tr("Speed"))); // the rest stands in the menu bar
}

void TransportBar::fillSpeeds(QMenu& menu)
{
    auto* group = new QActionGroup(&menu);
    for (const double speed : kSpeeds) {
        QAction* action = menu.addAction(tr("%1×").arg(QLocale().toString(speed, 'g', 4)));
        action->setCheckable(true);
        action->setChecked(qFuzzyCompare(speed, m_shared->speed()));
        group->addAction(action);
        connect(action, &QAction::triggered, m_shared,
                [shared = m_shared, speed] { shared->setSpeed(speed); });
    }
}

} // namespace murmur
