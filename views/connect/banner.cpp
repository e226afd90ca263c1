// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/banner.h"

#include "views/base/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr auto kBeat = std::chrono::milliseconds(500);
constexpr std::size_t kMostKept = 50;
constexpr qsizetype kMostListed = 12;
constexpr int kWidestLine = 900;

QColor toneColor(Banner::Tone tone)
{
    const Theme& theme = Theme::current();
    switch (tone) {
    case Banner::Tone::Neutral:
        return theme.interaction;
    case Banner::Tone::Good:
        return theme.good;
    case Banner::Tone::Bad:
        return theme.bad;
    }
    return theme.interaction;
}

} // namespace

Banner::Banner(QWidget* parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
    , m_actions(new QWidget(this))
    , m_copy(new QPushButton(this))
    , m_older(new QPushButton(this))
    , m_close(new QPushButton(u"✕"_s, this))
{
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_copy->setFont(Theme::current().numberFont());
    m_copy->setToolTip(tr("Copy this command"));
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Dismiss this message"));
    m_close->setToolTip(tr("Dismiss"));
    m_close->setFixedWidth(28);

    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(16, 5, 8, 5);
    line->setSpacing(12);
    line->addWidget(m_text);
    line->addWidget(m_actions);
    line->addWidget(m_copy);
    line->addStretch(1);
    line->addWidget(m_older);
    line->addWidget(m_close);
    m_older->setFlat(true);
    m_older->setToolTip(tr("What stood here before"));
    m_older->hide();
    connect(m_older, &QPushButton::clicked, this, &Banner::listEarlier);
    m_clock.setInterval(kBeat);
    connect(&m_clock, &QTimer::timeout, this, &Banner::age);

    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(m_copyText);
        m_copy->setText(tr("copied"));
        QTimer::singleShot(std::chrono::milliseconds(1200), m_copy,
                           [this] { m_copy->setText(m_copyText); });
    });
    connect(m_close, &QPushButton::clicked, this, [this] {
        clear();
        Q_EMIT dismissed();
    });
    m_actions->hide();
    hide();
}

void Banner::say(Tone tone, const QString& sentence, const QString& copy)
{
    if (sentence != m_text->text()) {
        keepOld();
        m_unread += m_text->text().isEmpty() ? 0 : 1;
        offer({});
        m_since = QDateTime::currentDateTime();
    }
    m_tone = tone;
    m_seen = {};
    m_clock.start();
    m_text->setText(sentence);
    // A command stands right behind the sentence that leads to it; a sentence alone takes the line.
    const bool isAlone = copy.isEmpty();
    m_text->setWordWrap(isAlone);
    static_cast<QHBoxLayout*>(layout())->setStretch(0, isAlone ? 1 : 0);
    static_cast<QHBoxLayout*>(layout())->setStretch(3, isAlone ? 0 : 1);
    m_copyText = copy;
    m_copy->setText(copy);
    m_copy->setAccessibleName(tr("Copy the command %1").arg(copy));
    m_copy->setVisible(!copy.isEmpty());
    setAccessibleName(sentence);
    showEarlier();
    update();
    show();
}

void Banner::keepOld()
{
    if (m_text->text().isEmpty())
        return;
    m_earlier.insert(m_earlier.begin(), {m_since, m_tone, m_text->text()});
    m_earlier.resize(std::min(m_earlier.size(), kMostKept));
}

/// Time counts while somebody can see it, and not while the pointer rests on it.
void Banner::age()
{
    // A question and a command wait for an answer; what failed has been said.
    const bool waits = m_tone != Tone::Bad && (!m_offered.isEmpty() || !m_copyText.isEmpty());
    if (!isVisible() || !window()->isActiveWindow() || underMouse() || waits)
        return;
    m_seen += kBeat;
    if (m_seen >= (m_tone == Tone::Bad ? m_badPatience : m_goodPatience))
        clear();
}

void Banner::setPatience(std::chrono::milliseconds good, std::chrono::milliseconds bad)
{
    m_goodPatience = good;
    m_badPatience = bad;
}

void Banner::setHidesEarlier(bool hides)
{
    m_hidesEarlier = hides;
    showEarlier();
}

void Banner::showEarlier()
{
    m_older->setText(tr("%n earlier", nullptr, m_unread));
    m_older->setVisible(m_unread > 0 && !m_hidesEarlier);
}

QStringList Banner::earlierLines() const
{
    QStringList lines;
    for (const Notice& notice : m_earlier)
        lines << notice.when.toString(u"HH:mm:ss"_s) + u"  "_s + notice.sentence;
    return lines;
}

void Banner::listEarlier()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QStringList lines = earlierLines();
    for (const QString& line : lines.first(std::min<qsizetype>(lines.size(), kMostListed))) {
        QAction* action =
            menu->addAction(menu->fontMetrics()
                                .elidedText(line, Qt::ElideRight, kWidestLine)
                                .replace(u'&', u"&&"_s),
                            menu, [line] { QGuiApplication::clipboard()->setText(line); });
        action->setToolTip(tr("Copies it: %1").arg(line));
    }
    menu->setToolTipsVisible(true);
    menu->popup(m_older->mapToGlobal(QPoint(0, m_older->height())));
}

void Banner::offer(const QStringList& actions)
{
    if (actions == m_offered)
        return;
    m_offered = actions;
    for (QPushButton* const old : m_actions->findChildren<QPushButton*>()) {
        old->hide();
        old->deleteLater();
    }
    if (m_actions->layout() == nullptr) {
        auto* line = new QHBoxLayout(m_actions);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(6);
    }
    for (qsizetype i = 0; i < actions.size(); ++i) {
        auto* button = new QPushButton(actions[i], m_actions);
        m_actions->layout()->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT chosen(i); });
    }
    m_actions->setVisible(!actions.isEmpty());
}

void Banner::clear()
{
    keepOld();
    offer({});
    m_clock.stop();
    m_text->clear();
    m_unread = 0;
    hide();
}

QString Banner::sentence() const
{
    return m_text->text();
}

void Banner::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, 0, 4, height(), toneColor(m_tone));
    painter.fillRect(0, height() - 1, width(), 1, theme.hairline);
}

} // namespace murmur
