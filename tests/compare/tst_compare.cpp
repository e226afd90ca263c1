// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "compare/comparejob.h"
#include "twonights.h"

#include <QTest>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QStringList listed(const std::vector<CompareLine>& lines)
{
    QStringList all;
    for (const CompareLine& line : lines)
        all << u"%1 %2 %3"_s.arg(QString::fromLatin1(compareChangeName(line.change)),
                                 QString::fromLatin1(compareWhatName(line.what)), line.subject);
    return all;
}

const CompareLine* found(const std::vector<CompareLine>& lines, const QString& text)
{
    for (const CompareLine& line : lines) {
        if (listed({line}).front() == text)
            return &line;
    }
    return nullptr;
}

TalkSums sums(std::int64_t messages, std::int64_t errors = 0)
{
    TalkSums made;
    for (std::int64_t i = 0; i < messages; ++i)
        made.hear(i + 1, i < errors ? Kind::Error : Kind::Event);
    return made;
}

TalkProfile profile(std::int64_t messages, std::int64_t errors = 0,
                    nanoseconds length = std::chrono::seconds(10))
{
    TalkProfile made;
    made.range = {kStart, kStart + length};
    made.messages = messages;
    made.all = sums(messages, errors);
    made.topics["t"] = sums(messages, errors);
    return made;
}

} // namespace

class CompareTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoRecordingsAreHeldAgainstEachOther()
    {
        Recorded good(night(false)), bad(night(true));
        QVERIFY(good.waitForAll() && bad.waitForAll());
        const auto before = good.close();
        const auto after = bad.close();
        CompareRequest request;
        request.before = before->source();
        request.after = after->source();
        request.beforeRange = before->seen().time;
        request.afterRange = after->seen().time;
        const auto compared = compareJob(request);
        QVERIFY(compared);
        const QStringList lines = listed(compared->lines);
        for (const QString& wanted :
             {u"slower topic vision.detect"_s, u"slower pair planner → vision"_s,
              u"slower agent vision"_s, u"new topic escalations"_s, u"missing topic ledger"_s,
              u"new agent supervisor"_s, u"missing agent clerk"_s, u"more errors agent vision"_s,
              u"slower conversations detect by planner"_s, u"more errors conversation task-0"_s})
            QVERIFY2(lines.contains(wanted),
                     qUtf8Printable(wanted + u" in\n"_s + lines.join(u'\n')));
        // Of forty tasks those that say most stand for all.
        QCOMPARE(lines.filter(u" conversation task-"_s).size(), 12);
        // What stayed as it was is not told.
        QVERIFY(lines.filter(u"topic beats"_s).isEmpty());
        const CompareLine* slower = found(compared->lines, u"slower topic vision.detect"_s);
        QVERIFY(slower->beforeText.endsWith(u" ms"_s));
        QCOMPARE(slower->after3.size(), std::size_t(3));
        const CompareLine* fresh = found(compared->lines, u"new topic escalations"_s);
        QVERIFY(fresh->before3.empty());
        QCOMPARE(fresh->after3.front(), Seq(3));
    }

    void twoWindowsOfOneAreToo()
    {
        std::vector<Said> said = night(false);
        const std::vector<Said> later = night(true, 60s);
        said.insert(said.end(), later.begin(), later.end());
        Recorded both(said);
        QVERIFY(both.waitForAll());
        const auto session = both.close();
        CompareRequest request;
        request.before = request.after = session->source();
        request.beforeRange = {kStart, kStart + 30s};
        request.afterRange = {kStart + 60s, kStart + 90s};
        const auto compared = compareJob(request);
        QVERIFY(compared);
        QVERIFY(listed(compared->lines).contains(u"slower topic vision.detect"_s));
        QCOMPARE(compared->before.messages, 160);
        for (const CompareLine& line : compared->lines) {
            for (const Seq seq : line.after3)
                QVERIFY(line.what == CompareWhat::Finding || seq > 160);
        }
        // The same against itself: nothing.
        request.afterRange = request.beforeRange;
        const auto same = compareJob(request);
        QVERIFY(same);
        QVERIFY2(same->lines.empty(), qUtf8Printable(listed(same->lines).join(u'\n')));
    }

    void whatChanceExplainsIsNoDifference()
    {
        QVERIFY(compareProfiles(profile(100), profile(130)).empty());
        QVERIFY(compareProfiles(profile(6), profile(12)).empty());
        QVERIFY(compareProfiles(profile(1000, 5), profile(1000, 8)).empty());
        QVERIFY(!compareProfiles(profile(1000, 5), profile(1000, 80)).empty());
        QVERIFY(!compareProfiles(profile(100), profile(400)).empty());
    }

    void countsAreHeldAgainstEachOtherByTheSecond()
    {
        QVERIFY(compareProfiles(profile(1000), profile(6000, 0, 1min)).empty());
        const auto lines = compareProfiles(profile(1000), profile(1000, 0, 1min));
        QVERIFY(listed(lines).contains(u"fewer topic t"_s));
    }

    void aTopicThatWouldBeMissedByChanceIsNotMissing()
    {
        TalkProfile before = profile(1000);
        before.topics["rare"] = sums(5);
        // In a tenth of the time half a message is expected.
        QVERIFY(listed(compareProfiles(before, profile(100, 0, 1s))).filter(u"rare"_s).isEmpty());
        QVERIFY(listed(compareProfiles(before, profile(1000))).contains(u"missing topic rare"_s));
    }

    void sidesAreNamedAsPeopleWriteThem()
    {
        const CompareSide side = compareSideFromText(u"a@b.murmur@02:00..02:10"_s);
        QCOMPARE(side.file, u"a@b.murmur"_s);
        QCOMPARE(side.from, u"02:00"_s);
        QCOMPARE(side.until, u"02:10"_s);
        QCOMPARE(compareSideFromText(u"night.murmur"_s).file, u"night.murmur"_s);
        const TimeRange all{kStart, kStart + 1h};
        const auto range = rangeOf({u"x"_s, u"+10s"_s, {}}, all);
        QVERIFY(range);
        QVERIFY(range->begin == kStart + 10s && range->end == all.end);
        QVERIFY(!rangeOf({u"x"_s, u"+20s"_s, u"+10s"_s}, all));
    }
};

QTEST_GUILESS_MAIN(CompareTest)
#include "tst_compare.moc"
