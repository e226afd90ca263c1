// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

#include <cstdint>

namespace murmur {

/// The file beside a recording that keeps a second recorder away, and that holds a little room for
/// the last words when the disk is full. Removed with the object.
class RecordingLock
{
public:
    RecordingLock() = default;
    ~RecordingLock();
    RecordingLock(RecordingLock&& other) noexcept;
    RecordingLock& operator=(RecordingLock&& other) noexcept;

    /// Unwritable when another process holds it. A lock that cannot be made is no error: the file
    /// itself will tell.
    static Result<RecordingLock> take(const QString& recording);
    /// Sets room aside, or gives it back to the disk.
    void keepRoom(std::int64_t bytes);
    void giveRoom();

private:
    QByteArray m_name;
    int m_descriptor = -1;
};

} // namespace murmur
