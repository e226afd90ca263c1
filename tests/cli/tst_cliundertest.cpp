// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur replay --under-test`: an agent, a real process, is told again what it was told, and does
// the same, takes longer, or does something else.

#include "cli/murmurprocess.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <memory>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// A hub that records, and the agent at it.
struct Bus
{
    Bus(const QString& file, const QString& manner)
        : hub(file)
        , port(hub.port())
    {
        agent.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGKILL); });
        agent.start(QStringLiteral(WORKER_AGENT), {u"ws://127.0.0.1:%1"_s.arg(port), manner});
        isReady = agent.waitForReadyRead(10'000);
    }
    ~Bus()
    {
        agent.terminate();
        agent.waitForFinished(5000);
    }
    [[nodiscard]] QString url() const { return u"listen://127.0.0.1:%1"_s.arg(port); }
    int close()
    {
        hub.signal(SIGINT);
        return hub.outcome().code;
    }

    Recording hub;
    quint16 port = 0;
    QProcess agent;
    bool isReady = false;
};

} // namespace

class TestCliUnderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        Bus bus(path(u"said.murmur"_s), u"same"_s);
        QVERIFY(bus.isReady);
        for (int i = 1; i <= 5; ++i) {
            post(bus.port, "{\"topic\":\"tasks\",\"from\":\"boss\",\"to\":\"worker\",\"kind\":"
                           "\"request\",\"id\":\"q" +
                               QByteArray::number(i) +
                               "\",\"payload\":{\"n\":" + QByteArray::number(i) + "}}");
            QTest::qWait(20);
        }
        QTest::qWait(100);
        QCOMPARE(bus.close(), 0);
        QCOMPARE(
            murmur::murmur({u"query"_s, path(u"said.murmur"_s), u"from == worker"_s, u"--json"_s})
                .objects()
                .size(),
            5u);
    }

    void oneThatDoesTheSamePasses()
    {
        const Outcome outcome = tested(u"same"_s, {u"--slower"_s, u"300"_s}); // a busy machine
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err + outcome.out).constData());
        const QJsonObject end = outcome.objects().back();
        QCOMPARE(end[u"under_test"].toString(), u"worker"_s);
        QCOMPARE(end[u"recorded"].toInt(), 5);
        QCOMPARE(end[u"living"].toInt(), 5);
        QCOMPARE(end[u"same"].toInt(), 5);
        QCOMPARE(end[u"divergences"].toInt(), 0);
        QVERIFY(junit().contains("tests=\"5\" failures=\"0\""));
        QCOMPARE(junit().count("<testcase "), 5);
    }
    void itPassesDrivenByItsReplies()
    {
        const Outcome outcome = tested(u"same"_s, {u"--reply-driven"_s, u"--slower"_s, u"300"_s});
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err + outcome.out).constData());
        QCOMPARE(outcome.objects().back()[u"same"].toInt(), 5);
    }
    void oneThatTakesLongerIsSlower()
    {
        const Outcome outcome = tested(u"slower"_s, {});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.objects().back()[u"living"].toInt(), 5);
        QCOMPARE(divergences(outcome), QStringList(5, u"slower"_s));
        const Outcome patient = tested(u"slower"_s, {u"--slower"_s, u"0"_s});
        QVERIFY2(patient.code == 0, QByteArray(patient.err + patient.out).constData());
    }
    void oneThatSaysSomethingElseDiffersThere()
    {
        const Outcome outcome = tested(u"different"_s, {u"--slower"_s, u"300"_s});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(divergences(outcome), QStringList{u"different"_s});
        const auto lines = outcome.objects();
        const auto point = std::ranges::find_if(
            lines, [](const QJsonObject& line) { return line.contains(u"divergence"); });
        QCOMPARE((*point)[u"path"].toString(), u"/double"_s);
        QCOMPARE((*point)[u"was"].toString(), u"6"_s);
        QCOMPARE((*point)[u"now"].toString(), u"7"_s);
        QVERIFY(junit().contains("tests=\"5\" failures=\"1\""));
        QCOMPARE(junit().count("<testcase "), 5);
        QVERIFY(junit().contains("/double"));
        const Outcome ignored =
            tested(u"different"_s, {u"--ignore"_s, u"/double"_s, u"--slower"_s, u"300"_s});
        QVERIFY2(ignored.code == 0, QByteArray(ignored.err + ignored.out).constData());
    }
    void oneThatSaysMoreIsTold()
    {
        const Outcome outcome = tested(u"more"_s, {u"--slower"_s, u"300"_s});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(divergences(outcome), QStringList{u"extra"_s});
        const auto lines = outcome.objects();
        const auto point = std::ranges::find_if(
            lines, [](const QJsonObject& line) { return line.contains(u"divergence"); });
        QCOMPARE((*point)[u"topic"].toString(), u"thoughts"_s);
        QCOMPARE(outcome.objects().back()[u"same"].toInt(), 5);
        QVERIFY(junit().contains("failures=\"1\""));
    }
    /// One that takes longer than the questions were apart.
    void itIsAskedAtTheRecordedPaceOrWhenItHasAnswered()
    {
        QVERIFY(tested(u"slower"_s, {u"--slower"_s, u"0"_s}).code == 0);
        QCOMPARE(heardByTheLast(), u"qqqqqaaaaa"_s);
        QVERIFY(tested(u"slower"_s,
                       {u"--slower"_s, u"0"_s, u"--reply-driven"_s, u"--answers-for"_s, u"20s"_s})
                    .code == 0);
        QCOMPARE(heardByTheLast(), u"qaqaqaqaqa"_s);
        // One who says nothing is not waited for without an end.
        QElapsedTimer timer;
        timer.start();
        Recording hub(path(u"mute.murmur"_s));
        const Outcome mute = murmur::murmur(
            {u"replay"_s, path(u"said.murmur"_s), u"--to"_s,
             u"listen://127.0.0.1:%1"_s.arg(hub.port()), u"--under-test"_s, u"worker"_s,
             u"--reply-driven"_s, u"--answers-for"_s, u"300ms"_s, u"--arm"_s, u"--json"_s});
        QCOMPARE(divergences(mute), QStringList(5, u"missing"_s));
        QVERIFY(timer.elapsed() >= 1200);
    }
    void onlyWhatWasAskedForIsMissed()
    {
        // Questions and answers alternate, or not: the numbers are those of the questions.
        QStringList questions;
        for (const QJsonObject& one :
             murmur::murmur({u"query"_s, path(u"said.murmur"_s), u"to == worker"_s, u"--json"_s})
                 .objects())
            questions << QString::number(one[u"seq"].toInteger());
        QCOMPARE(questions.size(), 5);
        const QString some = questions[0] + u',' + questions[2];
        for (const QStringList& more :
             {QStringList{u"--seq"_s, some}, QStringList{u"--seq"_s, some, u"--reply-driven"_s},
              QStringList{u"--where"_s, u"to == worker and (id == q1 or id == q3)"_s}}) {
            const Outcome outcome = tested(u"same"_s, more + QStringList{u"--slower"_s, u"300"_s});
            QVERIFY2(outcome.code == 0, QByteArray(outcome.err + outcome.out).constData());
            const QJsonObject end = outcome.objects().back();
            QCOMPARE(end[u"recorded"].toInt(), 2);
            QCOMPARE(end[u"same"].toInt(), 2);
            QCOMPARE(end[u"not_asked"].toInt(), 3);
            QVERIFY(junit().contains("tests=\"2\" failures=\"0\""));
        }
        const Outcome limited =
            tested(u"same"_s, {u"--max-messages"_s, u"2"_s, u"--slower"_s, u"300"_s});
        QVERIFY2(!limited.objects().empty(), limited.err.constData());
        QCOMPARE(limited.objects().back()[u"recorded"].toInt(), 2);
        QCOMPARE(limited.objects().back()[u"not_asked"].toInt(), 3);
        QCOMPARE(divergences(limited), QStringList());
        // One who is asked and says nothing is still missed.
        Recording hub(path(u"asked.murmur"_s));
        const Outcome mute = murmur::murmur(
            {u"replay"_s, path(u"said.murmur"_s), u"--to"_s,
             u"listen://127.0.0.1:%1"_s.arg(hub.port()), u"--under-test"_s, u"worker"_s, u"--seq"_s,
             some, u"--answers-for"_s, u"300ms"_s, u"--arm"_s, u"--json"_s});
        QCOMPARE(divergences(mute), QStringList(2, u"missing"_s));
    }
    void oneThatIsNotThereSaysNothing()
    {
        Recording hub(path(u"alone.murmur"_s));
        const Outcome outcome =
            murmur::murmur({u"replay"_s, path(u"said.murmur"_s), u"--to"_s,
                            u"listen://127.0.0.1:%1"_s.arg(hub.port()), u"--under-test"_s,
                            u"worker"_s, u"--answers-for"_s, u"300ms"_s, u"--arm"_s, u"--json"_s});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(divergences(outcome), QStringList(5, u"missing"_s));
        const Outcome nobody =
            murmur::murmur({u"replay"_s, path(u"said.murmur"_s), u"--to"_s,
                            u"listen://127.0.0.1:1"_s, u"--under-test"_s, u"nobody"_s, u"--arm"_s});
        QVERIFY(nobody.code != 0 && nobody.err.contains("nobody"));
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }
    [[nodiscard]] QByteArray junit() const
    {
        QFile file(path(u"junit.xml"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] Outcome tested(const QString& manner, const QStringList& more)
    {
        Bus bus(path(u"living-%1.murmur"_s.arg(++m_count)), manner);
        if (!bus.isReady)
            return {};
        const Outcome outcome =
            murmur::murmur(QStringList{u"replay"_s, path(u"said.murmur"_s), u"--to"_s, bus.url(),
                                       u"--under-test"_s, u"worker"_s, u"--junit"_s,
                                       path(u"junit.xml"_s), u"--arm"_s, u"--json"_s} +
                           more);
        if (bus.close() != 0)
            return {};
        return outcome;
    }
    static QStringList divergences(const Outcome& outcome)
    {
        QStringList names;
        for (const QJsonObject& line : outcome.objects()) {
            if (line.contains(u"divergence"))
                names << line[u"divergence"].toString();
        }
        return names;
    }

    /// The questions and answers in the order in which the bus of the last test heard them.
    [[nodiscard]] QString heardByTheLast() const
    {
        QString order;
        for (const QJsonObject& message :
             murmur::murmur(
                 {u"query"_s, path(u"living-%1.murmur"_s.arg(m_count)), u""_s, u"--json"_s})
                 .objects())
            order += message[u"topic"].toString() == u"tasks"_s ? u'q' : u'a';
        return order;
    }

    QTemporaryDir m_dir;
    int m_count = 0;
};

QTEST_GUILESS_MAIN(TestCliUnderTest)
#include "tst_cliundertest.moc"
