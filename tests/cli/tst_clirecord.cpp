// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliRecord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_dir.isValid()); }

    void whatIsPostedIsInTheFile()
    {
        const QString file = path();
        Recording recording(file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QCOMPARE(
            post(
                port,
                R"({"from":"ada","to":["bob","cy"],"topic":"t.ask","kind":"request","type":"add","id":"m1","correlationId":"c1","traceId":"t1","payload":{"a":[1,2.50]}})")
                .trimmed(),
            "{\"accepted\":1}"_ba);
        post(
            port,
            R"({"from":"bob","to":"ada","topic":"t.ask","kind":"reply","correlationId":"c1","payload":"three"})");
        recording.signal(SIGINT);
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        QVERIFY2(end.out.contains("2 messages, 0 lost, saved as " + file.toUtf8()),
                 end.out.constData());

        const auto lines = murmur::murmur({u"query"_s, file, u""_s, u"--json"_s}).objects();
        QCOMPARE(lines.size(), std::size_t(2));
        const QJsonObject& request = lines[0];
        QCOMPARE(request.keys().size(), 21);
        QCOMPARE(request[u"seq"_s].toInt(), 1);
        QCOMPARE(request[u"id"_s].toString(), u"m1"_s);
        static const QRegularExpression iso(
            u"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$"_s);
        QVERIFY(iso.match(request[u"time"_s].toString()).hasMatch());
        QVERIFY(iso.match(request[u"received"_s].toString()).hasMatch());
        QVERIFY(request[u"sent"_s].isNull());
        QVERIFY(request[u"connection"_s].toString().startsWith(u"listen://127.0.0.1"_s));
        QCOMPARE(request[u"topic"_s].toString(), u"t.ask"_s);
        QCOMPARE(request[u"kind"_s].toString(), u"request"_s);
        QCOMPARE(request[u"type"_s].toString(), u"add"_s);
        QCOMPARE(request[u"from"_s].toString(), u"ada"_s);
        QCOMPARE(request[u"to"_s].toArray(), (QJsonArray{u"bob"_s, u"cy"_s}));
        QVERIFY(request[u"group"_s].isNull());
        QCOMPARE(request[u"correlation"_s].toString(), u"c1"_s);
        QCOMPARE(request[u"trace"_s].toString(), u"t1"_s);
        QVERIFY(request[u"conversation"_s].isNull());
        QVERIFY(request[u"sequence"_s].isNull());
        QVERIFY(request[u"latency_ms"_s].isNull());
        QVERIFY(request[u"size"_s].toInt() > 100);
        QCOMPARE(request[u"flags"_s].toArray(), QJsonArray());
        QVERIFY(request[u"headers"_s].isObject());
        QCOMPARE(request[u"payload"_s].toObject()[u"a"_s].toArray(), (QJsonArray{1, 2.5}));
        QVERIFY(lines[1][u"latency_ms"_s].isDouble());
        QVERIFY(lines[1][u"latency_ms"_s].toDouble() > 0);
        QCOMPARE(lines[1][u"payload"_s].toString(), u"three"_s);
    }

    void aSignalEndsInOrder_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
    }
    void aSignalEndsInOrder()
    {
        QFETCH(int, signal);
        const QString file = path();
        Recording recording(file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QByteArray lines;
        for (int i = 0; i < 500; ++i)
            lines += R"({"from":"a","to":"b","topic":"t","n":)" + QByteArray::number(i) + "}\n";
        QCOMPARE(post(port, lines).trimmed(), "{\"accepted\":500}"_ba);
        recording.signal(signal);
        QCOMPARE(recording.outcome().code, 0);
        const QJsonObject info = murmur::murmur({u"info"_s, file, u"--json"_s}).objects().at(0);
        QCOMPARE(info[u"messages"_s].toInt(), 500);
        QCOMPARE(info[u"clean"_s].toBool(), true);
        QCOMPARE(info[u"lost"_s].toInt(), 0);
        QVERIFY(!QFile::exists(file + u"-wal"_s));
        QVERIFY(!QFile::exists(file + u".lock"_s));
    }

    void theFileIsPrivate()
    {
        const QString file = path();
        Recording recording(file);
        QVERIFY(recording.port() != 0);
        QCOMPARE(QFileInfo(file).permissions() & ~(QFile::ReadUser | QFile::WriteUser),
                 QFile::ReadOwner | QFile::WriteOwner);
    }

    void aNumberOfMessagesEndsIt()
    {
        const QString file = path();
        Recording recording(file, {u"--max-messages"_s, u"3"_s, u"--json"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, "{\"topic\":\"a\"}\n{\"topic\":\"b\"}\n{\"topic\":\"c\"}\n{\"topic\":\"d\"}\n");
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        const QJsonObject summary = end.objects().at(0);
        QCOMPARE(summary[u"messages"_s].toInt(), 3);
        QCOMPARE(summary[u"path"_s].toString(), file);
        QCOMPARE(summary[u"lost_is"_s].toString(), u"exact"_s);
    }

    void aTimeEndsIt()
    {
        Recording recording(path(), {u"--for"_s, u"300ms"_s, u"--json"_s});
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        const QJsonObject summary = end.objects().at(0);
        QVERIFY(summary[u"seconds"_s].toDouble() >= 0.3);
        QCOMPARE(summary[u"ended"_s].toString(), u"the time is up"_s);
        QVERIFY(!end.err.contains("Ended:"));
        QCOMPARE(summary[u"messages"_s].toInt(), 0);
    }

    void aSizeEndsIt()
    {
        const QString file = path();
        Recording recording(file, {u"--max-size"_s, u"2500KiB"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QByteArray noise;
        for (int i = 0; i < 3000 && noise.size() < 700'000; ++i)
            noise += "{\"topic\":\"t\",\"payload\":\"" +
                     QByteArray::number(qHash(i), 16).repeated(3) +
                     QByteArray::number(qHash(i + 7777), 36).repeated(8) + "\"}\n";
        for (int i = 0; i < 40 && recording.isRunning(); ++i) {
            post(port, noise);
            QTest::qWait(20); // lets QProcess notice the end
        }
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        const QJsonObject info = murmur::murmur({u"info"_s, file, u"--json"_s}).objects().at(0);
        QVERIFY(info[u"messages"_s].toInt() > 0);
        QCOMPARE(info[u"clean"_s].toBool(), true);
        QVERIFY(info[u"bytes_file"_s].toInt() <= 2500 * 1024);
        // Why it ended is said at once, and later.
        QVERIFY2(end.err.contains("Ended: The size limit of 2.4 MiB is reached."),
                 end.err.constData());
        QCOMPARE(info[u"ended"_s], u"The size limit of 2.4 MiB is reached."_s);
        QVERIFY(murmur::murmur({u"info"_s, file})
                    .out.contains("by itself: The size limit of 2.4 MiB is reached."));
    }

    void aMatchEndsIt()
    {
        const QString file = path();
        Recording recording(file, {u"--until"_s, u"payload.n == 7 and from == b"_s, u"--json"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, R"({"from":"a","payload":{"n":7}})");
        post(port, R"({"from":"b","payload":{"n":6}})");
        QVERIFY(recording.isRunning());
        post(port, R"({"from":"b","payload":{"n":7}})");
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        QCOMPARE(end.objects().at(0)[u"messages"_s].toInt(), 3);
        QCOMPARE(end.objects().at(0)[u"ended"_s].toString(), u"message 3 matched"_s);
    }

    void whatComesBehindTheMatchIsLeftOut()
    {
        const QString file = path();
        Recording recording(file, {u"--until"_s, u"payload.n == 7"_s, u"--json"_s});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        QByteArray batch("[");
        for (int n = 0; n < 500; ++n)
            batch += (n > 0 ? "," : "") + ("{\"from\":\"a" + QByteArray::number(n)) +
                     "\",\"payload\":{\"n\":" + QByteArray::number(n) + "}}";
        post(port, batch + ']');
        const Outcome end = recording.outcome();
        QCOMPARE(end.code, 0);
        QCOMPARE(end.objects().at(0)[u"messages"_s].toInt(), 8);
        QCOMPARE(end.objects().at(0)[u"ended"_s].toString(), u"message 8 matched"_s);
        QCOMPARE(murmur::murmur({u"verify"_s, file}).code, 0);
    }

    void aRunningRecordingCanBeRead()
    {
        const QString file = path();
        Recording recording(file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, R"({"from":"a","topic":"now"})");
        QTRY_COMPARE_WITH_TIMEOUT(
            murmur::murmur({u"query"_s, file, u"topic == now"_s, u"--json"_s}).objects().size(),
            std::size_t(1), 5000);
    }

    void aSecretIsReadFromAFile()
    {
        const QString secret = m_dir.filePath(u"token"_s);
        QFile file(secret);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("s3cret\n");
        file.close();
        Recording recording(path(), {u"--token-file"_s, secret});
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        const QByteArray refused = post(port, R"({"from":"a"})");
        QVERIFY2(refused.contains("error"), refused.constData());
        recording.signal(SIGTERM);
        const Outcome end = recording.outcome();
        QVERIFY(!end.err.contains("s3cret"));
        QVERIFY2(end.out.contains("0 messages"), end.out.constData());
    }

private:
    QString path() { return m_dir.filePath(u"r%1.murmur"_s.arg(++m_count)); }

    QTemporaryDir m_dir;
    int m_count = 0;
};

QTEST_GUILESS_MAIN(TestCliRecord)
#include "tst_clirecord.moc"
