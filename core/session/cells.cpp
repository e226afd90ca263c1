// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/cells.h"

#include "recording/blockcodec.h"
#include "session/jobs.h"

#include <QtConcurrent>

#include <algorithm>

namespace murmur {

namespace {

constexpr qsizetype kLongestCell = 400; // more does not fit into a table

void fillCells(const Columns& columns, const CellRequest& request, const Dictionaries& names,
               PayloadSource& payload, std::vector<Seq>::const_iterator& next,
               std::vector<CellRow>& rows)
{
    RowContext context(columns, names, &payload, 0);
    for (; next != request.seqs.end() && *next <= columns.last(); ++next) {
        if (*next < columns.first)
            continue;
        const auto row = static_cast<std::size_t>(*next - columns.first);
        CellRow& made = rows.emplace_back();
        made.seq = *next;
        for (const MessageField& field : request.fields) {
            QString text = field.shown(context, row);
            if (text.size() > kLongestCell)
                text.truncate(kLongestCell);
            made.cells.push_back(std::move(text));
        }
    }
}

} // namespace

Result<std::vector<CellRow>> cellsJob(const Source& source, const CellRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    std::uint32_t wanted = TimeColumns | SizeColumns | PayloadColumns;
    for (const MessageField& field : request.fields)
        wanted |= field.columns();
    std::vector<CellRow> rows;
    rows.reserve(request.seqs.size());
    auto next = request.seqs.begin();
    Columns columns;
    while (next != request.seqs.end() && *next <= view->durable()) {
        if (request.stop.stop_requested())
            return cancelled();
        const auto block = view->reader().blockOf(*next);
        if (!block || !view->reader().load(*block, wanted, columns)) {
            const Seq after = block ? block->last() : *next;
            next = std::upper_bound(next, request.seqs.end(), after);
            continue;
        }
        BlockPayload payload(view->reader(), *block, columns);
        fillCells(columns, request, view->names(), payload, next, rows);
    }
    for (const Tail::Run& run : view->tail()) {
        RunPayload payload(*run);
        fillCells(run->columns, request, view->names(), payload, next, rows);
    }
    return rows;
}

QFuture<Result<std::vector<CellRow>>> cellsOf(Session& session, CellRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return cellsJob(*source, request);
    });
}

} // namespace murmur
