// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/triggerlook.h"

#include "exchange/messagejson.h"
#include "session/findingsboard.h"
#include "session/findingslook.h"
#include "session/jobs.h"

#include <algorithm>
#include <iterator>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kBlocksAtOnce = 16;
constexpr std::size_t kMostHits = 1000; ///< of one look; the rest comes with the next
/// A larger message is named, not handed on.
constexpr std::int64_t kLargestMessage = std::int64_t(1) << 20;

class TriggerLook
{
public:
    TriggerLook(TriggerLookRequest& request, const Dictionaries& names)
        : m_request(request)
        , m_names(names)
        , m_states(request.states)
    {
        for (const TriggerState& state : m_states) {
            if (state.condition.filter)
                m_columns |= state.condition.filter->columns();
        }
    }

    [[nodiscard]] std::uint32_t columns() const { return m_columns; }
    [[nodiscard]] bool hasRoom() const { return m_found.size() < kMostHits; }
    [[nodiscard]] bool isStopped() const { return m_isWaiting || !hasRoom(); }

    /// The rows `after` < Seq <= `upTo`. Ends before the first one that is not read yet.
    void take(const Columns& columns, PayloadSource& payload, Seq after, Seq upTo)
    {
        const std::size_t begin =
            after < columns.first ? 0 : std::size_t(after - columns.first + 1);
        std::size_t end = std::min(
            columns.size(), upTo < columns.first ? 0 : std::size_t(upTo - columns.first + 1));
        if (m_request.waitsForReading) {
            for (std::size_t row = begin; row < end && !m_isWaiting; ++row) {
                if ((columns.flags[row] & Unread) != 0) {
                    m_isWaiting = true;
                    end = row;
                }
            }
        }
        if (begin >= end)
            return;
        // Later rows must not pass a gate before earlier ones, so one condition at a time is fine:
        // each has its own.
        for (std::size_t i = 0; i < m_states.size(); ++i)
            evaluate(i, columns, payload, begin, end);
        m_through = columns.first + static_cast<Seq>(end) - 1;
    }

    void finish(const Source& source, TriggerLookResult& result)
    {
        result.isWaiting = m_isWaiting;
        result.through = std::max({result.through, m_through, m_request.after});
        std::ranges::stable_sort(m_found, {}, &Found::seq);
        exchange::MessageFormatter formatter(source.names);
        const auto all = exchange::allColumns();
        for (const Found& found : m_found) {
            auto message = messageJob(source, found.seq);
            if (!message) // a ring let it go meanwhile, and it is damaged at worst
                continue;
            TriggerLookResult::Hit hit;
            hit.state = found.state;
            hit.firing.seq = found.seq;
            hit.firing.time = toNs(message->row.time);
            hit.firing.sentence = sentenceOf(*message, m_names);
            if (message->row.size <= kLargestMessage) {
                std::string line;
                formatter.appendJson(line, all, *message);
                hit.firing.messageJson = QByteArray::fromStdString(line);
            }
            hit.firing.message = std::move(*message);
            result.hits.push_back(std::move(hit));
        }
    }

    /// A finding fires once, when it is first seen.
    void takeFindings(const FindingsReport& report, TriggerLookResult& result)
    {
        for (std::size_t i = 0; i < m_states.size(); ++i) {
            TriggerState& state = m_states[i];
            if (state.condition.filter || !state.isOn)
                continue;
            const bool isPast = std::exchange(state.ignoresPast, false);
            for (const Finding& finding : report.findings) {
                if (!state.condition.holdsFor(finding) ||
                    !state.findings.insert(finding.id).second || isPast)
                    continue;
                ++state.matched;
                if (state.gate.admits(finding.seen))
                    result.hits.push_back({i, firingOf(finding)});
                else
                    ++state.held;
            }
        }
    }

private:
    struct Found
    {
        std::size_t state = 0;
        Seq seq = 0;
    };

    void evaluate(std::size_t which, const Columns& columns, PayloadSource& payload,
                  std::size_t begin, std::size_t end)
    {
        TriggerState& state = m_states[which];
        if (!state.condition.filter || !state.isOn || state.gate.isSpent() ||
            columns.last() <= state.after)
            return;
        m_keep.assign(columns.size(), 0);
        for (std::size_t row = begin; row < end; ++row) {
            const bool isOurs = (columns.flags[row] & (Injected | Replayed)) != 0;
            m_keep[row] = !isOurs && columns.first + static_cast<Seq>(row) > state.after ? 1 : 0;
        }
        state.condition.filter->evaluate(columns, m_names, &payload, m_keep);
        for (std::size_t row = begin; row < end; ++row) {
            if (m_keep[row] == 0)
                continue;
            ++state.matched;
            if (state.gate.admits(columns.received[row]))
                m_found.push_back({which, columns.first + static_cast<Seq>(row)});
            else
                ++state.held;
        }
    }

    static TriggerFiring firingOf(const Finding& finding)
    {
        TriggerFiring firing;
        firing.time = finding.seen;
        firing.seq = finding.messages.empty() ? 0 : finding.messages.front();
        firing.sentence = QString::fromStdString(finding.summary);
        firing.finding = finding;
        return firing;
    }

    TriggerLookRequest& m_request;
    const Dictionaries& m_names;
    std::vector<TriggerState>& m_states;
    std::uint32_t m_columns = kRowColumns;
    std::vector<Found> m_found;
    std::vector<std::uint8_t> m_keep;
    Seq m_through = 0;
    bool m_isWaiting = false;
};

/// What a split recording ended with in the file before. Names are the same in all its files.
Result<TriggerLookResult> lookBehind(const Source& source, TriggerLookRequest& request)
{
    const Source before{std::make_shared<ReaderPool>(request.path), nullptr, source.names, nullptr,
                        nullptr};
    TriggerLookRequest rest = request;
    rest.upTo = 0;
    rest.waitsForReading = false; // it is closed
    rest.path.clear();
    return lookForTriggers(before, std::move(rest), nullptr);
}

} // namespace

Result<TriggerLookResult> lookForTriggers(const Source& source, TriggerLookRequest request,
                                          FindingsLook* findings)
{
    TriggerLookResult result;
    std::optional<SourceView> view;
    while (!view) {
        auto made = SourceView::of(source);
        if (!made)
            return made.error();
        // While a reader is lent the recorder does not go on in another file.
        result.path = source.pool->path();
        if (request.path.isEmpty() || request.path == result.path) {
            view.emplace(std::move(*made));
            break;
        }
        {
            const SourceView released = std::move(*made);
        }
        // A file that is gone is told as messages that are.
        if (auto behind = lookBehind(source, request)) {
            std::ranges::move(behind->hits, std::back_inserter(result.hits));
            result.unreadable += behind->unreadable;
            result.gone += behind->gone;
            if (!behind->isComplete) {
                result.states = std::move(behind->states);
                result.through = behind->through;
                result.path = request.path;
                result.isComplete = false;
                return result;
            }
            request.states = std::move(behind->states);
            request.after = behind->through;
        }
        request.path = result.path;
    }
    TriggerLook look(request, *source.names);
    {
        const Seq last = request.upTo > 0 ? std::min(view->last(), request.upTo) : view->last();
        const Seq durable = std::min(view->durable(), last);
        Seq next = request.after + 1;
        if (view->first() > next && last >= next) {
            result.gone += std::min(view->first(), last + 1) - next;
            next = view->first();
        }
        Seq seen = next - 1;
        const Seq enough = next + request.mostMessages;
        Columns columns;
        BlockPayload::Scratch scratch;
        while (seen < durable && seen < enough && !look.isStopped()) {
            view->refresh();
            const auto blocks = view->reader().blocksFrom(seen + 1, kBlocksAtOnce);
            if (blocks.empty()) {
                result.unreadable += durable - seen; // a repaired file has holes
                seen = durable;
                break;
            }
            for (const BlockRef& block : blocks) {
                if (request.stop.stop_requested())
                    return cancelled();
                if (look.isStopped() || seen >= enough || block.first > durable)
                    break;
                if (block.first > seen + 1) {
                    result.gone += block.first - seen - 1;
                    seen = block.first - 1;
                }
                const Seq upTo = std::min(block.last(), durable);
                if (!view->reader().load(block, look.columns(), columns)) {
                    result.unreadable += upTo - seen;
                } else {
                    BlockPayload payload(view->reader(), block, columns, &scratch);
                    look.take(columns, payload, seen, upTo);
                    if (payload.isDamaged())
                        result.unreadable += upTo - seen;
                }
                if (!look.isStopped())
                    seen = std::max(seen, upTo);
            }
        }
        const bool isThroughFile = seen >= durable && !look.isStopped();
        for (const Tail::Run& run : view->tail()) {
            if (!isThroughFile || look.isStopped())
                break;
            RunPayload payload(*run);
            look.take(run->columns, payload, std::max(seen, durable), last);
            if (!look.isStopped())
                seen = std::max(seen, std::min(last, run->columns.last()));
        }
        result.isComplete = seen >= last;
        result.through = seen;
    }
    view.reset();
    // The view is gone: who holds one reader and asks for another stands in the recorder's way.
    look.finish(source, result);
    if (findings != nullptr) {
        if (source.findings && source.findings->isKeeping()) {
            if (const auto latest = source.findings->latest())
                look.takeFindings(*latest, result);
        } else {
            const auto report = findings->look(source, {}, request.stop);
            if (!report)
                return report.error();
            look.takeFindings(*report, result);
        }
    }
    result.states = std::move(request.states);
    return result;
}

} // namespace murmur
