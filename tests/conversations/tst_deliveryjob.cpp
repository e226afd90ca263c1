// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conversations/delivery.h"
#include "session/source.h"
#include "support/recorded.h"

#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray json(const QByteArray& text)
{
    return QByteArray(text).replace('\'', '"');
}

Said message(std::chrono::milliseconds after, const QByteArray& text,
             const QByteArray& topic = "cmd.move")
{
    return {after, topic, json(text)};
}

Said command(std::chrono::milliseconds after, const QByteArray& id, const QByteArray& to,
             const QByteArray& more = {})
{
    return message(after, "{'kind':'command','type':'move','from':'planner','to':" + to +
                              ",'id':'" + id + "'" + more + "}");
}

Said answer(std::chrono::milliseconds after, const QByteArray& from, const QByteArray& id,
            const QByteArray& kind = "reply")
{
    return message(after,
                   "{'kind':'" + kind + "','from':'" + from +
                       "','to':'planner','correlation_id':'" + id + "'}",
                   "inbox");
}

/// "robot-1 acknowledged 10 message", a line each.
QString textOf(const Delivery& delivery, const Dictionaries& names)
{
    QString all;
    const auto word = [](std::string_view text) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    };
    for (const DeliveryRow& row : delivery.rows)
        all += u"%1 %2 %3 %4%5\n"_s
                   .arg(QString::fromStdString(names.agentName(row.agent)),
                        word(deliveredName(row.state)))
                   .arg(row.latency < 0 ? -1 : row.latency / 1'000'000)
                   .arg(word(expectedByName(row.by)), row.wasHeardSince ? u" alive"_s : QString());
    return all;
}

} // namespace

class DeliveryJobTest : public QObject
{
    Q_OBJECT

    static QString deliveredOf(const std::vector<Said>& said, Seq seq, Delivery* out = nullptr)
    {
        Recorded recorded(said);
        if (!recorded.waitForAll())
            return u"not recorded"_s;
        const auto session = recorded.close();
        DeliveryRequest request;
        request.seq = seq;
        const auto delivery = deliveryJob(*session->source(), request);
        if (!delivery)
            return delivery.error().message;
        if (out != nullptr)
            *out = *delivery;
        return textOf(*delivery, *session->dictionaries());
    }

private Q_SLOTS:
    void eachNamedReceiverHasARow()
    {
        Delivery delivery;
        const QString text = deliveredOf(
            {
                message(0ms, "{'kind':'event','from':'robot-3'}", "hello"),
                command(10ms, "c1", "['robot-1','robot-2','robot-3','robot-4']"),
                answer(20ms, "robot-1", "c1"),
                answer(40ms, "robot-2", "c1", "error"),
                message(60ms, "{'kind':'event','from':'robot-4'}", "hello"),
            },
            2, &delivery);
        QCOMPARE(text,
                 u"robot-3 nothing -1 message\nrobot-4 nothing -1 message alive\n"
                 "robot-2 failed 30 message alive\nrobot-1 acknowledged 10 message alive\n"_s);
        QCOMPARE(deliverySummary(delivery), u"1 acknowledged, 1 failed, 2 nothing"_s);
        QCOMPARE(delivery.rows[0].lastSign, toNs(kStart));
        QCOMPARE(delivery.rows[3].shownBy, 3);
    }

    void whatFollowsFromItOrFromItsAnswerIsActing()
    {
        const QString text = deliveredOf(
            {
                command(0ms, "c1", "['robot-1','robot-2','robot-3']"),
                message(5ms, "{'kind':'event','from':'robot-1','id':'e1','causation_id':'c1'}",
                        "moved"),
                message(6ms, "{'kind':'reply','from':'robot-2','id':'a2','correlation_id':'c1'}",
                        "inbox"),
                message(9ms, "{'kind':'event','from':'robot-2','causation_id':'a2'}", "moved"),
                answer(12ms, "robot-3", "c1"),
            },
            1);
        QCOMPARE(text, u"robot-1 acted 5 message alive\nrobot-2 acted 6 message alive\n"
                       "robot-3 acknowledged 12 message alive\n"_s);
    }

    void afterItsOwnDeadlineItIsLate()
    {
        Delivery delivery;
        const QString text =
            deliveredOf({command(0ms, "c1", "['robot-1','robot-2']", ",'deadline_ms':100"),
                         answer(50ms, "robot-1", "c1"), answer(150ms, "robot-2", "c1")},
                        1, &delivery);
        QCOMPARE(text,
                 u"robot-2 late 150 message alive\nrobot-1 acknowledged 50 message alive\n"_s);
        QVERIFY(delivery.isDeadlineStated);
    }

    void behindANewerCommandForTheSameOneItIsStale()
    {
        Delivery delivery;
        const QString text = deliveredOf(
            {
                command(0ms, "c1", "['robot-1','robot-2']"),
                command(100ms, "c2", "'robot-1'"), // not for robot-2
                answer(150ms, "robot-1", "c1"),
                answer(160ms, "robot-2", "c1"),
            },
            1, &delivery);
        QCOMPARE(text,
                 u"robot-1 stale 150 message alive\nrobot-2 acknowledged 160 message alive\n"_s);
        QCOMPARE(delivery.rows[0].newer, 2);
    }

    void whoIsNotNamedIsExpectedWhenItAnsweredBefore()
    {
        std::vector<Said> said;
        for (int i = 0; i < 3; ++i) {
            const QByteArray id = "c" + QByteArray::number(i);
            said.push_back(message(
                i * 100ms, "{'kind':'command','type':'stop','from':'planner','id':'" + id + "'}"));
            said.push_back(answer(i * 100ms + 10ms, "robot-1", id));
            said.push_back(answer(i * 100ms + 20ms, "robot-2", id));
        }
        said.push_back(
            message(1000ms, "{'kind':'command','type':'stop','from':'planner','id':'x'}"));
        said.push_back(answer(1010ms, "robot-1", "x"));
        said.push_back(answer(1020ms, "robot-9", "x")); // for the first time
        Delivery delivery;
        QCOMPARE(deliveredOf(said, 10, &delivery),
                 u"robot-2 nothing -1 before\nrobot-1 acknowledged 10 before alive\n"
                 "robot-9 acknowledged 20 answer alive\n"_s);
        QCOMPARE(gradeOf(delivery.rows[0].by), Grade::Inferred);
        QVERIFY(!delivery.isOneOfMany);
    }

    void ofWorkersThatShareATopicOneIsEnough()
    {
        std::vector<Said> said;
        for (int i = 0; i < 8; ++i) {
            const QByteArray id = "c" + QByteArray::number(i);
            said.push_back(
                message(i * 100ms, "{'kind':'request','from':'planner','id':'" + id + "'}"));
            said.push_back(answer(i * 100ms + 10ms, "worker-" + QByteArray::number(i % 3), id));
        }
        said.push_back(message(1000ms, "{'kind':'request','from':'planner','id':'x'}"));
        Delivery delivery;
        QCOMPARE(deliveredOf(said, 15, &delivery), u"worker-1 acknowledged 10 before alive\n"_s);
        QVERIFY(delivery.isOneOfMany);
        // Nobody did: each of them could have.
        QCOMPARE(deliveredOf(said, 17).count(u"nothing"_s), 3);
    }

    void aGroupStandsForItsMembers()
    {
        QCOMPARE(deliveredOf(
                     {
                         message(0ms, "{'kind':'event','from':'robot-1','site':'north'}", "hello"),
                         message(1ms, "{'kind':'event','from':'robot-2','site':'north'}", "hello"),
                         message(2ms, "{'kind':'event','from':'robot-3','site':'south'}", "hello"),
                         command(10ms, "c1", "'north'"),
                         answer(20ms, "robot-2", "c1"),
                     },
                     4),
                 u"robot-1 nothing -1 group\nrobot-2 acknowledged 10 group alive\n"_s);
    }

    void aMessageThatIsNotThereIsAnError()
    {
        QVERIFY(deliveredOf({command(0ms, "c1", "'a'")}, 9).contains(u"no message 9"_s));
    }
};

QTEST_GUILESS_MAIN(DeliveryJobTest)
#include "tst_deliveryjob.moc"
