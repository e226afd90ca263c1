// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/conversationpage.h"

#include "conversations/conversationtext.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/conversations/comparisonmodel.h"
#include "views/conversations/stepbars.h"
#include "views/conversations/stepmodel.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QResizeEvent>
#include <QStackedWidget>
#include <QTableView>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kNarrowPage = 460;

} // namespace

ConversationPage::ConversationPage(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_summary(new QLabel(this))
    , m_strip(new PathStrip(this))
    , m_pages(new QStackedWidget(this))
    , m_tree(new QTreeView(m_pages))
    , m_table(new QTableView(m_pages))
    , m_steps(new StepModel(this))
    , m_comparison(new ComparisonModel(this))
{
    m_name->setTextFormat(Qt::PlainText);
    m_name->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_summary->setAccessibleName(tr("What it waited for"));
    m_tree->setModel(m_steps);
    m_tree->setAccessibleName(tr("Calls of the conversation"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(14);
    m_tree->setItemDelegateForColumn(StepModel::BarColumn, new StepBars(m_tree));
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setModel(m_comparison);
    m_table->setAccessibleName(tr("Steps beside those of the other conversation"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_pages->addWidget(m_tree);
    m_pages->addWidget(m_table);

    auto* head = new QVBoxLayout;
    head->setContentsMargins(12, 6, 12, 2);
    head->setSpacing(2);
    head->addWidget(m_name);
    head->addWidget(m_summary);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_strip);
    layout->addWidget(m_pages, 1);
    setMinimumWidth(240);
    setFocusProxy(m_tree);
    applyTheme();
    m_name->setText(tr("No conversation picked"));
    m_summary->setText(tr("Click one in the list: here stands what it waited for."));

    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) { pickStep(index); });
    connect(m_tree, &QTreeView::activated, this, &ConversationPage::wantStep);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                if (const Seq seq = m_comparison->messageOf(index.row()); seq != 0)
                    Q_EMIT messagePicked(seq);
            });
    connect(m_strip, &PathStrip::picked, this, [this](int step, qint64 begin, qint64 end) {
        if (step >= 0) {
            m_tree->setCurrentIndex(m_steps->indexOf(step));
            m_tree->scrollTo(m_steps->indexOf(step));
        }
        Q_EMIT stretchWanted(begin, end);
    });
}

void ConversationPage::show(Detail detail, std::shared_ptr<const Dictionaries> names)
{
    const bool isSame = m_steps->detail() != nullptr && m_steps->detail()->name == detail->name;
    const ConversationStep* current = m_steps->step(m_tree->currentIndex());
    const Seq kept = isSame && current != nullptr ? current->seq : 0;
    m_names = names;
    m_isRevealing = true; // a new model is nobody's choice
    m_steps->show(detail, names);
    m_tree->expandAll();
    m_isRevealing = false;
    m_comparison->show({}, {}, {});
    m_strip->show(detail, names);
    m_strip->setVisible(!detail->tree.path.empty());
    const auto count = static_cast<std::int64_t>(detail->messages.size());
    QString about =
        tr("%1   %2   %3")
            .arg(detail->name, shownClock(fromNs(detail->tree.start)),
                 count == 1 ? tr("1 message") : tr("%1 messages").arg(numberText(count)));
    if (!detail->isComplete)
        about += tr(" and more, which are not shown");
    m_name->setText(about);
    m_summary->setText(criticalPathText(detail->tree, *names));
    m_pages->setCurrentWidget(m_tree);
    if (kept != 0)
        reveal(kept);
    sizeColumns();
}

void ConversationPage::compare(Detail detail, Detail other,
                               std::shared_ptr<const Dictionaries> names)
{
    show(detail, names);
    m_comparison->show(detail, other, names);
    m_name->setText(tr("%1 beside %2").arg(detail->name, other->name));
    m_summary->setText(u"%1\n%2: %3\n%4: %5"_s.arg(
        m_comparison->facts(), detail->name, criticalPathText(detail->tree, *names), other->name,
        criticalPathText(other->tree, *names)));
    m_pages->setCurrentWidget(m_table);
    m_table->resizeColumnsToContents();
}

void ConversationPage::clear()
{
    m_steps->show({}, {});
    m_comparison->show({}, {}, {});
    m_strip->show({}, {});
    m_name->clear();
    m_summary->clear();
    m_pages->setCurrentWidget(m_tree);
}

bool ConversationPage::isComparing() const
{
    return m_pages->currentWidget() == m_table;
}

const ConversationDetail* ConversationPage::detail() const
{
    return m_steps->detail();
}

bool ConversationPage::reveal(Seq seq)
{
    const int step = detail() != nullptr ? detail()->tree.stepOf(seq) : -1;
    if (step < 0)
        return false;
    m_isRevealing = true;
    m_tree->setCurrentIndex(m_steps->indexOf(step));
    m_tree->scrollTo(m_steps->indexOf(step));
    m_isRevealing = false;
    return true;
}

void ConversationPage::pickStep(const QModelIndex& index)
{
    if (const ConversationStep* step = m_steps->step(index); step != nullptr && !m_isRevealing)
        Q_EMIT messagePicked(step->seq);
}

void ConversationPage::wantStep(const QModelIndex& index)
{
    if (const ConversationStep* step = m_steps->step(index))
        Q_EMIT stretchWanted(step->start, step->end);
}

QString ConversationPage::summary() const
{
    return m_summary->text();
}

QString ConversationPage::asText() const
{
    if (detail() == nullptr)
        return {};
    QString text = m_name->text() + u'\n' + m_summary->text() + u'\n';
    if (isComparing()) {
        for (int row = 0; row < m_comparison->rowCount(); ++row) {
            for (int column = 0; column < ComparisonModel::ColumnCount; ++column)
                text += (column > 0 ? u"\t"_s : QString()) + m_comparison->text(row, column);
            text += u'\n';
        }
        return text;
    }
    const ConversationTree& tree = detail()->tree;
    for (const int at : tree.inOrder()) {
        const QModelIndex index = m_steps->indexOf(at);
        text += QString(2 * tree.steps[static_cast<std::size_t>(at)].depth, u' ');
        for (int column = 0; column < StepModel::ColumnCount; ++column)
            text +=
                (column > 0 ? u"\t"_s : QString()) + m_steps->text(index.siblingAtColumn(column));
        text += u'\n';
    }
    return text;
}

void ConversationPage::sizeColumns()
{
    QHeaderView* header = m_tree->header();
    header->setStretchLastSection(true);
    header->setMinimumSectionSize(40);
    const int room = std::max(240, width());
    const bool isNarrow = room < kNarrowPage;
    m_tree->setColumnHidden(StepModel::WhoColumn, isNarrow);
    m_tree->setColumnHidden(StepModel::SelfColumn, isNarrow);
    const int number = m_tree->fontMetrics().horizontalAdvance(u"888.8 ms"_s) + 22;
    for (const int column : {StepModel::TookColumn, StepModel::SelfColumn})
        m_tree->setColumnWidth(column, number);
    for (const auto& [column, share] : {std::pair{StepModel::WhatColumn, isNarrow ? 45 : 28},
                                        std::pair{StepModel::WhoColumn, 30}}) {
        m_tree->resizeColumnToContents(column);
        m_tree->setColumnWidth(column, std::min(m_tree->columnWidth(column), room * share / 100));
    }
}

void ConversationPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (detail() != nullptr && event->oldSize().width() != event->size().width())
        sizeColumns();
}

void ConversationPage::applyTheme()
{
    const Theme& theme = Theme::current();
    m_name->setFont(theme.interfaceFont(9));
    QPalette palette = m_name->palette();
    palette.setColor(QPalette::WindowText, theme.secondary);
    m_name->setPalette(palette);
    QFont line = theme.interfaceFont(10.5);
    line.setWeight(QFont::Medium);
    m_summary->setFont(line);
    const int row = std::max(theme.tableRow, fontMetrics().height() + 4);
    m_table->verticalHeader()->setDefaultSectionSize(row);
}

void ConversationPage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        applyTheme();
}

} // namespace murmur
