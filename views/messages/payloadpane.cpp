// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/payloadpane.h"

#include "base/time.h"
#include "views/base/theme.h"
#include "views/messages/jsonmodel.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QStringDecoder>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrent>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kReadHere = 1024 * 1024; // larger payloads are parsed in a worker
constexpr qsizetype kShownText = 1024 * 1024;
constexpr std::size_t kExpandedNodes = 400;

} // namespace

QString boundedText(const QByteArray& bytes, qsizetype limit, bool* isCut)
{
    *isCut = bytes.size() > limit;
    return QString::fromUtf8(bytes.left(limit));
}

PayloadPane::PayloadPane(QWidget* parent)
    : QWidget(parent)
    , m_search(new QLineEdit(this))
    , m_note(new QLabel(this))
    , m_pages(new QStackedWidget(this))
    , m_tree(new QTreeView(this))
    , m_text(new QPlainTextEdit(this))
    , m_model(new JsonModel(this))
{
    m_search->setPlaceholderText(tr("Find in the payload"));
    m_search->setAccessibleName(tr("Find in the payload"));
    m_search->setClearButtonEnabled(true);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->setContentsMargins(8, 4, 8, 4);
    m_note->hide();
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
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_search);
    layout->addWidget(m_note);
    layout->addWidget(m_pages, 1);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setSearch(text);
        expand();
    });
    connect(m_tree, &QWidget::customContextMenuRequested, this, &PayloadPane::showMenu);
}

void PayloadPane::setPayload(const QByteArray& payload)
{
    if (payload == m_payload && m_isRead)
        return;
    m_parse.cancel();
    m_payload = payload;
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
    if (m_payload.size() < kReadHere) {
        present(JsonIndex::parse(m_payload));
        return;
    }
    m_note->setText(tr("Reading the payload …"));
    m_note->show();
    m_model->show(nullptr);
    m_parse.start(
        this,
        [this](std::stop_token stop) {
            return QtConcurrent::run([payload = m_payload, stop = std::move(stop)] {
                return JsonIndex::parse(payload, stop);
            });
        },
        [this](const Result<JsonIndex>& answer) { present(answer); });
}

void PayloadPane::present(const Result<JsonIndex>& answer)
{
    QString note;
    const bool isTree = answer.ok();
    if (isTree) {
        m_model->show(std::make_shared<const JsonIndex>(*answer));
        if (answer->nodes().size() == 1 && answer->nodes()[0].children == 0 &&
            (answer->nodes()[0].type == JsonNode::Type::Object ||
             answer->nodes()[0].type == JsonNode::Type::Array))
            note = tr("An empty object.");
        expand();
    } else {
        m_model->show(nullptr);
        QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString text = decode(m_payload.left(kShownText));
        const bool isCut = m_payload.size() > kShownText;
        if (m_payload.isEmpty()) {
            note = tr("This message has no payload.");
            m_text->clear();
        } else if ((decode.hasError() && !isCut) || m_payload.contains('\0')) {
            note = tr("%1 of binary data: see Hex.").arg(bytesText(m_payload.size()));
            m_text->clear();
        } else {
            const char first = m_payload.trimmed().isEmpty() ? ' ' : m_payload.trimmed().front();
            // Only what sets out to be JSON is worth a complaint.
            if (first == '{' || first == '[')
                note = tr("Not JSON: %1. Shown as text.").arg(answer.error().message);
            m_text->setPlainText(text);
            if (isCut)
                note = tr("The first %1 of %2.")
                           .arg(bytesText(kShownText), bytesText(m_payload.size()));
        }
    }
    m_text->setFont(Theme::current().numberFont(9.5));
    m_pages->setCurrentWidget(isTree ? static_cast<QWidget*>(m_tree) : m_text);
    m_search->setVisible(isTree);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
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
    const QModelIndex index = m_tree->indexAt(position);
    const JsonIndex* json = m_model->json();
    QMenu menu(this);
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
                   [this] { QApplication::clipboard()->setText(QString::fromUtf8(m_payload)); });
    menu.exec(m_tree->viewport()->mapToGlobal(position));
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
