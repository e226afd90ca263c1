// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <memory>
#include <vector>

struct redisReader;

namespace murmur {

/// One value of the Redis protocol, version 2.
struct RespValue
{
    enum class Type : std::uint8_t { Nil, String, Simple, Error, Integer, Array };
    Type type = Type::Nil;
    int announced = 0; ///< of an array: how many elements it says it has
    long long integer = 0;
    QByteArray text; ///< of String, Simple and Error
    std::vector<RespValue> elements;

    [[nodiscard]] bool isString() const noexcept { return type == Type::String; }
    [[nodiscard]] bool isArray() const noexcept { return type == Type::Array; }
    [[nodiscard]] bool isError() const noexcept { return type == Type::Error; }
    /// False for an array of which only a part was read.
    [[nodiscard]] bool isWhole() const noexcept
    {
        return !isArray() || (elements.size() == static_cast<std::size_t>(announced) &&
                              (elements.empty() || elements.back().isWhole()));
    }
};

/// Cuts a stream of bytes into values with hiredis' reader, within limits: nothing is reserved for
/// what is only announced. After TooLarge and Broken nothing more can be read.
class RespReader
{
public:
    enum class Outcome : std::uint8_t { NeedMore, Value, TooLarge, Broken };
    struct Limits
    {
        std::size_t element = std::size_t(64) << 20; ///< bytes of one string
        std::size_t whole = std::size_t(160) << 20;  ///< bytes of one value with all in it
        std::size_t line = std::size_t(64) << 10;    ///< bytes of what ends at a line end
    };
    /// What is fed at once at most.
    static constexpr std::size_t kPiece = 16 << 10;

    RespReader();
    explicit RespReader(const Limits& limits);
    ~RespReader();
    RespReader(RespReader&& other) noexcept;
    RespReader& operator=(RespReader&& other) noexcept;

    /// At most kPiece bytes; then next() until it is no Value.
    void feed(const char* bytes, std::size_t count);
    Outcome next(RespValue& value);
    /// Of TooLarge: the bytes that one string announces, or 0 when the whole is too large.
    [[nodiscard]] std::uint64_t announcedBytes() const noexcept { return m_announcedBytes; }
    /// Of TooLarge: what was read of the value.
    [[nodiscard]] RespValue takePart();
    /// Of Broken.
    [[nodiscard]] QString reason() const;
    /// Nothing of a value is waiting for its rest.
    [[nodiscard]] bool isBetweenValues() const noexcept;

private:
    struct Freed
    {
        void operator()(redisReader* reader) const noexcept;
    };
    Outcome judgeTheRest();

    Limits m_limits;
    std::unique_ptr<std::size_t> m_held; // bytes of the value under way; hiredis keeps its address
    std::unique_ptr<redisReader, Freed> m_reader;
    QString m_reason;
    std::uint64_t m_announcedBytes = 0;
    bool m_waitsForLine = false;
};

} // namespace murmur
