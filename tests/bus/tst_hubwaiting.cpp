// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/waitinglist.h"
#include "hubtestbed.h"

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

class TestHubWaiting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aListIsReadItemByItem()
    {
        WaitingList list("1200,0,x,-3,,3600000001,7");
        QCOMPARE(list.next(), 1'200'000);
        QCOMPARE(list.next(), 0);
        for (int i = 0; i < 4; ++i)
            QCOMPARE(list.next(), -1);
        QCOMPARE(list.next(), 7000);
        QCOMPARE(list.next(), -1);
        QCOMPARE(list.next(), -1);
    }

    void aMessageHasTheTimeAtWhichItWasSaid()
    {
        HubHost hub;
        RawClient client(hub.port);
        client.send(
            posted("{\"n\":1}\n{\"n\":2}\n{\"n\":3}", "Murmurscope-Waited: 5000000,2000000\r\n"));
        QVERIFY(client.response().find("{\"accepted\":3}") != std::string::npos);
        const auto messages = hub.sink.messages();
        QCOMPARE(messages.size(), std::size_t(3));
        QCOMPARE(messages[0].stated, messages[0].received - 5'000'000'000);
        QCOMPARE(messages[1].stated, messages[1].received - 2'000'000'000);
        QCOMPARE(messages[2].stated, kNoTime);
        QVERIFY(hub.sink.gaps().empty());
    }

    void whatASenderLeftOutIsAGap()
    {
        HubHost hub;
        RawClient client(hub.port);
        client.send(posted("{\"n\":1}", "Murmurscope-Left-Out: 12\r\n"));
        QVERIFY(client.response().find("{\"accepted\":1}") != std::string::npos);
        client.send(posted("{\"n\":1}", "Murmurscope-Left-Out: many\r\n"));
        QVERIFY(client.response().find("{\"accepted\":1}") != std::string::npos);
        const std::vector<Gap> gaps = hub.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, "sender-drop"s);
        QCOMPARE(gaps[0].count, 12);
        QCOMPARE(gaps[0].lostIs, LostIs::Exact);
    }

private:
    static std::string posted(const std::string& body, const std::string& fields)
    {
        return "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

QTEST_GUILESS_MAIN(TestHubWaiting)
#include "tst_hubwaiting.moc"
