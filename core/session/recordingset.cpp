// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordingset.h"

#include "codec/codecbook.h"
#include "recording/reader.h"
#include "session/alignment.h"
#include "session/joinedreader.h"
#include "session/mergedreader.h"
#include "session/notes.h"

#include <QFileInfo>

#include <algorithm>
#include <cstdlib>
#include <limits>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A file while the session is put together.
struct Opened
{
    Member member;
    std::unique_ptr<RecordingReader> reader;
    RecordingMeta meta;
    Seq first = 0;
};

/// Whether the ids of `before` mean the same in `after`.
bool goesOnFrom(const Dictionaries& before, const Dictionaries& after)
{
    const Dictionaries::Counts a = before.counts();
    const Dictionaries::Counts b = after.counts();
    if (a.agents > b.agents || a.topics > b.topics || a.types > b.types ||
        a.stateKeys > b.stateKeys || a.audiences > b.audiences || a.connections > b.connections)
        return false;
    const auto same = [](std::uint32_t count, auto equal) {
        for (std::uint32_t id = 1; id < count; ++id) {
            if (!equal(id))
                return false;
        }
        return true;
    };
    return same(a.agents,
                [&](auto id) {
                    return before.recordedAgent(AgentId(id)).name ==
                           after.recordedAgent(AgentId(id)).name;
                }) &&
           same(a.topics,
                [&](auto id) {
                    return before.topicName(TopicId(id)) == after.topicName(TopicId(id));
                }) &&
           same(a.types,
                [&](auto id) {
                    return before.typeName(TypeId(id)) == after.typeName(TypeId(id));
                }) &&
           same(a.stateKeys,
                [&](auto id) {
                    return before.stateKeyName(StateKeyId(id)) ==
                           after.stateKeyName(StateKeyId(id));
                }) &&
           same(a.audiences,
                [&](auto id) {
                    return before.receivers(AudienceId(id)) == after.receivers(AudienceId(id));
                }) &&
           same(a.connections, [&](auto id) {
               return before.connectionEntry(ConnectionId(id)).url ==
                      after.connectionEntry(ConnectionId(id)).url;
           });
}

/// Files of one split recording, none missing between them, in their order.
bool isSplit(const std::vector<Opened>& opened)
{
    for (std::size_t i = 0; i < opened.size(); ++i) {
        if (opened[i].meta.family.isEmpty() || opened[i].meta.family != opened[0].meta.family)
            return false;
        if (i > 0 &&
            (opened[i].first != opened[i - 1].member.last + 1 ||
             !goesOnFrom(*opened[i - 1].member.source.names, *opened[i].member.source.names)))
            return false;
    }
    return opened.size() > 1;
}

Result<Opened> openOne(const QString& path, const QString& label, bool asRecorded)
{
    auto reader = RecordingReader::open(path);
    if (!reader)
        return reader.error();
    Opened opened;
    opened.reader = std::move(*reader);
    auto snapshot = opened.reader->snapshot();
    opened.meta = opened.reader->meta();
    auto names = std::make_shared<Dictionaries>();
    opened.reader->loadNames(*names);
    if (!asRecorded)
        opened.member.naming = readNaming(path, opened.meta);
    names->setGiven(givenNames(opened.member.naming, *names));
    Member& member = opened.member;
    member.label = label;
    member.source.pool = std::make_shared<ReaderPool>(path);
    member.source.names = std::move(names);
    member.last = opened.reader->last();
    for (const BlockRef& block : opened.reader->blocksFrom(1, std::numeric_limits<int>::max())) {
        if (block.count == 0 || block.count > kMaxBlockRows)
            continue;
        if (opened.first == 0)
            opened.first = block.first;
        member.count += static_cast<std::int64_t>(block.count);
    }
    snapshot.reset();
    return opened;
}

Status applyGiven(const SessionOptions& options, const std::vector<QString>& labels,
                  std::vector<RecordingInfo>& infos)
{
    for (const SessionOptions::Offset& given : options.offsets) {
        const auto info = std::ranges::find(infos, given.label, &RecordingInfo::label);
        if (info == infos.end())
            return Error{ErrorCode::WrongUse,
                         u"There is no recording \"%1\" to move in time; there are %2."_s.arg(
                             given.label, QStringList(labels.begin(), labels.end()).join(u", "_s))};
        if (std::abs(given.offset.count()) > kMostOffset)
            return Error{ErrorCode::WrongUse,
                         u"%1 cannot be moved by more than ten years."_s.arg(given.label)};
        info->offset = given.offset;
        info->error = given.error;
        info->alignedBy = AlignedBy::Given;
    }
    return Done{};
}

void align(std::vector<Opened>& opened, std::vector<RecordingInfo>& infos)
{
    std::vector<BlockReader*> readers;
    for (const Opened& one : opened) {
        if (infos[one.member.info].alignedBy != AlignedBy::Given)
            readers.push_back(one.reader.get());
    }
    const std::vector<Alignment> alignments = alignClocks(readers);
    std::size_t next = 0;
    for (Opened& one : opened) {
        RecordingInfo& info = infos[one.member.info];
        if (info.alignedBy != AlignedBy::Given) {
            const Alignment& found = alignments[next++];
            info.offset = nanoseconds(found.offset);
            info.error = nanoseconds(found.error);
            info.alignedBy = found.by;
            info.shared = found.shared;
        }
        one.member.offset = info.offset.count();
    }
}

/// The groups into which people put the agents of each.
GivenNames groupsOf(const std::vector<Opened>& opened, const Dictionaries& merged)
{
    GivenNames given;
    given.agents.resize(merged.counts().agents);
    for (const Opened& one : opened) {
        for (std::uint32_t id = 1; id < one.member.map.agents.size(); ++id) {
            const Dictionaries& own = *one.member.source.names;
            const AgentEntry entry = own.agentEntry(own.resolved(AgentId(id)));
            if (entry.inGroup)
                given.agents[one.member.map.agents[id]].group = entry.inGroup;
        }
    }
    return given;
}

void mergeNames(std::vector<Opened>& opened, bool keepApart, RecordingSet& set)
{
    std::vector<NamedRecording> named;
    for (const Opened& one : opened)
        named.push_back({one.member.label.toStdString(), one.member.source.names});
    const NameMerger merger(named, keepApart);
    for (std::size_t i = 0; i < opened.size(); ++i)
        opened[i].member.map = merger.add(named[i], *set.names);
    set.given = groupsOf(opened, *set.names);
    set.names->setGiven(set.given);
    set.damagedType = index(set.names->type("damaged block"));
}

} // namespace

QString alignedByText(AlignedBy by)
{
    switch (by) {
    case AlignedBy::Itself:
        return u"its own clock"_s;
    case AlignedBy::Given:
        return u"given"_s;
    case AlignedBy::Messages:
        return u"shared messages"_s;
    case AlignedBy::Host:
        return u"same host"_s;
    case AlignedBy::Nothing:
        break;
    }
    return u"not aligned"_s;
}

QString offsetText(const RecordingInfo& recording)
{
    const std::int64_t offset = recording.offset.count();
    QString text = u"0 s"_s;
    if (offset != 0)
        text = (offset < 0 ? u'-' : u'+') + durationText(nanoseconds(std::abs(offset)));
    if (recording.alignedBy == AlignedBy::Itself)
        return text;
    return u"%1 ± %2"_s.arg(text, recording.error.count() < 0 ? u"unknown"_s
                                                              : durationText(recording.error));
}

Result<SessionOptions::Offset> offsetFromText(const QString& text)
{
    const qsizetype equals = text.lastIndexOf(u'=');
    const QString amount = text.mid(equals + 1);
    const QString size = amount.section(u'±', 0, 0);
    const bool isSigned = size.startsWith(u'+') || size.startsWith(u'-');
    const auto offset = durationFromText(isSigned ? size.mid(1) : size);
    const auto error = amount.contains(u'±') ? durationFromText(amount.section(u'±', 1))
                                             : Result<nanoseconds>(nanoseconds(0));
    if (equals < 1 || !offset || !error)
        return Error{
            ErrorCode::WrongUse,
            u"The offset %1 cannot be read; write for example north=+1.5s or north=-2s±20ms, with the name of the file without its ending."_s
                .arg(text)};
    return SessionOptions::Offset{text.left(equals), size.startsWith(u'-') ? -*offset : *offset,
                                  *error};
}

std::vector<QString> labelsOf(const QStringList& paths)
{
    std::vector<QString> labels;
    for (const QString& path : paths) {
        const QString base = QFileInfo(path).completeBaseName();
        QString label = base;
        for (int n = 2; std::ranges::find(labels, label) != labels.end(); ++n)
            label = u"%1-%2"_s.arg(base).arg(n);
        labels.push_back(label);
    }
    return labels;
}

Result<std::shared_ptr<const RecordingSet>> openRecordings(const QStringList& paths,
                                                           const SessionOptions& options)
{
    auto set = std::make_shared<RecordingSet>();
    set->names = std::make_shared<Dictionaries>();
    const std::vector<QString> labels = labelsOf(paths);
    std::vector<Opened> opened;
    std::optional<Error> failure;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        RecordingInfo& info = set->infos.emplace_back();
        info.path = paths[static_cast<qsizetype>(i)];
        info.label = labels[i];
        auto one = openOne(info.path, info.label, options.asRecorded);
        if (!one) {
            info.problem = one.error().message;
            info.isShown = false;
            if (!failure)
                failure = one.error();
            continue;
        }
        info.uuid = one->meta.uuid;
        info.extent.last = one->member.last;
        one->member.info = i;
        opened.push_back(std::move(*one));
    }
    if (opened.empty())
        return failure ? *failure : Error{ErrorCode::WrongUse, u"No recording was named."_s};
    if (auto given = applyGiven(options, labels, set->infos); !given)
        return given.error();
    // Files of one split recording belong together in their own order, whatever the names' is.
    std::ranges::stable_sort(opened, {}, [family = opened.front().meta.family](const Opened& one) {
        return one.meta.family == family ? one.first : Seq(0);
    });
    set->isJoined = !options.keepApart && options.offsets.empty() && isSplit(opened);
    if (!set->isJoined)
        std::ranges::stable_sort(opened, {}, [](const Opened& one) { return one.member.info; });
    if (set->isJoined) {
        opened.back().reader->loadNames(*set->names);
        // Names grow from file to file; a schema may have been added to any of them.
        for (const Opened& one : opened) {
            for (Schema& schema : one.member.source.names->codecs().schemas())
                set->names->codecs().add(std::move(schema));
        }
        Naming& naming = set->naming;
        for (const Opened& one : opened) {
            for (const NameRule& rule : one.member.naming.rules)
                naming.add(rule);
            naming.groupBy = one.member.naming.groupBy;
            set->infos[one.member.info].error = nanoseconds(0);
            set->infos[one.member.info].alignedBy = AlignedBy::Itself;
        }
        set->names->setGiven(givenNames(naming, *set->names));
    } else {
        align(opened, set->infos);
        mergeNames(opened, options.keepApart, *set);
    }
    std::vector<std::string> shown;
    for (Opened& one : opened) {
        RecordingInfo& info = set->infos[one.member.info];
        const RecordingTotals& totals = one.meta.totals;
        if (totals.last > 0)
            info.extent.time = {fromNs(movedTime(totals.firstTime, info.offset.count())),
                                fromNs(movedTime(totals.lastTime, info.offset.count() + 1))};
        shown.push_back(info.label.toStdString());
        set->members.push_back(std::move(one.member));
    }
    set->names->setRecordings(std::move(shown));
    return std::shared_ptr<const RecordingSet>(std::move(set));
}

Result<std::unique_ptr<BlockReader>> openReader(std::shared_ptr<const RecordingSet> set)
{
    std::vector<std::unique_ptr<BlockReader>> joined;
    std::vector<std::unique_ptr<MemberReader>> merged;
    for (const Member& member : set->members) {
        auto reader = RecordingReader::open(member.source.pool->path());
        if (!reader)
            return reader.error();
        if (set->isJoined)
            joined.push_back(std::move(*reader));
        else
            merged.push_back(std::make_unique<MemberReader>(
                std::move(*reader), member, static_cast<std::uint32_t>(merged.size())));
    }
    if (set->isJoined)
        return std::unique_ptr<BlockReader>(
            std::make_unique<JoinedReader>(std::move(set), std::move(joined)));
    return std::unique_ptr<BlockReader>(
        std::make_unique<MergedReader>(std::move(set), std::move(merged)));
}

} // namespace murmur
