// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/agentnaming.h"

#include "session/naming.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QCompleter>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kListedGroups = 12;

} // namespace

NameDialog::NameDialog(const QString& title, const QString& proposal, const QStringList& known,
                       Meaning meaning, QWidget* parent)
    : QDialog(parent)
    , m_edit(new QLineEdit(proposal, this))
    , m_meaning(new QLabel(this))
    , m_means(std::move(meaning))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(420);
    setWindowTitle(title);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 16);
    column->setSpacing(10);
    auto* heading = new QLabel(title, this);
    heading->setWordWrap(true);
    QFont font = Theme::current().interfaceFont(13);
    font.setWeight(QFont::DemiBold);
    heading->setFont(font);
    column->addWidget(heading);
    m_edit->setAccessibleName(title);
    m_edit->selectAll();
    auto* completer = new QCompleter(known, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_edit->setCompleter(completer);
    column->addWidget(m_edit);
    m_meaning->setWordWrap(true);
    // Room for two lines, so that nothing jumps while one types.
    m_meaning->setMinimumHeight(2 * m_meaning->fontMetrics().lineSpacing());
    m_meaning->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(m_meaning);
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("&Apply"), QDialogButtonBox::AcceptRole)->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel)->setIcon({});
    column->addWidget(buttons);
    connect(m_edit, &QLineEdit::textChanged, this, &NameDialog::explain);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        const QString name = m_edit->text().trimmed();
        accept();
        Q_EMIT named(name);
    });
    m_edit->setFocus();
    explain();
}

void NameDialog::explain()
{
    m_meaning->setText(m_means(m_edit->text().trimmed()));
}

AgentNaming::AgentNaming(SharedView* shared, QWidget* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_parent(parent)
{
}

QString AgentNaming::wordFor(const std::vector<AgentId>& agents) const
{
    if (agents.size() == 1)
        return agentText(*m_shared->session()->dictionaries(), agents.front());
    return tr("%1 agents").arg(numberText(static_cast<qint64>(agents.size())));
}

QStringList AgentNaming::groups() const
{
    QStringList groups;
    for (const NamedAgent& agent : namedAgents(*m_shared->session()->dictionaries())) {
        if (const QString group = QString::fromStdString(agent.group); !group.isEmpty())
            groups << group;
    }
    groups.sort();
    groups.removeDuplicates();
    return groups;
}

void AgentNaming::addTo(QMenu& menu, const std::vector<AgentId>& agents)
{
    if (!m_shared->session() || agents.empty())
        return;
    const auto names = m_shared->session()->dictionaries();
    const auto add = [&](QMenu& to, const QString& text, std::function<void()> run) {
        QAction* action = to.addAction(text);
        connect(action, &QAction::triggered, this, std::move(run));
        return action;
    };
    const bool isOne = agents.size() == 1;
    add(menu, isOne ? tr("&Rename…") : tr("&Merge %1 into one…").arg(wordFor(agents)),
        [this, agents] { rename(agents); })
        ->setShortcut(Qt::Key_F2);
    QMenu* into = menu.addMenu(tr("Put into &group"));
    const QStringList known = groups();
    for (const QString& group : known.first(std::min(kListedGroups, known.size()))) {
        QString shown = group;
        add(*into, shown.replace(u'&', u"&&"_s), [this, agents, group] { putInto(agents, group); });
    }
    if (!known.isEmpty())
        into->addSeparator();
    add(*into, known.size() > kListedGroups ? tr("&Other…") : tr("&New…"),
        [this, agents] { group(agents); });
    const auto isGrouped = [&](AgentId agent) { return !names->agentEntry(agent).group().empty(); };
    add(menu, tr("Take &out of the group"), [this, agents] {
        putInto(agents, {});
    })->setEnabled(std::ranges::any_of(agents, isGrouped));
    std::vector<NamedAgent> all = namedAgents(*names);
    QStringList was;
    for (const NamedAgent& agent : all) {
        if (std::ranges::find(agents, agent.agent) == agents.end())
            continue;
        for (const std::string& name : agent.was)
            was << QString::fromStdString(name);
    }
    if (!was.isEmpty())
        add(menu,
            was.size() == 1 ? tr("Call it %1 &again").arg(was.front())
                            : tr("Call them as they were recorded &again"),
            [this, agents] { callAsRecorded(agents); });
}

void AgentNaming::rename(const std::vector<AgentId>& agents)
{
    if (!m_shared->session() || agents.empty())
        return;
    const auto names = m_shared->session()->dictionaries();
    QStringList known;
    for (const NamedAgent& agent : namedAgents(*names))
        known << QString::fromStdString(agent.name);
    const bool isOne = agents.size() == 1;
    const QString old = agentText(*names, agents.front());
    const auto meaning = [known, agents, names, isOne, old, this](const QString& name) {
        if (name.isEmpty())
            return tr("An empty name brings the recorded one back.");
        const auto isHim = [&](AgentId agent) { return agentText(*names, agent) == name; };
        if (known.contains(name) && std::ranges::none_of(agents, isHim))
            return tr("There is an agent of that name; they become one.");
        return isOne ? tr("The recorded name stays and is found as was == \"%1\".").arg(old)
                     : tr("The %1 become one. The recorded names stay, and are found with was == "
                          "\"…\".")
                           .arg(wordFor(agents));
    };
    auto* dialog = new NameDialog(isOne ? tr("Rename %1").arg(old)
                                        : tr("Merge %1 into one").arg(wordFor(agents)),
                                  old, known, meaning, m_parent);
    connect(dialog, &NameDialog::named, this, [this, agents](const QString& name) {
        Session* session = m_shared->session();
        if (!session)
            return;
        if (name.isEmpty())
            return callAsRecorded(agents);
        const QString what = agents.size() == 1 ? tr("rename %1").arg(wordFor(agents))
                                                : tr("merge %1").arg(wordFor(agents));
        m_shared->setNaming(called(session->naming(), *session->dictionaries(), agents, name),
                            what);
    });
    dialog->open();
}

void AgentNaming::group(const std::vector<AgentId>& agents)
{
    if (!m_shared->session() || agents.empty())
        return;
    const QString word = wordFor(agents);
    const QStringList known = groups();
    auto* dialog = new NameDialog(
        tr("Put %1 into a group").arg(word), {}, known,
        [known, this](const QString& name) {
            if (name.isEmpty())
                return tr("Without a name: into no group.");
            return known.contains(name) ? tr("That group is there already.") : tr("A new group.");
        },
        m_parent);
    connect(dialog, &NameDialog::named, this,
            [this, agents](const QString& name) { putInto(agents, name); });
    dialog->open();
}

void AgentNaming::putInto(const std::vector<AgentId>& agents, const QString& group)
{
    Session* session = m_shared->session();
    if (!session || agents.empty())
        return;
    m_shared->setNaming(grouped(session->naming(), *session->dictionaries(), agents, group),
                        group.isEmpty() ? tr("ungroup %1").arg(wordFor(agents))
                                        : tr("put %1 into %2").arg(wordFor(agents), group));
}

void AgentNaming::callAsRecorded(const std::vector<AgentId>& agents)
{
    Session* session = m_shared->session();
    if (!session || agents.empty())
        return;
    m_shared->setNaming(asRecorded(session->naming(), *session->dictionaries(), agents),
                        tr("recorded names of %1").arg(wordFor(agents)));
}

} // namespace murmur
