// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus/connection.h"
#include "bus/hubclient.h"
#include "demo/democonnection.h"
#include "demo/faultorder.h"
#include "demo/swarm.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <mutex>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Keeps what is said about breaking.
class Ear final : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& messages) override
    {
        const std::lock_guard lock(m_mutex);
        for (const HeardMessage& message : messages) {
            if (message.topic.startsWith("demo."))
                m_said.push_back(message);
            ++m_all;
        }
    }
    void note(Gap /*gap*/) override {}
    [[nodiscard]] std::vector<HeardMessage> said() const
    {
        const std::lock_guard lock(m_mutex);
        return m_said;
    }
    [[nodiscard]] int all() const
    {
        const std::lock_guard lock(m_mutex);
        return m_all;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<HeardMessage> m_said;
    int m_all = 0;
};

QJsonObject payloadOf(const QByteArray& json)
{
    return QJsonDocument::fromJson(json).object().value(u"payload"_s).toObject();
}

} // namespace

/// A demo that runs breaks when it is told to.
class TestFaultOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anOrderBecomesAPlan()
    {
        const auto usual = faultPlanFromOrder(faultOrder("slow-agent"), 5 * kSecond);
        QVERIFY(usual);
        QCOMPARE(usual->id, std::string("slow-agent"));
        QCOMPARE(usual->start, 5 * kSecond);
        QCOMPARE(usual->end, 5 * kSecond + findFault("slow-agent")->lasts);

        const auto given = faultPlanFromOrder("{\"topic\":\"demo.break\",\"payload\":{\"fault\":"
                                              "\"silent-agent\",\"for\":\"1500ms\"}}",
                                              kSecond);
        QVERIFY(given);
        QCOMPARE(given->end, 2'500'000'000);
    }

    void aWrongOrderSaysWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("no payload")
            << QByteArray("{\"topic\":\"demo.break\"}") << u"names a fault"_s;
        QTest::newRow("no JSON") << QByteArray("demo.break") << u"names a fault"_s;
        QTest::newRow("unknown") << QByteArray("{\"payload\":{\"fault\":\"nonsense\"}}")
                                 << u"no fault \"nonsense\""_s;
        QTest::newRow("length") << QByteArray(
                                       "{\"payload\":{\"fault\":\"slow-agent\",\"for\":\"soon\"}}")
                                << u"how long"_s;
        QTest::newRow("for ever")
            << QByteArray("{\"payload\":{\"fault\":\"slow-agent\",\"for\":\"900h\"}}")
            << u"an hour"_s;
        QTest::newRow("a number") << QByteArray(
                                         "{\"payload\":{\"fault\":\"slow-agent\",\"for\":20}}")
                                  << u"how long"_s;
    }
    void aWrongOrderSaysWhatIsWrong()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto plan = faultPlanFromOrder(json, 0);
        QVERIFY(!plan);
        QVERIFY2(plan.error().message.contains(says), qPrintable(plan.error().message));
        QVERIFY(payloadOf(faultAnswer(json, plan)).value(u"error"_s).toString().contains(says));
    }

    /// The same fault may come several times; each has a truth of its own.
    void aSwarmBreaksInTheMiddle()
    {
        SwarmOptions options;
        options.agents = 40;
        options.rate = 500;
        Swarm swarm(options);
        std::int64_t now = 0;
        const auto passTo = [&](std::int64_t time) {
            while (now < time)
                now = swarm.next().time;
        };
        passTo(3 * kSecond);
        QVERIFY(swarm.truth().empty());
        for (int times = 1; times <= 2; ++times) {
            FaultPlan plan;
            plan.id = "retry-storm";
            plan.start = now;
            plan.end = now + 4 * kSecond;
            swarm.add(plan);
            passTo(now + 6 * kSecond);
            QCOMPARE(swarm.truth().size(), std::size_t(times));
            QCOMPARE(swarm.truth().back().id, std::string("retry-storm"));
            QVERIFY(!swarm.truth().back().agents.empty());
        }
    }

    void aRunningDemoObeysItsHub()
    {
        auto ear = std::make_shared<Ear>();
        ConnectionContext context;
        context.sink = ear.get();
        auto demo = createDemoConnection(QUrl(u"demo://?agents=20&rate=100"_s), context);
        QVERIFY(demo);
        QVERIFY((*demo)->start());
        QTRY_VERIFY_WITH_TIMEOUT(ear->all() > 20, 10'000);
        HubClient client((*demo)->status().effectiveUrl);
        client.open();
        QTRY_VERIFY(client.isOpen());
        // Its ear opens a moment after its mouth: ask until it answers.
        const auto hasAnswer = [&](const QString& member, const QString& part) {
            for (const HeardMessage& message : ear->said()) {
                if (message.topic == "demo.broken" &&
                    payloadOf(message.raw).value(member).toString().contains(part))
                    return true;
            }
            return false;
        };
        for (int i = 0; i < 50 && !hasAnswer(u"fault"_s, u"retry-storm"_s); ++i) {
            QVERIFY(client.publish(faultOrder("retry-storm")));
            QTest::qWait(100);
        }
        QVERIFY(hasAnswer(u"fault"_s, u"retry-storm"_s));
        QVERIFY(client.publish("{\"topic\":\"demo.break\",\"payload\":{\"fault\":\"rain\"}}"));
        QTRY_VERIFY(hasAnswer(u"error"_s, u"no fault \"rain\""_s));
        (*demo)->stop();
    }
};

QTEST_GUILESS_MAIN(TestFaultOrder)
#include "tst_faultorder.moc"
