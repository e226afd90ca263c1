// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/fieldstable.h"

#include "views/base/theme.h"
#include "views/dialect/coveragefigures.h"
#include "views/dialect/fieldsmodel.h"

#include <QAction>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString fieldText(DialectField field)
{
    const std::string_view name = dialectFieldName(field);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

/// Fields and kinds of places are chosen, not typed.
class FieldsDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override
    {
        const bool isField = index.column() == FieldsModel::FieldColumn;
        if (!isField && index.column() != FieldsModel::From)
            return QStyledItemDelegate::createEditor(parent, option, index);
        auto* box = new QComboBox(parent);
        box->setFrame(false);
        if (isField) {
            for (std::size_t i = 0; i < kDialectFieldCount; ++i)
                box->addItem(fieldText(static_cast<DialectField>(i)), static_cast<int>(i));
        } else {
            const auto* model = static_cast<const FieldsModel*>(index.model());
            for (const FieldSource::From from : FieldsModel::fromsFor(model->field(index.row())))
                box->addItem(FieldsModel::fromText(from), static_cast<int>(from));
        }
        auto* self = const_cast<FieldsDelegate*>(this);
        connect(box, &QComboBox::activated, self, [self, box] {
            Q_EMIT self->commitData(box);
            Q_EMIT self->closeEditor(box);
        });
        return box;
    }
    void setEditorData(QWidget* editor, const QModelIndex& index) const override
    {
        if (auto* box = qobject_cast<QComboBox*>(editor))
            box->setCurrentIndex(box->findData(index.data(Qt::EditRole)));
        else
            QStyledItemDelegate::setEditorData(editor, index);
    }
    void setModelData(QWidget* editor, QAbstractItemModel* model,
                      const QModelIndex& index) const override
    {
        if (auto* box = qobject_cast<QComboBox*>(editor))
            model->setData(index, box->currentData(), Qt::EditRole);
        else
            QStyledItemDelegate::setModelData(editor, model, index);
    }
};

} // namespace

FieldsTable::FieldsTable(FieldsModel* model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_table(new QTableView(this))
    , m_menu(new QMenu(this))
    , m_remove(new QToolButton(this))
    , m_up(new QToolButton(this))
    , m_down(new QToolButton(this))
    , m_proposals(new QWidget(this))
    , m_chips(new QGridLayout)
{
    m_table->setModel(model);
    m_table->setItemDelegate(new FieldsDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(Theme::current().tableRow + 4);
    m_table->setShowGrid(false);
    m_table->setAccessibleName(tr("Where each field is read from"));
    static constexpr std::array kWidths{88, 100, 140, 44, 72, 48, 80};
    for (int column = 0; column < FieldsModel::ColumnCount; ++column)
        m_table->setColumnWidth(column, kWidths[static_cast<std::size_t>(column)]);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);

    auto* add = new QToolButton(this);
    add->setText(tr("Add a place ▾"));
    add->setPopupMode(QToolButton::InstantPopup);
    add->setMenu(m_menu);
    m_remove->setText(tr("Remove"));
    m_up->setText(u"↑"_s);
    m_up->setToolTip(tr("Try this place earlier (Alt+Up)"));
    m_up->setAccessibleName(tr("Try this place earlier"));
    m_down->setText(u"↓"_s);
    m_down->setToolTip(tr("Try this place later (Alt+Down)"));
    m_down->setAccessibleName(tr("Try this place later"));
    connect(m_menu, &QMenu::aboutToShow, this, &FieldsTable::fillMenu);
    connect(m_remove, &QToolButton::clicked, this, &FieldsTable::removeCurrent);
    connect(m_up, &QToolButton::clicked, this, [this] { moveCurrent(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { moveCurrent(1); });
    const auto addKey = [this](const QKeySequence& keys, auto run) {
        auto* action = new QAction(m_table);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        m_table->addAction(action);
        connect(action, &QAction::triggered, this, run);
    };
    addKey(QKeySequence::Delete, [this] { removeCurrent(); });
    addKey(QKeySequence(u"Alt+Up"_s), [this] { moveCurrent(-1); });
    addKey(QKeySequence(u"Alt+Down"_s), [this] { moveCurrent(1); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &FieldsTable::updateButtons);
    connect(m_model, &FieldsModel::modelReset, this, &FieldsTable::updateButtons);
    connect(m_model, &FieldsModel::modelReset, this, &FieldsTable::showProposals);
    connect(m_model, &FieldsModel::dataChanged, this, &FieldsTable::showProposals);
    connect(m_model, &FieldsModel::edited, this, &FieldsTable::showProposals);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->addWidget(add);
    buttons->addWidget(m_remove);
    buttons->addWidget(m_up);
    buttons->addWidget(m_down);
    buttons->addStretch(1);
    auto* chips = new QVBoxLayout(m_proposals);
    chips->setContentsMargins(0, 4, 0, 4);
    chips->addWidget(new QLabel(tr("The traffic proposes, too:"), m_proposals));
    chips->addLayout(m_chips);
    m_chips->setColumnStretch(1, 1);
    m_proposals->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table, 1);
    column->addWidget(m_proposals);
    column->addLayout(buttons);
    updateButtons();
}

void FieldsTable::setSuggestions(std::vector<Suggestion> suggestions)
{
    m_suggestions = std::move(suggestions);
    showProposals();
}

void FieldsTable::showProposals()
{
    while (QLayoutItem* item = m_chips->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    std::vector<DialectField> said;
    for (int row = 0; row < m_model->rowCount(); ++row)
        said.push_back(m_model->field(row));
    for (const Suggestion& one : m_suggestions) {
        if (std::ranges::find(said, one.field) != said.end())
            continue;
        said.push_back(one.field);
        auto* button = new QToolButton(m_proposals);
        button->setText(u"%1 ← %2 %3"_s.arg(fieldText(one.field), one.source.described(),
                                            coverageText(one.share())));
        button->setToolTip(tr("Add it: %1").arg(one.why));
        const int place = m_chips->count();
        m_chips->addWidget(button, place / 2, place % 2, Qt::AlignLeft);
        connect(button, &QToolButton::clicked, this,
                [this, one] { add(one.field, one.source, false); });
    }
    m_proposals->setVisible(m_chips->count() > 0);
}

QStringList FieldsTable::proposals() const
{
    QStringList texts;
    for (int i = 0; i < m_chips->count(); ++i) {
        if (const auto* button = qobject_cast<QToolButton*>(m_chips->itemAt(i)->widget()))
            texts << button->text();
    }
    return texts;
}

void FieldsTable::fillMenu()
{
    m_menu->clear();
    for (const Suggestion& one : m_suggestions) {
        const QString text =
            tr("%1 from %2, in %3")
                .arg(fieldText(one.field), one.source.described(), coverageText(one.share()));
        QAction* action = m_menu->addAction(text);
        action->setToolTip(one.why);
        connect(action, &QAction::triggered, this,
                [this, one] { add(one.field, one.source, false); });
    }
    if (!m_suggestions.empty())
        m_menu->addSeparator();
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        const auto field = static_cast<DialectField>(i);
        QAction* action = m_menu->addAction(fieldText(field));
        connect(action, &QAction::triggered, this, [this, field] {
            add(field, FieldsModel::proposed(field, FieldSource::From::Path), true);
        });
    }
}

void FieldsTable::add(DialectField field, FieldSource source, bool isEdited)
{
    const int row = m_model->add(field, std::move(source));
    const QModelIndex place = m_model->index(row, FieldsModel::What);
    m_table->setCurrentIndex(place);
    m_table->setFocus();
    if (isEdited)
        m_table->edit(place);
}

void FieldsTable::removeCurrent()
{
    const QModelIndex current = m_table->currentIndex();
    if (current.isValid())
        m_model->remove(current.row());
    updateButtons();
}

void FieldsTable::moveCurrent(int by)
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid())
        return;
    const int row = m_model->move(current.row(), by);
    m_table->setCurrentIndex(m_model->index(row, current.column()));
    updateButtons();
}

void FieldsTable::updateButtons()
{
    const QModelIndex current = m_table->currentIndex();
    const auto isSame = [&](int row) {
        return row >= 0 && row < m_model->rowCount() &&
               m_model->field(row) == m_model->field(current.row());
    };
    m_remove->setEnabled(current.isValid());
    m_up->setEnabled(current.isValid() && isSame(current.row() - 1));
    m_down->setEnabled(current.isValid() && isSame(current.row() + 1));
}

} // namespace murmur
