// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <stop_token>
#include <vector>

namespace murmur {

/// One value of a JSON text, by where it stands in it.
struct JsonNode
{
    enum class Type : std::uint8_t { Null, Bool, Number, String, Array, Object };
    Type type = Type::Null;
    std::uint32_t parent = 0; ///< itself for the root
    std::uint32_t begin = 0;  ///< of the value, quotes and brackets included
    std::uint32_t size = 0;
    std::uint32_t keyBegin = 0; ///< inside the quotes
    std::uint32_t keySize = 0;
    std::uint32_t position = 0; ///< among its siblings
    std::uint32_t children = 0;
};

/// A JSON text and its values in the order in which they stand there (a parent before its
/// children). Numbers, keys and their order stay as they were written, which a parser that builds
/// values would lose. Values only; may cross threads.
class JsonIndex
{
public:
    /// One pass over `text`. Errors: what is wrong and at which byte; Cancelled. Refuses more than
    /// 512 levels and two million values.
    static Result<JsonIndex> parse(QByteArray text, const std::stop_token& stop = {});

    [[nodiscard]] const std::vector<JsonNode>& nodes() const { return m_nodes; }
    [[nodiscard]] const QByteArray& text() const { return m_text; }
    /// The key without escapes, or "[3]" for an element of an array; empty for the root.
    [[nodiscard]] QString key(std::uint32_t node) const;
    /// As written, strings without quotes and escapes; containers as "{3}" and "[3]".
    [[nodiscard]] QString value(std::uint32_t node) const;
    /// The value's own bytes.
    [[nodiscard]] QByteArray written(std::uint32_t node) const;
    /// "task.owner", "tasks[2].id": the way from the root.
    [[nodiscard]] QString path(std::uint32_t node) const;

    [[nodiscard]] QByteArray compact() const; ///< without the white space between values
    [[nodiscard]] QByteArray pretty() const;  ///< one value a line, four spaces a level

private:
    friend class JsonScanner;
    [[nodiscard]] QByteArray rewritten(bool isPretty) const;

    QByteArray m_text;
    std::vector<JsonNode> m_nodes;
};

} // namespace murmur
