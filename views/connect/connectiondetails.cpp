// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectiondetails.h"

#include "views/base/theme.h"
#include "views/connect/connectionform.h"
#include "views/connect/fleetlist.h"

#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

constexpr QSize kFleetSize{980, 640};
constexpr int kFormHeight = 250;
constexpr std::chrono::seconds kLagsAgain{2}; ///< as often as buses are asked

} // namespace

ConnectionDetails::ConnectionDetails(std::vector<ConnectionId> connections, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , m_ids(std::move(connections))
    , m_form(new ConnectionForm)
{
    setAutoFillBackground(true);
    setAccessibleName(m_ids.size() > 1 ? tr("The connections of a fleet")
                                       : tr("Details of the connection"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(12);
    connect(m_form, &ConnectionForm::wished, this, &ConnectionDetails::wished);
    connect(&m_lagTimer, &QTimer::timeout, this, [this] { Q_EMIT lagsWanted(m_lagsOf); });
    if (m_ids.size() < 2) {
        column->addWidget(m_form);
        return;
    }
    m_list = new FleetList(this);
    m_form->beOneOfMany();
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_form);
    scroll->setFixedHeight(kFormHeight);
    scroll->hide();
    column->addWidget(m_list, 1);
    column->addWidget(scroll);
    connect(m_list, &FleetList::selectionChanged, this, [this, scroll] {
        scroll->setVisible(m_list->selected().has_value());
        showForm();
    });
    resize(kFleetSize);
}

void ConnectionDetails::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.pane);
    painter.setPen(theme.hairline);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void ConnectionDetails::setConnections(const std::vector<ConnectionInfo>& connections,
                                       const QHash<quint32, double>& rates, bool isLive)
{
    m_rates = rates;
    m_isLive = isLive;
    m_connections.clear();
    std::ranges::copy_if(connections, std::back_inserter(m_connections),
                         [this](const ConnectionInfo& connection) {
                             return std::ranges::find(m_ids, connection.id) != m_ids.end();
                         });
    if (m_list != nullptr)
        m_list->setConnections(m_connections, rates);
    showForm();
}

void ConnectionDetails::showForm()
{
    std::optional<ConnectionInfo> one;
    if (m_list != nullptr)
        one = m_list->selected();
    else if (!m_connections.empty())
        one = m_connections.front();
    if (!one)
        return;
    m_form->show(*one, m_rates.value(index(one->id)), m_isLive);
    if (m_list == nullptr)
        adjustSize();
    if (!m_lagTimer.isActive() || m_lagsOf != one->id) {
        m_lagsOf = one->id;
        m_lagTimer.start(kLagsAgain);
        Q_EMIT lagsWanted(one->id);
    }
    if (m_isLive && std::exchange(m_told, one->id) != one->id)
        Q_EMIT shown(one->id);
}

void ConnectionDetails::suggest(ConnectionId connection, const QStringList& patterns)
{
    if (connection != m_form->connection())
        return;
    m_form->suggest(patterns);
    if (m_list == nullptr)
        adjustSize();
}

void ConnectionDetails::showLags(ConnectionId connection, const std::vector<Lag>& lags)
{
    if (connection != m_form->connection())
        return;
    m_form->showLags(lags);
    if (m_list == nullptr)
        adjustSize();
}

} // namespace murmur
