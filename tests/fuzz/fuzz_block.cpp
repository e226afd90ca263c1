// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/parts.h"

#include "recording/blockcodec.h"

#include <cstdlib>

using namespace murmur;

/// The frames of a block, packed again so that their checksums are right: whatever they hold, a
/// decoder refuses it or gives columns of the length that it was told, with rows that exist.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::Parts parts({reinterpret_cast<const char*>(data), size});
    const std::size_t count = parts.number();
    static BlockDecoder decoder;
    std::string heard;
    std::string scanned;
    std::string rest;
    // Of each frame what was compressed, then the bits that stand before it.
    const auto pack = [&parts](std::string& packed) {
        const std::string_view columns = parts.next();
        decoder.packer().pack(columns, packed, parts.next());
    };
    pack(heard);
    pack(scanned);
    pack(rest);
    std::string reading;
    appendVarint(reading, scanned.size());
    reading += scanned + rest;
    Columns columns;
    for (const std::uint32_t wanted :
         {std::uint32_t(AllColumns | LateColumns), std::uint32_t(LateColumns), kHeardColumns,
          kScannedColumns, std::uint32_t(SequenceColumns | StateColumns),
          std::uint32_t(IdColumns)}) {
        if (!decoder.decode(1, count, heard, reading, wanted, columns))
            continue;
        if ((wanted & TimeColumns) != 0 && columns.time.size() != count)
            std::abort();
        for (const CauseEdge& edge : columns.causes) {
            if (edge.row >= count)
                std::abort();
        }
        for (const LateFact& fact : columns.late) {
            if (fact.row >= count)
                std::abort();
        }
        for (const StateChange& change : columns.states) {
            if (change.row >= count)
                std::abort();
        }
    }
    return 0;
}
