// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "exchange/importformat.h"
#include "exchange/itemreader.h"

#include <cstdlib>
#include <string>

using namespace murmur;

namespace {

/// What was cut out, with the lines; each is read as the import does.
std::string cut(const ImportFormatEntry& entry, std::string_view input, std::size_t piece)
{
    std::string all;
    ItemReader reader("fuzz", ConnectionId(1), [](std::string_view) { return ConnectionId(2); });
    const auto take = [&](const ImportedItem& item) {
        all += std::to_string(item.line) + ':' + std::string(item.raw) + '\n';
        const ItemReader::Read read = reader.read(item);
        // Whatever stands in an input is kept.
        if (read.isDamaged && read.message.raw.size() != static_cast<qsizetype>(item.raw.size()))
            std::abort();
    };
    const auto format = entry.create();
    for (std::size_t at = 0; at < input.size(); at += piece)
        format->feed(input.substr(at, piece), take);
    format->finish(take);
    return all;
}

} // namespace

/// The first byte chooses the format and the size of the pieces; the rest is the input. In whatever
/// pieces it comes, the same messages are in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto entries = importFormats();
    const ImportFormatEntry& entry = entries[data[0] % entries.size()];
    const std::size_t piece = 1 + data[0] / entries.size();
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (cut(entry, input, piece) != cut(entry, input, size))
        std::abort();
    return 0;
}
