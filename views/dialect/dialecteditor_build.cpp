// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The parts of the editor of dialects, and where they stand.

#include "dialect/dialect.h"
#include "views/base/theme.h"
#include "views/dialect/coveragefigures.h"
#include "views/dialect/dialecteditor.h"
#include "views/dialect/dialecttemplates.h"
#include "views/dialect/dialecttext.h"
#include "views/dialect/fieldsmodel.h"
#include "views/dialect/fieldstable.h"
#include "views/dialect/matchview.h"
#include "views/dialect/previewmodel.h"

#include <QAction>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

void DialectEditor::build()
{
    auto* halves = new QSplitter(Qt::Horizontal, this);
    halves->setChildrenCollapsible(false);
    halves->addWidget(buildLeft());
    halves->addWidget(buildRight());
    halves->setStretchFactor(0, 2);
    halves->setStretchFactor(1, 3);
    halves->setSizes({580, 780});
    auto* column = new QVBoxLayout(this);
    column->addWidget(halves, 1);
    column->addWidget(buildButtons());
    addShortcuts();
}

QWidget* DialectEditor::buildHead()
{
    auto* head = new QWidget(this);
    m_name = new QLineEdit(head);
    m_topics = new QLineEdit(head);
    m_topics->setPlaceholderText(tr("everywhere; or patterns: robots/*, fleet.*"));
    m_topics->setToolTip(tr("Where it holds: * stands for any text, ? for one character"));
    m_description = new QLineEdit(head);
    m_base = new QComboBox(head);
    m_base->addItem(tr("what the message speaks"), u"auto"_s);
    m_base->addItem(tr("nothing"), u"none"_s);
    for (const DialectEntry& entry : dialects())
        m_base->addItem(QLatin1StringView(entry.id), QLatin1StringView(entry.id));
    auto* form = new QFormLayout(head);
    form->setContentsMargins(0, 8, 0, 8);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&Topics"), m_topics);
    form->addRow(tr("Where it finds nothing, rea&d"), m_base);
    form->addRow(tr("Descr&iption"), m_description);
    for (QLineEdit* edit : {m_name, m_topics, m_description})
        connect(edit, &QLineEdit::textEdited, this, &DialectEditor::readForm);
    connect(m_base, &QComboBox::activated, this, &DialectEditor::readForm);
    return head;
}

QWidget* DialectEditor::buildLeft()
{
    auto* left = new QWidget(this);
    m_fields = new FieldsModel(this);
    connect(m_fields, &FieldsModel::edited, this, &DialectEditor::readForm);
    m_tabs = new QTabWidget(left);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("The dialect"));

    auto* page = new QWidget(m_tabs);
    m_form = new QWidget(page);
    m_fieldsTable = new FieldsTable(m_fields, m_form);
    auto* form = new QVBoxLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    form->addWidget(buildHead());
    form->addWidget(m_fieldsTable, 1);
    m_formNote =
        new QLabel(tr("The text has to be mended before it can be shown as a form."), page);
    m_formNote->setWordWrap(true);
    m_formNote->hide();
    auto* pageColumn = new QVBoxLayout(page);
    pageColumn->setContentsMargins(0, 0, 0, 0);
    pageColumn->addWidget(m_formNote);
    pageColumn->addWidget(m_form, 1);
    m_tabs->addTab(page, tr("&Form"));

    m_text = new DialectText(m_tabs);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        m_isByForm = m_isByForm && m_isWriting;
        m_pause.start();
    });
    connect(m_text, &DialectText::filesDropped, this, [this](const QStringList& files) {
        whenKept([this, path = files.front()] { openFile(path); });
    });
    m_tabs->addTab(m_text, tr("Te&xt"));

    m_note = new QLabel(left);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_toProblem = new QToolButton(left);
    m_toProblem->setText(tr("Go to the line"));
    m_toProblem->hide();
    connect(m_toProblem, &QToolButton::clicked, this, [this] {
        m_tabs->setCurrentWidget(m_text);
        m_text->goToLine(m_text->wrongLine());
    });
    auto* note = new QHBoxLayout;
    note->addWidget(m_note, 1);
    note->addWidget(m_toProblem);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 8, 0);
    column->addWidget(m_tabs, 1);
    column->addLayout(note);
    return left;
}

QWidget* DialectEditor::buildRight()
{
    auto* right = new QWidget(this);
    m_connections = new QComboBox(right);
    m_connections->setAccessibleName(tr("Whose messages are shown"));
    m_connections->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_connections->setMinimumContentsLength(24);
    connect(m_connections, &QComboBox::currentIndexChanged, this, [this] {
        showSuggestions();
        preview(true);
    });
    m_sampled = new QLabel(right);
    m_sampled->setFont(Theme::current().interfaceFont(9));
    auto* whose = new QHBoxLayout;
    whose->addWidget(new QLabel(tr("Messages of"), right));
    whose->addWidget(m_connections, 1);
    whose->addWidget(m_sampled);

    m_figures = new CoverageFigures(right);
    m_preview = new PreviewModel(this);
    m_previewTable = new QTableView(right);
    m_previewTable->setModel(m_preview);
    m_previewTable->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_previewTable->setSelectionMode(QAbstractItemView::SingleSelection);
    m_previewTable->setTabKeyNavigation(false);
    m_previewTable->setShowGrid(false);
    m_previewTable->setWordWrap(false);
    m_previewTable->verticalHeader()->hide();
    m_previewTable->verticalHeader()->setDefaultSectionSize(Theme::current().tableRow);
    m_previewTable->setAccessibleName(tr("Messages as this dialect reads them"));
    static constexpr std::array kWidths{50, 132, 92, 92, 88, 100, 120, 200};
    for (int column = 0; column < DialectPreview::ColumnCount; ++column)
        m_previewTable->setColumnWidth(column, kWidths[static_cast<std::size_t>(column)]);
    m_previewTable->horizontalHeader()->setStretchLastSection(true);
    m_previewTable->horizontalHeader()->setHighlightSections(false);
    connect(m_previewTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &DialectEditor::showMatch);
    m_match = new MatchView(right);

    auto* halves = new QSplitter(Qt::Vertical, right);
    halves->setChildrenCollapsible(false);
    halves->addWidget(m_previewTable);
    halves->addWidget(m_match);
    halves->setSizes({360, 220});
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(8, 0, 0, 0);
    column->addLayout(whose);
    column->addWidget(m_figures);
    column->addWidget(halves, 1);
    return right;
}

QWidget* DialectEditor::buildButtons()
{
    auto* buttons = new QWidget(this);
    const auto menuButton = [buttons](const QString& text) {
        auto* button = new QToolButton(buttons);
        button->setText(text);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setMenu(new QMenu(button));
        return button;
    };
    auto* templates = menuButton(tr("Templates ▾"));
    m_templates = templates->menu();
    fillTemplates();
    auto* open = menuButton(tr("Open ▾"));
    m_open = open->menu();
    connect(m_open, &QMenu::aboutToShow, this, &DialectEditor::fillOpen);
    m_fromNowOn = menuButton(tr("From now on ▾"));
    m_fromNowOn->setToolTip(tr("Save it, and let a bus be read by it whenever it is attached"));
    m_targets = m_fromNowOn->menu();
    m_save = new QPushButton(tr("&Save"), buttons);
    auto* saveAs = new QPushButton(tr("Save &as…"), buttons);
    m_apply = new QPushButton(buttons);
    auto* close = new QPushButton(tr("Close"), buttons);
    // Enter in a line of the form is no wish to do anything.
    for (QPushButton* button : {m_save, saveAs, m_apply, close})
        button->setAutoDefault(false);
    connect(m_save, &QPushButton::clicked, this, &DialectEditor::save);
    connect(saveAs, &QPushButton::clicked, this, &DialectEditor::askWhereToSave);
    connect(m_apply, &QPushButton::clicked, this, &DialectEditor::applyRequested);
    connect(close, &QPushButton::clicked, this, &DialectEditor::reject);
    auto* line = new QHBoxLayout(buttons);
    line->setContentsMargins(0, 4, 0, 0);
    line->addWidget(templates);
    line->addWidget(open);
    line->addStretch(1);
    line->addWidget(m_save);
    line->addWidget(saveAs);
    line->addWidget(m_fromNowOn);
    line->addWidget(m_apply);
    line->addWidget(close);
    return buttons;
}

void DialectEditor::addShortcuts()
{
    const auto add = [this](const QKeySequence& keys, auto run) {
        auto* action = new QAction(this);
        action->setShortcut(keys);
        addAction(action);
        connect(action, &QAction::triggered, this, run);
    };
    add(QKeySequence::Undo, [this] { undo(); });
    add(QKeySequence::Redo, [this] { redo(); });
    add(QKeySequence::Save, [this] { save(); });
    add(QKeySequence(u"Ctrl+Shift+S"_s), [this] { askWhereToSave(); });
    add(QKeySequence::Open, [this] { whenKept([this] { askWhatToOpen(); }); });
    add(QKeySequence(u"Ctrl+Return"_s), [this] {
        if (m_apply->isEnabled())
            Q_EMIT applyRequested();
    });
    m_save->setToolTip(tr("Keep it where dialects are found by their name (Ctrl+S)"));
}

void DialectEditor::fillTemplates()
{
    for (const DialectTemplate& one : dialectTemplates()) {
        QAction* action = m_templates->addAction(one.title);
        connect(action, &QAction::triggered, this, [this, dialect = one.dialect] {
            setDialect(dialect);
            say(tr("Begun from a template; Ctrl+Z takes it back."));
        });
    }
}

} // namespace murmur
