// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/parts.h"
#include "fuzz/scratch.h"
#include "support/messages.h"

#include "recording/repair.h"
#include "recording/verify.h"
#include "session/session.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdlib>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

/// A whole recording, closed in order.
QByteArray soundRecording(const test::Scratch& scratch)
{
    const QString path = scratch.path("sound.murmur");
    test::Messages messages(path, 20'000'000);
    if (!messages.write(600) || !messages.close())
        std::abort();
    QFile file(path);
    if (!file.open(QFile::ReadOnly))
        std::abort();
    return file.readAll();
}

/// What a window asks of a recording that it has opened.
void look(const QString& path)
{
    auto opened = Session::open(path);
    if (!opened)
        return;
    Session& session = **opened;
    const Extent extent = session.seen();
    (void)session.info().result();
    TileRequest tiles;
    tiles.range = {extent.time.begin, extent.time.begin + 20s};
    tiles.latency = tiles.pairs = true;
    (void)session.tiles(tiles).result();
    (void)session.marks(tiles.range, 1000).result();
    RowRequest rows;
    rows.count = 200;
    rows.previewBytes = 40;
    (void)session.rows(rows).result();
    (void)session.message(7).result();
    StateRequest state;
    state.at = extent.time.begin + 5s;
    state.withValues = {AgentId(1), AgentId(2)};
    (void)session.state(state).result();
    (void)session.gaps().result();
}

} // namespace

/// A recording with some bytes overwritten: the input is a list of (place, bytes). Everything that
/// opens it says what is wrong or answers; repairing gives a sound recording or says why not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static int count = 1;
    static char name[] = "fuzz";
    static char* arguments[] = {name, nullptr};
    static const QCoreApplication application(count, arguments);
    static const test::Scratch scratch;
    static const QByteArray sound = soundRecording(scratch);

    QByteArray bytes = sound;
    test::Parts parts({reinterpret_cast<const char*>(data), size});
    const bool repairs = (parts.number() & 1) != 0;
    for (int patch = 0; patch < 64 && !parts.isEmpty(); ++patch) {
        // Sixteen-bit pages and places: each byte of the file can be named.
        const std::size_t page = parts.number();
        std::size_t place = page * 16384 + parts.number() % 16384;
        for (const char byte : parts.next())
            bytes[static_cast<qsizetype>(place++ % static_cast<std::size_t>(bytes.size()))] = byte;
    }
    const QString path = scratch.path("hurt.murmur");
    const QString saved = scratch.path("saved.murmur");
    QFile file(path);
    if (!file.open(QFile::WriteOnly | QFile::Truncate) || file.write(bytes) != bytes.size())
        std::abort();
    file.close();
    look(path);
    (void)verifyRecording(path, {true, {}, {}});
    if (repairs) {
        const auto report = repairRecording(path, saved);
        if (!report && report.error().code == ErrorCode::Internal)
            std::abort(); // what was saved did not verify
        QFile::remove(saved);
    }
    return 0;
}
