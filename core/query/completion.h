// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/fields.h"
#include "query/filterbook.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <vector>

namespace murmur {

/// A piece of an expression that is still being typed.
enum class TokenRole : std::uint8_t {
    Field,    ///< with its path
    Flag,     ///< a flag that stands alone, or a filter that is kept
    Operator, ///< == != < <= > >= = ~ contains in exists
    Joint,    ///< and or not
    Value,
    Search, ///< a word that is searched for
    Bracket,
};
struct ExpressionToken
{
    TokenRole role = TokenRole::Search;
    qsizetype at = 0;
    qsizetype length = 0;

    friend bool operator==(const ExpressionToken&, const ExpressionToken&) = default;
};
/// Reads what stands there, right or wrong; never fails. In order, without the white space.
std::vector<ExpressionToken> expressionTokens(QStringView expression);

/// What a recording has for the values of a field; for Field::Payload the paths of members that
/// are there ("payload.task.id"), for Field::Header those of headers.
using ValuesOf = std::function<QStringList(Field)>;

/// What a person could mean.
struct CompletionSource
{
    ValuesOf valuesOf = [](Field) { return QStringList(); };
    std::vector<NamedFilter> filters = {};
};

struct Completion
{
    QString text; ///< as it is written into the expression, quotes included
    QString hint; ///< a few words; may be empty

    friend bool operator==(const Completion&, const Completion&) = default;
};
/// What can stand at a place of an expression; replaces [at, at + length).
struct CompletionList
{
    qsizetype at = 0;
    qsizetype length = 0;
    std::vector<Completion> entries;
};
/// Those that begin like the word at `cursor` come first, then those that hold it; at most `most`.
/// Nothing inside of quotes that are closed, and nothing where the word is whole already.
CompletionList completionsAt(QStringView expression, qsizetype cursor,
                             const CompletionSource& source, std::size_t most = 200);

/// A text as the value of a condition: quoted where it must be.
QString filterValue(const QString& text);

} // namespace murmur
