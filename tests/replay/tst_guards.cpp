// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Each guard, and the ways past it that somebody would try.

#include "base/message.h"
#include "replay/guards.h"

#include <QHostAddress>
#include <QNetworkInterface>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

Profile profileOf(const char* url, Environment environment, bool neverWrite = false)
{
    Profile profile;
    profile.name = u"p"_s;
    profile.environment = environment;
    profile.connections = {QString::fromLatin1(url)};
    profile.neverWrite = neverWrite;
    return profile;
}

Guards guardsAt(const char* target, Environment environment = Environment::Production,
                std::vector<QUrl> sources = {})
{
    GuardWish wish;
    wish.target = QUrl(QString::fromLatin1(target));
    wish.environment = environment;
    wish.sources = std::move(sources);
    return Guards(wish);
}

Outgoing to(const char* topic)
{
    Outgoing candidate;
    candidate.topic = topic;
    return candidate;
}

QString refused(const Guards& guards, const Outgoing& candidate)
{
    const auto refusal = guards.judge(candidate);
    return refusal ? guardName(refusal->guard) : QString();
}

} // namespace

class TestGuards : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void nothingIsSentUntilArmed()
    {
        const Guards guards = guardsAt("nats://hq");
        Arming arming;
        const auto refusal = guards.mayStart(arming, 0s);
        QVERIFY(refusal);
        QCOMPARE(guardName(refusal->guard), u"not-armed"_s);
        QVERIFY2(refusal->sentence.contains(u"Arm it first"_s), qPrintable(refusal->sentence));
        QVERIFY(arming.arm(QUrl(u"nats://hq"_s), Environment::Production, 0s).ok());
        QVERIFY(!guards.mayStart(arming, 1s));
        arming.disarm();
        QVERIFY(guards.mayStart(arming, 1s));
    }

    void productionIsArmedByTypingItsHost()
    {
        const QUrl url(u"nats://hq:4222"_s);
        const auto error = [&url](Environment environment, const QString& typed) {
            const Status status = mayBeArmed(url, environment, typed);
            return status ? QString() : status.error().message;
        };
        for (const QString& wrong : {u""_s, u" "_s, u"h"_s, u"hq2"_s, u"*"_s, u"nats"_s, u"4222"_s})
            QVERIFY2(error(Environment::Production, wrong).contains(u"hq"_s), qPrintable(wrong));
        for (const QString& right : {u"hq"_s, u" HQ "_s, u"hq:4222"_s})
            QCOMPARE(error(Environment::Production, right), QString());
        // Elsewhere nothing is asked, but who names another host means another bus.
        for (const Environment other : {Environment::Dev, Environment::Staging}) {
            QCOMPARE(error(other, {}), QString());
            QVERIFY(!error(other, u"hq2"_s).isEmpty());
        }
    }

    void whatBecomesProductionIsArmedAnew()
    {
        Arming arming;
        QVERIFY(arming.arm(QUrl(u"nats://hq"_s), Environment::Staging, 0s).ok());
        QVERIFY(!guardsAt("nats://hq", Environment::Dev).mayStart(arming, 1s));
        QVERIFY(!guardsAt("nats://hq", Environment::Staging).mayStart(arming, 1s));
        const auto refusal = guardsAt("nats://hq", Environment::Production).mayStart(arming, 1s);
        QVERIFY(refusal);
        QCOMPARE(guardName(refusal->guard), u"not-armed"_s);
        QVERIFY2(refusal->sentence.contains(u"staging, and is production now"_s),
                 qPrintable(refusal->sentence));
    }

    void whatIsArmedIsOneBus()
    {
        Arming arming;
        QVERIFY(arming.arm(QUrl(u"nats://staging"_s), Environment::Staging, 0s).ok());
        QVERIFY(arming.mayPublish(QUrl(u"nats://staging:4222?subject=x"_s), 1s).ok());
        QVERIFY(!arming.mayPublish(QUrl(u"nats://live"_s), 1s).ok());
        QVERIFY(!arming.mayPublish(QUrl(u"nats://staging:4223"_s), 1s).ok());
        // Arming another disarms the first.
        QVERIFY(arming.arm(QUrl(u"nats://other"_s), Environment::Staging, 2s).ok());
        QVERIFY(!arming.mayPublish(QUrl(u"nats://staging"_s), 3s).ok());
    }

    void itDisarmsItself()
    {
        Arming arming;
        QVERIFY(arming.arm(QUrl(u"nats://hq"_s), Environment::Production, 100s).ok());
        QCOMPARE(arming.left(101s), nanoseconds(5min - 1s));
        QVERIFY(arming.mayPublish(QUrl(u"nats://hq"_s), 100s + 5min - 1ns).ok());
        const Status over = arming.mayPublish(QUrl(u"nats://hq"_s), 100s + 5min);
        QVERIFY(!over.ok());
        QVERIFY2(over.error().message.contains(u"disarmed itself"_s),
                 qPrintable(over.error().message));
        // On a machine of one's own it lasts while the window is open.
        QVERIFY(arming.arm(QUrl(u"nats://127.0.0.1"_s), Environment::Dev, 0s).ok());
        QVERIFY(arming.mayPublish(QUrl(u"nats://localhost"_s), 1000h).ok());
    }

    void whoLosesItsConnectionIsDisarmed()
    {
        Arming arming;
        QVERIFY(arming.arm(QUrl(u"nats://hq"_s), Environment::Staging, 0s).ok());
        arming.lost(QUrl(u"nats://elsewhere"_s));
        QVERIFY(arming.isArmed(1s));
        arming.lost(QUrl(u"nats://hq:4222?subject=a"_s));
        QVERIFY(!arming.isArmed(1s));
        QVERIFY(!arming.mayPublish(QUrl(u"nats://hq"_s), 1s).ok());
    }

    void aProfileThatNeverWritesIsNotArmed()
    {
        const std::vector<Profile> profiles{profileOf("nats://hq", Environment::Dev, true)};
        Arming arming;
        for (const char* url : {"nats://hq", "nats://HQ:4222?subject=x", "tls://hq:4222"})
            QVERIFY(
                !arming.arm(QUrl(QString::fromLatin1(url)), Environment::Dev, 0s, profiles).ok());
        QVERIFY(!arming.isArmed(0s));
        // And what was armed before does not stay armed.
        QVERIFY(arming.arm(QUrl(u"nats://free"_s), Environment::Dev, 0s, profiles).ok());
        QVERIFY(!arming.arm(QUrl(u"nats://hq"_s), Environment::Dev, 0s, profiles).ok());
        QVERIFY(!arming.isArmed(0s));
    }

    void neverWriteIsAskedAgainWhenArmed()
    {
        // The profile comes after it was armed.
        Arming arming;
        QVERIFY(arming.arm(QUrl(u"nats://late"_s), Environment::Dev, 0s).ok());
        const Guards guards = guardsAt("nats://late", Environment::Dev);
        QVERIFY(!guards.mayStart(arming, 0s));
        auto profiles = Profiles::load();
        QVERIFY(profiles.ok());
        QVERIFY(profiles.value().put(profileOf("nats://late", Environment::Dev, true)).ok());
        const auto refusal = guards.mayStart(arming, 0s);
        QVERIFY(refusal);
        QCOMPARE(guardName(refusal->guard), u"never-write"_s);
        QVERIFY(profiles.value().remove(u"p"_s).ok());
    }

    void environmentsAreWhatIsSaidOrWhereItIs_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<int>("environment");
        const auto row = [](const char* url, Environment environment) {
            QTest::newRow(url) << QString::fromLatin1(url) << int(environment);
        };
        row("nats://localhost", Environment::Dev);
        row("listen://127.0.0.1:7777", Environment::Dev);
        row("redis://[::1]", Environment::Dev);
        row("nats://127.0.0.1.example.org", Environment::Production);
        row("nats://localhost.example.org", Environment::Production);
        row("nats://10.0.0.7", Environment::Production);
        row("kafka://localhost?broker=far:9092", Environment::Production);
        row("tap://127.0.0.1:9000?upstream=wss://far/x", Environment::Production);
        row("nats://mine", Environment::Staging);
        row("nats://both", Environment::Production);
        row("nats://localhost:4333", Environment::Production); // a tunnel
        row("nats://unsaid", Environment::Production);
    }
    void environmentsAreWhatIsSaidOrWhereItIs()
    {
        QFETCH(QString, url);
        QFETCH(int, environment);
        const std::vector<Profile> profiles{
            profileOf("nats://mine", Environment::Staging),
            profileOf("nats://both", Environment::Production),
            profileOf("nats://both", Environment::Dev),
            profileOf("nats://127.0.0.1:4333", Environment::Production),
            profileOf("nats://unsaid", Environment::None),
        };
        QCOMPARE(int(environmentOf(QUrl(url), profiles)), environment);
    }

    void anotherAddressOfThisMachineIsNoWayAround()
    {
        // What a machine without any network has not, nobody can go around by.
        for (const QHostAddress& address : QNetworkInterface::allAddresses()) {
            if (address.isLoopback() || address.protocol() != QAbstractSocket::IPv4Protocol)
                continue;
            const QUrl there(u"nats://"_s + address.toString());
            const QUrl here(u"nats://localhost"_s);
            GuardWish wish;
            wish.environment = Environment::Dev;
            wish.heardTopics = {"task"};
            for (const auto& [target, source] : {std::pair{here, there}, std::pair{there, here}}) {
                wish.target = target;
                wish.sources = {source};
                QCOMPARE(refused(Guards(wish), to("task")), u"same-target"_s);
            }
            // A profile of one makes the other more careful, never less; nor is it armed by it.
            const QByteArray url = there.toString().toLatin1();
            QCOMPARE(environmentOf(here, {profileOf(url.constData(), Environment::Staging)}),
                     Environment::Staging);
            QCOMPARE(environmentOf(there, {profileOf("nats://localhost", Environment::Dev)}),
                     Environment::Production);
            Arming arming;
            QVERIFY(arming.arm(here, Environment::Dev, 0s).ok());
            QVERIFY(!arming.mayPublish(there, 1s).ok());
            arming.lost(there);
            QVERIFY(!arming.isArmed(1s));
        }
    }

    void theBusKeepsItsOwnTopics_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("topic");
        QTest::addColumn<bool>("isRefused");
        const auto row = [](const char* url, const char* topic, bool isRefused) {
            QTest::addRow("%s %s", url, topic)
                << QString::fromLatin1(url) << QByteArray(topic) << isRefused;
        };
        row("nats://h", "$SYS.REQ.SERVER.PING", true);
        row("tls://h", "$JS.API.STREAM.DELETE.x", true);
        row("NATS://h", "$JS.domain.API.STREAM.PURGE.x", true);
        row("nats://h", "$KV.bucket.key", true);
        row("nats://h", "_INBOX.abc.1", true);
        row("nats://h", "swarm.*", true);
        row("nats://h", "swarm..task", true);
        row("nats://h", "a b", true);
        row("nats://h", "a\r\nPUB b", true);
        row("nats://h", "replay.$SYS.x", false);
        row("nats://h", "swarm.task", false);
        row("mqtt://h", "$SYS/broker/x", true);
        row("mqtts://h", "$share/g/x", true);
        row("mqtt://h", "fleet/+/x", true);
        row("mqtt://h", "fleet/1", false);
        row("kafka://h", "__consumer_offsets", true);
        row("kafka://h", "__transaction_state", true);
        row("kafka://h", "_schemas", true);
        row("kafka://h", "orders", false);
        row("rediss://h", "__keyevent@0__:set", true);
        row("redis://h", "agents.1", false);
        row("rosbridge://h", "/rosout", true);
        row("rosbridge://h", "rosout", true);
        row("rosbridge://h", "clock", true);
        row("rosbridge://h", "/pose", false);
        row("listen://h", "", true);
        row("listen://h", "$SYS", false);
    }
    void theBusKeepsItsOwnTopics()
    {
        QFETCH(QString, url);
        QFETCH(QByteArray, topic);
        QFETCH(bool, isRefused);
        // Nothing that a candidate says of itself changes it.
        for (const auto environment : {Environment::Dev, Environment::Production}) {
            const Guards guards = guardsAt(url.toLatin1().constData(), environment);
            Outgoing candidate = to(topic.constData());
            candidate.isPicked = true;
            candidate.isEdited = true;
            QCOMPARE(refused(guards, candidate), isRefused ? u"system-topic"_s : QString());
        }
    }

    void onlyAnAnswerGoesToAnInbox()
    {
        const Guards guards = guardsAt("nats://h");
        Outgoing candidate = to("_INBOX.a.b");
        candidate.answersRequest = true;
        QCOMPARE(refused(guards, candidate), QString());
        candidate.topic = "_INBOX.>";
        QCOMPARE(refused(guards, candidate), u"system-topic"_s);
        candidate.topic = "$SYS.x";
        QCOMPARE(refused(guards, candidate), u"system-topic"_s);
    }

    void whatWeSentIsNotSentAgain()
    {
        const Guards guards = guardsAt("nats://h", Environment::Dev);
        Outgoing candidate = to("a");
        candidate.isPicked = true;
        candidate.flags = Replayed;
        QCOMPARE(refused(guards, candidate), u"marked"_s);
        candidate.flags = Injected;
        QCOMPARE(refused(guards, candidate), u"marked"_s);
        // Forgotten flags (imported, another program's recording) do not help: the mark is in it.
        candidate.flags = 0;
        const QByteArray payload = R"({"a":1,"x-murmurscope-replay":"j"})";
        candidate.raw = payload;
        QCOMPARE(refused(guards, candidate), u"marked"_s);
        candidate.raw = {};
        const std::string headers = headersToBytes({{"X-MURMURSCOPE-INJECT", "i"}});
        candidate.headers = QByteArrayView(headers.data(), qsizetype(headers.size()));
        candidate.isEdited = true;
        QCOMPARE(refused(guards, candidate), u"marked"_s);
        candidate.headers = {};
        QCOMPARE(refused(guards, candidate), QString());
    }

    void whatIsNotWholeIsNotSent()
    {
        const Guards guards = guardsAt("nats://h");
        for (const Flag flag : {Redacted, Withheld, Truncated}) {
            Outgoing candidate = to("a");
            candidate.flags = flag;
            candidate.isPicked = true;
            QCOMPARE(refused(guards, candidate), u"incomplete"_s);
            candidate.isEdited = true;
            QCOMPARE(refused(guards, candidate), QString());
        }
    }

    void effectsDoNotHappenTwiceUnlessPicked()
    {
        GuardWish wish;
        wish.target = QUrl(u"nats://h"_s);
        wish.toxic = {u"*payment*"_s, u"robot.move"_s};
        const Guards guards{wish};
        Outgoing candidate = to("replay.a");
        candidate.type = "Order.PAYMENT.captured";
        QCOMPARE(refused(guards, candidate), u"toxic"_s);
        candidate.isPicked = true;
        QCOMPARE(refused(guards, candidate), QString());
        // Mapped to another topic it is the same thing.
        candidate = to("replay.a");
        candidate.recordedTopic = "robot.move";
        QCOMPARE(refused(guards, candidate), u"toxic"_s);
        candidate.recordedTopic = "robot.moved";
        QCOMPARE(refused(guards, candidate), QString());
    }

    void theSourceIsNotTheTarget_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QByteArray>("topic");
        QTest::addColumn<bool>("isRefused");
        QTest::newRow("itself") << u"nats://hq?subject=>"_s << QByteArray("task") << true;
        QTest::newRow("another port written out")
            << u"nats://hq:4222"_s << QByteArray("task") << true;
        QTest::newRow("with the dot of the root") << u"nats://hq."_s << QByteArray("task") << true;
        QTest::newRow("in capital letters") << u"NATS://HQ"_s << QByteArray("task") << true;
        QTest::newRow("encrypted") << u"tls://hq:4222"_s << QByteArray("task") << true;
        QTest::newRow("another user") << u"nats://me@hq"_s << QByteArray("task") << true;
        QTest::newRow("mapped onto another that is heard")
            << u"nats://hq"_s << QByteArray("other") << true;
        QTest::newRow("another topic") << u"nats://hq"_s << QByteArray("replay.task") << false;
        QTest::newRow("another bus") << u"nats://elsewhere"_s << QByteArray("task") << false;
    }
    void theSourceIsNotTheTarget()
    {
        QFETCH(QString, source);
        QFETCH(QByteArray, topic);
        QFETCH(bool, isRefused);
        GuardWish wish;
        wish.target = QUrl(u"nats://hq"_s);
        wish.sources = {QUrl(source)};
        wish.heardTopics = isRefused ? QSet<QByteArray>{"task", "other"} : QSet<QByteArray>{};
        Outgoing candidate = to(topic.constData());
        candidate.recordedTopic = "task";
        QCOMPARE(refused(Guards(wish), candidate), isRefused ? u"same-target"_s : QString());
        // Picking is no confirmation but on a machine of one's own, and of one message, once.
        candidate.isPicked = true;
        candidate.isAlone = true;
        candidate.isEdited = true;
        QCOMPARE(refused(Guards(wish), candidate), isRefused ? u"same-target"_s : QString());
        wish.environment = Environment::Dev;
        QCOMPARE(refused(Guards(wish), candidate), QString());
        candidate.isAlone = false;
        QCOMPARE(refused(Guards(wish), candidate), isRefused ? u"same-target"_s : QString());
        candidate.isPicked = false;
        QCOMPARE(refused(Guards(wish), candidate), isRefused ? u"same-target"_s : QString());
        wish.environment = Environment::Production;
        for (const QString& typed : {u""_s, u" "_s, u"yes"_s, u"h"_s, u"hq.example"_s, u"*"_s}) {
            wish.typedHost = typed;
            QCOMPARE(refused(Guards(wish), candidate), isRefused ? u"same-target"_s : QString());
        }
        for (const QString& typed : {u"hq"_s, u" HQ"_s, u"hq:4222"_s}) {
            wish.typedHost = typed;
            QCOMPARE(refused(Guards(wish), candidate), QString());
        }
    }

    void oneStreamOfFramesIsAlwaysTheSame()
    {
        GuardWish wish;
        wish.target = QUrl(u"ws://hq/feed"_s);
        wish.sources = {QUrl(u"tap://127.0.0.1:9000?upstream=ws://hq/feed"_s)};
        wish.hasTopics = false;
        QCOMPARE(refused(Guards(wish), to("replay.x")), u"same-target"_s);
        // Topics that subscribers of the hub cannot tell apart.
        wish.target = QUrl(u"listen://10.0.0.7:7777"_s);
        wish.sources = {QUrl(u"listen://10.0.0.7"_s)};
        wish.hasTopics = true;
        Outgoing candidate = to("/swarm/task");
        candidate.recordedTopic = "swarm.task";
        QCOMPARE(refused(Guards(wish), candidate), u"same-target"_s);
    }

    void noSecondHasMoreThanTheCap()
    {
        SendCaps caps(Caps{50, 1'000'000});
        std::vector<nanoseconds> times;
        nanoseconds now = 1h;
        while (times.size() < 500) {
            // Bursts as they come: it asks again and again.
            if (caps.wait(now) == 0ns) {
                caps.count(now);
                times.push_back(now);
            } else {
                now += std::min<nanoseconds>(caps.wait(now), 7ms);
            }
        }
        for (std::size_t i = 50; i < times.size(); ++i)
            QVERIFY(times[i] - times[i - 50] >= 1s);
        SendCaps slow(Caps{0.5, 10});
        slow.count(0s);
        QCOMPARE(slow.wait(0s), nanoseconds(2s));
    }

    void theTotalIsTheEnd()
    {
        SendCaps caps(Caps::of(Environment::Staging, 0, 3));
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!caps.refusal());
            caps.count(seconds(i));
        }
        QVERIFY(caps.refusal());
        QCOMPARE(guardName(caps.refusal()->guard), u"total-cap"_s);
    }

    void nothingRaisesTheCapsOfProduction()
    {
        const Caps usual = Caps::of(Environment::Production);
        for (const auto environment : {Environment::Production, Environment::None}) {
            const Caps wished = Caps::of(environment, 1e9, std::int64_t(1) << 60);
            QCOMPARE(wished.perSecond, usual.perSecond);
            QCOMPARE(wished.total, usual.total);
        }
        QCOMPARE(Caps::of(Environment::Production, 2, 5).perSecond, 2.0);
        QCOMPARE(Caps::of(Environment::Production, 2, 5).total, std::int64_t(5));
        QCOMPARE(Caps::of(Environment::Staging, 5'000, 0).perSecond, 5'000.0);
    }

private:
    static nanoseconds seconds(int count) { return std::chrono::seconds(count); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestGuards)
#include "tst_guards.moc"
