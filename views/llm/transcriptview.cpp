// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/llm/transcriptview.h"

#include "llm/transcripttext.h"
#include "session/transcriptjob.h"
#include "views/base/emptynote.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/llm/calllist.h"
#include "views/llm/pricesdialog.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QIODevice>
#include <QImage>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kNarrowBelow = 560;
constexpr qint64 kReadAgain = 1500; // milliseconds, for the answer of an open call
constexpr int kMostMatches = 2000;
constexpr int kWidestImage = 420;
constexpr int kWidestText = 900;

QString viewText(const std::string& text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

TranscriptView::TranscriptView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Transcript"), this))
    , m_search(new QLineEdit(this))
    , m_found(new QLabel(this))
    , m_onlyNew(new QToolButton(this))
    , m_body(new QWidget(this))
    , m_across(new QSplitter(Qt::Horizontal, m_body))
    , m_calls(new CallList(m_across))
    , m_page(new QTextBrowser(m_across))
    , m_note(new EmptyNote(m_body))
{
    setAccessibleName(tr("Transcript"));
    setAccessibleDescription(
        tr("The call to a model that the selected message is part of, as a conversation."));
    m_search->setPlaceholderText(tr("Find in the call"));
    m_search->setAccessibleName(tr("Find in the call"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(200);
    m_onlyNew->setText(tr("What is new"));
    m_onlyNew->setCheckable(true);
    m_onlyNew->setChecked(true);
    m_onlyNew->setProperty("flat", true);
    m_onlyNew->setToolTip(tr("Folds what the prompt says as in the call before of the same agent, "
                             "and marks what was added, changed and dropped"));
    auto* copy = new QToolButton(this);
    copy->setText(tr("Copy"));
    copy->setProperty("flat", true);
    copy->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(copy);
    copy->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillCopyMenu(menu); });
    auto* prices = new QToolButton(this);
    prices->setText(tr("Prices …"));
    prices->setProperty("flat", true);
    prices->setToolTip(tr("What the tokens of models cost"));
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_found, m_search, m_onlyNew, copy, prices})
        m_header->addWidget(widget);

    m_page->setOpenLinks(false);
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setAccessibleName(tr("Conversation"));
    m_page->document()->setDocumentMargin(10);
    m_page->setStyleSheet(u"QTextEdit { border: none; border-radius: 0; padding: 0; }"_s);
    m_page->setMinimumWidth(200);
    m_calls->setMinimumWidth(140);
    m_across->addWidget(m_calls);
    m_across->addWidget(m_page);
    m_across->setHandleWidth(1);
    m_across->setChildrenCollapsible(false);
    m_across->setStretchFactor(0, 0);
    m_across->setStretchFactor(1, 1);
    m_across->setSizes({250, 700});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins({});
    body->addWidget(m_across);
    QWidget* before = m_calls;
    for (QWidget* next :
         std::initializer_list<QWidget*>{m_page, m_search, m_onlyNew, copy, prices}) {
        setTabOrder(before, next);
        before = next;
    }

    connect(m_calls->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) { pickCall(index.row()); });
    connect(m_page, &QTextBrowser::anchorClicked, this, &TranscriptView::follow);
    connect(m_across, &QSplitter::splitterMoved, this, &TranscriptView::arrange);
    connect(m_onlyNew, &QToolButton::toggled, this, [this] { showPage(true); });
    connect(m_search, &QLineEdit::textChanged, this, [this] { showPage(true); });
    connect(m_search, &QLineEdit::returnPressed, this, [this] { findAgain(false); });
    connect(prices, &QToolButton::clicked, this, &TranscriptView::editPrices);
    connect(shared(), &SharedView::sessionChanged, this, &TranscriptView::onSessionChanged);
    connect(shared(), &SharedView::messageSelected, this, &TranscriptView::onMessageSelected);
    connect(shared(), &SharedView::dataGrew, this, &TranscriptView::onDataGrew);
    onSessionChanged();
}

TranscriptView::~TranscriptView() = default;

void TranscriptView::onSessionChanged()
{
    m_job.cancel();
    m_transcript.reset();
    m_calls->calls()->show(nullptr);
    m_current = -1;
    m_asked = 0;
    m_failure.clear();
    m_header->setTitle(tr("Transcript"));
    m_header->setFacts({});
    m_page->clear();
    onMessageSelected();
    updateNote();
}

void TranscriptView::onMessageSelected()
{
    const Seq seq = shared()->selectedMessage();
    if (shared()->session() == nullptr || seq == 0) {
        updateNote();
        return;
    }
    if (m_transcript) {
        for (std::size_t i = 0; i < m_transcript->calls.size(); ++i) {
            if (m_transcript->calls[i].holds(seq)) {
                showCall(static_cast<std::ptrdiff_t>(i));
                return;
            }
        }
    }
    m_isStale = !isVisible();
    if (!m_isStale)
        ask(seq);
}

void TranscriptView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale && shared()->selectedMessage() != 0 && shared()->session() != nullptr)
        ask(shared()->selectedMessage());
    m_isStale = false;
    arrange();
}

/// An answer may come after its question was looked at.
void TranscriptView::onDataGrew()
{
    if (!isVisible() || m_current < 0 || m_job.isBusy() || !m_sinceAsked.hasExpired(kReadAgain))
        return;
    if (m_transcript->calls[static_cast<std::size_t>(m_current)].isOpen)
        ask(m_transcript->calls[static_cast<std::size_t>(m_current)].first());
}

void TranscriptView::ask(Seq seq)
{
    Session* session = shared()->session();
    m_asked = seq;
    m_sinceAsked.start();
    m_job.start(
        this,
        [&](std::stop_token stop) {
            TranscriptRequest request;
            request.seq = seq;
            request.stop = std::move(stop);
            return transcriptOf(*session, std::move(request));
        },
        [this](Result<Transcript> answer) {
            if (!answer && answer.error().code == ErrorCode::Cancelled)
                return;
            m_failure = answer ? QString() : answer.error().message;
            present(answer ? std::move(*answer) : Transcript());
        });
    updateNote();
}

void TranscriptView::present(Transcript transcript)
{
    const bool isSame = m_transcript && m_current >= 0 && !transcript.calls.empty() &&
                        m_transcript->conversation == transcript.conversation;
    const Seq shown = isSame ? m_transcript->calls[static_cast<std::size_t>(m_current)].first() : 0;
    m_transcript = std::make_shared<const Transcript>(std::move(transcript));
    m_calls->calls()->show(m_transcript);
    const QString name = viewText(m_transcript->conversation);
    m_header->setTitle(name.isEmpty() || m_transcript->calls.empty()
                           ? tr("Transcript")
                           : tr("Transcript of %1").arg(name));
    m_header->setFacts(m_transcript->calls.empty() ? QString()
                                                   : viewText(transcriptFacts(*m_transcript)));
    m_current = -1;
    const std::ptrdiff_t call = m_transcript->callAt(m_asked);
    const bool isKept =
        call >= 0 && m_transcript->calls[static_cast<std::size_t>(call)].first() == shown;
    if (!isKept)
        m_unfolded.clear();
    showCall(call);
    updateNote();
    QTimer::singleShot(0, this, &TranscriptView::arrange); // once the list has taken its room
}

void TranscriptView::showCall(std::ptrdiff_t call)
{
    if (call == m_current)
        return;
    if (m_current >= 0)
        m_unfolded.clear();
    m_current = call;
    if (call < 0) {
        m_page->clear();
        return;
    }
    const QModelIndex index = m_calls->calls()->index(static_cast<int>(call));
    m_calls->setCurrentIndex(index);
    m_calls->scrollTo(index);
    showPage(false);
}

void TranscriptView::showPage(bool keepsPlace)
{
    if (m_current < 0)
        return;
    const Theme& theme = Theme::current();
    const int place = m_page->verticalScrollBar()->value();
    TranscriptPage::Look look;
    look.onlyNew = m_onlyNew->isChecked();
    // What is looked for may stand in what is folded.
    look.isUnfolded = !m_search->text().isEmpty();
    look.unfolded = m_unfolded;
    const TranscriptPage page(*m_transcript, static_cast<std::size_t>(m_current), look, theme);
    m_page->document()->clear();
    for (const TranscriptPage::Image& image : page.images()) {
        const QImage& picture = image.picture;
        m_page->document()->addResource(
            QTextDocument::ImageResource, QUrl(image.name),
            picture.width() > kWidestImage
                ? picture.scaledToWidth(kWidestImage, Qt::SmoothTransformation)
                : picture);
    }
    m_page->document()->setDefaultFont(theme.interfaceFont());
    m_page->setHtml(page.html());
    if (keepsPlace)
        m_page->verticalScrollBar()->setValue(place);
    markMatches();
}

void TranscriptView::markMatches()
{
    const QString text = m_search->text();
    QList<QTextEdit::ExtraSelection> marks;
    if (!text.isEmpty()) {
        QTextEdit::ExtraSelection mark;
        mark.format.setBackground(Theme::current().selectionGround);
        mark.format.setForeground(Theme::current().interaction);
        for (QTextCursor at = m_page->document()->find(text);
             !at.isNull() && marks.size() < kMostMatches; at = m_page->document()->find(text, at)) {
            mark.cursor = at;
            marks << mark;
        }
    }
    m_matches = static_cast<int>(marks.size());
    m_page->setExtraSelections(marks);
    m_found->setText(text.isEmpty() ? QString() : tr("%1 found").arg(m_matches));
    if (!marks.isEmpty() && !m_page->textCursor().hasSelection()) {
        QTextCursor first = marks.front().cursor;
        m_page->setTextCursor(first);
    }
}

void TranscriptView::findAgain(bool isBackward)
{
    const QString text = m_search->text();
    if (text.isEmpty())
        return;
    const auto flags = isBackward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    if (m_page->find(text, flags))
        return;
    m_page->moveCursor(isBackward ? QTextCursor::End : QTextCursor::Start);
    m_page->find(text, flags);
}

void TranscriptView::pickCall(int row)
{
    if (row < 0 || row == m_current || !m_transcript)
        return;
    const TranscriptCall& call = m_transcript->calls[static_cast<std::size_t>(row)];
    showCall(row);
    shared()->setPlayhead(fromNs(call.begin));
    shared()->selectMessage(call.first());
}

void TranscriptView::step(int direction)
{
    const int row = static_cast<int>(m_current) + direction;
    if (row >= 0 && row < m_calls->calls()->rowCount())
        m_calls->setCurrentIndex(m_calls->calls()->index(row));
}

void TranscriptView::follow(const QUrl& link)
{
    const QString target = link.toString();
    if (target.startsWith("expand:"_L1)) {
        m_unfolded.insert(target.mid(7));
        showPage(true);
    } else if (target.startsWith("message:"_L1)) {
        shared()->selectMessage(target.mid(8).toLongLong());
    }
}

void TranscriptView::fillCopyMenu(QMenu* menu)
{
    menu->clear();
    const auto copy = [](const QString& text) { QApplication::clipboard()->setText(text); };
    const auto add = [&](const QString& title, auto&& text) {
        QAction* action = menu->addAction(title);
        action->setEnabled(m_current >= 0);
        connect(action, &QAction::triggered, this, [copy, text] { copy(text()); });
    };
    add(tr("Call as Markdown"), [this] {
        return viewText(callMarkdown(*m_transcript, static_cast<std::size_t>(m_current)));
    });
    add(tr("Call as JSON"),
        [this] { return viewText(callJson(*m_transcript, static_cast<std::size_t>(m_current))); });
    add(tr("Call as text"), [this] { return asText(); });
    menu->addSeparator();
    add(tr("Conversation as Markdown"),
        [this] { return viewText(transcriptMarkdown(*m_transcript)); });
    add(tr("Conversation as JSON"), [this] { return viewText(transcriptJson(*m_transcript)); });
}

void TranscriptView::editPrices()
{
    m_prices.start(
        this, [](std::stop_token) { return QtConcurrent::run([] { return PriceTable::load(); }); },
        [this](const Result<PriceTable>& prices) {
            if (!prices) {
                QMessageBox::warning(this, tr("What models cost"), prices.error().message);
                return;
            }
            auto* dialog = new PricesDialog(*prices, this);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &QDialog::accepted, this, [this, dialog] {
                m_prices.start(
                    this,
                    [&](std::stop_token) {
                        return QtConcurrent::run(
                            [table = dialog->prices()] { return table.save(); });
                    },
                    [this](const Status& saved) {
                        if (!saved)
                            QMessageBox::warning(this, tr("What models cost"),
                                                 saved.error().message);
                        else if (m_asked != 0 && shared()->session() != nullptr)
                            ask(m_asked);
                    });
            });
            dialog->open();
        });
}

void TranscriptView::updateNote()
{
    const bool hasCalls = m_transcript && !m_transcript->calls.empty();
    m_calls->setVisible(hasCalls && width() >= kNarrowBelow);
    if (hasCalls) {
        m_note->say({});
    } else if (!m_failure.isEmpty()) {
        m_note->say(tr("The conversation cannot be read"), m_failure);
    } else if (m_job.isBusy()) {
        m_note->say(tr("Reading the conversation …"));
    } else if (shared()->session() == nullptr || shared()->selectedMessage() == 0 ||
               !m_transcript) {
        m_note->say(tr("No message is selected"),
                    tr("Select one of a call to a model. The filter “model exists” finds them."));
    } else {
        m_note->say(tr("No call to a model"),
                    tr("Neither this message nor its conversation tells of one. The filter “model "
                       "exists” finds those that do."));
    }
}

void TranscriptView::arrange()
{
    m_calls->setVisible(m_transcript && !m_transcript->calls.empty() && width() >= kNarrowBelow);
    // Lines of a whole screen's width are hard to read.
    const int room = m_page->viewport()->width();
    m_page->setLineWrapMode(room > kWidestText ? QTextEdit::FixedPixelWidth
                                               : QTextEdit::WidgetWidth);
    m_page->setLineWrapColumnOrWidth(room > kWidestText ? kWidestText : 0);
    m_search->setVisible(width() >= kNarrowBelow);
    m_found->setVisible(width() >= kNarrowBelow);
}

void TranscriptView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    arrange();
}

void TranscriptView::changeEvent(QEvent* event)
{
    View::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        showPage(true);
}

void TranscriptView::keyPressEvent(QKeyEvent* event)
{
    const bool isAlt = event->modifiers() == Qt::AltModifier;
    if (isAlt && event->key() == Qt::Key_Up)
        step(-1);
    else if (isAlt && event->key() == Qt::Key_Down)
        step(1);
    else if (event->matches(QKeySequence::FindNext))
        findAgain(false);
    else if (event->matches(QKeySequence::FindPrevious))
        findAgain(true);
    else if (event->key() == Qt::Key_Escape && !m_search->text().isEmpty())
        m_search->clear();
    else
        View::keyPressEvent(event);
}

QString TranscriptView::asText() const
{
    if (m_current < 0)
        return m_note->isHidden() ? QString() : m_note->title() + u'\n' + m_note->sentence();
    return viewText(
        callText(*m_transcript, static_cast<std::size_t>(m_current), m_onlyNew->isChecked()));
}

QByteArray TranscriptView::saveState() const
{
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out << qint32(1) << m_onlyNew->isChecked() << m_across->saveState();
    return state;
}

void TranscriptView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0;
    bool onlyNew = true;
    QByteArray across;
    in >> version >> onlyNew >> across;
    if (in.status() != QDataStream::Ok || version != 1)
        return;
    m_onlyNew->setChecked(onlyNew);
    m_across->restoreState(across);
    m_across->setHandleWidth(1);
}

} // namespace murmur
