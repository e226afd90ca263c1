// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/timeaxis.h"
#include "views/timeline/markindex.h"

#include <QString>

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Slim rows below the lanes, one for each topic on which things are said to nobody in particular:
/// there their arrows end. Topics that differ in a number share a row; the first rows stay where
/// they are, and more than there is room for share the last one. Pure.
class TopicRail
{
public:
    static constexpr int kRowHeight = 15;
    static constexpr std::size_t kMostRows = 4;

    using TopicName = std::function<QString(TopicId)>;

    void clear();
    /// Takes in the topics of the marks that name no receiver, those with most messages first.
    void add(const MarkIndex& marks, TimeRange window, const TopicName& name);

    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] int height() const { return static_cast<int>(rows()) * kRowHeight; }
    [[nodiscard]] QString label(std::size_t row) const;
    /// The row of a topic; none when nothing was said to nobody there.
    [[nodiscard]] std::optional<std::size_t> rowOf(TopicId topic) const;
    /// The middle of a row, from the top of the rail.
    [[nodiscard]] static int middle(std::size_t row)
    {
        return static_cast<int>(row) * kRowHeight + kRowHeight / 2;
    }

private:
    struct Row
    {
        QString family; ///< with a star for each number
        QString name;   ///< of its first topic
        int topics = 0;
    };
    std::vector<Row> m_rows; // those that share the last one, too
    std::unordered_map<std::uint32_t, std::size_t> m_rowOf;
};

} // namespace murmur
