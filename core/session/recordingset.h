// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/namemap.h"
#include "session/naming.h"
#include "session/session.h"
#include "session/sessionorder.h"
#include "session/source.h"

#include <memory>
#include <mutex>
#include <vector>

namespace murmur {

/// One recording of a session of several. Never changes once the session is open.
struct Member
{
    std::size_t info = 0; ///< its place in RecordingSet::infos
    QString label;
    Source source;           ///< for jobs that run on each recording by itself
    std::int64_t offset = 0; ///< ns, added to its times
    Seq last = 0; ///< what was recorded when the session was opened; the rest is not shown
    std::int64_t count = 0; ///< messages up to there
    NameMap map;
    Naming naming; ///< what people called its agents when the session was opened
};

/// The recordings behind a session of several, shared by its readers.
struct RecordingSet
{
    std::vector<Member> members;      ///< those that could be read
    std::vector<RecordingInfo> infos; ///< all that were named
    std::shared_ptr<Dictionaries> names;
    Naming naming;         ///< of files of one split recording: what people call the agents
    GivenNames given;      ///< of others: the groups into which people put the agents of each
    bool isJoined = false; ///< files of one split recording: Seqs and ids are theirs
    std::uint32_t damagedType = 0; ///< the type of a message whose block cannot be read

    /// The order of the messages, made by whoever asks first.
    template<typename Make>
    std::shared_ptr<const SessionOrder> order(Make make) const
    {
        const std::lock_guard lock(m_mutex);
        if (!m_order)
            m_order = make();
        return m_order;
    }

private:
    mutable std::mutex m_mutex;
    mutable std::shared_ptr<const SessionOrder> m_order;
};

/// Opens what can be opened, aligns the clocks and merges the names. Errors: as Session::open.
Result<std::shared_ptr<const RecordingSet>> openRecordings(const QStringList& paths,
                                                           const SessionOptions& options);
/// "night", "night-2": the files' names without their endings, each once.
std::vector<QString> labelsOf(const QStringList& paths);
/// One reader over all of them.
Result<std::unique_ptr<BlockReader>> openReader(std::shared_ptr<const RecordingSet> set);

} // namespace murmur
