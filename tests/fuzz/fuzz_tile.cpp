// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "recording/tiles.h"

#include <cstdlib>

using namespace murmur;

namespace {

/// Holds what a tile may say of its buckets and columns.
class Bounds : public TileVisitor
{
public:
    void cell(std::uint32_t, unsigned bucket, unsigned column, std::uint64_t) override
    {
        check(bucket < kTileBuckets && column < 16);
    }
    void total(unsigned bucket, unsigned column, std::uint64_t) override
    {
        check(bucket < kTileBuckets && column < 16);
    }
    void latency(std::uint32_t, std::uint32_t, std::uint32_t) override {}
    void highest(std::uint32_t, std::uint64_t) override {}
    void totalLatency(std::uint32_t, std::uint32_t) override {}
    void totalHighest(std::uint64_t) override {}
    void heat(unsigned bucket, std::uint32_t, std::uint32_t) override
    {
        check(bucket < kTileBuckets);
    }
    void pair(std::uint64_t, std::uint64_t) override {}

private:
    static void check(bool holds)
    {
        if (!holds)
            std::abort();
    }
};

} // namespace

/// Any bytes as an unpacked tile: what is visited lies within the tile.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Bounds bounds;
    visitTile({reinterpret_cast<const char*>(data), size}, bounds);
    return 0;
}
