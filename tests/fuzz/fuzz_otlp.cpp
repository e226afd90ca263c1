// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus/otlp/inflate.h"
#include "bus/otlp/otlpreading.h"

#include <simdjson.h>

#include <cstdlib>

using namespace murmur;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// What is recorded of any body is JSON that a strict reader takes, and bounded.
void check(const OtlpReading& reading)
{
    std::size_t bytes = 0;
    std::int64_t rejected = 0;
    simdjson::dom::parser parser(OtlpGatherer::kMostOfOne);
    for (const OtlpRecord& record : reading.records) {
        bytes += static_cast<std::size_t>(record.raw.size());
        rejected += record.undecodable.isEmpty() ? 0 : 1;
        if (!record.undecodable.isEmpty())
            continue;
        require(record.raw.startsWith("{\"resource\":"));
        simdjson::dom::element whole;
        const auto error =
            parser.parse(record.raw.constData(), static_cast<std::size_t>(record.raw.size()))
                .get(whole);
        require(!error && whole.is_object());
    }
    require(bytes <= OtlpGatherer::kMostBytes);
    require(rejected <= reading.rejected);
    require(reading.failure.empty() || reading.records.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const OtlpSignal signal = (data[0] & 1) != 0 ? OtlpSignal::Logs : OtlpSignal::Traces;
    // No byte more than was promised may be read.
    std::string body(bytes);
    body.append(kInflatePadding, '}');
    body.shrink_to_fit();
    const std::string_view view = std::string_view(body).substr(0, bytes.size());
    if ((data[0] & 2) != 0) {
        std::string out;
        const bool isWhole = inflateBody(view, (data[0] & 4) != 0, 1 << 16, out) == Inflated::Yes;
        require(isWhole ? out.size() <= (1 << 16) + kInflatePadding : out.empty());
        return 0;
    }
    check((data[0] & 4) != 0 ? readOtlpJson(view, signal) : readOtlpProtobuf(view, signal));
    return 0;
}
