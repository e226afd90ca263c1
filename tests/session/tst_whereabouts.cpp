// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/whereabouts.h"
#include "support/recorded.h"

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Three calls of one trace, two agents; a ticket in the payload of the last.
std::vector<Said> talk()
{
    std::vector<Said> all;
    for (int i = 0; i < 6; ++i) {
        const bool isReply = i % 2 == 1;
        const QByteArray number = QByteArray::number(i / 2);
        QByteArray ids = "\"id\":\"" + QByteArray(isReply ? "r-" : "q-") + number + "\"";
        if (isReply)
            ids += ",\"correlation_id\":\"q-" + number + "\"";
        const QByteArray ticket = i == 5 ? "\"ZK-40017\"" : "\"none\"";
        all.push_back({i * 10s, "crew.tasks",
                       "{\"from\":\"" + QByteArray(isReply ? "robot-1" : "planner-1") +
                           "\",\"to\":\"" + QByteArray(isReply ? "planner-1" : "robot-1") +
                           "\",\"kind\":\"" + QByteArray(isReply ? "reply" : "request") + "\"," +
                           ids + ",\"trace_id\":\"" + kTrace +
                           "\",\"payload\":{\"ticket\":" + ticket + "}}"});
    }
    return all;
}

} // namespace

/// What a person pastes is understood, and found in the recording.
class TestWhereabouts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_recorded = std::make_unique<Recorded>(talk());
        QVERIFY(m_recorded->waitForAll());
        m_session = m_recorded->close();
    }

    void timesAreReadInEveryForm_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("zone");
        // All of them are 04:17:30 UTC on the day of the recording.
        const auto row = [](const char* text, const char* zone = "UTC") {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromLatin1(zone);
        };
        row("2026-05-21T04:17:30Z");
        row("2026-05-21 04:17:30,000");
        row("2026-05-21T06:17:30+02:00");
        row("2026-05-21T06:17:30.000+0200");
        row("\"2026-05-21T04:17:30Z\",");
        row("2026-05-21 06:17:30 CEST");
        row("05:17:30 CET");
        row("4:17:30");
        row("00:17:30 EDT");
        row("13:17:30 JST");
        row("06:17:30", "Europe/Berlin");
        row("06:17:30 Europe/Berlin");
        row("1779337050");
        row("1779337050000");
        row("1779337050000000");
        row("1779337050000000000");
        row("1779337050.000");
        row("+30s");
        row("{\"timestamp\": 1779337050}");
        row("\"ts\": \"2026-05-21T04:17:30Z\"");
        row("2026-05-21 04:17:30.000 WARN the planner waits");
        row("May be ts=1779337050.0 level=warn");
    }
    void timesAreReadInEveryForm()
    {
        QFETCH(QString, text);
        QFETCH(QString, zone);
        const auto clues = cluesIn(text, {m_session->seen().time, QTimeZone(zone.toLatin1())});
        const auto time = std::ranges::find(clues, Clue::Is::Time, &Clue::is);
        QVERIFY(time != clues.end());
        QCOMPARE(isoTime(time->time), isoTime(kStart + 30s));
    }

    void aTimeOfSeveralDaysIsEachOfThem()
    {
        const auto clues = cluesIn(u"10:00"_s, {{kStart, kStart + 72h}, QTimeZone::utc()});
        QCOMPARE(clues.size(), std::size_t(3));
        QCOMPARE(clues[1].time - clues[0].time, nanoseconds(24h));
    }

    void idsAreSeenWhereverTheyStand_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("ids");
        const QString trace = QString::fromLatin1(kTrace);
        QTest::newRow("by itself") << trace << QStringList{trace};
        QTest::newRow("JSON") << u"{\"a\":{\"trace_id\":\"%1\",\"n\":1}}"_s.arg(trace)
                              << QStringList{trace};
        QTest::newRow("members") << u"\"traceId\": \"%1\", \"requestId\": \"q-1\""_s.arg(trace)
                                 << QStringList{u"q-1"_s, trace};
        QTest::newRow("torn JSON")
            << u"\"traceId\": \"%1\", \"payload\": {\"x"_s.arg(trace) << QStringList{trace};
        QTest::newRow("traceparent") << u"00-%1-00f067aa0ba902b7-01"_s.arg(trace)
                                     << QStringList{u"00f067aa0ba902b7"_s, trace};
        QTest::newRow("log") << u"04:17:30 WARN planner-1: run_id=r7 timed out (q-1)"_s
                             << QStringList{u"r7"_s, u"planner-1"_s, u"q-1"_s};
        QTest::newRow("uuid in words") << u"saw 0b6c4f5e-1111-4222-8333-444455556666 twice"_s
                                       << QStringList{u"0b6c4f5e-1111-4222-8333-444455556666"_s};
        QTest::newRow("nothing") << u"the cat sat on the mat"_s << QStringList();
    }
    void idsAreSeenWhereverTheyStand()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, ids);
        QStringList found;
        for (const Clue& clue : cluesIn(text, {m_session->seen().time, QTimeZone::utc()})) {
            if (clue.is == Clue::Is::Id)
                found << clue.text;
        }
        QCOMPARE(found, ids);
    }

    void anIdOfAnyKindIsFound_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::addColumn<Seq>("message");
        QTest::addColumn<std::int64_t>("count");
        const QString trace = QString::fromLatin1(kTrace);
        QTest::newRow("trace") << trace << u"trace"_s << Seq(1) << std::int64_t(6);
        QTest::newRow("message") << u"r-1"_s << u"id r-1: 1 message"_s << Seq(4) << std::int64_t(1);
        QTest::newRow("number") << u"3"_s << u"message 3: 1 message"_s << Seq(3) << std::int64_t(1);
        QTest::newRow("agent") << u"robot-1"_s << u"agent robot-1: 6 messages"_s << Seq(1)
                               << std::int64_t(6);
        QTest::newRow("topic") << u"crew.tasks"_s << u"topic crew.tasks"_s << Seq(1)
                               << std::int64_t(6);
        QTest::newRow("in a payload")
            << u"ZK-40017"_s << u"text ZK-40017: 1 message"_s << Seq(6) << std::int64_t(1);
        // Of all that have the id, the one at the time that stands beside it.
        QTest::newRow("log line") << u"2026-05-21 04:17:41 ERROR trace_id=%1 took long"_s.arg(trace)
                                  << u"trace"_s << Seq(5) << std::int64_t(6);
    }
    void anIdOfAnyKindIsFound()
    {
        QFETCH(QString, text);
        QFETCH(QString, said);
        QFETCH(Seq, message);
        QFETCH(std::int64_t, count);
        const auto found = ask(text);
        QVERIFY(!found.places.empty());
        const FoundPlace& place = found.places.front();
        QVERIFY2(placeText(place).contains(said), qPrintable(placeText(place)));
        QCOMPARE(place.message, message);
        QCOMPARE(place.count, count);
        if (!place.condition.isEmpty()) {
            MatchRequest request;
            request.filter = *parseFilter(place.condition, m_session->seen().time);
            QCOMPARE(static_cast<std::int64_t>(m_session->search(request).result()->seqs.size()),
                     count);
        }
    }

    void theFilterOfAnIdIsAsShortAsItCanBe()
    {
        const auto trace = ask(QString::fromLatin1(kTrace));
        QCOMPARE(trace.places.front().condition,
                 u"trace == \"%1\""_s.arg(QLatin1StringView(kTrace)));
        // A request is found by its own id, its reply by whose it is.
        const auto call = ask(u"q-1"_s);
        QCOMPARE(call.places.front().count, 2);
        QVERIFY(call.places.front().condition.contains(u"id == \"q-1\""_s));
        QVERIFY(call.places.front().condition.contains(u"correlation == \"q-1\""_s));
    }

    void whatIsNotThereSaysWhatWasTried()
    {
        const auto found = ask(u"{\"trace_id\":\"nowhere\",\"at\":\"2020-01-01T00:00:00Z\"}"_s);
        QVERIFY(found.places.empty());
        QCOMPARE(found.tried.size(), 2);
        QVERIFY(found.tried.front().contains(u"trace_id nowhere"_s));
        QVERIFY(found.tried.back().contains(u"2020-01-01T00:00:00"_s));
        QVERIFY(nothingText(found).startsWith(u"Nothing found. Tried: trace_id nowhere, "_s));
        QVERIFY(ask(u"the cat sat on the mat"_s).tried.isEmpty());
    }

    void aTimeThatIsReadButOutsideIsToldAsSuch_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("said");
        const auto row = [](const QString& text, const QString& said, const char* zone = "UTC") {
            QTest::addRow("%s %s", qPrintable(text), zone)
                << text << QString::fromLatin1(zone) << said;
        };
        row(u"02:14 CET"_s, u"02:14 CET = 01:14 UTC is outside of 04:17–04:17:50"_s);
        row(u"03:00"_s, u"03:00 is outside of 04:17–04:17:50"_s);
        row(u"03:00"_s, u"03:00 is outside of 06:17–06:17:50"_s, "Europe/Berlin");
        row(u"2026-05-22 04:17:30"_s,
            u"2026-05-22 04:17:30 is outside of 2026-05-21 04:17–04:17:50"_s);
    }
    void aTimeThatIsReadButOutsideIsToldAsSuch()
    {
        QFETCH(QString, text);
        QFETCH(QString, zone);
        QFETCH(QString, said);
        const auto found = ask(text, QTimeZone(zone.toLatin1()));
        QVERIFY(found.places.empty());
        QCOMPARE(nothingText(found), said);
    }

    void severalCandidatesAreAllTold()
    {
        const auto found = ask(u"q-0 and q-1, about 04:17:30"_s);
        QStringList all;
        for (const FoundPlace& place : found.places)
            all << place.what;
        QCOMPARE(all, (QStringList{u"id q-0"_s, u"id q-1"_s, u"04:17:30"_s}));
    }

private:
    Whereabouts ask(const QString& text, const QTimeZone& zone = QTimeZone::utc()) const
    {
        WhereaboutsRequest request;
        request.zone = zone;
        request.text = text;
        const auto found = whereaboutsOf(*m_session, request).result();
        if (!found)
            qFatal("%s", qUtf8Printable(found.error().message));
        return *found;
    }

    std::unique_ptr<Recorded> m_recorded;
    std::shared_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(TestWhereabouts)
#include "tst_whereabouts.moc"
