// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/agentsview.h"

#include "views/agents/agentdelegate.h"
#include "views/agents/agentmodel.h"
#include "views/base/agentfigures.h"
#include "views/base/agentnaming.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/picks.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString orderName(AgentOrder::By by)
{
    switch (by) {
    case AgentOrder::By::Name:
        return AgentsView::tr("by name");
    case AgentOrder::By::Rate:
        return AgentsView::tr("by rate");
    case AgentOrder::By::P99:
        return AgentsView::tr("by p99");
    case AgentOrder::By::Errors:
        return AgentsView::tr("by errors");
    }
    return {};
}

} // namespace

AgentsView::AgentsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Agents"), this))
    , m_orderButton(new QToolButton(this))
    , m_cardsButton(new QToolButton(this))
    , m_filter(new QLineEdit(this))
    , m_tree(new QTreeView(this))
    , m_model(new AgentModel(this))
    , m_order(new AgentOrder(m_model, this))
    , m_delegate(new AgentDelegate(m_model, m_order, m_tree))
    , m_figures(AgentFigures::of(context.shared))
    , m_note(new EmptyNote(m_tree))
    , m_naming(new AgentNaming(context.shared, this))
{
    setAccessibleName(tr("Agents"));
    setAccessibleDescription(tr("All agents by group with how they do. Type to filter."));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setAccessibleName(tr("Filter agents"));
    m_filter->setClearButtonEnabled(true);
    m_tree->setModel(m_order);
    m_tree->setItemDelegate(m_delegate);
    m_tree->setAccessibleName(tr("Agents"));
    m_tree->setHeaderHidden(true);
    m_tree->setRootIsDecorated(false);
    m_tree->setIndentation(0);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &AgentsView::showMenu);
    m_orderButton->setProperty("flat", true);
    m_orderButton->setPopupMode(QToolButton::InstantPopup);
    m_orderButton->setToolTip(tr("Order of the agents in their groups"));
    auto* menu = new QMenu(m_orderButton);
    auto* group = new QActionGroup(menu);
    for (const auto by : {AgentOrder::By::Name, AgentOrder::By::Rate, AgentOrder::By::P99,
                          AgentOrder::By::Errors}) {
        QAction* action = menu->addAction(orderName(by), this, [this, by] { setOrder(by); });
        action->setCheckable(true);
        action->setChecked(by == m_order->by());
        action->setData(static_cast<int>(by));
        group->addAction(action);
    }
    m_orderButton->setMenu(menu);
    m_cardsButton->setText(tr("Cards"));
    m_cardsButton->setCheckable(true);
    m_cardsButton->setProperty("flat", true);
    m_cardsButton->setToolTip(tr("Say more of each agent: what it does, its mailbox, what is out "
                                 "of line"));
    connect(m_cardsButton, &QToolButton::toggled, this, &AgentsView::setCards);
    m_orderButton->setText(orderName(m_order->by()));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    auto* filterRow = new QHBoxLayout;
    filterRow->setContentsMargins(6, 5, 6, 5);
    filterRow->addWidget(m_filter, 1);
    filterRow->addWidget(m_cardsButton);
    filterRow->addWidget(m_orderButton);
    layout->addLayout(filterRow);
    layout->addWidget(m_tree, 1);
    setFocusProxy(m_tree);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_order->setText(text);
        keepFolds();
        updateNote();
    });
    connect(m_tree, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (m_model->row(m_order->mapToSource(index)) == nullptr)
            m_tree->setExpanded(index, !m_tree->isExpanded(index));
    });
    connect(m_tree, &QTreeView::collapsed, this, [this](const QModelIndex& index) {
        if (m_filter->text().isEmpty())
            m_folded.insert(index.data().toString());
    });
    connect(m_tree, &QTreeView::expanded, this,
            [this](const QModelIndex& index) { m_folded.remove(index.data().toString()); });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                const AgentRow* row = m_model->row(m_order->mapToSource(index));
                if (row == nullptr || m_isSelecting)
                    return;
                const QScopedValueRollback guard(m_isSelecting, true);
                shared()->selectAgent(row->agent);
            });
    connect(m_order, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& above) {
        if (!above.isValid())
            keepFolds();
    });

    SharedView* view = shared();
    connect(view, &SharedView::agentSelected, this, &AgentsView::onAgentSelected);
    m_note->follow(view);
    connect(view, &SharedView::silenceChanged, this, &AgentsView::updateNote);
    connect(m_figures, &AgentFigures::changed, this, &AgentsView::present);
    connect(m_figures, &AgentFigures::restarted, m_model, &AgentModel::clear);
    m_figures->serve(this);
}

AgentsView::~AgentsView() = default;

void AgentsView::present()
{
    if (!isVisible() || m_figures->rows().empty()) {
        updateNote();
        return;
    }
    const bool wasEmpty = m_model->agents() == 0;
    m_model->update(m_figures->rows());
    if (wasEmpty)
        onAgentSelected();
    updateNote();
}

/// New groups are open, unless the person has folded one of that name; a filter opens all.
void AgentsView::keepFolds()
{
    const bool isFiltered = !m_filter->text().isEmpty();
    for (int row = 0; row < m_order->rowCount(); ++row) {
        const QModelIndex group = m_order->index(row, 0);
        const bool isOpen = isFiltered || !m_folded.contains(group.data().toString());
        if (m_tree->isExpanded(group) != isOpen) {
            const QSet<QString> folded = m_folded;
            m_tree->setExpanded(group, isOpen);
            m_folded = folded; // what the filter opens the person has not unfolded
        }
    }
}

void AgentsView::onAgentSelected()
{
    if (m_isSelecting)
        return;
    const QScopedValueRollback guard(m_isSelecting, true);
    const QModelIndex index = m_order->mapFromSource(m_model->indexOf(shared()->selectedAgent()));
    if (!index.isValid()) {
        m_tree->clearSelection();
        return;
    }
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
}

void AgentsView::setOrder(AgentOrder::By by)
{
    m_order->setBy(by);
    m_model->setMetric(by == AgentOrder::By::Rate     ? AgentModel::Metric::Rate
                       : by == AgentOrder::By::Errors ? AgentModel::Metric::Errors
                                                      : AgentModel::Metric::P99);
    m_orderButton->setText(orderName(by));
    for (QAction* action : m_orderButton->menu()->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(by));
}

void AgentsView::setCards(bool areCards)
{
    m_delegate->setCards(areCards);
    m_cardsButton->setChecked(areCards);
    m_tree->setUniformRowHeights(!areCards); // groups stay lines
    m_tree->doItemsLayout();
}

void AgentsView::updateNote()
{
    const Session* session = shared()->session();
    const int unhealthy = m_model->unhealthy();
    QString facts = m_model->agents() > 0 ? numberText(m_model->agents()) : QString();
    if (unhealthy > 0)
        facts += u" · "_s + tr("%1 unhealthy").arg(numberText(unhealthy));
    m_header->setFacts(facts, unhealthy > 0 ? Theme::current().warning : QColor());
    if (session == nullptr)
        m_note->say(tr("No recording"), tr("Agents appear here once messages are heard."));
    else if (!m_figures->failure().isEmpty() && m_model->agents() == 0)
        m_note->say(tr("The agents cannot be shown"), m_figures->failure());
    else if (session->seen().last == 0)
        m_note->say(tr("No agent yet"),
                    shared()->silence().isEmpty()
                        ? tr("Whoever sends a message, or is named as its receiver, appears here.")
                        : shared()->silence());
    else if (m_model->agents() == 0)
        m_note->say(m_figures->isAsking() ? tr("Reading …") : tr("No agent"), {});
    else if (m_order->rowCount() == 0)
        m_note->say(tr("No agent matches"), tr("Clear the filter to see all of them."));
    else
        m_note->say({});
}

QString AgentsView::asText() const
{
    QStringList lines{tr("group\tagent\thealth\tmessages/s\tp99\terrors\tstatus\tout of line")};
    for (int i = 0; i < m_order->rowCount(); ++i) {
        const QModelIndex group = m_order->index(i, 0);
        for (int j = 0; j < m_order->rowCount(group); ++j) {
            const AgentRow* row = m_model->row(m_order->mapToSource(m_order->index(j, 0, group)));
            lines << u"%1\t%2\t%3\t%4\t%5\t%6\t%7\t%8"_s.arg(
                group.data().toString(), row->name, healthText(row->health, row->errors),
                shortNumberText(row->rate),
                row->p99.count() < 0 ? QString() : durationText(row->p99),
                QString::number(row->errors), row->status, row->drift);
        }
    }
    return lines.join(u'\n');
}

QByteArray AgentsView::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << qint32(1) << qint32(m_order->by()) << QStringList(m_folded.begin(), m_folded.end())
           << m_cardsButton->isChecked();
    return state;
}

void AgentsView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    qint32 by = 0;
    QStringList folded;
    stream >> version >> by >> folded;
    if (stream.status() != QDataStream::Ok || version != 1)
        return;
    setOrder(static_cast<AgentOrder::By>(std::clamp<int>(by, 0, 3)));
    m_folded = QSet<QString>(folded.begin(), folded.end());
    bool areCards = false; // states of before end here
    stream >> areCards;
    setCards(areCards);
    keepFolds();
}

bool AgentsView::isSettled() const
{
    return m_figures->isSettled();
}

void AgentsView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_tree->doItemsLayout();
    View::changeEvent(event);
}

std::vector<AgentId> AgentsView::pickedAgents() const
{
    std::vector<AgentId> agents;
    const QModelIndexList selected = m_tree->selectionModel()->selectedRows();
    for (const QModelIndex& index : selected) {
        if (const AgentRow* row = m_model->row(m_order->mapToSource(index))) {
            agents.push_back(row->agent);
            continue;
        }
        for (int i = 0; i < m_order->rowCount(index); ++i)
            agents.push_back(
                m_model->row(m_order->mapToSource(m_order->index(i, 0, index)))->agent);
    }
    std::ranges::sort(agents);
    agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
    return agents;
}

std::optional<Region> AgentsView::picked() const
{
    return regionOfAgents(*shared(), pickedAgents());
}

void AgentsView::showMenu(QPoint position)
{
    QMenu menu(this);
    if (m_tree->indexAt(position).isValid())
        fillPickedMenu(menu);
    if (!menu.isEmpty())
        menu.exec(m_tree->viewport()->mapToGlobal(position));
}

void AgentsView::fillPickedMenu(QMenu& menu)
{
    const std::vector<AgentId> agents = pickedAgents();
    if (agents.empty())
        return;
    m_naming->addTo(menu, agents);
    menu.addSeparator();
    addPickActions(menu, this);
}

void AgentsView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_F2)
        m_naming->rename(pickedAgents());
    else if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setText(asText());
    } else if (event->key() == Qt::Key_Slash) {
        m_filter->setFocus(Qt::ShortcutFocusReason);
    } else if (event->key() == Qt::Key_Escape && !m_filter->text().isEmpty()) {
        m_filter->clear();
        m_tree->setFocus();
    } else {
        View::keyPressEvent(event);
    }
}

} // namespace murmur
