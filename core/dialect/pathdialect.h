// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/envelope.h"
#include "dialect/messageshape.h"
#include "dialect/pathreader.h"

#include <optional>

namespace murmur {

/// A dialect of JSON messages whose fields stand in known places: a table of places, and a
/// description of what they mean together.
class PathDialect : public Dialect
{
public:
    [[nodiscard]] const char* id() const noexcept final { return m_id; }
    [[nodiscard]] double confidence(const MessageView& message) final;
    void interpret(const MessageView& message, Interpretation& out) override;

protected:
    PathDialect(const char* id, std::span<const FieldPath> paths, std::size_t slots)
        : m_fields(paths, slots)
        , m_id(id)
    {
    }
    [[nodiscard]] virtual double judge(const MessageView& message,
                                       const MessageShape& shape) const = 0;
    /// Says in `out` what the fields mean. A reason (a literal) when the message is not of this
    /// dialect.
    virtual std::string_view describe(const MessageView& message, Interpretation& out) = 0;
    /// Reads the fields of `json` and describes them; forgets what it wrote when it fails.
    void read(std::string_view json, const MessageView& message, Interpretation& out);

    PathReader m_fields;

private:
    const char* m_id;
    std::unique_ptr<MessageShape> m_shape; ///< for who asks one dialect alone
};

/// Looks a name up in a small table of {name, …} rows.
template<typename Rows>
[[nodiscard]] constexpr auto rowOf(const Rows& rows, std::string_view name) noexcept
    -> decltype(std::data(rows))
{
    for (const auto& row : rows) {
        if (row.name == name)
            return &row;
    }
    return nullptr;
}

/// A native type and the kind that it means.
struct NamedKind
{
    std::string_view name;
    Kind kind;
};

} // namespace murmur
