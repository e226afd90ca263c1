// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/inflate.h"

#include <zlib.h>

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kFirst = std::size_t(16) << 10;
constexpr int kWindow = 15;
constexpr int kGzip = 16 + kWindow;

Inflated unpack(std::string_view packed, int window, std::size_t most, std::string& out)
{
    z_stream stream{};
    if (inflateInit2(&stream, window) != Z_OK)
        return Inflated::Damaged;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::size_t size = 0;
    Inflated result = Inflated::Damaged;
    out.resize(std::min(std::max(kFirst, 4 * packed.size()), most + 1));
    while (true) {
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
        stream.avail_out = static_cast<uInt>(out.size() - size);
        const int step = inflate(&stream, Z_NO_FLUSH);
        size = out.size() - stream.avail_out;
        if (size > most) {
            result = Inflated::TooLarge;
            break;
        }
        if (step == Z_STREAM_END) {
            // gzip may consist of several members; what else follows is damage.
            if (stream.avail_in == 0) {
                result = Inflated::Yes;
                break;
            }
            if (window != kGzip || inflateReset(&stream) != Z_OK)
                break;
        } else if (step != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
            break;
        }
        if (size == out.size())
            out.resize(std::min(2 * out.size(), most + 1));
    }
    inflateEnd(&stream);
    out.resize(result == Inflated::Yes ? size + kInflatePadding : 0);
    if (result == Inflated::Yes)
        std::fill(out.end() - kInflatePadding, out.end(), '\0');
    return result;
}

} // namespace

Inflated inflateBody(std::string_view packed, bool isGzip, std::size_t most, std::string& out)
{
    if (isGzip)
        return unpack(packed, kGzip, most, out);
    const Inflated result = unpack(packed, kWindow, most, out);
    return result == Inflated::Damaged ? unpack(packed, -kWindow, most, out) : result;
}

} // namespace murmur
