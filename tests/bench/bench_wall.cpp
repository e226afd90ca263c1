// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Frames of the wall, the map, the topology and the sequence on a recording: usage
//   bench_wall [--agents N] [--messages N] [--file X.murmur] [--shots FOLDER] [--light] [--at 0.5]
// A benchmark, not a test: it prints figures and judges nothing.

#include "timeline/demorecording.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/map/mapcanvas.h"
#include "views/map/mapview.h"
#include "views/sequence/sequencediagram.h"
#include "views/sequence/sequenceview.h"
#include "views/topology/topologycanvas.h"
#include "views/topology/topologyview.h"
#include "views/wall/wallcanvas.h"
#include "views/wall/wallview.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>
#include <QTimer>

#include <algorithm>
#include <ctime>
#include <functional>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kFrames = 60;

/// Processor time of the GUI thread: on a shared machine a wall clock measures the neighbours.
double threadMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// p50 / p99 / worst of `act`.
void measure(QTextStream& out, const QString& what, const std::function<void(int)>& act)
{
    std::vector<double> ms;
    for (int i = 0; i < kFrames; ++i) {
        const double begin = threadMs();
        act(i);
        ms.push_back(threadMs() - begin);
    }
    std::ranges::sort(ms);
    const auto at = [&](double q) {
        return QString::number(
            ms[std::min(ms.size() - 1, static_cast<std::size_t>(q * double(ms.size())))], 'f', 2);
    };
    out << what.leftJustified(30) << at(0.5) << " / " << at(0.99) << " / "
        << QString::number(ms.back(), 'f', 2) << " ms\n";
    out.flush();
}

void settle(const View& view)
{
    if (!QTest::qWaitFor([&] { return view.isSettled(); }, 60'000))
        qWarning("not settled");
    QTest::qWait(700);
    if (!QTest::qWaitFor([&] { return view.isSettled(); }, 60'000))
        qWarning("not settled");
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{u"agents"_s, {}, u"n"_s, u"500"_s},
                       {u"rate"_s, {}, u"n"_s, u"2000"_s},
                       {u"messages"_s, {}, u"n"_s, u"200000"_s},
                       {u"file"_s, {}, u"path"_s},
                       {u"shots"_s, {}, u"folder"_s},
                       {u"plan"_s, {}, u"picture of the floor"_s},
                       {u"at"_s, {}, u"share of the session"_s, u"0.9"_s},
                       {u"size"_s, {}, u"WxH"_s, u"1680x960"_s},
                       {u"light"_s, {}}});
    parser.process(app);
    QTextStream out(stdout);
    Theme::apply(!parser.isSet(u"light"_s));
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
    auto opened = Session::open(path);
    if (!opened) {
        out << opened.error().message << '\n';
        return 1;
    }
    SharedView shared;
    const QStringList wanted = parser.value(u"size"_s).split(u'x');
    const QSize size(wanted.value(0).toInt(), wanted.value(1).toInt());
    const auto prepare = [&](View& view) {
        view.resize(size);
        view.show();
    };
    WallView wall({&shared});
    MapView map({&shared});
    TopologyView topology({&shared});
    prepare(wall);
    prepare(map);
    prepare(topology);
    SequenceView sequence({&shared});
    prepare(sequence);
    shared.setSession(std::shared_ptr<Session>(std::move(opened).value()));
    shared.showAll();
    const TimeRange all = shared.session()->seen().time;
    shared.setPlayhead(all.begin + nanoseconds(static_cast<std::int64_t>(
                                       parser.value(u"at"_s).toDouble() *
                                       static_cast<double>(all.length().count()))));
    settle(wall);
    settle(map);
    settle(topology);
    settle(sequence);
    out << shared.session()->seen().messages() << " messages, "
        << wall.canvas()->plan().tiles().size() << " agents, "
        << map.canvas()->scene().positions.agents.size() << " placed in "
        << map.canvas()->scene().marks.size() << " marks; p50 / p99 / worst of " << kFrames
        << " frames\n";

    QImage picture(size, QImage::Format_RGB32);
    const auto paint = [&](QWidget* widget) {
        return [&picture, widget](int) { widget->render(&picture); };
    };
    measure(out, u"wall: frame"_s, paint(wall.canvas()->viewport()));
    measure(out, u"wall: other figures"_s, [&](int i) {
        std::vector<AgentRow> rows = wall.canvas()->rows();
        for (AgentRow& row : rows)
            row.rate = i + 1;
        wall.canvas()->show(std::move(rows));
        wall.canvas()->viewport()->render(&picture);
    });
    measure(out, u"wall: arranged and painted"_s, [&](int i) {
        wall.canvas()->setTileSize(static_cast<TileSize>(i % 4));
        wall.canvas()->viewport()->render(&picture);
    });
    wall.canvas()->setTileSize({});
    if (parser.isSet(u"plan"_s)) {
        map.setPlan(parser.value(u"plan"_s));
        settle(map);
    }
    measure(out, u"map: frame"_s, paint(map.canvas()));
    measure(out, u"map: zoomed and painted"_s, [&](int i) {
        map.canvas()->zoom(i % 2 == 0 ? 1.5 : 1 / 1.5, {size.width() / 2.0, size.height() / 2.0});
        map.canvas()->render(&picture);
    });
    map.canvas()->fit();
    measure(out, u"topology: frame"_s, paint(topology.canvas()));
    // All groups unfolded: the most that a person can ask for.
    for (int i = 0; i < 20; ++i) {
        const TrafficGraph* graph = topology.canvas()->graph();
        const auto group = std::ranges::find(graph->nodes, GraphNode::Is::Group, &GraphNode::is);
        if (group == graph->nodes.end())
            break;
        topology.canvas()->select(static_cast<int>(group - graph->nodes.begin()), -1);
        QTest::keyClick(topology.canvas(), Qt::Key_Return);
        settle(topology);
    }
    const TrafficGraph* graph = topology.canvas()->graph();
    measure(out,
            u"topology: %1 nodes, %2 edges"_s.arg(graph->nodes.size()).arg(graph->edges.size()),
            [&](int) { topology.canvas()->repaint(); });
    measure(out, u"topology: zoomed"_s, [&](int i) {
        topology.canvas()->setZoom(topology.canvas()->zoom() * (i % 2 == 0 ? 1.05 : 1 / 1.05),
                                   QPointF(i % 20, 7));
        topology.canvas()->repaint();
    });
    measure(out, u"sequence: frame"_s, paint(sequence.diagram()->viewport()));

    // What the GUI thread does at one go while the playhead moves.
    double longest = 0;
    double last = threadMs();
    QTimer beat;
    QObject::connect(&beat, &QTimer::timeout, &beat, [&] {
        const double now = threadMs();
        longest = std::max(longest, now - std::exchange(last, now));
    });
    beat.start(1);
    for (int i = 0; i < 10; ++i) {
        shared.setPlayhead(all.begin + all.length() * (i + 5) / 16);
        QTest::qWait(400);
    }
    beat.stop();
    out << "longest work at one go while the playhead moves, four panes of that size: "
        << QString::number(longest, 'f', 1) << " ms\n";

    if (const QString folder = parser.value(u"shots"_s); !folder.isEmpty()) {
        QDir().mkpath(folder);
        // The selected one has a trail of its own.
        if (!map.canvas()->scene().positions.agents.empty())
            shared.selectAgent(map.canvas()->scene().positions.agents.front().agent);
        wall.grab().save(folder + u"/wall.png"_s);
        map.grab().save(folder + u"/map.png"_s);
        topology.grab().save(folder + u"/topology.png"_s);
        sequence.grab().save(folder + u"/sequence.png"_s);
    }
    shared.setSession(nullptr);
    return 0;
}
