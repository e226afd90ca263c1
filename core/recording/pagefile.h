// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

struct sqlite3_file;

namespace murmur {

/// What a WAL holds behind the frames that count.
struct WalEnd
{
    std::int64_t frames = 0;  ///< whole ones in the file
    std::int64_t counted = 0; ///< up to the last commit whose frames are all right
    std::int64_t ignored = 0; ///< behind a frame that is not right
    /// Of them, those of commits that were surely complete once; they are damaged now.
    std::int64_t lost = 0;

    /// A sentence about what is lost or ignored; empty when nothing is.
    [[nodiscard]] QString sentence() const;
};

/// The pages of an SQLite database as they lie in the file, with those of a leftover WAL over them.
/// Opened through SQLite's own file layer: a plain close of the file would drop the locks that this
/// process holds on it.
class PageFile
{
public:
    /// Errors: Unreadable.
    static Result<PageFile> open(const QString& path);

    [[nodiscard]] std::uint32_t pageSize() const { return m_pageSize; }
    [[nodiscard]] std::uint32_t pages() const { return m_pages; } ///< numbered from 1
    /// Whether readers look for a WAL beside the file: it was not closed in order.
    [[nodiscard]] bool wantsWal() const { return m_wantsWal; }
    /// How its WAL ends.
    [[nodiscard]] const WalEnd& walEnd() const { return m_walEnd; }
    /// False beyond the end or where the disk fails. A page that is cut is filled with zeros.
    bool read(std::uint32_t number, std::string& page);

private:
    struct Closer
    {
        void operator()(sqlite3_file* file) const;
    };
    bool readAt(std::int64_t offset, std::size_t size, std::string& bytes);
    void overlayWal(const QString& path);

    std::unique_ptr<sqlite3_file, Closer> m_file;
    std::int64_t m_size = 0;
    std::uint32_t m_pageSize = 16384;
    std::uint32_t m_pages = 0;
    bool m_wantsWal = false;
    QString m_walPath;
    WalEnd m_walEnd;
    std::unordered_map<std::uint32_t, std::int64_t> m_inWal; ///< page → place in the WAL
};

/// Big-endian numbers, as SQLite writes them.
std::uint32_t bigEndian32(const char* bytes) noexcept;
std::uint16_t bigEndian16(const char* bytes) noexcept;

} // namespace murmur
