// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/listening.h"
#include "recording/damagelog.h"
#include "recording/lock.h"
#include "session/filtermarks.h"
#include "session/jobs.h"
#include "session/recordingset.h"
#include "session/textsieve.h"

#include <QFileInfo>

#include <unordered_map>

namespace murmur {

namespace {

/// How far ahead of a message its answer and its effects are looked for.
constexpr int kEffectBlocks = 64;
constexpr std::size_t kEffectRows = 32'768;
constexpr std::size_t kMaxEffects = 200;
/// Headers looked through for each mark that may be returned, when only some agents are wanted.
constexpr std::int64_t kMarkScan = 20;

QByteArray bytesOf(std::string_view bytes)
{
    return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

std::string_view payloadOf(const Columns& columns, std::size_t i, std::string_view raw)
{
    const std::size_t offset = columns.payloadOffset[i];
    return offset <= raw.size() ? raw.substr(offset, columns.payloadSize[i]) : std::string_view();
}

/// Fills what a request in `rows` knows of its answer when that lies in the same columns.
void noteAnswers(const Columns& columns, std::unordered_map<Seq, MessageRow*>& rows)
{
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns.closes[i] == 0)
            continue;
        const auto request = rows.find(columns.closes[i]);
        if (request != rows.end() && request->second->answeredBy == 0) {
            request->second->answeredBy = columns.first + static_cast<Seq>(i);
            request->second->answerer = AgentId(columns.sender[i]);
            if (request->second->latency < 0)
                request->second->latency = columns.latency[i];
        }
    }
}

} // namespace

MessageRow rowOf(const Columns& columns, std::size_t i)
{
    MessageRow row;
    row.seq = columns.first + static_cast<Seq>(i);
    row.time = fromNs(columns.time[i]);
    row.received = fromNs(columns.received[i]);
    row.sent = columns.sent[i];
    row.connection = ConnectionId(columns.connection[i]);
    row.sender = AgentId(columns.sender[i]);
    row.audience = AudienceId(columns.audience[i]);
    row.topic = TopicId(columns.topic[i]);
    row.type = TypeId(columns.type[i]);
    row.kind = columns.kind[i] < kKindCount ? static_cast<Kind>(columns.kind[i]) : Kind::Event;
    row.flags = columns.flags[i];
    row.closes = columns.closes[i];
    row.latency = columns.latency[i];
    row.sequence = columns.sequence[i];
    row.size = std::int64_t(columns.rawSize[i]) + columns.headerSize[i];
    row.recording = columns.recordingAt(i);
    row.ownSeq = columns.ownSeqAt(i);
    return row;
}

MessageDetail detailOf(const Columns& columns, std::size_t i, PayloadSource& payload)
{
    MessageDetail detail;
    detail.row = rowOf(columns, i);
    const std::string_view raw = payload.raw(i);
    const std::string_view headers = payload.headers(i);
    detail.raw = bytesOf(raw);
    detail.headers = headersFromBytes(headers);
    detail.topicName = bytesOf(columns.topicNames.of(i));
    detail.senderName = bytesOf(columns.senderNames.of(i));
    const std::string_view body = payloadOf(columns, i, raw);
    detail.payloadOffset = body.empty() ? 0 : body.data() - raw.data();
    detail.payloadSize = static_cast<qsizetype>(body.size());
    for (std::size_t field = 0; field < kIdFieldCount; ++field) {
        const TextRef ref = columns.ids[field].text[i];
        if ((ref.offset & kInText) != 0) {
            const std::size_t offset = ref.offset & ~kInText;
            if (offset <= columns.text.size())
                detail.ids[field] =
                    bytesOf(std::string_view(columns.text).substr(offset, ref.size));
        } else if (ref.offset < raw.size()) {
            detail.ids[field] = bytesOf(raw.substr(ref.offset, ref.size));
        } else if (ref.offset - raw.size() <= headers.size()) {
            detail.ids[field] = bytesOf(headers.substr(ref.offset - raw.size(), ref.size));
        }
    }
    return detail;
}

Error cancelled()
{
    return {ErrorCode::Cancelled, QStringLiteral("Cancelled.")};
}

std::vector<BlockRef> blocksWith(BlockReader& reader, const IdChoice& choice)
{
    std::vector<BlockRef> blocks;
    for (const auto& [field, text] : choice) {
        const auto some = reader.blocksWithId(field, text);
        blocks.insert(blocks.end(), some.begin(), some.end());
    }
    std::ranges::sort(blocks, {}, &BlockRef::first);
    const auto same = [](const BlockRef& a, const BlockRef& b) { return a.id == b.id; };
    blocks.erase(std::unique(blocks.begin(), blocks.end(), same), blocks.end());
    return blocks;
}

Result<std::vector<MessageRow>> rowsJob(const Source& source, const RowRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    std::vector<MessageRow> rows;
    std::vector<Seq> wanted = request.seqs;
    if (wanted.empty()) {
        const Seq first = std::max(view->first(), request.first);
        const Seq last =
            std::min(view->last(), std::max<Seq>(1, request.first) + request.count - 1);
        for (Seq seq = first; seq <= last; ++seq)
            wanted.push_back(seq);
    }
    rows.reserve(wanted.size());
    std::unordered_map<Seq, MessageRow*> bySeq;
    Columns columns;
    auto next = wanted.begin();
    const auto take = [&](const Columns& from, PayloadSource& payload) {
        for (; next != wanted.end() && *next <= from.last(); ++next) {
            if (*next < from.first)
                continue;
            const auto i = static_cast<std::size_t>(*next - from.first);
            MessageRow& row = rows.emplace_back(rowOf(from, i));
            if (request.previewBytes > 0)
                row.preview =
                    bytesOf(payloadOf(from, i, payload.raw(i))
                                .substr(0, static_cast<std::size_t>(request.previewBytes)));
            bySeq.emplace(row.seq, &row);
        }
        noteAnswers(from, bySeq);
    };
    while (next != wanted.end() && *next <= view->durable()) {
        if (request.stop.stop_requested())
            return cancelled();
        const auto block = view->reader().blockOf(*next);
        if (!block || !view->reader().load(*block, kRowColumns, columns)) {
            // Trimmed or damaged: go on behind it.
            const Seq after = block ? block->last() : *next;
            next = std::ranges::upper_bound(next, wanted.end(), after);
            continue;
        }
        BlockPayload payload(view->reader(), *block, columns);
        take(columns, payload);
    }
    for (const Tail::Run& run : view->tail()) {
        if (next == wanted.end())
            break;
        RunPayload payload(*run);
        take(run->columns, payload);
    }
    return rows;
}

Result<MarkSlice> marksJob(const Source& source, const MarkRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    MarkSlice slice;
    slice.range = request.range;
    slice.through = view->last();
    const std::int64_t begin = toNs(request.range.begin);
    const std::int64_t end = toNs(request.range.end);
    const auto room = static_cast<std::size_t>(std::max(0, request.limit));
    // By agent id and by audience id: is it asked for?
    std::vector<bool> wanted;
    std::unordered_map<std::uint32_t, bool> audiences;
    const std::vector<AgentId> aliases = view->names().aliases();
    for (const AgentId agent : view->names().withAliases(request.agents)) {
        if (index(agent) >= wanted.size())
            wanted.resize(index(agent) + 1);
        wanted[index(agent)] = true;
    }
    const auto isWanted = [&](std::uint32_t sender, std::uint32_t audience) {
        if (wanted.empty() || (sender < wanted.size() && wanted[sender]))
            return true;
        const auto [known, added] = audiences.try_emplace(audience, false);
        if (added) {
            for (const AgentId receiver : view->names().receivers(AudienceId(audience)))
                known->second =
                    known->second || (index(receiver) < wanted.size() && wanted[index(receiver)]);
        }
        return known->second;
    };
    const auto take = [&](const Columns& columns, Seq after) {
        for (std::size_t i = 0; i < columns.size() && slice.isComplete; ++i) {
            if (columns.time[i] < begin || columns.time[i] >= end ||
                columns.first + static_cast<Seq>(i) <= after ||
                !isWanted(columns.sender[i], columns.audience[i]))
                continue;
            if (slice.marks.size() >= room) {
                slice.isComplete = false;
                break;
            }
            Mark mark;
            mark.seq = columns.first + static_cast<Seq>(i);
            mark.time = columns.time[i];
            mark.sender = columns.sender[i] < aliases.size() ? aliases[columns.sender[i]]
                                                             : AgentId(columns.sender[i]);
            mark.audience = AudienceId(columns.audience[i]);
            mark.topic = TopicId(columns.topic[i]);
            mark.kind =
                columns.kind[i] < kKindCount ? static_cast<Kind>(columns.kind[i]) : Kind::Event;
            mark.flags = columns.flags[i];
            mark.closes = columns.closes[i];
            mark.latency = columns.latency[i];
            slice.marks.push_back(mark);
        }
    };
    // Of some agents only, a bounded number of headers is looked through; beyond that tiles are the
    // better picture.
    const std::int64_t most =
        wanted.empty() ? request.limit : std::int64_t(request.limit) * kMarkScan;
    // Blocks at the edges hold more than the range does, so a sum somewhat above the limit may
    // still fit.
    const auto blocks = view->reader().blocksIn(request.range, 0, most + 3 * 4096);
    std::int64_t scanned = 0;
    Columns columns;
    for (const BlockRef& block : blocks) {
        if (request.stop.stop_requested())
            return cancelled();
        if (!slice.isComplete)
            break;
        scanned += static_cast<std::int64_t>(block.count);
        if (scanned > most + 3 * 4096) {
            slice.isComplete = false;
            break;
        }
        if (view->reader().load(
                block, TimeColumns | PlaceColumns | FlagColumns | ActorColumns | CallColumns,
                columns))
            take(columns, 0);
    }
    for (const Tail::Run& run : view->tail())
        take(run->columns, view->durable());
    std::ranges::stable_sort(slice.marks, {}, &Mark::time);
    return slice;
}

Result<MessageDetail> messageJob(const Source& source, Seq seq)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    MessageDetail detail;
    const auto notFound = [&] {
        if (seq > 0 && seq < view->first())
            return Error{
                ErrorCode::NotFound,
                QStringLiteral("Message %1 is not in %2 any more: it begins at message %3.")
                    .arg(seq)
                    .arg(source.pool->path())
                    .arg(view->first())};
        return Error{ErrorCode::NotFound,
                     QStringLiteral("There is no message %1 in %2.")
                         .arg(seq)
                         .arg(source.set ? QStringLiteral("this session") : source.pool->path())};
    };
    std::vector<std::pair<Seq, Grade>> causes;
    const auto fill = [&](const Columns& columns, PayloadSource& payload) {
        const auto i = static_cast<std::size_t>(seq - columns.first);
        detail = detailOf(columns, i, payload);
        for (const CauseEdge& edge : columns.causes) {
            if (edge.row == i)
                causes.emplace_back(edge.cause, edge.grade);
        }
    };
    std::vector<std::pair<Seq, Grade>> effects;
    const auto noteEffects = [&](const Columns& columns) {
        for (const CauseEdge& edge : columns.causes) {
            if (edge.cause == seq && effects.size() < kMaxEffects)
                effects.emplace_back(columns.first + edge.row, edge.grade);
        }
        for (std::size_t i = 0; i < columns.size() && detail.row.answeredBy == 0; ++i) {
            if (columns.closes[i] == seq) {
                detail.row.answeredBy = columns.first + static_cast<Seq>(i);
                detail.row.answerer = AgentId(columns.sender[i]);
                if (detail.row.latency < 0)
                    detail.row.latency = columns.latency[i];
            }
        }
    };
    // What it makes known of messages before it.
    const auto noteEarly = [&](const std::vector<LateFact>& facts, Seq first) {
        for (const LateFact& fact : facts) {
            if (first + static_cast<Seq>(fact.row) != seq || effects.size() >= kMaxEffects)
                continue;
            const bool isAnswer = fact.what == LateFact::What::Answer;
            effects.emplace_back(fact.of, isAnswer ? Grade::Carried : Grade::Stated);
            if (isAnswer && detail.row.answeredBy == 0) {
                detail.row.answeredBy = fact.of;
                detail.row.answerer = AgentId(fact.agent);
                detail.row.latency = fact.latency;
            }
        }
    };
    bool found = false;
    Columns columns;
    if (seq <= view->durable()) {
        const auto blocks = view->reader().blocksFrom(seq, kEffectBlocks);
        std::size_t rows = 0;
        for (const BlockRef& block : blocks) {
            if (rows > kEffectRows)
                break;
            rows += block.count;
            const bool own = block.first <= seq && seq <= block.last();
            if (!view->reader().load(
                    block,
                    own ? std::uint32_t(AllColumns)
                        : std::uint32_t(TimeColumns | CallColumns | CauseColumns | ActorColumns),
                    columns))
                continue;
            if (own) {
                BlockPayload payload(view->reader(), block, columns);
                fill(columns, payload);
                found = true;
            }
            noteEffects(columns);
            if (own && view->reader().load(block, LateColumns, columns))
                noteEarly(columns.late, columns.first);
        }
    }
    for (const Tail::Run& run : view->tail()) {
        if (run->columns.last() < seq)
            continue;
        if (!found && run->columns.first <= seq) {
            RunPayload payload(*run);
            fill(run->columns, payload);
            found = true;
        }
        noteEffects(run->columns);
        noteEarly(run->columns.late, run->columns.first);
    }
    if (!found)
        return notFound();
    RowRequest related;
    for (const auto& [other, grade] : causes)
        related.seqs.push_back(other);
    for (const auto& [other, grade] : effects)
        related.seqs.push_back(other);
    std::ranges::sort(related.seqs);
    related.seqs.erase(std::unique(related.seqs.begin(), related.seqs.end()), related.seqs.end());
    related.previewBytes = 160;
    if (!related.seqs.empty()) {
        auto rows = rowsJob(source, related);
        if (!rows)
            return rows.error();
        const auto attach = [&](const auto& edges, std::vector<MessageDetail::Cause>& to) {
            for (const auto& [other, grade] : edges) {
                const auto row = std::ranges::find(*rows, other, &MessageRow::seq);
                if (row != rows->end())
                    to.push_back({*row, grade});
            }
        };
        attach(causes, detail.causes);
        attach(effects, detail.effects);
    }
    return detail;
}

Result<MatchList> searchJob(const Source& source, const MatchRequest& request)
{
    const auto answered = filterWithMarks(source, request.filter, request.stop);
    if (!answered)
        return answered.error();
    const FilterPtr& filter = *answered;
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    MatchList list;
    const Seq last = request.last > 0 ? std::min(request.last, view->last()) : view->last();
    const Seq first = std::max(view->first(), request.first);
    list.through = last;
    const TimeRange bounds =
        filter ? filter->timeBounds() : TimeRange{TimePoint::min(), TimePoint::max()};
    const std::int64_t from = toNs(bounds.begin);
    const std::int64_t to = toNs(bounds.end);
    const auto room = [&] {
        return request.limit == 0 || static_cast<std::int64_t>(list.seqs.size()) < request.limit;
    };
    std::vector<std::uint8_t> keep;
    std::vector<Seq> found;
    const auto evaluate = [&](const Columns& columns, PayloadSource& payload, Seq after, Seq upTo) {
        keep.assign(columns.size(), 1);
        if (filter)
            filter->evaluate(columns, view->names(), &payload, keep);
        found.clear();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Seq seq = columns.first + static_cast<Seq>(i);
            if (keep[i] != 0 && seq >= first && seq <= std::min(last, upTo) && seq > after)
                found.push_back(seq);
        }
    };
    Columns columns;
    BlockPayload::Scratch scratch;
    TextSieve sieve(view->reader(), filter ? filter->textChoice(view->names()) : TextChoice{});
    std::int64_t scanned = 0;
    const std::int64_t total = std::max<std::int64_t>(1, last - first + 1);
    const auto scanBlock = [&](const BlockRef& block) {
        found.clear();
        scanned += static_cast<std::int64_t>(block.count);
        if (block.lastTime < from || block.firstTime >= to || !sieve.mayHold(block))
            return;
        // Time gives the rows their number.
        const std::uint32_t needed = filter ? filter->columns() : 0;
        if (view->reader().load(block, TimeColumns | needed, columns)) {
            BlockPayload payload(view->reader(), block, columns, &scratch);
            evaluate(columns, payload, 0, view->durable());
            if (!payload.isDamaged())
                return;
        }
        list.unreadable += static_cast<std::int64_t>(block.count);
    };
    const auto stopped = [&] { return request.stop.stop_requested(); };
    const IdChoice choice = filter ? filter->idChoice() : IdChoice{};
    if (!choice.empty()) {
        // An id names the few blocks that can hold it.
        auto blocks = blocksWith(view->reader(), choice);
        if (request.newestFirst)
            std::ranges::reverse(blocks);
        for (const BlockRef& block : blocks) {
            if (stopped())
                return cancelled();
            if (!room())
                break;
            if (block.last() < first || block.first > last)
                continue;
            scanBlock(block);
            if (request.newestFirst)
                std::ranges::reverse(found);
            list.seqs.insert(list.seqs.end(), found.begin(), found.end());
        }
        if (request.newestFirst)
            std::ranges::reverse(list.seqs);
    } else if (!request.newestFirst) {
        for (Seq seq = first; seq <= std::min(last, view->durable()) && room();) {
            view->refresh();
            const auto blocks = view->reader().blocksFrom(seq, 64);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks) {
                if (stopped())
                    return cancelled();
                if (!room() || block.first > last)
                    break;
                scanBlock(block);
                list.seqs.insert(list.seqs.end(), found.begin(), found.end());
                list.through = block.last();
            }
            seq = blocks.back().last() + 1;
            if (request.progress)
                request.progress(std::min(scanned, total), total);
        }
        if (room())
            list.through = last;
    }
    std::vector<Seq> newest;
    for (const Tail::Run& run : view->tail()) {
        if (run->columns.last() <= view->durable())
            continue;
        RunPayload payload(*run);
        evaluate(run->columns, payload, view->durable(), last);
        newest.insert(newest.end(), found.begin(), found.end());
    }
    if (!choice.empty()) {
        list.seqs.insert(list.seqs.end(), newest.begin(), newest.end());
        if (request.newestFirst && request.limit > 0 && !room())
            list.seqs.erase(list.seqs.begin(),
                            list.seqs.end() - static_cast<std::ptrdiff_t>(request.limit));
    } else if (request.newestFirst) {
        // From the end backwards; turned round at the end.
        std::ranges::reverse(newest);
        list.seqs = std::move(newest);
        for (Seq seq = std::min(last, view->durable()); seq >= first && room();) {
            view->refresh();
            const auto block = view->reader().blockUpTo(seq);
            if (stopped())
                return cancelled();
            if (!block)
                break; // what lies before was let go meanwhile
            scanBlock(*block);
            list.seqs.insert(list.seqs.end(), found.rbegin(), found.rend());
            seq = block->first - 1;
            if (request.progress && scanned % 65'536 < 4'096)
                request.progress(std::min(scanned, total), total);
        }
        if (!room())
            list.seqs.resize(static_cast<std::size_t>(request.limit));
        std::ranges::reverse(list.seqs);
    } else if (room()) {
        list.seqs.insert(list.seqs.end(), newest.begin(), newest.end());
    }
    if (!request.newestFirst && request.limit > 0 &&
        static_cast<std::int64_t>(list.seqs.size()) > request.limit) {
        list.seqs.resize(static_cast<std::size_t>(request.limit));
        list.isComplete = false;
    }
    if (request.progress)
        request.progress(total, total);
    return list;
}

Result<Seq> seqAtJob(const Source& source, TimePoint t)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const std::int64_t wanted = toNs(t);
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    Seq found = 0;
    const auto consider = [&](const Columns& columns, Seq after) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Seq seq = columns.first + static_cast<Seq>(i);
            if (columns.time[i] >= wanted && columns.time[i] < best && seq > after) {
                best = columns.time[i];
                found = seq;
            }
        }
    };
    Columns columns;
    if (const auto block = view->reader().blockAt(t);
        block && view->reader().load(*block, TimeColumns, columns))
        consider(columns, 0);
    for (const Tail::Run& run : view->tail())
        consider(run->columns, view->durable());
    return found != 0 ? found : view->last();
}

Result<std::vector<Gap>> gapsJob(const Source& source)
{
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    return (*lease)->gaps();
}

namespace {

/// What was received when a recorder was cut off, and is neither recorded nor in a gap.
std::int64_t cutOffOf(const StoredConnection& connection, const std::vector<Gap>& gaps)
{
    std::int64_t count = connection.received - connection.recorded;
    for (const Gap& gap : gaps)
        count -= gap.connection == connection.id && isOurs(gap) ? gap.count : 0;
    return std::max<std::int64_t>(0, count);
}

std::vector<LostBy> lostBy(const std::vector<Gap>& gaps, ConnectionId connection)
{
    std::vector<LostBy> by;
    for (const Gap& gap : gaps) {
        if (gap.connection != connection || gap.cause == kSubscriberCut)
            continue;
        const auto known = std::ranges::find(by, gap.cause, &LostBy::cause);
        LostBy& one = known == by.end() ? by.emplace_back(LostBy{gap.cause}) : *known;
        one.count += gap.count;
        one.lostIs = std::max(one.lostIs, gap.lostIs);
    }
    std::ranges::stable_sort(by, std::greater{}, &LostBy::count);
    return by;
}

} // namespace

Result<SessionInfo> infoJob(const Source& source)
{
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    BlockReader& reader = **lease;
    reader.loadNames(*source.names);
    const RecordingMeta meta = reader.meta();
    SessionInfo info;
    info.path = source.pool->path();
    info.uuid = meta.uuid;
    info.program = meta.program;
    info.isClean = meta.isClean;
    info.isLive = !meta.isClean && isBeingRecorded(info.path);
    info.extent = extentOf(meta.totals);
    info.trimmed = meta.totals.first - meta.begin;
    info.family = meta.family;
    info.part = meta.part;
    info.shard = meta.shard;
    info.rules = meta.rules.split(u'\n', Qt::SkipEmptyParts);
    info.dialects = meta.dialects;
    info.redaction = meta.redaction.split(u'\n', Qt::SkipEmptyParts);
    info.unread = meta.unread;
    info.clockSteps = meta.clockSteps;
    info.kinds = meta.totals.kinds;
    info.bytesRaw = meta.totals.bytesRaw;
    info.gaps = meta.totals.gaps;
    info.lost = meta.totals.lost;
    const Dictionaries::Counts counts = source.names->counts();
    info.agents = counts.agents - 1 - source.names->aliasCount(); // without "unknown"
    info.renamed = source.names->givenCount();
    info.topics = counts.topics - 1;
    const std::vector<Gap> gaps = reader.gaps();
    const bool isCutOff =
        !meta.isClean && !info.isLive &&
        (!source.set || std::ranges::none_of(source.set->infos, [](const RecordingInfo& one) {
            return one.isShown && isBeingRecorded(one.path);
        }));
    for (const StoredConnection& stored : reader.connections()) {
        ConnectionInfo connection;
        connection.id = stored.id;
        connection.url = QString::fromStdString(stored.url);
        connection.name = QString::fromStdString(stored.name);
        connection.received = stored.received;
        connection.recorded = stored.recorded;
        connection.lost = stored.lost;
        connection.lostIs = stored.lostIs;
        connection.elsewhere = stored.elsewhere;
        connection.isWindow = readsWindow(QUrl(connection.url));
        connection.lostBy = lostBy(gaps, stored.id);
        if (const std::int64_t count = isCutOff ? cutOffOf(stored, gaps) : 0; count > 0) {
            connection.lostBy.push_back({std::string(kCutOff), count, LostIs::AtLeast});
            connection.lost += count;
            connection.lostIs = std::max(connection.lostIs, LostIs::AtLeast);
            info.lost += count;
        }
        info.connections.push_back(std::move(connection));
    }
    const std::vector<StoredLag> lags = reader.lastLags();
    info.lags.assign(lags.begin(), lags.end());
    const auto bytesOf = [](const QString& path) {
        return QFileInfo(path).size() + QFileInfo(path + QStringLiteral("-wal")).size();
    };
    if (!source.set) {
        info.bytesFile = bytesOf(info.path);
        if (!info.isLive)
            logDamagedZones(info.path, info.extent.messages());
        return info;
    }
    info.recordings = source.set->infos;
    info.isPerRecording = !source.set->isJoined && source.set->members.size() > 1;
    for (const RecordingInfo& recording : info.recordings) {
        info.isClean = info.isClean && recording.isShown;
        info.isLive = info.isLive || (recording.isShown && isBeingRecorded(recording.path));
        info.bytesFile += recording.isShown ? bytesOf(recording.path) : 0;
        if (recording.isShown)
            logDamagedZones(recording.path, -1);
    }
    return info;
}

} // namespace murmur
