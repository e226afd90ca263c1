// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "session/laneset.h"
#include "views/base/agentnaming.h"
#include "views/base/emptynote.h"
#include "views/base/findingboard.h"
#include "views/base/markeroverlay.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/zonebutton.h"
#include "views/timeline/lagband.h"
#include "views/timeline/timelinetext.h"

#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kGroupHeight = 22;

std::string labelOf(const AgentEntry& entry, TimelineView::Grouping grouping)
{
    const auto label = [&](Label which) { return entry.labels[static_cast<std::size_t>(which)]; };
    switch (grouping) {
    case TimelineView::Grouping::Automatic:
        return entry.group();
    case TimelineView::Grouping::Site:
        return label(Label::Site);
    case TimelineView::Grouping::Crew:
        return label(Label::Crew);
    case TimelineView::Grouping::Role:
        return label(Label::Role);
    case TimelineView::Grouping::Tenant:
        return label(Label::Tenant);
    case TimelineView::Grouping::None:
        return {};
    }
    return {};
}

struct GroupingName
{
    TimelineView::Grouping grouping;
    const char* id; ///< written to layout files
    const char* title;
};
constexpr std::array kGroupings{
    GroupingName{TimelineView::Grouping::Automatic, "automatic",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "their group")},
    GroupingName{TimelineView::Grouping::Site, "site",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "site")},
    GroupingName{TimelineView::Grouping::Crew, "crew",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "crew")},
    GroupingName{TimelineView::Grouping::Role, "role",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "role")},
    GroupingName{TimelineView::Grouping::Tenant, "tenant",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "tenant")},
    GroupingName{TimelineView::Grouping::None, "none",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "nothing")},
};

} // namespace

TimelineView::TimelineView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_data(context.shared)
    , m_scroll(new QScrollBar(Qt::Vertical, this))
    , m_groupButton(new QToolButton(this))
    , m_zone(new ZoneButton(context.shared, this))
    , m_lags(new LagBand(context.shared, this))
    , m_note(new EmptyNote(this))
    , m_laneNote(new EmptyNote(this))
    , m_naming(new AgentNaming(context.shared, this))
    , m_findings(FindingBoard::of(context.shared))
    , m_laneFilter(new QLineEdit(this))
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Timeline"));
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_groupButton->setProperty("flat", true);
    m_groupButton->setFocusPolicy(Qt::TabFocus);
    m_groupButton->setToolTip(tr("What there is a lane for, and how lanes are grouped"));
    buildLaneFilter();
    m_describe.setSingleShot(true);
    m_describe.setInterval(700ms);
    connect(&m_describe, &QTimer::timeout, this, &TimelineView::describe);

    connect(m_scroll, &QScrollBar::valueChanged, this, &TimelineView::refresh);
    connect(m_groupButton, &QToolButton::clicked, this, &TimelineView::showGroupingMenu);
    connect(&m_data, &TimelineData::changed, this, [this] {
        refreshAgents();
        updateRail();
        update();
        m_describe.start();
    });
    connect(m_lags, &LagBand::heightChanged, this, [this] {
        rebuildLayout();
        refresh();
    });
    connect(m_lags, &LagBand::valuesChanged, this, [this] { update(); });
    const SharedView* shared = context.shared;
    connect(shared, &SharedView::sessionChanged, this, &TimelineView::refreshSession);
    connect(shared, &SharedView::windowChanged, this, [this] {
        if (m_lanes)
            refreshLanes();
        refresh();
    });
    connect(shared, &SharedView::playheadChanged, this, [this] { update(); });
    connect(shared, &SharedView::sloChanged, this, [this] { update(); });
    connect(shared, &SharedView::messageSelected, this, &TimelineView::fetchSelected);
    connect(shared, &SharedView::agentSelected, this, [this] {
        scrollTo(this->shared()->selectedAgent());
        update();
    });
    connect(shared, &SharedView::dataGrew, this, &TimelineView::refreshAgents);
    connect(shared, &SharedView::filterChanged, this, [this] {
        if (m_lanes)
            makeLanes();
    });
    connect(shared, &SharedView::laneKeyChanged, this, &TimelineView::takeLaneKey);
    connect(shared, &SharedView::namesChanged, this, [this] {
        // Lanes that were looked for have the names of then.
        if (m_lanes && (m_key.what == LaneKey::What::Agent || m_key.what == LaneKey::What::Group))
            makeLanes();
        m_picked.clear();
        refreshAgents();
        fetchSelected();
    });
    connect(m_findings, &FindingBoard::changed, this, [this] { update(); });
    m_note->follow(this->shared());
    connect(m_laneNote, &EmptyNote::actionTaken, this, [this] { setLaneKey(m_keyBefore); });
    new MarkerOverlay(this->shared(), this, [this] {
        return MarkerOverlay::Place{axis(), plotRect()};
    });
    connect(shared, &SharedView::silenceChanged, this, &TimelineView::refreshAgents);
    setGrouping(Grouping::Automatic);
    refreshSession();
}

TimelineView::~TimelineView()
{
    m_data.setLanes(nullptr);
}

QSize TimelineView::sizeHint() const
{
    return {900, 340};
}

QSize TimelineView::minimumSizeHint() const
{
    return {Theme::current().axisLeft + 160, 110};
}

QRect TimelineView::axisRect() const
{
    const Theme& theme = Theme::current();
    return {theme.axisLeft, 0, std::max(0, width() - theme.axisLeft - theme.axisRight),
            theme.paneHeader};
}

int TimelineView::lagHeight() const
{
    // Agents are what the view is about.
    return m_lags->wantedHeight((height() - Theme::current().paneHeader) * 2 / 5);
}

QRect TimelineView::lanesRect() const
{
    const int top = Theme::current().paneHeader;
    return {0, top, std::max(0, width() - Theme::current().axisRight),
            std::max(0, height() - top - lagHeight() - railRect().height())};
}

QRect TimelineView::railRect() const
{
    // Marks are needed for it, and lanes are what the view is about.
    const MarkIndexPtr marks = m_data.marks();
    const int room = height() - Theme::current().paneHeader - lagHeight();
    const bool isShown =
        m_showsTopics && m_key == LaneKey() && marks && m_rail.height() * 3 <= room;
    const int rail = isShown ? m_rail.height() : 0;
    return {0, height() - lagHeight() - rail, std::max(0, width() - Theme::current().axisRight),
            rail};
}

QRect TimelineView::plotRect() const
{
    return {axisRect().left(), lanesRect().top(), axisRect().width(), lanesRect().height()};
}

TimeAxis TimelineView::axis() const
{
    const QRect plot = plotRect();
    return TimeAxis(shared()->window(), plot.left(), plot.width());
}

QRect TimelineView::laneRect(AgentId agent) const
{
    const auto found = m_layout.rowOf(agent);
    if (!found)
        return {};
    const LaneRow& row = m_layout.rows()[*found];
    const QRect plot = plotRect();
    return QRect(plot.left(), plot.top() + row.y - m_scroll->value(), plot.width(), row.height)
        .intersected(plot);
}

bool TimelineView::showsMarks(AgentId agent) const
{
    const auto found = m_layout.rowOf(agent);
    return found && std::ranges::any_of(m_shown, [&](const ShownRow& shown) {
               return shown.row == *found && !shown.isDensity;
           });
}

bool TimelineView::isSettled() const
{
    const Session* session = shared()->session();
    if (!session || session->seen().last == 0)
        return true;
    if (m_lanes && m_lanes->failure().isEmpty() && !m_lanes->isReady())
        return false;
    return m_data.isSettled() && m_data.density() != nullptr && m_lags->isSettled();
}

void TimelineView::refreshSession()
{
    m_agents.clear();
    m_known = {};
    m_knownLabels = 0;
    m_showsUnknown = false;
    m_selected.reset();
    m_picked.clear();
    m_rail.clear();
    m_cursor.reset();
    m_figures.clear();
    m_figuresJob.cancel();
    if (m_order.needsFigures())
        askForFigures();
    if (!m_key.isStored())
        makeLanes();
    clearHover();
    rebuildLayout();
    refreshAgents();
    fetchSelected();
    refresh();
}

void TimelineView::refreshAgents()
{
    const Session* session = shared()->session();
    if (!session) {
        m_note->say(tr("No recording is open"),
                    tr("Start the demo, attach to a bus, or open a recording: every agent gets a "
                       "lane here."));
        return;
    }
    if (session->seen().last == 0) {
        m_note->say(session->isLive() ? tr("No message yet")
                                      : tr("This recording holds no messages"),
                    session->isLive()
                        ? shared()->silence().isEmpty()
                              ? tr("Each agent gets a lane with its first message.")
                              : shared()->silence()
                        : tr("Record again while the agents talk, or open another recording."));
    } else if (!m_data.failure().isEmpty() && !m_data.density()) {
        m_note->say(tr("The recording cannot be read"), m_data.failure());
    } else {
        m_note->say({});
    }
    if (m_lanes) {
        refreshLanes();
        return;
    }
    const auto names = session->dictionaries();
    const Dictionaries::Counts counts = names->counts();
    const DensityPtr density = m_data.density();
    const bool showsUnknown = m_showsUnknown || (density && density->lane(AgentId{}));
    if (counts.agents == m_known.agents && names->labelRevision() == m_knownLabels &&
        showsUnknown == m_showsUnknown)
        return;
    m_known = counts;
    m_knownLabels = names->labelRevision();
    m_showsUnknown = showsUnknown;
    m_agents.clear();
    for (std::uint32_t i = showsUnknown ? 0 : 1; i < counts.agents; ++i) {
        const AgentId id{i};
        const AgentEntry entry = names->agentEntry(id);
        if (index(entry.sameAs) != 0)
            continue; // drawn under the name that was learnt later
        const QString name = i == 0 ? tr("unknown sender") : QString::fromStdString(entry.name);
        QString group = QString::fromStdString(labelOf(entry, m_grouping));
        if (group.isEmpty() && m_key.what == LaneKey::What::Group)
            group = tr("in no group");
        m_agents.push_back({id, name, group});
    }
    if (m_order.needsFigures() && !m_figuresJob.isBusy())
        askForFigures(); // somebody has come
    rebuildLayout();
    refresh();
}

void TimelineView::rebuildLayout()
{
    const Theme& theme = Theme::current();
    const int text = QFontMetrics(theme.interfaceFont(9.5)).height();
    LaneLayout::Folds folds = m_folds;
    for (const LaneAgent& agent : m_agents) {
        if (m_key.what == LaneKey::What::Group)
            folds.insert(agent.group, true); // a lane is all there is of a group
    }
    std::vector<LaneAgent> lanes = m_agents;
    if (m_key.what != LaneKey::What::Group) {
        LaneOrder order = m_order;
        if (m_key.what != LaneKey::What::Agent)
            order.sort = LaneSort::Name; // the figures are those of agents
        lanes = order.apply(std::move(lanes), m_figures);
    }
    m_layout.build(std::move(lanes), folds, std::max(theme.laneHeight, text + 8),
                   std::max(kGroupHeight, text + 4));
    ++m_layoutRevision;
    m_shown.clear();
    placeChildren();
}

void TimelineView::placeChildren()
{
    const Theme& theme = Theme::current();
    const QRect lanes = lanesRect();
    m_scroll->setGeometry(width() - theme.axisRight, lanes.top(), theme.axisRight, lanes.height());
    m_scroll->setRange(0, std::max(0, m_layout.height() - lanes.height()));
    m_scroll->setPageStep(lanes.height());
    m_scroll->setSingleStep(theme.laneHeight);
    m_lags->setGeometry(0, height() - lagHeight(), width(), lagHeight());
    m_lags->setVisible(lagHeight() > 0);
    m_groupButton->setGeometry(2, 1, theme.axisLeft - 4, theme.paneHeader - 2);
    m_zone->placeAt(axisRect());
    m_laneFilter->setGeometry(m_groupButton->geometry());
}

std::vector<AgentId> TimelineView::visibleAgents() const
{
    // Half a screen of lanes more on each side: scrolling finds them ready.
    const int height = lanesRect().height();
    const int top = m_scroll->value() - height / 2;
    const auto [first, last] = m_layout.rowsBetween(top, top + 2 * height);
    std::vector<AgentId> agents;
    for (std::size_t i = first; i < last; ++i) {
        const LaneRow& row = m_layout.rows()[i];
        if (!row.showsTraffic())
            continue;
        const auto members = m_layout.members(row);
        agents.insert(agents.end(), members.begin(), members.end());
    }
    return agents;
}

void TimelineView::refresh()
{
    m_data.want(shared()->window(), plotRect().width(), visibleAgents());
    update();
    m_describe.start();
}

void TimelineView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    placeChildren();
    refresh();
}

void TimelineView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_groupButton->setFont(Theme::current().interfaceFont(9));
        rebuildLayout();
        update();
    }
    View::changeEvent(event);
}

void TimelineView::fetchSelected()
{
    m_selected.reset();
    update();
    const Seq seq = shared()->selectedMessage();
    Session* session = shared()->session();
    if (seq == 0 || !session)
        return;
    RowRequest request;
    request.seqs = {seq};
    session->rows(request).then(this, [this, seq](const Result<std::vector<MessageRow>>& rows) {
        if (seq != shared()->selectedMessage() || !rows || rows->empty())
            return;
        m_selected = rows->front();
        m_selected->sender = shared()->session()->dictionaries()->resolved(m_selected->sender);
        // The selection is what the eye looks for: bring its lane into sight.
        if (const auto row = selectedRow())
            scrollTo(*row);
        if (std::exchange(m_wantsSender, false))
            shared()->selectAgent(m_selected->sender);
        update();
    });
}

void TimelineView::scrollTo(AgentId agent)
{
    const auto found = m_lanes ? std::nullopt : m_layout.rowOf(agent);
    if (index(agent) != 0 && found)
        scrollTo(*found);
}

void TimelineView::scrollTo(std::size_t index)
{
    const LaneRow& row = m_layout.rows()[index];
    const int page = lanesRect().height();
    if (row.y < m_scroll->value())
        m_scroll->setValue(row.y);
    else if (row.y + row.height > m_scroll->value() + page)
        m_scroll->setValue(row.y + row.height - page);
}

void TimelineView::setGrouping(Grouping grouping)
{
    m_grouping = grouping;
    showKey();
    m_known = {}; // the groups come from the dictionary
    refreshAgents();
}

void TimelineView::setFolded(const QString& group, bool folded)
{
    m_folds.insert(group, folded);
    rebuildLayout();
    refresh();
}

void TimelineView::showGroupingMenu()
{
    QMenu menu(this);
    fillMenu(menu);
    menu.exec(m_groupButton->mapToGlobal(QPoint(0, m_groupButton->height())));
}

void TimelineView::fillMenu(QMenu& menu)
{
    fillKeyMenu(menu);
    QMenu* groups = menu.addMenu(tr("Agents grouped by"));
    groups->setEnabled(m_key.isStored());
    for (const GroupingName& name : kGroupings) {
        QAction* action = groups->addAction(tr(name.title));
        action->setCheckable(true);
        action->setChecked(name.grouping == m_grouping);
        connect(action, &QAction::triggered, this,
                [this, grouping = name.grouping] { setGrouping(grouping); });
    }
    menu.addSeparator();
    const auto foldAll = [this](bool folded) {
        for (const LaneAgent& agent : m_agents) {
            if (!agent.group.isEmpty())
                m_folds.insert(agent.group, folded);
        }
        rebuildLayout();
        refresh();
    };
    addOrderTo(menu);
    if (m_key.what == LaneKey::What::Agent || m_key.what == LaneKey::What::Topic) {
        connect(menu.addAction(tr("Fold all groups")), &QAction::triggered, this,
                [foldAll] { foldAll(true); });
        connect(menu.addAction(tr("Unfold all groups")), &QAction::triggered, this,
                [foldAll] { foldAll(false); });
        menu.addSeparator();
    }
    if (m_key == LaneKey()) {
        QAction* topics = menu.addAction(tr("Topics of what is said to nobody"));
        topics->setCheckable(true);
        topics->setChecked(m_showsTopics);
        connect(topics, &QAction::toggled, this, &TimelineView::setShowsTopics);
        menu.addSeparator();
    }
    connect(menu.addAction(tr("Copy as text")), &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(asText()); });
}

QByteArray TimelineView::saveState() const
{
    QJsonObject folds;
    for (auto it = m_folds.cbegin(); it != m_folds.cend(); ++it)
        folds.insert(it.key(), it.value());
    QString grouping;
    for (const GroupingName& name : kGroupings) {
        if (name.grouping == m_grouping)
            grouping = QString::fromLatin1(name.id);
    }
    QString sort;
    for (const LaneSortName& name : laneSorts())
        if (name.sort == m_order.sort)
            sort = QString::fromLatin1(name.id);
    QStringList pinned(m_order.pinned.begin(), m_order.pinned.end());
    pinned.sort();
    return QJsonDocument(QJsonObject{{u"grouping"_s, grouping},
                                     {u"sort"_s, sort},
                                     {u"pinned"_s, QJsonArray::fromStringList(pinned)},
                                     {u"lanes"_s, laneKeyText(m_key)},
                                     {u"topics"_s, m_showsTopics},
                                     {u"folds"_s, folds},
                                     {u"consumersFolded"_s, m_lags->isFolded()}})
        .toJson(QJsonDocument::Compact);
}

void TimelineView::restoreState(const QByteArray& state)
{
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    m_folds.clear();
    const QJsonObject folds = object.value(u"folds"_s).toObject();
    for (auto it = folds.begin(); it != folds.end(); ++it)
        m_folds.insert(it.key(), it.value().toBool());
    m_lags->setFolded(object.value(u"consumersFolded"_s).toBool());
    for (const GroupingName& name : kGroupings) {
        if (object.value(u"grouping"_s).toString() == QLatin1StringView(name.id))
            setGrouping(name.grouping);
    }
    m_order.pinned.clear();
    for (const QJsonValue& name : object.value(u"pinned"_s).toArray())
        m_order.pinned.insert(name.toString());
    for (const LaneSortName& name : laneSorts())
        if (object.value(u"sort"_s).toString() == QLatin1StringView(name.id))
            setSort(name.sort);
    m_showsTopics = object.value(u"topics"_s).toBool(true);
    if (const auto key = laneKeyFromText(object.value(u"lanes"_s).toString()))
        setLaneKey(*key);
    rebuildLayout();
    refresh();
}

std::int64_t TimelineView::messagesIn(const LaneRow& row, std::int64_t& errors) const
{
    const MarkIndexPtr marks = m_data.marks();
    const DensityPtr density = m_data.density();
    const TimeRange window = shared()->window();
    std::int64_t count = 0;
    errors = 0;
    for (const AgentId agent : m_layout.members(row)) {
        if (marks && marks->holds(agent)) {
            for (const Mark& mark : marks->lane(agent, window)) {
                if (!m_data.matches(mark.seq))
                    continue;
                ++count;
                errors += mark.kind == Kind::Error;
            }
        } else if (density) {
            if (const LaneCounts* counts = density->lane(agent)) {
                count += density->count(*counts, window);
                errors += density->errorCount(*counts, window);
            }
        }
    }
    return count;
}

QString TimelineView::asText() const
{
    const auto [first, last] =
        m_layout.rowsBetween(m_scroll->value(), m_scroll->value() + lanesRect().height());
    QStringList lines;
    for (std::size_t i = first; i < last; ++i) {
        const LaneRow& row = m_layout.rows()[i];
        if (!row.showsTraffic())
            continue;
        std::int64_t errors = 0;
        const std::int64_t count = messagesIn(row, errors);
        const QString label =
            row.what == LaneRow::What::Agent ? row.label
            : m_lanes ? tr("%1 (%2 lanes)").arg(row.label).arg(static_cast<int>(row.memberCount))
                      : tr("%1 (%2 agents)").arg(row.label).arg(static_cast<int>(row.memberCount));
        lines << laneSentence(label, count, errors, shared()->window(), m_key.weight);
    }
    for (const ShownFinding& shown : m_shownFindings)
        lines << findingsSentence(shown);
    if (const QString behind = m_lags->asText(); !behind.isEmpty())
        lines << behind;
    return lines.join(u'\n');
}

QString TimelineView::summary() const
{
    std::int64_t count = 0;
    std::int64_t errors = 0;
    int lanes = 0;
    for (const LaneRow& row : m_layout.rows()) {
        if (!row.showsTraffic())
            continue;
        std::int64_t rowErrors = 0;
        count += messagesIn(row, rowErrors);
        errors += rowErrors;
        ++lanes;
    }
    return laneSentence(countText(lanes, tr("1 lane"), tr("%1 lanes")), count, errors,
                        shared()->window(), m_key.weight);
}

void TimelineView::describe()
{
    if (shared()->session())
        setAccessibleDescription(summary());
}

} // namespace murmur
