// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording leaves out or overwrites by choice: nothing of it is on the disk, and nothing of
// it is silent.

#include "base/transport.h"
#include "session/intake.h"
#include "session/redaction.h"
#include "session/reread.h"
#include "support/ledger.h"
#include "support/messages.h"
#include "support/told.h"

#include <QFile>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray redacted(QByteArray text)
{
    redactMembers(text.data(), static_cast<std::size_t>(text.size()));
    return text;
}

HeardMessage heard(const char* topic, const QByteArray& raw)
{
    HeardMessage message;
    message.topic = topic;
    message.raw = raw;
    message.received = kMessagesStart;
    return message;
}

Intake intakeOf(const IntakeRules& rules)
{
    auto intake = Intake::from(rules);
    if (!intake)
        qFatal("%s", qUtf8Printable(intake.error().message));
    return std::move(*intake);
}

std::string headerOf(const HeardMessage& message, std::string_view name)
{
    for (const auto& [key, value] : headersFromBytes(
             {message.headers.constData(), static_cast<std::size_t>(message.headers.size())})) {
        if (key == name)
            return value;
    }
    return {};
}

} // namespace

class TestIntake : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;

    QString recorded(const QString& name, const IntakeRules& rules,
                     const std::vector<HeardMessage>& messages)
    {
        RecorderOptions options;
        options.path = m_directory.filePath(name);
        options.rules = rules;
        Recorder recorder(options);
        if (const auto started = recorder.start(); !started)
            qFatal("%s", qUtf8Printable(started.error().message));
        recorder.setWaitsForRoom(true);
        const ConnectionId id = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        auto batch = messages;
        for (HeardMessage& message : batch)
            message.connection = id;
        recorder.sink().hear(std::move(batch));
        (void)recorder.stop();
        return options.path;
    }

private Q_SLOTS:
    void knownSecretsAreOverwritten_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const char* text, const char* expected) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(expected);
        };
        row("member", R"({"password":"hunter2","a":1})", R"({"password":"*******","a":1})");
        row("spaces", R"({"api_key" : "abc"})", R"({"api_key" : "***"})");
        row("spelling", R"({"X-Api-Key":"abc","accessToken":"def"})",
            R"({"X-Api-Key":"***","accessToken":"***"})");
        row("escaped quote", "{\"secret\":\"a\\\"b\",\"c\":\"d\"}",
            "{\"secret\":\"****\",\"c\":\"d\"}");
        row("escaped end", "{\"secret\":\"a\\\\\",\"c\":\"d\"}",
            "{\"secret\":\"***\",\"c\":\"d\"}");
        row("number", R"({"pwd":-120.5,"n":7})", R"({"pwd":-999.9,"n":7})");
        row("nested", R"({"a":{"b":[{"authorization":"Bearer x"}]}})",
            R"({"a":{"b":[{"authorization":"********"}]}})");
        row("json in json", "{\"body\":\"{\\\"password\\\":\\\"hun\\\\\\\"ter\\\",\\\"u\\\":1}\"}",
            "{\"body\":\"{\\\"password\\\":\\\"**********\\\",\\\"u\\\":1}\"}");
        row("cut off", "{\"password\":\"hunt", "{\"password\":\"****");
        row("framed", "\x01\x02{\"password\":\"x\"}", "\x01\x02{\"password\":\"*\"}");
        row("spoken tokens", R"({"token":"Hello","max_tokens":256,"tokens":["a"]})",
            R"({"token":"Hello","max_tokens":256,"tokens":["a"]})");
        row("a credential", R"({"token":"eyJhbGciOiJIUzI1NiJ9"})",
            R"({"token":"********************"})");
        row("no name", R"({"note":"the password: hunter2"})",
            R"({"note":"the password: hunter2"})");
        row("object", R"({"credentials":{"user":"me","password":"x"}})",
            R"({"credentials":{"user":"**","password":"*"}})");
        row("list", "{\"api_key\":[\"k1\",{\"b\":\"k2\"}],\"a\":[\":\"]}",
            "{\"api_key\":[\"**\",{\"b\":\"**\"}],\"a\":[\":\"]}");
        row("lists of headers",
            "[{\"name\":\"Authorization\",\"value\":\"Bearer x\"},{\"name\":\"a\"}]",
            "[{\"name\":\"Authorization\",\"value\":\"********\"},{\"name\":\"a\"}]");
        row("attributes",
            "{\"key\":\"api_key\",\"value\":{\"stringValue\":\"LEAK\"}},{\"key\":\"http.request."
            "header.authorization\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":"
            "\"LEAK\"}]}}}",
            "{\"key\":\"api_key\",\"value\":{\"stringValue\":\"****\"}},{\"key\":\"http.request."
            "header.authorization\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"****"
            "\"}]}}}");
        row("other attributes", "{\"key\":\"model\",\"value\":{\"stringValue\":\"gpt\"}}",
            "{\"key\":\"model\",\"value\":{\"stringValue\":\"gpt\"}}");
        row("ends like one",
            "{\"db_password\":\"a\",\"userPassword\":\"b\",\"aws_secret_access_key\":\"c\"}",
            "{\"db_password\":\"*\",\"userPassword\":\"*\",\"aws_secret_access_key\":\"*\"}");
        row("begins like one", "{\"password_rules\":\"long\",\"secretary\":\"Eve\"}",
            "{\"password_rules\":\"long\",\"secretary\":\"Eve\"}");
        row("escaped name", "{\"pass\\u0077ord\":\"abc\"}", "{\"pass\\u0077ord\":\"***\"}");
        row("counted passes", "{\"pass\":12,\"jwt\":\"no\"}", "{\"pass\":12,\"jwt\":\"no\"}");
        row("a short pass", "{\"pass\":\"abc\",\"auth\":\"Bearer x\"}",
            "{\"pass\":\"***\",\"auth\":\"********\"}");
        row("bot", "{\"bot_token\":\"123456:ABCdefGHIjklMNOpq\"}",
            "{\"bot_token\":\"************************\"}");
        row("url",
            "{\"db\":\"postgres://u:p@w@h:5/x\",\"u\":\"http://a:80/@x\",\"v\":\"s://me@h\"}",
            "{\"db\":\"postgres://u:***@h:5/x\",\"u\":\"http://a:80/@x\",\"v\":\"s://me@h\"}");
        row("no end", "{\"password\":[[[{\"a\":", "{\"password\":[[[{\"a\":");
        row("empty", R"({"password":""})", R"({"password":""})");
        row("colons", ":::\":\"::", ":::\":\"::");
    }
    void knownSecretsAreOverwritten()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(redacted(text), expected);
        QCOMPARE(redacted(redacted(text)), expected);
    }

    void headersAndPatterns()
    {
        IntakeRules rules;
        rules.redact = {u"orders.*:/card=(\\d+)/"_s, u"/sk-[a-z0-9]+/"_s};
        Intake intake = intakeOf(rules);
        HeardMessage message = heard("orders.1", "card=4111 sk-abc \xff");
        message.headers = QByteArray::fromStdString(
            headersToBytes({{"Authorization", "Bearer abc"}, {"x", "y"}}));
        intake.apply(message);
        QCOMPARE(message.raw, QByteArray("card=**** ****** \xff"));
        QCOMPARE(headerOf(message, "Authorization"), std::string("**********"));
        QCOMPARE(headerOf(message, "x"), std::string("y"));
        QVERIFY((message.flags & Redacted) != 0);
        HeardMessage other = heard("bills.1", "card=4111");
        intake.apply(other);
        QCOMPARE(other.raw, QByteArray("card=4111"));
        QVERIFY((other.flags & Redacted) == 0);
    }

    void whatAServerSaysBackIsOverwritten()
    {
        Intake intake = intakeOf({});
        ConnectionOptions options;
        options.token = "tok-123456789";
        options.password = "short"; // a word that other texts have too
        intake.addSecrets(options);
        HeardMessage message = heard("a", "GET /feed?k=tok-123456789 short tok-123456789");
        message.headers =
            QByteArray::fromStdString(headersToBytes({{"url", "/feed?k=tok-123456789"}}));
        intake.apply(message);
        QCOMPARE(message.raw, QByteArray("GET /feed?k=************* short *************"));
        QCOMPARE(headerOf(message, "url"), std::string("/feed?k=*************"));
        QVERIFY((message.flags & Redacted) != 0);
        QVERIFY(intake.redactionText().find("secrets of the connections") != std::string::npos);
    }

    void whatALaterConnectionGivesToItsBusIsOverwrittenToo()
    {
        QFile credentials(m_directory.filePath(u"box.creds"_s));
        QVERIFY(credentials.open(QIODevice::WriteOnly));
        const QByteArray jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5In0.abc";
        credentials.write("-----BEGIN NATS USER JWT-----\n" + jwt +
                          "\n------END NATS USER JWT------\n");
        credentials.close();
        RecorderOptions options;
        options.path = m_directory.filePath(u"later.murmur"_s);
        Recorder recorder(options);
        QVERIFY(recorder.start());
        const ConnectionId id = recorder.registerConnection(QUrl(u"test://a"_s), u"a"_s);
        const auto say = [&](const QByteArray& text) {
            HeardMessage message = heard("a", text);
            message.connection = id;
            recorder.sink().hear({message});
        };
        ConnectionOptions later;
        later.token = "tok-123456789";
        QVERIFY(recorder.attach(QUrl(u"listen://127.0.0.1:0"_s), later));
        say("who said tok-123456789");
        QVERIFY(recorder.attach(
            QUrl(u"nats://127.0.0.1:1?subject=a&creds="_s + credentials.fileName())));
        say("who said " + jwt);
        QVERIFY(recorder.stop());
        auto session = opened(options.path);
        for (Seq seq = 1; seq <= 2; ++seq) {
            const auto message = waitFor(session->message(seq));
            QVERIFY(message);
            QCOMPARE(message->raw.count('*'), seq == 1 ? later.token.size() : jwt.size());
        }
    }

    /// However deep, it takes time in proportion to its size.
    void nestedSecretsAreOverwrittenOnce()
    {
        QByteArray text;
        for (int i = 0; i < 200'000; ++i)
            text += "{\"password\":[";
        text += "\"x\"";
        redactMembers(text.data(), static_cast<std::size_t>(text.size()));
        QVERIFY(text.startsWith("{\"password\":["));
    }

    void whatIsNotChangedIsNotCopied()
    {
        Intake intake = intakeOf({});
        HeardMessage message = heard("a", R"({"from":"me","note":"hello"})");
        const QByteArray shared = message.raw;
        intake.apply(message);
        QCOMPARE(message.raw.constData(), shared.constData());
        QVERIFY((message.flags & Redacted) == 0);
    }

    void rulesThatAreWrongAreRefused()
    {
        std::vector<IntakeRules> wrong(5);
        wrong[0].only = {u"a.>.b"_s};
        wrong[1].exclude = {u""_s};
        wrong[2].payloadLimit = {u"a=much"_s};
        wrong[3].redact = {u"("_s};
        wrong[4].redact = {u"//"_s};
        for (const IntakeRules& rules : wrong) {
            const auto intake = Intake::from(rules);
            QVERIFY(!intake);
            QVERIFY(!intake.error().message.isEmpty());
        }
    }

    void aSecretIsNowhereOnTheDisk()
    {
        std::vector<HeardMessage> messages;
        for (int i = 0; i < 500; ++i) {
            messages.push_back(heard(
                "login", "{\"from\":\"a\",\"to\":\"b\",\"type\":\"login\",\"password\":\"Zq9-" +
                             QByteArray::number(i) + "-plainly\",\"n\":" + QByteArray::number(i) +
                             '}'));
        }
        const QString path = recorded(u"secret.murmur"_s, {}, messages);
        auto session = opened(path);
        MatchRequest request;
        request.filter = *parseFilter(u"Zq9"_s, {});
        QCOMPARE(waitFor(session->search(request))->seqs.size(), std::size_t(0));
        MatchRequest flagged;
        flagged.filter = *parseFilter(u"flags contains redacted and payload.password exists"_s, {});
        flagged.limit = 1000;
        QCOMPARE(waitFor(session->search(flagged))->seqs.size(), std::size_t(500));
        const auto info = waitFor(session->info());
        QCOMPARE(info->redaction, QStringList{u"known secrets"_s});
    }

    void whatIsLeftOutKeepsItsEnvelope()
    {
        std::vector<HeardMessage> messages;
        messages.push_back(heard("tasks", "{\"id\":\"m1\",\"from\":\"a\",\"to\":[\"b\",\"c\"],"
                                          "\"kind\":\"request\",\"correlation_id\":\"k\","
                                          "\"trace_id\":\"t\",\"thread_id\":\"th\",\"type\":"
                                          "\"work\",\"seq\":7,\"body\":\"PLAIN\"}"));
        messages.push_back(
            heard("tasks", R"({"from":"b","to":"a","kind":"reply","correlation_id":"k"})"));
        messages.push_back(heard("camera", QByteArray(5000, 'x')));
        messages.push_back(heard("camera", "small"));
        for (std::size_t i = 0; i < messages.size(); ++i)
            messages[i].received += static_cast<std::int64_t>(i) * 1'000'000;
        const QString whole = recorded(u"whole.murmur"_s, {}, messages);
        IntakeRules rules;
        rules.exclude = {u"tasks"_s};
        rules.payloadLimit = {u"camera=1KiB"_s};
        const QString path = recorded(u"left.murmur"_s, rules, messages);
        const auto facts = [](const QString& of) {
            auto session = opened(of);
            QStringList lines;
            for (QString line : told(*session)) {
                // Flags and sizes differ, and are looked at below.
                QStringList words = line.split(u' ');
                words.removeAt(6);
                words.removeLast();
                lines << words.join(u' ');
            }
            return lines;
        };
        QCOMPARE(facts(path), facts(whole));
        auto session = opened(path);
        MatchRequest request;
        request.filter = *parseFilter(u"flags contains withheld"_s, {});
        QCOMPARE(waitFor(session->search(request))->seqs, (std::vector<Seq>{1, 2, 3}));
        QCOMPARE(withId(*session, u"trace == \"t\""_s), std::vector<Seq>{1});
        QCOMPARE(withId(*session, u"conversation == \"th\""_s), std::vector<Seq>{1});
        MatchRequest plain;
        plain.filter = *parseFilter(u"PLAIN"_s, {});
        QCOMPARE(waitFor(session->search(plain))->seqs.size(), std::size_t(0));
        const auto info = waitFor(session->info());
        QCOMPARE(info->rules, QStringList({u"exclude tasks"_s, u"payload-limit camera=1KiB"_s}));
        session.reset();

        // Read again, the envelope is all that is left, and it is enough.
        const QStringList before = facts(path);
        QVERIFY(rereadRecording(path, {}).ok());
        QCOMPARE(facts(path), before);
    }

    void onlyKeepsTheOthersEnvelopes()
    {
        IntakeRules rules;
        rules.only = {u"swarm.>"_s};
        Intake intake = intakeOf(rules);
        HeardMessage kept = heard("swarm.a", "x");
        HeardMessage left = heard("logs.a", R"({"from":"me"})");
        intake.apply(kept);
        intake.apply(left);
        QCOMPARE(kept.raw, QByteArray("x"));
        QVERIFY(left.raw.isEmpty());
        QCOMPARE(headerOf(left, "murmur-withheld"), std::string("only"));
        QCOMPARE(headerOf(left, "murmur-length"), std::string("13"));
        QCOMPARE(headerOf(left, transport::kSender), std::string("me"));
    }
};

QTEST_GUILESS_MAIN(TestIntake)
#include "tst_intake.moc"
