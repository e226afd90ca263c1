// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far groups of a Redis stream are behind, with a worker that others wrote; and that nothing of
// them changes because we look.

#include "lagtestbed.h"
#include "redistestbed.h"

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

class TestRedisLag : public QObject
{
    Q_OBJECT

private:
    RedisBroker m_broker;

    static QByteArray textOf(const RespValue& value)
    {
        if (!value.isArray())
            return value.type == RespValue::Type::Integer ? QByteArray::number(value.integer)
                                                          : value.text;
        QByteArrayList parts;
        for (const RespValue& element : value.elements)
            parts << textOf(element);
        return '[' + parts.join(' ') + ']';
    }
    static void add(Asker& asker, const QByteArray& stream, int count)
    {
        for (int i = 0; i < count; ++i)
            asker.ask({"XADD", stream, "*", "data", QByteArray::number(i)});
    }
    /// "calls=3,…,rejected_calls=1,…" of XINFO GROUPS since the last reset.
    static QByteArray asked(Asker& asker)
    {
        const QByteArray all = asker.ask({"INFO", "commandstats"}).text;
        const qsizetype begin = all.indexOf("cmdstat_xinfo|groups:");
        return begin < 0 ? QByteArray() : all.mid(begin, all.indexOf('\r', begin) - begin);
    }

private Q_SLOTS:
    void initTestCase() { QCOMPARE(m_broker.start(), QByteArray()); }

    void aWorkerThatFallsBehindIsSeenAndLeftAlone()
    {
        Asker asker(m_broker.port);
        asker.ask({"XGROUP", "CREATE", "tasks", "workers", "0", "MKSTREAM"});
        asker.ask({"XGROUP", "CREATE", "tasks", "audit", "0"});
        add(asker, "tasks", 10);
        LagWorker worker({u"redis"_s, m_broker.options(), u"tasks"_s, u"workers"_s});
        QCOMPARE(worker.run("read 3"), QByteArray());
        QCOMPARE(worker.run("ack 1"), QByteArray());
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=tasks"_s));
        QVERIFY(attached.waitUp());
        QTRY_LAGS(attached, "tasks/audit 10+0 by 0\ntasks/workers 7+2 by 1");

        add(asker, "tasks", 5);
        QCOMPARE(worker.run("read 4"), QByteArray());
        const QByteArray groups = textOf(asker.ask({"XINFO", "GROUPS", "tasks"}));
        const QByteArray pending =
            textOf(asker.ask({"XPENDING", "tasks", "workers", "-", "+", "9"}));
        QTRY_LAGS(attached, "tasks/audit 15+0 by 0\ntasks/workers 8+6 by 1");
        // Messages are those of the stream, and only those.
        QVERIFY(attached.waitCount(5, kLong));
        QCOMPARE(attached.sink.count(), std::size_t(5));
        QCOMPARE(textOf(asker.ask({"XINFO", "GROUPS", "tasks"})), groups);
        const auto withoutIdle = [](QByteArray text) {
            // [id consumer idle deliveries]: the idle time runs by itself.
            QByteArrayList words = text.split(' ');
            for (qsizetype i = 2; i < words.size(); i += 4)
                words[i].clear();
            return words.join(' ');
        };
        QCOMPARE(withoutIdle(textOf(asker.ask({"XPENDING", "tasks", "workers", "-", "+", "9"}))),
                 withoutIdle(pending));

        asker.ask({"XGROUP", "DESTROY", "tasks", "audit"});
        QTRY_LAGS(attached, "tasks/audit -+- by -\ntasks/workers 8+6 by 1");
        attached.stop();
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
    }

    void whoMayNotAskIsToldOnceAndReadsOn()
    {
        Asker asker(m_broker.port);
        asker.ask({"XGROUP", "CREATE", "jobs", "workers", "0", "MKSTREAM"});
        asker.ask({"ACL", "SETUSER", "ann", "on", ">secret", "~*", "&*", "+@all", "-xinfo|groups"});
        asker.ask({"CONFIG", "RESETSTAT"});
        ConnectionOptions options;
        options.password = "secret";
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=jobs"_s, u"ann@"_s),
                          options);
        QVERIFY(attached.waitUp());
        QTRY_VERIFY(attached.status().detail.contains(u"may not XINFO GROUPS"));
        add(asker, "jobs", 3);
        QVERIFY(attached.waitCount(3, kLong));
        // Longer than until it would be asked again.
        QTest::qWait(2500);
        QVERIFY2(asked(asker).contains("rejected_calls=1,"), asked(asker).constData());
        QCOMPARE(attached.status().state, ConnectionStatus::State::Up);
        QCOMPARE(lastLags(attached.sink), QByteArray());
    }

    void offIsOff()
    {
        Asker asker(m_broker.port);
        asker.ask({"XGROUP", "CREATE", "quiet", "workers", "0", "MKSTREAM"});
        asker.ask({"CONFIG", "RESETSTAT"});
        Attached attached(&createRedisConnection, m_broker.url(u"?stream=quiet&lag=off"_s));
        QVERIFY(attached.waitUp());
        add(asker, "quiet", 3);
        QVERIFY(attached.waitCount(3, kLong));
        QCOMPARE(asked(asker), QByteArray());
        for (const QString& sentence : attached.status().presence)
            QVERIFY(!sentence.contains(u"behind"));
        Attached wrong(&createRedisConnection, m_broker.url(u"?stream=quiet&lag=no"_s));
        QVERIFY2(wrong.error.contains(u"lag is one of on, off"), qPrintable(wrong.error));
    }
};

QTEST_GUILESS_MAIN(TestRedisLag)
#include "tst_redislag.moc"
