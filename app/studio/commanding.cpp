// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commanding.h"

#include "commandpalette.h"
#include "filteredit.h"
#include "layoutpresets.h"
#include "mainwindow.h"
#include "palettesources.h"
#include "screenshot.h"
#include "settings.h"
#include "statusline.h"
#include "workspace.h"

#include "views/base/agentnaming.h"
#include "views/base/sharedview.h"
#include "views/base/view.h"
#include "views/messages/messagesview.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QUndoCommand>
#include <QUndoStack>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostUsed = 12;
const QString kUsedKey = u"palette/used"_s;
const QString kHistoryKey = u"filter/history"_s;
const QString kLayouts = u"layouts"_s;

/// One arrangement of the panes instead of another.
class LayoutCommand : public QUndoCommand
{
public:
    LayoutCommand(Workspace* workspace, QByteArray before, const QString& what)
        : QUndoCommand(what)
        , m_workspace(workspace)
        , m_before(std::move(before))
        , m_after(workspace->layoutState())
    {
    }
    void undo() override { m_workspace->setLayoutState(m_before); }
    void redo() override { m_workspace->setLayoutState(m_after); }

private:
    Workspace* m_workspace;
    QByteArray m_before;
    QByteArray m_after;
};

} // namespace

Commanding::Commanding(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    FilterEdit* filter = window.filterEdit();
    connect(filter, &FilterEdit::failed, this,
            [this](const Error& error) { m_window.showFailure(error); });
    if (window.isUnattended())
        return;
    filter->setHistory(window.settings().strings(kHistoryKey));
    connect(filter, &FilterEdit::historyChanged, this,
            [this, filter] { m_window.settings().setStrings(kHistoryKey, filter->history()); });
}

QAction* Commanding::add(QMenu* menu, const QString& text, const char* keys,
                         void (Commanding::*run)())
{
    QAction* action = menu->addAction(text, this, run);
    action->setShortcut(QKeySequence(QLatin1StringView(keys)));
    m_actions.push_back(action);
    return action;
}

std::vector<QAction*> Commanding::addToSession(QMenu* menu)
{
    QAction* palette =
        add(menu, tr("Co&mmands, agents, topics…"), "Ctrl+Shift+P", &Commanding::openPalette);
    palette->setShortcuts({QKeySequence(u"Ctrl+Shift+P"_s), QKeySequence(u"Ctrl+K"_s)});
    return {add(menu, tr("&Next match"), "F3", &Commanding::nextMatch),
            add(menu, tr("&Previous match"), "Shift+F3", &Commanding::previousMatch),
            add(menu, tr("&Keep this filter…"), "Ctrl+Shift+K", &Commanding::keepFilter)};
}

std::vector<QAction*> Commanding::addToView(QMenu* menu)
{
    QMenu* layouts = menu->addMenu(tr("La&youts"));
    connect(layouts, &QMenu::aboutToShow, this, [this, layouts] { fillLayouts(layouts); });
    fillLayouts(layouts); // so that the palette has them
    connect(m_window.workspace(), &Workspace::arranged, this,
            [this](const QByteArray& before, const QString& what) {
                m_window.shared()->undoStack()->push(
                    new LayoutCommand(m_window.workspace(), before, what));
            });
    QMenu* pane = menu->addMenu(tr("This &pane"));
    QMenu* places = pane->addMenu(tr("&Move to"));
    connect(places, &QMenu::aboutToShow, this, [this, places] { fillPlaces(places); });
    fillPlaces(places);
    return {
        add(pane, tr("Move &left"), "Alt+Shift+Left", &Commanding::movePaneLeft),
        add(pane, tr("Move &right"), "Alt+Shift+Right", &Commanding::movePaneRight),
        add(pane, tr("Move &up, out of the tabs"), "Alt+Shift+Up", &Commanding::movePaneUp),
        add(pane, tr("Move &down, into the tabs"), "Alt+Shift+Down", &Commanding::movePaneDown),
        add(pane, tr("In a &window of its own"), "Ctrl+Shift+W", &Commanding::floatPane),
        add(pane, tr("Save a &picture…"), "Ctrl+Alt+S", &Commanding::savePicture),
        add(pane, tr("&Copy a picture"), "Ctrl+Alt+C", &Commanding::copyPicture),
        add(pane, tr("Copy as &text"), "Ctrl+Alt+T", &Commanding::copyText),
    };
}

void Commanding::openPalette()
{
    auto* palette = new CommandPalette(paletteEntries(m_window),
                                       m_window.settings().strings(kUsedKey), &m_window);
    connect(palette, &CommandPalette::chosen, this, [this](const QString& id) {
        QStringList used = m_window.settings().strings(kUsedKey);
        used.removeAll(id);
        used.prepend(id);
        used.resize(std::min(used.size(), kMostUsed));
        m_window.settings().setStrings(kUsedKey, used);
    });
    palette->show();
    palette->edit()->setFocus();
}

void Commanding::showMatch(int direction)
{
    auto* messages = qobject_cast<MessagesView*>(m_window.workspace()->view(u"messages"));
    if (!m_window.shared()->filter())
        m_window.filterEdit()->focusText();
    else if (messages && !messages->showMatch(direction))
        m_window.statusLine()->say(direction > 0 ? tr("No later message passes the filter.")
                                                 : tr("No earlier message passes the filter."));
}

void Commanding::keepFilter()
{
    m_window.filterEdit()->keep();
}

void Commanding::movePane(DockStep step)
{
    const QString id = m_window.workspace()->currentView();
    if (!m_window.workspace()->movePane(id, step))
        m_window.statusLine()->say(tr("There is no other place on that side."));
}

void Commanding::fillPlaces(QMenu* menu)
{
    menu->clear();
    m_window.workspace()->fillPaneMenu(*menu, m_window.workspace()->currentView());
}

void Commanding::floatPane()
{
    m_window.workspace()->toggleFloating(m_window.workspace()->currentView());
}

View* Commanding::currentView() const
{
    return m_window.workspace()->view(m_window.workspace()->currentView());
}

void Commanding::savePicture()
{
    View* view = currentView();
    if (!view)
        return;
    auto* dialog =
        new QFileDialog(&m_window, tr("Save a picture of %1").arg(view->accessibleName()),
                        m_window.settings().lastFolder() + u'/' + view->objectName() + u".png"_s,
                        tr("Pictures (*.png *.svg *.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"png"_s);
    connect(dialog, &QFileDialog::fileSelected, view, [this, view](const QString& path) {
        m_window.settings().setLastFolder(QFileInfo(path).path());
        if (const Status written = writePicture(view, path); written)
            m_window.statusLine()->say(tr("The picture is in %1.").arg(path));
        else
            m_window.showFailure(written.error());
    });
    dialog->open();
}

void Commanding::copyPicture()
{
    if (View* view = currentView()) {
        QGuiApplication::clipboard()->setPixmap(view->grab());
        m_window.statusLine()->say(
            tr("A picture of %1 is in the clipboard.").arg(view->accessibleName()));
    }
}

void Commanding::copyText()
{
    if (const View* view = currentView()) {
        QGuiApplication::clipboard()->setText(view->asText());
        m_window.statusLine()->say(
            tr("What %1 shows is in the clipboard, as text.").arg(view->accessibleName()));
    }
}

void Commanding::changeLayout(const QString& what, const std::function<void()>& change)
{
    Workspace* workspace = m_window.workspace();
    const QByteArray before = workspace->layoutState();
    change();
    if (workspace->layoutState() != before)
        m_window.shared()->undoStack()->push(new LayoutCommand(workspace, before, what));
}

void Commanding::fillLayouts(QMenu* menu)
{
    menu->clear();
    for (QMenu* old : menu->findChildren<QMenu*>(Qt::FindDirectChildrenOnly))
        old->deleteLater();
    Workspace* workspace = m_window.workspace();
    for (const LayoutPreset& preset : layoutPresets()) {
        const QString title = layoutTitle(preset);
        menu->addAction(title, this, [this, workspace, &preset, title] {
            changeLayout(tr("layout %1").arg(title), [&] { workspace->usePreset(preset); });
        });
    }
    menu->addAction(tr("&Standard: all panes"), this, [this, workspace] {
        changeLayout(tr("standard layout"), [&] { workspace->resetLayout(); });
    });
    const QStringList kept = m_window.settings().namesBelow(kLayouts);
    menu->addSeparator();
    for (const QString& name : kept)
        menu->addAction(name, this, [this, workspace, name] {
            changeLayout(tr("layout %1").arg(name), [&] {
                workspace->setLayoutState(m_window.settings().bytes(kLayouts + u'/' + name));
            });
        });
    menu->addAction(tr("&Keep this layout…"), this, &Commanding::keepLayout);
    if (kept.isEmpty())
        return;
    QMenu* forget = menu->addMenu(tr("&Forget"));
    for (const QString& name : kept)
        forget->addAction(name, this,
                          [this, name] { m_window.settings().forget(kLayouts + u'/' + name); });
}

void Commanding::keepLayout()
{
    const QStringList kept = m_window.settings().namesBelow(kLayouts);
    const auto meaning = [kept](const QString& name) {
        if (name.contains(u'/') || name.contains(u'\\'))
            return tr("A name without / and \\.");
        return kept.contains(name) ? tr("Replaces the layout of that name.")
                                   : tr("Which panes are shown and how large they are.");
    };
    auto* dialog = new NameDialog(tr("Keep this layout as"), {}, kept, meaning, &m_window);
    connect(dialog, &NameDialog::named, this, [this](const QString& name) {
        if (!name.isEmpty() && !name.contains(u'/') && !name.contains(u'\\'))
            m_window.settings().setBytes(kLayouts + u'/' + name,
                                         m_window.workspace()->layoutState());
    });
    dialog->open();
}

} // namespace murmur
