// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagemodel.h"

#include "views/base/theme.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// The columns of a MessageModel that a person has added.

namespace murmur {

void MessageModel::setCellFetch(CellFetch fetch)
{
    m_cellJob.cancel();
    m_cellsUnderWay = -1;
    m_cellFetch = std::move(fetch);
    fetchCells();
}

bool MessageModel::addColumn(const MessageField& field)
{
    if (std::ranges::find(m_added, field.name(), &MessageField::name) != m_added.end())
        return false;
    const int column = columnCount();
    beginInsertColumns({}, column, column);
    m_added.push_back(field);
    ++m_addedRevision;
    endInsertColumns();
    fetchCells();
    return true;
}

void MessageModel::removeColumn(int column)
{
    if (column < ColumnCount || column >= columnCount())
        return;
    beginRemoveColumns({}, column, column);
    m_added.erase(m_added.begin() + (column - ColumnCount));
    ++m_addedRevision;
    endRemoveColumns();
    fetchCells();
}

QString MessageModel::fieldOf(int column) const
{
    if (column >= ColumnCount && column < columnCount())
        return m_added[static_cast<std::size_t>(column - ColumnCount)].name();
    switch (column) {
    case KindWord:
        return u"kind"_s;
    case From:
        return u"from"_s;
    case To:
        return u"to"_s;
    case Topic:
        return u"topic"_s;
    case Latency:
        return u"latency"_s;
    case Number:
        return u"seq"_s;
    case Type:
        return u"type"_s;
    case Connection:
        return u"connection"_s;
    case Size:
        return u"size"_s;
    case FlagWords:
        return u"flags"_s;
    default:
        return {};
    }
}

QString MessageModel::conditionOf(int row, int column) const
{
    const MessageRow* of = message(row);
    const QString name = fieldOf(column);
    if (of == nullptr || !m_names || name.isEmpty())
        return {};
    const auto field = MessageField::named(name);
    if (!field)
        return {};
    switch (column) {
    case Latency:
        return of->latency < 0 ? u"latency not exists"_s : u"latency >= %1ns"_s.arg(of->latency);
    case Size:
        return u"size >= %1"_s.arg(of->size);
    case Number:
        return {};
    default:
        break;
    }
    if (column >= ColumnCount) {
        const QString text = addedText(row, column);
        if (text.isNull())
            return {};
        if (!field->isNumber() || text.isEmpty())
            return field->isCondition(text);
        // What is shown of a number is rounded, but for a plain count.
        bool isWhole = false;
        const qlonglong number = QString(text).remove(u',').toLongLong(&isWhole);
        return isWhole ? u"%1 >= %2"_s.arg(name).arg(number) : name + u" exists"_s;
    }
    std::uint32_t id = murmur::index(of->sender);
    if (column == KindWord)
        id = static_cast<std::uint32_t>(of->kind);
    else if (column == To)
        id = murmur::index(of->audience);
    else if (column == Topic)
        id = murmur::index(of->topic);
    else if (column == Type)
        id = murmur::index(of->type);
    else if (column == Connection)
        id = murmur::index(of->connection);
    else if (column == FlagWords)
        id = of->flags;
    return field->isCondition(QString::fromStdString(field->nameOf(*m_names, id)));
}

/// Of the pages in view that have their rows, the first one without cells of these columns.
void MessageModel::fetchCells()
{
    if (!m_cellFetch || m_added.empty() || !m_fetch)
        return;
    const std::vector<int> wanted = wantedPages();
    if (m_cellJob.isBusy()) {
        if (std::ranges::find(wanted, m_cellsUnderWay) != wanted.end())
            return;
        m_cellJob.cancel(); // the person has scrolled on
    }
    m_cellsUnderWay = -1;
    const auto next = std::ranges::find_if(wanted, [this](int page) {
        const Page* held = m_pages.object(page);
        return held != nullptr && held->cellsRevision != m_addedRevision;
    });
    if (next == wanted.end())
        return;
    const int page = *next;
    CellRequest request;
    request.fields = m_added;
    for (const MessageRow& row : m_pages.object(page)->rows) {
        if (row.seq != 0)
            request.seqs.push_back(row.seq);
    }
    m_cellsUnderWay = page;
    m_cellJob.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return m_cellFetch(std::move(request));
        },
        [this, page, revision = m_addedRevision](const Result<std::vector<CellRow>>& answer) {
            m_cellsUnderWay = -1;
            if (revision == m_addedRevision)
                storeCells(page, answer);
            fetchCells();
        });
}

void MessageModel::storeCells(int page, const Result<std::vector<CellRow>>& answer)
{
    Page* held = m_pages.object(page);
    if (held == nullptr)
        return;
    held->cellsRevision = m_addedRevision; // also of a failure: it is not asked for ever
    held->cells.assign(held->rows.size(), {});
    if (!answer) {
        if (answer.error().code != ErrorCode::Cancelled)
            Q_EMIT fetchFailed(answer.error().message);
        return;
    }
    auto next = answer->begin();
    for (std::size_t at = 0; at < held->rows.size(); ++at) {
        while (next != answer->end() && next->seq < held->rows[at].seq)
            ++next;
        if (next != answer->end() && next->seq == held->rows[at].seq)
            held->cells[at] = next->cells;
    }
    const int firstRow = firstRowOf(page);
    const int lastRow = std::min(firstRow + held->asked, total()) - 1;
    if (lastRow >= std::max(0, firstRow))
        Q_EMIT dataChanged(index(std::max(0, firstRow), ColumnCount),
                           index(lastRow, columnCount() - 1));
}

/// Null: not here yet.
QString MessageModel::addedText(int row, int column) const
{
    const Page* page = row < 0 ? nullptr : m_pages.object(pageOf(row));
    const auto at = static_cast<std::size_t>((row + m_gone) % kPageRows);
    if (page == nullptr || page->cellsRevision != m_addedRevision || at >= page->cells.size())
        return {};
    const auto cell = static_cast<std::size_t>(column - ColumnCount);
    if (m_hidesPayloads)
        return u"•••"_s;
    const QString text = cell < page->cells[at].size() ? page->cells[at][cell] : QString();
    return text.isNull() ? u""_s : text;
}

QVariant MessageModel::addedData(const QModelIndex& index, int role) const
{
    const MessageField& field = m_added[static_cast<std::size_t>(index.column() - ColumnCount)];
    switch (role) {
    case Qt::FontRole:
        return field.isNumber() ? m_numberFont : m_font;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (field.isNumber() ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole: {
        const bool isKnown = !addedText(index.row(), index.column()).isNull();
        return isKnown ? Theme::current().text : Theme::current().faint;
    }
    case Qt::DisplayRole:
    case Qt::ToolTipRole: {
        const QString text = addedText(index.row(), index.column());
        if (text.isNull())
            return role == Qt::DisplayRole ? QVariant(u"…"_s) : QVariant();
        return previewText(text.toUtf8());
    }
    default:
        return {};
    }
}

} // namespace murmur
