// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/deliveryview.h"

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/conversations/deliverymodel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kReadDeliveryAgain = 1500; // milliseconds, while somebody has not answered

} // namespace

DeliveryView::DeliveryView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Delivery"), this))
    , m_about(new QLabel(this))
    , m_table(new QTableView(this))
    , m_model(new DeliveryModel(this))
    , m_note(new EmptyNote(m_table))
{
    setAccessibleName(tr("Delivery"));
    setAccessibleDescription(tr("Who got the selected message, who answered, and who did not. "
                                "Return goes to the message that shows it."));
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_about->setContentsMargins(12, 5, 12, 5);
    m_about->hide();
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Receivers"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(
        std::max(Theme::current().tableRow, fontMetrics().height() + 4));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    const QFontMetrics metrics(Theme::current().interfaceFont(9.5));
    const std::array texts{u"vision-llm-0000"_s, u"✓ acknowledged_"_s, u"8888.8 ms"_s,
                           u"answered before (inferred)"_s};
    for (int column = 0; std::cmp_less(column, texts.size()); ++column)
        m_table->setColumnWidth(
            column, metrics.horizontalAdvance(texts[static_cast<std::size_t>(column)]) + 20);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_about);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);

    connect(m_table, &QTableView::clicked, this, &DeliveryView::pick);
    connect(m_table, &QTableView::activated, this, &DeliveryView::pick);
    connect(shared(), &SharedView::sessionChanged, this, &DeliveryView::onSessionChanged);
    connect(shared(), &SharedView::messageSelected, this, &DeliveryView::onMessageSelected);
    connect(shared(), &SharedView::dataGrew, this, &DeliveryView::onDataGrew);
    connect(shared(), &SharedView::namesChanged, this, [this] {
        if (m_asked != 0 && isVisible())
            ask(m_asked);
    });
    onSessionChanged();
}

DeliveryView::~DeliveryView() = default;

void DeliveryView::onSessionChanged()
{
    m_job.cancel();
    m_asked = 0;
    m_failure.clear();
    present(nullptr);
    onMessageSelected();
}

void DeliveryView::onMessageSelected()
{
    const Seq seq = shared()->selectedMessage();
    if (m_isPicking || seq == 0 || shared()->session() == nullptr) {
        updateNote();
        return;
    }
    m_isStale = !isVisible();
    if (!m_isStale)
        ask(seq);
}

void DeliveryView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale && shared()->selectedMessage() != 0 && shared()->session() != nullptr)
        ask(shared()->selectedMessage());
    m_isStale = false;
}

/// An answer may come after its message was looked at.
void DeliveryView::onDataGrew()
{
    const Delivery* delivery = m_model->delivery();
    if (!isVisible() || delivery == nullptr || m_job.isBusy() ||
        !m_sinceAsked.hasExpired(kReadDeliveryAgain))
        return;
    if (std::ranges::any_of(delivery->rows, [](const DeliveryRow& row) {
            return row.state == Delivered::Nothing || row.state == Delivered::Acknowledged;
        }))
        ask(m_asked);
}

void DeliveryView::ask(Seq seq)
{
    m_asked = seq;
    m_sinceAsked.start();
    m_job.start(
        this,
        [&](std::stop_token stop) {
            DeliveryRequest request;
            request.seq = seq;
            request.stop = std::move(stop);
            return deliveryOf(*shared()->session(), std::move(request));
        },
        [this](Result<Delivery> delivery) {
            if (!delivery && delivery.error().code == ErrorCode::Cancelled)
                return;
            m_failure = delivery ? QString() : delivery.error().message;
            present(delivery ? std::make_shared<const Delivery>(std::move(*delivery)) : nullptr);
        });
    updateNote();
}

void DeliveryView::present(std::shared_ptr<const Delivery> delivery)
{
    Session* session = shared()->session();
    const int current = m_table->currentIndex().row();
    m_model->show(session != nullptr ? std::move(delivery) : nullptr,
                  session != nullptr ? session->dictionaries() : nullptr);
    if (current >= 0 && current < m_model->rowCount())
        m_table->setCurrentIndex(m_model->index(current, 0));
    const Delivery* shown = m_model->delivery();
    QString about;
    if (shown != nullptr && shown->deadline != kNoTime) {
        const QString after =
            durationText(nanoseconds(shown->deadline - toNs(shown->message.time)));
        about = shown->isDeadlineStated
                    ? tr("Late is what comes after %1, as the message says.").arg(after)
                    : tr("Late is what comes after %1, by how fast earlier ones were answered.")
                          .arg(after);
    }
    if (shown != nullptr && shown->isOneOfMany)
        about += (about.isEmpty() ? QString() : u" "_s) +
                 tr("One of several answers on this topic, so one is enough.");
    m_about->setText(about);
    m_about->setVisible(!about.isEmpty());
    m_header->setTitle(shown != nullptr
                           ? tr("Delivery of message %1").arg(numberText(shown->message.shownSeq()))
                           : tr("Delivery"));
    m_header->setFacts(shown != nullptr ? deliverySummary(*shown) : QString());
    updateNote();
}

void DeliveryView::pick(const QModelIndex& index)
{
    const DeliveryRow* row = m_model->row(index.row());
    if (row == nullptr)
        return;
    m_isPicking = true; // the table stays
    const AgentId agent = row->agent;
    if (row->shownBy != 0)
        shared()->selectMessage(row->shownBy);
    shared()->selectAgent(agent);
    m_isPicking = false;
}

void DeliveryView::updateNote()
{
    if (shared()->session() == nullptr || (m_asked == 0 && !m_job.isBusy()))
        m_note->say(tr("No message selected"),
                    tr("Select a message to see who got it, and what became of it."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not known"), m_failure);
    else if (m_model->rowCount() > 0)
        m_note->say({});
    else if (m_job.isBusy())
        m_note->say(tr("Looking…"));
    else
        m_note->say(tr("Nobody is expected"),
                    tr("The message names no receiver, and nobody answered earlier ones of its "
                       "topic."));
}

QString DeliveryView::asText() const
{
    QString text = m_header->title() + u'\t' + m_header->facts() + u'\n';
    for (int row = 0; row < m_model->rowCount(); ++row) {
        for (int column = 0; column < DeliveryModel::ColumnCount; ++column)
            text += (column > 0 ? u"\t"_s : QString()) + m_model->text(row, column);
        text += u'\n';
    }
    return text;
}

QByteArray DeliveryView::saveState() const
{
    return m_table->horizontalHeader()->saveState();
}

void DeliveryView::restoreState(const QByteArray& state)
{
    m_table->horizontalHeader()->restoreState(state);
}

void DeliveryView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(asText());
        return;
    }
    View::keyPressEvent(event);
}

} // namespace murmur
