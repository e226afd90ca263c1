// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "palettemodel.h"

#include "base/fuzzymatch.h"

#include <algorithm>
#include <limits>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostRows = 200;
/// What was used lately wins where two fit nearly alike.
constexpr int kUsedBonus = 5;

} // namespace

void PaletteModel::setEntries(std::vector<PaletteEntry> entries, const QStringList& usedLast)
{
    m_entries = std::move(entries);
    m_used.clear();
    for (const PaletteEntry& entry : m_entries) {
        const qsizetype at = usedLast.indexOf(entry.id);
        m_used.push_back(at < 0 ? std::numeric_limits<int>::max() : static_cast<int>(at));
    }
    setQuery({});
}

void PaletteModel::setQuery(const QString& query)
{
    QString pattern = query.trimmed();
    QString only;
    const std::pair<QChar, QString> marks[] = {
        {u'>', u"command"_s}, {u'@', u"agent"_s}, {u'#', u"topic"_s}};
    for (const auto& [mark, kind] : marks) {
        if (pattern.startsWith(mark)) {
            only = kind;
            pattern = pattern.mid(1).trimmed();
            break;
        }
    }
    struct Scored
    {
        std::size_t entry;
        int score;
        int used;
    };
    std::vector<Scored> scored;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (!only.isEmpty() && m_entries[i].kind != only)
            continue;
        auto score = fuzzyScore(pattern, m_entries[i].text);
        if (!score && !m_entries[i].also.isEmpty())
            score = fuzzyScore(pattern, m_entries[i].also);
        if (!score)
            continue;
        const bool wasUsed = m_used[i] != std::numeric_limits<int>::max();
        scored.push_back({i, *score + (wasUsed ? kUsedBonus : 0), m_used[i]});
    }
    std::ranges::stable_sort(scored, [&](const Scored& a, const Scored& b) {
        if (!pattern.isEmpty() && a.score != b.score)
            return a.score > b.score;
        if (a.used != b.used)
            return a.used < b.used;
        return !pattern.isEmpty() &&
               m_entries[a.entry].text.size() < m_entries[b.entry].text.size();
    });
    beginResetModel();
    m_pattern = pattern;
    m_matchCount = static_cast<qsizetype>(scored.size());
    m_rows.clear();
    for (std::size_t i = 0; i < std::min(scored.size(), kMostRows); ++i)
        m_rows.push_back(scored[i].entry);
    endResetModel();
}

const PaletteEntry* PaletteModel::entry(int row) const
{
    return row >= 0 && row < rowCount() ? &m_entries[m_rows[static_cast<std::size_t>(row)]]
                                        : nullptr;
}

int PaletteModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const
{
    const PaletteEntry* shown = entry(index.row());
    if (!shown)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return shown->text;
    case KindRole:
        return shown->kind;
    case KeysRole:
        return shown->keys;
    case PlacesRole: {
        QVariantList places;
        for (const qsizetype place : fuzzyPlaces(m_pattern, shown->text))
            places << static_cast<int>(place);
        return places;
    }
    case Qt::AccessibleTextRole: {
        QStringList words{shown->text, shown->kind, shown->keys};
        words.removeAll(QString());
        return words.join(u", "_s);
    }
    default:
        return {};
    }
}

} // namespace murmur
