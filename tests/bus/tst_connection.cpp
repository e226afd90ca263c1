// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hub.h"
#include "bus/hubsettings.h"
#include "bus/registry.h"
#include "hubtestbed.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr std::array kTable{BusEntry{"listen", "the hub", &createHubConnection}};

QString whyNot(const QString& url, const QByteArray& token = {})
{
    const auto settings = hubSettingsFromUrl(QUrl(url), token);
    return settings ? QString() : settings.error().message;
}

} // namespace

class TestConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shownUrlsHoldNoSecrets_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("shown");
        QTest::newRow("nothing") << u"listen://127.0.0.1:7777"_s << u"listen://127.0.0.1:7777"_s;
        QTest::newRow("user") << u"redis://me:secret@host/0"_s << u"redis://me@host/0"_s;
        QTest::newRow("password") << u"redis://:secret@host/0"_s << u"redis://host/0"_s;
        QTest::newRow("token") << u"ws://h/x?token=abc&pattern=a.*"_s << u"ws://h/x?pattern=a.*"_s;
        QTest::newRow("alone") << u"ws://h/x?access_token=abc"_s << u"ws://h/x"_s;
        QTest::newRow("case") << u"ws://h/?API-Key=k&a=1&PassWord=2"_s << u"ws://h/?a=1"_s;
        QTest::newRow("escaped name") << u"ws://h/?tok%65n=abc"_s << u"ws://h/"_s;
        QTest::newRow("fragment") << u"ws://h/#token=abc"_s << u"ws://h/"_s;
        QTest::newRow("level") << u"mqtt://h?topic=a/#&qos=1"_s << u"mqtt://h?topic=a/%23&qos=1"_s;
        QTest::newRow("no level") << u"mqtt://h?topic=a#token=abc"_s << u"mqtt://h?topic=a"_s;
        QTest::newRow("files") << u"nats://h?creds=/me.creds&nkey=/seed&token=x"_s
                               << u"nats://h?creds=/me.creds&nkey=/seed"_s;
        QTest::newRow("key file") << u"mqtts://h?key=/client.key"_s
                                  << u"mqtts://h?key=/client.key"_s;
        QTest::newRow("key of theirs") << u"ws://h?key=abc"_s << u"ws://h"_s;
        QTest::newRow("escapes stay") << u"ws://h/?a=b%26c%3Dd"_s << u"ws://h/?a=b%26c%3Dd"_s;
    }
    void shownUrlsHoldNoSecrets()
    {
        QFETCH(const QString, url);
        QFETCH(const QString, shown);
        QCOMPARE(shownUrl(QUrl(url)), shown);
    }

    void oneColonIsEnough()
    {
        QCOMPARE(beforeColon(u"stdin:"_s), u"stdin"_s);
        QCOMPARE(beforeColon(u"redis://host:1"_s), u"redis://host:1"_s);
    }

    void lostIsHasItsWords()
    {
        QCOMPARE(lostIsName(LostIs::Exact), std::string_view("exact"));
        QCOMPARE(lostIsName(LostIs::AtLeast), std::string_view("at_least"));
        QCOMPARE(lostIsName(LostIs::Unknown), std::string_view("unknown"));
    }

    void anUnknownSchemeNamesTheKnownOnes()
    {
        CollectingSink sink;
        const ConnectionContext context{ConnectionId{}, &sink, {}};
        const auto unknown = createFrom(kTable, QUrl(u"carrier://me:pw@pigeon"_s), context);
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::Unsupported);
        QVERIFY(unknown.error().message.contains(u"carrier://"_s));
        QVERIFY(unknown.error().message.contains(u"listen://"_s));
        QVERIFY(!unknown.error().message.contains(u"pw"_s));
        const auto none = createFrom(kTable, QUrl(u"just words"_s), context);
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::WrongUse);
        QVERIFY(createFrom(kTable, QUrl(u"LISTEN://127.0.0.1:0"_s), context).ok());
    }

    void theUrlSetsTheLimits()
    {
        const auto settings = hubSettingsFromUrl(
            QUrl(
                u"listen://[::1]:99?max-frame=2MiB&max-clients=5&patience=2s&subscriber-buffer=1MiB"
                "&origin=http://Localhost:3000&origin=https://a.example"_s),
            {});
        QVERIFY(settings.ok());
        QCOMPARE(settings->address, QHostAddress(QHostAddress::LocalHostIPv6));
        QCOMPARE(settings->port, quint16(99));
        QCOMPARE(settings->maxFrame, std::size_t(2) * 1024 * 1024);
        QCOMPARE(settings->maxSubscriberBacklog, std::size_t(1024) * 1024);
        QCOMPARE(settings->maxClients, 5);
        QCOMPARE(settings->patience, std::chrono::milliseconds(2000));
        QCOMPARE(settings->origins,
                 (QList<QByteArray>{"http://localhost:3000", "https://a.example"}));
        QCOMPARE(hubSettingsFromUrl(QUrl(u"listen:"_s), {})->port, quint16(7777));
        QVERIFY(hubSettingsFromUrl(QUrl(u"listen://localhost"_s), {})->bothLoopbacks);
    }

    void wrongUrlsAreToldApart()
    {
        QVERIFY(whyNot(u"listen://127.0.0.1?max-clients=0"_s).contains(u"max-clients"_s));
        QVERIFY(whyNot(u"listen://127.0.0.1?max-frame=lots"_s).contains(u"max-frame"_s));
        QVERIFY(whyNot(u"listen://127.0.0.1?patience=5"_s).contains(u"patience"_s));
        QVERIFY(whyNot(u"listen://127.0.0.1?origin=example.com/x"_s).contains(u"origin"_s));
        QVERIFY(whyNot(u"listen://127.0.0.1?maxclients=1"_s).contains(u"“maxclients”"_s));
        QVERIFY(whyNot(u"listen://127.0.0.1/path"_s).contains(u"path"_s));
        QVERIFY(whyNot(u"listen://some.host:1"_s).contains(u"some.host"_s));
        const QString secret = whyNot(u"listen://127.0.0.1?token=sesame"_s);
        QVERIFY(secret.contains(u"token"_s) && !secret.contains(u"sesame"_s));
        QVERIFY(whyNot(u"listen://me:pw@127.0.0.1"_s).contains(u"token"_s));
    }

    void anotherAddressNeedsAToken()
    {
        for (const QString& url :
             {u"listen://0.0.0.0:7777"_s, u"listen://[::]:7777"_s, u"listen://192.0.2.7:7777"_s}) {
            QVERIFY(whyNot(url).contains(u"token"_s));
            QVERIFY(whyNot(url, "sesame").isEmpty());
        }
        QVERIFY(whyNot(u"listen://127.8.8.8:7777"_s).isEmpty());
    }

    void whoIsAdmitted()
    {
        HubSettings open;
        open.origins = {"http://localhost:3000"};
        const auto visit = [](const HubSettings& settings, const QByteArray& host,
                              const QByteArray& origin, const QByteArray& token = {}) {
            return admit(settings, {host, origin, token});
        };
        for (const char* host : {"127.0.0.1:7777", "localhost", "LOCALHOST:1", "[::1]:7777", "::1",
                                 "127.0.0.2", "app.localhost", "localhost."})
            QCOMPARE(visit(open, host[0] == ':' ? "[::1]" : host, {}), Admission::Granted);
        for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                                 "evillocalhost", "192.0.2.1", "", "[::1", "0.0.0.0"})
            QCOMPARE(visit(open, host, {}), Admission::WrongHost);
        QCOMPARE(visit(open, {}, {}), Admission::Granted); // HTTP/1.0 without a Host
        QCOMPARE(visit(open, "localhost", "http://evil.example"), Admission::WrongOrigin);
        QCOMPARE(visit(open, "localhost", "null"), Admission::WrongOrigin);
        QCOMPARE(visit(open, "localhost", ""), Admission::WrongOrigin);
        QCOMPARE(visit(open, "localhost", "http://localhost:7777"), Admission::WrongOrigin);
        QCOMPARE(visit(open, "localhost", "http://localhost:3000"), Admission::Granted);
        HubSettings guarded;
        guarded.token = "sesame";
        QCOMPARE(visit(guarded, "x", {}, "sesame"), Admission::Granted);
        QCOMPARE(visit(guarded, "x", "http://any.example", "sesame"), Admission::Granted);
        for (const char* token : {"", "sesam", "sesame1", "Sesame"})
            QCOMPARE(visit(guarded, "localhost", {}, token), Admission::NeedsToken);
    }

    void aPortInUseIsNamed()
    {
        const HubHost first;
        CollectingSink sink;
        auto second = createHubConnection(QUrl(u"listen://127.0.0.1:%1"_s.arg(first.port)),
                                          {ConnectionId{}, &sink, {}});
        QVERIFY(second.ok());
        const Status started = (*second)->start();
        QVERIFY(!started);
        QCOMPARE(started.error().code, ErrorCode::PortInUse);
        QVERIFY(started.error().message.contains(u"127.0.0.1:%1"_s.arg(first.port)));
        QVERIFY(started.error().message.contains(u"listen://127.0.0.1:0"_s));
        QCOMPARE((*second)->status().state, ConnectionStatus::State::Failed);
    }

    void anAddressOfAnotherMachineIsNamed()
    {
        CollectingSink sink;
        ConnectionContext context{ConnectionId{}, &sink, {}};
        context.options.token = "sesame";
        auto hub = createHubConnection(QUrl(u"listen://192.0.2.7:0"_s), context);
        QVERIFY(hub.ok());
        const Status started = (*hub)->start();
        QVERIFY(!started);
        QVERIFY(started.error().message.contains(u"192.0.2.7"_s));
    }

    void aFreePortIsTold()
    {
        HubHost hub(u"?max-clients=9"_s);
        const ConnectionStatus status = hub.status();
        QCOMPARE(status.state, ConnectionStatus::State::Up);
        QVERIFY(status.effectiveUrl.port() > 0);
        QCOMPARE(status.effectiveUrl.toString(),
                 u"listen://127.0.0.1:%1?max-clients=9"_s.arg(hub.port));
        QVERIFY(status.detail.contains(QString::number(hub.port)));
        hub.stop();
        QCOMPARE(hub.status().state, ConnectionStatus::State::Stopped);
        QVERIFY(!RawClient(hub.port).isConnected());
    }
};

QTEST_GUILESS_MAIN(TestConnection)
#include "tst_connection.moc"
