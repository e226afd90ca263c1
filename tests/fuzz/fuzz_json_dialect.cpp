// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/describe.h"

#include "dialect/jsondialect.h"

#include <cstdlib>

using namespace murmur;

/// Any bytes: nothing is read outside the message and its padding, every text lies in the message
/// or in scratch.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto dialect = createJsonDialect();
    const test::Padded message({reinterpret_cast<const char*>(data), size});
    Interpretation out;
    dialect->interpret(
        {.topic = {}, .raw = message.view(), .headers = message.view(), .peer = {}, .flags = 0},
        out);
    if (!test::liesInMessage(out, message.view()))
        std::abort();
    DialectChooser chooser;
    chooser.interpret(
        1, 1, {.topic = {}, .raw = message.view(), .headers = {}, .peer = {}, .flags = 0}, out);
    // What other dialects say may also be a word of their tables.
    return 0;
}
