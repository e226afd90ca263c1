// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/jsonfield.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace murmur {

/// One place in a JSON message that a dialect looks at: names with '>' between them,
/// "params>_meta>traceparent"; "0", "1" … are elements of a list, "last" the last text or number
/// beyond those that are named. Several places may fill one slot: the first in the table wins.
struct FieldPath
{
    std::uint8_t slot;
    std::string_view path;
};

template<typename Slot>
constexpr FieldPath at(Slot slot, std::string_view path)
{
    return {static_cast<std::uint8_t>(slot), path};
}

/// Reads the places of a table out of a message in one pass: the table is the knowledge of a
/// dialect, this is the only code that walks. Descends no deeper than the table does. Of a list of
/// messages (a batch) it reads the first.
class PathReader
{
public:
    struct Value
    {
        std::string_view json; ///< as it stands in the message; data() null: not there, or null
        std::string_view text; ///< of a string or number, escapes resolved; else empty
    };

    PathReader(std::span<const FieldPath> paths, std::size_t slots);

    /// What is wrong with `json`, a literal; empty when nothing is. Texts that hold escapes go into
    /// the scratch of `out`. `json` is followed by kPadding readable bytes.
    std::string_view read(std::string_view json, Interpretation& out);

    template<typename Slot>
    [[nodiscard]] const Value& operator[](Slot slot) const
    {
        return m_values[static_cast<std::size_t>(slot)];
    }
    template<typename Slot>
    [[nodiscard]] std::string_view text(Slot slot) const
    {
        return (*this)[slot].text;
    }
    template<typename Slot>
    [[nodiscard]] bool has(Slot slot) const
    {
        return (*this)[slot].json.data() != nullptr;
    }
    [[nodiscard]] bool isBatch() const { return m_isBatch; }

    /// The texts and numbers of a list that was read, or the text that stands in its place. After
    /// this the values stay, but nothing else is read from the same pass.
    void texts(const Value& list, std::size_t limit, Interpretation& out,
               std::vector<std::string_view>& found);
    /// Adds the members of an object that was read to the state of `out`: a snapshot, or a merge
    /// patch, whose nulls stay nulls; of a list what its operations say when it is a JSON patch
    /// (RFC 6902): "/pose/x" is the key "pose.x", and what is removed is null.
    void addState(const Value& value, Interpretation& out);

private:
    struct Node
    {
        std::string_view name;
        int slot = -1;
        unsigned rank = 0;
        std::vector<Node> children;
        [[nodiscard]] const Node* find(std::string_view key) const noexcept;
    };
    simdjson::error_code readRoot(std::string_view json);
    simdjson::error_code walkFirst(simdjson::ondemand::array array);
    simdjson::error_code walk(simdjson::ondemand::object object, const Node& node);
    simdjson::error_code walk(simdjson::ondemand::array array, const Node& node);
    simdjson::error_code take(simdjson::ondemand::value value, const Node& node);
    void store(const Node& node, const Value& value);

    Node m_root;
    std::vector<Value> m_values;
    std::vector<unsigned> m_ranks;
    simdjson::ondemand::parser m_parser;
    Interpretation* m_out = nullptr;
    bool m_isBatch = false;
};

} // namespace murmur
