// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordinglock.h"

#include <QFile>

#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur {

Result<RecordingLock> RecordingLock::take(const QString& recording)
{
    RecordingLock lock;
    lock.m_name = QFile::encodeName(recording) + ".lock";
    lock.m_descriptor =
        ::open(lock.m_name.constData(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock.m_descriptor >= 0 && ::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(std::exchange(lock.m_descriptor, -1));
        return Error{
            ErrorCode::Unwritable,
            u"%1 is being recorded by another Murmurscope; choose another file."_s.arg(recording)};
    }
    return lock;
}

RecordingLock::~RecordingLock()
{
    if (m_descriptor < 0)
        return;
    ::unlink(m_name.constData());
    ::close(m_descriptor);
}

RecordingLock::RecordingLock(RecordingLock&& other) noexcept
    : m_name(std::move(other.m_name))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

RecordingLock& RecordingLock::operator=(RecordingLock&& other) noexcept
{
    std::swap(m_name, other.m_name);
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

void RecordingLock::keepRoom(std::int64_t bytes)
{
    if (m_descriptor >= 0 && bytes > 0)
        (void)::posix_fallocate(m_descriptor, 0, bytes);
}

void RecordingLock::giveRoom()
{
    if (m_descriptor >= 0)
        (void)!::ftruncate(m_descriptor, 0);
}

} // namespace murmur
