// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Frames of the timeline and the overview on a recording: usage
//   bench_timeline [--agents N] [--messages N] [--file X.murmur] [--shot X.png] [--light] [--at
//   0.5]
// A benchmark, not a test: it prints figures and judges nothing.

#include "timeline/demorecording.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/replay/transportbar.h"
#include "views/timeline/overviewstrip.h"
#include "views/timeline/timelineview.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>
#include <QVBoxLayout>

#include <algorithm>
#include <ctime>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Processor time of the GUI thread: on a shared machine a wall clock measures the neighbours.
double threadMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Frames
{
    std::vector<double> ms;
    std::vector<double> cpuMs;
    void print(QTextStream& out, const QString& what)
    {
        print(out, what, ms);
        print(out, u"  processor time"_s, cpuMs);
    }
    static void print(QTextStream& out, const QString& what, std::vector<double>& ms)
    {
        std::ranges::sort(ms);
        const auto at = [&](double q) {
            return ms[std::min(ms.size() - 1, static_cast<std::size_t>(q * double(ms.size())))];
        };
        out << what.leftJustified(26) << QString::number(at(0.5), 'f', 2) << " / "
            << QString::number(at(0.99), 'f', 2) << " / " << QString::number(ms.back(), 'f', 2)
            << " ms\n";
        out.flush();
    }
};

void settle(TimelineView& timeline, OverviewStrip& overview)
{
    if (!QTest::qWaitFor([&] { return timeline.isSettled() && overview.isSettled(); }, 60'000))
        qWarning("not settled");
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{u"agents"_s, {}, u"n"_s, u"500"_s},
                       {u"rate"_s, {}, u"n"_s, u"5000"_s},
                       {u"messages"_s, {}, u"n"_s, u"1000000"_s},
                       {u"file"_s, {}, u"path"_s},
                       {u"shot"_s, {}, u"path"_s},
                       {u"seconds"_s, {}, u"window of the shot"_s, u"5"_s},
                       {u"at"_s, {}, u"share of the session"_s, u"0.5"_s},
                       {u"size"_s, {}, u"WxH"_s, u"1600x700"_s},
                       {u"light"_s, {}}});
    parser.process(app);
    QTextStream out(stdout);
    Theme::apply(!parser.isSet(u"light"_s));

    QTemporaryDir directory;
    QString path = parser.value(u"file"_s);
    if (path.isEmpty() || !QFile::exists(path)) {
        if (path.isEmpty())
            path = directory.filePath(u"bench.murmur"_s);
        const auto recorded = test::recordDemo(path, parser.value(u"agents"_s).toInt(),
                                               parser.value(u"rate"_s).toDouble(),
                                               parser.value(u"messages"_s).toLongLong());
        if (!recorded) {
            out << recorded.error().message << '\n';
            return 1;
        }
    }
    auto opened = Session::open(path);
    if (!opened) {
        out << opened.error().message << '\n';
        return 1;
    }
    const std::shared_ptr<Session> session = std::move(opened).value();

    SharedView shared;
    QWidget window;
    auto* layout = new QVBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* overview = new OverviewStrip(ViewContext{&shared}, &window);
    overview->setCorner(new TransportBar(&shared));
    auto* timeline = new TimelineView(ViewContext{&shared}, &window);
    layout->addWidget(overview);
    layout->addWidget(timeline, 1);
    const QStringList size = parser.value(u"size"_s).split(u'x');
    window.resize(size.value(0).toInt(), size.value(1).toInt());
    window.show();
    shared.setSession(session);
    settle(*timeline, *overview);
    const TimeRange all = session->seen().time;
    const TimePoint middle =
        all.begin + nanoseconds(static_cast<std::int64_t>(double(all.length().count()) *
                                                          parser.value(u"at"_s).toDouble()));

    if (parser.isSet(u"shot"_s)) {
        const nanoseconds length(
            static_cast<std::int64_t>(parser.value(u"seconds"_s).toDouble() * 1e9));
        shared.setWindow({middle - length / 2, middle + length / 2});
        shared.setPlayhead(middle);
        settle(*timeline, *overview);
        QTest::qWait(100);
        settle(*timeline, *overview);
        window.grab().save(parser.value(u"shot"_s));
        return 0;
    }

    out << session->seen().last << " messages, " << timeline->layoutOfLanes().agents().size()
        << " agents, " << window.width() << 'x' << window.height() << "; frame p50 / p99 / worst\n";
    for (const nanoseconds length :
         {nanoseconds(1s), nanoseconds(5s), nanoseconds(30s), all.length() / 4}) {
        shared.setWindow({middle - length / 2, middle + length / 2});
        settle(*timeline, *overview);
        Frames frames;
        // 1 % of the window per frame, answers arriving between the frames as they come.
        for (int i = 0; i < 300; ++i) {
            const nanoseconds step = length / 100;
            QElapsedTimer clock;
            clock.start();
            const double cpu = threadMs();
            const TimeRange now = shared.window();
            shared.setWindow({now.begin - step, now.end - step});
            timeline->repaint();
            overview->repaint();
            frames.cpuMs.push_back(threadMs() - cpu);
            frames.ms.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
            QTest::qWait(1);
        }
        frames.print(out, u"pan, window %1"_s.arg(durationText(length)));
    }
    Frames zoom;
    shared.showAll();
    settle(*timeline, *overview);
    for (int i = 0; i < 300; ++i) {
        QElapsedTimer clock;
        clock.start();
        const double cpu = threadMs();
        const double factor = i % 100 < 50 ? 0.8 : 1.25;
        shared.setWindow(timeline->axis().zoomed(timeline->plotRect().center().x(), factor));
        timeline->repaint();
        overview->repaint();
        zoom.cpuMs.push_back(threadMs() - cpu);
        zoom.ms.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        QTest::qWait(1);
    }
    zoom.print(out, u"zoom in and out"_s);
    return 0;
}
