// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/filter.h"
#include "session/merge.h"
#include "session/naming.h"
#include "session/notes.h"
#include "session/reread.h"
#include "support/recorded.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What people call agents lies over what was recorded.
class TestNaming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void patternsHaveParts_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("agent");
        QTest::addColumn<QString>("name");
        QTest::newRow("one name") << u"planner-7f3=planner"_s << u"planner-7f3"_s << u"planner"_s;
        QTest::newRow("another") << u"planner-7f3=planner"_s << u"planner-7f4"_s << u""_s;
        QTest::newRow("star") << u"*-bot=$1"_s << u"chat-bot"_s << u"chat"_s;
        QTest::newRow("parts") << u"robot-(site)-(n)=$site robot ${n}"_s << u"robot-north-7"_s
                               << u"north robot 7"_s;
        QTest::newRow("whole names") << u"robot-(n)=R$n"_s << u"my robot-7"_s << u""_s;
        QTest::newRow("regular expression")
            << u"/(\\w+)\\.(\\d+)/=$2 $1"_s << u"arm.12"_s << u"12 arm"_s;
        QTest::newRow("question mark") << u"r?=robot"_s << u"r7"_s << u"robot"_s;
        QTest::newRow("escaped") << u"r\\*=star"_s << u"r7"_s << u""_s;
        QTest::newRow("escaped star") << u"r\\*=star"_s << u"r*"_s << u"star"_s;
        QTest::newRow("equals sign") << u"a=b=c"_s << u"a=b"_s << u"c"_s;
    }
    void patternsHaveParts()
    {
        QFETCH(QString, rule);
        QFETCH(QString, agent);
        QFETCH(QString, name);
        const auto read = nameRuleFromText(rule, NameRule::Gives::Name);
        QVERIFY(read);
        Dictionaries names;
        const AgentId id = names.agent(agent.toStdString());
        Naming naming;
        naming.rules = {*read};
        QCOMPARE(QString::fromStdString(givenNames(naming, names).agents[index(id)].name), name);
        // And back from what is kept.
        QCOMPARE(*namingFromJson(namingToJson(naming)), naming);
    }

    void wrongRulesAreExplained()
    {
        for (const auto& text : {u"planner"_s, u"=x"_s, u"a="_s, u"robot-(=x"_s, u"robot-(1)=x"_s,
                                 u"robot-*=$site"_s, u"/(/=x"_s, u"*=$2"_s}) {
            const auto rule = nameRuleFromText(text, NameRule::Gives::Name);
            QVERIFY2(!rule, qPrintable(text));
            QCOMPARE(rule.error().code, ErrorCode::WrongUse);
        }
        QVERIFY(nameRuleFromText(u"a="_s, NameRule::Gives::Group)); // in no group
        Naming naming;
        QVERIFY(!groupBy(naming, u"planet"_s));
        QVERIFY(groupBy(naming, u"crew"_s));
        QVERIFY(groupBy(naming, u"robot-(n)-(site)"_s));
        QCOMPARE(naming.rules.front().value, u"$site"_s);
    }

    void anyNameCanBeMatched()
    {
        for (const auto& name : {u"a*b"_s, u"x(y)"_s, u"/slashes/"_s, u"back\\slash"_s, u"?"_s}) {
            Dictionaries names;
            const AgentId id = names.agent(name.toStdString());
            Naming naming;
            naming.add({matchOf(name), NameRule::Gives::Name, u"found"_s});
            QCOMPARE(givenNames(naming, names).agents[index(id)].name, std::string("found"));
            naming.rules.front().match = matchBehind(u"north/"_s, matchOf(name));
            const AgentId behind = names.agent("north/" + name.toStdString());
            QCOMPARE(givenNames(naming, names).agents[index(behind)].name, std::string("found"));
        }
    }

    void oneNameIsOneAgent()
    {
        Dictionaries names;
        const AgentId a = names.agent("planner-1");
        const AgentId b = names.agent("planner-2");
        const AgentId planner = names.agent("planner");
        const AgentId swapped = names.agent("x");
        const AgentId back = names.agent("y");
        Naming naming;
        naming.add({u"planner-*"_s, NameRule::Gives::Name, u"planner"_s});
        naming.add({u"x"_s, NameRule::Gives::Name, u"y"_s});
        naming.add({u"y"_s, NameRule::Gives::Name, u"x"_s});
        naming.add({u"planner-2"_s, NameRule::Gives::Group, u"core"_s});
        QVERIFY(names.setGiven(givenNames(naming, names)));
        QVERIFY(!names.setGiven(givenNames(naming, names)));
        QCOMPARE(names.resolved(a), planner);
        QCOMPARE(names.resolved(b), planner);
        QCOMPARE(names.agentName(planner), std::string("planner"));
        QCOMPARE(names.agentEntry(planner).group(), std::string("core"));
        // Two that change their names stay two.
        QCOMPARE(names.resolved(swapped), swapped);
        QCOMPARE(names.agentName(swapped), std::string("y"));
        QCOMPARE(names.agentName(back), std::string("x"));
        QCOMPARE(names.agentEntry(back).was, std::string("y"));
        QCOMPARE(names.aliasCount(), 2u);
        // What was recorded is untouched.
        QCOMPARE(names.recordedAgent(a).name, std::string("planner-1"));
        QCOMPARE(index(names.recordedAgent(a).sameAs), 0u);
        QCOMPARE(names.findAgent("planner-1"), a);
        const std::vector<NamedAgent> all = namedAgents(names);
        QCOMPARE(all.size(), std::size_t(3));
        QCOMPARE(all.front().was, (std::vector<std::string>{"planner-1", "planner-2"}));
        QVERIFY(names.setGiven({}));
        QCOMPARE(names.resolved(a), a);
        QCOMPARE(names.aliasCount(), 0u);
    }

    void groupsAreALabelOrAWord()
    {
        Dictionaries names;
        const AgentId robot = names.agent("robot-north-7");
        const AgentId arm = names.agent("arm");
        names.setLabel(arm, Label::Site, "east");
        names.setLabel(arm, Label::Crew, "night");
        Naming naming;
        QVERIFY(groupBy(naming, u"crew"_s));
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.agentEntry(arm).group(), std::string("night"));
        QCOMPARE(names.agentEntry(robot).group(), std::string());
        QVERIFY(groupBy(naming, u"robot-(site)-(n)"_s));
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.agentEntry(robot).group(), std::string("north"));
        QCOMPARE(names.agentEntry(robot).labels[static_cast<std::size_t>(Label::Site)],
                 std::string("north"));
        QVERIFY(groupBy(naming, u"none"_s));
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.agentEntry(arm).group(), std::string());
        QCOMPARE(names.agentEntry(robot).group(), std::string("north"));
    }

    void changesAreMadeOfWhatIsSeen()
    {
        Dictionaries names;
        const AgentId a = names.agent("a1");
        const AgentId b = names.agent("a2");
        Naming naming = called({}, names, {a, b}, u"both"_s);
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.resolved(b), a);
        // Renaming what was merged renames all of it.
        naming = called(naming, names, {a}, u"all"_s);
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.agentName(names.resolved(b)), std::string("all"));
        naming = asRecorded(naming, names, {a});
        QVERIFY(naming.isEmpty());
        // Where a pattern fits as well, the recorded name is said.
        naming.add({u"a*"_s, NameRule::Gives::Name, u"x$1"_s});
        names.setGiven(givenNames(naming, names));
        naming = asRecorded(naming, names, {b});
        names.setGiven(givenNames(naming, names));
        QCOMPARE(names.agentName(b), std::string("a2"));
        QCOMPARE(names.agentName(a), std::string("x1"));
    }

    void openingNeverModifies()
    {
        Recorded recorded(swarm());
        auto session = recorded.close();
        const QByteArray before = bytesOf(recorded.path());
        QVERIFY(set(*session, planner()));
        session.reset();
        QCOMPARE(bytesOf(recorded.path()), before);
        QVERIFY(QFileInfo::exists(notesPath(recorded.path())));
        QCOMPARE(QFile::permissions(notesPath(recorded.path())) &
                     (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
        const auto again = Session::open(recorded.path());
        QVERIFY(again);
        QCOMPARE((*again)->naming(), planner());
        QCOMPARE(senders(**again), (QStringList{u"planner"_s, u"robot"_s}));
        // All of them are found, by the new name, the old one and the group.
        QCOMPARE(found(**again, u"from == planner"_s), 3);
        QCOMPARE(found(**again, u"was == \"planner-1\""_s), 2);
        QCOMPARE(found(**again, u"from == \"planner-1\""_s), 0);
        QCOMPARE(found(**again, u"group == core"_s), 3);
        QCOMPARE(found(**again, u"\"planner-1\""_s), 2); // a bare word
        // Tiles, marks and state have one agent.
        TileRequest request;
        request.range = (*again)->seen().time;
        const auto tiles = (*again)->tiles(request).result();
        QCOMPARE(tiles->lanes.size(), std::size_t(2));
        const auto info = (*again)->info().result();
        QCOMPARE(info->agents, std::int64_t(2));
        QCOMPARE(info->renamed, std::int64_t(2));
    }

    void notesOfAnotherRecordingSayNothing()
    {
        Recorded recorded(swarm());
        auto session = recorded.close();
        QVERIFY(keepNaming(recorded.path(), u"another"_s, planner()));
        const auto again = Session::open(recorded.path());
        QVERIFY((*again)->naming().isEmpty());
        // And damaged ones do no harm.
        QFile notes(notesPath(recorded.path()));
        QVERIFY(notes.open(QIODevice::WriteOnly));
        notes.write("{\"names\":[1,");
        notes.close();
        QVERIFY((*Session::open(recorded.path()))->naming().isEmpty());
        QVERIFY(set(*session, planner()));
        QCOMPARE((*Session::open(recorded.path()))->naming(), planner());
    }

    void whatElseStandsInTheNotesStays()
    {
        Recorded recorded(swarm());
        auto session = recorded.close();
        QVERIFY(set(*session, planner()));
        QFile notes(notesPath(recorded.path()));
        QVERIFY(notes.open(QIODevice::ReadOnly));
        QByteArray text = notes.readAll();
        notes.close();
        text.replace("\"murmur_notes\"", "\"bookmarks\":[7],\"murmur_notes\"");
        QVERIFY(notes.open(QIODevice::WriteOnly));
        notes.write(text);
        notes.close();
        QVERIFY(set(*session, {}));
        QVERIFY(notes.open(QIODevice::ReadOnly));
        QVERIFY(notes.readAll().contains("bookmarks"));
    }

    void aRunningRecordingKeepsThemItself()
    {
        Recorded recorded(swarm());
        QVERIFY(recorded.waitForAll());
        QSignalSpy changed(recorded.session().get(), &Session::namesChanged);
        QVERIFY(set(*recorded.session(), planner()));
        QCOMPARE(changed.size(), 1);
        // Whoever comes later is named as well.
        recorded.say({said(900ms, "work", "{\"from\":\"planner-3\",\"payload\":{\"n\":1}}")});
        QVERIFY(recorded.waitForAll());
        QCOMPARE(senders(*recorded.session()), (QStringList{u"planner"_s, u"robot"_s}));
        const auto session = recorded.close();
        QVERIFY(!QFileInfo::exists(notesPath(recorded.path())));
        QCOMPARE(session->naming(), planner());
        QCOMPARE(found(*session, u"from == planner"_s), 4);
        QCOMPARE(session->dictionaries()->recordedAgent(AgentId(1)).name, std::string("planner-1"));
    }

    void copiesAndMergesKeepThem()
    {
        Recorded recorded(swarm());
        auto session = recorded.close();
        QVERIFY(set(*session, planner()));
        const QString copy = QFileInfo(recorded.path()).path() + u"/copy.murmur"_s;
        QVERIFY(session->saveAs(copy).result());
        QVERIFY(!QFileInfo::exists(notesPath(copy)));
        QCOMPARE((*Session::open(copy))->naming(), planner());

        Recorded other({said(2s, "work", "{\"from\":\"planner-9\",\"payload\":{}}")});
        other.close();
        // As one session…
        const auto both = Session::open(QStringList{recorded.path(), other.path()});
        QVERIFY(both);
        QCOMPARE(found(**both, u"from == planner"_s), 3);
        QCOMPARE(found(**both, u"group == core"_s), 3);
        // …and as one file, in which the recorded names are still there.
        for (const bool keepApart : {false, true}) {
            MergeOptions options;
            options.session.keepApart = keepApart;
            const QString target =
                QFileInfo(recorded.path()).path() + u"/merged%1.murmur"_s.arg(keepApart);
            const auto merged = mergeRecordings({recorded.path(), other.path()}, target, options);
            QVERIFY2(merged.ok(), merged ? "" : qPrintable(merged.error().message));
            const auto opened = Session::open(target);
            QVERIFY(opened);
            QCOMPARE(found(**opened, u"from == planner"_s), keepApart ? 3 : 4);
            QCOMPARE(found(**opened, u"was == \"*planner-1\""_s), 2);
        }
    }

    void namesOfSeveralRecordingsAreKeptWithEach()
    {
        Recorded first(swarm());
        auto own = first.close();
        Naming before;
        before.add({u"robot"_s, NameRule::Gives::Name, u"walker"_s});
        QVERIFY(set(*own, before));
        own.reset();
        Recorded second({said(2s, "work", "{\"from\":\"planner-1\",\"payload\":{}}"),
                         said(3s, "work", "{\"from\":\"planner-9\",\"payload\":{}}")});
        second.close();
        const QStringList paths{first.path(), second.path()};
        {
            const auto both = Session::open(paths);
            QVERIFY(both);
            QSignalSpy changed(both->get(), &Session::namesChanged);
            // What one recording calls walker is called so in the session; a name in both is one.
            Naming naming = (*both)->naming();
            naming.add({u"planner-*"_s, NameRule::Gives::Name, u"planner"_s});
            naming.add({u"walker"_s, NameRule::Gives::Name, u"legs"_s});
            naming.add({u"planner-9"_s, NameRule::Gives::Group, u"core"_s});
            QVERIFY((*both)->setNaming(naming).result());
            QCOMPARE(changed.size(), 1);
            QCOMPARE(found(**both, u"from == planner"_s), 5);
            QCOMPARE(found(**both, u"from == legs"_s), 1);
        }
        const auto again = Session::open(paths);
        QCOMPARE(found(**again, u"from == planner"_s), 5);
        QCOMPARE(found(**again, u"from == legs"_s), 1);
        QVERIFY(found(**again, u"group == core"_s) > 0);
        // And in each by itself.
        QCOMPARE(found(**Session::open(first.path()), u"from == planner"_s), 3);
        QCOMPARE(found(**Session::open(first.path()), u"from == legs and was == robot"_s), 1);
        QCOMPARE(found(**Session::open(second.path()), u"from == planner"_s), 2);
        // Taken back: what each said before holds again.
        {
            const auto both = Session::open(paths);
            const Naming empty = (*both)->naming();
            Naming naming = empty;
            naming.add({u"planner"_s, NameRule::Gives::Name, u"boss"_s});
            QVERIFY((*both)->setNaming(naming).result());
            QCOMPARE(found(**both, u"from == boss"_s), 5);
            QVERIFY((*both)->setNaming(empty).result());
            QCOMPARE(found(**both, u"from == planner"_s), 5);
        }
        QCOMPARE(found(**Session::open(first.path()), u"from == planner"_s), 3);
    }

private:
    static std::vector<Said> swarm()
    {
        return {said(0ms, "work", "{\"from\":\"planner-1\",\"to\":\"robot\",\"payload\":{}}"),
                said(100ms, "work", "{\"from\":\"planner-2\",\"to\":\"robot\",\"payload\":{}}"),
                said(200ms, "work", "{\"from\":\"robot\",\"payload\":{}}"),
                said(300ms, "work", "{\"from\":\"planner-1\",\"payload\":{}}")};
    }
    static Naming planner()
    {
        Naming naming;
        naming.add({u"planner-*"_s, NameRule::Gives::Name, u"planner"_s});
        naming.add({u"planner"_s, NameRule::Gives::Group, u"core"_s});
        return naming;
    }
    static bool set(Session& session, const Naming& naming)
    {
        return session.setNaming(naming).result().ok();
    }
    static QByteArray bytesOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly)
                   ? QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256)
                   : QByteArray();
    }
    static QStringList senders(Session& session)
    {
        QStringList names;
        const auto marks = session.marks(session.seen().time, 100).result();
        for (const Mark& mark : marks->marks)
            names << QString::fromStdString(session.dictionaries()->agentName(mark.sender));
        names.sort();
        names.removeDuplicates();
        return names;
    }
    static int found(Session& session, const QString& text)
    {
        MatchRequest request;
        const auto filter = parseFilter(text, session.seen().time);
        if (!filter)
            return -1;
        request.filter = *filter;
        return static_cast<int>(session.search(request).result()->seqs.size());
    }
};

QTEST_GUILESS_MAIN(TestNaming)
#include "tst_naming.moc"
