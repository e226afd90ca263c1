// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/matrixsides.h"

#include "recording/blockcodec.h"

#include <algorithm>
#include <array>
#include <numeric>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostValues = 1024;
constexpr std::size_t kLongestLine = 256;
constexpr std::size_t kMostTimes = 4096;

std::int64_t floorTo(std::int64_t value, std::int64_t step)
{
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

} // namespace

nanoseconds roundWidth(nanoseconds length, int columns)
{
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::array<std::int64_t, 16> kSeconds{
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400};
    const std::int64_t wanted = std::max<std::int64_t>(1, length.count() / std::max(1, columns));
    if (wanted <= second / 2) {
        for (std::int64_t step = 1;; step *= 10) {
            for (const std::int64_t factor : {1, 2, 5}) {
                if (step * factor >= wanted)
                    return nanoseconds(step * factor);
            }
        }
    }
    for (const std::int64_t seconds : kSeconds) {
        if (seconds * second >= wanted)
            return nanoseconds(seconds * second);
    }
    return nanoseconds((wanted / (86400 * second) + 1) * 86400 * second);
}

MatrixSide::MatrixSide(const Dictionaries& names, MessageField field)
    : m_names(&names)
    , m_field(std::move(field))
    , m_texts(2)
{
}

MatrixSide::MatrixSide(const Dictionaries& names, TimeRange range, int columns)
    : m_names(&names)
    , m_range(range)
{
    const auto most = static_cast<int>(kMostTimes);
    m_width = roundWidth(range.length(), std::clamp(columns, 1, most)).count();
    m_begin = floorTo(toNs(range.begin), m_width);
}

std::uint32_t MatrixSide::columns() const
{
    return isTime() ? std::uint32_t(TimeColumns)
                    : m_field->columns() | (isOfAsked() ? std::uint32_t(ActorColumns) : 0u);
}

std::size_t MatrixSide::size() const
{
    return isTime() ? lineOfTime(toNs(m_range.end) - 1) + 1 : m_texts.size();
}

bool MatrixSide::isOfAsked() const
{
    return m_field && (m_field->field() == Field::Agent || m_field->field() == Field::Receivers);
}

std::uint32_t MatrixSide::lineOfTime(std::int64_t time) const
{
    const std::int64_t last = (toNs(m_range.end) - 1 - m_begin) / m_width;
    const std::int64_t line = time < m_begin ? 0 : (time - m_begin) / m_width;
    // None and others come first on every side.
    return static_cast<std::uint32_t>(
               std::clamp<std::int64_t>(line, 0, std::max<std::int64_t>(0, last))) +
           2;
}

std::uint32_t MatrixSide::lineOfText(std::string text)
{
    if (text.empty())
        return kNone;
    text.resize(std::min(text.size(), kLongestLine));
    const auto known = m_lines.find(text);
    if (known != m_lines.end())
        return known->second;
    if (m_texts.size() >= kMostValues)
        return kOthers;
    const auto line = static_cast<std::uint32_t>(m_texts.size());
    m_texts.push_back(text);
    m_lines.emplace(std::move(text), line);
    return line;
}

std::uint32_t MatrixSide::lineOfId(std::uint32_t id)
{
    const auto known = m_byId.find(id);
    if (known != m_byId.end())
        return known->second;
    const std::uint32_t line = lineOfText(m_field->nameOf(*m_names, id));
    m_byId.emplace(id, line);
    return line;
}

std::uint32_t MatrixSide::lineOfAgent(std::uint32_t agent)
{
    return lineOfText(m_names->agentName(m_names->resolved(AgentId(agent))));
}

MatrixPlace MatrixSide::placeOf(RowContext& context, std::size_t row)
{
    if (isTime())
        return {lineOfTime(context.columns().time[row]), false};
    if (m_field->field() == Field::Receivers)
        return {m_field->idAt(context.columns(), row), true};
    if (m_field->hasIds())
        return {lineOfId(m_field->idAt(context.columns(), row)), false};
    return {lineOfText(m_field->textAt(context, row)), false};
}

std::optional<MatrixPlace> MatrixSide::placeOf(const Gap& gap)
{
    if (isTime())
        return MatrixPlace{lineOfTime(gap.from), false};
    if (m_field->field() == Field::Topic)
        return MatrixPlace{lineOfText(gap.topic), false};
    if (m_field->field() == Field::Connection)
        return MatrixPlace{lineOfId(index(gap.connection)), false};
    return {};
}

MatrixPlace MatrixSide::askedPlaceOf(RowContext& context, std::size_t row)
{
    if (isOfAsked())
        return {cell(context.columns().audience, row), true};
    return placeOf(context, row);
}

MatrixPlace MatrixSide::answeredPlace(MatrixPlace asked, std::uint32_t answerer)
{
    return isOfAsked() ? MatrixPlace{lineOfAgent(answerer), false} : asked;
}

std::span<const std::uint32_t> MatrixSide::linesOf(const MatrixPlace& place)
{
    if (!place.isAudience) {
        m_one = place.id;
        return {&m_one, 1};
    }
    const auto known = m_audiences.find(place.id);
    if (known != m_audiences.end())
        return known->second;
    std::vector<std::uint32_t> lines;
    for (const AgentId agent : m_names->receivers(AudienceId(place.id)))
        lines.push_back(lineOfAgent(index(agent)));
    std::ranges::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    if (lines.empty())
        lines.push_back(kNone);
    return m_audiences.emplace(place.id, std::move(lines)).first->second;
}

MatrixOrder MatrixSide::order(const std::vector<MatrixCell>& totals, MatrixMeasure measure,
                              int most) const
{
    MatrixOrder order;
    order.placeOf.assign(totals.size(), MatrixOrder::kNowhere);
    if (isTime()) {
        // All of them: an empty stretch is one, too.
        for (std::uint32_t line = 2; line < totals.size(); ++line) {
            order.placeOf[line] = line - 2;
            MatrixLine shown;
            shown.is = MatrixLine::Is::Time;
            shown.time.begin = fromNs(m_begin + m_width * (line - 2));
            shown.time.end = shown.time.begin + nanoseconds(m_width);
            shown.name = isoTime(shown.time.begin);
            shown.total = totals[line];
            order.lines.push_back(std::move(shown));
        }
        return order;
    }
    std::vector<std::uint32_t> found;
    for (std::uint32_t line = 0; line < totals.size(); ++line) {
        if (!totals[line].value(measure))
            continue;
        if (line != kNone && line != kOthers)
            found.push_back(line);
    }
    std::ranges::sort(found, [&](std::uint32_t a, std::uint32_t b) {
        const auto left = totals[a].value(measure);
        const auto right = totals[b].value(measure);
        return left != right ? left > right : m_texts[a] < m_texts[b];
    });
    const auto shownCount = std::min(found.size(), static_cast<std::size_t>(std::max(1, most)));
    const std::size_t folded = found.size() - shownCount;
    for (std::size_t i = 0; i < shownCount; ++i) {
        MatrixLine shown;
        shown.name = QString::fromStdString(m_texts[found[i]]);
        // Who is counted is who sent.
        shown.condition = m_field->field() == Field::Agent ? u"from == "_s + filterText(shown.name)
                                                           : m_field->isCondition(shown.name);
        shown.total = totals[found[i]];
        order.placeOf[found[i]] = static_cast<std::uint32_t>(i);
        order.lines.push_back(std::move(shown));
    }
    const auto addSpecial = [&](MatrixLine::Is is, QString name, QString condition) {
        MatrixLine line;
        line.is = is;
        line.name = std::move(name);
        line.condition = std::move(condition);
        order.lines.push_back(std::move(line));
        return static_cast<std::uint32_t>(order.lines.size() - 1);
    };
    if (folded > 0 || totals[kOthers].value(measure)) {
        // Values that came when all lines were taken are not counted one by one.
        const QString more = totals[kOthers].messages > 0 ? u">"_s : QString();
        const std::uint32_t place =
            addSpecial(MatrixLine::Is::Others, more + QString::number(folded), {});
        order.placeOf[kOthers] = place;
        order.lines[place].total.add(totals[kOthers]);
        for (std::size_t i = shownCount; i < found.size(); ++i) {
            order.placeOf[found[i]] = place;
            order.lines[place].total.add(totals[found[i]]);
        }
    }
    if (totals[kNone].value(measure)) {
        const std::uint32_t place = addSpecial(
            MatrixLine::Is::None, {},
            m_field->field() == Field::Agent ? u"from not exists"_s : m_field->isCondition({}));
        order.placeOf[kNone] = place;
        order.lines[place].total.add(totals[kNone]);
    }
    return order;
}

} // namespace murmur
