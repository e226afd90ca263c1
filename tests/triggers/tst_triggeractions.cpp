// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What triggers do beyond the recording, with real effect: a program runs, a server hears of it, an
// agent gets a message. And what goes wrong there is said.

#include "livetriggers.h"

#include "bus/hubclient.h"
#include "triggers/notifyaction.h"
#include "triggers/runaction.h"
#include "triggers/webhookaction.h"

#include <QDBusConnection>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>

#include <memory>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// What a desktop does with notifications: it takes them.
class Desktop : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    QStringList titles;
    QStringList bodies;
    QList<uint> replaced;

public Q_SLOTS:
    uint Notify(const QString& /*application*/, uint replaces, const QString& /*icon*/,
                const QString& title, const QString& body, const QStringList& /*actions*/,
                const QVariantMap& /*hints*/, int /*patience*/)
    {
        titles << title;
        bodies << body;
        replaced << replaces;
        return 7;
    }
};

namespace {

TriggerFiring firing(int number = 1)
{
    TriggerFiring one;
    one.trigger = u"slow"_s;
    one.when = u"latency > 2s"_s;
    one.number = number;
    one.time = 1'779'337'020'000'000'000;
    one.seq = 8812;
    one.sentence = u"reply from b to a"_s;
    one.messageJson = "{\"seq\":8812,\"payload\":{\"text\":\"$(touch /tmp/never); rm -rf\"}}\n";
    return one;
}

/// Answers every request with the same, and keeps what came.
class WebServer : public QTcpServer
{
public:
    explicit WebServer(QByteArray answer)
        : m_answer(std::move(answer))
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* socket = nextPendingConnection()) {
                const auto heard = std::make_shared<QByteArray>();
                connect(socket, &QTcpSocket::readyRead, this, [this, socket, heard] {
                    *heard += socket->readAll();
                    const auto end = heard->indexOf("\r\n\r\n");
                    const auto at = heard->toLower().indexOf("content-length: ");
                    if (end < 0 || at < 0)
                        return;
                    const int size =
                        heard->mid(at + 16, heard->indexOf("\r\n", at) - at - 16).toInt();
                    if (heard->size() < end + 4 + size)
                        return;
                    requests << *heard;
                    heard->clear();
                    if (!m_answer.isEmpty())
                        socket->write(m_answer);
                });
            }
        });
    }
    [[nodiscard]] QUrl url(const QString& path) const
    {
        return QUrl(u"http://127.0.0.1:%1%2"_s.arg(serverPort()).arg(path));
    }
    QByteArrayList requests;

private:
    QByteArray m_answer;
};

struct Told
{
    explicit Told(TriggerAction& action)
    {
        QObject::connect(&action, &TriggerAction::told, &action,
                         [this](const QString& sentence, bool isFailure) {
                             (isFailure ? failures : done) << sentence;
                         });
    }
    [[nodiscard]] bool wait(int count = 1)
    {
        return QTest::qWaitFor([&] { return done.size() + failures.size() >= count; }, 10'000);
    }
    QStringList done;
    QStringList failures;
};

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestTriggerActions : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

private Q_SLOTS:
    void aProgramRunsWithTheFactsAndWithoutAShell()
    {
        const QString out = m_dir.filePath(u"out"_s);
        // The words arrive as they are; who wants a shell names one. Secrets of buses do not.
        qputenv("MURMURSCOPE_TOKEN", "secret");
        RunAction action({u"/bin/sh"_s, u"-c"_s,
                          u"cat > '%1'; printf '%s|%s|%s' \"$MURMUR_TRIGGER$MURMURSCOPE_TOKEN\" "
                          u"\"$MURMUR_TRIGGER_SEQ\" \"$1\" >> '%1'"_s.arg(out),
                          u"sh"_s, u"$(id); a b"_s});
        Told told(action);
        action.perform(firing());
        QVERIFY(action.isBusy());
        QVERIFY(told.wait());
        QCOMPARE(told.failures, QStringList());
        QVERIFY(!action.isBusy());
        const QByteArray written = contentOf(out);
        const auto end = written.indexOf('\n');
        QCOMPARE(written.mid(end + 1), QByteArray("slow|8812|$(id); a b"));
        const QJsonObject facts = QJsonDocument::fromJson(written.left(end)).object();
        QCOMPARE(facts[u"trigger"].toString(), u"slow"_s);
        QCOMPARE(facts[u"seq"].toInt(), 8812);
        QCOMPARE(facts[u"message"][u"payload"][u"text"].toString(),
                 u"$(touch /tmp/never); rm -rf"_s);
        QVERIFY(facts[u"finding"].isNull());
    }

    void aProgramThatHangsIsEnded()
    {
        RunAction action({u"/bin/sleep"_s, u"600"_s}, 300ms);
        Told told(action);
        action.perform(firing());
        QVERIFY(told.wait());
        QVERIFY2(told.failures.value(0).contains(u"did not end within 300 ms"_s),
                 qPrintable(told.failures.join(u' ')));
        QVERIFY(!action.isBusy());
    }

    void whatAProgramFailsWithIsSaid()
    {
        {
            RunAction action({u"/bin/sh"_s, u"-c"_s, u"echo no such team >&2; exit 3"_s});
            Told told(action);
            action.perform(firing());
            QVERIFY(told.wait());
            QCOMPARE(told.failures.value(0), u"/bin/sh ended with exit code 3: no such team."_s);
        }
        RunAction action({m_dir.filePath(u"nothing-here"_s)});
        Told told(action);
        action.perform(firing());
        QVERIFY(told.wait());
        QVERIFY(told.failures.value(0).contains(u"could not be started"_s));
    }

    void onlySoManyRunAtOnceAndTheOthersWaitForTheirTurn()
    {
        const QString out = m_dir.filePath(u"turns"_s);
        const QString go = m_dir.filePath(u"go"_s);
        RunAction action(
            {u"/bin/sh"_s, u"-c"_s,
             u"echo begun >> '%1'; while [ ! -e '%2' ]; do sleep 0.02; done"_s.arg(out, go)});
        Told told(action);
        for (int i = 0; i < 7; ++i)
            action.perform(firing(i));
        QTRY_COMPARE(contentOf(out).count('\n'), 4);
        QTest::qWait(200);
        QCOMPARE(contentOf(out).count('\n'), 4);
        QFile mark(go);
        QVERIFY(mark.open(QIODevice::WriteOnly));
        mark.close();
        QVERIFY(told.wait(7));
        QCOMPARE(told.done.size(), 7);
        QCOMPARE(contentOf(out).count('\n'), 7);
        // And no more wait than can be.
        for (int i = 0; i < 104 + 3; ++i)
            action.perform(firing(i));
        QCOMPARE(told.failures.size(), 3);
        QVERIFY(told.failures[0].contains(u"100 wait"_s));
        QVERIFY(told.wait(7 + 3 + 104));
    }

    void aServerIsTold()
    {
        WebServer server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        WebhookAction action(server.url(u"/alert?team=a"_s));
        Told told(action);
        action.perform(firing());
        QVERIFY(told.wait());
        QCOMPARE(told.failures, QStringList());
        QCOMPARE(server.requests.size(), 1);
        const QByteArray& request = server.requests[0];
        QVERIFY(request.startsWith("POST /alert?team=a HTTP/1.1\r\n"));
        QVERIFY(request.contains("application/json"));
        const QByteArray body = request.mid(request.indexOf("\r\n\r\n") + 4);
        QCOMPARE(QJsonDocument::fromJson(body).object()[u"sentence"].toString(),
                 u"reply from b to a"_s);
    }

    void aRedirectIsNotFollowed()
    {
        WebServer elsewhere("HTTP/1.1 204 No Content\r\n\r\n");
        WebServer server(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.url(u"/"_s).toEncoded() +
            "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        WebhookAction action(server.url(u"/"_s));
        Told told(action);
        action.perform(firing());
        QVERIFY(told.wait());
        QVERIFY(told.failures.value(0).contains(u"redirects are not followed"_s));
        QCOMPARE(elsewhere.requests.size(), 0);
    }

    void aServerThatRefusesOrIsSilentIsTold()
    {
        quint16 port = 0;
        {
            QTcpServer nobody;
            QVERIFY(nobody.listen(QHostAddress::LocalHost));
            port = nobody.serverPort();
        }
        WebhookAction refused(QUrl(u"http://127.0.0.1:%1/"_s.arg(port)));
        Told first(refused);
        refused.perform(firing());
        QVERIFY(first.wait());
        QVERIFY2(first.failures.value(0).contains(u"could not be told"_s),
                 qPrintable(first.failures.join(u' ')));
        WebServer silent({});
        WebhookAction waiting(silent.url(u"/"_s), 300ms);
        Told second(waiting);
        waiting.perform(firing());
        QVERIFY(second.wait());
        QVERIFY2(second.failures.value(0).contains(u"did not answer within 300 ms"_s),
                 qPrintable(second.failures.join(u' ')));
        WebServer angry("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        WebhookAction third(angry.url(u"/"_s));
        Told said(third);
        third.perform(firing());
        QVERIFY(said.wait());
        QVERIFY(said.failures.value(0).contains(u"answered 500"_s));
    }

    void withoutADesktopThatIsSaid()
    {
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        qputenv("XDG_RUNTIME_DIR", m_dir.path().toUtf8());
        NotifyAction action({});
        Told told(action);
        action.perform(firing());
        QCOMPARE(told.failures.size(), 1);
        QVERIFY(told.failures[0].contains(u"no desktop session"_s));
        QVERIFY(!action.isBusy());
    }

    void theDesktopShowsIt()
    {
        QProcess bus;
        bus.start(u"dbus-daemon"_s, {u"--session"_s, u"--nofork"_s, u"--print-address=1"_s});
        QVERIFY2(bus.waitForReadyRead(10'000), "dbus-daemon is missing");
        const QByteArray address = bus.readLine().trimmed();
        qputenv("DBUS_SESSION_BUS_ADDRESS", address);
        Desktop desktop;
        NotifyAction action({});
        Told told(action);
        action.perform(firing());
        QVERIFY(told.wait());
        QVERIFY2(told.failures.value(0).contains(u"does not show any"_s),
                 qPrintable(told.failures.join(u' ')));
        QDBusConnection service =
            QDBusConnection::connectToBus(QString::fromUtf8(address), u"desktop"_s);
        QVERIFY(service.registerService(u"org.freedesktop.Notifications"_s));
        QVERIFY(service.registerObject(u"/org/freedesktop/Notifications"_s, &desktop,
                                       QDBusConnection::ExportAllSlots));
        TriggerFiring hostile = firing();
        hostile.sentence = u"<b>no</b> & markup"_s;
        action.perform(hostile);
        QVERIFY(told.wait(2));
        QCOMPARE(told.done, QStringList{u"notified"_s});
        action.perform(firing());
        QVERIFY(told.wait(3));
        QCOMPARE(desktop.titles, (QStringList{u"slow"_s, u"slow"_s}));
        QCOMPARE(desktop.bodies[0], u"&lt;b&gt;no&lt;/b&gt; &amp; markup"_s);
        QCOMPARE(desktop.replaced, (QList<uint>{0, 7}));
        QDBusConnection::disconnectFromBus(u"desktop"_s);
        bus.kill();
        bus.waitForFinished();
    }

    void aMessageIsSentOnlyWhileArmedAndTheTriggerDoesNotHearItself()
    {
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        RecorderOptions options;
        options.urls = {QUrl(u"listen://127.0.0.1:0"_s)};
        // What it sends is just what it waits for.
        LiveTriggers live({}, {}, options);
        QUrl hub;
        QVERIFY(QTest::qWaitFor(
            [&] {
                const auto& connections = live.recorder->status().connections;
                const auto up = std::ranges::find(connections, ConnectionStatus::State::Up,
                                                  &ConnectionInfo::state);
                hub = up == connections.end() ? QUrl() : QUrl(up->url);
                return hub.port() > 0;
            },
            10'000));
        auto arming = std::make_shared<Arming>();
        TriggerRules rules;
        rules.injectTo = hub;
        rules.sources = {hub};
        rules.arming = [arming] { return *arming; };
        live.watch.setRules(rules);
        live.watch.setTriggers({trigger(
            u"payload.level == high"_s,
            {u"inject:alerts {\"level\":\"high\",\"of\":\"{{message.from}}\",\"n\":{{counter}}}"_s})});

        HubClient agent(hub);
        QByteArrayList heard;
        connect(&agent, &HubClient::heard, this,
                [&heard](const QByteArray& json) { heard << json; });
        agent.open();
        QTRY_VERIFY(agent.isOpen());
        QVERIFY(agent.publish(R"({"op":"subscribe","topics":["alerts"]})"));
        QTRY_COMPARE(heard.size(), 1);

        const QByteArray alarm = R"({"topic":"state","from":"a","payload":{"level":"high"}})";
        QVERIFY(agent.publish(alarm));
        QTRY_COMPARE(live.failures.size(), 1);
        QCOMPARE(live.firings.size(), std::size_t(1));

        QVERIFY(arming->arm(hub, Environment::Dev, steadyNow()));
        QVERIFY(agent.publish(alarm));
        QTRY_COMPARE(live.done.size(), 1);
        QTRY_COMPARE(heard.size(), 2);
        const QJsonObject sent = QJsonDocument::fromJson(heard[1]).object();
        QCOMPARE(sent[u"payload"][u"of"].toString(), u"a"_s);
        QCOMPARE(sent[u"payload"][u"n"].toInt(), 2); // the second firing
        QVERIFY(heard[1].contains("x-murmurscope-inject"));
        // It was heard and recorded, and set nothing off.
        QTRY_COMPARE(live.session->seen().last, Seq(3));
        live.said = 3;
        QVERIFY(live.waitForAll());
        QTest::qWait(300);
        QCOMPARE(live.firings.size(), std::size_t(2));
        QCOMPARE(heard.size(), 2);

        arming->lost(hub);
        QVERIFY(agent.publish(alarm));
        QTRY_COMPARE(live.failures.size(), 2);
        QCOMPARE(heard.size(), 2);
    }

    void whereNoMarkFitsNothingIsSent()
    {
        RecorderOptions options;
        options.urls = {QUrl(u"listen://127.0.0.1:0"_s)};
        LiveTriggers live({}, {}, options);
        QUrl hub;
        QVERIFY(QTest::qWaitFor(
            [&] {
                const auto& connections = live.recorder->status().connections;
                hub = connections.empty() ? QUrl() : QUrl(connections[0].url);
                return hub.port() > 0;
            },
            10'000));
        Arming arming;
        QVERIFY(arming.arm(hub, Environment::Dev, steadyNow()));
        TriggerRules rules;
        rules.injectTo = hub;
        rules.arming = [arming] { return arming; };
        live.watch.setRules(rules);
        live.watch.setTriggers(
            {trigger(u"payload.level == high"_s, {u"inject:alerts plain text"_s})});
        live.say(1ms, R"({"from":"a","payload":{"level":"high"}})");
        QTRY_COMPARE(live.failures.size(), 1);
        QVERIFY2(live.failures[0].contains(u"hear"_s) || live.failures[0].contains(u"JSON"_s),
                 qPrintable(live.failures[0]));
        QCOMPARE(live.done, QStringList());
        // Nor where effects cannot be taken back, though a person wrote it so.
        live.watch.setTriggers({trigger(u"payload.level == low"_s,
                                        {u"inject:shop.{{message.payload.of}} {\"n\":1}"_s})});
        live.say(2ms, R"({"from":"a","payload":{"level":"low","of":"payment"}})");
        QTRY_COMPARE(live.failures.size(), 2);
        QVERIFY2(live.failures[1].contains(u"cannot be taken back"_s),
                 qPrintable(live.failures[1]));
        QCOMPARE(live.done, QStringList());
    }
};

QTEST_GUILESS_MAIN(TestTriggerActions)
#include "tst_triggeractions.moc"
