// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/mapview.h"

#include "views/base/agentfigures.h"
#include "views/base/agentnaming.h"
#include "views/base/agenttable.h"
#include "views/base/asksoon.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/paneparts.h"
#include "views/base/picks.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/viewwishes.h"
#include "views/map/mapcanvas.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QDataStream>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QMenu>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr AskSoon::Pauses kMapPauses{100ms, 400ms};
constexpr qsizetype kMostPlans = 50;

} // namespace

MapView::MapView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Map"), this))
    , m_axesButton(
          makePaneButton(tr("Axes"), tr("The two numbers of states that are a place"), this))
    , m_trailButton(
          makePaneButton(tr("Trail"), tr("How long it is shown where they have been"), this))
    , m_planButton(makePaneButton(tr("Plan"),
                                  tr("A picture of the floor; one can be dropped here, too"), this))
    , m_tableButton(makePaneButton(tr("Table"), tr("The same as a table (T)"), this))
    , m_body(new QWidget(this))
    , m_stack(new QStackedLayout(m_body))
    , m_canvas(new MapCanvas(m_body))
    , m_table(new QTableView(m_body))
    , m_model(new AgentTable(
          {tr("group"), tr("agent"), tr("health"), tr("since"), tr("x"), tr("y")}, 4, this))
    , m_note(new EmptyNote(m_body))
    , m_figures(AgentFigures::of(context.shared))
    , m_naming(new AgentNaming(context.shared, this))
    , m_soon(new AskSoon(this, context.shared, kMapPauses, [this] { ask(); }))
{
    setAccessibleName(tr("Map"));
    setAccessibleDescription(
        tr("Where agents are at the playhead. Arrows go from agent to agent, Return shows one in "
           "the timeline, T shows a table."));
    m_tableButton->setCheckable(true);
    for (QToolButton* button : {m_axesButton, m_trailButton, m_planButton, m_tableButton})
        m_header->addWidget(button);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Where agents are"));
    makeQuietTable(*m_table);
    m_table->setColumnWidth(1, 180);
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
    // The picture is what a person comes for.
    setTabOrder(m_canvas, m_axesButton);
    setTabOrder(m_axesButton, m_trailButton);
    setTabOrder(m_trailButton, m_planButton);
    setTabOrder(m_planButton, m_tableButton);
    makeMenus();

    connect(m_tableButton, &QToolButton::toggled, this, &MapView::setTable);
    const auto pick = [this](AgentId agent) {
        const QScopedValueRollback guard(m_isPicking, true);
        shared()->selectAgent(agent);
    };
    connect(m_canvas, &MapCanvas::agentPicked, this, pick);
    connect(m_canvas, &MapCanvas::agentOpened, this, [this, pick](AgentId agent) {
        pick(agent);
        ViewWishes::of(shared())->show(u"timeline"_s);
    });
    connect(m_canvas, &MapCanvas::planMoved, this,
            [this](const FloorPlan& plan) { m_plans.insert(planKey(), plan); });
    connect(m_canvas, &MapCanvas::planDropped, this, &MapView::setPlan);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this, pick](const QModelIndex& index) {
                if (!index.isValid() || m_isPicking)
                    return;
                const AgentId agent = m_model->lines()[static_cast<std::size_t>(index.row())].agent;
                m_canvas->select(agent);
                pick(agent);
            });
    connect(shared(), &SharedView::agentSelected, this, [this] {
        if (!m_isPicking)
            m_canvas->select(shared()->selectedAgent());
    });
    connect(shared(), &SharedView::sessionChanged, this, &MapView::onSessionChanged);
    connect(shared(), &SharedView::playheadChanged, m_soon, &AskSoon::soon);
    connect(shared(), &SharedView::dataGrew, m_soon, &AskSoon::soon);
    connect(shared(), &SharedView::namesChanged, m_soon, &AskSoon::soon);
    connect(m_figures, &AgentFigures::changed, this, &MapView::present);
    m_figures->serve(this);
    onSessionChanged();
}

MapView::~MapView() = default;

void MapView::onSessionChanged()
{
    m_asking.cancel();
    m_isKnown = false;
    m_failure.clear();
    m_canvas->clear();
    m_canvas->select(shared()->selectedAgent());
    fillTable();
    m_soon->now();
    updateNote();
}

void MapView::ask()
{
    Session* session = shared()->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || session->seen().last == 0 || !isVisible()) {
        updateNote();
        return;
    }
    // What is under way is not cut off while everything moves: else nothing would ever be shown.
    if (m_asking.isBusy() && shared()->mode() != SharedView::Mode::Paused)
        return m_soon->soon();
    m_soon->asked();
    PositionRequest request;
    request.at = shared()->playhead();
    request.trail = m_trail;
    request.axes = m_axes;
    m_asking.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return QtConcurrent::run([source, request] { return positionsJob(*source, request); });
        },
        [this](Result<Positions> positions) {
            if (positions) {
                m_failure.clear();
                m_isKnown = true;
                m_canvas->show(std::move(*positions));
                present();
                showPlan();
            } else if (positions.error().code != ErrorCode::Cancelled) {
                m_failure = positions.error().message;
            }
            updateNote();
        });
    updateNote();
}

void MapView::present()
{
    const Session* session = shared()->session();
    if (session == nullptr || !isVisible())
        return;
    const auto names = session->dictionaries();
    std::vector<QString> texts;
    std::vector<Health> health;
    for (const AgentPlace& place : m_canvas->scene().positions.agents) {
        const AgentRow* row = m_figures->row(place.agent);
        texts.push_back(row != nullptr ? row->name : agentText(*names, place.agent));
        health.push_back(row != nullptr ? row->health : Health::Unseen);
    }
    m_canvas->setAgents(std::move(texts), std::move(health));
    fillTable();
}

std::vector<AgentTable::Line> MapView::lines() const
{
    std::vector<AgentTable::Line> lines;
    const MapScene& scene = m_canvas->scene();
    for (std::size_t i = 0; i < scene.positions.agents.size(); ++i) {
        const AgentPlace& place = scene.positions.agents[i];
        const AgentRow* row = m_figures->row(place.agent);
        lines.push_back({place.agent,
                         {row != nullptr ? row->group : QString(), scene.names[i],
                          healthText(scene.health[i], row != nullptr ? row->errors : 0),
                          shownClock(fromNs(place.since)), QString::number(place.x, 'g', 9),
                          QString::number(place.y, 'g', 9)}});
    }
    std::ranges::sort(lines, [](const AgentTable::Line& a, const AgentTable::Line& b) {
        return a.cells[0] != b.cells[0] ? nameLess(a.cells[0], b.cells[0])
                                        : nameLess(a.cells[1], b.cells[1]);
    });
    return lines;
}

void MapView::fillTable()
{
    const QScopedValueRollback guard(m_isPicking, true); // rows move under the selection
    // Laid out only while somebody reads it: the picture is what most look at.
    m_model->update(m_tableButton->isChecked() ? lines() : std::vector<AgentTable::Line>());
}

void MapView::updateNote()
{
    const Session* session = shared()->session();
    const Positions& positions = m_canvas->scene().positions;
    const auto placed = static_cast<std::int64_t>(positions.agents.size());
    QStringList facts;
    if (placed > 0)
        facts << countText(placed, tr("1 agent"), tr("%1 agents"))
              << QString::fromStdString(axesText(positions.axes));
    if (placed > 0 && positions.nowhere > 0)
        facts << countText(positions.nowhere, tr("1 has no place in it"),
                           tr("%1 have no place in it"));
    if (placed > 0 && positions.at - positions.from < m_trail && m_trail.count() > 0)
        facts << tr("trails of %1").arg(durationText(positions.at - positions.from));
    if (!m_planFailure.isEmpty())
        facts << m_planFailure;
    m_header->setFacts(facts.join(u" · "_s));
    if (session == nullptr)
        m_note->say(tr("No recording is open"), tr("Open one, or attach to a bus."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not known"), m_failure);
    else if (session->seen().last == 0)
        m_note->say(tr("Nobody is anywhere yet"),
                    tr("Agents appear here once they say where they are."));
    else if (placed > 0)
        m_note->say({});
    else if (!m_isKnown)
        m_note->say(tr("Looking…"));
    else if (positions.axes.isEmpty())
        m_note->say(tr("Nothing looks like a place"),
                    tr("No state has pose.x and pose.y, x and y, or lat and lon at this moment. "
                       "Move the playhead, or choose two other numbers under Axes."));
    else
        m_note->say(tr("Nobody is anywhere here"),
                    tr("Nobody has said %1 as numbers until this moment. Move the playhead, or "
                       "choose other numbers under Axes.")
                        .arg(QString::fromStdString(axesText(positions.axes))));
}

void MapView::setAxes(const MapAxes& axes)
{
    m_axes = axes;
    m_asking.cancel();
    ask();
}

void MapView::setTrail(nanoseconds trail)
{
    m_trail = trail;
    m_asking.cancel();
    ask();
}

QString MapView::planKey() const
{
    return QString::fromStdString(axesText(m_canvas->scene().positions.axes));
}

void MapView::setPlan(const QString& path)
{
    const QString key = planKey();
    if (key.isEmpty())
        return;
    m_plans.remove(key);
    if (!path.isEmpty()) {
        while (m_plans.size() >= kMostPlans)
            m_plans.erase(m_plans.begin());
        m_plans.insert(key, {path, {}, 0});
    }
    m_reading.cancel();
    m_canvas->setFloor({}, {});
    m_shownPlan.clear();
    m_planFailure.clear();
    showPlan();
    updateNote();
}

/// The plan of these axes, once its picture is read.
void MapView::showPlan()
{
    const FloorPlan plan = m_plans.value(planKey());
    if (plan.path == m_shownPlan)
        return;
    m_shownPlan = plan.path;
    m_planFailure.clear();
    m_canvas->setFloor({}, {});
    m_reading.cancel();
    if (!plan.path.isEmpty())
        readPlan();
}

void MapView::readPlan()
{
    m_reading.start(
        this,
        [path = m_shownPlan](const std::stop_token&) {
            return QtConcurrent::run([path] { return readFloorImage(path); });
        },
        [this](const Result<FloorImage>& floor) {
            if (floor)
                m_canvas->setFloor(m_plans.value(planKey()), floor->image);
            else
                m_planFailure = floor.error().message;
            updateNote();
        });
}

bool MapView::isSettled() const
{
    return !m_asking.isBusy() && !m_reading.isBusy() && !m_soon->isWaiting() &&
           m_figures->isSettled();
}

void MapView::setTable(bool isTable)
{
    m_tableButton->setChecked(isTable);
    QWidget* shown = isTable ? static_cast<QWidget*>(m_table) : m_canvas;
    const bool hasFocus = m_canvas->hasFocus() || m_table->hasFocus();
    m_stack->setCurrentWidget(shown);
    setFocusProxy(shown);
    fillTable();
    if (hasFocus)
        shown->setFocus();
    m_note->raise();
}

QString MapView::asText() const
{
    return m_canvas->scene().positions.agents.empty()
               ? m_note->title() + u'\n' + m_note->sentence()
               : m_header->title() + u'\t' + m_header->facts() + u'\n' + m_model->asText(lines());
}

QByteArray MapView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << qint32(1) << m_tableButton->isChecked() << qint64(m_trail.count())
        << QString::fromStdString(m_axes.x) << QString::fromStdString(m_axes.y) << m_plans;
    return bytes;
}

void MapView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0;
    qint64 trail = 0;
    bool isTable = false;
    QString x, y;
    QMap<QString, FloorPlan> plans;
    in >> version >> isTable >> trail >> x >> y >> plans;
    if (version != 1 || in.status() != QDataStream::Ok || trail < 0)
        return;
    setTable(isTable);
    m_trail = nanoseconds(trail);
    m_axes = x.isEmpty() || y.isEmpty() ? MapAxes{} : chosenAxes(x.toStdString(), y.toStdString());
    m_plans = plans;
    ask();
}

std::optional<Region> MapView::picked() const
{
    const AgentId agent = shared()->selectedAgent();
    return murmur::index(agent) == 0 ? std::nullopt : regionOfAgents(*shared(), {agent});
}

void MapView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    if (!menu.isEmpty())
        menu.exec(event->globalPos());
}

void MapView::fillPickedMenu(QMenu& menu)
{
    const AgentId agent = shared()->selectedAgent();
    if (murmur::index(agent) == 0)
        return;
    m_naming->addTo(menu, {agent});
    menu.addSeparator();
    addPickActions(menu, this);
}

void MapView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier)
        setTable(!m_tableButton->isChecked());
    else
        View::keyPressEvent(event);
}

void MapView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_canvas->update();
    View::changeEvent(event);
}

} // namespace murmur
