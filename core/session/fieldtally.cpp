// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/fieldtally.h"

#include "llm/modelcall.h"
#include "recording/blockcodec.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostTallied = 300'000; // values in all fields
constexpr std::size_t kMostOfField = 4096;
constexpr std::size_t kMostFields = 600;
constexpr std::size_t kLongestTallied = 80; // longer texts are no values that messages share
constexpr std::size_t kMostNumbers = 4096;
constexpr int kDeepestMember = 4;
constexpr int kMostItems = 4; // of an array
constexpr std::size_t kValuesOfField = 3;
constexpr double kWeakest = 0.08;
/// Differences within so many standard errors are chance, where thousands of values are compared.
constexpr double kSure = 4;

/// How well "has it" tells two kinds apart of which each is as likely: the root of the
/// Jensen-Shannon divergence, 0 to 1.
double strengthOf(double here, double others)
{
    const auto entropy = [](double p) {
        return p <= 0 || p >= 1 ? 0.0 : -p * std::log2(p) - (1 - p) * std::log2(1 - p);
    };
    const double mean = (here + others) / 2;
    return std::sqrt(std::max(0.0, entropy(mean) - (entropy(here) + entropy(others)) / 2));
}

bool isSure(double here, double others, double nHere, double nOthers)
{
    const double pooled = (here * nHere + others * nOthers + 1) / (nHere + nOthers + 2);
    const double error = std::sqrt(pooled * (1 - pooled) * (1 / nHere + 1 / nOthers));
    return std::abs(here - others) > kSure * error;
}

double medianOf(std::vector<double>& numbers)
{
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::ranges::nth_element(numbers, middle);
    return *middle;
}

/// How often one of `a` is above one of `b`; ties count half. Both sorted.
double shareAbove(const std::vector<double>& a, const std::vector<double>& b)
{
    double above = 0;
    for (const double x : a) {
        const auto below = std::ranges::lower_bound(b, x);
        const auto upTo = std::ranges::upper_bound(b, x);
        above += static_cast<double>(below - b.begin()) + static_cast<double>(upTo - below) / 2;
    }
    return above / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

/// Of equals first what these messages have, then what stands higher up in them.
bool isStronger(const Difference& a, const Difference& b)
{
    if (a.strength != b.strength)
        return a.strength > b.strength;
    const bool hasA = a.here > a.others && a.is == Difference::Is::Value;
    const bool hasB = b.here > b.others && b.is == Difference::Is::Value;
    if (hasA != hasB)
        return hasA;
    const qsizetype depthA = a.field.count(u'.') + a.field.count(u'[');
    const qsizetype depthB = b.field.count(u'.') + b.field.count(u'[');
    if (depthA != depthB)
        return depthA < depthB;
    return a.field != b.field ? a.field < b.field : a.value < b.value;
}

bool isNameStep(std::string_view step)
{
    return !step.empty() && std::ranges::all_of(step, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

} // namespace

FieldTally::FieldTally(const Dictionaries& names)
    : m_names(names)
{
    for (const auto& name : {u"kind"_s, u"from"_s, u"to"_s, u"topic"_s, u"type"_s, u"connection"_s,
                             u"group"_s, u"role"_s, u"flags"_s, u"recording"_s})
        m_fields.push_back(*MessageField::named(name));
    m_ids.resize(m_fields.size());
    for (const auto& name : {u"size"_s, u"latency"_s})
        m_numbers.push_back(*MessageField::named(name));
}

std::uint32_t FieldTally::columns()
{
    return PlaceColumns | SizeColumns | FlagColumns | ActorColumns | TypeColumns | CallColumns |
           PayloadColumns;
}

FieldTally::Values* FieldTally::valuesOf(const std::string& name)
{
    const auto known = m_values.find(name);
    if (known != m_values.end())
        return &known->second;
    return m_values.size() < kMostFields ? &m_values[name] : nullptr;
}

void FieldTally::addValue(Values& values, std::string text, Side side)
{
    ++values.present[side];
    if (text.size() > kLongestTallied)
        return;
    const auto known = values.counts.find(text);
    if (known != values.counts.end()) {
        ++known->second[side];
        return;
    }
    if (values.counts.size() >= kMostOfField || m_counted >= kMostTallied)
        return;
    ++m_counted;
    values.counts[std::move(text)][side] = 1;
}

void FieldTally::addNumber(Values& values, double number, Side side)
{
    const std::int64_t seen = values.numbersSeen[side]++;
    std::vector<double>& sample = values.numbers[side];
    if (sample.size() < kMostNumbers) {
        sample.push_back(number);
        return;
    }
    // Each number is as likely to be in the sample.
    m_random ^= m_random << 13;
    m_random ^= m_random >> 7;
    m_random ^= m_random << 17;
    const std::uint64_t place = m_random % static_cast<std::uint64_t>(seen + 1);
    if (place < kMostNumbers)
        sample[place] = number;
}

/// Through the members of a payload, and the items of its arrays.
struct FieldTally::Walk
{
    FieldTally& tally;
    Side side;

    // NOLINTNEXTLINE(misc-no-recursion): not deeper than kDeepestMember
    void go(const simdjson::dom::element& at, std::string& path, int depth)
    {
        simdjson::dom::object object;
        simdjson::dom::array array;
        const std::size_t size = path.size();
        if (at.get(object) == simdjson::SUCCESS) {
            for (const auto& [key, member] : object) {
                if (depth >= kDeepestMember || !isNameStep(key))
                    continue;
                path += '.';
                path += key;
                go(member, path, depth + 1);
                path.resize(size);
            }
        } else if (at.get(array) == simdjson::SUCCESS) {
            int place = 0;
            for (const simdjson::dom::element item : array) {
                if (depth >= kDeepestMember || place >= kMostItems)
                    break;
                path += '[' + std::to_string(place++) + ']';
                go(item, path, depth + 1);
                path.resize(size);
            }
        } else if (Values* values = at.is_null() ? nullptr : tally.valuesOf(path)) {
            double number = 0;
            if (at.is_number() && at.get(number) == simdjson::SUCCESS)
                tally.addNumber(*values, number, side);
            tally.addValue(*values,
                           at.is_string() ? std::string(std::string_view(at))
                                          : std::string(simdjson::minify(at)),
                           side);
        }
    }
};

void FieldTally::addMembers(RowContext& context, std::size_t row, Side side)
{
    if (const simdjson::dom::element* root = context.json(row)) {
        std::string path = "payload";
        Walk{*this, side}.go(*root, path, 0);
    }
    const ModelCall* call = context.modelCall(row);
    if (call == nullptr)
        return;
    const auto text = [&](const char* name, const std::string& value) {
        if (Values* values = value.empty() ? nullptr : valuesOf(name))
            addValue(*values, value, side);
    };
    text("model", call->model);
    text("finish", call->finish);
    const auto number = [&](const char* name, const std::optional<std::int64_t>& value) {
        if (Values* values = value ? valuesOf(name) : nullptr)
            addNumber(*values, static_cast<double>(*value), side);
    };
    number("tokens_in", call->usage.in);
    number("tokens_out", call->usage.out);
}

void FieldTally::addHeaders(RowContext& context, std::size_t row, Side side)
{
    for (const auto& [name, value] : headersFromBytes(context.headers(row))) {
        if (Values* values = isNameStep(name) ? valuesOf("header." + name) : nullptr)
            addValue(*values, value, side);
    }
}

void FieldTally::add(RowContext& context, std::size_t row, Side side)
{
    ++m_messages[side];
    for (std::size_t i = 0; i < m_fields.size(); ++i)
        ++m_ids[i][m_fields[i].idAt(context.columns(), row)][side];
    for (const MessageField& field : m_numbers) {
        const auto number = field.numberAt(context, row);
        if (Values* values = number ? valuesOf(field.name().toStdString()) : nullptr)
            addNumber(*values, static_cast<double>(*number), side);
    }
    addMembers(context, row, side);
    addHeaders(context, row, side);
}

void FieldTally::rankValues(const MessageField& field, const Values& values,
                            std::vector<Difference>& all) const
{
    const auto nHere = static_cast<double>(m_messages[Here]);
    const auto nOthers = static_cast<double>(m_messages[Others]);
    std::vector<Difference> own;
    const auto consider = [&](Difference::Is is, const QString& value, double countHere,
                              double countOthers) {
        Difference difference;
        difference.is = is;
        difference.field = field.name();
        difference.value = value;
        difference.here = countHere / nHere;
        difference.others = countOthers / nOthers;
        difference.strength = strengthOf(difference.here, difference.others);
        if (difference.strength < kWeakest ||
            !isSure(difference.here, difference.others, nHere, nOthers))
            return;
        difference.condition =
            is == Difference::Is::Present ? field.name() + u" exists"_s : field.isCondition(value);
        own.push_back(std::move(difference));
    };
    for (const auto& [text, counts] : values.counts)
        consider(Difference::Is::Value, QString::fromStdString(text),
                 static_cast<double>(counts[Here]), static_cast<double>(counts[Others]));
    // What these have more often is said of them, what they lack, too.
    const auto withHere = static_cast<double>(values.present[Here]);
    const auto withOthers = static_cast<double>(values.present[Others]);
    if (withHere / nHere > withOthers / nOthers)
        consider(Difference::Is::Present, {}, withHere, withOthers);
    else
        consider(Difference::Is::Missing, {}, nHere - withHere, nOthers - withOthers);
    std::ranges::sort(own, isStronger);
    // A value says that there is one.
    if (!own.empty() && own.front().is == Difference::Is::Value) {
        std::erase_if(own, [strongest = own.front().strength](const Difference& one) {
            return one.is != Difference::Is::Value && one.strength <= strongest;
        });
    }
    own.resize(std::min(own.size(), kValuesOfField));
    all.insert(all.end(), own.begin(), own.end());
}

void FieldTally::rankNumbers(const MessageField& field, const Values& values,
                             std::vector<Difference>& all) const
{
    constexpr std::size_t fewest = 5;
    std::vector<double> here = values.numbers[Here];
    std::vector<double> others = values.numbers[Others];
    if (here.size() < fewest || others.size() < fewest)
        return;
    std::ranges::sort(here);
    std::ranges::sort(others);
    const double above = shareAbove(here, others);
    const auto a = static_cast<double>(here.size());
    const auto b = static_cast<double>(others.size());
    Difference difference;
    difference.is = Difference::Is::Number;
    difference.field = field.name();
    difference.here = medianOf(here);
    difference.others = medianOf(others);
    // Only where both have numbers at all does it tell them apart.
    difference.strength =
        std::abs(2 * above - 1) * std::min({1.0,
                                            static_cast<double>(values.numbersSeen[Here]) /
                                                static_cast<double>(m_messages[Here]),
                                            1.0});
    if (difference.strength < kWeakest ||
        std::abs(above - 0.5) < kSure * std::sqrt((a + b + 1) / (12 * a * b)))
        return;
    const auto text = [&](double number) {
        if (field.field() == Field::Latency)
            return durationText(nanoseconds(std::llround(number)));
        if (field.field() == Field::Size)
            return bytesText(std::llround(number));
        return QString::number(number, 'g', 6);
    };
    difference.hereText = text(difference.here);
    difference.othersText = text(difference.others);
    // What lies on this side of the middle between the two.
    const double middle = (difference.here + difference.others) / 2;
    const QString bound = field.field() == Field::Latency
                              ? QString::number(std::llround(middle)) + u"ns"_s
                          : field.isNumber() ? QString::number(std::llround(middle))
                                             : QString::number(middle, 'g', 6);
    difference.condition = u"%1 %2 %3"_s.arg(field.name(), above > 0.5 ? u">="_s : u"<="_s, bound);
    all.push_back(std::move(difference));
}

std::vector<Difference> FieldTally::ranked(int most) const
{
    std::vector<Difference> all;
    if (m_messages[Here] == 0 || m_messages[Others] == 0)
        return all;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        Values values;
        for (const auto& [id, counts] : m_ids[i]) {
            const std::string name = m_fields[i].nameOf(m_names, id);
            if (name.empty())
                continue;
            for (const Side side : {Here, Others}) {
                values.present[side] += counts[side];
                if (name.size() <= kLongestTallied)
                    values.counts[name][side] += counts[side];
            }
        }
        rankValues(m_fields[i], values, all);
    }
    for (const auto& [name, values] : m_values) {
        const auto field = MessageField::named(QString::fromStdString(name));
        if (!field)
            continue;
        if (!values.counts.empty())
            rankValues(*field, values, all);
        rankNumbers(*field, values, all);
    }
    std::ranges::sort(all, isStronger);
    if (all.size() > static_cast<std::size_t>(std::max(1, most)))
        all.resize(static_cast<std::size_t>(std::max(1, most)));
    return all;
}

} // namespace murmur
