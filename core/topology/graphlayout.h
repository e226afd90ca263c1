// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/trafficgraph.h"

#include <QHash>
#include <QObject>
#include <QPointF>
#include <QString>

#include <chrono>
#include <memory>

class QProcess;

namespace murmur {

/// Where nodes stand, by their id; in points, y down.
using GraphPlaces = QHash<QString, QPointF>;

/// Finds places for the nodes of a graph with Graphviz, in a process of its own. Nodes that have a
/// place keep it: the picture does not jump, what is new finds room. Where Graphviz is not there,
/// or takes too long, the nodes stand on a circle.
class GraphLayout : public QObject
{
    Q_OBJECT
public:
    explicit GraphLayout(QObject* parent = nullptr);
    ~GraphLayout() override;

    /// The latest question counts. `kept` is where nodes are now; empty: all are placed anew.
    void arrange(const TrafficGraph& graph, const GraphPlaces& kept);
    void cancel();
    [[nodiscard]] bool isBusy() const { return m_process != nullptr; }
    /// For tests: another program, and how long it may take.
    void setProgram(const QString& program) { m_program = program; }
    void setLimit(std::chrono::milliseconds limit) { m_limit = limit; }

Q_SIGNALS:
    /// A place for each node. `problem` says why they were not found by Graphviz; empty: they were.
    void arranged(const murmur::GraphPlaces& places, const QString& problem);

private:
    void finish(bool isDone, const QString& problem);

    QString m_program = QStringLiteral("neato");
    std::chrono::milliseconds m_limit{2000};
    QProcess* m_process = nullptr; // a child, until it has ended
    QStringList m_ids;
    GraphPlaces m_kept;
};

/// The graph as Graphviz reads it; nodes are named n0, n1 …
QByteArray graphText(const TrafficGraph& graph, const GraphPlaces& kept);
/// The places of the answer; empty when it is none.
GraphPlaces placesFrom(const QByteArray& answer, const QStringList& ids);
/// Nodes on a circle, groups side by side; nodes of `kept` where they are.
GraphPlaces circlePlaces(const QStringList& ids, const GraphPlaces& kept);

} // namespace murmur
