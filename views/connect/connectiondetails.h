// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"
#include "session/connectionwish.h"

#include <QFrame>
#include <QHash>
#include <QTimer>

#include <vector>

namespace murmur {

class ConnectionForm;
class FleetList;

/// What a click on a chip opens: how its connection is, and what can be done about it; of several,
/// the list of them with the form of the one that is selected. Follows while it is open.
class ConnectionDetails : public QFrame
{
    Q_OBJECT
public:
    explicit ConnectionDetails(std::vector<ConnectionId> connections, QWidget* parent = nullptr);

    /// All connections there are; it takes its own. `rates` by connection id.
    void setConnections(const std::vector<ConnectionInfo>& connections,
                        const QHash<quint32, double>& rates, bool isLive);
    void suggest(ConnectionId connection, const QStringList& patterns);
    void showLags(ConnectionId connection, const std::vector<Lag>& lags);
    [[nodiscard]] ConnectionForm* form() const { return m_form; }
    [[nodiscard]] FleetList* list() const { return m_list; }

Q_SIGNALS:
    void wished(const murmur::ConnectionWish& wish);
    /// What `suggest` gives is wanted for it.
    void shown(murmur::ConnectionId connection);
    /// Every other second while it is open: what `showLags` gives is wanted.
    void lagsWanted(murmur::ConnectionId connection);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showForm();

    const std::vector<ConnectionId> m_ids;
    std::vector<ConnectionInfo> m_connections;
    QHash<quint32, double> m_rates;
    bool m_isLive = false;
    FleetList* m_list = nullptr; ///< of several
    ConnectionForm* m_form;
    ConnectionId m_told{};
    ConnectionId m_lagsOf{};
    QTimer m_lagTimer;
};

} // namespace murmur
