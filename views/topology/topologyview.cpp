// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/topology/topologyview.h"

#include "views/base/asksoon.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/paneparts.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/topology/topologycanvas.h"
#include "views/topology/topologymodel.h"

#include <QClipboard>
#include <QDataStream>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr AskSoon::Pauses kGraphPauses{150ms, 1000ms};
constexpr int kMostFlowing = 400;
constexpr nanoseconds kLongestFlow = std::chrono::milliseconds(500);
constexpr std::size_t kMostKept = 200; // groups of all recordings

QStringList listOf(const std::set<QString>& groups)
{
    QStringList list;
    for (const QString& group : groups) {
        if (static_cast<std::size_t>(list.size()) < kMostKept)
            list << group;
    }
    return list;
}

} // namespace

TopologyView::TopologyView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Topology"), this))
    , m_body(new QWidget(this))
    , m_stack(new QStackedLayout(m_body))
    , m_canvas(new TopologyCanvas(m_body))
    , m_table(new QTableView(m_body))
    , m_model(new TopologyModel(this))
    , m_note(new EmptyNote(m_body))
    , m_topicsButton(makePaneButton(
          tr("Topics"), tr("Topics on which messages name no receiver, as nodes"), this))
    , m_anewButton(makePaneButton(tr("Arrange anew"), tr("Places all nodes anew (R)"), this))
    , m_tableButton(makePaneButton(tr("Table"), tr("The same as a table (T)"), this))
    , m_layout(new GraphLayout(this))
    , m_soon(new AskSoon(this, context.shared, kGraphPauses, [this] { look(); }))
{
    setAccessibleName(tr("Topology"));
    setAccessibleDescription(
        tr("Who talks to whom in the window. Arrows go from node to node, Return unfolds a group, "
           "F folds it, T shows a table."));
    m_topicsButton->setCheckable(true);
    m_topicsButton->setChecked(true);
    m_tableButton->setCheckable(true);
    for (QToolButton* button : {m_topicsButton, m_anewButton, m_tableButton})
        m_header->addWidget(button);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Who talks to whom"));
    makeQuietTable(*m_table);
    m_table->setColumnWidth(TopologyModel::FromColumn, 200);
    m_table->setColumnWidth(TopologyModel::ToColumn, 200);
    m_stack->addWidget(m_canvas);
    m_stack->addWidget(m_table);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    // A table takes letters for a search.
    auto* toggle = new QShortcut(Qt::Key_T, m_table, {}, {}, Qt::WidgetShortcut);
    connect(toggle, &QShortcut::activated, this, [this] { setTable(false); });
    setFocusProxy(m_canvas);

    connect(m_tableButton, &QToolButton::toggled, this, &TopologyView::setTable);
    connect(m_anewButton, &QToolButton::clicked, this, &TopologyView::arrangeAnew);
    connect(m_topicsButton, &QToolButton::toggled, this, [this](bool isOn) {
        m_wish.hasTopics = isOn;
        rebuild();
    });
    connect(m_layout, &GraphLayout::arranged, this,
            [this](const GraphPlaces& places, const QString& problem) {
                GraphPlaces all = m_canvas->places(); // who is quiet now comes back to its place
                for (auto one = places.cbegin(); one != places.cend(); ++one)
                    all.insert(one.key(), *one);
                m_problem = problem;
                present();
                m_canvas->setPlaces(all);
            });
    connect(m_canvas, &TopologyCanvas::nodePicked, this, [this](int node) {
        const GraphNode& of = m_graph->nodes[static_cast<std::size_t>(node)];
        m_isPicking = true;
        if (of.is == GraphNode::Is::Agent)
            shared()->selectAgent(of.agents.front());
        m_isPicking = false;
    });
    connect(m_canvas, &TopologyCanvas::edgePicked, this, [this](int edge) {
        shared()->selectMessage(m_graph->edges[static_cast<std::size_t>(edge)].last);
    });
    connect(m_canvas, &TopologyCanvas::nodeOpened, this, &TopologyView::openNode);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (const GraphEdge* edge = m_model->edge(index.row())) {
            m_canvas->select(-1, index.row());
            shared()->selectMessage(edge->last);
        }
    });
    connect(shared(), &SharedView::sessionChanged, this, &TopologyView::onSessionChanged);
    connect(shared(), &SharedView::windowChanged, m_soon, &AskSoon::soon);
    connect(shared(), &SharedView::filterChanged, m_soon, &AskSoon::soon);
    connect(shared(), &SharedView::dataGrew, this, [this] {
        m_soon->soon();
        if (shared()->mode() == SharedView::Mode::Live && shared()->session() != nullptr)
            askFlow(shared()->session()->seen().time.end);
    });
    connect(shared(), &SharedView::playheadChanged, this, [this] {
        if (shared()->mode() == SharedView::Mode::Replay)
            askFlow(shared()->playhead());
    });
    connect(shared(), &SharedView::agentSelected, this, &TopologyView::selectAgent);
    connect(shared(), &SharedView::namesChanged, this, &TopologyView::rebuild);
    connect(shared(), &SharedView::sloChanged, this, [this] {
        m_canvas->setSlo(shared()->slo());
        present();
    });
    onSessionChanged();
}

TopologyView::~TopologyView() = default;

void TopologyView::onSessionChanged()
{
    for (LatestJob* job : {&m_asking, &m_stating, &m_flowing})
        job->cancel();
    m_layout->cancel();
    m_traffic.reset();
    m_graph.reset();
    m_state = {};
    m_failure.clear();
    m_problem.clear();
    m_flowed = {};
    m_model->show(nullptr, nanoseconds(1));
    m_canvas->show(nullptr, {}, 1);
    m_canvas->setPlaces({});
    m_canvas->setSlo(shared()->slo());
    m_canvas->fit();
    m_soon->now();
    updateNote();
}

void TopologyView::look()
{
    Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0) {
        updateNote();
        return;
    }
    m_soon->asked();
    m_asking.start(
        this,
        [this, session](std::stop_token stop) {
            TrafficRequest request;
            request.range = shared()->window();
            request.filter = shared()->filter();
            request.stop = std::move(stop);
            return trafficOf(*session, std::move(request));
        },
        [this](Result<Traffic> traffic) {
            if (traffic) {
                m_failure.clear();
                m_traffic = std::make_shared<const Traffic>(std::move(*traffic));
                rebuild();
                askState();
            } else if (traffic.error().code != ErrorCode::Cancelled) {
                m_failure = traffic.error().message;
            }
            updateNote();
        });
    updateNote();
}

void TopologyView::askState()
{
    m_stating.start(
        this,
        [this](std::stop_token stop) {
            StateRequest request;
            request.at = std::min(shared()->window().end, shared()->session()->seen().time.end);
            request.stop = std::move(stop);
            return shared()->session()->state(std::move(request));
        },
        [this](Result<StateSlice> state) {
            if (!state)
                return;
            m_state = std::move(*state);
            present();
        });
}

void TopologyView::rebuild()
{
    Session* session = shared()->session();
    if (!m_traffic || session == nullptr)
        return;
    m_graph = std::make_shared<const TrafficGraph>(
        trafficGraph(*m_traffic, *session->dictionaries(), m_wish));
    const bool isPlaced = std::ranges::all_of(m_graph->nodes, [this](const GraphNode& node) {
        return m_canvas->places().contains(node.id);
    });
    if (isPlaced) {
        m_layout->cancel();
        present();
        return;
    }
    // Those that can be seen keep their places; of the others only the ids matter.
    GraphPlaces kept;
    for (const GraphNode& node : m_graph->nodes) {
        if (const auto place = m_canvas->places().find(node.id); place != m_canvas->places().end())
            kept.insert(node.id, *place);
    }
    m_layout->arrange(*m_graph, kept);
}

void TopologyView::present()
{
    if (!m_graph || m_layout->isBusy())
        return;
    const nanoseconds length = m_traffic->range.length();
    const Session* session = shared()->session();
    if (session == nullptr)
        return;
    // A window that is wider than the recording says nothing about how often.
    const TimeRange there = session->seen().time;
    const nanoseconds covered =
        std::min(m_traffic->range.end, there.end) - std::max(m_traffic->range.begin, there.begin);
    const nanoseconds over =
        std::clamp(covered, nanoseconds(1'000'000), std::max(length, nanoseconds(1'000'000)));
    m_canvas->show(m_graph, healthOf(*m_graph, m_state, shared()->slo()),
                   std::chrono::duration<double>(over).count());
    m_model->show(m_graph, over);
    std::size_t agents = 0, topics = 0;
    for (const GraphNode& node : m_graph->nodes) {
        agents += node.agents.size();
        topics += node.topics.size();
    }
    QStringList facts{countText(static_cast<std::int64_t>(agents), tr("1 agent"), tr("%1 agents"))};
    if (topics > 0)
        facts << countText(static_cast<std::int64_t>(topics), tr("1 topic"), tr("%1 topics"));
    facts << (m_traffic->step > 1
                  ? tr("about %1 messages")
                        .arg(shortNumberText(static_cast<double>(m_graph->messages)))
                  : countText(m_graph->messages, tr("1 message"), tr("%1 messages")));
    if (m_graph->folded > 0)
        facts << tr("%1 agents folded").arg(numberText(m_graph->folded));
    if (m_traffic->isBounded)
        facts << tr("the rarest pairs are left out");
    if (!m_problem.isEmpty())
        facts << m_problem;
    m_header->setFacts(facts.join(u" · "_s));
    if (m_canvas->selectedNode() < 0 && m_canvas->selectedEdge() < 0)
        selectAgent();
    updateNote();
}

void TopologyView::askFlow(TimePoint until)
{
    if (!isVisible() || !m_graph || m_flowing.isBusy())
        return;
    const TimePoint from = std::max(m_flowed, until - kLongestFlow);
    const bool isBack = until < m_flowed;
    m_flowed = until;
    if (isBack || from >= until)
        return;
    m_flowing.start(
        this,
        [&](std::stop_token stop) {
            MarkRequest request;
            request.range = {from, until};
            request.limit = kMostFlowing;
            request.stop = std::move(stop);
            return shared()->session()->marks(std::move(request));
        },
        [this](Result<MarkSlice> slice) {
            const Session* session = shared()->session();
            if (!slice || session == nullptr || m_canvas->graph() == nullptr)
                return;
            const TrafficGraph& graph = *m_canvas->graph();
            const auto names = session->dictionaries();
            std::map<AgentId, int> nodes;
            for (std::size_t i = 0; i < graph.nodes.size(); ++i)
                for (const AgentId agent : graph.nodes[i].agents)
                    nodes.emplace(agent, static_cast<int>(i));
            std::map<int, std::pair<int, bool>> flows; // by edge: messages, errors
            for (const Mark& mark : slice->marks) {
                const auto sender = nodes.find(names->resolved(mark.sender));
                if (sender == nodes.end())
                    continue;
                std::set<int> to;
                for (const AgentId receiver : names->receivers(mark.audience)) {
                    if (const auto node = nodes.find(names->resolved(receiver));
                        node != nodes.end())
                        to.insert(node->second);
                }
                if (index(mark.audience) == 0) {
                    if (const auto topic = graph.topics.find(mark.topic);
                        topic != graph.topics.end())
                        to.insert(topic->second);
                }
                for (const int node : to) {
                    if (const int edge = graph.edgeBetween(sender->second, node); edge >= 0) {
                        ++flows[edge].first;
                        flows[edge].second = flows[edge].second || mark.kind == Kind::Error;
                    }
                }
            }
            for (const auto& [edge, flow] : flows)
                m_canvas->pulse(edge, flow.first, flow.second);
        });
}

void TopologyView::selectAgent()
{
    if (m_isPicking || !m_canvas->graph())
        return;
    const AgentId agent = shared()->selectedAgent();
    const int node = index(agent) == 0 ? -1 : m_canvas->graph()->nodeOf(agent);
    if (node >= 0 && node != m_canvas->selectedNode())
        m_canvas->select(node, -1);
}

void TopologyView::openNode(int node)
{
    const GraphNode& of = m_graph->nodes[static_cast<std::size_t>(node)];
    if (of.is != GraphNode::Is::Group || of.group.isEmpty())
        return;
    m_wish.folded.erase(of.group);
    m_wish.unfolded.insert(of.group);
    rebuild();
}

void TopologyView::foldSelected()
{
    const int node = m_canvas->selectedNode();
    if (!m_graph || node < 0)
        return;
    const QString group = m_graph->nodes[static_cast<std::size_t>(node)].group;
    if (group.isEmpty())
        return;
    m_wish.unfolded.erase(group);
    m_wish.folded.insert(group);
    rebuild();
}

void TopologyView::arrangeAnew()
{
    if (!m_graph)
        return;
    m_canvas->setPlaces({});
    m_canvas->fit();
    m_layout->arrange(*m_graph, {});
}

void TopologyView::updateNote()
{
    if (shared()->session() == nullptr)
        m_note->say(tr("No recording is open"), tr("Open one, or attach to a bus."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not known"), m_failure);
    else if (m_graph && !m_graph->nodes.empty())
        m_note->say({});
    else if (!isSettled())
        m_note->say(tr("Looking…"));
    else if (shared()->filter())
        m_note->say(tr("Nobody talks here"),
                    tr("No message of this window passes the filter. Widen one of them."));
    else
        m_note->say(tr("Nobody talks here"),
                    tr("There is no message in this window. Move it, or show the whole session."));
}

bool TopologyView::isSettled() const
{
    return !m_asking.isBusy() && !m_stating.isBusy() && !m_layout->isBusy() &&
           m_canvas->isSettled() && !m_soon->isWaiting();
}

void TopologyView::setTable(bool isTable)
{
    m_tableButton->setChecked(isTable);
    QWidget* shown = isTable ? static_cast<QWidget*>(m_table) : m_canvas;
    const bool hasFocus = m_canvas->hasFocus() || m_table->hasFocus();
    m_stack->setCurrentWidget(shown);
    setFocusProxy(shown);
    if (hasFocus)
        shown->setFocus();
    m_note->raise();
}

QString TopologyView::asText() const
{
    return m_graph && !m_graph->nodes.empty()
               ? m_header->title() + u'\t' + m_header->facts() + u'\n' + m_model->asText()
               : m_note->title() + u'\n';
}

QByteArray TopologyView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << qint32(1) << m_tableButton->isChecked() << m_topicsButton->isChecked()
        << m_table->horizontalHeader()->saveState() << listOf(m_wish.folded)
        << listOf(m_wish.unfolded);
    return bytes;
}

void TopologyView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0;
    bool isTable = false, hasTopics = true;
    QByteArray header;
    in >> version >> isTable >> hasTopics >> header;
    if (version != 1 || in.status() != QDataStream::Ok)
        return;
    setTable(isTable);
    m_topicsButton->setChecked(hasTopics);
    m_table->horizontalHeader()->restoreState(header);
    QStringList folded, unfolded; // states of before end here
    in >> folded >> unfolded;
    m_wish.folded = {folded.cbegin(), folded.cend()};
    m_wish.unfolded = {unfolded.cbegin(), unfolded.cend()};
    rebuild();
}

void TopologyView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier)
        setTable(!m_tableButton->isChecked());
    else if (event->key() == Qt::Key_F && event->modifiers() == Qt::NoModifier)
        foldSelected();
    else if (event->key() == Qt::Key_R && event->modifiers() == Qt::NoModifier)
        arrangeAnew();
    else
        View::keyPressEvent(event);
}

void TopologyView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_canvas->setSlo(shared()->slo()); // paints anew
    View::changeEvent(event);
}

} // namespace murmur
