// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/corpus.h"

#include <cstdlib>

using namespace murmur;

namespace {

void read(DialectChooser& chooser, const test::CorpusMessage& message)
{
    const test::CorpusView view(message);
    Interpretation out;
    chooser.interpret(1, 1, view.view(), out);
    // Every text is looked at: what does not live any longer is found.
    if (!view.holds(out) || test::describe(out).empty())
        std::abort();
}

} // namespace

/// The first line names a dialect (else the surest is taken), the second stands for what the bus
/// says, as in the corpora of tests/dialect; the rest is the message, any bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto line = [&rest] {
        const std::size_t end = rest.find('\n');
        const std::string_view text = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        return text;
    };
    const std::string_view id = line();
    test::CorpusMessage message;
    test::readContext(line(), message);
    message.raw = rest;

    DialectChooser forced;
    // A name that is a path would be read as a file.
    const bool isKnown =
        id.find_first_of(",=/.") == std::string_view::npos && forced.force(id).ok();
    if (isKnown)
        read(forced, message);
    DialectChooser free;
    read(free, message);
    read(free, message);
    return 0;
}
