// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"
#include "recording/sqlite.h"
#include "recording/verify.h"
#include "session/reread.h"
#include "support/messages.h"
#include "support/sanitized.h"
#include "support/traffic.h"

#include <QFile>
#include <QTest>

#include <sys/resource.h>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

std::int64_t peakMiB()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

/// What a window asks of a recording that it opens.
bool look(const QString& path, std::mt19937_64& random)
{
    auto opened = Session::open(path);
    if (!opened)
        return false;
    Session& session = **opened;
    const Extent extent = session.seen();
    (void)session.info().result();
    TileRequest tiles;
    tiles.range = extent.time;
    tiles.latency = tiles.pairs = true;
    (void)session.tiles(tiles).result();
    (void)session.marks({extent.time.begin, extent.time.begin + 1s}, 1000).result();
    RowRequest rows;
    rows.count = 300;
    rows.previewBytes = 60;
    (void)session.rows(rows).result();
    (void)session.message(static_cast<Seq>(1 + random() % 9'000)).result();
    StateRequest state;
    state.at = extent.time.begin + 3s;
    state.withValues = {AgentId(1), AgentId(2)};
    (void)session.state(state).result();
    MatchRequest match;
    match.filter = *parseFilter(u"id == \"m77\" or payload contains \"slipped\""_s, extent.time);
    (void)session.search(match).result();
    (void)session.gaps().result();
    return true;
}

/// Turns the table with this root into a tree of 2,000 x 2,000 x 2,000 x 2,000 times its own leaf;
/// the last pages of the file are used up.
void leadInCircles(QByteArray& bytes, qsizetype root)
{
    constexpr qsizetype kPage = 16'384;
    constexpr int kCells = 2'000;
    const qsizetype pages = bytes.size() / kPage;
    const auto branch = [&](qsizetype page, qsizetype child) {
        QByteArray content(kPage, '\0');
        const auto put = [&](qsizetype at, int width, qsizetype value) {
            for (int i = width; i-- > 0; value >>= 8)
                content[at + i] = static_cast<char>(value & 0xff);
        };
        constexpr qsizetype kCell = kPage - 8; // all of them are the same one
        put(0, 1, 5);
        put(3, 2, kCells);
        put(5, 2, kCell);
        put(8, 4, child);
        for (int i = 0; i < kCells; ++i)
            put(12 + 2 * i, 2, kCell);
        put(kCell, 4, child);
        put(kCell + 4, 1, 1);
        bytes.replace((page - 1) * kPage, kPage, content);
    };
    bytes.replace((pages - 1) * kPage, kPage, bytes.mid((root - 1) * kPage, kPage));
    branch(pages - 1, pages);
    branch(pages - 2, pages - 1);
    branch(pages - 3, pages - 2);
    branch(root, pages - 3);
}

} // namespace

/// Recordings that somebody has changed: each is opened, or refused with a sentence.
class TestHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What no bus can say is cut, and what is cut stays apart.
    void aNameWithoutAnEndIsCut()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        Traffic traffic(30);
        QVERIFY(recordTraffic(path, traffic, 5'000).ok());
        {
            auto database = Database::open(path, Database::Access::Write);
            QVERIFY(database);
            QVERIFY(database->run("UPDATE agent SET name = hex(zeroblob(2000000)), site = "
                                  "hex(zeroblob(2000000)) WHERE id = 2"));
            QVERIFY(database->run("UPDATE agent SET name = hex(zeroblob(2000000)) || 'b' "
                                  "WHERE id = 3"));
        }
        QVERIFY(rereadRecording(path, {}).ok());
        const auto session = Session::open(path);
        QVERIFY(session);
        const auto names = (*session)->dictionaries();
        const std::string first = names->agentName(AgentId(2));
        const std::string second = names->agentName(AgentId(3));
        QVERIFY2(first.size() < 4'096 && first.starts_with("0000"), first.substr(0, 80).c_str());
        QVERIFY(first.ends_with(')') && first.find("(4000000 bytes, ") != std::string::npos);
        QVERIFY(second.size() < 4'096);
        QVERIFY(first != second);
        QVERIFY(names->agentEntry(AgentId(2)).labels[0].size() < 4'096);
        QCOMPARE(names->findAgent(std::string(4'000'000, '0')), AgentId(2));
        QCOMPARE((*session)->info().result()->agents,
                 std::int64_t(names->counts().agents) - 1 - names->aliasCount());
    }

    void aTableWithoutAnEndEnds_data()
    {
        QTest::addColumn<QString>("table");
        for (const char* name : {"connection", "gap", "tick", "agent", "topic", "audience"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void aTableWithoutAnEndEnds()
    {
        QFETCH(QString, table);
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        Traffic traffic(30);
        QVERIFY(recordTraffic(path, traffic, 5'000).ok());
        qsizetype root = 0;
        {
            auto database = Database::open(path, Database::Access::Write);
            QVERIFY(database);
            QVERIFY(database->run("INSERT INTO gap (connection, cause, from_time, to_time, count, "
                                  "lost_is) VALUES (1, 'client-drop', 1, 2, 3, 'exact')"));
            QVERIFY(database->run("INSERT INTO tick (time, seq, bus_queue, writer_queue) VALUES "
                                  "(1, 1, 0, 0)"));
            root = database->number(
                qPrintable(u"SELECT rootpage FROM sqlite_master WHERE name = '%1'"_s.arg(table)));
        }
        QVERIFY(root > 1);
        QFile file(path);
        QVERIFY(file.open(QFile::ReadWrite));
        QByteArray bytes = file.readAll();
        leadInCircles(bytes, root);
        QVERIFY(file.seek(0));
        QCOMPARE(file.write(bytes), bytes.size());
        file.close();
        const auto session = Session::open(path);
        QVERIFY(session);
        const auto info = (*session)->info().result();
        QVERIFY(info);
        QVERIFY((*session)->gaps().result());
        QVERIFY(!info->connections.empty());
        QVERIFY(!RecordingReader::open(path).value()->ticks().empty());
    }

    void changedRecordingsAreOpenedOrRefused()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        Traffic traffic(30);
        QVERIFY(recordTraffic(path, traffic, 9'000).ok());
        QFile file(path);
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray sound = file.readAll();
        file.close();
        std::mt19937_64 random(23);
        QVERIFY(look(path, random));
        QVERIFY(verifyRecording(path, {true, {}, {}}).ok());
        const std::int64_t before = peakMiB();
        const int rounds = isLong() ? 10'000 : kIsSanitized ? 40 : 150;
        int openable = 0;
        for (int round = 0; round < rounds; ++round) {
            QByteArray bytes = sound;
            const auto hits = 1 + random() % 12;
            for (std::uint64_t hit = 0; hit < hits; ++hit) {
                auto at =
                    static_cast<qsizetype>(random() % static_cast<std::uint64_t>(bytes.size()));
                if (hit % 3 == 1) // heads of pages are where structure is
                    at = at / 16'384 * 16'384 + static_cast<qsizetype>(random() % 100);
                const auto size = std::min(bytes.size() - at, qsizetype(1) << (random() % 9));
                const auto how = random() % 3;
                for (qsizetype i = at; i < at + size; ++i)
                    bytes[i] = how == 0 ? static_cast<char>(random())
                               : how == 1
                                   ? '\xff'
                                   : bytes[static_cast<qsizetype>(
                                         random() % static_cast<std::uint64_t>(bytes.size()))];
            }
            if (random() % 10 == 0)
                bytes.truncate(
                    static_cast<qsizetype>(random() % static_cast<std::uint64_t>(bytes.size())));
            QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
            QCOMPARE(file.write(bytes), bytes.size());
            file.close();
            openable += look(path, random) ? 1 : 0;
            const auto verified = verifyRecording(path, {round % 4 == 0, {}, {}});
            QVERIFY(verified.ok() || !verified.error().message.isEmpty());
        }
        qInfo("%d of %d could be opened, %lld MiB at most", openable, rounds,
              static_cast<long long>(peakMiB()));
        QVERIFY(openable > rounds / 4);
        // Lengths that lie allocate nothing.
        if (!kIsSanitized)
            QVERIFY2(peakMiB() < before + 256, qPrintable(QString::number(peakMiB())));
    }
};

QTEST_GUILESS_MAIN(TestHostile)
#include "tst_hostile.moc"
