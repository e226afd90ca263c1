// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What reads the frames of rosbridge and of Foxglove servers, without a server.

#include "bus/robots/foxgloveframes.h"
#include "bus/robots/robotsettings.h"
#include "bus/robots/rosbridgeframes.h"

#include <QTest>

#include <string>

using namespace murmur;
using namespace Qt::StringLiterals;
using What = RosbridgeFrame::What;

namespace {

RosbridgeFrame read(std::string text)
{
    const std::size_t size = text.size();
    text.append(64, '\0');
    RosbridgeFrames frames;
    return frames.read(std::string_view(text).substr(0, size));
}

std::string fragment(const std::string& id, const std::string& data, int number, const char* total)
{
    return R"({"op":"fragment","id":")" + id + R"(","data":")" + data + R"(","num":)" +
           std::to_string(number) + R"(,"total":)" + total + '}';
}

} // namespace

class TestRobotFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesOfRosbridge()
    {
        const RosbridgeFrame publish =
            read("{\"msg\":{\"op\":\"x\",\"topic\":\"inner\",\"id\":[1,{\"a\":\"}\"}]},"
                 "\"topic\":\"/a\\u00e9\",\"op\":\"publish\"}");
        QVERIFY(publish.what == What::Publish);
        QCOMPARE(publish.topic, std::string("/a\u00e9"));
        QVERIFY(read(R"({"op":"service_response","id":"7","service":"/x"})").what == What::Answer);
        QCOMPARE(read(R"({"op":"service_response","id":"7"})").id, std::string("7"));
        QVERIFY(read(R"({"op":"status"})").what == What::Complaint);
        QVERIFY(read(R"({"op":"fragment"})").what == What::Fragment);
        QVERIFY(read(R"({"op":"png"})").what == What::Png);
        QVERIFY(read(R"({"op":"call_service","service":"/s"})").what == What::Other);
        QVERIFY(read(R"({"op":5,"topic":{}})").what == What::Other);
        QVERIFY(read("{}").what == What::Other);
    }

    void whatIsNoFrame()
    {
        for (const char* text :
             {"", "[]", "7", "{", R"({"op":"publish")", R"({"op":"publish","topic":)",
              R"({"op":"publish"} x)", R"({"op":"publish"}{})", "{\"op\":\"\xff\"}"})
            QVERIFY2(read(text).what == What::Unreadable, text);
    }

    void answersOfRosapi()
    {
        const auto topics =
            rosbridgeTopics(R"({"values":{"topics":["/a","/b",5],"types":["t/A"]},"result":true})");
        QVERIFY(topics.has_value());
        QCOMPARE(topics->size(), std::size_t(2));
        QVERIFY((*topics)[0].second == "t/A" && (*topics)[1].second.empty());
        QVERIFY(!rosbridgeTopics(R"({"values":"no such service","result":false})"));
        QVERIFY(!rosbridgeTopics(R"({"values":{"topics":5}})"));
        QVERIFY(!rosbridgeTopics("]"));
        QCOMPARE(rosbridgePublishers(R"({"values":{"publishers":["/n"]}})").value().size(),
                 std::size_t(1));
        const RosbridgeStatus status = rosbridgeStatus(R"({"level":"error","msg":"no","id":4})");
        QVERIFY(status.level == "error" && status.text == "no" && status.id.empty());
    }

    void fragmentsBecomeWhole()
    {
        RosbridgeFragments fragments(1 << 20);
        // In any order, mixed, and with rosbridge's own way to divide.
        QCOMPARE(fragments.take(fragment("b", "BB", 1, "2")).size, std::size_t(0));
        QCOMPARE(fragments.take(fragment("a", "one ", 0, "3.47")).size, std::size_t(0));
        QCOMPARE(fragments.take(fragment("a", "three", 2, "3.47")).size, std::size_t(0));
        const auto whole = fragments.take(fragment("a", "two ", 1, "3.47"));
        QCOMPARE(whole.whole.substr(0, whole.size), std::string("one two three"));
        const std::vector<std::string> left = fragments.abandon();
        QCOMPARE(left, std::vector<std::string>{"BB"});
    }

    void fragmentsThatNeverBecomeWholeAreBounded()
    {
        RosbridgeFragments fragments(1000);
        std::size_t givenUp = 0;
        for (int i = 0; i < 100; ++i) {
            const auto taken =
                fragments.take(fragment(std::to_string(i), std::string(100, 'x'), 0, "2"));
            givenUp += taken.reason.empty() ? 0 : 1;
        }
        QCOMPARE(givenUp, std::size_t(90));
        for (const char* total : {"-1", "0", "1e99", "\"2\"", "100001", "null"})
            QVERIFY2(!fragments.take(fragment("t", "x", 0, total)).reason.empty(), total);
        QVERIFY(!fragments.take(fragment("t", "x", 5, "2")).reason.empty());
        QVERIFY(!fragments.take("[").reason.empty());
        RosbridgeFragments twice(1000);
        twice.take(fragment("t", "x", 0, "3"));
        QVERIFY(!twice.take(fragment("t", "x", 0, "3")).reason.empty());
        QVERIFY(!twice.take(fragment("t", "x", 1, "4")).reason.empty());
    }

    void binaryFramesOfFoxglove()
    {
        // The protocol's own example.
        const QByteArray bytes = QByteArray::fromHex("01 07000000 15cd8dbb91d4b318 7b2278223a317d");
        const FoxgloveBinary data =
            readFoxgloveBinary({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        QVERIFY(data.what == FoxgloveBinary::What::Message);
        QCOMPARE(data.subscription, 7u);
        QCOMPARE(data.time, std::uint64_t(1780000000123456789));
        QVERIFY(data.payload == R"({"x":1})");
        for (qsizetype size = 0; size < 13; ++size) {
            const auto cut =
                readFoxgloveBinary({bytes.constData(), static_cast<std::size_t>(size)});
            QVERIFY(cut.what == FoxgloveBinary::What::Unreadable && *cut.reason != 0);
        }
        QVERIFY(readFoxgloveBinary(std::string_view("\2\1\0\0\0\0\0\0\0", 9)).time == 1);
        QVERIFY(readFoxgloveBinary("\3").what == FoxgloveBinary::What::Other);
        QVERIFY(readFoxgloveBinary("\x55").what == FoxgloveBinary::What::Unreadable);
    }

    void textFramesOfFoxglove()
    {
        const FoxgloveControl channels = readFoxgloveControl(
            R"({"op":"advertise","channels":[{"id":3,"topic":"/a","encoding":"json","schemaName":"S","schema":"x"},7,{"id":-1},{"id":4294967296},{"topic":"/b"}]})");
        QVERIFY(channels.what == FoxgloveControl::What::Advertise);
        QCOMPARE(channels.channels.size(), std::size_t(1));
        QCOMPARE(channels.channels[0].json,
                 std::string(
                     R"({"id":3,"topic":"/a","encoding":"json","schemaName":"S","schema":"x"})"));
        const FoxgloveControl graph = readFoxgloveControl(
            R"({"op":"connectionGraphUpdate","publishedTopics":[{"name":"/a","publisherIds":["n",5]},1],"removedTopics":["/b"]})");
        QVERIFY(graph.published.size() == 1 && graph.published[0].second.size() == 1);
        QCOMPARE(graph.removed, std::vector<std::string>{"/b"});
        QVERIFY(readFoxgloveControl(R"({"op":"status","level":2,"message":"m"})").level == 2);
        QVERIFY(readFoxgloveControl(R"({"op":"status","level":99})").level == 0);
        QVERIFY(readFoxgloveControl("[]").what == FoxgloveControl::What::Unreadable);
        QVERIFY(readFoxgloveControl(R"({"op":"unadvertise","channelIds":[1,"2",3]})").ids.size() ==
                2);
    }

    void topicsOfAUrl()
    {
        UrlReader url(QUrl(u"rosbridge://box/sub?topic=/cmd_vel,/fleet/*"_s), u"rosbridge"_s, 0);
        const RobotSettings settings = robotSettings(url, 9090, {});
        QVERIFY(url.finish().ok());
        QCOMPARE(settings.feed.target.toString(), u"ws://box:9090/sub"_s);
        QVERIFY(settings.topics.takes("/fleet/r1") && !settings.topics.takes("/fleet/r1/pose"));
        QVERIFY(settings.topics.hasGlobs() && !settings.topics.isAll());
        QCOMPARE(settings.topics.names(), std::vector<std::string>{"/cmd_vel"});
        UrlReader tls(QUrl(u"foxglove://box?tls=1&insecure=1"_s), u"Foxglove"_s, 0);
        QVERIFY(robotSettings(tls, 8765, {}).feed.target.scheme() == "wss"_L1 && tls.finish().ok());
        for (const QString& wrong :
             {u"foxglove://box?insecure=1"_s, u"foxglove://box?topic=/a/>/b"_s,
              u"foxglove://box?topics=/a"_s, u"foxglove://box?topic=/a/#"_s}) {
            UrlReader bad{QUrl(wrong), u"Foxglove"_s, 0};
            robotSettings(bad, 8765, {});
            QVERIFY2(!bad.finish().ok(), qPrintable(wrong));
        }
    }
};

QTEST_GUILESS_MAIN(TestRobotFrames)
#include "tst_robotframes.moc"
