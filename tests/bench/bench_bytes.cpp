// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Where the bytes of a recording go: per message, of each table, and of each column of the blocks'
// frames before and after it is compressed alone. `bench_bytes FILE`.

#include "base/message.h"
#include "recording/codec.h"
#include "recording/sqlite.h"

#include <QString>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace murmur;

namespace {

struct Sum
{
    double plain = 0;
    double packed = 0;
};

class Account
{
public:
    explicit Account(std::size_t count)
        : m_count(count)
    {
    }
    std::map<std::string, Sum> sums;

    void unpack(std::string_view packed)
    {
        if (!m_packer.unpack(packed, m_bytes, in.bits))
            m_bytes.clear();
        in.columns = m_bytes;
    }
    void skip(std::size_t bytes) { in.columns.remove_prefix(std::min(bytes, in.columns.size())); }
    void column(const std::string& name) { column(name, m_count); }
    void column(const std::string& name, std::size_t count)
    {
        const ColumnSource before = in;
        if (!skipColumn(in, count))
            in = {};
        book(name, before.columns.substr(0, before.columns.size() - in.columns.size()),
             before.bits.size() - in.bits.size());
    }
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        (void)readVarint(in.columns, value);
        return value;
    }
    void book(const std::string& name, std::string_view bytes, std::size_t bits = 0)
    {
        m_packer.pack(bytes, m_packed);
        Sum& sum = sums[name];
        sum.plain += static_cast<double>(bytes.size() + bits);
        // A frame of its own costs 13 bytes which a column within a larger frame does not.
        sum.packed += static_cast<double>(std::min(m_packed.size() - 13, bytes.size()) + bits);
    }
    void names()
    {
        const std::uint64_t rows = number();
        if (rows == 0)
            return;
        column("names", rows);
        column("names", rows);
    }
    ColumnSource in;

private:
    std::size_t m_count;
    Packer m_packer;
    std::string m_bytes, m_packed;
};

void heard(Account& account, std::string_view blob)
{
    account.unpack(blob);
    account.skip(2);
    account.column("heard: received");
    account.column("heard: time");
    account.skip(1);
    for (const char* name : {"sent", "connection", "topic", "rawSize", "headerSize", "flags"})
        account.column(std::string("heard: ") + name);
}

void reading(Account& account, std::string_view blob)
{
    std::uint64_t size = 0;
    (void)readVarint(blob, size);
    account.unpack(blob.substr(0, size));
    account.skip(1);
    for (const char* name : {"sender", "type", "kind", "audience", "answers"})
        account.column(std::string("scanned: ") + name);
    const std::uint64_t answers = account.number();
    account.column("scanned: closes", answers);
    account.column("scanned: latency", answers);
    account.column("scanned: other latency");
    account.column("scanned: flags");
    account.unpack(blob.substr(size));
    account.skip(1);
    account.column("rest: sequence");
    if (const std::uint64_t causes = account.number(); causes > 0) {
        for (const char* name : {"cause row", "cause", "cause grade"})
            account.column(std::string("rest: ") + name, causes);
    }
    if (const std::uint64_t states = account.number(); states > 0) {
        account.column("rest: states");
        for (const char* name : {"state agent", "state key", "state size", "state place"})
            account.column(std::string("rest: ") + name, states);
    }
    for (const char* id :
         {"message", "trace", "span", "parent", "reply to", "correlation", "conversation"}) {
        account.column(std::string("rest: id size ") + id);
        account.column(std::string("rest: id place ") + id);
    }
    account.column("rest: payloadOffset");
    account.column("rest: payloadEnd");
    const std::uint64_t text = account.number();
    account.book("rest: text", account.in.columns.substr(0, text));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_bytes FILE\n");
        return 2;
    }
    auto database = Database::open(QString::fromLocal8Bit(argv[1]), Database::Access::Read);
    if (!database)
        return 3;
    const auto messages = static_cast<double>(database->number("SELECT sum(count) FROM block"));
    const std::vector<const char*> tables{
        "SELECT 'heard', sum(length(data)) FROM heard",
        "SELECT 'reading', sum(length(data)) FROM reading",
        "SELECT 'payload', sum(length(data)) FROM payload",
        "SELECT 'tile level ' || level || (CASE grp WHEN -1 THEN ' all' ELSE '' END), "
        "sum(length(data)) FROM tile GROUP BY level, grp = -1",
        "SELECT 'keyframe', sum(length(data)) FROM keyframe",
        "SELECT 'id_index', sum(length(data)) FROM id_index",
        "SELECT 'bloom', sum(length(data)) FROM bloom",
        "SELECT 'block (agents)', sum(length(agents)) FROM block",
        "SELECT 'pages', (SELECT page_count * 16384 FROM pragma_page_count)",
    };
    std::printf("%.0f messages; bytes a message\n", messages);
    for (const char* sql : tables) {
        Statement rows(*database, sql);
        while (rows.step())
            std::printf("%-28s %8.3f\n", std::string(rows.text(0)).c_str(),
                        rows.real(1) / messages);
    }
    std::map<std::string, Sum> sums;
    Statement blocks(*database,
                     "SELECT b.count, h.data, r.data FROM block b JOIN heard h ON h.block = b.id "
                     "JOIN meta m ON m.k = 'generation' JOIN reading r ON r.id = (m.v << 40) + "
                     "b.id WHERE b.id % 16 = 3");
    double sampled = 0;
    while (blocks.step()) {
        Account account(static_cast<std::size_t>(blocks.number(0)));
        sampled += blocks.real(0);
        heard(account, blocks.blob(1));
        reading(account, blocks.blob(2));
        for (const auto& [name, sum] : account.sums) {
            sums[name].plain += sum.plain;
            sums[name].packed += sum.packed;
        }
    }
    std::printf("\n%-28s %8s %8s\n", "column", "plain", "packed");
    for (const auto& [name, sum] : sums)
        std::printf("%-28s %8.3f %8.3f\n", name.c_str(), sum.plain / sampled, sum.packed / sampled);
    return 0;
}
