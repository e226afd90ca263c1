// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/fuzzymatch.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;

namespace murmur {

class TestFuzzyMatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lettersStandInTheirOrder()
    {
        QVERIFY(fuzzyScore(u"", u"anything"));
        QVERIFY(fuzzyScore(u"", u""));
        QVERIFY(fuzzyScore(u"gtl", u"Go to the latency"));
        QVERIFY(!fuzzyScore(u"ltg", u"Go to the latency"));
        QVERIFY(!fuzzyScore(u"a", u""));
        QVERIFY(fuzzyScore(u"ÜBER", u"über alles"));
    }

    /// Each left one is better than the right one.
    void theBetterOneWins_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        QTest::newRow("beginning") << u"open"_s << u"Open a file"_s << u"Reopen"_s;
        QTest::newRow("in one piece") << u"pla"_s << u"Play"_s << u"Pending: later"_s;
        QTest::newRow("words") << u"gl"_s << u"Go live"_s << u"Toggle"_s;
        QTest::newRow("whole word") << u"robot-1"_s << u"robot-1"_s << u"robot-17"_s;
        QTest::newRow("camel") << u"sv"_s << u"StateView"_s << u"ensolve"_s;
    }
    void theBetterOneWins()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, better);
        QFETCH(QString, worse);
        const auto high = fuzzyScore(pattern, better);
        QVERIFY(high);
        const auto low = fuzzyScore(pattern, worse);
        QVERIFY2(!low || *high > *low, qPrintable(QString::number(low.value_or(0))));
    }

    void placesAreThoseOfTheLetters()
    {
        QCOMPARE(fuzzyPlaces(u"gl", u"Go live"), (std::vector<qsizetype>{0, 3}));
        QCOMPARE(fuzzyPlaces(u"live go", u"Go live"), (std::vector<qsizetype>{0, 1, 3, 4, 5, 6}));
        QVERIFY(fuzzyPlaces(u"zz", u"Go live").empty());
    }

    void whateverFitsHasItsPlaces()
    {
        QRandomGenerator random(3);
        const auto text = [&random](int most) {
            QString made;
            for (int i = random.bounded(most); i > 0; --i)
                made += u"abA -_é"[random.bounded(7)];
            return made;
        };
        for (int round = 0; round < 20'000; ++round) {
            const QString pattern = text(6);
            const QString in = text(30);
            const auto places = fuzzyPlaces(pattern, in);
            if (!fuzzyScore(pattern, in)) {
                QVERIFY(places.empty());
                continue;
            }
            for (const qsizetype place : places)
                QVERIFY(place >= 0 && place < in.size() &&
                        pattern.contains(in[place], Qt::CaseInsensitive));
        }
    }
};

} // namespace murmur

QTEST_GUILESS_MAIN(murmur::TestFuzzyMatch)
#include "tst_fuzzymatch.moc"
