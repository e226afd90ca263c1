// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Each guard of replay and injection, and what somebody at the command line would try to get past
// it. A hub that records says what came through.

#include "cli/murmurprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QHostAddress>
#include <QJsonArray>
#include <QNetworkInterface>
#include <QTemporaryDir>

#include <algorithm>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMessages = 250;

} // namespace

class TestCliGuards : public QObject
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
        for (int i = 0; i < kMessages; ++i) {
            const QJsonObject message{
                {u"topic"_s, u"swarm.task"_s},
                {u"from"_s, u"planner"_s},
                {u"type"_s, i == 4 ? u"payment.captured"_s : u"task"_s},
                {u"timestamp"_s, u"2026-05-21T10:17:%1.%2Z"_s.arg(i / 100, 2, 10, QLatin1Char('0'))
                                     .arg(10 * (i % 100), 3, 10, QLatin1Char('0'))},
                {u"payload"_s, QJsonObject{{u"n"_s, i}}}};
            lines.write(QJsonDocument(message).toJson(QJsonDocument::Compact) + '\n');
        }
        lines.close();
        const Outcome imported = murmur::murmur({u"import"_s, lines.fileName(), u"-o"_s, said()});
        QVERIFY2(imported.code == 0, imported.err.constData());
    }
    void cleanup() { QFile::remove(path(u"murmurscope/profiles.json"_s)); }

    void nothingLiftsNeverWrite()
    {
        Recording hub(path(u"never.murmur"_s));
        const QString port = QString::number(hub.port());
        addProfile(u"nats://localhost:"_s + port, {u"--never-write"_s});
        QStringList urls;
        for (const QString& host : {u"127.0.0.1"_s, u"localhost"_s, u"LOCALHOST."_s, u"[::1]"_s,
                                    u"127.0.0.2"_s, u"[::ffff:127.0.0.1]"_s, u"0.0.0.0"_s}) {
            urls << u"listen://%1:%2"_s.arg(host, port)
                 << u"ws://%1:%2/?murmur.hub=1"_s.arg(host, port);
        }
        for (const QHostAddress& address : QNetworkInterface::allAddresses()) {
            if (address.protocol() == QAbstractSocket::IPv4Protocol)
                urls << u"nats://%1:%2"_s.arg(address.toString(), port);
        }
        for (const QString& url : urls) {
            const QString host = QUrl(url).host();
            for (const QString& arm : {u"--arm"_s, u"--arm="_s + host}) {
                for (const Outcome& outcome :
                     {replay({u"--to"_s, url, arm, u"--confirm"_s, host, u"--seq"_s, u"1"_s}),
                      inject({u"--to"_s, url, arm, u"--confirm"_s, host})}) {
                    // Who names the host is told that nothing lifts it.
                    QVERIFY2(outcome.code == 2 &&
                                 (arm == u"--arm"_s || outcome.err.contains("ever")),
                             qPrintable(url + u' ' + arm + QString::fromUtf8(outcome.err)));
                }
            }
        }
        // Neither another file of profiles, nor a look that went before, nor a trigger.
        const QString url = urls.front();
        QCOMPARE(
            murmur::murmur({u"profile"_s, u"add"_s, u"open"_s, url, u"--environment"_s, u"dev"_s})
                .code,
            0);
        qputenv("MURMURSCOPE_PROFILES", path(u"elsewhere.json"_s).toUtf8());
        QCOMPARE(replay({u"--to"_s, url, u"--arm"_s}).code, 2);
        QCOMPARE(inject({u"--to"_s, url, u"--arm"_s}).code, 2);
        qunsetenv("MURMURSCOPE_PROFILES");
        QCOMPARE(murmur::murmur({u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s,
                                 path(u"trigger.murmur"_s), u"--on"_s, u"true"_s, u"--do"_s,
                                 u"inject:x {}"_s, u"--inject-to"_s, url, u"--arm"_s, u"--for"_s,
                                 u"1s"_s})
                     .code,
                 2);
        QCOMPARE(heardBy(hub, u"never.murmur"_s), 0);
    }

    void oneThatIsGoneOnWithIsArmedAgain()
    {
        const QString file = path(u"resumed.murmur"_s);
        QVERIFY(QFile::copy(said(), file));
        Recording hub(path(u"resumedhub.murmur"_s));
        const QString url = u"listen://127.0.0.1:%1"_s.arg(hub.port());
        QCOMPARE(murmur::murmur({u"replay"_s, file, u"--to"_s, url, u"--max-messages"_s, u"10"_s,
                                 u"--fast"_s, u"--arm"_s})
                     .code,
                 1);
        const QStringList resume{u"replay"_s, file, u"--resume"_s};
        QCOMPARE(murmur::murmur(resume).code, 2);
        // What was dev has become production, what was open is never written to.
        addProfile(url, {u"--environment"_s, u"production"_s});
        QCOMPARE(murmur::murmur(resume + QStringList{u"--arm"_s}).code, 2);
        addProfile(url, {u"--never-write"_s, u"--replace"_s});
        QCOMPARE(murmur::murmur(resume + QStringList{u"--arm=127.0.0.1"_s}).code, 2);
        QCOMPARE(heardBy(hub, u"resumedhub.murmur"_s), 10);
    }

    void noMappingReachesTheBussOwnTopics()
    {
        const QList<std::pair<QString, QStringList>> ways{
            {u"nats://127.0.0.1:1"_s, {u"--map"_s, u"*=$JS.API.STREAM.DELETE.x"_s}},
            {u"nats://127.0.0.1:1"_s, {u"--map"_s, u"~^swarm=$$SYS"_s}},
            {u"nats://127.0.0.1:1"_s, {u"--map"_s, u"*=>"_s}},
            {u"tls://127.0.0.1:1"_s, {u"--prefix"_s, u"_INBOX."_s}},
            {u"mqtt://127.0.0.1:1"_s, {u"--prefix"_s, u"$SYS/"_s}},
            {u"mqtt://127.0.0.1:1"_s, {u"--map"_s, u"*=a/#"_s}},
            {u"kafka://127.0.0.1:1"_s, {u"--map"_s, u"*=__consumer_offsets"_s}},
            {u"redis://127.0.0.1:1"_s, {u"--prefix"_s, u"__keyevent@0__:"_s}},
            {u"rosbridge://127.0.0.1:1"_s, {u"--map"_s, u"*=rosout"_s}},
        };
        for (const auto& [url, more] : ways) {
            const Outcome outcome =
                replay(QStringList{u"--to"_s, url, u"--confirm"_s, u"127.0.0.1"_s, u"--seq"_s,
                                   u"1"_s, u"--dry-run"_s, u"--json"_s} +
                       more);
            QVERIFY2(outcome.code == 0, outcome.err.constData());
            QVERIFY2(outcome.objects().at(0)[u"messages"].toInt() == 0,
                     qPrintable(url + more.join(u' ')));
            QCOMPARE(outcome.objects().at(0)[u"refused"][0][u"guard"].toString(),
                     u"system-topic"_s);
        }
        // A variable that becomes such a name is no way either.
        const Outcome filledIn =
            murmur::murmur({u"inject"_s, u"--to"_s, u"nats://127.0.0.1:1"_s, u"--from"_s, said(),
                            u"1"_s, u"--topic"_s, u"$SYS.{{message.payload.n}}"_s, u"--arm"_s});
        QVERIFY2(filledIn.code == 2 && filledIn.err.contains("of the bus itself"),
                 filledIn.err.constData());
    }

    void effectsHappenAgainOnlyWhenPickedAlone()
    {
        const auto refused = [this](const QStringList& more) {
            const Outcome outcome = replay(
                QStringList{u"--to"_s, u"listen://127.0.0.1:1"_s, u"--dry-run"_s, u"--json"_s} +
                more);
            const QJsonObject look =
                outcome.objects().empty() ? QJsonObject() : outcome.objects().front();
            return u"%1 %2"_s.arg(look[u"messages"].toInt(-1))
                .arg(look[u"refused"][0][u"guard"].toString());
        };
        QCOMPARE(refused({u"--where"_s, u"type == payment.captured"_s}), u"0 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"5..5"_s}), u"0 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"4..6"_s, u"--map"_s, u"*=harmless"_s}), u"2 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"5..5"_s, u"--set"_s, u"type=harmless"_s}), u"0 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"1"_s, u"--map"_s, u"*=shop.payment"_s}), u"1 "_s);
        QCOMPARE(refused({u"--seq"_s, u"1..1"_s, u"--map"_s, u"*=shop.payment"_s}), u"0 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"1..3"_s, u"--toxic"_s, u"task"_s}), u"0 toxic"_s);
        QCOMPARE(refused({u"--seq"_s, u"5"_s}), u"1 "_s);
    }

    void noNameOfTheSourceIsAnotherBus()
    {
        Recording hub(path(u"source.murmur"_s));
        const quint16 port = hub.port();
        post(port, R"({"from":"a","topic":"t","n":1})");
        post(port, R"({"from":"a","topic":"u","n":2})");
        QCOMPARE(heardBy(hub, u"source.murmur"_s), 2);
        QStringList hosts{u"127.0.0.1"_s, u"localhost"_s, u"[::1]"_s, u"LocalHost."_s};
        for (const QHostAddress& address : QNetworkInterface::allAddresses()) {
            if (address.protocol() == QAbstractSocket::IPv4Protocol)
                hosts << address.toString();
        }
        for (const QString& host : hosts) {
            for (const QString& form : {u"listen://%1:%2"_s, u"ws://%1:%2/?murmur.hub=1"_s}) {
                const QString url = form.arg(host).arg(port);
                const auto look = [&](const QStringList& more) {
                    const Outcome outcome =
                        murmur::murmur(QStringList{u"replay"_s, path(u"source.murmur"_s), u"--to"_s,
                                                   url, u"--dry-run"_s, u"--json"_s} +
                                       more);
                    return outcome.objects().empty() ? QJsonObject() : outcome.objects().front();
                };
                QVERIFY2(look({})[u"topics"][u"replay.t"].toInt() == 1, qPrintable(url));
                for (const QStringList& more : {QStringList{u"--map"_s, u"nothing=x"_s},
                                                {u"--map"_s, u"t=u"_s},
                                                {u"--map"_s, u"*=$1"_s},
                                                {u"--confirm"_s, u"elsewhere"_s}}) {
                    QVERIFY2(look(more)[u"messages"].toInt(-1) == 0,
                             qPrintable(url + more.join(u' ')));
                    QCOMPARE(look(more)[u"refused"][0][u"guard"].toString(), u"same-target"_s);
                }
                // One of several pieces, and one several times, are more than one.
                QCOMPARE(look({u"--seq"_s, u"1"_s, u"--repeat"_s, u"2"_s, u"--map"_s,
                               u"nothing=x"_s})[u"messages"]
                             .toInt(-1),
                         0);
            }
        }
    }

    void nothingMakesProductionFasterOrLonger()
    {
        Recording hub(path(u"caps.murmur"_s));
        const QString url = u"listen://127.0.0.1:%1"_s.arg(hub.port());
        addProfile(url, {u"--environment"_s, u"production"_s});
        QElapsedTimer timer;
        timer.start();
        const Outcome outcome = replay({u"--to"_s, url, u"--fast"_s, u"--max-rate"_s, u"1000000"_s,
                                        u"--max-messages"_s, u"1000000"_s, u"--arm=127.0.0.1"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        // 249 of them, 100 in any second.
        QVERIFY2(timer.elapsed() >= 2000, qPrintable(QString::number(timer.elapsed())));
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        std::vector<double> times;
        for (const QJsonObject& message :
             murmur::murmur({u"query"_s, path(u"caps.murmur"_s), u""_s, u"--json"_s}).objects()) {
            const QString time = message[u"time"].toString();
            times.push_back(
                QTime::fromString(time.mid(11, 8), u"HH:mm:ss"_s).msecsSinceStartOfDay() / 1e3 +
                time.mid(20, 9).toDouble() / 1e9);
        }
        QCOMPARE(times.size(), std::size_t(kMessages - 1));
        // Heard within a moment of when they went out.
        for (std::size_t i = 100; i < times.size(); ++i)
            QVERIFY(times[i] - times[i - 100] > 0.5);
    }

    void whoLosesTheBusSendsNothingWhenItIsBack()
    {
        QString url;
        {
            Recording hub(path(u"lost.murmur"_s));
            const quint16 port = hub.port();
            url = u"listen://127.0.0.1:%1"_s.arg(port);
            QProcess sending;
            sending.start(QStringLiteral(MURMUR_PROGRAM),
                          {u"replay"_s, said(), u"--to"_s, url, u"--speed"_s, u"0.2"_s, u"--arm"_s,
                           u"--json"_s});
            QVERIFY(sending.waitForReadyRead(20'000));
            hub.signal(SIGKILL);
            const Outcome outcome = outcomeOf(sending);
            QCOMPARE(outcome.code, 4);
            QCOMPARE(outcome.objects().back()[u"state"].toString(), u"lost"_s);
        }
        QProcess again;
        again.start(QStringLiteral(MURMUR_PROGRAM),
                    {u"record"_s, url, u"-o"_s, path(u"again.murmur"_s), u"--for"_s, u"1s"_s});
        QVERIFY(again.waitForFinished(30'000));
        QCOMPARE(murmur::murmur({u"query"_s, path(u"again.murmur"_s), u""_s, u"--json"_s})
                     .objects()
                     .size(),
                 std::size_t(0));
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }
    [[nodiscard]] QString said() const { return path(u"said.murmur"_s); }
    [[nodiscard]] Outcome replay(const QStringList& more) const
    {
        return murmur::murmur(QStringList{u"replay"_s, said()} + more);
    }
    static Outcome inject(const QStringList& more)
    {
        return murmur::murmur(
            QStringList{u"inject"_s, u"--topic"_s, u"x"_s, u"--payload"_s, u"{}"_s} + more);
    }
    static void addProfile(const QString& url, const QStringList& more)
    {
        const Outcome outcome =
            murmur::murmur(QStringList{u"profile"_s, u"add"_s, u"guarded"_s, url} + more);
        QVERIFY2(outcome.code == 0, outcome.err.constData());
    }
    [[nodiscard]] int heardBy(Recording& hub, const QString& file) const
    {
        hub.signal(SIGINT);
        if (hub.outcome().code != 0)
            return -1;
        return int(murmur::murmur({u"query"_s, path(file), u""_s, u"--json"_s}).objects().size());
    }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliGuards)
#include "tst_cliguards.moc"
