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
class QVBoxLayout;

namespace murmur {

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
    void showActions(bool canAct);
    void addAction(const QString& text, const QString& tip, const ConnectionWish& wish,
                   const QString& lead = {});

    ConnectionInfo m_connection;
    QLabel* m_title;
    QFormLayout* m_form;
    std::vector<Row> m_rows;
    QWidget* m_actions;
    QVBoxLayout* m_actionColumn;
    QStringList m_suggested;
    QStringList m_shownActions; ///< what the buttons were made for
    int m_valueWidth;
    bool m_isOneOfMany = false;
    bool m_canAct = false;
};

} // namespace murmur
