// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The state that is shown against another moment, or against another agent.

#include "views/agents/statecomparison.h"
#include "views/agents/stateview.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"

#include "session/statechanges.h"

#include <QHeaderView>
#include <QInputDialog>
#include <QMenu>
#include <QTableView>
#include <QToolButton>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMostNeighbours = 12; ///< in the menu; one may ask for any

QString nameText(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

/// Adds what the other side of the comparison says; keys that only it has become rows.
void StateView::compareRows(std::vector<StateRow>& rows, const Dictionaries& names)
{
    const bool compares = m_comparison->with() != StateComparison::With::Nothing;
    m_table->setColumnHidden(StateModel::Against, !compares);
    m_table->horizontalHeader()->setVisible(compares);
    m_compare->setText(compares ? tr("Compare: %1").arg(m_comparison->title()) : tr("Compare"));
    m_model->setAgainst(m_comparison->title());
    const AgentState* other = m_comparison->other();
    if (other == nullptr)
        return;
    for (const StateValue& value : other->values) {
        const auto row =
            std::ranges::find(rows, nameText(names.stateKeyName(value.key)), &StateRow::key);
        if (row != rows.end())
            row->against = stateText(value.value);
    }
    for (const KeyChange& change : keyChanges(other, &*m_state, names)) {
        auto row = std::ranges::find(rows, nameText(change.key), &StateRow::key);
        if (row == rows.end()) {
            rows.push_back(rowOf(change.before, names));
            row = rows.end() - 1;
            row->against = std::exchange(row->value, tr("(none)"));
        }
        switch (change.kind) {
        case ChangeKind::Added:
            row->difference = tr("+ not there");
            break;
        case ChangeKind::Removed:
            row->difference = tr("− only there");
            break;
        case ChangeKind::Changed:
            row->difference = !change.by       ? u"≠"_s
                              : *change.by > 0 ? u"▲ %1"_s.arg(*change.by, 0, 'g', 6)
                                               : u"▼ %1"_s.arg(-*change.by, 0, 'g', 6);
            break;
        }
    }
}

void StateView::fillCompareMenu()
{
    QMenu* menu = m_compare->menu();
    menu->clear();
    Session* session = shared()->session();
    if (session == nullptr || murmur::index(m_agent) == 0)
        return;
    const auto add = [&](const QString& text, auto what) { menu->addAction(text, this, what); };
    add(tr("With this moment, %1").arg(shownClock(m_at)),
        [this] { m_comparison->withMoment(m_at); });
    add(tr("With the begin of the window"),
        [this] { m_comparison->withMoment(shared()->window().begin); });
    add(tr("With another agent…"), [this] { askForAgent(); });
    const auto names = session->dictionaries();
    const std::string group = names->agentEntry(m_agent).group();
    // Neighbours are what one mostly compares with.
    int count = 0;
    for (std::uint32_t id = 1; id < names->counts().agents && count < kMostNeighbours; ++id) {
        const AgentEntry entry = names->agentEntry(AgentId(id));
        if (AgentId(id) == m_agent || murmur::index(entry.sameAs) != 0 || entry.group() != group)
            continue;
        if (count++ == 0)
            menu->addSeparator();
        add(tr("With %1").arg(nameText(entry.name)),
            [this, id] { m_comparison->withAgent(AgentId(id)); });
    }
    if (m_comparison->with() != StateComparison::With::Nothing) {
        menu->addSeparator();
        add(tr("Compare no more"), [this] { m_comparison->clear(); });
    }
}

void StateView::askForAgent()
{
    Session* session = shared()->session();
    if (session == nullptr)
        return;
    const auto names = session->dictionaries();
    QStringList known;
    for (std::uint32_t id = 1; id < names->counts().agents; ++id) {
        const AgentEntry entry = names->agentEntry(AgentId(id));
        if (murmur::index(entry.sameAs) == 0 && AgentId(id) != m_agent)
            known << nameText(entry.name);
    }
    known.sort();
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Compare"));
    dialog->setLabelText(tr("With which agent?"));
    dialog->setComboBoxItems(known);
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& name) {
        Session* open = shared()->session();
        const auto all = open != nullptr ? open->dictionaries() : nullptr;
        for (std::uint32_t id = 1; all && id < all->counts().agents; ++id) {
            if (nameText(all->agentName(AgentId(id))) == name) {
                m_comparison->withAgent(all->resolved(AgentId(id)));
                return;
            }
        }
    });
    dialog->open();
}

} // namespace murmur
