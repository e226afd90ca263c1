// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a person writes of a trigger: when, how often, what it does. And what is refused.

#include "triggers/trigger.h"
#include "triggers/triggeraction.h"

#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

Finding found(std::string_view detector, Severity severity, Standing standing = Standing::Open)
{
    Finding finding;
    finding.detector = detector;
    finding.severity = severity;
    finding.standing = standing;
    return finding;
}

QString refusal(const QString& action, const TriggerRules& rules = {})
{
    const auto made = triggerActionFromText(action, rules);
    return made ? QString() : made.error().message;
}

} // namespace

class TestTrigger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anExpressionThatCannotBeReadNamesTheColumn()
    {
        const auto bad = triggerConditionFromText(u"latency > "_s);
        QVERIFY(!bad);
        QCOMPARE(bad.error().code, ErrorCode::WrongUse);
        QVERIFY2(bad.error().message.contains(u"olumn 1"_s), qPrintable(bad.error().message));
        QVERIFY(!triggerConditionFromText(u"  "_s));
        const auto good = triggerConditionFromText(u"kind == error"_s);
        QVERIFY(good && good->filter);
    }

    void aFindingIsMeantByNameBySeverityOrAny()
    {
        const auto named = triggerConditionFromText(u"finding:retry-storm"_s);
        QVERIFY(named && !named->filter);
        QVERIFY(named->holdsFor(found("retry-storm", Severity::Info)));
        QVERIFY(!named->holdsFor(found("slow-agent", Severity::Critical)));
        const auto worse = triggerConditionFromText(u"finding:warning"_s);
        QVERIFY(worse->holdsFor(found("slow-agent", Severity::Critical)));
        QVERIFY(!worse->holdsFor(found("slow-agent", Severity::Info)));
        const auto any = triggerConditionFromText(u"finding:*"_s);
        QVERIFY(any->holdsFor(found("slow-agent", Severity::Info)));
        QVERIFY(!any->holdsFor(found("slow-agent", Severity::Critical, Standing::Muted)));
        const auto unknown = triggerConditionFromText(u"finding:retry-strom"_s);
        QVERIFY(!unknown);
        QVERIFY2(unknown.error().message.contains(u"retry-storm"_s),
                 qPrintable(unknown.error().message));
    }

    void aPolicyIsWrittenAsItIsRead()
    {
        for (const char* text : {"once", "1/10s", "5/1m", "3/250ms", "100/2h"}) {
            const QString given = QString::fromLatin1(text);
            const auto policy = triggerPolicyFromText(given);
            QVERIFY2(policy, text);
            QCOMPARE(triggerPolicyText(*policy), given);
        }
        for (const char* text : {"", "5", "0/1s", "-1/1s", "5/", "/1s", "5/0s", "1e9/1s", "5/10"})
            QVERIFY2(!triggerPolicyFromText(QString::fromLatin1(text)), text);
    }

    void aGateLetsThroughWhatThePolicyAllows()
    {
        TriggerGate once(TriggerPolicy{true, 1, 1s});
        QVERIFY(once.admits(1));
        QVERIFY(once.isSpent());
        QVERIFY(!once.admits(std::int64_t(1) << 60));

        TriggerGate two(TriggerPolicy{false, 2, 1s});
        const std::int64_t s = 1'000'000'000;
        QVERIFY(two.admits(0));
        QVERIFY(two.admits(s / 2));
        QVERIFY(!two.admits(s - 1));
        QVERIFY(two.admits(s)); // the first is a second old
        QVERIFY(!two.admits(s + 1));
        QVERIFY(two.admits(s + s / 2));
        QVERIFY(!two.isSpent());
    }

    void whatIsRememberedComesBackAndDamageIsLeftOut()
    {
        const std::vector<Trigger> triggers{
            {u"slow"_s,
             u"latency > 2s"_s,
             {false, 5, 1min},
             {u"keep:30s,10s"_s, u"notify"_s},
             true},
            {u"storm"_s, u"finding:retry-storm"_s, {true, 1, 10s}, {}, false}};
        QByteArray json = triggersToJson(triggers);
        QCOMPARE(triggersFromJson(json), triggers);
        json.replace("\"5/1m\"", "\"often\"");
        QCOMPARE(triggersFromJson(json), std::vector<Trigger>{triggers[1]});
        QVERIFY(triggersFromJson("[1,null,{\"name\":3}]").empty());
        QVERIFY(triggersFromJson("{").empty());
    }

    void whatReachesOutIsOffUntilSwitchedOn()
    {
        QVERIFY(refusal(u"run:touch /tmp/x"_s).contains(u"--allow-run"_s));
        TriggerRules rules;
        rules.mayRun = true;
        QCOMPARE(refusal(u"run:touch /tmp/x"_s, rules), QString());
        QVERIFY(refusal(u"webhook:http://example.org/x"_s).contains(u"--allow-webhook"_s));
        // A name that looks like this machine is not this machine.
        QVERIFY(!refusal(u"webhook:http://localhost.example.org/x"_s).isEmpty());
        QVERIFY(!refusal(u"webhook:http://127.0.0.1@example.org/x"_s).isEmpty());
        QVERIFY(!refusal(u"webhook:file:///etc/passwd"_s).isEmpty());
        for (const char* own : {"http://127.0.0.1:9/x", "http://localhost/x", "https://[::1]/"})
            QCOMPARE(refusal(u"webhook:"_s + QString::fromLatin1(own)), QString());
        rules.webhookHosts = {u"example.org"_s};
        QCOMPARE(refusal(u"webhook:http://example.org/x"_s, rules), QString());
        QVERIFY(refusal(u"freeze"_s).contains(u"window"_s));
        rules.hasWindow = true;
        QCOMPARE(refusal(u"freeze"_s, rules), QString());
    }

    void whatAnActionLacksIsSaid()
    {
        TriggerRules rules;
        rules.mayRun = true;
        for (const char* wrong :
             {"keep", "keep:30s", "keep:30,10", "keep:-1s,1s", "keep:30h,1s", "keep:1s,1s,1s",
              "run:", "run:[]", "run:[1]", "webhook:", "webhook:nowhere", "inject:", "inject:topic",
              "inject:topic @/nowhere/at/all", "explode", ""})
            QVERIFY2(!refusal(QString::fromLatin1(wrong), rules).isEmpty(), wrong);
        for (const char* right : {"keep:30s,10s", "keep: 0s, 1m :a:b.murmur", "mark", "mark:now",
                                  "notify", "run:[\"sh\",\"c d\"]", "inject:alerts {}"})
            QCOMPARE(refusal(QString::fromLatin1(right), rules), QString());
    }

    void whatCanNeverWorkIsRefused()
    {
        TriggerRules rules;
        rules.mayRun = true;
        QVERIFY(refusal(u"run:no-such-program-here"_s, rules).contains(u"cannot be run"_s));
        QVERIFY(refusal(u"run:/proc/version"_s, rules).contains(u"cannot be run"_s));
        QVERIFY(refusal(u"keep:1s,1s:/proc/x.murmur"_s).contains(u"no folder"_s));
        QVERIFY(refusal(u"keep:1s,1s:/nowhere/x.murmur"_s).contains(u"no folder"_s));
        rules.sources = {QUrl(u"nats://127.0.0.1"_s)};
        QVERIFY(refusal(u"inject:$SYS.x {}"_s, rules).contains(u"topic of the bus itself"_s));
        QVERIFY(refusal(u"inject:shop.payment {}"_s, rules).contains(u"cannot be taken back"_s));
        QCOMPARE(refusal(u"inject:{{message.topic}}.seen {}"_s, rules), QString());
        rules.injectTo = QUrl(u"listen://127.0.0.1:7777"_s);
        QCOMPARE(refusal(u"inject:$SYS.x {}"_s, rules), QString());
    }

    void secretsNeverStandInAUrl()
    {
        const QString said = refusal(u"webhook:http://user:pw@127.0.0.1/"_s);
        QVERIFY2(said.contains(u"password"_s), qPrintable(said));
        QVERIFY(!said.contains(u"pw"_s));
        QVERIFY(!refusal(u"webhook:http://token@127.0.0.1/"_s).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestTrigger)
#include "tst_trigger.moc"
