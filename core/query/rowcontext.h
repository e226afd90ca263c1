// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace murmur {

class PayloadSource;
struct ModelCall;

/// The value of a column, or `missing` where the reader left the column empty.
template<typename T>
T cell(const std::vector<T>& column, std::size_t row, T missing = {}) noexcept
{
    return row < column.size() ? column[row] : missing;
}

/// What a thread needs while it evaluates one run of columns: the bytes of the current row, its
/// parsed payload, and the verdicts about names, each found once per id.
class RowContext
{
public:
    RowContext(const Columns& columns, const Dictionaries& names, PayloadSource* source,
               std::size_t slots);
    ~RowContext();
    RowContext(const RowContext&) = delete;
    RowContext& operator=(const RowContext&) = delete;

    [[nodiscard]] const Columns& columns() const noexcept { return m_columns; }
    [[nodiscard]] const Dictionaries& names() const noexcept { return m_names; }

    /// The verdict about dictionary entry `id` that slot `slot` keeps, or what `judge` says the
    /// first time.
    template<typename Judge>
    bool verdict(std::size_t slot, std::uint32_t id, Judge&& judge)
    {
        std::vector<std::uint8_t>& known = m_verdicts[slot];
        if (id >= known.size()) {
            if (id > kMaxVerdicts) // a damaged file: do not allocate what it says
                return judge();
            known.resize(id + 1 + id / 2, kOpen);
        }
        if (known[id] == kOpen)
            known[id] = judge() ? kYes : kNo;
        return known[id] == kYes;
    }

    /// Views are valid until the next call for other bytes.
    std::string_view raw(std::size_t row);
    std::string_view headers(std::size_t row);
    std::string_view payload(std::size_t row);
    /// The text behind a reference; empty when it points outside.
    std::string_view text(std::size_t row, TextRef ref);
    /// The payload as JSON, decoded where it is written in another way; null when it is none. Valid
    /// until the next row.
    const simdjson::dom::element* json(std::size_t row);
    /// The call to a model that the message tells of, or null. Valid until the next row.
    const ModelCall* modelCall(std::size_t row);

private:
    static constexpr std::uint8_t kOpen = 0, kNo = 1, kYes = 2;
    static constexpr std::uint32_t kMaxVerdicts = 1u << 24;

    struct Json;
    struct Calls;
    bool parse(std::string_view json);
    bool decode(std::size_t row);
    enum class Holds : std::uint8_t { Nothing, Raw, Headers };

    const Columns& m_columns;
    const Dictionaries& m_names;
    PayloadSource* m_source;
    std::vector<std::vector<std::uint8_t>> m_verdicts;
    std::unique_ptr<Json> m_json;
    std::unique_ptr<Calls> m_calls;
    std::string_view m_bytes;
    std::size_t m_row = 0;
    Holds m_holds = Holds::Nothing;
};

} // namespace murmur
