// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever comes: every part lies inside the text, something is said of every text, and what the
// fast reader publishes the slow one finds to be an object too.

#include "bus/jsonframe.h"
#include "bus/jsonsax.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static murmur::JsonFrames frames;
    std::string text(reinterpret_cast<const char*>(data), size);
    text.append(murmur::JsonFrames::kPadding, '\0');
    const std::string_view view = std::string_view(text).substr(0, size);
    const auto take = [view](const murmur::JsonPart& part) {
        if (part.what == murmur::JsonPart::What::Refused) {
            require(!part.reason.empty() && part.line > 0);
        } else {
            require(murmur::summarizeJson(part.raw).shape == murmur::JsonSummary::Shape::Object);
        }
        require(part.raw.empty() ||
                (part.raw.data() >= view.data() &&
                 part.raw.data() + part.raw.size() <= view.data() + view.size()));
    };
    int parts = 0;
    frames.read(view, [&](const murmur::JsonPart& part) {
        ++parts;
        take(part);
    });
    require(parts > 0 || murmur::summarizeJson(view).shape == murmur::JsonSummary::Shape::Array);
    frames.readBody(view, take);
    return 0;
}
