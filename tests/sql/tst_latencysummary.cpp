// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/filter.h"
#include "sql/latencysummary.h"
#include "sql/sqlbed.h"

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

/// "key: answered open errors p50 max" a line, times in ms.
QString summaryOf(const SqlBed& bed, LatencyBy by, const QString& where = {})
{
    auto summarizer = LatencySummarizer::over(bed.session());
    if (!summarizer)
        return summarizer.error().message;
    LatencyRequest request;
    request.by = by;
    auto filter = parseFilter(where, bed.session().seen().time);
    if (!filter)
        return filter.error().message;
    request.filter = *filter;
    const auto summary = (*summarizer)->run(request);
    if (!summary)
        return summary.error().message;
    QStringList lines;
    for (const LatencyLine& line : summary->lines) {
        const QString from =
            line.from.empty() ? QString() : QString::fromStdString(line.from) + u'>';
        lines << from + u"%1: %2 %3 %4 %5 %6"_s.arg(QString::fromStdString(line.key))
                            .arg(line.answered)
                            .arg(line.open)
                            .arg(line.errors)
                            .arg(qRound(double(line.latency.quantile(0.5)) / 1e6))
                            .arg(qRound(double(line.latency.max()) / 1e6));
    }
    return lines.join(u'\n');
}

} // namespace

class TestLatencySummary : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsAreSummedByWhatIsAsked()
    {
        SqlBed bed;
        fill(bed);
        // Who never answered comes first, then the slowest.
        QCOMPARE(summaryOf(bed, LatencyBy::Agent), u"dee: 0 2 0 0 0\n"
                                                   "eve: 0 1 0 0 0\n"
                                                   "cy: 1 0 1 40 40\n"
                                                   "bob: 2 0 0 10 30"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::Pair), u"bob>dee: 0 1 0 0 0\n"
                                                  "cy>dee: 0 1 0 0 0\n"
                                                  "cy>eve: 0 1 0 0 0\n"
                                                  "ada>cy: 1 0 1 40 40\n"
                                                  "ada>bob: 2 0 0 10 30"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::Topic), u"work: 2 1 1 30 40\n"
                                                   "more: 1 1 0 10 10"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::Type), u"ask: 3 2 1 30 40"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::All), u": 3 2 1 30 40"_s);
    }

    void aFilterChoosesByRequestOrAnswer()
    {
        SqlBed bed;
        fill(bed);
        QCOMPARE(summaryOf(bed, LatencyBy::Agent, u"kind == error"_s), u"cy: 1 0 1 40 40"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::All, u"kind == request and topic == more"_s),
                 u": 1 1 0 10 10"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::All, u"from == nobody"_s), QString());
    }

    void anAnswerThatCameFirstCounts()
    {
        SqlBed bed;
        bed.say(0, "work", json("{'kind':'reply','from':'bob','correlation_id':'q1'}"));
        bed.say(20, "work", json("{'kind':'request','from':'ada','to':'bob','id':'q1'}"));
        bed.say(30, "work", json("{'kind':'reply','from':'bob','correlation_id':'q1'}"));
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT request, reply, replier, outcome FROM call"),
                 u"2|1|bob|answered"_s);
        QCOMPARE(summaryOf(bed, LatencyBy::Agent), u"bob: 1 0 0 0 0"_s);
    }

    void laterAnswersAndLateOnesAreCountedBesideTheFirst()
    {
        SqlBed bed;
        bed.say(0, "work", json("{'kind':'request','from':'ada','to':'bob','id':'q1'}"));
        bed.say(10, "work", json("{'kind':'reply','from':'bob','correlation_id':'q1'}"));
        bed.say(20, "work", json("{'kind':'request','from':'ada','to':'bob','id':'q2'}"));
        bed.say(30, "work", json("{'kind':'reply','from':'bob','correlation_id':'q1'}"));
        bed.say(40, "work", json("{'kind':'reply','from':'cy','correlation_id':'q1'}"));
        bed.say(90, "work", json("{'kind':'reply','from':'bob','correlation_id':'q2'}"));
        bed.say(95, "work", json("{'kind':'request','from':'ada','to':'bob','id':'q3'}"));
        bed.close();
        auto database = bed.database();
        QCOMPARE(answerOf(*database, "SELECT request, answers FROM call ORDER BY 1"),
                 u"1|3\n3|1\n7|0"_s);
        auto summarizer = LatencySummarizer::over(bed.session());
        QVERIFY(summarizer.ok());
        LatencyRequest request;
        request.by = LatencyBy::All;
        request.slo = std::chrono::milliseconds(50);
        const auto summary = (*summarizer)->run(request);
        QVERIFY(summary.ok());
        const LatencyLine& line = summary->lines.front();
        QCOMPARE(line.answered, 2);
        QCOMPARE(line.repeated, 2);
        QCOMPARE(line.late, 1);
        QCOMPARE(line.open, 1);
    }

    void percentilesAreCloseEnough()
    {
        SqlBed bed;
        Traffic traffic;
        for (int i = 0; i < 10; ++i)
            bed.hear(traffic.next(500, bed.connection()));
        bed.close();
        auto summarizer = LatencySummarizer::over(bed.session());
        QVERIFY(summarizer.ok());
        LatencyRequest request;
        request.by = LatencyBy::All;
        const auto summary = (*summarizer)->run(request);
        QVERIFY(summary.ok());
        QCOMPARE(summary->lines.size(), std::size_t(1));
        const LatencyLine& line = summary->lines.front();
        QCOMPARE(line.calls(), traffic.requests());
        auto database = bed.database();
        for (const int q : {50, 95, 99}) {
            const double exact =
                answerOf(*database, "SELECT percentile(latency_ns, " + std::to_string(q) +
                                        ") FROM call WHERE outcome <> 'open'")
                    .toDouble();
            const double found = double(line.latency.quantile(q / 100.0));
            QVERIFY2(std::abs(found - exact) <= 0.016 * exact + 1, qPrintable(QString::number(q)));
        }
    }

    void itCanBeStopped()
    {
        SqlBed bed;
        fill(bed);
        auto summarizer = LatencySummarizer::over(bed.session());
        QVERIFY(summarizer.ok());
        std::stop_source stop;
        stop.request_stop();
        LatencyRequest request;
        request.filter = *parseFilter(u"kind == request"_s, bed.session().seen().time);
        request.stop = stop.get_token();
        const auto summary = (*summarizer)->run(request);
        QVERIFY(!summary.ok());
        QCOMPARE(summary.error().code, ErrorCode::Cancelled);
    }

private:
    static void fill(SqlBed& bed)
    {
        bed.say(0, "work", request("ada", "'bob'", "q1"));
        bed.say(10, "work", request("ada", "'cy'", "q2"));
        bed.say(30, "work", json("{'kind':'reply','from':'bob','correlation_id':'q1'}"));
        bed.say(40, "work", request("bob", "'dee'", "q3"));
        bed.say(50, "work", json("{'kind':'error','from':'cy','correlation_id':'q2'}"));
        bed.say(60, "more", request("cy", "['dee','eve']", "q4"));
        bed.say(70, "more", request("ada", "'bob'", "q5"));
        bed.say(80, "more", json("{'kind':'reply','from':'bob','correlation_id':'q5'}"));
        bed.close();
    }
    static QByteArray request(const char* from, const char* to, const char* id)
    {
        return json(QByteArray("{'kind':'request','type':'ask','from':'") + from + "','to':" + to +
                    ",'id':'" + id + "'}");
    }
};

QTEST_GUILESS_MAIN(TestLatencySummary)
#include "tst_latencysummary.moc"
