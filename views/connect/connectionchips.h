// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectionwish.h"
#include "session/session.h"
#include "views/connect/ratemeter.h"

#include <QAbstractButton>
#include <QColor>
#include <QHash>
#include <QPointer>
#include <QWidget>

#include <vector>

namespace murmur {

class ConnectionDetails;

/// One connection in the toolbar: state as dot, name, rate, what was lost. Clicked, it shows its
/// counters.
class ConnectionChip : public QAbstractButton
{
    Q_OBJECT
public:
    explicit ConnectionChip(QWidget* parent = nullptr);

    void show(const ConnectionInfo& connection, const QString& name, const QString& figure);
    /// A fleet as one: "robot-* · 198 of 200 up", as the worst of them looks.
    void showFleet(const QString& label, const std::vector<ConnectionInfo>& members);
    /// The last chip, for those that found no room: "+3".
    void showRest(const std::vector<ConnectionInfo>& rest);
    /// The colour of its environment on the left edge; invalid: none.
    void setEdge(const QColor& color);
    [[nodiscard]] QColor edge() const { return m_edge; }
    [[nodiscard]] const std::vector<ConnectionInfo>& connections() const { return m_connections; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void say(const ConnectionInfo& worst, const QString& tip);

    std::vector<ConnectionInfo> m_connections;
    ConnectionInfo m_worst;
    QString m_name;
    QString m_figure;
    QString m_lost;
    QString m_lostShort;
    QString m_lostShortest; ///< where the name would be cut else
    QColor m_edge;
};

/// The row of chips of the toolbar. From nine connections on, and where there is no room for all,
/// those of a fleet share a chip.
class ConnectionChips : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionChips(QWidget* parent = nullptr);

    /// `now` is any steady clock: rates are differences. Of a closed recording the chips show how
    /// much was recorded instead of a rate.
    void setConnections(std::vector<ConnectionInfo> connections, bool isLive, nanoseconds now);
    /// Patterns that would be enough for a connection whose details are open.
    void suggest(ConnectionId connection, const QStringList& patterns);
    /// How far others are behind, of such a connection.
    void showLags(ConnectionId connection, const std::vector<Lag>& lags);
    /// Colours of environments, by the URL of the connection.
    void setEdges(const QHash<QString, QColor>& edges);
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void wished(const murmur::ConnectionWish& wish);
    /// The details of a connection are open: what `suggest` gives is wanted.
    void detailsShown(murmur::ConnectionId connection);
    /// Again and again while they are open: what `showLags` gives is wanted.
    void lagsWanted(murmur::ConnectionId connection);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Connections that share a chip.
    struct Item
    {
        QString label; ///< empty: one alone
        std::vector<std::size_t> members;
    };

    void group();
    void arrange();
    void fill(ConnectionChip* chip, const Item& item);
    void showDetails(ConnectionChip* chip);
    void showMenu(ConnectionChip* chip, QPoint at);
    [[nodiscard]] QHash<quint32, double> rates() const;

    std::vector<ConnectionInfo> m_connections;
    std::vector<Item> m_items;
    QStringList m_grouped; ///< the URLs that m_items were made from
    QPointer<ConnectionDetails> m_details;
    QHash<quint32, RateMeter> m_rates;
    QHash<QString, QColor> m_edges;
    std::vector<ConnectionChip*> m_chips;
    bool m_isLive = false;
    bool m_isFolded = false; ///< fleets share chips
};

} // namespace murmur
