// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "palettesources.h"

#include "filteredit.h"
#include "mainwindow.h"
#include "palettepanes.h"
#include "settings.h"
#include "viewregistry.h"
#include "workspace.h"

#include "keptnote.h"
#include "query/completion.h"
#include "query/filterbook.h"
#include "views/base/sharedview.h"
#include "views/timeline/timelineview.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// Of each dictionary.
const QString kTimelineMenu = u"paletteMenu"_s;
constexpr std::uint32_t kMostNames = 20'000;

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Palette)
};

QString plain(QString text)
{
    text = text.section(u'\t', 0, 0); // behind it stand keys
    text.replace(u"&&"_s, u"\x1"_s).remove(u'&').replace(u'\x1', u'&');
    if (text.endsWith(u'…'))
        text.chop(1);
    return text;
}

void addMenu(QMenu* menu, const QString& path, std::vector<PaletteEntry>& entries)
{
    Q_EMIT menu->aboutToShow(); // some are filled when they are asked for
    for (QAction* action : menu->actions()) {
        if (action->isSeparator() || !action->isVisible() || action->text().isEmpty())
            continue;
        const QString name = plain(action->text());
        if (QMenu* inner = action->menu()) {
            if (!inner->property(kNotInPalette).toBool())
                addMenu(inner, path + u": "_s + name, entries);
            continue;
        }
        if (!action->isEnabled())
            continue;
        QString text = path + u": "_s + name;
        if (action->isCheckable())
            text += action->isChecked() ? Tr::tr("  (on)") : Tr::tr("  (off)");
        entries.push_back(
            {text, u"command"_s,
             action->shortcut().isEmpty() ? action->text().section(u'\t', 1)
                                          : action->shortcut().toString(QKeySequence::NativeText),
             u"command "_s + path + u": "_s + name, [action = QPointer<QAction>(action)] {
                 if (action)
                     action->trigger();
             }});
    }
}

void addNames(MainWindow& window, std::vector<PaletteEntry>& entries)
{
    SharedView* shared = window.shared();
    const auto names = shared->session()->dictionaries();
    const Dictionaries::Counts counts = names->counts();
    for (std::uint32_t id = 1; id < std::min(counts.agents, kMostNames); ++id) {
        const AgentId agent{id};
        if (names->resolved(agent) != agent)
            continue;
        const QString name = QString::fromStdString(names->agentName(agent));
        entries.push_back({name, u"agent"_s, {}, u"agent "_s + name, [shared, agent, &window] {
                               shared->selectAgent(agent);
                               window.workspace()->bringToFront(u"state");
                           }});
    }
    for (std::uint32_t id = 1; id < std::min(counts.topics, kMostNames); ++id) {
        const QString name = QString::fromStdString(names->topicName(TopicId{id}));
        entries.push_back({name, u"topic"_s, {}, u"topic "_s + name, [&window, name] {
                               window.filterEdit()->setText(u"topic == "_s + filterValue(name));
                               window.filterEdit()->apply();
                           }});
    }
}

} // namespace

std::vector<PaletteEntry> paletteEntries(MainWindow& window)
{
    std::vector<PaletteEntry> entries;
    for (const QAction* action : window.menuBar()->actions())
        if (QMenu* menu = action->menu())
            addMenu(menu, plain(action->text()), entries);
    const bool hasSession = window.shared()->session() != nullptr;
    if (hasSession) {
        for (const ViewEntry& view : viewEntries()) {
            const QString id = QLatin1StringView(view.id);
            entries.push_back({Tr::tr("Go to %1").arg(viewTitle(view)),
                               u"view"_s,
                               {},
                               u"view "_s + id,
                               [&window, id] { window.workspace()->bringToFront(id); },
                               id});
        }
        if (auto* timeline = qobject_cast<TimelineView*>(window.workspace()->view(u"timeline"))) {
            // Its menu is made when it is asked for; what was made for the palette before goes.
            delete timeline->findChild<QMenu*>(kTimelineMenu);
            auto* menu = new QMenu(timeline);
            menu->setObjectName(kTimelineMenu);
            timeline->fillMenu(*menu);
            addMenu(menu, Tr::tr("Timeline"), entries);
        }
        addPaneEntries(window, entries);
        if (const auto book = FilterBook::load(FilterBook::usualPath())) {
            for (const NamedFilter& filter : book->filters())
                entries.push_back({u"@%1   %2"_s.arg(filter.name, filter.text),
                                   u"filter"_s,
                                   {},
                                   u"filter "_s + filter.name,
                                   [&window, name = filter.name] {
                                       window.filterEdit()->setText(u'@' + name);
                                       window.filterEdit()->apply();
                                   }});
        }
        addNames(window, entries);
    }
    if (window.hidesNames())
        return entries;
    for (const QString& path : window.settings().recentFiles())
        entries.push_back({Tr::tr("Open %1").arg(shownPath(path)),
                           u"recording"_s,
                           {},
                           u"recording "_s + path,
                           [&window, path] { window.openFile(path); }});
    return entries;
}

} // namespace murmur
