// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace murmur {

/// What a message follows from.
struct CauseOf
{
    Seq seq = 0;
    Grade grade = Grade::Stated;
    friend bool operator==(const CauseOf&, const CauseOf&) = default;
};

/// Whatever follows from a message, near and far.
struct BlastRadius
{
    struct Member
    {
        Seq seq = 0;
        Grade grade = Grade::Stated; ///< of the weakest cause on the way to it
    };
    std::int64_t count = 0;       ///< of its effects, itself not among them
    std::int64_t byGrade[3] = {}; ///< by the weakest cause on the way
    std::vector<Member> members;  ///< by Seq, the first ones
    Seq last = 0;                 ///< its last effect; 0: it has none
    bool isWhole = true;          ///< all effects are counted
};

/// Where a message comes from.
struct FirstCause
{
    std::vector<CauseOf> way; ///< from the first cause down to, and without, the message itself;
                              ///< empty: nothing is known to have caused it
    std::int64_t ancestors = 0;
    bool isCircular = false; ///< its causes follow from each other; the earliest one stands first
    bool isWhole = true;     ///< there are more than were looked at

    [[nodiscard]] Seq root() const { return way.empty() ? 0 : way.front().seq; }
    /// Of the weakest cause on the way.
    [[nodiscard]] Grade grade() const;
};

/// The causes of all messages of a recording, in memory: four bytes a message, and twelve for each
/// cause beyond its first, or that came after its effect.
///
/// A cause mostly comes before its effect. So all effects of a message are found by one walk over
/// the messages behind it, in which whoever follows from one that was reached is reached; causes
/// that came after their effects are laid over it, backwards, until nothing changes. That costs a
/// few milliseconds for a million messages, and needs no index of effects. The slow version that it
/// must equal follows every edge by itself.
class CauseGraph
{
public:
    /// As many messages fit.
    static constexpr std::int64_t kMostMessages = (std::int64_t(1) << 30) - 2;

    explicit CauseGraph(Seq first = 1)
        : m_first(first)
    {
    }

    /// Messages pass in Seq order; of those that are left out nothing is known. Causes outside of
    /// the graph are passed over. False when it is full.
    bool append(Seq seq, std::span<const CauseOf> causes);
    /// A cause that was learnt late, of a message that has passed.
    void addLate(Seq effect, CauseOf cause);
    /// After the last of them, before it is asked; then it may be asked by several threads.
    void settle();

    [[nodiscard]] Seq first() const { return m_first; }
    [[nodiscard]] Seq last() const { return m_first + static_cast<Seq>(m_causes.size()) - 1; }
    [[nodiscard]] std::int64_t edges() const { return m_edges; }
    [[nodiscard]] std::size_t bytes() const;

    [[nodiscard]] std::vector<CauseOf> causesOf(Seq seq) const;
    /// Those that follow from it directly, the first `limit`.
    [[nodiscard]] std::vector<CauseOf> effectsOf(Seq seq, std::size_t limit) const;
    /// Guesses are followed only where they are wanted.
    [[nodiscard]] BlastRadius blastRadius(Seq seq, bool withInferred, std::size_t limit,
                                          const std::stop_token& stop = {}) const;
    /// The earliest of the messages that caused it and have no cause themselves, over the surest
    /// edges there are.
    [[nodiscard]] FirstCause firstCause(Seq seq, bool withInferred) const;

private:
    /// Indices from 1; the grade stands in the low bits of `cause`.
    struct Edge
    {
        std::uint32_t effect = 0;
        std::uint32_t cause = 0;
    };
    [[nodiscard]] bool holds(Seq seq) const { return seq >= m_first && seq <= last(); }
    [[nodiscard]] std::uint32_t indexOf(Seq seq) const
    {
        return static_cast<std::uint32_t>(seq - m_first + 1);
    }
    [[nodiscard]] Seq seqOf(std::uint32_t index) const { return m_first + index - 1; }
    static std::uint32_t packed(std::uint32_t index, Grade grade);

    Seq m_first;
    std::vector<std::uint32_t> m_causes; ///< by message: its first cause that came before it, or 0
    std::vector<Edge> m_more;            ///< further ones that came before it, by effect
    std::vector<Edge> m_late;            ///< that came after it; by cause, once sorted
    std::vector<Edge> m_lateByEffect;
    bool m_isSorted = true;
    std::int64_t m_edges = 0;
};

} // namespace murmur
