// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/markcondition.h"

#include <algorithm>
#include <utility>

namespace murmur {

MarkCondition::MarkCondition(std::vector<MarkedPlace> places)
    : m_places(std::move(places))
{
    std::ranges::sort(m_places);
}

bool MarkCondition::matches(RowContext& context, std::size_t row) const
{
    const Columns& columns = context.columns();
    return std::ranges::binary_search(m_places,
                                      MarkedPlace{columns.recordingAt(row), columns.ownSeqAt(row)});
}

Status refuseMarks(const FilterPtr& filter)
{
    using namespace Qt::StringLiterals;
    const auto* asking = dynamic_cast<const MarkFilter*>(filter.get());
    if (asking == nullptr)
        return Done{};
    if (asking->questions().findings)
        return Error{ErrorCode::WrongUse,
                     u"While messages come, a finding is waited for by its name alone: "
                     "finding:silent-agent, finding:critical or finding:*."_s};
    return Error{ErrorCode::WrongUse, u"While messages come, nobody has bookmarked them yet."_s};
}

} // namespace murmur
