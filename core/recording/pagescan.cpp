// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/pagescan.h"

#include "recording/codec.h"
#include "recording/format.h"

#include <QTemporaryDir>

#include <bit>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kIndexLeaf = 0x0a;
constexpr int kTableLeaf = 0x0d;
constexpr int kTableInner = 0x05;
// types of the pointer map
constexpr int kMapRoot = 1;
constexpr int kMapFree = 2;
constexpr int kMapTree = 5;
/// Rows whose table is not known.
constexpr const char* kAnyTable = "?";
/// The index that knows the first Seq and the id of each block.
constexpr std::string_view kFirsts = "block_first";
bool hasNoRowIds(std::string_view table)
{
    return table == "meta" || table == kFirsts;
}
constexpr std::int64_t kReadingIds = std::int64_t(1) << 40;

/// An integer as SQLite packs it: up to nine bytes, high first. False when cut.
bool readNumber(std::string_view& in, std::uint64_t& value)
{
    value = 0;
    for (int i = 0; i < 9; ++i) {
        if (in.empty())
            return false;
        const auto byte = static_cast<unsigned char>(in.front());
        in.remove_prefix(1);
        if (i == 8) {
            value = value << 8 | byte;
            return true;
        }
        value = value << 7 | (byte & 0x7f);
        if ((byte & 0x80) == 0)
            return true;
    }
    return true;
}

std::size_t sizeOf(std::uint64_t type)
{
    constexpr std::size_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? sizes[type] : static_cast<std::size_t>((type - 12) / 2);
}

RawValue valueOf(std::uint64_t type, std::string_view bytes)
{
    if (type == 0 || type == 10 || type == 11)
        return std::monostate();
    if (type == 8 || type == 9)
        return static_cast<std::int64_t>(type - 8);
    if (type >= 12) {
        if (type % 2 == 0)
            return RawBlob{std::string(bytes)};
        return std::string(bytes);
    }
    std::uint64_t number = !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0
                               ? ~std::uint64_t(0)
                               : 0;
    for (const char byte : bytes)
        number = number << 8 | static_cast<unsigned char>(byte);
    if (type == 7)
        return std::bit_cast<double>(number);
    return static_cast<std::int64_t>(number);
}

/// The columns of a record. What is cut off is left out; false when nothing can be read.
bool parseRecord(std::string_view record, std::vector<RawValue>& values)
{
    values.clear();
    std::string_view head = record;
    std::uint64_t headSize = 0;
    if (!readNumber(head, headSize) || headSize > record.size() ||
        headSize < record.size() - head.size())
        return false;
    head = record.substr(record.size() - head.size(), headSize - (record.size() - head.size()));
    std::string_view body = record.substr(headSize);
    std::uint64_t type = 0;
    while (!head.empty() && values.size() < 64) {
        if (!readNumber(head, type))
            return false;
        const std::size_t size = sizeOf(type);
        if (size > body.size())
            return false;
        values.push_back(valueOf(type, body.substr(0, size)));
        body.remove_prefix(size);
    }
    return !values.empty();
}

/// The table that a row of this shape belongs to; kAnyTable for two columns with a blob.
std::string tableByShape(const RawRow& row)
{
    const auto isText = [&](std::size_t i) {
        return std::holds_alternative<std::string>(row.values[i]);
    };
    const auto isNumber = [&](std::size_t i) {
        return std::holds_alternative<std::int64_t>(row.values[i]);
    };
    const std::size_t columns = row.values.size();
    if (columns < 2 || !std::holds_alternative<std::monostate>(row.values[0]))
        return {};
    if (columns == 2 && std::holds_alternative<RawBlob>(row.values[1]))
        return row.id >= kReadingIds ? "reading" : kAnyTable;
    if (columns >= 9 && isNumber(1) && isNumber(2) && isNumber(3) && isNumber(4) && isNumber(5) &&
        std::holds_alternative<RawBlob>(row.values[6]))
        return "block";
    if (columns == 8 && isText(1) && isNumber(6) && isNumber(7))
        return "agent";
    if (columns == 8 && isText(3) && isText(7))
        return "gap";
    if (columns == 5 && isText(1) && isText(2) && isNumber(3) && isNumber(4))
        return "connection";
    return {};
}

} // namespace

std::int64_t RawRow::number(std::size_t column, std::int64_t fallback) const
{
    const auto* value =
        column < values.size() ? std::get_if<std::int64_t>(&values[column]) : nullptr;
    return value == nullptr ? fallback : *value;
}

std::string_view RawRow::bytes(std::size_t column) const
{
    if (column >= values.size())
        return {};
    if (const auto* text = std::get_if<std::string>(&values[column]))
        return *text;
    const auto* blob = std::get_if<RawBlob>(&values[column]);
    return blob == nullptr ? std::string_view() : std::string_view(blob->bytes);
}

Result<PageScan> PageScan::open(const QString& path,
                                const std::function<void(std::int64_t, std::int64_t)>& progress,
                                std::stop_token stop)
{
    auto file = PageFile::open(path);
    if (!file)
        return file.error();
    PageScan scan(std::move(*file));
    scan.readHead();
    scan.findRoots();
    for (const auto& [root, table] : scan.m_roots)
        scan.walk(root, table, 0);
    for (std::uint32_t page = 1; page <= scan.m_file.pages(); ++page) {
        if (page % 1024 == 0) {
            if (progress)
                progress(page, scan.m_file.pages());
            if (stop.stop_requested())
                return Error{ErrorCode::Cancelled, u"Reading %1 was cancelled."_s.arg(path)};
        }
        scan.takePage(page);
    }
    return scan;
}

bool PageScan::fetch(std::uint32_t number)
{
    if (number == m_fetched)
        return true;
    m_fetched = m_file.read(number, m_page) ? number : 0;
    return m_fetched != 0;
}

void PageScan::readHead()
{
    if (!fetch(1) || std::memcmp(m_page.data(), "SQLite format 3", 16) != 0)
        return;
    m_hasHead = true;
    m_formatVersion = bigEndian32(m_page.data() + 60);
    m_applicationId = bigEndian32(m_page.data() + 68);
}

void PageScan::findRoots()
{
    const auto isComplete = [this] {
        std::size_t found = 0;
        for (const auto& [root, name] : m_roots)
            found += name == "block" || name == "heard" || name == "reading" || name == "payload" ||
                     name == "meta";
        return found == 5;
    };
    takeCells(1, "sqlite_master");
    for (const RawRow& row : rows("sqlite_master")) {
        if ((row.bytes(0) == "table" || row.bytes(1) == kFirsts) && row.number(3) > 1)
            m_roots[static_cast<std::uint32_t>(row.number(3))] = row.bytes(1);
    }
    if (isComplete())
        return;
    // The schema is damaged. Every recording of a version is made with the same statements, so the
    // trees of a new one begin on the same pages.
    const QTemporaryDir directory;
    auto fresh = createRecording(directory.filePath(u"fresh.murmur"_s));
    if (!fresh)
        return;
    Statement tables(*fresh,
                     "SELECT name, rootpage FROM sqlite_master WHERE type = 'table' OR name "
                     "= 'block_first'");
    while (tables.step())
        m_roots.try_emplace(static_cast<std::uint32_t>(tables.number(1)), tables.text(0));
}

PageScan::MapEntry PageScan::mapEntry(std::uint32_t page)
{
    // Map pages stand at regular distances, from page 2 on, and tell of the pages behind them.
    const std::uint32_t reach = m_file.pageSize() / 5 + 1;
    if (page < 3)
        return {};
    std::uint32_t map = (page - 2) / reach * reach + 2;
    if (map == 0x4000'0000 / m_file.pageSize() + 1) // the page of SQLite's locks
        ++map;
    if (page <= map)
        return {};
    if (map != m_mapFetched)
        m_mapFetched = m_file.read(map, m_map) ? map : 0;
    const std::size_t place = std::size_t(page - map - 1) * 5;
    if (m_mapFetched == 0 || place + 5 > m_map.size())
        return {};
    return {m_map[place], bigEndian32(m_map.data() + place + 1)};
}

std::uint32_t PageScan::rootOf(std::uint32_t page)
{
    for (int depth = 0; depth < 16; ++depth) {
        if (m_roots.contains(page))
            return page;
        const MapEntry entry = mapEntry(page);
        if (entry.type != kMapTree || entry.parent == 0)
            return 0;
        page = entry.parent;
    }
    return 0;
}

void PageScan::walk(std::uint32_t page, const std::string& table, int depth)
{
    if (depth > 8 || !fetch(page) || static_cast<unsigned char>(m_page[0]) != kTableInner)
        return;
    std::vector<std::uint32_t> children{bigEndian32(m_page.data() + 8)};
    const std::size_t cells = bigEndian16(m_page.data() + 3);
    for (std::size_t i = 0; i < cells && 14 + 2 * i <= m_page.size(); ++i) {
        const std::size_t offset = bigEndian16(m_page.data() + 12 + 2 * i);
        if (offset + 4 <= m_page.size())
            children.push_back(bigEndian32(m_page.data() + offset));
    }
    // A page has one parent: also a tree that is damaged is walked once.
    std::erase_if(children, [&](std::uint32_t child) {
        return child > m_file.pages() || !m_owners.try_emplace(child, table).second;
    });
    // All children of a page are leaves, or none is.
    for (const std::uint32_t child : children) {
        if (!fetch(child) || static_cast<unsigned char>(m_page[0]) == kTableLeaf)
            break;
        walk(child, table, depth + 1);
    }
}

std::string_view PageScan::tableOf(std::uint32_t page)
{
    if (const auto root = m_roots.find(rootOf(page)); root != m_roots.end())
        return root->second;
    const auto owner = m_owners.find(page);
    return owner == m_owners.end() ? std::string_view() : owner->second;
}

void PageScan::takePage(std::uint32_t number)
{
    if (number < 3 || !fetch(number))
        return;
    const auto type = static_cast<unsigned char>(m_page[0]);
    const MapEntry entry = mapEntry(number);
    if (entry.type == kMapFree)
        return; // what stands there was deleted
    const bool isTree = entry.type == kMapTree || entry.type == kMapRoot;
    const bool isInner = type == 0x02 || type == kTableInner;
    // A leaf whose type byte is damaged is still one by its map entry.
    if (type != kTableLeaf && type != kIndexLeaf && (!isTree || isInner))
        return;
    const std::string_view table = tableOf(number);
    if (type == kIndexLeaf && !hasNoRowIds(table))
        return;
    takeCells(number, table);
}

void PageScan::takeCells(std::uint32_t number, std::string_view table)
{
    if (!fetch(number))
        return;
    const std::size_t head = number == 1 ? 100 : 0;
    const std::size_t size = m_page.size();
    const std::size_t cells = bigEndian16(m_page.data() + head + 3);
    if (cells > size / 4)
        return;
    const std::string page = m_page; // reading a row may fetch others
    for (std::size_t i = 0; i < cells && head + 10 + 2 * i <= size; ++i) {
        const std::size_t offset = bigEndian16(page.data() + head + 8 + 2 * i);
        if (offset < head + 8 + 2 * cells || offset + 4 > size)
            continue;
        std::string_view in = std::string_view(page).substr(offset);
        std::uint64_t payload = 0;
        std::uint64_t id = 0;
        const Place place{number, static_cast<std::uint32_t>(offset), hasNoRowIds(table)};
        if (!readNumber(in, payload) || (!place.isIndex && !readNumber(in, id)))
            continue;
        if (place.isIndex)
            id = m_tables[std::string(table)].size();
        if (!table.empty()) {
            m_tables[std::string(table)].emplace(static_cast<std::int64_t>(id), place);
            continue;
        }
        RawRow row;
        if (!readRow(place, row))
            continue;
        if (const std::string shape = tableByShape(row); !shape.empty())
            m_tables[shape].emplace(row.id, place);
    }
}

bool PageScan::readRow(Place place, RawRow& row)
{
    if (!fetch(place.page))
        return false;
    const std::size_t usable = m_page.size();
    std::string_view in =
        std::string_view(m_page).substr(std::min<std::size_t>(place.offset, usable));
    std::uint64_t size = 0;
    std::uint64_t id = 0;
    if (!readNumber(in, size) || (!place.isIndex && !readNumber(in, id)) ||
        size > std::min<std::uint64_t>(kMaxUnpacked + 65'536,
                                       std::uint64_t(m_file.pages()) * m_file.pageSize()))
        return false;
    row.id = static_cast<std::int64_t>(id);
    // SQLite's rule for how much of a row stays in the leaf.
    const std::uint64_t most = place.isIndex ? (usable - 12) * 64 / 255 - 23 : usable - 35;
    std::uint64_t local = size;
    if (size > most) {
        const std::uint64_t least = (usable - 12) * 32 / 255 - 23;
        local = least + (size - least) % (usable - 4);
        if (local > most)
            local = least;
    }
    if (in.size() < local + (local < size ? 4 : 0))
        return false;
    std::string record(in.substr(0, local));
    if (local < size) {
        std::uint32_t next = bigEndian32(in.data() + local);
        record.reserve(size);
        std::string page;
        while (record.size() < size) {
            if (!m_file.read(next, page))
                return false;
            next = bigEndian32(page.data());
            record.append(page, 4, std::min<std::size_t>(size - record.size(), page.size() - 4));
        }
    }
    return parseRecord(record, row.values);
}

std::vector<RawRow> PageScan::rows(std::string_view table)
{
    std::vector<RawRow> rows;
    const auto places = m_tables.find(table);
    if (places == m_tables.end())
        return rows;
    for (const auto& [id, place] : places->second) {
        RawRow row;
        if (!readRow(place, row))
            continue;
        if (place.isIndex)
            row.id = id;
        if (!rows.empty() && rows.back().id == row.id)
            rows.pop_back();
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> PageScan::blobs(std::string_view table, std::int64_t id)
{
    std::vector<std::string> blobs;
    for (const std::string_view name : {table, std::string_view(kAnyTable)}) {
        const auto places = m_tables.find(name);
        if (places == m_tables.end())
            continue;
        const auto [from, to] = places->second.equal_range(id);
        for (auto at = from; at != to; ++at) {
            RawRow row;
            if (readRow(at->second, row) && row.id == id)
                blobs.emplace_back(row.bytes(1));
        }
    }
    return blobs;
}

std::vector<std::int64_t> PageScan::ids(std::string_view table) const
{
    std::vector<std::int64_t> ids;
    const auto places = m_tables.find(table);
    if (places == m_tables.end())
        return ids;
    for (const auto& [id, place] : places->second) {
        if (ids.empty() || ids.back() != id)
            ids.push_back(id);
    }
    return ids;
}

} // namespace murmur
