// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur topics`: what flows on a bus before it is attached to.

#include "murmurprocess.h"
#include "support/brokers.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTimer>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

class TestCliTopics : public QObject
{
    Q_OBJECT

    Broker m_redis{u"redis-server"_s,
                   {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                    u"--save"_s, u""_s}};
    QTcpSocket m_talker;
    QTimer m_timer;

    QString url(const QString& rest = {}) const
    {
        return u"redis://127.0.0.1:%1"_s.arg(m_redis.port) + rest;
    }
    /// While somebody talks on the bus.
    static Outcome whileTalking(const QStringList& arguments)
    {
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM), arguments);
        QEventLoop loop;
        connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
        QTimer::singleShot(30'000, &loop, &QEventLoop::quit);
        loop.exec();
        return outcomeOf(process);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_redis.start(), QByteArray());
        m_talker.connectToHost(u"127.0.0.1"_s, m_redis.port);
        QVERIFY(m_talker.waitForConnected(10'000));
        connect(&m_talker, &QTcpSocket::readyRead, this, [this] { m_talker.readAll(); });
        connect(&m_timer, &QTimer::timeout, this,
                [this] { m_talker.write("PUBLISH agents.planner hello\r\nPUBLISH log x\r\n"); });
        m_timer.start(20);
    }

    void topicsAreToldWithTheirRates()
    {
        const Outcome outcome =
            whileTalking({u"topics"_s, url(), u"--for"_s, u"600ms"_s, u"--json"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QJsonObject json = outcome.objects().front();
        QVERIFY(json["version"_L1].toString().startsWith(u"Redis "_s));
        QCOMPARE(json["topics"_L1].toArray().size(), 2);
        const QJsonObject topic = json["topics"_L1].toArray().first().toObject();
        QCOMPARE(topic["topic"_L1].toString(), u"agents.planner"_s);
        QVERIFY(topic["messages_per_second"_L1].toDouble() > 0);
        QVERIFY(topic["bytes_per_second"_L1].toDouble() > 0);
        QCOMPARE(topic["size"_L1].toInt(), 5);
        QCOMPARE(topic["binary"_L1].toBool(true), false);
        QCOMPARE(topic["source"_L1].toString(), u"sample"_s);
        QCOMPARE(topic["sample"_L1].toString(), u"hello"_s);
        // What it does to the bus is said before it does it.
        QVERIFY2(outcome.err.contains("Listens to all channels for 600 ms"),
                 outcome.err.constData());
    }

    void topicsAreATable()
    {
        const Outcome outcome =
            whileTalking({u"topics"_s, url(u"?pattern=agents.*"_s), u"--for"_s, u"300ms"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        QVERIFY2(outcome.out.contains("agents.planner"), outcome.out.constData());
        QVERIFY(!outcome.out.contains("\nlog"));
        QVERIFY(outcome.out.contains("1 topic, "));
        QVERIFY(outcome.err.contains("what the URL names"));
    }

    void whatCannotBeSurveyedIsSaid()
    {
        const Outcome tap = murmur::murmur({u"topics"_s, u"tap://127.0.0.1:1?upstream=ws://h"_s});
        QCOMPARE(tap.code, 2);
        QVERIFY(tap.err.contains("tap://"));
        QCOMPARE(murmur::murmur({u"topics"_s, u"redis://h{1..3}"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"topics"_s, url(), u"--for"_s, u"soon"_s}).code, 2);
        const Outcome nobody =
            murmur::murmur({u"topics"_s, u"redis://127.0.0.1:%1"_s.arg(freePort())});
        QCOMPARE(nobody.code, 4);
        QVERIFY2(nobody.err.contains("Nobody listens"), nobody.err.constData());
    }

    void recordingEverythingNamesTheList()
    {
        const QTemporaryDir dir;
        const Outcome all = whileTalking(
            {u"record"_s, url(), u"-o"_s, dir.filePath(u"all.murmur"_s), u"--for"_s, u"300ms"_s});
        QCOMPARE(all.code, 0);
        QVERIFY2(all.err.contains("murmur topics redis://"), all.err.constData());
        const Outcome some = whileTalking({u"record"_s, url(u"?channel=log"_s), u"-o"_s,
                                           dir.filePath(u"some.murmur"_s), u"--for"_s, u"300ms"_s});
        QCOMPARE(some.code, 0);
        QVERIFY2(!some.err.contains("murmur topics"), some.err.constData());
    }
};

QTEST_GUILESS_MAIN(TestCliTopics)
#include "tst_clitopics.moc"
