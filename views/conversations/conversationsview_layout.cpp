// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How the pane is laid out, what it says of itself, and what of that is kept.

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/conversations/conversationpage.h"
#include "views/conversations/conversationsview.h"

#include <QComboBox>
#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QLineEdit>
#include <QSplitter>
#include <QTableView>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kNarrowBelow = 620;

} // namespace

void ConversationsView::build()
{
    m_search->setPlaceholderText(tr("Find: name, outcome, starter"));
    m_search->setAccessibleName(tr("Find conversations"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(220);
    m_rule->setEditable(true);
    m_rule->setInsertPolicy(QComboBox::NoInsert);
    m_rule->addItems({u"conversation"_s, u"trace"_s, u"run"_s, u"marker"_s});
    m_rule->setAccessibleName(tr("What makes messages one conversation"));
    m_rule->setToolTip(tr("What makes messages one conversation: its id (or else the trace), the "
                          "trace, the run, a marker, or a value: payload.task.id"));
    m_rule->setMaximumWidth(150);
    m_header->addWidget(m_search);
    m_header->addWidget(m_rule);
    m_list->setModel(m_model);
    m_list->setAccessibleName(tr("Conversations"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setShowGrid(false);
    m_list->setWordWrap(false);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setTabKeyNavigation(false);
    m_list->setMinimumWidth(220);
    m_list->verticalHeader()->hide();
    m_list->verticalHeader()->setDefaultSectionSize(
        std::max(Theme::current().tableRow, fontMetrics().height() + 4));
    QHeaderView* header = m_list->horizontalHeader();
    header->setHighlightSections(false);
    header->setSortIndicatorShown(true);
    header->setSectionsClickable(true);
    header->setSortIndicator(ConversationModel::StartColumn, Qt::DescendingOrder);
    const QFontMetrics metrics(Theme::current().numberFont());
    const auto widthOf = [&](const QString& text) { return metrics.horizontalAdvance(text) + 20; };
    const std::array widths{150,
                            widthOf(u"■ completed"_s),
                            widthOf(u"10:17:08.012"_s),
                            widthOf(u"8888.8 s"_s),
                            widthOf(u"Messages"_s),
                            widthOf(u"Agents"_s),
                            widthOf(u"Errors"_s),
                            widthOf(u"Open_"_s),
                            widthOf(u"888,888"_s),
                            widthOf(u"$88.8888"_s),
                            120};
    for (int column = 0; column < ConversationModel::ColumnCount; ++column)
        m_list->setColumnWidth(column, widths[static_cast<std::size_t>(column)]);
    m_across->addWidget(m_list);
    m_across->addWidget(m_page);
    m_across->setHandleWidth(1);
    m_across->setChildrenCollapsible(false);
    m_across->setStretchFactor(0, 4);
    m_across->setStretchFactor(1, 6);
    m_across->setSizes({450, 600});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins({});
    body->addWidget(m_across);
    setFocusProxy(m_list);
    setTabOrder(m_search, m_rule);
    setTabOrder(m_rule, m_list);
    setTabOrder(m_list, m_page->tree());
}

void ConversationsView::updateNote()
{
    const bool isEmpty = !m_conversations || m_conversations->rows.empty();
    QString facts;
    if (m_job.isBusy() && isEmpty && shared()->session() != nullptr)
        facts = tr("reading, %1 %").arg(m_percent);
    if (!isEmpty) {
        const auto& rows = m_conversations->rows;
        const auto count = [&](Outcome outcome) {
            return std::ranges::count(rows, outcome, &Conversation::outcome);
        };
        const auto shown = m_model->rowCount();
        facts =
            std::cmp_equal(shown, rows.size())
                ? numberText(shown)
                : tr("%1 of %2")
                      .arg(numberText(shown), numberText(static_cast<std::int64_t>(rows.size())));
        if (const auto failed = count(Outcome::Failed); failed > 0)
            facts += tr(" · %1 failed").arg(numberText(failed));
        if (const auto silent = count(Outcome::Silent); silent > 0)
            facts += tr(" · %1 silent").arg(numberText(silent));
        if (const auto open = count(Outcome::Open); open > 0)
            facts += tr(" · %1 open").arg(numberText(open));
        if (m_conversations->forgotten > 0)
            facts += tr(" · %1 older, not listed").arg(numberText(m_conversations->forgotten));
    }
    m_header->setFacts(facts);
    if (shared()->session() == nullptr)
        m_note->say(tr("No conversations"), tr("Open a recording or attach to a bus."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not shown"), m_failure);
    else if (!isEmpty)
        m_note->say({});
    else if (m_job.isBusy() || m_isStale)
        m_note->say(tr("Reading…"), tr("Messages are put together into conversations."));
    else if (shared()->filter())
        m_note->say(tr("No conversation matches"),
                    tr("None has a message that the filter lets pass."));
    else
        m_note->say(tr("No conversations"),
                    tr("No message names one. Choose above what makes messages one conversation: "
                       "payload.task.id, for example."));
}

QByteArray ConversationsView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    const QHeaderView* header = m_list->horizontalHeader();
    out << qint32(1) << header->saveState() << m_across->saveState() << conversationRuleText(m_by);
    return bytes;
}

void ConversationsView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0;
    QByteArray columns;
    QByteArray across;
    QString rule;
    in >> version >> columns >> across >> rule;
    if (in.status() != QDataStream::Ok || version != 1)
        return;
    m_list->horizontalHeader()->restoreState(columns);
    m_across->restoreState(across);
    m_across->setHandleWidth(1);
    m_across->setChildrenCollapsible(false);
    if (conversationRuleFromText(rule)) {
        m_rule->setCurrentText(rule);
        setRule(rule);
    }
}

void ConversationsView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    const auto orientation = width() < kNarrowBelow ? Qt::Vertical : Qt::Horizontal;
    if (m_across->orientation() != orientation)
        m_across->setOrientation(orientation);
    m_search->setVisible(width() >= 420);
}

} // namespace murmur
