// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/numbers.h"

#include <QLocale>

#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

QString numberText(std::int64_t value)
{
    QLocale locale;
    // The C locale omits separators, and seven digits without them cannot be read at a glance.
    locale.setNumberOptions(locale.numberOptions() & ~QLocale::OmitGroupSeparator);
    return locale.toString(static_cast<qlonglong>(value));
}

QString countText(std::int64_t count, const QString& one, const QString& many)
{
    return count == 1 ? one : many.arg(numberText(count));
}

QString shortNumberText(double value)
{
    struct Unit
    {
        double size;
        QStringView suffix;
    };
    static constexpr std::array<Unit, 3> units{{{1e9, u"G"}, {1e6, u"M"}, {1e3, u"k"}}};
    for (const Unit& unit : units) {
        // The factor keeps 999.6 from being printed as "1000".
        if (std::abs(value) >= unit.size * 0.9995) {
            const double scaled = value / unit.size;
            QString text = QString::number(scaled, 'f', std::abs(scaled) < 99.95 ? 1 : 0);
            if (text.endsWith(".0"_L1))
                text.chop(2);
            return text.append(unit.suffix);
        }
    }
    return QString::number(value, 'f', std::abs(value) < 10 && value != std::floor(value) ? 1 : 0);
}

QString lengthText(nanoseconds length)
{
    const std::int64_t seconds =
        std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(length).count());
    const auto two = [](std::int64_t n) { return QString::number(n).rightJustified(2, u'0'); };
    if (seconds < 3600)
        return u"%1:%2"_s.arg(two(seconds / 60), two(seconds % 60));
    return u"%1:%2:%3"_s.arg(QString::number(seconds / 3600), two(seconds / 60 % 60),
                             two(seconds % 60));
}

QString behindText(nanoseconds behind)
{
    if (behind < std::chrono::seconds(1))
        return {};
    return u"−"_s + lengthText(behind);
}

int clockDigits(nanoseconds perPixel)
{
    if (perPixel >= std::chrono::seconds(1))
        return 0;
    if (perPixel >= std::chrono::microseconds(500))
        return 3;
    if (perPixel >= nanoseconds(500))
        return 6;
    return 9;
}

} // namespace murmur
