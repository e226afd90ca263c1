// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "topology/graphlayout.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kInch = 72; ///< Graphviz measures in inches
/// Screens are wider than high, and so are names: what is placed anew is drawn out.
constexpr double kWider = 1.5;
/// Above this, edges beyond the busiest do not pull: the picture would be a ball.
constexpr std::size_t kMostPulling = 400;
constexpr QPointF kRoom{130, 46}; ///< of a node, with what keeps it apart

QStringList idsOf(const TrafficGraph& graph)
{
    QStringList ids;
    for (const GraphNode& node : graph.nodes)
        ids << node.id;
    return ids;
}

/// Graphviz moves everything into the first quadrant; what stood stands where it was, and nothing
/// that is new on top of anything else.
void keepPlaces(GraphPlaces& places, const GraphPlaces& kept)
{
    QPointF moved;
    for (auto one = kept.cbegin(); one != kept.cend(); ++one) {
        if (const auto place = places.find(one.key()); place != places.end())
            moved = *one - *place;
    }
    QStringList fresh;
    for (auto place = places.begin(); place != places.end(); ++place) {
        if (const auto known = kept.find(place.key()); known != kept.end()) {
            *place = *known;
        } else {
            *place += moved;
            fresh << place.key();
        }
    }
    if (kept.isEmpty())
        return; // it has taken care itself
    std::ranges::sort(fresh);
    const auto isFree = [&](const QString& id, QPointF at) {
        for (auto other = places.cbegin(); other != places.cend(); ++other) {
            if (other.key() != id && std::abs(other->x() - at.x()) < kRoom.x() &&
                std::abs(other->y() - at.y()) < kRoom.y())
                return false;
        }
        return true;
    };
    for (const QString& id : fresh) {
        const QPointF wish = places.value(id);
        for (int step = 0; step < 400; ++step) { // outwards in a spiral
            const double reach = 9.0 * std::sqrt(step);
            const QPointF at =
                wish + QPointF(1.6 * reach * std::cos(step * 2.4), reach * std::sin(step * 2.4));
            if (!isFree(id, at))
                continue;
            places.insert(id, at);
            break;
        }
    }
}

} // namespace

GraphLayout::GraphLayout(QObject* parent)
    : QObject(parent)
{
}

GraphLayout::~GraphLayout()
{
    cancel();
}

void GraphLayout::cancel()
{
    if (m_process == nullptr)
        return;
    m_process->disconnect(this);
    m_process->kill();
    // It is waited for where nobody waits, at the end of the program at the latest.
    m_process->setParent(QCoreApplication::instance());
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    if (m_process->state() == QProcess::NotRunning)
        m_process->deleteLater();
    m_process = nullptr;
}

void GraphLayout::arrange(const TrafficGraph& graph, const GraphPlaces& kept)
{
    cancel();
    m_ids = idsOf(graph);
    m_kept = kept;
    const bool isAllKept =
        std::ranges::all_of(m_ids, [&](const QString& id) { return kept.contains(id); });
    if (isAllKept || m_ids.size() < 2) {
        Q_EMIT arranged(circlePlaces(m_ids, kept), {});
        return;
    }
    m_process = new QProcess(this);
    QProcess* process = m_process;
    connect(process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        const bool isDone = status == QProcess::NormalExit && code == 0;
        finish(isDone, isDone ? QString() : tr("Graphviz could not place the nodes."));
    });
    connect(process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(false, tr("Graphviz is not installed: the nodes stand on a circle. Install the "
                             "package graphviz."));
    });
    QTimer::singleShot(m_limit, process, [this, process] {
        if (m_process == process)
            finish(false, tr("Graphviz took too long: the nodes stand on a circle."));
    });
    process->setStandardErrorFile(QProcess::nullDevice());
    process->start(m_program, {u"-Tplain"_s});
    if (m_process != process)
        return; // it could not be started, and has said so
    process->write(graphText(graph, kept));
    process->closeWriteChannel();
}

void GraphLayout::finish(bool isDone, const QString& problem)
{
    const QByteArray answer = isDone ? m_process->readAllStandardOutput() : QByteArray();
    cancel();
    GraphPlaces places = placesFrom(answer, m_ids);
    const bool isWhole = places.size() == m_ids.size();
    if (isWhole)
        keepPlaces(places, m_kept);
    if (isWhole)
        Q_EMIT arranged(places, {});
    else
        Q_EMIT arranged(circlePlaces(m_ids, m_kept),
                        problem.isEmpty() ? tr("Graphviz gave no answer that can be read.")
                                          : problem);
}

QByteArray graphText(const TrafficGraph& graph, const GraphPlaces& kept)
{
    const bool isFirst = kept.isEmpty();
    QByteArray text = "graph g {\n  node [shape=box, fixedsize=true, width=1.2, height=0.5];\n";
    // Only a picture of which nothing stands yet may be pulled apart as a whole.
    text += isFirst ? "  overlap=prism; sep=\"+6\"; pack=14; start=7;\n" : "  start=7;\n";
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        text += "  n" + QByteArray::number(static_cast<qulonglong>(i));
        if (const auto place = kept.find(graph.nodes[i].id); place != kept.end())
            text += " [pos=\"" + QByteArray::number(place->x() / kInch / kWider, 'f', 4) + ',' +
                    QByteArray::number(-place->y() / kInch, 'f', 4) + "!\", pin=true]";
        text += ";\n";
    }
    std::set<std::pair<int, int>> seen;
    for (const GraphEdge& edge : graph.edges) { // the busiest first
        const std::pair ends = std::minmax({edge.from, edge.to});
        if (edge.from == edge.to || seen.size() >= kMostPulling || !seen.insert(ends).second)
            continue;
        const auto isTopicNode = [&graph](int node) {
            return graph.nodes[static_cast<std::size_t>(node)].is == GraphNode::Is::Topic;
        };
        const bool isTopic = isTopicNode(edge.from) || isTopicNode(edge.to);
        // Who talks much stands near, a topic beside who talks on it.
        const double length =
            isTopic ? 1.0
                    : std::clamp(2.2 - 0.2 * std::log10(1.0 + static_cast<double>(edge.messages)),
                                 1.3, 2.2);
        text += "  n" + QByteArray::number(ends.first) + " -- n" + QByteArray::number(ends.second) +
                " [len=" + QByteArray::number(length, 'f', 2) + "];\n";
    }
    return text + "}\n";
}

GraphPlaces placesFrom(const QByteArray& answer, const QStringList& ids)
{
    GraphPlaces places;
    for (const QByteArray& line : answer.split('\n')) {
        const QList<QByteArray> words = line.split(' ');
        if (words.size() < 4 || words[0] != "node" || !words[1].startsWith('n'))
            continue;
        bool isNumber = false, isX = false, isY = false;
        const int at = words[1].mid(1).toInt(&isNumber);
        const double x = words[2].toDouble(&isX);
        const double y = words[3].toDouble(&isY);
        if (isNumber && isX && isY && at >= 0 && at < ids.size() && std::isfinite(x) &&
            std::isfinite(y))
            places.insert(ids[at], QPointF(x * kInch * kWider, -y * kInch));
    }
    return places;
}

GraphPlaces circlePlaces(const QStringList& ids, const GraphPlaces& kept)
{
    QPointF middle;
    double reach = 0;
    if (!kept.isEmpty()) {
        for (const QPointF& place : kept)
            middle += place / static_cast<double>(kept.size());
        for (const QPointF& place : kept)
            reach = std::max(reach, std::hypot(place.x() - middle.x(), place.y() - middle.y()));
    }
    QStringList fresh;
    for (const QString& id : ids) {
        if (!kept.contains(id))
            fresh << id;
    }
    const auto count = static_cast<double>(std::max<qsizetype>(1, fresh.size()));
    const double radius =
        std::max(reach + (reach > 0 ? 110 : 0), fresh.size() < 2 ? 0 : 24 * count);
    GraphPlaces places;
    for (const QString& id : ids) {
        if (const auto known = kept.find(id); known != kept.end())
            places.insert(id, *known);
    }
    for (qsizetype i = 0; i < fresh.size(); ++i) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(i) / count;
        places.insert(fresh[i],
                      middle + QPointF(1.5 * radius * std::cos(angle), radius * std::sin(angle)));
    }
    return places;
}

} // namespace murmur
