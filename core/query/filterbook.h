// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <vector>

namespace murmur {

/// A filter that a person keeps: `@name` stands for it wherever a filter is written.
struct NamedFilter
{
    QString name; ///< a letter, then letters, digits, "-" and "_"
    QString text;

    friend bool operator==(const NamedFilter&, const NamedFilter&) = default;
};

/// The filters that a person keeps, a JSON file that can be handed on:
///     {"filters": [{"name": "slow", "where": "latency > 200ms"}]}
class FilterBook
{
public:
    /// $MURMURSCOPE_FILTERS, else filters.json beside the profiles.
    static QString usualPath();
    /// A file that is not there is an empty book. Unreadable says what is wrong with it.
    static Result<FilterBook> load(const QString& path);
    [[nodiscard]] Status save(const QString& path) const;

    [[nodiscard]] const std::vector<NamedFilter>& filters() const { return m_filters; }
    [[nodiscard]] const NamedFilter* find(QStringView name) const;
    /// Adds it, or replaces that of the same name. WrongUse: no such name can be, or the text is no
    /// filter.
    Status put(const NamedFilter& filter);
    /// False when there was none.
    bool remove(QStringView name);
    /// Takes those of another book; its own give way.
    void take(const FilterBook& other);

    static bool isName(QStringView name);

private:
    std::vector<NamedFilter> m_filters; ///< by name
};

} // namespace murmur
