// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/diffpane.h"

#include "query/messagefield.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/messages/comparisonbase.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QRegularExpression>
#include <QStandardItemModel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

DiffPane::DiffPane(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
    , m_base(ComparisonBase::of(shared))
    , m_choice(new QComboBox(this))
    , m_hold(new QToolButton(this))
    , m_facts(new QLabel(this))
    , m_tree(new QTreeView(this))
    , m_model(new QStandardItemModel(this))
{
    setAccessibleName(tr("Differences"));
    m_choice->addItem(tr("the previous on its topic"));
    m_choice->addItem(tr("the previous of its agent"));
    m_choice->addItem(tr("the previous of its agent on its topic"));
    m_choice->addItem(tr("the other end of its call"));
    m_choice->addItem(tr("the one that is held"));
    m_choice->setAccessibleName(tr("Compared with"));
    m_choice->setToolTip(tr("Which message this one is compared with"));
    m_hold->setText(tr("Hold this one"));
    m_hold->setProperty("flat", true);
    m_hold->setToolTip(tr("Compare messages that are selected from now on with this one"));
    m_facts->setWordWrap(true);
    m_facts->setContentsMargins(8, 0, 8, 0);
    m_facts->setTextFormat(Qt::RichText);
    m_facts->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_tree->setModel(m_model);
    m_tree->setRootIsDecorated(false);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setWordWrap(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("Differences"));
    m_tree->header()->setStretchLastSection(true);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 8, 0);
    top->addWidget(m_choice, 1);
    top->addWidget(m_hold);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_facts);
    layout->addWidget(m_tree, 1);

    connect(m_choice, &QComboBox::activated, this,
            [this](int row) { setAgainst(static_cast<Against>(row)); });
    connect(m_hold, &QToolButton::clicked, this, &DiffPane::hold);
    connect(m_base, &ComparisonBase::heldChanged, this, [this] {
        if (m_against == Against::Held)
            restart();
    });
    connect(m_facts, &QLabel::linkActivated, this,
            [this](const QString& link) { m_shared->selectMessage(link.toLongLong()); });
    applyTheme();
}

void DiffPane::setMessage(const MessageDetail& detail)
{
    m_message = detail;
    restart();
}

void DiffPane::setAgainst(Against against)
{
    m_choice->setCurrentIndex(static_cast<int>(against));
    if (against == m_against)
        return;
    m_against = against;
    restart();
}

void DiffPane::hold()
{
    if (!m_message)
        return;
    m_base->hold(m_message->row.seq);
    setAgainst(Against::Held);
}

void DiffPane::restart()
{
    m_find.cancel();
    m_load.cancel();
    m_compare.cancel();
    m_other.reset();
    m_model->clear();
    m_isStale = true;
    if (isVisible())
        find();
}

void DiffPane::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_isStale)
        find();
}

QString DiffPane::condition() const
{
    const auto names = m_shared->session()->dictionaries();
    const QString topic = QString::fromStdString(names->topicName(m_message->row.topic));
    const QString agent = QString::fromStdString(names->agentName(m_message->row.sender));
    const QString onTopic = topic.isEmpty() ? QString() : u"topic == "_s + filterText(topic);
    const QString ofAgent = agent.isEmpty() ? QString() : u"from == "_s + filterText(agent);
    switch (m_against) {
    case Against::Topic:
        return onTopic;
    case Against::Agent:
        return ofAgent;
    case Against::AgentOnTopic:
        return onTopic.isEmpty() || ofAgent.isEmpty() ? QString() : onTopic + u" and "_s + ofAgent;
    case Against::Call:
    case Against::Held:
        break;
    }
    return {};
}

void DiffPane::find()
{
    Session* session = m_shared->session();
    if (!m_message || session == nullptr)
        return;
    m_isStale = false;
    const MessageRow& row = m_message->row;
    if (m_against == Against::Held) {
        if (m_base->held() == 0)
            say(tr("No message is held. Hold this one, then select another."));
        else if (m_base->held() == row.seq)
            say(tr("This message is held: select another one to compare it with."));
        else
            load(m_base->held());
        return;
    }
    if (m_against == Against::Call) {
        const Seq other = row.closes != 0 ? row.closes : row.answeredBy;
        if (other == 0)
            say(row.kind == Kind::Request ? tr("This request has no answer up to now.")
                                          : tr("This message is no end of a call."));
        else
            load(other);
        return;
    }
    const QString wanted = condition();
    if (wanted.isEmpty()) {
        say(m_against == Against::Topic ? tr("This message has no topic.")
                                        : tr("Who sent this message is not known."));
        return;
    }
    const auto filter = parseFilter(wanted, session->seen().time);
    if (!filter) {
        say(filter.error().message);
        return;
    }
    if (row.seq <= 1) {
        say(tr("There is none before it."));
        return;
    }
    say(tr("Looking for it …"));
    MatchRequest request;
    request.filter = *filter;
    request.last = row.seq - 1;
    request.limit = 1;
    request.newestFirst = true;
    m_find.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->search(request);
        },
        [this](const Result<MatchList>& found) {
            if (!found) {
                if (found.error().code != ErrorCode::Cancelled)
                    say(found.error().message);
            } else if (found->seqs.empty()) {
                say(tr("There is none before it."));
            } else {
                load(found->seqs.back());
            }
        });
}

void DiffPane::load(Seq seq)
{
    Session* session = m_shared->session();
    m_load.start(
        this, [&](std::stop_token) { return session->message(seq); },
        [this](Result<MessageDetail> answer) {
            if (answer) {
                m_other = std::move(*answer);
                compare();
            } else if (answer.error().code != ErrorCode::Cancelled) {
                say(answer.error().message);
            }
        });
}

void DiffPane::compare()
{
    // The earlier one stands on the left, whichever was selected.
    const bool isEarlier = m_other->row.seq < m_message->row.seq;
    m_compare.start(
        this,
        [before = isEarlier ? *m_other : *m_message, after = isEarlier ? *m_message : *m_other,
         names = m_shared->session()->dictionaries()](const std::stop_token& stop) {
            return QtConcurrent::run(
                [=]() -> Result<MessageDiff> { return messageDiff(before, after, names, stop); });
        },
        [this](const Result<MessageDiff>& diff) {
            if (diff)
                present(*diff);
        });
}

void DiffPane::present(const MessageDiff& diff)
{
    const Theme& theme = Theme::current();
    const auto names = m_shared->session()->dictionaries();
    const MessageRow& other = m_other->row;
    const nanoseconds apart = m_message->row.time - other.time;
    const QString when = apart >= nanoseconds(0) ? tr("%1 before").arg(durationText(apart))
                                                 : tr("%1 after").arg(durationText(-apart));
    m_facts->setText(
        tr("<a href=\"%1\">message %2</a>, %3: %4")
            .arg(QString::number(other.seq), seqText(*names, other), when, diff.summary()));
    m_model->clear();
    m_model->setHorizontalHeaderLabels({tr("where"), tr("earlier"), tr("later")});
    for (const DiffRow& row : diff.rows) {
        auto* path = new QStandardItem(diffSign(row.is) + u' ' + row.path);
        auto* before = new QStandardItem(row.before);
        auto* after = new QStandardItem(row.after);
        const QColor tone = row.isVolatile                   ? theme.faint
                            : row.is == DiffRow::Is::Changed ? theme.warning
                                                             : theme.text;
        path->setForeground(tone);
        before->setForeground(row.isVolatile ? theme.faint : theme.secondary);
        after->setForeground(row.isVolatile ? theme.faint : theme.text);
        const QString word =
            row.isVolatile ? tr("%1: an id or a time, another one each time").arg(diffWord(row.is))
                           : diffWord(row.is);
        path->setToolTip(word);
        path->setAccessibleText(u"%1 %2"_s.arg(diffWord(row.is), row.path));
        before->setToolTip(row.before);
        after->setToolTip(row.after);
        for (QStandardItem* item : {path, before, after})
            item->setFont(theme.numberFont(9.5));
        m_model->appendRow({path, before, after}); // the model owns them
    }
    const int room = m_tree->viewport()->width();
    for (int column = 0; column < 2; ++column) {
        m_tree->resizeColumnToContents(column);
        m_tree->setColumnWidth(column, std::clamp(m_tree->columnWidth(column), 60, room * 2 / 5));
    }
}

void DiffPane::say(const QString& sentence)
{
    m_model->clear();
    m_facts->setText(sentence.toHtmlEscaped());
}

QString DiffPane::note() const
{
    QString text = m_facts->text();
    static const QRegularExpression tags(u"<[^>]*>"_s);
    return text.remove(tags);
}

QString DiffPane::asText() const
{
    QStringList lines{note()};
    for (int row = 0; row < m_model->rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < m_model->columnCount(); ++column)
            cells << m_model->index(row, column).data().toString();
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

bool DiffPane::isSettled() const
{
    return !m_find.isBusy() && !m_load.isBusy() && !m_compare.isBusy();
}

void DiffPane::applyTheme()
{
    const Theme& theme = Theme::current();
    m_facts->setFont(theme.interfaceFont(9.5));
    QPalette palette = m_facts->palette();
    palette.setColor(QPalette::WindowText, theme.secondary);
    palette.setColor(QPalette::Link, theme.interaction);
    m_facts->setPalette(palette);
    if (m_message && m_other)
        compare();
}

} // namespace murmur
