// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/delivery.h"

#include <QStringList>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

std::string_view deliveredName(Delivered delivered) noexcept
{
    switch (delivered) {
    case Delivered::Acknowledged:
        return "acknowledged";
    case Delivered::Acted:
        return "acted";
    case Delivered::Late:
        return "late";
    case Delivered::Failed:
        return "failed";
    case Delivered::Stale:
        return "stale";
    case Delivered::Nothing:
        break;
    }
    return "nothing";
}

std::string_view expectedByName(ExpectedBy by) noexcept
{
    switch (by) {
    case ExpectedBy::Message:
        return "message";
    case ExpectedBy::Group:
        return "group";
    case ExpectedBy::Before:
        return "before";
    case ExpectedBy::Answer:
        break;
    }
    return "answer";
}

Grade gradeOf(ExpectedBy by) noexcept
{
    return by == ExpectedBy::Message || by == ExpectedBy::Answer ? Grade::Stated : Grade::Inferred;
}

QString deliverySummary(const Delivery& delivery)
{
    static constexpr std::array kOrder{Delivered::Acknowledged, Delivered::Acted,
                                       Delivered::Late,         Delivered::Stale,
                                       Delivered::Failed,       Delivered::Nothing};
    QStringList parts;
    for (const Delivered state : kOrder) {
        const auto count = std::ranges::count(delivery.rows, state, &DeliveryRow::state);
        const std::string_view name = deliveredName(state);
        if (count > 0)
            parts << u"%1 %2"_s.arg(count).arg(
                QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    }
    return parts.isEmpty() ? u"nobody is expected to receive it"_s : parts.join(u", "_s);
}

} // namespace murmur
