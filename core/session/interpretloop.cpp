// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/interpretloop.h"

#include "base/giveway.h"
#include "query/filter.h"
#include "session/jobs.h"

#include <algorithm>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Rows travel to the writer in runs of about this size: small enough for blocks to come out even.
constexpr std::size_t kRunBytes = std::size_t(32) << 10;
constexpr std::size_t kRunRows = 1024;
/// How long a run that is not full waits for more, when the last one was just handed on: from
/// hundreds of connections messages come one by one, and a run costs more than a message.
constexpr auto kTogether = 4ms;
constexpr std::size_t kBatchesATake = 64;
/// Fill of the queue of the buses at which messages are no longer read at once, and below which
/// those that were not are.
constexpr double kBehindAt = 0.75;
constexpr double kCatchUpBelow = 0.5;
constexpr auto kPause = 2ms;
constexpr auto kCloseInterval = 200ms;
/// After a size limit was reached: how long unread messages may still be on their way to the disk.
constexpr auto kPatience = 1s;

} // namespace

InterpretLoop::InterpretLoop(Recorder::Private& recorder, AnnounceEnd announceEnd)
    : d(recorder)
    , m_announceEnd(std::move(announceEnd))
{
    newRun(kRunBytes / 256, kRunBytes);
}

void InterpretLoop::newRun(std::size_t rows, std::size_t bytes)
{
    m_run = std::make_shared<Chunk>();
    m_run->reserve(std::min(rows, kRunBytes / 256), std::min(bytes, kRunBytes + kRunBytes / 8));
}

void InterpretLoop::run()
{
    std::vector<std::vector<HeardMessage>> batches;
    while (true) {
        if (d.givesWay && !std::exchange(m_hasGivenWay, true))
            giveWay();
        const double fill = d.heard->fill();
        // Sources that wait for room lose nothing by waiting.
        if (!m_isBehind && fill > kBehindAt && !d.sink->waits()) {
            m_isBehind = true;
            m_nextUnread = m_last + 1;
        }
        auto wait = std::chrono::nanoseconds(1s);
        if (m_run->columns.size() > 0)
            wait = std::clamp<std::chrono::nanoseconds>(m_nextPublish - Clock::now(), 0ns, wait);
        if (m_isBehind && fill < kCatchUpBelow && !d.heard->isClosed() && !d.isFull) {
            const Progress progress = catchUp();
            // What comes now waits a moment, so that the last unread message is reached.
            if (progress == Progress::Waiting && d.isWriting && !m_isBlind) {
                std::this_thread::sleep_for(kPause);
                continue;
            }
            if (progress != Progress::Done)
                wait = m_isBlind || !d.isWriting ? std::chrono::nanoseconds(100ms) : 0ns;
        }
        if (!d.heard->take(batches, kBatchesATake, wait))
            break;
        if (d.hasNewSecrets.exchange(false))
            learnSecrets();
        if (d.hasNewDialects.exchange(false))
            learnDialects();
        for (std::vector<HeardMessage>& batch : batches) {
            for (HeardMessage& message : batch)
                take(message);
            d.sink->take(batch);
        }
        if (m_isBehind || Clock::now() >= m_nextPublish)
            publish();
    }
    publish();
    auto patience = Clock::now() + kPatience;
    while (m_isBehind && !d.hasGivenUp && !m_isBlind) {
        if (d.isWriting && catchUp() != Progress::Waiting)
            patience = Clock::now() + kPatience;
        else if (d.isFull && Clock::now() > patience)
            break; // what lies behind the limit is never written
        else
            std::this_thread::sleep_for(kPause);
    }
    m_reader.reset(); // or the file could not be put into its closed form
    d.runs->close();
}

void InterpretLoop::learnSecrets()
{
    QByteArrayList secrets;
    {
        const std::lock_guard lock(d.mutex);
        secrets = std::exchange(d.newSecrets, {});
    }
    d.intake.addSecrets(secrets);
}

void InterpretLoop::learnDialects()
{
    std::vector<DialectRule> dialects;
    {
        const std::lock_guard lock(d.mutex);
        dialects = d.dialects;
    }
    d.interpreter->useDialects(std::move(dialects));
}

void InterpretLoop::take(HeardMessage& message)
{
    if (m_isOver)
        return;
    d.intake.apply(message);
    if (m_isBehind) {
        if (!m_run->isUnread)
            publish();
        d.interpreter->hear(message, m_last + 1, *m_run);
    } else {
        d.interpreter->interpret(message, *m_run);
    }
    ++m_last;
    if (m_run->bytes.size() >= kRunBytes || m_run->columns.size() >= kRunRows)
        publish();
    if (d.options.maxMessages > 0 && m_last >= d.options.maxMessages) {
        publish();
        m_isOver = true;
        d.sink->end();
        m_announceEnd(u"The limit of %L1 messages is reached."_s.arg(d.options.maxMessages), false);
    }
}

void InterpretLoop::endAtMatch()
{
    std::vector<std::uint8_t> keep(m_run->columns.size(), 1);
    RunPayload payload(*m_run);
    d.options.until->evaluate(m_run->columns, *d.names, &payload, keep);
    const auto match = std::ranges::find(keep, 1);
    if (match == keep.end())
        return;
    const auto rows = static_cast<std::size_t>(match - keep.begin()) + 1;
    auto kept = std::make_shared<Chunk>();
    kept->append(*m_run, 0, rows);
    m_run = std::move(kept);
    m_last = m_run->columns.last();
    m_isOver = true;
    d.sink->end();
    m_announceEnd(u"message %1 matched"_s.arg(m_last), false);
}

void InterpretLoop::publish()
{
    if (m_run->columns.size() == 0)
        return;
    if (d.options.until && !m_run->isUnread && !m_isOver)
        endAtMatch();
    m_nextPublish = Clock::now() + kTogether;
    const std::size_t bytes = m_run->bytes.capacity() + m_run->columns.size() * 160;
    const Tail::Run done = std::move(m_run);
    // The room of a full run for one message would be a hundred times what it needs.
    newRun(2 * done->columns.size(), 2 * done->bytes.size());
    d.tail->publish(done);
    {
        const std::lock_guard lock(d.mutex);
        const auto [low, high] = std::ranges::minmax(done->columns.time);
        if (d.seen == 0) {
            d.firstTime = low;
            d.lastTime = high;
        }
        d.firstTime = std::min(d.firstTime, low);
        d.lastTime = std::max(d.lastTime, high);
        d.seen = done->columns.last();
    }
    noteUnread();
    (void)d.runs->put(WriterItem{done, {}}, bytes);
}

void InterpretLoop::noteUnread()
{
    d.unread = m_isBehind ? m_last - m_nextUnread + 1 : 0;
}

InterpretLoop::Progress InterpretLoop::catchUp()
{
    if (m_nextUnread > m_last) {
        m_isBehind = false;
        m_reader.reset();
        m_stored.reset();
        d.interpreter->continueAt(m_last + 1);
        noteUnread();
        return Progress::Done;
    }
    if (m_isBlind)
        return Progress::Waiting;
    // Only what is on the disk and will not change any more.
    if (m_nextUnread > d.closed) {
        closeUnread();
        return Progress::Waiting;
    }
    if (!m_reader) {
        QString path;
        {
            const std::lock_guard lock(d.mutex);
            path = d.files.back();
        }
        auto reader = RecordingReader::open(path);
        m_isBlind = !reader.ok();
        if (m_isBlind)
            return Progress::Waiting;
        m_reader = std::move(*reader);
        m_stored = std::make_unique<Rehearing>(*d.names);
    }
    const auto block = m_reader->blockOf(m_nextUnread);
    m_isBlind = !block || !read(*block);
    if (m_isBlind)
        return Progress::Waiting;
    m_nextUnread = block->last() + 1;
    noteUnread();
    return Progress::Read;
}

bool InterpretLoop::read(const BlockRef& block)
{
    if (!m_stored->load(*m_reader, block))
        return false;
    auto reading = std::make_shared<BlockReading>();
    reading->block = block;
    Chunk chunk;
    d.interpreter->continueAt(block.first);
    for (std::size_t row = 0; row < block.count; ++row)
        d.interpreter->interpret(m_stored->next(), chunk);
    reading->columns = std::move(chunk.columns);
    reading->heard = m_stored->heard();
    return d.runs->put(WriterItem{{}, std::move(reading)}, block.count * 320);
}

/// Asks the writer to end the block that the last unread messages are in. Asked again after a
/// while: a transaction that failed takes the wish with it.
void InterpretLoop::closeUnread()
{
    const auto now = Clock::now();
    if (now < m_nextClose)
        return;
    m_nextClose = now + kCloseInterval;
    (void)d.runs->put(WriterItem{}, 1);
}

} // namespace murmur
