// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is done to one message before it is sent again: topic, fields, ids, times, traps, moment.

#include "replay/jsonedit.h"
#include "replay/remap.h"
#include "replay/renewal.h"
#include "replay/replayclock.h"
#include "replay/traps.h"

#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// No raw text: moc cannot read a quote behind a backslash in one.
constexpr const char* kEnvelope =
    "{ \"from\":\"a\\\"b\", \"task\" : {\"id\":8812,\"tags\":[\"x\", {\"y\":1.50}]},\"empty\":{}, "
    "\"t\":\"\\u00e4\" }";
constexpr const char* kUuid = "19b9168e-4bb7-428d-a3a0-6eb5b2fe4cb8";
constexpr std::int64_t kSent = 1'779'358'620'123'000'000; // 2026-05-21T10:17:00.123Z

QByteArray set(const QString& path, const QString& value)
{
    const auto edited = withJsonValue(kEnvelope, *jsonWayFromText(path), jsonValueFromText(value));
    return edited ? *edited : QByteArray("refused");
}

QByteArray with(const char* old, const char* fresh)
{
    return QByteArray(kEnvelope).replace(old, fresh);
}

Remap remapOf(const QStringList& rules, const QString& prefix = {})
{
    return *Remap::fromTexts(rules, prefix);
}

MessageDetail detailWith(HeaderList headers, const QByteArray& raw = "{}")
{
    MessageDetail message;
    message.headers = std::move(headers);
    message.raw = raw;
    return message;
}

struct Taken
{
    OutgoingMessage out;
    StrippedTally stripped;
    QString why;
};

Taken taken(const QString& target, const MessageDetail& message, const TrapChoices& choices = {},
            bool isInboxAnswer = false)
{
    Taken taken;
    taken.why =
        Traps(QUrl(target), choices).apply(message, isInboxAnswer, taken.out, taken.stripped);
    return taken;
}

QStringList namesOf(const HeaderList& headers)
{
    QStringList names;
    for (const auto& header : headers)
        names << QString::fromStdString(header.first);
    return names;
}

} // namespace

class TestReplayParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void topicsFollowTheFirstRuleThatFits()
    {
        const Remap remap =
            remapOf({u"a.*.c=x.$1"_s, u"a.*=y.$1"_s, u"b=z"_s, u"~^c(\\d+)=d$1-"_s});
        QCOMPARE(remap.target("a.b.c"), "x.b");
        QCOMPARE(remap.target("a.b.d"), "y.b.d");
        QCOMPARE(remap.target("b"), "z");
        QCOMPARE(remap.target("bb"), "bb");
        QCOMPARE(remap.target("c42.x"), "d42-.x");
        QCOMPARE(remapOf({u"a=first"_s, u"a*=second"_s}).target("a"), "first");
        QCOMPARE(remapOf({u"a*=first"_s, u"a=second"_s}).target("a"), "first");
        QCOMPARE(remapOf({u"a.*=p$$$1"_s}).target("a.b"), "p$b");
        QCOMPARE(remapOf({u"b=z"_s}, u"replay."_s).target("b"), "replay.z");
        QCOMPARE(remapOf({}, u"replay."_s).target("\xff"), "replay.\xff");
        QVERIFY(remapOf({}).isIdentity());
    }
    void aTableOfTopicsIsAFileOfRules()
    {
        const QTemporaryDir dir;
        QFile file(dir.filePath(u"map"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("# old new\na = b\n\nc.*=d.$1\n");
        file.close();
        const Remap remap = remapOf({u'@' + file.fileName()});
        QCOMPARE(remap.target("a"), "b");
        QCOMPARE(remap.target("c.e"), "d.e");
        QCOMPARE(Remap::fromTexts({u"@/nowhere/map"_s}).error().code, ErrorCode::Unreadable);
    }
    void aRuleThatCannotWorkIsNamed()
    {
        for (const QString& rule : {u"a"_s, u"=b"_s, u"a="_s, u"a.*=b.$2"_s, u"~(=b"_s}) {
            const auto remap = Remap::fromTexts({rule});
            QVERIFY2(!remap, qPrintable(rule));
            QVERIFY(remap.error().message.contains(rule));
        }
    }

    void aFieldIsSetAndEveryOtherByteStays()
    {
        QCOMPARE(set(u"task.id"_s, u"7"_s), with("8812", "7"));
        QCOMPARE(set(u"task.id"_s, u"seven"_s), with("8812", "\"seven\""));
        QCOMPARE(set(u"task.tags[1].y"_s, u"null"_s), with("1.50", "null"));
        QCOMPARE(set(u"task.tags"_s, u"[1]"_s), with("[\"x\", {\"y\":1.50}]", "[1]"));
        QCOMPARE(set(u"[\"empty\"].a.b"_s, u"1"_s),
                 with("\"empty\":{}", "\"empty\":{\"a\":{\"b\":1}}"));
        QCOMPARE(set(u"new"_s, u"true"_s), with("00e4\" }", "00e4\" ,\"new\":true}"));
        QCOMPARE(set(u"task.tags[2]"_s, u"1"_s), "refused");
        QCOMPARE(set(u"from.x"_s, u"1"_s), "refused");
        QCOMPARE(set(u"task[0]"_s, u"1"_s), "refused");
        for (const QString& way : {u""_s, u"."_s, u"a..b"_s, u"a."_s, u"a["_s, u"a[]"_s, u"a[x]"_s})
            QVERIFY2(!jsonWayFromText(way), qPrintable(way));
        QVERIFY(!withJsonValue("no json", *jsonWayFromText(u"a"_s), "1"));
        QVERIFY(!withJsonValue("{\"a\":", *jsonWayFromText(u"a"_s), "1"));
        QVERIFY(!visitJson(QByteArray(1000, '[').toStdString(), {}));
    }

    void anIdBecomesTheSameOtherOneEverywhere()
    {
        const IdRenewal renewal("job");
        const std::string fresh = renewal.fresh(kUuid);
        QCOMPARE(fresh.size(), 36u);
        QVERIFY(fresh != kUuid);
        QCOMPARE(fresh[14], kUuid[14]); // still of its version
        QCOMPARE(renewal.fresh(kUuid), fresh);
        QVERIFY(IdRenewal("other").fresh(kUuid) != fresh);
        QCOMPARE(renewal.fresh("0123456789abcdef").size(), 16u);
        QCOMPARE(renewal.fresh("00000000000000000000000000000000"),
                 "00000000000000000000000000000000");
        QVERIFY(renewal.fresh("task-8812").starts_with("task-8812.r"));

        const std::string trace = "0af7651916cd43dd8448eb211c80319c";
        OutgoingMessage message;
        message.raw = QByteArray("{\"id\": \"") + kUuid + "\",\"n\":[\"" + kUuid + "\"],\"x\":\"" +
                      kUuid + "0\"}";
        message.headers = {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}, {"i", kUuid}};
        message.key = kUuid;
        const std::vector<QByteArray> ids{kUuid, QByteArray::fromStdString(trace)};
        QVERIFY(renewal.apply(message, ids));
        const QByteArray id = QByteArray::fromStdString(fresh);
        QCOMPARE(message.raw,
                 "{\"id\": \"" + id + "\",\"n\":[\"" + id + "\"],\"x\":\"" + kUuid + "0\"}");
        QCOMPARE(message.headers[0].second, "00-" + renewal.fresh(trace) + "-b7ad6b7169203331-01");
        QCOMPARE(message.headers[1].second, fresh);
        QCOMPARE(message.key, id);
        message.raw = "\x82\x01";
        QVERIFY(!renewal.apply(message, ids));
        QCOMPARE(message.raw, "\x82\x01");
    }

    void theTimeOfSendingIsSaidInTheFormThatItHad()
    {
        OutgoingMessage message;
        message.raw =
            "{\"ts\":\"2026-05-21T10:17:00.123Z\",\"ms\":1779358620123,\"s\":1779358620.123,"
            "\"other\":1779358620124,\"day\":\"2026-05-21\"}";
        message.headers = {{"sent", "1779358620123"}, {"x", "1"}};
        applyTimes(message, findTimes(message, kSent), kSent + 61'500'000'000);
        QCOMPARE(message.raw,
                 "{\"ts\":\"2026-05-21T10:18:01.623Z\",\"ms\":1779358681623,\"s\":1779358681.623,"
                 "\"other\":1779358620124,\"day\":\"2026-05-21\"}");
        QCOMPARE(message.headers[0].second, "1779358681623");
        QVERIFY(findTimes(message, kNoTime).empty());
    }

    void natsHeadersAreCommandsAndStayBehind()
    {
        const MessageDetail message = detailWith({{"Nats-Msg-Id", "1"},
                                                  {"Nats-Rollup", "all"},
                                                  {"nats-expected-last-sequence", "7"},
                                                  {"kept", "x"},
                                                  {"murmur-id", "EVENTS:1"},
                                                  {"murmur-reply-to", "_INBOX.a.b"}});
        const Taken nats = taken(u"nats://h"_s, message);
        QCOMPARE(namesOf(nats.out.headers), QStringList{u"kept"_s});
        QVERIFY(nats.out.wantsReply); // with an inbox of its own
        QCOMPARE(nats.stripped.at(u"Nats-Rollup"_s), 1);
        QCOMPARE(nats.stripped.at(u"reply address"_s), 1);
        QVERIFY(!taken(u"nats://h"_s, message, {.asksAgain = false}).out.wantsReply);
        QCOMPARE(taken(u"nats://h"_s, message, {.busHeaders = true}).out.headers.size(), 4u);
        // No other bus knows what they mean.
        for (const QString& url : {u"kafka://h"_s, u"mqtt://h"_s}) {
            const Taken other = taken(url, message, {.busHeaders = true});
            QCOMPARE(namesOf(other.out.headers), QStringList{u"kept"_s});
            QCOMPARE(other.stripped.at(u"Nats-Msg-Id"_s), 1);
        }
        QVERIFY(!taken(u"nats://h"_s, message, {}, true).why.isEmpty());
    }
    void whatWasRetainedIsNotRetainedAgain()
    {
        MessageDetail message = detailWith({{"murmur-qos", "1"},
                                            {"murmur-expires", "60"},
                                            {"murmur-reply-to", "r"},
                                            {"murmur-correlation", "c"},
                                            {"u", "v"}});
        message.row.flags = Flag::Retained;
        const Taken plain = taken(u"mqtt://h"_s, message);
        QVERIFY(!plain.out.retain);
        QCOMPARE(plain.out.correlation, "c");
        QCOMPARE(namesOf(plain.out.headers), QStringList{u"u"_s});
        QCOMPARE(plain.stripped.at(u"retain flag"_s), 1);
        QCOMPARE(plain.stripped.at(u"message expiry"_s), 1);
        QVERIFY(taken(u"mqtt://h"_s, message, {.retains = true}).out.retain);
        message.row.flags = 0;
        message.headers = {{"murmur-retain", "1"}};
        QVERIFY(!taken(u"mqtt://h"_s, message).out.retain);
        QVERIFY(taken(u"mqtt://h"_s, message, {.retains = true}).out.retain);
        QVERIFY(!taken(u"kafka://h"_s, message, {.retains = true}).out.retain);
        // Empty it deletes what is there.
        message.raw.clear();
        QVERIFY(!taken(u"mqtt://h"_s, message, {.retains = true}).why.isEmpty());
        QVERIFY(taken(u"mqtt://h"_s, message).why.isEmpty());
        QVERIFY(taken(u"mqtt://h"_s, message, {.retains = true, .tombstones = true}).out.retain);
    }
    void aTombstoneIsSentWhenAskedForOnly()
    {
        const MessageDetail message = detailWith({{"murmur-key", "k"},
                                                  {"murmur-partition", "3"},
                                                  {"murmur-sent", "42"},
                                                  {"murmur-tombstone", "1"}},
                                                 {});
        QVERIFY(taken(u"kafka://h"_s, message).why.contains(u"tombstone"_s));
        const Taken asked = taken(u"kafka://h"_s, message, {.tombstones = true});
        QVERIFY(asked.why.isEmpty());
        QVERIFY(asked.out.isTombstone);
        QCOMPARE(asked.out.key, "k");
        QCOMPARE(asked.out.stated, kNoTime); // now
        QCOMPARE(namesOf(asked.out.headers), QStringList{u"murmur-partition"_s});
        QCOMPARE(
            taken(u"kafka://h"_s, message, {.tombstones = true, .originalStamps = true}).out.stated,
            42);
        QVERIFY(!taken(u"nats://h"_s, message, {.tombstones = true}).why.isEmpty());
        const MessageDetail emptyKey = detailWith({{"murmur-key", ""}});
        QVERIFY(!taken(u"kafka://h"_s, emptyKey).out.key.isNull());
        QVERIFY(taken(u"kafka://h"_s, detailWith({})).out.key.isNull());
    }
    void anEntryOfAStreamGetsANewId()
    {
        const MessageDetail message =
            detailWith({{"murmur-id", "1-1"}, {"redis-entry-time", "t"}, {"redis-fields", "json"}});
        QCOMPARE(namesOf(taken(u"redis://h"_s, message).out.headers),
                 (QStringList{u"murmur-id"_s, u"redis-fields"_s}));
        QCOMPARE(taken(u"nats://h"_s, message).out.headers.size(), 0u);
    }
    void aTopicOfARobotKeepsItsType()
    {
        const MessageDetail message = detailWith({{"murmur-type", "std_msgs/msg/String"}});
        QCOMPARE(taken(u"rosbridge://h"_s, message).out.headers.size(), 1u);
        QCOMPARE(taken(u"redis://h"_s, message).out.headers.size(), 0u);
    }
    void aServersFramesAreNotSentToAServer()
    {
        const MessageDetail down = detailWith({{"murmur-direction", "to-client"}});
        QVERIFY(!taken(u"ws://h"_s, down).why.isEmpty());
        QVERIFY(taken(u"nats://h"_s, down).why.isEmpty());
        QVERIFY(!taken(u"ws://h?murmur.hub=1"_s, down).why.isEmpty());
        QVERIFY(taken(u"wss://h"_s, detailWith({{"murmur-direction", "to-server"}})).why.isEmpty());
    }
    void aHubOfAnotherProgramIsAHub()
    {
        QVERIFY(isHubTarget(QUrl(u"listen://127.0.0.1:7777"_s)));
        QVERIFY(isHubTarget(QUrl(u"wss://h/feed?murmur.hub=1"_s)));
        QVERIFY(!isHubTarget(QUrl(u"ws://h?murmur.hub=0"_s)));
        QVERIFY(!isHubTarget(QUrl(u"nats://h?murmur.hub=1"_s)));
        // Requests are asked again there, with a reply address of their own.
        MessageDetail message = detailWith({});
        message.ids[static_cast<std::size_t>(IdField::ReplyTo)] = "inbox";
        QVERIFY(!taken(u"ws://h"_s, message).out.wantsReply);
        QVERIFY(taken(u"ws://h?murmur.hub=1"_s, message).out.wantsReply);
    }
    void headersAreStrippedAndAddedAsWished()
    {
        const MessageDetail message =
            detailWith({{"Authorization", "secret"}, {"X-A", "old"}, {"b", "1"}});
        const Taken one =
            taken(u"nats://h"_s, message, {.strip = {u"auth*"_s}, .add = {{"x-a", "new"}}});
        QCOMPARE(one.out.headers, (HeaderList{{"b", "1"}, {"x-a", "new"}}));
        QCOMPARE(one.stripped.at(u"authorization"_s), 1);
    }

    void momentsAreAbsoluteAtAnySpeed()
    {
        ReplayClock clock({.speed = 2, .delay = 5ns});
        clock.start(100ns);
        QCOMPARE(clock.due(1000), 105ns);
        clock.take(1000);
        QCOMPARE(clock.due(3000), 1105ns);
        clock.take(3000);
        QCOMPARE(clock.due(2000), 1105ns); // not before the one that went out
        clock.fellBehind(10ns);
        QCOMPARE(clock.due(5000), 2115ns);
        clock.setPace({.speed = 1}, 1115ns); // 3000 is being played
        QCOMPARE(clock.due(5000), 3115ns);
    }
    void anotherPaceHoldsFromNowOn()
    {
        const auto rate = [](double perSecond) {
            return ReplayPace{.mode = ReplayPace::Mode::Rate, .rate = perSecond};
        };
        ReplayClock clock(ReplayPace{});
        clock.start(0ns);
        clock.setPace({.speed = 4}, 7ns); // nothing is being played yet
        QCOMPARE(clock.due(1000), 0ns);
        clock.take(1000);
        QCOMPARE(clock.due(1400), 100ns);
        clock.setPace({.speed = 1}, 50ns); // at 1200
        QCOMPARE(clock.due(1400), 250ns);
        clock.setPace({.speed = 1, .longestIdle = 10ns}, 150ns); // so long it was silent already
        QCOMPARE(clock.due(1400), 150ns);
        clock.take(1400);
        // Of the wait for the next one a half has passed, however often somebody turns at it.
        clock.setPace(rate(1e6), 650ns);
        QCOMPARE(clock.due(9999), 1150ns);
        clock.setPace(rate(5e5), 650ns);
        clock.setPace(rate(1e6), 650ns);
        QCOMPARE(clock.due(9999), 1150ns);
        clock.take(9999);
        clock.pause(1200ns);
        clock.setPace(rate(1e3), 5000ns); // while paused nothing passes
        clock.resume(10'000ns);
        QCOMPARE(clock.due(10'500), 10'000ns + 950us);
        clock.setPace({.speed = 1}, 20'000ns);
        QCOMPARE(clock.due(10'500), 20'501ns);
    }
    void aPauseMovesAllThatFollows()
    {
        ReplayClock clock(ReplayPace{});
        clock.start(0ns);
        clock.take(0);
        clock.pause(50ns);
        clock.pause(60ns);
        clock.resume(150ns);
        QCOMPARE(clock.due(100), 200ns);
        clock.pause(160ns);
        clock.take(100); // a step
        clock.resume(1000ns);
        QCOMPARE(clock.due(130), 1030ns);
    }
    void aLongSilenceIsCutShort()
    {
        ReplayClock clock({.speed = 10, .longestIdle = 100ns});
        clock.start(0ns);
        clock.take(0);
        QCOMPARE(clock.due(50), 5ns);
        clock.take(50);
        QCOMPARE(clock.due(1'000'050), 15ns);
        clock.take(1'000'050);
        QCOMPARE(clock.due(1'000'060), 16ns);
    }
    void aRateIsKeptWhateverTheRecordingSays()
    {
        ReplayClock clock({.mode = ReplayPace::Mode::Rate, .rate = 1000});
        clock.start(0ns);
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(clock.due(i * 7), std::chrono::milliseconds(i));
            clock.take(i * 7);
        }
        QVERIFY(!ReplayPace{.speed = 0.001}.check());
        QVERIFY(!ReplayPace{.speed = 101}.check());
        QVERIFY((!ReplayPace{.mode = ReplayPace::Mode::Rate}.check()));
    }
};

QTEST_GUILESS_MAIN(TestReplayParts)
#include "tst_replayparts.moc"
