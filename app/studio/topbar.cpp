// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "topbar.h"

#include "filteredit.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/connectionchips.h"
#include "views/replay/modewidget.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace murmur {

using namespace Qt::StringLiterals;

TopBar::TopBar(SharedView* shared, StudioSession* session, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
    , m_session(session)
    , m_mode(new ModeWidget(shared, this))
    , m_chips(new ConnectionChips(this))
    , m_filter(new FilterEdit(shared, this))
    , m_live(new QPushButton(tr("Go live  F5"), this))
{
    setMinimumHeight(Theme::current().toolbar);
    m_live->setMinimumHeight(30);
    m_live->setToolTip(tr("Follow the newest message again"));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(14, 0, 12, 0);
    line->setSpacing(8);
    line->addWidget(m_mode);
    line->addWidget(m_chips);
    auto* more = new QToolButton(this);
    m_more = more;
    more->setText(u"+"_s);
    more->setToolTip(tr("Connect to another bus (Ctrl+Shift+O)"));
    more->setAccessibleName(tr("Connect to another bus"));
    more->setMinimumSize(30, 30);
    line->addWidget(more);
    connect(more, &QToolButton::clicked, this, &TopBar::connectRequested);
    line->addWidget(m_filter, 1);
    line->addWidget(m_live);
    line->addStretch(0); // where the filter is not

    connect(m_live, &QPushButton::clicked, m_shared, &SharedView::goLive);
    connect(m_shared, &SharedView::modeChanged, this, &TopBar::refresh);
    connect(m_session, &StudioSession::stateChanged, this, &TopBar::refresh);
    connect(m_session, &StudioSession::statusChanged, this, &TopBar::refresh);
    connect(m_session, &StudioSession::connectionsChanged, this, &TopBar::refreshChips);
    connect(m_chips, &ConnectionChips::wished, m_session, &StudioSession::apply);
    connect(m_chips, &ConnectionChips::detailsShown, this, [this](ConnectionId connection) {
        m_session->narrower(connection).then(this, [this, connection](const QStringList& patterns) {
            m_chips->suggest(connection, patterns);
        });
    });
    connect(m_chips, &ConnectionChips::lagsWanted, this, [this](ConnectionId connection) {
        m_session->lags().then(this, [this, connection](const std::vector<Lag>& lags) {
            m_chips->showLags(connection, lags);
        });
    });
    refresh();
    refreshChips();
}

void TopBar::setArmed(bool armed)
{
    m_mode->setArmed(armed);
}

void TopBar::setForAudience(bool isForAudience)
{
    m_isForAudience = isForAudience;
    m_chips->setVisible(!isForAudience);
    m_more->setVisible(!isForAudience);
    m_filter->setVisible(!isForAudience);
    refresh();
}

void TopBar::refresh()
{
    if (m_session->isRecording())
        m_mode->setRecordingLength(m_session->length());
    else
        m_mode->setRecordingLength({});
    m_live->setVisible(m_session->isRecording() && !m_isForAudience);
    const bool isBehind = m_shared->mode() != SharedView::Mode::Live;
    m_live->setEnabled(isBehind);
    m_live->setDefault(isBehind);
}

void TopBar::refreshChips()
{
    m_chips->setConnections(m_session->connections(), m_session->isRecording(),
                            std::chrono::steady_clock::now().time_since_epoch());
}

void TopBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, height() - 1, width(), 1, theme.hairline);
}

} // namespace murmur
