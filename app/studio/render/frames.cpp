// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "frames.h"

#include "screenshot.h"
#include "session/session.h"
#include "views/base/sharedview.h"

#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <QWidget>

#include <cmath>
#include <cstdio>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMostFrames = 100'000;
constexpr auto kLook = 2ms;
constexpr qint64 kPatienceMs = 20'000;
/// Of the window, what lies before the playhead.
constexpr double kBefore = 0.7;

/// Lets the jobs of the views come to their end; gives up after a while and takes what is there.
void settle(const std::function<bool()>& isSettled)
{
    QEventLoop loop;
    QTimer look;
    QElapsedTimer since;
    int quiet = 0;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        // Twice, for an answer may ask the next question.
        quiet = isSettled() ? quiet + 1 : 0;
        if (quiet >= 2 || since.hasExpired(kPatienceMs))
            loop.quit();
    });
    since.start();
    look.start(kLook);
    loop.exec();
}

} // namespace

std::int64_t frameCount(TimeRange range, const FramesWish& wish)
{
    if (range.isEmpty() || !(wish.perSecond > 0) || !(wish.speed > 0))
        return 0;
    const double seconds = static_cast<double>(range.length().count()) / 1e9;
    const double frames = std::ceil(seconds / wish.speed * wish.perSecond);
    return frames > 1e15 ? std::int64_t(1e15) : static_cast<std::int64_t>(frames);
}

Status writeFrames(QWidget& widget, SharedView& shared, const std::function<bool()>& isSettled,
                   TimeRange range, const FramesWish& wish)
{
    const std::int64_t count = frameCount(range, wish);
    if (count < 1)
        return Error{ErrorCode::WrongUse, u"There is nothing to film between these times."_s};
    if (count > kMostFrames)
        return Error{
            ErrorCode::WrongUse,
            u"That would be %1 frames; at most %2 are written. Name a shorter stretch with "
            "--from and --until, or a higher --speed."_s.arg(count)
                .arg(kMostFrames)};
    if (!QDir().mkpath(wish.folder))
        return Error{ErrorCode::Unwritable, u"The folder %1 cannot be made."_s.arg(wish.folder)};
    const TimeRange all = shared.session()->seen().time;
    const double perFrame = 1e9 * wish.speed / wish.perSecond;
    for (std::int64_t i = 0; i < count; ++i) {
        const TimePoint at =
            range.begin + nanoseconds(std::llround(perFrame * static_cast<double>(i)));
        if (wish.window > 0ns) {
            const auto before =
                nanoseconds(std::llround(static_cast<double>(wish.window.count()) * kBefore));
            TimePoint begin = std::max(all.begin, std::min(at - before, all.end - wish.window));
            shared.setWindow({begin, begin + wish.window});
        }
        shared.setPlayhead(at);
        settle(isSettled);
        const QString path = u"%1/frame-%2.png"_s.arg(wish.folder).arg(i + 1, 6, 10, QChar(u'0'));
        if (const Status written = grabToFile(&widget, path); !written)
            return written;
        if ((i + 1) % 100 == 0 || i + 1 == count)
            std::fprintf(stderr, "frame %lld of %lld\n", static_cast<long long>(i + 1),
                         static_cast<long long>(count));
    }
    return Done{};
}

} // namespace murmur
