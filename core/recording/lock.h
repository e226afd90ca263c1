// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur {

/// Whether some process holds the recorder's lock of the recording at `path`. The recording itself
/// is not touched.
bool isBeingRecorded(const QString& path);

} // namespace murmur
