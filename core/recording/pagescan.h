// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/pagefile.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace murmur {

struct RawBlob
{
    std::string bytes;
};
/// One value of a row: null, integer, real, text or blob.
using RawValue = std::variant<std::monostate, std::int64_t, double, std::string, RawBlob>;
struct RawRow
{
    std::int64_t id = 0; ///< row id
    std::vector<RawValue> values;

    [[nodiscard]] std::int64_t number(std::size_t column, std::int64_t fallback = 0) const;
    [[nodiscard]] std::string_view bytes(std::size_t column) const;
};

/// Reads the rows of a recording from the leaves of its b-trees without walking the trees: SQLite
/// stops at the first page that is damaged, this goes on behind it. To which table a leaf belongs
/// is told by SQLite's pointer map (each page's parent), where that is damaged by what is left of
/// the trees, and else by the shape of the rows. Only one pass over the file; afterwards rows are
/// read where they lie.
class PageScan
{
public:
    /// Errors: Unreadable when the file cannot be read at all, Cancelled.
    static Result<PageScan> open(const QString& path,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 std::stop_token stop);

    /// All rows of a table, by row id; of two with one id the one that lies later in the file.
    std::vector<RawRow> rows(std::string_view table);
    /// Blobs that may be the data of row `id` of `heard`, `reading` or `payload`: mostly one, more
    /// where the table of a leaf is not known. Damaged ones are among them: their checksum tells.
    std::vector<std::string> blobs(std::string_view table, std::int64_t id);
    /// Row ids of a table.
    [[nodiscard]] std::vector<std::int64_t> ids(std::string_view table) const;

    /// How the WAL of the file ends.
    [[nodiscard]] const WalEnd& walEnd() const { return m_file.walEnd(); }
    /// False when the head of the file is not that of an SQLite database.
    [[nodiscard]] bool hasHead() const { return m_hasHead; }
    [[nodiscard]] std::int64_t applicationId() const { return m_applicationId; }
    [[nodiscard]] std::int64_t formatVersion() const { return m_formatVersion; }

private:
    struct Place
    {
        std::uint32_t page = 0;
        std::uint32_t offset = 0; ///< of the cell
        bool isIndex = false;     ///< no row id: a table WITHOUT ROWID
    };
    using Places = std::multimap<std::int64_t, Place>;

    struct MapEntry
    {
        int type = 0;
        std::uint32_t parent = 0;
    };

    explicit PageScan(PageFile file)
        : m_file(std::move(file))
    {
    }
    void readHead();
    void findRoots();
    void walk(std::uint32_t page, const std::string& table, int depth);
    [[nodiscard]] std::string_view tableOf(std::uint32_t page);
    void takePage(std::uint32_t number);
    void takeCells(std::uint32_t number, std::string_view table);
    /// Root page of the tree that a page belongs to; 0 when not known.
    std::uint32_t rootOf(std::uint32_t page);
    MapEntry mapEntry(std::uint32_t page);
    bool readRow(Place place, RawRow& row);
    bool fetch(std::uint32_t number);

    PageFile m_file;
    bool m_hasHead = false;
    std::int64_t m_applicationId = 0;
    std::int64_t m_formatVersion = 0;
    std::map<std::uint32_t, std::string> m_roots;                 ///< table by root page
    std::unordered_map<std::uint32_t, std::string_view> m_owners; ///< table by page, from the trees
    std::map<std::string, Places, std::less<>> m_tables;
    std::uint32_t m_fetched = 0; ///< the page in m_page
    std::string m_page;
    std::uint32_t m_mapFetched = 0;
    std::string m_map;
};

} // namespace murmur
