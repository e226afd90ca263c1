// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Surveys and discovery against the real brokers.

#include "bus/discovery.h"
#include "session/topicsurvey.h"
#include "support/brokers.h"
#include "support/collectingsink.h"

#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include <functional>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray kPicture = QByteArray("\x89PNG\0\0", 6) + QByteArray(kLargePayload, '\0');

/// A socket that says things; what is answered is thrown away.
class Talker
{
public:
    explicit Talker(std::uint16_t port)
    {
        m_socket.connectToHost(u"127.0.0.1"_s, port);
        m_socket.waitForConnected(10'000);
        QObject::connect(&m_socket, &QTcpSocket::readyRead, [this] {
            if (m_socket.readAll().contains("PING"))
                m_socket.write("PONG\r\n");
        });
    }
    void say(const QByteArray& bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    void redis(const QByteArrayList& words)
    {
        QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
        for (const QByteArray& word : words)
            bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
        say(bytes);
    }
    void nats(const QByteArray& subject, const QByteArray& payload)
    {
        say("PUB " + subject + ' ' + QByteArray::number(payload.size()) + "\r\n" + payload +
            "\r\n");
    }

private:
    QTcpSocket m_socket;
};

/// What a survey of `url` finds while `talk` is called again and again.
SurveyResult surveyed(const QString& url, const std::function<void()>& talk = {},
                      std::chrono::milliseconds length = 800ms)
{
    SurveyOptions how;
    how.length = length;
    TopicSurvey survey(QUrl(url), {}, how);
    QTimer timer;
    if (talk) {
        QObject::connect(&timer, &QTimer::timeout, &timer, talk);
        timer.start(40ms);
    }
    QSignalSpy finished(&survey, &TopicSurvey::finished);
    if (survey.start())
        finished.wait(30'000);
    return survey.result();
}

const SurveyedTopic* find(const SurveyResult& result, const QString& topic)
{
    const auto found = std::ranges::find(result.topics, topic, &SurveyedTopic::topic);
    return found == result.topics.end() ? nullptr : &*found;
}

QString namesOf(const SurveyResult& result)
{
    QStringList names;
    for (const SurveyedTopic& topic : result.topics)
        names << topic.item + u' ' + topic.topic;
    return names.join(u", "_s);
}

} // namespace

class TestTopicSurvey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_redis.start(), QByteArray());
        (void)m_nats.file(u"nats.conf"_s, "port: %1\nhost: \"127.0.0.1\"\njetstream {"
                                          "store_dir: \"%2\"}\n");
        QCOMPARE(m_nats.start(), QByteArray());
        QCOMPARE(m_mqtt.start(), QByteArray());
    }

    void redisChannelsAreHeardAndStreamsCounted()
    {
        Talker talker(m_redis.port);
        for (int i = 0; i < 20; ++i)
            talker.redis({"XADD", "tasks", "*", "goal", "A-14"});
        int turn = 0;
        const SurveyResult result = surveyed(u"redis://127.0.0.1:%1"_s.arg(m_redis.port), [&] {
            talker.redis({"PUBLISH", "agents.planner", "{\"n\":1}"});
            talker.redis({"PUBLISH", "camera.front", kPicture});
            talker.redis({"PUBLISH",
                          "reply:0123456789abcdef01234567890" + QByteArray::number(++turn), "ok"});
            talker.redis({"XADD", "tasks", "*", "goal", "A-14"});
        });
        QVERIFY2(result.state == SurveyResult::State::Done, qPrintable(result.error.message));
        QVERIFY2(result.version.startsWith(u"Redis "_s), qPrintable(result.version));
        QCOMPARE(namesOf(result), u"channel agents.planner, channel camera.front, pattern reply:*, "
                                  "stream tasks"_s);
        const SurveyedTopic* planner = find(result, u"agents.planner"_s);
        QVERIFY(planner->perSecond > 0);
        QCOMPARE(*planner->size, 7);
        QVERIFY(!planner->isBinary && !planner->isExact);
        QVERIFY(isLargeBinary(*find(result, u"camera.front"_s)));
        QVERIFY(find(result, u"reply:*"_s)->members > 1);
        const SurveyedTopic* tasks = find(result, u"tasks"_s);
        QVERIFY(tasks->isExact);
        QVERIFY(tasks->perSecond > 0);
        QVERIFY(tasks->stored >= 20);
        QCOMPARE(tasks->sample, "goal=A-14");
    }

    void natsSubjectsAreHeardAndStreamsCounted()
    {
        Talker talker(m_nats.port);
        const QByteArray stream = R"({"name":"EVENTS","subjects":["events.>"],)"
                                  R"("storage":"memory","retention":"limits","num_replicas":1})";
        talker.say("CONNECT {\"verbose\":false}\r\n");
        talker.nats("$JS.API.STREAM.CREATE.EVENTS", stream);
        const SurveyResult result = surveyed(u"nats://127.0.0.1:%1"_s.arg(m_nats.port), [&] {
            talker.nats("swarm.robot.pose", "{\"x\":1}");
            talker.nats("events.lift", "{\"up\":true}");
        });
        QVERIFY2(result.state == SurveyResult::State::Done, qPrintable(result.error.message));
        QVERIFY2(result.version.startsWith(u"NATS 2."_s), qPrintable(result.version));
        const SurveyedTopic* pose = find(result, u"swarm.robot.pose"_s);
        QVERIFY2(pose != nullptr, qPrintable(namesOf(result)));
        QCOMPARE(pose->item, u"subject"_s);
        QVERIFY(pose->perSecond > 0);
        const SurveyedTopic* events = find(result, u"EVENTS"_s);
        QVERIFY2(events != nullptr, qPrintable(namesOf(result)));
        QCOMPARE(events->item, u"stream"_s);
        QVERIFY(events->detail.contains(u"events.>"_s));
        QVERIFY(events->isExact && events->perSecond > 0 && events->stored > 0);
        // Our own questions are no traffic of the bus.
        QVERIFY2(!namesOf(result).contains(u"$JS"_s), qPrintable(namesOf(result)));
    }

    void whatMqttKeepsIsToldFromWhatIsSaid()
    {
        publish({u"-t"_s, u"map"_s, u"-r"_s, u"-m"_s, u"kept"_s});
        ChildProgram feed;
        feed.start(u"mosquitto_pub"_s,
                   {u"-p"_s, QString::number(m_mqtt.port), u"-t"_s, u"fleet/1/pose"_s, u"-l"_s});
        QVERIFY(feed.waitForStarted());
        const SurveyResult result =
            surveyed(u"mqtt://127.0.0.1:%1"_s.arg(m_mqtt.port), [&] { feed.write("{}\n"); });
        feed.kill();
        QVERIFY2(result.state == SurveyResult::State::Done, qPrintable(result.error.message));
        QVERIFY2(result.version.contains(u"mosquitto"_s), qPrintable(result.version));
        QCOMPARE(namesOf(result), u"topic fleet/1/pose, topic map"_s);
        QVERIFY(find(result, u"fleet/1/pose"_s)->perSecond > 0);
        const SurveyedTopic* map = find(result, u"map"_s);
        QCOMPARE(map->retained, 1);
        QCOMPARE(*map->perSecond, 0.0);
        QCOMPARE(*map->size, 4);
        publish({u"-t"_s, u"map"_s, u"-r"_s, u"-n"_s});
    }

#ifdef KAFKA_MOCK
    void kafkaTopicsAreCountedByTheirEnds()
    {
        ChildProgram mock;
        mock.start(QStringLiteral(KAFKA_MOCK), {u"1"_s, u"orders:2"_s, u"quiet:1"_s, u"_own:1"_s});
        while (!mock.canReadLine())
            QVERIFY(mock.waitForReadyRead(20'000));
        const QString bootstrap = QString::fromLatin1(mock.readLine().trimmed().mid(10));
        // It sends what it was given when its input ends.
        const SurveyResult result = surveyed(
            u"kafka://"_s + bootstrap,
            [&] {
                ChildProgram kcat;
                kcat.start(u"kcat"_s, {u"-P"_s, u"-q"_s, u"-b"_s, bootstrap, u"-t"_s, u"orders"_s,
                                       u"-p"_s, u"1"_s});
                kcat.write("abcd\nabcd\n");
                kcat.closeWriteChannel();
                kcat.waitForFinished(20'000);
            },
            1200ms);
        QVERIFY2(result.state == SurveyResult::State::Done, qPrintable(result.error.message));
        QCOMPARE(result.version, u"Kafka, 1 broker"_s);
        QCOMPARE(namesOf(result), u"topic _own, topic orders, topic quiet"_s);
        const SurveyedTopic* orders = find(result, u"orders"_s);
        QVERIFY(orders->isExact);
        QVERIFY2(orders->perSecond > 0, qPrintable(result.notes.join(u' ')));
        QCOMPARE(orders->detail, u"2 partitions"_s);
        QCOMPARE(*find(result, u"quiet"_s)->perSecond, 0.0);
        QVERIFY(find(result, u"_own"_s)->isOwn);

        std::vector<BusProbe> probes = Discovery::usualProbes();
        probes = {probes[3]};
        probes[0].port = bootstrap.section(u':', 1).toUShort();
        Discovery discovery;
        QSignalSpy finished(&discovery, &Discovery::finished);
        discovery.start(probes);
        QVERIFY(finished.wait(10'000));
        QCOMPARE(discovery.found().size(), std::size_t(1));
        QCOMPARE(discovery.found()[0].detail, u"1 broker"_s);
        QCOMPARE(*discovery.found()[0].topics, 3);
        // Whoever stays sees what flows.
        Discovery watching;
        std::optional<double> rate;
        bool wasIdle = false;
        connect(&watching, &Discovery::busChanged, this, [&](const FoundBus& bus, bool) {
            rate = bus.perSecond;
            wasIdle = wasIdle || rate == 0.0;
        });
        watching.setWatching(true);
        watching.start(probes);
        QTRY_VERIFY_WITH_TIMEOUT(wasIdle, 20'000);
        ChildProgram kcat;
        kcat.start(u"kcat"_s, {u"-P"_s, u"-q"_s, u"-b"_s, bootstrap, u"-t"_s, u"orders"_s});
        kcat.write(QByteArray("x\n").repeated(500));
        kcat.closeWriteChannel();
        QTRY_VERIFY_WITH_TIMEOUT(rate.value_or(0) > 0, 20'000);
        QCOMPARE(watching.found().size(), std::size_t(1));
    }
#endif

    void natsCountsAtItsMonitoringPort()
    {
        const std::uint16_t monitor = freePort();
        Broker nats(u"nats-server"_s,
                    {u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s, u"-m"_s, QString::number(monitor)});
        QCOMPARE(nats.start(), QByteArray());
        std::vector<BusProbe> probes = Discovery::usualProbes();
        probes = {probes[1], probes[8]};
        probes[0].port = nats.port;
        probes[1].port = monitor;
        Discovery discovery;
        FoundBus bus;
        int changes = 0;
        connect(&discovery, &Discovery::busChanged, this, [&](const FoundBus& one, bool isThere) {
            bus = isThere ? one : FoundBus{};
            ++changes;
        });
        discovery.setWatching(true);
        discovery.start(probes);
        QTRY_VERIFY_WITH_TIMEOUT(bus.perSecond == 0.0, 20'000);
        // One bus, although it answers at two ports.
        QCOMPARE(discovery.found().size(), std::size_t(1));
        QCOMPARE(bus.url, QUrl(u"nats://127.0.0.1:%1"_s.arg(nats.port)));
        QCOMPARE(bus.version, discovery.found()[0].version);
        Talker talker(nats.port);
        talker.say("CONNECT {\"verbose\":false}\r\n" +
                   QByteArray("PUB a 1\r\nx\r\n").repeated(500));
        QTRY_VERIFY_WITH_TIMEOUT(bus.perSecond.value_or(0) > 0, 20'000);
        QCOMPARE(bus.counted, u"messages"_s);
        nats.kill();
        QTRY_VERIFY_WITH_TIMEOUT(discovery.found().empty(), 20'000);
    }

    void patternsNarrowWhatIsListenedTo()
    {
        Talker talker(m_redis.port);
        const QString url = u"redis://127.0.0.1:%1?pattern=a.*"_s.arg(m_redis.port);
        const SurveyResult result = surveyed(
            url,
            [&] {
                talker.redis({"PUBLISH", "a.1", "x"});
                talker.redis({"PUBLISH", "b.1", "x"});
            },
            400ms);
        QVERIFY(find(result, u"a.1"_s) != nullptr);
        QVERIFY(find(result, u"b.1"_s) == nullptr);
    }

    void aBusThatIsNotThereIsSaid()
    {
        SurveyOptions how;
        how.patience = 500ms;
        TopicSurvey survey(QUrl(u"redis://127.0.0.1:%1"_s.arg(freePort())), {}, how);
        QSignalSpy finished(&survey, &TopicSurvey::finished);
        QVERIFY(survey.start().ok());
        QVERIFY(finished.wait(20'000));
        QVERIFY(survey.result().state == SurveyResult::State::Failed);
        QVERIFY(survey.result().error.code == ErrorCode::Unreachable);
        QVERIFY2(survey.result().error.message.contains(u"Nobody listens"_s),
                 qPrintable(survey.result().error.message));
    }

    void aSurveyThatIsStoppedTellsWhatItKnows()
    {
        Talker talker(m_redis.port);
        SurveyOptions how;
        how.length = 10min;
        TopicSurvey survey(QUrl(u"redis://127.0.0.1:%1"_s.arg(m_redis.port)), {}, how);
        QSignalSpy finished(&survey, &TopicSurvey::finished);
        QVERIFY(survey.start().ok());
        QTRY_VERIFY(survey.result().state == SurveyResult::State::Listening);
        talker.redis({"PUBLISH", "said.once", "x"});
        QTRY_VERIFY(find(survey.result(), u"said.once"_s) != nullptr);
        survey.stop();
        QVERIFY(finished.wait(10'000));
        QVERIFY(find(survey.result(), u"said.once"_s) != nullptr);
    }

    void busesAreFoundWithVersionsAndRates()
    {
        CollectingSink sink;
        auto hub = createConnection(QUrl(u"listen://127.0.0.1:0"_s), {ConnectionId{1}, &sink, {}});
        QVERIFY(hub.ok());
        QVERIFY((*hub)->start().ok());
        std::vector<BusProbe> probes = Discovery::usualProbes();
        probes = {probes[0], probes[1], probes[2], probes[6]};
        probes[0].port = m_redis.port;
        probes[1].port = m_nats.port;
        probes[2].port = m_mqtt.port;
        probes[3].port = static_cast<quint16>((*hub)->status().effectiveUrl.port());
        Discovery discovery;
        std::map<QString, FoundBus> known;
        connect(&discovery, &Discovery::busFound, this,
                [&](const FoundBus& bus) { known[bus.kind] = bus; });
        connect(&discovery, &Discovery::busChanged, this, [&](const FoundBus& bus, bool isThere) {
            if (isThere)
                known[bus.kind] = bus;
            else
                known.erase(bus.kind);
        });
        discovery.setWatching(true);
        QSignalSpy finished(&discovery, &Discovery::finished);
        discovery.start(probes);
        QVERIFY(finished.wait(10'000));
        QCOMPARE(known.size(), std::size_t(4));
        QVERIFY(known[u"Redis"_s].version.contains(u'.'));
        QVERIFY(known[u"Redis"_s].perSecond.has_value());
        QVERIFY(known[u"NATS"_s].version.startsWith(u"2."_s));
        QCOMPARE(known[u"NATS"_s].detail, u"JetStream"_s);
        QVERIFY(!known[u"NATS"_s].perSecond);
        QVERIFY(known[u"MQTT"_s].version.startsWith(u"mosquitto"_s));
        QCOMPARE(known[u"Hub"_s].version, QStringLiteral(MURMUR_VERSION));
        // The hub counts; the list says what came in since it asked last.
        Talker talker(probes[3].port);
        talker.say("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 11\r\n\r\n"
                   "{\"from\":\"a\"}");
        QTRY_VERIFY(known[u"Hub"_s].perSecond.value_or(0) > 0);
        // A second search leaves what is watched, and finds it again.
        discovery.start(probes);
        QVERIFY(finished.wait(10'000));
        QCOMPARE(discovery.found().size(), std::size_t(4));
        (*hub)->stop();
        hub = Error{};
        QTRY_VERIFY(!known.contains(u"Hub"_s));
        QCOMPARE(discovery.found().size(), std::size_t(3));
    }

private:
    void publish(const QStringList& arguments)
    {
        ChildProgram program;
        program.start(u"mosquitto_pub"_s,
                      QStringList{u"-p"_s, QString::number(m_mqtt.port)} + arguments);
        QVERIFY(program.waitForFinished(20'000));
        QCOMPARE(program.exitCode(), 0);
    }

    Broker m_redis{u"redis-server"_s,
                   {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                    u"--save"_s, u""_s}};
    Broker m_nats{u"nats-server"_s, {u"-c"_s, u"%2/nats.conf"_s}};
    Broker m_mqtt{u"mosquitto"_s, {u"-p"_s, u"%1"_s}};
};

QTEST_GUILESS_MAIN(TestTopicSurvey)
#include "tst_topicsurvey.moc"
