// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/result.h"
#include "base/time.h"
#include "recording/textfilter.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

struct Columns;
class Dictionaries;

/// The bytes of a message, fetched only when a filter needs them.
class PayloadSource
{
public:
    virtual ~PayloadSource() = default;
    /// Valid until the next call; empty when it cannot be read. Rows are those of the columns being
    /// evaluated.
    virtual std::string_view raw(std::size_t row) = 0;
    virtual std::string_view headers(std::size_t row) = 0;
};

/// Ids of which a message must have one.
using IdChoice = std::vector<std::pair<IdField, std::string>>;

/// A parsed filter expression (the language of `--where` and the filter bar). Immutable, shared
/// between threads.
class Filter
{
public:
    virtual ~Filter() = default;
    [[nodiscard]] virtual QString text() const = 0;
    /// Needs raw bytes for some messages (payload.*, header.*, bare words).
    [[nodiscard]] virtual bool needsPayload() const = 0;
    /// The ColumnSet that evaluate() looks at; others may stay empty.
    [[nodiscard]] virtual std::uint32_t columns() const = 0;
    /// Narrowest stretch of time outside of which nothing can match; an open side is
    /// the smallest or largest TimePoint, so its length may not fit.
    [[nodiscard]] virtual TimeRange timeBounds() const = 0;
    /// Ids of which every matching message has at least one, so that only blocks with these need to
    /// be looked into; empty: it takes a look into all.
    [[nodiscard]] virtual IdChoice idChoice() const { return {}; }
    /// Texts of which every matching message holds at least one; empty: it takes a look into all.
    /// Depends on the names that there are: a word may be part of one.
    [[nodiscard]] virtual TextChoice textChoice(const Dictionaries& /*names*/) const { return {}; }
    /// Marks in `keep` (sized like the columns, preset to 1) the rows that do not match with 0.
    /// `payload` may be null when !needsPayload().
    virtual void evaluate(const Columns& columns, const Dictionaries& names, PayloadSource* payload,
                          std::vector<std::uint8_t>& keep) const = 0;
};
using FilterPtr = std::shared_ptr<const Filter>;

/// Parses `text`; times without a date refer to `session`. The error's message names the column and
/// what was expected. An empty text gives a null pointer: everything matches.
Result<FilterPtr> parseFilter(QStringView text, TimeRange session);

} // namespace murmur
