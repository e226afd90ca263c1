// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "keptnote.h"
#include "settings.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestSettings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theNewestFileComesFirstAndOnlyOnce()
    {
        const QTemporaryDir dir;
        const QString file = dir.filePath(u"s.ini"_s);
        {
            StudioSettings settings(file);
            for (int i = 0; i < 20; ++i)
                settings.addRecentFile(u"/tmp/%1.murmur"_s.arg(i));
            settings.addRecentFile(u"/tmp/10.murmur"_s);
            settings.setTheme(ThemeChoice::Light);
        }
        const StudioSettings again(file);
        QCOMPARE(again.recentFiles().size(), 12);
        QCOMPARE(again.recentFiles().at(0), u"/tmp/10.murmur"_s);
        QCOMPARE(again.recentFiles().at(1), u"/tmp/19.murmur"_s);
        QCOMPARE(again.recentFiles().count(u"/tmp/10.murmur"_s), 1);
        QVERIFY(again.theme() == ThemeChoice::Light);
    }

    void twoRecordingsOfOneSecondGetTwoNames()
    {
        const QTemporaryDir dir;
        const QDateTime now(QDate(2026, 5, 21), QTime(10, 17, 0));
        const QString first = newRecordingPath(dir.path(), now);
        QVERIFY(first.endsWith(u"/2026-05-21 10.17.00.murmur"_s));
        QFile file(first);
        QVERIFY(file.open(QFile::WriteOnly));
        QVERIFY(newRecordingPath(dir.path(), now) != first);
    }

    void whatWasKeptIsOneSentence()
    {
        const QString home = QDir::homePath();
        QCOMPARE(keptSentence({12min, 481'220, 0, true, home + u"/x.murmur"_s}),
                 u"12 min, 481,220 messages, 0 lost, saved as ~/x.murmur"_s);
        QCOMPARE(keptSentence({5s, 1, 3, false, {}}),
                 u"5 s, 1 message, at least 3 lost, discarded"_s);
        QCOMPARE(keptSentence({5s, 1, 0, false, {}}),
                 u"5 s, 1 message, an unknown number lost, discarded"_s);
    }
};

QTEST_APPLESS_MAIN(TestSettings)
#include "tst_settings.moc"
