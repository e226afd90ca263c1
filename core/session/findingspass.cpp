// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingspass.h"

#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace murmur {

namespace {

constexpr int kTicksALook = 4096;
constexpr std::int64_t kNear = 10'000'000'000; // ns
constexpr std::size_t kMostFacts = 16'384;     // of members of findings and what they follow from
constexpr std::uint32_t kFactColumns = ActorColumns | CallColumns | CauseColumns | FlagColumns;

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
        if (engine)
            return;
        names = source.names;
        engine.emplace(*names, choice);
        isByTime = view.reader().parts().size() > 1;
        next = first = view.first();
        if (!isByTime)
            return;
        // Of several recordings, whose Seqs say nothing here; they do not grow.
        auto all = view.reader().ticks();
        std::ranges::stable_sort(all, {}, &StoredTick::time);
        ticks.assign(all.begin(), all.end());
    }

    void takeNews(BlockReader& reader)
    {
        while (!isByTime) {
            const auto some = reader.ticksAfter(lastTick, kTicksALook);
            ticks.insert(ticks.end(), some.begin(), some.end());
            if (!some.empty())
                lastTick = some.back().id;
            if (some.size() < kTicksALook)
                break;
        }
        const auto all = reader.gaps();
        for (; knownGaps < all.size(); ++knownGaps) {
            // Told late, or it will be told to be longer.
            if (messages > 0 &&
                (all[knownGaps].from <= newest || all[knownGaps].cause == "disk-full"))
                isAsAfterwards = false;
            const auto at = std::ranges::upper_bound(gaps, all[knownGaps].from, {}, &Gap::from);
            gaps.insert(at, all[knownGaps]);
        }
    }

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
        for (const Bytes& of : bytes) {
            const std::string_view all = std::string_view(text).substr(of.begin);
            hear(columns, of.row, all.substr(0, of.raw), all.substr(of.raw, of.headers));
        }
        if (!isGood)
            noteDamaged(block);
        return true;
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
        engine->gap(gap);
    }

    void hear(const Columns& from, std::size_t row, std::string_view raw, std::string_view headers)
    {
        const std::int64_t time = from.time[row];
        ticksUpTo(from.first + static_cast<Seq>(row) - 1, time);
        for (; !gaps.empty() && gaps.front().from <= time; gaps.pop_front())
            engine->gap(gaps.front());
        engine->hear(from, row, raw, headers);
        newest = time;
        if (messages++ == 0)
            began = time;
    }

    /// Those before the message behind `seq`, which came at `time`.
    void ticksUpTo(Seq seq, std::int64_t time)
    {
        for (; !ticks.empty(); ticks.pop_front()) {
            if (isByTime ? ticks.front().time > time : ticks.front().seq > seq)
                return;
            const StoredTick& tick = ticks.front();
            // The recorder's clock says nothing of messages that state their own time, as those of
            // a file or of simulated time do.
            if (tick.seq != tickSeq)
                isOfOurTime = messages > 0 && std::abs(tick.time - newest) <= kNear;
            tickSeq = tick.seq;
            if (isOfOurTime)
                engine->tick(tick.time);
        }
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
        const auto& all = engine->findings().all();
        std::vector<Finding> found(all.begin(), all.end());
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
        for (const Finding& finding : engine->findings().all()) {
            for (const AgentId agent : finding.agents) {
                auto name = names->agentName(agent);
                const auto [known, isNew] = knownNames.try_emplace(agent, name);
                if (!isNew && known->second != name) {
                    isAsAfterwards = false;
                    known->second = std::move(name);
                }
            }
        }
    }

    DetectorChoice choice;
    std::shared_ptr<const Dictionaries> names;
    std::optional<DetectorEngine> engine;
    std::deque<StoredTick> ticks; ///< that have not passed
    std::deque<Gap> gaps;         ///< the same, by their begin
    std::int64_t lastTick = 0;    ///< id of the last one that was read
    std::size_t knownGaps = 0;
    bool isByTime = false;
    bool isOfOurTime = false; ///< messages are stamped by the clock of the ticks
    Seq tickSeq = 0;          ///< of the last tick
    std::int64_t newest = 0;  ///< ns, time of the last message
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
    struct Bytes
    {
        std::size_t row = 0;
        std::size_t begin = 0; ///< in `text`
        std::size_t raw = 0;
        std::size_t headers = 0;
    };
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
    d->ticksUpTo(d->next - 1, std::numeric_limits<std::int64_t>::max());
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
    if (!d->engine)
        return report;
    const Findings& findings = d->engine->findings();
    report.through = d->next - 1;
    report.first = d->first;
    report.begin = d->began;
    report.findings = d->sorted();
    report.incidents = incidentsOf(report.findings, d->facts);
    report.forgotten = d->engine->forgotten();
    report.uncounted = findings.uncounted();
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
