// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/clockpass.h"

#include "causality/clockestimator.h"
#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <vector>

namespace murmur {

struct ClockPass::Private
{
    void pass(const Columns& columns, Seq from, const std::vector<AgentId>& aliases);

    ClockEstimator estimator;
    Columns columns;
    std::vector<Seq> causes;
    Seq next = 1;
};

void ClockPass::Private::pass(const Columns& of, Seq from, const std::vector<AgentId>& aliases)
{
    auto edge = of.causes.begin();
    for (std::size_t row = 0; row < of.size(); ++row) {
        const Seq seq = of.first + static_cast<Seq>(row);
        causes.clear();
        for (; edge != of.causes.end() && edge->row <= row; ++edge) {
            if (edge->row == row && edge->grade != Grade::Inferred)
                causes.push_back(edge->cause);
        }
        if (seq < from)
            continue;
        const std::uint32_t sender = of.sender[row];
        ClockEstimator::Message message;
        message.seq = seq;
        message.sender = sender < aliases.size() ? aliases[sender] : AgentId(sender);
        message.heard = of.time[row];
        message.sent = of.sent[row];
        message.sequence = of.sequence[row];
        message.causes = causes;
        estimator.hear(message);
    }
}

ClockPass::ClockPass()
    : d(std::make_unique<Private>())
{
}

ClockPass::~ClockPass() = default;

Status ClockPass::advance(const Source& source, const Progress& progress,
                          const std::stop_token& stop)
{
    constexpr int kBlocksALook = 32;
    constexpr std::uint32_t kWanted =
        TimeColumns | SentColumns | ActorColumns | SequenceColumns | CallColumns | CauseColumns;
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const std::vector<AgentId> aliases = view->names().aliases();
    const Seq first = view->first();
    for (Seq seq = std::max(d->next, first); seq <= view->durable();) {
        view->refresh();
        const auto blocks = view->reader().blocksFrom(seq, kBlocksALook);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return Error{ErrorCode::Cancelled, QStringLiteral("Cancelled.")};
            if (view->reader().load(block, kWanted, d->columns))
                d->pass(d->columns, seq, aliases);
            seq = d->next = block.last() + 1;
        }
        if (progress)
            progress(std::min(seq, view->durable()) - first + 1, view->durable() - first + 1);
    }
    return Done();
}

ClocksPtr ClockPass::clocks() const
{
    return d->estimator.clocks();
}

Result<ClocksPtr> clocksOf(const Source& source, const ClockPass::Progress& progress,
                           const std::stop_token& stop)
{
    ClockPass pass;
    if (auto status = pass.advance(source, progress, stop); !status)
        return status.error();
    return pass.clocks();
}

} // namespace murmur
