// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/numbers.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestNumbers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersHaveSeparators()
    {
        QCOMPARE(numberText(0), u"0"_s);
        QCOMPARE(numberText(10'214'882), u"10,214,882"_s);
        QCOMPARE(numberText(-4'321), u"-4,321"_s);
    }
    void shortNumbersHaveThreeDigits()
    {
        QCOMPARE(shortNumberText(0), u"0"_s);
        QCOMPARE(shortNumberText(17), u"17"_s);
        QCOMPARE(shortNumberText(2.5), u"2.5"_s);
        QCOMPARE(shortNumberText(12'400), u"12.4k"_s);
        QCOMPARE(shortNumberText(999'990), u"1M"_s);
        QCOMPARE(shortNumberText(3'100'000), u"3.1M"_s);
    }
    void behindIsAClock()
    {
        QCOMPARE(behindText(300ms), QString());
        QCOMPARE(behindText(41s), u"−00:41"_s);
        QCOMPARE(behindText(3761s), u"−1:02:41"_s);
        QCOMPARE(lengthText(751s), u"12:31"_s);
    }
    void digitsFollowTheZoom()
    {
        QCOMPARE(clockDigits(2s), 0);
        QCOMPARE(clockDigits(20ms), 3);
        QCOMPARE(clockDigits(20us), 6);
        QCOMPARE(clockDigits(2ns), 9);
    }
};

QTEST_APPLESS_MAIN(TestNumbers)
#include "tst_numbers.moc"
