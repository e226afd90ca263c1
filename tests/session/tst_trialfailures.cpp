// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The words for what goes wrong when attaching, against real brokers. All are tried at once.

#include "session/trial.h"
#include "session/whoanswers.h"
#include "support/brokers.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestTrialFailures : public QObject
{
    Q_OBJECT

private:
    using Verdict = TrialConnection::Verdict;
    struct Row
    {
        const char* what;
        QString url; ///< "%redis" and the like become ports
        Verdict verdict;
        QStringList said;
    };

    test::Broker m_redis{u"redis-server"_s,
                         {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--save"_s, u""_s,
                          u"--aclfile"_s, u"%2/users.acl"_s}};
    test::Broker m_openRedis{
        u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--save"_s, u""_s}};
    test::Broker m_nats{u"nats-server"_s, {u"-c"_s, u"%2/nats.conf"_s}};
    test::Broker m_openNats{u"nats-server"_s, {u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s}};
    test::Broker m_tlsNats{u"nats-server"_s, {u"-c"_s, u"%2/nats.conf"_s}};
    test::Broker m_mqtt{u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s}};
    test::Broker m_tlsRedis{
        u"redis-server"_s,
        {u"--port"_s, u"0"_s, u"--tls-port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--save"_s,
         u""_s, u"--tls-cert-file"_s, u"%2/server.pem"_s, u"--tls-key-file"_s, u"%2/server.key"_s,
         u"--tls-ca-cert-file"_s, u"%2/ca.pem"_s, u"--tls-auth-clients"_s, u"no"_s}};
    std::uint16_t m_closed = test::freePort();

    QUrl urlOf(QString text) const
    {
        const std::pair<QString, std::uint16_t> ports[] = {
            {u"%openredis"_s, m_openRedis.port}, {u"%tlsredis"_s, m_tlsRedis.port},
            {u"%redis"_s, m_redis.port},         {u"%opennats"_s, m_openNats.port},
            {u"%tlsnats"_s, m_tlsNats.port},     {u"%nats"_s, m_nats.port},
            {u"%mqtt"_s, m_mqtt.port},           {u"%closed"_s, m_closed}};
        for (const auto& [name, port] : ports)
            text.replace(name, QString::number(port));
        return QUrl(text);
    }

    void tryAll(const std::vector<Row>& rows, const QByteArray& password)
    {
        std::vector<QUrl> urls;
        for (const Row& row : rows)
            urls.push_back(urlOf(row.url));
        ConnectionOptions options;
        options.password = password;
        Trial trial(urls, options);
        QVERIFY(trial.start());
        QTRY_VERIFY_WITH_TIMEOUT(trial.isDecided(), 20'000);
        const auto connections = trial.connections();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const QString sentence = connections[i].sentence(true);
            const QByteArray told = rows[i].what + QByteArray(": ") + sentence.toUtf8();
            QVERIFY2(connections[i].verdict(true) == rows[i].verdict, told.constData());
            for (const QString& part : rows[i].said)
                QVERIFY2(sentence.contains(part), told.constData());
            QVERIFY2(sentence.endsWith(u'.') || sentence.endsWith(u'?') || sentence.endsWith(u'…'),
                     told.constData());
            QVERIFY2(!sentence.contains(u"secret"_s), told.constData());
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        (void)m_redis.file(u"users.acl"_s, "user default off\n"
                                           "user me on >secret ~* &* +@all\n"
                                           "user few on >secret ~* resetchannels +@connection\n");
        (void)m_nats.file(
            u"nats.conf"_s,
            "port: %1\nhost: 127.0.0.1\nauthorization { users = [\n"
            "  {user: me, password: secret},\n"
            "  {user: few, password: secret, permissions: {subscribe: {deny: \">\"}}}\n"
            "] }\n");
        for (test::Broker* broker : {&m_tlsNats, &m_tlsRedis})
            QCOMPARE(test::makeCertificates(broker->directory.path()), QByteArray());
        (void)m_tlsNats.file(u"nats.conf"_s,
                             "port: %1\nhost: 127.0.0.1\n"
                             "tls { cert_file: \"%2/server.pem\", key_file: \"%2/server.key\" }\n");
        (void)m_mqtt.file(u"mosquitto.conf"_s, "listener %1 127.0.0.1\nallow_anonymous false\n");
        for (test::Broker* broker :
             {&m_redis, &m_openRedis, &m_tlsRedis, &m_nats, &m_openNats, &m_tlsNats, &m_mqtt})
            QCOMPARE(broker->start(), QByteArray());
    }

    void wrongPasswordsPortsAndCertificates()
    {
        const std::vector<Row> rows{
            {"refused, Redis",
             u"redis://127.0.0.1:%closed"_s,
             Verdict::Unanswered,
             {u"Nobody listens"_s}},
            {"refused, NATS",
             u"nats://127.0.0.1:%closed"_s,
             Verdict::Unanswered,
             {u"Nobody answers"_s}},
            {"refused, MQTT",
             u"mqtt://127.0.0.1:%closed"_s,
             Verdict::Unanswered,
             {u"Nobody answers"_s}},
            {"refused, WebSocket",
             u"ws://127.0.0.1:%closed"_s,
             Verdict::Unanswered,
             {u"Nobody listens"_s}},
            {"host, NATS",
             u"nats://no.such.host.invalid"_s,
             Verdict::Unanswered,
             {u"no.such.host.invalid is unknown"_s}},
            {"host, Redis",
             u"redis://no.such.host.invalid"_s,
             Verdict::Unanswered,
             {u"no.such.host.invalid is unknown"_s}},
            {"password, Redis",
             u"redis://me@127.0.0.1:%redis"_s,
             Verdict::Failed,
             {u"refused the password of “me”"_s}},
            {"password, NATS",
             u"nats://me@127.0.0.1:%nats"_s,
             Verdict::Failed,
             {u"refuses the user “me”"_s}},
            {"password, MQTT",
             u"mqtt://me@127.0.0.1:%mqtt"_s,
             Verdict::Failed,
             {u"does not let the user “me” in"_s}},
            {"no user, MQTT", u"mqtt://127.0.0.1:%mqtt"_s, Verdict::Failed, {u"without a user"_s}},
            {"certificate, Redis",
             u"rediss://127.0.0.1:%tlsredis"_s,
             Verdict::Failed,
             {u"not trusted"_s, u"ca=FILE"_s}},
            {"certificate, NATS",
             u"tls://127.0.0.1:%tlsnats"_s,
             Verdict::Failed,
             {u"not trusted"_s, u"ca=FILE"_s}},
            {"plain to TLS, NATS", u"nats://127.0.0.1:%tlsnats"_s, Verdict::Failed, {u"tls://"_s}},
            {"plain to TLS, Redis",
             u"redis://127.0.0.1:%tlsredis"_s,
             Verdict::Unanswered,
             {u"rediss://"_s}},
            {"TLS to plain, NATS",
             u"tls://127.0.0.1:%opennats"_s,
             Verdict::Failed,
             {u"does not encrypt"_s}},
            {"TLS to plain, Redis",
             u"rediss://127.0.0.1:%openredis"_s,
             Verdict::Unanswered,
             {u"does not encrypt"_s, u"redis://"_s}},
            {"Redis to NATS",
             u"redis://127.0.0.1:%opennats"_s,
             Verdict::Failed,
             {u"does not speak the protocol of Redis"_s}},
            {"NATS to Redis",
             u"nats://127.0.0.1:%openredis"_s,
             Verdict::Unanswered,
             {u"is Redis, not NATS"_s, u"redis://"_s}},
            {"MQTT to Redis",
             u"mqtt://127.0.0.1:%openredis"_s,
             Verdict::Unanswered,
             {u"is Redis, not MQTT"_s}},
            {"MQTT to NATS",
             u"mqtt://127.0.0.1:%opennats"_s,
             Verdict::Failed,
             {u"does not speak MQTT"_s}},
            {"Kafka to Redis",
             u"kafka://127.0.0.1:%openredis?topic=a"_s,
             Verdict::Unanswered,
             {u"is Redis, not Kafka"_s}},
            {"WebSocket to NATS",
             u"ws://127.0.0.1:%opennats"_s,
             Verdict::Failed,
             {u"does not speak WebSocket"_s}},
        };
        tryAll(rows, "wrong");
    }

    void noPermission()
    {
        const std::vector<Row> rows{
            {"Redis",
             u"redis://few@127.0.0.1:%redis?pattern=agents.*"_s,
             Verdict::Failed,
             {u"“few” may not subscribe to agents.*"_s}},
            {"NATS",
             u"nats://few@127.0.0.1:%nats"_s,
             Verdict::Failed,
             {u"does not permit this login to listen to “>”"_s}},
            {"Redis, well",
             u"redis://me@127.0.0.1:%redis?pattern=agents.*"_s,
             Verdict::Attached,
             {u"agents.*"_s}},
            {"NATS, well", u"nats://me@127.0.0.1:%nats"_s, Verdict::Attached, {u"“>”"_s}},
        };
        tryAll(rows, "secret");
    }

    void answersAreKnownByTheirFirstBytes()
    {
        using Is = WhoAnswers::Is;
        QCOMPARE(whoSays("INFO {\"server_id\""), Is::Nats);
        QCOMPARE(whoSays("+PONG\r\n"), Is::Redis);
        QCOMPARE(whoSays("-NOAUTH Authentication required."), Is::Redis);
        QCOMPARE(whoSays("HTTP/1.1 400 Bad Request\r\n"), Is::Http);
        QCOMPARE(whoSays(QByteArray::fromHex("15030300020250")), Is::Encrypted);
        QCOMPARE(whoSays("INFO"), Is::Silent);
        QCOMPARE(whoSays({}), Is::Silent);
    }
};

QTEST_GUILESS_MAIN(TestTrialFailures)
#include "tst_trialfailures.moc"
