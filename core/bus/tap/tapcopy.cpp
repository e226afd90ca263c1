// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapcopy.h"

#include "base/giveway.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

namespace murmur {

namespace {

// So much less must wait before a part that is left out ends.
constexpr std::size_t kRelief = TapCopy::kMostWaiting / 4;
// What an item costs beside its bytes.
constexpr std::size_t kItemCost = 128;
// Copies from this size on are kept to be used again, so many at each end.
constexpr qsizetype kWorthKeeping = qsizetype(16) * 1024;
constexpr std::size_t kMostSpare = TapCopy::kMostWaiting / (std::size_t(64) << 10);
constexpr std::size_t kGivenBack = 16; // at a time
// What comes one by one wakes the copying thread so often at most.
constexpr std::chrono::milliseconds kSoon{1};
constexpr std::chrono::milliseconds kRoomWait{2};

} // namespace

TapCopy::TapCopy(ConnectionId connection, MessageSink* sink, std::size_t maxMessage)
    : m_connection(connection)
    , m_sink(sink)
    , m_maxMessage(maxMessage)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoon);
    connect(&m_soon, &QTimer::timeout, this, &TapCopy::handOver);
}

TapCopy::~TapCopy()
{
    finish();
}

void TapCopy::start()
{
    if (m_thread.joinable())
        return;
    m_isEnding = false;
    m_thread = std::thread([this] { run(); });
}

std::shared_ptr<TapStream> TapCopy::begin(const TapVoice& voice, const TapAgreement& agreement)
{
    auto stream = std::make_shared<TapStream>();
    stream->voice = voice;
    stream->reader = std::make_unique<TapFrames>(m_maxMessage, agreement, m_room);
    return stream;
}

std::shared_ptr<TapStream> TapCopy::beginHttp(bool isClient, const TapHttp::Ends& ends,
                                              std::shared_ptr<TapExchange> exchange)
{
    auto stream = httpStream(isClient, ends);
    stream->reader = std::make_unique<TapHttp>(isClient, ends, m_maxMessage, m_room,
                                               std::move(exchange), m_sessions);
    return stream;
}

std::shared_ptr<TapStream> TapCopy::beginGrpc(bool isClient, const TapHttp::Ends& ends,
                                              std::shared_ptr<TapCalls> calls)
{
    auto stream = httpStream(isClient, ends);
    stream->reader =
        std::make_unique<TapGrpc>(isClient, ends, m_maxMessage, m_room, std::move(calls));
    return stream;
}

std::shared_ptr<TapStream> TapCopy::httpStream(bool isClient, const TapHttp::Ends& ends)
{
    auto stream = std::make_shared<TapStream>();
    stream->isHttp = true;
    stream->voice.topic = ends.topic.value_or(QByteArray());
    stream->voice.peer = isClient ? ends.client : ends.server;
    return stream;
}

void TapCopy::add(const std::shared_ptr<TapStream>& stream, std::string_view bytes,
                  std::int64_t now)
{
    if (bytes.empty())
        return;
    if (stream->isHttp) {
        addHttp(stream, bytes, now);
        return;
    }
    const TapWalker::Found found = stream->walker.walk(bytes);
    const std::size_t waiting = m_waitingBytes;
    const bool isLeavingOut = stream->lostFrom != 0;
    if (waiting > (isLeavingOut ? kMostWaiting - kRelief : kMostWaiting) ||
        (isLeavingOut && found.boundary == TapWalker::kNone)) {
        if (!isLeavingOut)
            stream->lostFrom = now;
        stream->lost += static_cast<std::int64_t>(found.before + found.after);
        return;
    }
    Item item;
    item.stream = stream;
    item.now = now;
    if (isLeavingOut) {
        bytes.remove_prefix(found.boundary);
        item.lost = std::exchange(stream->lost, 0) + static_cast<std::int64_t>(found.before);
        item.lostFrom = std::exchange(stream->lostFrom, 0);
    }
    item.bytes = copied(bytes);
    push(std::move(item));
}

/// Where a part is left out nobody can say where the next message begins: it is the last part.
void TapCopy::addHttp(const std::shared_ptr<TapStream>& stream, std::string_view bytes,
                      std::int64_t now)
{
    if (stream->lostFrom != 0)
        return;
    Item item;
    item.stream = stream;
    item.now = now;
    if (m_waitingBytes > kMostWaiting)
        item.lostFrom = stream->lostFrom = now;
    else
        item.bytes = copied(bytes);
    push(std::move(item));
}

void TapCopy::tellLost(const std::shared_ptr<TapStream>& stream, std::int64_t now)
{
    if (stream->lost == 0 || m_waitingBytes > kMostWaiting - kRelief)
        return;
    // It goes on leaving out until it is between two messages.
    Item item;
    item.stream = stream;
    item.now = now;
    item.lost = std::exchange(stream->lost, 0);
    item.lostFrom = std::exchange(stream->lostFrom, now);
    push(std::move(item));
}

void TapCopy::end(const std::shared_ptr<TapStream>& stream, const char* why, std::int64_t now)
{
    Item item;
    item.stream = stream;
    item.now = now;
    item.end = why;
    if (stream->isHttp) {
        push(std::move(item));
        return;
    }
    item.lost = std::exchange(stream->lost, 0);
    item.lostFrom = std::exchange(stream->lostFrom, 0);
    if (item.lostFrom != 0 && stream->walker.isInside())
        ++item.lost;
    push(std::move(item));
}

void TapCopy::noteUnreadable(const TapVoice& voice, std::int64_t now)
{
    noteGap(voice, "decode-error", now, now, 0);
}

QByteArray TapCopy::copied(std::string_view bytes)
{
    const auto size = static_cast<qsizetype>(bytes.size());
    if (size < kWorthKeeping || m_spare.empty())
        return {bytes.data(), size};
    QByteArray room = std::move(m_spare.back());
    m_spare.pop_back();
    room.resize(size);
    std::memcpy(room.data(), bytes.data(), bytes.size());
    return room;
}

void TapCopy::push(Item item)
{
    const std::size_t size = static_cast<std::size_t>(item.bytes.size()) + kItemCost;
    m_waitingBytes += size;
    m_handfulBytes += size;
    m_handful.push_back(std::move(item));
    m_isBusy = true;
    if (m_handfulBytes >= kHandful)
        handOver();
    else if (!m_soon.isActive())
        m_soon.start();
}

void TapCopy::rest()
{
    if (!std::exchange(m_isBusy, false))
        m_spare.resize(m_spare.size() - std::min(m_spare.size(), kGivenBack));
}

void TapCopy::handOver()
{
    if (m_handful.empty())
        return;
    m_handfulBytes = 0;
    std::vector<QByteArray> surplus; // is freed without the lock
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting.empty())
            m_waiting.swap(m_handful);
        else
            std::move(m_handful.begin(), m_handful.end(), std::back_inserter(m_waiting));
        if (m_spare.empty())
            m_spare.swap(m_returned);
        else if (m_spare.size() + m_returned.size() <= kMostSpare)
            std::move(m_returned.begin(), m_returned.end(), std::back_inserter(m_spare));
        else
            surplus.swap(m_returned);
        m_returned.clear();
    }
    m_handful.clear();
    m_come.notify_one();
}

void TapCopy::finish()
{
    if (!m_thread.joinable())
        return;
    handOver();
    m_soon.stop();
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_come.notify_one();
    m_thread.join();
}

void TapCopy::run()
{
    pthread_setname_np(pthread_self(), "tap copy"); // or it had the name of the relaying one
    giveWay(); // where there is too little for both, relaying comes first
    std::vector<Item> items;
    std::vector<QByteArray> used;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            if (m_returned.empty())
                m_returned.swap(used);
            m_come.wait(lock, [this] { return !m_waiting.empty() || m_isEnding; });
            if (m_waiting.empty())
                return;
            items.swap(m_waiting);
        }
        for (Item& item : items) {
            const std::size_t size = static_cast<std::size_t>(item.bytes.size()) + kItemCost;
            take(item);
            if (item.bytes.size() >= kWorthKeeping && used.size() < kMostSpare)
                used.push_back(std::move(item.bytes));
            item = {};
            m_waitingBytes -= size;
        }
        items.clear();
        flush();
    }
}

void TapCopy::take(Item& item)
{
    TapStream& stream = *item.stream;
    if (item.lostFrom != 0) {
        if (stream.reader)
            stream.reader->leaveOut();
        m_received += static_cast<std::uint64_t>(item.lost);
        if (item.lost > 0 || stream.isHttp)
            noteGap(stream.voice, "client-drop", item.lostFrom, item.now, item.lost);
    }
    std::string_view bytes(item.bytes.constData(), static_cast<std::size_t>(item.bytes.size()));
    while (stream.reader) {
        const TapReader::Event event = stream.reader->next(bytes);
        if (event == TapReader::Event::NeedMore)
            break;
        if (event == TapReader::Event::Message) {
            hear(stream.reader->take(), stream.voice, item.now);
            continue;
        }
        if (auto rest = stream.reader->abandon("what follows in this connection cannot be read"))
            hear(std::move(*rest), stream.voice, item.now);
        flush();
        noteGap(stream.voice, "decode-error", item.now, item.now, 0);
        stream.reader.reset();
    }
    if (item.end != nullptr && stream.reader) {
        if (auto rest = stream.reader->abandon(item.end))
            hear(std::move(*rest), stream.voice, item.now);
        stream.reader.reset();
    }
}

void TapCopy::hear(TapMessage message, const TapVoice& usual, std::int64_t now)
{
    const TapVoice& voice = message.voice ? *message.voice : usual;
    HeardMessage& heard = m_batch.emplace_back();
    heard.connection = m_connection;
    heard.received = now;
    heard.flags = (message.isBinary ? Flags(Flag::Binary) : Flags(0)) |
                  (message.isTruncated ? Flags(Flag::Truncated) : Flags(0));
    heard.topic = voice.topic;
    heard.raw = std::move(message.raw);
    heard.headers = voice.headers;
    heard.peer = voice.peer;
    heard.undecodable = std::move(message.undecodable);
    ++m_received;
    m_batchBytes += heard.raw.size();
    if (m_batch.size() >= kBatch || m_batchBytes >= kBatchBytes)
        flush();
}

void TapCopy::noteGap(const TapVoice& voice, const char* cause, std::int64_t from, std::int64_t to,
                      std::int64_t count)
{
    Gap gap;
    gap.connection = m_connection;
    gap.topic = voice.topic.toStdString();
    gap.cause = cause;
    gap.from = from;
    gap.to = to;
    gap.count = count;
    gap.lostIs = count > 0 ? LostIs::Exact : LostIs::Unknown;
    m_sink->note(std::move(gap));
}

void TapCopy::flush()
{
    if (m_batch.empty())
        return;
    std::vector<HeardMessage> batch;
    batch.reserve(std::min(kBatch, 2 * m_batch.size()));
    batch.swap(m_batch);
    m_batchBytes = 0;
    // What is read now and has no place would be work for nothing: better copies are left out where
    // that costs least, before they are read.
    while (!m_sink->hearIfRoom(batch)) {
        if (m_isEnding || !m_sink->isTaking()) {
            m_sink->hear(std::move(batch)); // which counts what does not fit
            return;
        }
        std::this_thread::sleep_for(kRoomWait);
    }
}

} // namespace murmur
