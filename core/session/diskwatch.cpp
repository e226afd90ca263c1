// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/diskwatch.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

#include <sys/statvfs.h>

namespace murmur {

std::optional<DiskSpace> diskSpaceOf(const QString& path)
{
    struct statvfs disk = {};
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    if (::statvfs(folder.constData(), &disk) != 0 || disk.f_blocks == 0)
        return std::nullopt;
    const auto bytes = [&](fsblkcnt_t blocks) {
        return static_cast<std::int64_t>(blocks) * static_cast<std::int64_t>(disk.f_frsize);
    };
    return DiskSpace{bytes(disk.f_bavail), bytes(disk.f_blocks)};
}

std::int64_t DiskWatch::usualReserve(const DiskSpace& space)
{
    constexpr std::int64_t least = std::int64_t(1) << 30;
    const std::int64_t usual = std::min(std::max(least, space.total / 20), space.total / 10);
    return std::min(usual, space.free / 2);
}

DiskWatch::DiskWatch(QString path, std::int64_t reserve, DiskProbe probe)
    : m_path(std::move(path))
    , m_reserve(reserve)
    , m_probe(probe ? std::move(probe) : diskSpaceOf)
{
    if (m_reserve < 0) {
        const auto space = m_probe(m_path);
        m_reserve = space ? usualReserve(*space) : 0;
    }
}

DiskWatch::State DiskWatch::look(std::int64_t growth)
{
    const auto space = m_probe(m_path);
    if (!space) {
        m_free = -1;
        m_state = State::Good;
        return m_state;
    }
    m_free = std::max<std::int64_t>(0, space->free - growth);
    // Going on at once where it stopped would mean stopping again at once.
    const std::int64_t enough = m_reserve + (m_state == State::Good ? 0 : m_reserve / 8);
    m_state = m_free < m_reserve / 2 ? State::Critical : m_free < enough ? State::Low : State::Good;
    return m_state;
}

} // namespace murmur
