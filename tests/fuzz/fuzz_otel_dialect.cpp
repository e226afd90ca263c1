// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/describe.h"

#include "dialect/oteldialect.h"

#include <cstdlib>

using namespace murmur;

/// Any bytes: nothing is read outside the message and its padding, every text lies in the message
/// or in scratch.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto dialect = createOtelDialect();
    if (size == 0)
        return 0;
    const test::Padded message({reinterpret_cast<const char*>(data) + 1, size - 1});
    const std::string headers =
        headersToBytes({{"murmur-part", (data[0] & 1) != 0 ? "end" : "start"}});
    MessageView view{
        .topic = {}, .raw = message.view(), .headers = headers, .peer = {}, .flags = 0};
    if ((data[0] & 2) != 0)
        view.headers = message.view();
    Interpretation out;
    (void)dialect->confidence(view);
    dialect->interpret(view, out);
    if (!test::liesInMessage(out, message.view()))
        std::abort();
    return 0;
}
