// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/dialectjobs.h"
#include "support/told.h"

#include <QFile>
#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kCount = 30'000;

/// A recording of two topics in which the agent stands where nobody looks.
Status recordUnits(const QString& path, const QString& dialect = {}, const QUrl& url = {})
{
    RecorderOptions options;
    options.path = path;
    options.dialect = dialect;
    if (!url.isEmpty())
        options.urls = {url};
    Recorder recorder(options);
    if (auto status = recorder.start(); !status)
        return status;
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(QUrl(u"test://units"_s), u"hall"_s);
    for (int done = 0; done < kCount; done += 500) {
        std::vector<HeardMessage> batch;
        for (int i = done; i < done + 500; ++i) {
            HeardMessage message;
            message.connection = connection;
            message.received = Traffic::kStart + i * 1'000'000ll;
            const QByteArray unit = "unit-" + QByteArray::number(i % 9);
            message.topic = i % 2 == 0 ? "hall/" + unit : QByteArray("yard");
            message.raw = R"({"body":{"unit":")" + unit + R"(","n":)" + QByteArray::number(i) +
                          R"(},"type":"job.requested","correlation_id":"c)" +
                          QByteArray::number(i) + "\"}";
            batch.push_back(std::move(message));
        }
        recorder.sink().hear(std::move(batch));
    }
    return recorder.stop();
}

/// Four messages, by turns of two connections.
Status recordTwoHalls(const QString& path)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (auto status = recorder.start(); !status)
        return status;
    const ConnectionId halls[] = {recorder.registerConnection(QUrl(u"test://north"_s), u"north"_s),
                                  recorder.registerConnection(QUrl(u"test://south"_s), u"south"_s)};
    std::vector<HeardMessage> batch;
    for (int i = 0; i < 4; ++i) {
        HeardMessage message;
        message.connection = halls[i % 2];
        message.received = Traffic::kStart + i * 1'000'000ll;
        message.topic = "hall";
        message.raw = R"({"body":{"unit":"unit-)" + QByteArray::number(i) + R"("},"type":"done"})";
        batch.push_back(std::move(message));
    }
    recorder.sink().hear(std::move(batch));
    return recorder.stop();
}

DialectRule ruleOf(const char* path, std::uint32_t connection)
{
    UserDialect dialect;
    dialect.name = path;
    dialect[DialectField::Sender].push_back({FieldSource::From::Path, path, {}, {}, {}, {}});
    DialectRule rule;
    rule.dialect = dialect.name;
    rule.user = std::make_shared<const UserDialect>(std::move(dialect));
    rule.connection = connection;
    return rule;
}

QString sendersOf(const QString& path)
{
    auto session = Session::open(path);
    if (!session)
        return session.error().message;
    RowRequest request;
    request.first = 1;
    request.count = 4;
    const auto rows = waitFor((*session)->rows(request));
    if (!rows)
        return rows.error().message;
    QStringList names;
    for (const MessageRow& row : *rows)
        names << QString::fromStdString(
            std::string((*session)->dictionaries()->agentName(row.sender)));
    return names.join(u' ');
}

QString dialectsOf(const QString& path)
{
    auto session = Session::open(path);
    return session ? waitFor((*session)->info())->dialects : QString();
}

} // namespace

class TestDialectJobs : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    [[nodiscard]] QString file(const char* name) const
    {
        return m_directory.filePath(QString::fromLatin1(name));
    }
    void write(const char* name, const char* json) const
    {
        QFile dialect(file(name));
        QVERIFY(dialect.open(QFile::WriteOnly));
        dialect.write(json);
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("MURMURSCOPE_DIALECTS", m_directory.path().toUtf8());
        write("units.dialect.json",
              R"({"version":1,"name":"units","fields":{"sender":"body.unit"}})");
        write(
            "hall.dialect.json",
            R"({"version":1,"name":"hall","topics":["hall/unit-?"],"fields":{"sender":{"topic":"hall/{unit}"}}})");
        QVERIFY(recordUnits(file("plain.murmur")).ok());
    }

    void aSampleIsBoundedAndSpread()
    {
        auto session = Session::open(file("plain.murmur"));
        QVERIFY(session.ok());
        SampleRequest request;
        request.messages = 1000;
        const auto some = waitFor(sampleMessages(**session, request));
        QVERIFY(some.ok());
        QCOMPARE(some->total, kCount);
        QCOMPARE(some->messages.size(), std::size_t(1000));
        // One stretch of neighbours in each tenth.
        for (int i = 0; i < 10; ++i) {
            const auto seq = some->messages[static_cast<std::size_t>(i) * 100].seq;
            QCOMPARE((seq - 1) / (kCount / 10), i);
            QCOMPARE(some->messages[static_cast<std::size_t>(i) * 100 + 99].seq, seq + 99);
        }
        request.messages = 1'000'000;
        const auto all = waitFor(sampleMessages(**session, request));
        QCOMPARE(all->messages.size(), std::size_t(kCount));
        QCOMPARE(all->messages.back().seq, kCount);
        QCOMPARE(all->connectionName(all->messages[0].connection), std::string_view("hall"));
    }

    void whatIsProposedCoversAfterReadingAgain()
    {
        QVERIFY(QFile::copy(file("plain.murmur"), file("proposed.murmur")));
        {
            auto session = Session::open(file("proposed.murmur"));
            const auto sample = waitFor(sampleMessages(**session));
            QCOMPARE(coverageOf(*sample).front().coverage.share(DialectField::Sender), 0.0);
            const auto proposed = suggestionsFor(*sample);
            QVERIFY(!proposed.empty());
            QCOMPARE(proposed.front().source.described(), u"body.unit"_s);
            const UserDialect dialect =
                dialectOf(proposed, proposed.front().connection, "proposed");
            QVERIFY(UserDialects::save(dialect).ok());
        }
        RereadJob job(file("proposed.murmur"), u"proposed"_s);
        QSignalSpy finished(&job, &RereadJob::finished);
        QSignalSpy progressed(&job, &RereadJob::progressed);
        job.start();
        QVERIFY(job.isRunning());
        QVERIFY(finished.wait(30'000));
        QVERIFY(!progressed.isEmpty());
        QCOMPARE(sendersOf(file("proposed.murmur")), u"unit-0 unit-1 unit-2 unit-3"_s);
        auto session = Session::open(file("proposed.murmur"));
        const auto sample = waitFor(sampleMessages(**session));
        QCOMPARE(coverageOf(*sample).front().coverage.share(DialectField::Sender), 1.0);
    }

    void aJobThatIsCancelledChangesNothing()
    {
        QVERIFY(QFile::copy(file("plain.murmur"), file("cancelled.murmur")));
        RereadJob job(file("cancelled.murmur"), u"units"_s);
        QSignalSpy failed(&job, &RereadJob::failed);
        job.start();
        job.cancel();
        QVERIFY(failed.wait(30'000));
        QCOMPARE(failed[0][0].value<Error>().code, ErrorCode::Cancelled);
        QCOMPARE(dialectsOf(file("cancelled.murmur")), QString());
        // Nobody waits for one that goes away.
        auto gone = std::make_unique<RereadJob>(file("cancelled.murmur"), u"units"_s);
        gone->start();
        gone.reset();
        QVERIFY(Session::open(file("cancelled.murmur")).ok());
    }

    void recordingsOfASessionAreReadOneAfterTheOther()
    {
        const QStringList paths{file("north.murmur"), file("units.murmur"), file("south.murmur")};
        QVERIFY(recordTwoHalls(paths[0]).ok());
        QVERIFY(QFile::copy(file("plain.murmur"), paths[1]));
        QVERIFY(recordTwoHalls(paths[2]).ok());
        std::uint32_t south = 0;
        RereadOptions options;
        std::vector<RereadTask> tasks;
        {
            auto session = Session::open(paths);
            QVERIFY(session.ok());
            SampleRequest all;
            all.messages = 2 * kCount;
            const auto sample = waitFor(sampleMessages(**session, all));
            QVERIFY(sample.ok());
            QVERIFY(sample->kept.empty());
            for (const MessageSample::Connection& one : sample->connections)
                south = one.url == "test://south" ? one.id : south;
            options.rules = {ruleOf("body.unit", south)};
            tasks = rereadTasks(**session, options);
            QCOMPARE(rereadTasks(**session, {}).size(), std::size_t(3));
        }
        // Both have that connection, under a number of their own; the third has not.
        QCOMPARE(tasks.size(), std::size_t(2));
        QCOMPARE(tasks[0].path, paths[0]);
        QCOMPARE(tasks[1].path, paths[2]);
        for (const RereadTask& task : tasks)
            QCOMPARE(task.options.rules.front().connection, std::optional<std::uint32_t>(2));
        std::vector<RereadTask> undo;
        {
            RereadJob job(tasks);
            QSignalSpy finished(&job, &RereadJob::finished);
            QSignalSpy progressed(&job, &RereadJob::progressed);
            job.start();
            QVERIFY(finished.wait(30'000));
            QCOMPARE(finished[0][0].value<RereadReport>().messages, 8);
            QCOMPARE(progressed.back()[0].toString(), u"2 of 2"_s);
            undo = job.undo();
        }
        QCOMPARE(sendersOf(paths[0]), sendersOf(paths[2]));
        QVERIFY(sendersOf(paths[0]).contains(u"unit-1"_s));
        {
            auto session = Session::open(paths);
            const auto sample = waitFor(sampleMessages(**session));
            QCOMPARE(sample->kept.size(), std::size_t(2)); // one of each, as the session numbers it
            QVERIFY(std::ranges::any_of(
                sample->kept, [&](const DialectRule& rule) { return rule.connection == south; }));
        }
        // One that cannot be read ends it; those before it are read, and can be taken back.
        undo.push_back({file("missing.murmur"), {}});
        RereadJob back(undo);
        QSignalSpy failed(&back, &RereadJob::failed);
        back.start();
        QVERIFY(failed.wait(30'000));
        const QString why = failed[0][0].value<Error>().message;
        QVERIFY2(why.startsWith(u"missing.murmur: "_s) && why.contains(u'2'), qPrintable(why));
        QCOMPARE(back.undo().size(), std::size_t(2));
        QVERIFY(!sendersOf(paths[0]).contains(u"unit"_s));
        QCOMPARE(dialectsOf(paths[2]), QString());
    }

    void aRecordingBringsItsDialectsAlong()
    {
        QVERIFY(recordUnits(file("kept.murmur"), u"units"_s).ok());
        QCOMPARE(sendersOf(file("kept.murmur")), u"unit-0 unit-1 unit-2 unit-3"_s);
        QVERIFY(dialectsOf(file("kept.murmur")).contains(u"body.unit"));
        // On another machine, where nobody has a dialect.
        qputenv("MURMURSCOPE_DIALECTS", file("nowhere").toUtf8());
        const auto again = rereadRecording(file("kept.murmur"), {});
        QVERIFY2(again.ok(), again.ok() ? "" : qPrintable(again.error().message));
        QCOMPARE(again->changed, 0);
        RereadOptions byName;
        byName.dialect = u"units"_s;
        QVERIFY(rereadRecording(file("kept.murmur"), byName).ok());
        RereadOptions none;
        none.dialect = u"auto"_s;
        QVERIFY(rereadRecording(file("kept.murmur"), none).ok());
        QCOMPARE(sendersOf(file("kept.murmur")).trimmed(), QString());
        QCOMPARE(dialectsOf(file("kept.murmur")), QString());
        qputenv("MURMURSCOPE_DIALECTS", m_directory.path().toUtf8());
    }

    void aDialectForOneConnectionLeavesTheOthers()
    {
        QVERIFY(recordTwoHalls(file("two.murmur")).ok());
        RereadOptions options;
        options.rules = {ruleOf("body.unit", 2)};
        QVERIFY(rereadRecording(file("two.murmur"), options).ok());
        QCOMPARE(sendersOf(file("two.murmur")), u" unit-1  unit-3"_s);
        // The other one beside it; then another answer for the first, which replaces the old one.
        options.rules = {ruleOf("body.unit", 1)};
        QVERIFY(rereadRecording(file("two.murmur"), options).ok());
        QCOMPARE(sendersOf(file("two.murmur")), u"unit-0 unit-1 unit-2 unit-3"_s);
        options.rules = {ruleOf("type", 2)};
        QVERIFY(rereadRecording(file("two.murmur"), options).ok());
        QCOMPARE(sendersOf(file("two.murmur")), u"unit-0 done unit-2 done"_s);
        QCOMPARE(rulesKept(dialectsOf(file("two.murmur")).toStdString()).size(), std::size_t(2));
        // None is kept but those that are given.
        options.dialect = u"auto"_s;
        QVERIFY(rereadRecording(file("two.murmur"), options).ok());
        QCOMPARE(sendersOf(file("two.murmur")), u" done  done"_s);
    }

    void topicsOfADialectAreItsOwn()
    {
        QVERIFY(recordUnits(file("topics.murmur"), u"hall"_s).ok());
        QCOMPARE(sendersOf(file("topics.murmur")), u"unit-0  unit-2 "_s);
        // Another one for the rest, beside the one that is kept.
        RereadOptions rest;
        rest.dialect = u"yard=units"_s;
        QVERIFY(rereadRecording(file("topics.murmur"), rest).ok());
        QCOMPARE(sendersOf(file("topics.murmur")), u"unit-0 unit-1 unit-2 unit-3"_s);
    }

    void whoAnswersIsTheReceiverThatNobodyNamed()
    {
        RecorderOptions options;
        options.path = file("asked.murmur");
        {
            Recorder recorder(options);
            QVERIFY(recorder.start().ok());
            const ConnectionId connection =
                recorder.registerConnection(QUrl(u"test://asked"_s), u"asked"_s);
            std::vector<HeardMessage> batch;
            for (const char* raw :
                 {R"({"from":"planner","type":"task.requested","correlation_id":"c1"})",
                  R"({"from":"worker","type":"task.completed","correlation_id":"c1"})"}) {
                HeardMessage message;
                message.connection = connection;
                message.received = Traffic::kStart + static_cast<int>(batch.size()) * 1'000'000ll;
                message.topic = "tasks";
                message.raw = raw;
                batch.push_back(std::move(message));
            }
            recorder.sink().hear(std::move(batch));
            QVERIFY(recorder.stop().ok());
        }
        auto session = Session::open(file("asked.murmur"));
        QVERIFY(session.ok());
        RowRequest request;
        request.count = 2;
        const auto rows = waitFor((*session)->rows(request));
        const auto detail = waitFor((*session)->message(1));
        QVERIFY(rows.ok() && detail.ok());
        const auto whole = waitFor((*session)->messages(request));
        QVERIFY(whole.ok());
        for (const MessageRow& row : {rows->front(), detail->row, whole->front().row}) {
            QCOMPARE(index(row.audience), 0u);
            QCOMPARE(row.answeredBy, 2);
            QCOMPARE((*session)->dictionaries()->agentName(row.answerer), std::string("worker"));
        }
        QCOMPARE(index(rows->back().answerer), 0u);
    }

    void aConnectionNamesItsDialect()
    {
        QFile lines(file("said.jsonl"));
        QVERIFY(lines.open(QFile::WriteOnly));
        for (int i = 0; i < 4; ++i)
            lines.write("{\"body\":{\"unit\":\"u" + QByteArray::number(i) + "\"}}\n");
        lines.close();
        RecorderOptions options;
        options.path = file("named.murmur");
        options.urls = {QUrl(u"file:"_s + file("said.jsonl") + u"?dialect=units"_s)};
        {
            Recorder recorder(options);
            const auto started = recorder.start();
            QVERIFY2(started.ok(), started.ok() ? "" : qPrintable(started.error().message));
            QTRY_COMPARE(recorder.status().received, 4);
            QVERIFY(recorder.stop().ok());
        }
        QCOMPARE(sendersOf(file("named.murmur")), u"u0 u1 u2 u3"_s);
        QVERIFY(dialectsOf(file("named.murmur")).contains(u"\"connection\":1"));
        RereadOptions again;
        QCOMPARE(rereadRecording(file("named.murmur"), again)->changed, 0);

        options.path = file("wrong.murmur");
        options.urls = {QUrl(u"file:"_s + file("said.jsonl") + u"?dialect=klingon"_s)};
        Recorder wrong(options);
        const auto refused = wrong.start();
        QVERIFY(!refused.ok());
        QVERIFY2(refused.error().message.contains(u"There is no dialect \"klingon\""),
                 qPrintable(refused.error().message));
        QVERIFY(!QFile::exists(file("wrong.murmur")));
    }
};

QTEST_GUILESS_MAIN(TestDialectJobs)
#include "tst_dialectjobs.moc"
