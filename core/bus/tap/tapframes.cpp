// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapframes.h"

#include "bus/websocketreader.h"

#include <QUtf8StringView>

#include <algorithm>
#include <cstring>
#include <limits>

namespace murmur {

namespace {

constexpr std::uint64_t kMaxControl = 125;
// Beyond, the size that a frame states is believed as its bytes come.
constexpr std::uint64_t kMaxReserve = std::uint64_t(1) << 20;

std::string_view view(const QByteArray& bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

// The mask counts from its byte `at`; one of zeros changes nothing.
void appendUnmasked(QByteArray& out, std::string_view bytes, const std::array<char, 4>& mask,
                    std::size_t at)
{
    const qsizetype before = out.size();
    out.resize(before + static_cast<qsizetype>(bytes.size()));
    char* const to = out.data() + before;
    std::array<char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i)
        turned[i] = mask[(at + i) % 4];
    std::uint64_t word = 0;
    std::memcpy(&word, turned.data(), 8);
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + i, 8);
        value ^= word;
        std::memcpy(to + i, &value, 8);
    }
    for (; i < bytes.size(); ++i)
        to[i] = static_cast<char>(bytes[i] ^ turned[i % 8]);
}

} // namespace

TapFrames::TapFrames(std::size_t maxMessage, TapAgreement agreement, TapRoom& room)
    : m_max(maxMessage)
    , m_agreement(std::move(agreement))
    , m_room(room)
    , m_inflater(m_agreement.keepsContext)
{
}

TapFrames::~TapFrames()
{
    forget();
}

TapFrames::Event TapFrames::next(std::string_view& bytes)
{
    for (;;) {
        if (m_hasGivenUp) {
            bytes = {};
            return Event::NeedMore;
        }
        if (!m_isInFrame) {
            if (!gatherHead(bytes))
                return Event::NeedMore;
            if (const Event event = readHead(); event != Event::NeedMore)
                return event;
        }
        gather(bytes);
        if (m_missing > 0)
            return Event::NeedMore;
        m_isInFrame = false;
        if (const Event event = finishFrame(); event != Event::NeedMore)
            return event;
    }
}

bool TapFrames::gatherHead(std::string_view& bytes)
{
    for (;;) {
        std::size_t whole = 2;
        if (m_headSize >= 2) {
            const auto second = static_cast<unsigned char>(m_head[1]);
            const unsigned size = second & 0x7fu;
            whole += size == 126 ? 2 : size == 127 ? 8 : 0;
            whole += second & 0x80 ? 4 : 0;
            if (m_headSize == whole)
                return true;
        }
        const std::size_t count = std::min(whole - m_headSize, bytes.size());
        if (count == 0)
            return false;
        std::memcpy(m_head.data() + m_headSize, bytes.data(), count);
        m_headSize += count;
        bytes.remove_prefix(count);
    }
}

TapFrames::Event TapFrames::readHead()
{
    const auto second = static_cast<unsigned char>(m_head[1]);
    std::uint64_t size = second & 0x7f;
    const std::size_t lengthBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (lengthBytes > 0) {
        size = 0;
        for (std::size_t i = 0; i < lengthBytes; ++i)
            size = size << 8 | static_cast<unsigned char>(m_head[2 + i]);
    }
    m_mask = {};
    if (second & 0x80)
        std::memcpy(m_mask.data(), m_head.data() + 2 + lengthBytes, 4);
    m_headSize = 0;
    m_missing = size;
    m_maskAt = 0;
    m_isInFrame = true;
    if (size >> 63)
        return giveUp("a frame of an impossible length");
    return beginFrame(size);
}

TapFrames::Event TapFrames::beginFrame(std::uint64_t size)
{
    const unsigned kind = op();
    if (kind <= 2)
        return beginData(size);
    if (kind < 8 || kind > 10)
        return beginForeign("a frame of the unknown kind " + std::to_string(kind));
    if (reserved() != 0)
        return beginForeign("a control frame that " + whatExtension());
    if (size > kMaxControl || !isLast())
        return beginForeign("a control frame that is longer than 125 bytes or in pieces");
    m_use = Use::Skip;
    return Event::NeedMore;
}

TapFrames::Event TapFrames::beginData(std::uint64_t size)
{
    const bool isContinuation = op() == 0;
    if (isContinuation && !m_isOpen)
        return beginForeign("a continuation without a beginning");
    Event event = Event::NeedMore;
    if (!isContinuation) {
        if (m_isOpen) {
            if (++m_breaches > kMostBreaches)
                return giveUp("too many frames are not as they must be");
            m_ready = cut("another message begins inside this one");
            event = Event::Message;
        }
        beginMessage();
    } else if (reserved() != 0 && m_wrong.empty()) {
        m_wrong = whatExtension();
    }
    m_use = Use::Message;
    m_size = std::min(m_size + size, std::numeric_limits<std::uint64_t>::max() >> 1);
    if (m_size > m_max && !m_isTruncated) {
        tooLarge("a message of " + std::string(isLast() ? "" : "at least ") +
                 std::to_string(m_size) + " bytes is larger than the limit of " +
                 std::to_string(m_max));
    }
    if (!m_isTruncated) {
        m_message.reserve(m_message.size() + static_cast<qsizetype>(std::min(size, kMaxReserve)));
    }
    return event;
}

void TapFrames::beginMessage()
{
    m_isOpen = true;
    m_isBinary = op() == static_cast<unsigned>(WebSocketOp::Binary);
    m_isCompressed = m_agreement.isDeflated && reserved() == 0x40;
    m_isTruncated = false;
    m_size = 0;
    m_wrong = reserved() == 0 || m_isCompressed ? std::string() : whatExtension();
}

std::string TapFrames::whatExtension() const
{
    return m_agreement.other.empty()
               ? std::string("uses an extension that was not agreed on")
               : "uses the extension “" + m_agreement.other + "”, which cannot be undone";
}

TapFrames::Event TapFrames::beginForeign(std::string why)
{
    if (++m_breaches > kMostBreaches)
        return giveUp("too many frames are not as they must be");
    m_use = Use::Foreign;
    m_foreignWrong = std::move(why);
    m_foreign.clear();
    return Event::NeedMore;
}

void TapFrames::gather(std::string_view& bytes)
{
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(m_missing, bytes.size()));
    const std::string_view piece = bytes.substr(0, count);
    bytes.remove_prefix(count);
    if (m_use == Use::Message) {
        keep(piece);
    } else if (m_use == Use::Foreign) {
        appendUnmasked(m_foreign,
                       piece.substr(0, kKept - static_cast<std::size_t>(m_foreign.size())), m_mask,
                       m_maskAt);
    }
    m_maskAt = (m_maskAt + count) % 4;
    m_missing -= count;
}

void TapFrames::keep(std::string_view masked)
{
    if (!m_isTruncated && masked.size() > m_room.most - m_room.used)
        tooLarge("too many large messages are under way at once");
    if (m_isTruncated) {
        const std::size_t kept = std::min(static_cast<std::size_t>(m_message.size()), kKept);
        masked = masked.substr(0, std::min(kKept - kept, m_room.most - m_room.used));
    }
    appendUnmasked(m_message, masked, m_mask, m_maskAt);
    m_held += masked.size();
    m_room.used += masked.size();
}

void TapFrames::tooLarge(std::string why)
{
    m_isTruncated = true;
    if (m_wrong.empty())
        m_wrong = std::move(why);
    if (m_message.size() > static_cast<qsizetype>(kKept)) {
        // A copy, so that the rest of it is freed.
        m_message = QByteArray(m_message.constData(), static_cast<qsizetype>(kKept));
        m_room.used -= m_held - kKept;
        m_held = kKept;
    }
}

TapFrames::Event TapFrames::finishFrame()
{
    switch (m_use) {
    case Use::Skip:
        return Event::NeedMore;
    case Use::Foreign:
        m_ready = {};
        m_ready.raw = std::exchange(m_foreign, {});
        m_ready.undecodable = bytesOf(m_foreignWrong);
        m_ready.isBinary = true;
        return Event::Message;
    case Use::Message:
        if (!isLast())
            return Event::NeedMore;
        finishMessage();
        return Event::Message;
    }
    return Event::NeedMore;
}

void TapFrames::finishMessage()
{
    m_ready = {};
    m_ready.isBinary = m_isBinary;
    m_ready.isTruncated = m_isTruncated;
    if (m_isCompressed && !m_wrong.empty()) {
        m_inflater.lose();
        m_ready.isBinary = true;
    } else if (m_isCompressed) {
        QByteArray inflated;
        if (m_inflater.inflate(view(m_message), m_max, inflated)) {
            m_message = std::move(inflated);
        } else {
            m_wrong = m_inflater.reason();
            m_ready.isBinary = true;
        }
    }
    m_ready.raw = std::exchange(m_message, {});
    if (m_wrong.empty() && !m_isBinary && !QUtf8StringView(m_ready.raw).isValidUtf8())
        m_wrong = "a text that is not UTF-8";
    m_ready.undecodable = bytesOf(m_wrong);
    m_isOpen = false;
    forget();
}

TapMessage TapFrames::cut(std::string_view why)
{
    TapMessage message;
    if (m_isCompressed)
        m_inflater.lose();
    message.isBinary = m_isBinary || m_isCompressed;
    message.isTruncated = true;
    message.raw = std::exchange(m_message, {});
    message.undecodable = bytesOf(m_wrong.empty() ? why : std::string_view(m_wrong));
    m_isOpen = false;
    forget();
    return message;
}

void TapFrames::forget()
{
    m_room.used -= std::exchange(m_held, 0);
}

TapFrames::Event TapFrames::giveUp(std::string why)
{
    m_hasGivenUp = true;
    m_reason = std::move(why);
    return Event::GaveUp;
}

void TapFrames::leaveOut()
{
    if (m_isOpen)
        cut({});
    // Whether a compressed one was among them is not known.
    if (m_agreement.isDeflated)
        m_inflater.lose();
    m_headSize = 0;
    m_isInFrame = false;
}

std::optional<TapMessage> TapFrames::abandon(const char* why)
{
    m_hasGivenUp = true;
    if (!m_isOpen)
        return std::nullopt;
    return cut(why);
}

} // namespace murmur
