// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/bits.h"

#include "base/message.h"
#include "recording/littleendian.h"

#include <algorithm>
#include <array>
#include <bit>

namespace murmur {

namespace {

/// More low bits than these do not come out of one load.
constexpr unsigned kMostLow = 56;
/// As many zeros stand for "whole, behind all others".
constexpr unsigned kEscape = 24;
/// So many numbers decide how all are stored.
constexpr std::size_t kLookedAt = 48;

/// Writes into room that was made before: eight bytes more than it will take.
class BitWriter
{
public:
    explicit BitWriter(char* to)
        : m_to(to)
    {
    }
    /// `bits` up to 56; `value` has no others.
    void put(std::uint64_t value, unsigned bits)
    {
        m_word |= value << m_used;
        m_used += bits;
        storeLittle(m_to, m_word);
        m_to += m_used / 8;
        m_word >>= m_used & ~7u;
        m_used &= 7;
    }
    [[nodiscard]] char* end() const { return m_to + (m_used > 0 ? 1 : 0); }

private:
    char* m_to;
    std::uint64_t m_word = 0;
    unsigned m_used = 0;
};

/// Bits from `at` on, at least 57 of them valid; behind the end there are zeros.
std::uint64_t window(std::string_view bytes, std::size_t at)
{
    const std::size_t byte = at / 8;
    if (byte + 8 <= bytes.size())
        return loadLittle<std::uint64_t>(bytes.data() + byte) >> (at % 8);
    std::uint64_t word = 0;
    for (std::size_t i = byte; i < bytes.size(); ++i)
        word |= std::uint64_t(static_cast<unsigned char>(bytes[i])) << (8 * (i - byte));
    return word >> (at % 8);
}

std::uint64_t lowMask(unsigned low)
{
    return (std::uint64_t(1) << low) - 1;
}

} // namespace

BitsPlan planBits(std::span<const std::uint64_t> values, std::uint64_t minimum,
                  std::uint64_t maximum)
{
    BitsPlan plan;
    plan.minimum = minimum;
    plan.low = static_cast<unsigned>(std::bit_width(maximum - minimum));
    if (values.empty())
        return plan;
    // Some of them tell enough, and a plan that does not suit all is only longer.
    const std::size_t step = std::max<std::size_t>(1, values.size() / kLookedAt);
    std::array<std::uint64_t, 2 * kLookedAt> some{};
    std::size_t count = 0;
    unsigned sum = 0;
    for (std::size_t i = 0; i < values.size() && count < some.size(); i += step) {
        some[count++] = values[i] - minimum;
        sum += static_cast<unsigned>(std::bit_width(values[i] - minimum));
    }
    // Of widths, as an average of values is carried away by one that is far off.
    const auto usual = sum / static_cast<unsigned>(count);
    std::uint64_t bits = count * plan.low;
    const unsigned width = plan.low;
    for (unsigned low = usual > 2 ? usual - 2 : 0; low <= usual + 1 && low < width; ++low) {
        std::uint64_t cost = count * (low + 1);
        for (const std::uint64_t value : std::span(some).first(count))
            cost += value >> low < kEscape ? value >> low : kEscape + 40;
        if (cost < bits) {
            bits = cost;
            plan.low = low;
        }
    }
    plan.low = std::min(plan.low, kMostLow);
    plan.bytes = bits * values.size() / count / 8 + 5;
    return plan;
}

void appendBits(std::string& out, std::span<const std::uint64_t> values, const BitsPlan& plan)
{
    appendVarint(out, plan.minimum);
    out.push_back(static_cast<char>(plan.low));
    std::uint64_t highest = 0;
    for (const std::uint64_t value : values)
        highest |= (value - plan.minimum) >> plan.low;
    std::string quotients;
    std::string far;
    if (highest != 0) {
        quotients.resize(values.size() * (kEscape + 1) / 8 + 9);
        BitWriter unary(quotients.data());
        for (const std::uint64_t value : values) {
            const std::uint64_t quotient = (value - plan.minimum) >> plan.low;
            const auto zeros = static_cast<unsigned>(std::min<std::uint64_t>(quotient, kEscape));
            unary.put(std::uint64_t(1) << zeros, zeros + 1);
            if (zeros == kEscape)
                appendVarint(far, quotient);
        }
        quotients.resize(static_cast<std::size_t>(unary.end() - quotients.data()));
    }
    appendVarint(out, quotients.size());
    appendVarint(out, far.size());
    const std::size_t start = out.size();
    out.resize(start + values.size() * plan.low / 8 + 9);
    BitWriter low(out.data() + start);
    const std::uint64_t mask = lowMask(plan.low);
    for (const std::uint64_t value : values)
        low.put((value - plan.minimum) & mask, plan.low);
    out.resize(static_cast<std::size_t>(low.end() - out.data()));
    out += quotients;
    out += far;
}

void appendBits(std::string& out, std::span<const std::uint64_t> values)
{
    if (values.empty())
        return;
    const auto [low, high] = std::ranges::minmax(values);
    appendBits(out, values, planBits(values, low, high));
}

template<typename T>
bool readBits(std::string_view& in, std::size_t count, T* out)
{
    if (count == 0)
        return true;
    std::uint64_t minimum = 0;
    std::uint64_t quotientSize = 0;
    std::uint64_t farSize = 0;
    if (!readVarint(in, minimum) || in.empty())
        return false;
    const auto low = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    if (low > kMostLow || !readVarint(in, quotientSize) || !readVarint(in, farSize) ||
        count > (std::size_t(1) << 32))
        return false;
    const std::size_t lowSize = (count * low + 7) / 8;
    if (lowSize > in.size() || quotientSize > in.size() - lowSize ||
        farSize > in.size() - lowSize - quotientSize)
        return false;
    const std::string_view lows = in.substr(0, lowSize);
    const std::string_view quotients = in.substr(lowSize, quotientSize);
    std::string_view far = in.substr(lowSize + quotientSize, farSize);
    in.remove_prefix(lowSize + quotientSize + farSize);
    if (out == nullptr)
        return true;
    const std::uint64_t mask = lowMask(low);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<T>(minimum + (window(lows, i * low) & mask));
    if (quotients.empty())
        return true;
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t bits = window(quotients, at);
        const auto zeros = static_cast<unsigned>(std::countr_zero(bits));
        if (zeros > kEscape)
            return false;
        std::uint64_t quotient = zeros;
        if (zeros == kEscape && !readVarint(far, quotient))
            return false;
        out[i] = static_cast<T>(static_cast<std::uint64_t>(out[i]) + (quotient << low));
        at += zeros + 1;
    }
    return true;
}

template bool readBits(std::string_view&, std::size_t, std::uint8_t*);
template bool readBits(std::string_view&, std::size_t, std::uint32_t*);
template bool readBits(std::string_view&, std::size_t, std::int64_t*);
template bool readBits(std::string_view&, std::size_t, std::uint64_t*);

} // namespace murmur
