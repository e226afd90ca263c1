// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/settings.h"

#include "base/time.h"
#include "findings/detector.h"

#include <QStringList>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

std::string keyOf(std::string_view detector, std::string_view parameter)
{
    return std::string(detector) + '.' + std::string(parameter);
}

/// `*` is any run of characters.
bool matches(std::string_view pattern, std::string_view text)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return pattern == text;
    if (text.substr(0, star) != pattern.substr(0, star))
        return false;
    pattern.remove_prefix(star + 1);
    for (std::size_t at = star; at <= text.size(); ++at) {
        if (matches(pattern, text.substr(at)))
            return true;
    }
    return false;
}

/// NaN: not a value of that unit.
double valueFromText(QString text, Unit unit)
{
    bool isNumber = false;
    switch (unit) {
    case Unit::Seconds: {
        const auto duration = durationFromText(text);
        return duration && duration->count() >= 0 ? static_cast<double>(duration->count()) / 1e9
                                                  : std::nan("");
    }
    case Unit::Share: {
        const bool isPercent = text.endsWith(u'%');
        if (isPercent)
            text.chop(1);
        const double share = text.trimmed().toDouble(&isNumber) / (isPercent ? 100 : 1);
        return isNumber && share >= 0 && share <= 1 ? share : std::nan("");
    }
    case Unit::Count:
    case Unit::Factor: {
        const double value = text.toDouble(&isNumber);
        return isNumber && value >= 0 && value < 1e12 ? value : std::nan("");
    }
    }
    return std::nan("");
}

QString exampleOf(Unit unit)
{
    switch (unit) {
    case Unit::Seconds:
        return u"a time such as 5s or 200ms"_s;
    case Unit::Share:
        return u"a share such as 30%"_s;
    case Unit::Count:
    case Unit::Factor:
        break;
    }
    return u"a number"_s;
}

} // namespace

double Settings::of(std::string_view detector, const Parameter& parameter) const
{
    const auto at = m_values.find(keyOf(detector, parameter.name));
    return at == m_values.end() ? parameter.usual : at->second;
}

std::int64_t Settings::time(std::string_view detector, const Parameter& parameter) const
{
    return static_cast<std::int64_t>(of(detector, parameter) * 1e9);
}

std::optional<double> Settings::ofTopic(std::string_view detector, const Parameter& parameter,
                                        std::string_view topic) const
{
    const std::string key = keyOf(detector, parameter.name);
    std::optional<double> value;
    std::size_t longest = 0;
    if (const auto at = m_values.find(key); at != m_values.end())
        value = at->second;
    const std::string ofTopics = key + '@';
    for (auto at = m_values.lower_bound(ofTopics);
         at != m_values.end() && at->first.starts_with(ofTopics); ++at) {
        const std::string_view pattern = std::string_view(at->first).substr(ofTopics.size());
        if (pattern.size() < longest || !matches(pattern, topic))
            continue;
        longest = pattern.size();
        value = at->second;
    }
    return value;
}

Status Settings::set(const QString& text)
{
    const qsizetype at = text.indexOf(u'@');
    // A topic may hold anything.
    const qsizetype equals = at < 0 ? text.indexOf(u'=') : text.lastIndexOf(u'=');
    const qsizetype dot = text.indexOf(u'.');
    if (dot < 0 || equals < dot)
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" sets no threshold; write DETECTOR.NAME=VALUE, for example "
                     "unanswered-request.wait=10s."_s.arg(text)};
    const std::string id = text.left(dot).trimmed().toStdString();
    const QString whole = text.mid(dot + 1, equals - dot - 1).trimmed();
    const std::string name = whole.section(u'@', 0, 0).trimmed().toStdString();
    const std::string topics = whole.section(u'@', 1).trimmed().toStdString();
    const DetectorEntry* detector = findDetector(id);
    if (detector == nullptr)
        return noSuchDetector(id);
    const auto parameter = std::ranges::find(
        detector->parameters, name, [](const Parameter& p) { return std::string(p.name); });
    if (parameter == detector->parameters.end()) {
        QStringList known;
        for (const Parameter& entry : detector->parameters)
            known << QString::fromUtf8(entry.name);
        return Error{ErrorCode::WrongUse, u"%1 has no threshold \"%2\"; it has: %3."_s.arg(
                                              QString::fromStdString(id),
                                              QString::fromStdString(name), known.join(u", "))};
    }
    if (whole.contains(u'@') && (topics.empty() || !parameter->isPerTopic))
        return Error{ErrorCode::WrongUse, parameter->isPerTopic
                                              ? u"\"%1\" names no topic."_s.arg(text)
                                              : u"%1 is the same for all topics."_s.arg(
                                                    QString::fromStdString(keyOf(id, name)))};
    const double value = valueFromText(text.mid(equals + 1).trimmed(), parameter->unit);
    if (std::isnan(value))
        return Error{ErrorCode::WrongUse,
                     u"%1 must be %2, not \"%3\"."_s.arg(
                         text.left(equals), exampleOf(parameter->unit), text.mid(equals + 1))};
    m_values[topics.empty() ? keyOf(id, name) : keyOf(id, name) + '@' + topics] = value;
    return Done();
}

QString parameterText(const Parameter& parameter, double value)
{
    switch (parameter.unit) {
    case Unit::Seconds:
        return durationText(nanoseconds(static_cast<std::int64_t>(value * 1e9)));
    case Unit::Share:
        return u"%1 %"_s.arg(value * 100);
    case Unit::Factor:
        return u"%1 ×"_s.arg(value);
    case Unit::Count:
        break;
    }
    return QString::number(value);
}

} // namespace murmur
