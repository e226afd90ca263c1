// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QString>

#include <memory>
#include <stop_token>
#include <vector>

namespace murmur {

/// One place where two messages are not the same.
struct DiffRow
{
    enum class Is { Added, Removed, Changed };
    Is is = Is::Changed;
    QString path; ///< "kind", "header.x", "payload.task.id"; of text "line 3"
    QString before;
    QString after;
    bool isVolatile = false; ///< an id or a time: another one each time
    friend bool operator==(const DiffRow&, const DiffRow&) = default;
};

struct MessageDiff
{
    std::vector<DiffRow> rows; ///< envelope, headers, payload
    bool isCut = false;        ///< there are more
    bool isByLine = false;     ///< the payloads are no JSON
    /// "2 changed, 1 added"; "nothing differs".
    [[nodiscard]] QString summary() const;
};

/// What the later message has otherwise than the earlier one: payloads that are JSON (decoded,
/// where a codec knows them) by their structure, all else by line. For a worker.
MessageDiff messageDiff(const MessageDetail& before, const MessageDetail& after,
                        const std::shared_ptr<const Dictionaries>& names,
                        const std::stop_token& stop = {});

/// The lines that differ, in their order; at most `most`.
std::vector<DiffRow> lineDifferences(const QString& before, const QString& after, std::size_t most);

/// "+", "−", "△": what happened to it.
QString diffSign(DiffRow::Is is);
QString diffWord(DiffRow::Is is);

} // namespace murmur
