// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationpass.h"

#include "base/message.h"
#include "conversations/conversationrows.h"
#include "llm/prices.h"
#include "recording/audiencecache.h"
#include "recording/blockcodec.h"
#include "session/filtermarks.h"
#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace murmur {

namespace {

constexpr int kBlocksALook = 16;
constexpr std::uint32_t kFolded =
    TimeColumns | ActorColumns | TypeColumns | CallColumns | LateColumns;

/// What a message holds that tells what a call to a model took: most hold neither, and are not
/// parsed.
const TextChoice& usageTexts()
{
    static const TextChoice texts{"token", "cost"};
    return texts;
}

bool holds(std::string_view bytes, std::string_view word)
{
    return memmem(bytes.data(), bytes.size(), word.data(), word.size()) != nullptr;
}

bool mayTellUsage(std::string_view raw)
{
    return holds(raw, "oken") || holds(raw, "cost") || holds(raw, "Cost");
}

} // namespace

struct ConversationPass::Private
{
    explicit Private(ConversationWish given)
        : wish(std::move(given))
        , keys(wish.rule)
        , rows(wish.most)
        , wanted(kFolded | SizeColumns | PayloadColumns | IdColumns | keys.columns() |
                 (wish.filter ? wish.filter->columns() : 0))
    {
    }

    void begin(const Source& source, const SourceView& view)
    {
        if (names)
            return;
        names = source.names;
        audiences.emplace(*names);
        next = view.first();
        keys.begin(source);
        prices = PriceTable::loadOrShipped();
    }

    Ending endingOfType(std::uint32_t type)
    {
        if (type >= endings.size()) {
            constexpr std::uint32_t kMostTypes = 1u << 20; // a damaged file may claim any
            if (type >= kMostTypes)
                return Ending::None;
            endings.resize(type + 1 + type / 2);
        }
        if (!endings[type])
            endings[type] = endingOf(names->typeName(TypeId(type)));
        return *endings[type];
    }

    [[nodiscard]] AgentId resolved(std::uint32_t agent) const
    {
        return agent < aliases.size() ? aliases[agent] : AgentId(agent);
    }

    void pass(const Columns& from, PayloadSource& payload, Seq after, bool mayTellUsageHere)
    {
        if (filter) {
            keep.assign(from.size(), 1);
            filter->evaluate(from, *names, &payload, keep);
        }
        RowContext context(from, *names, &payload, 0);
        std::size_t late = 0;
        for (std::size_t row = 0; row < from.size(); ++row) {
            bool wasAnswered = false;
            for (; late < from.late.size() && from.late[late].row <= row; ++late)
                wasAnswered = wasAnswered || (from.late[late].row == row &&
                                              from.late[late].what == LateFact::What::Answer);
            if (from.first + static_cast<Seq>(row) > after)
                hear(context, row, wasAnswered, mayTellUsageHere);
        }
    }

    void hear(RowContext& context, std::size_t row, bool wasAnswered, bool mayTellUsageHere)
    {
        const Columns& from = context.columns();
        const ConversationKeys::Key key = keys.read(context, row);
        ConversationWord word;
        word.seq = from.first + static_cast<Seq>(row);
        word.time = from.time[row];
        word.kind = from.kind[row] < kKindCount ? static_cast<Kind>(from.kind[row]) : Kind::Event;
        word.ending = endingOfType(from.type[row]);
        word.sender = resolved(from.sender[row]);
        const auto& receivers = audiences->of(from.audience[row]);
        word.receivers = receivers;
        word.closes = from.closes[row];
        word.wasAnsweredBefore = wasAnswered;
        word.name = key.name;
        word.trace = key.trace;
        word.isChosen = !filter || keep[row] != 0;
        if (!rows.hear(word) || !mayTellUsageHere || word.kind == Kind::Request ||
            !mayTellUsage(context.raw(row)))
            return;
        const ModelCall* call = context.modelCall(row);
        if (call == nullptr || call->usage.isEmpty())
            return;
        const auto& correlations = from.ids[static_cast<std::size_t>(IdField::Correlation)];
        std::uint64_t of = idHash(context.text(row, cell(correlations.text, row)));
        if (of == 0)
            of = idHash(call->id);
        rows.use(of, call->usage, prices.cost(call->model, call->usage));
    }

    ConversationWish wish;
    FilterPtr filter; // the wish's, as of now
    ConversationKeys keys;
    ConversationRows rows;
    std::uint32_t wanted;
    std::shared_ptr<const Dictionaries> names;
    std::optional<AudienceCache> audiences;
    std::vector<AgentId> aliases; ///< as of the last look
    PriceTable prices;
    std::vector<std::optional<Ending>> endings; ///< by type
    std::vector<std::uint8_t> keep;
    Columns columns;
    BlockPayload::Scratch scratch;
    Seq next = 1;
    std::int64_t unreadable = 0;
};

ConversationPass::ConversationPass(ConversationWish wish)
    : d(std::make_unique<Private>(std::move(wish)))
{
}

ConversationPass::~ConversationPass() = default;

Status ConversationPass::advance(const Source& source,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 const std::stop_token& stop)
{
    auto answered = filterWithMarks(source, d->wish.filter, stop);
    if (!answered)
        return answered.error();
    d->filter = std::move(*answered);
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    d->begin(source, *view);
    d->aliases = d->names->aliases();
    const Seq first = view->first();
    d->next = std::max(d->next, first);
    while (d->next <= view->durable()) {
        view->refresh();
        const auto blocks = view->reader().blocksFrom(d->next, kBlocksALook);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (stop.stop_requested())
                return cancelled();
            const Seq after = d->next - 1;
            d->next = block.last() + 1;
            if (!view->reader().load(block, d->wanted, d->columns)) {
                d->unreadable += static_cast<std::int64_t>(block.count);
                continue;
            }
            BlockPayload payload(view->reader(), block, d->columns, &d->scratch);
            d->pass(d->columns, payload, after, view->reader().mayHoldText(block, usageTexts()));
            d->unreadable += payload.isDamaged() ? static_cast<std::int64_t>(block.count) : 0;
        }
        if (progress)
            progress(std::min(d->next - first, view->last() - first + 1), view->last() - first + 1);
    }
    if (!d->wish.withTail)
        return Done();
    for (const Tail::Run& run : view->tail()) {
        RunPayload payload(*run);
        d->pass(run->columns, payload, view->durable(), true);
    }
    return Done();
}

ConversationList ConversationPass::list() const
{
    ConversationList list = d->rows.list(d->wish.quiet);
    list.unreadable = d->unreadable;
    return list;
}

} // namespace murmur
