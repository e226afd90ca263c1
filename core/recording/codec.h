// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// One integer column as bytes: constant; frame of reference (minimum plus 1, 2, 4 or 8 byte
/// offsets as byte planes, low plane first); or sparse (one value, and the few rows that differ
/// from it). Optionally of zigzag differences. Decoding is a few instructions per value; zstd
/// afterwards takes out what is regular.
enum class Transform : std::uint8_t {
    Plain,      ///< the values
    Difference, ///< zigzag of the difference to the value before (the first: to 0)
};

/// A stretch of bytes in which none is much likelier than another: low digits of times and
/// durations. Compressed together with what stands around it, it spoils the statistics of both.
struct Noise
{
    std::size_t begin = 0;
    std::size_t end = 0; ///< exclusive
};

/// Not thread safe: keeps its scratch.
class ColumnEncoder
{
public:
    void encode(std::string& out, std::span<const std::uint64_t> values, Transform transform);
    /// Where in `out` noise was written since forgetNoise(), ascending.
    [[nodiscard]] const std::vector<Noise>& noise() const { return m_noise; }
    void forgetNoise() { m_noise.clear(); }

private:
    void appendPlanes(std::string& out, std::span<const std::uint64_t> values,
                      std::uint64_t minimum, std::uint64_t range);
    void noteNoise(std::string_view out, std::size_t begin, std::size_t size);

    std::vector<Noise> m_noise;
    std::vector<std::uint64_t> m_differences;
    std::vector<std::uint64_t> m_exceptions;
};

/// Reads `count` values written by ColumnEncoder and advances `in`. False when the bytes are
/// damaged. For 8, 32 and 64 bit integers; larger values than fit are cut.
template<typename T>
bool decodeColumn(std::string_view& in, std::size_t count, std::vector<T>& values);
/// Passes over a column of `count` values without decoding it.
bool skipColumn(std::string_view& in, std::size_t count);

constexpr std::uint64_t zigzag(std::int64_t value) noexcept
{
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) noexcept
{
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// No blob of a recording unpacks to more than this; decoders refuse before they allocate.
inline constexpr std::size_t kMaxUnpacked = std::size_t(65) << 20;

/// Size of the packed blob with which `bytes` begin; 0: it is cut, or none begins there.
std::size_t packedSize(std::string_view bytes);

/// zstd level 1 with checksum. One per thread: contexts are reused.
class Packer
{
public:
    Packer();
    ~Packer();
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;

    /// `packed` is overwritten. `noise` is what ColumnEncoder found in `bytes`.
    void pack(std::string_view bytes, std::string& packed, std::span<const Noise> noise = {});
    /// False when `packed` is damaged, too large, or not ours.
    bool unpack(std::string_view packed, std::string& bytes);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
