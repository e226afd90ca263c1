// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "severalrecordings.h"

#include "recording/sqlite.h"
#include "recording/textfilterjob.h"
#include "recording/writer.h"
#include "session/reread.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kCount = 24'000;

/// Messages of which a few hold rare words: in the payload, within longer words, as JSON escapes,
/// in headers, in bytes that nobody can read, as ids that stand nowhere in the bytes.
std::vector<HeardMessage> messages()
{
    std::mt19937_64 random(3);
    std::vector<HeardMessage> all;
    for (int i = 0; i < kCount; ++i) {
        HeardMessage message;
        message.received = Traffic::kStart + std::int64_t(i) * 1'000'000;
        message.topic = i % 5 == 0 ? "tasks.plan" : "state.robot-" + QByteArray::number(i % 7);
        QByteArray note = "battery " + QByteArray::number(random() % 100);
        QByteArray id = "m-" + QByteArray::number(i);
        QByteArray mode = random() % 2 == 0 ? "driving" : "charging";
        switch (random() % 4'000) {
        case 0:
            note = "the xylophone is missing";
            break;
        case 1:
            note = "preXYLOPHONEpost";
            break;
        case 2:
            note = "a \\u0078ylophone, escaped";
            break;
        case 3:
            note = "gr\\u00fc\\u00dfe aus der Halle";
            break;
        case 4:
            note = "Gr\xc3\xbc\xc3\x9f"
                   "e aus der Halle";
            break;
        case 5:
            id = "quiz\\u007aical-7";
            break;
        case 6:
            id = "quizzical-8";
            break;
        case 7:
            mode = "wobbling";
            break;
        case 8:
            mode = "wobbl\\u0069ng";
            break;
        case 9:
            note = QByteArray("the xylophone is far too large ").repeated(40);
            break;
        default:
            break;
        }
        message.raw = R"({"id":")" + id + R"(","from":"robot-)" + QByteArray::number(i % 7) +
                      R"(","kind":"state","payload":{"note":")" + note + R"(","mode":")" + mode +
                      R"(","goal":)" + QByteArray::number(random() % 400) + "}}";
        if (random() % 2'000 == 0)
            message.raw = QByteArray("\x01\x02 xylophone \xff", 14);
        if (random() % 2'000 == 0)
            message.headers =
                QByteArray::fromStdString(headersToBytes({{"origin", "the flugelhorn hall"}}));
        all.push_back(std::move(message));
    }
    return all;
}

const QStringList kExpressions{
    u"xylophone"_s,
    u"XYLOPHONE"_s,
    u"ylopho"_s,
    u"nowhere"_s,
    u"\"xylophone is\""_s,
    u"xylo*missing"_s,
    u"größe"_s,
    u"Grüße"_s,
    u"quizzical-7"_s,
    u"quizzical-8"_s,
    u"quizz"_s,
    u"wobbling"_s,
    u"robot-3"_s,
    u"tasks"_s,
    u"xylophone and kind == state"_s,
    u"xylophone or wobbling"_s,
    u"not xylophone and goal"_s,
    u"payload contains xylophone"_s,
    u"payload contains \"is missing\""_s,
    u"payload.note contains xylophone"_s,
    u"payload.mode == wobbling"_s,
    u"payload.mode == wobb*"_s,
    u"payload.mode in (wobbling, resting)"_s,
    u"payload.goal == 17"_s,
    u"payload.goal contains 399"_s,
    u"payload contains 399"_s,
    u"header.origin contains flugelhorn"_s,
    u"flugelhorn"_s,
};

std::vector<Seq> found(Session& session, const QString& expression)
{
    MatchRequest request;
    const auto filter = parseFilter(expression, session.seen().time);
    if (!filter) {
        qWarning("%s: %s", qPrintable(expression), qPrintable(filter.error().message));
        return {-1};
    }
    request.filter = *filter;
    const auto list = waitFor(session.search(request));
    return list ? list->seqs : std::vector<Seq>{-2};
}

/// How many the overview counts.
std::int64_t counted(Session& session, const QString& expression)
{
    TileRequest request;
    request.range = session.seen().time;
    request.columns = 100;
    request.filter = *parseFilter(expression, session.seen().time);
    const auto slice = waitFor(session.tiles(request));
    return slice ? static_cast<std::int64_t>(slice->total.total) : -1;
}

bool run(const QString& path, const char* sql)
{
    auto database = Database::open(path, Database::Access::Write);
    return database.ok() && bool(database->run(sql));
}

std::int64_t number(const QString& path, const char* sql)
{
    auto database = Database::open(path, Database::Access::Read);
    return database ? database->number(sql) : -1;
}

} // namespace

/// A search passes over the blocks that cannot hold what is looked for, and finds the same.
class TestTextSearch : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    [[nodiscard]] QString file(const char* name) const
    {
        return m_directory.filePath(QString::fromLatin1(name));
    }
    /// Each expression against the same one in a form that has to look into every message.
    void compare(const QStringList& paths, bool mustFind)
    {
        auto session = Session::open(paths);
        QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
        int hits = 0;
        for (const QString& expression : kExpressions) {
            const auto expected = found(**session, u"(%1) or seq == 0"_s.arg(expression));
            QVERIFY2(expected != std::vector<Seq>{-1}, qPrintable(expression));
            const auto seqs = found(**session, expression);
            QVERIFY2(seqs == expected, qPrintable(u"%1: %2 instead of %3"_s.arg(expression)
                                                      .arg(seqs.size())
                                                      .arg(expected.size())));
            QCOMPARE(counted(**session, expression),
                     counted(**session, u"(%1) or seq == 0"_s.arg(expression)));
            hits += seqs.empty() ? 0 : 1;
        }
        if (mustFind)
            QVERIFY2(hits > 20, qPrintable(QString::number(hits)));
    }

private Q_SLOTS:
    void initTestCase()
    {
        RecorderOptions options;
        options.path = file("whole.murmur");
        options.rules.payloadLimit = {u"1000"_s};
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"bus"_s);
        std::vector<HeardMessage> batch = messages();
        for (HeardMessage& message : batch)
            message.connection = connection;
        recorder.sink().hear(std::move(batch));
        QVERIFY(recorder.stop().ok());
    }

    void whatIsClosedHasItsFilter()
    {
        QVERIFY(number(file("whole.murmur"), "SELECT count(*) FROM bloom") > 0);
        QCOMPARE(number(file("whole.murmur"), "SELECT max(block) FROM bloom"),
                 number(file("whole.murmur"), "SELECT max(id) FROM block"));
        QVERIFY(number(file("whole.murmur"), "SELECT sum(length(data)) FROM bloom") * 50 <
                number(file("whole.murmur"), "SELECT page_count * 16384 FROM pragma_page_count"));
        compare({file("whole.murmur")}, true);
    }

    void withoutAFilterTheSameIsFound()
    {
        QVERIFY(QFile::copy(file("whole.murmur"), file("none.murmur")));
        QVERIFY(run(file("none.murmur"), "DELETE FROM bloom"));
        compare({file("none.murmur")}, true);
        // And again once it is made.
        const auto made = makeTextFilter(file("none.murmur"));
        QVERIFY2(made.ok(), made.ok() ? "" : qPrintable(made.error().message));
        QCOMPARE(*made, number(file("none.murmur"), "SELECT count(*) FROM block"));
        QCOMPARE(*makeTextFilter(file("none.murmur")), 0);
        QCOMPARE(number(file("none.murmur"), "SELECT max(block) FROM bloom"),
                 number(file("none.murmur"), "SELECT max(id) FROM block"));
        compare({file("none.murmur")}, true);
    }

    void damagedFiltersAndBlocksHideNothing()
    {
        QVERIFY(QFile::copy(file("whole.murmur"), file("damaged.murmur")));
        QVERIFY(run(file("damaged.murmur"), "UPDATE bloom SET data = x'01ff'"));
        compare({file("damaged.murmur")}, true);
        QVERIFY(run(file("damaged.murmur"),
                    "DELETE FROM bloom; UPDATE block SET payload_size = payload_size - 1 WHERE "
                    "id = 3"));
        auto session = Session::open(file("damaged.murmur"));
        MatchRequest request;
        request.filter = *parseFilter(u"nowhere", (*session)->seen().time);
        const auto list = waitFor((*session)->search(request));
        QVERIFY(list.ok());
        QCOMPARE(list->unreadable,
                 number(file("damaged.murmur"), "SELECT count FROM block WHERE id = 3"));
    }

    void aNewReadingHasAFilterOfItsOwn()
    {
        QVERIFY(QFile::copy(file("whole.murmur"), file("reread.murmur")));
        QVERIFY(rereadRecording(file("reread.murmur"), {u"opaque"_s, {}, {}}).ok());
        compare({file("reread.murmur")}, false);
        QVERIFY(rereadRecording(file("reread.murmur"), {}).ok());
        QCOMPARE(number(file("reread.murmur"), "SELECT max(block) FROM bloom"),
                 number(file("reread.murmur"), "SELECT max(id) FROM block"));
        compare({file("reread.murmur")}, true);
    }

    void severalRecordingsAsOne()
    {
        QVERIFY(QFile::copy(file("whole.murmur"), file("other.murmur")));
        QVERIFY(run(file("other.murmur"), "UPDATE meta SET v = 'other' WHERE k IN ('uuid', "
                                          "'family')"));
        compare({file("whole.murmur"), file("other.murmur")}, true);
        // What no block holds, no block is read for: not even one that cannot be.
        QVERIFY(run(file("other.murmur"),
                    "UPDATE block SET payload_size = payload_size - 1 WHERE id = 3"));
        const auto unreadable = [&] {
            auto session = Session::open(QStringList{file("whole.murmur"), file("other.murmur")});
            MatchRequest request;
            request.filter = *parseFilter(u"nowhere", (*session)->seen().time);
            const auto list = waitFor((*session)->search(request));
            return list ? list->unreadable : -1;
        };
        QCOMPARE(unreadable(), 0);
        QVERIFY(run(file("other.murmur"), "DELETE FROM bloom"));
        QVERIFY(unreadable() > 0);
    }

    void partsOfASplitRecording()
    {
        RecorderOptions options;
        options.path = file("split.murmur");
        options.limits.splitLength = 8s;
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"bus"_s);
        std::vector<HeardMessage> batch = messages();
        for (HeardMessage& message : batch)
            message.connection = connection;
        recorder.sink().hear(std::move(batch));
        QVERIFY(recorder.stop().ok());
        QStringList paths;
        for (const QString& path : recorder.files())
            paths.push_back(path);
        QVERIFY(paths.size() > 1);
        compare(paths, true);
    }

    void whileItIsRecorded()
    {
        RecorderOptions options;
        options.path = file("live.murmur");
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        recorder.setWaitsForRoom(true);
        const ConnectionId connection = recorder.registerConnection(QUrl(u"test://a"_s), u"bus"_s);
        std::vector<HeardMessage> batch = messages();
        for (HeardMessage& message : batch)
            message.connection = connection;
        recorder.sink().hear(std::move(batch));
        auto followed = Session::follow(&recorder);
        QVERIFY(followed.ok());
        std::unique_ptr<Session> session = std::move(*followed);
        QTRY_COMPARE_WITH_TIMEOUT(session->seen().last, Seq(kCount), 20'000);
        for (const QString& expression : kExpressions)
            QVERIFY2(found(*session, expression) ==
                         found(*session, u"(%1) or seq == 0"_s.arg(expression)),
                     qPrintable(expression));
        session.reset();
        QVERIFY(recorder.stop().ok());
    }
};

QTEST_GUILESS_MAIN(TestTextSearch)
#include "tst_textsearch.moc"
