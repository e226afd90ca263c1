// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur test`, and where the secrets of a profile are.

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;

    /// A port that nobody listens on.
    static quint16 closedPort()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        return server.serverPort();
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("MURMURSCOPE_PROFILES", m_dir.filePath(u"profiles.json"_s).toUtf8());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    }

    void whatAttachesIsShown()
    {
        const Outcome outcome =
            murmur::murmur({u"test"_s, u"demo://?agents=20&rate=50"_s, u"--for"_s, u"1s"_s,
                            u"--messages"_s, u"3"_s, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        const QJsonObject json = outcome.objects().front();
        const QJsonArray connections = json["connections"_L1].toArray();
        QCOMPARE(connections.size(), 1);
        QCOMPARE(connections[0]["result"_L1].toString(), u"attached"_s);
        QVERIFY(connections[0]["messages"_L1].toInt() > 0);
        const QJsonArray first = json["first"_L1].toArray();
        QCOMPARE(first.size(), 3);
        QVERIFY(!first[0]["topic"_L1].toString().isEmpty());
        QVERIFY(!first[0]["from"_L1].toString().isEmpty());

        const Outcome text =
            murmur::murmur({u"test"_s, u"listen://127.0.0.1:0"_s, u"--for"_s, u"200ms"_s});
        QCOMPARE(text.code, 0);
        QVERIFY2(text.out.contains("attached.") && text.out.contains("heard: 0 messages"),
                 text.out.constData());
    }

    void whatDoesNotIsExitCodeFour()
    {
        const QString url = u"redis://127.0.0.1:%1"_s.arg(closedPort());
        const Outcome outcome =
            murmur::murmur({u"test"_s, url, u"listen://127.0.0.1:0"_s, u"--for"_s, u"500ms"_s});
        QCOMPARE(outcome.code, 4);
        QVERIFY2(outcome.out.contains("unanswered.") && outcome.out.contains("attached."),
                 outcome.out.constData());
        QCOMPARE(murmur::murmur({u"test"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"test"_s, u"demo://"_s, u"--for"_s, u"no"_s}).code, 2);
        const Outcome unknown = murmur::murmur({u"test"_s, u"nonsense://x"_s});
        QCOMPARE(unknown.code, 4);
        QVERIFY2(unknown.out.contains("cannot attach to nonsense://"), unknown.out.constData());
    }

    void aSecretThatCannotBeHadIsNotLeftOut()
    {
        QCOMPARE(
            murmur::murmur({u"profile"_s, u"add"_s, u"lab"_s, u"listen://127.0.0.1:0"_s,
                            u"--environment"_s, u"staging"_s, u"--token-from"_s, u"keychain"_s})
                .code,
            0);
        QVERIFY(murmur::murmur({u"profile"_s, u"list"_s}).out.contains("staging"));
        const Outcome outcome = murmur::murmur({u"test"_s, u"--profile"_s, u"lab"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.err.contains("in a file"), outcome.err.constData());

        // From the environment it can.
        QCOMPARE(murmur::murmur({u"profile"_s, u"add"_s, u"lab"_s, u"listen://127.0.0.1:0"_s,
                                 u"--token-from"_s, u"env:TST_TOKEN"_s, u"--replace"_s})
                     .code,
                 0);
        QCOMPARE(murmur::murmur({u"test"_s, u"--profile"_s, u"lab"_s}).code, 3);
        qputenv("TST_TOKEN", "hunter2");
        const Outcome with =
            murmur::murmur({u"test"_s, u"--profile"_s, u"lab"_s, u"--for"_s, u"200ms"_s});
        QCOMPARE(with.code, 0);
        QVERIFY(!with.out.contains("hunter2"));
    }

    void wrongPlacesAreRefused()
    {
        const Outcome outcome = murmur::murmur(
            {u"profile"_s, u"add"_s, u"bad"_s, u"demo://"_s, u"--password-from"_s, u"hunter2"_s});
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("never the secret itself"), outcome.err.constData());
        QVERIFY(!outcome.err.contains("hunter2"));
        QCOMPARE(murmur::murmur({u"profile"_s, u"add"_s, u"bad"_s, u"demo://"_s, u"--environment"_s,
                                 u"moon"_s})
                     .code,
                 2);
    }
};

QTEST_GUILESS_MAIN(TestCliTest)
#include "tst_clitest.moc"
