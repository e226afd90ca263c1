// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Frames of the whole window, with all panes of a layout, on a recording: usage
//   bench_window [--file X.murmur] [--agents N] [--messages N] [--size WxH] [--frames N]
// What the thread of the window works on one frame is measured: from the wish to stand elsewhere
// to the last pane that is painted. A benchmark, not a test: it prints figures and judges nothing.

#include "layoutpresets.h"
#include "mainwindow.h"
#include "settings.h"
#include "studiosession.h"
#include "support/guiwatch.h"
#include "timeline/demorecording.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "workspace.h"

#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

bool isStill(const MainWindow& window)
{
    return std::ranges::all_of(window.findChildren<View*>(), [](const View* view) {
        return !view->isVisible() || view->isSettled();
    });
}

/// p50 / p99 / worst of the work, and how many took longer than a sixtieth of a second.
void measureFrames(QTextStream& out, const QString& what, int frames,
                   const std::function<void(int)>& act)
{
    std::vector<double> ms;
    for (int i = 0; i < frames; ++i) {
        const double before = test::workedMs();
        act(i);
        // All that is painted for it, and the answers that have come.
        QCoreApplication::processEvents(QEventLoop::AllEvents, 12);
        ms.push_back(test::workedMs() - before);
    }
    std::ranges::sort(ms);
    const auto at = [&](double q) {
        return QString::number(
            ms[std::min(ms.size() - 1, static_cast<std::size_t>(q * double(ms.size())))], 'f', 1);
    };
    const auto late = std::ranges::count_if(ms, [](double one) { return one > 16.7; });
    out << what.leftJustified(34) << at(0.5).rightJustified(6) << " / "
        << at(0.99).rightJustified(6) << " / "
        << QString::number(ms.back(), 'f', 1).rightJustified(6) << " ms, " << late << " of "
        << frames << " above 16.7 ms\n";
    out.flush();
}

} // namespace

int main(int argc, char** argv)
{
    test::GuiWatch app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{u"file"_s, {}, u"path"_s},
                       {u"agents"_s, {}, u"n"_s, u"500"_s},
                       {u"rate"_s, {}, u"n"_s, u"5000"_s},
                       {u"messages"_s, {}, u"n"_s, u"1000000"_s},
                       {u"size"_s, {}, u"WxH"_s, u"1680x1020"_s},
                       {u"frames"_s, {}, u"n"_s, u"200"_s}});
    parser.process(app);
    QTextStream out(stdout);
    Theme::apply(true);
    QTemporaryDir directory;
    QString path = parser.value(u"file"_s);
    if (path.isEmpty()) {
        path = directory.filePath(u"bench.murmur"_s);
        const auto recorded = test::recordDemo(path, parser.value(u"agents"_s).toInt(),
                                               parser.value(u"rate"_s).toDouble(),
                                               parser.value(u"messages"_s).toLongLong());
        if (!recorded) {
            out << recorded.error().message << '\n';
            return 1;
        }
    }
    StudioSettings settings(directory.filePath(u"settings.ini"_s));
    MainWindow window(settings, {directory.path(), false, true});
    const QStringList size = parser.value(u"size"_s).split(u'x');
    window.resize(size.value(0).toInt(), size.value(1).toInt());
    window.show();
    app.begin(u"opening"_s);
    QElapsedTimer clock;
    clock.start();
    window.openFile(path);
    const bool isOpen =
        QTest::qWaitFor([&] { return window.shared()->session() != nullptr; }, 60'000);
    if (!isOpen) {
        out << "it was not opened\n";
        return 1;
    }
    SharedView* shared = window.shared();
    const auto opened = clock.elapsed();
    (void)QTest::qWaitFor([&] { return isStill(window); }, 60'000);
    out << shared->session()->seen().last << " messages, open after " << opened
        << " ms, still after " << clock.elapsed() << " ms\n"
        << "work on a frame: p50 / p99 / worst\n";

    const int frames = parser.value(u"frames"_s).toInt();
    const TimeRange all = shared->session()->seen().time;
    const TimePoint middle = all.begin + all.length() / 2;
    for (const nanoseconds length :
         {nanoseconds(1s), nanoseconds(10s), nanoseconds(1min), all.length() / 4}) {
        if (length > all.length())
            continue;
        const TimeRange first{middle - length / 2, middle + length / 2};
        app.begin(u"panning"_s);
        shared->setWindow(first);
        (void)QTest::qWaitFor([&] { return isStill(window); }, 60'000);
        measureFrames(out,
                      u"pan, %1 s in sight"_s.arg(static_cast<double>(length.count()) / 1e9, 0, 'f',
                                                  length > 10s ? 0 : 1),
                      frames, [&](int i) {
                          const nanoseconds step = length / 100 * (i % 100);
                          shared->setWindow({first.begin + step, first.end + step});
                      });
    }
    app.begin(u"zooming"_s);
    measureFrames(out, u"zoom from all to 1 s and back"_s, frames, [&](int i) {
        const double share = std::abs(1.0 - 2.0 * i / frames); // 1 … 0 … 1
        const double full = static_cast<double>(all.length().count());
        const nanoseconds length(std::llround(1e9 * std::pow(full / 1e9, share)));
        shared->setWindow({middle - length / 2, middle + length / 2});
    });
    (void)QTest::qWaitFor([&] { return isStill(window); }, 60'000);
    shared->setWindow({middle - 5s, middle + 5s});
    (void)QTest::qWaitFor([&] { return isStill(window); }, 60'000);
    for (const LayoutPreset& preset : layoutPresets()) {
        window.workspace()->usePreset(preset);
        (void)QTest::qWaitFor([&] { return isStill(window); }, 60'000);
        app.begin(u"playhead"_s);
        measureFrames(out, u"playhead, %1"_s.arg(QLatin1StringView(preset.id)), frames, [&](int i) {
            shared->setPlayhead(middle - 4s + std::chrono::milliseconds(40) * (i % 200));
        });
    }
    const auto slow = app.slow();
    for (std::size_t i = 0; i < std::min<std::size_t>(slow.size(), 12); ++i)
        out << QString::number(slow[i].ms, 'f', 1) << " ms: " << slow[i].what << '\n';
    return 0;
}
