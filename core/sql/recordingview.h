// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "causality/clocks.h"
#include "llm/prices.h"
#include "session/findingslook.h"
#include "session/judgements.h"
#include "session/source.h"
#include "sql/namecache.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What statements cost and what they could not see, summed over their cursors.
struct ScanCounters
{
    std::int64_t headers = 0;    ///< blocks of which columns were unpacked
    std::int64_t payloads = 0;   ///< blocks of which bytes were unpacked
    std::int64_t passed = 0;     ///< messages of the blocks that were come by
    std::int64_t unreadable = 0; ///< messages of blocks that are damaged
};

/// One recording as one statement sees it: what was there when the statement began, however much is
/// recorded meanwhile. One thread only.
class RecordingView
{
public:
    RecordingView(std::shared_ptr<const Source> source, std::string label);

    /// Looks how far the recording reaches now; for each statement, before it runs.
    Status begin();

    [[nodiscard]] const std::string& label() const { return m_label; }
    [[nodiscard]] const Source& source() const { return *m_source; }
    [[nodiscard]] NameCache& names() { return *m_names; }
    /// Last message of the file, and of file and tail, as of begin().
    [[nodiscard]] Seq durable() const { return m_durable; }
    [[nodiscard]] Seq last() const { return m_last; }
    /// From the first message to behind the last, of the file.
    [[nodiscard]] const TimeRange& extent() const { return m_extent; }
    /// Runs behind the file; rows up to durable() are to be passed over.
    [[nodiscard]] const std::vector<Tail::Run>& tail() const { return m_tail; }

    [[nodiscard]] AgentId resolved(AgentId id) const { return m_source->names->resolved(id); }
    /// The clocks of its agents; reads all headers once for each view.
    Result<ClocksPtr> clocks(const std::stop_token& stop);

    /// Runs `work` on a reader, in one read transaction. To be short: as long as it lasts, a
    /// recorder can neither checkpoint nor close the file.
    template<typename Work>
    Status read(Work work)
    {
        auto lease = m_source->pool->lease();
        if (!lease)
            return lease.error();
        const auto snapshot = (*lease)->snapshot();
        work(**lease);
        return Done{};
    }

    /// What went wrong in it, with what people made of that. Looked for once a statement at most;
    /// that may take as long as it takes to read all of the recording.
    Result<std::shared_ptr<const FindingsReport>> findings(const std::stop_token& stop);

    /// The blocks that can hold a message with one of these ids, ascending; none: they are not
    /// known, and every block has to be looked at.
    static std::optional<std::vector<BlockRef>> blocksWithIds(BlockReader& reader, IdField field,
                                                              const std::vector<std::string>& ids);

private:
    std::shared_ptr<const Source> m_source;
    std::string m_label;
    std::unique_ptr<NameCache> m_names;
    ClocksPtr m_clocks;
    Seq m_clocksUpTo = 0;
    std::vector<Tail::Run> m_tail;
    Seq m_durable = 0;
    Seq m_last = 0;
    TimeRange m_extent;
    FindingsLook m_look;
    std::shared_ptr<const FindingsReport> m_findings;
};

/// What one statement runs in: its recordings, its limits, and what became of it.
struct StatementContext
{
    std::vector<std::unique_ptr<RecordingView>> recordings;
    std::stop_token stop;
    ScanCounters counters;
    std::optional<PriceTable> prices; ///< read when a statement first asks for a cost
    std::optional<Error> failure;     ///< of reading; SQLite only carries a sentence

    [[nodiscard]] std::int64_t messages() const
    {
        std::int64_t sum = 0;
        for (const auto& recording : recordings)
            sum += recording->last();
        return sum;
    }
};

} // namespace murmur
