// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "recording/textfilter.h"

#include <cstdlib>

using namespace murmur;

/// First byte even: the others as a stored run, which may say anything and must not break a
/// look-up. Odd: where a stretch of the others begins, its length, and the bytes of a block, which
/// must not be left out when that stretch is looked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 3)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Packer packer;
    TextFilterRun run;
    if (data[0] % 2 == 0) {
        run.look(300, bytes.substr(1), {"xylophone", "note"}, packer);
        for (std::int64_t block = 0; block < 310; ++block)
            (void)(run.covers(block) && run.mayHold(block));
        return 0;
    }
    const std::string_view text = bytes.substr(3);
    std::string needle(text.substr(text.empty() ? 0 : data[1] % text.size(), data[2]));
    for (char& c : needle)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    TextFilterBuilder builder;
    (void)builder.add(7, text, {}, 1'000);
    run.look(7, builder.take()->bytes, {needle}, packer);
    if (!run.covers(7) || !run.mayHold(7))
        std::abort();
    return 0;
}
