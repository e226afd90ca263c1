// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Streams of a real Redis server, with a publisher that others wrote.

#include "base/message.h"
#include "bus/redis/redisconnection.h"
#include "redistestbed.h"

#include <QHash>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using State = ConnectionStatus::State;

QByteArray headerOf(const HeardMessage& message, std::string_view name)
{
    for (const auto& [key, value] : headersFromBytes(message.headers.toStdString())) {
        if (key == name)
            return QByteArray::fromStdString(value);
    }
    return {};
}

/// Numbers 0 … count - 1, each once, in order for each stream.
QByteArray faultsIn(const std::vector<HeardMessage>& messages, int count)
{
    std::vector<bool> seen(std::size_t(count), false);
    QHash<QByteArray, int> last;
    for (const HeardMessage& message : messages) {
        const int number = message.raw.toInt();
        if (number >= count || seen[std::size_t(number)])
            return "twice: " + message.raw;
        seen[std::size_t(number)] = true;
        if (last.contains(message.topic) && last[message.topic] >= number)
            return "order: " + message.raw;
        last[message.topic] = number;
    }
    if (messages.size() != seen.size())
        return QByteArray::number(qlonglong(messages.size())) + " messages";
    return {};
}

QByteArray textOf(const RespValue& value)
{
    if (!value.isArray())
        return value.type == RespValue::Type::Integer ? QByteArray::number(value.integer)
                                                      : value.text;
    QByteArrayList parts;
    for (const RespValue& element : value.elements)
        parts << textOf(element);
    return '[' + parts.join(' ') + ']';
}

} // namespace

class TestRedisStreams : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStreamThatIsNotThereIsSaid()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), QByteArray());
        Asker asker(broker.port);
        asker.ask({"XADD", "tasks", "*", "a", "1"});
        Attached window(&createRedisConnection, broker.url(u"?stream=nosuch&from=start&to=now"_s));
        QVERIFY(window.waitFor(State::Failed, kLong));
        const QString detail = window.status().detail;
        QVERIFY2(detail.contains(u"no stream “nosuch”") && detail.contains(u"There is: tasks"),
                 qPrintable(detail));
        Attached both(&createRedisConnection,
                      broker.url(u"?stream=nosuch,tasks&from=start&to=now"_s));
        QVERIFY(both.waitFor(State::Stopped, kLong));
        QVERIFY2(both.status().detail.contains(u"nosuch does not exist"),
                 qPrintable(both.status().detail));
        Attached live(&createRedisConnection, broker.url(u"?stream=nosuch"_s));
        QVERIFY(live.waitUp());
        QVERIFY2(live.status().detail.contains(u"nosuch does not exist yet and is waited for"),
                 qPrintable(live.status().detail));
        asker.ask({"XADD", "nosuch", "*", "a", "1"});
        QVERIFY(live.waitCount(1, kLong));
        QVERIFY(Attached::waitUntil([&] { return !live.status().detail.contains(u"waited for"); },
                                    kLong));
    }

    void aWindowThatEndsBeforeItBeginsIsRefused()
    {
        for (const QString& range : {u"&from=@20-1&to=@20-0"_s, u"&from=@21&to=@20"_s,
                                     u"&from=-1m&to=-2m"_s, u"&to=-2m"_s}) {
            const Attached refused(&createRedisConnection, u"redis://127.0.0.1?stream=a"_s + range);
            QVERIFY2(refused.error.contains(u"to is before from"), qPrintable(range));
        }
        const Attached fine(&createRedisConnection,
                            u"redis://127.0.0.1:1?stream=a&from=@20-1&to=@20"_s);
        QCOMPARE(fine.error, QString());
    }

    void initTestCase() { QCOMPARE(m_broker.start(), QByteArray()); }

    void everyEntryOnceAndNothingChanges()
    {
        Asker asker(m_broker.port);
        asker.ask({"XGROUP", "CREATE", "tasks", "workers", "0", "MKSTREAM"});
        asker.ask({"XADD", "tasks", "*", "data", "before"});
        asker.ask({"XREADGROUP", "GROUP", "workers", "w1", "STREAMS", "tasks", ">"});
        const QByteArray groups = textOf(asker.ask({"XINFO", "GROUPS", "tasks"}));
        const QByteArray pending = textOf(asker.ask({"XPENDING", "tasks", "workers"}));
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=tasks,results"_s));
        QCOMPARE(attached.error, QString());
        QVERIFY(attached.waitUp());
        NodeProgram node(
            QStringLiteral(NODE_DIRECTORY), u"redis.mjs"_s,
            {u"add"_s, m_broker.options(), QString::number(kMany), u"tasks"_s, u"results"_s});
        QVERIFY(attached.waitCount(kMany, kLong));
        QCOMPARE(node.outcome(), QByteArray());
        attached.stop();
        const auto messages = attached.sink.messages();
        QCOMPARE(faultsIn(messages, kMany), QByteArray());
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
        QVERIFY(headerOf(messages[0], "murmur-id").contains('-'));
        QCOMPARE(headerOf(messages[0], "redis-field"), QByteArray("data"));
        QCOMPARE(messages[0].stated, kNoTime);
        // The lag of the group is what the entries made of it, and nobody else joined.
        const QByteArray after = textOf(asker.ask({"XINFO", "GROUPS", "tasks"}));
        const auto withoutLag = [](const QByteArray& text) {
            return text.left(text.indexOf(" lag "));
        };
        QCOMPARE(withoutLag(after), withoutLag(groups));
        QCOMPARE(textOf(asker.ask({"XPENDING", "tasks", "workers"})), pending);
        QVERIFY(Attached::waitUntil([&] { return asker.ours() == 0; }, kLong));
    }

    void windows_data()
    {
        QTest::addColumn<QByteArray>("items");
        QTest::addColumn<QByteArray>("heard");
        QTest::newRow("all") << QByteArray("from=start&to=now")
                             << QByteArray("0 1 2 3 4 5 6 7 8 9");
        QTest::newRow("ids") << QByteArray("from=@1700000002000-0&to=@1700000004000")
                             << QByteArray("2 3 4");
        QTest::newRow("after an id")
            << QByteArray("from=@1700000002000-1&to=@1700000003000-0") << QByteArray("3");
        QTest::newRow("times") << QByteArray("from=2023-11-14T22:13:25Z&to=2023-11-14T22:13:28Z")
                               << QByteArray("5 6 7");
        QTest::newRow("later than all") << QByteArray("from=-10m&to=now") << QByteArray();
        QTest::newRow("to the end of time")
            << QByteArray("from=@1700000008000&to=2024-01-01T00:00:00Z") << QByteArray("8 9");
    }
    void windows()
    {
        QFETCH(QByteArray, items);
        QFETCH(QByteArray, heard);
        Asker asker(m_broker.port);
        asker.ask({"DEL", "past"});
        for (int i = 0; i < 10; ++i) { // from 2023-11-14T22:13:20Z
            asker.ask({"XADD", "past", QByteArray::number(1'700'000'000'000 + i * 1000LL) + "-0",
                       "n", QByteArray::number(i)});
        }
        Attached attached(&createRedisConnection,
                          m_broker.url(u"?stream=past&"_s + QString::fromUtf8(items)));
        QCOMPARE(attached.error, QString());
        QVERIFY(attached.waitFor(State::Stopped, kLong));
        QByteArrayList found;
        for (const HeardMessage& message : attached.sink.messages()) {
            const QByteArray number = message.raw.mid(6, 1);
            QCOMPARE(message.raw, "{\"n\":\"" + number + "\"}");
            QCOMPARE(message.stated, 1'700'000'000'000'000'000 + number.toInt() * 1'000'000'000LL);
            found << number;
        }
        QCOMPARE(found.join(' '), heard);
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
        QVERIFY2(attached.status().detail.contains(u"entries of past"),
                 qPrintable(attached.status().detail));
        QVERIFY(Attached::waitUntil([&] { return asker.ours() == 0; }, kLong));
    }

    void fieldsBecomeOneObject()
    {
        Asker asker(m_broker.port);
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=fields"_s));
        QVERIFY(attached.waitUp());
        asker.ask({"XADD", "fields", "*", "from", "a\"b", "bytes", "\xff\x01", "tab", "\t"});
        asker.ask({"XADD", "fields", "*", "payload", "{\"x\":1}"});
        QVERIFY(attached.waitCount(2, kLong));
        const auto messages = attached.sink.messages();
        QCOMPARE(messages[0].raw,
                 QByteArray("{\"from\":\"a\\\"b\",\"bytes\":\"/wE=\",\"tab\":\"\\u0009\"}"));
        QCOMPARE(headerOf(messages[0], "redis-base64"), QByteArray("bytes"));
        QCOMPARE(messages[1].raw, QByteArray("{\"x\":1}"));
    }

    // Adding and trimming in one transaction: nobody can read what is between.
    void trimmedEntriesAreCountedExactly()
    {
        Asker asker(m_broker.port);
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=short&from=start"_s));
        QVERIFY(attached.waitUp());
        const auto add = [&](int count, int keep) {
            asker.ask({"MULTI"});
            for (int i = 0; i < count; ++i)
                asker.ask({"XADD", "short", "*", "data", QByteArray::number(i)});
            asker.ask({"XTRIM", "short", "MAXLEN", QByteArray::number(keep)});
            asker.ask({"EXEC"});
        };
        add(5, 5);
        QVERIFY(attached.waitCount(5, kLong));
        add(50, 20);
        QVERIFY(attached.waitCount(25, kLong));
        QVERIFY(Attached::waitUntil([&] { return !attached.sink.gaps().empty(); }, kLong));
        add(7, 0);
        QVERIFY(Attached::waitUntil([&] { return attached.sink.gaps().size() == 2; }, kLong));
        add(3, 20);
        QVERIFY(attached.waitCount(28, kLong));
        attached.stop();
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(2));
        for (const Gap& gap : gaps) {
            QCOMPARE(gap.cause, std::string("trimmed"));
            QCOMPARE(gap.topic, std::string("short"));
            QVERIFY(gap.lostIs == LostIs::Exact);
        }
        QCOMPARE(gaps[0].count, 30);
        QCOMPARE(gaps[1].count, 7);
    }

    void aStreamThatIsMadeAnewIsReadFromItsBeginning()
    {
        Asker asker(m_broker.port);
        asker.ask({"XADD", "anew", "100-1", "data", "old"});
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=anew"_s));
        QVERIFY(attached.waitUp());
        asker.ask({"XADD", "anew", "100-2", "data", "a"});
        QVERIFY(attached.waitCount(1, kLong));
        asker.ask({"DEL", "anew"});
        asker.ask({"XADD", "anew", "5-1", "data", "b"});
        QVERIFY(attached.waitCount(2, kLong));
        QCOMPARE(attached.sink.dump(), QByteArray("anew|a\nanew|b"));
    }

    void aRestartLosesNothing()
    {
        RedisBroker broker({u"--appendonly"_s, u"yes"_s, u"--appendfsync"_s, u"always"_s});
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createRedisConnection, broker.url(u"?stream=a,b&from=start"_s));
        QVERIFY(attached.waitUp());
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"redis.mjs"_s,
                         {u"add"_s, broker.options(), u"2000/3000"_s, u"a"_s, u"b"_s});
        QVERIFY(attached.waitCount(2000, kLong));
        broker.kill();
        QVERIFY(attached.waitFor(State::Retrying, kLong));
        QCOMPARE(broker.start(), QByteArray());
        node.write("go\n");
        QVERIFY(attached.waitCount(5000, kLong));
        QCOMPARE(node.outcome(), QByteArray());
        attached.stop();
        QCOMPARE(faultsIn(attached.sink.messages(), 5000), QByteArray());
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
    }

    void whatWasAddedWhileWeWereAwayComes()
    {
        Asker asker(m_broker.port);
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=away"_s));
        QVERIFY(attached.waitUp());
        asker.ask({"XADD", "away", "*", "data", "0"});
        QVERIFY(attached.waitCount(1, kLong));
        asker.ask({"MULTI"});
        asker.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        for (int i = 1; i < 40; ++i)
            asker.ask({"XADD", "away", "*", "data", QByteArray::number(i)});
        asker.ask({"XTRIM", "away", "MAXLEN", "10"});
        asker.ask({"EXEC"});
        QVERIFY(attached.waitCount(11, kLong));
        QVERIFY(Attached::waitUntil([&] { return !attached.sink.gaps().empty(); }, kLong));
        attached.stop();
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("trimmed"));
        QCOMPARE(gaps[0].count, 29);
        QCOMPARE(attached.sink.messages().back().raw, QByteArray("39"));
        QVERIFY(attached.status().reconnects >= 1);
    }

    void anEntryThatIsTooLargeIsPassedOver()
    {
        Asker asker(m_broker.port);
        asker.ask({"XADD", "large", "*", "data", "0"});
        asker.ask({"XADD", "large", "*", "data", QByteArray((64 << 20) + 1, 'x')});
        asker.ask({"XADD", "large", "*", "data", "2"});
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=large&from=start"_s));
        QVERIFY(attached.waitCount(2, kLong));
        attached.stop();
        QCOMPARE(attached.sink.dump(), QByteArray("large|0\nlarge|2"));
        QCOMPARE(attached.sink.gaps().size(), std::size_t(1));
        QCOMPARE(attached.sink.gaps()[0].cause, std::string("decode-error"));
        asker.ask({"DEL", "large"});
    }

    void withoutXinfoItReadsAllTheSame()
    {
        Asker asker(m_broker.port);
        asker.ask(
            {"ACL", "SETUSER", "reader", "on", "nopass", "~*", "-@all", "+xread", "+xrevrange"});
        asker.ask({"XADD", "plain", "*", "data", "old"});
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=plain"_s, u"reader@"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        asker.ask({"XADD", "plain", "*", "data", "new"});
        QVERIFY(attached.waitCount(1, kLong));
        QCOMPARE(attached.sink.dump(), QByteArray("plain|new"));
        asker.ask({"ACL", "SETUSER", "reader", "-xread"});
        QVERIFY(attached.waitFor(State::Failed, kLong));
        QVERIFY2(attached.status().detail.contains(u"“reader” may not read plain"),
                 qPrintable(attached.status().detail));
    }

    void whatIsNoStreamIsSaid()
    {
        Asker asker(m_broker.port);
        asker.ask({"SET", "text", "x"});
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=text"_s));
        QVERIFY(attached.waitFor(State::Failed, kLong));
        QVERIFY2(attached.status().detail.contains(u"WRONGTYPE"),
                 qPrintable(attached.status().detail));
    }

    void aClusterIsFollowed()
    {
        const auto clustered = [](std::uint16_t busPort) {
            return QStringList{u"--cluster-enabled"_s, u"yes"_s, u"--cluster-port"_s,
                               QString::number(busPort)};
        };
        const std::uint16_t busPort = freePort();
        RedisBroker first(clustered(busPort));
        RedisBroker second(clustered(freePort()));
        QCOMPARE(first.start(), QByteArray());
        QCOMPARE(second.start(), QByteArray());
        Asker asker(first.port);
        Asker other(second.port);
        asker.ask({"CLUSTER", "ADDSLOTSRANGE", "0", "8191"});
        other.ask({"CLUSTER", "ADDSLOTSRANGE", "8192", "16383"});
        other.ask({"CLUSTER", "MEET", "127.0.0.1", QByteArray::number(first.port),
                   QByteArray::number(busPort)});
        const auto isWhole = [](Asker& one) {
            const QByteArray info = one.ask({"CLUSTER", "INFO"}).text;
            return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
        };
        QVERIFY(Attached::waitUntil([&] { return isWhole(asker) && isWhole(other); }, kLong));
        // "foo" is of slot 12182, "bar" of 5061, "hello" of 866.
        Attached attached(&createRedisConnection,
                          first.url(u"?stream=foo,bar,hello&pattern=p.*"_s));
        QVERIFY2(attached.waitUp(kLong), qPrintable(attached.status().detail));
        QVERIFY(Attached::waitUntil([&] { return other.ours() == 1; }, kLong));
        QVERIFY(attached.waitUp(kLong));
        other.ask({"XADD", "foo", "*", "data", "1"});
        asker.ask({"XADD", "bar", "*", "data", "2"});
        asker.ask({"XADD", "hello", "*", "data", "3"});
        other.ask({"PUBLISH", "p.1", "4"});
        QVERIFY2(attached.waitCount(4, kLong), attached.sink.dump().constData());
        attached.stop();
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
    }

    void urlsThatAreWrong_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        QTest::newRow("from") << u"redis://x?from=start"_s << u"channels keep nothing"_s;
        QTest::newRow("to") << u"redis://x?stream=s&pattern=p&to=now"_s
                            << u"channels have no end"_s;
        QTest::newRow("place") << u"redis://x?stream=s&from=@x"_s << u"no id of a stream"_s;
        QTest::newRow("database") << u"redis://x/a"_s << u"number of the database"_s;
        QTest::newRow("monitor") << u"redis://x?monitor=1&pattern=a"_s << u"goes without"_s;
        QTest::newRow("unknown") << u"redis://x?group=a"_s << u"has no option “group”"_s;
    }
    void urlsThatAreWrong()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        const Attached attached(&createRedisConnection, url);
        QVERIFY2(attached.error.contains(words), qPrintable(attached.error));
    }

private:
    RedisBroker m_broker;
};

QTEST_GUILESS_MAIN(TestRedisStreams)
#include "tst_redisstreams.moc"
