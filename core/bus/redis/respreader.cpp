// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/respreader.h"

#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// "$", the longest number there is, and the line end.
constexpr std::size_t kMaxLengthLine = 24;

// A child lives in its parent's vector. It may move when the parent grows, but then it is
// complete, and hiredis looks at no complete child again.
RespValue* placeOf(const redisReadTask* task)
{
    *static_cast<std::size_t*>(task->privdata) += sizeof(RespValue);
    if (task->parent == nullptr)
        return new RespValue;
    return &static_cast<RespValue*>(task->parent->obj)->elements.emplace_back();
}

void* createString(const redisReadTask* task, char* bytes, std::size_t count)
{
    RespValue* const value = placeOf(task);
    value->type = task->type == REDIS_REPLY_ERROR    ? RespValue::Type::Error
                  : task->type == REDIS_REPLY_STATUS ? RespValue::Type::Simple
                                                     : RespValue::Type::String;
    value->text = QByteArray(bytes, static_cast<qsizetype>(count));
    *static_cast<std::size_t*>(task->privdata) += count;
    return value;
}

void* createArray(const redisReadTask* task, int count)
{
    RespValue* const value = placeOf(task);
    value->type = RespValue::Type::Array;
    value->announced = count;
    value->elements.reserve(static_cast<std::size_t>(std::min(count, 8)));
    return value;
}

void* createInteger(const redisReadTask* task, long long number)
{
    RespValue* const value = placeOf(task);
    value->type = RespValue::Type::Integer;
    value->integer = number;
    return value;
}

void* createNil(const redisReadTask* task)
{
    return placeOf(task);
}

void freeRoot(void* object)
{
    delete static_cast<RespValue*>(object);
}

redisReplyObjectFunctions functions{&createString, &createArray, &createInteger, &createNil,
                                    &freeRoot};

} // namespace

void RespReader::Freed::operator()(redisReader* reader) const noexcept
{
    redisReaderFree(reader);
}

RespReader::RespReader()
    : RespReader(Limits{})
{
}

RespReader::RespReader(const Limits& limits)
    : m_limits(limits)
    , m_held(std::make_unique<std::size_t>(0))
    , m_reader(redisReaderCreateWithFunctions(&functions))
{
    if (!m_reader)
        qBadAlloc();
    m_reader->privdata = m_held.get();
    m_reader->maxbuf = std::size_t(1) << 20; // a larger buffer is given back when it is empty
}

RespReader::~RespReader() = default;
RespReader::RespReader(RespReader&& other) noexcept = default;
RespReader& RespReader::operator=(RespReader&& other) noexcept = default;

void RespReader::feed(const char* bytes, std::size_t count)
{
    Q_ASSERT(count <= kPiece);
    // hiredis would look for the end of a line from its beginning again and again.
    m_waitsForLine = m_waitsForLine && std::memchr(bytes, '\n', count) == nullptr;
    redisReaderFeed(m_reader.get(), bytes, count);
}

RespReader::Outcome RespReader::next(RespValue& value)
{
    if (m_waitsForLine)
        return judgeTheRest();
    void* object = nullptr;
    if (redisReaderGetReply(m_reader.get(), &object) != REDIS_OK) {
        m_reason = QString::fromUtf8(m_reader->errstr);
        return Outcome::Broken;
    }
    if (object == nullptr)
        return judgeTheRest();
    const std::unique_ptr<RespValue> root(static_cast<RespValue*>(object));
    value = std::move(*root);
    *m_held = 0;
    return Outcome::Value;
}

RespReader::Outcome RespReader::judgeTheRest()
{
    m_announcedBytes = 0;
    if (*m_held > m_limits.whole)
        return Outcome::TooLarge;
    const redisReader& reader = *m_reader;
    if (reader.ridx < 0 || reader.rstack[reader.ridx].type < 0)
        return Outcome::NeedMore;
    const char* const rest = reader.buf + reader.pos;
    const std::size_t count = reader.len - reader.pos;
    if (reader.rstack[reader.ridx].type != REDIS_REPLY_STRING) {
        m_waitsForLine = true;
        if (count <= m_limits.line)
            return Outcome::NeedMore;
        m_reason = u"a line that does not end"_s;
        return Outcome::Broken;
    }
    const char* const end = rest + std::min(count, kMaxLengthLine);
    if (std::find(rest, end, '\n') == end) {
        if (count < kMaxLengthLine)
            return Outcome::NeedMore;
        m_reason = u"a length that does not end"_s;
        return Outcome::Broken;
    }
    std::uint64_t bytes = 0;
    std::from_chars(rest, end, bytes);
    if (bytes <= m_limits.element)
        return Outcome::NeedMore;
    m_announcedBytes = bytes;
    return Outcome::TooLarge;
}

RespValue RespReader::takePart()
{
    RespValue part;
    const std::unique_ptr<RespValue> root(
        static_cast<RespValue*>(std::exchange(m_reader->reply, nullptr)));
    if (root)
        part = std::move(*root);
    return part;
}

QString RespReader::reason() const
{
    return m_reason;
}

bool RespReader::isBetweenValues() const noexcept
{
    return m_reader->ridx < 0 && m_reader->len == m_reader->pos;
}

} // namespace murmur
