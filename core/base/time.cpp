// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/time.h"

#include "base/typedzone.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTimeZone>

#include <array>
#include <charconv>
#include <cmath>

using namespace std::chrono;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Civil
{
    year_month_day date;
    std::int64_t secondsOfDay = 0;
    std::int64_t nanos = 0;
};

Civil civilOf(std::int64_t ns)
{
    const sys_time<nanoseconds> t{nanoseconds(ns)};
    const auto day = floor<days>(t);
    const auto rest = t - day;
    const auto whole = floor<seconds>(rest);
    return {year_month_day(day), whole.count(), (rest - whole).count()};
}

void appendDigits(std::string& out, std::int64_t value, int digits)
{
    std::array<char, 20> buffer{};
    for (int i = digits - 1; i >= 0; --i) {
        buffer[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(buffer.data(), static_cast<std::size_t>(digits));
}

/// Reads exactly `digits` digits at `pos`; -1 when they are not there.
int readDigits(std::string_view text, std::size_t& pos, std::size_t digits)
{
    if (pos + digits > text.size())
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const char c = text[pos + i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    pos += digits;
    return value;
}

/// "HH:MM[:SS[.fraction]]" from `pos`; kNoTime when it is none. Nanoseconds of the day.
std::int64_t readTimeOfDay(std::string_view text, std::size_t& pos)
{
    const int hour = readDigits(text, pos, 2);
    if (hour < 0 || hour > 23 || pos >= text.size() || text[pos] != ':')
        return kNoTime;
    ++pos;
    const int minute = readDigits(text, pos, 2);
    if (minute < 0 || minute > 59)
        return kNoTime;
    std::int64_t ns = (hour * 3600LL + minute * 60LL) * 1'000'000'000LL;
    if (pos < text.size() && text[pos] == ':') {
        ++pos;
        const int second = readDigits(text, pos, 2);
        if (second < 0 || second > 60)
            return kNoTime;
        ns += second * 1'000'000'000LL;
        if (pos < text.size() && (text[pos] == '.' || text[pos] == ',')) {
            ++pos;
            std::int64_t scale = 100'000'000;
            bool any = false;
            while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
                ns += (text[pos] - '0') * scale;
                scale /= 10;
                any = true;
                ++pos;
            }
            if (!any)
                return kNoTime;
        }
    }
    return ns;
}

/// The zone at `pos` as nanoseconds to subtract; nothing means UTC. kNoTime when malformed.
std::int64_t readZone(std::string_view text, std::size_t& pos)
{
    if (pos == text.size())
        return 0;
    if (text[pos] == 'Z' || text[pos] == 'z') {
        ++pos;
        return 0;
    }
    if (text[pos] != '+' && text[pos] != '-')
        return kNoTime;
    const std::int64_t sign = text[pos] == '-' ? -1 : 1;
    ++pos;
    const int hours = readDigits(text, pos, 2);
    if (hours < 0)
        return kNoTime;
    if (pos < text.size() && text[pos] == ':')
        ++pos;
    const int minutes = pos < text.size() ? readDigits(text, pos, 2) : 0;
    if (minutes < 0)
        return kNoTime;
    return sign * (hours * 3600LL + minutes * 60LL) * 1'000'000'000LL;
}

QTimeZone& typedZone()
{
    static QTimeZone zone = QTimeZone::utc();
    return zone;
}

/// How far the typed zone is before UTC when its clocks show `local`, ns.
std::int64_t typedOffset(TimePoint local)
{
    if (typedZone() == QTimeZone::utc())
        return 0;
    const auto ms = floor<milliseconds>(local).time_since_epoch().count();
    const QDateTime shown = QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
    return QDateTime(shown.date(), shown.time(), typedZone()).offsetFromUtc() * 1'000'000'000LL;
}

/// A date and a time of day with nothing behind it.
bool hasNoZone(std::string_view text)
{
    const std::size_t day = text.find_first_of("Tt ");
    if (day == text.npos)
        return false;
    const char last = text.back();
    return last >= '0' && last <= '9' && text.find_first_of("+-Zz", day) == text.npos;
}

} // namespace

Status setTypedZone(const QString& name)
{
    const QTimeZone zone(name.toUtf8());
    if (!zone.isValid())
        return Error{
            ErrorCode::WrongUse,
            u"There is no time zone \"%1\"; write for example UTC or Europe/Berlin."_s.arg(name)};
    typedZone() = zone;
    return Done{};
}

std::string isoTimeUtf8(std::int64_t ns)
{
    const Civil civil = civilOf(ns);
    std::string out;
    out.reserve(30);
    appendDigits(out, static_cast<int>(civil.date.year()), 4);
    out += '-';
    appendDigits(out, static_cast<unsigned>(civil.date.month()), 2);
    out += '-';
    appendDigits(out, static_cast<unsigned>(civil.date.day()), 2);
    out += 'T';
    appendDigits(out, civil.secondsOfDay / 3600, 2);
    out += ':';
    appendDigits(out, civil.secondsOfDay / 60 % 60, 2);
    out += ':';
    appendDigits(out, civil.secondsOfDay % 60, 2);
    out += '.';
    appendDigits(out, civil.nanos, 9);
    out += 'Z';
    return out;
}

QString isoTime(TimePoint t)
{
    return QString::fromStdString(isoTimeUtf8(toNs(t)));
}

QString clockTime(TimePoint t, int digits)
{
    const std::string iso = isoTimeUtf8(toNs(t));
    return QString::fromLatin1(iso.data() + 11, digits == 0 ? 8 : 9 + digits);
}

QString durationText(nanoseconds d)
{
    const double ns = std::abs(static_cast<double>(d.count()));
    const QString sign = d.count() < 0 ? u"−"_s : QString();
    struct Unit
    {
        double size;
        QStringView name;
    };
    static constexpr std::array<Unit, 7> units{{{86400e9, u"d"},
                                                {3600e9, u"h"},
                                                {60e9, u"min"},
                                                {1e9, u"s"},
                                                {1e6, u"ms"},
                                                {1e3, u"µs"},
                                                {1, u"ns"}}};
    for (const Unit& unit : units) {
        // The factor keeps 999.6 ms from being printed as "1000 ms".
        if (ns >= unit.size * 0.9995 || unit.size == 1) {
            const double value = ns / unit.size;
            const int decimals = value < 9.995 && unit.size > 1 ? 1 : 0;
            QString text = QString::number(value, 'f', decimals);
            if (text.endsWith(".0"_L1))
                text.chop(2);
            return u"%1%2 %3"_s.arg(sign, text, unit.name);
        }
    }
    return u"0 ns"_s;
}

Result<nanoseconds> durationFromText(QStringView text)
{
    static const QRegularExpression part(u"^\\s*(\\d+(?:\\.\\d+)?)\\s*(ns|us|µs|ms|s|min|m|h|d)"_s);
    const auto fail = [&] {
        return Error{
            ErrorCode::WrongUse,
            u"\"%1\" is not a duration; write for example 250ms, 20s, 1m30s or 2h."_s.arg(text)};
    };
    double total = 0;
    QStringView rest = text.trimmed();
    if (rest.isEmpty())
        return fail();
    while (!rest.isEmpty()) {
        const auto match = part.match(rest);
        if (!match.hasMatch())
            return fail();
        const double value = match.capturedView(1).toDouble();
        const QStringView unit = match.capturedView(2);
        double scale = 1;
        if (unit == u"us" || unit == u"µs")
            scale = 1e3;
        else if (unit == u"ms")
            scale = 1e6;
        else if (unit == u"s")
            scale = 1e9;
        else if (unit == u"m" || unit == u"min")
            scale = 60e9;
        else if (unit == u"h")
            scale = 3600e9;
        else if (unit == u"d")
            scale = 86400e9;
        total += value * scale;
        rest = rest.mid(match.capturedLength(0));
    }
    if (total > 9e18)
        return fail();
    return nanoseconds(std::llround(total));
}

Result<std::int64_t> bytesFromText(QStringView text)
{
    static const QRegularExpression form(u"^\\s*(\\d+(?:\\.\\d+)?)\\s*([kKMGT]i?)?[bB]?\\s*$"_s);
    const auto match = form.match(text);
    const auto fail = [&] {
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" is not a size; write for example 64MiB, 2GiB or 500MB."_s.arg(text)};
    };
    if (!match.hasMatch())
        return fail();
    const QStringView unit = match.capturedView(2);
    double value = match.capturedView(1).toDouble();
    const double step = unit.endsWith(u'i') ? 1024 : 1000;
    if (!unit.isEmpty()) {
        const auto power = QStringView(u"KMGT").indexOf(unit.front().toUpper()) + 1;
        value *= std::pow(step, static_cast<double>(power));
    }
    if (value > 9e18)
        return fail();
    return static_cast<std::int64_t>(value);
}

QString bytesText(std::int64_t bytes)
{
    static constexpr std::array<QStringView, 5> units{u"B", u"KiB", u"MiB", u"GiB", u"TiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return u"%1 %2"_s.arg(QString::number(value, 'f', unit > 0 && value < 99.95 ? 1 : 0),
                          units[unit]);
}

std::int64_t timeFromWire(std::string_view text) noexcept
{
    std::size_t pos = 0;
    const int y = readDigits(text, pos, 4);
    if (y < 1900 || pos >= text.size() || text[pos] != '-')
        return kNoTime;
    ++pos;
    const int m = readDigits(text, pos, 2);
    if (m < 1 || m > 12 || pos >= text.size() || text[pos] != '-')
        return kNoTime;
    ++pos;
    const int d = readDigits(text, pos, 2);
    const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                              day(static_cast<unsigned>(std::max(d, 0)))};
    if (!date.ok() || y > 2261)
        return kNoTime;
    std::int64_t ns = sys_days(date).time_since_epoch().count() * 86400LL * 1'000'000'000LL;
    if (pos == text.size())
        return ns;
    if (text[pos] != 'T' && text[pos] != 't' && text[pos] != ' ')
        return kNoTime;
    ++pos;
    const std::int64_t ofDay = readTimeOfDay(text, pos);
    if (ofDay == kNoTime)
        return kNoTime;
    const std::int64_t zone = readZone(text, pos);
    if (zone == kNoTime || pos != text.size())
        return kNoTime;
    return ns + ofDay - zone;
}

std::int64_t timeFromWire(double number) noexcept
{
    if (!(number > 0) || number > 9.2e18)
        return kNoTime;
    int places = number < 1e11 ? 9 : number < 1e14 ? 6 : number < 1e17 ? 3 : 0;
    // 1e10 s are still seconds, but no longer nanoseconds in 64 bits.
    if (number * std::pow(10, places) >= 9.2e18)
        return kNoTime;
    // As a product, a double of this century is 256 ns coarse. Its shortest decimals are those that
    // were written.
    std::array<char, 64> text{};
    const auto [end, failed] =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failed != std::errc())
        return 0; // of so many places that no nanosecond is among them
    std::int64_t ns = 0;
    const auto [point, wrong] = std::from_chars(text.data(), end, ns);
    for (const char* at = point + 1; places > 0; --places, ++at)
        ns = ns * 10 + (at < end ? *at - '0' : 0);
    return ns;
}

std::int64_t timeFromWire(std::int64_t number) noexcept
{
    if (number <= 0)
        return kNoTime;
    const std::int64_t scale = number < 100'000'000'000LL           ? 1'000'000'000LL
                               : number < 100'000'000'000'000LL     ? 1'000'000LL
                               : number < 100'000'000'000'000'000LL ? 1'000LL
                                                                    : 1LL;
    std::int64_t ns = 0;
    return __builtin_mul_overflow(number, scale, &ns) ? kNoTime : ns;
}

Result<TimePoint> timeFromText(QStringView given, TimeRange session)
{
    const QStringView text = given.trimmed();
    const auto fail = [&](QStringView why) {
        return Error{
            ErrorCode::WrongUse,
            u"\"%1\" is not a time: %2. Write 2026-05-21T10:17:00Z, 10:17:30, +10s (from the start) or -10s (from the end)."_s
                .arg(given, why)};
    };
    if (text.isEmpty())
        return fail(u"it is empty");
    if (text.front() == u'+' || text.front() == u'-') {
        const auto offset = durationFromText(text.mid(1));
        if (!offset)
            return fail(u"a duration is expected after the sign");
        return text.front() == u'+' ? session.begin + *offset : session.end - *offset;
    }
    const std::string utf8 = text.toUtf8().toStdString();
    if (const std::int64_t ns = timeFromWire(std::string_view(utf8)); ns != kNoTime)
        return fromNs(hasNoZone(utf8) ? ns - typedOffset(fromNs(ns)) : ns);
    std::size_t pos = 0;
    const std::int64_t ofDay = readTimeOfDay(utf8, pos);
    if (ofDay == kNoTime)
        return fail(u"the form is not known");
    const bool isTyped = pos == utf8.size();
    const std::int64_t zone = readZone(utf8, pos);
    if (zone == kNoTime || pos != utf8.size())
        return fail(u"there is more behind the time of day");
    const auto onDay = [&](const auto& day) {
        const TimePoint local = TimePoint(day) + nanoseconds(ofDay);
        return local - nanoseconds(isTyped ? typedOffset(local) : zone);
    };
    const auto firstDay = floor<days>(session.begin);
    TimePoint found{};
    int matches = 0;
    const auto lastDay = floor<days>(std::max(session.begin, session.end - nanoseconds(1)));
    // Where it is another day already, or still.
    for (auto day = firstDay - days(1); day <= lastDay + days(1) && matches < 2; day += days(1)) {
        const TimePoint t = onDay(day);
        if (session.begin - seconds(1) < t && t < session.end) {
            if (matches++ == 0)
                found = t;
        }
    }
    if (matches > 1)
        return fail(u"the recording spans several days on which it fits, so a date is needed");
    return matches == 1 ? found : onDay(firstDay);
}

TimePoint wallNow() noexcept
{
    return time_point_cast<nanoseconds>(system_clock::now());
}

} // namespace murmur
