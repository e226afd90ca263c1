// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/topicrail.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace murmur {

namespace {

/// More topics than this are one row anyway, and remembering them costs.
constexpr std::size_t kMostTopics = 4096;

/// "state.robot-*" of "state.robot-7".
QString familyOf(const QString& topic)
{
    QString family;
    for (const QChar c : topic) {
        if (!c.isDigit())
            family += c;
        else if (!family.endsWith(u'*'))
            family += u'*';
    }
    return family;
}

struct RailTr
{
    Q_DECLARE_TR_FUNCTIONS(TopicRail)
};

} // namespace

void TopicRail::clear()
{
    m_rows.clear();
    m_rowOf.clear();
}

void TopicRail::add(const MarkIndex& marks, TimeRange window, const TopicName& name)
{
    std::unordered_map<std::uint32_t, int> counts;
    for (const Mark& mark : marks.all(window)) {
        if (index(mark.audience) == 0 && index(mark.topic) != 0 &&
            !m_rowOf.contains(index(mark.topic)))
            ++counts[index(mark.topic)];
    }
    if (counts.empty() || m_rowOf.size() > kMostTopics)
        return;
    std::map<QString, int> families;
    std::unordered_map<std::uint32_t, QString> names;
    for (const auto& [id, count] : counts)
        families[familyOf(names[id] = name(TopicId(id)))] += count;
    std::vector<std::pair<std::uint32_t, QString>> fresh(names.begin(), names.end());
    std::ranges::sort(fresh, [&](const auto& a, const auto& b) {
        const int countA = families[familyOf(a.second)];
        const int countB = families[familyOf(b.second)];
        return countA != countB ? countA > countB : a.second < b.second;
    });
    for (const auto& [id, text] : fresh) {
        const QString family = familyOf(text);
        auto row = std::ranges::find(m_rows, family, &Row::family);
        if (row == m_rows.end())
            row = m_rows.insert(m_rows.end(), {family, text, 0});
        ++row->topics;
        m_rowOf.emplace(id, static_cast<std::size_t>(row - m_rows.begin()));
    }
}

std::size_t TopicRail::rows() const
{
    return std::min(kMostRows, m_rows.size());
}

QString TopicRail::label(std::size_t row) const
{
    // How many they are depends on what was in sight so far: a number would say nothing.
    if (row + 1 == kMostRows && m_rows.size() > kMostRows)
        return RailTr::tr("other topics");
    if (row >= m_rows.size())
        return {};
    return m_rows[row].topics == 1 ? m_rows[row].name : m_rows[row].family;
}

std::optional<std::size_t> TopicRail::rowOf(TopicId topic) const
{
    const auto found = m_rowOf.find(index(topic));
    if (found == m_rowOf.end())
        return std::nullopt;
    return std::min(kMostRows - 1, found->second);
}

} // namespace murmur
