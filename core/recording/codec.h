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

/// One integer column as bytes: constant; frame of reference (minimum plus 1,
/// 2, 4 or 8 byte offsets as byte planes, low plane first); sparse (one value,
/// and the few rows that differ from it); or bits, which stand apart from the
/// columns, because zstd finds nothing in them. Optionally of zigzag
/// differences. Decoding is a few instructions per value; zstd afterwards takes
/// out what is regular.
enum class Transform : std::uint8_t {
    Plain,      ///< the values
    Difference, ///< zigzag of the difference to the value before (the first: to
                ///< 0)
};

/// Not thread safe: keeps its scratch.
class ColumnEncoder
{
public:
    /// `bits` takes what zstd could not shorten; null: there is no such place.
    void encode(std::string& out, std::string* bits, std::span<const std::uint64_t> values,
                Transform transform);

private:
    std::uint8_t takeDifferences(std::span<const std::uint64_t> values);
    void appendPlanes(std::string& out, std::span<const std::uint64_t> values,
                      std::uint64_t minimum, std::uint64_t range);

    std::vector<std::uint64_t> m_differences;
    std::vector<std::uint64_t> m_exceptions;
};

/// Columns that are read one after the other, and the bits that belong to them.
struct ColumnSource
{
    std::string_view columns;
    std::string_view bits;
};

/// Reads `count` values written by ColumnEncoder and advances `in`. False when
/// the bytes are damaged. For 8, 32 and 64 bit integers; larger values than fit
/// are cut.
template<typename T>
bool decodeColumn(ColumnSource& in, std::size_t count, std::vector<T>& values);
/// Passes over a column of `count` values without decoding it.
bool skipColumn(ColumnSource& in, std::size_t count);

/// The same of columns that have no bits.
template<typename T>
bool decodeColumn(std::string_view& in, std::size_t count, std::vector<T>& values)
{
    ColumnSource source{in, {}};
    const bool good = decodeColumn(source, count, values);
    in = source.columns;
    return good;
}
inline bool skipColumn(std::string_view& in, std::size_t count)
{
    ColumnSource source{in, {}};
    const bool good = skipColumn(source, count);
    in = source.columns;
    return good;
}

constexpr std::uint64_t zigzag(std::int64_t value) noexcept
{
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) noexcept
{
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// No blob of a recording unpacks to more than this; decoders refuse before
/// they allocate.
inline constexpr std::size_t kMaxUnpacked = std::size_t(65) << 20;

/// Size of the packed blob with which `bytes` begin; 0: it is cut, or none
/// begins there.
std::size_t packedSize(std::string_view bytes);

/// zstd level 1 with checksum. One per thread: contexts are reused.
class Packer
{
public:
    /// Text repeats in longer stretches than columns: only those are looked for.
    enum class For : std::uint8_t { Columns, Text };
    explicit Packer(For what = For::Columns);
    ~Packer();
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;

    /// `packed` is overwritten. `bits` are stored as they are: before the frame,
    /// in one that zstd passes over, with a checksum. Without any there is no
    /// such frame.
    void pack(std::string_view bytes, std::string& packed, std::string_view bits = {});
    /// False when `packed` is damaged, too large, not ours, or has bits.
    bool unpack(std::string_view packed, std::string& bytes);
    /// With bits, which point into `packed`; empty: it has none.
    bool unpack(std::string_view packed, std::string& bytes, std::string_view& bits);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
