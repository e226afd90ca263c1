// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/conversationsview.h"

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/conversations/conversationpage.h"

#include <QClipboard>
#include <QComboBox>
#include <QDataStream>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSplitter>
#include <QTableView>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 500; // milliseconds between two looks at what grows
constexpr int kLongestPause = 10'000;
constexpr int kNarrowBelow = 620;

} // namespace

ConversationsView::ConversationsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Conversations"), this))
    , m_search(new QLineEdit(this))
    , m_rule(new QComboBox(this))
    , m_across(new QSplitter(Qt::Horizontal, this))
    , m_list(new QTableView(m_across))
    , m_page(new ConversationPage(m_across))
    , m_model(new ConversationModel(this))
    , m_note(new EmptyNote(m_across))
{
    setAccessibleName(tr("Conversations"));
    setAccessibleDescription(
        tr("Every conversation with its duration, errors and outcome; of the chosen one its calls "
           "and what it waited for."));
    build();
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    m_note->follow(shared());
    connect(&m_soon, &QTimer::timeout, this, &ConversationsView::look);
    connect(m_search, &QLineEdit::textChanged, this, &ConversationsView::arrange);
    connect(m_rule, &QComboBox::textActivated, this, &ConversationsView::setRule);
    connect(m_list->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
            &ConversationsView::arrange);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ConversationsView::choose);
    connect(m_list, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (const Conversation* row = m_model->conversation(index.row())) {
            const Seq first = row->first;
            showStretch(row->start, row->end);
            shared()->selectMessage(first);
        }
    });
    connect(m_page, &ConversationPage::messagePicked, this,
            [this](Seq seq) { shared()->selectMessage(seq); });
    connect(m_page, &ConversationPage::stretchWanted, this, &ConversationsView::showStretch);
    connect(shared(), &SharedView::sessionChanged, this, &ConversationsView::onSessionChanged);
    connect(shared(), &SharedView::filterChanged, this, &ConversationsView::restart);
    connect(shared(), &SharedView::messageSelected, this, &ConversationsView::onMessageSelected);
    connect(shared(), &SharedView::dataGrew, this, &ConversationsView::onDataGrew);
    connect(shared(), &SharedView::namesChanged, this, [this] {
        arrange();
        present();
    });
    onSessionChanged();
}

ConversationsView::~ConversationsView() = default;

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
    m_across->setStretchFactor(0, 1);
    m_across->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_across, 1);
    setFocusProxy(m_list);
    setTabOrder(m_search, m_rule);
    setTabOrder(m_rule, m_list);
    setTabOrder(m_list, m_page->tree());
}

void ConversationsView::onSessionChanged()
{
    m_detail.reset();
    m_other.reset();
    m_wanted = 0;
    restart();
    onMessageSelected();
}

void ConversationsView::restart()
{
    for (LatestJob* job : {&m_job, &m_arranging, &m_asking, &m_askingOther})
        job->cancel();
    m_soon.stop();
    m_pass.reset();
    m_conversations.reset();
    m_failure.clear();
    m_hasMore = false;
    m_model->clear();
    if (!m_detail)
        m_page->clear();
    m_isStale = true;
    if (isVisible())
        look();
    updateNote();
}

void ConversationsView::look()
{
    if (m_job.isBusy() || shared()->session() == nullptr)
        return;
    m_isStale = m_hasMore = false;
    if (!m_pass) {
        ConversationWish wish;
        wish.rule = m_by;
        wish.filter = shared()->filter();
        m_pass = std::make_shared<ConversationPass>(std::move(wish));
    }
    m_took.start();
    // The job keeps what it works with: the view may go on to another session meanwhile.
    m_job.start(
        this,
        [pass = m_pass, source = shared()->session()->source()](const std::stop_token& stop) {
            return QtConcurrent::run(
                [pass, source, stop]() -> Result<std::shared_ptr<const ConversationList>> {
                    if (auto status = pass->advance(*source, {}, stop); !status)
                        return status.error();
                    return std::make_shared<const ConversationList>(pass->list());
                });
        },
        [this](Result<std::shared_ptr<const ConversationList>> list) {
            // Whoever waits for a long list is not helped by many.
            m_soon.setInterval(
                std::clamp(static_cast<int>(2 * m_took.elapsed()), kPause, kLongestPause));
            if (list) {
                m_conversations = *list;
                arrange();
            } else if (list.error().code != ErrorCode::Cancelled) {
                m_failure = list.error().message;
            }
            updateNote();
            if (m_hasMore)
                m_soon.start();
        });
    updateNote();
}

void ConversationsView::arrange()
{
    Session* session = shared()->session();
    if (!m_conversations || session == nullptr)
        return;
    const QHeaderView* header = m_list->horizontalHeader();
    m_arranging.start(
        this,
        [list = m_conversations, names = session->dictionaries(), text = m_search->text().trimmed(),
         column = header->sortIndicatorSection(),
         order = header->sortIndicatorOrder()](const std::stop_token&) {
            return QtConcurrent::run([=]() -> Result<ConversationChoice> {
                return ConversationModel::choose(*list, *names, text, column, order);
            });
        },
        [this, list = m_conversations,
         names = session->dictionaries()](Result<ConversationChoice> choice) {
            if (!choice)
                return;
            m_isChoosing = true;
            m_model->update(list, names, std::move(*choice));
            // What is shown beside the list is what is marked in it.
            const int row = m_detail ? m_model->rowNamed(m_detail->name) : -1;
            if (row < 0)
                m_list->clearSelection();
            else if (!m_list->selectionModel()->isRowSelected(row))
                m_list->selectRow(row);
            m_isChoosing = false;
            const Conversation* shown = m_model->conversation(row);
            if (shown != nullptr && !m_other && m_detail->isComplete &&
                std::cmp_not_equal(shown->messages, m_detail->messages.size())) {
                ConversationRequest request;
                request.name = m_detail->name;
                ask(std::move(request)); // it grew
            }
            updateNote();
        });
}

void ConversationsView::choose()
{
    if (m_isChoosing)
        return;
    const QModelIndexList rows = m_list->selectionModel()->selectedRows();
    if (rows.isEmpty() || rows.size() > 2)
        return;
    // The one that was chosen last is looked at.
    const int current = m_list->currentIndex().row();
    const int row = rows.size() == 2 && rows[1].row() == current ? current : rows[0].row();
    m_other.reset();
    m_askingOther.cancel();
    ConversationRequest request;
    request.name = m_model->text(row, ConversationModel::NameColumn);
    ask(std::move(request));
    if (rows.size() == 2)
        askOther(m_model->text(rows[0].row() == row ? rows[1].row() : rows[0].row(),
                               ConversationModel::NameColumn));
}

void ConversationsView::ask(ConversationRequest request)
{
    Session* session = shared()->session();
    if (session == nullptr)
        return;
    request.rule = m_by;
    m_asking.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return conversationOf(*session, std::move(request));
        },
        [this](Result<ConversationDetail> detail) {
            if (detail) {
                m_detail = std::make_shared<const ConversationDetail>(std::move(*detail));
                present();
            } else if (detail.error().code != ErrorCode::Cancelled &&
                       detail.error().code != ErrorCode::NotFound) {
                m_failure = detail.error().message;
            }
            updateNote();
        });
}

void ConversationsView::askOther(const QString& name)
{
    m_askingOther.start(
        this,
        [&](std::stop_token stop) {
            ConversationRequest request;
            request.rule = m_by;
            request.name = name;
            request.stop = std::move(stop);
            return conversationOf(*shared()->session(), std::move(request));
        },
        [this](Result<ConversationDetail> other) {
            if (!other)
                return;
            m_other = std::make_shared<const ConversationDetail>(std::move(*other));
            present();
        });
}

void ConversationsView::present()
{
    Session* session = shared()->session();
    if (!m_detail || session == nullptr)
        return;
    if (m_other)
        m_page->compare(m_detail, m_other, session->dictionaries());
    else
        m_page->show(m_detail, session->dictionaries());
    if (!m_other && shared()->selectedMessage() != 0)
        m_page->reveal(shared()->selectedMessage());
    m_isChoosing = true;
    if (const int row = m_model->rowNamed(m_detail->name);
        row >= 0 && !m_other && !m_list->selectionModel()->isRowSelected(row)) {
        m_list->selectRow(row);
        m_list->scrollTo(m_model->index(row, 0));
    }
    m_isChoosing = false;
}

void ConversationsView::onMessageSelected()
{
    m_wanted = shared()->selectedMessage();
    if (m_wanted == 0 || !isVisible() || m_page->isComparing() || shared()->session() == nullptr)
        return;
    if (m_page->reveal(m_wanted))
        return;
    ConversationRequest request;
    request.seq = m_wanted;
    ask(std::move(request));
}

void ConversationsView::onDataGrew()
{
    if (!isVisible() || m_job.isBusy())
        m_hasMore = true;
    else if (!m_soon.isActive())
        m_soon.start();
}

void ConversationsView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale || m_hasMore)
        look();
    if (m_wanted != 0)
        onMessageSelected();
}

/// A little of before and after, so that one sees what it lies in.
void ConversationsView::showStretch(qint64 begin, qint64 end)
{
    const qint64 length = std::max<qint64>(end - begin, 1'000'000);
    const qint64 margin = length / 10;
    shared()->setWindow({fromNs(begin - margin), fromNs(begin + length + margin)});
    shared()->setPlayhead(fromNs(begin));
}

void ConversationsView::setRule(const QString& text)
{
    const auto rule = conversationRuleFromText(text.trimmed());
    if (!rule) {
        m_failure = rule.error().message;
        m_model->clear();
        updateNote();
        return;
    }
    m_failure.clear();
    if (*rule != m_by) {
        m_by = *rule;
        m_detail.reset();
        m_other.reset();
    }
    restart();
}

void ConversationsView::updateNote()
{
    const bool isEmpty = !m_conversations || m_conversations->rows.empty();
    QString facts;
    if (m_job.isBusy() && isEmpty && shared()->session() != nullptr)
        facts = tr("reading…");
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

bool ConversationsView::isSettled() const
{
    return !m_job.isBusy() && !m_arranging.isBusy() && !m_asking.isBusy() &&
           !m_askingOther.isBusy();
}

QString ConversationsView::asText() const
{
    QString text;
    for (int column = 0; column < ConversationModel::ColumnCount; ++column)
        text += (column > 0 ? u"\t"_s : QString()) +
                m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    text += u'\n';
    constexpr int kMostLines = 10'000;
    for (int row = 0; row < std::min(kMostLines, m_model->rowCount()); ++row) {
        for (int column = 0; column < ConversationModel::ColumnCount; ++column)
            text += (column > 0 ? u"\t"_s : QString()) + m_model->text(row, column);
        text += u'\n';
    }
    return m_page->detail() != nullptr ? text + u'\n' + m_page->asText() : text;
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

void ConversationsView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        const QWidget* focus = focusWidget();
        const bool isInPage = focus != nullptr && m_page->isAncestorOf(focus);
        QGuiApplication::clipboard()->setText(isInPage ? m_page->asText() : asText());
        return;
    }
    View::keyPressEvent(event);
}

} // namespace murmur
