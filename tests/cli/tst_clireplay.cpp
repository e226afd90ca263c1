// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur replay` from a recording onto a hub that another process has open, as a person does it.

#include "cli/murmurprocess.h"

#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMessages = 300;
constexpr int kApart = 5; // ms

/// The nanoseconds of an ISO time within its day.
double millisecondsOf(const QJsonObject& message)
{
    const QString time = message[u"time"].toString();
    const QTime clock = QTime::fromString(time.mid(11, 8), u"HH:mm:ss"_s);
    return clock.msecsSinceStartOfDay() + time.mid(20, 9).toDouble() / 1e6;
}

} // namespace

class TestCliReplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
        QFile lines(path(u"said.jsonl"_s));
        QVERIFY(lines.open(QIODevice::WriteOnly));
        const QDateTime start =
            QDateTime::fromString(u"2026-05-21T10:17:00.000Z"_s, Qt::ISODateWithMs);
        for (int i = 0; i < kMessages; ++i) {
            const QJsonObject message{
                {u"topic"_s, i % 3 == 0 ? u"swarm.task"_s : u"swarm.state"_s},
                {u"from"_s, i % 2 == 0 ? u"planner"_s : u"robot"_s},
                {u"id"_s, u"m%1"_s.arg(i)},
                {u"timestamp"_s, start.addMSecs(i * kApart).toString(Qt::ISODateWithMs)},
                {u"payload"_s, QJsonObject{{u"n"_s, i}, {u"text"_s, u"ä \"%1\""_s.arg(i)}}}};
            lines.write(QJsonDocument(message).toJson(QJsonDocument::Compact) + '\n');
        }
        lines.close();
        const Outcome imported =
            murmur::murmur({u"import"_s, lines.fileName(), u"-o"_s, path(u"said.murmur"_s)});
        QVERIFY2(imported.code == 0, QByteArray(imported.err).constData());
    }

    void withoutArmNothingIsSent()
    {
        Recording hub(path(u"none.murmur"_s));
        const quint16 port = hub.port();
        QVERIFY(port != 0);
        const Outcome told = replay({u"--to"_s, urlOf(port), u"--map"_s, u"swarm.*=test.$1"_s});
        QCOMPARE(told.code, 2);
        QVERIFY(told.err.contains("add --arm"));
        QVERIFY(told.out.contains("test.state"));
        const Outcome asked = replay({u"--to"_s, urlOf(port), u"--dry-run"_s, u"--json"_s});
        QCOMPARE(asked.code, 0);
        const QJsonObject json = asked.objects().at(0);
        QCOMPARE(json[u"messages"].toInt(), kMessages);
        QCOMPARE(json[u"topics"][u"swarm.task"].toInt(), kMessages / 3);
        QCOMPARE(json[u"duration_ns"].toInteger(), (kMessages - 1) * kApart * 1'000'000LL);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        QVERIFY(recorded(u"none.murmur"_s).empty());
        // And none is needed for a look.
        QCOMPARE(replay({u"--to"_s, u"listen://127.0.0.1:1"_s, u"--dry-run"_s}).code, 0);
    }

    void itArrivesInOrderWithItsSpacing()
    {
        const std::vector<QJsonObject> sent = recorded(u"said.murmur"_s);
        const Outcome outcome = played(u"equal.murmur"_s, {});
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err).constData());
        const QJsonObject report = outcome.objects().back();
        QCOMPARE(report[u"state"].toString(), u"finished"_s);
        QCOMPARE(report[u"sent"].toInt(), kMessages);
        QCOMPARE(report[u"failed"].toInt(), 0);
        QCOMPARE(report[u"marked"][u"payload"].toInt(), kMessages);
        QCOMPARE(outcome.objects().size(), kMessages + 1u);

        const std::vector<QJsonObject> got = recorded(u"equal.murmur"_s);
        QCOMPARE(got.size(), sent.size());
        std::vector<double> wrong;
        for (std::size_t i = 0; i < got.size(); ++i) {
            for (const QString& key : {u"topic"_s, u"from"_s, u"id"_s, u"payload"_s, u"kind"_s})
                QCOMPARE(got[i][key], sent[i][key]);
            QVERIFY(got[i][u"flags"].toArray().contains(u"replayed"_s));
            if (i > 0)
                wrong.push_back(
                    std::abs(millisecondsOf(got[i]) - millisecondsOf(got[i - 1]) - kApart));
        }
        std::ranges::sort(wrong);
        std::printf(
            "from murmur to the hub's recording, %d messages %d ms apart: spacing error p50 "
            "%.3f ms, p99 %.3f ms, max %.3f ms; lateness p50 %.3f ms\n",
            kMessages, kApart, wrong[wrong.size() / 2], wrong[wrong.size() * 99 / 100],
            wrong.back(), report[u"late_p50_ns"].toDouble() / 1e6);

        // What was replayed is not replayed again.
        const Outcome again =
            murmur::murmur({u"replay"_s, path(u"equal.murmur"_s), u"--to"_s,
                            u"listen://127.0.0.1:1"_s, u"--dry-run"_s, u"--json"_s});
        QCOMPARE(again.objects().at(0)[u"messages"].toInt(), 0);
        QCOMPARE(again.objects().at(0)[u"refused"][0][u"guard"].toString(), u"marked"_s);
        // And the recording knows what was made of it.
        const Outcome jobs =
            murmur::murmur({u"replay"_s, path(u"said.murmur"_s), u"--jobs"_s, u"--json"_s});
        QCOMPARE(jobs.objects().back()[u"state"].toString(), u"finished"_s);
        QCOMPARE(jobs.objects().back()[u"counts"][u"sent"].toInt(), kMessages);
        QCOMPARE(murmur::murmur({u"verify"_s, path(u"said.murmur"_s)}).code, 0);
    }

    void itIsChangedAsWished()
    {
        const Outcome outcome =
            played(u"changed.murmur"_s,
                   {u"--fast"_s, u"--where"_s, u"topic == swarm.task"_s, u"--agent"_s, u"planner"_s,
                    u"--from"_s, u"+0s"_s, u"--until"_s, u"+500ms"_s, u"--map"_s,
                    u"~^swarm\\.(\\w+)$=lab.$1.copy"_s, u"--set"_s, u"payload.n=-1"_s, u"--ids"_s,
                    u"fresh"_s, u"--times"_s, u"now"_s});
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err).constData());
        const std::vector<QJsonObject> got = recorded(u"changed.murmur"_s);
        QCOMPARE(got.size(), 17u); // 0, 6, 12 … 96
        for (const QJsonObject& message : got) {
            QCOMPARE(message[u"topic"].toString(), u"lab.task.copy"_s);
            QCOMPARE(message[u"payload"][u"n"].toInt(), -1);
            QVERIFY(message[u"id"].toString().contains(u".r"_s));
            QVERIFY(!message[u"sent"].toString().startsWith(u"2026-05-21T10:17"_s));
        }
    }

    void ontoItsOwnBusTopicsGetAPrefix()
    {
        Recording first(path(u"own.murmur"_s));
        const quint16 port = first.port();
        post(port, "{\"from\":\"a\",\"topic\":\"t\",\"id\":\"1\"}");
        first.signal(SIGINT);
        QCOMPARE(first.outcome().code, 0);
        const Outcome outcome = murmur::murmur({u"replay"_s, path(u"own.murmur"_s), u"--to"_s,
                                                urlOf(port), u"--dry-run"_s, u"--json"_s});
        QCOMPARE(outcome.objects().at(0)[u"topics"][u"replay.t"].toInt(), 1);
        const Outcome same =
            murmur::murmur({u"replay"_s, path(u"own.murmur"_s), u"--to"_s, urlOf(port), u"--map"_s,
                            u"t=t"_s, u"--dry-run"_s, u"--json"_s});
        QCOMPARE(same.objects().at(0)[u"refused"][0][u"guard"].toString(), u"same-target"_s);
        const Outcome confirmed =
            murmur::murmur({u"replay"_s, path(u"own.murmur"_s), u"--to"_s, urlOf(port),
                            u"--confirm"_s, u"127.0.0.1"_s, u"--dry-run"_s, u"--json"_s});
        QCOMPARE(confirmed.objects().at(0)[u"topics"][u"t"].toInt(), 1);
    }

    void eachEnterSendsOne()
    {
        Recording hub(path(u"step.murmur"_s));
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM),
                      {u"replay"_s, path(u"said.murmur"_s), u"--to"_s, urlOf(hub.port()),
                       u"--step"_s, u"--arm"_s, u"--json"_s});
        process.write("\n\n\n");
        process.closeWriteChannel();
        const Outcome outcome = outcomeOf(process);
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err).constData());
        QCOMPARE(outcome.objects().back()[u"sent"].toInt(), 3);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        QCOMPARE(recorded(u"step.murmur"_s).size(), 3u);
    }

    void keysAtATerminalSayHowFastItGoes()
    {
        const QString file = path(u"keys.murmur"_s);
        QFile::copy(path(u"said.murmur"_s), file);
        Recording hub(path(u"keyshub.murmur"_s));
        const int keys = ::posix_openpt(O_RDWR | O_NOCTTY);
        QVERIFY(keys >= 0 && ::grantpt(keys) == 0 && ::unlockpt(keys) == 0);
        QProcess process;
        process.setStandardInputFile(QString::fromLocal8Bit(::ptsname(keys)));
        process.start(QStringLiteral(MURMUR_PROGRAM),
                      {u"replay"_s, file, u"--to"_s, urlOf(hub.port()), u"--paused"_s, u"--speed"_s,
                       u"0.01"_s, u"--arm"_s, u"--json"_s});
        const auto press = [keys](const QByteArray& what) {
            QCOMPARE(::write(keys, what.constData(), std::size_t(what.size())), what.size());
        };
        QByteArray out;
        const auto sent = [&] {
            out += process.readAllStandardOutput();
            return out.count("\"is\":\"sent\"");
        };
        QTRY_COMPARE_WITH_TIMEOUT(lastJob(file)[u"state"].toString(), u"paused"_s, 20'000);
        QCOMPARE(sent(), 0);
        press("ss");
        QTRY_COMPARE_WITH_TIMEOUT(sent(), 2, 10'000);
        // The rest would take 150 s.
        press(" ++++++++++++++++");
        QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000);
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(sent(), kMessages);
        ::close(keys);
        QCOMPARE(lastJob(file)[u"options"][u"speed"].toDouble(), 100.0);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
    }

    void itPausesWhereItIsSaidAndEndsWithItsLimits()
    {
        const Outcome bytes = played(u"bytes.murmur"_s, {u"--fast"_s, u"--max-bytes"_s, u"1000"_s});
        QCOMPARE(bytes.code, 1);
        const int sent = bytes.objects().back()[u"sent"].toInt();
        QVERIFY(sent > 0 && sent < kMessages);
        QCOMPARE(bytes.objects().back()[u"state"].toString(), u"stopped"_s);
        // Nobody lets it go on: its time ends while it waits before the tenth.
        const Outcome held =
            played(u"held.murmur"_s, {u"--pause-at"_s, u"id == m10"_s, u"--max-time"_s, u"2s"_s});
        QCOMPARE(held.code, 1);
        QCOMPARE(held.objects().back()[u"sent"].toInt(), 10);
    }

    void productionIsArmedByTheNameOfItsHost()
    {
        Recording hub(path(u"production.murmur"_s));
        const QString url = urlOf(hub.port());
        QCOMPARE(murmur::murmur(
                     {u"profile"_s, u"add"_s, u"live"_s, url, u"--environment"_s, u"production"_s})
                     .code,
                 0);
        const QStringList three{u"--seq"_s, u"1..3"_s, u"--to"_s, url, u"--json"_s};
        const Outcome unnamed = replay(three + QStringList{u"--arm"_s});
        QCOMPARE(unnamed.code, 2);
        QVERIFY2(unnamed.err.contains("--arm=127.0.0.1"), QByteArray(unnamed.err).constData());
        QCOMPARE(replay(three + QStringList{u"--arm=127.0.0.2"_s}).code, 2);
        // What confirms the topics arms nothing.
        QCOMPARE(replay(three + QStringList{u"--arm"_s, u"--confirm"_s, u"127.0.0.1"_s}).code, 2);
        const QStringList one{u"inject"_s, u"--to"_s,      url,     u"--topic"_s,
                              u"t"_s,      u"--payload"_s, u"{}"_s, u"--arm"_s};
        QCOMPARE(murmur::murmur(one).code, 2);
        const Outcome named = replay(three + QStringList{u"--arm=127.0.0.1"_s});
        QVERIFY2(named.code == 0, QByteArray(named.err).constData());
        QVERIFY(QFile::remove(path(u"murmurscope/profiles.json"_s)));
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        QCOMPARE(recorded(u"production.murmur"_s).size(), 3u);
    }

    void anInterruptedOneIsResumed()
    {
        QFile::copy(path(u"said.murmur"_s), path(u"resumed.murmur"_s));
        Recording hub(path(u"halves.murmur"_s));
        const QString url = urlOf(hub.port());
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM), {u"replay"_s, path(u"resumed.murmur"_s),
                                                       u"--to"_s, url, u"--arm"_s, u"--json"_s});
        QVERIFY(process.waitForReadyRead(10'000)); // something went out
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Outcome first = outcomeOf(process);
        QCOMPARE(first.objects().back()[u"state"].toString(), u"cancelled"_s);
        const int sent = first.objects().back()[u"sent"].toInt();
        QVERIFY(sent > 0 && sent < kMessages);
        const Outcome astray =
            murmur::murmur({u"replay"_s, path(u"resumed.murmur"_s), u"--resume"_s, u"--to"_s,
                            u"redis://127.0.0.1:1"_s, u"--arm"_s});
        QCOMPARE(astray.code, 2);
        QVERIFY2(astray.err.contains("went to"), QByteArray(astray.err).constData());
        const Outcome second =
            murmur::murmur({u"replay"_s, path(u"resumed.murmur"_s), u"--resume"_s, u"--fast"_s,
                            u"--arm"_s, u"--json"_s});
        QVERIFY2(second.code == 0, QByteArray(second.err).constData());
        QCOMPARE(second.objects().back()[u"sent"].toInt(), kMessages - sent);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        const std::vector<QJsonObject> got = recorded(u"halves.murmur"_s);
        QCOMPARE(got.size(), std::size_t(kMessages));
        for (int i = 0; i < kMessages; ++i)
            QCOMPARE(got[static_cast<std::size_t>(i)][u"payload"][u"n"].toInt(), i);
        QCOMPARE(murmur::murmur({u"replay"_s, path(u"resumed.murmur"_s), u"--resume"_s, u"--arm"_s})
                     .code,
                 2);
    }

    void aKilledOneIsNotMadeTwiceAtOnce()
    {
        const QString file = path(u"killed.murmur"_s);
        QFile::copy(path(u"said.murmur"_s), file);
        Recording hub(path(u"killedhub.murmur"_s));
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM),
                      {u"replay"_s, file, u"--to"_s, urlOf(hub.port()), u"--where"_s,
                       u"topic == swarm.state"_s, u"--speed"_s, u"0.05"_s, u"--arm"_s});
        QTRY_VERIFY_WITH_TIMEOUT(lastJob(file)[u"position"].toInt() > 0, 20'000);
        QCOMPARE(lastJob(file)[u"state"].toString(), u"running"_s);
        const QStringList resume{u"replay"_s, file, u"--resume"_s, u"--arm"_s, u"--json"_s};
        const Outcome both = murmur::murmur(resume);
        QCOMPARE(both.code, 2);
        QVERIFY2(both.err.contains("being made"), QByteArray(both.err).constData());
        process.kill();
        QVERIFY(process.waitForFinished());
        const QJsonObject cut = lastJob(file);
        QCOMPARE(cut[u"state"].toString(), u"ended without being asked"_s);
        QVERIFY(!cut[u"options"].toObject().contains(u"process"));

        // The place is one of what was chosen.
        for (const QStringList& other : {QStringList{u"--where"_s, u"topic == swarm.task"_s},
                                         {u"--seq"_s, u"3..9"_s},
                                         {u"--agent"_s, u"robot"_s},
                                         {u"--from"_s, u"+1s"_s},
                                         {u"--until"_s, u"+1s"_s},
                                         {u"--under-test"_s, u"robot"_s, u"--seq"_s, u"3"_s}}) {
            const Outcome changed = murmur::murmur(resume + other);
            QCOMPARE(changed.code, 2);
            QVERIFY2(changed.err.contains("chose other messages"),
                     QByteArray(changed.err).constData());
        }
        QCOMPARE(lastJob(file)[u"state"], cut[u"state"]);
        // The same said again is no change. It goes on, and the counts are of both.
        const Outcome rest =
            murmur::murmur(QStringList{u"replay"_s, file, u"--resume"_s, u"--arm"_s, u"--json"_s,
                                       u"--where"_s, u"topic == swarm.state"_s, u"--fast"_s});
        QVERIFY2(rest.code == 0, QByteArray(rest.err).constData());
        QVERIFY2(rest.err.contains("may come twice"), QByteArray(rest.err).constData());
        const int left = rest.objects().back()[u"sent"].toInt();
        QVERIFY(left < kMessages * 2 / 3);
        const QJsonObject done = lastJob(file);
        QCOMPARE(done[u"state"].toString(), u"finished"_s);
        QCOMPARE(done[u"counts"][u"sent"].toInt(), cut[u"counts"][u"sent"].toInt() + left);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
    }

    void nothingThatMatchesIsNoSuccess()
    {
        const Outcome none =
            played(u"nothing.murmur"_s, {u"--where"_s, u"topic == nobody.says.this"_s});
        QCOMPARE(none.code, 1);
        QVERIFY2(none.err.contains("Nothing was sent"), QByteArray(none.err).constData());
    }

    void aFieldThatWasNotThereIsTold()
    {
        const QStringList look{u"--to"_s, u"listen://127.0.0.1:1"_s, u"--dry-run"_s};
        const QByteArray added("not there and are added: in 300");
        QVERIFY(replay(look + QStringList{u"--set"_s, u"nosuch.x.y=1"_s}).out.contains(added));
        QVERIFY(!replay(look + QStringList{u"--set"_s, u"payload.n=1"_s}).out.contains("added"));
    }

    void whatCannotBeDoneIsSaid()
    {
        const Outcome gone = replay({u"--to"_s, u"listen://127.0.0.1:1"_s, u"--arm"_s});
        QCOMPARE(gone.code, 4);
        QCOMPARE(replay({u"--to"_s, u"otlp://127.0.0.1:4318"_s, u"--arm"_s}).code, 2);
        QCOMPARE(replay({u"--arm"_s}).code, 2);
        for (const QStringList& wrong : {QStringList{u"--speed"_s, u"1000"_s},
                                         {u"--map"_s, u"x"_s},
                                         {u"--set"_s, u"x"_s},
                                         {u"--fast"_s, u"--step"_s},
                                         {u"--fast"_s, u"--speed"_s, u"5"_s},
                                         {u"--fast"_s, u"--speed"_s, u"1"_s},
                                         {u"--fast"_s, u"--rate"_s, u"5"_s},
                                         {u"--speed"_s, u"nan"_s},
                                         {u"--rate"_s, u"nan"_s},
                                         {u"--rate"_s, u"inf"_s},
                                         {u"--max-rate"_s, u"nan"_s},
                                         {u"--max-rate"_s, u"inf"_s},
                                         {u"--skip-idle"_s, u"7"_s},
                                         {u"--where"_s, u"=="_s}}) {
            const Outcome outcome =
                replay(QStringList{u"--to"_s, u"listen://127.0.0.1:1"_s, u"--arm"_s} + wrong);
            QCOMPARE(outcome.code, 2);
            QVERIFY(!outcome.err.isEmpty());
        }
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }
    static QString urlOf(quint16 port) { return u"listen://127.0.0.1:%1"_s.arg(port); }
    [[nodiscard]] Outcome replay(const QStringList& more) const
    {
        return murmur::murmur(QStringList{u"replay"_s, path(u"said.murmur"_s)} + more);
    }
    /// Plays onto a hub that records into `file`.
    [[nodiscard]] Outcome played(const QString& file, const QStringList& more) const
    {
        Recording hub(path(file));
        Outcome outcome =
            replay(QStringList{u"--to"_s, urlOf(hub.port()), u"--arm"_s, u"--json"_s} + more);
        hub.signal(SIGINT);
        if (hub.outcome().code != 0)
            outcome.code = -1;
        return outcome;
    }
    [[nodiscard]] static QJsonObject lastJob(const QString& file)
    {
        const auto jobs = murmur::murmur({u"replay"_s, file, u"--jobs"_s, u"--json"_s}).objects();
        return jobs.empty() ? QJsonObject() : jobs.back();
    }
    [[nodiscard]] std::vector<QJsonObject> recorded(const QString& file) const
    {
        return murmur::murmur({u"query"_s, path(file), u""_s, u"--json"_s}).objects();
    }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliReplay)
#include "tst_clireplay.moc"
