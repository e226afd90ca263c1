// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What stands in a body and of which sort it is, without its values: one pass over the bytes, no
/// parser. Digits in keys are all the same, so that "robot-07" and "robot-12" are one key.
class BodyShape
{
public:
    enum class Sort : std::uint8_t { Null, Bool, Number, Text, Object, List };
    struct Piece
    {
        std::uint64_t path = 0;   ///< hash of the keys that lead to it
        std::uint64_t parent = 0; ///< of the object in which it stands
        std::string_view key;     ///< as it stands there
        std::uint32_t above = 0;  ///< index of the piece in which it stands; of the first: itself
        Sort sort = Sort::Null;
        bool isInList = false;
    };

    /// False: no JSON object, damaged, too large, or of too many pieces.
    bool look(std::string_view body);
    [[nodiscard]] const std::vector<Piece>& pieces() const { return m_pieces; }
    /// The same for bodies of one shape; null counts as a sort.
    [[nodiscard]] std::uint64_t hash() const { return m_hash; }
    /// "pose.x", "boxes[].label".
    [[nodiscard]] std::string nameOf(const Piece& piece) const;

    static constexpr std::size_t kLargest = 16'384;
    static constexpr std::size_t kMostPieces = 256;

private:
    bool value(std::size_t above, std::string_view key, std::uint64_t path, bool isInList,
               int depth);
    bool members(std::size_t self, int depth);
    bool elements(std::size_t self, int depth);
    void skipSpace();
    bool text(std::string_view& inside);

    std::string_view m_body;
    std::size_t m_at = 0;
    std::vector<Piece> m_pieces;
    std::uint64_t m_hash = 0;
};

/// "a text", "a number".
std::string_view sortName(BodyShape::Sort sort) noexcept;

} // namespace murmur
