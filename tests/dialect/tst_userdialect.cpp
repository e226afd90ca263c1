// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/dialect.h"
#include "dialect/dialectproblem.h"
#include "dialect/dialectrules.h"
#include "dialect/envelope.h"
#include "dialect/topictemplate.h"
#include "dialect/userdialect.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

// In JSON, \u002a stands for an asterisk, which moc takes for the beginning of a comment behind a
// slash.

/// A message that lives as long as what is read of it.
struct Said
{
    std::string topic;
    std::string raw;
    std::string headers;
    std::string peer;
    std::string connection;
};

std::string padded(std::string raw)
{
    raw.append(kPadding, ' ');
    return raw;
}

void interpret(DialectChooser& chooser, const Said& said, const std::string& room,
               Interpretation& out)
{
    MessageView view;
    view.topic = said.topic;
    view.raw = std::string_view(room).substr(0, said.raw.size());
    view.headers = said.headers;
    view.peer = said.peer;
    view.connection = said.connection;
    chooser.interpret(1, static_cast<std::uint32_t>(std::hash<std::string>()(said.topic)), view,
                      out);
}

/// What a dialect makes of a message, a word for each field.
QString readBy(const char* dialect, const Said& said)
{
    const auto parsed = UserDialect::parse(dialect, u"test"_s);
    if (!parsed)
        return parsed.error().message;
    DialectRule rule;
    rule.dialect = parsed->name;
    rule.user = std::make_shared<const UserDialect>(*parsed);
    DialectChooser chooser;
    chooser.use({rule});
    const std::string room = padded(said.raw);
    Interpretation out;
    interpret(chooser, said, room, out);
    const auto text = [](std::string_view view) {
        return QString::fromUtf8(view.data(), qsizetype(view.size()));
    };
    QStringList words{text(kindName(out.kind))};
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty())
            words << QLatin1StringView(name) + u'=' + text(value);
    };
    add("type", out.type);
    add("from", out.sender);
    for (const std::string_view receiver : out.receivers)
        add("to", receiver);
    add("id", idOf(out, IdField::Message));
    add("correlation", idOf(out, IdField::Correlation));
    add("trace", idOf(out, IdField::Trace));
    for (const std::string_view parent : out.parents)
        add("cause", parent);
    add("site", out.labels[0]);
    add("crew", out.labels[1]);
    if (out.sequence != kNoTime)
        words << u"seq=%1"_s.arg(out.sequence);
    add("payload", out.payload);
    for (const auto& [key, value] : out.state)
        add("state", std::string(key) + ":" + std::string(value));
    add("undecodable", out.undecodable);
    return words.join(u' ');
}

QString problemIn(const char* dialect)
{
    const auto parsed = UserDialect::parse(dialect, u"fleet.dialect.json"_s);
    return parsed ? QString() : parsed.error().message;
}

} // namespace

class TestUserDialect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPlaceIsRead()
    {
        const char* const dialect = R"json({
            "version": 1, "name": "fleet", "base": "none",
            "fields": {
                "sender": { "topic": "robots/{agent}/{what}", "take": "agent" },
                "kind": { "segment": -1, "map": { "pose": "state", "do": "command" } },
                "type": { "segment": 3 },
                "receivers": { "path": "for", "split": ";" },
                "correlation": { "header": "X-Job" },
                "msg_id": { "path": "text", "match": "job (\\d+)" },
                "parents": ["because", "after"],
                "sequence": "n",
                "state": "pose",
                "payload": "body.data",
                "site": { "text": "berlin" },
                "crew": { "connection": true }
            } })json";
        const Said said{"robots/r7/pose",
                        R"({"for":"a; b","text":"see job 812 now","after":["m1","m2"],"n":5,)"
                        R"("pose":{"x":1},"body":{"data":[1]}})",
                        headersToBytes({{"x-job", "j-9"}}), "10.0.0.1:5", "hall"};
        QCOMPARE(readBy(dialect, said),
                 u"state type=pose from=r7 to=a to=b id=812 correlation=j-9 cause=m1 cause=m2 "
                 "site=berlin crew=hall seq=5 payload=[1] state=x:1"_s);
    }

    void aListOfPlacesIsTriedInOrder()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "sender": ["who", { "header": "agent" }, { "peer": true }, { "text": "nobody" }] } })json";
        QCOMPARE(readBy(dialect, {"t", R"({"who":"w"})", {}, "p", {}}), u"event from=w"_s);
        QCOMPARE(readBy(dialect, {"t", R"({"who":""})", headersToBytes({{"Agent", "h"}}), "p", {}}),
                 u"event from=h"_s);
        QCOMPARE(readBy(dialect, {"t", "{}", {}, "p", {}}), u"event from=p"_s);
        QCOMPARE(readBy(dialect, {"t", "{}", {}, {}, {}}), u"event from=nobody"_s);
    }

    void theBaseSaysTheRest()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "fields": {
            "sender": "payload.unit.name" } })json";
        const Said said{
            "t",
            R"({"from":"gateway","type":"task.assign","payload":{"unit":{"name":"u1"}}})",
            {},
            {},
            {}};
        QCOMPARE(readBy(dialect, said),
                 u"command type=task.assign from=u1 payload={\"unit\":{\"name\":\"u1\"}}"_s);
        // What is not there leaves what the base read.
        QCOMPARE(readBy(dialect, {"t", R"({"from":"gateway"})", {}, {}, {}}),
                 u"event from=gateway"_s);
        const char* const rpc = R"json({ "version": 1, "name": "d", "base": "jsonrpc", "fields": {
            "sender": { "text": "desk" } } })json";
        QCOMPARE(readBy(rpc, {"t", R"({"jsonrpc":"2.0","id":8,"method":"tools/list"})", {}, {}, {}})
                     .section(u' ', 0, 2),
                 u"request type=tools/list from=desk"_s);
    }

    void whatIsNoJsonHasATopicAllTheSame()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "sender": [{ "path": "agent" }, { "topic": "/{agent}/\u002a" }],
            "kind": { "raw": true, "match": "^\\[(\\w+)\\]", "map": { "ERR": "error" } } } })json";
        QCOMPARE(readBy(dialect, {"/r2/log", "[ERR] wheel slipped", {}, {}, {}}),
                 u"error from=r2"_s);
        QVERIFY(readBy(dialect, {"log", "[what", {}, {}, {}}).contains(u"undecodable"));
    }

    void valuesThatAreNoNamesAreLeftOut()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "sender": "a", "kind": "k" } })json";
        QCOMPARE(readBy(dialect, {"t", R"({"a":"x\ny","k":"blue"})", {}, {}, {}}), u"event"_s);
        QCOMPARE(readBy(dialect, {"t", R"({"a":true,"k":"tool.failed"})", {}, {}, {}}), u"error"_s);
        const std::string large(5000, 'a');
        QCOMPARE(readBy(dialect, {"t", R"({"a":")" + large + R"("})", {}, {}, {}}), u"event"_s);
    }

    void aTraceOfW3cIsTakenApart()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "trace": "tp" } })json";
        QCOMPARE(
            readBy(dialect, {"t",
                             R"({"tp":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})",
                             {},
                             {},
                             {}}),
            u"event trace=0af7651916cd43dd8448eb211c80319c"_s);
    }

    void elementsOfListsAreNumbered()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "sender": "hops.4.name", "type": ">a.b>c" } })json";
        QCOMPARE(
            readBy(
                dialect,
                {"t", R"({"hops":[0,1,2,3,{"name":"fifth"}],"a.b":{"c":"dotted"}})", {}, {}, {}}),
            u"event type=dotted from=fifth"_s);
    }

    void topicsAreTakenApart_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("topic");
        QTest::addColumn<QString>("part");
        QTest::newRow("slashes") << u"robots/{a}/*"_s << u"robots/r.7/pose"_s << u"r.7"_s;
        QTest::newRow("dots") << u"swarm.{a}.**"_s << u"swarm.p1.x.y"_s << u"p1"_s;
        QTest::newRow("rest is nothing") << u"swarm.{a}.**"_s << u"swarm.p1"_s << u"p1"_s;
        QTest::newRow("colons") << u"agents:{a}"_s << u"agents:7"_s << u"7"_s;
        QTest::newRow("around") << u"x/robot-{a}!/y"_s << u"x/robot-12!/y"_s << u"12"_s;
        QTest::newRow("longer") << u"robots/{a}"_s << u"robots/r7/pose"_s << QString();
        QTest::newRow("shorter") << u"robots/{a}/pose"_s << u"robots/r7"_s << QString();
        QTest::newRow("other") << u"robots/{a}/pose"_s << u"robots/r7/map"_s << QString();
        QTest::newRow("empty part") << u"robots/{a}/pose"_s << u"robots//pose"_s << QString();
    }
    void topicsAreTakenApart()
    {
        QFETCH(QString, text);
        QFETCH(QString, topic);
        QFETCH(QString, part);
        QString problem;
        const TopicTemplate parsed(text.toStdString(), {}, problem);
        QCOMPARE(problem, QString());
        const std::string said = topic.toStdString();
        const std::string_view found = parsed.part(said);
        QCOMPARE(QString::fromUtf8(found.data(), qsizetype(found.size())), part);
    }

    void segmentsCountFromBothEnds()
    {
        QCOMPARE(topicSegment("/a/b/c", 1), "a");
        QCOMPARE(topicSegment("a.b.c", 3), "c");
        QCOMPARE(topicSegment("a.b.c", -3), "a");
        QCOMPARE(topicSegment("a.b.c", 4), "");
        QCOMPARE(topicSegment("a.b.c", -4), "");
        QCOMPARE(topicSegment("", 1), "");
    }

    void mistakesAreToldWithTheirLine_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("said");
        QTest::newRow("no JSON") << QByteArray("{\n \"version\": 1,\n oops }") << u"line 3"_s;
        QTest::newRow("a list") << QByteArray("[]") << u"begins with { \"version\": 1"_s;
        QTest::newRow("no version") << QByteArray("{}") << u"write \"version\": 1"_s;
        QTest::newRow("newer") << QByteArray(R"({"version": 2})") << u"newer Murmurscope"_s;
        QTest::newRow("unknown") << QByteArray("{\"version\": 1,\n\"topic\": []}")
                                 << u"line 2: \"topic\" means nothing here"_s;
        QTest::newRow("no field")
            << QByteArray("{\"version\": 1, \"fields\": {\n\"sendr\": \"a\"}}")
            << u"line 2: fields>sendr is no field; those that there are: sender"_s;
        QTest::newRow("no place")
            << QByteArray("{\"version\": 1, \"fields\": {\n\n\"sender\": {\"match\": \"a\"}}}")
            << u"line 3: fields>sender says no place; write one of path"_s;
        QTest::newRow("expression")
            << QByteArray("{\"version\": 1, \"fields\": {\"sender\": [\n{\"path\": \"a\", "
                          "\"match\": \"(a\"}]}}")
            << u"line 2: fields>sender: \"match\" is no regular expression"_s;
        QTest::newRow("look-ahead")
            << QByteArray(
                   R"j({"version": 1, "fields": {"sender": {"path": "a", "match": "(?=a)"}}})j")
            << u"look-around"_s;
        QTest::newRow("template")
            << QByteArray(R"({"version": 1, "fields": {"sender": {"topic": "robots/{a}/{b}"}}})")
            << u"say which one is meant"_s;
        QTest::newRow("take")
            << QByteArray(
                   R"({"version": 1, "fields": {"sender": {"topic": "r/{a}", "take": "b"}}})")
            << u"has no part \"b\""_s;
        QTest::newRow("path") << QByteArray(R"({"version": 1, "fields": {"sender": "a..b"}})")
                              << u"a name in the path is empty"_s;
        QTest::newRow("base") << QByteArray(R"({"version": 1, "base": "klingon"})")
                              << u"\"base\" is \"klingon\""_s;
        QTest::newRow("taken") << QByteArray(R"({"version": 1, "name": "json"})")
                               << u"is a name that is taken"_s;
        QTest::newRow("split")
            << QByteArray(R"({"version": 1, "fields": {"sender": {"path": "a", "split": ","}}})")
            << u"for receivers and parents"_s;
        QTest::newRow("take of nothing")
            << QByteArray(R"({"version": 1, "fields": {"sender": {"path": "a", "take": "b"}}})")
            << u"\"take\" names a part"_s;
        QTest::newRow("twice") << QByteArray(R"({"version": 1, "fields": {"kind": {"path": "a", )"
                                             R"("map": {"x": "state", "x": "error"}}}})")
                               << u"says twice what \"x\" means"_s;
        QTest::newRow("map")
            << QByteArray(R"({"version": 1, "fields": {"kind": {"path": "a", "map": {"x": 1}}}})")
            << u"text for text"_s;
    }
    void mistakesAreToldWithTheirLine()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, said);
        const QString problem = problemIn(json.constData());
        QVERIFY2(problem.contains(u"fleet.dialect.json"), qPrintable(problem));
        QVERIFY2(problem.contains(said), qPrintable(problem));
        // Who writes it is told the same, with the line apart.
        const auto told = problemOfDialect({json.constData(), std::size_t(json.size())});
        QVERIFY(told.has_value());
        QVERIFY2(told->line == 0 || problem.contains(u"line %1: "_s.arg(told->line) + told->what),
                 qPrintable(told->what));
        QCOMPARE(told->line > 0, problem.contains(u", line "));
    }

    void whatIsWrittenIsReadAgain()
    {
        const auto parsed = UserDialect::parse(R"json({ "version": 1, "name": "fleet",
            "description": "the hall", "topics": ["a/\u002a", "b.>"], "base": "json", "fields": {
            "sender": ["x", { "topic": "r/{a}/{b}", "take": "b" }, { "segment": -2 }],
            "kind": { "header": "k", "match": "(.*)", "map": { "ask": "request", "é": "reply" } },
            "receivers": { "path": "to", "split": "," }, "site": { "peer": true } } })json",
                                               u"test"_s);
        QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
        const auto again = UserDialect::parse(parsed->toJson(), u"again"_s);
        QVERIFY2(again.ok(), again.ok() ? "" : qPrintable(again.error().message));
        QVERIFY(*again == *parsed);
        DialectRule rule{"a/*", "fleet", std::make_shared<const UserDialect>(*parsed), 3};
        const auto kept = rulesKept(keptRules({rule, {"b/*", "json", {}, {}}}));
        QCOMPARE(kept.size(), std::size_t(1));
        QVERIFY(*kept[0].user == *parsed);
        QCOMPARE(kept[0].glob, std::string("a/*"));
        QVERIFY(kept[0].connection == 3u);
    }

    void aDirectoryKeepsThem()
    {
        QTemporaryDir dir;
        qputenv("MURMURSCOPE_DIALECTS", dir.path().toUtf8());
        UserDialect dialect;
        dialect.name = "hall";
        dialect.topics = {"hall/*", "yard/*"};
        dialect[DialectField::Sender] = {FieldSource{}};
        dialect[DialectField::Sender][0].what = "who";
        QVERIFY(UserDialects::save(dialect).ok());
        QFile bad(dir.filePath(u"bad.dialect.json"_s));
        QVERIFY(bad.open(QFile::WriteOnly));
        bad.write("{");
        bad.close();
        const auto all = UserDialects::all();
        QCOMPARE(all.size(), std::size_t(2));
        QVERIFY(!all[0].problem.isEmpty());
        QVERIFY(all[1].dialect && *all[1].dialect == dialect);

        const auto own = dialectRules("hall");
        QVERIFY(own.ok());
        QCOMPARE(own->size(), std::size_t(2)); // its own topics
        const auto named = dialectRules("json,x/*=hall,y/*=rosbridge");
        QVERIFY(named.ok());
        QCOMPARE(named->size(), std::size_t(3));
        QCOMPARE(named->front().glob, std::string("x/*"));
        QCOMPARE(named->back().dialect, std::string("json"));
        const auto file = dialectRules(dir.filePath(u"hall.dialect.json"_s).toStdString());
        QVERIFY(file.ok());
        const auto unknown = dialectRules("klingon");
        QVERIFY(!unknown.ok());
        QVERIFY2(unknown.error().message.contains(u"hall"), qPrintable(unknown.error().message));
        QVERIFY(!dialectRules("bad").ok());
        qunsetenv("MURMURSCOPE_DIALECTS");
    }

    void aTopicAndAConnectionHaveTheirOwn()
    {
        const auto named = [](const char* who) {
            UserDialect dialect;
            dialect.name = who;
            FieldSource source;
            source.from = FieldSource::From::Text;
            source.what = who;
            dialect[DialectField::Sender] = {source};
            return std::make_shared<const UserDialect>(dialect);
        };
        DialectChooser chooser;
        chooser.use({{"a/*", "first", named("first"), {}}, {"*", "second", named("second"), 1}});
        const auto sender = [&](std::uint32_t connection, const char* topic) {
            const std::string room = padded("{}");
            MessageView view;
            view.topic = topic;
            view.raw = std::string_view(room).substr(0, 2);
            Interpretation out;
            chooser.interpret(connection, static_cast<std::uint32_t>(topic[0]), view, out);
            return std::string(out.sender);
        };
        QCOMPARE(sender(2, "a/x"), std::string("first"));
        QCOMPARE(sender(1, "a/x"), std::string("first"));
        QCOMPARE(sender(1, "b"), std::string("second"));
        QCOMPARE(sender(2, "b"), std::string());
    }

    /// Matching takes about as long for a text of a kind that makes others try forever.
    void expressionsAreNeverSlow()
    {
        const char* const dialect = R"json({ "version": 1, "name": "d", "base": "none", "fields": {
            "sender": { "raw": true, "match": "(a+a+)+b" }, "type": { "raw": true, "match": "(a|aa)+$" } } })json";
        Said said;
        said.raw.assign(60'000, 'a');
        said.raw += '!';
        const QString read = readBy(dialect, said);
        QCOMPARE(read.section(u' ', 0, 0), u"event"_s);
    }

    /// A topic that was plain for long is still heard when somebody else begins to speak.
    void aLongPlainTopicIsNotDeafToOthers()
    {
        DialectChooser chooser;
        Interpretation out;
        const Said plain{"t", R"({"who":"x","type":"task.assign"})", {}, {}, {}};
        const Said rpc{"t", R"({"jsonrpc":"2.0","id":8,"method":"tools/list"})", {}, {}, {}};
        const Said damaged{"t", R"({"who":"x","type":)", {}, {}, {}};
        const std::string roomOfPlain = padded(plain.raw);
        const std::string roomOfRpc = padded(rpc.raw);
        const std::string roomOfDamaged = padded(damaged.raw);
        for (int i = 0; i < 500; ++i) {
            interpret(chooser, plain, roomOfPlain, out);
            QCOMPARE(out.kind, Kind::Command);
        }
        interpret(chooser, rpc, roomOfRpc, out);
        QCOMPARE(out.kind, Kind::Request);
        interpret(chooser, plain, roomOfPlain, out);
        QCOMPARE(out.kind, Kind::Command);
        for (int i = 0; i < 500; ++i)
            interpret(chooser, plain, roomOfPlain, out);
        interpret(chooser, damaged, roomOfDamaged, out);
        QVERIFY(!out.undecodable.empty());
        // Alike in their beginning: heard at the next look at the latest.
        const Said alike{
            "t", R"({"who":"x","jsonrpc":"2.0","id":8,"method":"tools/list"})", {}, {}, {}};
        const std::string roomOfAlike = padded(alike.raw);
        int heard = 0;
        for (int i = 0; i < 40; ++i) {
            interpret(chooser, alike, roomOfAlike, out);
            heard += out.kind == Kind::Request && out.type == "tools/list" && i > 16 ? 1 : 0;
        }
        QCOMPARE(heard, 23);
    }
};

QTEST_GUILESS_MAIN(TestUserDialect)
#include "tst_userdialect.moc"
