// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What we sent ourselves is told apart from what the agents said, and what was left out from what
// is there.

#include "recording/dictionaries.h"
#include "views/base/theme.h"
#include "views/timeline/lanepainter.h"
#include "views/timeline/timelinetext.h"

#include <QPainter>
#include <QTest>

#include <array>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestOurMarks : public QObject
{
    Q_OBJECT

    static QImage painted(Flags flags, bool isCrowded)
    {
        Theme::apply(true);
        LanePainter painter;
        painter.prepare(Theme::current(), 1);
        QImage image(40, 30, QImage::Format_RGB32);
        image.fill(Theme::current().ground);
        Mark mark;
        mark.flags = flags;
        const std::array placed{PlacedMark{20, &mark, isCrowded, 0}};
        QPainter on(&image);
        painter.paintMarks(on, placed, QRect(0, 0, 40, 30),
                           [](const Mark&) { return LanePainter::Strength::Full; });
        return image;
    }

private Q_SLOTS:
    void whatWeSentStandsInAFrame_data()
    {
        QTest::addColumn<bool>("isCrowded");
        QTest::newRow("a shape") << false;
        QTest::newRow("a tick") << true;
    }
    void whatWeSentStandsInAFrame()
    {
        QFETCH(const bool, isCrowded);
        const QImage theirs = painted(0, isCrowded);
        for (const Flags flags : {Flags(Flag::Injected), Flags(Flag::Replayed)}) {
            const QImage ours = painted(flags, isCrowded);
            int framed = 0;
            for (int y = 0; y < ours.height(); ++y) {
                for (int x = 0; x < ours.width(); ++x) {
                    if (ours.pixel(x, y) == theirs.pixel(x, y))
                        continue;
                    ++framed;
                    QCOMPARE(ours.pixelColor(x, y), Theme::current().text);
                }
            }
            QVERIFY2(framed >= (isCrowded ? 4 : 40), qPrintable(QString::number(framed)));
        }
    }

    void whatWasLeftOutIsHollow()
    {
        const QImage whole = painted(0, false);
        const QImage hollow = painted(Flag::Withheld, false);
        const QPoint middle(20, 15);
        QVERIFY(whole.pixelColor(middle) != Theme::current().ground);
        QCOMPARE(hollow.pixelColor(middle), Theme::current().ground);
        QVERIFY(hollow != painted(0, false));
        int drawn = 0;
        for (int x = 0; x < hollow.width(); ++x)
            drawn += hollow.pixelColor(x, middle.y()) != Theme::current().ground ? 1 : 0;
        QVERIFY2(drawn >= 2, qPrintable(QString::number(drawn)));
    }

    void itIsSaidInWords()
    {
        Dictionaries names;
        Mark mark;
        QVERIFY(!laneMarkSentence(mark, u"planner"_s, names).contains(u"by us"_s));
        mark.flags = Flag::Injected;
        QVERIFY(laneMarkSentence(mark, u"planner"_s, names).endsWith(u"sent by us"_s));
        mark.flags = Flag::Replayed;
        QVERIFY(laneMarkSentence(mark, u"planner"_s, names).endsWith(u"replayed by us"_s));
        mark.flags = Flag::Withheld;
        QVERIFY(laneMarkSentence(mark, u"planner"_s, names).endsWith(u"left out by choice"_s));
        mark.flags = Flag::Redacted;
        QVERIFY(laneMarkSentence(mark, u"planner"_s, names).endsWith(u"secrets overwritten"_s));
    }
};

QTEST_MAIN(TestOurMarks)
#include "tst_ourmarks.moc"
