// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

namespace murmur::cli {

/// The secret in the first line of a file: it must not stand on the command line, where every
/// process can read it.
Result<QByteArray> tokenFromFile(const QString& path);

} // namespace murmur::cli
