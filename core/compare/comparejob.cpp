// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "compare/comparejob.h"

#include <QFileInfo>
#include <QStringList>
#include <QtConcurrent>

#include <atomic>

using namespace Qt::StringLiterals;

namespace murmur {

Result<Compared> compareJob(const CompareRequest& request)
{
    std::atomic<std::int64_t> done[2]{};
    std::atomic<std::int64_t> total[2]{};
    const bool isOneRecording = request.before->pool->path() == request.after->pool->path();
    const auto side = [&](const Source& source, TimeRange range, std::size_t which) {
        SideRequest wish;
        wish.range = range;
        wish.hasNames = !isOneRecording;
        wish.conversationsIn = request.conversationsIn;
        wish.findingsUpTo = request.findingsUpTo;
        wish.stop = request.stop;
        wish.progress = [&, which](std::int64_t now, std::int64_t all) {
            done[which] = now;
            total[which] = all;
            if (request.progress)
                request.progress(done[0] + done[1], total[0] + total[1]);
        };
        return profileJob(source, wish);
    };
    // A thread that waits for one of a pool that is full would wait for itself.
    QThreadPool own;
    own.setMaxThreadCount(1);
    auto other =
        QtConcurrent::run(&own, [&] { return side(*request.before, request.beforeRange, 0); });
    auto after = side(*request.after, request.afterRange, 1);
    auto before = other.takeResult();
    if (!before)
        return before.error();
    if (!after)
        return after.error();
    Compared compared;
    compared.before = std::move(*before);
    compared.after = std::move(*after);
    compared.lines = compareProfiles(compared.before, compared.after);
    return compared;
}

QFuture<Result<Compared>> compareOf(CompareRequest request)
{
    return QtConcurrent::run([request = std::move(request)] { return compareJob(request); });
}

QStringList Compared::remarks() const
{
    QStringList remarks;
    if (before.messages == 0 || after.messages == 0)
        remarks << u"One side has no messages: there is nothing to compare."_s;
    for (const TalkProfile* side : {&before, &after}) {
        if (side->unreadable > 0)
            remarks << u"%1 messages cannot be read, their blocks are damaged."_s.arg(
                side->unreadable);
        if (side->isBounded)
            remarks << u"There are more pairs or conversations than are kept apart; some are left "
                       "out."_s;
    }
    if (before.conversationsIn < before.messages || after.conversationsIn < after.messages)
        remarks << u"Conversations are those of the first %1 and %2 messages."_s
                       .arg(before.conversationsIn)
                       .arg(after.conversationsIn);
    if (!before.hasFindings || !after.hasFindings)
        remarks << u"Findings are not compared: the recording keeps none, and is too long to look "
                   "for them here. `murmur findings` does."_s;
    remarks.removeDuplicates();
    return remarks;
}

CompareSide compareSideFromText(const QString& text)
{
    // A file may have an @ in its name.
    if (QFileInfo::exists(text))
        return {text, {}, {}};
    const qsizetype at = text.lastIndexOf(u'@');
    if (at < 0)
        return {text, {}, {}};
    CompareSide side;
    side.file = text.left(at);
    const QString range = text.mid(at + 1);
    const qsizetype dots = range.indexOf(u".."_s);
    side.from = dots < 0 ? range : range.left(dots);
    if (dots >= 0)
        side.until = range.mid(dots + 2);
    return side;
}

Result<TimeRange> rangeOf(const CompareSide& side, TimeRange session)
{
    TimeRange range = session;
    if (!side.from.isEmpty()) {
        const auto from = timeFromText(side.from, session);
        if (!from)
            return from.error();
        range.begin = *from;
    }
    if (!side.until.isEmpty()) {
        const auto until = timeFromText(side.until, session);
        if (!until)
            return until.error();
        range.end = *until;
    }
    if (range.isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"There is nothing between %1 and %2 of %3: the end is not later."_s.arg(
                         side.from, side.until, side.file)};
    return range;
}

} // namespace murmur
