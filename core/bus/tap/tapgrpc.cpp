// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapgrpc.h"

#include "base/transport.h"
#include "bus/sharedpeer.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

// Frames, RFC 9113.
constexpr unsigned char kDataFrame = 0;
constexpr unsigned char kHeadersFrame = 1;
constexpr unsigned char kResetFrame = 3;
constexpr unsigned char kPromiseFrame = 5;
constexpr unsigned char kContinuationFrame = 9;
constexpr unsigned char kEndStream = 0x1;
constexpr unsigned char kEndHeaders = 0x4;
constexpr unsigned char kPadded = 0x8;
constexpr unsigned char kPriority = 0x20;

constexpr std::size_t kMostCalls = 10'000;
/// The table by which heads are packed; ends agree on 4 KiB where they say nothing.
constexpr std::size_t kMostTable = std::size_t(64) * 1024;
constexpr std::string_view kGrpcType = "application/grpc";

std::uint32_t bigEndian32(const unsigned char* bytes)
{
    return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 |
           std::uint32_t(bytes[2]) << 8 | bytes[3];
}

std::string_view fieldOf(const std::vector<std::pair<std::string, std::string>>& fields,
                         std::string_view name)
{
    for (const auto& [key, value] : fields) {
        if (key == name)
            return value;
    }
    return {};
}

QByteArray arrayFrom(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

nghttp2_hd_inflater* newInflater()
{
    nghttp2_hd_inflater* inflater = nullptr;
    if (nghttp2_hd_inflate_new(&inflater) == 0)
        nghttp2_hd_inflate_change_table_size(inflater, kMostTable);
    return inflater;
}

} // namespace

TapGrpc::TapGrpc(bool isClient, TapHttp::Ends ends, std::size_t maxMessage, TapRoom& room,
                 std::shared_ptr<TapCalls> calls)
    : m_isClient(isClient)
    , m_ends(std::move(ends))
    , m_max(maxMessage)
    , m_room(room)
    , m_calls(std::move(calls))
    , m_inflater(newInflater(), nghttp2_hd_inflate_del)
    , m_prefaceRead(isClient ? 0 : kPreface.size())
{
}

TapGrpc::~TapGrpc()
{
    for (const auto& [stream, partial] : m_partial)
        m_room.used -= partial.held;
}

TapReader::Event TapGrpc::next(std::string_view& bytes)
{
    while (!bytes.empty() && !m_hasGivenUp) {
        if (m_calls->isBroken)
            return giveUp("the other direction of this connection cannot be read");
        if (m_prefaceRead < kPreface.size()) {
            if (bytes.front() != kPreface[m_prefaceRead])
                return giveUp("no connection of HTTP/2");
            bytes.remove_prefix(1);
            ++m_prefaceRead;
            continue;
        }
        if (m_headSize < kFrameHead) {
            m_head[m_headSize++] = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
            if (m_headSize < kFrameHead)
                continue;
            beginFrame();
            if (m_blockStream != 0 && (m_type != kContinuationFrame || m_stream != m_blockStream))
                return giveUp("a head of HTTP/2 does not go on where it must");
        }
        if (m_left > 0 && bytes.empty())
            break;
        // A frame without a payload ends with its head.
        const Event event = m_left > 0 ? takePayload(bytes) : endFrame();
        if (event != Event::NeedMore)
            return event;
    }
    bytes = {};
    return Event::NeedMore;
}

void TapGrpc::beginFrame()
{
    m_left = std::size_t(m_head[0]) << 16 | std::size_t(m_head[1]) << 8 | m_head[2];
    m_type = m_head[3];
    m_flags = m_head[4];
    m_stream = bigEndian32(&m_head[5]) & 0x7fff'ffffu;
    m_padding = 0;
    m_knowsPadding = false;
}

TapReader::Event TapGrpc::takePayload(std::string_view& bytes)
{
    if (m_type == kDataFrame)
        return takeData(bytes);
    const std::size_t size = std::min(m_left, bytes.size());
    if (m_type == kHeadersFrame || m_type == kContinuationFrame || m_type == kPromiseFrame) {
        m_block.append(bytes.substr(0, size));
        if (m_block.size() > kMaxTapHead)
            return giveUp("a head of HTTP/2 is too long");
    }
    bytes.remove_prefix(size);
    m_left -= size;
    return m_left == 0 ? endFrame() : Event::NeedMore;
}

/// Up to the end of a message, or of the frame.
TapReader::Event TapGrpc::takeData(std::string_view& bytes)
{
    if ((m_flags & kPadded) != 0 && !m_knowsPadding) {
        m_padding = static_cast<unsigned char>(bytes.front());
        m_knowsPadding = true;
        bytes.remove_prefix(1);
        if (m_padding >= m_left)
            return giveUp("a frame of HTTP/2 is padded with more than it has");
        return --m_left == 0 ? endFrame() : Event::NeedMore;
    }
    const auto call = m_calls->open.find(m_stream);
    const std::size_t data = m_left > m_padding ? m_left - m_padding : 0;
    if (data == 0 || call == m_calls->open.end()) {
        const std::size_t size = std::min(m_left, bytes.size());
        bytes.remove_prefix(size);
        m_left -= size;
        return m_left == 0 ? endFrame() : Event::NeedMore;
    }
    Partial& partial = m_partial[m_stream];
    const std::size_t offered = std::min(data, bytes.size());
    std::size_t taken = 0;
    while (taken < offered && partial.headSize < partial.head.size()) {
        partial.head[partial.headSize++] = static_cast<unsigned char>(bytes[taken++]);
        if (partial.headSize == partial.head.size())
            partial.missing = bigEndian32(&partial.head[1]);
    }
    const bool hasHead = partial.headSize == partial.head.size();
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(offered - taken, partial.missing));
    if (hasHead && size > 0) {
        keep(partial, bytes.substr(taken, size));
        partial.missing -= size;
        taken += size;
    }
    bytes.remove_prefix(taken);
    m_left -= taken;
    const bool isWhole = hasHead && partial.missing == 0;
    if (isWhole)
        finish(partial, call->second, {});
    if (m_left == 0)
        (void)endFrame(); // of data it tells nothing
    return isWhole ? Event::Message : Event::NeedMore;
}

void TapGrpc::keep(Partial& partial, std::string_view piece)
{
    const std::size_t free = m_room.most - std::min(m_room.used, m_room.most);
    const auto held = static_cast<std::size_t>(partial.body.size());
    if (!partial.isTruncated && (held + piece.size() > m_max || piece.size() > free)) {
        partial.isTruncated = true;
        partial.wrong = held + piece.size() > m_max
                            ? "a message larger than the limit of " + std::to_string(m_max)
                            : "too many large messages are under way at once";
        if (held > TapHttp::kKept) {
            partial.body = QByteArray(partial.body.constData(), qsizetype(TapHttp::kKept));
            m_room.used -= held - TapHttp::kKept;
            partial.held = TapHttp::kKept;
        }
    }
    if (partial.isTruncated) {
        const std::size_t now =
            std::min(static_cast<std::size_t>(partial.body.size()), TapHttp::kKept);
        piece = piece.substr(0, std::min(TapHttp::kKept - now, free));
    }
    partial.body.append(piece.data(), static_cast<qsizetype>(piece.size()));
    partial.held += piece.size();
    m_room.used += piece.size();
}

/// What is there of a message is told. `why`: it is not whole.
void TapGrpc::finish(Partial& partial, const TapCalls::Call& call, const std::string& why)
{
    m_ready = {};
    m_ready.isBinary = true;
    m_ready.isTruncated = partial.isTruncated || !why.empty();
    m_ready.undecodable =
        arrayFrom(!partial.wrong.empty() ? partial.wrong
                  : !why.empty()         ? why
                  : partial.head[0] != 0 ? "it is packed, which the tap does not undo"
                                         : std::string());
    m_ready.raw = std::exchange(partial.body, {});
    m_room.used -= partial.held;
    partial = {};
    const auto said = call.said[m_isClient ? 0 : 1];
    describe(call, m_stream,
             {{std::string(transport::kHttpPart), std::to_string(said + 1)},
              {std::string(transport::kContentType), call.contentType}});
    if (const auto open = m_calls->open.find(m_stream); open != m_calls->open.end())
        ++open->second.said[m_isClient ? 0 : 1];
}

void TapGrpc::describe(const TapCalls::Call& call, std::uint32_t stream, HeaderList more)
{
    const QByteArray& peer = m_isClient ? m_ends.client : m_ends.server;
    const QByteArray& receiver = m_isClient ? m_ends.server : m_ends.client;
    HeaderList headers{{std::string(transport::kDirection), m_isClient ? "to-server" : "to-client"},
                       {std::string(kPeerHeader), peer.toStdString()},
                       {std::string(transport::kReceiver), receiver.toStdString()},
                       {std::string(transport::kHttpMethod), "POST"},
                       {std::string(transport::kHttpPath), call.path.toStdString()},
                       {std::string(transport::kHttpCall), std::to_string(stream)}};
    headers.insert(headers.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
    if (m_isClient)
        headers.insert(headers.end(), call.kept.begin(), call.kept.end());
    m_ready.voice = TapVoice{m_ends.topic.value_or(call.path),
                             QByteArray::fromStdString(headersToBytes(headers)), peer};
}

TapReader::Event TapGrpc::endFrame()
{
    m_headSize = 0;
    switch (m_type) {
    case kDataFrame:
        if ((m_flags & kEndStream) != 0)
            forget(m_stream);
        return Event::NeedMore;
    case kHeadersFrame:
    case kPromiseFrame:
        if (!stripHeaders())
            return giveUp("a head of HTTP/2 is padded with more than it has");
        m_blockStream = m_stream;
        m_blockEndsStream = m_type == kHeadersFrame && (m_flags & kEndStream) != 0;
        return (m_flags & kEndHeaders) != 0 ? endBlock() : Event::NeedMore;
    case kContinuationFrame:
        if (m_blockStream == 0)
            return giveUp("a head of HTTP/2 goes on that has not begun");
        return (m_flags & kEndHeaders) != 0 ? endBlock() : Event::NeedMore;
    case kResetFrame:
        forget(m_stream);
        m_calls->open.erase(m_stream);
        return Event::NeedMore;
    default:
        return Event::NeedMore;
    }
}

/// Takes off what is not the block itself.
bool TapGrpc::stripHeaders()
{
    std::size_t front = 0;
    std::size_t padding = 0;
    if ((m_flags & kPadded) != 0) {
        if (m_block.empty())
            return false;
        padding = static_cast<unsigned char>(m_block.front());
        front = 1;
    }
    if (m_type == kPromiseFrame)
        front += 4;
    else if ((m_flags & kPriority) != 0)
        front += 5;
    if (front + padding > m_block.size())
        return false;
    m_block.erase(m_block.size() - padding);
    m_block.erase(0, front);
    return true;
}

TapReader::Event TapGrpc::endBlock()
{
    const auto fields = inflated();
    m_block.clear();
    m_stream = std::exchange(m_blockStream, 0);
    if (!fields)
        return giveUp("a head of HTTP/2 cannot be unpacked");
    return m_type == kPromiseFrame ? Event::NeedMore : hearFields(*fields);
}

std::optional<TapGrpc::Fields> TapGrpc::inflated()
{
    if (!m_inflater)
        return std::nullopt;
    Fields fields;
    std::size_t size = 0;
    const auto* at = reinterpret_cast<const std::uint8_t*>(m_block.data());
    std::size_t left = m_block.size();
    for (;;) {
        nghttp2_nv field;
        int flags = 0;
        const auto read = nghttp2_hd_inflate_hd2(m_inflater.get(), &field, &flags, at, left, 1);
        if (read < 0)
            return std::nullopt;
        at += read;
        left -= static_cast<std::size_t>(read);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
            size += field.namelen + field.valuelen;
            if (size > kMaxTapHead)
                return std::nullopt;
            fields.emplace_back(
                std::string(reinterpret_cast<const char*>(field.name), field.namelen),
                std::string(reinterpret_cast<const char*>(field.value), field.valuelen));
        }
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
            nghttp2_hd_inflate_end_headers(m_inflater.get());
            return fields;
        }
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0)
            return std::nullopt;
    }
}

TapReader::Event TapGrpc::hearFields(const Fields& fields)
{
    if (!m_isClient)
        return hearAnswer(fields);
    const std::string_view path = fieldOf(fields, ":path");
    const std::string_view type = fieldOf(fields, "content-type");
    if (path.empty() || !type.starts_with(kGrpcType))
        return Event::NeedMore;
    if (m_calls->open.size() >= kMostCalls)
        return giveUp("too many calls are under way");
    TapCalls::Call call;
    call.path = arrayFrom(path.substr(0, path.find('?')));
    call.contentType = type;
    for (const auto& [name, value] : fields) {
        if (name == "traceparent" || name == "tracestate" || name == "baggage")
            call.kept.emplace_back(name, value);
    }
    m_calls->open[m_stream] = std::move(call);
    return Event::NeedMore;
}

/// What the call comes to stands behind the last message, or in the place of all.
TapReader::Event TapGrpc::hearAnswer(const Fields& fields)
{
    const auto open = m_calls->open.find(m_stream);
    if (open == m_calls->open.end())
        return Event::NeedMore;
    const std::string status(fieldOf(fields, "grpc-status"));
    const bool hasFailed = !status.empty() && status != "0";
    if (hasFailed) {
        m_ready = {};
        m_ready.raw = QByteArray::fromPercentEncoding(arrayFrom(fieldOf(fields, "grpc-message")));
        describe(open->second, m_stream, {{std::string(transport::kHttpStatus), "grpc " + status}});
    }
    if (m_blockEndsStream) {
        forget(m_stream);
        m_calls->open.erase(open);
    }
    return hasFailed ? Event::Message : Event::NeedMore;
}

void TapGrpc::forget(std::uint32_t stream)
{
    const auto partial = m_partial.find(stream);
    if (partial == m_partial.end())
        return;
    m_room.used -= partial->second.held;
    m_partial.erase(partial);
}

TapReader::Event TapGrpc::giveUp(std::string why)
{
    m_hasGivenUp = true;
    m_calls->isBroken = true;
    m_reason = std::move(why);
    return Event::GaveUp;
}

void TapGrpc::leaveOut()
{
    giveUp("a part was left out");
}

std::optional<TapMessage> TapGrpc::abandon(const char* why)
{
    m_hasGivenUp = true;
    for (auto& [stream, partial] : m_partial) {
        const auto call = m_calls->open.find(stream);
        if (partial.body.isEmpty() || call == m_calls->open.end())
            continue;
        m_stream = stream;
        finish(partial, call->second, why);
        return std::move(m_ready);
    }
    return std::nullopt;
}

} // namespace murmur
