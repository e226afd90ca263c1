// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "recording/dictionaries.h"
#include "recording/reader.h"

#include <string>

namespace murmur {

/// The messages of a stored block as the bus gave them, to be read once more. What was heard is in
/// `heard`; the old reading is asked only for what it alone knows: the peer behind a provisional
/// sender, and why a frame was no message. One block at a time, one thread.
class Rehearing
{
public:
    explicit Rehearing(const Dictionaries& names)
        : m_names(names)
    {
    }

    /// False when the bytes of the block cannot be read.
    bool load(RecordingReader& reader, const BlockRef& block);
    [[nodiscard]] std::size_t size() const { return m_heard.size(); }
    /// The next message, from the first on; its bytes stay valid until the next call of either.
    const HeardMessage& next();

    /// The columns that stand in the file.
    [[nodiscard]] const Columns& heard() const { return m_heard; }
    /// The old reading: who, to whom, what kind, which type and call; none when it is damaged.
    [[nodiscard]] const Columns* old() const { return m_hasOld ? &m_old : nullptr; }

private:
    const Dictionaries& m_names;
    Columns m_heard, m_old;
    bool m_hasOld = false;
    std::string m_payload, m_topic, m_peer, m_reason;
    std::size_t m_row = 0;
    std::size_t m_offset = 0;
    HeardMessage m_message;
};

} // namespace murmur
