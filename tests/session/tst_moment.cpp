// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/moment.h"
#include "support/recorded.h"

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// A link says all that a moment is, and nothing else is a link.
class TestMoment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("path");
        QTest::newRow("plain") << u"kind == error"_s << u"/data/night.murmur"_s;
        QTest::newRow("quotes and signs")
            << u"from == \"a&b=c#?%\" and (latency > 200ms)"_s << u"/data/50% off & more.murmur"_s;
        QTest::newRow("other alphabets") << u"topic == \"склад/Ä\""_s << u"/data/ночь 🌒.murmur"_s;
        QTest::newRow("name only") << QString() << u"night.murmur"_s;
    }
    void whatIsWrittenIsRead()
    {
        QFETCH(QString, filter);
        QFETCH(QString, path);
        Moment moment;
        moment.recordings = {{path, u"0b6c4f5e-1111-4222-8333-444455556666"_s},
                             {u"/data/south.murmur"_s, {}}};
        moment.at = kStart + 29044ms;
        moment.window = TimeRange{kStart, kStart + 1min};
        moment.select = u"north:8812"_s;
        moment.agent = u"planner 7 / a"_s;
        moment.where = filter;
        moment.view = u"messages"_s;
        const QString link = linkOf(moment);
        QVERIFY(isMomentLink(link));
        // It survives chats and shells: no spaces, no quotes, ASCII.
        QVERIFY(std::ranges::none_of(link, [](QChar c) {
            return c.unicode() <= ' ' || c.unicode() > '~' || c == u'"' || c == u'\'';
        }));
        const auto read = momentFromLink(link);
        QVERIFY2(read, read ? "" : qPrintable(read.error().message));
        QCOMPARE(read->where, filter);
        QVERIFY(*read == moment);
    }

    void whatIsNoLinkIsRefused_data()
    {
        QTest::addColumn<QString>("link");
        QTest::newRow("nothing") << QString();
        QTest::newRow("another scheme") << u"https://open?at=2026-05-21T04:17:00Z"_s;
        QTest::newRow("another place") << u"murmur://attach?recording=x.murmur"_s;
        QTest::newRow("user") << u"murmur://me@open?recording=x.murmur"_s;
        QTest::newRow("a bus") << u"murmur://open?recording=nats://prod:4222"_s;
        QTest::newRow("a bus, hidden") << u"murmur://open?recording=nats%3A%2F%2Fprod"_s;
        QTest::newRow("a scheme alone") << u"murmur://open?recording=demo:x.murmur"_s;
        QTest::newRow("another machine") << u"murmur://open?recording=//host/share/x.murmur"_s;
        QTest::newRow("standard input") << u"murmur://open?recording=-"_s;
        QTest::newRow("relative") << u"murmur://open?recording=../x.murmur"_s;
        QTest::newRow("a null") << u"murmur://open?recording=/x%00.murmur"_s;
        QTest::newRow("a line") << u"murmur://open?where=a%0Ab"_s;
        QTest::newRow("half a sign") << u"murmur://open?where=a%2"_s;
        QTest::newRow("no sign") << u"murmur://open?where=a%GG"_s;
        QTest::newRow("no UTF-8") << u"murmur://open?where=%C3%28"_s;
        QTest::newRow("unknown item") << u"murmur://open?exec=rm"_s;
        QTest::newRow("twice") << u"murmur://open?view=a&view=b"_s;
        QTest::newRow("empty") << u"murmur://open?view="_s;
        QTest::newRow("no value") << u"murmur://open?view"_s;
        QTest::newRow("no time") << u"murmur://open?at=yesterday"_s;
        QTest::newRow("local time") << u"murmur://open?at=2026-05-21T04:17:00+02:00"_s;
        QTest::newRow("half a window") << u"murmur://open?from=2026-05-21T04:17:00Z"_s;
        QTest::newRow("window backwards")
            << u"murmur://open?from=2026-05-21T04:17:00Z&until=2026-05-21T04:16:00Z"_s;
        QTest::newRow("no number") << u"murmur://open?select=last"_s;
        QTest::newRow("no view") << u"murmur://open?view=../x"_s;
        QTest::newRow("uuid of none")
            << u"murmur://open?uuid=0b6c4f5e-1111-4222-8333-444455556666"_s;
        QTest::newRow("too long") << u"murmur://open?where="_s + QString(100'000, u'a');
    }
    void whatIsNoLinkIsRefused()
    {
        QFETCH(QString, link);
        const auto read = momentFromLink(link);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::WrongUse);
        QVERIFY(read.error().message.size() < 400);
    }
};

QTEST_GUILESS_MAIN(TestMoment)
#include "tst_moment.moc"
