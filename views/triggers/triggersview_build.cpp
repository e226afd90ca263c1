// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The parts of the pane of triggers, and how they stand.

#include "views/base/emptynote.h"
#include "views/base/paneheader.h"
#include "views/base/theme.h"
#include "views/triggers/triggersmodel.h"
#include "views/triggers/triggersview.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontMetrics>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

void TriggersView::build()
{
    m_table = new QTableView(this);
    m_table->setAccessibleName(tr("Triggers"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(Theme::current().tableRow);
    QHeaderView* header = m_table->horizontalHeader();
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setStretchLastSection(true);
    header->setHighlightSections(false);
    const int widths[] = {140, 170, 66, 160, 120, 122};
    for (int column = 0; column < TriggersModel::OutcomeColumn; ++column)
        header->resizeSection(column, widths[column]);
    m_note = new EmptyNote(m_table->viewport());

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(buildForm());
    layout->addWidget(m_table, 1);
    layout->addWidget(buildRules());
    QWidget::setTabOrder(m_add, m_table);
    QWidget::setTabOrder(m_table, m_mayRun);
    QWidget::setTabOrder(m_mayRun, m_hosts);
}

QWidget* TriggersView::buildForm()
{
    auto* form = new QWidget(this);
    if (m_when == nullptr)
        m_when = new QLineEdit(form);
    m_when->setParent(form);
    m_when->setAccessibleName(tr("What the trigger waits for"));
    m_when->setPlaceholderText(tr("kind == error and latency > 2s, or finding:retry-storm"));
    m_when->setFont(Theme::current().numberFont());
    m_often = new QComboBox(form);
    m_often->setAccessibleName(tr("How often it acts at most"));
    m_often->setEditable(true);
    m_often->setInsertPolicy(QComboBox::NoInsert);
    m_often->addItems({u"1/10s"_s, u"once"_s, u"1/1m"_s, u"5/1m"_s, u"60/1h"_s});
    m_often->setToolTip(tr("once, or so many within a time: 5/1m"));
    m_often->setMinimumContentsLength(6);
    m_name = new QLineEdit(form);
    m_name->setAccessibleName(tr("Name of the trigger"));
    m_name->setPlaceholderText(tr("name"));
    m_name->setMaximumWidth(180);
    m_actions = new QPlainTextEdit(form);
    m_actions->setAccessibleName(tr("What it does, a line each"));
    m_actions->setPlaceholderText(tr("mark (always), keep:30s,10s, freeze, notify … a line each"));
    m_actions->setFont(Theme::current().numberFont());
    m_actions->setTabChangesFocus(true);
    m_actions->setLineWrapMode(QPlainTextEdit::NoWrap);
    const int line = QFontMetrics(m_actions->font()).lineSpacing();
    m_actions->setFixedHeight(2 * line + 14);
    auto* more = new QToolButton(form);
    more->setText(tr("Do…"));
    more->setToolTip(tr("What a trigger can do"));
    more->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(more);
    fillActionMenu(menu);
    more->setMenu(menu);
    m_add = new QPushButton(tr("Add"), form);
    m_verdict = new QLabel(form);
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);

    auto* grid = new QGridLayout(form);
    grid->setContentsMargins(8, 6, 8, 4);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(4);
    const auto label = [form](const QString& text, QWidget* buddy) {
        auto* made = new QLabel(text, form);
        made->setBuddy(buddy);
        return made;
    };
    grid->addWidget(label(tr("&When"), m_when), 0, 0);
    grid->addWidget(m_when, 0, 1);
    grid->addWidget(label(tr("at &most"), m_often), 0, 2);
    grid->addWidget(m_often, 0, 3);
    grid->addWidget(m_name, 0, 4);
    grid->addWidget(label(tr("do"), m_actions), 1, 0, Qt::AlignTop);
    grid->addWidget(m_actions, 1, 1);
    grid->addWidget(more, 1, 2, Qt::AlignTop);
    grid->addWidget(m_add, 1, 3, Qt::AlignTop);
    grid->addWidget(m_verdict, 1, 4, 1, 1, Qt::AlignTop);
    grid->setColumnStretch(1, 3);
    grid->setColumnStretch(4, 2);
    m_name->setMaximumWidth(QWIDGETSIZE_MAX);
    QWidget::setTabOrder(m_when, m_often);
    QWidget::setTabOrder(m_often, m_name);
    QWidget::setTabOrder(m_name, m_actions);
    QWidget::setTabOrder(m_actions, more);
    QWidget::setTabOrder(more, m_add);
    setFocusProxy(m_when);
    return form;
}

void TriggersView::fillActionMenu(QMenu* menu)
{
    const std::pair<QString, QString> offered[] = {
        {tr("Keep 30 s before and 10 s after as a recording"), u"keep:30s,10s"_s},
        {tr("Let the window stand still there"), u"freeze"_s},
        {tr("Show a notification"), u"notify"_s},
        {tr("Mark it with a text of yours"), u"mark:what happened"_s},
        {tr("Run a program"), u"run:program --argument"_s},
        {tr("Tell a web server on this machine"), u"webhook:http://127.0.0.1:8080/alert"_s},
        {tr("Send a message"),
         u"inject:alerts {\"from\":\"murmurscope\",\"payload\":{\"of\":\"{{message.from}}\"}}"_s}};
    for (const auto& [text, line] : offered)
        menu->addAction(text, this, [this, chosen = line] { insertAction(chosen); });
}

QWidget* TriggersView::buildRules()
{
    auto* row = new QWidget(this);
    m_mayRun = new QCheckBox(tr("Triggers may run &programs"), row);
    m_mayRun->setToolTip(tr("Until the window is closed"));
    m_hosts = new QLineEdit(row);
    m_hosts->setAccessibleName(tr("Hosts besides this machine that triggers may tell"));
    m_hosts->setPlaceholderText(tr("web hooks to this machine only; other hosts"));
    m_hosts->setToolTip(tr("Names with commas in between, until the window is closed"));
    m_hosts->setMaximumWidth(320);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(8, 3, 8, 5);
    line->setSpacing(12);
    line->addWidget(m_mayRun);
    line->addWidget(m_hosts, 1);
    line->addStretch(1);
    return row;
}

} // namespace murmur
