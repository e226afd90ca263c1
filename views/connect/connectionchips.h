// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"
#include "views/connect/ratemeter.h"

#include <QAbstractButton>
#include <QHash>
#include <QWidget>

#include <vector>

namespace murmur {

/// One connection in the toolbar: state as dot, name, rate, what was lost. Clicked, it shows its
/// counters.
class ConnectionChip : public QAbstractButton
{
    Q_OBJECT
public:
    explicit ConnectionChip(QWidget* parent = nullptr);

    void show(const ConnectionInfo& connection, const QString& figure);
    /// The last chip, for those that found no room: "+3".
    void showRest(const std::vector<ConnectionInfo>& rest);
    [[nodiscard]] const std::vector<ConnectionInfo>& connections() const { return m_connections; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<ConnectionInfo> m_connections;
    QString m_name;
    QString m_figure;
    QString m_lost;
};

/// The row of chips of the toolbar.
class ConnectionChips : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionChips(QWidget* parent = nullptr);

    /// `now` is any steady clock: rates are differences. Of a closed recording the chips show how
    /// much was recorded instead of a rate.
    void setConnections(std::vector<ConnectionInfo> connections, bool isLive, nanoseconds now);
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();
    void showDetails(ConnectionChip* chip);

    std::vector<ConnectionInfo> m_connections;
    QHash<quint32, RateMeter> m_rates;
    std::vector<ConnectionChip*> m_chips;
    bool m_isLive = false;
};

} // namespace murmur
