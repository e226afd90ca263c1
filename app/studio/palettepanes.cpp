// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "palettepanes.h"

#include "mainwindow.h"
#include "viewregistry.h"
#include "workspace.h"

#include "views/base/menuowner.h"
#include "views/base/zonebutton.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAction>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QCoreApplication>
#include <QKeySequence>
#include <QMenu>
#include <QPointer>
#include <QSet>
#include <QTabBar>
#include <QToolButton>

#include <algorithm>
#include <functional>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// Of one box: longer lists (fields, agents) are chosen from where they stand.
constexpr int kMostChoices = 24;

struct PaneTr
{
    Q_DECLARE_TR_FUNCTIONS(Palette)
};

QString paneWord(QString text)
{
    text = text.section(u'\t', 0, 0); // behind it stand keys
    text.replace(u"&&"_s, u"\x1"_s).remove(u'&').replace(u'\x1', u'&');
    if (text.endsWith(u'…'))
        text.chop(1);
    return text.simplified();
}

/// How it is called: what stands on it where that is a word, else its name.
QString nameOf(const QAbstractButton& button)
{
    const QString text = paneWord(button.text());
    const bool isWord = std::ranges::any_of(text, [](QChar c) { return c.isLetter(); });
    if (isWord)
        return text;
    return paneWord(button.accessibleName().isEmpty() ? button.toolTip() : button.accessibleName());
}

QString stateWord(bool isOn)
{
    return isOn ? PaneTr::tr("  (on)") : PaneTr::tr("  (off)");
}

/// What one pane offers.
class PaneEntries
{
public:
    PaneEntries(MainWindow& window, View& view, QString title, std::vector<PaletteEntry>& entries)
        : m_window(window)
        , m_view(view)
        , m_title(std::move(title))
        , m_entries(entries)
    {
        for (const PaletteEntry& entry : entries)
            m_ids.insert(entry.id);
    }

    void add()
    {
        // Menus that are filled anew for it take their submenus with them.
        QList<QPointer<QWidget>> widgets;
        for (QWidget* widget : m_view.findChildren<QWidget*>()) {
            if (!qobject_cast<QMenu*>(widget))
                widgets << widget;
        }
        for (const QPointer<QWidget>& widget : widgets) {
            if (!widget)
                continue;
            if (!widget->isEnabledTo(&m_view) || !widget->isVisibleTo(&m_view))
                continue;
            if (auto* button = qobject_cast<QAbstractButton*>(widget.data()))
                addButton(*button);
            else if (auto* box = qobject_cast<QComboBox*>(widget.data()))
                addBox(*box);
            else if (auto* bar = qobject_cast<QTabBar*>(widget.data()))
                addTabs(*bar);
            addMenuOf(widget);
            for (QAction* action : widget->actions())
                addAction(*action, {});
        }
        for (QAction* action : m_view.actions())
            addAction(*action, {});
        addMenuOf(&m_view);
        addContextMenu();
    }

private:
    void addEntry(const QString& name, const QString& state, const QString& keys,
                  std::function<void()> run)
    {
        const QString text = m_title + u": "_s + name;
        const QString id = u"pane "_s + text;
        if (name.isEmpty() || m_ids.contains(id))
            return;
        m_ids.insert(id);
        // In a pane that is folded into tabs it would happen unseen.
        m_entries.push_back({text + state, u"command"_s, keys, id,
                             [&window = m_window, pane = m_view.objectName(), run] {
                                 window.workspace()->bringToFront(pane);
                                 run();
                             }});
    }
    void addAction(QAction& action, const QString& path)
    {
        if (action.isSeparator() || !action.isVisible() || !action.isEnabled())
            return;
        const QString word = paneWord(action.text());
        if (word.isEmpty())
            return;
        const QString name = path + word;
        if (QMenu* inner = action.menu()) {
            addMenu(*inner, name + u": "_s);
            return;
        }
        addEntry(name, action.isCheckable() ? stateWord(action.isChecked()) : QString(),
                 action.shortcut().isEmpty() ? action.text().section(u'\t', 1)
                                             : action.shortcut().toString(QKeySequence::NativeText),
                 [action = QPointer<QAction>(&action)] {
                     if (action)
                         action->trigger();
                 });
    }
    void addMenu(QMenu& menu, const QString& path)
    {
        Q_EMIT menu.aboutToShow(); // it is filled when it is asked for
        for (QAction* action : menu.actions())
            addAction(*action, path);
    }
    void addButton(QAbstractButton& button)
    {
        // The arrows of a bar of tabs, the cross in a line of text.
        if (button.focusPolicy() == Qt::NoFocus && nameOf(button).isEmpty())
            return;
        // Zones are hundreds, and stand in the menu bar.
        if (qobject_cast<QTabBar*>(button.parentWidget()) || qobject_cast<ZoneButton*>(&button))
            return;
        auto* tool = qobject_cast<QToolButton*>(&button);
        if (tool && tool->menu()) {
            addMenu(*tool->menu(), nameOf(button) + u": "_s);
            return;
        }
        addEntry(nameOf(button), button.isCheckable() ? stateWord(button.isChecked()) : QString(),
                 button.shortcut().toString(QKeySequence::NativeText),
                 [button = QPointer<QAbstractButton>(&button)] {
                     if (button)
                         button->click();
                 });
    }
    void addBox(QComboBox& box)
    {
        if (box.isEditable() || box.count() > kMostChoices)
            return;
        const QString name = paneWord(box.accessibleName());
        for (int i = 0; i < box.count(); ++i)
            addEntry(name.isEmpty() ? box.itemText(i) : name + u": "_s + box.itemText(i),
                     i == box.currentIndex() ? stateWord(true) : QString(), {},
                     [box = QPointer<QComboBox>(&box), i] {
                         if (!box || i >= box->count())
                             return;
                         box->setCurrentIndex(i);
                         Q_EMIT box->activated(i); // as by hand
                     });
    }
    void addTabs(QTabBar& bar)
    {
        for (int i = 0; i < bar.count(); ++i)
            addEntry(paneWord(bar.tabText(i)), {}, {}, [bar = QPointer<QTabBar>(&bar), i] {
                if (bar && i < bar->count())
                    bar->setCurrentIndex(i);
            });
    }
    /// What is offered for what is selected. What was made for the palette before goes.
    void addMenuOf(QWidget* widget)
    {
        auto* owner = dynamic_cast<MenuOwner*>(widget);
        if (owner == nullptr)
            return;
        const QString name = u"paletteMenuOfPicked"_s;
        delete widget->findChild<QMenu*>(name, Qt::FindDirectChildrenOnly);
        auto* menu = new QMenu(widget);
        menu->setObjectName(name);
        owner->fillPickedMenu(*menu);
        for (QAction* action : menu->actions())
            addAction(*action, {});
    }
    /// The menu of what is selected in it is made when it is asked for.
    void addContextMenu()
    {
        QWidget* owner = nullptr;
        for (QWidget* widget : m_view.findChildren<QWidget*>())
            if (!owner && widget->contextMenuPolicy() == Qt::CustomContextMenu &&
                widget->isVisibleTo(&m_view) && qobject_cast<QAbstractScrollArea*>(widget))
                owner = widget;
        addEntry(PaneTr::tr("menu of what is selected"), {},
                 QKeySequence(Qt::SHIFT | Qt::Key_F10).toString(QKeySequence::NativeText),
                 [pane = QPointer<QWidget>(owner ? owner : &m_view)] {
                     if (!pane)
                         return;
                     QPoint at = pane->rect().center();
                     if (const auto* table = qobject_cast<QAbstractItemView*>(pane.data());
                         table && table->currentIndex().isValid())
                         at = table->visualRect(table->currentIndex()).center();
                     QContextMenuEvent event(QContextMenuEvent::Keyboard, at,
                                             pane->mapToGlobal(at));
                     QCoreApplication::sendEvent(pane, &event);
                 });
    }

    MainWindow& m_window;
    View& m_view;
    const QString m_title;
    std::vector<PaletteEntry>& m_entries;
    QSet<QString> m_ids;
};

} // namespace

void addPaneEntries(MainWindow& window, std::vector<PaletteEntry>& entries)
{
    const auto& toggles = window.workspace()->paneActions();
    std::size_t number = 0;
    for (const ViewEntry& entry : viewEntries()) {
        const bool isShown = number < toggles.size() && toggles[number]->isChecked();
        ++number;
        View* view = window.workspace()->view(QString::fromLatin1(entry.id));
        if (view && isShown)
            PaneEntries(window, *view, viewTitle(entry), entries).add();
    }
}

} // namespace murmur
