// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "session/laneset.h"
#include "views/base/agentnaming.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/picks.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/timelinetext.h"

#include <QContextMenuEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QRegularExpression>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Messages whose payloads are looked at for members that lanes may be made of.
constexpr int kLookedAt = 300;
constexpr int kDeepestMember = 4;
/// With more lanes than this, those without a message in sight are left out.
constexpr std::uint32_t kManyLanes = 40;

struct KeyTitle
{
    LaneKey::What what;
    const char* menu;
    const char* button;
};
constexpr std::array kKeyTitles{
    KeyTitle{LaneKey::What::Agent, QT_TRANSLATE_NOOP("murmur::TimelineView", "Lanes by &agent"),
             QT_TRANSLATE_NOOP("murmur::TimelineView", "lanes by agent")},
    KeyTitle{LaneKey::What::Group, QT_TRANSLATE_NOOP("murmur::TimelineView", "Lanes by &group"),
             QT_TRANSLATE_NOOP("murmur::TimelineView", "lanes by group")},
    KeyTitle{LaneKey::What::Topic, QT_TRANSLATE_NOOP("murmur::TimelineView", "Lanes by &topic"),
             QT_TRANSLATE_NOOP("murmur::TimelineView", "lanes by topic")},
    KeyTitle{LaneKey::What::Conversation,
             QT_TRANSLATE_NOOP("murmur::TimelineView", "Lanes by &conversation"),
             QT_TRANSLATE_NOOP("murmur::TimelineView", "by conversation")},
    KeyTitle{LaneKey::What::Connection,
             QT_TRANSLATE_NOOP("murmur::TimelineView", "Lanes by con&nection"),
             QT_TRANSLATE_NOOP("murmur::TimelineView", "by connection")},
};

struct WeightTitle
{
    LaneKey::Weight weight;
    const char* menu;
    const char* button; ///< %1: what lanes are by
};
constexpr std::array kWeightTitles{
    WeightTitle{LaneKey::Weight::Messages, QT_TRANSLATE_NOOP("murmur::TimelineView", "&One each"),
                ""},
    WeightTitle{LaneKey::Weight::TokensIn,
                QT_TRANSLATE_NOOP("murmur::TimelineView", "Tokens &in, of calls to models"),
                QT_TRANSLATE_NOOP("murmur::TimelineView", "tokens in, %1")},
    WeightTitle{LaneKey::Weight::TokensOut,
                QT_TRANSLATE_NOOP("murmur::TimelineView", "Tokens ou&t"),
                QT_TRANSLATE_NOOP("murmur::TimelineView", "tokens out, %1")},
    WeightTitle{LaneKey::Weight::Cost, QT_TRANSLATE_NOOP("murmur::TimelineView", "&Cost"),
                QT_TRANSLATE_NOOP("murmur::TimelineView", "cost by %1")},
};

/// "agent", "topic", without what a message counts.
QString fieldOfKey(const LaneKey& key)
{
    return laneKeyText({key.what, key.path});
}

/// Counts the members of a payload that are words or numbers.
void countMembers(const QJsonValue& value, const QString& path, int depth,
                  std::map<QString, int>& counts)
{
    if (value.isObject() && depth < kDeepestMember) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (!it.key().isEmpty() && !it.key().contains(u'.'))
                countMembers(it.value(), path.isEmpty() ? it.key() : path + u'.' + it.key(),
                             depth + 1, counts);
        }
    } else if (!path.isEmpty() && (value.isString() || value.isDouble() || value.isBool())) {
        ++counts[path];
    }
}

/// "swarm.cmd" and "swarm.state" stand together.
void groupByFirstSegment(std::vector<LaneAgent>& lanes)
{
    static const QRegularExpression separator(u"[./]"_s);
    std::map<QString, int> counts;
    const auto segment = [](const LaneAgent& lane) {
        const qsizetype end = lane.name.indexOf(separator, 1);
        return lane.isLast || end < 0 ? QString() : lane.name.left(end);
    };
    for (const LaneAgent& lane : lanes)
        ++counts[segment(lane)];
    for (LaneAgent& lane : lanes) {
        const QString group = segment(lane);
        if (group.isEmpty() || counts[group] < 2)
            continue;
        lane.group = group;
        lane.name = lane.name.mid(group.size() + 1); // the group says the rest
    }
}

} // namespace

void TimelineView::setLaneKey(const LaneKey& key)
{
    shared()->setLaneKey(key);
    takeLaneKey();
}

void TimelineView::takeLaneKey()
{
    const LaneKey key = shared()->laneKey();
    if (key == m_key)
        return;
    // Where Esc goes: never to another key that is still looked for.
    m_keyBefore = m_lanes && !m_lanes->isReady() ? m_keyBefore : m_key;
    m_key = key;
    m_lane = {};
    m_picked.clear();
    ++m_picks;
    m_known = {};
    m_agents.clear();
    if (m_key.isStored()) {
        m_data.setLanes(nullptr);
        m_lanes.reset();
        m_laneNote->say({});
    } else {
        makeLanes();
    }
    showKey();
    rebuildLayout();
    refreshAgents();
    refresh();
}

void TimelineView::makeLanes()
{
    m_data.setLanes(nullptr);
    m_lanes.reset();
    m_agents.clear();
    m_known = {};
    Session* session = shared()->session();
    auto source = session ? session->source() : nullptr;
    if (!source)
        return;
    m_lanes = std::make_unique<LaneSet>(source, m_key, shared()->filter(), shared()->window());
    m_data.setLanes(m_lanes.get());
    connect(m_lanes.get(), &LaneSet::changed, this, &TimelineView::onLanesChanged);
    onLanesChanged();
}

void TimelineView::onLanesChanged()
{
    if (!m_lanes)
        return;
    const bool isLooking = !m_lanes->isUsable() && m_lanes->failure().isEmpty();
    m_laneNote->say(
        isLooking ? tr("Looking for lanes") : QString(),
        tr("%1 · %2 %").arg(laneKeyText(m_key)).arg(static_cast<int>(m_lanes->progress() * 100)));
    m_laneNote->offer(isLooking ? tr("Stop") : QString());
    showKey();
    refreshAgents();
    refresh();
}

void TimelineView::refreshLanes()
{
    if (!m_lanes->isUsable())
        return;
    const auto names = m_lanes->names();
    const std::uint32_t count = names->counts().agents;
    const DensityPtr density = m_data.density();
    const auto has = [&](AgentId lane) { return density && density->lane(lane) != nullptr; };
    const bool comeAndGo =
        m_key.what == LaneKey::What::Conversation || m_key.what == LaneKey::What::Payload;
    const bool showsUnknown = m_showsUnknown || comeAndGo || has(AgentId{});
    const bool hasOthers = m_lanes->hasOthers();
    // Of values that come and go only those in sight have room.
    const MarkIndexPtr marks = m_data.marks();
    QSet<quint32> inSight;
    if (comeAndGo && marks && marks->isOfAll() && count > kManyLanes) {
        for (const Mark& mark : marks->all(shared()->window()))
            inSight.insert(index(mark.sender));
    }
    if (count + (hasOthers ? 1 : 0) == m_known.agents && showsUnknown == m_showsUnknown &&
        inSight == m_inSight && !m_agents.empty())
        return;
    m_inSight = inSight;
    m_known.agents = count + (hasOthers ? 1 : 0);
    m_showsUnknown = showsUnknown;
    m_agents.clear();
    // Where names are ids, those with most messages come first.
    const bool isByCount = m_key.what == LaneKey::What::Conversation;
    for (std::uint32_t id = 0; id < count; ++id) {
        const QString special = m_lanes->specialName(AgentId(id));
        if ((id == 0 && !showsUnknown) || (id == 1 && !hasOthers) ||
            (!inSight.isEmpty() && !inSight.contains(id)))
            continue;
        const QString name = QString::fromStdString(names->agentName(AgentId(id)));
        // Of the two special ones "others" comes first.
        const bool isSpecial = !special.isEmpty();
        m_agents.push_back({AgentId(id),
                            isSpecial ? special : name,
                            {},
                            isSpecial ? 1 - id : (isByCount ? id : 0),
                            isSpecial});
    }
    if (m_key.what == LaneKey::What::Topic)
        groupByFirstSegment(m_agents);
    rebuildLayout();
    refresh();
}

void TimelineView::showKey()
{
    QString text = tr("by %1").arg(m_key.path);
    for (const KeyTitle& title : kKeyTitles) {
        if (title.what == m_key.what)
            text = tr(title.button);
    }
    // What is counted says more than the word lanes where there is room for one only.
    for (const WeightTitle& title : kWeightTitles) {
        if (title.weight == m_key.weight && *title.button != 0)
            text = tr(title.button)
                       .arg(m_key.what == LaneKey::What::Payload ? m_key.path : fieldOfKey(m_key));
    }
    const bool isLooking = m_lanes && !m_lanes->isReady() && m_lanes->failure().isEmpty();
    if (isLooking)
        text += u" %1 %"_s.arg(static_cast<int>(m_lanes->progress() * 100));
    const QFontMetrics metrics(m_groupButton->font());
    m_groupButton->setText(
        metrics.elidedText(text, Qt::ElideMiddle, Theme::current().axisLeft - 32) + u" ▾"_s);
    m_groupButton->setAccessibleName(text);
}

void TimelineView::fillKeyMenu(QMenu& menu)
{
    for (const KeyTitle& title : kKeyTitles) {
        QAction* action = menu.addAction(tr(title.menu));
        action->setCheckable(true);
        action->setChecked(title.what == m_key.what);
        connect(action, &QAction::triggered, this, [this, what = title.what] {
            setLaneKey({what, {}, m_key.weight});
        });
    }
    QAction* member =
        menu.addAction(m_key.what == LaneKey::What::Payload
                           ? tr("Lanes by &member of the payload (%1)…").arg(m_key.path)
                           : tr("Lanes by &member of the payload…"));
    member->setCheckable(true);
    member->setChecked(m_key.what == LaneKey::What::Payload);
    connect(member, &QAction::triggered, this, &TimelineView::askForMember);
    QMenu* weights = menu.addMenu(tr("&What a message counts"));
    for (const WeightTitle& title : kWeightTitles) {
        QAction* action = weights->addAction(tr(title.menu));
        action->setCheckable(true);
        action->setChecked(title.weight == m_key.weight);
        connect(action, &QAction::triggered, this, [this, weight = title.weight] {
            LaneKey key = m_key;
            key.weight = weight;
            setLaneKey(key);
        });
    }
    if (m_lanes && m_lanes->hasOthers())
        connect(menu.addAction(tr("Choose lanes for what is in &sight")), &QAction::triggered, this,
                [this] { makeLanes(); });
    menu.addSeparator();
}

void TimelineView::askForMember()
{
    Session* session = shared()->session();
    if (!session)
        return;
    // Around the playhead: what a person looks at is what they ask about.
    session->seqAt(shared()->playhead()).then(this, [this](const Result<Seq>& seq) {
        Session* now = shared()->session();
        if (!now || !seq)
            return;
        RowRequest request;
        request.first = std::max<Seq>(now->seen().first, *seq - kLookedAt / 2);
        request.count = kLookedAt;
        now->messages(request).then(
            this, [this](const Result<std::vector<MessageDetail>>& messages) {
                offerMembers(messages ? *messages : std::vector<MessageDetail>());
            });
    });
}

void TimelineView::offerMembers(const std::vector<MessageDetail>& messages)
{
    std::map<QString, int> counts;
    for (const MessageDetail& message : messages)
        countMembers(QJsonDocument::fromJson(message.payload()).object(), {}, 0, counts);
    QStringList members;
    for (const auto& [path, count] : counts)
        members << path;
    std::ranges::stable_sort(
        members, [&](const QString& a, const QString& b) { return counts.at(a) > counts.at(b); });
    const auto all = static_cast<int>(messages.size());
    const auto meaning = [this, counts, all, members](const QString& path) {
        const auto found = counts.find(path);
        if (found != counts.end())
            return tr("In %1 % of the messages around the playhead.")
                .arg(std::max(1, found->second * 100 / std::max(1, all)));
        if (path.isEmpty())
            return members.isEmpty()
                       ? tr("No payload around the playhead has members.")
                       : tr("For example %1.")
                             .arg(members.first(std::min<qsizetype>(4, members.size()))
                                      .join(u", "_s));
        return tr("In none of the messages around the playhead.");
    };
    auto* dialog =
        new NameDialog(tr("A lane for each value of a member of the payload"),
                       m_key.what == LaneKey::What::Payload ? m_key.path : members.value(0),
                       members, meaning, this);
    connect(dialog, &NameDialog::named, this, [this](const QString& path) {
        if (auto key = laneKeyFromText(u"payload."_s + path)) {
            key->weight = m_key.weight;
            setLaneKey(*key);
        }
    });
    dialog->open();
}

void TimelineView::setShowsTopics(bool shows)
{
    m_showsTopics = shows;
    rebuildLayout();
    refresh();
}

void TimelineView::updateRail()
{
    if (m_key != LaneKey() || !m_showsTopics || !shared()->session())
        return;
    const MarkIndexPtr marks = m_data.marks();
    const int before = m_layerKey.rail;
    if (marks)
        m_rail.add(*marks, shared()->window(),
                   [names = shared()->session()->dictionaries()](TopicId topic) {
                       return QString::fromStdString(names->topicName(topic));
                   });
    if (railRect().height() == before)
        return;
    // What was selected does not slip below the rail: as much was in sight before it grew.
    placeChildren();
    const int grown = railRect().height() - before;
    const AgentId selected = m_lanes ? AgentId{} : selectedLane();
    if (const auto row = m_layout.rowOf(selected); row && index(selected) != 0) {
        const int foot = m_layout.rows()[*row].y + m_layout.rows()[*row].height;
        const int end = m_scroll->value() + lanesRect().height();
        if (foot > end && foot <= end + grown)
            scrollTo(*row);
    }
}

AgentId TimelineView::selectedLane() const
{
    if (m_lanes)
        return m_lane;
    const Session* session = shared()->session();
    return session ? session->dictionaries()->resolved(shared()->selectedAgent()) : AgentId{};
}

void TimelineView::selectLane(AgentId lane)
{
    if (!m_lanes) {
        shared()->selectAgent(lane);
        return;
    }
    m_lane = lane;
    update();
}

std::optional<std::size_t> TimelineView::selectedRow() const
{
    if (!m_selected)
        return std::nullopt;
    if (!m_lanes)
        return m_layout.rowOf(m_selected->sender);
    const MarkIndexPtr marks = m_data.marks();
    const Mark* mark = marks ? marks->find(m_selected->seq) : nullptr;
    if (mark != nullptr)
        return m_layout.rowOf(mark->sender);
    return index(m_lane) != 0 ? m_layout.rowOf(m_lane) : std::nullopt;
}

QString TimelineView::sentenceOf(const Mark& mark) const
{
    const auto names = shared()->session()->dictionaries();
    if (!m_lanes)
        return markSentence(mark, *names, m_data.receivers(mark.audience));
    const auto row = m_layout.rowOf(mark.sender);
    return laneMarkSentence(mark, row ? m_layout.rows()[*row].label : QString(), *names);
}

void TimelineView::pick(AgentId agent)
{
    if (m_lanes || index(agent) == 0)
        return;
    // The lane that was selected before is one of those that are picked.
    if (m_picked.isEmpty() && index(selectedLane()) != 0)
        m_picked.insert(index(selectedLane()));
    if (!m_picked.remove(index(agent)))
        m_picked.insert(index(agent));
    ++m_picks;
    update();
}

std::vector<AgentId> TimelineView::pickedAgents() const
{
    std::vector<AgentId> agents;
    if (m_lanes)
        return agents;
    for (const quint32 id : m_picked)
        agents.push_back(AgentId(id));
    std::ranges::sort(agents);
    if (agents.empty() && index(selectedLane()) != 0)
        agents.push_back(selectedLane());
    return agents;
}

std::optional<Region> TimelineView::picked() const
{
    return regionOfAgents(*shared(), pickedAgents());
}

void TimelineView::contextMenuEvent(QContextMenuEvent* event)
{
    const ShownRow* shown = shownAt(event->pos());
    if (!shown || m_lanes || !shared()->session())
        return;
    clearHover();
    const LaneRow row = m_layout.rows()[shown->row];
    std::vector<AgentId> agents = pickedAgents();
    if (row.what == LaneRow::What::Group) {
        agents = m_layout.members(row);
    } else if (std::ranges::find(agents, row.agent) == agents.end()) {
        m_picked.clear();
        ++m_picks;
        selectLane(row.agent);
        agents = {row.agent};
    }
    QMenu menu(this);
    fillRowMenu(menu, row, std::move(agents));
    menu.exec(event->globalPos());
}

void TimelineView::fillPickedMenu(QMenu& menu)
{
    if (m_lanes || !shared()->session())
        return;
    const std::vector<AgentId> agents = pickedAgents();
    const auto row = agents.empty() ? std::nullopt : m_layout.rowOf(agents.front());
    if (row)
        fillRowMenu(menu, m_layout.rows()[*row], agents);
}

void TimelineView::fillRowMenu(QMenu& menu, const LaneRow& row, std::vector<AgentId> agents)
{
    std::erase(agents, AgentId{});
    m_naming->addTo(menu, agents);
    if (row.what == LaneRow::What::Group && m_key.what != LaneKey::What::Group) {
        menu.addSeparator();
        connect(menu.addAction(row.isFolded ? tr("&Unfold") : tr("&Fold")), &QAction::triggered,
                this, [this, row] { setFolded(row.group, !row.isFolded); });
    }
    if (row.what == LaneRow::What::Agent) {
        menu.addSeparator();
        const bool isPinned = row.isPinned;
        connect(menu.addAction(isPinned ? tr("&Unpin") : tr("&Pin to the top")),
                &QAction::triggered, this,
                [this, agents, isPinned] { setPinned(agents, !isPinned); });
    }
    menu.addSeparator();
    addPickActions(menu, this);
}

} // namespace murmur
