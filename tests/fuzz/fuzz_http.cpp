// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever comes: the reader neither crashes nor takes more than its limits, and reads the same
// whether the bytes come at once or in pieces.

#include "bus/httpreader.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t kMaxBody = 4096;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::string read(std::string_view bytes, std::size_t step)
{
    murmur::HttpReader reader(kMaxBody);
    std::string out;
    std::string rest;
    while (!bytes.empty()) {
        const std::size_t count = std::min(step, bytes.size());
        rest += bytes.substr(0, count);
        bytes.remove_prefix(count);
        std::string_view view = rest;
        for (bool goesOn = true; goesOn;) {
            const std::size_t before = view.size();
            switch (reader.next(view)) {
            case murmur::HttpReader::Event::NeedMore:
                goesOn = false;
                break;
            case murmur::HttpReader::Event::Head:
                require(view.size() < before);
                require(reader.head().fields.size() <= murmur::HttpReader::kMaxFields);
                out += reader.head().method + ' ' + reader.head().path + '?' +
                       reader.head().queryItem("token") + '\n';
                break;
            case murmur::HttpReader::Event::Request:
                out += std::string(reader.body()) + '\n';
                reader.forgetBody();
                break;
            case murmur::HttpReader::Event::Failed:
                require(reader.status() >= 400 && reader.status() < 600);
                require(!reader.reason().empty());
                return out + std::to_string(reader.status());
            }
            require(reader.body().size() <= kMaxBody);
        }
        require(view.size() <= murmur::HttpReader::kMaxHead);
        rest = view;
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = read(bytes, bytes.size());
    require(whole == read(bytes, 1 + data[0] % 64));
    return 0;
}
