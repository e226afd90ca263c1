// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// Puts any number of messages into the order of their keys, in bounded memory; equal keys go by
/// `tie`, and then by the order in which they came. What does not fit into memory goes sorted into
/// files that nobody else sees, which vanish with this object, and with the program however it
/// ends. One thread.
///
/// A run is as many messages as fit into memory, sorted; at the end the runs are merged. As soon as
/// there are kMostRuns of one level they become one of the next, so that their number stays bounded
/// too, and each message is written as often as there are levels: O(n log n).
class MessageSorter
{
public:
    /// `directory` holds the files. Tests give less memory.
    explicit MessageSorter(QString directory, std::size_t memory = std::size_t(64) << 20);
    ~MessageSorter();
    MessageSorter(const MessageSorter&) = delete;
    MessageSorter& operator=(const MessageSorter&) = delete;

    /// Errors: DiskFull, Unwritable: the sentence names the folder.
    Status add(std::int64_t key, std::int64_t tie, const HeardMessage& message);
    /// After the last: gives them in order. Ends with the first error of `take`.
    Status deliver(const std::function<Status(std::int64_t key, HeardMessage&& message)>& take);
    [[nodiscard]] std::int64_t messages() const { return m_messages; }
    /// Bytes that went into files.
    [[nodiscard]] std::int64_t spilled() const { return m_spilled; }

private:
    class Run;
    struct Entry
    {
        std::int64_t key = 0;
        std::int64_t tie = 0;
        std::uint64_t order = 0;
        std::size_t offset = 0; ///< in m_bytes
        std::size_t size = 0;
    };
    void sortEntries();
    Status spill();
    Status mergeLevel();
    struct Head;
    using TakeBytes = std::function<Status(const Head& head, std::string&& bytes)>;
    static Status merge(std::span<const std::unique_ptr<Run>> runs, const TakeBytes& take);

    const QString m_directory;
    const std::size_t m_memory;
    std::string m_bytes; ///< of the run that grows
    std::vector<Entry> m_entries;
    std::vector<std::unique_ptr<Run>> m_runs;
    std::int64_t m_messages = 0;
    std::int64_t m_spilled = 0;
};

} // namespace murmur
