// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/laneset.h"
#include "timeline/demorecording.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/lagband.h"
#include "views/timeline/timelineview.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Lanes that are no agents, on a real recording.
class TestTimelineLanes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        const QString path = m_directory.filePath(u"demo.murmur"_s);
        QVERIFY(test::recordDemo(path, 30, 2000, kMessages));
        auto session = Session::open(path);
        QVERIFY(session);
        m_session = std::move(*session);
    }

    void init()
    {
        m_shared = std::make_unique<SharedView>();
        m_view = std::make_unique<TimelineView>(ViewContext{m_shared.get()});
        m_view->resize(1200, 7000); // all lanes
        m_view->show();
        m_shared->setSession(m_session);
    }

    void cleanup()
    {
        m_view.reset();
        m_shared.reset();
    }

    void everyMessageIsOnALane_data()
    {
        QTest::addColumn<QString>("key");
        for (const char* key :
             {"agent", "group", "topic", "conversation", "connection", "payload.task"})
            QTest::newRow(key) << QString::fromLatin1(key);
    }
    void everyMessageIsOnALane()
    {
        QFETCH(QString, key);
        m_view->setLaneKey(*laneKeyFromText(key));
        settle();
        QCOMPARE(messagesIn(m_view->asText()), std::int64_t(kMessages));
        // Also mark by mark.
        const TimeRange all = m_session->seen().time;
        const TimeRange window{all.begin + all.length() / 2, all.begin + all.length() / 2 + 200ms};
        m_shared->setWindow(window);
        settle();
        auto marks = m_session->marks(window, 100'000).result();
        QCOMPARE(messagesIn(m_view->asText()), static_cast<std::int64_t>(marks->marks.size()));
    }

    void topicsAreLanes()
    {
        m_view->setLaneKey(*laneKeyFromText(u"topic"_s));
        settle();
        const auto names = m_session->dictionaries();
        QCOMPARE(m_view->layoutOfLanes().agents().size(), std::size_t(201));
        QCOMPARE(m_view->layoutOfLanes().agents().back().name, u"others"_s);
        // Those of one first segment are a group, which says it.
        for (const LaneAgent& lane : m_view->layoutOfLanes().agents()) {
            const QString topic = lane.group.isEmpty() ? lane.name : lane.group + u'.' + lane.name;
            QVERIFY(lane.isLast || index(names->findTopic(topic.toStdString())) != 0);
        }
        // The choice is kept with the layout.
        TimelineView other(ViewContext{m_shared.get()});
        other.restoreState(m_view->saveState());
        QCOMPARE(other.laneKey(), m_view->laneKey());
    }

    void aMarkLeadsToItsMessage()
    {
        m_view->setLaneKey(*laneKeyFromText(u"topic"_s));
        const TimeRange all = m_session->seen().time;
        const TimeRange window{all.begin + 5s, all.begin + 5s + 100ms};
        m_shared->setWindow(window);
        settle();
        const auto marks = m_session->marks(window, 100'000).result();
        const Mark& mark = marks->marks[marks->marks.size() / 2];
        const std::string topic = m_session->dictionaries()->topicName(mark.topic);
        const AgentId lane = m_view->laneSet()->names()->findAgent(topic);
        m_view->setFolded(QString::fromStdString(topic).section(u'.', 0, 0), false);
        settle();
        QVERIFY(m_view->showsMarks(lane));
        const QPoint place(static_cast<int>(m_view->axis().xAt(fromNs(mark.time))),
                           m_view->laneRect(lane).center().y());
        QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, place);
        QVERIFY(m_shared->selectedMessage() != 0);
        const auto detail = m_session->message(m_shared->selectedMessage()).result();
        QCOMPARE(m_session->dictionaries()->topicName(detail->row.topic), topic);
        QTRY_COMPARE(m_shared->selectedAgent(), detail->row.sender);
    }

    void whatIsInSightHasLanes()
    {
        // Thousands of tasks, of which few are worked on at a time.
        const TimeRange all = m_session->seen().time;
        m_shared->setWindow({all.begin + 20s, all.begin + 20s + 300ms});
        m_view->setLaneKey(*laneKeyFromText(u"payload.task"_s));
        settle();
        const auto& lanes = m_view->layoutOfLanes().agents();
        QVERIFY(lanes.size() > 5 && lanes.size() < 120);
        std::int64_t others = 0;
        for (const QString& line : m_view->asText().split(u'\n')) {
            QVERIFY(!line.contains(u": 0 messages"_s));
            others += line.startsWith(u"others"_s) ? messagesIn(line) : 0;
        }
        QCOMPARE(others, std::int64_t(0));
    }

    void aFilterMakesLanesOfWhatPasses()
    {
        m_view->setLaneKey(*laneKeyFromText(u"topic"_s));
        const auto filter = parseFilter(u"kind == heartbeat", m_session->seen().time);
        m_shared->setFilter(*filter);
        settle();
        MatchRequest request;
        request.filter = *filter;
        const auto found = m_session->search(request).result()->seqs.size();
        QVERIFY(found > 0);
        QCOMPARE(messagesIn(m_view->asText()), static_cast<std::int64_t>(found));
        m_shared->setFilter({});
        settle();
        QCOMPARE(messagesIn(m_view->asText()), std::int64_t(kMessages));
    }

    void howFarReadersAreBehindStandsOnTheLaneOfTheirTopic()
    {
        constexpr std::int64_t kStart = 1'779'357'720'000'000'000;
        const auto at = [](double seconds) {
            return kStart + static_cast<std::int64_t>(seconds * 1e9);
        };
        RecorderOptions options;
        options.path = m_directory.filePath(u"behind.murmur"_s);
        {
            Recorder recorder(options);
            QVERIFY(recorder.start());
            const ConnectionId connection =
                recorder.registerConnection(QUrl(u"redis://box"_s), u"box"_s);
            std::vector<HeardMessage> batch;
            for (int i = 0; i <= 60; i += 5) {
                for (const char* topic : {"other", "tasks"}) {
                    HeardMessage& message = batch.emplace_back();
                    message.connection = connection;
                    message.received = at(i);
                    message.topic = topic;
                    message.raw = "{}";
                }
            }
            recorder.sink().hear(std::move(batch));
            std::vector<Lag> lags;
            for (const auto& [second, pending] : {std::pair(0, 0), std::pair(20, 999)}) {
                Lag& lag = lags.emplace_back();
                lag.connection = connection;
                lag.time = at(second);
                lag.topic = "tasks";
                lag.consumer = "workers";
                lag.pending = pending;
            }
            recorder.sink().observe(std::move(lags));
            QVERIFY(recorder.stop());
        }
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        m_shared->setSession(std::move(*session));
        m_shared->setWindow({fromNs(at(0)), fromNs(at(60))});
        m_view->setLaneKey(*laneKeyFromText(u"topic"_s));
        settle();
        const auto columnOf = [&](const char* topic, double second) {
            const QImage image = m_view->grab().toImage();
            const QRect lane = m_view->laneRect(m_view->laneSet()->names()->findAgent(topic));
            const int x = static_cast<int>(m_view->axis().xAt(fromNs(at(second))));
            int pixels = 0;
            for (int y = lane.top(); y < lane.bottom(); ++y)
                pixels += image.pixelColor(x, y) != Theme::current().ground;
            return pixels;
        };
        const int room = m_view->laneRect(m_view->laneSet()->names()->findAgent("tasks")).height();
        QTRY_VERIFY_WITH_TIMEOUT(columnOf("tasks", 32.5) > room / 2, 30'000);
        QCOMPARE(columnOf("tasks", 12.5), 0);
        QCOMPARE(columnOf("other", 32.5), 0);
        const LagBand* const band = m_view->findChild<LagBand*>();
        QCOMPARE(band->textOf(u"tasks"_s, fromNs(at(32.5))), u"workers of tasks: 999 to get"_s);
        QCOMPARE(band->textOf(u"other"_s, fromNs(at(32.5))), QString());
    }

    void escapeGoesBackWhileLanesAreLookedFor()
    {
        m_view->setLaneKey(*laneKeyFromText(u"payload.task"_s));
        QVERIFY(!m_view->isSettled());
        QTest::keyClick(m_view.get(), Qt::Key_Escape);
        QCOMPARE(m_view->laneKey(), LaneKey{});
        QVERIFY(m_view->laneSet() == nullptr);
        settle();
        QCOMPARE(messagesIn(m_view->asText()), std::int64_t(kMessages));
    }

private:
    static constexpr int kMessages = 60'000;

    void settle()
    {
        QTRY_VERIFY_WITH_TIMEOUT(m_view->isSettled(), 30'000);
        m_view->grab();
    }
    static std::int64_t messagesIn(const QString& text)
    {
        static const QRegularExpression count(u": ([\\d,]+) messages? between"_s);
        std::int64_t sum = 0;
        auto matches = count.globalMatch(text);
        while (matches.hasNext())
            sum += matches.next().captured(1).remove(u',').toLongLong();
        return sum;
    }

    QTemporaryDir m_directory;
    std::shared_ptr<Session> m_session;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<TimelineView> m_view;
};

QTEST_MAIN(TestTimelineLanes)
#include "tst_timelinelanes.moc"
