// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/privateshm.h"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kName = "murmur-private-shm";

sqlite3_vfs* s_real = nullptr; // set once, before the layer is registered

/// Stands behind SQLite's own file object.
struct Extra
{
    const sqlite3_io_methods* real = nullptr;
    sqlite3_io_methods methods{};
    std::vector<std::unique_ptr<char[]>> pages;
};

Extra* extraOf(sqlite3_file* file)
{
    return reinterpret_cast<Extra*>(reinterpret_cast<char*>(file) + s_real->szOsFile);
}

int close(sqlite3_file* file)
{
    Extra* extra = extraOf(file);
    const int code = extra->real->xClose(file);
    extra->~Extra();
    return code;
}

int shmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out)
{
    auto& pages = extraOf(file)->pages;
    const auto wanted = static_cast<std::size_t>(page);
    *out = nullptr;
    if (wanted >= pages.size() && extend == 0)
        return SQLITE_OK;
    while (wanted >= pages.size()) {
        pages.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
        std::memset(pages.back().get(), 0, static_cast<std::size_t>(size));
    }
    *out = pages[wanted].get();
    return SQLITE_OK;
}

int shmLock(sqlite3_file*, int, int, int)
{
    return SQLITE_OK; // one connection, one thread: there is nobody to wait for
}

void shmBarrier(sqlite3_file*)
{
}

int shmUnmap(sqlite3_file* file, int)
{
    extraOf(file)->pages.clear();
    return SQLITE_OK;
}

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out)
{
    if ((flags & SQLITE_OPEN_WAL) != 0)
        flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READONLY;
    Extra* extra = new (extraOf(file)) Extra;
    const int code = s_real->xOpen(s_real, path, file, flags, out);
    if (file->pMethods == nullptr) {
        extra->~Extra();
        return code;
    }
    extra->real = file->pMethods;
    extra->methods = *file->pMethods;
    extra->methods.iVersion = 2; // no memory mapping
    extra->methods.xClose = &close;
    extra->methods.xShmMap = &shmMap;
    extra->methods.xShmLock = &shmLock;
    extra->methods.xShmBarrier = &shmBarrier;
    extra->methods.xShmUnmap = &shmUnmap;
    file->pMethods = &extra->methods;
    return code;
}

} // namespace

const char* privateShmVfs()
{
    static std::once_flag once;
    std::call_once(once, [] {
        static sqlite3_vfs vfs;
        s_real = sqlite3_vfs_find(nullptr);
        vfs = *s_real;
        vfs.zName = kName;
        vfs.pNext = nullptr;
        vfs.szOsFile = s_real->szOsFile + static_cast<int>(sizeof(Extra));
        vfs.xOpen = &open;
        sqlite3_vfs_register(&vfs, 0);
    });
    return kName;
}

} // namespace murmur
