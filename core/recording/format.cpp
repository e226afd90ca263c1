// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/format.h"

#include "recording/lock.h"
#include "recording/pagefile.h"
#include "recording/privateshm.h"

#include <QFile>
#include <QFileInfo>
#include <QUrl>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Everything but reading, tile and keyframe is written once; those three belong to a generation.
// docs/format.md explains each table.
constexpr const char* kSchema = R"sql(
CREATE TABLE meta (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE connection (id INTEGER PRIMARY KEY, url TEXT NOT NULL, name TEXT NOT NULL, received INTEGER NOT NULL DEFAULT 0, recorded INTEGER NOT NULL DEFAULT 0);
CREATE TABLE agent (id INTEGER PRIMARY KEY, name TEXT NOT NULL, site TEXT, crew TEXT, role TEXT, tenant TEXT, provisional INTEGER NOT NULL DEFAULT 0, same_as INTEGER NOT NULL DEFAULT 0);
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE type (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE state_key (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE audience (id INTEGER PRIMARY KEY, members BLOB NOT NULL);
CREATE TABLE block (id INTEGER PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, span INTEGER NOT NULL, agents BLOB, payload_at INTEGER NOT NULL, payload_size INTEGER NOT NULL);
CREATE UNIQUE INDEX block_first ON block (first);
CREATE INDEX block_time ON block (span, first_time);
CREATE TABLE heard (block INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE reading (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE payload (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE tile (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, level INTEGER NOT NULL, idx INTEGER NOT NULL, grp INTEGER NOT NULL, part INTEGER NOT NULL, through INTEGER NOT NULL, messages INTEGER NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX tile_place ON tile (generation, level, idx, grp, part);
CREATE TABLE keyframe (id INTEGER PRIMARY KEY, block INTEGER NOT NULL, generation INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL);
CREATE INDEX keyframe_time ON keyframe (generation, time);
CREATE TABLE late (block INTEGER NOT NULL, by_block INTEGER NOT NULL, PRIMARY KEY (block, by_block)) WITHOUT ROWID;
CREATE TABLE gap (id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, topic TEXT, cause TEXT NOT NULL, from_time INTEGER NOT NULL, to_time INTEGER NOT NULL, count INTEGER NOT NULL, lost_is TEXT NOT NULL);
CREATE TABLE tick (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, seq INTEGER NOT NULL, bus_queue REAL NOT NULL, writer_queue REAL NOT NULL);
CREATE TABLE finding (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, detector TEXT NOT NULL, severity TEXT NOT NULL, confidence REAL NOT NULL, exact INTEGER NOT NULL, start_time INTEGER NOT NULL, end_time INTEGER NOT NULL, topic TEXT, summary TEXT NOT NULL, evidence TEXT NOT NULL, seen_time INTEGER NOT NULL DEFAULT 0, agents TEXT NOT NULL DEFAULT '[]', count INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 0, gap INTEGER NOT NULL DEFAULT 0);
CREATE TABLE finding_member (finding INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (finding, seq)) WITHOUT ROWID;
CREATE TABLE incident (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, summary TEXT NOT NULL, findings TEXT NOT NULL, grade TEXT NOT NULL DEFAULT 'inferred', confidence REAL NOT NULL DEFAULT 0);
CREATE TABLE note (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, seq INTEGER, text TEXT NOT NULL);
CREATE TABLE job (id INTEGER PRIMARY KEY, started INTEGER NOT NULL, kind TEXT NOT NULL, description TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE bloom (block INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE id_index (id INTEGER PRIMARY KEY, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL, data BLOB NOT NULL);
)sql";

Error notReadable(const QString& path, QStringView why)
{
    return {ErrorCode::Unreadable, u"Cannot open %1: %2."_s.arg(path, why)};
}

/// Whether the schema holds tables with stored columns and their indexes only. What a file from
/// anybody computes while it is read (a view in a table's place, a trigger, a virtual table, a
/// generated column) may go on for ever.
bool isPlainSchema(Database& database)
{
    return database.number(
               "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index') OR "
               "(type = 'table' AND sql LIKE 'CREATE VIRTUAL%') OR (type = 'index' AND sql LIKE "
               "'% WHERE %')",
               1) == 0 &&
           database.number("SELECT count(*) FROM sqlite_master AS m, pragma_table_xinfo(m.name) "
                           "AS c WHERE m.type = 'table' AND c.hidden <> 0",
                           1) == 0;
}

/// Whether what follows the first page looks like the tables of a recording.
bool mayBeHeadless(const QString& path)
{
    constexpr std::uint32_t kPagesLookedAt = 32;
    auto pages = PageFile::open(path);
    if (!pages)
        return false;
    std::string page;
    int trees = 0;
    for (std::uint32_t number = 2; number <= kPagesLookedAt && pages->read(number, page);
         ++number) {
        const auto kind = static_cast<unsigned char>(page[0]);
        const bool isTree = kind == 2 || kind == 5 || kind == 10 || kind == 13;
        const std::uint32_t content = bigEndian16(page.data() + 5);
        trees += isTree && content > 8 && content <= pages->pageSize() &&
                 8u + 2u * bigEndian16(page.data() + 3) <= content;
    }
    return trees >= 4;
}

/// Looks whether the open connection really shows a recording.
Status checkRecording(Database& database)
{
    Statement head(database, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT "
                             "user_version FROM pragma_user_version), "
                             "(SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name "
                             "IN ('meta', 'block', 'heard', 'reading', 'payload'))");
    if (!head.isValid() || !head.step()) {
        const int code = (head.isValid() ? head.code() : database.lastCode()) & 0xff;
        if (code == SQLITE_NOTADB)
            return notReadable(database.path(),
                               mayBeHeadless(database.path())
                                   ? u"its first page is damaged. If it was a recording, murmur "
                                     u"repair saves what is whole in it"
                                   : u"it is not a Murmurscope recording");
        if (code == SQLITE_CORRUPT)
            return notReadable(database.path(),
                               u"the recording is torn or damaged; a copy made while it "
                               u"was written may be incomplete. murmur repair "
                               u"saves what is whole in it");
        return database.lastError("open");
    }
    if (head.number(0) != kApplicationId)
        return notReadable(database.path(),
                           u"it is an SQLite database, but not a Murmurscope recording");
    if (head.number(1) > kFormatVersion) {
        return Error{
            ErrorCode::NewerFormat,
            u"%1 has format version %2, and this program reads up to %3. Open it with a newer Murmurscope."_s
                .arg(database.path())
                .arg(head.number(1))
                .arg(kFormatVersion)};
    }
    const bool hasTables = head.number(2) == 5;
    head = Statement();
    if (!isPlainSchema(database))
        return notReadable(database.path(),
                           u"beside tables it holds things that compute, as no recorder writes "
                           u"them. murmur repair saves the messages");
    if (!hasTables)
        return notReadable(database.path(), u"tables of a recording are missing in it");
    return Done{};
}

/// Without a WAL, what is in the file is all there is, and nobody can write beside it.
Result<Database> openImmutable(const QString& path)
{
    QUrl url = QUrl::fromLocalFile(QFileInfo(path).absoluteFilePath());
    url.setQuery(u"immutable=1"_s);
    sqlite3* handle = nullptr;
    if (sqlite3_open_v2(url.toEncoded().constData(), &handle,
                        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        nullptr) == SQLITE_OK) {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        return Database::adopt(handle, path);
    }
    sqlite3_close(handle);
    return notReadable(path, u"the disk is read-only and SQLite cannot read it there");
}

/// A recording that was not closed in order and that nobody writes any more. Opened plainly, SQLite
/// would make a WAL or a -shm file beside it, which changes the directory, or cannot.
Result<Database> openAbandoned(const QString& path)
{
    if (QFileInfo(path + u"-wal"_s).size() == 0)
        return openImmutable(path);
    return Database::open(path, Database::Access::Read, privateShmVfs());
}

bool isAbandoned(const QString& path)
{
    if (QFileInfo::exists(path + u"-shm"_s) || isBeingRecorded(path))
        return false;
    if (QFileInfo(path + u"-wal"_s).size() > 0)
        return true;
    const auto pages = PageFile::open(path);
    return pages && pages->wantsWal();
}

} // namespace

Result<Database> createRecording(const QString& path)
{
    const QByteArray native = QFile::encodeName(path);
    const auto refuse = [&](QStringView why) {
        return Error{ErrorCode::Unwritable, u"Cannot write %1: %2."_s.arg(path, why)};
    };
    const QFileInfo info(path);
    if (info.isDir())
        return refuse(u"it is a directory");
    // A device or a pipe would be opened, and removed again when that fails.
    if (info.exists() && !info.isFile())
        return refuse(u"it is no ordinary file");
    if (info.exists() && info.size() > 0)
        return refuse(u"the file exists; choose another name or move it away");
    // 0600 from the first moment, and SQLite gives its -wal and -shm the same mode. No connection
    // to the file exists yet, so closing this descriptor drops nobody's locks.
    const int descriptor =
        ::open(native.constData(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return refuse(QString::fromLocal8Bit(std::strerror(errno)));
    ::fchmod(descriptor, 0600);
    ::close(descriptor);

    auto opened = Database::open(path, Database::Access::Write);
    if (!opened)
        return opened.error();
    Database database = std::move(*opened);
    const QByteArray head =
        "PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=" +
        QByteArray::number(kApplicationId) +
        "; PRAGMA user_version=" + QByteArray::number(kFormatVersion) +
        "; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA "
        "secure_delete=0; PRAGMA cache_size=-8000;";
    for (const char* sql :
         {head.constData(), "BEGIN", kSchema, "COMMIT",
          // Until the first checkpoint not even the tables are in the file itself.
          "PRAGMA wal_checkpoint(TRUNCATE)"}) {
        if (auto status = database.run(sql); !status) {
            Error error = status.error();
            if (error.code != ErrorCode::DiskFull)
                error = refuse(QString::fromUtf8(sqlite3_errmsg(database.handle())));
            database = Database();
            QFile::remove(path);
            return error;
        }
    }
    return database;
}

Result<Database> openRecording(const QString& path)
{
    const QFileInfo info(path);
    if (info.isDir())
        return notReadable(path, u"it is a directory");
    if (!info.exists())
        return notReadable(path, u"there is no such file");
    if (!info.isReadable())
        return notReadable(path, u"you may not read it");
    if (info.size() == 0)
        return notReadable(path, u"the file is empty");
    const QString file = info.isSymLink() ? info.canonicalFilePath() : path;
    auto opened =
        isAbandoned(file) ? openAbandoned(file) : Database::open(file, Database::Access::Read);
    if (!opened)
        return opened;
    Statement probe(*opened, "SELECT count(*) FROM sqlite_master");
    const bool readable = probe.isValid() && probe.step();
    const int code = (probe.isValid() ? probe.code() : opened->lastCode()) & 0xff;
    probe = Statement();
    if (!readable && (code == SQLITE_CANTOPEN || code == SQLITE_READONLY)) {
        opened = openAbandoned(file);
        if (!opened)
            return opened;
    }
    if (auto status = checkRecording(*opened); !status)
        return status.error();
    (void)opened->run("PRAGMA query_only=1; PRAGMA cache_size=-1000; PRAGMA mmap_size=0;");
    return opened;
}

} // namespace murmur
