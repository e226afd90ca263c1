// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QString>

namespace murmur::cli {

/// `murmur note --bookmark`, `--no-bookmark` and `--bookmarks`; each answers with the exit code.
int keepBookmarkOf(Session& session, const QString& message, const QString& text);
int removeBookmarkOf(Session& session, const QString& message);
int listBookmarks(Session& session, bool asJson);

} // namespace murmur::cli
