// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// An MQTT broker does not notice a recorder whose disk stands still.

#include "passivebed.h"

using namespace murmur;
using namespace murmur::test;

class TestPassiveMqtt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStalledRecorderHarmsNobody()
    {
        const QTemporaryDir directory;
        Broker broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s});
        (void)broker.file(u"mosquitto.conf"_s, "listener %1 127.0.0.1\n"
                                               "user root\n"
                                               "allow_anonymous true\n"
                                               "log_dest none\n"
                                               "sys_interval 1\n"
                                               "max_queued_messages 0\n");
        QCOMPARE(broker.start(), QByteArray());
        const QString server = u"mqtt://127.0.0.1:%1"_s.arg(broker.port);
        Others others(u"mqtt"_s, server, 4000);
        QCOMPARE(others.ask("prepare"), QByteArray());
        const QByteArray before = others.ask("state");
        QCOMPARE(before,
                 QByteArray(R"({"kept":["kept/0=state 0","kept/1=state 1","kept/2=state 2"]})"));
        // Clients that are attached and asleep, subscriptions, messages that the broker dropped.
        const auto isCalm = [&] {
            const QByteArray told = others.ask("told");
            return told.contains("\"broker/clients/total\":2,") &&
                   told.contains("\"broker/clients/connected\":1,") &&
                   told.contains("\"broker/clients/disconnected\":1,") &&
                   told.contains("\"broker/subscriptions/count\":4,") &&
                   told.contains("\"broker/publish/messages/dropped\":0");
        };
        QTRY_VERIFY2_WITH_TIMEOUT(isCalm(), others.ask("told").constData(), 20'000);
        Rounds rounds(0.9);
        while (rounds.goOn()) {
            watchBare(u"mqtt"_s, server, others, rounds);
            watchStalled(server + u"?topic=flood/%23,keep/%23&sys=0"_s,
                         directory.filePath(u"%1.murmur"_s.arg(rounds.number())), broker.port,
                         others, false, 0, rounds);
            if (QTest::currentTestFailed())
                return;
        }
        QCOMPARE(others.ask("state"), before);
        QTRY_VERIFY2_WITH_TIMEOUT(isCalm(), others.ask("told").constData(), 20'000);
        // Who slept gets what was kept for them.
        QCOMPARE(others.ask("collect"),
                 QByteArray(R"({"sessionPresent":true,"got":["for later 0","for later 1",)"
                            R"("for later 2","for later 3","for later 4"]})"));
        rounds.judge("MQTT");
    }
};

QTEST_GUILESS_MAIN(TestPassiveMqtt)
#include "tst_passivemqtt.moc"
