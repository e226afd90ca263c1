// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWebSocket>

#include <set>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_dir.isValid()); }

    void whatMakesNoSenseIsToldAndLeavesNoFile_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("a ring of fruit")
            << QStringList{u"--ring"_s, u"banana"_s} << "takes a time or a size"_ba;
        QTest::newRow("a ring of nothing")
            << QStringList{u"--ring"_s, u"0s"_s} << "takes a time or a size"_ba;
        QTest::newRow("a ring too small")
            << QStringList{u"--ring"_s, u"100KiB"_s} << "less than 4.0 MiB"_ba;
        QTest::newRow("files of what") << QStringList{u"--split"_s, u"often"_s} << "--split"_ba;
        QTest::newRow("a ninth of eight")
            << QStringList{u"--shard"_s, u"9/8"_s} << "is no shard"_ba;
        QTest::newRow("a reserve of what")
            << QStringList{u"--reserve"_s, u"lots"_s} << "is not a size"_ba;
        QTest::newRow("hardly a recording")
            << QStringList{u"--max-size"_s, u"1KiB"_s} << "less than 2.0 MiB"_ba;
        QTest::newRow("an end and none")
            << QStringList{u"--max-size"_s, u"1GiB"_s, u"--ring"_s, u"10m"_s} << "one of them"_ba;
        QTest::newRow("a ring shorter than its files")
            << QStringList{u"--split"_s, u"10m"_s, u"--ring"_s, u"15m"_s} << "two of them"_ba;
    }
    void whatMakesNoSenseIsToldAndLeavesNoFile()
    {
        QFETCH(QStringList, options);
        QFETCH(QByteArray, says);
        const QString file = path();
        const Outcome end = murmur::murmur(
            QStringList{u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, file} + options);
        QCOMPARE(end.code, 2);
        QVERIFY2(end.err.contains(says), end.err.constData());
        QCOMPARE(end.err.count('\n'), 1);
        QVERIFY(!QFile::exists(file));
    }

    void aRingLetsGoWhatIsOld()
    {
        const QString file = path();
        Recording recording(file, {u"--ring"_s, u"1s"_s, u"--json"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QJsonObject info;
        int said = 0;
        QElapsedTimer timer;
        timer.start();
        do {
            post(port, "{\"topic\":\"t\",\"n\":" + QByteArray::number(++said) + "}");
            info = infoOf(file);
            // It is told while it runs, too.
        } while (info[u"trimmed"_s].toInt() == 0 && timer.elapsed() < 20'000);
        QVERIFY(info[u"trimmed"_s].toInt() > 0);
        QCOMPARE(info[u"trimmed_to"_s].toInt(), info[u"trimmed"_s].toInt() + 1);
        recording.signal(SIGINT);
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        const QJsonObject kept = end.objects().at(0);
        QCOMPARE(kept[u"messages"_s].toInt() + kept[u"trimmed"_s].toInt(), said);
        const auto lines = murmur::murmur({u"query"_s, file, u""_s, u"--json"_s}).objects();
        QCOMPARE(static_cast<int>(lines.size()), kept[u"messages"_s].toInt());
        QCOMPARE(lines.front()[u"seq"_s].toInt(), kept[u"trimmed"_s].toInt() + 1);
        QCOMPARE(lines.back()[u"seq"_s].toInt(), said);
        QVERIFY(murmur::murmur({u"info"_s, file}).out.contains("only the last stretch is kept"));
    }

    void splitFilesAreNumbered()
    {
        const QString file = path();
        const QString second = QString(file).replace(u".murmur"_s, u"-002.murmur"_s);
        Recording recording(file,
                            {u"--split"_s, u"3s"_s, u"--json"_s}); // it ends before a third one
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        int said = 0;
        QElapsedTimer timer;
        timer.start();
        while (!QFile::exists(second) && timer.elapsed() < 20'000)
            post(port, "{\"topic\":\"t\",\"n\":" + QByteArray::number(++said) + "}");
        recording.signal(SIGTERM);
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        const QJsonObject kept = end.objects().at(0);
        QCOMPARE(kept[u"messages"_s].toInt(), said);
        QCOMPARE(kept[u"paths"_s].toArray(), (QJsonArray{file, second}));
        const QJsonObject one = infoOf(file);
        const QJsonObject two = infoOf(second);
        QCOMPARE(one[u"part"_s].toInt(), 1);
        QCOMPARE(two[u"part"_s].toInt(), 2);
        QCOMPARE(one[u"family"_s].toString(), one[u"uuid"_s].toString());
        QCOMPARE(two[u"family"_s].toString(), one[u"uuid"_s].toString());
        QCOMPARE(one[u"messages"_s].toInt() + two[u"messages"_s].toInt(), said);
        QVERIFY(murmur::murmur({u"info"_s, second}).out.contains("2 of the family"));
        const auto lines = murmur::murmur({u"query"_s, second, u""_s, u"--json"_s}).objects();
        QCOMPARE(lines.front()[u"seq"_s].toInt(), one[u"messages"_s].toInt() + 1);
    }

    void shardsOfAHubAreDisjointAndComplete()
    {
        const QString files[2] = {path(), path()};
        Recording one(files[0], {u"--shard"_s, u"1/2"_s});
        Recording two(files[1], {u"--shard"_s, u"2/2"_s, u"--strict"_s});
        QByteArray lines;
        for (int i = 0; i < 400; ++i)
            lines += "{\"topic\":\"t." + QByteArray::number(i % 40) + "\",\"id\":\"" +
                     QByteArray::number(i) + "\"}\n";
        for (Recording* recording : {&one, &two}) {
            const quint16 port = recording->port();
            QVERIFY(port != 0);
            QCOMPARE(post(port, lines).trimmed(), "{\"accepted\":400}"_ba);
            recording->signal(SIGINT);
            const Outcome end = recording->outcome();
            QCOMPARE(end.code, 0);
            QVERIFY2(end.out.contains("left to other shards"), end.out.constData());
        }
        std::set<QString> ids;
        for (int i = 0; i < 2; ++i) {
            const QJsonObject info = infoOf(files[i]);
            QCOMPARE(info[u"shard"_s].toString(), u"%1/2"_s.arg(i + 1));
            const QJsonObject connection = info[u"connections"_s].toArray().at(0).toObject();
            QCOMPARE(connection[u"received"_s].toInt(), info[u"messages"_s].toInt());
            QCOMPARE(connection[u"elsewhere"_s].toInt(), 400 - info[u"messages"_s].toInt());
            for (const QJsonObject& line :
                 murmur::murmur({u"query"_s, files[i], u""_s, u"--json"_s}).objects())
                QVERIFY(ids.insert(line[u"id"_s].toString()).second);
        }
        QCOMPARE(ids.size(), std::size_t(400));
    }

    void aDiskBelowItsReserveIsToldAndCounted()
    {
        const QString file = path();
        // More than any disk has.
        Recording recording(file, {u"--reserve"_s, u"900TiB"_s, u"--json"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QVERIFY(recording.says("recording pauses"));
        // Who can be told is told, and keeps what it has; who cannot is counted.
        QVERIFY(post(port, "{\"topic\":\"a\"}").contains("nothing was taken"));
        QWebSocket socket;
        socket.open(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)));
        QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
        socket.sendTextMessage(u"{\"topic\":\"a\"}"_s);
        socket.sendTextMessage(u"{\"topic\":\"b\"}"_s);
        QSignalSpy answered(&socket, &QWebSocket::pong);
        socket.ping();
        QVERIFY(answered.wait(5000)); // so they were heard
        recording.signal(SIGINT);
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 5);
        QVERIFY2(end.err.contains("2 messages were not recorded"), end.err.constData());
        const QJsonObject kept = end.objects().at(0);
        QCOMPARE(kept[u"messages"_s].toInt(), 0);
        QCOMPARE(kept[u"lost"_s].toInt(), 2);
        QCOMPARE(kept[u"gaps"_s].toInt(), 2);
    }

    void killedWhileTheRingTurnsItOpens()
    {
        for (int round = 0; round < 5; ++round) {
            const QString file = path();
            int code = -1;
            {
                Recording recording(file, {u"--ring"_s, u"4MiB"_s});
                const quint16 port = recording.port();
                QVERIFY(port != 0);
                QElapsedTimer timer;
                timer.start();
                // Until it turns, and then a little longer: anywhere in a trim.
                while (timer.elapsed() < 20'000 && infoOf(file)[u"trimmed"_s].toInt() == 0)
                    post(port, noise());
                const int more = QRandomGenerator::global()->bounded(4);
                for (int i = 0; i < more; ++i)
                    post(port, noise());
                recording.signal(SIGKILL);
                code = recording.outcome().code;
            }
            QCOMPARE(code, -2);
            const QJsonObject info = infoOf(file);
            QVERIFY(info[u"trimmed"_s].toInt() > 0);
            const auto lines =
                murmur::murmur({u"query"_s, file, u""_s, u"--json"_s, u"--columns"_s, u"seq"_s})
                    .objects();
            QCOMPARE(static_cast<int>(lines.size()), info[u"messages"_s].toInt());
            QCOMPARE(lines.front()[u"seq"_s].toInt(), info[u"trimmed_to"_s].toInt());
            QVERIFY(QFileInfo(file).size() < 5'000'000);
        }
    }

private:
    QString path() { return m_dir.filePath(u"r%1.murmur"_s.arg(++m_count)); }
    static QJsonObject infoOf(const QString& file)
    {
        const auto objects = murmur::murmur({u"info"_s, file, u"--json"_s}).objects();
        return objects.empty() ? QJsonObject() : objects.front();
    }
    /// About 400 KB that no compressor makes much smaller.
    static QByteArray noise()
    {
        QByteArray lines;
        for (int i = 0; i < 100; ++i) {
            QByteArray bytes(3000, Qt::Uninitialized);
            QRandomGenerator::global()->fillRange(reinterpret_cast<quint32*>(bytes.data()),
                                                  bytes.size() / 4);
            lines += "{\"topic\":\"noise\",\"payload\":\"" + bytes.toBase64() + "\"}\n";
        }
        return lines;
    }

    QTemporaryDir m_dir;
    int m_count = 0;
};

QTEST_GUILESS_MAIN(TestCliLimits)
#include "tst_clilimits.moc"
