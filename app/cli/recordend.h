// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace murmur::cli {

/// Whether the bus of a connection ever let us in, as far as its last state tells; `wasUp`: it was
/// seen to.
[[nodiscard]] bool wasAttached(const ConnectionInfo& connection, bool wasUp);
/// Why nobody was reached: what the first of them says that says something.
[[nodiscard]] QString unreachedSentence(const std::vector<ConnectionInfo>& connections);
/// Of patterns of --only and --exclude, those that no topic of the finished files matches.
[[nodiscard]] QStringList idlePatterns(const std::vector<QString>& files,
                                       const QStringList& patterns);

} // namespace murmur::cli
