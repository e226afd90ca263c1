// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/messagefield.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <stop_token>
#include <vector>

namespace murmur {

/// What some messages say of some fields, as people read it: columns of a table beyond those of a
/// MessageRow.
struct CellRequest
{
    std::vector<Seq> seqs; ///< ascending
    std::vector<MessageField> fields;
    std::stop_token stop;
};

struct CellRow
{
    Seq seq = 0;
    std::vector<QString> cells; ///< one for each field; empty: the message says nothing
};

/// Messages of damaged blocks are left out.
Result<std::vector<CellRow>> cellsJob(const Source& source, const CellRequest& request);
QFuture<Result<std::vector<CellRow>>> cellsOf(Session& session, CellRequest request);

} // namespace murmur
