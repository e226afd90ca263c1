// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/result.h"

namespace murmur {

int exitCodeOf(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::WrongUse:
    case ErrorCode::Unsupported:
    case ErrorCode::Unwritable:
        return 2;
    case ErrorCode::Unreadable:
    case ErrorCode::NewerFormat:
    case ErrorCode::NotFound:
        return 3;
    case ErrorCode::DiskFull:
        return 5; // what came after the last commit is missing
    case ErrorCode::Unreachable:
    case ErrorCode::PortInUse:
        return 4;
    case ErrorCode::Cancelled:
    case ErrorCode::Internal:
        return 1;
    }
    return 1;
}

} // namespace murmur
