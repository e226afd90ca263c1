// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "query/filter.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace murmur {

/// A message as it is numbered in its recording.
struct MarkedPlace
{
    std::uint32_t recording = 0; ///< its number in the session
    Seq seq = 0;

    friend auto operator<=>(const MarkedPlace&, const MarkedPlace&) = default;
};

/// What is known of messages beside what they say: the findings that they show, and what people
/// bookmarked.
struct Marks
{
    struct OfFinding
    {
        std::string detector;
        std::string id;       ///< as people write it
        std::string severity; ///< info, warning, critical
        std::vector<MarkedPlace> messages;
    };
    std::vector<OfFinding> findings;
    std::vector<MarkedPlace> bookmarks;
};

/// What a filter asks of them.
struct MarkQuestions
{
    bool findings = false;
    bool bookmarks = false;

    [[nodiscard]] bool any() const noexcept { return findings || bookmarks; }
};

/// A filter with `finding` or `bookmarked` in it. It cannot tell by itself which messages these
/// are: filterWithMarks() of the session room gives it what is known. Without that nothing is
/// marked.
class MarkFilter : public Filter
{
public:
    [[nodiscard]] virtual MarkQuestions questions() const = 0;
    /// The same filter where these marks are known.
    [[nodiscard]] virtual Result<FilterPtr> with(std::shared_ptr<const Marks> marks) const = 0;
};

/// For filters that pass over messages while they come, when nobody knows yet what they will show:
/// WrongUse when this one asks for findings or bookmarks.
Status refuseMarks(const FilterPtr& filter);

} // namespace murmur
