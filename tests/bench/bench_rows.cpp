// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A recording against what one would do otherwise: an SQLite table with a row a message and two
// indexes, of the same messages in the same run. `bench_rows [COUNT] [ROUNDS]`.

#include "corpus.h"

#include "agents/statereducer.h"
#include "recording/reader.h"
#include "recording/writer.h"
#include "session/interpreter.h"
#include "session/session.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

using Clock = std::chrono::steady_clock;
using Runs = std::vector<std::shared_ptr<Chunk>>;

constexpr auto kCorrelation = static_cast<std::size_t>(IdField::Correlation);

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> times)
{
    std::ranges::sort(times);
    return times[times.size() / 2];
}

bool record(const QString& path, Dictionaries& names, const Runs& runs)
{
    auto writer = RecordingWriter::create(path, names, {"bench", "", 0});
    if (!writer)
        return false;
    int commits = 0;
    auto last = Clock::now();
    for (const auto& run : runs) {
        if (!(*writer)->append(*run))
            return false;
        if (Clock::now() - last > std::chrono::milliseconds(100)) {
            if (!(*writer)->commit())
                return false;
            if (++commits % 8 == 0) // as the recorder does
                (*writer)->checkpoint();
            last = Clock::now();
        }
    }
    return (*writer)->close().ok();
}

bool insertRows(Database& database, const Runs& runs)
{
    Statement insert(database, "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    std::int64_t seq = 0;
    if (!database.run("BEGIN"))
        return false;
    for (const auto& run : runs) {
        const Columns& columns = run->columns;
        for (std::size_t row = 0; row < columns.size(); ++row) {
            const std::string_view raw =
                std::string_view(run->bytes).substr(run->byteOffset[row], columns.rawSize[row]);
            const TextRef& id = columns.ids[kCorrelation].text[row];
            insert.bind(1, ++seq)
                .bind(2, columns.time[row])
                .bind(3, columns.sender[row])
                .bind(4, columns.audience[row])
                .bind(5, columns.topic[row])
                .bind(6, columns.kind[row])
                .bind(7, raw.substr(std::min<std::size_t>(id.offset, raw.size()), id.size))
                .bindBlob(8, raw);
            if (!insert.execute() || (seq % 10'000 == 0 && !database.run("COMMIT; BEGIN")))
                return false;
        }
    }
    return database.run("COMMIT").ok();
}

/// Tiles and states alone, which a recording makes beside the blocks.
double overviewSeconds(Dictionaries& names, const Runs& runs)
{
    const auto start = Clock::now();
    TilePyramid pyramid(names);
    StateReducer state(names);
    std::vector<FinishedTile> tiles;
    for (const auto& run : runs) {
        pyramid.add(run->columns, tiles);
        state.apply(run->columns);
        tiles.clear();
    }
    pyramid.close(tiles);
    return secondsSince(start);
}

double countByBuckets(Database& database, TimeRange range)
{
    const auto start = Clock::now();
    Statement rows(database, "SELECT (time - ?) / ?, sender, count(*) FROM message GROUP BY 1, 2");
    rows.bind(1, toNs(range.begin)).bind(2, range.length().count() / 1000 + 1);
    std::int64_t sum = 0;
    while (rows.step())
        sum += rows.number(2);
    return sum > 0 ? secondsSince(start) : 0;
}

double overview(Session& session)
{
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
        TileRequest request;
        request.range = session.seen().time;
        request.columns = 1000;
        const auto start = Clock::now();
        session.tiles(request).waitForFinished();
        times.push_back(secondsSince(start));
    }
    return median(times);
}

double scanHeaders(RecordingReader& reader)
{
    const auto start = Clock::now();
    Columns columns;
    std::int64_t sum = 0;
    for (Seq seq = 1;;) {
        const RecordingReader::Snapshot snapshot(reader); // as a search does: locks are taken once
        const auto blocks = reader.blocksFrom(seq, 256);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (reader.load(block, TimeColumns | ActorColumns | CallColumns, columns))
                sum += static_cast<std::int64_t>(columns.size());
        }
        seq = blocks.back().last() + 1;
    }
    return sum > 0 ? secondsSince(start) : 0;
}

double scanRows(Database& database)
{
    const auto start = Clock::now();
    Statement rows(database, "SELECT time, sender, audience, kind, correlation FROM message");
    std::int64_t sum = 0;
    while (rows.step())
        sum += rows.number(0) ^ rows.number(1) ^ rows.number(2) ^ rows.number(3);
    return sum != 0 ? secondsSince(start) : 0;
}

std::pair<double, double> oneMessage(RecordingReader& reader, Database& database, Seq last)
{
    std::mt19937_64 random(7);
    Statement row(database, "SELECT * FROM message WHERE seq = ?");
    Columns columns;
    std::string bytes;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int i = 0; i < 1000; ++i) {
        const Seq seq = 1 + static_cast<Seq>(random() % static_cast<std::uint64_t>(last));
        auto start = Clock::now();
        std::optional<RecordingReader::Snapshot> snapshot(std::in_place, reader);
        const auto block = reader.blockOf(seq);
        if (!block || !reader.load(*block, AllColumns, columns) ||
            !reader.loadPayload(*block, bytes))
            return {};
        snapshot.reset();
        ours.push_back(secondsSince(start));
        start = Clock::now();
        if (!row.bind(1, seq).step() || row.blob(7).empty())
            return {};
        row.reset();
        theirs.push_back(secondsSince(start));
    }
    return {median(ours), median(theirs)};
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    Dictionaries names;
    Interpreter interpreter(names);
    const ConnectionId connection = names.connection("demo://", "demo");
    bench::Corpus corpus(64, 20'000);
    Runs runs{std::make_shared<Chunk>()};
    for (std::int64_t done = 0; done < count; done += 512) {
        for (const HeardMessage& message : corpus.next(512, connection)) {
            interpreter.interpret(message, *runs.back());
            if (runs.back()->bytes.size() >= (std::size_t(128) << 10))
                runs.push_back(std::make_shared<Chunk>());
        }
    }
    const QTemporaryDir directory;
    std::vector<double> recording;
    std::vector<double> inserting;
    const QString path = directory.filePath(u"blocks.murmur"_s);
    const QString table = directory.filePath(u"rows.sqlite"_s);
    Database database;
    for (int round = 0; round < rounds; ++round) {
        QFile::remove(path);
        auto start = Clock::now();
        if (!record(path, names, runs))
            return 1;
        recording.push_back(secondsSince(start));
        database = Database();
        QFile::remove(table);
        sqlite3* handle = nullptr;
        if (sqlite3_open(QFile::encodeName(table).constData(), &handle) != SQLITE_OK)
            return 1;
        database = Database::adopt(handle, table);
        if (!database.run("PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA "
                          "synchronous=NORMAL; CREATE TABLE message (seq INTEGER PRIMARY KEY, time "
                          "INTEGER, sender INTEGER, audience INTEGER, topic INTEGER, kind INTEGER, "
                          "correlation TEXT, raw BLOB); CREATE INDEX by_sender ON message (sender, "
                          "time); CREATE INDEX by_correlation ON message (correlation);"))
            return 1;
        start = Clock::now();
        if (!insertRows(database, runs))
            return 1;
        inserting.push_back(secondsSince(start));
    }
    const double messages = static_cast<double>(count);
    const double store = median(recording);
    std::printf("recording %.0f/s, rows %.0f/s, ratio %.2f; bytes a message %.0f and %.0f\n",
                messages / store, messages / median(inserting), median(inserting) / store,
                static_cast<double>(QFileInfo(path).size()) / messages,
                static_cast<double>(QFileInfo(table).size()) / messages);
    const double aside = overviewSeconds(names, runs);
    std::printf("tiles and states are %.0f %% of recording: with against without %.2f\n",
                aside / store * 100, (store - aside) / store);
    auto session = Session::open(path);
    auto reader = RecordingReader::open(path);
    if (!session || !reader)
        return 1;
    const double grouped = countByBuckets(database, (*session)->seen().time);
    const double tiles = overview(**session);
    std::printf("overview %.2f ms, GROUP BY %.0f ms: 1/%.0f\n", tiles * 1e3, grouped * 1e3,
                grouped / tiles);
    const double headers = scanHeaders(**reader);
    const double rows = scanRows(database);
    std::printf("headers %.1f million/s, rows %.1f million/s, ratio %.1f\n",
                messages / headers / 1e6, messages / rows / 1e6, rows / headers);
    const auto [ours, theirs] = oneMessage(**reader, database, (*reader)->last());
    std::printf("one message %.0f us, a row %.0f us, ratio %.2f\n", ours * 1e6, theirs * 1e6,
                ours / theirs);
    return 0;
}
