// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/profilelist.h"

#include "resources/icons.h"
#include "views/base/theme.h"
#include "views/connect/profilemodel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

ProfileList::ProfileList(QWidget* parent)
    : QWidget(parent)
    , m_model(new ProfileModel(this))
    , m_view(new QListView(this))
    , m_duplicate(new QToolButton(this))
    , m_delete(new QToolButton(this))
    , m_more(new QToolButton(this))
    , m_undoLine(new QWidget(this))
    , m_undoText(new QLabel(m_undoLine))
    , m_undo(new QPushButton(tr("&Undo"), m_undoLine))
    , m_empty(
          new QLabel(tr("No profile is saved yet. Save keeps what stands on the right under its "
                        "name; a file of profiles can be dropped here."),
                     this))
{
    auto* title = new QLabel(tr("Profiles"), this);
    QFont bold = Theme::current().interfaceFont();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    m_view->setModel(m_model);
    m_view->setItemDelegate(new ProfileDelegate(m_view));
    m_view->setMouseTracking(true);
    m_view->setAccessibleName(tr("Profiles"));
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_undoText->setWordWrap(true);
    auto* undoLine = new QHBoxLayout(m_undoLine);
    undoLine->setContentsMargins(0, 0, 0, 0);
    undoLine->addWidget(m_undoText, 1);
    undoLine->addWidget(m_undo);
    m_undo->setShortcut(QKeySequence::Undo);
    m_undo->setAutoDefault(false);
    m_undoLine->hide();

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(title);
    column->addWidget(m_empty);
    column->addWidget(m_view, 1);
    column->addWidget(m_undoLine);
    buildButtons();

    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        updateButtons();
        if (const QString name = selected(); !name.isEmpty())
            Q_EMIT chosen(name);
    });
    // Not `activated`, which on some desktops is a single click; Enter reaches the dialog.
    connect(m_view, &QListView::doubleClicked, this, [this] { Q_EMIT activated(selected()); });
    connect(m_undo, &QPushButton::clicked, this, &ProfileList::undoRequested);
    setProfiles({});
}

void ProfileList::buildButtons()
{
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    auto* make = new QToolButton(this);
    make->setText(tr("&New"));
    make->setToolTip(tr("Begin another profile"));
    m_duplicate->setText(tr("&Duplicate"));
    m_duplicate->setToolTip(tr("Begin another profile with all of this one but its secrets"));
    m_delete->setText(tr("De&lete"));
    m_delete->setToolTip(tr("Forget this profile (Delete)"));
    m_more->setIcon(icon(u"more"_s));
    m_more->setToolTip(tr("Import and export"));
    m_more->setAccessibleName(m_more->toolTip());
    m_more->setPopupMode(QToolButton::InstantPopup);
    for (QToolButton* button : {make, m_duplicate, m_delete, m_more})
        line->addWidget(button);
    line->insertStretch(3, 1);
    setTabOrder(m_view, make);
    setTabOrder(make, m_duplicate);
    setTabOrder(m_duplicate, m_delete);
    setTabOrder(m_delete, m_more);
    setTabOrder(m_more, m_undo);
    static_cast<QVBoxLayout*>(layout())->addLayout(line);

    auto* menu = new QMenu(m_more);
    menu->addAction(tr("Import…"), this, &ProfileList::importRequested);
    QAction* one = menu->addAction(tr("Export this one, without secrets…"), this,
                                   [this] { Q_EMIT exportRequested({selected()}); });
    QAction* all = menu->addAction(tr("Export all, without secrets…"), this,
                                   [this] { Q_EMIT exportRequested({}); });
    connect(menu, &QMenu::aboutToShow, this, [this, one, all] {
        one->setEnabled(!selected().isEmpty());
        all->setEnabled(m_model->rowCount() > 0);
    });
    m_more->setMenu(menu);

    auto* remove = new QAction(m_view);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(remove);
    const auto askDelete = [this] {
        if (!selected().isEmpty())
            Q_EMIT deleteRequested(selected());
    };
    connect(remove, &QAction::triggered, this, askDelete);
    connect(m_delete, &QToolButton::clicked, this, askDelete);
    connect(make, &QToolButton::clicked, this, &ProfileList::newRequested);
    connect(m_duplicate, &QToolButton::clicked, this,
            [this] { Q_EMIT duplicateRequested(selected()); });
}

void ProfileList::setProfiles(const std::vector<Profile>& profiles)
{
    const QString before = selected();
    m_model->setProfiles(profiles);
    m_empty->setVisible(profiles.empty());
    select(before);
}

void ProfileList::setEdited(const QSet<QString>& names)
{
    m_model->setEdited(names);
}

void ProfileList::select(const QString& name)
{
    const QSignalBlocker quiet(this);
    const QModelIndex index = m_model->indexOf(name);
    if (index.isValid())
        m_view->setCurrentIndex(index);
    else
        m_view->selectionModel()->clear();
    updateButtons();
}

QString ProfileList::selected() const
{
    const Profile* profile = m_model->profile(m_view->currentIndex());
    return profile ? profile->name : QString();
}

void ProfileList::offerUndo(const QString& sentence)
{
    m_undoText->setText(sentence);
    m_undoLine->setVisible(!sentence.isEmpty());
}

void ProfileList::updateButtons()
{
    const bool isSelected = !selected().isEmpty();
    m_duplicate->setEnabled(isSelected);
    m_delete->setEnabled(isSelected);
}

} // namespace murmur
