// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which URLs mean the same bus and the same topics, however they are written.

#include "bus/sameurl.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestSameUrl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneBusIsOneHoweverItIsWritten_data()
    {
        QTest::addColumn<QString>("one");
        QTest::addColumn<QString>("other");
        QTest::addColumn<bool>("isSame");
        const auto row = [](const char* name, const QString& one, const QString& other,
                            bool isSame) { QTest::newRow(name) << one << other << isSame; };
        row("usual port", u"redis://h?pattern=a"_s, u"redis://h:6379?pattern=a"_s, true);
        row("usual port, encrypted", u"mqtts://h?topic=a"_s, u"mqtts://h:8883?topic=a"_s, true);
        row("this machine", u"nats://localhost?subject=a"_s, u"nats://127.0.0.1?subject=a"_s, true);
        row("this machine too", u"nats://[::1]?subject=a"_s, u"nats://?subject=a"_s, true);
        row("capital letters", u"NATS://Hq?subject=a"_s, u"nats://hq?subject=a"_s, true);
        row("order of items", u"redis://h?stream=s&from=-1h"_s, u"redis://h?from=-1h&stream=s"_s,
            true);
        row("lists", u"kafka://h?topic=a,b"_s, u"kafka://h?topic=b&topic=a"_s, true);
        row("twice the same name", u"redis://h?pattern=a,a"_s, u"redis://h?pattern=a"_s, true);
        row("escapes", u"mqtt://h?topic=fleet/%23"_s, u"mqtt://h?topic=fleet%2F%23"_s, true);
        row("a hash as it is typed", u"mqtt://h?topic=fleet/#"_s, u"mqtt://h?topic=fleet/%23"_s,
            true);
        row("an empty path", u"ws://h/"_s, u"ws://h"_s, true);
        row("another port", u"redis://h:6380?pattern=a"_s, u"redis://h?pattern=a"_s, false);
        row("another name", u"redis://h?pattern=a"_s, u"redis://h?pattern=A"_s, false);
        row("another user", u"nats://me@h?subject=a"_s, u"nats://you@h?subject=a"_s, false);
        row("another path", u"ws://h/feed"_s, u"ws://h/Feed"_s, false);
        row("another scheme", u"rediss://h"_s, u"redis://h"_s, false);
        row("commas in a text", u"ws://h?murmur.hello=a,b"_s, u"ws://h?murmur.hello=b,a"_s, false);
        row("files", u"file:a.jsonl"_s, u"file:b.jsonl"_s, false);
    }
    void oneBusIsOneHoweverItIsWritten()
    {
        QFETCH(QString, one);
        QFETCH(QString, other);
        QFETCH(bool, isSame);
        QCOMPARE(meanTheSame(QUrl(one), QUrl(other)), isSame);
        QCOMPARE(meanTheSame(QUrl(other), QUrl(one)), isSame);
        QVERIFY(meanTheSame(QUrl(one), QUrl(one)));
    }
};

QTEST_GUILESS_MAIN(TestSameUrl)
#include "tst_sameurl.moc"
