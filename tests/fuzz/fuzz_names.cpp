// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/parts.h"
#include "fuzz/scratch.h"

#include "recording/format.h"
#include "recording/reader.h"

#include <cstdlib>

using namespace murmur;

/// Rows of the dictionaries: (table, id, bytes). Ids may jump, names may repeat, sets of receivers
/// may be any bytes; each id that is left means one name, and no audience names an agent that is
/// none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const test::Scratch scratch;
    static Database database = [] {
        auto created = createRecording(scratch.path("names.murmur"));
        if (!created)
            std::abort();
        (void)created->run("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
        return std::move(*created);
    }();
    (void)database.run("BEGIN; DELETE FROM agent; DELETE FROM topic; DELETE FROM audience; DELETE "
                       "FROM connection");
    test::Parts parts({reinterpret_cast<const char*>(data), size});
    for (int row = 0; row < 200 && !parts.isEmpty(); ++row) {
        static constexpr const char* kInserts[] = {
            "INSERT OR IGNORE INTO agent (id, name, site) VALUES (?, ?, 'x')",
            "INSERT OR IGNORE INTO topic (id, name) VALUES (?, ?)",
            "INSERT OR IGNORE INTO audience (id, members) VALUES (?, ?)",
            "INSERT OR IGNORE INTO connection (id, url, name) VALUES (?, ?, 'x')"};
        const std::size_t table = parts.number() & 3;
        std::int64_t id = static_cast<std::int64_t>(parts.number());
        // Small ids, so that holes stay short, and some that no recording has.
        id = id >= 0xff00 ? std::int64_t(1) << (id & 0x3f) : id % 1024;
        const std::string bytes(parts.next());
        Statement insert(database, kInserts[table]);
        insert.bind(1, id);
        if (table == 2)
            insert.bindBlob(2, bytes);
        else
            insert.bind(2, std::string_view(bytes));
        (void)insert.execute();
    }
    (void)database.run("COMMIT");
    auto reader = RecordingReader::open(scratch.path("names.murmur"));
    if (!reader)
        std::abort();
    Dictionaries names;
    (*reader)->loadNames(names);
    const Dictionaries::Counts counts = names.counts();
    for (std::uint32_t id = 0; id < counts.audiences; ++id) {
        for (const AgentId member : names.receivers(AudienceId(id))) {
            if (index(member) >= counts.agents)
                std::abort();
        }
    }
    return 0;
}
