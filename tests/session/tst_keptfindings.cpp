// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/swarm.h"
#include "recording/reader.h"
#include "session/findingslook.h"
#include "session/judgements.h"
#include "session/notes.h"
#include "session/reread.h"
#include "session/source.h"
#include "support/recorded.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

/// What the demo swarm says in a minute in which these things go wrong.
std::vector<Said> faulty(const std::vector<FaultPlan>& faults, std::int64_t seconds = 60)
{
    SwarmOptions options;
    options.rate = 300;
    options.faults = faults;
    options.epoch = toNs(kStart);
    Swarm swarm(options);
    std::vector<Said> all;
    for (;;) {
        const SwarmMessage& message = swarm.next();
        if (message.time >= seconds * 1'000'000'000)
            return all;
        Said said;
        said.after = std::chrono::milliseconds(message.time / 1'000'000);
        said.topic = QByteArray(message.topic.data(), static_cast<qsizetype>(message.topic.size()));
        said.json = QByteArray(message.json.data(), static_cast<qsizetype>(message.json.size()));
        all.push_back(std::move(said));
    }
}

std::string textOf(const FindingsReport& report)
{
    std::string text;
    for (const Finding& finding : report.findings) {
        text += findingIdText(finding.id) + ' ' + std::string(finding.detector) + ' ' +
                std::string(severityName(finding.severity)) + ' ' +
                std::to_string(finding.confidence) + ' ' + std::to_string(finding.start) + '-' +
                std::to_string(finding.end) + ' ' + std::to_string(finding.seen) + ' ' +
                std::to_string(finding.count) + ' ' + finding.summary + ' ' +
                finding.evidenceJson() + (finding.isOpen ? " open" : "") +
                (finding.hasGap ? " gap" : "");
        for (const AgentId agent : finding.agents)
            text += " a" + std::to_string(index(agent));
        for (const Seq seq : finding.messages)
            text += ' ' + std::to_string(seq);
        text += '\n';
    }
    for (const Incident& incident : report.incidents) {
        text += findingIdText(incident.id) + ' ' + std::string(gradeName(incident.grade)) + ' ' +
                std::to_string(incident.confidence) + ' ' + incident.summary;
        for (const std::size_t place : incident.findings)
            text += ' ' + findingIdText(report.findings[place].id);
        text += '\n';
    }
    return text;
}

FindingsReport looked(Session& session)
{
    auto report = FindingsLook().look(*session.source(), {}, {});
    if (!report)
        qFatal("%s", qUtf8Printable(report.error().message));
    return std::move(*report);
}

/// Records it within these limits; the files that there are then. With a pause of `pace` of what
/// is said it is waited until that much has been looked at.
std::vector<QString> recordInto(const QTemporaryDir& dir, const RecordingLimits& limits,
                                const std::vector<Said>& all, std::chrono::milliseconds pace = 1h)
{
    RecorderOptions options;
    options.path = dir.filePath(QStringLiteral("limited.murmur"));
    options.limits = limits;
    Recorder recorder(options);
    if (!recorder.start())
        qFatal("cannot record");
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(
        QUrl(QStringLiteral("listen://127.0.0.1:7777")), QStringLiteral("hub"));
    auto session = Session::follow(&recorder);
    std::chrono::milliseconds next = pace;
    Seq count = 0;
    for (const Said& said : all) {
        if (said.after >= next) {
            next += pace;
            if (!QTest::qWaitFor([&] { return looked(**session).through >= count; }, 20'000))
                qFatal("nobody looks");
        }
        ++count;
        std::vector<HeardMessage> batch(1);
        batch.front().connection = connection;
        batch.front().received = toNs(kStart + said.after);
        batch.front().topic = said.topic;
        batch.front().raw = said.json;
        recorder.sink().hear(std::move(batch));
    }
    session->reset();
    (void)recorder.stop();
    return recorder.files();
}

FindingsReport found(Session& session)
{
    auto report = findingsPass(*session.source(), {});
    if (!report)
        qFatal("%s", qUtf8Printable(report.error().message));
    return std::move(*report);
}

} // namespace

/// What is found while a recording is made, and what is found afterwards.
class KeptFindingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasFoundWhileItWasRecordedIsWhatIsFoundAfterwards()
    {
        Recorded recorded;
        const auto all = faulty({{"slow-agent"}, {"lost-messages"}, {"double-ownership"}});
        // In pieces, so that the look beside the recorder goes piece by piece, too.
        for (std::size_t i = 0; i < all.size(); i += 3000) {
            recorded.say(
                {all.begin() + static_cast<std::ptrdiff_t>(i),
                 all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), i + 3000))});
            QVERIFY(recorded.waitForAll());
        }
        QTRY_VERIFY(!looked(*recorded.session()).findings.empty());
        const auto session = recorded.close();
        const FindingsReport kept = looked(*session);
        QVERIFY(kept.isKept);
        const FindingsReport afterwards = found(*session);
        QVERIFY(afterwards.findings.size() >= 3);
        QCOMPARE(textOf(kept), textOf(afterwards));
        QCOMPARE(kept.messages, afterwards.messages);
        // Unrelated faults are incidents of their own.
        QVERIFY(afterwards.incidents.size() >= 3);
    }

    void aSoundRecordingKeepsThatThereIsNothing()
    {
        Recorded recorded(faulty({}, 20));
        QVERIFY(recorded.waitForAll());
        const FindingsReport kept = looked(*recorded.close());
        QVERIFY(kept.isKept);
        QVERIFY(kept.findings.empty());
        QVERIFY(kept.messages > 1000);
    }

    void aRingKeepsFindingsAndSaysWhatIsGone()
    {
        QTemporaryDir dir;
        RecordingLimits limits;
        limits.ring.length = 10s;
        const auto files = recordInto(dir, limits, faulty({{"lost-messages"}}, 55), 9s);
        QCOMPARE(files.size(), std::size_t(1));
        auto session = Session::open(files.front());
        QVERIFY(session);
        QVERIFY((*session)->seen().first > 1);
        const FindingsReport kept = looked(**session);
        QVERIFY(kept.isKept);
        const auto lost = std::ranges::find(kept.findings, "lost-messages", &Finding::detector);
        QVERIFY(lost != kept.findings.end());
        QVERIFY(goneOf(*lost, kept) > 0);
        // What is there now tells less.
        const FindingsReport now = found(**session);
        QVERIFY(std::ranges::none_of(now.findings, [](const Finding& finding) {
            return finding.detector == "lost-messages";
        }));
    }

    void eachFileOfASplitRecordingTellsItsOwn()
    {
        QTemporaryDir dir;
        RecordingLimits limits;
        limits.splitLength = 25s;
        const auto files =
            recordInto(dir, limits,
                       faulty({{"slow-agent"}, {"lost-messages", 30'000'000'000, 50'000'000'000}}));
        QVERIFY(files.size() > 1);
        for (const QString& file : files) {
            auto session = Session::open(file);
            QVERIFY(session);
            QCOMPARE(textOf(looked(**session)), textOf(found(**session)));
        }
    }

    void aNewReadingMakesThemStale()
    {
        Recorded recorded(faulty({{"lost-messages"}}, 40));
        QVERIFY(recorded.waitForAll());
        QVERIFY(looked(*recorded.close()).isKept);
        QVERIFY(rereadRecording(recorded.path(), {}));
        auto session = Session::open(recorded.path());
        QVERIFY(session);
        const FindingsReport report = looked(**session);
        QVERIFY(!report.isKept);
        QCOMPARE(textOf(report), textOf(found(**session)));

        // Also that there was nothing.
        Recorded sound(faulty({}, 10));
        QVERIFY(sound.waitForAll());
        QVERIFY(looked(*sound.close()).isKept);
        QVERIFY(rereadRecording(sound.path(), {}));
        auto again = Session::open(sound.path());
        QVERIFY(again);
        QVERIFY(!looked(**again).isKept);
    }

    void otherNamesMakeThemStale()
    {
        Recorded recorded(faulty({{"slow-agent"}}, 50));
        QVERIFY(recorded.waitForAll());
        auto session = recorded.close();
        QVERIFY(looked(*session).isKept);
        Naming naming;
        naming.add({QStringLiteral("vision-llm"), NameRule::Gives::Name, QStringLiteral("eyes")});
        QVERIFY(session->setNaming(naming).result());
        const FindingsReport report = looked(*session);
        QVERIFY(!report.isKept);
        QVERIFY(report.findings.front().summary.starts_with("eyes"));
    }

    void whatPeopleMakeOfThemIsKeptBesideTheRecording()
    {
        Recorded recorded(faulty({{"lost-messages"}, {"slow-agent"}}));
        QVERIFY(recorded.waitForAll());
        auto session = recorded.close();
        FindingsReport report = looked(*session);
        QVERIFY(report.findings.size() >= 2);
        const Finding lost =
            *std::ranges::find(report.findings, "lost-messages", &Finding::detector);
        const Finding slow = *std::ranges::find(report.findings, "slow-agent", &Finding::detector);
        Judgements judgements;
        judgements.set(lost.id, {Standing::Accepted, QStringLiteral("a test of the radio"), {}});
        judgements.mute({QStringLiteral("slow-agent"), QStringLiteral("vision-llm"), {}});
        QVERIFY(keepJudgements(*session->source(), judgements));
        QVERIFY(QFile::exists(notesPath(recorded.path())));

        auto again = Session::open(recorded.path());
        QVERIFY(again);
        const Judgements read = judgementsOf(*(*again)->source());
        QCOMPARE(read, judgements);
        settle(report, read, *(*again)->dictionaries());
        QCOMPARE(countOf(report, Standing::Accepted), 1);
        QCOMPARE(countOf(report, Standing::Muted), 1);
        for (const Incident& incident : report.incidents) {
            const bool isOfThese = incident.id == lost.id;
            QVERIFY(!isOfThese || isQuiet(incident, report.findings));
        }
        // Names that stand in the notes stay.
        QVERIFY(session
                    ->setNaming(
                        {{}, {{QStringLiteral("a"), NameRule::Gives::Name, QStringLiteral("b")}}})
                    .result());
        QCOMPARE(judgementsOf(*(*again)->source()), judgements);
    }

    void ofSeveralRecordingsEachKeepsWhatIsMadeOfItsOwn()
    {
        Recorded north(faulty({{"lost-messages"}}));
        Recorded south(faulty({{"unanswered-request"}}));
        QVERIFY(north.waitForAll());
        QVERIFY(south.waitForAll());
        (void)north.close();
        (void)south.close();
        const auto open = [&] {
            auto session = Session::open({north.path(), south.path()});
            if (!session)
                qFatal("%s", qUtf8Printable(session.error().message));
            return std::move(*session);
        };
        const auto alone = Session::open(north.path());
        QVERIFY(alone);
        const FindingsReport own = looked(**alone);
        const auto ofOwn = std::ranges::find(own.findings, "lost-messages", &Finding::detector);
        QVERIFY(ofOwn != own.findings.end());
        auto session = open();
        const FindingsReport report = looked(*session);
        const auto lost = std::ranges::find(report.findings, "lost-messages", &Finding::detector);
        const auto waits =
            std::ranges::find(report.findings, "unanswered-request", &Finding::detector);
        QVERIFY(lost != report.findings.end() && waits != report.findings.end());
        Judgements judgements;
        judgements.set(lost->id, {Standing::Accepted, QStringLiteral("a test"), {}});
        judgements.set(waits->id, {Standing::Open, {}, QStringLiteral("asked the vendor")});
        QVERIFY(keepJudgements(*session->source(), judgements, &report));
        QVERIFY(QFile::exists(notesPath(north.path())));
        QVERIFY(QFile::exists(notesPath(south.path())));

        auto again = open();
        QCOMPARE(judgementsOf(*again->source(), &report), judgements);
        // Alone, where the finding has another id, it is known again, too.
        const Judgements read = judgementsOf(*(*alone)->source(), &own);
        QCOMPARE(read.findings.size(), std::size_t(1));
        QCOMPARE(read.findings.begin()->second.reason, QStringLiteral("a test"));
        const auto same =
            std::ranges::find(own.findings, read.findings.begin()->first, &Finding::id);
        QVERIFY(same != own.findings.end());
        QCOMPARE(same->detector, std::string_view("lost-messages"));
        // What is taken back in the session is taken back in the recording.
        judgements.set(lost->id, {});
        QVERIFY(keepJudgements(*again->source(), judgements, &report));
        QVERIFY(judgementsOf(*(*alone)->source(), &own).findings.empty());
        QCOMPARE(judgementsOf(*again->source(), &report), judgements);
    }

    /// Their agents have the same names, and number what they say beside each other.
    void swarmsOfTheSameNamesAreJudgedEachByItself()
    {
        Recorded north(faulty({{"lost-messages"}}));
        Recorded south(faulty({{"unanswered-request"}}));
        QVERIFY(north.waitForAll());
        QVERIFY(south.waitForAll());
        (void)north.close();
        (void)south.close();
        const auto found = [](const QStringList& paths) {
            auto session = Session::open(paths);
            if (!session)
                qFatal("%s", qUtf8Printable(session.error().message));
            QStringList lines;
            std::set<std::uint64_t> ids;
            for (const Finding& finding : looked(**session).findings) {
                lines << QString::fromStdString(std::string(finding.detector) + ": " +
                                                finding.summary);
                ids.insert(finding.id);
            }
            if (ids.size() != static_cast<std::size_t>(lines.size()))
                qFatal("two findings have one id");
            lines.sort();
            return lines;
        };
        QStringList each = found({north.path()}) + found({south.path()});
        each.sort();
        QVERIFY(each.size() >= 2);
        QCOMPARE(found({north.path(), south.path()}), each);
        // Also where the same goes wrong in both at once.
        Recorded twin(faulty({{"lost-messages"}}));
        QVERIFY(twin.waitForAll());
        (void)twin.close();
        each = found({north.path()}) + found({twin.path()});
        each.sort();
        QCOMPARE(found({north.path(), twin.path()}), each);
    }

    void whatIsMadeOfThemWhileItIsRecordedStandsInTheRecording()
    {
        Recorded recorded(faulty({{"lost-messages"}}, 40));
        QVERIFY(recorded.waitForAll());
        QTRY_VERIFY(!looked(*recorded.session()).findings.empty());
        Judgements judgements;
        judgements.set(looked(*recorded.session()).findings.front().id,
                       {Standing::Muted, {}, QStringLiteral("known")});
        QVERIFY(keepJudgements(*recorded.session()->source(), judgements));
        QCOMPARE(judgementsOf(*recorded.session()->source()), judgements);
        QVERIFY(!QFile::exists(notesPath(recorded.path())));
        QCOMPARE(judgementsOf(*recorded.close()->source()), judgements);
    }

    void judgementsOfTheFirstMinutesAreHeldBackWhenTheyAreMany()
    {
        FindingsReport report;
        report.begin = 1000;
        for (std::int64_t i = 0; i < 6; ++i) {
            Finding& finding = report.findings.emplace_back();
            finding.id = static_cast<std::uint64_t>(i + 1);
            finding.detector = "slow-agent";
            finding.seen = report.begin + i * 1'000'000'000;
        }
        report.findings[1].isExact = true; // it follows from stated facts
        report.findings[5].seen = report.begin + kFirstMinutes;
        const Dictionaries names;
        settle(report, {}, names);
        std::string standing;
        for (const Finding& finding : report.findings)
            standing += finding.standing == Standing::HeldBack ? 'h' : 'o';
        QCOMPARE(standing, std::string("ooooho"));
        QCOMPARE(countOf(report, Standing::HeldBack), 1);
    }
};

QTEST_GUILESS_MAIN(KeptFindingsTest)
#include "tst_keptfindings.moc"
