// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace murmur {

/// One thing that an agent under test said, or had said when it was recorded.
struct AgentOutput
{
    Seq seq = 0;
    QByteArray topic;
    QByteArray kind;
    QByteArray type;
    QByteArray payload;
    QByteArray correlation;
    std::vector<QByteArray> ids; ///< all that it carries
    nanoseconds latency{-1};     ///< of an answer; negative: it is none
    Seq closes = 0;              ///< the call that it ends, in its own recording
    bool isToAsker = false;      ///< `topic` is where an input wanted its answer: new each time
    Seq answers = 0;             ///< … and which input, as recorded; 0: not known
    bool isAsked = true; ///< false: what it was said to was not sent now, so it may be missing
};

/// What an agent was told, when it was recorded or now, and where the answers were to go.
class AskedCalls
{
public:
    /// `seq` in its own recording; `recorded`: of the same input when the agent was recorded.
    void add(Seq seq, Seq recorded, const QByteArray& replyTo);
    /// Says of an output whom it answers.
    void assign(AgentOutput& output) const;

private:
    std::unordered_map<Seq, Seq> m_calls;
    std::map<QByteArray, Seq> m_addresses; ///< 0: several inputs share it
};

struct Divergence
{
    enum class Is : std::uint8_t {
        Missing,   ///< was said, and is not any more
        Extra,     ///< is said, and was not
        Different, ///< says something else at `path`
        Slower,    ///< says the same, later
    };
    Is is = Is::Missing;
    Seq recorded = 0; ///< 0 for Extra
    Seq living = 0;   ///< 0 for Missing
    QByteArray topic;
    QByteArray kind;
    QByteArray type;
    QString path; ///< "/task/id"; empty: the whole
    QString was;
    QString now;
};
/// "missing", "extra", "different", "slower".
QString divergenceName(Divergence::Is is);
/// One sentence.
QString divergenceSentence(const Divergence& divergence);

/// What became of one output, divergent or not.
struct ComparedOutput
{
    Seq recorded = 0; ///< 0: extra
    Seq living = 0;   ///< 0: missing
    QByteArray topic;
    QByteArray kind;
    QByteArray type;
    std::int64_t divergences = 0;
};

struct OutputRules
{
    /// An answer that took so many times as long as the recorded one, and `slowerBy` longer, is
    /// slower; 0: nothing is.
    double slowerTimes = 3;
    nanoseconds slowerBy = std::chrono::milliseconds(100);
    QStringList ignore;              ///< paths, with * and ?
    std::set<QByteArray> inputIds{}; ///< that the agent was given: what carries one belongs to it
};

struct OutputComparison
{
    static constexpr std::size_t kMostListed = 1000;

    std::int64_t recorded = 0; ///< that were asked for
    std::int64_t living = 0;
    std::int64_t same = 0;
    std::int64_t unasked = 0;            ///< recorded, not asked for, and not said
    std::int64_t count = 0;              ///< of divergences
    std::vector<Divergence> divergences; ///< the first ones, in the order of the recording
    std::vector<ComparedOutput> outputs; ///< all, in the same order; extra ones behind
};

/// Holds what an agent says against what it had said. Outputs belong together by topic, kind, type
/// and, where the agent took it over from an input, correlation; those that go to whoever asked by
/// the input that they answer instead of the topic. Of several the first goes with the first, those
/// that were asked for before the others, which are not missed. JSON
/// is compared by its structure: ids and times that are new each time are not compared, only that
/// they are there. Bytes that are no JSON must be equal.
OutputComparison compareOutputs(const std::vector<AgentOutput>& recorded,
                                const std::vector<AgentOutput>& living, const OutputRules& rules);

} // namespace murmur
