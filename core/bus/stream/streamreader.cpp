// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/stream/streamreader.h"

#include "base/clock.h"
#include "base/message.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kChunk = std::size_t(256) << 10;
constexpr std::size_t kBatch = 512;
constexpr std::size_t kBatchBytes = std::size_t(1) << 20;
/// How often a file is looked at that may have grown.
constexpr std::chrono::milliseconds kLook = 50ms;
constexpr std::chrono::milliseconds kLong = 10s;
/// For what a stopped reader still takes from a writer that does not end.
constexpr std::chrono::milliseconds kLastLook = 1s;
/// How often a sink is asked that had no room.
constexpr std::chrono::milliseconds kRoom = 5ms;

std::string_view viewOfTopic(const QByteArray& topic)
{
    return {topic.constData(), static_cast<std::size_t>(topic.size())};
}

} // namespace

StreamReader::StreamReader(StreamOptions options, std::function<void()> changed)
    : m_options(std::move(options))
    , m_changed(std::move(changed))
    , m_source(m_options.path, m_options.isStdin, m_options.follows)
    , m_lines(m_options.separator)
    , m_take([this](std::string_view line, bool isTruncated) { take(line, isTruncated); })
    , m_lineTime(std::make_unique<LineTime>())
{
}

StreamReader::~StreamReader()
{
    stop();
    if (m_wake >= 0)
        ::close(m_wake);
}

Status StreamReader::start()
{
    QString reason;
    const StreamSource::Opened opened = m_source.open(reason);
    m_isOpen = opened == StreamSource::Opened::Yes;
    if (!m_isOpen && !(m_options.follows && opened == StreamSource::Opened::Missing))
        return Error{ErrorCode::Unreadable, reason};
    m_wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (m_wake < 0)
        return Error{ErrorCode::Internal, u"The system gives no more file descriptors."_s};
    if (m_isOpen && m_options.fromNow)
        m_source.skipToEnd();
    if (m_isOpen) {
        setState(ConnectionStatus::State::Up, whatIsRead());
    } else {
        setState(ConnectionStatus::State::Retrying,
                 reason + u" It is read as soon as it is there."_s);
    }
    m_thread = std::thread([this] { run(); });
    return Done{};
}

void StreamReader::stop()
{
    if (!m_thread.joinable())
        return;
    m_stops = true;
    (void)::eventfd_write(m_wake, 1);
    m_thread.join();
    const ConnectionStatus::State ended = state().state;
    if (ended != ConnectionStatus::State::Failed && ended != ConnectionStatus::State::Stopped)
        setState(ConnectionStatus::State::Stopped, u"Stopped."_s);
}

StreamReader::State StreamReader::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

void StreamReader::setState(ConnectionStatus::State state, const QString& detail)
{
    {
        const std::lock_guard lock(m_mutex);
        m_state = {state, detail};
    }
    m_changed();
}

QString StreamReader::whatIsRead() const
{
    if (m_options.isStdin)
        return u"Reads standard input."_s;
    if (!m_options.follows)
        return u"Reads %1."_s.arg(m_options.path);
    QString text = u"Reads %1 and what is added to it."_s.arg(m_options.path);
    if (m_replaced > 0)
        text +=
            u" The file was replaced (%1 times so far), and the new one is read."_s.arg(m_replaced);
    if (m_restarted > 0) {
        text +=
            u" The file began anew (%1 times so far), and was read from its beginning again."_s.arg(
                m_restarted);
    }
    return text;
}

void StreamReader::run()
{
    if (!m_isOpen && !waitForFile())
        return;
    readAll();
    // What was read counts, whether there is room or not.
    if (!m_batch.empty())
        m_options.sink->hear(std::exchange(m_batch, {}));
}

bool StreamReader::waitForFile()
{
    while (rest(-1, kLook)) {
        QString reason;
        switch (m_source.open(reason)) {
        case StreamSource::Opened::Yes:
            setState(ConnectionStatus::State::Up, whatIsRead());
            return true;
        case StreamSource::Opened::Refused:
            setState(ConnectionStatus::State::Failed, reason);
            return false;
        case StreamSource::Opened::Missing:
            break;
        }
    }
    return false;
}

void StreamReader::readAll()
{
    std::vector<char> chunk(kChunk);
    bool isCaughtUp = false;
    while (!m_stops) {
        std::size_t count = 0;
        QString reason;
        const StreamSource::Got got = m_source.read(chunk, count, reason);
        isCaughtUp = got == StreamSource::Got::Nothing;
        switch (got) {
        case StreamSource::Got::Bytes:
            m_now = processClock().nowNs();
            m_lines.feed({chunk.data(), count}, m_take);
            break;
        case StreamSource::Got::Nothing:
            if (handOver())
                (void)rest(m_source.descriptor(), m_source.descriptor() < 0 ? kLook : kLong);
            break;
        case StreamSource::Got::Replaced:
            endLine(true);
            ++m_replaced;
            setState(ConnectionStatus::State::Up, whatIsRead());
            break;
        case StreamSource::Got::Restarted: {
            endLine(false);
            ++m_restarted;
            Gap gap;
            gap.connection = m_options.connection;
            gap.topic = m_options.topic.toStdString();
            gap.cause = "trimmed";
            gap.from = m_now;
            gap.to = processClock().nowNs();
            gap.lostIs = LostIs::Unknown; // what was added between our last look and the cut
            m_options.sink->note(std::move(gap));
            setState(ConnectionStatus::State::Up, whatIsRead());
            break;
        }
        case StreamSource::Got::End:
            endLine(true);
            if (!handOver())
                return;
            setState(ConnectionStatus::State::Stopped,
                     m_options.isStdin
                         ? u"The input ended."_s
                         : u"The input ended: %1 was read to its end."_s.arg(m_options.path));
            return;
        case StreamSource::Got::Failed:
            endLine(false);
            if (handOver())
                setState(ConnectionStatus::State::Failed, reason);
            return;
        }
    }
    if (isCaughtUp)
        readWhatCame(chunk);
    endLine(false);
}

/// What was written before we were told to stop.
void StreamReader::readWhatCame(std::span<char> chunk)
{
    const auto end = std::chrono::steady_clock::now() + kLastLook;
    std::size_t count = 0;
    QString reason;
    while (std::chrono::steady_clock::now() < end &&
           m_source.read(chunk, count, reason) == StreamSource::Got::Bytes) {
        m_now = processClock().nowNs();
        m_lines.feed({chunk.data(), count}, m_take);
    }
}

void StreamReader::endLine(bool isWhole)
{
    if (m_now == 0)
        m_now = processClock().nowNs();
    m_lines.finish([this, isWhole](std::string_view line, bool isTruncated) {
        take(line, isTruncated || !isWhole);
    });
}

void StreamReader::take(std::string_view line, bool isTruncated)
{
    HeardMessage& message = m_batch.emplace_back();
    message.connection = m_options.connection;
    message.received = m_now;
    message.flags = isTruncated ? Flags(Flag::Truncated) : Flags(0);
    if (m_options.statesTime)
        message.stated = m_lineTime->look(line, viewOfTopic(m_options.topic));
    else
        m_lineTime->lookForTopic(line, viewOfTopic(m_options.topic));
    const std::string_view topic = m_lineTime->topic();
    message.topic = topic == viewOfTopic(m_options.topic)
                        ? m_options.topic
                        : QByteArray(topic.data(), static_cast<qsizetype>(topic.size()));
    message.raw = QByteArray(line.data(), static_cast<qsizetype>(line.size()));
    if (isTruncated && m_lines.size() > line.size()) {
        message.headers = QByteArray::fromStdString(
            headersToBytes({{"murmur-length", std::to_string(m_lines.size())}}));
    }
    m_batchBytes += line.size();
    if (m_batch.size() >= kBatch || m_batchBytes >= kBatchBytes)
        (void)handOver();
}

bool StreamReader::handOver()
{
    if (m_batch.empty())
        return !m_stops;
    const std::size_t count = m_batch.size();
    if (!m_options.waits) {
        m_options.sink->hear(std::exchange(m_batch, {}));
    } else {
        while (!m_options.sink->hearIfRoom(m_batch)) {
            if (!rest(-1, kRoom)) {
                m_options.sink->hear(std::exchange(m_batch, {}));
                break;
            }
        }
    }
    m_batch.clear();
    m_batch.reserve(kBatch);
    m_batchBytes = 0;
    m_received += count;
    return !m_stops;
}

bool StreamReader::rest(int descriptor, std::chrono::milliseconds longest)
{
    if (m_stops)
        return false;
    std::array<pollfd, 2> looked{pollfd{m_wake, POLLIN, 0}, pollfd{descriptor, POLLIN, 0}};
    (void)::poll(looked.data(), descriptor < 0 ? 1 : 2, static_cast<int>(longest.count()));
    return !m_stops;
}

} // namespace murmur
