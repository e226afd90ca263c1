// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/stateview.h"

#include "views/agents/keyhistory.h"
#include "views/agents/knowledgefollower.h"
#include "views/agents/statecomparison.h"
#include "views/agents/statusband.h"
#include "views/base/agentmoments.h"
#include "views/base/clockfollower.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 100; // milliseconds between two questions while the playhead moves
constexpr int kBandColumns = 160;
constexpr qsizetype kMostPrevious = 4'096;

QString driftWord(DriftKind kind)
{
    switch (kind) {
    case DriftKind::Behind:
        return StateView::tr("behind");
    case DriftKind::Differs:
        return StateView::tr("differs");
    case DriftKind::Above:
        return StateView::tr("above");
    case DriftKind::Below:
        return StateView::tr("below");
    }
    return {};
}

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

StateView::StateView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("State"), this))
    , m_pin(new QToolButton(this))
    , m_compare(new QToolButton(this))
    , m_body(new QWidget(this))
    , m_status(new QLabel(m_body))
    , m_openName(new QLabel(tr("open calls"), m_body))
    , m_open(new QLabel(m_body))
    , m_mailboxName(new QLabel(tr("mailbox"), m_body))
    , m_mailbox(new QLabel(m_body))
    , m_knewName(new QLabel(tr("knew"), m_body))
    , m_knew(new QLabel(m_body))
    , m_clockName(new QLabel(tr("clock"), m_body))
    , m_clock(new QLabel(m_body))
    , m_table(new QTableView(m_body))
    , m_tableNote(new QLabel(m_body))
    , m_model(new StateModel(this))
    , m_band(new StatusBand(m_body))
    , m_note(new EmptyNote(m_body))
    , m_clocks(ClockFollower::of(context.shared))
    , m_moments(AgentMoments::of(context.shared))
    , m_comparison(new StateComparison(context.shared, this))
    , m_knowledge(new KnowledgeFollower(context.shared, this))
    , m_history(new KeyHistory(context.shared, m_body))
{
    setAccessibleName(tr("State of the agent"));
    setAccessibleDescription(tr("What the selected agent was and knew at the playhead."));
    m_pin->setText(tr("Pin"));
    m_pin->setCheckable(true);
    m_pin->setProperty("flat", true);
    m_pin->setToolTip(tr("Stay with this agent while the selection moves on"));
    m_compare->setText(tr("Compare"));
    m_compare->setProperty("flat", true);
    m_compare->setPopupMode(QToolButton::InstantPopup);
    m_compare->setToolTip(tr("Compare with another moment, or with another agent"));
    auto* compareMenu = new QMenu(m_compare);
    connect(compareMenu, &QMenu::aboutToShow, this, &StateView::fillCompareMenu);
    m_compare->setMenu(compareMenu);
    m_header->addWidget(m_compare);
    m_header->addWidget(m_pin);

    m_status->setWordWrap(true);
    m_status->setTextFormat(Qt::RichText);
    for (QLabel* label : {m_open, m_mailbox, m_knew}) {
        label->setTextFormat(Qt::RichText);
        label->setTextInteractionFlags(Qt::TextBrowserInteraction);
        label->setWordWrap(true);
        connect(label, &QLabel::linkActivated, this, &StateView::follow);
    }
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Keys and values"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(StateModel::Key, QHeaderView::Interactive);
    m_table->horizontalHeader()->setSectionResizeMode(StateModel::Value, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(StateModel::Against, QHeaderView::Stretch);
    for (const int column : {StateModel::Drift, StateModel::Change})
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setColumnHidden(StateModel::Against, true);
    m_table->setColumnHidden(StateModel::Drift, true);
    m_table->horizontalHeader()->resizeSection(StateModel::Key, 130);
    m_tableNote->setWordWrap(true);
    m_clock->setWordWrap(true);
    m_clock->setTextInteractionFlags(Qt::TextSelectableByMouse);

    const int gutter = Theme::current().gutter;
    auto* grid = new QGridLayout;
    grid->setContentsMargins(gutter, 8, gutter, 6);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->addWidget(m_status, 0, 0, 1, 2);
    grid->addWidget(m_openName, 1, 0, Qt::AlignTop);
    grid->addWidget(m_open, 1, 1);
    grid->addWidget(m_mailboxName, 2, 0, Qt::AlignTop);
    grid->addWidget(m_mailbox, 2, 1);
    grid->addWidget(m_knewName, 3, 0, Qt::AlignTop);
    grid->addWidget(m_knew, 3, 1);
    grid->addWidget(m_clockName, 4, 0, Qt::AlignTop);
    grid->addWidget(m_clock, 4, 1);
    grid->addWidget(m_tableNote, 5, 0, 1, 2);
    grid->setColumnStretch(1, 1);
    auto* bandRow = new QVBoxLayout;
    bandRow->setContentsMargins(gutter, 6, gutter, 8);
    bandRow->addWidget(m_band);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins({});
    body->setSpacing(0);
    body->addLayout(grid);
    body->addWidget(m_table, 1);
    body->addWidget(m_history);
    body->addLayout(bandRow);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    setFocusProxy(m_table);

    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &StateView::ask);
    const auto pick = [this](const QModelIndex& index) {
        if (!index.isValid())
            return;
        const StateRow& row = m_model->rows()[static_cast<std::size_t>(index.row())];
        shared()->selectMessage(row.setBy);
    };
    connect(m_table, &QTableView::clicked, this, pick);
    connect(m_table, &QTableView::activated, this, pick);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &StateView::showHistory);
    connect(m_comparison, &StateComparison::chosen, this, [this] {
        m_comparison->ask(m_agent, m_at);
        present();
    });
    connect(m_comparison, &StateComparison::changed, this, &StateView::present);
    connect(m_moments, &AgentMoments::changed, this, &StateView::present);
    connect(m_knowledge, &KnowledgeFollower::changed, this, &StateView::presentKnowledge);
    connect(m_band, &StatusBand::timePicked, shared(), &SharedView::setPlayhead);
    connect(m_pin, &QToolButton::toggled, this, &StateView::onSelectionChanged);

    SharedView* view = shared();
    connect(m_clocks, &ClockFollower::changed, this, &StateView::presentClock);
    connect(view, &SharedView::sessionChanged, this, &StateView::onSessionChanged);
    connect(view, &SharedView::agentSelected, this, &StateView::onSelectionChanged);
    connect(view, &SharedView::messageSelected, this, &StateView::onSelectionChanged);
    connect(view, &SharedView::playheadChanged, this, &StateView::askSoon);
    connect(view, &SharedView::windowChanged, this, &StateView::askSoon);
    connect(view, &SharedView::dataGrew, this, &StateView::askSoon);
    applyTheme();
    onSessionChanged();
}

StateView::~StateView() = default;

void StateView::onSessionChanged()
{
    m_pin->setChecked(false);
    m_comparison->clear();
    m_previous.clear();
    setAgent({}, {});
    onSelectionChanged();
}

void StateView::onSelectionChanged()
{
    if (m_pin->isChecked())
        return;
    Session* session = shared()->session();
    m_messageJob.cancel();
    if (murmur::index(shared()->selectedAgent()) != 0) {
        setAgent(shared()->selectedAgent(), tr("selected"));
        return;
    }
    const Seq seq = shared()->selectedMessage();
    if (session == nullptr || seq == 0) {
        setAgent({}, {});
        return;
    }
    RowRequest request;
    request.first = seq;
    request.count = 1;
    m_messageJob.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->rows(request);
        },
        [this](const Result<std::vector<MessageRow>>& answer) {
            if (!answer || answer->empty() || shared()->session() == nullptr)
                return;
            const MessageRow& row = answer->front();
            const auto receivers = shared()->session()->dictionaries()->receivers(row.audience);
            if (!receivers.empty())
                setAgent(receivers.front(), tr("receiver of this message"));
            else
                setAgent(row.sender, tr("sender of this message"));
        });
}

void StateView::setAgent(AgentId agent, const QString& why)
{
    m_why = why;
    if (agent != m_agent || murmur::index(agent) == 0) {
        m_agent = agent;
        m_stateJob.cancel();
        m_tilesJob.cancel();
        m_previousJob.cancel();
        m_state.reset();
        m_tiles.reset();
        m_failure.clear();
        m_model->update({});
        m_history->dismiss();
        m_knowledge->ask(agent, shared()->playhead());
    }
    ask();
}

void StateView::askSoon()
{
    if (murmur::index(m_agent) != 0 && !m_soon.isActive())
        m_soon.start();
}

void StateView::ask()
{
    Session* session = shared()->session();
    if (session == nullptr || murmur::index(m_agent) == 0 || session->seen().last == 0 ||
        !isVisible()) {
        updateNote();
        return;
    }
    if (m_stateJob.isBusy()) {
        askSoon();
        return;
    }
    StateRequest request;
    request.at = shared()->playhead();
    request.withValues = {m_agent};
    const TimePoint at = request.at;
    m_stateJob.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->state(request);
        },
        [this, at](const Result<StateSlice>& answer) {
            if (!answer) {
                if (answer.error().code != ErrorCode::Cancelled) {
                    m_failure = answer.error().message;
                    m_state.reset();
                }
                updateNote();
                return;
            }
            m_failure.clear();
            m_at = at;
            const auto mine = std::ranges::find(answer->agents, m_agent, &AgentState::agent);
            m_state = mine != answer->agents.end() ? *mine : AgentState();
            m_state->agent = m_agent;
            m_comparison->ask(m_agent, at);
            m_knowledge->ask(m_agent, at);
            present();
            askPrevious();
        });
    if (!m_tilesJob.isBusy()) {
        TileRequest traffic;
        traffic.range = shared()->window();
        traffic.columns = kBandColumns;
        traffic.agents = {m_agent};
        m_tilesJob.start(
            this,
            [&](std::stop_token stop) {
                traffic.stop = std::move(stop);
                return session->tiles(traffic);
            },
            [this](const Result<TileSlice>& answer) {
                if (answer)
                    m_tiles = *answer;
                presentBand();
            });
    }
    updateNote();
}

void StateView::present()
{
    Session* session = shared()->session();
    if (session == nullptr || !m_state)
        return;
    const auto names = session->dictionaries();
    m_status->setText(statusSentence());
    m_open->setText(callsText(m_state->waitingFor, false, true));
    m_mailbox->setText(callsText(m_state->owes, true, true));
    presentClock();
    presentKnowledge();
    std::vector<StateRow> rows;
    for (const StateValue& value : m_state->values) {
        StateRow row = rowOf(value, *names);
        const auto before = m_previous.constFind({value.setBy, murmur::index(value.key)});
        if (before != m_previous.constEnd() && !before->isEmpty() && *before != value.value)
            row.was = stateText(*before);
        rows.push_back(std::move(row));
    }
    compareRows(rows, *names);
    for (const KeyDrift& drift : m_moments->driftsOf(m_agent)) {
        const auto row =
            std::ranges::find(rows, fromStd(names->stateKeyName(drift.key)), &StateRow::key);
        if (row == rows.end() || drift.setBy != row->setBy)
            continue;
        row->drift = QString::fromUtf8(driftSign(drift.kind)) + u' ' + driftWord(drift.kind);
        row->driftWhy = driftText(drift, *names);
    }
    std::ranges::sort(rows, {}, &StateRow::key);
    const bool hasDrift =
        std::ranges::any_of(rows, [](const StateRow& row) { return !row.drift.isEmpty(); });
    m_model->update(std::move(rows));
    m_table->setColumnHidden(StateModel::Drift, !hasDrift);
    fitKeys();
    presentBand();
    updateNote();
}

StateRow StateView::rowOf(const StateValue& value, const Dictionaries& names) const
{
    StateRow row;
    row.key = fromStd(names.stateKeyName(value.key));
    row.value = stateText(value.value);
    row.setBy = value.setBy;
    row.since = fromNs(value.since);
    row.age = m_at - row.since;
    return row;
}

void StateView::presentKnowledge()
{
    m_knew->setText(m_knowledge->text(true));
    const bool isKnown = m_state.has_value() && !m_knew->text().isEmpty();
    m_knew->setVisible(isKnown);
    m_knewName->setVisible(isKnown);
}

/// Of the key that the person stands on.
void StateView::showHistory(const QModelIndex& index)
{
    if (!index.isValid() || murmur::index(m_agent) == 0)
        return;
    const StateRow& row = m_model->rows()[static_cast<std::size_t>(index.row())];
    m_history->follow(m_agent, row.key.toStdString());
}

/// Keys are read whole as long as they leave the values half of the room.
void StateView::fitKeys()
{
    const QFontMetrics metrics(Theme::current().numberFont(9.5));
    int widest = 60;
    for (const StateRow& row : m_model->rows())
        widest = std::max(widest, metrics.horizontalAdvance(row.key) + 16);
    m_table->horizontalHeader()->resizeSection(StateModel::Key,
                                               std::min(widest, m_table->viewport()->width() / 2));
}

void StateView::presentClock()
{
    Session* session = shared()->session();
    const ClocksPtr clocks = m_clocks->clocks();
    const AgentClock* clock = clocks && session != nullptr
                                  ? clocks->of(session->dictionaries()->resolved(m_agent))
                                  : nullptr;
    if (clock == nullptr) {
        m_clock->setText(clocks ? tr("not known: it does not say when it sends")
                                : tr("being compared …"));
        return;
    }
    m_clock->setText(clockText(*clock).remove(u"clock "_s)); // that word stands in front
}

void StateView::presentBand()
{
    if (m_tiles && m_state)
        m_band->setBand(shared()->window(), shared()->playhead(),
                        bandSegments(*m_tiles, *m_state, m_at));
}

/// The value before the newest change whose past is not known yet: the state just before the
/// message that made it. One question at a time, the newest first.
void StateView::askPrevious()
{
    Session* session = shared()->session();
    if (session == nullptr || !m_state || m_previousJob.isBusy())
        return;
    const StateValue* newest = nullptr;
    for (const StateValue& value : m_state->values) {
        if (!m_previous.contains({value.setBy, murmur::index(value.key)}) &&
            (newest == nullptr || value.since > newest->since))
            newest = &value;
    }
    if (newest == nullptr)
        return;
    const Seq setBy = newest->setBy;
    std::vector<StateKeyId> keys;
    for (const StateValue& value : m_state->values) {
        if (value.setBy == setBy)
            keys.push_back(value.key);
    }
    StateRequest request;
    request.at = fromNs(newest->since) - nanoseconds(1);
    request.withValues = {m_agent};
    const AgentId agent = m_agent;
    m_previousJob.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->state(request);
        },
        [this, agent, setBy, keys](const Result<StateSlice>& answer) {
            if (!answer)
                return;
            if (m_previous.size() > kMostPrevious)
                m_previous.clear();
            const auto before = std::ranges::find(answer->agents, agent, &AgentState::agent);
            for (const StateKeyId key : keys) {
                QByteArray& text = m_previous[{setBy, murmur::index(key)}];
                if (before == answer->agents.end())
                    continue;
                const auto value = std::ranges::find(before->values, key, &StateValue::key);
                if (value != before->values.end())
                    text = value->value;
            }
            present();
            askPrevious();
        });
}

void StateView::follow(const QString& link)
{
    if (link.startsWith("seq:"_L1))
        shared()->selectMessage(QStringView(link).mid(4).toLongLong());
}

void StateView::updateNote()
{
    Session* session = shared()->session();
    const bool hasAgent = session != nullptr && murmur::index(m_agent) != 0;
    const bool hasState = hasAgent && m_state.has_value();
    m_header->setTitle(hasAgent ? tr("%1 at %2")
                                      .arg(agentText(*session->dictionaries(), m_agent),
                                           shownClock(m_state ? m_at : shared()->playhead()))
                                : tr("State"));
    m_header->setFacts(hasAgent ? m_why : QString());
    for (QWidget* widget : {static_cast<QWidget*>(m_status), static_cast<QWidget*>(m_openName),
                            static_cast<QWidget*>(m_open), static_cast<QWidget*>(m_mailboxName),
                            static_cast<QWidget*>(m_mailbox), static_cast<QWidget*>(m_clockName),
                            static_cast<QWidget*>(m_clock), static_cast<QWidget*>(m_table),
                            static_cast<QWidget*>(m_band)})
        widget->setVisible(hasState);
    m_compare->setVisible(hasState);
    presentKnowledge();
    if (!hasState)
        m_history->dismiss();
    const bool isSeen = hasState && m_state->liveness != Liveness::Unseen;
    m_tableNote->setText(isSeen ? tr("It has not said anything about its state up to here.")
                                : tr("It had neither sent nor received anything up to here."));
    m_tableNote->setVisible(hasState && m_model->rowCount() == 0);
    if (hasState)
        m_note->say({});
    else if (!m_failure.isEmpty())
        m_note->say(tr("The state cannot be shown"), m_failure);
    else if (m_stateJob.isBusy() && hasAgent)
        m_note->say(tr("Reading …"));
    else if (session == nullptr)
        m_note->say(tr("No recording"), tr("What an agent knew stands here once one is open."));
    else
        m_note->say(
            tr("No agent selected"),
            tr("Click an agent in the list or its lane: here stands what it was and knew at "
               "the playhead."));
}

void StateView::applyTheme()
{
    const Theme& theme = Theme::current();
    const auto tint = [&](QLabel* label, const QColor& color, const QFont& font) {
        label->setFont(font);
        QPalette palette = label->palette();
        if (palette.color(QPalette::WindowText) == color)
            return;
        palette.setColor(QPalette::WindowText, color);
        palette.setColor(QPalette::Link, theme.interaction);
        label->setPalette(palette);
    };
    tint(m_status, theme.secondary, theme.interfaceFont(9.5));
    tint(m_openName, theme.secondary, theme.numberFont(9.5));
    tint(m_mailboxName, theme.secondary, theme.numberFont(9.5));
    tint(m_clockName, theme.secondary, theme.numberFont(9.5));
    tint(m_clock, theme.text, theme.numberFont(9.5));
    tint(m_open, theme.text, theme.numberFont(9.5));
    tint(m_mailbox, theme.text, theme.numberFont(9.5));
    tint(m_knewName, theme.secondary, theme.numberFont(9.5));
    tint(m_knew, theme.text, theme.numberFont(9.5));
    m_history->applyTheme();
    tint(m_tableNote, theme.faint, theme.interfaceFont(9.5));
    const int row = std::max(theme.tableRow, QFontMetrics(theme.numberFont(9.5)).height() + 4);
    m_table->verticalHeader()->setDefaultSectionSize(row);
    if (m_state && shared()->session() != nullptr)
        m_status->setText(statusSentence());
}

bool StateView::isSettled() const
{
    return !m_stateJob.isBusy() && !m_tilesJob.isBusy() && !m_previousJob.isBusy() &&
           !m_messageJob.isBusy() && !m_soon.isActive() && m_comparison->isSettled() &&
           m_knowledge->isSettled() && m_history->isSettled();
}

void StateView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
    View::changeEvent(event);
}

void StateView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_history->isVisible()) {
        m_history->dismiss();
        return;
    }
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(asText());
    else
        View::keyPressEvent(event);
}

void StateView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    ask();
}

} // namespace murmur
