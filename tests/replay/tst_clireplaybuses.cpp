// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What `murmur record` heard at one real broker and `murmur replay` sends onto another one is
// recorded there equal: order, payload, headers, and spacing, whose error is printed. Both brokers,
// both recorders and the replay are processes of their own.

#include "bus/publisher.h"
#include "replay/busplaces.h"
#include "replay/mark.h"
#include "session/session.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kMessages = 100;
constexpr auto kApart = 10ms;

struct Bus : PlaceOptions
{
    QByteArrayList topics{"swarm.a", "swarm.b"};
    bool hasHeaders = false;
    bool hasKeys = false;
    bool hasFields = false; ///< messages are fields, to which the mark is added
    bool hasOneWay = true;  ///< false: what a server answers is recorded, too
    bool hasBinary = false; ///< frames of bytes beside those of text
    int unmarked = 0;       ///< so many into which no mark fits
};

Bus busNamed(const QString& name)
{
    Bus bus;
    if (name == "hub"_L1) {
        bus.server = [] { return std::make_unique<NoServer>(); };
        bus.listen = bus.send = u"listen://127.0.0.1:%1"_s;
        bus.isUp = u"Listening on"_s;
    } else if (name == "WebSocket"_L1) {
        bus.server = [] { return std::make_unique<NodeServer>(u"websocket_server.mjs"_s); };
        bus.listen = u"tap://127.0.0.1:%T?upstream=ws://127.0.0.1:%1/talk"_s;
        bus.send = u"ws://127.0.0.1:%T/talk"_s;
        bus.isUp = u"127.0.0.1:%T"_s;
        bus.hasOneWay = false;
        bus.hasBinary = true;
        bus.unmarked = kMessages / 5;
    } else if (name == "rosbridge"_L1) {
        bus.server = [] { return std::make_unique<NodeServer>(u"robots_rosbridge.mjs"_s); };
        bus.listen = u"rosbridge://127.0.0.1:%1?topic=/both"_s;
        bus.send = u"rosbridge://127.0.0.1:%1"_s;
        bus.isUp = u"Listening to"_s;
        bus.topics = {"/both"};
        bus.unmarked = kMessages;
    } else if (name == "NATS"_L1) {
        bus.server = natsServer();
        bus.listen = u"nats://127.0.0.1:%1?subject=swarm.>"_s;
        bus.send = u"nats://127.0.0.1:%1"_s;
        bus.hasHeaders = true;
    } else if (name == "JetStream"_L1) {
        bus.server = jetStreamServer();
        bus.listen = u"nats://127.0.0.1:%1?stream=EVENTS&from=start"_s;
        bus.send = u"nats://127.0.0.1:%1?stream=EVENTS"_s;
        bus.hasHeaders = true;
        bus.stream = "{}";
    } else if (name == "MQTT 5"_L1) {
        bus.server = mqttServer();
        bus.listen = u"mqtt://127.0.0.1:%1?topic=%23&sys=0"_s;
        bus.send = u"mqtt://127.0.0.1:%1"_s;
        bus.hasHeaders = true;
    } else if (name == "MQTT 3.1.1"_L1) {
        bus.server = mqttServer();
        bus.listen = u"mqtt://127.0.0.1:%1?topic=%23&sys=0&version=3.1.1"_s;
        bus.send = u"mqtt://127.0.0.1:%1?version=3.1.1"_s;
    } else if (name == "Kafka"_L1) {
        bus.server = kafkaServer();
        bus.listen = u"kafka://127.0.0.1:%1?topic=swarm.a,swarm.b&from=start"_s;
        bus.send = u"kafka://127.0.0.1:%1"_s;
        bus.hasHeaders = bus.hasKeys = true;
    } else if (name == "Redis stream"_L1) {
        bus.server = redisServer();
        bus.listen = u"redis://127.0.0.1:%1?stream=swarm.a,swarm.b&lag=off"_s;
        bus.send = u"redis://127.0.0.1:%1?stream=swarm.a,swarm.b"_s;
        bus.hasFields = true;
    } else {
        bus.server = redisServer();
        bus.listen = u"redis://127.0.0.1:%1?pattern=swarm.*"_s;
        bus.send = u"redis://127.0.0.1:%1"_s;
    }
    return bus;
}

OutgoingMessage messageOf(int number, const Bus& bus)
{
    const QByteArray n = QByteArray::number(number);
    OutgoingMessage message;
    message.number = static_cast<std::uint64_t>(number) + 1;
    message.topic = bus.topics[number % bus.topics.size()];
    message.raw = "{\"n\":\"" + n + "\",\"text\":\"\xc3\xa4\"}";
    message.isBinary = bus.hasBinary && number % 5 == 0;
    if (bus.hasHeaders)
        message.headers = {{"kind", "event"}, {"Nats-Msg-Id", std::to_string(number)}};
    if (bus.hasKeys)
        message.key = "key " + n;
    return message;
}

/// Those that agents see, in their order.
QByteArray plainHeaders(const HeaderList& headers)
{
    QByteArray text;
    for (const auto& [name, value] : headers) {
        const bool isOfTheBus = name.starts_with("murmur-") && name != transport::kKey;
        if (!isOfTheBus && !name.starts_with("Nats-") && !name.starts_with("redis-") &&
            !sentmark::isMarkName(name))
            text += QByteArray::fromStdString(name + '=' + value + '\n');
    }
    return text;
}

/// What agents said, in the order of the session.
std::vector<MessageDetail> saidIn(Session& session)
{
    RowRequest request;
    request.first = 1;
    request.count = 1000;
    auto future = session.messages(request);
    (void)QTest::qWaitFor([&] { return future.isFinished(); }, 20'000);
    auto list = future.takeResult();
    std::vector<MessageDetail> all = list ? std::move(*list) : std::vector<MessageDetail>();
    std::erase_if(all, [](const MessageDetail& message) {
        return std::ranges::any_of(message.headers, [](const auto& header) {
            return header.first == transport::kDirection && header.second != "to-server";
        });
    });
    return all;
}

} // namespace

class TestCliReplayBuses : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void whatIsReplayedArrivesEqual_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"hub", "WebSocket", "rosbridge", "NATS", "JetStream", "MQTT 5",
                                 "MQTT 3.1.1", "Kafka", "Redis channel", "Redis stream"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void whatIsReplayedArrivesEqual()
    {
        QFETCH(const QString, name);
        const Bus bus = busNamed(name);
        const int heardEach = bus.hasOneWay ? kMessages : 2 * kMessages;
        Place from(bus);
        Place to(bus);
        QCOMPARE(from.open(heardEach), QByteArray());
        QCOMPARE(to.open(heardEach), QByteArray());

        auto publisher = createPublisher(QUrl(from.sendTo()), {});
        QVERIFY2(publisher, publisher ? "" : qPrintable(publisher.error().message));
        QVERIFY((*publisher)->start());
        QTRY_COMPARE_WITH_TIMEOUT((*publisher)->status().state, PublisherStatus::State::Up, 20'000);
        for (int i = 0; i < kMessages; ++i) {
            QVERIFY((*publisher)->publish(messageOf(i, bus)));
            QTest::qWait(static_cast<int>(kApart.count()));
        }
        QTRY_COMPARE_WITH_TIMEOUT((*publisher)->pending(), 0, 20'000);
        const auto recorded = from.close();
        (*publisher)->stop();
        QVERIFY(recorded);

        const Outcome replayed = murmur::murmur(
            {u"replay"_s, from.file(), u"--to"_s, to.sendTo(), u"--arm"_s, u"--json"_s});
        QVERIFY2(replayed.code == 0,
                 QByteArray(replayed.err + replayed.out.right(600)).constData());
        const QJsonObject report = replayed.objects().back();
        QCOMPARE(report[u"state"].toString(), u"finished"_s);
        QCOMPARE(report[u"sent"].toInt(), kMessages);
        QCOMPARE(report[u"failed"].toInt(), 0);
        QCOMPARE(report[u"marked"][u"nowhere"].toInt(), bus.unmarked);
        // What a server said is not said to one.
        QCOMPARE(report[u"refused"].toArray().size(), bus.hasOneWay ? 0 : 1);

        const auto heard = to.close();
        QVERIFY(heard);
        compare(bus, *recorded, *heard);
    }

    /// Of one Redis, whatever its URL names: streams have fields, channels have not.
    void theMarkIsWhereTheMessageCarriesIt()
    {
        struct Case
        {
            QString query;
            QByteArray topic;
            QByteArray raw;
            MarkPlace place;
            HeaderList headers = {};
        };
        const Case cases[] = {
            {u"?stream=tasks"_s, "tasks", "x", MarkPlace::Headers},
            {u"?stream=tasks"_s, "other", "{\"n\":1}", MarkPlace::Payload},
            {u"?stream=tasks"_s, "other", "x", MarkPlace::Nowhere},
            {u"?stream=tasks&channel=said"_s, "tasks", "{}", MarkPlace::Headers},
            {u"?stream=tasks&channel=said"_s, "said", "{}", MarkPlace::Payload},
            {u""_s, "entries", "{}", MarkPlace::Headers, {{"redis-fields", "json"}}},
        };
        for (const Case& one : cases) {
            const auto publisher = createPublisher(QUrl(u"redis://127.0.0.1"_s + one.query), {});
            QVERIFY(publisher);
            OutgoingMessage message;
            message.topic = one.topic;
            message.raw = one.raw;
            message.headers = one.headers;
            QCOMPARE(writeMark(message, (*publisher)->traits(), {.job = u"j"_s}), one.place);
            QCOMPARE(message.raw == one.raw, one.place != MarkPlace::Payload);
        }
    }

private:
    /// Topics of a bus that keeps each in an order of its own are compared one after the other.
    static void sortByTopic(std::vector<MessageDetail>& all, const Session& session)
    {
        std::ranges::stable_sort(all, {}, [&session](const MessageDetail& message) {
            return session.dictionaries()->topicName(message.row.topic);
        });
    }
    /// Milliseconds since the one before. Of Kafka many come at once: there the record says when.
    static double apart(const Bus& bus, const std::vector<MessageDetail>& all, std::size_t i)
    {
        const auto time = [&](std::size_t at) {
            return bus.hasKeys ? all[at].row.sent : toNs(all[at].row.received);
        };
        return double(time(i) - time(i - 1)) / 1e6;
    }
    static void compare(const Bus& bus, Session& recorded, Session& heard)
    {
        auto was = saidIn(recorded);
        auto now = saidIn(heard);
        QCOMPARE(was.size(), std::size_t(kMessages));
        QCOMPARE(now.size(), std::size_t(kMessages));
        if (bus.hasKeys) {
            sortByTopic(was, recorded);
            sortByTopic(now, heard);
        }
        std::vector<double> wrong; // ms
        int unmarked = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            QCOMPARE(heard.dictionaries()->topicName(now[i].row.topic),
                     recorded.dictionaries()->topicName(was[i].row.topic));
            unmarked += (now[i].row.flags & Flag::Replayed) == 0 ? 1 : 0;
            QCOMPARE(now[i].row.flags & Flag::Binary, was[i].row.flags & Flag::Binary);
            QCOMPARE(plainHeaders(now[i].headers), plainHeaders(was[i].headers));
            if (bus.hasFields) {
                const QJsonObject fields = QJsonDocument::fromJson(now[i].raw).object();
                const QJsonObject before = QJsonDocument::fromJson(was[i].raw).object();
                QVERIFY(!before.isEmpty());
                for (auto field = before.begin(); field != before.end(); ++field)
                    QCOMPARE(fields[field.key()], field.value());
            } else {
                QCOMPARE(withoutMarks(now[i].raw), was[i].raw);
            }
            if (i > 0)
                wrong.push_back(std::abs(apart(bus, now, i) - apart(bus, was, i)));
        }
        // There are no headers, and none fits into frames of bytes or messages of ROS.
        QCOMPARE(unmarked, bus.unmarked);
        std::ranges::sort(wrong);
        std::printf("%s: spacing error of %zu messages p50 %.3f ms, p99 %.3f ms, max %.3f ms\n",
                    QTest::currentDataTag(), now.size(), wrong[wrong.size() / 2],
                    wrong[wrong.size() * 99 / 100], wrong.back());
    }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliReplayBuses)
#include "tst_clireplaybuses.moc"
