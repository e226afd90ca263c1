// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "map/numericleaves.h"
#include "map/positions.h"
#include "support/recorded.h"

#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said state(std::chrono::milliseconds after, const QByteArray& from, QByteArray payload)
{
    return said(after, "state",
                "{\"from\":\"" + from +
                    "\",\"kind\":\"state\",\"payload\":" + payload.replace('\'', '"') + "}");
}

std::vector<NumericPath> paths(std::initializer_list<const char*> names, int agents = 3)
{
    std::vector<NumericPath> all;
    for (const char* name : names)
        all.push_back({name, agents, 0, 50, agents, agents});
    return all;
}

std::string likeliest(const std::vector<NumericPath>& of)
{
    const auto axes = likelyAxes(of);
    return axes.empty() ? "none"
                        : axesText(axes.front()) + (axes.front().isGeo ? " in degrees" : "");
}

QString text(const Positions& positions, const Dictionaries& names)
{
    QStringList all;
    for (const AgentPlace& place : positions.agents) {
        QStringList trail;
        for (const PlacePoint& point : place.trail)
            trail << u"%1,%2"_s.arg(point.x).arg(point.y);
        all << u"%1 at %2,%3 by %4 from %5"_s
                   .arg(QString::fromStdString(names.agentName(place.agent)))
                   .arg(place.x)
                   .arg(place.y)
                   .arg(place.setBy)
                   .arg(trail.join(u' '));
    }
    return all.join(u'\n');
}

} // namespace

class PositionsTest : public QObject
{
    Q_OBJECT

    static Positions positionsOf(const std::shared_ptr<Session>& session, PositionRequest request)
    {
        auto found = positionsJob(*session->source(), request);
        if (!found)
            qFatal("%s", qUtf8Printable(found.error().message));
        return *found;
    }

private Q_SLOTS:
    void numbersAreFoundInWhateverAStateHolds()
    {
        NumericLeaves leaves;
        QStringList found;
        const auto read = [&](const char* json) {
            found.clear();
            leaves.read("k", json, [&](std::string_view path, double number) {
                found << u"%1=%2"_s.arg(QString::fromUtf8(path.data(), qsizetype(path.size())))
                             .arg(number);
            });
            return found.join(u' ');
        };
        QCOMPARE(read("1.5"), u"k=1.5"_s);
        QCOMPARE(read("\"-2\""), u"k=-2"_s);
        QCOMPARE(read("{\"x\":1,\"p\":{\"y\":\"2\",\"name\":\"a\"},\"t\":true}"),
                 u"k.x=1 k.p.y=2"_s);
        QCOMPARE(read("[3,4]"), u"k.0=3 k.1=4"_s);
        // Lists of more are samples, no places.
        QCOMPARE(read("[1,2,3,4]"), QString());
        for (const char* bad : {"NaN", "\"NaN\"", "\"inf\"", "1e308", "-1e13", "\"\"", "null", "{",
                                "{\"x\":1", "[[[[[[[[1]]]]]]]]", "\"1,5\""})
            QCOMPARE(read(bad), QString());
        QCOMPARE(*leaves.at("{\"p\":{\"y\":2}}", "p.y"), 2.0);
        QCOMPARE(*leaves.at("{\"a.b\":{\"c\":[7,8]}}", "a.b.c.1"), 8.0);
        QVERIFY(!leaves.at("{\"p\":2}", "p.y"));
        QVERIFY(!leaves.at("[1]", "9"));
        QVERIFY(!leaves.at("{\"p\":2}", ""));
    }

    void axesAreFoundByTheirNames()
    {
        QCOMPARE(likeliest(paths({"battery", "pose.heading", "pose.x", "pose.y"})),
                 std::string("pose.x, pose.y"));
        QCOMPARE(likeliest(paths({"x", "y", "z"})), std::string("x, y"));
        QCOMPARE(likeliest(paths({"gps.lat", "gps.lng"})),
                 std::string("gps.lng, gps.lat in degrees"));
        QCOMPARE(likeliest(paths({"latitude", "longitude"})),
                 std::string("longitude, latitude in degrees"));
        QCOMPARE(likeliest(paths({"posX", "posY"})), std::string("posX, posY"));
        QCOMPARE(likeliest(paths({"position.0", "position.1", "position.2"})),
                 std::string("position.0, position.1"));
        QCOMPARE(likeliest(paths({"geometry.coordinates.0", "geometry.coordinates.1"})),
                 std::string("geometry.coordinates.0, geometry.coordinates.1 in degrees"));
        QCOMPARE(likeliest(paths({"pose.position.x", "pose.position.y", "pose.orientation.x",
                                  "pose.orientation.y"})),
                 std::string("pose.position.x, pose.position.y"));
        // A speed is a place only where nothing else is.
        QCOMPARE(likeliest(paths({"velocity.x", "velocity.y", "pose.x", "pose.y"})),
                 std::string("pose.x, pose.y"));
        QCOMPARE(likeliest(paths({"load", "samples.0", "samples.1"})), std::string("none"));
        // Latitudes of 4,000 are none.
        QCOMPARE(likeliest({{"lat", 3, 0, 4000, 1, 1}, {"lon", 3, 0, 100, 3, 3}}),
                 std::string("none"));
        QVERIFY(chosenAxes("a.lng", "a.lat").isGeo);
        QVERIFY(!chosenAxes("load", "battery").isGeo);
    }

    void whereTheyAreAtAMomentAndWhereTheyHaveBeen()
    {
        Recorded recorded(
            {state(0s, "a", "{'pose':{'x':0,'y':0},'battery':1}"),
             state(1s, "b", "{'pose':{'x':5,'y':5}}"), state(2s, "a", "{'pose':{'x':1,'y':2}}"),
             state(3s, "a", "{'pose':{'x':1,'y':2}}"), state(4s, "a", "{'pose':{'x':3,'y':4}}")});
        QVERIFY(recorded.waitForAll());
        for (const bool isLive : {true, false}) {
            const auto session = isLive ? recorded.session() : recorded.close();
            const auto names = session->dictionaries();
            PositionRequest request;
            request.at = kStart + 3500ms;
            request.trail = 10s;
            Positions positions = positionsOf(session, request);
            QCOMPARE(axesText(positions.axes), std::string("pose.x, pose.y"));
            // Standing still is no step.
            QCOMPARE(text(positions, *names),
                     u"a at 1,2 by 4 from 0,0 1,2\nb at 5,5 by 2 from 5,5"_s);
            request.at = kStart + 10s;
            request.trail = 7s;
            QCOMPARE(text(positionsOf(session, request), *names),
                     u"a at 3,4 by 5 from 1,2 3,4\nb at 5,5 by 2 from "_s);
            request.trail = 0s;
            QCOMPARE(text(positionsOf(session, request), *names),
                     u"a at 3,4 by 5 from \nb at 5,5 by 2 from "_s);
            // Before anybody spoke nobody is anywhere.
            request.at = kStart - 1s;
            positions = positionsOf(session, request);
            QVERIFY(positions.axes.isEmpty() && positions.agents.empty());
        }
    }

    void twoKeysOfOneMessageAreOneStep()
    {
        Recorded recorded({state(0s, "a", "{'x':0,'y':0}"), state(1s, "a", "{'x':1,'y':1}"),
                           state(2s, "a", "{'y':2}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        PositionRequest request;
        request.at = kStart + 5s;
        request.trail = 10s;
        QCOMPARE(text(positionsOf(session, request), *session->dictionaries()),
                 u"a at 1,2 by 3 from 0,0 1,1 1,2"_s);
        // Any two numbers can be chosen.
        request.axes = chosenAxes("y", "x");
        QCOMPARE(text(positionsOf(session, request), *session->dictionaries()),
                 u"a at 2,1 by 3 from 0,0 1,1 2,1"_s);
    }

    void whatIsNoPlaceIsCountedAndDrawnNowhere()
    {
        Recorded recorded({state(0s, "good", "{'pose':{'x':1,'y':2}}"),
                           state(1s, "huge", "{'pose':{'x':1e308,'y':1e308}}"),
                           state(2s, "text", "{'pose':{'x':'left','y':'right'}}"),
                           state(3s, "text2", "{'pose':'at home'}"),
                           state(4s, "nan", "{'pose':{'x':'NaN','y':3}}"),
                           state(5s, "broken", "{'pose':{'x':[1,2,3,4,5],'y':{}}}"),
                           state(6s, "asText", "{'pose':{'x':'7.5','y':'8'}}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        PositionRequest request;
        request.at = kStart + 10s;
        request.trail = 20s;
        const Positions positions = positionsOf(session, request);
        QCOMPARE(text(positions, *session->dictionaries()),
                 u"good at 1,2 by 1 from 1,2\nasText at 7.5,8 by 7 from 7.5,8"_s);
        QCOMPARE(positions.nowhere, std::int64_t(5));
    }

    void aLongTrailIsThinnedAndKeepsItsEnd()
    {
        std::vector<Said> said;
        for (int i = 0; i < 3000; ++i)
            said.push_back(state(std::chrono::milliseconds(i), "a",
                                 "{'pose':{'x':" + QByteArray::number(i) + ",'y':0}}"));
        Recorded recorded(said);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        PositionRequest request;
        request.at = kStart + 10s;
        request.trail = 20s;
        request.mostPoints = 50;
        const Positions positions = positionsOf(session, request);
        const auto& trail = positions.agents.front().trail;
        QCOMPARE(trail.size(), std::size_t(50));
        QCOMPARE(trail.front().x, 0.0);
        QCOMPARE(trail.back().x, 2999.0);
    }

    void whatIsStoppedSaysSo()
    {
        Recorded recorded({state(0s, "a", "{'pose':{'x':0,'y':0}}")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        std::stop_source stop;
        stop.request_stop();
        PositionRequest request;
        request.at = kStart + 5s;
        request.trail = 10s;
        request.stop = stop.get_token();
        const auto found = positionsJob(*session->source(), request);
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(PositionsTest)
#include "tst_positions.moc"
