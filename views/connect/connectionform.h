// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"
#include "session/connectionwish.h"

#include <QWidget>

#include <vector>

class QFormLayout;
class QLabel;
class QPushButton;
class QTableView;
class QVBoxLayout;

namespace murmur {

class LagModel;

/// How one connection is: URL, state, counters, what was lost and why, what being attached changes;
/// and buttons for what can be done about it while it is recorded.
class ConnectionForm : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionForm(QWidget* parent = nullptr);

    /// It stands under the list of a fleet: wide, and named by its place.
    void beOneOfMany();
    /// `canAct`: it is being recorded.
    void show(const ConnectionInfo& connection, double perSecond, bool canAct);
    /// Patterns that would be enough, from what was seen; empty: none are known.
    void suggest(const QStringList& patterns);
    /// How far others on this bus are behind, the values of a while in the order of time.
    void showLags(const std::vector<Lag>& lags);
    [[nodiscard]] LagModel* lags() const { return m_lags; }
    [[nodiscard]] ConnectionId connection() const { return m_connection.id; }
    [[nodiscard]] QString asText() const;

Q_SIGNALS:
    void wished(const murmur::ConnectionWish& wish);

private:
    struct Row
    {
        QLabel* name;
        QLabel* value;
    };
    void setRow(const char* name, const QString& text, bool isNumber = false);
    void buildLags();
    void showActions(bool canAct);
    void addAction(const QString& text, const QString& tip, const ConnectionWish& wish,
                   const QString& lead = {});
    void addLogin();

    ConnectionInfo m_connection;
    QLabel* m_title;
    QFormLayout* m_form;
    std::vector<Row> m_rows;
    LagModel* m_lags;
    QWidget* m_lagPart;
    QTableView* m_lagTable;
    QWidget* m_actions;
    QVBoxLayout* m_actionColumn;
    QStringList m_suggested;
    QStringList m_shownActions; ///< what the buttons were made for
    int m_valueWidth;
    bool m_isOneOfMany = false;
    bool m_canAct = false;
};

} // namespace murmur
