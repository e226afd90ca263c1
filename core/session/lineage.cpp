// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/lineage.h"

#include "causality/causeguess.h"
#include "session/source.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

Error lineageCancelled()
{
    return {ErrorCode::Cancelled, u"Cancelled."_s};
}

} // namespace

struct Lineage::Private
{
    Status advance(const Source& source, const LineageRequest& request);
    [[nodiscard]] bool take(const Columns& columns, Seq from, const Dictionaries& names);
    [[nodiscard]] std::span<const AgentId> receiverOf(std::uint32_t audience,
                                                      const Dictionaries& names);

    std::mutex mutex;
    std::optional<CauseGraph> graph;
    CauseGuess guess;
    Columns columns;
    std::vector<CauseOf> causes;
    std::vector<std::vector<AgentId>> audiences; ///< by id; only those of one are kept
    std::vector<bool> isKnown;
    Seq next = 1;
};

std::span<const AgentId> Lineage::Private::receiverOf(std::uint32_t audience,
                                                      const Dictionaries& names)
{
    if (audience == 0)
        return {};
    if (audience >= audiences.size()) {
        audiences.resize(audience + 1);
        isKnown.resize(audience + 1);
    }
    if (!isKnown[audience]) {
        isKnown[audience] = true;
        if (auto receivers = names.receivers(AudienceId(audience)); receivers.size() == 1)
            audiences[audience] = {names.resolved(receivers.front())};
    }
    return audiences[audience];
}

bool Lineage::Private::take(const Columns& of, Seq from, const Dictionaries& names)
{
    auto edge = of.causes.begin();
    for (std::size_t row = 0; row < of.size(); ++row) {
        const Seq seq = of.first + static_cast<Seq>(row);
        causes.clear();
        for (; edge != of.causes.end() && edge->row <= row; ++edge) {
            if (edge->row == row)
                causes.push_back({edge->cause, edge->grade});
        }
        if (seq < from)
            continue;
        const Seq guessed = guess.pass({seq, of.time[row], names.resolved(AgentId(of.sender[row])),
                                        receiverOf(of.audience[row], names),
                                        static_cast<Kind>(of.kind[row]), !causes.empty()});
        if (guessed != 0)
            causes.push_back({guessed, Grade::Inferred});
        if (!graph->append(seq, causes))
            return false;
    }
    for (const LateFact& fact : of.late) {
        const Seq cause = of.first + static_cast<Seq>(fact.row);
        if (cause >= from)
            graph->addLate(fact.of, {cause, fact.what == LateFact::What::Answer ? Grade::Carried
                                                                                : Grade::Stated});
    }
    return true;
}

/// Reads what is on disk and was not read yet.
Status Lineage::Private::advance(const Source& source, const LineageRequest& request)
{
    constexpr int kBlocksALook = 32;
    constexpr std::uint32_t kWanted =
        TimeColumns | ActorColumns | CallColumns | CauseColumns | LateColumns;
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const Seq first = view->first();
    if (!graph) {
        graph.emplace(first);
        next = first;
    }
    bool isNew = false;
    for (Seq seq = std::max(next, first); seq <= view->durable();) {
        view->refresh();
        const auto blocks = view->reader().blocksFrom(seq, kBlocksALook);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (request.stop.stop_requested()) {
                graph->settle();
                return lineageCancelled();
            }
            if (view->reader().load(block, kWanted, columns) && !take(columns, seq, view->names()))
                return Error{
                    ErrorCode::Unsupported,
                    u"Causes are followed through a thousand million messages at most, and this session has more; open a part of it."_s};
            seq = next = block.last() + 1;
            isNew = true;
        }
        if (request.progress)
            request.progress(std::min(seq, view->durable()) - first + 1,
                             view->durable() - first + 1);
    }
    if (isNew)
        graph->settle();
    if (request.seq < first || request.seq > view->last())
        return Error{ErrorCode::NotFound,
                     u"There is no message %1 in this session."_s.arg(request.seq)};
    return Done();
}

Lineage::Lineage()
    : d(std::make_unique<Private>())
{
}

Lineage::~Lineage() = default;

Result<Effects> Lineage::effectsOf(const Source& source, const LineageRequest& request)
{
    Effects effects;
    {
        const std::lock_guard lock(d->mutex);
        if (auto status = d->advance(source, request); !status)
            return status.error();
        effects.radius =
            d->graph->blastRadius(request.seq, request.withInferred, request.limit, request.stop);
    }
    if (request.stop.stop_requested())
        return lineageCancelled();
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    effects.firstTime = std::numeric_limits<std::int64_t>::max();
    effects.lastTime = std::numeric_limits<std::int64_t>::min();
    std::map<AgentId, std::int64_t> senders;
    Columns columns;
    const auto& members = effects.radius.members;
    for (auto member = members.begin(); member != members.end();) {
        if (request.stop.stop_requested())
            return lineageCancelled();
        const auto block = view->reader().blockOf(member->seq);
        if (!block) {
            ++member;
            continue;
        }
        const bool isLoaded = view->reader().load(*block, TimeColumns | ActorColumns, columns);
        for (; member != members.end() && member->seq <= block->last(); ++member) {
            if (!isLoaded || member->seq < columns.first)
                continue;
            const auto row = static_cast<std::size_t>(member->seq - columns.first);
            ++senders[view->names().resolved(AgentId(columns.sender[row]))];
            effects.firstTime = std::min(effects.firstTime, columns.time[row]);
            effects.lastTime = std::max(effects.lastTime, columns.time[row]);
        }
    }
    std::vector<std::pair<std::int64_t, AgentId>> order;
    for (const auto& [agent, count] : senders) {
        if (index(agent) != 0)
            order.emplace_back(-count, agent);
    }
    std::ranges::sort(order);
    for (const auto& [count, agent] : order)
        effects.agents.push_back(agent);
    return effects;
}

Result<FirstCause> Lineage::firstCauseOf(const Source& source, const LineageRequest& request)
{
    const std::lock_guard lock(d->mutex);
    if (auto status = d->advance(source, request); !status)
        return status.error();
    return d->graph->firstCause(request.seq, request.withInferred);
}

Result<Lineage::Near> Lineage::nearOf(const Source& source, const LineageRequest& request)
{
    const std::lock_guard lock(d->mutex);
    if (auto status = d->advance(source, request); !status)
        return status.error();
    return Near{d->graph->causesOf(request.seq), d->graph->effectsOf(request.seq, request.limit)};
}

} // namespace murmur
