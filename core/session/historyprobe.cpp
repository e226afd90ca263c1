// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/historyprobe.h"

#include "bus/listening.h"

#include <QElapsedTimer>
#include <QLocale>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <cmath>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kManyMessages = 500'000;
constexpr std::int64_t kManyBytes = std::int64_t(200) << 20;
constexpr nanoseconds kLong = 15s;
constexpr auto kLook = 50ms;
constexpr auto kPatience = 5s;
/// How long is read to learn the size and the rate of messages.
constexpr auto kSample = 400ms;
/// A recorder is not faster, whatever the bus can give.
constexpr double kMostPerSecond = 200'000;

/// Counts and forgets.
class CountingSink : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& batch) override
    {
        std::int64_t size = 0;
        for (const HeardMessage& message : batch)
            size += message.raw.size() + message.headers.size();
        bytes += size;
        count += static_cast<std::int64_t>(batch.size());
    }
    void note(Gap) override {}

    std::atomic<std::int64_t> count = 0;
    std::atomic<std::int64_t> bytes = 0;
};

} // namespace

bool HistoryExpectation::isLarge() const
{
    return messages > kManyMessages || bytes > kManyBytes || time > kLong;
}

QString HistoryExpectation::text() const
{
    if (messages < 0)
        return failure.isEmpty() ? u"the bus does not say how many messages"_s : failure;
    QStringList parts{
        messages == 1
            ? u"about 1 message"_s
            : u"about %1 messages"_s.arg(
                  QLocale(QLocale::English, QLocale::UnitedStates).toString(qlonglong(messages)))};
    if (bytes >= 0)
        parts << bytesText(bytes);
    if (time >= 1s)
        parts << u"about %1"_s.arg(durationText(std::chrono::round<std::chrono::seconds>(time)));
    else if (time >= 0s)
        parts << u"less than a second"_s;
    return parts.join(u", "_s);
}

std::vector<QUrl> windowsAmong(const std::vector<QUrl>& urls)
{
    std::vector<QUrl> windows;
    std::ranges::copy_if(urls, std::back_inserter(windows), readsWindow);
    return windows;
}

/// All connections live in the one thread of the probe: they are few, and only for a moment.
class HistoryProbe::Worker : public QObject
{
public:
    Worker(HistoryProbe& probe, std::vector<QUrl> urls, ConnectionOptions options)
        : m_probe(probe)
        , m_urls(std::move(urls))
        , m_options(std::move(options))
    {
    }

    void start()
    {
        m_since.start();
        for (const QUrl& url : m_urls) {
            auto made =
                createConnection(url, ConnectionContext{ConnectionId{1}, &m_sink, m_options});
            if (made) {
                if (const Status started = (*made)->start(); !started)
                    fail(started.error().message);
                m_connections.push_back(std::move(*made));
            } else {
                fail(made.error().message);
            }
        }
        m_timer = new QTimer(this);
        connect(m_timer, &QTimer::timeout, this, [this] { look(); });
        m_timer->start(kLook);
    }

private:
    void fail(const QString& sentence)
    {
        if (m_found.failure.isEmpty())
            m_found.failure = sentence;
    }

    void look()
    {
        using State = ConnectionStatus::State;
        bool areKnown = true;
        bool areOver = true;
        std::int64_t messages = 0;
        std::int64_t bytes = 0;
        for (const auto& connection : m_connections) {
            const ConnectionStatus status = connection->status();
            const bool isOver = status.state == State::Stopped || status.state == State::Failed;
            if (status.state == State::Failed || status.state == State::Retrying)
                m_trouble = status.detail;
            areOver = areOver && isOver;
            areKnown = areKnown && (isOver || status.expectedMessages >= 0);
            messages += status.state == State::Stopped
                            ? static_cast<std::int64_t>(status.received)
                            : std::max<std::int64_t>(status.expectedMessages, 0);
            bytes += std::max<std::int64_t>(status.expectedBytes, 0);
        }
        const std::int64_t count = m_sink.count;
        if (count > 0 && !m_reading.isValid())
            m_reading.start();
        if (areKnown && !m_known.isValid())
            m_known.start();
        const bool isSampled = m_known.isValid() && m_known.hasExpired(kSample.count());
        const bool isLate = m_since.hasExpired(std::chrono::milliseconds(kPatience).count());
        if (!areOver && !isSampled && !isLate)
            return;
        m_timer->stop();
        if (areKnown && m_found.failure.isEmpty())
            judge(messages, bytes, count);
        if (!areKnown || messages == 0)
            fail(m_trouble);
        m_connections.clear();
        Q_EMIT m_probe.done(m_found);
    }

    void judge(std::int64_t messages, std::int64_t bytes, std::int64_t count)
    {
        m_found.messages = std::max(messages, count);
        if (count > 0) {
            const double mean = static_cast<double>(m_sink.bytes) / static_cast<double>(count);
            m_found.bytes = std::llround(mean * static_cast<double>(m_found.messages));
            const double seconds =
                std::max(static_cast<double>(m_reading.nsecsElapsed()) / 1e9, 0.05);
            const double rate = std::min(static_cast<double>(count) / seconds, kMostPerSecond);
            m_found.time =
                nanoseconds(std::llround(static_cast<double>(m_found.messages) * 1e9 / rate));
        } else if (messages == 0) {
            m_found.bytes = 0;
            m_found.time = nanoseconds(0);
        } else if (bytes > 0) {
            m_found.bytes = bytes;
        }
    }

    HistoryProbe& m_probe;
    const std::vector<QUrl> m_urls;
    const ConnectionOptions m_options;
    CountingSink m_sink;
    std::vector<std::unique_ptr<Connection>> m_connections;
    QTimer* m_timer = nullptr;
    QElapsedTimer m_since;
    QElapsedTimer m_known;
    QElapsedTimer m_reading;
    QString m_trouble;
    HistoryExpectation m_found;
};

HistoryProbe::HistoryProbe(std::vector<QUrl> windows, ConnectionOptions options, QObject* parent)
    : QObject(parent)
    , m_worker(new Worker(*this, std::move(windows), std::move(options)))
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(u"history probe"_s);
}

HistoryProbe::~HistoryProbe()
{
    m_thread.start(); // one that never began would not delete its worker
    m_thread.quit();
    m_thread.wait();
}

void HistoryProbe::start()
{
    m_thread.start();
    QMetaObject::invokeMethod(
        m_worker, [worker = m_worker] { worker->start(); }, Qt::QueuedConnection);
}

} // namespace murmur
