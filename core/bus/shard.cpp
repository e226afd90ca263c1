// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/shard.h"

#include "base/message.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace murmur {

bool Shard::takes(QByteArrayView topic, QByteArrayView raw) const noexcept
{
    if (isAll())
        return true;
    const QByteArrayView key = topic.isEmpty() ? raw : topic;
    const std::uint64_t hash =
        idHash(std::string_view(key.data(), static_cast<std::size_t>(key.size())));
    return hash % static_cast<std::uint64_t>(count) == static_cast<std::uint64_t>(number - 1);
}

QString Shard::text() const
{
    return u"%1/%2"_s.arg(number).arg(count);
}

Result<Shard> Shard::fromText(QStringView text)
{
    static const QRegularExpression form(u"^\\s*(\\d{1,5})\\s*/\\s*(\\d{1,5})\\s*$"_s);
    const auto match = form.match(text);
    Shard shard;
    if (match.hasMatch()) {
        shard.number = match.capturedView(1).toInt();
        shard.count = match.capturedView(2).toInt();
    }
    if (!match.hasMatch() || shard.number < 1 || shard.number > shard.count)
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" is no shard; write for example 2/8: the second of eight, from 1/8 to "
                     "8/8."_s.arg(text)};
    return shard;
}

} // namespace murmur
