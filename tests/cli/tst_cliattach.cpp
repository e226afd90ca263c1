// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What `murmur` does around attaching: profiles, rules, secrets, buses on this machine.

#include "cli/murmurprocess.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliAttach : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    QString file(const char* name) const { return m_dir.filePath(QString::fromUtf8(name)); }

private Q_SLOTS:
    void initTestCase() { qputenv("MURMURSCOPE_PROFILES", file("p/profiles.json").toUtf8()); }

    void busesAreListed()
    {
        const Outcome outcome = murmur::murmur({u"buses"_s, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        const QJsonObject json = outcome.objects().front();
        QVERIFY(json["found"_L1].isArray());
        bool hasHub = false;
        for (const QJsonValue& scheme : json["schemes"_L1].toArray())
            hasHub |= scheme["scheme"_L1] == u"listen"_s;
        QVERIFY(hasHub);
    }

    void whatAWindowHoldsIsSaidBeforeItIsRead()
    {
        const Outcome endless =
            murmur::murmur({u"record"_s, u"--dry-run"_s, u"listen://127.0.0.1:0"_s, u"--json"_s});
        QCOMPARE(endless.code, 0);
        const QJsonObject json = endless.objects().front();
        QCOMPARE(json["window"_L1].toBool(true), false);
        QVERIFY(json["messages"_L1].isNull() && json["failure"_L1].isNull());
        const Outcome nowhere = murmur::murmur({u"record"_s, u"listen://127.0.0.1:0"_s});
        QCOMPARE(nowhere.code, 2);
        QVERIFY(nowhere.err.contains("-o FILE"));
    }

    void aFleetIsToldOfTogether()
    {
        const QString path = file("fleet.murmur");
        const Outcome outcome = murmur::murmur(
            {u"record"_s, u"listen://127.0.0.{1..12}:0"_s, u"-o"_s, path, u"--for"_s, u"1s"_s});
        QCOMPARE(outcome.code, 0);
        QVERIFY2(outcome.err.contains("12 of 12 up."), outcome.err.constData());
        const Outcome info = murmur::murmur({u"info"_s, path});
        QVERIFY2(info.out.contains("listen 127.0.0.* (12)"), info.out.constData());
        const QJsonObject json = murmur::murmur({u"info"_s, path, u"--json"_s}).objects().front();
        QCOMPARE(json["connections"_L1].toArray().size(), 12);
    }

    void aProfileIsKeptUsedAndForgotten()
    {
        QFile secret(file("secret"));
        QVERIFY(secret.open(QIODevice::WriteOnly));
        secret.write("hunter2\n");
        secret.close();
        QCOMPARE(murmur::murmur({u"profile"_s, u"add"_s, u"lab"_s, u"listen://127.0.0.1:0"_s,
                                 u"--exclude"_s, u"camera.*"_s, u"--color"_s, u"#cc3333"_s,
                                 u"--never-write"_s, u"--password-file"_s, secret.fileName()})
                     .code,
                 0);
        const QFileInfo kept(file("p/profiles.json"));
        QVERIFY(kept.exists());
        QCOMPARE(kept.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QCOMPARE(murmur::murmur({u"profile"_s, u"add"_s, u"lab"_s, u"demo://"_s}).code, 2);
        QVERIFY(murmur::murmur({u"profile"_s, u"list"_s}).out.contains("lab"));

        // For somebody else: without the place of the secret.
        const Outcome exported = murmur::murmur({u"profile"_s, u"export"_s, u"lab"_s});
        QVERIFY(exported.out.contains("#cc3333") && exported.out.contains("never_write"));
        QVERIFY(!exported.out.contains("secret"));
        QFile other(file("other.json"));
        QVERIFY(other.open(QIODevice::WriteOnly));
        other.write(exported.out);
        other.close();
        QCOMPARE(murmur::murmur({u"profile"_s, u"import"_s, other.fileName()}).code, 2);
        QCOMPARE(murmur::murmur({u"profile"_s, u"import"_s, other.fileName(), u"--replace"_s}).code,
                 0);

        const QString path = file("lab.murmur");
        QCOMPARE(murmur::murmur(
                     {u"record"_s, u"--profile"_s, u"lab"_s, u"-o"_s, path, u"--for"_s, u"300ms"_s})
                     .code,
                 0);
        const QJsonObject info = murmur::murmur({u"info"_s, path, u"--json"_s}).objects().front();
        QCOMPARE(info["rules"_L1].toArray(), (QJsonArray{u"exclude camera.*"_s, u"never-write"_s}));
        QCOMPARE(info["redaction"_L1].toArray(), QJsonArray{u"known secrets"_s});

        QCOMPARE(murmur::murmur({u"profile"_s, u"remove"_s, u"lab"_s}).code, 0);
        const Outcome gone =
            murmur::murmur({u"record"_s, u"--profile"_s, u"lab"_s, u"-o"_s, file("x.murmur")});
        QCOMPARE(gone.code, 2);
        QVERIFY(gone.err.contains("lab"));
    }

    void whatIsLeftOutByChoiceIsCounted()
    {
        const QString path = file("choice.murmur");
        QCOMPARE(murmur::murmur({u"record"_s, u"demo://?agents=20&rate=400"_s, u"-o"_s, path,
                                 u"--for"_s, u"1s"_s, u"--exclude"_s, u"swarm.>"_s})
                     .code,
                 0);
        const Outcome left =
            murmur::murmur({u"query"_s, path, u"flags == withheld"_s, u"--json"_s});
        const qint64 count = left.objects().size();
        QVERIFY2(count > 0, left.err.constData());
        const QJsonObject info = murmur::murmur({u"info"_s, path, u"--json"_s}).objects().front();
        QCOMPARE(info["withheld"_L1].toInteger(), count);
        QVERIFY(count < info["messages"_L1].toInteger());
        QVERIFY(murmur::murmur({u"info"_s, path}).out.contains("all but head and size, by choice"));

        const QString whole = file("whole.murmur");
        QCOMPARE(murmur::murmur({u"record"_s, u"demo://"_s, u"-o"_s, whole, u"--for"_s, u"300ms"_s})
                     .code,
                 0);
        QCOMPARE(murmur::murmur({u"info"_s, whole, u"--json"_s})
                     .objects()
                     .front()["withheld"_L1]
                     .toInteger(-1),
                 0);
    }

    void whatIsWrongWithAProfileIsSaid()
    {
        for (const QStringList& wrong :
             {QStringList{u"a b"_s, u"demo://"_s}, QStringList{u"x"_s, u"redis://me:pw@h"_s},
              QStringList{u"x"_s, u"redis://h?token=pw"_s},
              QStringList{u"x"_s, u"mqtt://r{2..1}"_s},
              QStringList{u"x"_s, u"demo://"_s, u"--color"_s, u"red"_s}}) {
            const Outcome outcome = murmur::murmur(QStringList{u"profile"_s, u"add"_s} + wrong);
            QCOMPARE(outcome.code, 2);
            QVERIFY2(!outcome.err.contains("pw"), outcome.err.constData());
        }
        struct Wrong
        {
            const char* url;
            const char* why;
        };
        for (const Wrong& wrong :
             {Wrong{"foo://x", "cannot attach to foo://"}, Wrong{"redis://", "names no host"},
              Wrong{"redis://h:0", "1 to 65535"}, Wrong{"redis://h:99999", "1 to 65535"},
              Wrong{"nats://h/swarm.>", "subject=swarm.>"},
              Wrong{"kafka://h/orders", "topic=orders"}, Wrong{"mqtt://h/fleet", "topic=fleet"},
              Wrong{"redis://h/agents.*", "number of the database"},
              Wrong{"nats://h?pattern=a", "no option “pattern”"},
              Wrong{"hello", "not the URL of a bus"}}) {
            const Outcome outcome =
                murmur::murmur({u"profile"_s, u"add"_s, u"wrong"_s, QString::fromUtf8(wrong.url)});
            QVERIFY2(outcome.code == 2 || outcome.code == 4, wrong.url);
            QVERIFY2(outcome.err.contains(wrong.why), outcome.err.constData());
        }
        QVERIFY(!murmur::murmur({u"profile"_s, u"list"_s}).out.contains("wrong"));
        // A path is the same wherever the profile is used.
        QCOMPARE(murmur::murmur({u"profile"_s, u"add"_s, u"placed"_s, u"redis://me@h"_s,
                                 u"--password-file"_s, u"pw.txt"_s},
                                m_dir.path())
                     .code,
                 0);
        QFile kept(file("p/profiles.json"));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QVERIFY(kept.readAll().contains("file:" + file("pw.txt").toUtf8()));
        QFile damaged(file("damaged.json"));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write("{\"profiles\":[{\"name\":");
        damaged.close();
        qputenv("MURMURSCOPE_PROFILES", damaged.fileName().toUtf8());
        const Outcome outcome = murmur::murmur({u"profile"_s, u"add"_s, u"lab"_s, u"demo://"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY(damaged.open(QIODevice::ReadOnly));
        QCOMPARE(damaged.readAll(), "{\"profiles\":[{\"name\":");
        qputenv("MURMURSCOPE_PROFILES", file("p/profiles.json").toUtf8());
    }

    void aBusThatIsNotThereIsSaidAndLeavesNothingBehind()
    {
        quint16 port = 0;
        {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost));
            port = server.serverPort();
        }
        const QString path = file("gone.murmur");
        const Outcome outcome = murmur::murmur({u"record"_s, u"redis://127.0.0.1:%1"_s.arg(port),
                                                u"-o"_s, path, u"--wait"_s, u"300ms"_s});
        QCOMPARE(outcome.code, 4);
        QVERIFY2(outcome.err.contains("127.0.0.1:" + QByteArray::number(port)),
                 outcome.err.constData());
        QVERIFY(!QFileInfo::exists(path));
    }

    void aRunThatEndsBeforeAnybodyAnsweredFails()
    {
        const QString path = file("early.murmur");
        const Outcome outcome = murmur::murmur({u"record"_s, u"redis://127.0.0.1:1?pattern=*"_s,
                                                u"-o"_s, path, u"--for"_s, u"1s"_s, u"--strict"_s});
        QCOMPARE(outcome.code, 4);
        QVERIFY2(outcome.err.contains("Nobody listens on 127.0.0.1:1"), outcome.err.constData());
        QVERIFY(!QFileInfo::exists(path));
    }

    void connectionsThatWereNeverAttachedAreGaps()
    {
        const QString path = file("part.murmur");
        const Outcome outcome =
            murmur::murmur({u"record"_s, u"listen://127.0.0.1:0"_s,
                            u"redis://127.0.0.1:1?pattern=*"_s, u"redis://127.0.0.2:1?pattern=*"_s,
                            u"-o"_s, path, u"--for"_s, u"1s"_s, u"--strict"_s});
        QCOMPARE(outcome.code, 5);
        QVERIFY2(outcome.err.contains("2 of 3 connections were never attached"),
                 outcome.err.constData());
        const Outcome info = murmur::murmur({u"info"_s, path});
        QVERIFY2(info.out.contains("2, an unknown number of messages lost"), info.out.constData());
        QVERIFY2(info.out.contains("unknown  unknown"), info.out.constData());
        const QJsonArray connections = murmur::murmur({u"info"_s, path, u"--json"_s})
                                           .objects()
                                           .front()["connections"_L1]
                                           .toArray();
        QCOMPARE(connections[1]["lost_by"_L1][0]["cause"_L1].toString(), u"unreachable"_s);
    }

    void aTapWhoseServerIsDownSaysSo()
    {
        QProcess process;
        const QString path = file("tap.murmur");
        process.start(
            QStringLiteral(MURMUR_PROGRAM),
            {u"record"_s, u"tap://127.0.0.1:0?upstream=ws://127.0.0.1:1"_s, u"-o"_s, path});
        QVERIFY(process.waitForStarted());
        QByteArray err;
        const QRegularExpression listening(u"Listening on 127\\.0\\.0\\.1:(\\d+)"_s);
        QRegularExpressionMatch port;
        QVERIFY(QTest::qWaitFor(
            [&] {
                err += process.readAllStandardError();
                port = listening.match(QString::fromUtf8(err));
                return port.hasMatch();
            },
            10'000));
        QTcpSocket client;
        client.connectToHost(u"127.0.0.1"_s, port.captured(1).toUShort());
        QVERIFY(client.waitForConnected());
        client.write("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                     "Sec-WebSocket-Version: 13\r\n\r\n");
        QVERIFY2(QTest::qWaitFor(
                     [&] {
                         err += process.readAllStandardError();
                         return err.contains("Nobody listens at ws://127.0.0.1:1");
                     },
                     10'000),
                 err.constData());
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QCOMPARE(outcomeOf(process).code, 4);
    }

    void theSameBusTwiceIsRefused()
    {
        const Outcome outcome =
            murmur::murmur({u"record"_s, u"redis://127.0.0.1:1?pattern=a"_s,
                            u"redis://127.0.0.1:1?pattern=a"_s, u"-o"_s, file("twice.murmur")});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("is attached already"), outcome.err.constData());
        const Outcome other = murmur::murmur({u"record"_s, u"redis://127.0.0.1?pattern=a,b"_s,
                                              u"redis://localhost:6379?pattern=b&pattern=a"_s,
                                              u"-o"_s, file("same.murmur")});
        QVERIFY2(other.err.contains("is attached already"), other.err.constData());
    }

    void whatAPersonProbablyMeantIsSaid()
    {
        QFile plain(file("plain.txt"));
        QVERIFY(plain.open(QIODevice::WriteOnly));
        plain.write("{\"topic\":\"a.b\",\"from\":\"x\"}\n");
        plain.close();
        const Outcome named =
            murmur::murmur({u"record"_s, u"plain.txt"_s, u"-o"_s, u"p.murmur"_s}, m_dir.path());
        QCOMPARE(named.code, 0);
        const Outcome held = murmur::murmur(
            {u"query"_s, u"p.murmur"_s, u""_s, u"--columns"_s, u"topic,from"_s, u"--csv"_s},
            m_dir.path());
        QCOMPARE(held.out, "topic,from\na.b,x\n"_ba);
        QVERIFY(QFile::rename(file("p.murmur"), file("held.murmur")));
        const Outcome again =
            murmur::murmur({u"record"_s, u"held.murmur"_s, u"-o"_s, u"p.murmur"_s}, m_dir.path());
        QCOMPARE(again.code, 2);
        QVERIFY2(again.err.contains("a recording already"), again.err.constData());
        QVERIFY(QFile::copy(file("plain.txt"), file("table.csv")));
        const Outcome table =
            murmur::murmur({u"record"_s, u"table.csv"_s, u"-o"_s, u"p.murmur"_s}, m_dir.path());
        QCOMPARE(table.code, 2);
        QVERIFY2(table.err.contains("murmur import"), table.err.constData());
        const Outcome idle =
            murmur::murmur({u"record"_s, u"file:plain.txt"_s, u"-o"_s, u"p.murmur"_s,
                            u"--exclude"_s, u"a.*"_s, u"--exclude"_s, u"camera.#"_s},
                           m_dir.path());
        QCOMPARE(idle.code, 0);
        QVERIFY2(idle.err.contains("No topic matched the pattern “camera.#”."),
                 idle.err.constData());
        QVERIFY2(!idle.err.contains("“a.*”"), idle.err.constData());
        for (const QString& bus :
             {u"rediss://h?ca=/nowhere"_s, u"mqtts://h?ca=/nowhere"_s, u"tls://h?ca=/nowhere"_s,
              u"nats://h?creds=/nowhere"_s, u"wss://h?murmur.ca=/nowhere"_s}) {
            QCOMPARE(murmur::murmur({u"record"_s, bus, u"-o"_s, u"ca.murmur"_s}, m_dir.path()).code,
                     3);
        }
    }

    void aTapIsAlsoACommand()
    {
        const Outcome none = murmur::murmur({u"tap"_s, u"-o"_s, u"tap.murmur"_s}, m_dir.path());
        QCOMPARE(none.code, 2);
        const Outcome wrong =
            murmur::murmur({u"tap"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--upstream"_s,
                            u"ftp://h"_s, u"-o"_s, u"tap.murmur"_s},
                           m_dir.path());
        QCOMPARE(wrong.code, 2);
        QVERIFY2(wrong.err.contains("wss://host/path"), wrong.err.constData());
        const Outcome idle =
            murmur::murmur({u"tap"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--upstream"_s,
                            u"ws://127.0.0.1:1/a"_s, u"-o"_s, u"tap.murmur"_s, u"--for"_s, u"1s"_s},
                           m_dir.path());
        QCOMPARE(idle.code, 0);
        const Outcome info =
            murmur::murmur({u"info"_s, u"tap.murmur"_s, u"--json"_s}, m_dir.path());
        QVERIFY2(info.out.contains("\"url\":\"tap://127.0.0.1:"), info.out.constData());
    }

    void whatIsPipedInIsRecorded()
    {
        QProcess process;
        const QString path = file("piped.murmur");
        process.start(QStringLiteral(MURMUR_PROGRAM), {u"record"_s, u"-"_s, u"-o"_s, path});
        QVERIFY(process.waitForStarted());
        process.write("{\"from\":\"a\"}\nplain\n{\"from\":\"b\"}");
        process.closeWriteChannel();
        QCOMPARE(outcomeOf(process).code, 0);
        const auto lines = murmur::murmur({u"query"_s, path, u""_s, u"--json"_s}).objects();
        QCOMPARE(lines.size(), std::size_t(3));
        QCOMPARE(lines[2]["from"_L1].toString(), u"b"_s);
    }

    void secretsInUrlsAreRefusedAndNothingToAttachToIsSaid()
    {
        const Outcome nothing = murmur::murmur({u"record"_s, u"-o"_s, file("n.murmur")});
        QCOMPARE(nothing.code, 2);
        QVERIFY(nothing.err.contains("Nothing to attach to"));
        QVERIFY(!QFileInfo::exists(file("n.murmur")));
    }

    void secretsAreOverwrittenUnlessToldOtherwise()
    {
        for (const bool isKept : {false, true}) {
            const QString path = file(isKept ? "kept.murmur" : "hidden.murmur");
            QStringList options{u"--redact"_s, u"/card=(\\d+)/"_s};
            if (isKept)
                options = {u"--no-redaction"_s};
            Recording recording(path, options);
            const quint16 port = recording.port();
            QVERIFY(port != 0);
            post(port, "{\"from\":\"a\",\"password\":\"hunter2\",\"text\":\"card=4111\"}");
            recording.signal(SIGINT);
            QCOMPARE(recording.outcome().code, 0);
            const QByteArray out = murmur::murmur({u"query"_s, path, u""_s, u"--json"_s}).out;
            QCOMPARE(out.contains("hunter2"), isKept);
            QCOMPARE(out.contains("card=4111"), isKept);
            QCOMPARE(out.contains("redacted"), !isKept);
        }
    }
};

QTEST_GUILESS_MAIN(TestCliAttach)
#include "tst_cliattach.moc"
