// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/literals.h"

#include "query/textpattern.h"

#include <QStringList>

#include <cmath>
#include <span>
#include <string_view>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString latin1(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

[[noreturn]] void failUnknown(const Literal& literal, const QString& what,
                              std::span<const std::string_view> known)
{
    QString near = nearest(unescaped(literal.escaped), known);
    if (!near.isEmpty())
        Scanner::fail(literal.at, u"\"%1\" is not a %2; did you mean \"%3\"?"_s.arg(literal.shown(),
                                                                                    what, near));
    QStringList all;
    for (const std::string_view name : known)
        all << latin1(name);
    Scanner::fail(literal.at, u"\"%1\" is not a %2; there are %3"_s.arg(literal.shown(), what,
                                                                        all.join(u", "_s)));
}

std::vector<std::string_view> kindNames()
{
    std::vector<std::string_view> names;
    for (int kind = 0; kind < kKindCount; ++kind)
        names.push_back(kindName(static_cast<Kind>(kind)));
    return names;
}

} // namespace

QString expectedValue(const FieldName& field)
{
    switch (field.type) {
    case FieldType::Number:
        return u"a whole number"_s;
    case FieldType::Time:
        return u"a time such as 10:17:30 or 2026-05-21T10:17:00Z"_s;
    case FieldType::Duration:
        return field.numberUnit != 0 ? u"a number or a duration such as 200ms"_s
                                     : u"a duration such as 200ms"_s;
    case FieldType::Size:
        return u"a size such as 4096 or 64KiB"_s;
    case FieldType::Amount:
        return u"an amount in dollars such as 0.01"_s;
    case FieldType::Kind:
        return u"a kind such as request or error"_s;
    case FieldType::FlagSet:
        return u"a flag such as injected or undecoded"_s;
    case FieldType::Text:
    case FieldType::Id:
    case FieldType::Payload:
    case FieldType::Header:
        return u"a value"_s;
    }
    return u"a value"_s;
}

std::int64_t numberFrom(const Literal& literal, const FieldName& field, TimeRange session)
{
    const QString text = unescaped(literal.escaped);
    const auto fail = [&] {
        Scanner::fail(literal.at,
                      u"expected %1, found \"%2\""_s.arg(expectedValue(field), literal.shown()));
    };
    bool isNumber = false;
    switch (field.type) {
    case FieldType::Time: {
        const auto time = timeFromText(text, session);
        if (!time)
            Scanner::fail(literal.at, time.error().message);
        return toNs(*time);
    }
    case FieldType::Duration: {
        if (field.numberUnit != 0) {
            const double number = text.toDouble(&isNumber) * static_cast<double>(field.numberUnit);
            if (isNumber && std::abs(number) < 9e18)
                return std::llround(number);
        }
        const auto duration = durationFromText(text);
        if (!duration)
            fail();
        return duration->count();
    }
    case FieldType::Size: {
        const auto bytes = bytesFromText(text);
        if (!bytes)
            fail();
        return *bytes;
    }
    case FieldType::Amount: {
        constexpr double kBillionths = 1e9;
        const double dollars =
            QStringView(text).mid(text.startsWith(u'$') ? 1 : 0).toDouble(&isNumber);
        if (!isNumber || !(std::abs(dollars) < 9e9))
            fail();
        return std::llround(dollars * kBillionths);
    }
    default: {
        const qlonglong number = text.toLongLong(&isNumber);
        if (!isNumber)
            fail();
        return number;
    }
    }
}

std::uint32_t kindsFrom(const Literal& literal)
{
    const TextPattern pattern = TextPattern::equals(literal.escaped.toLower());
    std::uint32_t kinds = 0;
    for (int kind = 0; kind < kKindCount; ++kind) {
        if (pattern.matches(kindName(static_cast<Kind>(kind))))
            kinds |= 1u << kind;
    }
    if (kinds == 0)
        failUnknown(literal, u"kind"_s, kindNames());
    return kinds;
}

Flags flagsFrom(const Literal& literal)
{
    const TextPattern pattern = TextPattern::equals(literal.escaped.toLower());
    Flags flags = 0;
    std::vector<std::string_view> names;
    for (const FlagName& flag : flagNames()) {
        names.push_back(flag.name);
        if (pattern.matches(flag.name))
            flags |= flag.flag;
    }
    if (flags == 0)
        failUnknown(literal, u"flag"_s, names);
    return flags;
}

Flags flagNamed(QStringView word) noexcept
{
    for (const FlagName& flag : flagNames()) {
        if (word.compare(
                QLatin1StringView(flag.name.data(), static_cast<qsizetype>(flag.name.size()))) == 0)
            return flag.flag;
    }
    return 0;
}

} // namespace murmur
