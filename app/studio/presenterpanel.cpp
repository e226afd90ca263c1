// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "presenterpanel.h"

#include "views/base/theme.h"
#include "views/replay/transportbar.h"

#include <QCheckBox>
#include <QCloseEvent>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QString lineOf(const Act& act, std::size_t at)
{
    QStringList parts;
    if (!act.say.isEmpty())
        parts << act.say;
    if (!act.view.isEmpty())
        parts << u"▸ "_s + act.view;
    if (!act.fault.isEmpty())
        parts << u"⚡ "_s + act.fault;
    return u"%1  %2"_s.arg(at + 1).arg(parts.join(u"   "_s));
}

} // namespace

PresenterPanel::PresenterPanel(SharedView* shared, const Show& show, QWidget* window)
    : QWidget(window, Qt::Window)
    , m_show(show)
    , m_now(new QLabel(this))
    , m_next(new QLabel(this))
    , m_list(new QListWidget(this))
    , m_stageSafe(new QCheckBox(tr("&Stage-safe: no payloads, hosts and ids"), this))
{
    setObjectName(u"presenter"_s);
    setWindowTitle(tr("%1 — presenting").arg(show.title));
    resize(560, 520);
    const Theme& theme = Theme::current();
    m_now->setFont(theme.interfaceFont(14));
    m_now->setWordWrap(true);
    m_now->setAccessibleName(tr("Now"));
    m_next->setForegroundRole(QPalette::PlaceholderText);
    m_next->setWordWrap(true);
    m_list->setAccessibleName(tr("Acts"));
    m_list->setFrameShape(QFrame::NoFrame);
    for (std::size_t i = 0; i < show.acts.size(); ++i)
        m_list->addItem(lineOf(show.acts[i], i));
    auto* back = new QPushButton(tr("&Back  (Page Up)"), this);
    auto* next = new QPushButton(tr("&Next  (Page Down)"), this);
    auto* end = new QPushButton(tr("&End  (Esc)"), this);
    next->setDefault(true);

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(back);
    buttons->addWidget(next, 1);
    buttons->addWidget(end);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(10);
    column->addWidget(m_now);
    column->addWidget(m_next);
    column->addWidget(m_list, 1);
    column->addWidget(new TransportBar(shared, this));
    column->addWidget(m_stageSafe);
    column->addLayout(buttons);

    connect(m_list, &QListWidget::itemActivated, this,
            [this] { Q_EMIT actWanted(m_list->currentRow()); });
    connect(back, &QPushButton::clicked, this, [this] { Q_EMIT stepWanted(-1); });
    connect(next, &QPushButton::clicked, this, [this] { Q_EMIT stepWanted(1); });
    connect(end, &QPushButton::clicked, this, &PresenterPanel::endWanted);
    connect(m_stageSafe, &QCheckBox::toggled, this, &PresenterPanel::stageSafeWanted);
}

void PresenterPanel::setAct(int act)
{
    const auto textOf = [this](int at) {
        return at >= 0 && at < static_cast<int>(m_show.acts.size())
                   ? m_show.acts[static_cast<std::size_t>(at)].say
                   : QString();
    };
    m_now->setText(textOf(act));
    const QString next = textOf(act + 1);
    m_next->setText(act + 1 < static_cast<int>(m_show.acts.size())
                        ? tr("Next: %1").arg(next.isEmpty() ? tr("(nothing to say)") : next)
                        : tr("That was the last act."));
    m_list->setCurrentRow(act);
}

void PresenterPanel::setStageSafe(bool isOn)
{
    m_stageSafe->setChecked(isOn);
}

void PresenterPanel::closeEvent(QCloseEvent* event)
{
    event->accept();
    Q_EMIT endWanted();
}

} // namespace murmur
