// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QFuture>

namespace murmur {

/// What a future that has ended holds, moved out of it; Cancelled when it ended without. A
/// continuation that asks for the result itself gets a copy, and a slice of tiles may have hundreds
/// of megabytes.
template<typename T>
Result<T> taken(QFuture<Result<T>>& future)
{
    if (!future.isValid() || future.resultCount() == 0)
        return Error{ErrorCode::Cancelled, {}};
    return future.takeResult();
}

} // namespace murmur
