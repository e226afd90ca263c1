// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/payloadpane.h"

#include "codec/codecrule.h"
#include "views/base/theme.h"
#include "views/messages/codecbutton.h"
#include "views/messages/jsonmodel.h"
#include "views/messages/pictureview.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kExpandedNodes = 400;
constexpr auto kPatience = 150ms; // what comes sooner needs no word

} // namespace

QString boundedText(const QByteArray& bytes, qsizetype limit, bool* isCut)
{
    *isCut = bytes.size() > limit;
    return QString::fromUtf8(bytes.left(limit));
}

PayloadPane::PayloadPane(QWidget* parent)
    : QWidget(parent)
    , m_search(new QLineEdit(this))
    , m_codec(new CodecButton(this))
    , m_note(new QLabel(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_pages(new QStackedWidget(this))
    , m_tree(new QTreeView(this))
    , m_text(new QPlainTextEdit(this))
    , m_picture(new PictureView(this))
    , m_model(new JsonModel(this))
{
    m_search->setPlaceholderText(tr("Find in the payload"));
    m_search->setAccessibleName(tr("Find in the payload"));
    m_search->setClearButtonEnabled(true);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->setContentsMargins(8, 4, 8, 4);
    m_note->hide();
    m_cancel->hide();
    m_tree->setModel(m_model);
    m_tree->setAccessibleName(tr("Payload"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setHeaderHidden(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setIndentation(14);
    m_tree->header()->setStretchLastSection(true);
    m_tree->header()->resizeSection(JsonModel::Key, 150);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setAccessibleName(tr("Payload"));
    m_pages->addWidget(m_tree);
    m_pages->addWidget(m_text);
    m_pages->addWidget(m_picture);
    auto* top = new QHBoxLayout;
    top->setContentsMargins({});
    top->setSpacing(4);
    top->addWidget(m_search, 1);
    top->addStretch();
    top->addWidget(m_codec);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_note);
    layout->addWidget(m_cancel, 0, Qt::AlignLeft);
    layout->addWidget(m_pages, 1);
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_model->show(nullptr);
        m_text->clear();
        m_picture->show({});
        say(tr("Reading the payload …"));
        m_cancel->show();
    });
    connect(m_cancel, &QPushButton::clicked, this, &PayloadPane::stopReading);
    connect(m_codec, &CodecButton::picked, this, &PayloadPane::choose);
    connect(m_codec, &CodecButton::fetchWanted, this, &PayloadPane::schemasWanted);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setSearch(text);
        expand();
    });
    connect(m_tree, &QWidget::customContextMenuRequested, this, &PayloadPane::showMenu);
}

void PayloadPane::setPayload(const PayloadRequest& request)
{
    if (m_isRead && request.bytes == m_request.bytes && request.topic == m_request.topic &&
        request.headers == m_request.headers && request.names == m_request.names)
        return;
    m_request = request;
    readAgain();
}

void PayloadPane::readAgain()
{
    m_parse.cancel();
    m_patience.stop();
    m_isRead = false;
    if (isVisible())
        read();
}

void PayloadPane::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_isRead)
        read();
}

void PayloadPane::read()
{
    m_isRead = true;
    if (isReadAtOnce(m_request)) {
        present(readPayload(m_request));
        return;
    }
    m_patience.start();
    m_parse.start(
        this,
        [this](std::stop_token stop) {
            return QtConcurrent::run([request = m_request, stop = std::move(stop)] {
                return readPayload(request, stop);
            });
        },
        [this](const Result<PayloadReading>& answer) { present(answer); });
}

void PayloadPane::stopReading()
{
    m_parse.cancel();
    m_patience.stop();
    m_cancel->hide();
    say(tr("Not read: cancelled. Its bytes: see Hex. Choose a codec on the right to read it."));
}

void PayloadPane::say(const QString& note)
{
    const Theme& theme = Theme::current();
    QPalette palette = m_note->palette();
    palette.setColor(QPalette::WindowText, note.startsWith(u'▲') ? theme.warning : theme.secondary);
    m_note->setPalette(palette);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

void PayloadPane::present(const Result<PayloadReading>& answer)
{
    m_patience.stop();
    m_cancel->hide();
    if (!answer)
        return; // cancelled
    const PayloadReading& reading = *answer;
    m_model->show(reading.json);
    m_text->setPlainText(reading.text);
    m_text->setFont(Theme::current().numberFont(9.5));
    m_picture->show(reading.picture);
    QWidget* page = m_picture; // empty where there is nothing to show
    if (reading.json)
        page = m_tree;
    else if (!reading.text.isEmpty())
        page = m_text;
    m_pages->setCurrentWidget(page);
    m_search->setVisible(reading.json != nullptr);
    if (reading.json)
        expand();
    presentCodec(reading.decoded);
    say(reading.note);
}

QString PayloadPane::chosenCodec() const
{
    if (!m_request.names)
        return {};
    for (const CodecRule& rule : m_request.names->codecs().rules()) {
        if (rule.topic == m_request.topic)
            return QString::fromStdString(rule.codec);
    }
    return {};
}

void PayloadPane::presentCodec(const Decoded& decoded)
{
    m_codec->setVisible(m_request.names && !m_request.bytes.isEmpty());
    m_codec->say(QString::fromStdString(decoded.codec), chosenCodec(),
                 QString::fromStdString(m_request.topic));
}

/// The choice holds for the topic, in filters and SQL too. The schema's file is read by a worker;
/// where it has several messages a person says which.
void PayloadPane::choose(const QString& codec, const QString& schema)
{
    if (!m_request.names)
        return;
    const QString topic = QString::fromStdString(m_request.topic);
    const QString what = schema.isEmpty() ? codec : codec + u':' + schema;
    m_schema.start(
        this,
        [=, this](std::stop_token) {
            return QtConcurrent::run([=, names = m_request.names]() -> Result<QStringList> {
                CodecRule rule{topic.toStdString(), codec.toStdString(), {}};
                QStringList messages;
                if (!schema.isEmpty()) {
                    auto read = schemaFromFile(schema, codec);
                    if (!read)
                        return read.error();
                    if (read->name.empty())
                        messages = messagesOf(*read);
                    rule.schema = std::move(*read);
                }
                if (messages.size() < 2)
                    names->codecs().setRule(std::move(rule));
                return messages;
            });
        },
        [=, this](const Result<QStringList>& messages) {
            if (!messages) {
                say(u"▲ "_s + messages.error().message);
                return;
            }
            if (messages->size() > 1) {
                m_codec->askForMessage(codec, schema, *messages);
                return;
            }
            Q_EMIT codecChosen(topic, what.isEmpty() ? QString() : topic + u'=' + what);
            readAgain();
        });
}

void PayloadPane::expand()
{
    const JsonIndex* json = m_model->json();
    if (json == nullptr)
        return;
    // A search shows where its matches are; a small payload is read without a click.
    if (json->nodes().size() <= kExpandedNodes ||
        (!m_search->text().isEmpty() && m_model->matches() <= static_cast<int>(kExpandedNodes)))
        m_tree->expandAll();
    else
        m_tree->expandToDepth(0);
}

void PayloadPane::showMenu(const QPoint& position)
{
    QMenu menu(this);
    fillMenuOf(menu, m_tree->indexAt(position));
    menu.exec(m_tree->viewport()->mapToGlobal(position));
}

void PayloadPane::fillPickedMenu(QMenu& menu)
{
    fillMenuOf(menu, m_tree->currentIndex());
}

void PayloadPane::fillMenuOf(QMenu& menu, const QModelIndex& index)
{
    const JsonIndex* json = m_model->json();
    if (index.isValid() && json != nullptr) {
        const std::uint32_t node = m_model->nodeOf(index);
        const QString value = json->value(node);
        const QString written = QString::fromUtf8(json->written(node));
        const QString path = json->path(node);
        const bool isContainer = json->nodes()[node].children > 0;
        const auto copy = [](const QString& text) { QApplication::clipboard()->setText(text); };
        menu.addAction(tr("Copy value"), this, [=] { copy(isContainer ? written : value); });
        menu.addAction(tr("Copy key"), this, [=, key = json->key(node)] { copy(key); });
        menu.addAction(tr("Copy path"), this, [=] { copy(u"payload."_s + path); });
        menu.addAction(tr("Copy as condition"), this,
                       [=] { copy(u"payload.%1 == %2"_s.arg(path, written)); });
        menu.addSeparator();
    }
    menu.addAction(tr("Expand all"), m_tree, &QTreeView::expandAll);
    menu.addAction(tr("Collapse all"), m_tree, &QTreeView::collapseAll);
    menu.addSeparator();
    menu.addAction(tr("Copy payload"), this,
                   [this] { QApplication::clipboard()->setText(asText()); });
}

QString PayloadPane::note() const
{
    return m_note->isHidden() ? QString() : m_note->text();
}

QString PayloadPane::asText() const
{
    if (const JsonIndex* json = m_model->json())
        return QString::fromUtf8(json->pretty());
    return m_text->toPlainText().isEmpty() ? note() : m_text->toPlainText();
}

} // namespace murmur
