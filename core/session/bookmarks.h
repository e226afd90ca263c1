// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"

#include <QString>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace murmur {

struct Source;

/// A message that a person wants to find again.
struct Bookmark
{
    Seq seq = 0;                 ///< in the session; 0: the message is not shown here
    std::uint32_t recording = 0; ///< number of its recording in the session
    Seq ownSeq = 0;              ///< its Seq there
    QString text;                ///< why; may be empty

    friend bool operator==(const Bookmark&, const Bookmark&) = default;
};

/// All of a session, by recording and Seq. They are kept beside each recording
/// (`X.murmur-notes`). May open files: not for the GUI thread. Errors: Unreadable.
Result<std::vector<Bookmark>> bookmarksOf(const Source& source);
/// Puts one on message `seq` of the session, or writes `text` on the one that is there. Errors:
/// NotFound, Unwritable.
Status keepBookmark(const Source& source, Seq seq, const QString& text);
/// Errors: NotFound when there is none.
Status removeBookmark(const Source& source, Seq seq);

/// So many are kept of a recording.
inline constexpr std::size_t kMostBookmarks = 10'000;

} // namespace murmur
