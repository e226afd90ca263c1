// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagesview.h"

#include "query/messagefield.h"
#include "views/base/bookmarkboard.h"
#include "views/base/clockfollower.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/picks.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/viewwishes.h"
#include "views/messages/comparisonbase.h"
#include "views/messages/messagemodel.h"
#include "views/messages/messagesearch.h"
#include "views/messages/messagetable.h"
#include "views/messages/messagetext.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDataStream>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <chrono>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::chrono::milliseconds kStand(250);
constexpr int kMostCopied = 100'000;
constexpr int kMostCopiedAsJson = 5'000;
constexpr int kCopiedPreview = 4'096;
constexpr int kCopiedPayload = 256 * 1024;
constexpr std::array kColumnWidths{100, 76,  98,  108, 108, 160, 80, 120,
                                   90,  120, 100, 120, 80,  100, 100};
static_assert(kColumnWidths.size() == MessageModel::ColumnCount);

} // namespace

MessagesView::MessagesView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Messages"), this))
    , m_model(new MessageModel(this))
    , m_table(new MessageTable(m_model, this))
    , m_note(new EmptyNote(m_table))
    , m_search(new MessageSearch(this))
    , m_bookmarks(BookmarkBoard::of(context.shared))
{
    setFocusProxy(m_table);
    setAccessibleName(tr("Messages"));
    setAccessibleDescription(tr(
        "Table of the messages. Arrow keys pick a message, Return moves the "
        "playhead to it, Control and C copies the selected rows, B bookmarks a message, = compares "
        "two."));
    m_table->view()->setAccessibleName(tr("Messages"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_table, 1);

    QHeaderView* header = m_table->view()->horizontalHeader();
    const double scale = QFontMetrics(Theme::current().numberFont(9.5)).averageCharWidth() / 7.0;
    for (int column = 0; column < MessageModel::ColumnCount; ++column) {
        header->resizeSection(column,
                              static_cast<int>(kColumnWidths[static_cast<std::size_t>(column)] *
                                               std::max(1.0, scale)));
        header->setSectionHidden(column, column > MessageModel::Payload);
    }
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& at) {
        showColumnMenu(header->mapToGlobal(at), header->logicalIndexAt(at));
    });

    connect(m_table, &MessageTable::visibleRowsChanged, m_model, &MessageModel::setVisible);
    connect(m_table, &MessageTable::currentRowPicked, this, &MessagesView::pick);
    connect(m_table, &MessageTable::rowActivated, this, [this](int row) {
        if (const MessageRow* message = m_model->message(row))
            shared()->setPlayhead(message->time);
    });
    connect(m_table, &MessageTable::menuWanted, this, &MessagesView::showMenu);
    connect(m_table, &MessageTable::scrolledByHand, this, [this] {
        m_followsEnd = m_table->isAtEnd();
        updateHeader();
    });
    connect(m_model, &MessageModel::fetchFailed, this, [this](const QString& sentence) {
        m_failure = sentence;
        updateHeader();
    });
    connect(m_bookmarks, &BookmarkBoard::changed, this,
            [this] { m_model->setBookmarked(m_bookmarks->messages()); });
    connect(m_bookmarks, &BookmarkBoard::failed, this, [this](const Error& error) {
        m_failure = error.message;
        updateHeader();
    });
    m_model->setBookmarked(m_bookmarks->messages());
    connect(m_search, &MessageSearch::found, this, &MessagesView::onFound);
    connect(m_search, &MessageSearch::searchFailed, this, [this](const QString& sentence) {
        m_failure = sentence;
        updateHeader();
    });

    ClockFollower* clocks = ClockFollower::of(shared());
    connect(clocks, &ClockFollower::changed, m_model,
            [this, clocks] { m_model->setClocks(clocks->clocks()); });
    m_model->setClocks(clocks->clocks());

    SharedView* view = shared();
    connect(view, &SharedView::sessionChanged, this, &MessagesView::onSessionChanged);
    connect(view, &SharedView::dataGrew, this, &MessagesView::onDataGrew);
    m_note->follow(view);
    connect(view, &SharedView::silenceChanged, this, &MessagesView::updateHeader);
    m_followPause.setSingleShot(true);
    m_followPause.setInterval(kStand);
    connect(&m_followPause, &QTimer::timeout, this, &MessagesView::onDataGrew);
    connect(view, &SharedView::filterChanged, this, &MessagesView::onFilterChanged);
    connect(view, &SharedView::messageSelected, this, &MessagesView::onMessageSelected);
    connect(view, &SharedView::playheadChanged, this, [this] {
        m_showsPlayhead = true;
        onPlayheadChanged();
    });
    connect(view, &SharedView::modeChanged, this, &MessagesView::onModeChanged);
    connect(view, &SharedView::sloChanged, this, [this] { m_model->setSlo(shared()->slo()); });
    onSessionChanged();
}

MessagesView::~MessagesView() = default;

void MessagesView::onSessionChanged()
{
    m_playheadJob.cancel();
    m_copyJob.cancel();
    m_search->stop();
    m_failure.clear();
    m_followsEnd = shared()->mode() == SharedView::Mode::Live;
    m_model->setSlo(shared()->slo());
    Session* session = shared()->session();
    if (session == nullptr) {
        m_model->open({}, nullptr, 0);
        m_model->setCellFetch({});
    } else {
        m_model->setCellFetch(
            [session](CellRequest request) { return cellsOf(*session, std::move(request)); });
        m_model->open([session](RowRequest request) { return session->rows(std::move(request)); },
                      session->dictionaries(), session->seen().last, session->seen().first);
    }
    onFilterChanged();
    onMessageSelected();
    onPlayheadChanged();
}

void MessagesView::onDataGrew()
{
    Session* session = shared()->session();
    if (session == nullptr)
        return;
    // At a few thousand messages a second the end is gone before its rows are fetched, and nobody
    // could read them either: while following, the newest rows stand for a moment.
    if (m_followPause.isActive())
        return;
    const Seq last = session->seen().last;
    const bool follows = m_followsEnd && shared()->mode() == SharedView::Mode::Live;
    m_model->letGo(session->seen().first);
    const bool hasGrown = m_model->grow(last);
    m_search->extend(last);
    if (follows) {
        m_table->scrollToEnd();
        if (hasGrown)
            m_followPause.start();
    }
    updateHeader();
}

void MessagesView::onFilterChanged()
{
    Session* session = shared()->session();
    m_failure.clear();
    if (session != nullptr && shared()->filter()) {
        if (shared()->filterDims())
            m_model->dimOthers();
        else
            m_model->showMatches();
        m_search->start(
            [session](MatchRequest request) { return session->search(std::move(request)); },
            shared()->filter(), session->seen().last, session->seen().first);
    } else {
        m_search->stop();
        m_model->showAll();
        onPlayheadChanged();
    }
    onMessageSelected();
    updateHeader();
}

void MessagesView::onFound(const std::vector<Seq>& seqs)
{
    m_model->appendMatches(seqs);
    m_model->setLookedAt(m_search->through());
    if (m_followsEnd && shared()->mode() == SharedView::Mode::Live)
        m_table->scrollToEnd();
    if (m_table->currentRow() < 0)
        onMessageSelected();
    updateHeader();
}

void MessagesView::onMessageSelected()
{
    if (m_isPicking)
        return;
    const Seq seq = shared()->selectedMessage();
    // Of the two that which came last is looked at.
    m_showsPlayhead = m_showsPlayhead && seq == 0;
    const int row = m_model->rowOf(seq);
    if (row < 0 || m_model->seqAt(row) != seq) {
        m_table->setCurrentRow(-1);
        return;
    }
    m_table->setCurrentRow(row);
    m_table->reveal(row);
}

/// The row at the playhead is marked, and shown unless the table follows the newest.
void MessagesView::onPlayheadChanged()
{
    Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0 ||
        shared()->mode() == SharedView::Mode::Live) {
        m_playheadJob.cancel();
        m_table->setMarkedRow(-1);
        return;
    }
    if (m_playheadJob.isBusy() && !m_playheadJob.isSlow())
        return; // replay moves it 60 times a second; the answer looks again
    const TimePoint asked = shared()->playhead();
    const bool isOurs = m_isPicking;
    m_playheadJob.start(
        this, [&](std::stop_token) { return session->seqAt(asked); },
        [this, asked, isOurs](const Result<Seq>& answer) {
            if (!answer)
                return;
            const int row = m_model->rowOf(*answer);
            m_table->setMarkedRow(row);
            if (!isOurs && row >= 0 && m_showsPlayhead)
                m_table->reveal(row);
            if (shared()->playhead() != asked)
                onPlayheadChanged();
        });
}

void MessagesView::onModeChanged()
{
    if (shared()->mode() == SharedView::Mode::Live) {
        m_followsEnd = true;
        m_table->scrollToEnd();
    }
    onPlayheadChanged();
    updateHeader();
}

void MessagesView::pick(int row)
{
    const QScopedValueRollback guard(m_isPicking, true);
    m_followsEnd = false;
    // The playhead goes along, so that lanes and state show this very moment.
    if (const MessageRow* message = m_model->message(row))
        shared()->setPlayhead(message->time);
    shared()->selectMessage(m_model->seqAt(row));
}

bool MessagesView::showMatch(int direction)
{
    const Seq seq = m_model->matchFrom(shared()->selectedMessage(), direction);
    if (seq == 0)
        return false;
    m_followsEnd = false;
    shared()->selectMessage(seq);
    if (const MessageRow* message = m_model->message(m_model->rowOf(seq)))
        shared()->setPlayhead(message->time);
    return true;
}

void MessagesView::setHidesPayloads(bool hides)
{
    m_model->setHidesPayloads(hides);
}

QString MessagesView::facts() const
{
    const Session* session = shared()->session();
    if (session == nullptr)
        return {};
    const std::int64_t rows = m_model->rowCount();
    const std::int64_t all = session->seen().last;
    QStringList parts;
    if (m_search->isActive()) {
        parts << tr("%1 of %2 match").arg(numberText(m_model->matchCount()), numberText(all));
        if (m_search->through() < m_search->last() && m_search->last() > 0)
            parts << tr("searched %1 %").arg(m_search->through() * 100 / m_search->last());
    } else {
        parts << (all == 1 ? tr("1 message") : tr("%1 messages").arg(numberText(all)));
    }
    if (shared()->mode() == SharedView::Mode::Live) {
        const std::int64_t below = rows - m_table->topRow() - m_table->fullRows();
        if (!m_followsEnd && below > 0)
            parts << tr("%1 newer below, End follows").arg(numberText(below));
        else if (m_followsEnd)
            parts << tr("following");
    }
    return parts.join(u"  "_s);
}

void MessagesView::updateHeader()
{
    m_header->setFacts(m_failure.isEmpty() ? facts() : m_failure,
                       m_failure.isEmpty() ? QColor() : Theme::current().bad);
    const Session* session = shared()->session();
    if (session == nullptr)
        m_note->say(tr("No recording"),
                    tr("Attach to a bus, start the demo or open a recording: its messages stand "
                       "here, one a row."));
    else if (!m_failure.isEmpty() && m_model->rowCount() == 0)
        m_note->say(tr("The messages cannot be read"), m_failure);
    else if (session->seen().last == 0)
        m_note->say(tr("No message yet"), !session->isLive() ? tr("This recording is empty.")
                                          : shared()->silence().isEmpty()
                                              ? tr("Listening: the first message appears here.")
                                              : shared()->silence());
    else if (m_search->isActive() && m_model->rowCount() == 0)
        m_note->say(m_search->through() < m_search->last() ? tr("Searching …")
                                                           : tr("No message matches"),
                    m_search->through() < m_search->last()
                        ? QString()
                        : tr("Clear the filter or make it wider. Words are searched in the "
                             "bytes that came: of packed or binary payloads ask for a place, "
                             "as in payload.id > 21."));
    else
        m_note->say({});
}

void MessagesView::narrow(const QString& condition)
{
    if (const auto done = shared()->narrow(condition); !done) {
        m_failure = done.error().message;
        updateHeader();
    }
}

void MessagesView::showMenu(const QPoint& globalPosition, int row)
{
    QMenu menu(this);
    fillRowMenu(menu, row, globalPosition);
    menu.exec(globalPosition);
}

void MessagesView::fillPickedMenu(QMenu& menu)
{
    fillRowMenu(menu, m_table->currentRow(), std::nullopt);
}

void MessagesView::fillRowMenu(QMenu& menu, int row, std::optional<QPoint> globalPosition)
{
    const MessageRow* message = m_model->message(row);
    if (message != nullptr && m_model->names() != nullptr) {
        const Dictionaries& names = *m_model->names();
        const TimePoint time = message->time;
        menu.addAction(tr("Go to %1").arg(shownClock(time)), shared(),
                       [this, time] { shared()->setPlayhead(time); });
        menu.addSeparator();
        const QString cell = globalPosition ? offerCell(menu, *globalPosition, row) : QString();
        const QString from = QString::fromStdString(names.agentName(message->sender));
        const QString topic = QString::fromStdString(names.topicName(message->topic));
        const QString kind = QString::fromStdString(std::string(kindName(message->kind)));
        const auto offer = [&](const QString& field, const QString& value, bool isWord) {
            if (value.isEmpty() || field == cell)
                return; // offered above
            const QString quoted = isWord ? value : filterText(value);
            menu.addAction(tr("Only %1 %2").arg(field, value), this,
                           [this, field, quoted] { narrow(u"%1 == %2"_s.arg(field, quoted)); });
        };
        offer(u"from"_s, from, false);
        offer(u"topic"_s, topic, false);
        offer(u"kind"_s, kind, true);
        if (cell != u"kind")
            menu.addAction(tr("Without kind %1").arg(kind), this,
                           [this, kind] { narrow(u"kind != %1"_s.arg(kind)); });
        const AgentId sender = message->sender;
        if (murmur::index(sender) != 0)
            menu.addAction(tr("Select agent %1").arg(agentText(names, sender)), shared(),
                           [this, sender] { shared()->selectAgent(sender); });
    }
    if (message != nullptr) {
        const Seq seq = message->seq;
        menu.addAction(m_bookmarks->has(seq) ? tr("Remove the bookmark") : tr("Bookmark"),
                       m_bookmarks, [this, seq] { m_bookmarks->toggle(seq); })
            ->setShortcut(Qt::Key_B);
        if (!m_bookmarks->messages().empty())
            menu.addAction(tr("Only bookmarked messages"), this,
                           [this] { narrow(u"bookmarked"_s); });
    }
    menu.addAction(compareTitle(), this, &MessagesView::compareRows)->setShortcut(Qt::Key_Equal);
    addPickActions(menu, this);
    if (shared()->filter())
        menu.addAction(tr("Show all messages"), shared(), [this] { shared()->setFilter(nullptr); });
    menu.addSeparator();
    QAction* text =
        menu.addAction(tr("Copy rows"), QKeySequence::Copy, this, &MessagesView::copyRows);
    QAction* json = menu.addAction(tr("Copy rows as JSON"), this, &MessagesView::copyRowsAsJson);
    QAction* csv = menu.addAction(tr("Copy rows as CSV"), this, [this] { copy(CopyForm::Csv); });
    QAction* markdown =
        menu.addAction(tr("Copy rows as Markdown"), this, [this] { copy(CopyForm::Markdown); });
    for (QAction* action : {text, json, csv, markdown})
        action->setEnabled(m_table->currentRow() >= 0);
    menu.addSeparator();
    // The header has the same menu, but no key goes there.
    fillColumnMenu(*menu.addMenu(tr("Columns")), -1);
}

QString MessagesView::compareTitle() const
{
    const auto [first, last] = m_table->selectedRows();
    const Seq held = ComparisonBase::of(shared())->held();
    if (last > first)
        return last == first + 1 ? tr("Compare the two")
                                 : tr("Compare the first with the last of them");
    if (held != 0 && first >= 0 && m_model->seqAt(first) != held)
        return tr("Compare with message %1, which is held").arg(numberText(held));
    return tr("Hold for comparing");
}

void MessagesView::compareRows()
{
    const auto [first, last] = m_table->selectedRows();
    if (first < 0)
        return;
    ComparisonBase* base = ComparisonBase::of(shared());
    if (last > first) {
        const Seq other = m_model->seqAt(last);
        base->hold(m_model->seqAt(first));
        shared()->selectMessage(other);
    } else if (base->held() == 0 || base->held() == m_model->seqAt(first)) {
        base->hold(m_model->seqAt(first));
        return;
    }
    base->compare();
    ViewWishes::of(shared())->show(u"inspector"_s);
}

void MessagesView::copyRows()
{
    copy(CopyForm::Text);
}

void MessagesView::copyRowsAsJson()
{
    copy(CopyForm::Json);
}

void MessagesView::copy(CopyForm form)
{
    Session* session = shared()->session();
    const auto [first, last] = m_table->selectedRows();
    if (session == nullptr || first < 0)
        return;
    const int most = form == CopyForm::Json ? kMostCopiedAsJson : kMostCopied;
    RowRequest request;
    request.previewBytes = form == CopyForm::Json ? kCopiedPayload : kCopiedPreview;
    const int count = std::min(last - first + 1, most);
    for (int row = first; row < first + count; ++row)
        request.seqs.push_back(m_model->seqAt(row));
    const bool isCut = count < last - first + 1;
    const auto names = session->dictionaries();
    m_copyJob.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->rows(request);
        },
        [this, form, names, isCut, count](const Result<std::vector<MessageRow>>& answer) {
            if (!answer) {
                if (answer.error().code != ErrorCode::Cancelled)
                    m_failure = answer.error().message;
            } else {
                QString text;
                if (form == CopyForm::Csv)
                    text = rowsAsCsv(*m_model, *answer);
                else if (form == CopyForm::Markdown)
                    text = rowsAsMarkdown(*m_model, *answer);
                else
                    for (const MessageRow& row : *answer)
                        text += (form == CopyForm::Text ? rowAsText(*m_model, row)
                                                        : rowAsJson(*names, row, kCopiedPayload)) +
                                u'\n';
                QApplication::clipboard()->setText(text);
                m_failure = isCut ? tr("Only the first %1 rows were copied; murmur export writes "
                                       "any number.")
                                        .arg(numberText(count))
                                  : QString();
            }
            updateHeader();
        });
}

QString MessagesView::asText() const
{
    QStringList lines;
    QStringList cells;
    const QHeaderView* header = m_table->view()->horizontalHeader();
    std::vector<int> columns;
    for (int visual = 0; visual < header->count(); ++visual) {
        if (const int column = header->logicalIndex(visual); !header->isSectionHidden(column))
            columns.push_back(column);
    }
    for (const int column : columns)
        cells << m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines << cells.join(u'\t');
    const int last = std::min(m_model->rowCount(), m_table->topRow() + m_table->fullRows());
    for (int row = m_table->topRow(); row < last; ++row) {
        cells.clear();
        for (const int column : columns)
            cells << m_model->index(row, column).data(Qt::DisplayRole).toString();
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

std::optional<Region> MessagesView::picked() const
{
    const Session* session = shared()->session();
    const auto [first, last] = m_table->selectedRows();
    // One message has nothing in common with others.
    if (session == nullptr || first < 0 || last <= first)
        return std::nullopt;
    Region region;
    region.time = session->seen().time;
    region.title = tr("%1 selected messages").arg(numberText(last - first + 1));
    if (session->recordings().empty()) {
        region.condition =
            u"seq >= %1 and seq <= %2"_s.arg(m_model->seqAt(first)).arg(m_model->seqAt(last));
        return region;
    }
    // Of several recordings each counts for itself: then by time.
    const MessageRow* begin = m_model->message(first);
    const MessageRow* end = m_model->message(last);
    if (begin == nullptr || end == nullptr)
        return std::nullopt;
    region.time = {begin->time, end->time + nanoseconds(1)};
    return region;
}

bool MessagesView::isSettled() const
{
    return m_model->isSettled() && !m_search->isBusy() && !m_playheadJob.isBusy() &&
           !m_copyJob.isBusy();
}

void MessagesView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_model->applyTheme();
        m_table->applyTheme();
    }
    View::changeEvent(event);
}

void MessagesView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        copyRows();
    else if (event->key() == Qt::Key_Equal && event->modifiers() == Qt::NoModifier)
        compareRows();
    else if (!m_bookmarks->takeKey(*event))
        View::keyPressEvent(event);
}

} // namespace murmur
