// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QString>

#include <functional>
#include <vector>

namespace murmur {

/// One thing that the palette can do.
struct PaletteEntry
{
    QString text; ///< what is looked through: "Replay: Play or pause"
    QString kind; ///< "command", "view", "agent", "topic", "filter", "recording"
    QString keys; ///< its shortcut; may be empty
    QString id;   ///< by which it is remembered as used
    std::function<void()> run;
    QString also = {}; ///< other words by which it is found
};

/// The entries that fit what is typed, the best first; with nothing typed those used last, then the
/// others as they came. `>` in front takes commands only, `@` agents, `#` topics.
class PaletteModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { KindRole = Qt::UserRole, KeysRole, PlacesRole };

    using QAbstractListModel::QAbstractListModel;

    void setEntries(std::vector<PaletteEntry> entries, const QStringList& usedLast);
    void setQuery(const QString& query);
    [[nodiscard]] const PaletteEntry* entry(int row) const;
    [[nodiscard]] qsizetype matchCount() const { return m_matchCount; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<PaletteEntry> m_entries;
    std::vector<int> m_used; ///< by entry: 0 the last one used, …; large: not at all
    std::vector<std::size_t> m_rows;
    QString m_pattern;
    qsizetype m_matchCount = 0;
};

} // namespace murmur
