// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What was recorded at one real broker and is replayed onto another one arrives there equal: order,
// payload, headers, and spacing, whose error is printed.

#include "bus/publisher.h"
#include "replay/mark.h"
#include "replay/replayrun.h"
#include "session/recorder.h"
#include "support/brokers.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
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

struct Row
{
    QString program;
    QStringList arguments;
    QString listen; ///< URL, "%1" is the port
    QString send;
    bool hasHeaders = false;
    bool hasFields = false; ///< messages are fields, to which the mark is added
};

Row rowNamed(const QString& name)
{
    const QStringList redis{u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                            u"--dir"_s,  u"%2"_s, u"--save"_s, u""_s};
    if (name == u"nats"_s)
        return {u"nats-server"_s,
                {u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s},
                u"nats://127.0.0.1:%1?subject=swarm.>"_s,
                u"nats://127.0.0.1:%1"_s,
                true};
    if (name == u"mqtt"_s)
        return {u"mosquitto"_s,
                {u"-p"_s, u"%1"_s},
                u"mqtt://127.0.0.1:%1?topic=%23&sys=0"_s,
                u"mqtt://127.0.0.1:%1"_s,
                true};
    if (name == u"redis stream"_s)
        return {u"redis-server"_s,
                redis,
                u"redis://127.0.0.1:%1?stream=swarm.a,swarm.b&lag=off"_s,
                u"redis://127.0.0.1:%1?stream=swarm.a,swarm.b"_s,
                false,
                true};
    return {u"redis-server"_s, redis, u"redis://127.0.0.1:%1?pattern=swarm.*"_s,
            u"redis://127.0.0.1:%1"_s};
}

OutgoingMessage messageOf(int number, bool hasHeaders)
{
    OutgoingMessage message;
    message.number = static_cast<std::uint64_t>(number) + 1;
    message.topic = number % 2 == 0 ? "swarm.a" : "swarm.b";
    message.raw = "{\"n\":\"" + QByteArray::number(number) + "\",\"text\":\"\xc3\xa4\"}";
    if (hasHeaders)
        message.headers = {{"kind", "event"}, {"Nats-Msg-Id", std::to_string(number)}};
    return message;
}

QByteArray plainHeaders(const HeaderList& headers)
{
    QByteArray text;
    for (const auto& [name, value] : headers) {
        if (!name.starts_with("murmur-") && !name.starts_with("Nats-") &&
            !name.starts_with("redis-") && !sentmark::isMarkName(name))
            text += QByteArray::fromStdString(name + '=' + value + '\n');
    }
    return text;
}

/// A broker and who records at it.
struct Place
{
    explicit Place(const Row& what)
        : row(what)
        , broker(what.program, what.arguments)
    {
    }
    bool open()
    {
        const QByteArray problem = broker.start();
        if (!problem.isEmpty()) {
            qCritical("%s", problem.constData());
            return false;
        }
        RecorderOptions options;
        options.path = dir.filePath(u"place.murmur"_s);
        options.urls = {QUrl(row.listen.arg(broker.port))};
        recorder = std::make_unique<Recorder>(options);
        return recorder->start() && QTest::qWaitFor(
                                        [this] {
                                            const auto all = recorder->status().connections;
                                            return !all.empty() &&
                                                   all.front().state == ConnectionStatus::State::Up;
                                        },
                                        10'000);
    }
    std::unique_ptr<Session> close(std::int64_t messages)
    {
        (void)QTest::qWaitFor([&] { return recorder->status().received >= messages; }, 10'000);
        (void)recorder->stop();
        auto session = Session::open(recorder->path());
        return session ? std::move(*session) : nullptr;
    }
    [[nodiscard]] QUrl sendTo() const { return QUrl(row.send.arg(broker.port)); }

    Row row;
    Broker broker;
    QTemporaryDir dir;
    std::unique_ptr<Recorder> recorder;
};

std::vector<MessageDetail> allOf(Session& session)
{
    RowRequest request;
    request.first = 1;
    request.count = 1000;
    auto future = session.messages(request);
    (void)QTest::qWaitFor([&] { return future.isFinished(); }, 10'000);
    auto list = future.takeResult();
    return list ? std::move(*list) : std::vector<MessageDetail>();
}

} // namespace

class TestReplayBrokers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsReplayedArrivesEqual_data()
    {
        QTest::addColumn<QString>("bus");
        for (const char* bus : {"nats", "redis channel", "redis stream", "mqtt"})
            QTest::newRow(bus) << QString::fromLatin1(bus);
    }
    void whatIsReplayedArrivesEqual()
    {
        QFETCH(const QString, bus);
        const Row row = rowNamed(bus);
        Place from(row);
        Place to(row);
        QVERIFY(from.open());
        QVERIFY(to.open());

        auto publisher = createPublisher(from.sendTo(), {});
        QVERIFY2(publisher, publisher ? "" : qPrintable(publisher.error().message));
        QVERIFY((*publisher)->start());
        QTRY_COMPARE((*publisher)->status().state, PublisherStatus::State::Up);
        for (int i = 0; i < kMessages; ++i) {
            QVERIFY((*publisher)->publish(messageOf(i, row.hasHeaders)));
            QTest::qWait(static_cast<int>(kApart.count()));
        }
        (*publisher)->stop();
        const auto recorded = from.close(kMessages);
        QVERIFY(recorded);

        ReplayOptions options;
        options.job = "job-1";
        options.player.caps = Caps::of(Environment::Dev);
        GuardWish wish;
        wish.target = to.sendTo();
        wish.environment = Environment::Dev;
        ReplayRun run(recorded->source(), options, replayGuards(*recorded->source(), wish),
                      [url = to.sendTo()] { return createPublisher(url, {}); });
        QSignalSpy ended(&run, &ReplayRun::ended);
        QVERIFY(run.start());
        QVERIFY(ended.wait(20'000));
        const auto report = qvariant_cast<ReplayReport>(ended.front().front());
        QVERIFY2(report.state == ReplayReport::State::Finished, qPrintable(report.sentence));
        QCOMPARE(report.sent, kMessages);
        QCOMPARE(report.failed, 0);
        QCOMPARE(report.unheard, 0);

        const auto heard = to.close(kMessages);
        QVERIFY(heard);
        compare(row, *recorded, *heard);
        if (row.hasHeaders)
            QCOMPARE(run.tally().stripped.at(u"Nats-Msg-Id"_s), kMessages);
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
    static void compare(const Row& row, Session& recorded, Session& heard)
    {
        const auto was = allOf(recorded);
        const auto now = allOf(heard);
        QCOMPARE(was.size(), std::size_t(kMessages));
        QCOMPARE(now.size(), std::size_t(kMessages));
        std::vector<double> wrong; // ms
        for (std::size_t i = 0; i < now.size(); ++i) {
            QCOMPARE(heard.dictionaries()->topicName(now[i].row.topic),
                     recorded.dictionaries()->topicName(was[i].row.topic));
            QVERIFY((now[i].row.flags & Flag::Replayed) != 0);
            QCOMPARE(plainHeaders(now[i].headers), plainHeaders(was[i].headers));
            if (row.hasFields) {
                const QJsonObject fields = QJsonDocument::fromJson(now[i].raw).object();
                const QJsonObject before = QJsonDocument::fromJson(was[i].raw).object();
                for (auto field = before.begin(); field != before.end(); ++field)
                    QCOMPARE(fields[field.key()], field.value());
            } else {
                QCOMPARE(withoutMarks(now[i].raw), was[i].raw);
            }
            if (i > 0)
                wrong.push_back(std::abs(std::chrono::duration<double, std::milli>(
                                             (now[i].row.received - now[i - 1].row.received) -
                                             (was[i].row.received - was[i - 1].row.received))
                                             .count()));
        }
        std::ranges::sort(wrong);
        std::printf("%s: spacing error of %zu messages p50 %.3f ms, p99 %.3f ms, max %.3f ms\n",
                    QTest::currentDataTag(), now.size(), wrong[wrong.size() / 2],
                    wrong[wrong.size() * 99 / 100], wrong.back());
    }
};

QTEST_GUILESS_MAIN(TestReplayBrokers)
#include "tst_replaybrokers.moc"
