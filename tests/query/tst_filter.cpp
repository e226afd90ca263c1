// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/testmessages.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

const QString kSwarm = uR"(
time=10:16:59 from=planner-1 to=robot-1,robot-2 topic=swarm.cmd kind=command type=pick id=m-1 label.site=north sequence=1 | {"task":{"id":8812,"tags":["heavy","fragile"]},"ok":true,"note":null}
time=10:17:00 from=planner-1 to=vision topic=vision.ask kind=request type=locate id=m-2 correlation=c-77 trace=t-1 sequence=2 | {"task":{"id":"8812"},"score":0.5}
time=10:17:30 from=vision to=planner-1 topic=vision.reply kind=reply type=located correlation=c-77 trace=t-1 latency=250ms label.role=model header.Content-Type=application/json header.x-retries=2 | {"items":[{"name":"box"},{"name":"crate"}],"score":12,"deadline":"2026-05-21T10:20:00Z"}
time=10:18:00 from=robot-1 topic=swarm.state kind=state type=pose label.site=north label.crew=lift sent=10:17:59 | {"battery":81,"text":"Picked up Größe XL"}
time=10:18:30 from=robot-2 topic=swarm.state kind=heartbeat label.site=south flags=late,undecoded | not json at all: TIMEOUT
time=10:19:00 from=robot-2 to=planner-1 topic=errors kind=error type=pick_failed latency=1500ms conversation=conv-9 flags=injected label.site=south sequence=9 | {"reason":"gr\u00f6\u00dfe unknown","battery":9,"big":18446744073709551615}
)"_s;

} // namespace

class TestFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anExpressionFindsItsMessages_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("seqs");
        const auto row = [](const char* expression, const char* seqs) {
            QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromLatin1(seqs);
        };
        // every operator on names
        row("from == planner-1", "1 2");
        row("sender == 'planner-1'", "1 2");
        row("from == \"robot-*\"", "4 5 6");
        row("from == robot-?", "4 5 6");
        row("from == \"robot-\\*\"", "");
        row("from != planner-1", "3 4 5 6");
        row("from in [planner-1, vision]", "1 2 3");
        row("from in (\"planner-*\", 'vision')", "1 2 3");
        row("from not in [planner-1, vision]", "4 5 6");
        row("from ~ \"^(robot|vision)\"", "3 4 5 6");
        row("from ~ 'robot-\\d$'", "4 5 6");
        row("from contains BOT", "4 5 6");
        row("to == robot-2", "1");
        row("receivers contains robot", "1");
        row("to exists", "1 2 3 6");
        row("to not exists", "4 5");
        row("to == ''", "4 5");
        row("to != planner-1", "1 2 4 5");
        row("agent == vision", "2 3");
        row("topic == 'swarm.*'", "1 4 5");
        row("type exists", "1 2 3 4 6");
        row("type == pick", "1");
        row("connection == hub", "1 2 3 4 5 6");
        row("connection == 1", "1 2 3 4 5 6");
        row("connection == 'redis*'", "");
        // labels are the sender's
        row("site == north", "1 2 4");
        row("group == south", "5 6");
        row("group_name exists", "1 2 4 5 6");
        row("crew == lift", "4");
        row("role == model", "3");
        row("tenant exists", "");
        // kinds and flags
        row("kind == error", "6");
        row("kind != heartbeat", "1 2 3 4 6");
        row("kind in [request, reply]", "2 3");
        row("kind == 're*'", "2 3");
        row("kind == ERROR", "6");
        row("flags == late", "5");
        row("flags contains injected", "6");
        row("flags in [late, injected]", "5 6");
        row("flags exists", "5 6");
        row("flags not exists", "1 2 3 4");
        row("injected", "6");
        row("not undecoded", "1 2 3 4 6");
        // ids
        row("id == m-1", "1");
        row("msg_id exists", "1 2");
        row("id == 'm-*'", "1 2");
        row("correlation == c-77", "2 3");
        row("correlation != c-77", "1 4 5 6");
        row("trace in [t-1, t-2]", "2 3");
        row("conversation contains ONV", "6");
        row("correlation == ''", "1 4 5 6");
        row("id ~ '^m-[13]$'", "1");
        // numbers, durations, sizes
        row("seq == 3", "3");
        row("seq in 2..4", "2 3 4");
        row("seq in 5..", "5 6");
        row("seq in ..2", "1 2");
        row("seq in [1, 6]", "1 6");
        row("seq < 2", "1");
        row("seq <= 2", "1 2");
        row("seq > 5", "6");
        row("seq >= 5", "5 6");
        row("sequence == 9", "6");
        row("sequence > 0", "1 2 6");
        row("sequence not exists", "3 4 5");
        row("latency > 200ms", "3 6");
        row("latency >= 250000us", "3 6");
        row("latency > 250ms", "6");
        row("latency == 1.5s", "6");
        row("latency < 1s", "3");
        row("latency_ms > 250", "6");
        row("latency_ms > 249.9", "3 6");
        row("latency_ms == 1500ms", "6");
        row("latency_ns <= 250000000", "3");
        row("latency in 100ms..300ms", "3");
        row("latency exists", "3 6");
        row("latency != 250ms", "1 2 4 5 6");
        row("size > 1B", "1 2 3 4 5 6");
        row("size > 2kB", "");
        row("size < 1KiB", "1 2 3 4 5 6");
        // times
        row("time in 10:17..10:18", "2 3");
        row("time in 10:17 .. 10:18", "2 3");
        row("time in 10:18..", "4 5 6");
        row("time in ..10:17 and kind == command", "1");
        row("time >= 10:18:30", "5 6");
        row("time == 10:17:30", "3");
        row("time > 2026-05-21T10:18:00Z", "5 6");
        row("time < +30s", "1 2");
        row("time > -10s", "6");
        row("sent == 10:17:59", "4");
        row("sent exists", "4");
        row("received < 10:17", "1");
        // the payload
        row("payload.task.id == 8812", "1 2");
        row("payload.task.id == '88*'", "1 2");
        row("payload.task.id > 8000", "1 2");
        row("payload.task.id in [1, 8812]", "1 2");
        row("payload.score > 0.4", "2 3");
        row("payload.score in 0..1", "2");
        row("payload.items[1].name == crate", "3");
        row("payload.items[0].name == crate", "");
        row("payload.items[7] exists", "");
        row("payload.\"battery\" < 50", "6");
        row("payload['battery'] >= 50", "4");
        row("payload.ok == true", "1");
        row("payload.note exists", "");
        row("payload.note == null", "1");
        row("payload.task exists", "1 2");
        row("payload.task.tags contains heavy", "1");
        row("payload.task contains tags", "1");
        row("payload.task.tags == heavy", "");
        row("payload.text contains PICKED", "4");
        row("payload.reason ~ 'unk.own'", "6");
        row("payload.deadline < '2026-05-21T10:30:00Z'", "3");
        row("payload.deadline < 2026-05-21T10:10:00Z", "");
        row("payload.big > 9223372036854775807", "6");
        row("payload.big == 18446744073709551615", "6");
        row("payload.battery != 81", "1 2 3 5 6");
        row("payload contains timeout", "5");
        row("payload ~ '\"battery\":\\s*\\d\\d'", "4");
        // headers
        row("header.content-type == application/json", "3");
        row("header.CONTENT-TYPE contains JSON", "3");
        row("header.x-retries in [1, 2]", "3");
        row("headers exists", "3");
        row("headers contains 'x-retries: 2'", "3");
        row("header.missing exists", "");
        // words
        row("vision", "2 3");
        row("PICK", "1 4 6");
        row("timeout", "5");
        row("'robot-1'", "1 4");
        row("größe", "4 6");
        row("GRÖSSE or 'größe xl'", "4");
        row("m-2", "2");
        row("c-77", "2 3");
        row("robot heavy", "1");
        row("planner pick failed", "6");
        row("p*ed", "4 6");
        row("\"p*ed\"", "");
        // precedence
        row("kind == error or kind == state and from == robot-1", "4 6");
        row("(kind == error or kind == state) and from == robot-1", "4");
        row("not kind == error and from == robot-2", "5");
        row("not (kind == error and from == robot-2)", "1 2 3 4 5");
        row("not not kind == error", "6");
        row("NOT kind == error AND from == robot-2 OR seq == 1", "1 5");
        row("kind==error or(seq==1)", "1 6");
        row("payload.battery < 50 or kind == command", "1 6");
        row("not payload.battery < 50 and seq > 3", "4 5");
        row("from == \"planner-*\" and latency > 200ms and not kind == heartbeat", "");
        row("from == \"robot-*\" and latency > 200ms and not kind == heartbeat and payload.battery "
            "== 9 and time in 10:19..10:20",
            "6");
        row("", "1 2 3 4 5 6");
        row("  \t ", "1 2 3 4 5 6");
    }
    void anExpressionFindsItsMessages()
    {
        QFETCH(QString, expression);
        QFETCH(QString, seqs);
        const TestMessages messages(kSwarm);
        QCOMPARE(messages.matching(QStringView(expression)), seqs);
    }

    void bytesAreFetchedOnlyForRowsThatPassedTheColumns()
    {
        const TestMessages messages(kSwarm);
        QCOMPARE(messages.matching(u"payload.battery < 50 and kind == error"), u"6"_s);
        QCOMPARE(messages.fetched(), std::size_t(1));
        QCOMPARE(messages.matching(u"payload.battery == 81 or seq != 4"), u"1 2 3 4 5 6"_s);
        QCOMPARE(messages.fetched(), std::size_t(1));
        QCOMPARE(
            messages.matching(u"payload.battery > 5 and payload.battery < 50 and kind == error"),
            u"6"_s);
        QCOMPARE(messages.fetched(), std::size_t(1));
        QCOMPARE(messages.matching(u"payload.x != 1 and correlation == c-77"), u"2 3"_s);
        QCOMPARE(messages.fetched(), std::size_t(2));
    }

    void aFilterKnowsWhetherItNeedsBytes()
    {
        const TimeRange session = TestMessages(kSwarm).session();
        const auto needs = [&](QStringView text) {
            return parseFilter(text, session).value()->needsPayload();
        };
        QVERIFY(!needs(u"from == a and id exists and latency > 2ms or not to contains z"));
        QVERIFY(needs(u"correlation == x"));
        QVERIFY(needs(u"from == a and payload.x == 1"));
        QVERIFY(needs(u"not header.x exists"));
        QVERIFY(needs(u"word"));
        QVERIFY(needs(u"id == 'x*'"));
    }

    /// A reader loads only what columns() names, so nothing else may decide.
    void theNamedColumnsAreEnough_data() { anExpressionFindsItsMessages_data(); }
    void theNamedColumnsAreEnough()
    {
        QFETCH(QString, expression);
        QFETCH(QString, seqs);
        TestMessages messages(kSwarm);
        const auto filter = parseFilter(expression, messages.session());
        QVERIFY(filter.ok());
        if (*filter)
            messages.keepOnly((*filter)->columns());
        QCOMPARE(messages.matching(*filter), seqs);
    }

    void timeBoundsAreNarrow_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("begin");
        QTest::addColumn<QString>("end");
        QTest::newRow("range") << u"time in 10:17..10:18 and kind == error"_s << u"10:17:00"_s
                               << u"10:18:00"_s;
        QTest::newRow("or") << u"time in 10:17..10:18 or time == 10:19:00"_s << u"10:17:00"_s
                            << u"10:19:00.000000001"_s;
        QTest::newRow("and") << u"time >= 10:17 and time < 10:18"_s << u"10:17:00"_s
                             << u"10:18:00"_s;
        QTest::newRow("or with another field")
            << u"time >= 10:17 or kind == error"_s << u""_s << u""_s;
        QTest::newRow("not") << u"not time in 10:17..10:18"_s << u""_s << u""_s;
        QTest::newRow("half") << u"time > 10:17"_s << u"10:17:00.000000001"_s << u""_s;
    }
    void timeBoundsAreNarrow()
    {
        QFETCH(QString, expression);
        QFETCH(QString, begin);
        QFETCH(QString, end);
        const TestMessages messages(kSwarm);
        const TimeRange bounds = parseFilter(expression, messages.session()).value()->timeBounds();
        const auto at = [&](const QString& clock, TimePoint none) {
            return clock.isEmpty() ? none : timeFromText(clock, messages.session()).value();
        };
        // "not" of a time says nothing; a half-open side reaches to the end of all times.
        if (!begin.isEmpty())
            QCOMPARE(toNs(bounds.begin), toNs(at(begin, {})));
        else
            QVERIFY(bounds.begin <= fromNs(kNoTime + 1));
        QCOMPARE(toNs(bounds.end), toNs(at(end, TimePoint::max())));
    }

    void contradictingTimesLeaveNothing()
    {
        const TestMessages messages(kSwarm);
        const auto filter =
            parseFilter(u"time < 10:17 and time > 10:18", messages.session()).value();
        QVERIFY(filter->timeBounds().isEmpty());
        QCOMPARE(messages.matching(filter), u""_s);
    }

    void labelsSetBetweenTwoEvaluationsCount()
    {
        TestMessages messages(u"from=a\nfrom=b"_s);
        const auto filter = parseFilter(u"site == east", messages.session()).value();
        QCOMPARE(messages.matching(filter), u""_s);
        messages.names().setLabel(messages.names().findAgent("b"), Label::Site, "east");
        QCOMPARE(messages.matching(filter), u"2"_s);
    }

    void rowsThatAreOutAlreadyStayOut()
    {
        const TestMessages messages(kSwarm);
        const auto filter = parseFilter(u"not seq == 2 or payload.score > 0", messages.session());
        std::vector<std::uint8_t> keep{0, 1, 0, 1, 0, 0};
        struct Nothing final : PayloadSource
        {
            std::string_view raw(std::size_t) override { return {}; }
            std::string_view headers(std::size_t) override { return {}; }
        } nothing;
        filter.value()->evaluate(messages.columns(), messages.names(), &nothing, keep);
        QCOMPARE(keep, (std::vector<std::uint8_t>{0, 0, 0, 1, 0, 0}));
    }

    void columnsThatWereNotReadMatchNothing()
    {
        Columns columns;
        columns.first = 1;
        columns.time = {1, 2};
        const Dictionaries names;
        for (const QStringView text :
             {u"latency > 1ms", u"sequence exists", u"id exists", u"flags exists", u"sent exists",
              u"from == x", u"to == x", u"payload.a == 1", u"word"}) {
            std::vector<std::uint8_t> keep{1, 1};
            const auto filter = parseFilter(text, {});
            filter.value()->evaluate(columns, names, nullptr, keep);
            QVERIFY2(keep == (std::vector<std::uint8_t>{0, 0}), qPrintable(text.toString()));
        }
    }
};

QTEST_GUILESS_MAIN(TestFilter)
#include "tst_filter.moc"
