// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequenceview.h"

#include "base/time.h"
#include "conversations/sequencetext.h"
#include "views/base/audience.h"
#include "views/base/clockfollower.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/paneparts.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/sequence/sequencediagram.h"
#include "views/sequence/sequencemodel.h"

#include <QClipboard>
#include <QDataStream>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 700; // milliseconds until what grew or moved is looked at again
/// A diagram of more can neither be read nor scrolled through.
constexpr std::size_t kMostDrawn = 20'000;

} // namespace

SequenceView::SequenceView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Sequence"), this))
    , m_body(new QWidget(this))
    , m_stack(new QStackedLayout(m_body))
    , m_diagram(new SequenceDiagram(m_body))
    , m_table(new QTableView(m_body))
    , m_model(new SequenceModel(this))
    , m_note(new EmptyNote(m_body))
    , m_tableButton(makePaneButton(tr("Table"), tr("The same messages as a table (T)"), this))
    , m_copyButton(makePaneButton(tr("Copy as Mermaid"),
                                  tr("The diagram as text that Markdown pages draw (M)"), this))
    , m_clocks(ClockFollower::of(context.shared))
{
    setAccessibleName(tr("Sequence"));
    setAccessibleDescription(
        tr("The conversation of the selected message, or else the busiest of the window: who said "
           "what to whom. Up and Down go from message to message, Left and Right to the request "
           "and to the answer, T shows a table."));
    m_tableButton->setCheckable(true);
    m_header->addWidget(m_copyButton);
    m_header->addWidget(m_tableButton);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Messages of the conversation"));
    makeQuietTable(*m_table);
    m_table->horizontalHeader()->setStretchLastSection(true);
    const QFontMetrics metrics(Theme::current().interfaceFont(9.5));
    const std::array texts{u"10,214,882"_s,
                           u"+888.8 ms"_s,
                           u"vision-llm-000"_s,
                           u"vision-llm-000"_s,
                           u"● warehouse.task.assigned"_s,
                           u"888.8 ms"_s};
    for (int column = 0; std::cmp_less(column, texts.size()); ++column)
        m_table->setColumnWidth(
            column, metrics.horizontalAdvance(texts[static_cast<std::size_t>(column)]) + 20);
    m_stack->addWidget(m_diagram);
    m_stack->addWidget(m_table);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    // A table takes letters for a search.
    auto* toggle = new QShortcut(Qt::Key_T, m_table, {}, {}, Qt::WidgetShortcut);
    connect(toggle, &QShortcut::activated, this, [this] { setTable(false); });
    setFocusProxy(m_diagram);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);

    connect(&m_soon, &QTimer::timeout, this, &SequenceView::look);
    connect(m_tableButton, &QToolButton::toggled, this, &SequenceView::setTable);
    connect(m_copyButton, &QToolButton::clicked, this, &SequenceView::copyMermaid);
    connect(m_diagram, &SequenceDiagram::messagePicked, this, [this](Seq seq) {
        m_isPicking = true;
        shared()->selectMessage(seq);
        m_isPicking = false;
        mark(false);
    });
    connect(m_diagram, &SequenceDiagram::agentPicked, shared(), &SharedView::selectAgent);
    connect(m_diagram, &SequenceDiagram::timePicked, shared(), &SharedView::setPlayhead);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (m_isPicking || !m_sequence || !current.isValid())
                    return;
                m_isPicking = true;
                shared()->selectMessage(
                    m_sequence->messages[static_cast<std::size_t>(current.row())].seq);
                m_isPicking = false;
                mark(true);
            });
    connect(shared(), &SharedView::sessionChanged, this, &SequenceView::onSessionChanged);
    connect(shared(), &SharedView::messageSelected, this, &SequenceView::onMessageSelected);
    connect(shared(), &SharedView::dataGrew, this, &SequenceView::onDataGrew);
    connect(shared(), &SharedView::windowChanged, this, [this] {
        if (shared()->selectedMessage() != 0)
            return;
        m_isStale = true;
        if (isVisible())
            m_soon.start();
    });
    connect(shared(), &SharedView::playheadChanged, this,
            [this] { m_diagram->setPlayhead(shared()->playhead()); });
    connect(shared(), &SharedView::agentSelected, this,
            [this] { m_diagram->setAgent(shared()->selectedAgent()); });
    connect(shared(), &SharedView::sloChanged, this,
            [this] { m_diagram->setSlo(shared()->slo()); });
    connect(shared(), &SharedView::namesChanged, this, &SequenceView::present);
    connect(m_clocks, &ClockFollower::changed, this, &SequenceView::present);
    onSessionChanged();
}

SequenceView::~SequenceView() = default;

void SequenceView::onSessionChanged()
{
    for (LatestJob* job : {&m_busiest, &m_asking, &m_gaps})
        job->cancel();
    m_detail.reset();
    m_failure.clear();
    m_nothing.clear();
    m_isStale = true;
    m_diagram->setGaps({});
    m_diagram->setSlo(shared()->slo());
    present();
    if (isVisible())
        look();
}

void SequenceView::onMessageSelected()
{
    if (m_isPicking)
        return;
    m_nothing.clear();
    m_isStale = true;
    if (isVisible())
        look();
}

void SequenceView::onDataGrew()
{
    m_isStale = m_isStale || (m_detail && m_detail->isComplete) || !m_detail;
    if (isVisible() && m_isStale && !m_soon.isActive())
        m_soon.start();
}

void SequenceView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale)
        look();
}

void SequenceView::look()
{
    if (shared()->session() == nullptr || shared()->session()->seen().last == 0) {
        updateNote();
        return;
    }
    const bool isGrown = m_isStale;
    m_isStale = false;
    const Seq seq = shared()->selectedMessage();
    if (seq == 0) {
        // What nobody chose stays while it is in the picture: it would jump otherwise.
        const TimeRange window = shared()->window();
        const bool isInWindow = m_detail && m_isBusiest &&
                                m_detail->tree.end >= toNs(window.begin) &&
                                m_detail->tree.start < toNs(window.end);
        if (isInWindow && shared()->mode() != SharedView::Mode::Paused) {
            ConversationRequest again;
            again.name = m_detail->name;
            ask(std::move(again));
        } else {
            askBusiest();
        }
        return;
    }
    if (m_sequence && m_sequence->indexOf(seq) >= 0) {
        mark(true);
        if (!isGrown || !shared()->session()->isLive())
            return;
    }
    ConversationRequest request;
    request.seq = seq;
    ask(std::move(request));
}

void SequenceView::askBusiest()
{
    m_busiest.start(
        this,
        [this](std::stop_token stop) {
            BusiestRequest request;
            request.range = shared()->window();
            request.filter = shared()->filter();
            request.stop = std::move(stop);
            return busiestOf(*shared()->session(), std::move(request));
        },
        [this](Result<BusiestConversation> busiest) {
            if (!busiest) {
                if (busiest.error().code != ErrorCode::Cancelled)
                    m_failure = busiest.error().message;
            } else if (busiest->name.isEmpty()) {
                m_nothing = tr("No message of this window says to which conversation it belongs.");
                m_detail.reset();
                present();
            } else {
                m_nothing.clear();
                m_isSampled = busiest->isSampled;
                ConversationRequest request;
                request.name = busiest->name;
                ask(std::move(request));
            }
            updateNote();
        });
    updateNote();
}

void SequenceView::ask(ConversationRequest request)
{
    m_isBusiest = request.seq == 0;
    request.limit = kMostDrawn;
    m_asking.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return conversationOf(*shared()->session(), std::move(request));
        },
        [this](Result<ConversationDetail> detail) {
            if (detail) {
                m_failure.clear();
                m_nothing.clear();
                const bool isSame = m_detail && m_detail->name == detail->name &&
                                    m_detail->messages.size() == detail->messages.size();
                m_detail = std::make_shared<const ConversationDetail>(std::move(*detail));
                if (!isSame)
                    present();
                mark(true);
                askGaps();
            } else if (detail.error().code == ErrorCode::NotFound) {
                m_nothing = detail.error().message;
                mark(false);
                if (!m_detail)
                    askBusiest();
            } else if (detail.error().code != ErrorCode::Cancelled) {
                m_failure = detail.error().message;
            }
            updateNote();
        });
    updateNote();
}

void SequenceView::askGaps()
{
    m_gaps.start(
        this, [this](const std::stop_token&) { return shared()->session()->gaps(); },
        [this](Result<std::vector<Gap>> gaps) {
            if (!gaps || !m_detail)
                return;
            std::erase_if(*gaps, [this](const Gap& gap) {
                return gap.to < m_detail->tree.start || gap.from > m_detail->tree.end;
            });
            m_diagram->setGaps(std::move(*gaps));
        });
}

void SequenceView::present()
{
    Session* session = shared()->session();
    if (!m_detail || session == nullptr) {
        m_sequence.reset();
        m_model->show(nullptr, nullptr);
        m_diagram->show(nullptr, nullptr);
        m_header->setTitle(tr("Sequence"));
        m_header->setFacts({});
        updateNote();
        return;
    }
    const auto names = session->dictionaries();
    const ClocksPtr clocks = m_clocks->clocks();
    m_sequence = std::make_shared<const Sequence>(sequenceOf(*m_detail, *names, clocks.get()));
    m_model->show(m_sequence, names);
    m_diagram->show(m_sequence, names);
    m_diagram->setPlayhead(shared()->playhead());
    m_diagram->setAgent(shared()->selectedAgent());
    const auto errors =
        std::ranges::count(m_sequence->messages, Kind::Error, &SequenceMessage::kind);
    const auto open =
        std::ranges::count(m_sequence->messages, true, &SequenceMessage::isUnanswered);
    // The name of a conversation is an id, more often than not.
    if (isForAudience(*shared()))
        m_header->setTitle(tr("Sequence"));
    else
        m_header->setTitle(m_isBusiest
                               ? (m_isSampled ? tr("Sequence of %1, the busiest amid the view")
                                              : tr("Sequence of %1, the busiest in view"))
                                     .arg(m_detail->name)
                               : tr("Sequence of %1").arg(m_detail->name));
    std::size_t agents = 0;
    for (const SequenceColumn& column : m_sequence->columns)
        agents += std::max<std::size_t>(1, column.folded.size());
    QStringList facts{
        countText(static_cast<std::int64_t>(m_sequence->messages.size()), tr("1 message"),
                  m_detail->isComplete ? tr("%1 messages") : tr("its first %1 messages")),
        countText(static_cast<std::int64_t>(agents), tr("1 agent"), tr("%1 agents")),
        durationText(nanoseconds(m_sequence->end - m_sequence->start))};
    if (errors > 0)
        facts << countText(errors, tr("1 error"), tr("%1 errors"));
    if (open > 0)
        facts << tr("%1 without answer").arg(numberText(open));
    m_header->setFacts(facts.join(u" · "_s));
    mark(false);
    updateNote();
}

/// The selected message, in the picture and in the table.
void SequenceView::mark(bool isRevealed)
{
    const int row = m_sequence ? m_sequence->indexOf(shared()->selectedMessage()) : -1;
    m_diagram->setSelected(row, isRevealed);
    if (!m_isPicking) {
        m_isPicking = true;
        if (row < 0)
            m_table->clearSelection();
        else
            m_table->selectRow(row);
        m_isPicking = false;
    }
}

void SequenceView::updateNote()
{
    const Session* session = shared()->session();
    m_copyButton->setEnabled(m_sequence != nullptr);
    if (session == nullptr)
        m_note->say(tr("No recording is open"), tr("Open one, or attach to a bus."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not known"), m_failure);
    else if (m_sequence)
        m_note->say({});
    else if (!isSettled())
        m_note->say(tr("Looking…"));
    else if (!m_nothing.isEmpty())
        m_note->say(tr("No conversation here"),
                    m_nothing + u' ' + tr("A dialect can say where its id stands."));
    else
        m_note->say(tr("No conversation selected"),
                    tr("Select a message to see who said what to whom in its conversation."));
}

bool SequenceView::isSettled() const
{
    return !m_busiest.isBusy() && !m_asking.isBusy() && !m_gaps.isBusy() &&
           (!m_soon.isActive() || !m_isStale);
}

QString SequenceView::mermaid() const
{
    return m_sequence ? QString::fromStdString(sequenceMermaid(*m_sequence, m_detail->tree,
                                                               *shared()->session()->dictionaries(),
                                                               m_detail->name))
                      : QString();
}

void SequenceView::copyMermaid()
{
    if (m_sequence)
        QGuiApplication::clipboard()->setText(mermaid());
}

void SequenceView::setTable(bool isTable)
{
    m_tableButton->setChecked(isTable);
    QWidget* shown = isTable ? static_cast<QWidget*>(m_table) : m_diagram;
    const bool hasFocus = m_diagram->hasFocus() || m_table->hasFocus();
    m_stack->setCurrentWidget(shown);
    setFocusProxy(shown);
    if (hasFocus)
        shown->setFocus();
    m_note->raise();
}

QString SequenceView::asText() const
{
    return m_sequence ? m_header->title() + u'\t' + m_header->facts() + u'\n' + m_model->asText()
                      : m_note->title() + u'\n';
}

QByteArray SequenceView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << qint32(1) << m_tableButton->isChecked() << m_table->horizontalHeader()->saveState();
    return bytes;
}

void SequenceView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0;
    bool isTable = false;
    QByteArray header;
    in >> version >> isTable >> header;
    if (version != 1 || in.status() != QDataStream::Ok)
        return;
    setTable(isTable);
    m_table->horizontalHeader()->restoreState(header);
}

void SequenceView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier)
        setTable(!m_tableButton->isChecked());
    else if (event->key() == Qt::Key_M && event->modifiers() == Qt::NoModifier)
        copyMermaid();
    else
        View::keyPressEvent(event);
}

void SequenceView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_diagram->viewport()->update();
    View::changeEvent(event);
}

} // namespace murmur
