// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/result.h"
#include "dialect/explain.h"
#include "dialect/suggestion.h"

#include <QFuture>
#include <QString>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

/// What a dialect would make of some messages of a sample.
struct DialectPreview
{
    enum Column { SeqColumn, Topic, Sender, Receivers, KindColumn, Type, Ids, Start, ColumnCount };

    struct Row
    {
        std::size_t message = 0; ///< of the sample
        std::int64_t seq = 0;
        QString topic;
        QString sender;
        QString receivers;
        Kind kind = Kind::Event;
        QString type;
        QString ids;      ///< "correlation c17 · trace 4bf9"
        QString start;    ///< of the message, on one line
        QString problem;  ///< why it cannot be read; empty: it can
        unsigned own = 0; ///< a bit for each column that is otherwise without the dialect
        [[nodiscard]] bool isOwn(Column column) const { return (own >> column & 1u) != 0; }
    };
    std::vector<Row> rows;
    Coverage before; ///< as the recording is read now
    Coverage after;
};

struct PreviewRequest
{
    std::shared_ptr<const MessageSample> sample;
    std::shared_ptr<const UserDialect> dialect;
    std::optional<std::uint32_t> connection; ///< the messages of one only
};

inline constexpr std::size_t kMostPreviewed = 200;

/// Quick enough for a worker thread at each key press.
DialectPreview previewOf(const PreviewRequest& request);
[[nodiscard]] QFuture<Result<DialectPreview>> previewLater(PreviewRequest request);

/// The rules by which `dialect` reads: for its topics, or for all.
std::vector<DialectRule> rulesOf(const std::shared_ptr<const UserDialect>& dialect,
                                 std::optional<std::uint32_t> connection);
/// From where each field of message `i` is read.
Explanation explanationOf(const PreviewRequest& request, std::size_t i);

} // namespace murmur
