// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What was harmless when it was recorded and would act on a bus a second time: each case is
// recorded at a real broker by `murmur record` and sent by `murmur replay` onto another one, which
// has something to lose.

#include "replay/busplaces.h"

#include <algorithm>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

PlaceOptions natsPlace(const QByteArray& stream = {})
{
    PlaceOptions options;
    options.server = jetStreamServer();
    options.listen = u"nats://127.0.0.1:%1?subject=swarm.>&inbox=1"_s;
    options.send =
        stream.isEmpty() ? u"nats://127.0.0.1:%1"_s : u"nats://127.0.0.1:%1?stream=EVENTS"_s;
    options.stream = stream;
    return options;
}

PlaceOptions mqttPlace()
{
    PlaceOptions options;
    options.server = mqttServer();
    options.listen = u"mqtt://127.0.0.1:%1?topic=swarm/%23&sys=0"_s;
    options.send = u"mqtt://127.0.0.1:%1"_s;
    return options;
}

PlaceOptions kafkaPlace()
{
    PlaceOptions options;
    options.server = kafkaServer();
    options.listen = u"kafka://127.0.0.1:%1?topic=swarm.a,swarm.b&from=start"_s;
    options.send = u"kafka://127.0.0.1:%1"_s;
    return options;
}

PlaceOptions redisPlace(const QString& query)
{
    PlaceOptions options;
    options.server = redisServer();
    options.listen = u"redis://127.0.0.1:%1"_s + query;
    options.send = u"redis://127.0.0.1:%1"_s;
    return options;
}

OutgoingMessage one(const QByteArray& topic, const QByteArray& raw, const HeaderList& headers = {})
{
    OutgoingMessage message;
    message.topic = topic;
    message.raw = raw;
    message.headers = headers;
    return message;
}

/// Sends them in their order, as an agent would. What went wrong, or nothing.
QByteArray say(const QString& url, std::vector<OutgoingMessage> messages)
{
    auto publisher = createPublisher(QUrl(url), {});
    if (!publisher || !(*publisher)->start())
        return "no publisher";
    QByteArray wrong;
    QObject::connect(publisher->get(), &Publisher::failed,
                     [&wrong](quint64, const QString& why) { wrong += why.toUtf8() + '\n'; });
    (void)QTest::qWaitFor(
        [&] { return (*publisher)->status().state != PublisherStatus::State::Starting; }, 20'000);
    for (OutgoingMessage& message : messages) {
        if (!(*publisher)->publish(message))
            return "not published: " + (*publisher)->status().detail.toUtf8();
        // One after the other, so that they are told apart by their time, too.
        (void)QTest::qWaitFor([&] { return (*publisher)->pending() == 0; }, 20'000);
        QTest::qWait(5);
    }
    return wrong;
}

/// `murmur replay` from one place to another.
Outcome replayed(const Place& from, const Place& to, const QStringList& more = {})
{
    return murmur::murmur(QStringList{u"replay"_s, from.file(), u"--to"_s, to.sendTo(), u"--fast"_s,
                                      u"--arm"_s, u"--json"_s} +
                          more);
}

QJsonObject reportOf(const Outcome& outcome)
{
    const auto objects = outcome.objects();
    return objects.empty() ? QJsonObject() : objects.back();
}

/// "sent, failed, kept back by the traps".
QString endOf(const Outcome& outcome)
{
    const QJsonObject report = reportOf(outcome);
    int kept = 0;
    for (const QJsonValue& refused : report[u"refused"].toArray()) {
        if (refused[u"guard"].toString() == u"trap"_s)
            kept += refused[u"count"].toInt();
    }
    return u"%1, %2, %3"_s.arg(report[u"sent"].toInt()).arg(report[u"failed"].toInt()).arg(kept);
}

QByteArray outputOf(const QString& program, const QStringList& arguments)
{
    ChildProgram process;
    process.start(program, arguments);
    process.closeWriteChannel();
    process.waitForFinished(60'000);
    return process.readAll();
}

std::string headerIn(const MessageDetail& message, std::string_view name)
{
    for (const auto& [key, value] : message.headers) {
        if (key == name)
            return value;
    }
    return "-";
}

std::vector<MessageDetail> all(Session& session)
{
    RowRequest request;
    request.first = 1;
    request.count = 1000;
    auto future = session.messages(request);
    (void)QTest::qWaitFor([&] { return future.isFinished(); }, 20'000);
    auto list = future.takeResult();
    return list ? std::move(*list) : std::vector<MessageDetail>();
}

} // namespace

class TestCliReplayTraps : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void headersOfNatsPurgeNothing()
    {
        Place from(natsPlace());
        Place to(natsPlace(R"({"allow_rollup_hdrs":true})"));
        QCOMPARE(from.open(4), QByteArray());
        QCOMPARE(to.start(), QByteArray());
        const auto stored = [&to] {
            return QJsonDocument::fromJson(to.ask("$JS.API.STREAM.INFO.EVENTS", {}))
                .object()[u"state"][u"messages"]
                .toInt(-1);
        };
        QCOMPARE(say(to.sendTo(), {one("swarm.a", "1", {{"Nats-Msg-Id", "x"}}), one("swarm.a", "2"),
                                   one("swarm.a", "3")}),
                 QByteArray());
        // To who keeps nothing they mean nothing.
        QCOMPARE(say(from.sendTo(), {one("swarm.a", "4", {{"Nats-Msg-Id", "x"}}),
                                     one("swarm.a", "5", {{"Nats-Expected-Last-Sequence", "99"}}),
                                     one("swarm.a", "6", {{"Nats-TTL", "1s"}, {"kept", "yes"}}),
                                     one("swarm.a", "7", {{"Nats-Rollup", "all"}})}),
                 QByteArray());
        QVERIFY(from.close());

        const Outcome outcome = replayed(from, to);
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err + outcome.out.right(600)).constData());
        QCOMPARE(endOf(outcome), u"4, 0, 0"_s);
        QCOMPARE(stored(), 7);
        const QJsonObject stripped = reportOf(outcome)[u"stripped"].toObject();
        for (const QString& name :
             {u"Nats-Msg-Id"_s, u"Nats-Expected-Last-Sequence"_s, u"Nats-TTL"_s, u"Nats-Rollup"_s})
            QCOMPARE(stripped[name].toInt(), 1);
        // Who asks for it gets what they do: a duplicate, a refusal, and nothing left but the last.
        QCOMPARE(endOf(replayed(from, to, {u"--bus-headers"_s})), u"2, 2, 0"_s);
        QCOMPARE(stored(), 1);
    }

    void addressesOfNatsLeadToWhoIsThere()
    {
        Place from(natsPlace());
        Place to(natsPlace());
        QCOMPARE(from.open(2), QByteArray());
        QCOMPARE(to.open(2), QByteArray());
        OutgoingMessage request = one("swarm.a", "who");
        request.wantsReply = true;
        QCOMPARE(say(from.sendTo(), {request, one("_INBOX.gone.1", "me")}), QByteArray());
        const auto asked = from.close();
        QVERIFY(asked);
        const auto said = all(*asked);
        QCOMPARE(said.size(), std::size_t(2));
        const std::string old = headerIn(said[0], transport::kReplyTo);
        QVERIFY(old.starts_with("_INBOX."));

        QCOMPARE(endOf(replayed(from, to, {u"--answers-for"_s, u"0s"_s})), u"1, 0, 1"_s);
        QCOMPARE(endOf(replayed(from, to, {u"--no-replies"_s})), u"1, 0, 1"_s);
        const auto heard = to.close();
        QVERIFY(heard);
        const auto messages = all(*heard);
        QCOMPARE(messages.size(), std::size_t(2));
        const std::string fresh = headerIn(messages[0], transport::kReplyTo);
        QVERIFY2(fresh.starts_with("_INBOX.") && fresh != old, fresh.c_str());
        QCOMPARE(headerIn(messages[1], transport::kReplyTo), std::string("-"));
    }

    void whatMqttKeepsStaysWhatItWas()
    {
        // Only so a broker tells who wanted it to be kept.
        PlaceOptions knowing = mqttPlace();
        knowing.listen += u"&retained=never"_s;
        Place from(knowing);
        Place to(mqttPlace());
        QCOMPARE(from.open(3), QByteArray());
        QCOMPARE(to.start(), QByteArray());
        OutgoingMessage state = one("swarm/state", "before");
        state.retain = true;
        QCOMPARE(say(to.sendTo(), {state}), QByteArray());
        // Two clients that call different topics by one number; the second topic has a state too.
        NodeProgram client(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s, {u"serve"_s});
        const auto speak = [&](const QString& messages) {
            client.write(from.with(u"{\"url\":\"mqtt://127.0.0.1:%1\",\"messages\":%2}\n"_s)
                             .replace("%2"_L1, messages)
                             .toUtf8());
            (void)QTest::qWaitFor([&] { return client.canReadLine(); }, 30'000);
            return client.readLine().trimmed();
        };
        QCOMPARE(speak(uR"([{"topic":"swarm/expires","payload":"soon","properties":)"
                       uR"({"topicAlias":1,"messageExpiryInterval":60}}])"_s),
                 QByteArray("done"));
        QCOMPARE(
            speak(uR"([{"topic":"swarm/state","payload":"after","retain":true,"properties":)"
                  uR"({"topicAlias":1}},{"topic":"swarm/state","payload":"","retain":true}])"_s),
            QByteArray("done"));
        QVERIFY(from.close());

        // Plain: nothing is written and nothing deleted.
        QCOMPARE(endOf(replayed(from, to)), u"3, 0, 0"_s);
        QCOMPARE(keptAt(to), u"swarm/state=before"_s);
        // What would delete is another thing than what would write.
        QCOMPARE(endOf(replayed(from, to, {u"--retain"_s})), u"2, 0, 1"_s);
        QCOMPARE(keptAt(to), u"swarm/state=after"_s);
        QCOMPARE(endOf(replayed(from, to, {u"--retain"_s, u"--tombstones"_s})), u"3, 0, 0"_s);
        QCOMPARE(keptAt(to), QString());
    }

    void whatMqttNumbersAndEndsIsRebuilt()
    {
        Place from(mqttPlace());
        Place to(mqttPlace());
        QCOMPARE(from.open(2), QByteArray());
        QCOMPARE(to.open(2), QByteArray());
        NodeProgram client(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s, {u"serve"_s});
        for (const char* topic : {"swarm/a", "swarm/b"}) {
            client.write(from.with(u"{\"url\":\"mqtt://127.0.0.1:%1\",\"messages\":[{\"topic\":"
                                   "\"%2\",\"payload\":\"x\",\"properties\":{\"topicAlias\":1,"
                                   "\"messageExpiryInterval\":60}}]}\n"_s)
                             .replace("%2"_L1, QString::fromLatin1(topic))
                             .toUtf8());
            QTRY_VERIFY_WITH_TIMEOUT(client.canReadLine(), 30'000);
            QCOMPARE(client.readLine().trimmed(), QByteArray("done"));
        }
        const auto recorded = from.close();
        QVERIFY(recorded);
        const auto said = all(*recorded);
        QCOMPARE(said.size(), std::size_t(2));
        QVERIFY(headerIn(said[0], "murmur-expires") != "-");
        const Outcome outcome = replayed(from, to);
        QCOMPARE(endOf(outcome), u"2, 0, 0"_s);
        QCOMPARE(reportOf(outcome)[u"stripped"][u"message expiry"].toInt(), 2);
        const auto heard = to.close();
        QVERIFY(heard);
        const auto messages = all(*heard);
        QCOMPARE(messages.size(), std::size_t(2));
        QCOMPARE(heard->dictionaries()->topicName(messages[0].row.topic), "swarm/a");
        QCOMPARE(heard->dictionaries()->topicName(messages[1].row.topic), "swarm/b");
        for (const MessageDetail& message : messages)
            QCOMPARE(headerIn(message, "murmur-expires"), std::string("-"));
    }

    void keysOfKafkaAreNotDeletedAndNothingIsATransaction()
    {
        Place from(kafkaPlace());
        Place to(kafkaPlace());
        QCOMPARE(from.start(), QByteArray());
        QCOMPARE(to.start(), QByteArray());
        OutgoingMessage value = one("swarm.a", "value");
        value.key = "k";
        value.stated = 1'779'337'020'123'000'000;
        OutgoingMessage tombstone = one("swarm.a", {});
        tombstone.key = "k";
        tombstone.isTombstone = true;
        QCOMPARE(say(from.sendTo(), {value, tombstone}), QByteArray());
        QCOMPARE(from.record(2), QByteArray());
        QVERIFY(from.close());

        const QString server = u"127.0.0.1:%1"_s.arg(to.server->port());
        const auto stored = [&server] {
            return outputOf(u"kcat"_s,
                            {u"-C"_s, u"-q"_s, u"-e"_s, u"-b"_s, server, u"-t"_s, u"swarm.a"_s,
                             u"-o"_s, u"beginning"_s, u"-f"_s, u"%k %S %T\n"_s})
                .trimmed()
                .split('\n');
        };
        QCOMPARE(endOf(replayed(from, to)), u"1, 0, 1"_s);
        auto records = stored();
        QCOMPARE(records.size(), 1);
        QVERIFY2(records[0].startsWith("k 5 ") && !records[0].endsWith(" 1779337020123"),
                 records[0].constData());
        const QByteArray requests = static_cast<KafkaServer&>(*to.server).requests();
        QVERIFY2(requests.contains("Produce") && !requests.contains("Txn") &&
                     !requests.contains("InitProducerId"),
                 requests.constData());
        QCOMPARE(endOf(replayed(from, to, {u"--tombstones"_s, u"--original-stamps"_s})),
                 u"2, 0, 0"_s);
        records = stored();
        QCOMPARE(records.size(), 3);
        QCOMPARE(records[1], QByteArray("k 5 1779337020123"));
        QVERIFY2(records[2].startsWith("k -1 "), records[2].constData());
    }

    void streamsOfRedisGetNewIdsAndAreNotCut()
    {
        Place from(redisPlace(u"?stream=swarm.a&from=start&lag=off"_s));
        Place to(redisPlace({}));
        QCOMPARE(from.start(), QByteArray());
        QCOMPARE(to.start(), QByteArray());
        const auto redis = [](const Place& place, const QStringList& command) {
            return outputOf(u"redis-cli"_s,
                            QStringList{u"-p"_s, QString::number(place.server->port())} + command)
                .trimmed();
        };
        // Cut to two where it comes from; its ids are old ones where it goes to.
        for (const QString& id : {u"1-1"_s, u"2-1"_s, u"3-1"_s})
            redis(from, {u"XADD"_s, u"swarm.a"_s, u"MAXLEN"_s, u"2"_s, id, u"n"_s, id});
        for (int i = 0; i < 5; ++i)
            redis(to, {u"XADD"_s, u"swarm.a"_s, u"*"_s, u"n"_s, u"before"_s});
        QCOMPARE(from.record(2), QByteArray());
        QVERIFY(from.close());
        const QByteArray before =
            redis(to, {u"XREVRANGE"_s, u"swarm.a"_s, u"+"_s, u"-"_s, u"COUNT"_s, u"1"_s})
                .split('\n')
                .front();
        QCOMPARE(endOf(replayed(from, to)), u"2, 0, 0"_s);
        QCOMPARE(redis(to, {u"XLEN"_s, u"swarm.a"_s}), QByteArray("7"));
        const QByteArray added =
            redis(to, {u"XRANGE"_s, u"swarm.a"_s, u"("_s + QString::fromLatin1(before), u"+"_s});
        QVERIFY2(added.contains("redis-old-id\n2-1") && added.contains("redis-old-id\n3-1") &&
                     added.contains("n\n2-1"),
                 added.constData());
    }

    void thatNobodyGotItIsTold()
    {
        Place from(redisPlace(u"?pattern=swarm.*"_s));
        Place to(redisPlace({}));
        QCOMPARE(from.open(2), QByteArray());
        QCOMPARE(to.start(), QByteArray());
        QCOMPARE(say(from.sendTo(), {one("swarm.a", "1"), one("swarm.a", "2")}), QByteArray());
        QVERIFY(from.close());
        const Outcome outcome = replayed(from, to);
        QCOMPARE(endOf(outcome), u"2, 0, 0"_s);
        QCOMPARE(reportOf(outcome)[u"unheard"].toInt(), 2);
        QCOMPARE(outcome.objects().front()[u"receivers"].toInt(-1), 0);
    }

private:
    /// What somebody who comes later is told first: "topic=payload".
    static QString keptAt(const Place& place)
    {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"kept.murmur"_s);
        QProcess recorder;
        recorder.start(QStringLiteral(MURMUR_PROGRAM),
                       {u"record"_s, place.with(u"mqtt://127.0.0.1:%1?topic=swarm/%23&sys=0"_s),
                        u"-o"_s, file, u"--for"_s, u"1s"_s});
        if (!recorder.waitForFinished(30'000))
            return u"nothing was recorded"_s;
        auto session = Session::open(file);
        if (!session)
            return session.error().message;
        QStringList kept;
        for (const MessageDetail& message : all(**session))
            kept << QString::fromStdString(
                        (*session)->dictionaries()->topicName(message.row.topic)) +
                        u'=' + QString::fromUtf8(message.raw);
        return kept.join(u' ');
    }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliReplayTraps)
#include "tst_clireplaytraps.moc"
