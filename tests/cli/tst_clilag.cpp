// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far consumers of others are behind, from a Redis server into what `murmur` prints.

#include "murmurprocess.h"
#include "support/brokers.h"

#include <QJsonArray>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliLag : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void infoAndSqlTellHowFarAGroupIsBehind()
    {
        test::Broker redis(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                               u"--dir"_s, u"%2"_s, u"--save"_s, u""_s});
        QCOMPARE(redis.start(), QByteArray());
        QTcpSocket client;
        client.connectToHost(u"127.0.0.1"_s, redis.port);
        QVERIFY(client.waitForConnected());
        client.write("XGROUP CREATE tasks workers 0 MKSTREAM\r\n");
        for (int i = 0; i < 10; ++i)
            client.write("XADD tasks * data hello\r\n");
        client.write("XREADGROUP GROUP workers w1 COUNT 3 STREAMS tasks >\r\nPING\r\n");
        QByteArray answers;
        while (!answers.contains("PONG") && client.waitForReadyRead())
            answers += client.readAll();
        QVERIFY(answers.contains("PONG"));

        const QString path = redis.directory.filePath(u"lag.murmur"_s);
        const QString url = redis.with(u"redis://127.0.0.1:%1?stream=tasks&from=start"_s);
        const Outcome recorded =
            murmur::murmur({u"record"_s, url, u"-o"_s, path, u"--for"_s, u"2s"_s});
        QVERIFY2(recorded.code == 0, (recorded.out + recorded.err).constData());

        const Outcome json = murmur::murmur({u"info"_s, path, u"--json"_s});
        const QJsonObject info = json.objects().at(0);
        QCOMPARE(info[u"messages"_s].toInt(), 10);
        const QJsonArray lags = info[u"lag"_s].toArray();
        QCOMPARE(lags.size(), 1);
        const QJsonObject lag = lags[0].toObject();
        QCOMPARE(lag[u"connection"_s].toString(), url);
        QCOMPARE(lag[u"topic"_s].toString(), u"tasks"_s);
        QCOMPARE(lag[u"consumer"_s].toString(), u"workers"_s);
        QCOMPARE(lag[u"pending"_s].toInt(), 7);
        QCOMPARE(lag[u"unacknowledged"_s].toInt(), 3);
        QCOMPARE(lag[u"members"_s].toInt(), 1);
        QVERIFY(lag[u"time"_s].toString().endsWith(u"Z"));

        const Outcome page = murmur::murmur({u"info"_s, path});
        QVERIFY2(QRegularExpression(u"workers +tasks +7 +3 "_s)
                     .match(QString::fromUtf8(page.out))
                     .hasMatch(),
                 page.out.constData());
        const Outcome rows = murmur::murmur(
            {u"sql"_s, path, u"SELECT consumer, pending, members FROM lag"_s, u"--json"_s});
        QCOMPARE(rows.objects().at(0)[u"pending"_s].toInt(), 7);
    }
};

QTEST_GUILESS_MAIN(TestCliLag)
#include "tst_clilag.moc"
