// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/conversationsview.h"

#include "query/messagefield.h"
#include "views/base/emptynote.h"
#include "views/base/markerboard.h"
#include "views/base/paneheader.h"
#include "views/base/picks.h"
#include "views/base/sharedview.h"
#include "views/conversations/conversationpage.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>
#include <QTableView>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 500; // milliseconds between two looks at what grows
constexpr int kLongestPause = 10'000;

} // namespace

ConversationsView::ConversationsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Conversations"), this))
    , m_search(new QLineEdit(this))
    , m_rule(new QComboBox(this))
    , m_body(new QWidget(this))
    , m_across(new QSplitter(Qt::Horizontal, m_body))
    , m_list(new QTableView(m_across))
    , m_page(new ConversationPage(m_across))
    , m_model(new ConversationModel(this))
    , m_note(new EmptyNote(m_body))
{
    setAccessibleName(tr("Conversations"));
    setAccessibleDescription(
        tr("Every conversation with its duration, errors and outcome; of the chosen one its calls "
           "and what it waited for."));
    build();
    m_pool.setMaxThreadCount(1);
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
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_list, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_list->viewport()->mapToGlobal(at)); });
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
    connect(MarkerBoard::of(shared()), &MarkerBoard::changed, this, [this] {
        if (m_by.what == ConversationRule::What::Marker)
            restart(); // runs begin elsewhere
    });
    onSessionChanged();
}

ConversationsView::~ConversationsView() = default;

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
    m_percent = 0;
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
        [this, pass = m_pass, source = shared()->session()->source()](const std::stop_token& stop) {
            return QtConcurrent::run(
                &m_pool,
                [this, pass, source, stop]() -> Result<std::shared_ptr<const ConversationList>> {
                    int told = 0;
                    const auto tell = [&](std::int64_t passed, std::int64_t all) {
                        const int percent =
                            static_cast<int>(100 * passed / std::max<std::int64_t>(1, all));
                        if (percent == told)
                            return;
                        told = percent;
                        QMetaObject::invokeMethod(
                            this,
                            [this, percent] {
                                m_percent = percent;
                                updateNote();
                            },
                            Qt::QueuedConnection);
                    };
                    if (auto status = pass->advance(*source, tell, stop); !status)
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
            const auto has = [&](auto what) { return std::ranges::any_of(list->rows, what); };
            m_list->setColumnHidden(
                ConversationModel::TokensColumn,
                !has([](const Conversation& row) { return row.tokens() >= 0; }));
            m_list->setColumnHidden(ConversationModel::CostColumn,
                                    !has([](const Conversation& row) { return row.cost >= 0; }));
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

std::optional<Region> ConversationsView::picked() const
{
    const ConversationDetail* detail = m_page->detail();
    if (detail == nullptr || detail->messages.empty())
        return std::nullopt;
    Region region;
    region.title = detail->name;
    region.time = {fromNs(detail->tree.start), fromNs(detail->tree.end + 1)};
    const QString name = filterText(detail->name);
    switch (detail->rule.what) {
    case ConversationRule::What::Conversation:
        region.condition = u"conversation == %1 or trace == %1"_s.arg(name);
        break;
    case ConversationRule::What::Trace:
        region.condition = u"trace == "_s + name;
        break;
    case ConversationRule::What::Payload:
        region.condition = u"payload.%1 == %2"_s.arg(detail->rule.path, name);
        break;
    case ConversationRule::What::Run:
    case ConversationRule::What::Marker:
        break; // a stretch of time
    }
    return region;
}

void ConversationsView::showMenu(const QPoint& globalPosition)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    menu.exec(globalPosition);
}

void ConversationsView::fillPickedMenu(QMenu& menu)
{
    addPickActions(menu, this);
    menu.addAction(tr("Copy as text"), this,
                   [this] { QGuiApplication::clipboard()->setText(asText()); });
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
