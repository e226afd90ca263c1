// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "findings/detector.h"
#include "findings/scene.h"
#include "recording/audiencecache.h"
#include "recording/columns.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Which detectors look, and with which thresholds.
struct DetectorChoice
{
    std::vector<std::string> only; ///< ids; empty: all that are not quiet
    bool withQuiet = false;        ///< those too whose judgement is often wrong
    Settings settings;
};

/// Lets messages, gaps and ticks pass before all detectors, in Seq order. What comes out depends on
/// nothing else. One thread.
class DetectorEngine
{
public:
    DetectorEngine(const Dictionaries& names, const DetectorChoice& choice);
    ~DetectorEngine();

    /// The columns that hear() needs.
    static std::uint32_t wantedColumns() noexcept;
    /// A message that will pass soon, as it will be given to hear(): the time to fetch from far
    /// memory what it will take. In the order in which they pass, at most kAhead of them.
    void expect(const Columns& columns, std::size_t row, std::string_view raw,
                std::string_view headers);
    /// The next message: row `row` of `columns`, with its bytes.
    void hear(const Columns& columns, std::size_t row, std::string_view raw,
              std::string_view headers);
    /// The recorder was alive at this time. Where there are ticks, what lies between two that are
    /// further apart than kLongestBeat was not heard by anybody.
    void tick(std::int64_t time);
    void gap(const Gap& gap);

    [[nodiscard]] const Findings& findings() const noexcept { return m_findings; }
    /// What was let go to keep within bounds.
    [[nodiscard]] std::int64_t forgotten() const;

    static constexpr std::int64_t kLongestBeat = 5'000'000'000; // ns
    static constexpr std::size_t kAhead = 6;

private:
    static constexpr std::size_t kAheadPlaces = 8; ///< a power of two
    struct Ahead
    {
        Heard message;
        const Columns* columns = nullptr; ///< null: it has passed
    };
    Ahead& read(const Columns& columns, std::size_t row, std::string_view raw,
                std::string_view headers);
    [[nodiscard]] AgentId senderOf(const Columns& columns, std::size_t row) const;
    void pass(Heard& message);
    void comeTo(std::int64_t time);
    void pulse(std::int64_t now);

    Scene m_scene;
    AudienceCache m_audiences;
    Findings m_findings;
    std::array<Ahead, kAheadPlaces> m_ahead; ///< by Seq: the one that passes, and those expected
    std::vector<AgentId> m_aliases;          ///< by agent id: as whom it counts; empty: as itself
    std::vector<std::unique_ptr<Detector>> m_detectors;
    /// Those whom a message concerns, by its kind and traits.
    std::array<std::array<std::vector<Detector*>, kTraitSets>, kKindCount> m_concerned;
    std::array<std::vector<Detector*>, kKindCount> m_expecting; ///< by kind
    std::array<std::vector<Detector*>, kKindCount> m_approaching;
    std::int64_t m_now = kNoTime;
    std::int64_t m_nextPulse = kNoTime;
    std::int64_t m_lastTick = kNoTime;
    std::size_t m_nextCause = 0; ///< in the columns of the last call
    std::size_t m_nextState = 0;
    std::size_t m_nextLate = 0;
    Seq m_columnsFirst = 0;
    std::size_t m_lastRow = 0;
};

} // namespace murmur
