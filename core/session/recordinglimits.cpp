// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordinglimits.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A file has about 0.5 MiB before the first message, and its WAL as much.
constexpr std::int64_t kLeastFile = std::int64_t(2) << 20;
constexpr std::int64_t kLeastRing = std::int64_t(4) << 20;
constexpr nanoseconds kShortest = 1s;
constexpr std::int64_t kLeastWal = std::int64_t(128) << 10;
constexpr std::int64_t kMostCommit = std::int64_t(32) << 20;

} // namespace

Status RecordingLimits::check() const
{
    const auto wrong = [](const QString& sentence) { return Error{ErrorCode::WrongUse, sentence}; };
    const auto tooSmall = [&](QStringView what, std::int64_t least) {
        return wrong(u"%1 of less than %2 holds nothing; give more."_s.arg(what, bytesText(least)));
    };
    if (maxBytes > 0 && maxBytes < kLeastFile)
        return tooSmall(u"A recording", kLeastFile);
    if (splitBytes > 0 && splitBytes < kLeastFile)
        return tooSmall(u"A file", kLeastFile);
    if (ring.bytes > 0 && ring.bytes < kLeastRing)
        return tooSmall(u"A ring", kLeastRing);
    if ((ring.length.count() > 0 && ring.length < kShortest) ||
        (splitLength.count() > 0 && splitLength < kShortest))
        return wrong(u"A ring or a file of less than a second holds nothing; give more."_s);
    if (maxBytes > 0 && (ring.isSet() || isSplit()))
        return wrong(u"A largest size ends a recording, a ring or split files let it go on: give "
                     "one of them."_s);
    if ((ring.bytes > 0 && splitBytes > 0 && ring.bytes < 2 * splitBytes) ||
        (ring.length.count() > 0 && splitLength.count() > 0 && ring.length < 2 * splitLength))
        return wrong(u"A ring of split files lets go whole files: it must be at least as long as "
                     "two of them."_s);
    return Done{};
}

std::int64_t RecordingLimits::fileBytes() const
{
    std::int64_t least = 0;
    for (const std::int64_t limit : {maxBytes, ringOfFile().bytes, splitBytes}) {
        if (limit > 0)
            least = least == 0 ? limit : std::min(least, limit);
    }
    return least;
}

std::size_t RecordingLimits::commitBytes() const
{
    const std::int64_t limit = fileBytes();
    const std::int64_t bytes =
        limit == 0 ? kMostCommit
                   : std::clamp<std::int64_t>(limit / 32, std::int64_t(64) << 10, kMostCommit / 8);
    return static_cast<std::size_t>(bytes);
}

std::int64_t RecordingLimits::walBytes() const
{
    const std::int64_t limit = fileBytes();
    return limit == 0 ? kMostCommit
                      : std::clamp<std::int64_t>(limit / 16, kLeastWal, kMostCommit / 2);
}

bool RecordingLimits::isFull(std::int64_t limit, std::int64_t bytesOnDisk, std::int64_t closing,
                             std::int64_t more) const
{
    // A commit is in the WAL and, after a checkpoint, in the file.
    const auto commit = 2 * static_cast<std::int64_t>(commitBytes());
    return limit > 0 && bytesOnDisk + closing + std::max(commit, 2 * more) >= limit;
}

QString partPath(const QString& path, int part)
{
    if (part <= 1)
        return path;
    const QFileInfo info(path);
    const QString suffix = info.suffix().isEmpty() ? QString() : u'.' + info.suffix();
    const QString name =
        u"%1-%2%3"_s.arg(info.completeBaseName()).arg(part, 3, 10, QChar(u'0')).arg(suffix);
    return info.path() == u"."_s && !path.startsWith(u"./"_s) ? name
                                                              : QDir(info.path()).filePath(name);
}

} // namespace murmur
