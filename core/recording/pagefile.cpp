// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/pagefile.h"

#include <QFile>
#include <QFileInfo>

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kWalHead = 32;
constexpr std::int64_t kFrameHead = 24;

std::uint32_t littleEndian32(const char* bytes) noexcept
{
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// The running checksum of a WAL.
struct WalSum
{
    bool isBigEndian = false;
    std::uint32_t a = 0;
    std::uint32_t b = 0;

    void add(const char* bytes, std::size_t size)
    {
        for (std::size_t i = 0; i + 8 <= size; i += 8) {
            const auto word = [&](std::size_t at) {
                return isBigEndian ? bigEndian32(bytes + at) : littleEndian32(bytes + at);
            };
            a += word(i) + b;
            b += word(i + 4) + a;
        }
    }
};

/// How many frames the index of the WAL that has this salt says are committed; 0: it is another
/// one's, or missing. The index is shared memory and outlives its process, not its machine.
std::int64_t committedByIndex(const QString& path, const QByteArray& salt, std::uint32_t pageSize)
{
    QFile index(path);
    if (!index.open(QFile::ReadOnly))
        return 0;
    constexpr qsizetype kIndexHead = 48;
    const QByteArray head = index.read(2 * kIndexHead);
    // It is there twice; a process that died while it wrote leaves two that differ.
    if (head.size() < 2 * kIndexHead || head.left(kIndexHead) != head.mid(kIndexHead))
        return 0;
    std::uint16_t size = 0;
    std::uint32_t frames = 0;
    std::memcpy(&size, head.constData() + 14, sizeof size);
    std::memcpy(&frames, head.constData() + 16, sizeof frames);
    const bool isOf =
        head[12] == 1 && size == (pageSize == 65'536 ? 1u : pageSize) && head.mid(32, 8) == salt;
    return isOf ? frames : 0;
}

} // namespace

QString WalEnd::sentence() const
{
    if (lost > 0)
        return u"The -wal file is damaged behind frame %1: %2 frames that had been committed do not count, and what they held is lost."_s
            .arg(counted)
            .arg(lost);
    if (ignored > 0)
        return u"The -wal file counts up to frame %1; %2 frames behind it are damaged or were never whole, and whether they had been committed is not known."_s
            .arg(counted)
            .arg(ignored);
    return {};
}

std::uint32_t bigEndian32(const char* bytes) noexcept
{
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

std::uint16_t bigEndian16(const char* bytes) noexcept
{
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                      static_cast<unsigned char>(bytes[1]));
}

void PageFile::Closer::operator()(sqlite3_file* file) const
{
    if (file->pMethods != nullptr)
        file->pMethods->xClose(file);
    std::free(file);
}

Result<PageFile> PageFile::open(const QString& path)
{
    const auto refuse = [&](QStringView why) {
        return Error{ErrorCode::Unreadable, u"Cannot read %1: %2."_s.arg(path, why)};
    };
    const QFileInfo info(path);
    if (info.isDir())
        return refuse(u"it is a directory");
    if (!info.exists())
        return refuse(u"there is no such file");
    if (info.size() == 0)
        return refuse(u"the file is empty");
    PageFile pages;
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    pages.m_file.reset(
        static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(vfs->szOsFile))));
    const QByteArray name = QFile::encodeName(info.canonicalFilePath());
    int flags = 0;
    if (vfs->xOpen(vfs, name.constData(), pages.m_file.get(),
                   SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, &flags) != SQLITE_OK)
        return refuse(u"you may not read it");
    sqlite3_int64 size = 0;
    pages.m_file->pMethods->xFileSize(pages.m_file.get(), &size);
    pages.m_size = size;
    std::string head;
    if (pages.readAt(0, 100, head) && std::memcmp(head.data(), "SQLite format 3", 16) == 0) {
        const std::uint32_t stated = bigEndian16(head.data() + 16);
        const std::uint32_t pageSize = stated == 1 ? 65'536 : stated;
        if (pageSize >= 512 && (pageSize & (pageSize - 1)) == 0)
            pages.m_pageSize = pageSize;
        pages.m_wantsWal = head[18] == 2 || head[19] == 2;
    }
    pages.m_pages =
        static_cast<std::uint32_t>((pages.m_size + pages.m_pageSize - 1) / pages.m_pageSize);
    pages.overlayWal(path + u"-wal"_s);
    return pages;
}

bool PageFile::readAt(std::int64_t offset, std::size_t size, std::string& bytes)
{
    bytes.resize(size);
    const int code =
        m_file->pMethods->xRead(m_file.get(), bytes.data(), static_cast<int>(size), offset);
    return code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ; // a short read is filled with 0
}

bool PageFile::read(std::uint32_t number, std::string& page)
{
    if (const auto found = m_inWal.find(number); found != m_inWal.end()) {
        QFile wal(m_walPath);
        page.resize(m_pageSize);
        return wal.open(QFile::ReadOnly) && wal.seek(found->second) &&
               wal.read(page.data(), m_pageSize) == m_pageSize;
    }
    if (number == 0 || number > m_pages)
        return false;
    return readAt(std::int64_t(number - 1) * m_pageSize, m_pageSize, page);
}

void PageFile::overlayWal(const QString& path)
{
    QFile wal(path);
    if (!wal.open(QFile::ReadOnly))
        return;
    const QByteArray head = wal.read(kWalHead);
    if (head.size() < kWalHead)
        return;
    const std::uint32_t magic = bigEndian32(head.constData());
    WalSum sum;
    sum.isBigEndian = (magic & 1) != 0;
    sum.add(head.constData(), 24);
    if ((magic & ~1u) != 0x377f0682 || bigEndian32(head.constData() + 8) != m_pageSize ||
        sum.a != bigEndian32(head.constData() + 24) ||
        sum.b != bigEndian32(head.constData() + 28)) {
        m_walEnd.ignored = (wal.size() - kWalHead) / (kFrameHead + m_pageSize);
        return;
    }
    // What counts is a prefix of whole transactions: a frame that does not continue the checksum
    // ends it. Behind it, each frame's own checksum continues that of the one before as it stands:
    // a commit with more behind it had been complete, as each is synced before the next begins.
    std::unordered_map<std::uint32_t, std::int64_t> open;
    std::int64_t place = kWalHead;
    const std::uint32_t inFile = m_pages;
    const QByteArray salt = head.mid(16, 8);
    bool isBroken = false;
    bool hasCommit = false; // behind the break
    while (true) {
        const QByteArray frame = wal.read(kFrameHead + m_pageSize);
        if (frame.size() < kFrameHead + qsizetype(m_pageSize))
            break;
        const char* bytes = frame.constData();
        const bool isOfThis = std::memcmp(bytes + 8, salt.constData(), 8) == 0;
        const bool isEmpty =
            std::string_view(bytes, kFrameHead).find_first_not_of('\0') == std::string_view::npos;
        sum.add(bytes, 8);
        sum.add(bytes + kFrameHead, m_pageSize);
        const bool isRight =
            isOfThis && sum.a == bigEndian32(bytes + 16) && sum.b == bigEndian32(bytes + 20);
        const std::uint32_t pages = bigEndian32(bytes + 4);
        ++m_walEnd.frames;
        isBroken = isBroken || !isRight;
        if (!isBroken) {
            open[bigEndian32(bytes)] = place + kFrameHead;
            if (pages != 0) {
                for (const auto& [number, at] : open)
                    m_inWal[number] = at;
                open.clear();
                m_pages = std::max(m_pages, pages);
                m_walEnd.counted = m_walEnd.frames;
            }
        } else {
            if (hasCommit && isRight)
                m_walEnd.lost = std::max(m_walEnd.lost, m_walEnd.frames - 1 - m_walEnd.counted);
            hasCommit = hasCommit || (isRight && pages != 0);
            // Behind the end of a WAL that was begun anew lie frames of the one before.
            if (isOfThis || isEmpty)
                m_walEnd.ignored = m_walEnd.frames - m_walEnd.counted;
            sum.a = bigEndian32(bytes + 16);
            sum.b = bigEndian32(bytes + 20);
        }
        place += frame.size();
    }
    if (const auto committed = committedByIndex(
            QString(path).replace(path.size() - 4, 4, u"-shm"_s), salt, m_pageSize);
        committed > m_walEnd.counted)
        m_walEnd.lost = std::max(m_walEnd.lost, committed - m_walEnd.counted);
    m_walPath = path;
    // Pages are added one by one: a WAL that claims more lies.
    m_pages = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(m_pages, std::uint64_t(inFile) + m_inWal.size()));
}

} // namespace murmur
