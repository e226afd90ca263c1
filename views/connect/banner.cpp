// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/banner.h"

#include "views/base/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

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
    line->addWidget(m_close);

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
    m_tone = tone;
    if (sentence != m_text->text())
        offer({});
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
    update();
    show();
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
    offer({});
    m_text->clear();
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
