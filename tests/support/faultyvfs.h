// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace murmur::test {

/// A disk for SQLite that fails on demand: a layer between SQLite and its own file layer, the
/// default one while it lives. Files stay where they are; what it adds is
///  * a power cut: what the disk would hold if the power went now (`cut`), where each unsynced
///    4 KiB sector has survived or not, by chance and in any order;
///  * the n-th write, truncation or sync that fails;
///  * syncs that take long.
class FaultyVfs
{
public:
    static constexpr std::int64_t kSector = 4096;

    FaultyVfs()
    {
        s_instance = this;
        m_real = sqlite3_vfs_find(nullptr);
        m_vfs = *m_real;
        m_vfs.zName = "faulty";
        m_vfs.szOsFile = static_cast<int>(sizeof(File)) + m_real->szOsFile;
        m_vfs.pNext = nullptr;
        m_vfs.xOpen = &open;
        m_vfs.xDelete = &remove;
        sqlite3_vfs_register(&m_vfs, 1);
    }
    ~FaultyVfs()
    {
        sqlite3_vfs_unregister(&m_vfs);
        sqlite3_vfs_register(m_real, 1);
        s_instance = nullptr;
    }
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    /// Keep what a power cut would leave: costs memory of the size of the files.
    void keepDurable(bool keeps) { m_keeps = keeps; }
    /// Called before each write, truncation and sync, with its number from 1.
    std::function<void(std::int64_t)> before;
    /// This operation fails with `failure`; every later one too when `forever`.
    std::atomic<std::int64_t> failAt = 0;
    std::atomic<bool> forever = false;
    std::atomic<int> failure = SQLITE_IOERR_WRITE;
    std::atomic<std::int64_t> syncMs = 0; ///< the next sync takes this long
    std::atomic<std::int64_t> operations = 0;

    /// Writes what the disk would hold after a power cut into `directory`, under the same names.
    void cut(const QString& directory, std::mt19937_64& random)
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [path, disk] : m_disks) {
            std::string bytes = disk.durable;
            for (const auto& [sector, versions] : disk.unsynced) {
                if ((random() & 1) == 0)
                    continue;
                const std::string& version = versions[random() % versions.size()];
                const std::size_t place = static_cast<std::size_t>(sector * kSector);
                if (bytes.size() < place + version.size())
                    bytes.resize(place + version.size(), '\0');
                bytes.replace(place, version.size(), version);
            }
            const QString name = QString::fromStdString(path.substr(path.rfind('/') + 1));
            QFile file(directory + QLatin1Char('/') + name);
            if (file.open(QFile::WriteOnly))
                file.write(bytes.data(), static_cast<qint64>(bytes.size()));
        }
    }

private:
    struct File
    {
        sqlite3_file base;
        sqlite3_file* real;
        const char*
            path; ///< lives as long as the file: SQLite promises it for all but temporary ones
        int flags;
    };
    struct Disk
    {
        std::string durable;                                       ///< as of the last sync
        std::map<std::int64_t, std::vector<std::string>> unsynced; ///< sector → what was written
        std::int64_t size = 0;
    };

    static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return of(file)->real; }

    /// Counts one operation; its failure when it shall fail.
    int pass()
    {
        const std::int64_t number = ++operations;
        if (before)
            before(number);
        const std::int64_t at = failAt;
        return at != 0 && (number == at || (forever && number > at)) ? failure.load() : SQLITE_OK;
    }

    static int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out)
    {
        File* self = of(file);
        self->real = reinterpret_cast<sqlite3_file*>(self + 1);
        self->path = path;
        self->flags = flags;
        self->base.pMethods = nullptr;
        const int code =
            s_instance->m_real->xOpen(s_instance->m_real, path, self->real, flags, out);
        if (code == SQLITE_OK)
            self->base.pMethods = methods();
        return code;
    }
    static int remove(sqlite3_vfs*, const char* path, int sync)
    {
        {
            const std::lock_guard lock(s_instance->m_mutex);
            s_instance->m_disks.erase(path);
        }
        return s_instance->m_real->xDelete(s_instance->m_real, path, sync);
    }

    static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset)
    {
        if (const int code = s_instance->pass(); code != SQLITE_OK)
            return code;
        const int code = real(file)->pMethods->xWrite(real(file), data, size, offset);
        if (code == SQLITE_OK && s_instance->m_keeps && of(file)->path != nullptr) {
            const std::lock_guard lock(s_instance->m_mutex);
            Disk& disk = s_instance->m_disks[of(file)->path];
            disk.size = std::max<std::int64_t>(disk.size, offset + size);
            const std::int64_t last = (offset + size - 1) / kSector;
            for (std::int64_t sector = offset / kSector; sector <= last; ++sector) {
                std::string bytes(
                    static_cast<std::size_t>(std::min(kSector, disk.size - sector * kSector)),
                    '\0');
                real(file)->pMethods->xRead(real(file), bytes.data(),
                                            static_cast<int>(bytes.size()), sector * kSector);
                disk.unsynced[sector].push_back(std::move(bytes));
            }
        }
        return code;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size)
    {
        if (const int code = s_instance->pass(); code != SQLITE_OK)
            return code;
        const int code = real(file)->pMethods->xTruncate(real(file), size);
        if (code == SQLITE_OK && s_instance->m_keeps && of(file)->path != nullptr) {
            const std::lock_guard lock(s_instance->m_mutex);
            Disk& disk = s_instance->m_disks[of(file)->path];
            disk.size = size;
            disk.durable.resize(
                std::min<std::size_t>(disk.durable.size(), static_cast<std::size_t>(size)));
            disk.unsynced.erase(disk.unsynced.lower_bound((size + kSector - 1) / kSector),
                                disk.unsynced.end());
        }
        return code;
    }
    static int sync(sqlite3_file* file, int flags)
    {
        if (const std::int64_t ms = s_instance->syncMs.exchange(0); ms > 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(ms));
        if (const int code = s_instance->pass(); code != SQLITE_OK)
            return code == SQLITE_IOERR_WRITE ? SQLITE_IOERR_FSYNC : code;
        // The real sync would only cost time: what a cut leaves is decided here.
        const int code =
            s_instance->m_keeps ? SQLITE_OK : real(file)->pMethods->xSync(real(file), flags);
        if (code == SQLITE_OK && s_instance->m_keeps && of(file)->path != nullptr) {
            const std::lock_guard lock(s_instance->m_mutex);
            Disk& disk = s_instance->m_disks[of(file)->path];
            for (const auto& [sector, versions] : disk.unsynced) {
                const std::string& newest = versions.back();
                const std::size_t place = static_cast<std::size_t>(sector * kSector);
                if (disk.durable.size() < place + newest.size())
                    disk.durable.resize(place + newest.size(), '\0');
                disk.durable.replace(place, newest.size(), newest);
            }
            disk.unsynced.clear();
        }
        return code;
    }

    static int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
    static int read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset)
    {
        return real(file)->pMethods->xRead(real(file), data, size, offset);
    }
    static int fileSize(sqlite3_file* file, sqlite3_int64* size)
    {
        return real(file)->pMethods->xFileSize(real(file), size);
    }
    static int lock(sqlite3_file* file, int level)
    {
        return real(file)->pMethods->xLock(real(file), level);
    }
    static int unlock(sqlite3_file* file, int level)
    {
        return real(file)->pMethods->xUnlock(real(file), level);
    }
    static int checkReserved(sqlite3_file* file, int* out)
    {
        return real(file)->pMethods->xCheckReservedLock(real(file), out);
    }
    static int control(sqlite3_file* file, int op, void* argument)
    {
        return real(file)->pMethods->xFileControl(real(file), op, argument);
    }
    static int sectorSize(sqlite3_file*) { return static_cast<int>(kSector); }
    /// This disk promises nothing: no atomic writes, no order.
    static int characteristics(sqlite3_file*) { return 0; }
    static int shmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out)
    {
        return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
    }
    static int shmLock(sqlite3_file* file, int offset, int n, int flags)
    {
        return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
    }
    static void shmBarrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
    static int shmUnmap(sqlite3_file* file, int isDelete)
    {
        return real(file)->pMethods->xShmUnmap(real(file), isDelete);
    }
    static const sqlite3_io_methods* methods()
    {
        static const sqlite3_io_methods table = {2,
                                                 &close,
                                                 &read,
                                                 &write,
                                                 &truncate,
                                                 &sync,
                                                 &fileSize,
                                                 &lock,
                                                 &unlock,
                                                 &checkReserved,
                                                 &control,
                                                 &sectorSize,
                                                 &characteristics,
                                                 &shmMap,
                                                 &shmLock,
                                                 &shmBarrier,
                                                 &shmUnmap,
                                                 nullptr,
                                                 nullptr};
        return &table;
    }

    static inline FaultyVfs* s_instance = nullptr;
    sqlite3_vfs* m_real = nullptr;
    sqlite3_vfs m_vfs{};
    std::atomic<bool> m_keeps = false;
    std::mutex m_mutex;
    std::map<std::string, Disk> m_disks;
};

} // namespace murmur::test
