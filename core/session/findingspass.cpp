// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingspass.h"

#include "session/jobs.h"
#include "session/recordingset.h"
#include "session/source.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>

namespace murmur {

namespace {

constexpr int kTicksALook = 4096;
constexpr std::int64_t kNear = 10'000'000'000; // ns
constexpr std::size_t kMostFacts = 16'384;     // of members of findings and what they follow from
constexpr std::uint32_t kFactColumns = ActorColumns | CallColumns | CauseColumns | FlagColumns;
constexpr std::size_t kMostLanes = 16;
constexpr std::uint64_t kIdBits = (std::uint64_t(1) << 40) - 1;

/// What passes before detectors of its own. Each recording of a session is judged by itself: calls
/// and causes do not reach from one to the other, and swarms whose agents have the same names must
/// not be taken for one that loses and repeats its messages.
struct Lane
{
    Lane(const Dictionaries& names, const DetectorChoice& choice)
        : engine(names, choice)
    {
    }

    DetectorEngine engine;
    std::deque<StoredTick> ticks; ///< that have not passed
    std::deque<Gap> gaps;         ///< the same, by their begin
    std::size_t knownGaps = 0;
    bool isOfOurTime = false; ///< messages are stamped by the clock of the ticks
    Seq tickSeq = 0;          ///< of the last tick
    std::int64_t newest = 0;  ///< ns, time of the last message
    std::int64_t messages = 0;
};

} // namespace

/// Lays ticks and gaps between the messages, each where the recorder stood when it noted it.
struct FindingsPass::Private
{
    explicit Private(DetectorChoice given)
        : choice(std::move(given))
    {
    }

    void begin(const Source& source, SourceView& view)
    {
        if (!lanes.empty())
            return;
        names = source.names;
        const auto parts = view.reader().parts();
        isByTime = parts.size() > 1;
        hasLanes = isByTime && source.set && !source.set->isJoined;
        next = first = view.first();
        const std::size_t count = hasLanes ? std::min(parts.size(), kMostLanes) : 1;
        for (std::size_t i = 0; i < count; ++i)
            lanes.emplace_back(*names, choice);
        if (!isByTime)
            return;
        // Of several recordings, whose Seqs say nothing here; they do not grow.
        for (std::size_t part = 0; part < parts.size(); ++part) {
            const auto some = parts[part]->ticks();
            auto& ticks = laneOf(static_cast<std::uint32_t>(part)).ticks;
            ticks.insert(ticks.end(), some.begin(), some.end());
        }
        for (Lane& lane : lanes)
            std::ranges::stable_sort(lane.ticks, {}, &StoredTick::time);
    }

    Lane& laneOf(std::uint32_t recording) { return lanes[hasLanes ? recording % lanes.size() : 0]; }

    void takeNews(BlockReader& reader)
    {
        while (!isByTime) {
            auto& ticks = lanes.front().ticks;
            const auto some = reader.ticksAfter(lastTick, kTicksALook);
            ticks.insert(ticks.end(), some.begin(), some.end());
            if (!some.empty())
                lastTick = some.back().id;
            if (some.size() < kTicksALook)
                break;
        }
        if (!hasLanes) {
            takeGaps(lanes.front(), reader.gaps());
            return;
        }
        const auto parts = reader.parts();
        std::vector<std::vector<Gap>> gaps(lanes.size());
        for (std::size_t part = 0; part < parts.size(); ++part)
            std::ranges::move(parts[part]->gaps(), std::back_inserter(gaps[part % lanes.size()]));
        for (std::size_t i = 0; i < lanes.size(); ++i)
            takeGaps(lanes[i], gaps[i]);
    }

    void takeGaps(Lane& lane, const std::vector<Gap>& all)
    {
        for (; lane.knownGaps < all.size(); ++lane.knownGaps) {
            const Gap& gap = all[lane.knownGaps];
            // Told late, or it will be told to be longer.
            if (lane.messages > 0 && (gap.from <= lane.newest || gap.cause == "disk-full"))
                isAsAfterwards = false;
            const auto at = std::ranges::upper_bound(lane.gaps, gap.from, {}, &Gap::from);
            lane.gaps.insert(at, gap);
        }
    }

    /// Where those of a message stand in `text`.
    struct Bytes
    {
        std::size_t row = 0;
        std::size_t begin = 0;
        std::size_t raw = 0;
        std::size_t headers = 0;
    };

    /// False when nobody has read it yet, and somebody will.
    bool pass(SourceView& view, const BlockRef& block)
    {
        if (block.first > next && messages > 0)
            noteMissing(block.firstTime, block.firstTime, block.first - next);
        const Seq from = next;
        next = block.last() + 1;
        if (!view.reader().load(block, DetectorEngine::wantedColumns(), columns)) {
            noteDamaged(block);
            return true;
        }
        if (waitsForReading &&
            std::ranges::any_of(columns.flags, [](Flags flags) { return (flags & Unread) != 0; })) {
            next = from;
            return false;
        }
        const bool isGood = copyBytes(view.reader(), block, from);
        // Detectors take longer than reading: meanwhile a recorder may go on with its file.
        view.release();
        std::size_t expected = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            for (; expected < std::min(i + DetectorEngine::kAhead, bytes.size()); ++expected) {
                const Bytes& coming = bytes[expected];
                laneOf(columns.recordingAt(coming.row))
                    .engine.expect(columns, coming.row, rawOf(coming), headersOf(coming));
            }
            hear(columns, bytes[i].row, rawOf(bytes[i]), headersOf(bytes[i]));
        }
        if (!isGood)
            noteDamaged(block);
        return true;
    }

    [[nodiscard]] std::string_view rawOf(const Bytes& of) const
    {
        return std::string_view(text).substr(of.begin, of.raw);
    }
    [[nodiscard]] std::string_view headersOf(const Bytes& of) const
    {
        return std::string_view(text).substr(of.begin + of.raw, of.headers);
    }

    /// Those of the messages from `from` on; false where they cannot be read any further.
    bool copyBytes(BlockReader& reader, const BlockRef& block, Seq from)
    {
        bytes.clear();
        text.clear();
        BlockPayload payload(reader, block, columns, &scratch);
        for (std::size_t row = 0; row < columns.size(); ++row) {
            if (columns.first + static_cast<Seq>(row) < from)
                continue;
            const std::string_view raw = payload.raw(row);
            if (payload.isDamaged())
                return false;
            bytes.push_back({row, text.size(), raw.size(), 0});
            text += raw;
            const std::string_view headers = payload.headers(row);
            bytes.back().headers = headers.size();
            text += headers;
        }
        return true;
    }

    void noteDamaged(const BlockRef& block)
    {
        unreadable += static_cast<std::int64_t>(block.count);
        noteMissing(block.firstTime, block.lastTime, static_cast<std::int64_t>(block.count));
    }

    /// Of no connection: of any.
    void noteMissing(std::int64_t from, std::int64_t to, std::int64_t count)
    {
        Gap gap;
        gap.cause = kDamaged;
        gap.from = from;
        gap.to = to;
        gap.count = count;
        for (Lane& lane : lanes)
            lane.engine.gap(gap);
    }

    void hear(const Columns& from, std::size_t row, std::string_view raw, std::string_view headers)
    {
        const std::int64_t time = from.time[row];
        Lane& lane = laneOf(from.recordingAt(row));
        ticksUpTo(lane, from.first + static_cast<Seq>(row) - 1, time);
        for (; !lane.gaps.empty() && lane.gaps.front().from <= time; lane.gaps.pop_front())
            lane.engine.gap(lane.gaps.front());
        lane.engine.hear(from, row, raw, headers);
        lane.newest = time;
        ++lane.messages;
        if (messages++ == 0)
            began = time;
    }

    /// Those before the message behind `seq`, which came at `time`.
    void ticksUpTo(Lane& lane, Seq seq, std::int64_t time) const
    {
        for (; !lane.ticks.empty(); lane.ticks.pop_front()) {
            const StoredTick& tick = lane.ticks.front();
            if (isByTime ? tick.time > time : tick.seq > seq)
                return;
            // The recorder's clock says nothing of messages that state their own time, as those of
            // a file or of simulated time do.
            if (tick.seq != lane.tickSeq)
                lane.isOfOurTime = lane.messages > 0 && std::abs(tick.time - lane.newest) <= kNear;
            lane.tickSeq = tick.seq;
            if (lane.isOfOurTime)
                lane.engine.tick(tick.time);
        }
    }
    void ticksToTheEnd()
    {
        for (Lane& lane : lanes)
            ticksUpTo(lane, next - 1, std::numeric_limits<std::int64_t>::max());
    }

    /// The facts of the findings' messages and of what those follow from. Of exactly these, so that
    /// what was found on the way does not matter.
    void lookAtMembers(SourceView& view)
    {
        MemberFactsBySeq now;
        view.release(); // load() begins anew for each block
        std::vector<Seq> wanted = messagesToLookAt(sorted());
        for (int hop = 0; hop <= kMostHops && !wanted.empty() && now.size() < kMostFacts; ++hop) {
            load(view, wanted);
            std::vector<Seq> causes;
            for (const Seq seq : wanted) {
                const auto& known = now[seq] = facts[seq];
                for (const MemberFacts::Cause& cause : known.causes) {
                    if (cause.seq > 0 && !now.contains(cause.seq))
                        causes.push_back(cause.seq);
                }
            }
            std::ranges::sort(causes);
            causes.erase(std::unique(causes.begin(), causes.end()), causes.end());
            wanted = std::move(causes);
        }
        facts = std::move(now);
    }

    /// Those of `wanted`, ascending, that are not known.
    void load(SourceView& view, std::span<const Seq> wanted)
    {
        std::optional<BlockRef> block;
        Columns found;
        for (const Seq seq : wanted) {
            const auto [at, isNew] = facts.try_emplace(seq);
            if (!isNew)
                continue;
            if (!block || seq < block->first || seq > block->last()) {
                view.refresh();
                block = view.reader().blockOf(seq);
                if (block && !view.reader().load(*block, kFactColumns, found))
                    block.reset();
            }
            if (!block || seq < found.first ||
                static_cast<std::size_t>(seq - found.first) >= found.sender.size())
                continue; // gone, or damaged
            const auto row = static_cast<std::uint32_t>(seq - found.first);
            at->second.sender = names->resolved(AgentId(found.sender[row]));
            const auto receivers = names->receivers(AudienceId(found.audience[row]));
            if (receivers.size() == 1)
                at->second.receiver = names->resolved(receivers.front());
            if (found.closes[row] > 0)
                at->second.causes.push_back({found.closes[row], Grade::Carried});
            auto cause = std::ranges::lower_bound(found.causes, row, {}, &CauseEdge::row);
            for (; cause != found.causes.end() && cause->row == row; ++cause)
                at->second.causes.push_back({cause->cause, cause->grade});
        }
    }

    [[nodiscard]] std::vector<Finding> sorted() const
    {
        std::vector<Finding> found;
        std::unordered_set<std::uint64_t> ids;
        for (std::uint64_t place = 0; place < lanes.size(); ++place) {
            for (const Finding& finding : lanes[place].engine.findings().all()) {
                found.push_back(finding);
                // The same may happen in two recordings at once.
                std::uint64_t& id = found.back().id;
                id = (id + place * 0x9e37'79b9'7f4a'7c15ull) & kIdBits;
                while (lanes.size() > 1 && !ids.insert(id).second)
                    id = (id + 1) & kIdBits;
            }
        }
        std::ranges::stable_sort(found, {}, &Finding::start);
        return found;
    }

    /// Names that were learnt after they stood in a sentence, and agents that turned out to be the
    /// same.
    void watchNames()
    {
        auto aliases = names->aliases();
        const auto asWhom = [](const std::vector<AgentId>& of, std::size_t agent) {
            return agent < of.size() ? of[agent] : AgentId(static_cast<std::uint32_t>(agent));
        };
        for (std::size_t agent = 0; agent < knownAgents && messages > 0; ++agent) {
            if (asWhom(aliases, agent) != asWhom(knownAliases, agent))
                isAsAfterwards = false;
        }
        knownAliases = std::move(aliases);
        knownAgents = names->counts().agents;
        for (const Lane& lane : lanes) {
            for (const Finding& finding : lane.engine.findings().all())
                watchNamesOf(finding);
        }
    }

    void watchNamesOf(const Finding& finding)
    {
        for (const AgentId agent : finding.agents) {
            auto name = names->agentName(agent);
            const auto [known, isNew] = knownNames.try_emplace(agent, name);
            if (!isNew && known->second != name) {
                isAsAfterwards = false;
                known->second = std::move(name);
            }
        }
    }

    DetectorChoice choice;
    std::shared_ptr<const Dictionaries> names;
    std::deque<Lane> lanes;    ///< one for each recording of a session of several, else one
    bool hasLanes = false;     ///< there are several recordings
    std::int64_t lastTick = 0; ///< id of the last one that was read
    bool isByTime = false;
    bool waitsForReading = false;
    bool isAsAfterwards = true;
    std::vector<AgentId> knownAliases;
    std::size_t knownAgents = 0;
    std::map<AgentId, std::string> knownNames; ///< of agents in findings
    MemberFactsBySeq facts;
    Seq first = 1;
    std::int64_t began = 0; ///< ns, time of the first message
    Seq next = 1;
    Columns columns;
    BlockPayload::Scratch scratch;
    std::vector<Bytes> bytes; ///< of the messages of the block that passes
    std::string text;
    std::int64_t messages = 0;
    std::int64_t unreadable = 0;
};

FindingsPass::FindingsPass(const DetectorChoice& choice)
    : d(std::make_unique<Private>(choice))
{
}

FindingsPass::~FindingsPass() = default;

Status FindingsPass::advance(const Source& source,
                             const std::function<void(std::int64_t, std::int64_t)>& progress,
                             const std::stop_token& stop)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    d->begin(source, *view);
    d->watchNames();
    d->takeNews(view->reader());
    const Seq first = view->first();
    // A ring lets go what has not passed yet: then it is missing.
    bool isRead = true;
    for (Seq seq = std::max(d->next, first); isRead && seq <= view->durable();) {
        view->refresh();
        const auto blocks = view->reader().blocksFrom(seq, 1);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return cancelled();
            isRead = d->pass(*view, block);
            if (!isRead)
                break;
        }
        seq = d->next;
        if (progress)
            progress(std::min(seq - first, view->last() - first + 1), view->last() - first + 1);
    }
    d->ticksToTheEnd();
    d->watchNames();
    view->refresh();
    d->isAsAfterwards = d->isAsAfterwards && !view->reader().tellsLate();
    d->first = std::max(d->first, view->first());
    d->lookAtMembers(*view);
    return Done();
}

void FindingsPass::waitForReading(bool waits)
{
    d->waitsForReading = waits;
}

bool FindingsPass::isAsAfterwards() const
{
    return d->isAsAfterwards;
}

Seq FindingsPass::through() const
{
    return d->next - 1;
}

FindingsReport FindingsPass::report() const
{
    FindingsReport report;
    report.messages = d->messages;
    report.unreadable = d->unreadable;
    if (d->lanes.empty())
        return report;
    report.through = d->next - 1;
    report.first = d->first;
    report.begin = d->began;
    report.findings = d->sorted();
    report.incidents = incidentsOf(report.findings, d->facts);
    for (const Lane& lane : d->lanes) {
        report.forgotten += lane.engine.forgotten();
        report.uncounted += lane.engine.findings().uncounted();
    }
    return report;
}

Result<FindingsReport> findingsPass(const Source& source, const FindingsRequest& request)
{
    FindingsPass pass(request.choice);
    if (auto status = pass.advance(source, request.progress, request.stop); !status)
        return status.error();
    return pass.report();
}

} // namespace murmur
