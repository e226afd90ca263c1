// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/corpus.h"
#include "dialect/dialectrules.h"
#include "dialect/suggestion.h"

#include <cstdlib>

using namespace murmur;

namespace {

/// What was understood is written so that it is understood again.
void writeAgain(const UserDialect& dialect)
{
    const auto again = UserDialect::parse(dialect.toJson(), QStringLiteral("again"));
    if (!again || !(*again == dialect))
        std::abort();
}

void look(const test::CorpusMessage& said)
{
    MessageSample sample;
    MessageSample::Message message;
    message.topic = said.topic;
    message.raw = said.raw;
    message.raw.append(kPadding, ' ');
    message.headers = headersToBytes(said.headers);
    sample.messages.assign(3, message);
    const auto suggestions = suggestionsFor(sample);
    const UserDialect proposed = dialectOf(suggestions, 0, "proposed");
    for (const CoverageRow& row : coverageOf(sample)) {
        if (row.coverage.messages != 3)
            std::abort();
    }
    (void)proposed.validate();
}

} // namespace

/// Up to a line of `---` a dialect, then a line that stands for what the bus says, then a message:
/// any bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::size_t end = all.find("\n---\n");
    const std::string_view json = all.substr(0, end);
    std::string_view rest =
        end == std::string_view::npos ? std::string_view() : all.substr(end + 5);
    const std::size_t line = rest.find('\n');
    test::CorpusMessage message;
    test::readContext(rest.substr(0, line), message);
    message.raw = line == std::string_view::npos ? std::string_view() : rest.substr(line + 1);
    (void)rulesKept(json);
    look(message);

    const auto dialect = UserDialect::parse(json, QStringLiteral("fuzz"));
    if (!dialect)
        return dialect.error().message.isEmpty() ? 1 : 0;
    writeAgain(*dialect);
    DialectRule rule;
    rule.dialect = dialect->name;
    rule.user = std::make_shared<const UserDialect>(*dialect);
    DialectChooser chooser;
    chooser.use({rule});
    const test::CorpusView view(message);
    Interpretation out;
    for (int i = 0; i < 2; ++i) {
        chooser.interpret(1, 1, view.view(), out);
        if (!view.holds(out) || test::describe(out).empty())
            std::abort();
    }
    return 0;
}
