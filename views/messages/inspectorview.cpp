// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/inspectorview.h"

#include "codec/codecrule.h"
#include "replay/injection.h"
#include "session/decodedpayload.h"
#include "views/base/bookmarkboard.h"
#include "views/base/clockfollower.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/messages/causewalk.h"
#include "views/messages/comparisonbase.h"
#include "views/messages/diffpane.h"
#include "views/messages/envelope.h"
#include "views/messages/hexview.h"
#include "views/messages/jsonindex.h"
#include "views/messages/messagetext.h"
#include "views/messages/payloadpane.h"
#include "views/messages/schemaasking.h"
#include "views/messages/whylist.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QStandardItemModel>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

enum Tab { PayloadTab, EnvelopeTab, RawTab, HexTab, DiffTab, TabCount };
constexpr qint64 kAskAgain = 500;    // milliseconds, for the answer of an open call
constexpr std::size_t kFarthest = 8; // causes above the direct one
constexpr std::size_t kLinkedReceivers = 3;
constexpr qsizetype kShownRaw = 1024 * 1024;
constexpr qsizetype kPrettiedHere = 4 * 1024 * 1024;

QString agentLink(const Dictionaries& names, AgentId agent)
{
    const QString name = agentText(names, agent).toHtmlEscaped();
    return murmur::index(agent) == 0
               ? name
               : u"<a href=\"agent:%1\">%2</a>"_s.arg(murmur::index(agent)).arg(name);
}

void copyToClipboard(const QString& text)
{
    QApplication::clipboard()->setText(text);
}

} // namespace

InspectorView::InspectorView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Message"), this))
    , m_pin(new QToolButton(this))
    , m_body(new QWidget(this))
    , m_who(new QLabel(m_body))
    , m_brief(new QLabel(m_body))
    , m_trouble(new QLabel(m_body))
    , m_whyTitle(new QLabel(tr("Why this message"), m_body))
    , m_why(new WhyList(m_body))
    , m_tabs(new QTabWidget(m_body))
    , m_payload(new PayloadPane)
    , m_envelope(new QTreeView)
    , m_envelopeModel(new QStandardItemModel(this))
    , m_raw(new QPlainTextEdit)
    , m_rawNote(new QLabel)
    , m_pretty(new QToolButton)
    , m_hex(new HexView)
    , m_diff(new DiffPane(context.shared))
    , m_note(new EmptyNote(m_body))
    , m_walk(new CauseWalk(context.shared, this))
    , m_clocks(ClockFollower::of(context.shared))
    , m_walkNote(new QLabel(m_body))
    , m_isShown(TabCount, false)
{
    setAccessibleName(tr("Inspector"));
    setAccessibleDescription(tr("The selected message: why it exists, its payload and envelope."));
    m_pin->setText(tr("Pin"));
    m_pin->setCheckable(true);
    m_pin->setProperty("flat", true);
    m_pin->setToolTip(tr("Stay with this message while the selection moves on"));
    auto* copy = new QToolButton(this);
    copy->setText(tr("Copy"));
    copy->setProperty("flat", true);
    copy->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(copy);
    copy->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillCopyMenu(menu); });
    addWalk();
    m_header->addWidget(copy);
    m_header->addWidget(m_pin);

    for (QLabel* label : {m_who, m_brief, m_trouble}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::RichText);
        label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    }
    m_brief->setTextFormat(Qt::PlainText);
    m_brief->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_trouble->setTextFormat(Qt::PlainText);

    m_envelope->setModel(m_envelopeModel);
    m_envelope->setRootIsDecorated(false);
    m_envelope->setHeaderHidden(true);
    m_envelope->setFrameShape(QFrame::NoFrame);
    m_envelope->setUniformRowHeights(false);
    m_envelope->setWordWrap(true);
    m_envelope->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_envelope->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_envelope->setAccessibleName(tr("Envelope"));
    m_pretty->setText(tr("Pretty"));
    m_pretty->setCheckable(true);
    m_pretty->setToolTip(tr("One value a line, where the message is JSON"));
    m_raw->setReadOnly(true);
    m_raw->setFrameShape(QFrame::NoFrame);
    m_raw->setAccessibleName(tr("Raw message"));
    m_rawNote->setWordWrap(true);
    m_rawNote->setContentsMargins(8, 0, 8, 0);
    auto* rawPage = new QWidget;
    auto* rawLayout = new QVBoxLayout(rawPage);
    rawLayout->setContentsMargins(0, 6, 0, 0);
    rawLayout->setSpacing(4);
    rawLayout->addWidget(m_pretty, 0, Qt::AlignLeft);
    rawLayout->addWidget(m_rawNote);
    rawLayout->addWidget(m_raw, 1);
    m_tabs->addTab(m_payload, tr("Payload"));
    m_tabs->addTab(m_envelope, tr("Envelope"));
    m_tabs->addTab(rawPage, tr("Raw"));
    m_tabs->addTab(m_hex, tr("Hex"));
    m_tabs->addTab(m_diff, tr("Diff"));
    m_tabs->setTabToolTip(DiffTab, tr("What it has otherwise than the previous one, or any other"));
    m_tabs->setDocumentMode(true);

    auto* head = new QVBoxLayout;
    head->setContentsMargins(Theme::current().gutter, 8, Theme::current().gutter, 6);
    head->setSpacing(5);
    head->addWidget(m_who);
    head->addWidget(m_brief);
    head->addWidget(m_trouble);
    head->addWidget(m_whyTitle);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins({});
    body->setSpacing(0);
    body->addLayout(head);
    body->addWidget(m_why);
    body->addWidget(m_walkNote);
    body->addSpacing(8);
    body->addWidget(m_tabs, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);

    connect(m_who, &QLabel::linkActivated, this, &InspectorView::follow);
    connect(m_why, &WhyList::messagePicked, this, [this](Seq seq, TimePoint time) {
        shared()->setPlayhead(time);
        shared()->selectMessage(seq);
    });
    m_tabs->setAccessibleName(tr("Parts of the message"));
    m_tabs->tabBar()->setAccessibleName(tr("Parts of the message"));
    connect(m_tabs, &QTabWidget::currentChanged, this, &InspectorView::showTab);
    connect(m_payload, &PayloadPane::codecChosen, this, &InspectorView::keepCodec);
    connect(m_payload, &PayloadPane::schemasWanted, this,
            [this] { askForSchemas(*shared(), *m_payload); });
    connect(ComparisonBase::of(shared()), &ComparisonBase::comparisonWanted, this, [this] {
        m_diff->setAgainst(DiffPane::Against::Held);
        m_tabs->setCurrentIndex(DiffTab);
    });
    connect(m_pretty, &QToolButton::toggled, this, &InspectorView::showRaw);
    connect(m_pin, &QToolButton::toggled, this, [this](bool isPinned) {
        if (!isPinned)
            onMessageSelected();
    });
    connect(shared(), &SharedView::sessionChanged, this, &InspectorView::onSessionChanged);
    connect(shared(), &SharedView::messageSelected, this, &InspectorView::onMessageSelected);
    connect(shared(), &SharedView::dataGrew, this, &InspectorView::onDataGrew);
    applyTheme();
    onSessionChanged();
}

InspectorView::~InspectorView() = default;

/// The far ends of "why": where it all began, and all that came of it.
void InspectorView::addWalk()
{
    auto* button = new QToolButton(this);
    button->setText(tr("Causes"));
    button->setProperty("flat", true);
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    button->setMenu(menu);
    m_header->addWidget(button);
    QAction* first = menu->addAction(tr("Go to the &first cause"), this, [this] {
        if (m_detail)
            m_walk->goToFirstCause(m_detail->row.seq);
    });
    first->setShortcut(QKeySequence(u"Ctrl+Shift+Up"_s));
    QAction* effects = menu->addAction(tr("Show all that &follows from it"), this, [this] {
        if (m_detail)
            m_walk->showEffects(m_detail->row);
    });
    effects->setShortcut(QKeySequence(u"Ctrl+Shift+Down"_s));
    for (QAction* action : {first, effects}) {
        action->setShortcutContext(Qt::WindowShortcut);
        addAction(action); // the keys work while the menu is closed
    }
    m_walkNote->setWordWrap(true);
    m_walkNote->setContentsMargins(Theme::current().gutter, 4, Theme::current().gutter, 0);
    m_walkNote->hide();
    connect(m_walk, &CauseWalk::told, this, [this](const QString& sentence) {
        m_walkNote->setText(sentence);
        m_walkNote->setVisible(!sentence.isEmpty());
    });
    connect(m_clocks, &ClockFollower::changed, this, [this] {
        if (!m_detail || shared()->session() == nullptr)
            return;
        m_brief->setText(
            briefText(*m_detail, *shared()->session()->dictionaries(), m_clocks->clocks()));
        if (m_isShown[EnvelopeTab])
            showEnvelope();
    });
}

void InspectorView::onSessionChanged()
{
    m_pin->setChecked(false);
    clear();
    useCodecs();
    onMessageSelected();
}

void InspectorView::clear()
{
    m_job.cancel();
    m_climb.cancel();
    m_asked = 0;
    m_detail.reset();
    m_farther.clear();
    m_failure.clear();
    m_header->setTitle(tr("Message"));
    m_header->setFacts({});
    updateNote();
}

void InspectorView::onMessageSelected()
{
    if (m_pin->isChecked())
        return;
    const Seq seq = shared()->selectedMessage();
    if (shared()->session() == nullptr || seq == 0)
        clear();
    else if (seq != m_asked || !m_detail)
        ask(seq);
}

/// The answer of a call may come after it was looked at.
void InspectorView::onDataGrew()
{
    if (m_detail && m_detail->row.kind == Kind::Request && m_detail->row.answeredBy == 0 &&
        m_detail->effects.empty() && !m_job.isBusy() && m_sinceAsked.hasExpired(kAskAgain))
        ask(m_detail->row.seq);
}

void InspectorView::ask(Seq seq)
{
    Session* session = shared()->session();
    if (session == nullptr)
        return;
    m_asked = seq;
    m_sinceAsked.start();
    m_job.start(
        this, [&](std::stop_token) { return session->message(seq); },
        [this](const Result<MessageDetail>& answer) {
            if (answer) {
                m_failure.clear();
                // Asked again in vain: what the person reads stays as it is.
                if (m_detail && m_detail->row.seq == answer->row.seq &&
                    m_detail->row.answeredBy == answer->row.answeredBy &&
                    m_detail->effects.size() == answer->effects.size())
                    return;
                present(*answer);
                return;
            }
            if (answer.error().code == ErrorCode::Cancelled)
                return;
            m_detail.reset();
            m_failure = answer.error().message;
            updateNote();
        });
    updateNote();
}

void InspectorView::present(const MessageDetail& detail)
{
    const auto names = shared()->session()->dictionaries();
    const bool isSame = m_detail && m_detail->row.seq == detail.row.seq;
    m_detail = detail;
    m_header->setTitle(tr("Message %1").arg(seqText(*names, detail.row)));
    const auto kind = static_cast<std::size_t>(detail.row.kind);
    m_header->setFacts(
        u"%1 %2"_s.arg(kindGlyph(detail.row.kind),
                       QString::fromStdString(std::string(kindName(detail.row.kind)))),
        detail.row.kind == Kind::Error ? Theme::current().bad : Theme::current().kinds[kind]);

    const std::vector<AgentId> receivers = names->receivers(detail.row.audience);
    QString to;
    if (receivers.size() > kLinkedReceivers) {
        to = u"<a href=\"receivers:\">%1</a>"_s.arg(audienceText(*names, detail.row.audience));
    } else {
        QStringList links;
        for (const AgentId receiver : receivers)
            links << agentLink(*names, receiver);
        to = links.join(u", "_s);
    }
    QStringList way{agentLink(*names, detail.row.sender)};
    if (const std::string topic = names->topicName(detail.row.topic); !topic.empty())
        way << QString::fromStdString(topic).toHtmlEscaped();
    if (!to.isEmpty())
        way << to;
    m_who->setText(way.join(u" › "_s));
    m_brief->setText(briefText(detail, *names, m_clocks->clocks()));

    QString trouble;
    if ((detail.row.flags & Flag::Undecoded) != 0) {
        // The recording keeps the reason where the type would stand.
        const QString reason = QString::fromStdString(names->typeName(detail.row.type));
        trouble = reason.isEmpty()
                      ? tr("■ Could not be decoded. Its bytes are kept: see Raw and Hex.")
                      : tr("■ Could not be decoded: %1. Its bytes are kept: see Raw and Hex.")
                            .arg(reason);
    } else {
        trouble = omissionText(detail);
    }
    m_trouble->setText(trouble);
    m_trouble->setVisible(!trouble.isEmpty());

    if (!isSame)
        m_farther.clear();
    m_why->setRows(whyRows(detail, m_farther, *names));
    m_isShown.assign(TabCount, false);
    showTab();
    updateNote();
    if (!isSame)
        climb();
}

/// Causes of causes, one at a time, along the first of each: a chain is what a person reads.
void InspectorView::climb()
{
    Session* session = shared()->session();
    if (session == nullptr || !m_detail || m_detail->causes.empty() ||
        m_farther.size() >= kFarthest)
        return;
    const Seq above =
        m_farther.empty() ? m_detail->causes.front().row.seq : m_farther.front().row.seq;
    m_climb.start(
        this, [&](std::stop_token) { return session->message(above); },
        [this, above](const Result<MessageDetail>& answer) {
            // A cause is earlier than its effect; anything else would walk in circles.
            if (!answer || !m_detail || answer->causes.empty() ||
                answer->causes.front().row.seq >= above)
                return;
            m_farther.insert(m_farther.begin(), answer->causes.front());
            m_why->setRows(whyRows(*m_detail, m_farther, *shared()->session()->dictionaries()));
            climb();
        });
}

void InspectorView::showTab()
{
    if (!m_detail)
        return;
    const auto tab = static_cast<std::size_t>(std::max(0, m_tabs->currentIndex()));
    if (m_isShown[tab])
        return;
    m_isShown[tab] = true;
    switch (tab) {
    case PayloadTab:
        showPayload();
        break;
    case EnvelopeTab:
        showEnvelope();
        break;
    case RawTab:
        showRaw();
        break;
    case HexTab:
        m_hex->setBytes(m_detail->raw);
        break;
    case DiffTab:
        m_diff->setMessage(*m_detail);
        break;
    default:
        break;
    }
}

void InspectorView::showPayload()
{
    PayloadRequest request;
    request.bytes = m_detail->payload();
    request.names = shared()->session()->dictionaries();
    request.topic = codecTopic(*m_detail, *request.names);
    request.headers = headersToBytes(m_detail->headers);
    m_payload->setPayload(request);
}

/// What a person chose for a topic is kept with the window, and holds in the next recording too.
void InspectorView::keepCodec(const QString& topic, const QString& rule)
{
    if (rule.isEmpty())
        m_codecs.remove(topic);
    else
        m_codecs.insert(topic, rule);
}

void InspectorView::useCodecs()
{
    Session* session = shared()->session();
    if (session == nullptr || m_codecs.isEmpty())
        return;
    m_rules.start(
        this,
        [this, session](std::stop_token) {
            return QtConcurrent::run([names = session->dictionaries(), codecs = m_codecs] {
                int used = 0; // a schema's file may be gone: then it is as if nobody had chosen
                for (const QString& text : codecs) {
                    if (auto rule = codecRuleFromText(text)) {
                        names->codecs().setRule(std::move(*rule));
                        ++used;
                    }
                }
                return Result<int>(used);
            });
        },
        [this](const Result<int>& used) {
            if (used && *used > 0 && m_detail)
                m_payload->readAgain();
        });
}

void InspectorView::showEnvelope()
{
    const Theme& theme = Theme::current();
    m_envelopeModel->clear();
    for (const EnvelopeField& field :
         envelopeFields(*m_detail, *shared()->session()->dictionaries(), m_clocks->clocks())) {
        auto* name = new QStandardItem(field.name);
        auto* value = new QStandardItem(field.value);
        name->setForeground(theme.secondary);
        name->setFont(theme.numberFont(9.5));
        value->setForeground(field.isBad ? theme.bad : theme.text);
        value->setFont(theme.numberFont(9.5));
        value->setToolTip(field.value);
        m_envelopeModel->appendRow({name, value}); // the model owns both
    }
    m_envelope->resizeColumnToContents(0);
}

void InspectorView::showRaw()
{
    if (!m_detail)
        return;
    QByteArray raw = m_detail->raw;
    QString note;
    if (m_pretty->isChecked() && raw.size() <= kPrettiedHere) {
        if (const auto json = JsonIndex::parse(raw))
            raw = json->pretty();
        else
            note = tr("Not JSON, so it is shown as it came.");
    }
    bool isCut = false;
    const QString text = boundedText(raw, kShownRaw, &isCut);
    if (isCut)
        note = tr("The first %1 of %2; Copy takes all of it.")
                   .arg(bytesText(kShownRaw), bytesText(raw.size()));
    if (raw.isEmpty())
        note = tr("This message has no bytes.");
    m_raw->setPlainText(text);
    m_rawNote->setText(note);
    m_rawNote->setVisible(!note.isEmpty());
}

void InspectorView::follow(const QString& link)
{
    if (link.startsWith("agent:"_L1))
        shared()->selectAgent(AgentId{QStringView(link).mid(6).toUInt()});
    else
        m_tabs->setCurrentIndex(EnvelopeTab);
}

void InspectorView::updateNote()
{
    const bool hasMessage = m_detail.has_value();
    for (QWidget* widget : {static_cast<QWidget*>(m_who), static_cast<QWidget*>(m_brief),
                            static_cast<QWidget*>(m_whyTitle), static_cast<QWidget*>(m_why),
                            static_cast<QWidget*>(m_tabs)})
        widget->setVisible(hasMessage);
    if (!hasMessage) {
        m_trouble->hide();
        m_walkNote->hide();
    }
    if (hasMessage)
        m_note->say({});
    else if (!m_failure.isEmpty())
        m_note->say(tr("This message cannot be shown"), m_failure);
    else if (m_job.isBusy())
        m_note->say(tr("Reading …"));
    else if (shared()->session() == nullptr)
        m_note->say(tr("No recording"), tr("Messages are explained here once one is open."));
    else
        m_note->say(tr("No message selected"),
                    tr("Click a mark in the timeline, a cell of the heatmap or a row of the table: "
                       "here stands why it exists and what it carries."));
}

void InspectorView::fillCopyMenu(QMenu* menu)
{
    menu->clear();
    if (!m_detail) {
        menu->addAction(tr("No message selected"))->setEnabled(false);
        return;
    }
    menu->addAction(tr("Copy payload"), this,
                    [this] { copyToClipboard(QString::fromUtf8(m_detail->payload())); });
    menu->addAction(tr("Copy raw"), this,
                    [this] { copyToClipboard(QString::fromUtf8(m_detail->raw)); });
    menu->addAction(tr("Copy raw as base64"), this,
                    [this] { copyToClipboard(QString::fromLatin1(m_detail->raw.toBase64())); });
    menu->addAction(tr("Copy as JSON"), this, [this] {
        MessageRow row = m_detail->row;
        row.preview = m_detail->payload();
        copyToClipboard(rowAsJson(*shared()->session()->dictionaries(), row,
                                  std::numeric_limits<qsizetype>::max()));
    });
    menu->addAction(tr("Copy the murmur inject line"), this, [this] {
        const Session* session = shared()->session();
        const auto names = session->dictionaries();
        const QUrl bus(
            QString::fromStdString(names->connectionEntry(m_detail->row.connection).url));
        InjectionDraft draft = draftOf(*m_detail, *names, bus);
        // Of several recordings the number here is not that of the file.
        if (m_detail->row.ownSeq == 0)
            draft.origin.recording = session->path();
        copyToClipboard(injectCommand(draft));
    });
    menu->addAction(tr("Copy everything as text"), this, [this] { copyToClipboard(asText()); });
}

void InspectorView::applyTheme()
{
    const Theme& theme = Theme::current();
    const auto tint = [](QWidget* widget, const QColor& color) {
        QPalette palette = widget->palette();
        if (palette.color(QPalette::WindowText) == color)
            return;
        palette.setColor(QPalette::WindowText, color);
        palette.setColor(QPalette::Link, Theme::current().interaction);
        widget->setPalette(palette);
    };
    tint(m_who, theme.text);
    tint(m_brief, theme.secondary);
    tint(m_trouble, theme.bad);
    tint(m_rawNote, theme.secondary);
    tint(m_walkNote, theme.secondary);
    m_walkNote->setFont(theme.interfaceFont(9.5));
    m_who->setFont(theme.interfaceFont());
    m_brief->setFont(theme.numberFont(9));
    QFont bold = theme.interfaceFont(9.5);
    bold.setWeight(QFont::DemiBold);
    m_whyTitle->setFont(bold);
    m_raw->setFont(theme.numberFont(9.5));
}

QString InspectorView::asText() const
{
    if (!m_detail || shared()->session() == nullptr)
        return m_note->title() + u'\n' + m_note->sentence();
    QStringList lines;
    const WhyModel* why = m_why->rows();
    for (int row = 0; row < why->rowCount(); ++row)
        lines << why->index(row).data().toString();
    for (const EnvelopeField& field :
         envelopeFields(*m_detail, *shared()->session()->dictionaries(), m_clocks->clocks()))
        lines << field.name + u'\t' + field.value;
    if (m_tabs->currentIndex() == DiffTab)
        lines << m_diff->asText();
    lines << (m_isShown[PayloadTab] ? m_payload->asText() : QString::fromUtf8(m_detail->payload()));
    return lines.join(u'\n');
}

QByteArray InspectorView::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << qint32(3) << qint32(m_tabs->currentIndex()) << m_pretty->isChecked() << m_codecs
           << qint32(m_diff->against());
    return state;
}

void InspectorView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    qint32 tab = 0;
    bool isPretty = false;
    stream >> version >> tab >> isPretty;
    if (stream.status() != QDataStream::Ok || version < 1 || version > 3)
        return;
    if (version >= 2) {
        stream >> m_codecs;
        useCodecs();
    }
    if (version >= 3) {
        qint32 against = 0;
        stream >> against;
        m_diff->setAgainst(static_cast<DiffPane::Against>(std::clamp<int>(against, 0, 4)));
    }
    m_tabs->setCurrentIndex(std::clamp<int>(tab, 0, TabCount - 1));
    m_pretty->setChecked(isPretty);
}

bool InspectorView::isSettled() const
{
    return !m_job.isBusy() && !m_climb.isBusy() && m_walk->isSettled() && !m_rules.isBusy() &&
           m_payload->isSettled() && m_diff->isSettled();
}

void InspectorView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        applyTheme();
        m_diff->applyTheme();
        if (m_detail) {
            present(MessageDetail(*m_detail)); // times may be of another zone
            showEnvelope();
        }
    }
    View::changeEvent(event);
}

void InspectorView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy) && m_detail)
        copyToClipboard(asText());
    else if (!BookmarkBoard::of(shared())->takeKey(*event))
        View::keyPressEvent(event);
}

} // namespace murmur
