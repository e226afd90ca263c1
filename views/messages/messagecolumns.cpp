// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagesview.h"

#include "views/base/fieldchooser.h"
#include "views/base/sharedview.h"
#include "views/messages/messagemodel.h"
#include "views/messages/messagetable.h"

#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QMenu>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

// What a person does with the columns of the table of messages, and with single cells.

namespace murmur {

namespace {

constexpr qint32 kStateVersion = 2;
constexpr int kAddedWidth = 110;
/// Offered by name; members of the payload and headers are asked for.
constexpr std::array kOfferedFields{"group",         "connection", "conversation", "trace",
                                    "correlation",   "id",         "sequence",     "role",
                                    "site",          "model",      "tokens_in",    "tokens_out",
                                    "tokens_cached", "cost",       "finish"};

std::optional<LaneKey> keyOf(const QString& field)
{
    const auto key = laneKeyFromText(field == u"from" ? u"agent"_s : field);
    return key ? std::optional(*key) : std::nullopt;
}

} // namespace

void MessagesView::addColumn(const QString& field)
{
    const auto parsed = MessageField::named(field);
    if (!parsed || !m_model->addColumn(*parsed))
        return;
    QHeaderView* header = m_table->view()->horizontalHeader();
    const int column = m_model->columnCount() - 1;
    header->resizeSection(column, kAddedWidth);
    // Before the payload, which takes what room there is.
    header->moveSection(header->visualIndex(column), header->visualIndex(MessageModel::Payload));
}

void MessagesView::showColumnMenu(const QPoint& globalPosition, int column)
{
    QMenu menu(this);
    fillColumnMenu(menu, column);
    menu.exec(globalPosition);
}

void MessagesView::fillColumnMenu(QMenu& menu, int column)
{
    QHeaderView* header = m_table->view()->horizontalHeader();
    if (column >= MessageModel::ColumnCount) {
        const QString name = m_model->fieldOf(column);
        menu.addAction(tr("Remove the column %1").arg(name), m_model,
                       [this, column] { m_model->removeColumn(column); });
        menu.addSeparator();
    }
    for (int each = 0; each < m_model->columnCount(); ++each) {
        QAction* action =
            menu.addAction(m_model->headerData(each, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!header->isSectionHidden(each));
        // The last one stays: without a header there is no way back.
        action->setEnabled(header->isSectionHidden(each) ||
                           header->hiddenSectionCount() < m_model->columnCount() - 1);
        connect(action, &QAction::toggled, header, [header, each](bool isOn) {
            header->setSectionHidden(each, !isOn);
            // Behind the payload, which takes what room there is, nobody would see it.
            const int payload = header->visualIndex(MessageModel::Payload);
            if (isOn && header->visualIndex(each) > payload)
                header->moveSection(header->visualIndex(each), payload);
        });
    }
    menu.addSeparator();
    QMenu* more = menu.addMenu(tr("&Add a column"));
    const auto offer = [&](const QString& title, const QString& field) {
        const auto& added = m_model->added();
        if (std::ranges::find(added, field, &MessageField::name) == added.end())
            more->addAction(title, this, [this, field] { addColumn(field); });
    };
    const QString lanes = fieldOfLanes(shared()->laneKey());
    // Sender and topic have a column anyway.
    if (lanes != u"from" && lanes != u"topic") {
        offer(tr("As lanes are (%1)").arg(lanes), lanes);
        more->addSeparator();
    }
    for (const char* const field : kOfferedFields)
        offer(QString::fromLatin1(field), QString::fromLatin1(field));
    more->addSeparator();
    more->addAction(tr("Member of the payload or header …"), this, [this] {
        FieldChooser::ask(shared(), this, tr("A column for a field"), {},
                          [this](const QString& field) { addColumn(field); });
    });
}

/// What can be done with the cell under the pointer.
QString MessagesView::offerCell(QMenu& menu, const QPoint& globalPosition, int row)
{
    const int x = m_table->view()->viewport()->mapFromGlobal(globalPosition).x();
    const int column = m_table->view()->columnAt(x);
    const QString condition = column < 0 ? QString() : m_model->conditionOf(row, column);
    if (condition.isEmpty())
        return {};
    const QString name =
        menu.fontMetrics().elidedText(condition, Qt::ElideRight, 320).replace(u"&"_s, u"&&"_s);
    menu.addAction(tr("Only this: %1").arg(name), this, [this, condition] { narrow(condition); });
    menu.addAction(tr("Hide like this"), this,
                   [this, condition] { narrow(u"not (%1)"_s.arg(condition)); });
    const QString field = m_model->fieldOf(column);
    if (const auto key = keyOf(field))
        menu.addAction(tr("Lanes by %1").arg(field), shared(),
                       [this, key = *key] { shared()->setLaneKey(key); });
    menu.addSeparator();
    return field;
}

QByteArray MessagesView::saveState() const
{
    QStringList added;
    for (const MessageField& field : m_model->added())
        added << field.name();
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << kStateVersion << qint32(MessageModel::ColumnCount)
           << m_table->view()->horizontalHeader()->saveState() << added;
    return state;
}

void MessagesView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    qint32 columns = 0;
    QByteArray header;
    QStringList added;
    stream >> version >> columns >> header;
    if (version == kStateVersion)
        stream >> added;
    // Widths of other columns would land on the wrong ones.
    if (stream.status() != QDataStream::Ok || version < 1 || version > kStateVersion ||
        columns != MessageModel::ColumnCount)
        return;
    while (!m_model->added().empty())
        m_model->removeColumn(m_model->columnCount() - 1);
    for (const QString& field : added)
        addColumn(field);
    m_table->view()->horizontalHeader()->restoreState(header);
}

} // namespace murmur
