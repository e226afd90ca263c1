// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "query/messagefield.h"
#include "session/matrix.h"

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Where a message stands on one side of a matrix: on a line, or on those of all its receivers.
struct MatrixPlace
{
    std::uint32_t id = 0; ///< of the line, or of the audience
    bool isAudience = false;
};

/// The lines of a side in the order in which they are shown.
struct MatrixOrder
{
    static constexpr std::uint32_t kNowhere = ~0u;
    std::vector<MatrixLine> lines;
    std::vector<std::uint32_t> placeOf; ///< by line as it was found
};

/// The rows or the columns of a matrix while it is made: its lines are numbered as they are found.
class MatrixSide
{
public:
    static constexpr std::uint32_t kNone = 0;
    static constexpr std::uint32_t kOthers = 1;

    MatrixSide(const Dictionaries& names, MessageField field);
    /// By time.
    MatrixSide(const Dictionaries& names, TimeRange range, int columns);

    [[nodiscard]] std::uint32_t columns() const;
    [[nodiscard]] bool needsBytes() const { return m_field && m_field->needsBytes(); }
    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] MatrixPlace placeOf(RowContext& context, std::size_t row);
    /// Nothing where gaps do not tell.
    [[nodiscard]] std::optional<MatrixPlace> placeOf(const Gap& gap);
    /// Of a request: where those stand who are asked, when this is about them.
    [[nodiscard]] MatrixPlace askedPlaceOf(RowContext& context, std::size_t row);
    /// The same once it is known who answered.
    [[nodiscard]] MatrixPlace answeredPlace(MatrixPlace asked, std::uint32_t answerer);
    /// Valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> linesOf(const MatrixPlace& place);

    [[nodiscard]] MatrixOrder order(const std::vector<MatrixCell>& totals, MatrixMeasure measure,
                                    int most) const;

private:
    [[nodiscard]] bool isTime() const { return !m_field.has_value(); }
    [[nodiscard]] bool isOfAsked() const;
    [[nodiscard]] std::uint32_t lineOfTime(std::int64_t time) const;
    [[nodiscard]] std::uint32_t lineOfId(std::uint32_t id);
    [[nodiscard]] std::uint32_t lineOfAgent(std::uint32_t agent);
    [[nodiscard]] std::uint32_t lineOfText(std::string text);

    const Dictionaries* m_names;
    std::optional<MessageField> m_field; ///< none: time
    TimeRange m_range;
    std::int64_t m_begin = 0; ///< of the first column, ns
    std::int64_t m_width = 1;
    std::vector<std::string> m_texts; ///< by line
    std::unordered_map<std::string, std::uint32_t> m_lines;
    std::unordered_map<std::uint32_t, std::uint32_t> m_byId;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> m_audiences;
    std::uint32_t m_one = 0;
};

} // namespace murmur
